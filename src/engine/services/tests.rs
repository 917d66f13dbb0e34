//! What is set up, what is heard, and what the desk makes of it.

use std::sync::Arc;

use super::set_up::good_parts;
use super::*;
use crate::analysis::service_words::Concern;
use crate::model::Timestamp;
use crate::model::profile::Secret;
use crate::model::remote_write::Login;
use crate::model::service::{
    BindBy, HealthCheck, Heard, ProcessBinding, Receivers, Service, ServiceCommand, ServiceLevel, Target,
};

fn node() -> Target {
    Target {
        name: "node".into(),
        url: "http://127.0.0.1:9100/metrics".into(),
        login: Login::Bearer,
        secret: Some(Secret("hush".into())),
        ..Target::default()
    }
}

/// A desk that has read an empty document, with nothing left to do.
fn desk() -> ServiceDesk {
    let mut desk = ServiceDesk::default();
    desk.tick();
    desk.take(ServiceOutcome::Read(Ok((Box::default(), None))));
    desk.take_deeds();
    desk
}

fn deeds(desk: &mut ServiceDesk) -> Vec<String> {
    let words = |deed| match deed {
        ServiceDeed::Tell(severity, text, why) => format!("{severity:?} {text}: {why}"),
        ServiceDeed::Job(ServiceJob::Read) => "read".into(),
        ServiceDeed::Job(ServiceJob::Write(setup)) => format!("write {}", secrets(&setup)),
        ServiceDeed::InForce(setup) => format!("in force {}", secrets(&setup)),
        other => format!("{other:?}"),
    };
    desk.take_deeds().into_iter().map(words).collect()
}

fn secrets(setup: &ServiceSetup) -> String {
    let secret = |target: &Target| target.secret.as_ref().map_or("-".to_owned(), |secret| secret.0.to_string());
    setup.targets.iter().map(|target| format!("{}={}", target.name, secret(target))).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_set_up_goes_into_the_file_and_in_force_and_its_secret_is_not_shown() {
    let mut desk = desk();
    desk.command(ServiceCommand::PutTarget(Box::new(node())));
    assert_eq!(deeds(&mut desk), ["write node=hush", "in force node=hush"]);
    assert_eq!(desk.services().setup.targets[0].secret, None);
    desk.command(ServiceCommand::PutTarget(Box::new(Target { secret: None, interval_seconds: 5, ..node() })));
    assert_eq!(deeds(&mut desk), ["write node=hush", "in force node=hush"], "what is left out stays");
    let elsewhere = Target { secret: None, url: "http://10.0.0.9:9100/metrics".into(), ..node() };
    desk.command(ServiceCommand::PutTarget(Box::new(elsewhere)));
    let said = deeds(&mut desk);
    assert_eq!(said, ["Error The target node was not kept: Its token or password is missing: type it"]);
    desk.command(ServiceCommand::RemoveTarget("node".into()));
    let expect = ["write ", "in force ", "Success node is not scraped any more: Its history stays"];
    assert_eq!(deeds(&mut desk), expect);
    desk.command(ServiceCommand::RemoveTarget("node".into()));
    assert_eq!(deeds(&mut desk), [""; 0], "nothing changed");
}

#[test]
fn what_cannot_be_set_up_is_refused_in_words() {
    let receivers = |grpc: &str, http: &str| {
        ServiceCommand::SetReceivers(Receivers { grpc: grpc.into(), http: http.into(), is_on: true })
    };
    let tcp = |address: &str| {
        let kind = crate::model::service::CheckKind::Tcp { address: address.into() };
        ServiceCommand::PutCheck(Box::new(HealthCheck { name: "db".into(), kind, ..HealthCheck::default() }))
    };
    let bind = |by| ServiceCommand::Bind(ProcessBinding { service: "shop".into(), by });
    for (command, expect) in [
        (receivers("127.0.0.1", "127.0.0.1:4318"), "127.0.0.1 is no address: write it as 127.0.0.1:4317"),
        (receivers("127.0.0.1:4317", "127.0.0.1:0"), "127.0.0.1:0 is no address: write it as 127.0.0.1:4318"),
        (receivers("127.0.0.1:5", "127.0.0.1:5"), "The two addresses are the same: give each its own port"),
        (tcp("localhost"), "Its address is a host and a port, such as 127.0.0.1:5432"),
        (tcp(":80"), "Its address is a host and a port, such as 127.0.0.1:5432"),
        (bind(BindBy::Port(0)), "Say by what its process is known"),
        (bind(BindBy::Name(" ".into())), "Say by what its process is known"),
    ] {
        let mut desk = desk();
        desk.command(command);
        let said = deeds(&mut desk);
        assert!(said.len() == 1 && said[0].ends_with(expect), "{said:?}");
    }
}

#[test]
fn commands_before_the_file_is_read_wait_for_it() {
    let mut desk = ServiceDesk::default();
    desk.tick();
    desk.command(ServiceCommand::PutTarget(Box::new(node())));
    assert_eq!(deeds(&mut desk), ["read"]);
    let other = Target { name: "other".into(), login: Login::Open, secret: None, ..node() };
    let setup = ServiceSetup { targets: vec![other], ..ServiceSetup::default() };
    desk.take(ServiceOutcome::Read(Ok((Box::new(setup), None))));
    let expect = ["in force other=-", "write other=- node=hush", "in force other=- node=hush"];
    assert_eq!(deeds(&mut desk), expect);
}

#[test]
fn of_a_file_the_good_parts_are_in_force() {
    let bad = Target { url: "ftp://x".into(), ..node() };
    let twice = Target { interval_seconds: 7, ..node() };
    let setup = ServiceSetup { targets: vec![bad, node(), twice], ..ServiceSetup::default() };
    let (good, faults) = good_parts(setup);
    assert_eq!(good.targets.iter().map(|t| t.interval_seconds).collect::<Vec<_>>(), [7], "the last of a name holds");
    assert_eq!(faults, ["The target node was not kept: Its address begins with http:// or https://"]);
    let mut desk = desk();
    desk.take(ServiceOutcome::Edited(Err("line 3: expected )".into())));
    assert_eq!(&*desk.services().file_error, "line 3: expected )");
    assert!(deeds(&mut desk)[0].starts_with("Error services.ron was not read"));
}

#[test]
fn a_service_is_judged_by_what_alerts_say_of_it() {
    let mut desk = desk();
    let now = Timestamp::from_millis(1_000_000);
    let service = |name: &str| Service { name: name.into(), last_at: now, ..Service::default() };
    let heard = Heard { list: vec![service("cart"), service("shop")], ..Heard::default() };
    desk.heard(heard, now, &|name| {
        let concern = Concern {
            metric: "db.client.connection.count".into(),
            is_critical: true,
            limit: 0.9,
            text: "it is full".into(),
        };
        if name == "shop" { vec![concern] } else { Vec::new() }
    });
    let services = desk.services().clone();
    assert_eq!(services.service("cart").map(|s| s.level), Some(ServiceLevel::Fine));
    let shop = services.service("shop").expect("the shop");
    assert_eq!((shop.level, &*shop.sentence), (ServiceLevel::Critical, "shop: it is full."));
    assert_eq!(services.service("none"), None);
    desk.command(ServiceCommand::Forget("shop".into()));
    assert_eq!(desk.services().list.len(), 1);
    assert_eq!(desk.take_deeds(), [ServiceDeed::Forget(Arc::from("shop"))]);
}
