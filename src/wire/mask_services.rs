//! What is set up to watch services may hold secrets: on the wire the queries of addresses and the arguments of commands are
//! left out.

use std::sync::Arc;

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
    match &mut check.kind {
        CheckKind::Http { url, .. } => *url = masked_query(url),
        CheckKind::Command { argv } if argv.len() > 1 => {
            argv.truncate(1);
            argv.push(REST.into());
        }
        CheckKind::Command { .. } | CheckKind::Tcp { .. } | CheckKind::Process { .. } => {}
    }
    check
}

/// The same services, with nothing in them that may be a secret.
pub fn masked_services(services: &Services) -> Services {
    let mut masked = services.clone();
    let setup = Arc::make_mut(&mut masked.setup);
    setup.targets = setup.targets.iter().map(masked_target).collect();
    setup.checks = setup.checks.iter().map(masked_check).collect();
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
        let setup = ServiceSetup {
            targets: vec![target.clone()],
            checks: vec![command.clone(), http.clone()],
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
        assert!(!text.contains("hush"), "{text}");
        assert!(text.contains("mysqladmin") && text.contains("http://h:1/metrics?"), "{text}");
    }
}
