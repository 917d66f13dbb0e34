//! Sums and histograms: resets, gaps, both temporalities, several writers.

use proptest::prelude::*;

use super::*;

/// One point: since when it counts, when it was read and arrived (milliseconds after the start), its value, and the rate
/// at the tick then; NaN where nothing is to be recorded.
type Told = (i64, i64, f64, f64);

fn run(is_delta: bool, told: &[Told]) {
    let mut desk = Desk::new();
    for (i, (start, at, value, expect)) in told.iter().enumerate() {
        desk.take(*at, &request("shop", &[counter("jobs", "{job}", is_delta, &[point(*start, *at, *value, &[])])]));
        let found = desk.tick(*at);
        let expect: Vec<String> = (!expect.is_nan()).then(|| format!("jobs {expect}")).into_iter().collect();
        assert_eq!(found, expect, "point {i} of {told:?}");
    }
}

const NOTHING: f64 = f64::NAN;
/// Long before the tests start.
const LONG_AGO: i64 = -86_400_000;

#[test]
fn cumulative_sums_become_rates_over_the_time_between() {
    run(false, &[(LONG_AGO, 0, 500.0, NOTHING), (LONG_AGO, 10_000, 600.0, 10.0), (LONG_AGO, 12_000, 600.0, 0.0)]);
    // A start shortly before tells what came since.
    run(false, &[(0, 10_000, 50.0, 5.0)]);
    // A gap is one long span.
    run(false, &[(LONG_AGO, 0, 0.0, NOTHING), (LONG_AGO, 1000, 5.0, 5.0), (LONG_AGO, 101_000, 105.0, 1.0)]);
}

#[test]
fn resets_are_seen_by_the_start_and_by_a_fall() {
    run(
        false,
        &[
            (LONG_AGO, 0, 500.0, NOTHING),
            (LONG_AGO, 10_000, 600.0, 10.0),
            (15_000, 20_000, 700.0, 140.0),
            (15_000, 30_000, 800.0, 10.0),
        ],
    );
    run(false, &[(LONG_AGO, 0, 500.0, NOTHING), (LONG_AGO, 10_000, 600.0, 10.0), (LONG_AGO, 20_000, 30.0, 3.0)]);
    // It began anew so long ago that the rate since then says nothing of now.
    run(false, &[(LONG_AGO, 0, 5.0, NOTHING), (LONG_AGO, 1000, 6.0, 1.0), (2000, 602_000, 6000.0, NOTHING)]);
}

#[test]
fn delta_sums_are_rates_over_their_own_span() {
    run(true, &[(0, 10_000, 50.0, 5.0), (10_000, 20_000, 0.0, 0.0), (50_000, 60_000, 20.0, 2.0)]);
}

#[test]
fn what_is_repeated_or_late_is_counted_and_not_added() {
    for is_delta in [false, true] {
        let mut desk = Desk::new();
        let body =
            |start, time, value| request("shop", &[counter("jobs", "", is_delta, &[point(start, time, value, &[])])]);
        let (first, second) = if is_delta { ((0, 10.0), (1000, 10.0)) } else { ((0, 10.0), (0, 20.0)) };
        desk.take(1000, &body(first.0, 1000, first.1));
        desk.take(2000, &body(second.0, 2000, second.1));
        assert_eq!(desk.take(2000, &body(second.0, 2000, second.1)), 0, "it was taken the first time");
        assert_eq!(desk.take(2100, &body(first.0, 1500, first.1)), 1);
        assert_eq!(desk.tick(2200), ["jobs 10"]);
        assert_eq!((desk.losses().n_points, desk.losses().n_bad_points), (2, 2));
    }
}

#[test]
fn a_clock_set_back_is_followed_after_a_while() {
    let mut desk = Desk::new();
    let mut found = Vec::new();
    for second in 0..40 {
        let own = if second < 5 { second } else { second - 600 };
        let body = counter("jobs", "", false, &[point(LONG_AGO, own * 1000, second as f64 * 3.0, &[])]);
        desk.take(second * 1000, &request("shop", &[body]));
        found.push(desk.tick(second * 1000));
    }
    assert_eq!(found[4], ["jobs 3"]);
    assert_eq!(found[39], ["jobs 3"]);
}

#[test]
fn a_stream_that_is_new_in_a_known_metric_began_at_nothing() {
    let mut desk = Desk::new();
    let ok = |at, n: f64| point(LONG_AGO, at, n, &[("code", "200")]);
    let bad = |at, n: f64| point(LONG_AGO, at, n, &[("code", "500")]);
    desk.take(0, &request("shop", &[counter("calls", "", false, &[ok(0, 100.0)])]));
    desk.take(10_000, &request("shop", &[counter("calls", "", false, &[ok(10_000, 200.0), bad(10_000, 30.0)])]));
    assert_eq!(desk.tick(10_000), ["calls{code=\"200\"} 10", "calls{code=\"500\"} 3"]);
}

