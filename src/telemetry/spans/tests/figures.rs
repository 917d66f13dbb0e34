//! What is told of services.

use proptest::prelude::*;

use super::written::{at, log, request, request_from, span, traces};
use super::*;
use crate::model::service::TimePart;

const CLOSED: i64 = 10_000;

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= b.abs() * 0.02
}

#[test]
fn requests_operations_dependencies_and_functions_are_told_apart() {
    let mut book = told(&[CHECKOUT]);
    let figures = figures(&mut book, "checkout", at(CLOSED));
    let requests = figures.requests.expect("requests");
    assert!(near(requests.p95_seconds.expect("p95"), 0.64) && requests.p95_error_ratio == Some(0.02), "{requests:?}");
    assert_eq!((requests.mean_seconds, requests.error_ratio), (Some(0.64), Some(0.0)));
    assert_eq!(figures.routes.iter().map(|row| &*row.route).collect::<Vec<_>>(), ["POST /pay"]);
    let operations: Vec<_> = figures.operations.iter().map(|r| (&*r.system, &*r.operation, &*r.statement)).collect();
    assert_eq!(
        operations,
        [("postgresql", "SELECT orders", "select * from orders where id=?"), ("redis", "GET", "GET ?")]
    );
    let dependencies: Vec<_> = figures.dependencies.iter().map(|r| (&*r.name, &*r.kind)).collect();
    assert_eq!(dependencies, [("bank:8443", "http"), ("db", "postgresql"), ("redis", "redis")]);
    let functions: Vec<_> = figures.functions.iter().map(|row| (&*row.name, row.slowest_seconds)).collect();
    assert_eq!(functions, [("pool.acquire", 0.4), ("price", 0.1), ("POST /pay", 0.64)]);
    assert_eq!((figures.n_traces, figures.window.as_secs()), (1, 60));
}

#[test]
fn own_time_is_without_children_and_counted_when_the_trace_was_quiet() {
    let mut book = told(&[CHECKOUT]);
    let own = |book: &mut SpanBook, millis: i64| {
        let figures = figures(book, "checkout", at(millis));
        let row = figures.functions.iter().find(|row| &*row.name == "POST /pay").expect("the function").clone();
        row.own_seconds_per_second / row.flow.per_second
    };
    assert_eq!(own(&mut book, 1500), 0.0);
    // 640 ms less price 100, wait 400, database 40, cache 10, bank 50.
    assert!((own(&mut book, CLOSED) - 0.04).abs() < 1e-9);
    // A child that comes late takes from what was counted.
    book.take_traces(&traces(1, "checkout 9 1 internal late 620 640"), at(CLOSED)).expect("a request");
    assert!((own(&mut book, 2 * CLOSED) - 0.02).abs() < 1e-9);
}

#[test]
fn a_trace_without_end_is_counted_on_the_way() {
    let mut book = book();
    for i in 0..20i64 {
        let failed = if i == 0 { "!Broken:x" } else { "" };
        let line = format!("job {} 0 internal step {} {} {failed}", i + 1, i * 5000, i * 5000 + 1000);
        book.take_traces(&traces(1, &line), at(i * 5000 + 1000)).expect("a request");
    }
    let job = figures(&mut book, "job", at(97_000));
    assert_eq!(
        job.errors.iter().map(|row| row.n).collect::<Vec<_>>(),
        [1],
        "once, though it was closed more than once"
    );
    let step = &job.functions[0];
    assert!(step.own_seconds_per_second > 0.0 && step.own_seconds_per_second <= 0.25, "{step:?}");
}

#[test]
fn a_flow_is_told_each_second() {
    let mut book = book();
    for second in 0..120i64 {
        let spans: Vec<Vec<u8>> = (1..=10u64)
            .map(|i| {
                span(
                    second as u128 * 100 + u128::from(i),
                    &format!(
                        "1 0 server GET~/ {} {} http.method=GET http.route=/",
                        second * 1000,
                        second as u64 * 1000 + i
                    ),
                )
            })
            .collect();
        book.take_traces(&request("web", &spans), at(second * 1000 + 500)).expect("a request");
    }
    let flow = figures(&mut book, "web", at(120_000)).requests.expect("requests");
    assert!((flow.per_second - 10.0).abs() < 0.6, "{}", flow.per_second);
    assert!(near(flow.p50_seconds.expect("p50"), 0.005) || near(flow.p50_seconds.expect("p50"), 0.006), "{flow:?}");
    assert!(near(flow.p99_seconds.expect("p99"), 0.010), "{flow:?}");
    assert_eq!(figures(&mut book, "web", at(200_000)).requests, None, "all of it is over");
}

