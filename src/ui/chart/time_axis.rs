//! The time axis: where its ticks stand and what they say, on the person's own clock; moments and spans in words.
//!
//! From seconds to years. The clock comes in as a [`Zone`], so that this is arithmetic alone.

use std::time::Duration;

use chrono::{Datelike, Days, Months, NaiveDate, Timelike};

use super::zone::Zone;
pub use super::zone::offset_seconds;
use crate::model::{TimeRange, Timestamp};

/// Between two ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Seconds(i64),
    /// Local midnights.
    Days(i64),
    /// Midnights before Mondays.
    Weeks(i64),
    /// Firsts of months, counted from January.
    Months(i64),
    Years(i64),
}

const STEPS: [Step; 33] = {
    use Step::{Days, Months, Seconds, Weeks, Years};
    [
        Seconds(1),
        Seconds(2),
        Seconds(5),
        Seconds(10),
        Seconds(15),
        Seconds(30),
        Seconds(60),
        Seconds(120),
        Seconds(300),
        Seconds(600),
        Seconds(900),
        Seconds(1800),
        Seconds(3600),
        Seconds(7200),
        Seconds(10_800),
        Seconds(21_600),
        Seconds(43_200),
        Days(1),
        Days(2),
        Weeks(1),
        Weeks(2),
        Months(1),
        Months(2),
        Months(3),
        Months(6),
        Years(1),
        Years(2),
        Years(5),
        Years(10),
        Years(20),
        Years(50),
        Years(100),
        Years(1000),
    ]
};

impl Step {
    /// Its shortest length, seconds.
    const fn least_seconds(self) -> i64 {
        const DAY: i64 = 86_400;
        match self {
            Self::Seconds(n) => n,
            Self::Days(n) => n * DAY,
            Self::Weeks(n) => n * 7 * DAY,
            Self::Months(n) => n * 28 * DAY,
            Self::Years(n) => n * 365 * DAY,
        }
    }
}

/// One tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeTick {
    /// The moment.
    pub at: Timestamp,
    /// What stands under it, such as "14:20", "24 Nov" or "2027".
    pub label: String,
}

/// Ticks at round moments of the clock, at most `n_max` of them: round times of day, local midnights, Mondays, firsts of
/// months or of years. A day on which the clock is changed moves none of them.
pub fn time_ticks(range: TimeRange, n_max: usize, zone: Zone) -> Vec<TimeTick> {
    let n_max = n_max.max(1);
    let span_seconds = i64::try_from(range.span().as_secs()).unwrap_or(i64::MAX);
    let at_most = i64::try_from(n_max).unwrap_or(i64::MAX);
    let fitting = STEPS.into_iter().filter(|step| match step {
        Step::Seconds(seconds) => span_seconds / seconds < at_most,
        longer => span_seconds / longer.least_seconds() <= at_most,
    });
    for step in fitting {
        let moments = moments(range, step, zone);
        if moments.len() <= n_max {
            return moments.into_iter().map(|at| TimeTick { at, label: label(at, step, zone) }).collect();
        }
    }
    Vec::new()
}

fn moments(range: TimeRange, step: Step, zone: Zone) -> Vec<Timestamp> {
    let Step::Seconds(seconds) = step else { return dates(range, step, zone) };
    let step = seconds * 1000;
    let mut all = Vec::new();
    for (part, offset) in zone.parts(range) {
        let offset = i64::from(offset) * 1000;
        let (start, end) = (part.start.as_millis() + offset, part.end.as_millis() + offset);
        let is_last = part.end == range.end;
        let mut local = start.div_euclid(step) * step;
        while local <= end {
            if local >= start && (local < end || is_last) {
                all.push(Timestamp::from_millis(local - offset));
            }
            local += step;
        }
    }
    all
}

/// Local midnights of the round dates of a span.
fn dates(range: TimeRange, step: Step, zone: Zone) -> Vec<Timestamp> {
    let mut date = zone.day(range.start);
    let last = zone.day(range.end);
    let mut all = Vec::new();
    let is_round = |date: NaiveDate| {
        // 1 January of year 1 was a Monday and is day 1.
        let day = i64::from(date.num_days_from_ce()) - 1;
        match step {
            Step::Days(n) => day.rem_euclid(n) == 0,
            Step::Weeks(n) => day.rem_euclid(7 * n) == 0,
            Step::Months(n) => date.day() == 1 && i64::from(date.month0()).rem_euclid(n) == 0,
            Step::Years(n) => date.ordinal() == 1 && i64::from(date.year()).rem_euclid(n) == 0,
            Step::Seconds(_) => false,
        }
    };
    while date <= last {
        if is_round(date) {
            let at = zone.midnight(date);
            if range.start <= at && at <= range.end {
                all.push(at);
            }
        }
        let by_months = matches!(step, Step::Months(_) | Step::Years(_));
        let next = match by_months {
            true => date.with_day(1).and_then(|first| first.checked_add_months(Months::new(1))),
            false => date.checked_add_days(Days::new(1)),
        };
        let Some(next) = next else { break };
        date = next;
    }
    all
}

