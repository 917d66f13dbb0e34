//! How each service does, as clients see it.

use std::sync::Arc;

use super::one::{One, Stage};
use super::{Course, Now, words};
use crate::model::run::{DegradedPart, RunPhase, RunState, RunStepState};

impl Course {
    /// How each service does, by name, without what the course does not know: output, past starts, offers.
    pub fn states(&self, now: Now) -> Vec<RunState> {
        self.all
            .iter()
            .filter(|(_, one)| !one.is_removed || one.has_process())
            .map(|(_, one)| self.state(one, now))
            .collect()
    }

    /// How the service of this name does.
    pub fn state_of(&self, service: &str, now: Now) -> Option<RunState> {
        self.all.get(service).map(|one| self.state(one, now))
    }

    /// Whether it is asked for and not yet what it is to be.
    pub fn is_under_way(&self, service: &str) -> bool {
        self.all.get(service).is_some_and(|one| one.is_renewed || !phase(one, Vec::new()).is_settled())
    }

    /// Whether it runs or is to.
    pub fn is_wanted(&self, service: &str) -> bool {
        self.all.get(service).is_some_and(|one| one.is_wanted)
    }

    /// Services whose processes run, with the numbers of those that lead them.
    pub fn processes(&self) -> Vec<(Arc<str>, u32)> {
        self.all.iter().filter_map(|(name, one)| Some((name.clone(), one.pid?))).collect()
    }

    fn state(&self, one: &One, now: Now) -> RunState {
        let awaited = if one.stage == Stage::Waiting { self.awaited(one) } else { Vec::new() };
        let phase = phase(one, awaited);
        let is_started = one.attempt > 0;
        let degraded = match phase {
            RunPhase::Degraded | RunPhase::WarmingUp | RunPhase::Starting => {
                one.lost.iter().map(|(part, why)| DegradedPart { part: part.clone(), why: why.clone() }).collect()
            }
            _ => Vec::new(),
        };
        let mut steps = if is_started { one.steps.clone() } else { Vec::new() };
        if let Some((place, begun, _)) = one.doing
            && let Some(step) = steps.get_mut(place).filter(|step| step.state == RunStepState::Running)
        {
            // To the tenth, so that it is not another with every look.
            let seconds = now.elapsed.saturating_sub(begun).as_secs_f64();
            step.seconds = Some((seconds * 10.0).floor() / 10.0);
        }
        let mut state = RunState {
            service: one.run.service.clone(),
            phase,
            since: one.since.at,
            pid: one.pid.filter(|_| one.has_process()),
            degraded,
            needs: one.run.needs.clone(),
            steps,
            started_at: one.begun.map(|begun| begun.at),
            ready_seconds: one.ready_seconds,
            n_restarts: one.n_restarts,
            last_exit: one.last_exit.as_str().into(),
            is_adopted: one.is_adopted && one.has_process(),
            ..RunState::default()
        };
        let why = if one.is_stuck { "it was killed and is still there" } else { &one.why };
        state.sentence = words::sentence(&state, why, one.is_stuck, now).into();
        state
    }

    /// What a service waits for.
    fn awaited(&self, one: &One) -> Vec<Arc<str>> {
        let is_missing =
            |need: &&crate::model::run::Need| self.standing(&need.service) != super::needs::Standing::Usable;
        one.run.needs.iter().filter(is_missing).map(|need| need.service.clone()).collect()
    }
}

fn phase(one: &One, awaited: Vec<Arc<str>>) -> RunPhase {
    match &one.stage {
        Stage::Stopped => RunPhase::Stopped,
        Stage::Waiting => RunPhase::Waiting(awaited),
        Stage::Spawning | Stage::Starting { .. } => RunPhase::Starting,
        Stage::WarmingUp => RunPhase::WarmingUp,
        Stage::Up if one.lost.is_empty() => RunPhase::Ready,
        Stage::Up => RunPhase::Degraded,
        Stage::Stopping { .. } => RunPhase::Stopping,
        Stage::BackingOff { until_at, .. } => RunPhase::BackingOff { until: *until_at },
        Stage::Failed { .. } => RunPhase::Failed,
    }
}
