//! Histograms and rows.

use super::*;
use crate::model::service::Flow;

const BOUNDS: [f64; 4] = [0.05, 0.1, 0.5, 1.0];
const LONG_AGO: i64 = -86_400_000;

fn served(at: i64, n: u64) -> Vec<u8> {
    let cart = [("http.request.method", "GET"), ("http.route", "/cart"), ("http.response.status_code", "200")];
    let failed = [("http.request.method", "GET"), ("http.route", "/cart"), ("http.response.status_code", "503")];
    let pay = [("http.request.method", "POST"), ("http.route", "/pay"), ("http.response.status_code", "200")];
    let points = [
        histogram_point((LONG_AGO, at), &BOUNDS, &[80 * n, 10 * n, 0, 0, 0], 4.0 * n as f64, &cart),
        histogram_point((LONG_AGO, at), &BOUNDS, &[0, 10 * n, 0, 0, 0], 1.0 * n as f64, &failed),
        histogram_point((LONG_AGO, at), &BOUNDS, &[0, 0, 0, 100 * n, 0], 90.0 * n as f64, &pay),
    ];
    request("shop", &[histogram("http.server.request.duration", "s", false, &points)])
}

#[test]
fn requests_are_told_whole_and_by_route() {
    let mut desk = Desk::new();
    for n in 0..5 {
        desk.take(n * 10_000, &served(n * 10_000, n as u64));
        desk.tick(n * 10_000);
    }
    let of = |more: &str| format!("http.server.request.duration{{{more}}}");
    let cart = "http.request.method=\"GET\",http.route=\"/cart\",service.name=\"shop\"";
    for (key, expect) in [
        (of("service.name=\"shop\",statistic=\"rate\""), 20.0),
        (of("service.name=\"shop\",statistic=\"mean\""), 0.475),
        (of("service.name=\"shop\",statistic=\"error_ratio\""), 0.05),
        (of("service.name=\"shop\",statistic=\"p50\""), 0.1),
        (of("service.name=\"shop\",statistic=\"p95\""), 0.95),
        (of(&format!("{cart},statistic=\"rate\"")), 10.0),
        (of(&format!("{cart},statistic=\"mean\"")), 0.05),
        (of(&format!("{cart},statistic=\"error_ratio\"")), 0.1),
        (of(&format!("{cart},statistic=\"p50\"")), 0.03125),
    ] {
        assert!((desk.value(&key) - expect).abs() < 1e-9, "{key}: {} for {expect}", desk.value(&key));
    }
    let all = desk.book.figures(moment(40_000));
    let figures = &all[0].figures;
    let whole = figures.requests.expect("requests");
    assert!((whole.per_second - 20.0).abs() < 0.01, "{whole:?}");
    assert_eq!(whole.error_ratio, Some(0.05));
    assert_eq!(whole.p95_seconds.map(|p95| (p95 * 1e9).round() / 1e9), Some(0.95));
    assert!(whole.p95_error_ratio.is_some_and(|ratio| ratio < 0.5));
    let routes: Vec<&str> = figures.routes.iter().map(|row| &*row.route).collect();
    assert_eq!(routes, ["POST /pay", "GET /cart"], "by the time spent in them");
    assert!(desk.book.reports_requests("shop", moment(40_000)) && !desk.book.reports_requests("other", moment(40_000)));
    assert!(!desk.book.reports_requests("shop", moment(900_000)), "it fell silent: spans may stand in");
    let units = ["http.server.request.duration.count", "http.server.request.duration.sum"].map(|name| desk.unit(name));
    assert_eq!(units, [Unit::PerSecond("request"), Unit::Count("request")]);
    // Half an hour later nobody knows.
    assert_eq!(desk.book.figures(moment(1_800_000))[0].figures.requests, None);
}

#[test]
fn the_same_comes_of_old_names_in_milliseconds_and_of_exponential_buckets() {
    let mut desk = Desk::new();
    for n in 0..3u64 {
        let at = n as i64 * 10_000;
        let old = histogram_point(
            (LONG_AGO, at),
            &[50.0, 100.0],
            &[100 * n, 0, 0],
            3000.0 * n as f64,
            &[("http.method", "GET"), ("http.route", "/a")],
        );
        // Scale 0: bucket i holds what lies above 2^i, up to 2^(i+1). All within (0.25, 0.5] s.
        let buckets = Message::default().number(1, 3).number(2, 100 * n);
        let operation = Message::default()
            .with(8, &buckets)
            .fixed(2, nanos(START + LONG_AGO))
            .fixed(3, nanos(START + at))
            .fixed(4, 100 * n)
            .double(5, 30.0 * n as f64)
            .number(6, 0)
            .pairs(1, &[("db.system", "postgresql"), ("db.operation", "SELECT"), ("db.sql.table", "orders")]);
        let operation = metric("db.client.operation.duration", "s", EXPONENTIAL, &all(&[operation]).number(2, 2));
        desk.take(at, &request("shop", &[histogram("http.server.duration", "ms", false, &[old]), operation]));
        desk.tick(at);
    }
    let mean = desk.value("http.server.request.duration{service.name=\"shop\",statistic=\"mean\"}");
    let p95 = desk.value("http.server.request.duration{service.name=\"shop\",statistic=\"p95\"}");
    assert!((mean - 0.03).abs() < 1e-9 && (p95 - 0.0475).abs() < 1e-9, "{mean} {p95}");
    let all = desk.book.figures(moment(20_000));
    let row = &all[0].figures.operations[0];
    assert_eq!((&*row.system, &*row.operation), ("postgresql", "SELECT orders"));
    // The offset 3 is written as zigzag: -2.
    let Flow { p95_seconds: Some(p95), p95_error_ratio: Some(ratio), .. } = row.flow else { panic!("{row:?}") };
    assert!(p95 > 0.25 && p95 <= 0.5 && ratio <= 1.0, "{p95} {ratio}");
    assert_eq!(row.flow.mean_seconds, Some(0.3));
}

