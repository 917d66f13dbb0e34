//! Services that are run and of which nothing else is known: they stand in the list with what their run tells.

use std::sync::Arc;

use super::words::few_words;
use crate::model::run::{RunPhase, RunState};
use crate::model::service::{Service, ServiceKind, ServiceLevel, Services};
use crate::model::{Snapshot, Timestamp};

/// The list with those that are run, made once for each change of the services.
#[derive(Debug, Default)]
pub(in super::super) struct Listed {
    /// What each was made of, and what was made; the frozen ones and the present ones.
    made: Vec<(Arc<Services>, Arc<Services>)>,
}

impl Listed {
    /// The snapshot with every service that is run in its list; `None` where they all stand there already.
    pub(in super::super) fn with_runs(&mut self, snapshot: &Snapshot, now: Timestamp) -> Option<Snapshot> {
        let services = &snapshot.services;
        let is_listed = |run: &Arc<RunState>| services.service(&run.service).is_some();
        if services.runs.iter().all(is_listed) {
            return None;
        }
        let known = self.made.iter().find(|(of, _)| Arc::ptr_eq(of, services)).map(|(_, made)| made.clone());
        let made = known.unwrap_or_else(|| {
            let made = Arc::new(completed(services, now));
            self.made.truncate(1);
            self.made.insert(0, (services.clone(), made.clone()));
            made
        });
        Some(Snapshot { services: made, ..snapshot.clone() })
    }
}

/// The services with those that are run and not listed.
fn completed(services: &Services, now: Timestamp) -> Services {
    let missing = services.runs.iter().filter(|run| services.service(&run.service).is_none());
    let mut list: Vec<Arc<Service>> = services.list.to_vec();
    list.extend(missing.map(|run| Arc::new(of(run, now))));
    list.sort_by(|a, b| a.name.cmp(&b.name));
    Services { list: list.into(), ..services.clone() }
}

/// What is told of a service by its run alone.
fn of(run: &RunState, now: Timestamp) -> Service {
    let level = match run.phase {
        RunPhase::Failed => ServiceLevel::Critical,
        RunPhase::Degraded | RunPhase::BackingOff { .. } => ServiceLevel::Warning,
        RunPhase::Stopped => ServiceLevel::Silent,
        _ => ServiceLevel::Fine,
    };
    Service {
        name: run.service.clone(),
        kind: ServiceKind::Run,
        level,
        sentence: run.sentence.clone(),
        short: few_words(run, "", now).into(),
        first_at: run.since,
        last_at: run.since,
        ..Service::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_run_and_reports_nothing_is_listed_and_made_once() {
        let run = |name: &str, phase| Arc::new(RunState { service: name.into(), phase, ..RunState::default() });
        let known = Arc::new(Service { name: "shop".into(), short: "fine".into(), ..Service::default() });
        let services = Services {
            list: [known].into(),
            runs: [run("api", RunPhase::Failed), run("shop", RunPhase::Ready)].into(),
            ..Services::default()
        };
        let mut snapshot = Snapshot { services: Arc::new(services), ..Snapshot::default() };
        let mut listed = Listed::default();
        let now = Timestamp::from_millis(0);
        let first = listed.with_runs(&snapshot, now).expect("one is missing").services;
        let names: Vec<(&str, ServiceLevel)> = first.list.iter().map(|s| (&*s.name, s.level)).collect();
        assert_eq!(names, [("api", ServiceLevel::Critical), ("shop", ServiceLevel::Fine)]);
        let again = listed.with_runs(&snapshot, now).expect("one is missing").services;
        assert!(Arc::ptr_eq(&first, &again));
        snapshot.services = first;
        assert!(listed.with_runs(&snapshot, now).is_none());
    }
}
