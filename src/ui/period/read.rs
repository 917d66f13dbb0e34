//! Reads a moment as people write it. The clock and its offset come in, so that this is arithmetic alone.

use chrono::{DateTime, Days, Local, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};

use crate::model::Timestamp;

/// Reads "2026-11-23 14:00", "14:00", "yesterday 14:00", "-2h", "now", or RFC 3339.
///
/// # Errors
/// What can be typed instead.
pub fn moment(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let wrong = || "Type a date and time, such as 2026-11-23 14:00, or -2h".to_owned();
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return Err(wrong());
    }
    if text == "now" {
        return Ok(now);
    }
    if let Some(span) = text.strip_prefix(['-', '\u{2212}']) {
        return before(span, now).ok_or_else(|| "Type a length of time, such as -90s, -15min, -2h or -7d".to_owned());
    }
    let upper = text.to_uppercase();
    if let Ok(moment) = DateTime::parse_from_rfc3339(&upper) {
        return Ok(Timestamp::from_millis(moment.timestamp_millis()));
    }
    let here = Local.timestamp_millis_opt(now.as_millis()).single().ok_or_else(wrong)?;
    let today = here.date_naive();
    let (day, time) = match text.split_once([' ', 't']) {
        _ if text.starts_with("today") || text.starts_with("yesterday") => {
            let (word, time) = text.split_once(' ').unwrap_or((&text, ""));
            let back = u64::from(word == "yesterday");
            (today.checked_sub_days(Days::new(back)).ok_or_else(wrong)?, time)
        }
        Some((day, time)) => (date(day).ok_or_else(wrong)?, time),
        None => match date(&text) {
            Some(day) => (day, ""),
            None => (today, text.as_str()),
        },
    };
    let time = if time.trim().is_empty() { NaiveTime::MIN } else { clock(time.trim()).ok_or_else(wrong)? };
    at_local(NaiveDateTime::new(day, time)).ok_or_else(wrong)
}

fn date(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

fn clock(text: &str) -> Option<NaiveTime> {
    ["%H:%M", "%H:%M:%S", "%H:%M:%S%.f"].into_iter().find_map(|form| NaiveTime::parse_from_str(text, form).ok())
}

/// The moment on the person's clock. Of an hour that is there twice the earlier is meant; one that is skipped is read
/// as the moment after the gap.
fn at_local(moment: NaiveDateTime) -> Option<Timestamp> {
    let found = match Local.from_local_datetime(&moment) {
        LocalResult::Single(found) | LocalResult::Ambiguous(found, _) => found,
        LocalResult::None => Local.from_local_datetime(&(moment + chrono::TimeDelta::hours(1))).earliest()?,
    };
    Some(Timestamp::from_millis(found.timestamp_millis()))
}

/// The moment a length of time before now.
fn before(text: &str, now: Timestamp) -> Option<Timestamp> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().ok().filter(|n: &f64| n.is_finite())?;
    let seconds = match unit.trim() {
        "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "d" | "day" | "days" => 86_400.0,
        "w" => 604_800.0,
        _ => return None,
    };
    let span = std::time::Duration::try_from_secs_f64(number * seconds).ok()?;
    Some(now.minus(span))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23T14:34:08Z.
    const NOW: Timestamp = Timestamp::from_millis(1_795_444_448_000);

    #[test]
    fn moments_are_read_as_people_write_them() {
        for (text, back_seconds) in [
            ("now", 0.0),
            ("-2h", 7200.0),
            ("- 1.5 h", 5400.0),
            ("\u{2212}90s", 90.0),
            ("-7d", 604_800.0),
            ("2026-11-23T14:34:08Z", 0.0),
            ("2026-11-23t15:34:08+01:00", 0.0),
        ] {
            let expect = NOW.minus(std::time::Duration::from_secs_f64(back_seconds));
            assert_eq!(moment(text, NOW), Ok(expect), "{text}");
        }
        for wrong in ["", "soon", "-2 fortnights", "2026-13-01", "25:00", "yesterday 99:00"] {
            assert!(moment(wrong, NOW).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_left_out_is_today_and_midnight() {
        let read = |text: &str| moment(text, NOW).expect(text);
        assert_eq!(read("2026-11-23"), read("today 00:00"));
        assert_eq!(read("13:00"), read("today 13:00:00"));
        assert_eq!(read("2026-11-22 13:00"), read("yesterday 13:00"));
    }
}