fn label(at: Timestamp, step: Step, zone: Zone) -> String {
    let local = zone.local(at);
    let format = match step {
        Step::Seconds(seconds) if seconds < 60 => "%H:%M:%S",
        Step::Seconds(_) if local.num_seconds_from_midnight() > 0 => "%H:%M",
        Step::Months(_) if local.month() > 1 => "%b",
        Step::Months(_) | Step::Years(_) => "%Y",
        _ if local.ordinal() == 1 => "%-d %b %Y",
        _ => "%-d %b",
    };
    local.format(format).to_string()
}

/// A moment on a clock that is `offset_seconds` ahead of UTC, "14:20" or "14:20:05".
pub fn clock(at: Timestamp, offset_seconds: i32, with_seconds: bool) -> String {
    let shifted = Timestamp::from_millis(at.as_millis().saturating_add(i64::from(offset_seconds) * 1000));
    clock_in(shifted, Zone::UTC, with_seconds)
}

/// The time of day, "14:20" or "14:20:05".
pub fn clock_in(at: Timestamp, zone: Zone, with_seconds: bool) -> String {
    zone.local(at).format(if with_seconds { "%H:%M:%S" } else { "%H:%M" }).to_string()
}

/// A moment with as much of its date as `now` makes needful: "14:20:05", "23 Nov 14:20", "23 Nov 2025 14:20".
pub fn stamp(at: Timestamp, now: Timestamp, zone: Zone, with_seconds: bool) -> String {
    let time = clock_in(at, zone, with_seconds);
    let (date, today) = (zone.day(at), zone.day(now));
    if date == today {
        time
    } else if date.year() == today.year() {
        format!("{} {time}", date.format("%-d %b"))
    } else {
        format!("{} {time}", date.format("%-d %b %Y"))
    }
}

/// A moment as a heading: "Mon 23 Nov 2026, 14:03:05".
pub fn full_stamp(at: Timestamp, zone: Zone) -> String {
    zone.local(at).format("%a %-d %b %Y, %H:%M:%S").to_string()
}

/// A span of time: "14:03 to 14:33", "23 Nov 22:00 to 24 Nov 02:00".
pub fn range_words(range: TimeRange, now: Timestamp, zone: Zone) -> String {
    let with_seconds = range.span() < Duration::from_secs(600);
    let (first, last) = (zone.day(range.start), zone.day(range.end));
    let end = clock_in(range.end, zone, with_seconds);
    if first == last {
        return format!("{} to {end}", stamp(range.start, now, zone, with_seconds));
    }
    let start = clock_in(range.start, zone, with_seconds);
    let is_this_year = first.year() == last.year() && last.year() == zone.day(now).year();
    let date = |day: NaiveDate| day.format(if is_this_year { "%-d %b" } else { "%-d %b %Y" }).to_string();
    format!("{} {start} to {} {end}", date(first), date(last))
}

/// A span in words: "45 s", "15 min", "1 h", "7 d", "1 y", "2:30" where it is not a round one.
pub fn span_words(seconds: u64) -> String {
    const DAY: u64 = 86_400;
    const YEAR: u64 = 365 * DAY;
    match seconds {
        YEAR => "1\u{2009}y".into(),
        // One of two years in a row may be a leap year.
        s if s == 2 * YEAR || s == 2 * YEAR + DAY => "2\u{2009}y".into(),
        0..60 => format!("{seconds}\u{2009}s"),
        s if s.is_multiple_of(DAY) && s >= 2 * DAY => format!("{}\u{2009}d", s / DAY),
        s if s >= 2 * DAY => format!("{}\u{2009}d {}\u{2009}h", s / DAY, s % DAY / 3600).replace(" 0\u{2009}h", ""),
        s if s.is_multiple_of(3600) => format!("{}\u{2009}h", s / 3600),
        s if s.is_multiple_of(60) && s < 3600 => format!("{}\u{2009}min", s / 60),
        s if s < 3600 => format!("{}:{:02}", s / 60, s % 60),
        s => format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60),
    }
}

/// A span in one figure, for how old something is: "45 s", "12 min", "22 h", "3 d", "5 months", "2 years".
pub fn about_words(span: Duration) -> String {
    let seconds = span.as_secs_f64();
    let count = |unit_seconds: f64| (seconds / unit_seconds).round();
    let (number, unit) = match seconds {
        s if s < 90.0 => (count(1.0), "s"),
        s if s < 5400.0 => (count(60.0), "min"),
        s if s < 129_600.0 => (count(3600.0), "h"),
        s if s < 5_184_000.0 => (count(86_400.0), "d"),
        s if s < 47_304_000.0 => (count(2_629_746.0), "months"),
        _ => (count(31_556_952.0), "years"),
    };
    format!("{number}\u{2009}{unit}")
}

#[cfg(test)]
mod tests;
