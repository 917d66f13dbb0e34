//! Ticks of the time axis, from seconds to years, at round moments of the report's clock.

use chrono::{Datelike, Months, NaiveDate, NaiveTime};

use super::clock::Clock;
use crate::model::{TimeRange, Timestamp};

const DAY: i64 = 86_400;
/// Steps between ticks, seconds, up to a fortnight; beyond it come months.
const STEPS_SECONDS: [i64; 20] =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, DAY, 2 * DAY, 7 * DAY];
/// Steps in months; beyond them come whole decades of years.
const STEPS_MONTHS: [u32; 9] = [1, 2, 3, 6, 12, 24, 60, 120, 1200];

/// One tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tick {
    pub(super) at: Timestamp,
    pub(super) label: String,
}

/// At most `n_max` ticks in a period.
pub(super) fn ticks(range: TimeRange, n_max: usize, clock: Clock) -> Vec<Tick> {
    let span = i64::try_from(range.span().as_millis()).unwrap_or(i64::MAX);
    let n_max = i64::try_from(n_max.max(1)).unwrap_or(1);
    match STEPS_SECONDS.iter().map(|seconds| seconds * 1000).find(|step| span / step < n_max) {
        Some(step) => even_ticks(range, step, clock),
        None => month_ticks(range, usize::try_from(n_max).unwrap_or(1), clock),
    }
}

fn even_ticks(range: TimeRange, step: i64, clock: Clock) -> Vec<Tick> {
    let offset = i64::from(clock.offset_seconds) * 1000;
    let (start, end) = (range.start.as_millis().saturating_add(offset), range.end.as_millis().saturating_add(offset));
    let first = start.div_euclid(step) + i64::from(start.rem_euclid(step) != 0);
    (first..)
        .map_while(|i| i.checked_mul(step))
        .take_while(|local| *local <= end)
        .map(|local| {
            let at = Timestamp::from_millis(local - offset);
            // Midnight says which day begins: a time alone would leave that open.
            let pattern = match step {
                _ if local.rem_euclid(DAY * 1000) == 0 => "%-d %b",
                step if step < 60_000 => "%H:%M:%S",
                _ => "%H:%M",
            };
            Tick { at, label: clock.format(at, pattern) }
        })
        .collect()
}

fn month_ticks(range: TimeRange, n_max: usize, clock: Clock) -> Vec<Tick> {
    let Some(start) = clock.local(range.start) else { return Vec::new() };
    let offset = i64::from(clock.offset_seconds) * 1000;
    for step in STEPS_MONTHS {
        let month = if step >= 12 { 1 } else { start.month0() / step * step + 1 };
        let year =
            if step >= 12 { start.year().div_euclid(step as i32 / 12) * (step as i32 / 12) } else { start.year() };
        let Some(mut date) = NaiveDate::from_ymd_opt(year, month, 1) else { continue };
        let mut found = Vec::new();
        while found.len() <= n_max {
            let at = Timestamp::from_millis(date.and_time(NaiveTime::MIN).and_utc().timestamp_millis() - offset);
            if at > range.end {
                break;
            }
            if at >= range.start {
                found.push(Tick { at, label: clock.format(at, if step >= 12 { "%Y" } else { "%b %Y" }) });
            }
            let Some(next) = date.checked_add_months(Months::new(step)) else { break };
            date = next;
        }
        if found.len() <= n_max {
            return found;
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23T14:34:08Z.
    const NOW: i64 = 1_795_444_448_000;
    const CLOCK: Clock = Clock { offset_seconds: 0 };

    fn labels(span_seconds: i64, n_max: usize, clock: Clock) -> String {
        let range =
            TimeRange { start: Timestamp::from_millis(NOW - span_seconds * 1000), end: Timestamp::from_millis(NOW) };
        ticks(range, n_max, clock).into_iter().map(|tick| tick.label).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn ticks_suit_the_period_from_seconds_to_years() {
        for (span, expect) in [
            (30, "14:33:40, 14:33:45, 14:33:50, 14:33:55, 14:34:00, 14:34:05"),
            (3600, "13:40, 13:50, 14:00, 14:10, 14:20, 14:30"),
            (DAY, "18:00, 23 Nov, 06:00, 12:00"),
            (7 * DAY, "17 Nov, 19 Nov, 21 Nov, 23 Nov"),
            (30 * DAY, "29 Oct, 5 Nov, 12 Nov, 19 Nov"),
            (200 * DAY, "Jun 2026, Jul 2026, Aug 2026, Sep 2026, Oct 2026, Nov 2026"),
            (731 * DAY, "Jan 2025, Jul 2025, Jan 2026, Jul 2026"),
            (3000 * DAY, "2020, 2022, 2024, 2026"),
        ] {
            assert_eq!(labels(span, 7, CLOCK), expect, "{span} s");
        }
        assert_eq!(labels(3600, 4, Clock { offset_seconds: 19_800 }), "19:30, 20:00");
    }

    #[test]
    fn there_are_never_too_many_and_odd_periods_have_none() {
        for span in [0, 1, 59, 86_399, 5_000_000, 40_000_000, 9_000_000_000] {
            for n in [1, 3, 8] {
                let found = labels(span, n, CLOCK);
                assert!(found.split(", ").count() <= n, "{span} {n}: {found}");
            }
        }
        let backwards = TimeRange { start: Timestamp::from_millis(NOW), end: Timestamp::from_millis(NOW - 9999) };
        assert_eq!(ticks(backwards, 5, CLOCK), []);
        let endless = TimeRange { start: Timestamp::from_millis(i64::MIN), end: Timestamp::from_millis(i64::MAX) };
        assert_eq!(ticks(endless, 5, CLOCK), []);
    }
}
