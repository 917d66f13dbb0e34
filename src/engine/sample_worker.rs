//! The sample thread: passes on an absolute schedule, batches to the engine, never a wait on it.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use super::handle::{Input, Inputs};
use super::pace::{Pace, SampleControl, Wake};
use crate::model::{PassCost, ProbeId, ProcessKey, Timestamp};
use crate::sampling::{Probe, Sampler, Schedule};

/// Makes the probes anew; called on the sample thread, once for each start of it.
pub type ProbeFactory = dyn Fn() -> Vec<Box<dyn Probe>> + Send + Sync;

/// What a start of the sample thread begins with.
pub struct SampleStart {
    /// Counts the starts.
    pub generation: u32,
    /// Interval in force.
    pub interval: Duration,
    /// Process under inspection.
    pub inspected: Option<ProcessKey>,
    /// Probes that broke down too often, since when, and why: they are not asked.
    pub left_out: Vec<(ProbeId, Timestamp, Arc<str>)>,
}

/// Runs until it is stopped or the engine is gone.
pub fn run(
    factory: &ProbeFactory,
    start: SampleStart,
    mut pace: Box<dyn Pace>,
    control: &Receiver<SampleControl>,
    inputs: &Inputs,
) {
    let mut interval = start.interval;
    let mut sampler = Sampler::new(factory(), start.generation);
    sampler.inspect(start.inspected);
    for (probe, since, why) in start.left_out {
        sampler.leave_out(probe, since, why);
    }
    let mut schedule = Schedule::starting_at(pace.now().elapsed, interval);
    let mut n_dropped = 0;
    loop {
        let wait = schedule.wait(pace.now().elapsed);
        match pace.wait(wait, control) {
            Wake::Due => schedule.take(pace.now().elapsed),
            Wake::Control(SampleControl::Tick) => {}
            Wake::Control(SampleControl::SetInterval(span)) => {
                interval = span;
                schedule.set_interval(pace.now().elapsed, span);
                continue;
            }
            Wake::Control(SampleControl::Inspect(process)) => {
                sampler.inspect(process);
                continue;
            }
            Wake::Control(SampleControl::Stop) | Wake::Ended => return,
        }
        let losses =
            PassCost { duration: Duration::ZERO, skipped_ticks: schedule.skipped(), dropped_batches: n_dropped };
        let mut batch = sampler.pass(pace.now(), interval, losses);
        batch.asleep = pace.asleep();
        match inputs.try_send(Input::Batch(Box::new(batch))) {
            Ok(()) => sampler.delivered(),
            Err(_full) => n_dropped += 1,
        }
    }
}
