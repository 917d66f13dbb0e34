//! Running services: their processes, in what order they start and stop, their readiness, warm-up and output.
//!
//! [`course`] decides and touches nothing; [`runner`] carries out what it decided in a [`world::World`], which is this machine
//! or a made-up one. What belongs to a service is held together by a process group, and on Linux by a variable that all its
//! descendants inherit; on Windows by a job. A file of what runs lets the next start of Perfdesk find what a crash left.

pub mod course;
pub mod environment;
pub mod figures;
mod group;
pub mod ledger;
mod life;
mod lines;
pub mod output;
mod ports;
mod real;
pub mod runner;
pub mod starts;
pub mod steps;
pub mod thread;
pub mod world;

#[cfg(all(test, target_os = "linux"))]
mod tests;
