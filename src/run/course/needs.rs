//! What services need of each other: who may start, who must be stopped first.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Course;
use super::one::{One, Stage};
use crate::model::run::Need;

/// How what is needed stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// It may be used.
    Usable,
    /// It may be by and by: what it waits for.
    Soon(String),
    /// It will not be by itself: why.
    Lost(String),
}

impl Course {
    /// How a service stands for those that need it.
    pub(super) fn standing(&self, service: &Arc<str>) -> Standing {
        match self.all.get(service).filter(|one| !one.is_removed) {
            Some(one) if one.is_usable() => Standing::Usable,
            Some(one) => match &one.stage {
                Stage::Failed { .. } => Standing::Lost(format!("{service} failed: {}", one.why)),
                Stage::Stopped if !one.is_wanted => Standing::Lost(format!("{service} does not run")),
                Stage::BackingOff { .. } => Standing::Soon(format!("{service} did not stay up: {}", one.why)),
                _ => Standing::Soon(format!("{service} is not ready yet")),
            },
            None => match self.checked.get(service) {
                Some(Some(true)) => Standing::Usable,
                Some(Some(false)) => Standing::Soon(format!("{service} is unhealthy")),
                Some(None) => Standing::Soon(format!("{service} was not checked yet")),
                None => Standing::Lost(format!(
                    "{service} is neither run nor checked by Perfdesk: add a health check of it, or take the need away"
                )),
            },
        }
    }

    /// Whether one that is only optional is done without for now.
    pub(super) fn is_done_without(&self, need: &Need) -> Option<String> {
        match self.standing(&need.service) {
            Standing::Usable => None,
            Standing::Lost(why) => Some(why),
            Standing::Soon(why) => {
                let run = self.all.get(&need.service).filter(|one| !one.is_removed);
                // One that starts is waited for, one that failed to is not.
                let is_coming =
                    run.is_some_and(|one| !matches!(one.stage, Stage::BackingOff { .. }) && one.n_in_row == 0);
                let is_unknown = run.is_none() && self.checked.get(&need.service) == Some(&None);
                (!is_coming && !is_unknown).then_some(why)
            }
        }
    }

    /// A service and all it needs, as far as these are run.
    pub(super) fn with_needs(&self, service: &Arc<str>) -> BTreeSet<Arc<str>> {
        let mut found = BTreeSet::new();
        let mut waiting = vec![service.clone()];
        while let Some(name) = waiting.pop() {
            let Some(one) = self.all.get(&name).filter(|one| !one.is_removed) else { continue };
            if found.insert(name) {
                waiting.extend(one.run.needs.iter().map(|need| need.service.clone()));
            }
        }
        found
    }

    /// A service and all that cannot be without it.
    pub(super) fn with_dependents(&self, service: &Arc<str>) -> BTreeSet<Arc<str>> {
        let mut found = BTreeSet::from([service.clone()]);
        let mut n_before = 0;
        while found.len() > n_before {
            n_before = found.len();
            let needs_found = |one: &One| one.run.needs.iter().any(|n| !n.is_optional && found.contains(&n.service));
            let more: Vec<Arc<str>> =
                self.all.iter().filter(|(_, one)| needs_found(one)).map(|(name, _)| name.clone()).collect();
            found.extend(more);
        }
        found
    }

    /// Whether something that needs it still runs and is to stop too, which goes first.
    pub(super) fn is_held(&self, service: &Arc<str>) -> bool {
        // What is set up now is free of cycles; what it was started with may not be, together with the rest.
        let needs_it = |one: &One| one.run.needs.iter().any(|need| need.service == *service);
        let goes = |one: &One| !one.is_wanted || one.is_renewed || matches!(one.stage, Stage::Stopping { .. });
        self.all.values().any(|one| one.has_process() && goes(one) && needs_it(one))
    }
}
