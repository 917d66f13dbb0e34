//! The time axis: where its ticks stand and what they say, on the person's own clock.
//!
//! The offset from UTC comes in as a number, so that this is arithmetic alone.

use chrono::{DateTime, FixedOffset, Local, Offset, TimeZone};

use crate::model::{TimeRange, Timestamp};

/// Steps between ticks, seconds.
const STEPS_SECONDS: [i64; 18] =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/// One tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeTick {
    /// The moment.
    pub at: Timestamp,
    /// What stands under it, such as "14:20".
    pub label: String,
}

/// Ticks at round moments of the clock that is `offset_seconds` ahead of UTC, at most `n_max` of them.
pub fn time_ticks(range: TimeRange, n_max: usize, offset_seconds: i32) -> Vec<TimeTick> {
    let offset_millis = i64::from(offset_seconds) * 1000;
    let (start, end) = (range.start.as_millis() + offset_millis, range.end.as_millis() + offset_millis);
    let n_max = i64::try_from(n_max.max(1)).unwrap_or(1);
    let mut weeks = (1..).map(|n| n * 604_800);
    let mut steps = STEPS_SECONDS.into_iter().chain(&mut weeks).map(|seconds| seconds * 1000);
    let step = steps.find(|step| (end - start) / step < n_max).unwrap_or(i64::MAX);
    let first = start.div_euclid(step) + i64::from(start.rem_euclid(step) != 0);
    (first..)
        .map(|i| i * step)
        .take_while(|local| *local <= end)
        .map(|local| {
            let at = Timestamp::from_millis(local - offset_millis);
            TimeTick { at, label: clock(at, offset_seconds, step < 60_000) }
        })
        .collect()
}

/// A moment on the clock, "14:20" or "14:20:05".
pub fn clock(at: Timestamp, offset_seconds: i32, with_seconds: bool) -> String {
    let Some(moment) = local(at, offset_seconds) else { return "–".into() };
    moment.format(if with_seconds { "%H:%M:%S" } else { "%H:%M" }).to_string()
}

/// How far the person's clock is ahead of UTC at a moment, seconds.
pub fn offset_seconds(at: Timestamp) -> i32 {
    Local.timestamp_millis_opt(at.as_millis()).earliest().map_or(0, |moment| moment.offset().fix().local_minus_utc())
}

fn local(at: Timestamp, offset_seconds: i32) -> Option<DateTime<FixedOffset>> {
    let zone = FixedOffset::east_opt(offset_seconds)?;
    zone.timestamp_millis_opt(at.as_millis()).single()
}

/// A span in words: "45 s", "15 min", "1 h", "2:30" where it is not a round one.
pub fn span_words(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds}\u{2009}s"),
        s if s.is_multiple_of(3600) => format!("{}\u{2009}h", s / 3600),
        s if s.is_multiple_of(60) && s < 3600 => format!("{}\u{2009}min", s / 60),
        s if s < 3600 => format!("{}:{:02}", s / 60, s % 60),
        s => format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23T14:34:08Z.
    const NOW: i64 = 1_795_444_448_000;

    fn labels(span_seconds: i64, n_max: usize, offset: i32) -> Vec<String> {
        let range =
            TimeRange { start: Timestamp::from_millis(NOW - span_seconds * 1000), end: Timestamp::from_millis(NOW) };
        time_ticks(range, n_max, offset).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_stand_at_round_moments_of_the_persons_clock() {
        assert_eq!(labels(3600, 7, 0), ["13:40", "13:50", "14:00", "14:10", "14:20", "14:30"]);
        assert_eq!(labels(60, 6, 0), ["14:33:15", "14:33:30", "14:33:45", "14:34:00"]);
        assert_eq!(labels(900, 4, 5 * 3600 + 1800), ["19:50", "19:55", "20:00"]);
        assert_eq!(labels(10_800, 4, 0), ["12:00", "13:00", "14:00"]);
    }

    #[test]
    fn there_are_never_more_ticks_than_asked_for() {
        for span in [1, 7, 61, 333, 3600, 100_000, 10_000_000] {
            for n in [1, 3, 8] {
                assert!(labels(span, n, 3600).len() <= n, "{span} {n}");
            }
        }
    }

    #[test]
    fn spans_read_as_a_person_says_them() {
        for (seconds, expect) in
            [(45, "45 s"), (900, "15 min"), (3600, "1 h"), (150, "2:30"), (3_725, "1:02:05"), (5400, "1:30:00")]
        {
            assert_eq!(span_words(seconds).replace('\u{2009}', " "), expect);
        }
    }
}
