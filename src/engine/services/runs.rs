//! Services that are run, between the thread that runs them and the engine: what is told, and what becomes series.

use std::sync::Arc;
use std::time::Duration;

use super::books::{Books, Tell};
use super::{ServiceEvent, ServiceOrder};
use crate::apply::world::{Limit, Renew};
use crate::model::run::{OutputAnswer, RunPhase, RunState, StartOutcome, StartRecord};
use crate::model::service::{CheckState, CheckStatus, Service, ServiceLevel};
use crate::model::{AnnotationKind, Severity};
use crate::run::course::words::span;
use crate::run::runner::{Message, RunSink};
use crate::run::thread::Renewer;

/// Hears what the thread that runs services tells.
pub struct RunTeller {
    /// Takes starts for the next tick.
    pub books: Arc<Books>,
    /// Tells the engine.
    pub tell: Tell,
}

impl RunSink for RunTeller {
    fn states(&self, states: Arc<[Arc<RunState>]>) {
        self.books.set_runs(states.clone());
        (self.tell)(ServiceEvent::Runs(states));
    }

    fn outputs(&self, outputs: Arc<[Arc<OutputAnswer>]>) {
        (self.tell)(ServiceEvent::Outputs(outputs));
    }

    fn started(&self, service: &Arc<str>, record: &StartRecord) {
        self.books.started(service, record);
        let text = match (&record.outcome, record.ready_seconds) {
            (StartOutcome::Ready, Some(seconds)) => format!("{service} started: ready after {}", span(seconds)),
            (StartOutcome::Degraded(parts), Some(seconds)) => {
                format!("{service} started: ready after {}, without {}", span(seconds), parts.join(", "))
            }
            (StartOutcome::Failed(why), _) => format!("{service} did not start: {why}"),
            _ => return,
        };
        (self.tell)(ServiceEvent::Noted { kind: AnnotationKind::Service, severity: None, text, detail: String::new() });
    }

    fn tell(&self, severity: Severity, text: String, detail: String) {
        (self.tell)(ServiceEvent::Noted { kind: AnnotationKind::Service, severity: Some(severity), text, detail });
    }
}

/// The message an order is to the thread that runs services; `None` where it is none of it.
pub fn message(order: ServiceOrder) -> Option<Message> {
    match order {
        ServiceOrder::Run(command) => Some(Message::Command(command)),
        ServiceOrder::Profile(name, all) => Some(Message::Profile { name, all }),
        ServiceOrder::Checks(healthy) => Some(Message::Checks(healthy)),
        _ => None,
    }
}

/// Which checked services are healthy: all checks of one are; `None` where that is not known yet.
pub fn healthy(checks: &[CheckStatus]) -> Vec<(Arc<str>, Option<bool>)> {
    let mut found: Vec<(Arc<str>, Option<bool>)> = Vec::new();
    for status in checks.iter().filter(|status| status.check.is_on) {
        let is_healthy = match &status.state {
            CheckState::Waiting => None,
            CheckState::Healthy(_) => Some(true),
            CheckState::Unhealthy { .. } => Some(false),
        };
        match found.iter_mut().find(|(service, _)| service == status.check.service()) {
            Some((_, known)) => {
                *known = match (*known, is_healthy) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                };
            }
            None => found.push((status.check.service().clone(), is_healthy)),
        }
    }
    found
}

/// What Perfdesk knows of a service that it runs goes before what the service itself reports, unless that is worse.
pub fn judge(service: &mut Service, run: &RunState) {
    let level = match run.phase {
        RunPhase::Failed | RunPhase::BackingOff { .. } => ServiceLevel::Critical,
        RunPhase::Degraded => ServiceLevel::Warning,
        RunPhase::Stopped => ServiceLevel::Silent,
        RunPhase::Waiting(_) | RunPhase::Starting | RunPhase::WarmingUp | RunPhase::Stopping | RunPhase::Ready => {
            ServiceLevel::Fine
        }
    };
    let is_new = service.kind == crate::model::service::ServiceKind::Run;
    let is_worse = match run.phase {
        RunPhase::Ready => false,
        RunPhase::Degraded => service.level == ServiceLevel::Fine,
        _ => true,
    };
    if is_new || is_worse {
        service.level = level;
        service.sentence = format!("{}.", run.sentence).into();
        service.short = run.phase.name().into();
        service.aside = run.restart_offer.clone();
    }
}

/// The way from applies to the thread that runs services.
#[derive(Debug)]
pub struct Restarts(pub Renewer);

impl Renew for Restarts {
    fn renew(&self, service: &str, profile: Option<&str>, limit: Limit<'_>) -> Result<String, String> {
        let Limit { timeout, is_called_off } = limit;
        self.0.renew(service, profile, timeout.max(Duration::from_millis(1)), is_called_off)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::service::{HealthCheck, ServiceKind};

    #[test]
    fn a_service_is_healthy_where_all_its_checks_are() {
        let check = |name: &str, service: &str, state| CheckStatus {
            check: HealthCheck { name: name.into(), service: service.into(), ..HealthCheck::default() },
            state,
            ..CheckStatus::default()
        };
        let at = crate::model::Timestamp::default();
        let sick = || CheckState::Unhealthy { since: at, why: "x".into() };
        let checks = [
            check("db", "", CheckState::Healthy(at)),
            check("db-2", "db", sick()),
            check("cache", "", CheckState::Healthy(at)),
            check("queue", "", CheckState::Waiting),
        ];
        let found: Vec<String> = healthy(&checks).iter().map(|(name, is)| format!("{name} {is:?}")).collect();
        assert_eq!(found, ["db Some(false)", "cache Some(true)", "queue None"]);
    }

    #[test]
    fn how_it_runs_goes_before_what_it_reported_unless_that_is_worse() {
        let judged = |kind, level, phase| {
            let mut service = Service { kind, level, sentence: "its own.".into(), ..Service::default() };
            judge(&mut service, &RunState { phase, sentence: "of its run".into(), ..RunState::default() });
            format!("{:?} {}", service.level, service.sentence)
        };
        let (reports, run) = (ServiceKind::Reports, ServiceKind::Run);
        for (kind, level, phase, expect) in [
            (reports, ServiceLevel::Warning, RunPhase::Ready, "Warning its own."),
            (reports, ServiceLevel::Critical, RunPhase::Degraded, "Critical its own."),
            (reports, ServiceLevel::Fine, RunPhase::Degraded, "Warning of its run."),
            (reports, ServiceLevel::Silent, RunPhase::Failed, "Critical of its run."),
            (reports, ServiceLevel::Silent, RunPhase::Stopped, "Silent of its run."),
            (run, ServiceLevel::Fine, RunPhase::Ready, "Fine of its run."),
        ] {
            assert_eq!(judged(kind, level, phase), expect);
        }
    }
}
