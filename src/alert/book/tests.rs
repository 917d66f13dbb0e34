//! What alerts do, by tables, and against a slow, obvious model.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::{Book, Tick};
use crate::alert::advance::Change;
use crate::alert::document::read_rule;
use crate::alert::expression::read_line;
use crate::alert::script::{info, rule_of, run, run_rule};
use crate::model::alert::AlertId;
use crate::model::{SeriesKey, Timestamp};

#[track_caller]
fn check_alert(line: &str, samples: &str, expected: &str) {
    assert_eq!(run(line, samples).as_deref(), Ok(expected), "{line} over {samples}");
}

#[test]
fn hold_needs_the_condition_at_every_evaluation() {
    for (line, samples, expected) in [
        ("a > 80% for 5m", "70@1s*60 95@1s*400 60@1s*60", "pending@60 firing@360 resolved@460"),
        ("a > 80% for 5m", "95@1s*300 70@1s", "pending@0 cleared@300"),
        ("a > 80% for 5m", "95@1s*301 70@1s", "pending@0 firing@300 resolved@301"),
        ("a > 80% for 5m", "95@1s*200 70@1s 95@1s*301", "pending@0 cleared@200 pending@201 firing@501"),
        ("a > 80%", "70@1s 95@1s 95@1s 70@1s", "firing@1 resolved@3"),
        ("a > 80%", "80@1s*5", ""),
        ("a < 20% for 2s", "30@1s 10@1s*3 20@1s", "pending@1 firing@3 resolved@4"),
        ("a > 80% for 10s", "95@10s*3 5@10s", "pending@0 firing@10 resolved@30"),
        ("a > 80% for 10s", "95@4s*4 5@4s", "pending@0 firing@12 resolved@16"),
        ("a > 80% for 1s", "95@250ms*6", "pending@0 firing@1"),
        ("a > 5 for 3s", "6@1s*2 5@1s 6@1s*4", "pending@0 cleared@2 pending@3 firing@6"),
        ("a > 80% for 5m", "95@1s*60", "pending@0"),
        ("a > 80% for 5m", "", ""),
    ] {
        check_alert(line, samples, expected);
    }
}

#[test]
fn between_two_thresholds_nothing_changes() {
    for (line, samples, expected) in [
        ("a > 80% recover < 70%", "81@1s 75@1s*9 69@1s", "firing@0 resolved@10"),
        ("a > 80% recover < 70%", "81@1s 79@1s 81@1s 79@1s 70@1s 69.9@1s", "firing@0 resolved@5"),
        ("a > 80% for 2s recover < 70%", "75@1s*9 81@1s*3 75@1s*9 60@1s", "pending@9 firing@11 resolved@21"),
        ("a > 80% for 5s recover < 70%", "81@1s*3 75@1s 81@1s*6", "pending@0 cleared@3 pending@4 firing@9"),
        ("a < 10 recover > 20", "9@1s 15@1s*3 21@1s", "firing@0 resolved@4"),
        ("a > 80% recover < 70% keep 3s", "81@1s 60@1s*4", "firing@0 recovering@1 resolved@4"),
        (
            "a > 80% recover < 70% keep 3s",
            "81@1s 60@1s*2 75@1s 60@1s*4",
            "firing@0 recovering@1 relapsed@3 recovering@4 resolved@7",
        ),
        (
            "a > 80% keep 1m",
            "81@1s 60@1s*30 90@1s 60@1s*61",
            "firing@0 recovering@1 relapsed@31 recovering@32 resolved@92",
        ),
        ("a > 80% keep 2s", "81@1s 60@1s 90@1s 60@1s*3", "firing@0 recovering@1 relapsed@2 recovering@3 resolved@5"),
    ] {
        check_alert(line, samples, expected);
    }
}

