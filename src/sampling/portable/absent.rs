//! Probes of what exists on Linux alone: each says so, so that a page has a reason to show instead of an empty place.

use super::system_name;
use crate::model::{ProbeId, SeriesGroup};
use crate::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

/// A probe without an answer.
pub struct AbsentProbe {
    id: &'static str,
    title: &'static str,
    group: SeriesGroup,
    /// What the system lacks, as the end of a sentence.
    lacks: &'static str,
}

/// What the portable probes do not cover.
pub fn probes() -> impl Iterator<Item = AbsentProbe> {
    [
        ("pressure", "Pressure", SeriesGroup::Pressure, "has no pressure stall information"),
        ("paging", "Paging", SeriesGroup::Memory, "is not asked for paging: no portable source tells it"),
        ("tcp", "TCP", SeriesGroup::Network, "is not asked for TCP counters: no portable source tells them"),
        ("power", "Power", SeriesGroup::Sensors, "is not asked for power: no portable source tells it"),
        ("container", "Container", SeriesGroup::Cpu, "has no control groups"),
    ]
    .into_iter()
    .map(|(id, title, group, lacks)| AbsentProbe { id, title, group, lacks })
}

impl Probe for AbsentProbe {
    fn id(&self) -> ProbeId {
        ProbeId(self.id)
    }

    fn title(&self) -> &'static str {
        self.title
    }

    fn group(&self) -> SeriesGroup {
        self.group
    }

    fn cadence(&self) -> Cadence {
        Cadence::EveryTick
    }

    fn read(&mut self, _now: Moment, _out: &mut Recorder) -> Result<(), ProbeError> {
        Err(ProbeError::unsupported(format!("{} {}", system_name(), self.lacks)))
    }
}
