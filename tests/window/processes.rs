//! The processes page in the window.
