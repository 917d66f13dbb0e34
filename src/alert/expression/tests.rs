//! Tables and properties of expressions.

use proptest::prelude::*;

use super::*;
use crate::model::alert::{Amount, Comparison, Condition, Dimension, MatchOp, Matcher, Reducer, Selector, Term};
use std::time::Duration;

#[test]
fn conditions_read_and_write() {
    for (text, written) in [
        ("system.cpu.utilization>80%", "system.cpu.utilization > 80 %"),
        ("system.cpu.utilization{cpu = \"0\"} < 5 %", "system.cpu.utilization{cpu=\"0\"} < 5 %"),
        ("mean(a.b[5m]) > 200ms", "mean(a.b[5 min]) > 200 ms"),
        ("p95( a.b{x=~\"e.*\", y!=\"\"} [90 s] ) > 3", "p95(a.b{x=~\"e.*\",y!=\"\"}[90 s]) > 3"),
        (
            "ratio(e.count{k=~\".+\"}[5 min], e.count, min 50) by (service.name) > 1 %",
            "ratio(e.count{k=~\".+\"}[5 min], e.count, min 50) by (service.name) > 1 %",
        ),
        ("share(used, max) by() > 90%", "share(used, max) by () > 90 %"),
        ("full_in(fs[6h]) < 24 h", "full_in(fs[6 h]) < 24 h"),
        ("a by (x, y) > 1", "a by (x, y) > 1"),
        (r#"a{x=~"\d+\"q"} > 1"#, r#"a{x=~"\\d+\"q"} > 1"#),
    ] {
        let condition = read_condition(text).expect(text);
        assert_eq!(write_condition(&condition), written);
        assert_eq!(read_condition(written), Ok(condition), "{written}");
    }
}

#[test]
fn what_is_no_condition_is_refused_with_the_place() {
    for (text, why) in [
        ("", "expected a metric such as system.cpu.utilization at character 1"),
        ("a", "expected > or < at character 2"),
        ("a > ", "write an amount such as 80 %, 200 ms or 1.5 GiB at character 5"),
        ("a > 5 parsecs", "parsecs is no unit: write an amount such as 80 %, 200 ms or 1.5 GiB at character 5"),
        (
            "avg(a[5m]) > 1",
            "avg is no reducer: write one of every, mean, min, max, p95, rate, ratio, share, full_in, growth at character 1",
        ),
        ("mean(a[5 lightyears]) > 1", "write a time such as 5 min, 30 s or 250 ms at character 8"),
        ("mean(a[5m) > 1", "expected ] at character 8"),
        ("ratio(a[5m]) > 1", "expected , at character 12"),
        ("a{x} > 1", "expected =, !=, =~ or !~ at character 4"),
        ("a{x=\"1} > 1", "expected a closing quote at character 6"),
        ("mean(a[5m], min x) > 1", "expected a count such as min 50 at character 17"),
    ] {
        assert_eq!(read_condition(text).map_err(|e| e.to_string()), Err(why.to_owned()), "{text}");
    }
}

#[test]
fn a_line_says_a_whole_rule() {
    let line = read_line("a > 80% and b < 5 for 5m recover < 70 % keep 1 min missing ok").expect("a line");
    assert_eq!((line.when.len(), line.hold, line.keep_firing), (2, Duration::from_secs(300), Duration::from_secs(60)));
    assert_eq!(line.recover, Some((Comparison::Below, Amount { value: 0.7, dimension: Dimension::Ratio })));
    let error = read_line("a > 1 during 5m").expect_err("no keyword");
    assert_eq!(
        error.to_string(),
        "during 5m is no unit: write an amount such as 80 %, 200 ms or 1.5 GiB at character 5"
    );
}

fn selector() -> impl Strategy<Value = Selector> {
    let op = prop_oneof![Just(MatchOp::Is), Just(MatchOp::IsNot), Just(MatchOp::Like), Just(MatchOp::NotLike)];
    let matcher = ("[a-z][a-z.]{0,6}", op, "[ -~µ]{0,8}").prop_map(|(label, op, value)| Matcher {
        label: label.into(),
        op,
        value: value.into(),
    });
    ("[a-z][a-z._]{0,12}", prop::collection::vec(matcher, 0..3))
        .prop_map(|(metric, matchers)| Selector { metric: metric.into(), matchers })
}

proptest! {
    #[test]
    fn what_is_written_reads_back(
        series in selector(), other in selector(), reducer in 0..Reducer::ALL.len(), seconds in 1u64..90_000,
        by in prop::option::of(prop::collection::vec("[a-z]{1,5}".prop_map(std::sync::Arc::from), 0..3)), value in 0u32..10_000, count in 0u32..100,
    ) {
        let reducer = Reducer::ALL[reducer];
        let window = if reducer.has_window() { Duration::from_secs(seconds) } else { Duration::ZERO };
        let over = reducer.has_over().then_some(other);
        let least_count = if reducer.has_window() { f64::from(count) } else { 0.0 };
        let condition = Condition {
            term: Term { reducer, series, over, window, by, least_count },
            is: Comparison::Above,
            threshold: Amount { value: f64::from(value), dimension: Dimension::Plain },
        };
        let text = write_condition(&condition);
        prop_assert_eq!(read_condition(&text), Ok(condition), "{}", text);
    }

    #[test]
    fn no_text_breaks_the_reader(text in "\\PC{0,60}") {
        let _ = read_line(&text);
    }
}
