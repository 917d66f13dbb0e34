//! Probes for systems without readers of their own: everything sysinfo tells, under the same names as on Linux.
//!
//! Compiled and tested on Linux as well, so that what Windows and macOS run has been run.

pub mod end;
