//! Services as the core knows them: what is heard and commanded goes to the desk, its deeds become effects and notices.

use std::sync::Arc;

use super::{Core, Effect};
use crate::analysis::service_words::Concern;
use crate::engine::jobs::Job;
use crate::engine::services::{ServiceDeed, ServiceDesk, ServiceEvent, ServiceOrder, ServiceOutcome};
use crate::model::alert::{Alerting, InstanceStatus, Phase, RuleSeverity};
use crate::model::run::RunCommand;
use crate::model::service::{Heard, ServiceCommand};

impl Core {
    /// Carries a command about services out.
    pub(super) fn service_command(&mut self, command: ServiceCommand) -> Vec<Effect> {
        self.with_services(|desk| desk.command(command))
    }

    /// Carries a command about running services out.
    pub(super) fn run_command(&mut self, command: RunCommand) -> Vec<Effect> {
        self.with_services(|desk| desk.run_command(command))
    }

    /// Takes in what the job thread did with the file of services.
    pub(super) fn service_files(&mut self, outcome: ServiceOutcome) -> Vec<Effect> {
        self.with_services(|desk| desk.take(outcome))
    }

    /// Takes in what the works tell.
    pub(super) fn service_event(&mut self, event: ServiceEvent) -> Vec<Effect> {
        match event {
            ServiceEvent::Receiver(event) => self.with_services(|desk| desk.receiver(event)),
            ServiceEvent::Answer(answer) => self.with_services(|desk| desk.answered(*answer)),
            ServiceEvent::Runs(states) => self.with_services(|desk| desk.runs(states)),
            ServiceEvent::Outputs(outputs) => self.with_services(|desk| desk.outputs(outputs)),
            ServiceEvent::Noted { kind, severity, text, detail } => {
                if let Some(severity) = severity {
                    self.tell(severity, text.clone(), detail);
                }
                self.note(self.now, kind, text);
                Vec::new()
            }
        }
    }

    /// Services that are run hear at once which profile is active: they are started with its values.
    pub(super) fn services_hear_of_profiles(&mut self) -> Vec<Effect> {
        let tuning = self.next.tuning.clone();
        self.with_services(|desk| desk.profile(&tuning))
    }

    /// Takes in what was heard of services up to this tick.
    pub(super) fn hear_services(&mut self, heard: Option<Box<Heard>>) -> Vec<Effect> {
        let (alerts, now) = (self.next.alerts.clone(), self.now);
        self.with_services(|desk| {
            desk.tick();
            if let Some(heard) = heard {
                desk.heard(*heard, now, &|service| concerns(&alerts, service));
            }
        })
    }

    fn with_services(&mut self, body: impl FnOnce(&mut ServiceDesk)) -> Vec<Effect> {
        body(&mut self.service_desk);
        if !Arc::ptr_eq(&self.next.services, self.service_desk.services()) {
            self.next.services = self.service_desk.services().clone();
        }
        let mut effects = Vec::new();
        for deed in self.service_desk.take_deeds() {
            match deed {
                ServiceDeed::Tell(severity, text, detail) => self.tell(severity, text, detail),
                ServiceDeed::Job(job) => effects.push(Effect::Job(Job::Services(job))),
                ServiceDeed::InForce(setup, faulty) => {
                    let api = Box::new(self.next.settings.api.clone());
                    effects.push(Effect::Services(ServiceOrder::SetUp(setup, api, faulty)));
                }
                ServiceDeed::RunCheck(name) => effects.push(Effect::Services(ServiceOrder::RunCheck(name))),
                ServiceDeed::AskDatabase(name) => effects.push(Effect::Services(ServiceOrder::AskDatabase(name))),
                ServiceDeed::Explain(name, statement) => {
                    effects.push(Effect::Services(ServiceOrder::Explain(name, statement)));
                }
                ServiceDeed::Forget(name) => effects.push(Effect::Services(ServiceOrder::Forget(name))),
                ServiceDeed::Profile(name, all) => {
                    effects.push(Effect::Services(ServiceOrder::Profile(name, all)));
                }
                ServiceDeed::Checks(healthy) => effects.push(Effect::Services(ServiceOrder::Checks(healthy))),
                ServiceDeed::Run(command) => effects.push(Effect::Services(ServiceOrder::Run(command))),
                ServiceDeed::KeepChecks => effects.push(Effect::Services(ServiceOrder::KeepChecks)),
                ServiceDeed::Ask(question) => effects.push(Effect::Services(ServiceOrder::Ask(question))),
            }
        }
        effects
    }
}

/// Alerts that fire and speak of a service.
fn concerns(alerts: &Alerting, service: &str) -> Vec<Concern> {
    let mut found = Vec::new();
    for status in alerts.rules.iter().filter(|status| status.n_firing > 0 && status.silence.is_none()) {
        let Some(condition) = status.rule.when.first() else { continue };
        for instance in status.instances.iter().filter(|instance| instance.phase == Phase::Firing) {
            if instance.key.attribute("service.name") == Some(service) {
                found.push(Concern {
                    metric: condition.term.series.metric.clone(),
                    is_critical: status.rule.severity == RuleSeverity::Critical,
                    limit: condition.threshold.value,
                    text: said(alerts, instance),
                });
            }
        }
    }
    found
}

/// What the alert said when it fired, without the instance's name before it; else why it fires.
fn said(alerts: &Alerting, instance: &InstanceStatus) -> Arc<str> {
    let record = instance.alert.and_then(|id| alerts.log.iter().find(|record| record.id == id));
    let text = record.map_or(&instance.reason, |record| &record.text);
    match text.strip_prefix(&*instance.name).and_then(|rest| rest.strip_prefix(": ")) {
        Some(rest) => rest.into(),
        None => text.clone(),
    }
}
