//! The words for moments, periods and lengths of time, on the person's own clock.

use std::time::Duration;

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, TimeZone};

use crate::model::quantity::{THIN_SPACE, decimals};
use crate::model::{TimeRange, Timestamp};
use crate::ui::chart::time_axis::offset_seconds;

fn local(at: Timestamp, offset_seconds: i32) -> Option<DateTime<FixedOffset>> {
    FixedOffset::east_opt(offset_seconds)?.timestamp_millis_opt(at.as_millis()).single()
}

/// A moment as a field holds it: "2026-11-23 14:34:08", with milliseconds where they are asked for and not zero.
pub fn moment_text(at: Timestamp, offset_seconds: i32, with_millis: bool) -> String {
    let Some(moment) = local(at, offset_seconds) else { return String::new() };
    let has_millis = with_millis && at.as_millis().rem_euclid(1000) != 0;
    moment.format(if has_millis { "%Y-%m-%d %H:%M:%S%.3f" } else { "%Y-%m-%d %H:%M:%S" }).to_string()
}

/// A moment in words: "today 14:34", "23 Nov 14:34", "23 Nov 2025 14:34".
pub fn moment_words(at: Timestamp, now: Timestamp) -> String {
    moment_words_in(at, now, offset_seconds(at), offset_seconds(now), false)
}

/// A period in words: "today 13:00 to 14:00", "23 Nov 14:00 to 24 Nov 09:00".
pub fn period_words(range: TimeRange, now: Timestamp) -> String {
    period_words_in(range, now, [range.start, range.end, now].map(offset_seconds))
}

fn period_words_in(range: TimeRange, now: Timestamp, [from, to, here]: [i32; 3]) -> String {
    let with_seconds = range.span() < Duration::from_secs(600);
    let start = moment_words_in(range.start, now, from, here, with_seconds);
    let same_day = match (local(range.start, from), local(range.end, to)) {
        (Some(a), Some(b)) => a.date_naive() == b.date_naive(),
        _ => false,
    };
    let end = if same_day {
        local(range.end, to).map_or("–".into(), |m| m.format(clock_form(with_seconds)).to_string())
    } else {
        moment_words_in(range.end, now, to, here, with_seconds)
    };
    format!("{start} to {end}")
}

const fn clock_form(with_seconds: bool) -> &'static str {
    if with_seconds { "%H:%M:%S" } else { "%H:%M" }
}

fn moment_words_in(at: Timestamp, now: Timestamp, offset: i32, now_offset: i32, with_seconds: bool) -> String {
    let (Some(moment), Some(now)) = (local(at, offset), local(now, now_offset)) else { return "–".into() };
    let day = day_words(moment.date_naive(), now.date_naive());
    format!("{day} {}", moment.format(clock_form(with_seconds)))
}

fn day_words(day: NaiveDate, today: NaiveDate) -> String {
    if day == today {
        "today".into()
    } else if today.checked_sub_days(Days::new(1)) == Some(day) {
        "yesterday".into()
    } else if day.year() == today.year() {
        day.format("%-d %b").to_string()
    } else {
        day.format("%-d %b %Y").to_string()
    }
}

/// A length of time in its two greatest steps: "45 s", "12 min", "3 h 20 min", "2 days 4 h".
pub fn length_words(span: Duration) -> String {
    const STEPS: [(u64, &str); 4] = [(86_400, "day"), (3_600, "h"), (60, "min"), (1, "s")];
    if span < Duration::from_secs(1) {
        return format!("{}{THIN_SPACE}ms", span.as_millis());
    }
    let seconds = (span.as_millis() as u64 + 500) / 1000;
    let first = STEPS.iter().position(|(length, _)| seconds >= *length).unwrap_or(STEPS.len() - 1);
    let word = |n: u64, unit: &str| {
        let plural = if unit == "day" && n != 1 { "s" } else { "" };
        format!("{}{THIN_SPACE}{unit}{plural}", decimals(n as f64, 0))
    };
    let (length, unit) = STEPS[first];
    let mut text = word(seconds / length, unit);
    // Beside a month of days nobody asks for the hours.
    if let Some((finer, unit)) = STEPS.get(first + 1)
        && seconds / length < 30
    {
        let rest = seconds % length / finer;
        if rest > 0 {
            text = format!("{text} {}", word(rest, unit));
        }
    }
    text
}

/// How long ago something was: "now", "4 s ago", "3 min ago".
pub fn ago_words(at: Timestamp, now: Timestamp) -> String {
    let age = now.since(at);
    match age.as_secs() {
        0 => "now".into(),
        s if s < 60 => format!("{s}{THIN_SPACE}s ago"),
        s if s < 3600 => format!("{}{THIN_SPACE}min ago", s / 60),
        s if s < 86_400 => format!("{}{THIN_SPACE}h ago", s / 3600),
        s => format!("{}{THIN_SPACE}days ago", s / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23T14:34:08Z.
    const NOW: Timestamp = Timestamp::from_millis(1_795_444_448_000);

    fn hours(n: i64) -> Timestamp {
        Timestamp::from_millis(NOW.as_millis() + n * 3_600_000)
    }

    #[test]
    fn moments_are_named_by_their_day() {
        for (at, offset, expect) in [
            (NOW, 0, "today 14:34"),
            (hours(-15), 0, "yesterday 23:34"),
            (hours(-15), 3600, "today 00:34"),
            (hours(-72), 0, "20 Nov 14:34"),
            (hours(-24 * 365), 0, "23 Nov 2025 14:34"),
        ] {
            assert_eq!(moment_words_in(at, NOW, offset, offset, false), expect);
        }
        assert_eq!(moment_text(NOW, 5400, true), "2026-11-23 16:04:08");
        assert_eq!(moment_text(Timestamp::from_millis(NOW.as_millis() + 250), 0, true), "2026-11-23 14:34:08.250");
    }

    #[test]
    fn periods_name_the_day_once_where_it_is_one() {
        let words = |start, end| period_words_in(TimeRange { start, end }, NOW, [0; 3]);
        assert_eq!(words(hours(-2), hours(-1)), "today 12:34 to 13:34");
        assert_eq!(words(hours(-24), NOW), "yesterday 14:34 to today 14:34");
        assert_eq!(words(NOW.minus(Duration::from_secs(90)), NOW), "today 14:32:38 to 14:34:08");
    }

    #[test]
    fn lengths_have_two_steps_at_most() {
        for (seconds, expect) in [
            (45, "45 s"),
            (90, "1 min 30 s"),
            (3600, "1 h"),
            (12_000, "3 h 20 min"),
            (86_400, "1 day"),
            (187_200, "2 days 4 h"),
            (92 * 86_400 + 7200, "92 days"),
        ] {
            assert_eq!(length_words(Duration::from_secs(seconds)).replace(THIN_SPACE, " "), expect);
        }
        assert_eq!(length_words(Duration::from_millis(250)).replace(THIN_SPACE, " "), "250 ms");
        assert_eq!(ago_words(NOW, NOW.plus(Duration::from_secs(7))).replace(THIN_SPACE, " "), "7 s ago");
    }
}
