//! Traces and logs that are kept, within their bytes.

use proptest::prelude::*;

use super::written::{at, log, request, span, traces};
use super::*;

fn small() -> SpanBook {
    SpanBook::new(Bounds { trace_bytes: 1 << 20, log_bytes: 1 << 20, ..Bounds::default() })
}

#[test]
fn a_trace_is_shown_whole() {
    let mut book = told(&[CHECKOUT]);
    let lines = [
        log(130.0, 13, "pool is empty", Some(1), &[]),
        log(20.0, 9, "pricing", Some(1), &[]),
        log(3.0, 9, "other", None, &[]),
    ];
    book.take_logs(&request("checkout", &lines), at(1000)).expect("a request");
    let open: Arc<str> = format!("{:032x}", 1).into();
    let question = TraceQuestion { open, log_text: "POOL empty".into(), ..TraceQuestion::default() };
    let answer = book.answer(&question, at(2000));
    let trace = answer.open.clone().expect("the trace");
    let rows: Vec<_> = trace
        .spans
        .iter()
        .map(|row| {
            format!(
                "{} {} {} {} {} {}",
                row.depth,
                row.service,
                row.name,
                row.offset.as_millis(),
                row.duration.as_millis(),
                row.own.as_millis()
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            "0 checkout POST /pay 0 640 40",
            "1 checkout price 10 100 100",
            "1 checkout pool.acquire 120 400 400",
            "1 checkout SELECT 520 40 40",
            "1 checkout GET 560 10 10",
            "1 checkout POST 570 50 10",
            "2 bank POST /debit 575 40 40",
        ]
    );
    let attributes: Vec<_> = trace.spans[3].attributes.iter().map(|(k, v)| format!("{k}={v}")).collect();
    assert_eq!(
        attributes,
        ["db.query.text=select * from orders where id=7", "db.system.name=postgresql", "server.address=db"]
    );
    assert_eq!(trace.logs.iter().map(|line| &*line.text).collect::<Vec<_>>(), ["pricing", "pool is empty"]);
    assert_eq!(answer.logs.iter().map(|line| &*line.text).collect::<Vec<_>>(), ["pool is empty"]);
    let head = &answer.traces[0];
    assert_eq!((&*head.name, &*head.service, head.n_spans, head.has_root), ("POST /pay", "checkout", 7, true));
    assert_eq!((answer.n_traces, answer.n_logs, head.duration.as_millis()), (1, 1, 640));
}

#[test]
fn lists_are_as_they_were_asked_for() {
    let book = told(&[
        "a 1 0 server x 0 100",
        "a 1 0 server GET~/r 10 500 http.method=GET http.route=/r
         b 2 1 internal f 20 30 !Broken:x",
        "b 1 0 internal f 50 60",
    ]);
    let ids = |filter, service: &str, span_name: &str| -> Vec<u8> {
        let question =
            TraceQuestion { filter, service: service.into(), span_name: span_name.into(), ..TraceQuestion::default() };
        let answer = book.answer(&question, at(2000));
        assert_eq!(answer.n_traces as usize, answer.traces.len());
        answer.traces.iter().map(|head| head.id.as_bytes()[31] - b'0').collect()
    };
    for (filter, service, span_name, expect) in [
        (TraceFilter::Slowest, "", "", vec![2, 1, 3]),
        (TraceFilter::Newest, "", "", vec![3, 2, 1]),
        (TraceFilter::Failed, "", "", vec![2]),
        (TraceFilter::Slowest, "b", "", vec![2, 3]),
        (TraceFilter::Slowest, "", "f", vec![2, 3]),
        (TraceFilter::Slowest, "a", "f", vec![]),
        (TraceFilter::Slowest, "a", "GET /r", vec![2]),
        (TraceFilter::Slowest, "c", "", vec![]),
    ] {
        assert_eq!(ids(filter, service, span_name), expect, "{filter:?} {service} {span_name}");
    }
}

#[test]
fn a_trace_takes_as_long_as_its_root_though_later_work_hangs_in_it() {
    let book = told(&[
        "a 1 0 server GET~/late 0 100
         b 2 1 internal reconnect 900 950",
        "a 1 0 server GET~/slow 0 400",
    ]);
    let answer = book.answer(&TraceQuestion::default(), at(2000));
    let told: Vec<_> =
        answer.traces.iter().map(|head| (&*head.name, head.duration.as_millis(), head.extent.as_millis())).collect();
    assert_eq!(told, [("GET /slow", 400, 400), ("GET /late", 100, 950)]);
}

#[test]
fn missing_parents_and_circles_stand_at_the_root() {
    let book = told(&["a 1 2 internal x 0 10
                       a 2 1 internal y 5 8
                       a 3 3 internal z 6 7
                       a 4 99 internal w 7 8"]);
    let open: Arc<str> = format!("{:032x}", 1).into();
    let answer = book.answer(&TraceQuestion { open, ..TraceQuestion::default() }, at(2000));
    let trace = answer.open.expect("the trace");
    let rows: Vec<_> = trace.spans.iter().map(|row| (row.depth, &*row.name)).collect();
    assert_eq!(rows, [(0, "x"), (1, "y"), (0, "z"), (0, "w")]);
    assert!(!trace.head.has_root);
}

#[test]
fn the_slow_and_the_failed_outlive_the_ordinary_and_a_quiet_service_outlives_a_chatty_one() {
    let mut book = small();
    let filler = "x".repeat(500);
    let mut trace = 0;
    let mut tell = |book: &mut SpanBook, service: &str, duration: u64, failed: &str, second: i64| {
        trace += 1;
        let line = format!("1 0 server r 0 {duration} k={filler} {failed}");
        book.take_traces(&request(service, &[span(trace, &line)]), at(second * 1000)).expect("a request");
        trace
    };
    let quiet = tell(&mut book, "quiet", 5, "", 1);
    let slow = tell(&mut book, "chatty", 9000, "", 1);
    let failed = tell(&mut book, "chatty", 5, "!Broken:x", 1);
    let ordinary = tell(&mut book, "chatty", 5, "", 1);
    let mut last = 0;
    for i in 0..5000 {
        last = tell(&mut book, "chatty", 10, "", 20 + i / 100);
    }
    let is_kept = |trace: u128| {
        let open: Arc<str> = format!("{trace:032x}").into();
        book.answer(&TraceQuestion { open, ..TraceQuestion::default() }, at(0)).open.is_some()
    };
    let kept = [quiet, slow, failed, ordinary, last].map(is_kept);
    assert_eq!(kept, [true, true, true, false, true], "quiet, slow, failed, ordinary, newest");
    let figures = losses(&book);
    assert!(figures.trace_bytes <= 1 << 20 && figures.n_evicted_spans > 3000, "{figures:?}");
    let n_kept = ask(&book, TraceFilter::Newest, "").n_traces;
    assert_eq!(n_kept + figures.n_evicted_spans, 5004);
}

#[test]
fn a_trace_keeps_so_many_spans_and_counts_the_rest() {
    let mut book = book();
    let spans: Vec<Vec<u8>> = (1..=2_500).map(|i| span(1, &format!("{i} 0 internal f 0 1"))).collect();
    book.take_traces(&request("a", &spans), at(1000)).expect("a request");
    let open: Arc<str> = format!("{:032x}", 1).into();
    let trace = book.answer(&TraceQuestion { open, ..TraceQuestion::default() }, at(0)).open.expect("the trace");
    assert_eq!((trace.spans.len(), trace.n_dropped_spans), (2000, 500));
    assert_eq!(figures(&mut book, "a", at(CLOSED)).functions[0].flow.per_second.round(), (2500.0f64 / 10.0).round());
    assert_eq!(losses(&book).n_evicted_spans, 500);
}

const CLOSED: i64 = 10_000;

#[test]
fn logs_go_the_oldest_first_and_from_those_who_have_most() {
    let mut book = small();
    book.take_logs(&request("quiet", &[log(1.0, 9, "still here", None, &[])]), at(1000)).expect("a request");
    for i in 0..300 {
        let line = log(f64::from(i), 9, &"y".repeat(6000), None, &[]);
        book.take_logs(&request("chatty", &[line]), at(1000)).expect("a request");
    }
    let answer = book.answer(&TraceQuestion::default(), at(0));
    let figures = losses(&book);
    assert_eq!(answer.n_logs + figures.n_evicted_logs, 301);
    assert!(figures.log_bytes <= 1 << 20 && figures.n_evicted_logs > 30, "{figures:?}");
    assert_eq!((answer.logs[0].at, answer.logs[0].text.len()), (at(299), 4096));
    assert!(answer.logs.iter().any(|line| &*line.text == "still here"));
    book.set_bounds(Bounds { log_bytes: 1 << 20, trace_bytes: 1 << 20, ..Bounds::default() });
    assert_eq!(losses(&book).log_bytes, figures.log_bytes);
}

#[test]
fn a_smaller_cap_holds_at_once() {
    let mut book = SpanBook::new(Bounds { trace_bytes: 8 << 20, log_bytes: 8 << 20, ..Bounds::default() });
    for trace in 1..4000 {
        book.take_traces(&traces(trace, &format!("a 1 0 internal f 0 1 k={}", "x".repeat(900))), at(1000))
            .expect("a request");
        book.take_logs(&request("a", &[log(1.0, 9, &"y".repeat(900), None, &[])]), at(1000)).expect("a request");
    }
    let before = losses(&book);
    assert!(before.trace_bytes > 3 << 20 && before.log_bytes > 3 << 20, "{before:?}");
    book.set_bounds(Bounds { trace_bytes: 1 << 20, log_bytes: 1 << 20, ..Bounds::default() });
    let after = losses(&book);
    assert!(after.trace_bytes <= 1 << 20 && after.log_bytes <= 1 << 20, "{after:?}");
    assert_eq!(figures(&mut book, "a", at(CLOSED)).functions[0].slowest_seconds, 0.001);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_cap_holds_after_every_request(
        steps in prop::collection::vec((1u128..400, 1u64..40, 0u64..40, 0usize..9000, 0u8..4, 0i64..3000), 1..400),
    ) {
        let mut book = small();
        let mut now = 1000;
        for (trace, id, parent, filler, service, pause) in steps {
            now += pause;
            let line = format!("{id} {parent} internal f{} 0 {} k={}", id % 7, id * 3, "x".repeat(filler));
            book.take_traces(&request(&format!("s{service}"), &[span(trace, &line)]), at(now)).expect("a request");
            let line = log(1.0, 9 + u64::from(service) * 4, &"y".repeat(filler), Some(trace), &[]);
            book.take_logs(&request(&format!("s{service}"), &[line]), at(now)).expect("a request");
            let figures = losses(&book);
            prop_assert!(figures.trace_bytes <= 1 << 20 && figures.log_bytes <= 1 << 20, "{:?}", figures);
        }
        let figures = losses(&book);
        let kept: u64 = book.store.iter().map(|(_, trace)| trace.spans.len() as u64).sum();
        prop_assert_eq!(kept + figures.n_evicted_spans, figures.n_spans);
        for service in ["s0", "s1", "s2", "s3"] {
            let through = book.store.iter().filter(|(_, trace)| trace.services.iter().any(|s| &**s == service)).count();
            prop_assert_eq!(through, book.store.n_traces(service) as usize);
            book.forget(service);
        }
        prop_assert_eq!((losses(&book).trace_bytes, losses(&book).log_bytes), (0, 0));
    }
}

#[test]
fn windows_and_names_take_their_part_of_the_cap() {
    let cap = 8 << 20;
    let mut book = SpanBook::new(Bounds { trace_bytes: cap, ..Bounds::default() });
    let filler = "x".repeat(500);
    let mut number = 0;
    let mut most_of_traces = 0;
    for second in 1..90 {
        let lines: Vec<_> = (0..200u64)
            .map(|i| {
                number += 1;
                let (name, start, end) = (i * 7 + number % 3, second * 1000 - 900, second * 1000 - 890 + i as i64 * 4);
                span(number as u128, &format!("1 0 server r{name} {start} {end} http.route=/{name} k={filler}"))
            })
            .collect();
        book.take_traces(&request(&format!("s{}", second % 8), &lines), at(second * 1000)).expect("a request");
        let tick = crate::telemetry::record::Tick {
            at: at(second * 1000),
            elapsed: std::time::Duration::from_secs(second.unsigned_abs()),
            generation: 1,
        };
        book.record(tick, &|_| true, &mut Nothing);
        let figures = losses(&book);
        assert!(figures.trace_bytes <= cap, "second {second}: {figures:?}");
        most_of_traces = most_of_traces.max(book.store.bytes() as u64);
    }
    let windows = book.services.values().map(|service| service.bytes() as u64).sum::<u64>();
    assert!(windows > cap / 16 && most_of_traces > cap / 3, "{windows} and {most_of_traces} of {cap}");
    assert!(losses(&book).trace_bytes >= windows + book.store.bytes() as u64);
}

/// Takes series and their values, and does nothing with them.
struct Nothing;

impl crate::telemetry::record::Record for Nothing {
    fn define(&mut self, _: crate::model::SeriesDef) -> crate::model::Slot {
        crate::model::Slot(0)
    }

    fn put(&mut self, _: crate::model::Slot, _: f64) {}
}
