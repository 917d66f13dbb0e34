//! What comes of itself as time goes on: who starts, who is asked, who is killed, who is started again.

use std::sync::Arc;
use std::time::Duration;

use super::needs::Standing;
use super::one::{One, Stage, Then};
use super::{Course, Deed, Now};
use crate::model::run::{RunStepState, StartOutcome};
use crate::model::{Severity, Timestamp};

/// Without a readiness check one is ready once it ran for so long.
pub(super) const SETTLE: Duration = Duration::from_secs(1);
/// Time for the answer to one question whether it is ready.
const ASK_TIME: Duration = Duration::from_secs(5);
/// Time that what was killed may take until it is gone.
pub(super) const KILL_GRACE: Duration = Duration::from_secs(5);
/// Shortest time for which one was ready before its restarts are counted anew.
const STEADY: Duration = Duration::from_secs(10);

impl Course {
    /// Moves on to this time.
    pub fn advance(&mut self, now: Now) {
        // Each round takes every service a stage further at most, and none of them goes round.
        for _ in 0..=self.all.len() * 4 + 4 {
            let names: Vec<Arc<str>> = self.all.keys().cloned().collect();
            let mut has_changed = false;
            for name in names {
                let Some(mut one) = self.all.remove(&name) else { continue };
                let before = (one.stage.clone(), one.doing, one.lost.len());
                // While it is out, nobody asks it.
                self.turn(&name, &mut one, now);
                has_changed |= before != (one.stage.clone(), one.doing, one.lost.len());
                if one.is_removed && !one.has_process() {
                    has_changed = true;
                    continue;
                }
                self.all.insert(name, one);
            }
            if !has_changed {
                break;
            }
        }
    }

    /// When [`Self::advance`] has something to do of itself.
    pub fn due(&self) -> Option<Duration> {
        let of = |one: &One| match &one.stage {
            Stage::Starting { .. } | Stage::WarmingUp | Stage::Up if !one.is_wanted => self.closing,
            Stage::Starting { ask_at, is_asking, until, .. } => {
                Some(if *is_asking { *until } else { (*ask_at).min(*until) })
            }
            Stage::Stopping { .. } if one.is_stuck => None,
            Stage::Stopping { kill_at, killed_at, .. } => Some(killed_at.map_or(*kill_at, |at| at + KILL_GRACE)),
            Stage::BackingOff { until, .. } => Some(*until),
            Stage::Up if one.n_in_row > 0 => Some(one.since.elapsed + steady(one)),
            _ => None,
        };
        self.all.values().filter_map(of).min()
    }

    fn turn(&mut self, name: &Arc<str>, one: &mut One, now: Now) {
        let is_to_stop = !one.is_wanted || one.is_renewed;
        match &mut one.stage {
            Stage::Stopped if one.is_wanted => one.enter(Stage::Waiting, now),
            Stage::Waiting | Stage::BackingOff { .. } | Stage::Failed { .. } if !one.is_wanted => {
                one.lost.clear();
                one.enter(Stage::Stopped, now);
            }
            Stage::Starting { .. } | Stage::WarmingUp | Stage::Up if is_to_stop => self.end(name, one, now),
            Stage::Waiting => self.begin(one, now),
            Stage::Starting { .. } => self.ask(name, one, now),
            Stage::WarmingUp => self.warm_up(name, one, now),
            Stage::Up => self.keep_up(name, one, now),
            Stage::Stopping { kill_at, killed_at, .. } if now.elapsed >= *kill_at => {
                let Some(at) = *killed_at else {
                    *killed_at = Some(now.elapsed);
                    let (service, attempt) = (name.clone(), one.attempt);
                    return self.deeds.push(Deed::End { service, attempt, is_forced: true });
                };
                // It is not started again beside itself: it stays so until it is gone.
                if now.elapsed >= at + KILL_GRACE && !std::mem::replace(&mut one.is_stuck, true) {
                    let text = format!("{name} cannot be ended");
                    let detail = "It was killed and is still there: the system holds it, or it runs as another user";
                    self.deeds.push(Deed::Say { service: name.clone(), text: format!("{text}: {detail}") });
                    self.deeds.push(Deed::Tell { severity: Severity::Error, text, detail: detail.to_owned() });
                }
            }
            Stage::BackingOff { until, .. } if now.elapsed >= *until => {
                one.n_restarts += 1;
                one.enter(Stage::Waiting, now);
            }
            Stage::Failed { by_need: Some(need) } if self.standing(need) == Standing::Usable => {
                one.n_in_row = 0;
                one.enter(Stage::Waiting, now);
            }
            _ => {}
        }
    }

