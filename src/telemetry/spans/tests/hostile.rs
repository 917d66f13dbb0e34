//! What must not harm: wrong times and ids, repeated spans, a million names, any bytes.

use proptest::prelude::*;

use super::written::{at, attribute, bytes, fixed, log, number, request, span, traces};
use super::*;
use crate::telemetry::spans::Reading;

const HOUR: i64 = 3_600_000;

#[test]
fn what_cannot_be_is_left_out_and_said() {
    let no_times = span(1, "2 0 internal f 0 1")[..28].to_vec();
    let with = |edit: &dyn Fn(&mut Vec<u8>)| {
        let mut span = span(1, "3 0 internal f 0 1");
        edit(&mut span);
        span
    };
    for (bad, why) in [
        (no_times, "ends before it begins"),
        (span(1, "3 0 internal f 10 5"), "ends before it begins"),
        (span(1, "3 0 internal f -90000000 5"), "longer than a day"),
        (span(1, "3 0 internal f 0 400000"), "in the future"),
        (span(1, &format!("3 0 internal f {} {}", -2 * HOUR, -2 * HOUR)), "more than an hour ago"),
        (span(0, "3 0 internal f 0 1"), "no trace id"),
        (span(1, "0 0 internal f 0 1"), "no trace id"),
        (with(&|span| bytes(1, &[1; 15], span)), "no trace id"),
        (with(&|span| bytes(2, &[1; 9], span)), "no trace id"),
        (with(&|span| bytes(5, b"\xff\xfe", span)), "not UTF-8"),
        (with(&|span| number(5, 7, span)), "wrong type"),
        (with(&|span| span.extend([0x4a, 0xff, 0x01, 0])), "ends within a value"),
        (with(&|span| fixed(8, u64::MAX, span)), "longer than a day"),
    ] {
        let mut book = book();
        let taken =
            book.take_traces(&request("a", &[bad, span(1, "9 0 internal ok 0 1")]), at(1000)).expect("a request");
        assert_eq!(taken.n_rejected, 1, "{why}");
        assert!(taken.why.contains(why), "{} should say {why}", taken.why);
        let figures = losses(&book);
        assert_eq!((figures.n_spans, figures.n_bad_spans), (1, 1), "{why}");
    }
}

#[test]
fn a_request_that_breaks_off_is_refused() {
    let whole = request("a", &[span(1, "1 0 internal f 0 1")]);
    for n in [1, whole.len() - 1] {
        let refusal = book().take_traces(&whole[..n], at(1000)).expect_err("broken");
        assert!(refusal.to_string().contains("traces"), "{refusal}");
        book().take_logs(&whole[..n], at(1000)).expect_err("broken");
    }
    assert_eq!(book().take_traces(&[], at(1000)).expect("nothing").n_rejected, 0);
}

#[test]
fn a_long_request_is_taken_in_pieces_and_others_may_have_the_book_in_between() {
    let spans: Vec<_> = (1..=600u64).map(|i| span(u128::from(i), "1 0 internal f 0 1")).collect();
    let body = request("a", &spans);
    let mut book = book();
    let mut reading = Reading::new(&body, at(1000));
    let mut taken = Vec::new();
    while book.take_some_spans(&mut reading).expect("a request") {
        taken.push(losses(&book).n_spans);
        // Somebody takes the service away in between.
        book.forget("a");
    }
    assert_eq!((taken, losses(&book).n_spans), (vec![256, 512], 600));
    let calls = figures(&mut book, "a", at(20_000)).functions[0].flow.per_second * 20.0;
    assert_eq!(calls.round(), 88.0, "it is heard of anew, with what came since");
    // A few long ones are a piece as well.
    let long = format!("1 0 internal f 0 1 k={}", "x".repeat(100_000));
    let body = request("a", &(1..=9u64).map(|i| span(u128::from(1000 + i), &long)).collect::<Vec<_>>());
    let mut reading = Reading::new(&body, at(1000));
    let mut n_pieces = 1;
    while book.take_some_spans(&mut reading).expect("a request") {
        n_pieces += 1;
    }
    assert_eq!(n_pieces, 4);
}

#[test]
fn logs_of_wrong_times_are_left_out() {
    let mut book = book();
    let lines =
        [log(400_000.0, 9, "a", None, &[]), log(-2.0 * HOUR as f64, 9, "b", None, &[]), log(0.0, 9, "c", None, &[])];
    let taken = book.take_logs(&request("a", &lines), at(1000)).expect("a request");
    assert_eq!((taken.n_rejected, losses(&book).n_bad_logs, losses(&book).n_logs), (2, 2, 1));
    assert!(taken.why.contains("compare the clocks"), "{}", taken.why);
}

#[test]
fn a_repeated_span_counts_once() {
    let mut book = told(&[CHECKOUT]);
    let expect = format!("{:?}", book.figures(at(1000)));
    let taken = book.take_traces(&traces(1, CHECKOUT), at(1000)).expect("a request");
    assert_eq!(taken.n_rejected, 0, "a client that sends again did nothing wrong");
    assert_eq!(format!("{:?}", book.figures(at(1000))), expect);
    book.figures(at(20_000));
    book.take_traces(&traces(1, CHECKOUT), at(20_000)).expect("a request");
    assert_eq!((losses(&book).n_spans, losses(&book).n_bad_spans), (7, 14));
}

