//! Changes to what is set up, each whole or not at all.

use super::set_up_runs;
use crate::model::database::{DatabaseTarget, MAX_DATABASES};
use crate::model::remote_write::{Login, host_of};
use crate::model::run::Run;
use crate::model::service::{
    BindBy, HealthCheck, MAX_BINDINGS, MAX_CHECKS, MAX_TARGETS, ProcessBinding, ServiceCommand, ServiceSetup, Target,
};

/// Why something is not set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What was refused.
    pub text: String,
    /// Why, and what to do.
    pub why: String,
}

/// What is told of a change: a text, which may be empty, and more about it.
type Told = (String, &'static str);

/// Carries out a command that changes what is set up; `None` where nothing changed.
///
/// # Errors
/// [`Refusal`]; nothing changed then.
pub fn change(setup: &mut ServiceSetup, command: ServiceCommand) -> Result<Option<Told>, Refusal> {
    let before = setup.clone();
    let told = match command {
        ServiceCommand::SetReceivers(receivers) => {
            let refuse = |why| Refusal { text: "The addresses were not kept".into(), why };
            receivers.fault().map_or(Ok(()), |why| Err(refuse(why)))?;
            setup.receivers = receivers;
            Told::default()
        }
        ServiceCommand::SetBounds(bounds) => {
            setup.bounds = bounds.clamped();
            Told::default()
        }
        ServiceCommand::WatchItself(is_on) => {
            setup.watches_itself = is_on;
            Told::default()
        }
        ServiceCommand::PutTarget(target) => {
            put_target(setup, *target)?;
            Told::default()
        }
        ServiceCommand::RemoveTarget(name) => {
            setup.targets.retain(|target| target.name != name);
            (format!("{name} is not scraped any more"), "Its history stays")
        }
        ServiceCommand::PutCheck(check) => {
            put_check(&mut setup.checks, *check)?;
            Told::default()
        }
        ServiceCommand::RemoveCheck(name) => {
            setup.checks.retain(|check| check.name != name);
            (format!("{name} is not checked any more"), "Its history stays")
        }
        ServiceCommand::Bind(binding) => {
            bind(&mut setup.bindings, binding)?;
            Told::default()
        }
        ServiceCommand::Unbind(service) => {
            setup.bindings.retain(|binding| binding.service != service);
            Told::default()
        }
        ServiceCommand::PutDatabase(target) => {
            put_database(setup, *target)?;
            Told::default()
        }
        ServiceCommand::RemoveDatabase(name) => {
            setup.databases.retain(|target| target.name != name);
            (format!("{name} is not asked any more"), "Its password is forgotten, its history stays")
        }
        ServiceCommand::RunCheck(_)
        | ServiceCommand::Forget(_)
        | ServiceCommand::Ask(_)
        | ServiceCommand::AskDatabase(_)
        | ServiceCommand::Explain(..) => return Ok(None),
    };
    Ok((*setup != before).then_some(told))
}

fn put_target(setup: &mut ServiceSetup, target: Target) -> Result<(), Refusal> {
    let is_taken = setup.databases.iter().any(|other| other.name == target.name);
    let targets = &mut setup.targets;
    let mut target = target.clamped();
    let place = targets.iter().position(|other| other.name == target.name);
    let known = place.and_then(|place| targets.get(place));
    target.secret = match (&target.login, target.secret.take().filter(|secret| !secret.0.is_empty())) {
        (Login::Open, _) => None,
        (_, Some(secret)) => Some(secret),
        // A token for one host is not sent to another unasked.
        (_, None) => {
            known.filter(|known| host_of(&known.url) == host_of(&target.url)).and_then(|known| known.secret.clone())
        }
    };
    let fault = target.fault().or_else(|| full(place, targets.len(), MAX_TARGETS, "targets"));
    let fault = fault.or_else(|| is_taken.then(|| "A database has this name: choose another".to_owned()));
    put(targets, place, target, |target| format!("The target {} was not kept", target.name), fault)
}

fn put_database(setup: &mut ServiceSetup, target: DatabaseTarget) -> Result<(), Refusal> {
    let is_taken = setup.targets.iter().any(|other| other.name == target.name);
    let databases = &mut setup.databases;
    let mut target = target.clamped();
    let place = databases.iter().position(|other| other.name == target.name);
    let known = place.and_then(|place| databases.get(place));
    target.secret = target.secret.take().filter(|secret| !secret.0.is_empty()).or_else(|| {
        // A password for one server and role is not sent to another unasked.
        let is_same = |known: &&DatabaseTarget| {
            (known.kind, &known.host, known.port, &known.user) == (target.kind, &target.host, target.port, &target.user)
        };
        known.filter(is_same).and_then(|known| known.secret.clone())
    });
    let fault = target.fault().or_else(|| full(place, databases.len(), MAX_DATABASES, "databases"));
    let fault = fault.or_else(|| is_taken.then(|| "A target that is scraped has this name: choose another".to_owned()));
    put(databases, place, target, |target| format!("The database {} was not kept", target.name), fault)
}

fn put_check(checks: &mut Vec<HealthCheck>, check: HealthCheck) -> Result<(), Refusal> {
    let check = check.clamped();
    let place = checks.iter().position(|other| other.name == check.name);
    let fault = check.fault().or_else(|| full(place, checks.len(), MAX_CHECKS, "checks"));
    put(checks, place, check, |check| format!("The check {} was not kept", check.name), fault)
}

fn bind(bindings: &mut Vec<ProcessBinding>, binding: ProcessBinding) -> Result<(), Refusal> {
    let place = bindings.iter().position(|other| other.service == binding.service);
    let fault = binding_fault(&binding).or_else(|| full(place, bindings.len(), MAX_BINDINGS, "bindings"));
    put(bindings, place, binding, |binding| format!("{} was not bound to a process", binding.service), fault)
}

fn binding_fault(binding: &ProcessBinding) -> Option<String> {
    let is_empty = match &binding.by {
        BindBy::Name(text) | BindBy::CommandLine(text) | BindBy::ControlGroup(text) => text.trim().is_empty(),
        BindBy::Port(port) => *port == 0,
    };
    (is_empty || binding.service.is_empty()).then(|| "Say by what its process is known".into())
}

pub(super) fn full(place: Option<usize>, n: usize, most: usize, what: &str) -> Option<String> {
    (place.is_none() && n >= most).then(|| format!("There are {most} {what} already: remove one first"))
}

pub(super) fn put<T>(
    all: &mut Vec<T>,
    place: Option<usize>,
    one: T,
    text: impl Fn(&T) -> String,
    fault: Option<String>,
) -> Result<(), Refusal> {
    if let Some(why) = fault {
        return Err(Refusal { text: text(&one), why });
    }
    match place.and_then(|place| all.get_mut(place)) {
        Some(known) => *known = one,
        None => all.push(one),
    }
    Ok(())
}

/// What of a set-up may be in force, and what is wrong with the rest.
pub fn good_parts(setup: ServiceSetup) -> (ServiceSetup, Vec<String>) {
    let ServiceSetup { receivers, bounds, targets, checks, bindings, runs, watches_itself, databases } = setup;
    let (mut good, mut faults) = (ServiceSetup { bounds, watches_itself, ..ServiceSetup::default() }, Vec::new());
    let all = std::iter::once(ServiceCommand::SetReceivers(receivers))
        .chain(targets.into_iter().map(|target| ServiceCommand::PutTarget(Box::new(target))))
        .chain(checks.into_iter().map(|check| ServiceCommand::PutCheck(Box::new(check))))
        .chain(bindings.into_iter().map(ServiceCommand::Bind))
        .chain(databases.into_iter().map(|target| ServiceCommand::PutDatabase(Box::new(target))));
    for command in all {
        if let Err(Refusal { text, why }) = change(&mut good, command) {
            faults.push(format!("{text}: {why}"));
        }
    }
    for run in runs {
        if let Err(Refusal { text, why }) = set_up_runs::put(&mut good.runs, run) {
            faults.push(format!("{text}: {why}"));
        }
    }
    (good, faults)
}

/// What of a set-up may be shown.
pub fn without_secrets(setup: &ServiceSetup) -> ServiceSetup {
    ServiceSetup {
        targets: setup.targets.iter().map(Target::without_secret).collect(),
        runs: setup.runs.iter().map(Run::without_secrets).collect(),
        databases: setup.databases.iter().map(DatabaseTarget::without_secret).collect(),
        ..setup.clone()
    }
}
