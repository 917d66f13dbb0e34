//! What a person asks of the course.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::one::{One, Stage};
use super::{Course, Deed, Now};
use crate::model::Severity;
use crate::model::run::{Run, RunCommand};

impl Course {
    /// Runs these services from now on. One that is no longer among them is stopped; a changed one is run so at its next
    /// start. Gives the new ones that start with Perfdesk, for who calls it first.
    pub fn set(&mut self, runs: Vec<Run>, now: Now) -> Vec<Arc<str>> {
        let names: BTreeSet<Arc<str>> = runs.iter().map(|run| run.service.clone()).collect();
        for (name, one) in &mut self.all {
            if !names.contains(name) {
                (one.is_removed, one.is_wanted, one.is_renewed) = (true, false, false);
            }
        }
        let mut beginning = Vec::new();
        for run in runs {
            match self.all.get_mut(&run.service) {
                Some(one) => {
                    one.is_removed = false;
                    if *one.run != run {
                        one.run = Arc::new(run);
                    }
                }
                None => {
                    if run.starts_with_perfdesk {
                        beginning.push(run.service.clone());
                    }
                    self.all.insert(run.service.clone(), One::new(run, now));
                }
            }
        }
        self.advance(now);
        beginning
    }

    /// Which checked services are healthy; `None` where that is not known yet.
    pub fn checked(&mut self, healthy: impl IntoIterator<Item = (Arc<str>, Option<bool>)>, now: Now) {
        self.checked = healthy.into_iter().collect();
        self.advance(now);
    }

    /// Carries a command out, but for those about set-up and output.
    pub fn command(&mut self, command: &RunCommand, now: Now) {
        match command {
            RunCommand::Start(service) if self.is_known(service) => self.start(service, now),
            RunCommand::Stop(service) if self.is_known(service) => {
                for name in self.with_dependents(service) {
                    self.rest(&name);
                }
            }
            RunCommand::Restart(service) if self.is_known(service) => self.restart(service, now),
            RunCommand::StartAll => {
                let eager: Vec<Arc<str>> = self
                    .all
                    .iter()
                    .filter(|(_, one)| !one.run.is_lazy && !one.is_removed)
                    .map(|(name, _)| name.clone())
                    .collect();
                eager.iter().for_each(|name| self.start(name, now));
            }
            RunCommand::StopAll => {
                let all: Vec<Arc<str>> = self.all.keys().cloned().collect();
                all.iter().for_each(|name| self.rest(name));
            }
            RunCommand::Start(service) | RunCommand::Stop(service) | RunCommand::Restart(service) => {
                let text = format!("{service} is not run by Perfdesk");
                let detail = "Say on the Services page how it is started".to_owned();
                self.deeds.push(Deed::Tell { severity: Severity::Error, text, detail });
            }
            RunCommand::Put(_) | RunCommand::Remove(_) | RunCommand::AskOutput(_) | RunCommand::LeaveOutput(_) => {}
        }
        self.advance(now);
    }

    /// Ends all that is not to outlive Perfdesk, each within `most` once it is its turn.
    pub fn close(&mut self, most: Duration, now: Now) {
        self.closing = Some(now.elapsed + most);
        let ending: Vec<Arc<str>> =
            self.all.iter().filter(|(_, one)| !one.started.outlives_perfdesk).map(|(name, _)| name.clone()).collect();
        ending.iter().for_each(|name| self.rest(name));
        for one in self.all.values_mut() {
            if let Stage::Stopping { kill_at, .. } = &mut one.stage {
                *kill_at = (*kill_at).min(now.elapsed + most);
            }
        }
        self.advance(now);
    }

    /// Whether all that was to end with Perfdesk has.
    pub fn is_closed(&self) -> bool {
        self.all.values().all(|one| one.started.outlives_perfdesk || !one.has_process())
    }

    fn is_known(&self, service: &Arc<str>) -> bool {
        self.all.get(service).is_some_and(|one| !one.is_removed)
    }

    fn start(&mut self, service: &Arc<str>, now: Now) {
        for name in self.with_needs(service) {
            let Some(one) = self.all.get_mut(&name) else { continue };
            let is_new = !one.is_wanted;
            one.is_wanted = true;
            match &mut one.stage {
                Stage::BackingOff { .. } | Stage::Failed { .. } | Stage::Stopped => {
                    one.n_in_row = 0;
                    one.enter(Stage::Waiting, now);
                }
                Stage::Stopping { then, .. } if is_new => *then = super::one::Then::Again,
                _ => {}
            }
        }
    }

    fn rest(&mut self, service: &Arc<str>) {
        if let Some(one) = self.all.get_mut(service) {
            (one.is_wanted, one.is_renewed) = (false, false);
            if let Stage::Stopping { then, .. } = &mut one.stage {
                *then = super::one::Then::Rest;
            }
        }
    }

    fn restart(&mut self, service: &Arc<str>, now: Now) {
        let is_off = self.all.get(service).is_none_or(|one| !one.is_wanted);
        if is_off {
            return self.start(service, now);
        }
        for name in self.with_dependents(service) {
            let Some(one) = self.all.get_mut(&name).filter(|one| one.is_wanted) else { continue };
            match &mut one.stage {
                Stage::Stopping { then, .. } => *then = super::one::Then::Again,
                Stage::BackingOff { .. } | Stage::Failed { .. } | Stage::Stopped => {
                    one.n_in_row = 0;
                    one.enter(Stage::Waiting, now);
                }
                Stage::Waiting => {}
                _ => (one.is_renewed, one.n_in_row) = (true, 0),
            }
        }
    }
}
