//! A series that is named when it first has a value, and what the series of one probe share.

use std::time::Duration;

use crate::model::{ProbeId, SeriesDef, SeriesGroup, SeriesKey, Slot, Unit};
use crate::sampling::{Cadence, Recorder};

/// What all series of a probe share.
#[derive(Debug, Clone, Copy)]
pub struct Topic {
    /// The probe's name.
    pub probe: &'static str,
    /// The probe's name for people.
    pub title: &'static str,
    /// Heading of its series.
    pub group: SeriesGroup,
    /// Time between values; `None` means every tick.
    pub every: Option<Duration>,
}

impl Topic {
    /// The probe's name.
    pub fn id(&self) -> ProbeId {
        ProbeId(self.probe)
    }

    /// How often the probe wants to be asked, where that is as often as it has values.
    pub fn cadence(&self) -> Cadence {
        self.every.map_or(Cadence::EveryTick, Cadence::Every)
    }

    /// A series: metric, attributes, unit, name for people and which one of several.
    pub fn series(
        &self,
        metric: &str,
        attributes: &[(&str, &str)],
        unit: Unit,
        name: &str,
        instance: &str,
    ) -> SeriesDef {
        SeriesDef {
            key: SeriesKey::new(metric, attributes),
            unit,
            group: self.group,
            name: name.into(),
            instance: instance.into(),
            probe: self.id(),
            cadence: self.every,
        }
    }
}

/// The slot of one series. Nothing is kept of a series that never has a value.
#[derive(Debug, Clone, Copy, Default)]
pub struct Track(Option<Slot>);

impl Track {
    /// Records a value, if there is one; names the series before its first.
    pub fn put(&mut self, out: &mut Recorder, value: Option<f64>, define: impl FnOnce() -> SeriesDef) {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            let slot = *self.0.get_or_insert_with(|| out.define(define()));
            out.put(slot, value);
        }
    }
}

/// The two directions of a flow: their value as an attribute, and for people.
pub type Directions = [(&'static str, &'static str); 2];