#[test]
fn a_gap_is_no_data_and_never_a_recovery() {
    for (line, samples, expected) in [
        // Three intervals may lie between two values; more are a gap.
        ("a > 80% for 5s", "95@1s*3 -@1s*2 95@1s*2 60@1s", "pending@0 firing@5 resolved@7"),
        // A gap that ends before it was noticed counts for nothing either.
        ("a > 80% for 5s", "95@1s*3 -@1s*3 95@1s*4 60@1s", "pending@0 firing@9 resolved@10"),
        ("a > 80% for 10s", "95@1s*3 -@1s*4 95@1s*9", "pending@0 nodata@6 data@7 firing@15"),
        ("a > 80%", "95@1s -@1s*60 95@1s 60@1s", "firing@0 nodata@4 data@61 resolved@62"),
        ("a > 80%", "95@1s -@1s*60 60@1s", "firing@0 nodata@4 data@61 resolved@61"),
        ("a > 80%", "60@1s -@1s*60 60@1s", "nodata@4 data@61"),
        ("a > 80% for 9s", "95@1s*5 -@1s*60 60@1s", "pending@0 nodata@8 data@65 cleared@65"),
        ("a > 80%", "-@1s*10 95@1s", "nodata@4 data@10 firing@10"),
        ("a > 80% for 3s", "95@1s*2 -@1s*9 95@1s*3", "pending@0 nodata@5 data@11 firing@13"),
        ("a > 80% keep 5s", "95@1s 60@1s*3 -@1s*9 60@1s*4", "firing@0 recovering@1 nodata@7 data@13 resolved@16"),
        ("a > 80% missing alert", "60@1s -@1s*9 60@1s", "nodata@4 firing@4 data@10 resolved@10"),
        ("a > 80% missing alert", "-@1s*9", "nodata@4 firing@4"),
        ("a > 80% missing alert", "95@1s -@1s*9 95@1s 60@1s", "firing@0 nodata@4 data@10 resolved@11"),
        ("a > 80% missing ok", "95@1s -@1s*9 60@1s", "firing@0 nodata@4 ended@4 data@10"),
        ("a > 80% missing ok", "95@1s -@1s*9 95@1s", "firing@0 nodata@4 ended@4 data@10 firing@10"),
        ("a > 80% for 9s missing ok", "95@1s*5 -@1s*9 95@1s*10", "pending@0 nodata@8 data@14 pending@14 firing@23"),
        ("a > 80%", "60@1s -@1s*3 60@1s", ""),
        ("a > 80%", "60@10s -@10s*3 60@10s -@10s*4", "nodata@80"),
    ] {
        check_alert(line, samples, expected);
    }
}

#[test]
fn sleep_and_restart_keep_the_age_reached() {
    for (line, samples, expected) in [
        ("a > 80% for 5m", "95@1s*200 sleep@8h 95@1s*101 60@1s", "pending@0 firing@300 resolved@301"),
        ("a > 80% for 5m", "95@1s*200 restart 95@1s*102", "pending@0 firing@301"),
        ("a > 80% for 5m", "95@1s*200 restart 60@1s", "pending@0 cleared@200"),
        ("a > 80% for 5m", "95@1s*301 restart 95@1s*9 60@1s", "pending@0 firing@300 resolved@310"),
        ("a > 80% keep 9s", "95@1s 60@1s*5 restart 60@1s*9", "firing@0 recovering@1 resolved@11"),
        ("a > 80%", "95@1s restart restart 95@1s*3 60@1s", "firing@0 resolved@4"),
        ("a > 80% for 5m", "95@1s*200 restart -@1s*9 95@1s*102", "pending@0 nodata@204 data@209 firing@310"),
    ] {
        check_alert(line, samples, expected);
    }
}