    /// Has it end, once none that runs needs it.
    fn end(&mut self, name: &Arc<str>, one: &mut One, now: Now) {
        // At the very end none waits for another.
        if !self.is_held(name) || self.closing.is_some_and(|closing| now.elapsed >= closing) {
            let then = if one.is_wanted { Then::Again } else { Then::Rest };
            self.stop(one, then, now);
        }
    }

    /// Starts it, once what it needs is there.
    fn begin(&mut self, one: &mut One, now: Now) {
        one.is_renewed = false;
        one.lost.clear();
        for need in &one.run.needs.clone() {
            if need.is_optional {
                match self.is_done_without(need) {
                    Some(why) => drop(one.lost.insert(need.service.clone(), why.into())),
                    None if self.standing(&need.service) == Standing::Usable => {}
                    None => return,
                }
                continue;
            }
            match self.standing(&need.service) {
                Standing::Usable => {}
                Standing::Soon(_) => return,
                Standing::Lost(why) => {
                    one.why = format!("it needs {}: {why}", need.service);
                    one.enter(Stage::Failed { by_need: Some(need.service.clone()) }, now);
                    let name = one.run.service.clone();
                    return self.tell_failed(&name, one);
                }
            }
        }
        self.n_attempts += 1;
        one.begin(self.n_attempts, now);
        self.deeds.push(Deed::Spawn { run: one.run.clone(), attempt: one.attempt });
    }

    fn ask(&mut self, name: &Arc<str>, one: &mut One, now: Now) {
        let Stage::Starting { ask_at, is_asking, until, fault } = &mut one.stage else { return };
        let Some(readiness) = &one.started.readiness else {
            if now.elapsed >= *ask_at {
                self.answers(name, one, now);
            }
            return;
        };
        if now.elapsed >= *until {
            let said = if fault.is_empty() { String::new() } else { format!(": {fault}") };
            let why = format!("it was not ready within {} s{said}", readiness.time_out_seconds);
            return self.stop(one, Then::Fail(why), now);
        }
        if !*is_asking && now.elapsed >= *ask_at {
            *is_asking = true;
            let time_out = ASK_TIME.min(until.saturating_sub(now.elapsed)).max(Duration::from_millis(100));
            let (service, attempt, ask) = (name.clone(), one.attempt, readiness.ask.clone());
            self.deeds.push(Deed::Ask { service, attempt, ask, time_out });
        }
    }

    /// It answers: what is to be warmed up is, and then it is up.
    pub(super) fn answers(&mut self, name: &Arc<str>, one: &mut One, now: Now) {
        one.answering_seconds = Some(one.seconds(now));
        one.enter(Stage::WarmingUp, now);
        if one.is_adopted {
            // It has served before: it is warm.
            one.skip_steps();
        }
        self.warm_up(name, one, now);
    }

    fn warm_up(&mut self, name: &Arc<str>, one: &mut One, now: Now) {
        if one.doing.is_some() {
            return;
        }
        if let Some(place) = one.next_step(false) {
            return self.do_step(name, one, place, now);
        }
        one.why.clear();
        one.enter(Stage::Up, now);
        if one.is_adopted {
            // How long its start took was another's to see.
            self.deeds.push(Deed::Say { service: name.clone(), text: "ready".into() });
        } else {
            one.ready_seconds = Some(one.seconds(now));
            let parts: Vec<Arc<str>> = one.lost.keys().cloned().collect();
            self.keep(one, if parts.is_empty() { StartOutcome::Ready } else { StartOutcome::Degraded(parts) });
            let text = format!("ready after {:.2} s", one.seconds(now));
            self.deeds.push(Deed::Say { service: name.clone(), text });
        }
        self.keep_up(name, one, now);
    }

