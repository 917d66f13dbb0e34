//! What happens outside, as the course takes it.

use std::sync::Arc;
use std::time::Duration;

use super::one::{One, Stage, Then};
use super::turns::SETTLE;
use super::{Course, Deed, Exit, Happening, Now, What};
use crate::model::Severity;
use crate::model::run::{OnFailure, RestartWhen, RunStepState, StartOutcome, StartRecord, StepSeconds};

impl Course {
    /// Takes in what happened.
    pub fn take(&mut self, happening: Happening, now: Now) {
        let Happening { service, attempt, what } = happening;
        let Some(mut one) = self.all.remove(&service) else { return };
        match what {
            What::Found { pid, started_at } => self.found(&mut one, pid, started_at, now),
            // What comes late of an earlier start is over.
            _ if attempt != one.attempt => {}
            What::Spawned { pid } => self.spawned(&service, &mut one, pid, now),
            What::NotSpawned { why, is_final } => self.not_spawned(&service, &mut one, why, is_final, now),
            What::Asked(outcome) => self.asked(&service, &mut one, outcome, now),
            What::Stepped { step, outcome } => self.stepped(&service, &mut one, step, outcome, now),
            What::Left { exit, pid } => {
                one.pid = Some(pid);
                one.last_exit = exit.words.clone();
                let text = format!("{}, and left process {pid} behind, which is followed", exit.words);
                self.deeds.push(Deed::Say { service: service.clone(), text });
            }
            What::Gone(exit) => self.gone(&service, &mut one, exit, now),
        }
        self.all.insert(service, one);
        self.advance(now);
    }

    fn found(&mut self, one: &mut One, pid: u32, started_at: crate::model::Timestamp, now: Now) {
        if one.has_process() {
            return;
        }
        self.n_attempts += 1;
        one.begin(self.n_attempts, now);
        one.is_wanted = true;
        one.is_adopted = true;
        one.pid = Some(pid);
        one.begun = Some(Now { at: started_at, elapsed: now.elapsed.saturating_sub(now.at.since(started_at)), ..now });
        self.enter_starting(one, now, now.elapsed);
        let text = format!("found running since an earlier run of Perfdesk: process {pid}");
        self.deeds.push(Deed::Say { service: one.run.service.clone(), text });
    }

    /// The number of the newest start of a service, for who adopts it.
    pub fn attempt(&self, service: &str) -> Option<u64> {
        self.all.get(service).map(|one| one.attempt)
    }

    fn enter_starting(&mut self, one: &mut One, now: Now, from: Duration) {
        let (ask_at, until) = match &one.started.readiness {
            Some(readiness) => (from, from + Duration::from_secs(readiness.time_out_seconds.into())),
            None if one.is_adopted => (from, Duration::MAX),
            None => (from + SETTLE, Duration::MAX),
        };
        one.enter(Stage::Starting { ask_at, is_asking: false, until, fault: String::new() }, now);
    }

    fn spawned(&mut self, name: &Arc<str>, one: &mut One, pid: u32, now: Now) {
        if one.stage != Stage::Spawning {
            return;
        }
        one.pid = Some(pid);
        self.enter_starting(one, now, now.elapsed);
        self.deeds.push(Deed::Say { service: name.clone(), text: format!("started, process {pid}") });
    }

    fn not_spawned(&mut self, name: &Arc<str>, one: &mut One, why: String, is_final: bool, now: Now) {
        if one.stage != Stage::Spawning {
            return;
        }
        self.keep(one, StartOutcome::Failed(why.as_str().into()));
        one.skip_steps();
        one.why = why;
        if !one.is_wanted {
            return one.enter(Stage::Stopped, now);
        }
        let may_again = !is_final && one.run.restart.when != RestartWhen::Never;
        self.fail(name, one, may_again, now);
    }

    fn asked(&mut self, name: &Arc<str>, one: &mut One, outcome: Result<(), String>, now: Now) {
        let every = one.started.readiness.as_ref().map_or(0, |readiness| readiness.every_millis);
        let Stage::Starting { ask_at, is_asking, fault, .. } = &mut one.stage else { return };
        match outcome {
            Ok(()) if one.is_wanted && !one.is_renewed => self.answers(name, one, now),
            Ok(()) => *is_asking = false,
            Err(why) => {
                (*is_asking, *fault) = (false, why);
                *ask_at = now.elapsed + Duration::from_millis(every.max(1).into());
            }
        }
    }