#[test]
fn reducers_look_back_over_a_full_window() {
    for (line, samples, expected) in [
        ("mean(a[10s]) > 50", "100@1s*9", ""),
        ("mean(a[10s]) > 50", "100@1s*10", "firing@9"),
        ("mean(a[10s]) > 50", "0@1s*10 100@1s*10", "firing@15"),
        ("mean(a[4s]) > 50 for 2s", "0@1s*4 100@1s*5 0@1s*9", "pending@6 firing@8 resolved@10"),
        ("max(a[5s]) > 50", "0@1s*5 60@1s 0@1s*9", "firing@5 resolved@10"),
        ("min(a[5s]) > 50", "60@1s*5 0@1s 60@1s*5", "firing@4 resolved@5 firing@10"),
        ("p95(a[20s]) > 50", "0@1s*20 60@1s*3", "firing@21"),
        ("p95(a[20s]) > 50", "0@1s*20 60@1s 0@1s*30", ""),
        ("rate(a[4s]) > 4", "0@1s 5@1s 10@1s 15@1s 20@1s 20@1s*5", "firing@4 resolved@5"),
        // The counter begins again from 0: it grew by 5, not by less than nothing.
        ("rate(a[4s]) > 4", "0@1s 5@1s 10@1s 15@1s 5@1s 10@1s 15@1s", "firing@4"),
        ("growth(a[8s]) > 20%", "10@1s*8 13@1s*4", "firing@10"),
        ("mean(a[5s]) > 50", "100@1s*5 -@1s*9 100@1s*5", "firing@4 nodata@8 data@18"),
        (
            "full_in(a[10s]) < 1 min",
            "0.50@1s 0.51@1s 0.52@1s 0.53@1s 0.54@1s 0.55@1s 0.56@1s 0.57@1s 0.58@1s 0.59@1s",
            "firing@9",
        ),
    ] {
        check_alert(line, samples, expected);
    }
}