#[test]
fn workers_without_an_instance_are_told_apart_by_their_start() {
    let mut desk = Desk::new();
    let body = |start, at, value: f64| request("web", &[counter("jobs", "", false, &[point(start, at, value, &[])])]);
    for round in 0..6 {
        let at = round * 10_000;
        desk.take(at, &body(LONG_AGO, at, 1000.0 + round as f64 * 20.0));
        desk.take(at + 100, &body(LONG_AGO + 77, at + 100, 50.0 + round as f64 * 30.0));
        desk.tick(at + 500);
    }
    assert_eq!(desk.value("jobs{service.name=\"web\"}"), 5.0);
}

#[test]
fn a_service_that_reports_both_names_is_counted_once() {
    let mut desk = Desk::new();
    let counts = |at: i64| [at as u64 / 100, 0];
    for at in [10_000, 20_000, 30_000] {
        let old = histogram_point((0, at), &[250.0], &counts(at), at as f64, &[("http.method", "GET")]);
        let new = histogram_point((0, at), &[0.25], &counts(at), at as f64 / 1e3, &[("http.request.method", "GET")]);
        let old = histogram("http.server.duration", "ms", false, &[old]);
        let new = histogram("http.server.request.duration", "s", false, &[new]);
        desk.take(at, &request("shop", &[old, new]));
        desk.tick(at);
    }
    assert_eq!(desk.value("http.server.request.duration{service.name=\"shop\",statistic=\"rate\"}"), 10.0);
    assert!((desk.value("http.server.request.duration{service.name=\"shop\",statistic=\"mean\"}") - 0.1).abs() < 1e-9);
}

#[test]
fn silent_streams_are_let_go_and_go_on_in_the_same_series() {
    let mut desk = Desk::new();
    let body = |at| request("shop", &[gauge("g", "", &[point(0, at, 1.0, &[("a", "b")])])]);
    desk.take(0, &body(0));
    desk.tick(0);
    desk.tick(1_000_000);
    assert_eq!(desk.losses().n_series, 0);
    desk.take(1_010_000, &body(1_010_000));
    assert_eq!(desk.tick(1_010_000), ["g{a=\"b\"} 1"]);
    assert_eq!((desk.recorded.defs.len(), desk.losses().n_series), (1, 1));
    desk.book.forget("shop");
    assert_eq!((desk.losses().n_series, desk.book.figures(moment(1_010_000)).len()), (0, 0));
}

#[test]
fn a_new_generation_defines_everything_anew() {
    let mut desk = Desk::new();
    desk.take(0, &request("shop", &[gauge("g", "", &[point(0, 0, 1.0, &[])])]));
    desk.tick(0);
    desk.recorded = Recorded::default();
    desk.take(1000, &request("shop", &[gauge("g", "", &[point(0, 1000, 2.0, &[])])]));
    let tick = Tick { at: moment(1000), elapsed: Duration::from_secs(1), generation: 2 };
    desk.book.record(tick, &mut desk.recorded);
    assert_eq!(desk.value("g{service.name=\"shop\"}"), 2.0);
}

proptest! {
    #[test]
    fn rates_are_never_negative_and_add_up_to_what_came(
        steps in prop::collection::vec((1..60_000i64, 0..1000u32, 0..8u8), 2..60),
    ) {
        let mut desk = Desk::new();
        let (mut at, mut start, mut value) = (0, 0, 0.0);
        let (mut added, mut came) = (0.0, 0.0);
        let mut last = None;
        for (gap, more, what) in steps {
            at += gap;
            if what == 0 {
                (start, value) = (at - 1, 0.0);
            }
            value += f64::from(more);
            let body = request("shop", &[counter("jobs", "", false, &[point(start, at, value, &[])])]);
            desk.take(at, &body);
            if what == 1 {
                desk.take(at, &body);
            }
            for _ in desk.tick(at) {
                let rate = desk.value("jobs{service.name=\"shop\"}");
                prop_assert!(rate >= 0.0);
                if let Some(last) = last {
                    let span = if what == 0 { 1 } else { at - last };
                    added += rate * span as f64 / 1000.0;
                }
            }
            if last.is_some() {
                came += f64::from(more);
            }
            last = Some(at);
        }
        // All that came after the first value is in the rates, resets or not.
        prop_assert!((added - came).abs() <= 1e-6 * came.max(1.0), "{added} of {came}");
    }
}

#[test]
fn a_clock_that_is_set_back_leaves_nothing_ahead_and_loses_two_values_at_most() {
    let mut desk = Desk::new();
    let body = |at: i64, n: f64| request("shop", &[counter("jobs", "", false, &[point(LONG_AGO, at, n, &[])])]);
    for second in 0..5 {
        desk.take(second * 1000, &body(second * 1000, second as f64 * 10.0));
        desk.tick(second * 1000);
    }
    // Two hours back, this machine's clock and with it the service's.
    let back = -7_200_000;
    for second in 0..4 {
        desk.take(back + second * 1000, &body(back + second * 1000, 50.0 + second as f64 * 10.0));
        let said = desk.tick(back + second * 1000);
        assert_eq!(said.len(), usize::from(second > 0), "second {second}: {said:?}");
    }
    assert_eq!(desk.value("jobs{service.name=\"shop\"}"), 10.0);
    let told = &desk.book.figures(moment(back + 3000))[0];
    assert_eq!((told.last_at, told.first_at <= told.last_at), (moment(back + 3000), true));
}