    fn stepped(&mut self, name: &Arc<str>, one: &mut One, place: usize, outcome: Result<(), String>, now: Now) {
        let Some((doing, begun, left)) = one.doing.filter(|(doing, ..)| *doing == place) else { return };
        let Some(step) = one.steps.get_mut(place) else { return };
        step.seconds = Some(now.elapsed.saturating_sub(begun).as_secs_f64());
        let (is_done, tries_left) = match &outcome {
            Ok(()) => {
                step.n_done += 1;
                (step.n_done >= step.n_all, one.started.warm_up.get(place).map_or(1, |step| step.tries))
            }
            Err(_) => (left <= 1, left.saturating_sub(1)),
        };
        if !is_done {
            one.doing = Some((doing, begun, tries_left));
            return self.do_step(name, one, place, now);
        }
        one.doing = None;
        let Err(why) = outcome else {
            step.state = RunStepState::Done;
            return;
        };
        step.state = RunStepState::Failed;
        step.error = why.as_str().into();
        let text = format!("the step {} failed: {why}", step.name);
        self.deeds.push(Deed::Say { service: name.clone(), text: text.clone() });
        match step.on_failure {
            // One that is lazy comes too late to fail a start.
            OnFailure::FailStart if !step.is_lazy => self.stop(one, Then::Fail(text), now),
            OnFailure::FailStart | OnFailure::Degrade => {
                one.lost.insert(step.name.clone(), why.into());
            }
            OnFailure::Ignore => {}
        }
    }

    fn gone(&mut self, name: &Arc<str>, one: &mut One, exit: Exit, now: Now) {
        if !one.has_process() {
            return;
        }
        one.pid = None;
        one.last_exit = exit.words.clone();
        let stage = std::mem::replace(&mut one.stage, Stage::Stopped);
        one.since = now;
        if let Stage::Stopping { then, killed_at, .. } = stage {
            let is_killed = killed_at.is_some();
            let how = if is_killed { "it did not end when asked and was killed" } else { "stopped" };
            one.last_exit = if is_killed { how.into() } else { exit.words };
            self.deeds.push(Deed::Say { service: name.clone(), text: how.into() });
            return match then {
                Then::Rest => one.lost.clear(),
                Then::Again => one.enter(Stage::Waiting, now),
                Then::Fail(why) => {
                    one.why = with_lines(&why, &exit.last_lines);
                    let may_again = one.run.restart.when != RestartWhen::Never;
                    self.fail(name, one, may_again, now);
                }
            };
        }
        one.skip_steps();
        let is_up = stage == Stage::Up;
        let early = if is_up { "" } else { " before it was ready" };
        one.why = with_lines(&format!("{}{early}", exit.words), &exit.last_lines);
        if !is_up && !one.is_adopted {
            self.keep(one, StartOutcome::Failed(one.why.as_str().into()));
        }
        if !one.is_wanted {
            one.lost.clear();
            return;
        }
        if one.is_renewed {
            one.is_renewed = false;
            return one.enter(Stage::Waiting, now);
        }
        let may_again = match one.run.restart.when {
            RestartWhen::Never => false,
            RestartWhen::Always => true,
            RestartWhen::OnFailure => !is_up || !exit.is_clean,
        };
        if is_up && exit.is_clean && !may_again {
            one.is_wanted = false;
            one.lost.clear();
            let text = format!("{name} ended by itself");
            self.deeds.push(Deed::Tell { severity: Severity::Info, text, detail: one.why.clone() });
            return one.enter(Stage::Stopped, now);
        }
        self.fail(name, one, may_again, now);
    }

    /// Has a start kept that is over.
    pub(super) fn keep(&mut self, one: &One, outcome: StartOutcome) {
        let Some(begun) = one.begun else { return };
        let done = |step: &&crate::model::run::RunStep| step.seconds.is_some();
        let steps = one.steps.iter().filter(done).map(|step| StepSeconds {
            name: step.name.clone(),
            seconds: step.seconds.unwrap_or(0.0),
            has_failed: step.state == RunStepState::Failed,
        });
        let record = StartRecord {
            at: begun.at,
            profile: None,
            answering_seconds: one.answering_seconds,
            ready_seconds: one.ready_seconds,
            steps: steps.collect(),
            outcome,
        };
        self.deeds.push(Deed::Keep { service: one.run.service.clone(), record });
    }
}

/// What happened, with the last that was printed.
fn with_lines(why: &str, lines: &[String]) -> String {
    if lines.is_empty() { why.to_owned() } else { format!("{why}; it printed last: {}", lines.join(" | ")) }
}