#[track_caller]
fn check_series(when: &str, hold: &str, series: &[(&str, &str)], expected: &str) {
    let when = when.replace('\\', "\\\\").replace('"', "\\\"");
    let text = format!(r#"(id: "x", name: "X", when: ["{}"], for: "{hold}")"#, when.replace(" and ", "\", \""));
    let rule = read_rule(&text).unwrap_or_else(|e| panic!("{e:?}"));
    assert_eq!(run_rule(rule, series).as_deref(), Ok(expected), "{when}");
}

#[test]
fn ratios_conditions_and_instances_match_by_their_attributes() {
    let errors = r#"ratio(n{e=~".+"}[10s], n, min 50) by (s) > 1%"#;
    // Of 10 requests a second 1 fails: 10 %, once 50 were counted. Values are percent in scripts: ×100.
    check_series(
        errors,
        "0 s",
        &[
            (r#"n{s="a"}"#, "0@1s 1000@1s 2000@1s 3000@1s 4000@1s 5000@1s 6000@1s 7000@1s 8000@1s 9000@1s 10000@1s"),
            (r#"n{e="5",s="a"}"#, "0@1s 100@1s 200@1s 300@1s 400@1s 500@1s 600@1s 700@1s 800@1s 900@1s 1000@1s"),
        ],
        "firing@9",
    );
    // 3 of the 50 requests it needs.
    check_series(
        errors,
        "0 s",
        &[(r#"n{s="a"}"#, "0@1s 100@1s 200@1s 300@1s*8"), (r#"n{e="5",s="a"}"#, "0@1s 100@1s*10")],
        "",
    );
    let pool = r#"share(used{state="used"}[2s], max) > 90%"#;
    check_series(
        pool,
        "2 s",
        &[
            (r#"max{pool="p"}"#, "5000@1s*9"),
            (r#"used{pool="p",state="used"}"#, "1000@1s*2 4700@1s*7"),
            (r#"used{pool="p",state="idle"}"#, "4000@1s*9"),
        ],
        "pending@3 firing@5",
    );
    let disk = r#"busy > 95% and growth(wait[4s]) > 10%"#;
    check_series(disk, "0 s", &[(r#"busy{d="a"}"#, "99@1s*9"), (r#"wait{d="a"}"#, "10@1s*6 20@1s*3")], "firing@6");
    check_series(disk, "0 s", &[(r#"busy{d="a"}"#, "99@1s*9"), (r#"wait{d="a"}"#, "10@1s*9")], "");
    check_series(disk, "0 s", &[(r#"busy{d="a"}"#, "99@1s*9"), (r#"wait{d="b"}"#, "10@1s*6 20@1s*3")], "nodata@4");
    // An idle disk has no waits; it is not busy all the same, and what it was is over.
    check_series(disk, "0 s", &[(r#"busy{d="a"}"#, "10@1s*9")], "");
    check_series(
        disk,
        "0 s",
        &[(r#"busy{d="a"}"#, "99@1s*7 10@1s*9"), (r#"wait{d="a"}"#, "10@1s*6 20@1s*1")],
        "firing@6 resolved@7",
    );
    // One rule, many instances: each moves on its own.
    check_series(
        "a > 5",
        "2 s",
        &[(r#"a{i="x"}"#, "9@1s*4 1@1s*4"), (r#"a{i="y"}"#, "1@1s*3 9@1s*5")],
        "pending[x]@0 firing[x]@2 pending[y]@3 resolved[x]@4 firing[y]@5",
    );
}

/// The obvious model: looks at every sample since the beginning, again at each one. Samples are a second apart.
fn obvious(samples: &[Option<u8>], fires: u8, recovers: u8, hold: usize, keep: usize) -> Vec<(usize, &'static str)> {
    let mut events = Vec::new();
    let mut is_firing = false;
    let mut from = 0;
    for now in 0..samples.len() {
        let Some(value) = samples[now] else { continue };
        // Seconds observed between samples of `from..=now` for as long as all of them satisfy `test`, newest first.
        let observed = |test: &dyn Fn(u8) -> bool, from: usize| {
            let (mut seconds, mut last) = (0, now);
            for before in (from..now).rev() {
                match samples[before] {
                    Some(value) if test(value) => {
                        seconds += if last - before <= 3 { last - before } else { 0 };
                        last = before;
                    }
                    Some(_) => return seconds,
                    None => {}
                }
            }
            seconds
        };
        let holds = |value: u8| value > fires;
        let ends = |value: u8| value < recovers;
        if !is_firing && holds(value) && observed(&holds, from) >= hold {
            (is_firing, from) = (true, now + 1);
            events.push((now, "firing"));
        } else if is_firing && ends(value) && observed(&ends, from) >= keep {
            (is_firing, from) = (false, now + 1);
            events.push((now, "resolved"));
        }
    }
    events
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]
    #[test]
    fn no_flap_and_no_missed_span_against_the_obvious_model(
        runs in prop::collection::vec((prop_oneof![1 => Just(None), 4 => (0u8..10).prop_map(Some)], 1usize..12), 0..30),
        hold in 0usize..12, keep in 0usize..12, fires in 3u8..8, below in 0u8..3,
    ) {
        let samples: Vec<Option<u8>> = runs.iter().flat_map(|(v, n)| std::iter::repeat_n(*v, *n)).collect();
        let recovers = fires - below + 1;
        let script: Vec<String> = runs.iter().map(|(v, n)| match v {
            Some(v) => format!("{v}@1s*{n}"),
            None => format!("-@1s*{n}"),
        }).collect();
        let recovers_text = f64::from(recovers) - 0.5;
        let line = format!("a > {fires} for {hold} s recover < {recovers_text} keep {keep} s");
        let line = if hold == 0 { line.replace(" for 0 s", "") } else { line };
        let told = run(&line, &script.join(" ")).expect("a script");
        let fired: Vec<(usize, String)> = told
            .split_whitespace()
            .filter_map(|word| {
                let (word, at) = word.split_once('@')?;
                matches!(word, "firing" | "resolved").then(|| (at.parse::<usize>().expect("a second"), word.to_owned()))
            })
            .collect();
        let expected: Vec<(usize, String)> =
            obvious(&samples, fires, recovers, hold, keep).into_iter().map(|(at, word)| (at, word.to_owned())).collect();
        prop_assert_eq!(fired, expected, "{} over {}", line, script.join(" "));
    }
}

#[test]
fn what_it_came_to_while_it_fired_leaves_the_recovery_out() {
    let infos = [info(0, SeriesKey::new("a", &[]))];
    let rule = Arc::new(rule_of(&read_line("a > 80 recover < 70 keep 5s").expect("a line")));
    let mut book = Book::new(Vec::new());
    book.set_rules(vec![(rule, Arc::default())], &infos, Timestamp::from_millis(0));
    book.take_series(&infos);
    let second = Duration::from_secs(1);
    for (i, value) in [90.0, 100.0, 75.0, 10.0, 10.0].into_iter().enumerate() {
        let at = Timestamp::from_millis(i as i64 * 1000);
        let now = second * u32::try_from(i).expect("small");
        let events = book.evaluate(&Tick { at, now, interval: second, values: &[value] });
        if events.iter().any(|event| event.change == Change::Firing) {
            let place = book.place_of("line", &infos[0].def.key).expect("a place");
            book.set_alert(place, Some(AlertId(1)));
        }
    }
    let found: Vec<_> = book.open_alerts().collect();
    assert_eq!(found, [(AlertId(1), 100.0, (90.0 + 100.0 + 75.0) / 3.0, 3)]);
}

#[test]
fn between_two_values_of_a_slow_series_a_condition_that_held_still_holds() {
    let infos = [info(0, SeriesKey::new("a", &[]))];
    let rule = Arc::new(rule_of(&read_line("a > 80 recover < 70").expect("a line")));
    let mut book = Book::new(Vec::new());
    book.set_rules(vec![(rule, Arc::default())], &infos, Timestamp::from_millis(0));
    book.take_series(&infos);
    let mut reason = "".into();
    for (i, value) in [90.0, f64::NAN, 90.0, f64::NAN, f64::NAN].into_iter().enumerate() {
        let (at, now) = (Timestamp::from_millis(1000 + i as i64 * 1000), Duration::from_secs(i as u64));
        let tick = Tick { at, now, interval: Duration::from_secs(1), values: &[value] };
        book.evaluate(&tick);
        reason = book.statuses(&tick)[0].instances[0].reason.clone();
    }
    assert_eq!(reason.replace('\u{2009}', " "), "90, above 80 since 4 s ago");
}

#[test]
fn an_alert_fires_since_it_began_and_its_reason_says_only_what_was_seen() {
    let infos = [info(0, SeriesKey::new("a", &[]))];
    let rule = Arc::new(rule_of(&read_line("a > 80 for 2s recover < 70 keep 60s").expect("a line")));
    let mut book = Book::new(Vec::new());
    book.set_rules(vec![(rule, Arc::default())], &infos, Timestamp::from_millis(0));
    book.take_series(&infos);
    let mut seen = Vec::new();
    for (i, value) in [90.0, 90.0, 90.0, 75.0, 60.0, 90.0, 90.0].into_iter().enumerate() {
        let (at, now) = (Timestamp::from_millis(1000 + i as i64 * 1000), Duration::from_secs(i as u64));
        let tick = Tick { at, now, interval: Duration::from_secs(1), values: &[value] };
        book.evaluate(&tick);
        let status = &book.statuses(&tick)[0].instances[0];
        let text = format!("{} {:?}: {}", status.since.as_millis() / 1000, status.phase, status.reason);
        seen.push(text.replace('\u{2009}', " "));
    }
    assert_eq!(
        seen,
        [
            "1 Pending: 90, above 80 for 0:00 of 0:02",
            "1 Pending: 90, above 80 for 0:01 of 0:02",
            "3 Firing: 90, above 80 since 2 s ago",
            "3 Firing: 75, ends below 70",
            "5 Recovering: 60, ends if below 70 for 1:00",
            "3 Firing: 90, above 80 since 0 s ago",
            "3 Firing: 90, above 80 since 1 s ago",
        ]
    );
}

#[test]
fn a_script_that_cannot_be_read_is_refused() {
    for (samples, why) in [
        ("95", "95: write a value such as 95@1s*400"),
        ("x@1s", "x@1s: x is no number"),
        ("5@soon", "5@soon: write a time such as 5 min, 30 s or 250 ms"),
        ("5@1s*x", "5@1s*x: x is no number of times"),
    ] {
        assert_eq!(run("a > 1", samples), Err(why.to_owned()));
    }
    assert!(Duration::from_secs(1) < crate::alert::check::MAX_WINDOW);
}
