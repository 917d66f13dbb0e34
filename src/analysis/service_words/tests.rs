//! A service and what is around it, and what is said.

use super::*;
use crate::model::service::{CacheRow, HealthCheck, StreamFigures, Target, TimeSplit};

const NOW: Timestamp = Timestamp::from_millis(1_000_000_000);

fn checkout(flow: Option<Flow>) -> Service {
    let metrics = StreamFigures { requests: flow, n_series: 12, ..StreamFigures::default() };
    Service { name: "checkout".into(), last_at: NOW, metrics: Arc::new(metrics), ..Service::default() }
}

fn over_a_minute(flow: Flow) -> Service {
    let mut service = checkout(Some(flow));
    Arc::make_mut(&mut service.metrics).window = Duration::from_secs(60);
    service
}

fn busy() -> Flow {
    Flow {
        per_second: 1_240.0,
        error_ratio: Some(0.0018),
        mean_seconds: Some(0.3),
        p95_seconds: Some(0.64),
        ..Flow::default()
    }
}

fn waiting(mut service: Service) -> Service {
    let parts = vec![(TimePart::WaitsForConnection, 0.454), (TimePart::Database, 0.186)];
    Arc::make_mut(&mut service.spans).split = Some(TimeSplit { near_seconds: 0.64, n: 20, parts });
    service
}

fn slow() -> Concern {
    let metric = "http.server.request.duration.sum".into();
    Concern { metric, is_critical: false, limit: 0.2, text: "checkout: mean response 300 ms, limit 200 ms".into() }
}

fn failing() -> Concern {
    let metric = "http.server.request.duration.count".into();
    Concern { metric, is_critical: true, limit: 0.01, text: "checkout: 3 % of the requests failed".into() }
}

fn pool() -> Concern {
    let metric = "db.client.connection.count".into();
    Concern { metric, is_critical: false, limit: 0.9, text: "94 % of the pool is used, limit 90 %".into() }
}

fn said(service: &Service, concerns: &[Concern], target: Option<TargetStatus>, checks: &[&CheckStatus]) -> String {
    let around = Around {
        now: NOW,
        patience: Duration::from_secs(180),
        concerns,
        target: target.as_ref(),
        checks,
        database: None,
    };
    let Words { level, sentence, aside, short } = words(service, &around);
    format!("{level:?} | {sentence} | {aside} | {short}").replace(['\u{202f}', '\u{2009}', '\u{a0}'], " ")
}

#[test]
fn what_a_service_does_is_said_in_a_sentence() {
    let old = Service { last_at: NOW.minus(Duration::from_secs(730)), ..checkout(Some(busy())) };
    let cached = {
        let mut service = checkout(None);
        let row = CacheRow { hit_ratio: Some(0.97), ..CacheRow::default() };
        Arc::make_mut(&mut service.metrics).caches = vec![row].into();
        service
    };
    for (service, concerns, expect) in [
        (
            waiting(checkout(Some(busy()))),
            vec![slow()],
            "Warning | checkout is slow: p95 640 ms, 71 % of it waiting for a connection. | Errors are as usual. | slow: p95 640 ms",
        ),
        (
            checkout(Some(busy())),
            vec![slow(), pool()],
            "Warning | checkout is slow: p95 640 ms. | 1 more alert speaks of it. | slow: p95 640 ms",
        ),
        (
            checkout(Some(Flow { error_ratio: Some(0.034), ..busy() })),
            vec![failing()],
            "Critical | checkout fails: 3.4 % of its requests. |  | fails: 3.4 % of its requests",
        ),
        (
            checkout(Some(Flow { p95_seconds: Some(0.02), ..busy() })),
            vec![slow()],
            "Warning | checkout was slow a moment ago: mean response 300 ms, limit 200 ms. | Errors are as usual. | was slow a moment ago",
        ),
        (
            checkout(Some(Flow { error_ratio: Some(0.0), ..busy() })),
            vec![failing()],
            "Critical | checkout failed a moment ago: 3 % of the requests failed. |  | failed a moment ago",
        ),
        (
            checkout(Some(busy())),
            vec![pool()],
            "Warning | checkout: 94 % of the pool is used, limit 90 %. | Errors are as usual. | 94 % of the pool is used",
        ),
        (
            checkout(Some(busy())),
            vec![],
            "Fine | checkout is fine: 1,240 req/s, p95 640 ms. | Errors are as usual. | fine: p95 640 ms",
        ),
        (
            over_a_minute(Flow { error_ratio: Some(0.174), ..busy() }),
            vec![],
            "Warning | checkout fails: 17.4 % of its requests. | 1,240 req/s, p95 640 ms. | fails: 17.4 % of its requests",
        ),
        (
            over_a_minute(Flow { error_ratio: Some(0.1), per_second: 0.5, ..busy() }),
            vec![],
            "Fine | checkout is fine: 0.50 req/s, p95 640 ms. | 10.0 % of its requests fail. | fine: p95 640 ms",
        ),
        (cached, vec![], "Fine | checkout is fine: 97 % hits. |  | fine: 97 % hits"),
        (checkout(None), vec![], "Fine | checkout reports, and no requests of it are seen. |  | 12 series"),
        (
            old,
            vec![],
            "Silent | checkout reports nothing. | Its last data came 12 min ago: it may have stopped, or its reports do not arrive. | no data for 12 min",
        ),
    ] {
        assert_eq!(said(&service, &concerns, None, &[]), expect);
    }
}