    /// Begins a step, or its next repeat or try.
    pub(super) fn do_step(&mut self, name: &Arc<str>, one: &mut One, place: usize, now: Now) {
        let Some(what) = one.started.warm_up.get(place).cloned() else { return };
        if let Some(step) = one.steps.get_mut(place) {
            step.state = RunStepState::Running;
        }
        let begun = one.doing.filter(|(doing, ..)| *doing == place).map_or(now.elapsed, |(_, begun, _)| begun);
        let left = one.doing.filter(|(doing, ..)| *doing == place).map_or(what.tries, |(.., left)| left);
        one.doing = Some((place, begun, left));
        let (service, attempt) = (name.clone(), one.attempt);
        self.deeds.push(Deed::Step { service, attempt, step: place, what });
    }

    fn keep_up(&mut self, name: &Arc<str>, one: &mut One, now: Now) {
        for need in &one.started.needs.clone() {
            match self.standing(&need.service) {
                Standing::Usable => drop(one.lost.remove(&need.service)),
                Standing::Soon(why) | Standing::Lost(why) => {
                    one.lost.insert(need.service.clone(), why.into());
                }
            }
        }
        if one.doing.is_none()
            && let Some(place) = one.next_step(true)
        {
            self.do_step(name, one, place, now);
        }
        if one.n_in_row > 0 && now.elapsed.saturating_sub(one.since.elapsed) >= steady(one) {
            one.n_in_row = 0;
        }
        if one.lost.is_empty() {
            one.has_told_lost = false;
        } else if !std::mem::replace(&mut one.has_told_lost, true) {
            let parts: Vec<String> = one.lost.iter().map(|(part, why)| format!("{part}: {why}")).collect();
            let text = format!("{name} is degraded");
            self.deeds.push(Deed::Tell { severity: Severity::Warning, text, detail: parts.join("; ") });
        }
    }

    /// Asks it to end.
    pub(super) fn stop(&mut self, one: &mut One, then: Then, now: Now) {
        if one.ready_seconds.is_none() && !one.is_adopted {
            let outcome = match &then {
                Then::Fail(why) => StartOutcome::Failed(why.as_str().into()),
                Then::Rest | Then::Again => StartOutcome::Stopped,
            };
            self.keep(one, outcome);
        }
        one.skip_steps();
        one.is_renewed = false;
        let kill_at = now.elapsed + Duration::from_secs(one.started.stop_seconds.into());
        let kill_at = self.closing.map_or(kill_at, |closing| closing.min(kill_at));
        one.enter(Stage::Stopping { kill_at, killed_at: None, then }, now);
        let (service, attempt) = (one.run.service.clone(), one.attempt);
        self.deeds.push(Deed::End { service, attempt, is_forced: false });
    }

    /// What may be started again is, after a while; what may not has failed.
    pub(super) fn fail(&mut self, name: &Arc<str>, one: &mut One, may_again: bool, now: Now) {
        one.pid = None;
        let restart = one.run.restart;
        if may_again && one.n_in_row < restart.limit {
            let doubled = u64::from(restart.first_millis) << one.n_in_row.min(32);
            let wait = Duration::from_millis(doubled.min(restart.longest_millis.into()));
            one.n_in_row += 1;
            let until_at: Timestamp = now.at.plus(wait);
            one.enter(Stage::BackingOff { until: now.elapsed + wait, until_at }, now);
            let text = format!("{}; started again in {:.1} s", one.why, wait.as_secs_f64());
            self.deeds.push(Deed::Say { service: name.clone(), text });
            return;
        }
        if may_again {
            one.why = format!("{}; it was started {} times in a row", one.why, one.n_in_row + 1);
        }
        one.enter(Stage::Failed { by_need: None }, now);
        self.tell_failed(name, one);
    }

    fn tell_failed(&mut self, name: &Arc<str>, one: &One) {
        self.deeds.push(Deed::Say { service: name.clone(), text: format!("failed: {}", one.why) });
        let text = format!("{name} failed");
        self.deeds.push(Deed::Tell { severity: Severity::Error, text, detail: one.why.clone() });
    }
}

/// How long it must have been ready before its restarts are counted anew.
fn steady(one: &One) -> Duration {
    STEADY.max(Duration::from_millis(one.run.restart.longest_millis.into()))
}
