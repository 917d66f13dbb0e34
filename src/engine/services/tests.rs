//! What is set up, what is heard, and what the desk makes of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::books::Books;
use super::set_up::good_parts;
use super::*;
use crate::analysis::service_words::Concern;
use crate::engine::own_work::{OwnWork, What, Work};
use crate::model::database::DatabaseTarget;
use crate::model::process::{ProcessKey, ProcessRow, ProcessState, ProcessTable};
use crate::model::profile::Secret;
use crate::model::remote_write::Login;
use crate::model::service::{
    BindBy, HealthCheck, Heard, ProcessBinding, Receivers, Service, ServiceCommand, ServiceLevel, Target,
};
use crate::model::{SeriesDef, Slot, Timestamp};
use crate::telemetry::otlp::{Signal, Sink as _};
use crate::telemetry::record::{Record, Tick};

/// A field of bytes in protobuf's form.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    [&[number << 3 | 2, u8::try_from(bytes.len()).expect("short")][..], bytes].concat()
}

/// A request with a gauge that the process `pid` of a service tells.
pub fn gauge((service, pid): (&str, u8), metric: &str, value: f64) -> Vec<u8> {
    let pair = |key: &str, value: &[u8]| field(1, &[field(1, key.as_bytes()), field(2, value)].concat());
    let resource = [
        pair("service.name", &field(1, service.as_bytes())),
        pair("service.instance.id", &field(1, &[b'0' + pid % 10])),
        pair("process.pid", &[3 << 3, pid]),
    ]
    .concat();
    let point = [&[4 << 3 | 1][..], &value.to_le_bytes()].concat();
    let metric = [field(1, metric.as_bytes()), field(5, &field(1, &point))].concat();
    field(1, &[field(1, &resource), field(2, &field(2, &metric))].concat())
}

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
        ServiceDeed::InForce(setup, _) => format!("in force {}", secrets(&setup)),
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

/// What was recorded at the newest tick.
#[derive(Default)]
struct Recorded(Vec<String>, BTreeMap<String, f64>);

impl Record for Recorded {
    fn define(&mut self, def: SeriesDef) -> Slot {
        self.0.push(def.key.to_string());
        Slot(self.0.len() as u32 - 1)
    }

    fn put(&mut self, slot: Slot, value: f64) {
        let key = self.0[slot.0 as usize].clone();
        assert!(self.1.insert(key.clone(), value).is_none(), "{key} has one value a tick");
    }
}

#[test]
fn the_processes_of_all_instances_are_added_up_and_stand_beside_what_the_service_says() {
    let now = Timestamp::from_millis(1_700_000_000_000);
    let books = Books::new(Arc::new(|_| {}), Arc::default());
    let row = |pid: u32| ProcessRow {
        key: ProcessKey { pid, start_mark: 1 },
        parent: None,
        name: "worker".into(),
        command: "worker".into(),
        user: "".into(),
        state: ProcessState::Sleeping,
        n_threads: 1,
        cpu_cores: Some(0.25),
        wait_cores: None,
        memory_bytes: Some(100),
        read_bytes_per_second: None,
        write_bytes_per_second: None,
        started_at: now,
        is_kernel: false,
    };
    let table = ProcessTable { at: now, rows: vec![row(11), row(12), row(13), row(14)].into() };
    for pid in [11, 12, 13] {
        books.intake.take(Signal::Metrics, &gauge(("shop", pid), "process.memory.usage", 7.0), now).expect("a request");
    }
    let mut out = Recorded::default();
    let tick = Tick { at: now, elapsed: Duration::ZERO, generation: 1 };
    let heard = books.record(tick, Some(&table), &mut out);
    assert_eq!(heard.list[0].identity.pids, [11, 12, 13]);
    assert_eq!(heard.list[0].process.as_ref().map(|process| process.n_processes), Some(3));
    let value = |key: &str| out.1.get(key).copied();
    let seen = "{perfdesk.source=\"machine\",service.name=\"shop\"}";
    assert_eq!(value(&format!("process.memory.usage{seen}")), Some(300.0));
    assert_eq!(value(&format!("process.cpu.utilization{seen}")), Some(0.75));
    assert_eq!(value("process.memory.usage{service.name=\"shop\"}"), Some(21.0), "what they say of themselves");
}

