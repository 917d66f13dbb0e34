//! What a source sends the engine: one pass over its probes.

use std::sync::Arc;
use std::time::Duration;

use super::machine::MachineInfo;
use super::probe::ProbeStatus;
use super::process::{ProcessDetail, ProcessTable};
use super::series::SeriesDef;
use super::service::Heard;
use super::time::Timestamp;

/// Who sent a batch, such as `sample`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub &'static str);

/// A source's own number for a series: its place in the order of definition, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub u32);

/// One value of one series at the batch's time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Which series, by the source's own number.
    pub slot: Slot,
    /// The value in the series' unit; always finite.
    pub value: f64,
}

/// What a pass cost and what the source has lost so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PassCost {
    /// Time the pass took.
    pub duration: Duration,
    /// Ticks skipped since the source started because a pass was late.
    pub skipped_ticks: u64,
    /// Batches thrown away since the source started because the engine's queue was full.
    pub dropped_batches: u64,
}

/// One pass of a source.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Who sent it.
    pub source: SourceId,
    /// Counts the source's restarts; a new generation numbers its slots from 0 again.
    pub generation: u32,
    /// Wall time of the pass.
    pub at: Timestamp,
    /// Monotonic time of the pass since some fixed start; stands still while the machine sleeps.
    pub elapsed: Duration,
    /// Time the machine slept since some fixed start; `None` where the system does not tell.
    pub asleep: Option<Duration>,
    /// The interval at which the source means to send.
    pub interval: Duration,
    /// Slot of the first entry of `defined`.
    pub first_defined: Slot,
    /// Series not spoken of before; they continue the slots in order.
    pub defined: Vec<SeriesDef>,
    /// Values. A series that is not named here has no value now.
    pub points: Vec<Point>,
    /// All processes, in passes that read them.
    pub processes: Option<ProcessTable>,
    /// Details of the process that was asked for.
    pub inspected: Option<ProcessDetail>,
    /// What was heard of the user's own services.
    pub services: Option<Box<Heard>>,
    /// The state of every probe, whenever it changed and at least once a generation.
    pub probes: Option<Arc<[ProbeStatus]>>,
    /// The machine, whenever it changed and at least once a generation.
    pub machine: Option<Arc<MachineInfo>>,
    /// Cost and losses.
    pub cost: PassCost,
}
