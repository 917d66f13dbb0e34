//! Breakdowns: what is told and done when a worker or a probe breaks down, and when it works again.

use std::sync::Arc;

use super::workers::MAX_RESTARTS;
use super::{Core, Effect};
use crate::engine::store_worker::StoreRequest;
use crate::model::{
    AnnotationKind, Health, Notice, NoticeId, ProbeId, ProbeState, ProbeStatus, Severity, Snapshot, Timestamp,
    WorkerState,
};

/// A probe that broke the sample thread down so often is left out from then on.
const MAX_PROBE_BREAKDOWNS: usize = 2;

/// What broke down since the start.
#[derive(Debug, Default)]
pub struct Breakdowns {
    /// Each breakdown of a probe.
    of_probes: Vec<(ProbeId, Timestamp, Arc<str>)>,
    /// Whether the sample thread broke down and has sent nothing since.
    is_sampling_down: bool,
}

impl Breakdowns {
    /// Probes that broke down too often, since when, and why.
    pub fn left_out(&self) -> Vec<(ProbeId, Timestamp, Arc<str>)> {
        let mut left_out: Vec<(ProbeId, Timestamp, Arc<str>)> = Vec::new();
        for (probe, at, why) in &self.of_probes {
            let n = self.of_probes.iter().filter(|(other, ..)| other == probe).count();
            if n >= MAX_PROBE_BREAKDOWNS && left_out.iter().all(|(other, ..)| other != probe) {
                let why = format!("It broke down {n} times and is left out until Perfdesk is restarted: {why}");
                left_out.push((*probe, *at, why.into()));
            }
        }
        left_out
    }
}

impl Core {
    /// Tells that the sample thread broke down, and starts it again unless that was done too often.
    pub(super) fn sampling_broke_down(&mut self, probe: Option<ProbeId>, why: &str) -> Vec<Effect> {
        let next_start = self.workers.died("sample", self.now, why);
        let detail = match next_start {
            Some(n) => format!("It said: {why}. It was started again ({n} of {MAX_RESTARTS}); charts show a gap"),
            None => format!("It said: {why}. It broke down too often and stays stopped: restart Perfdesk"),
        };
        self.tell(Severity::Error, "The sample thread broke down", detail);
        self.note(self.now, AnnotationKind::Trouble, format!("The sample thread broke down: {why}"));
        self.next.health = Arc::new(self.health.with_workers(&self.next.health, &self.workers));
        self.breakdowns.is_sampling_down = true;
        self.breakdowns.of_probes.extend(probe.map(|probe| (probe, self.now, why.into())));
        let failed = ProbeState::Failed { since: self.now, why: format!("the sample thread broke down: {why}").into() };
        let fail = |probe: &ProbeStatus| match probe.state {
            ProbeState::Unsupported { .. } => probe.clone(),
            _ => ProbeStatus { state: failed.clone(), ..probe.clone() },
        };
        self.next.probes = self.next.probes.iter().map(fail).collect();
        // Nothing more comes for a while: what waits is made safe.
        let flush = Effect::Store(StoreRequest::Flush(self.now));
        next_start.map(|n| Effect::RestartSampling(self.sample_start(n))).into_iter().chain([flush]).collect()
    }

    /// Tells that a job broke down. The thread that does jobs goes on with the next.
    pub(super) fn job_broke_down(&mut self, worker: &'static str, why: &str) {
        self.workers.recovered(worker, self.now, why);
        let detail = match worker {
            "apply" => format!("It said: {why}. What was under way is put right at the next look, and told of"),
            _ => format!("It said: {why}. What it was to do may not be done; other jobs go on"),
        };
        let what = match worker {
            "apply" => "The apply thread broke down",
            "task" => "A task broke down",
            "remote-write" => "Remote-write broke down",
            "query" | "compare" => "A question to history broke down",
            _ => "A job broke down",
        };
        self.tell(Severity::Error, what, detail);
        self.next.health = Arc::new(self.health.with_workers(&self.next.health, &self.workers));
    }

    /// A probe that worked and now fails is told of once; its return too. After a breakdown of the sample thread one
    /// line speaks for all that return.
    pub(super) fn tell_states(&mut self, probes: &[ProbeStatus]) {
        if std::mem::take(&mut self.breakdowns.is_sampling_down) {
            self.tell(Severity::Info, "Sampling works again", "");
            return;
        }
        let before = self.next.probes.clone();
        for probe in probes {
            let Some(was) = before.iter().find(|p| p.id == probe.id) else { continue };
            match (&was.state, &probe.state) {
                (ProbeState::Working, ProbeState::Failed { why, .. }) => {
                    self.tell(Severity::Warning, format!("{} cannot be read", probe.title), why.clone());
                }
                (ProbeState::Failed { .. }, ProbeState::Working) => {
                    self.tell(Severity::Info, format!("{} can be read again", probe.title), "");
                }
                _ => {}
            }
        }
    }
}

