//! The desk of services: what is set up, what was heard, how each service does, and what is to be done about it.

use std::sync::Arc;
use std::time::Duration;

use super::files::{ServiceJob, ServiceOutcome};
use super::set_up::{self, Refusal};
use super::{Faulty, runs, set_up_runs};
use crate::analysis::service_words::{Around, Concern, words};
use crate::model::database::StatementId;
use crate::model::profile::{Profile, ProfileName, Tuning};
use crate::model::run::{OutputAnswer, RunCommand, RunState};
use crate::model::service::{
    Heard, ReceiverState, Service, ServiceCommand, ServiceSetup, Services, TraceAnswer, TraceQuestion,
};
use crate::model::{Severity, Timestamp};
use crate::profile::environment::variables;
use crate::profile::resolve::effective;
use crate::run::environment::Profiles;
use crate::telemetry::receive::{DoorKind, ReceiverEvent};

/// Commands that are kept until the file is read, which takes a moment at the start.
const MAX_EARLY: usize = 40;
/// A service that reports is silent after this time without a word: reports come once a minute by default.
const PATIENCE: Duration = Duration::from_secs(150);
/// Time after which what is known of health checks is kept again.
const KEEP_EVERY: Duration = Duration::from_secs(60);

/// Something to be done in the world, or told.
#[derive(Debug, Clone, PartialEq)]
pub enum ServiceDeed {
    /// Tell the person.
    Tell(Severity, Arc<str>, Arc<str>),
    /// For the job thread.
    Job(ServiceJob),
    /// What is set up has changed, with its secrets; and what is faulty in its file.
    InForce(Box<ServiceSetup>, Faulty),
    /// Run a check now.
    RunCheck(Arc<str>),
    /// Look at a database now.
    AskDatabase(Arc<str>),
    /// Have a database plan a statement.
    Explain(Arc<str>, StatementId),
    /// Forget what was heard of a service.
    Forget(Arc<str>),
    /// Look for traces and logs.
    Ask(TraceQuestion),
    /// Keep what is known of health checks.
    KeepChecks,
    /// Start or stop services, or look through their output.
    Run(RunCommand),
    /// This profile is active; with what every profile has as variables.
    Profile(Option<ProfileName>, Profiles),
    /// Which checked services are healthy.
    Checks(Vec<(Arc<str>, Option<bool>)>),
}

/// Services and all about them.
#[derive(Debug, Default)]
pub struct ServiceDesk {
    has_asked: bool,
    is_read: bool,
    /// With secrets.
    setup: ServiceSetup,
    services: Arc<Services>,
    /// Commands of the time before the file was read.
    early: Vec<ServiceCommand>,
    early_runs: Vec<RunCommand>,
    faulty: Faulty,
    healthy: Vec<(Arc<str>, Option<bool>)>,
    /// Profiles as they were looked at last.
    tuning: Option<Arc<Tuning>>,
    /// What was said of them last.
    profile: Option<(Option<ProfileName>, Profiles)>,
    deeds: Vec<ServiceDeed>,
    kept_at: Option<Timestamp>,
    has_told_closed: [bool; 2],
}

impl ServiceDesk {
    /// What clients see.
    pub fn services(&self) -> &Arc<Services> {
        &self.services
    }

    /// What is to be done since the last call.
    pub fn take_deeds(&mut self) -> Vec<ServiceDeed> {
        std::mem::take(&mut self.deeds)
    }

    /// Moves on by a tick: has the file read at the first.
    pub fn tick(&mut self) {
        if !std::mem::replace(&mut self.has_asked, true) {
            self.deeds.push(ServiceDeed::Job(ServiceJob::Read));
        }
    }

    /// Carries a command out.
    pub fn command(&mut self, command: ServiceCommand) {
        match command {
            ServiceCommand::Ask(question) => self.deeds.push(ServiceDeed::Ask(question.bounded())),
            command if !self.is_read => {
                if self.early.len() < MAX_EARLY {
                    self.early.push(command);
                }
            }
            ServiceCommand::RunCheck(name) => self.deeds.push(ServiceDeed::RunCheck(name)),
            ServiceCommand::AskDatabase(name) => self.deeds.push(ServiceDeed::AskDatabase(name)),
            ServiceCommand::Explain(name, statement) => self.deeds.push(ServiceDeed::Explain(name, statement)),
            ServiceCommand::Forget(name) => self.forget(name),
            command => self.set_up(command),
        }
    }

