//! The charts page in the window.
