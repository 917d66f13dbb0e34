//! Where ticks stand and how moments read, as tables.

use super::super::zone::tests::{BERLIN, utc};
use super::*;

/// 2026-11-23T14:34:08Z.
const NOW: i64 = 1_795_444_448_000;

fn labels_in(range: TimeRange, n_max: usize, zone: Zone) -> Vec<String> {
    time_ticks(range, n_max, zone).into_iter().map(|tick| tick.label).collect()
}

fn labels(span_seconds: i64, n_max: usize, zone: Zone) -> Vec<String> {
    let range =
        TimeRange { start: Timestamp::from_millis(NOW - span_seconds * 1000), end: Timestamp::from_millis(NOW) };
    labels_in(range, n_max, zone)
}

#[test]
fn ticks_stand_at_round_moments_of_the_persons_clock() {
    const INDIA: Zone = Zone::new(|_| 5 * 3600 + 1800);
    assert_eq!(labels(3600, 7, Zone::UTC), ["13:40", "13:50", "14:00", "14:10", "14:20", "14:30"]);
    assert_eq!(labels(60, 6, Zone::UTC), ["14:33:15", "14:33:30", "14:33:45", "14:34:00"]);
    assert_eq!(labels(900, 4, INDIA), ["19:50", "19:55", "20:00"]);
    assert_eq!(labels(10_800, 4, Zone::UTC), ["12:00", "13:00", "14:00"]);
    assert_eq!(labels(86_400, 5, Zone::UTC), ["18:00", "23 Nov", "06:00", "12:00"]);
}

#[test]
fn long_spans_have_days_mondays_months_and_years() {
    const DAY: i64 = 86_400;
    assert_eq!(labels(3 * DAY, 5, Zone::UTC), ["21 Nov", "22 Nov", "23 Nov"]);
    assert_eq!(labels(30 * DAY, 8, Zone::UTC), ["26 Oct", "2 Nov", "9 Nov", "16 Nov", "23 Nov"]);
    assert_eq!(labels(180 * DAY, 8, Zone::UTC), ["Jun", "Jul", "Aug", "Sep", "Oct", "Nov"]);
    assert_eq!(labels(400 * DAY, 8, Zone::UTC), ["Nov", "2026", "Mar", "May", "Jul", "Sep", "Nov"]);
    assert_eq!(labels(730 * DAY, 4, Zone::UTC), ["2025", "Jul", "2026", "Jul"]);
    assert_eq!(labels(1460 * DAY, 5, Zone::UTC), ["2023", "2024", "2025", "2026"]);
}

#[test]
fn there_are_never_more_ticks_than_asked_for_and_enough_to_read() {
    for span in [1, 7, 61, 333, 3600, 100_000, 10_000_000, 63_000_000] {
        for n in [1, 3, 8] {
            for zone in [Zone::UTC, BERLIN] {
                let found = labels(span, n, zone).len();
                assert!(found <= n, "{span} {n}: {found}");
                assert!(n < 8 || found >= 1, "{span} {n}: {found}");
            }
        }
    }
}

#[test]
fn a_changed_clock_moves_no_tick() {
    let day = |start: &str, end: &str| TimeRange { start: utc(start), end: utc(end) };
    // Forward: 02:00 to 03:00 is skipped.
    let spring = day("2026-03-29T00:00:00Z", "2026-03-29T04:00:00Z");
    assert_eq!(labels_in(spring, 8, BERLIN), ["01:00", "03:00", "04:00", "05:00", "06:00"]);
    // Back: 02:00 comes twice.
    let autumn = day("2026-10-24T23:00:00Z", "2026-10-25T03:00:00Z");
    assert_eq!(labels_in(autumn, 8, BERLIN), ["01:00", "02:00", "02:00", "03:00", "04:00"]);
    // Six hours apart on the clock, whatever the day's length.
    let days = day("2026-03-28T11:00:00Z", "2026-03-30T05:00:00Z");
    assert_eq!(labels_in(days, 8, BERLIN), ["12:00", "18:00", "29 Mar", "06:00", "12:00", "18:00", "30 Mar", "06:00"]);
    // Midnights and firsts are local ones.
    let weeks = day("2026-03-26T12:00:00Z", "2026-04-01T12:00:00Z");
    let at: Vec<Timestamp> = time_ticks(weeks, 8, BERLIN).into_iter().map(|tick| tick.at).collect();
    assert_eq!((at[0], at[3]), (utc("2026-03-26T23:00:00Z"), utc("2026-03-29T22:00:00Z")));
    let months = day("2026-01-15T00:00:00Z", "2026-12-15T00:00:00Z");
    let ticks = time_ticks(months, 12, BERLIN);
    assert_eq!((ticks[0].label.as_str(), ticks[0].at), ("Feb", utc("2026-01-31T23:00:00Z")));
    assert_eq!((ticks[5].label.as_str(), ticks[5].at), ("Jul", utc("2026-06-30T22:00:00Z")));
}

#[test]
fn moments_carry_as_much_date_as_they_need() {
    let now = utc("2026-11-24T14:34:08Z");
    for (at, with_seconds, expect) in [
        ("2026-11-24T14:03:05Z", true, "14:03:05"),
        ("2026-11-24T14:03:05Z", false, "14:03"),
        ("2026-11-23T14:03:05Z", false, "23 Nov 14:03"),
        ("2025-11-23T14:03:05Z", true, "23 Nov 2025 14:03:05"),
    ] {
        assert_eq!(stamp(utc(at), now, Zone::UTC, with_seconds), expect);
    }
    assert_eq!(full_stamp(utc("2026-11-23T14:03:05Z"), BERLIN), "Mon 23 Nov 2026, 15:03:05");
    let over_midnight = TimeRange { start: utc("2026-11-23T22:00:00Z"), end: utc("2026-11-24T02:00:00Z") };
    assert_eq!(range_words(over_midnight, now, Zone::UTC), "23 Nov 22:00 to 24 Nov 02:00");
    let today = TimeRange { start: utc("2026-11-24T14:00:00Z"), end: utc("2026-11-24T14:05:30Z") };
    assert_eq!(range_words(today, now, Zone::UTC), "14:00:00 to 14:05:30");
    let yesterday = TimeRange { start: utc("2026-11-23T14:00:00Z"), end: utc("2026-11-23T15:00:00Z") };
    assert_eq!(range_words(yesterday, now, Zone::UTC), "23 Nov 14:00 to 15:00");
}

#[test]
fn spans_read_as_a_person_says_them() {
    for (seconds, expect) in [
        (45, "45 s"),
        (900, "15 min"),
        (3600, "1 h"),
        (150, "2:30"),
        (3_725, "1:02:05"),
        (5400, "1:30:00"),
        (86_400, "24 h"),
        (604_800, "7 d"),
        (2_592_000, "30 d"),
        (31_536_000, "1 y"),
        (63_158_400, "2 y"),
        (190_800, "2 d 5 h"),
        (172_860, "2 d"),
    ] {
        assert_eq!(span_words(seconds).replace('\u{2009}', " "), expect);
    }
    for (seconds, expect) in [
        (12, "12 s"),
        (700, "12 min"),
        (80_000, "22 h"),
        (300_000, "3 d"),
        (13_000_000, "5 months"),
        (63_000_000, "2 years"),
    ] {
        assert_eq!(about_words(Duration::from_secs(seconds)).replace('\u{2009}', " "), expect);
    }
}
