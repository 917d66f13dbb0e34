//! The pass: asks each probe whose turn it is, and makes one batch of what they say.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::probe::{Cadence, Moment, Probe, ProbeError, Recorder};
use crate::model::{Batch, PassCost, ProbeId, ProbeState, ProbeStatus, ProcessKey, Slot, SourceId, Timestamp};

/// Time after which a probe that is unsupported is asked again, should the machine have changed.
const ASK_AGAIN: Duration = Duration::from_secs(60);

/// All probes of a machine, and what is known of them.
pub struct Sampler {
    generation: u32,
    probes: Vec<Asked>,
    recorder: Recorder,
    /// Definitions the engine has not taken yet, with the slot of the first.
    first_pending: u32,
    inspected: Option<ProcessKey>,
}

struct Asked {
    probe: Box<dyn Probe>,
    due: Duration,
    status: ProbeStatus,
    is_left_out: bool,
}

/// What a pass panics with when a probe did: which one, and what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbePanic {
    /// The probe.
    pub probe: ProbeId,
    /// Its name for people.
    pub title: &'static str,
    /// What it said.
    pub why: String,
}

impl Sampler {
    /// A sampler over these probes; `generation` counts the restarts of its worker.
    pub fn new(probes: Vec<Box<dyn Probe>>, generation: u32) -> Self {
        let probes = probes
            .into_iter()
            .map(|probe| {
                let cadence = match probe.cadence() {
                    Cadence::EveryTick => None,
                    Cadence::Every(span) => Some(span),
                };
                let status = ProbeStatus {
                    id: probe.id(),
                    title: probe.title().into(),
                    group: probe.group(),
                    state: ProbeState::Working,
                    cost: Duration::ZERO,
                    cadence,
                    n_series: 0,
                };
                Asked { probe, due: Duration::ZERO, status, is_left_out: false }
            })
            .collect();
        Self { generation, probes, recorder: Recorder::default(), first_pending: 0, inspected: None }
    }

    /// Asks for the details of one process in every pass from now on, or of none.
    pub fn inspect(&mut self, process: Option<ProcessKey>) {
        self.inspected = process;
        for asked in &mut self.probes {
            asked.probe.inspect(process);
        }
    }

    /// Never asks this probe, which failed at `since` with this reason.
    pub fn leave_out(&mut self, probe: ProbeId, since: Timestamp, why: Arc<str>) {
        for asked in self.probes.iter_mut().filter(|asked| asked.status.id == probe) {
            asked.is_left_out = true;
            asked.status.state = ProbeState::Failed { since, why: why.clone() };
        }
    }

    /// One pass. `interval` is the time to the next; probes of slower cadence are asked when due.
    ///
    /// # Panics
    /// Where a probe panics, with a [`ProbePanic`]: the sampler is of no use afterwards.
    pub fn pass(&mut self, now: Moment, interval: Duration, losses: PassCost) -> Batch {
        let started = Instant::now();
        for asked in &mut self.probes {
            // A tick that comes a little early still counts: half an interval of tolerance keeps 10 s at 10 s.
            if asked.is_left_out || asked.due > now.elapsed + interval / 2 {
                continue;
            }
            asked.probe.take_losses(losses);
            let before = (Instant::now(), self.recorder.n_defined);
            let outcome =
                catch_unwind(AssertUnwindSafe(|| asked.probe.read(now, &mut self.recorder))).unwrap_or_else(|panic| {
                    let why = panic_text(&*panic);
                    resume_unwind(Box::new(ProbePanic { probe: asked.status.id, title: asked.probe.title(), why }))
                });
            asked.status.cost = before.0.elapsed();
            asked.status.n_series += (self.recorder.n_defined - before.1) as usize;
            asked.due = now.elapsed + asked.status.cadence.unwrap_or(Duration::ZERO);
            if matches!(outcome, Err(ProbeError::Unsupported { .. })) {
                asked.due = now.elapsed + ASK_AGAIN;
            }
            asked.status.state = state_after(&asked.status.state, outcome, now);
        }
        let statuses: Arc<[ProbeStatus]> = self.probes.iter().map(|asked| asked.status.clone()).collect();
        Batch {
            source: SourceId("sample"),
            generation: self.generation,
            at: now.at,
            elapsed: now.elapsed,
            asleep: None,
            interval,
            first_defined: Slot(self.first_pending),
            defined: self.recorder.defined.clone(),
            points: std::mem::take(&mut self.recorder.points),
            processes: self.recorder.processes.take(),
            inspected: self.recorder.inspected.take(),
            probes: Some(statuses),
            machine: self.recorder.machine.take().map(Arc::new),
            services: self.recorder.services.take().map(Box::new),
            cost: PassCost { duration: started.elapsed(), ..losses },
        }
    }

