//! Times as people write them, such as `-2h`, `14:03` or `2026-11-24 14:03`, read into moments. Knows no clock: the
//! present and the time zone are given.

use std::time::Duration;

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};

use crate::model::Timestamp;

/// A text is no time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeTextError {
    /// It is written in no way that is known.
    #[error("“{text}” is no time: write 2026-11-24 14:03, 14:03, yesterday 14:03, -2h or now")]
    Unknown {
        /// The text.
        text: String,
    },
    /// The clocks were put forward over it.
    #[error("{text} did not exist: the clocks were put forward then")]
    Skipped {
        /// The text.
        text: String,
    },
}

/// Reads a time. Known are RFC 3339 with an offset; a date, `2026-11-24`, with or without a time after a space or `T`,
/// in `zone`; a time of day, `14:03` or `14:03:24`, meaning the last one not after `now`; `today`, `yesterday` or a
/// weekday (the last one), with or without a time of day; `-2h`, `-90s`, `-15min`, `-3d`, `-2w` before `now`; `now`.
/// An hour that stood twice on the clocks is the first of the two.
///
/// # Errors
/// [`TimeTextError`], in words a person can act on.
pub fn parse<Z: TimeZone>(text: &str, now: Timestamp, zone: &Z) -> Result<Timestamp, TimeTextError> {
    let text = text.trim();
    let unknown = || TimeTextError::Unknown { text: text.into() };
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(Timestamp::from_millis(at.timestamp_millis()));
    }
    let lower = text.to_lowercase();
    if lower == "now" {
        return Ok(now);
    }
    if let Some(ago) = lower.strip_prefix(['-', '−']) {
        return span(ago).map(|span| now.minus(span)).ok_or_else(unknown);
    }
    let local_now = zone.timestamp_millis_opt(now.as_millis()).single().ok_or_else(unknown)?.naive_local();
    let (date, time) = split(&lower);
    let of_day = match time {
        Some(time) => time_of_day(time).ok_or_else(unknown)?,
        None => NaiveTime::MIN,
    };
    let day = match date {
        Some(date) => day(date, local_now.date()).ok_or_else(unknown)?,
        // The clock of today may not have come to it yet: then it was yesterday's.
        None if of_day > local_now.time() => local_now.date().checked_sub_days(Days::new(1)).ok_or_else(unknown)?,
        None => local_now.date(),
    };
    in_zone(NaiveDateTime::new(day, of_day), zone)
        .ok_or_else(|| TimeTextError::Skipped { text: format!("{day} {}", of_day.format("%H:%M")) })
}

/// Reads a length of time, such as `2h`, `90 s`, `1.5 h`, `15min`, `3d` or `2w`.
pub fn span(text: &str) -> Option<Duration> {
    let text = text.trim().to_lowercase();
    let end_of_number = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(end_of_number);
    let seconds = match unit.trim() {
        "s" | "sec" | "second" | "seconds" => 1.0,
        "m" | "min" | "minute" | "minutes" => 60.0,
        "h" | "hour" | "hours" => 3600.0,
        "d" | "day" | "days" => 86_400.0,
        "w" | "week" | "weeks" => 604_800.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(number.parse::<f64>().ok()? * seconds).ok()
}

/// The moment at which clocks in `zone` showed this; the first where they showed it twice, `None` where never.
pub fn in_zone<Z: TimeZone>(shown: NaiveDateTime, zone: &Z) -> Option<Timestamp> {
    let at = zone.from_local_datetime(&shown).earliest()?;
    Some(Timestamp::from_millis(at.timestamp_millis()))
}

/// The words for the day and the time of day.
fn split(text: &str) -> (Option<&str>, Option<&str>) {
    let is_time = |word: &str| word.contains(':');
    // In `2026-11-24t14:03` the letter stands where no word has it.
    let parts = text.split_once(' ').or_else(|| text.split_at_checked(10).filter(|(_, rest)| rest.starts_with('t')));
    if let Some((date, time)) = parts.filter(|(_, time)| is_time(time)) {
        return (Some(date.trim()), Some(time.trim_start_matches('t').trim()));
    }
    if is_time(text) { (None, Some(text)) } else { (Some(text), None) }
}

fn time_of_day(text: &str) -> Option<NaiveTime> {
    let forms = ["%H:%M:%S%.f", "%H:%M:%S", "%H:%M"];
    forms.into_iter().find_map(|form| NaiveTime::parse_from_str(text, form).ok())
}

fn day(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    match text {
        "today" => Some(today),
        "yesterday" => today.checked_sub_days(Days::new(1)),
        _ => weekday(text, today).or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()),
    }
}

/// The last day of this name before today.
fn weekday(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    let asked: chrono::Weekday = text.parse().ok()?;
    let back = (7 + today.weekday().num_days_from_monday() - asked.num_days_from_monday() - 1) % 7 + 1;
    today.checked_sub_days(Days::new(u64::from(back)))
}

#[cfg(test)]
mod tests {
    use chrono::FixedOffset;

    use super::*;

    /// 2026-11-24 (a Tuesday) 15:30 at an offset of one hour.
    const NOW: i64 = 1_795_530_600_000;

    fn read(text: &str) -> Result<String, TimeTextError> {
        let zone = FixedOffset::east_opt(3600).expect("offset");
        let at = parse(text, Timestamp::from_millis(NOW), &zone)?;
        Ok(zone.timestamp_millis_opt(at.as_millis()).single().expect("one").format("%a %Y-%m-%d %H:%M:%S").to_string())
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, expect) in [
            ("now", "Tue 2026-11-24 15:30:00"),
            ("2026-11-20T10:00:00Z", "Fri 2026-11-20 11:00:00"),
            ("2026-11-20T10:00:00+01:00", "Fri 2026-11-20 10:00:00"),
            ("2026-11-20 14:03", "Fri 2026-11-20 14:03:00"),
            ("2026-11-20T14:03:24", "Fri 2026-11-20 14:03:24"),
            ("2026-11-20", "Fri 2026-11-20 00:00:00"),
            ("14:03", "Tue 2026-11-24 14:03:00"),
            ("16:00", "Mon 2026-11-23 16:00:00"),
            ("yesterday 14:03", "Mon 2026-11-23 14:03:00"),
            ("Yesterday", "Mon 2026-11-23 00:00:00"),
            ("today 9:05", "Tue 2026-11-24 09:05:00"),
            ("monday", "Mon 2026-11-23 00:00:00"),
            ("tue 08:00", "Tue 2026-11-17 08:00:00"),
            ("-2h", "Tue 2026-11-24 13:30:00"),
            ("−90 s", "Tue 2026-11-24 15:28:30"),
            ("-1.5h", "Tue 2026-11-24 14:00:00"),
            ("-15min", "Tue 2026-11-24 15:15:00"),
            ("-3d", "Sat 2026-11-21 15:30:00"),
            (" -1w ", "Tue 2026-11-17 15:30:00"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(expect), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused_with_what_would_be_one() {
        for text in ["", "soon", "2026-13-01", "25:00", "-2 fortnights", "-", "-h", "yesterday noon", "2026-11-20 x:y"]
        {
            assert_eq!(read(text), Err(TimeTextError::Unknown { text: text.trim().into() }), "{text}");
        }
    }
}