    /// Carries a command about running services out.
    pub fn run_command(&mut self, command: RunCommand) {
        match command {
            RunCommand::AskOutput(question) => {
                self.deeds.push(ServiceDeed::Run(RunCommand::AskOutput(question.bounded())));
            }
            RunCommand::LeaveOutput(question) => {
                self.deeds.push(ServiceDeed::Run(RunCommand::LeaveOutput(question.bounded())));
            }
            command if !self.is_read => {
                if self.early_runs.len() < MAX_EARLY {
                    self.early_runs.push(command);
                }
            }
            RunCommand::Put(run) => {
                let before = self.setup.runs.clone();
                let put = set_up_runs::put(&mut self.setup.runs, *run);
                self.changed(put.map(|()| (self.setup.runs != before).then(Default::default)));
            }
            RunCommand::Remove(service) => {
                let n_before = self.setup.runs.len();
                self.setup.runs.retain(|run| run.service != service);
                let told = (format!("{service} is not run any more"), "Its history stays");
                self.changed(Ok((self.setup.runs.len() < n_before).then_some(told)));
            }
            command => self.deeds.push(ServiceDeed::Run(command)),
        }
    }

    fn set_up(&mut self, command: ServiceCommand) {
        let changed = set_up::change(&mut self.setup, command);
        self.changed(changed);
    }

