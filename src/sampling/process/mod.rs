//! Processes: the table, the series of the busiest programs, one process in detail, and ending a process.
//!
//! [`ProcessProbe`] turns what a [`ProcessSource`] reads into a table and series; it knows no operating system.
//! Linux is read from /proc by [`linux`]; other systems through sysinfo, in `sampling::portable`.

pub mod end;
#[cfg(target_os = "linux")]
pub mod linux;
pub mod probe;
pub mod programs;

pub use end::{EndError, end};
pub use probe::{ProcessProbe, ProcessSource};
pub use programs::ProgramSeries;