    /// Says that the engine took the last batch. Until this is said each batch repeats the definitions not yet taken,
    /// so a batch that was thrown away loses values and never the meaning of later ones.
    pub fn delivered(&mut self) {
        self.first_pending += u32::try_from(self.recorder.defined.len()).unwrap_or(0);
        self.recorder.defined.clear();
    }
}

/// What a panic said.
pub fn panic_text(panic: &(dyn Any + Send)) -> String {
    if let Some(ProbePanic { title, why, .. }) = panic.downcast_ref() {
        return format!("{title}: {why}");
    }
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "it gave no reason".into())
}

fn state_after(before: &ProbeState, outcome: Result<(), ProbeError>, now: Moment) -> ProbeState {
    match outcome {
        Ok(()) => ProbeState::Working,
        Err(ProbeError::Unsupported { why }) => match before {
            ProbeState::Unsupported { why: same } if **same == *why => before.clone(),
            _ => ProbeState::Unsupported { why: why.into() },
        },
        Err(ProbeError::Failed { why }) => match before {
            ProbeState::Failed { since, why: same } if **same == *why => {
                ProbeState::Failed { since: *since, why: same.clone() }
            }
            ProbeState::Failed { since, .. } => ProbeState::Failed { since: *since, why: why.into() },
            _ => ProbeState::Failed { since: now.at, why: why.into() },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{SeriesDef, SeriesGroup, SeriesKey, Unit};

    /// Gives a value at each reading, and panics where it is told to.
    struct Fragile(&'static str, bool);

    impl Probe for Fragile {
        fn id(&self) -> ProbeId {
            ProbeId(self.0)
        }
        fn title(&self) -> &'static str {
            self.0
        }
        fn group(&self) -> SeriesGroup {
            SeriesGroup::Cpu
        }
        fn cadence(&self) -> Cadence {
            Cadence::EveryTick
        }
        fn read(&mut self, _now: Moment, out: &mut Recorder) -> Result<(), ProbeError> {
            assert!(!self.1, "it broke");
            let slot = out.define(SeriesDef {
                key: SeriesKey::new(self.0, &[]),
                unit: Unit::Ratio,
                group: SeriesGroup::Cpu,
                name: "".into(),
                instance: "".into(),
                probe: self.id(),
                cadence: None,
            });
            out.put(slot, 1.0);
            Ok(())
        }
    }

    fn sampler() -> Sampler {
        Sampler::new(vec![Box::new(Fragile("sound", false)), Box::new(Fragile("broken", true))], 0)
    }

    fn pass(sampler: &mut Sampler) -> Batch {
        let now = Moment { at: Timestamp::from_millis(0), elapsed: Duration::ZERO };
        sampler.pass(now, Duration::from_secs(1), PassCost::default())
    }

    #[test]
    fn a_panic_says_which_probe_it_was() {
        let mut sampler = sampler();
        let panic = catch_unwind(AssertUnwindSafe(|| pass(&mut sampler))).expect_err("it breaks");
        let panic = panic.downcast_ref::<ProbePanic>().expect("of a probe");
        assert_eq!((panic.probe, &*panic.why), (ProbeId("broken"), "it broke"));
        assert_eq!(panic_text(panic), "broken: it broke");
    }

    #[test]
    fn a_probe_that_is_left_out_is_not_asked_and_says_why() {
        let mut sampler = sampler();
        sampler.leave_out(ProbeId("broken"), Timestamp::from_millis(7), "twice".into());
        let batch = pass(&mut sampler);
        assert_eq!(batch.points.len(), 1);
        let states: Vec<&ProbeState> = batch.probes.iter().flat_map(|list| list.iter()).map(|p| &p.state).collect();
        let failed = ProbeState::Failed { since: Timestamp::from_millis(7), why: "twice".into() };
        assert_eq!(states, [&ProbeState::Working, &failed]);
    }
}
