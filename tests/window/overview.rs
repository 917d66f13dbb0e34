//! The overview page in the window.
