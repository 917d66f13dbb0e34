//! The series that spans give at each tick: durations of functions, and of requests where no metrics tell them.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::record::{Record, Tick};
use super::window::Total;
use crate::model::{ProbeId, SeriesDef, SeriesGroup, SeriesKey, Slot, Unit};

/// Duration of requests, as metrics name it.
pub const REQUESTS: &str = "http.server.request.duration";
/// Duration of functions.
pub const FUNCTIONS: &str = "perfdesk.span.duration";

/// Slots of some series that belong together, as of one generation; none where they were refused under some bounds.
#[derive(Debug, Clone, Copy)]
pub struct Slots<const N: usize>(Option<(u32, Result<[Slot; N], u32>)>);

impl<const N: usize> Default for Slots<N> {
    fn default() -> Self {
        Self(None)
    }
}

/// What tells a series from the others of its metric and service.
#[derive(Debug, Clone, Copy)]
pub struct Which<'a> {
    /// The service.
    pub service: &'a str,
    /// Attributes beside the service.
    pub attributes: &'a [(&'a str, &'a str)],
    /// The same for people, such as `GET /cart`; empty is the whole.
    pub words: &'a str,
}

impl Which<'_> {
    fn def(&self, metric: &str, (name, unit): (&str, Unit), statistic: &str) -> SeriesDef {
        let mut attributes = vec![("service.name", self.service)];
        attributes.extend(self.attributes);
        let mut instance = self.service.to_owned();
        for words in [self.words, statistic].into_iter().filter(|words| !words.is_empty()) {
            instance.push_str(", ");
            instance.push_str(words);
        }
        if !statistic.is_empty() {
            attributes.push(("statistic", statistic));
        }
        SeriesDef {
            key: SeriesKey::new(metric, &attributes),
            unit,
            group: SeriesGroup::Services,
            name: name.into(),
            instance: instance.into(),
            probe: ProbeId("services"),
            cadence: None,
        }
    }

    /// `.count` and `.sum`.
    pub fn count_and_sum(&self) -> [SeriesDef; 2] {
        let unit = Unit::PerSecond("request");
        [
            self.def(&format!("{REQUESTS}.count"), ("Requests", unit), ""),
            self.def(&format!("{REQUESTS}.sum"), ("Requests under way", Unit::Count("request")), ""),
        ]
    }

    /// Rate, mean, p50, p95, p99, share of errors.
    pub fn request_statistics(&self) -> [SeriesDef; 6] {
        let times = ("Request duration", Unit::Seconds);
        [
            self.def(REQUESTS, ("Requests", Unit::PerSecond("request")), "rate"),
            self.def(REQUESTS, times, "mean"),
            self.def(REQUESTS, times, "p50"),
            self.def(REQUESTS, times, "p95"),
            self.def(REQUESTS, times, "p99"),
            self.def(REQUESTS, ("Requests that failed", Unit::Ratio), "error_ratio"),
        ]
    }

    /// Rate, mean, p50, p95, p99 of a function.
    pub fn function_statistics(&self) -> [SeriesDef; 5] {
        let times = ("Function duration", Unit::Seconds);
        [
            self.def(FUNCTIONS, ("Function calls", Unit::PerSecond("call")), "rate"),
            self.def(FUNCTIONS, times, "mean"),
            self.def(FUNCTIONS, times, "p50"),
            self.def(FUNCTIONS, times, "p95"),
            self.def(FUNCTIONS, times, "p99"),
        ]
    }
}

/// Writes the values of a window in the order of [`Which::request_statistics`]; what is not known is left out.
pub fn put_statistics(slots: &[Slot], total: &Total, covered_seconds: f64, out: &mut dyn Record) {
    let flow = total.flow(covered_seconds);
    let values = [
        Some(flow.per_second),
        flow.mean_seconds,
        flow.p50_seconds,
        flow.p95_seconds,
        flow.p99_seconds,
        flow.error_ratio,
    ];
    for (slot, value) in slots.iter().zip(values) {
        if let Some(value) = value {
            out.put(*slot, value);
        }
    }
}

/// Which series were defined, within bounds.
#[derive(Debug, Default)]
pub struct SeriesBook {
    generation: Option<u32>,
    slots: HashMap<SeriesKey, Slot>,
    by_service: HashMap<Arc<str>, u32>,
    most_of_service: usize,
    most: usize,
    /// Counts the changes of the two: what was refused is asked for again.
    bounds: u32,
    /// Series refused because there are too many.
    pub n_refused: u64,
}

impl SeriesBook {
    /// Changes how many series there may be: of all services, and of each.
    pub fn set_bounds(&mut self, most: u32, most_of_service: u32) {
        (self.most, self.most_of_service) = (most as usize, most_of_service as usize);
        self.bounds = self.bounds.wrapping_add(1);
    }

    /// Begins a tick: with a new generation nothing is defined.
    pub fn begin(&mut self, tick: Tick) {
        if self.generation != Some(tick.generation) {
            self.generation = Some(tick.generation);
            self.slots.clear();
            self.by_service.clear();
        }
    }

    /// Series defined.
    pub fn n(&self) -> usize {
        self.slots.len()
    }

    /// The slots of these series; all of them are defined where there is room for all, or none.
    pub fn slots<const N: usize>(
        &mut self,
        kept: &mut Slots<N>,
        service: &Arc<str>,
        defs: impl FnOnce() -> [SeriesDef; N],
        out: &mut dyn Record,
    ) -> Option<[Slot; N]> {
        let generation = self.generation?;
        match kept.0 {
            Some((of, Ok(slots))) if of == generation => Some(slots),
            Some((of, Err(bounds))) if of == generation && bounds == self.bounds => None,
            _ => {
                let slots = self.define(service, defs(), out);
                kept.0 = Some((generation, slots.ok_or(self.bounds)));
                slots
            }
        }
    }

    fn define<const N: usize>(
        &mut self,
        service: &Arc<str>,
        defs: [SeriesDef; N],
        out: &mut dyn Record,
    ) -> Option<[Slot; N]> {
        let n_new = defs.iter().filter(|def| !self.slots.contains_key(&def.key)).count();
        let of_service = self.by_service.entry(Arc::clone(service)).or_default();
        if *of_service as usize + n_new > self.most_of_service || self.slots.len() + n_new > self.most {
            self.n_refused += n_new as u64;
            return None;
        }
        *of_service += n_new as u32;
        let slots = &mut self.slots;
        Some(defs.map(|def| *slots.entry(def.key.clone()).or_insert_with(|| out.define(def))))
    }
}
