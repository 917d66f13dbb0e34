//! The world in which services run: this machine, or a made-up one in tests.

use std::sync::Arc;
use std::time::Duration;

pub use super::real::RealWorld;

use super::course::Now;
use super::environment::Values;
use super::ledger::Entry;
use crate::model::run::{Run, WarmUpStep};
use crate::model::service::CheckKind;

/// Everything outside. Nothing here waits: what comes of it comes as a message, under the number of the start.
pub trait World: Send {
    /// The clocks.
    fn now(&self) -> Now;

    /// Starts the process of a service.
    fn spawn(&mut self, run: &Arc<Run>, attempt: u64);

    /// Asks whether it is ready.
    fn ask(&mut self, service: &Arc<str>, attempt: u64, ask: CheckKind, time_out: Duration);

    /// Does a step once.
    fn step(&mut self, service: &Arc<str>, attempt: u64, step: usize, what: WarmUpStep);

    /// Asks all of it to end, or kills it.
    fn end(&mut self, service: &Arc<str>, attempt: u64, is_forced: bool);

    /// What earlier runs of Perfdesk left running.
    fn left(&mut self) -> Vec<Entry>;

    /// Follows what was left as this start of its service.
    fn adopt(&mut self, run: &Arc<Run>, attempt: u64, left: &Entry);

    /// Ends what was left and is not run any more.
    fn end_left(&mut self, left: &Entry);

    /// Looks whether services would be given another environment now than they were.
    fn look(&mut self, runs: Vec<Arc<Run>>);

    /// The values of the profile that is active from now on.
    fn set_profile(&mut self, values: Values);
}
