//! Health checks over made-up answers: rise and fall, outages, uptime, and what is kept over a restart.

use std::fmt::Write as _;
use std::time::Duration;

use proptest::prelude::*;

use super::course::Course;
use super::{CheckBook, Checked, KeptChecks, What};
use crate::model::service::{CheckKind, CheckState, HealthCheck};
use crate::model::{SeriesDef, Slot, Timestamp};
use crate::telemetry::record::{Record, Tick};

const START: i64 = 1_700_000_000_000;

fn check_of(rise: u32, fall: u32) -> HealthCheck {
    HealthCheck { name: "db".into(), service: "shop".into(), rise, fall, ..HealthCheck::default() }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(START + seconds * 1000)
}

fn said(seconds: i64, is_up: bool) -> Checked {
    let fault = (!is_up).then(|| format!("fault at {seconds}").into());
    Checked { at: at(seconds), took: Duration::from_millis(5), fault }
}

/// Answers 10 s apart: `+` and `-` for good and bad, `.` for none; what changed and how it stands at the end.
fn check(rise: u32, fall: u32, answers: &str, expect: &str) {
    let mut book = CheckBook::new();
    book.set(&[check_of(rise, fall)]);
    let mut out = String::new();
    let mut seconds = 0;
    for answer in answers.chars() {
        if answer != '.'
            && let Some(change) = book.take("db", &said(seconds, answer == '+'))
        {
            assert_eq!((&*change.check, &*change.service), ("db", "shop"));
            let since = |at: Timestamp| (at.as_millis() - START) / 1000;
            let _ = match change.what {
                What::Fell { since: first, why } => write!(out, "{seconds}: fell since {} ({why}); ", since(first)),
                What::Rose(outage) => {
                    let end = outage.end.expect("an end");
                    write!(out, "{seconds}: rose, {} to {}; ", since(outage.start), since(end))
                }
            };
        }
        seconds += 10;
    }
    let status = &book.statuses(at(seconds))[0];
    let state = match &status.state {
        CheckState::Waiting => "waiting",
        CheckState::Healthy(_) => "healthy",
        CheckState::Unhealthy { .. } => "unhealthy",
    };
    let uptime = status.uptime.day_ratio.map_or("unknown".into(), |ratio| format!("{ratio:.3}"));
    assert_eq!(format!("{out}{state}, up {uptime}"), expect, "{rise} {fall} {answers}");
}

#[test]
fn rise_and_fall_decide_and_the_outage_runs_from_its_first_failure() {
    check(2, 3, "", "waiting, up unknown");
    check(2, 3, "+", "healthy, up unknown");
    check(2, 3, "+++++", "healthy, up 1.000");
    check(2, 3, "--", "waiting, up unknown");
    check(2, 3, "---", "20: fell since 0 (fault at 0); unhealthy, up 0.000");
    check(2, 3, "++--++--+", "healthy, up 1.000");
    check(2, 3, "+---++", "30: fell since 10 (fault at 10); 50: rose, 10 to 40; healthy, up 0.400");
    check(2, 3, "+---+-+", "30: fell since 10 (fault at 10); unhealthy, up 0.167");
    check(
        1,
        1,
        "+-+-+",
        "10: fell since 10 (fault at 10); 20: rose, 10 to 20; 30: fell since 30 (fault at 30); \
                          40: rose, 30 to 40; healthy, up 0.500",
    );
    // Two intervals, the time-out and 5 s are 30 s: what is longer was not watched, and failures before it do not count.
    check(2, 3, "+--.....--", "healthy, up 1.000");
    check(2, 3, "+-.-.-", "50: fell since 10 (fault at 10); unhealthy, up 0.200");
}

#[test]
fn uptime_counts_what_was_watched_within_its_time() {
    let mut course = Course::default();
    let check = HealthCheck { interval_seconds: 60, ..check_of(1, 1) };
    // Six days well, then twelve hours ill, then half a day well.
    let day = 86_400;
    for seconds in (0..7 * day).step_by(60) {
        let is_up = !(6 * day..6 * day + day / 2).contains(&seconds);
        course.take(&check, &said(seconds, is_up));
    }
    let uptime = course.uptime(at(7 * day));
    // Exact but for the hour in which the time begins.
    let close = |ratio: Option<f64>, expect: f64, hours: f64| (ratio.expect("watched") - expect).abs() < 0.5 / hours;
    assert!(close(uptime.day_ratio, 0.5, 24.0), "{uptime:?}");
    assert!(close(uptime.week_ratio, 1.0 - 0.5 / 7.0, 168.0), "{uptime:?}");
    assert!(close(uptime.month_ratio, 1.0 - 0.5 / 7.0, 720.0), "a month of which a week was watched: {uptime:?}");
    let later = course.uptime(at(8 * day + day / 2));
    assert_eq!(later.day_ratio, None, "not watched for a day and a half");
    assert_eq!(course.outages(at(7 * day)).len(), 1);
    assert_eq!(course.outages(at(40 * day)).len(), 0, "older than 30 d");
}