#[test]
fn pools_caches_batches_and_queues_have_rows() {
    let mut desk = Desk::new();
    for n in 0..3i64 {
        let at = n * 10_000;
        let pool = |state| [("state", state), ("pool.name", "main")];
        let sum = |name, more: &[(&str, &str)], per_second: f64| {
            counter(name, "", false, &[point(LONG_AGO, at, per_second * 10.0 * n as f64, more)])
        };
        let batch = |name: &str, unit: &str, each: f64| {
            let n = 50 * n as u64;
            let point = histogram_point((LONG_AGO, at), &[100.0], &[n, 0], each * n as f64, &[("model", "rank")]);
            histogram(name, unit, false, &[point])
        };
        let metrics = [
            gauge(
                "db.client.connections.usage",
                "",
                &[point(0, at, 9.0, &pool("used")), point(0, at, 1.0, &pool("idle"))],
            ),
            gauge("db.client.connections.max", "", &[point(0, at, 10.0, &[("pool.name", "main")])]),
            gauge("db.client.connections.pending_requests", "", &[point(0, at, 3.0, &[("pool.name", "main")])]),
            sum("redis.keyspace.hits", &[], 30.0),
            sum("redis.keyspace.misses", &[], 10.0),
            sum("cache.evictions", &[], 1.0),
            batch("ml.batch.size", "{item}", 16.0),
            batch("ml.batch.duration", "s", 0.2),
            sum("messaging.client.sent.messages", &[("messaging.destination.name", "mail")], 5.0),
            gauge("messaging.queue.depth", "", &[point(0, at, 40.0, &[("messaging.destination.name", "mail")])]),
        ];
        assert_eq!(desk.take(at, &request("shop", &metrics)), 0);
        desk.tick(at);
    }
    let all = desk.book.figures(moment(20_000));
    let figures = &all[0].figures;
    let pool = &figures.pools[0];
    assert_eq!(
        (&*pool.name, pool.used, pool.idle, pool.max, pool.pending),
        ("main", Some(9.0), Some(1.0), Some(10.0), Some(3.0))
    );
    let cache = &figures.caches[0];
    assert_eq!(
        (cache.hit_ratio, cache.per_second.round(), cache.evictions_per_second.map(f64::round)),
        (Some(0.75), 40.0, Some(1.0))
    );
    let batch = &figures.batches[0];
    assert_eq!(
        (&*batch.name, batch.size_mean, batch.items_per_second.map(f64::round)),
        ("rank", Some(16.0), Some(80.0))
    );
    assert_eq!(batch.duration_mean_seconds.map(|mean| (mean * 1e6).round() / 1e6), Some(0.2));
    let queue = &figures.queues[0];
    assert_eq!((&*queue.name, queue.depth, queue.sent_per_second.map(f64::round)), ("mail", Some(40.0), Some(5.0)));
    let used = "db.client.connection.pool.name=\"main\",db.client.connection.state=\"used\",service.name=\"shop\"";
    assert_eq!(desk.value(&format!("db.client.connection.count{{{used}}}")), 9.0);
    assert_eq!(desk.value("cache.requests{cache.result=\"hit\",service.name=\"shop\"}"), 30.0);
}

#[test]
fn summaries_keep_their_quantiles() {
    let mut desk = Desk::new();
    for n in 0..2u64 {
        let at = n as i64 * 10_000;
        let quantile = |p, value| Message::default().double(1, p).double(2, value);
        let point = Message::default()
            .fixed(2, nanos(START + LONG_AGO))
            .fixed(3, nanos(START + at))
            .fixed(4, 100 * n)
            .double(5, 20.0 * n as f64)
            .with(6, &quantile(0.5, 0.1))
            .with(6, &quantile(0.99, 0.9))
            .with(6, &quantile(0.999, f64::NAN));
        desk.take(at, &request("shop", &[metric("rpc.time", "s", SUMMARY, &all(&[point]))]));
    }
    let expect =
        ["rpc.time.count 10", "rpc.time.sum 2", "rpc.time{quantile=\"0.5\"} 0.1", "rpc.time{quantile=\"0.99\"} 0.9"];
    assert_eq!(desk.tick(10_000), expect);
}

#[test]
fn other_bounds_are_a_new_start() {
    let mut desk = Desk::new();
    let body = |at, bounds: &[f64], counts: &[u64]| {
        let point = histogram_point((LONG_AGO, at), bounds, counts, 1.0, &[]);
        request("shop", &[histogram("h", "s", false, &[point])])
    };
    desk.take(0, &body(0, &[1.0], &[100, 0]));
    desk.take(10_000, &body(10_000, &[1.0, 2.0], &[150, 0, 0]));
    assert!(desk.tick(10_000).is_empty());
    desk.take(20_000, &body(20_000, &[1.0, 2.0], &[150, 50, 0]));
    assert_eq!(desk.tick(20_000)[0], "h.count 5");
}