#[test]
fn what_does_not_answer_comes_before_all_else() {
    let since = NOW.minus(Duration::from_secs(200));
    let target = TargetStatus {
        target: Target::default(),
        state: TargetState::Down { since, why: "nothing listens there".into() },
        ..TargetStatus::default()
    };
    let expect = "Critical | checkout does not answer: nothing listens there. | For 3 min. | down for 3 min";
    assert_eq!(said(&checkout(Some(busy())), &[slow()], Some(target), &[]), expect);
    let check = CheckStatus {
        check: HealthCheck::default(),
        state: CheckState::Unhealthy { since, why: "it answered 503".into() },
        ..CheckStatus::default()
    };
    let expect = "Critical | checkout is unhealthy: it answered 503. | For 3 min. | unhealthy for 3 min";
    assert_eq!(said(&checkout(None), &[], None, &[&check]), expect);
}

#[test]
fn a_database_is_told_by_what_it_does_and_by_who_waits_in_it() {
    use crate::model::database::*;
    let of = |state: DatabaseState, locks: Locks, rights: Rights| {
        let view = PostgresView {
            rights,
            connections: Told::Value(Connections { max: 100, used: 37, ..Connections::default() }),
            traffic: Told::Value(Traffic {
                commits_per_second: Some(812.0),
                hit_ratio: Some(0.99),
                ..Traffic::default()
            }),
            locks: Told::Value(locks),
            ..PostgresView::default()
        };
        let status =
            DatabaseStatus { state, view: Some(DatabaseView::Postgres(Arc::new(view))), ..DatabaseStatus::default() };
        let service = Service { name: "shop-db".into(), last_at: NOW, ..Service::default() };
        let around = Around {
            now: NOW,
            patience: Duration::from_secs(180),
            concerns: &[],
            target: None,
            checks: &[],
            database: Some(&status),
        };
        let Words { level, sentence, aside, .. } = words(&service, &around);
        format!("{level:?} | {sentence} | {aside}").replace('\u{2009}', " ")
    };
    let sees = || Rights { role: "desk".into(), sees_others: true, ..Rights::default() };
    let expect = "Fine | shop-db is fine: 37 of 100 connections, 812 transactions/s, 99 % cache hits. | ";
    assert_eq!(of(DatabaseState::Up, Locks::default(), sees()), expect);
    let blind = Rights { sees_others: false, ..sees() };
    assert!(of(DatabaseState::Up, Locks::default(), blind).ends_with("it needs pg_monitor."));
    let holder = Blocked { session: Session { pid: 11, ..Session::default() }, ..Blocked::default() };
    let locks = Locks { chain: vec![holder].into(), n_waiting: 3, longest_seconds: 12.0 };
    let expect = "Warning | shop-db: 3 sessions wait for a lock, the longest 12.0 s. | Process 11 holds them up.";
    assert_eq!(of(DatabaseState::Up, locks, sees()), expect);
    let fault = Missing::new("it refuses the password of desk", "", "");
    let state = DatabaseState::Down { since: NOW.minus(Duration::from_secs(200)), fault };
    let expect = "Critical | shop-db does not answer: it refuses the password of desk. | For 3 min.";
    assert_eq!(of(state, Locks::default(), sees()), expect);
}