#[test]
fn what_is_kept_goes_on_after_a_restart() {
    let mut book = CheckBook::new();
    book.set(&[check_of(2, 3)]);
    for (i, is_up) in [true, false, false, false, false].into_iter().enumerate() {
        book.take("db", &said(i as i64 * 10, is_up));
    }
    let text = serde_json::to_string(&book.kept()).expect("plain data");
    let kept: KeptChecks = serde_json::from_str(&text).expect("plain data");

    for is_set_first in [true, false] {
        let mut after = CheckBook::new();
        if is_set_first {
            after.set(&[check_of(2, 3)]);
        }
        after.restore(kept.clone());
        after.set(&[check_of(2, 3)]);
        let status = &after.statuses(at(100))[0];
        assert!(matches!(status.state, CheckState::Unhealthy { .. }), "no false resolution: {:?}", status.state);
        assert_eq!((status.outages.len(), status.outages[0].end), (1, None));
        assert_eq!(after.take("db", &said(1000, true)), None);
        let change = after.take("db", &said(1010, true)).expect("it is over");
        assert!(matches!(change.what, What::Rose(ref outage) if outage.start == at(10)));
        let What::Rose(outage) = change.what else { return };
        assert_eq!((outage.end, outage.is_end_unknown), (Some(at(40)), true), "nobody saw when it ended");
        assert_eq!(outage.seen(at(2000)), Duration::from_secs(30));
        let ratio = after.statuses(at(1010))[0].uptime.day_ratio.expect("watched");
        assert!((ratio - 20.0 / 50.0).abs() < 1e-9, "the time without the program was not watched: {ratio}");
    }
}

#[test]
fn an_outage_counts_the_time_in_which_it_was_seen() {
    let mut book = CheckBook::new();
    book.set(&[check_of(2, 3)]);
    for seconds in [0, 10, 20] {
        book.take("db", &said(seconds, false));
    }
    // The machine slept for an hour; it fails still, and is well at last.
    for (seconds, is_up) in [(3620, false), (3630, false), (3640, true), (3650, true)] {
        book.take("db", &said(seconds, is_up));
    }
    let outage = book.statuses(at(3650))[0].outages[0].clone();
    assert_eq!((outage.end, outage.is_end_unknown, outage.unwatched_millis), (Some(at(3640)), false, 3_600_000));
    assert_eq!(outage.seen(at(9000)), Duration::from_secs(40));
}

#[test]
fn that_it_was_healthy_long_ago_says_nothing_of_now() {
    let mut book = CheckBook::new();
    book.set(&[check_of(2, 3)]);
    book.take("db", &said(0, true));
    assert!(matches!(book.statuses(at(30))[0].state, CheckState::Healthy(_)));
    let status = &book.statuses(at(31))[0];
    assert_eq!((&status.state, status.last_at), (&CheckState::Waiting, Some(at(0))));
    book.take("db", &said(40, true));
    assert!(matches!(book.statuses(at(41))[0].state, CheckState::Healthy(_)));
}

#[test]
fn a_clock_that_is_set_back_leaves_nothing_ahead_of_it() {
    let mut book = CheckBook::new();
    book.set(&[check_of(1, 1)]);
    for (seconds, is_up) in [(0, true), (10, false), (20, true), (30, false), (40, false)] {
        book.take("db", &said(seconds, is_up));
    }
    let back = -7200;
    for (seconds, is_up) in [(back, false), (back + 10, false), (back + 20, true), (back + 30, true)] {
        book.take("db", &said(seconds, is_up));
    }
    let status = &book.statuses(at(back + 30))[0];
    assert_eq!((status.last_at, &status.state), (Some(at(back + 30)), &CheckState::Healthy(at(back + 20))));
    for outage in status.outages.iter() {
        assert!(outage.start <= at(back + 30) && outage.end <= Some(at(back + 30)), "{outage:?}");
    }
    let ratio = status.uptime.day_ratio.expect("watched");
    assert!((ratio - 1.0 / 3.0).abs() < 1e-9, "what was watched since then: {ratio}");
}