#[test]
fn perfdesk_is_a_service_for_as_long_as_it_is_switched_on() {
    let own = Arc::<OwnWork>::default();
    let books = Books::new(Arc::new(|_| {}), own.clone());
    let mut out = Recorded::default();
    let tick = |out: &mut Recorded, second: i64| {
        out.1.clear();
        let at = Timestamp::from_millis(1_700_000_000_000 + second * 1000);
        let elapsed = Duration::from_secs(second.unsigned_abs());
        let list = books.record(Tick { at, elapsed, generation: 1 }, None, out).list;
        list.iter().map(|service| service.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!((tick(&mut out, 0), tick(&mut out, 1)), (vec![], vec![]), "a person asks for it");
    let on = ServiceSetup { watches_itself: true, ..ServiceSetup::default() };
    books.set(&on);
    tick(&mut out, 2);
    let end = Timestamp::from_millis(1_700_000_002_500);
    let what = What::Request { method: "GET".into(), route: "/api/v1/status".into(), status: 200 };
    own.note(Work { what, end, took: Duration::from_millis(5) });
    assert_eq!(tick(&mut out, 3), ["perfdesk"]);
    let key = "http.server.request.duration{http.request.method=\"GET\",http.route=\"/api/v1/status\",\
               service.name=\"perfdesk\",statistic=\"rate\"}";
    assert!(out.1.contains_key(key), "{:?}", out.1);
    books.set(&ServiceSetup::default());
    assert_eq!(tick(&mut out, 4), [""; 0]);
}

#[test]
fn a_database_keeps_its_password_for_the_same_server_alone() {
    let put = |target: DatabaseTarget| ServiceCommand::PutDatabase(Box::new(target));
    let shop = DatabaseTarget {
        name: "shop-db".into(),
        user: "me".into(),
        secret: Some(Secret("hush".into())),
        ..DatabaseTarget::default()
    };
    let kept = |desk: &mut ServiceDesk| {
        let in_force = |deed| match deed {
            ServiceDeed::InForce(setup, _) => setup.databases.first().map(|target| target.secret.clone().map(|s| s.0)),
            ServiceDeed::Tell(_, text, why) => panic!("{text}: {why}"),
            _ => None,
        };
        desk.take_deeds().into_iter().find_map(in_force).flatten()
    };
    let mut desk = desk();
    desk.command(put(shop.clone()));
    assert_eq!(kept(&mut desk).as_deref(), Some("hush"));
    assert_eq!(desk.services().setup.databases[0].secret, None, "it is not shown");
    desk.command(put(DatabaseTarget { secret: None, interval_seconds: 30, ..shop.clone() }));
    assert_eq!(kept(&mut desk).as_deref(), Some("hush"), "what is left out stays");
    desk.command(put(DatabaseTarget { secret: None, host: "10.0.0.9".into(), ..shop.clone() }));
    assert_eq!(kept(&mut desk), None, "another server gets no password unasked");
    desk.command(ServiceCommand::AskDatabase("shop-db".into()));
    assert_eq!(desk.take_deeds(), [ServiceDeed::AskDatabase("shop-db".into())]);
    desk.command(ServiceCommand::PutTarget(Box::new(node())));
    desk.take_deeds();
    desk.command(put(DatabaseTarget { name: "node".into(), ..shop }));
    let said = deeds(&mut desk);
    assert!(said.len() == 1 && said[0].contains("A target that is scraped has this name"), "{said:?}");
    desk.command(ServiceCommand::PutTarget(Box::new(Target { name: "shop-db".into(), ..node() })));
    let said = deeds(&mut desk);
    assert!(said.len() == 1 && said[0].contains("A database has this name"), "{said:?}");
}