    fn changed(&mut self, changed: Result<Option<(String, &'static str)>, Refusal>) {
        match changed {
            Ok(None) => {}
            Ok(Some(told)) => {
                self.deeds.push(ServiceDeed::Job(ServiceJob::Write(Box::new(self.setup.clone()))));
                self.put_in_force();
                if !told.0.is_empty() {
                    self.tell(Severity::Success, told.0, told.1);
                }
            }
            Err(Refusal { text, why }) => self.tell(Severity::Error, text, why),
        }
    }

    fn forget(&mut self, name: Arc<str>) {
        let list = self.services.list.iter().filter(|service| service.name != name).cloned().collect();
        Arc::make_mut(&mut self.services).list = list;
        self.deeds.push(ServiceDeed::Forget(name));
    }

    fn put_in_force(&mut self) {
        let shown = set_up::without_secrets(&self.setup);
        Arc::make_mut(&mut self.services).setup = Arc::new(shown);
        self.deeds.push(ServiceDeed::InForce(Box::new(self.setup.clone()), self.faulty.clone()));
    }

    /// Takes in what the job thread did with the file.
    pub fn take(&mut self, outcome: ServiceOutcome) {
        match outcome {
            ServiceOutcome::Read(read) => {
                self.is_read = true;
                self.read(read);
                std::mem::take(&mut self.early).into_iter().for_each(|command| self.command(command));
                std::mem::take(&mut self.early_runs).into_iter().for_each(|command| self.run_command(command));
            }
            ServiceOutcome::Edited(read) => {
                if self.read(read) {
                    self.tell(Severity::Info, "The edited services.ron is in force", "");
                }
            }
            ServiceOutcome::Written(Ok(None)) => self.file_error(""),
            ServiceOutcome::Written(Ok(Some(aside))) => {
                self.file_error("");
                let detail = format!("It is kept as {}", aside.display());
                self.tell(Severity::Warning, "The services.ron that was not wholly fit was put aside", detail);
            }
            ServiceOutcome::Written(Err(why)) => {
                let detail = format!("The change holds until Perfdesk ends: {why}");
                self.tell(Severity::Error, "services.ron could not be written", detail);
            }
        }
    }

    fn read(&mut self, read: Result<(Box<ServiceSetup>, Option<String>), String>) -> bool {
        let (setup, warning) = match read {
            Ok(read) => read,
            Err(why) => {
                self.file_error(&why);
                let text = "services.ron was not read; the file is kept, and what was in force stays so";
                self.tell(Severity::Error, text, why);
                self.put_in_force();
                return false;
            }
        };
        let names: Vec<Arc<str>> = setup.runs.iter().map(|run| run.service.clone()).collect();
        let (mut setup, faults) = set_up::good_parts(*setup);
        let is_good = |name: &Arc<str>| setup.runs.iter().any(|run| run.service == *name);
        let faulty: Arc<[Arc<str>]> = names.into_iter().filter(|name| !is_good(name)).collect();
        // A mistake in the file stops nothing: what is run stays run as it was, where that can be.
        let known = self.setup.runs.iter().filter(|run| faulty.contains(&run.service));
        known.for_each(|run| drop(set_up_runs::put(&mut setup.runs, run.clone())));
        self.faulty = Some(faulty);
        self.file_error(&faults.join("; "));
        if !faults.is_empty() {
            self.tell(Severity::Warning, "Not all of services.ron is in force", faults.join("; "));
        }
        if let Some(warning) = warning {
            self.tell(Severity::Warning, warning, "");
        }
        self.setup = setup;
        self.put_in_force();
        true
    }

    fn file_error(&mut self, why: &str) {
        if &*self.services.file_error != why {
            Arc::make_mut(&mut self.services).file_error = why.into();
        }
    }

    /// Takes note of how a listener does. That one cannot listen is told once.
    pub fn receiver(&mut self, event: ReceiverEvent) {
        let ReceiverEvent { door, status } = event;
        let (place, what) = match door {
            DoorKind::Grpc => (0, "gRPC"),
            DoorKind::Http => (1, "HTTP"),
        };
        let why = match &status.state {
            ReceiverState::Failed(why) => Some(why.clone()),
            _ => None,
        };
        let was_told = std::mem::replace(&mut self.has_told_closed[place], why.is_some());
        if let Some(why) = why.filter(|_| !was_told) {
            let text = format!("Services cannot report over {what} to {}", status.address);
            self.tell(Severity::Warning, text, why);
        }
        let services = Arc::make_mut(&mut self.services);
        match door {
            DoorKind::Grpc => services.grpc = status,
            DoorKind::Http => services.http = status,
        }
    }

    /// Takes in how services do that are run.
    pub fn runs(&mut self, states: Arc<[Arc<RunState>]>) {
        let services = Arc::make_mut(&mut self.services);
        services.runs = states;
        // What the list says of them does not wait for the next tick.
        let list = services.list.iter().map(|service| match services.run(&service.name) {
            Some(run) => {
                let mut now = Service::clone(service);
                runs::judge(&mut now, run);
                if now == **service { service.clone() } else { Arc::new(now) }
            }
            None => service.clone(),
        });
        services.list = list.collect::<Arc<[_]>>();
    }

    /// Takes in what services print, as far as it was asked for.
    pub fn outputs(&mut self, outputs: Arc<[Arc<OutputAnswer>]>) {
        Arc::make_mut(&mut self.services).outputs = outputs;
    }

    /// Looks whether another profile is active, or has other values.
    pub fn profile(&mut self, tuning: &Arc<Tuning>) {
        if self.tuning.as_ref().is_some_and(|known| Arc::ptr_eq(known, tuning)) {
            return;
        }
        // Before they were read there is none, not even `base`.
        if tuning.profiles.is_empty() {
            return;
        }
        self.tuning = Some(tuning.clone());
        let values = |profile: &Arc<Profile>| {
            let holds = effective(&tuning.catalogue, &tuning.profiles, tuning.local.as_deref(), &profile.name).ok()?;
            Some((profile.name.clone(), variables(&holds, &tuning.catalogue).into()))
        };
        let found = (tuning.active.clone(), Arc::new(tuning.profiles.iter().filter_map(values).collect()));
        if self.profile.as_ref() != Some(&found) {
            self.profile = Some(found.clone());
            self.deeds.push(ServiceDeed::Profile(found.0, found.1));
        }
    }

    /// Takes the answer to the newest question.
    pub fn answered(&mut self, answer: TraceAnswer) {
        Arc::make_mut(&mut self.services).answer = Some(Arc::new(answer));
    }

    /// Takes in what was heard up to this tick. `concerns` gives the alerts that fire and speak of a service.
    pub fn heard(&mut self, heard: Heard, now: Timestamp, concerns: &dyn Fn(&str) -> Vec<Concern>) {
        let Heard { list, targets, checks, databases, intake } = heard;
        let is_due = self.kept_at.is_none_or(|at| now.since(at) >= KEEP_EVERY || now < at);
        if is_due && !checks.is_empty() {
            self.kept_at = Some(now);
            self.deeds.push(ServiceDeed::KeepChecks);
        }
        let healthy = runs::healthy(&checks);
        if healthy != self.healthy {
            self.healthy.clone_from(&healthy);
            self.deeds.push(ServiceDeed::Checks(healthy));
        }
        let judged = |mut service: Service| {
            let target = targets.iter().find(|status| status.target.name == service.name);
            let own: Vec<_> = checks.iter().filter(|status| *status.check.service() == service.name).collect();
            let database = databases.iter().find(|status| status.target.name == service.name);
            let about = concerns(&service.name);
            let around = Around {
                now,
                patience: PATIENCE,
                concerns: &about,
                target,
                checks: &own,
                database: database.map(|d| &**d),
            };
            let said = words(&service, &around);
            service.level = said.level;
            service.sentence = said.sentence.into();
            service.aside = said.aside.into();
            service.short = said.short.into();
            if let Some(run) = self.services.run(&service.name) {
                runs::judge(&mut service, run);
            }
            // What did not change stays the same, so that no table of it is made anew.
            let before = self.services.service(&service.name).filter(|before| ***before == service);
            before.cloned().unwrap_or_else(|| Arc::new(service))
        };
        let list = list.into_iter().map(judged).collect();
        let services = Arc::make_mut(&mut self.services);
        (services.list, services.targets, services.checks, services.intake) = (list, targets, checks, intake);
        services.databases = databases;
    }

    fn tell(&mut self, severity: Severity, text: impl Into<Arc<str>>, detail: impl Into<Arc<str>>) {
        self.deeds.push(ServiceDeed::Tell(severity, text.into(), detail.into()));
    }
}