#[test]
fn one_that_asks_something_else_or_is_off_is_not_known_to_be_ill() {
    let mut book = CheckBook::new();
    book.set(&[check_of(1, 1)]);
    book.take("db", &said(0, false));
    book.take("db", &said(10, false));
    book.set(&[HealthCheck { kind: CheckKind::Tcp { address: "db:1".into() }, ..check_of(1, 1) }]);
    let status = &book.statuses(at(20))[0];
    assert_eq!(status.state, CheckState::Waiting);
    assert_eq!(status.outages[0].end, Some(at(10)));
    book.take("db", &said(20, false));
    book.set(&[HealthCheck { is_on: false, ..check_of(1, 1) }]);
    assert_eq!(book.take("db", &said(30, true)), None);
    assert_eq!(book.statuses(at(30))[0].state, CheckState::Waiting);
    assert_eq!(book.statuses(at(30))[0].outages.len(), 2);
}

#[derive(Default)]
struct Recorded(Vec<SeriesDef>, String);

impl Record for Recorded {
    fn define(&mut self, def: SeriesDef) -> Slot {
        self.0.push(def);
        Slot(u32::try_from(self.0.len() - 1).expect("few"))
    }

    fn put(&mut self, slot: Slot, value: f64) {
        let _ = write!(self.1, "{} {value}; ", self.0[slot.0 as usize].key);
    }
}

#[test]
fn a_check_is_recorded_once_after_each_answer() {
    let mut book = CheckBook::new();
    book.set(&[check_of(2, 3)]);
    let mut out = Recorded::default();
    let tick = Tick { at: at(0), elapsed: Duration::ZERO, generation: 1 };
    book.record(tick, &mut out);
    assert_eq!(out.1, "");
    book.take("db", &said(0, true));
    book.take("db", &said(10, false));
    book.record(tick, &mut out);
    book.record(tick, &mut out);
    let expect = r#"perfdesk.target.up{check="db",service.name="shop",target="db"} 1; perfdesk.check.up{check="db",service.name="shop"} 0; perfdesk.check.duration{check="db",service.name="shop"} 0.005; "#;
    assert_eq!(out.1, expect, "one failure is no fall");
    assert_eq!(&*out.0[0].instance, "shop, db");
}

proptest! {
    #[test]
    fn as_many_answers_in_a_row_decide_and_outages_are_what_uptime_lacks(
        rise in 1u32..5,
        fall in 1u32..5,
        answers in prop::collection::vec(any::<bool>(), 2..150),
    ) {
        let check = check_of(rise, fall);
        let mut course = Course::default();
        let mut is_known = false;
        for (i, is_up) in answers.iter().enumerate() {
            course.take(&check, &said(i as i64 * 10, *is_up));
            is_known |= *is_up;
            let run = answers[..=i].iter().rev().take_while(|answer| *answer == is_up).count() as u32;
            let state = course.state();
            if *is_up && run >= rise {
                prop_assert!(matches!(state, CheckState::Healthy(_)), "{:?}", state);
            }
            if !*is_up && run >= fall {
                prop_assert!(matches!(state, CheckState::Unhealthy { .. }), "{:?}", state);
            }
            if !is_known && run < fall {
                prop_assert_eq!(state, &CheckState::Waiting);
            }
        }
        let end = at((answers.len() as i64 - 1) * 10);
        course.end();
        let outages = course.outages(end);
        let ill: i64 = outages.iter().map(|o| o.end.expect("over").as_millis() - o.start.as_millis()).sum();
        for pair in outages.windows(2) {
            prop_assert!(pair[1].end.expect("over") <= pair[0].start, "outages do not overlap");
        }
        let watched = (answers.len() as i64 - 1) * 10_000;
        let ratio = course.uptime(end).day_ratio.expect("watched");
        prop_assert!((ratio - (1.0 - ill as f64 / watched as f64)).abs() < 1e-9, "{} of {}: {}", ill, watched, ratio);
    }

    #[test]
    fn any_times_can_come(times in prop::collection::vec((any::<i64>(), any::<bool>()), 0..40)) {
        let check = check_of(2, 2);
        let mut course = Course::default();
        for (millis, is_up) in times {
            let at = Timestamp::from_millis(millis);
            course.take(&check, &Checked { at, took: Duration::ZERO, fault: (!is_up).then(|| "x".into()) });
            for ratio in [course.uptime(at).day_ratio, course.uptime(at).month_ratio].into_iter().flatten() {
                prop_assert!((0.0..=1.0).contains(&ratio));
            }
        }
    }
}
