//! The series that spans give.

use std::collections::BTreeMap;
use std::time::Duration;

use super::written::{at, request, span, traces};
use super::*;
use crate::model::{SeriesDef, Slot};
use crate::telemetry::record::{Record, Tick};

#[derive(Default)]
struct Recorded {
    defs: Vec<SeriesDef>,
    values: BTreeMap<String, f64>,
}

impl Record for Recorded {
    fn define(&mut self, def: SeriesDef) -> Slot {
        self.defs.push(def);
        Slot(self.defs.len() as u32 - 1)
    }

    fn put(&mut self, slot: Slot, value: f64) {
        let key = self.defs[slot.0 as usize].key.to_string();
        assert_eq!(self.values.insert(key.clone(), value), None, "{key} was put twice");
    }
}

fn tick(book: &mut SpanBook, out: &mut Recorded, second: u64, reports_requests: bool) -> BTreeMap<String, f64> {
    let tick = Tick { at: at(second as i64 * 1000), elapsed: Duration::from_secs(second), generation: 1 };
    book.record(tick, &|_| reports_requests, out);
    std::mem::take(&mut out.values)
}

const LINES: &str = "
    a 1 0 server GET~/r 0 100 http.method=GET http.route=/r http.status_code=200
    a 2 0 server GET~/r 0 300 http.method=GET http.route=/r http.status_code=503
    a 3 1 internal f 10 60
";

#[test]
fn requests_are_given_as_metrics_would() {
    let mut book = book();
    let mut out = Recorded::default();
    assert!(tick(&mut book, &mut out, 0, false).is_empty());
    book.take_traces(&traces(1, LINES), at(1000)).expect("a request");
    let values = tick(&mut book, &mut out, 2, false);
    let of = |key: &str| values.get(&format!("http.server.request.duration{key}")).copied();
    let route = r#"http.request.method="GET",http.route="/r",service.name="a""#;
    for (key, expect) in [
        (format!(".count{{{route}}}"), 0.5),
        (format!(".sum{{{route}}}"), 0.05),
        (format!(r#".count{{error.type="503",{route}}}"#), 0.5),
        (format!(r#".sum{{error.type="503",{route}}}"#), 0.15),
        (r#"{service.name="a",statistic="mean"}"#.into(), 0.2),
        (r#"{service.name="a",statistic="error_ratio"}"#.into(), 0.5),
        (format!(r#"{{{route},statistic="mean"}}"#), 0.2),
    ] {
        let found = of(&key).expect("a value");
        assert!((found - expect).abs() < 1e-9, "{key}: {found} instead of {expect}");
    }
    let p95 = of(r#"{service.name="a",statistic="p95"}"#).expect("a value");
    assert!((p95 - 0.1).abs() <= 0.002, "of two, the lower one has the rank: {p95}");
    let functions = values.keys().filter(|key| key.starts_with("perfdesk.span.duration{")).count();
    assert_eq!(functions, 2 * 5, "f and GET /r");
    let def = out.defs.iter().find(|def| def.key.metric().ends_with(".sum")).expect("a sum");
    assert_eq!((&*def.instance, def.unit.ucum().as_str()), ("a, GET /r", "{request}"));
}

#[test]
fn nothing_new_is_zero_and_a_silent_service_is_absent() {
    let mut book = book();
    let mut out = Recorded::default();
    tick(&mut book, &mut out, 0, false);
    book.take_traces(&traces(1, LINES), at(1000)).expect("a request");
    tick(&mut book, &mut out, 1, false);
    let count = r#"http.server.request.duration.count{http.request.method="GET",http.route="/r",service.name="a"}"#;
    let rate = r#"http.server.request.duration{service.name="a",statistic="rate"}"#;
    let later = tick(&mut book, &mut out, 100, false);
    assert_eq!((later.get(count), later.get(rate)), (Some(&0.0), Some(&0.0)));
    assert!(!later.keys().any(|key| key.contains("mean")), "there is no mean of nothing");
    assert!(tick(&mut book, &mut out, 400, false).is_empty());
    let n_defs = out.defs.len();
    book.take_traces(
        &traces(
            2,
            &LINES
                .replace("0 100", "400000 400100")
                .replace("10 60", "400010 400060")
                .replace("0 300", "400000 400300"),
        ),
        at(401_000),
    )
    .expect("a request");
    assert!(tick(&mut book, &mut out, 401, false).contains_key(count));
    assert_eq!(out.defs.len(), n_defs, "what comes back goes on in the same series");
    let again = Tick { at: at(402_000), elapsed: Duration::from_secs(402), generation: 2 };
    book.record(again, &|_| false, &mut out);
    assert_eq!(out.defs.len(), 2 * n_defs, "a new generation defines anew");
}

#[test]
fn metrics_go_before_spans() {
    let mut book = told(&[LINES]);
    let mut out = Recorded::default();
    tick(&mut book, &mut out, 1, true);
    let values = tick(&mut book, &mut out, 2, true);
    assert!(values.keys().all(|key| key.starts_with("perfdesk.span.duration{")) && values.len() == 10, "{values:?}");
}

#[test]
fn series_are_bounded_and_the_refused_counted() {
    let bounds = Bounds { series: 300, series_per_service: 300, ..Bounds::default() };
    let mut book = SpanBook::new(bounds);
    let spans: Vec<Vec<u8>> =
        (1..=200).map(|i| span(i, &format!("1 0 server x 0 1 http.method=GET http.route=/{i}"))).collect();
    book.take_traces(&request("a", &spans), at(1000)).expect("a request");
    let mut out = Recorded::default();
    for second in 1..4 {
        tick(&mut book, &mut out, second, false);
    }
    let figures = losses(&book);
    assert!(out.defs.len() <= 100 && figures.n_series as usize == out.defs.len(), "{}", out.defs.len());
    assert!(figures.n_over_series > 300, "{figures:?}");
    let once = figures.n_over_series;
    tick(&mut book, &mut out, 5, false);
    assert_eq!(losses(&book).n_over_series, once, "each is counted once");
    book.set_bounds(Bounds::default());
    tick(&mut book, &mut out, 6, false);
    assert!(out.defs.len() > 1000, "with more room they are given: {}", out.defs.len());
}
