//! Starts of services as series: how long each took until it was ready, how long each step of it, and how often a service was
//! started again.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::run::{RunState, StartRecord};
use crate::model::{ProbeId, SeriesDef, SeriesGroup, SeriesKey, Slot, Unit};
use crate::telemetry::record::{Record, Tick};

/// Starts that wait for a tick at most; the oldest go first.
const MAX_WAITING: usize = 200;
/// Series at most; further steps are left out.
const MAX_SERIES: usize = 1_000;

/// What of it waits to be recorded.
#[derive(Debug, Default)]
pub struct StartFigures {
    waiting: Vec<(Arc<str>, StartRecord)>,
    slots: BTreeMap<(Arc<str>, Arc<str>), Slot>,
    generation: Option<u32>,
}

impl StartFigures {
    /// Takes a start in.
    pub fn take(&mut self, service: &Arc<str>, record: &StartRecord) {
        if self.waiting.len() >= MAX_WAITING {
            self.waiting.remove(0);
        }
        self.waiting.push((service.clone(), record.clone()));
    }

    /// Records what waits, and how often each service was started again.
    pub fn record(&mut self, states: &[Arc<RunState>], tick: Tick, out: &mut dyn Record) {
        if self.generation.replace(tick.generation) != Some(tick.generation) {
            self.slots.clear();
        }
        for (service, record) in std::mem::take(&mut self.waiting) {
            if let Some(seconds) = record.ready_seconds {
                self.put(&service, "", || duration(&service), seconds, out);
            }
            for step in record.steps.iter().filter(|step| !step.has_failed) {
                self.put(&service, &step.name, || step_duration(&service, &step.name), step.seconds, out);
            }
        }
        for state in states {
            let n = f64::from(state.n_restarts);
            self.put(&state.service, "\n", || restarts(&state.service), n, out);
        }
    }

    fn put(&mut self, service: &Arc<str>, what: &str, def: impl Fn() -> SeriesDef, value: f64, out: &mut dyn Record) {
        let key = (service.clone(), Arc::from(what));
        let slot = match self.slots.get(&key) {
            Some(slot) => *slot,
            None if self.slots.len() >= MAX_SERIES => return,
            None => {
                let slot = out.define(def());
                self.slots.insert(key, slot);
                slot
            }
        };
        out.put(slot, value);
    }
}

fn duration(service: &Arc<str>) -> SeriesDef {
    let key = SeriesKey::new("service.start.duration", &[("service.name", service)]);
    def(key, Unit::Seconds, "Time to ready", service.clone())
}

fn step_duration(service: &Arc<str>, step: &Arc<str>) -> SeriesDef {
    let key = SeriesKey::new("service.start.step.duration", &[("service.name", service), ("step", step)]);
    def(key, Unit::Seconds, "Warm-up step", format!("{service}, {step}").into())
}

fn restarts(service: &Arc<str>) -> SeriesDef {
    let key = SeriesKey::new("service.restart.count", &[("service.name", service)]);
    def(key, Unit::Count("restart"), "Restarts", service.clone())
}

fn def(key: SeriesKey, unit: Unit, name: &str, instance: Arc<str>) -> SeriesDef {
    SeriesDef {
        key,
        unit,
        group: SeriesGroup::Services,
        name: name.into(),
        instance,
        probe: ProbeId("services"),
        cadence: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;
    use crate::model::run::StepSeconds;

    #[derive(Default)]
    struct Out {
        names: Vec<String>,
        values: Vec<String>,
    }

    impl Record for Out {
        fn define(&mut self, def: SeriesDef) -> Slot {
            self.names.push(def.key.to_string());
            Slot(u32::try_from(self.names.len() - 1).expect("few"))
        }

        fn put(&mut self, slot: Slot, value: f64) {
            self.values.push(format!("{} {value}", self.names[slot.0 as usize]));
        }
    }

    #[test]
    fn a_start_is_recorded_once_with_its_steps() {
        let (mut figures, mut out) = (StartFigures::default(), Out::default());
        let step = |name: &str, has_failed| StepSeconds { name: name.into(), seconds: 0.25, has_failed };
        let steps = vec![step("cache", false), step("model", true)];
        let record = StartRecord { ready_seconds: Some(1.5), steps, ..StartRecord::default() };
        figures.take(&"shop".into(), &record);
        let state = Arc::new(RunState { service: "shop".into(), n_restarts: 2, ..RunState::default() });
        let mut tick = Tick { at: Timestamp::default(), elapsed: std::time::Duration::ZERO, generation: 0 };
        figures.record(std::slice::from_ref(&state), tick, &mut out);
        let restarts = "service.restart.count{service.name=\"shop\"} 2";
        let expect = [
            "service.start.duration{service.name=\"shop\"} 1.5",
            "service.start.step.duration{service.name=\"shop\",step=\"cache\"} 0.25",
            restarts,
        ];
        assert_eq!(out.values, expect);
        out.values.clear();
        figures.record(std::slice::from_ref(&state), tick, &mut out);
        assert_eq!((out.values.as_slice(), out.names.len()), ([restarts.to_owned()].as_slice(), 3));
        tick.generation = 1;
        figures.record(&[state], tick, &mut out);
        assert_eq!(out.names.len(), 4, "with another start of the sampling every series is defined anew");
    }
}
