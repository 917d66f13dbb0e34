//! What is set up to watch services may hold secrets: on the wire the queries of addresses and the arguments of commands are
//! left out.

use std::sync::Arc;

use crate::model::database::DatabaseTarget;
use crate::model::run::{Run, StepKind, WarmUpStep};
use crate::model::service::{CheckKind, HealthCheck, Services, Target};

/// What stands for what is left out.
const REST: &str = "••••••••";

/// The address without its query.
fn masked_query(url: &Arc<str>) -> Arc<str> {
    match url.split_once('?') {
        Some((address, query)) if !query.is_empty() => format!("{address}?{REST}").into(),
        _ => url.clone(),
    }
}

fn masked_target(target: &Target) -> Target {
    Target { url: masked_query(&target.url), ..target.without_secret() }
}

fn masked_check(check: &HealthCheck) -> HealthCheck {
    let mut check = check.clone();
    mask_ask(&mut check.kind);
    check
}

fn mask_ask(ask: &mut CheckKind) {
    match ask {
        CheckKind::Http { url, .. } => *url = masked_query(url),
        CheckKind::Command { argv } => mask_arguments(argv),
        CheckKind::Tcp { .. } | CheckKind::Process { .. } => {}
    }
}

fn mask_arguments(argv: &mut Vec<Arc<str>>) {
    if argv.len() > 1 {
        argv.truncate(1);
        argv.push(REST.into());
    }
}

/// The same, without values of variables, arguments, queries and what is sent.
fn masked_run(run: &Run) -> Run {
    let mut run = run.without_secrets();
    mask_arguments(&mut run.argv);
    for variable in &mut run.environment {
        if !variable.value.is_empty() {
            variable.value = REST.into();
        }
    }
    if let Some(readiness) = &mut run.readiness {
        mask_ask(&mut readiness.ask);
    }
    run.warm_up.iter_mut().for_each(mask_step);
    run
}

fn mask_step(step: &mut WarmUpStep) {
    let hide = |text: &mut Arc<str>| {
        if !text.is_empty() {
            *text = REST.into();
        }
    };
    match &mut step.kind {
        StepKind::Http { url, body, .. } => {
            *url = masked_query(url);
            hide(body);
        }
        StepKind::Preload { url, body, done_url } => {
            (*url, *done_url) = (masked_query(url), masked_query(done_url));
            hide(body);
        }
        StepKind::PoolOpen { address, .. } => *address = masked_query(address),
        StepKind::Sql { statement, .. } => hide(statement),
        StepKind::Command { argv } => mask_arguments(argv),
        StepKind::Dns { .. } => {}
    }
}

/// The same services, with nothing in them that may be a secret.
pub fn masked_services(services: &Services) -> Services {
    let mut masked = services.clone();
    let setup = Arc::make_mut(&mut masked.setup);
    setup.targets = setup.targets.iter().map(masked_target).collect();
    setup.checks = setup.checks.iter().map(masked_check).collect();
    setup.runs = setup.runs.iter().map(masked_run).collect();
    setup.databases = setup.databases.iter().map(DatabaseTarget::without_secret).collect();
    masked.targets = services
        .targets
        .iter()
        .map(|status| {
            let mut status = status.clone();
            status.target = masked_target(&status.target);
            status
        })
        .collect();
    masked.checks = services
        .checks
        .iter()
        .map(|status| {
            let mut status = status.clone();
            status.check = masked_check(&status.check);
            status
        })
        .collect();
    masked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::profile::Secret;
    use crate::model::service::{CheckStatus, ServiceSetup, TargetStatus};

    #[test]
    fn tokens_and_passwords_of_targets_and_checks_stay_here() {
        let target = Target { name: "a".into(), url: "http://h:1/metrics?token=hush".into(), ..Target::default() };
        let kind = CheckKind::Command { argv: vec!["mysqladmin".into(), "-phush".into()] };
        let command = HealthCheck { name: "b".into(), kind, ..HealthCheck::default() };
        let kind = CheckKind::Http {
            url: "http://h/health?key=hush".into(),
            status: None,
            body: "".into(),
            json: ("".into(), "".into()),
            max_millis: 0,
        };
        let http = HealthCheck { name: "c".into(), kind, ..HealthCheck::default() };
        let database = DatabaseTarget { secret: Some(Secret("hush".into())), ..DatabaseTarget::default() };
        let setup = ServiceSetup {
            targets: vec![target.clone()],
            checks: vec![command.clone(), http.clone()],
            databases: vec![database.clone()],
            ..ServiceSetup::default()
        };
        let services = Services {
            setup: Arc::new(setup),
            targets: vec![TargetStatus { target, ..TargetStatus::default() }].into(),
            checks: [command, http].map(|check| CheckStatus { check, ..CheckStatus::default() }).to_vec().into(),
            ..Services::default()
        };
        let masked = masked_services(&services);
        let text = format!("{masked:?}");
        assert!(!text.contains("hush") && masked.setup.databases[0].secret.is_none(), "{text}");
        assert!(text.contains("mysqladmin") && text.contains("http://h:1/metrics?"), "{text}");
    }
}
