//! Sampling: probes that read the machine, and the pass that asks them in turn.
//!
//! Touches the world (files under /proc and /sys, system calls) and knows neither rules nor screens. Time comes in
//! as an argument; the thread that calls a pass belongs to the engine.

#[cfg(target_os = "linux")]
pub mod linux;
pub mod machine;
pub mod own;
pub mod platform;
pub mod portable;
pub mod probe;
pub mod process;
pub mod rate;
pub mod sampler;
pub mod schedule;
pub mod track;

pub use probe::{Cadence, Moment, Probe, ProbeError, Recorder};
pub use sampler::{ProbePanic, Sampler, panic_text};
pub use schedule::Schedule;
