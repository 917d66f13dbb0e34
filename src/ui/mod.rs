//! The window's panels: each draws from shared borrows and answers only with commands.
//!
//! No lock, no thread, no file, no socket, and no waiting in here.
