//! The pass: asks each probe whose turn it is, and makes one batch of what they say.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::probe::{Cadence, Moment, Probe, ProbeError, Recorder};
use crate::model::{Batch, PassCost, ProbeState, ProbeStatus, ProcessKey, Slot, SourceId};

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
                Asked { probe, due: Duration::ZERO, status }
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

    /// One pass. `interval` is the time to the next; probes of slower cadence are asked when due.
    pub fn pass(&mut self, now: Moment, interval: Duration, losses: PassCost) -> Batch {
        let started = Instant::now();
        for asked in &mut self.probes {
            // A tick that comes a little early still counts: half an interval of tolerance keeps 10 s at 10 s.
            if asked.due > now.elapsed + interval / 2 {
                continue;
            }
            let before = (Instant::now(), self.recorder.n_defined);
            let outcome = asked.probe.read(now, &mut self.recorder);
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
            interval,
            first_defined: Slot(self.first_pending),
            defined: self.recorder.defined.clone(),
            points: std::mem::take(&mut self.recorder.points),
            processes: self.recorder.processes.take(),
            inspected: self.recorder.inspected.take(),
            probes: Some(statuses),
            machine: self.recorder.machine.take().map(Arc::new),
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