#[test]
fn a_million_names_go_under_one() {
    let mut book = book();
    for i in 0..3000u64 {
        let line = format!(
            "a 1 0 internal f{i} 0 1
             a 2 0 server x 0 1 http.method=GET http.route=/{i}
             a 3 0 client q 0 1 db.system=mysql db.operation=op{i} server.address=h{i} error.type=E{i}
             s{i} 4 0 internal g 0 1"
        );
        book.take_traces(&traces(u128::from(i) + 1, &line), at(1000)).expect("a request");
    }
    let all = book.figures(at(2000));
    assert_eq!(all.len(), 201);
    let a = figures(&mut book, "a", at(20_000));
    let other = |found: Option<f64>| found.map(f64::round);
    let per_second = |n: f64| Some((n / 20.0).round());
    for (n_rows, found) in [
        (a.functions.len(), a.functions.iter().find(|row| &*row.name == "(other)").map(|row| row.flow.per_second)),
        (a.routes.len(), a.routes.iter().find(|row| &*row.route == "(other)").map(|row| row.flow.per_second)),
        (
            a.operations.len(),
            a.operations.iter().find(|row| &*row.operation == "(other)").map(|row| row.flow.per_second),
        ),
    ] {
        assert_eq!((n_rows, other(found)), (501, per_second(2500.0)));
    }
    assert_eq!((a.dependencies.len(), a.errors.len()), (201, 51));
    let figures = losses(&book);
    assert_eq!(figures.n_over_services, 3000 - 199);
    let rest = all.iter().find(|told| &*told.name == "(other)").expect("the rest");
    assert!(rest.figures.functions[0].flow.per_second > 100.0);
}

#[test]
fn services_that_were_silent_for_an_hour_make_room() {
    let mut book = book();
    for i in 0..300u64 {
        book.take_traces(&traces(1, &format!("s{i} {} 0 internal f 0 1", i + 1)), at(1000)).expect("a request");
    }
    assert!(book.figures(at(2000)).iter().any(|told| &*told.name == "(other)"));
    let line = format!("new 1 0 internal f {} {}", HOUR + 2000, HOUR + 2001);
    book.take_traces(&traces(2, &line), at(HOUR + 3000)).expect("a request");
    let names: Vec<_> = book.figures(at(HOUR + 3000)).into_iter().map(|told| told.name).collect();
    assert_eq!(names, ["new".into()]);
}

#[test]
fn names_that_fell_silent_make_room() {
    let mut book = book();
    for (from, when) in [(0, 1000), (600, 80_000)] {
        for i in from..from + 500u64 {
            book.take_traces(&traces(u128::from(i) + 1, &format!("a 1 0 internal f{i} 0 1")), at(when))
                .expect("a request");
        }
    }
    let a = figures(&mut book, "a", at(81_000));
    assert!(a.functions.iter().any(|row| &*row.name == "f1000"), "{}", a.functions.len());
    assert!(a.functions.iter().all(|row| &*row.name != "f1"));
}

#[test]
fn long_attributes_are_cut_and_many_left_out() {
    let mut whole = span(1, "1 0 internal f 0 1");
    attribute(9, "long", &"ä".repeat(4000), &mut whole);
    (0..500).for_each(|i| attribute(9, &format!("k{i}"), "v", &mut whole));
    let mut book = book();
    book.take_traces(&request("a", &[whole]), at(1000)).expect("a request");
    let open: Arc<str> = format!("{:032x}", 1).into();
    let trace = book.answer(&TraceQuestion { open, ..TraceQuestion::default() }, at(0)).open.expect("the trace");
    let attributes = &trace.spans[0].attributes;
    assert_eq!(attributes.len(), 128);
    let long = attributes.iter().find(|(key, _)| &**key == "long").expect("the long one");
    assert_eq!(long.1.len(), 1024);
}

#[test]
fn a_clock_that_is_set_back_stops_nothing() {
    let mut book = told(&["a 1 0 internal f 0 1"]);
    book.take_traces(&traces(2, "a 1 0 internal f -1800000 -1799000"), at(-HOUR / 2)).expect("a request");
    let figures = figures(&mut book, "a", at(-HOUR / 2 + 10_000));
    assert!(figures.functions[0].own_seconds_per_second > 0.0, "both were closed: {figures:?}");
    assert_eq!(figures.functions[0].slowest_seconds, 1.0);
}

proptest! {
    #[test]
    fn any_bytes_come_to_an_end(body in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut book = book();
        let _ = book.take_traces(&body, at(1000));
        let _ = book.take_logs(&body, at(1000));
        book.figures(at(20_000));
    }

    #[test]
    fn a_damaged_request_harms_nothing(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        as_logs in any::<bool>(),
    ) {
        let mut body = traces(1, CHECKOUT);
        let lines = [log(130.0, 17, "pool is empty", Some(1), &[("exception.type", "E")])];
        body.extend(request("checkout", &lines));
        for (place, byte) in damage {
            let i = place.index(body.len());
            body[i] = byte;
        }
        let mut book = book();
        let _ = if as_logs { book.take_logs(&body, at(1000)) } else { book.take_traces(&body, at(1000)) };
        let answer = book.answer(&TraceQuestion::default(), at(1000));
        for head in answer.traces.iter() {
            let question = TraceQuestion { open: Arc::clone(&head.id), ..TraceQuestion::default() };
            let open = book.answer(&question, at(1000)).open.expect("it is kept");
            prop_assert_eq!(open.spans.len(), head.n_spans as usize);
        }
        book.figures(at(20_000));
    }
}
