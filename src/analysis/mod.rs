//! Analysis: pure functions over readings. No clock, no thread, no file, no socket.

pub mod chart_summary;
