//! Processes on Linux, read from /proc (the folder comes in as an argument). Formats: proc(5).

mod activity;
mod command;
mod detail;
pub mod end;
mod files;
mod stat;
mod table;
mod users;

pub use table::LinuxProcesses;