/// The last snapshot of an engine that broke down itself: everything stands still from there on, and it says so.
pub fn after_engine_broke_down(last: &Snapshot, now: Timestamp, why: &str) -> Snapshot {
    let mut health = Health::clone(&last.health);
    for worker in &mut health.workers {
        worker.state = WorkerState::Stopped { at: now, why: why.into() };
    }
    let notice = Notice {
        id: last.notices.iter().map(|notice| NoticeId(notice.id.0 + 1)).max().unwrap_or(NoticeId(0)),
        at: now,
        severity: Severity::Error,
        text: "The engine thread broke down".into(),
        detail: format!("It said: {why}. Nothing is sampled or saved any more: restart Perfdesk").into(),
    };
    Snapshot {
        seq: last.seq + 1,
        health: Arc::new(health),
        notices: last.notices.iter().cloned().chain([notice]).collect(),
        ..last.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::tests::{at, batch_defining, core, told};
    use super::*;
    use crate::engine::handle::Input;
    use crate::model::{Batch, SeriesGroup};

    fn died(probe: Option<&'static str>) -> Input {
        Input::WorkerDied { worker: "sample", probe: probe.map(ProbeId), why: "index out of bounds".into() }
    }

    fn batch(n: i64, states: &[(&'static str, ProbeState)]) -> Input {
        let status = |(name, state): &(&'static str, ProbeState)| ProbeStatus {
            id: ProbeId(name),
            title: (*name).into(),
            group: SeriesGroup::Cpu,
            state: state.clone(),
            cost: Duration::ZERO,
            cadence: None,
            n_series: 1,
        };
        let probes = Some(states.iter().map(status).collect());
        Input::Batch(Box::new(Batch { at: at(n), probes, ..batch_defining(0, 0, &[]) }))
    }

    #[test]
    fn a_probe_that_breaks_down_twice_is_left_out_and_others_are_not() {
        let mut core = core();
        let mut left_out = |probe| {
            let effects = core.take(died(probe), at(1));
            let Some(Effect::RestartSampling(start)) = effects.into_iter().next() else { return None };
            Some(start.left_out.iter().map(|(probe, _, why)| format!("{}: {why}", probe.0)).collect::<Vec<_>>())
        };
        assert_eq!(left_out(Some("cpu")), Some(vec![]));
        assert_eq!(left_out(Some("disk")), Some(vec![]));
        let why = "cpu: It broke down 2 times and is left out until Perfdesk is restarted: index out of bounds";
        assert_eq!(left_out(Some("cpu")), Some(vec![why.to_owned()]));
        assert_eq!(left_out(None), None, "three starts are enough");
    }

    #[test]
    fn after_a_breakdown_one_line_speaks_for_all_probes_and_what_is_not_here_stays_so() {
        let mut core = core();
        let absent = ProbeState::Unsupported { why: "No swap".into() };
        let states = [("cpu", ProbeState::Working), ("disk", ProbeState::Working), ("swap", absent.clone())];
        core.take(batch(0, &states), at(0));
        core.take(died(None), at(1));
        let probes = core.publish().probes;
        assert!(probes[..2].iter().all(|probe| matches!(probe.state, ProbeState::Failed { .. })), "{probes:?}");
        assert_eq!(probes[2].state, absent);
        core.take(batch(2, &states), at(2));
        core.take(batch(3, &states), at(3));
        let told = told(&mut core);
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].starts_with("The sample thread broke down") && told[1].starts_with("Sampling works again"));
    }

    #[test]
    fn a_job_that_breaks_down_costs_no_other_however_often() {
        let mut core = core();
        for n in 0..5 {
            let died = Input::WorkerDied { worker: "job", probe: None, why: format!("fault {n}") };
            assert!(core.take(died, at(n)).is_empty());
        }
        let snapshot = core.publish();
        let job = snapshot.health.workers.iter().find(|w| w.name == "job").expect("listed");
        assert!(matches!(job.state, WorkerState::Restarted { .. }) && job.n_restarts == 5, "{job:?}");
        let detail = &snapshot.notices[4].detail;
        assert_eq!(&**detail, "It said: fault 4. What it was to do may not be done; other jobs go on");
    }
}