#[test]
fn the_time_of_requests_is_divided_without_rest() {
    let mut book = told(&[CHECKOUT]);
    let split = figures(&mut book, "checkout", at(CLOSED)).split.clone().expect("a division");
    let expect = [
        (TimePart::WaitsForConnection, 0.4),
        (TimePart::OwnCode, 0.14),
        (TimePart::Downstream, 0.05),
        (TimePart::Database, 0.04),
        (TimePart::Cache, 0.01),
    ];
    assert_eq!(split.parts.iter().map(|(part, _)| *part).collect::<Vec<_>>(), expect.map(|(part, _)| part));
    assert!(split.parts.iter().zip(expect).all(|(found, expect)| (found.1 - expect.1).abs() < 1e-9), "{split:?}");
    assert_eq!((split.n, split.near_seconds), (1, 0.64));
}

#[test]
fn queues_count_before_the_beginning() {
    let mut book = told(&[
        "web 1 0 server GET 0 100 http.method=GET http.route=/ http.server.request.time_in_queue=0.3",
        "shop 1 0 producer send 0 10 messaging.system=kafka messaging.destination.name=orders
         work 2 1 consumer take 510 610 messaging.destination.name=orders
         work 3 2 client q 510 560 db.system=mysql db.client.connection.wait_time=0.02",
    ]);
    for (service, expect) in [
        ("web", vec![(TimePart::Queue, 0.3), (TimePart::OwnCode, 0.1)]),
        (
            "work",
            vec![
                (TimePart::Queue, 0.5),
                (TimePart::OwnCode, 0.05),
                (TimePart::Database, 0.03),
                (TimePart::WaitsForConnection, 0.02),
            ],
        ),
    ] {
        let split = figures(&mut book, service, at(CLOSED)).split.clone().expect("a division");
        let rounded: Vec<_> = split.parts.iter().map(|(part, s)| (*part, (s * 1e6).round() / 1e6)).collect();
        assert_eq!(rounded, expect, "{service}");
    }
    assert_eq!(&*figures(&mut book, "work", at(CLOSED)).routes[0].route, "process orders");
}

#[test]
fn an_error_on_its_way_up_is_one() {
    let mut book = told(&[
        "shop 1 0 server GET~/a 0 100 http.request.method=GET http.route=/a http.response.status_code=500 !
         shop 2 1 internal handler 0 90 !Timeout:too~slow
         shop 3 2 client q 10 80 db.system=mysql !Timeout:too~slow",
        "shop 1 0 server GET~/b 0 100 http.request.method=GET http.route=/b http.response.status_code=503",
        "shop 1 0 internal job 0 100 !",
        "shop 1 0 server GET~/a 0 50 http.request.method=GET http.route=/a !Timeout:too~late",
    ]);
    let shop = figures(&mut book, "shop", at(CLOSED));
    let rows: Vec<_> = shop.errors.iter().map(|r| (&*r.kind, r.n, &*r.message, &*r.only_route)).collect();
    assert_eq!(rows, [("503", 1, "", "GET /b"), ("error", 1, "", ""), ("Timeout", 2, "too slow", "GET /a")]);
    assert_eq!(&*shop.errors[2].trace, "00000000000000000000000000000001");
    let requests = shop.requests.expect("requests");
    assert_eq!(requests.error_ratio, Some(1.0), "a status code of the server's own is a failure");
}

#[test]
fn errors_of_one_host_of_several_are_told() {
    let mut book = book();
    for (trace, host, error) in [(1, "h1", "!Broken:x"), (2, "h2", ""), (3, "h1", "!Broken:x")] {
        let line = format!("1 0 server GET 0 10 http.method=GET http.route=/ {error}");
        let resource = [("service.name", "shop"), ("host.name", host), ("service.instance.id", host)];
        book.take_traces(&request_from(&resource, &[span(trace, &line)]), at(1000)).expect("a request");
    }
    let told = book.figures(at(CLOSED)).remove(0);
    assert_eq!((&*told.figures.errors[0].only_host, &*told.figures.errors[0].only_route), ("h1", ""));
    assert_eq!(told.identity.n_instances, 2);
}

