//! What a probe is: something that reads one part of the machine and records values.

use std::time::Duration;

use crate::model::service::Heard;
use crate::model::{
    MachineInfo, PassCost, Point, ProbeId, ProcessDetail, ProcessKey, ProcessTable, SeriesDef, SeriesGroup, Slot,
    Timestamp,
};

/// When a pass happens, on both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Wall time, for showing.
    pub at: Timestamp,
    /// Monotonic time since some fixed start, for rates.
    pub elapsed: Duration,
}

/// How often a probe is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cadence {
    /// At every tick.
    EveryTick,
    /// At the first tick after this much time.
    Every(Duration),
}

/// Why a probe has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// This machine cannot answer, now or later in this run: it is asked once a minute from then on.
    #[error("{why}")]
    Unsupported {
        /// The reason, for a person.
        why: String,
    },
    /// It should have answered: it is asked again at its next turn.
    #[error("{why}")]
    Failed {
        /// The reason, for a person.
        why: String,
    },
}

impl ProbeError {
    /// Not to be had on this machine.
    pub fn unsupported(why: impl Into<String>) -> Self {
        Self::Unsupported { why: why.into() }
    }

    /// Should be there and is not.
    pub fn failed(why: impl Into<String>) -> Self {
        Self::Failed { why: why.into() }
    }
}

/// Reads one part of the machine. Lives on the sample thread; must not wait on anything that may hang.
pub trait Probe: Send {
    /// Its name.
    fn id(&self) -> ProbeId;
    /// Its name for people.
    fn title(&self) -> &'static str;
    /// Heading of its series.
    fn group(&self) -> SeriesGroup;
    /// How often it wants to be asked.
    fn cadence(&self) -> Cadence;
    /// Reads, and records what it found. Counters give rates from the second reading on: the first records nothing.
    ///
    /// What was recorded before an error stays recorded, so one missing file need not hide the rest.
    ///
    /// # Errors
    /// [`ProbeError`] with a reason for a person.
    fn read(&mut self, now: Moment, out: &mut Recorder) -> Result<(), ProbeError>;
    /// Says what was lost so far, before each reading. Most probes have no use for it.
    fn take_losses(&mut self, _losses: PassCost) {}
    /// Asks for the details of one process at every tick, or of none. Most probes have no use for it.
    fn inspect(&mut self, _process: Option<ProcessKey>) {}
}

/// Where probes put what they read. Belongs to the [`Sampler`](super::Sampler), which empties it at each pass.
#[derive(Debug, Default)]
pub struct Recorder {
    pub(super) n_defined: u32,
    pub(super) defined: Vec<SeriesDef>,
    pub(super) points: Vec<Point>,
    pub(super) processes: Option<ProcessTable>,
    pub(super) inspected: Option<ProcessDetail>,
    pub(super) machine: Option<MachineInfo>,
    pub(super) services: Option<Heard>,
}

impl Recorder {
    /// Names a series once; the slot stays valid for the life of the sampler. Keep it: each call is a new slot.
    pub fn define(&mut self, def: SeriesDef) -> Slot {
        let slot = Slot(self.n_defined);
        self.n_defined += 1;
        self.defined.push(def);
        slot
    }

    /// Records a value; one that is not finite is left out, since absent is not zero.
    pub fn put(&mut self, slot: Slot, value: f64) {
        if value.is_finite() {
            self.points.push(Point { slot, value });
        }
    }

    /// Records the process table; rows must be sorted by pid.
    pub fn put_processes(&mut self, table: ProcessTable) {
        self.processes = Some(table);
    }

    /// The process table of this pass, if a probe before this one recorded it.
    pub fn processes(&self) -> Option<&ProcessTable> {
        self.processes.as_ref()
    }

    /// Records what was heard of services.
    pub fn put_services(&mut self, heard: Heard) {
        self.services = Some(heard);
    }

    /// Records the details of the process that was asked for.
    pub fn put_inspected(&mut self, detail: ProcessDetail) {
        self.inspected = Some(detail);
    }

    /// Records what the machine is, when it changed. Parts set by several probes: later ones start from the earlier.
    pub fn put_machine(&mut self, machine: MachineInfo) {
        self.machine = Some(machine);
    }
}