#[test]
fn errors_of_logs_count_where_no_span_failed() {
    let mut book = told(&[
        "shop 1 0 server GET 0 10 http.method=GET http.route=/ !Broken:x",
        "shop 1 0 server GET 0 10 http.method=GET http.route=/b",
    ]);
    let lines = [
        log(5.0, 17, "it broke", Some(1), &[("exception.type", "Broken")]),
        log(5.0, 17, "odd", Some(2), &[("exception.type", "Odd")]),
        log(5.0, 21, "alone", None, &[]),
        log(5.0, 9, "fine", None, &[]),
    ];
    book.take_logs(&request("shop", &lines), at(1000)).expect("a request");
    let shop = figures(&mut book, "shop", at(2 * CLOSED));
    let mut rows: Vec<_> = shop.errors.iter().map(|r| (&*r.kind, r.n, &*r.message, &*r.only_route)).collect();
    rows.sort_unstable();
    assert_eq!(rows, [("Broken", 1, "x", "GET /"), ("Odd", 1, "odd", "GET /b"), ("log", 1, "alone", "")]);
    assert_eq!(shop.n_logs, 4);
}

#[test]
fn a_service_is_known_by_what_it_says_and_forgotten() {
    let mut book = book();
    let resource =
        [("service.name", "shop"), ("service.version", "1.2"), ("telemetry.sdk.language", "go"), ("process.pid", "77")];
    book.take_traces(&request_from(&resource, &[span(1, "1 0 internal f 0 1")]), at(1000)).expect("a request");
    book.take_logs(&request("shop", &[log(1.0, 9, "x", None, &[])]), at(2000)).expect("a request");
    let told = book.figures(at(3000)).remove(0);
    let identity = &told.identity;
    assert_eq!((&*identity.version, &*identity.language, &*identity.pids), ("1.2", "go", &[77][..]));
    assert_eq!((told.first_at, told.last_at), (at(1000), at(2000)));
    book.forget("shop");
    assert_eq!(book.figures(at(4000)), []);
    let figures = losses(&book);
    assert_eq!((figures.trace_bytes, figures.log_bytes, figures.n_evicted_spans), (0, 0, 0));
}

/// What is told where these lines, each behind its trace, arrive one by one.
fn in_order<'a>(lines: impl Iterator<Item = &'a (u64, String)>) -> String {
    let mut book = book();
    for (trace, line) in lines {
        book.take_traces(&traces(u128::from(*trace), line), at(1000)).expect("a request");
    }
    format!("{:?}", book.figures(at(CLOSED)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn figures_are_the_same_whatever_the_order(
        spans in prop::collection::btree_map(
            (1u64..3, 1u64..9),
            (0u64..10, 0usize..7, 0u64..300, 0u64..300, 0usize..4, 0usize..3),
            1..16,
        ),
        seed in any::<u64>(),
    ) {
        let forms = [
            "internal f", "internal pool.acquire", "server GET~/a", "client q", "client GET", "consumer take", "producer send",
        ];
        let told = [
            "", "", "http.method=GET http.route=/a", "db.system=mysql db.statement=select~1", "server.address=pay http.method=GET",
            "messaging.destination.name=o", "messaging.system=kafka messaging.destination.name=o",
        ];
        let failed = ["", "!", "!Broken:x", "!Late:y"];
        let lines: Vec<(u64, String)> = spans
            .into_iter()
            .map(|((trace, id), (parent, form, a, b, failure, service))| {
                let (start, end) = (a.min(b), a.max(b));
                let service = ["a", "b", "c"][service];
                let (form, told, failed) = (forms[form], told[form], failed[failure]);
                (trace, format!("{service} {id} {parent} {form} {start} {end} {told} {failed}"))
            })
            .collect();
        let mut other = lines.clone();
        other.sort_by_key(|(trace, line)| line.bytes().fold(seed ^ trace, |sum, b| (sum ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)));
        prop_assert_eq!(in_order(lines.iter()), in_order(other.iter()));
    }
}
