//! Moments as requests and answers write them: RFC 3339 in UTC with milliseconds. What is read here and what the document
//! says of it are the same.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use serde::{Serialize, Serializer};
use utoipa::openapi::schema::{AnyOfBuilder, KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};

use crate::analysis::time_text;
use crate::api::Problem;
use crate::model::Timestamp;

/// A moment in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = DateTime::<Utc>::from_timestamp_millis(self.0.as_millis()).unwrap_or_default();
        let (date, time) = (at.date_naive(), at.time());
        let millis = at.timestamp_subsec_millis();
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{millis:03}Z",
            date.year(),
            date.month(),
            date.day(),
            time.hour(),
            time.minute(),
            time.second()
        )
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl utoipa::PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("A moment: RFC 3339, UTC, with milliseconds."))
            .build()
            .into()
    }
}

impl utoipa::ToSchema for Moment {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Moment")
    }
}

/// A moment in a request, for the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct When;

/// A length of time in a request, for the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span;

/// The form of a length of time; seconds where no unit stands.
const SPAN: &str =
    r"[0-9]{1,9}(\.[0-9]{1,9})?(s|sec|second|seconds|m|min|minute|minutes|h|hour|hours|d|day|days|w|week|weeks)?";
/// The units in it.
const UNITS: [&str; 18] = [
    "", "s", "sec", "second", "seconds", "m", "min", "minute", "minutes", "h", "hour", "hours", "d", "day", "days",
    "w", "week", "weeks",
];

impl utoipa::PartialSchema for When {
    fn schema() -> RefOr<Schema> {
        let text = || ObjectBuilder::new().schema_type(Type::String);
        AnyOfBuilder::new()
            .item(text().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))))
            .item(text().pattern(Some(format!("^-{SPAN}$"))))
            .item(text().enum_values(Some(["now"])))
            .description(Some("A moment: RFC 3339, a length of time before now such as `-1h`, or `now`."))
            .into()
    }
}

impl utoipa::ToSchema for When {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("When")
    }
}

impl utoipa::PartialSchema for Span {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some(format!("^{SPAN}$")));
        text.description(Some("A length of time, such as `60s`, `15min` or `1.5h`.")).into()
    }
}

impl utoipa::ToSchema for Span {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Span")
    }
}

/// Longest time before now.
const LONGEST: Duration = Duration::from_secs(100 * 366 * 86_400);

/// Reads a moment out of a request: RFC 3339, a time before `now` such as `-1h`, or `now`.
///
/// # Errors
/// A problem that names the field: 400 where it is no moment, 409 where it is one before the year 0, after the year 9999,
/// or more than a century before now.
pub fn read(field: &'static str, text: &str, now: Timestamp) -> Result<Timestamp, Problem> {
    let wrong =
        || Problem::field(field, "give a time such as 2026-11-28T07:00:00Z, a span before now such as -1h, or now");
    if text == "now" {
        return Ok(now);
    }
    if let Some(ago) = text.strip_prefix('-') {
        let span = span(ago).ok_or_else(wrong)?;
        if span > LONGEST {
            return Err(Problem::conflict(field, "go back 100 years at most"));
        }
        return Ok(now.minus(span));
    }
    // A plus sign that was not escaped arrives as a space.
    let text = text.replace(' ', "+");
    let at = DateTime::parse_from_rfc3339(&text).map_err(|_| wrong())?;
    // From the year 0 to 9999, as RFC 3339 has it: what is read can be written.
    if !(0..=9999).contains(&at.with_timezone(&Utc).year()) {
        return Err(Problem::conflict(field, "give a time from the year 0 to the year 9999 in UTC"));
    }
    Ok(Timestamp::from_millis(at.timestamp_millis()))
}

/// Reads a length of time: `90`, which is seconds, or `90s`, `15min`, `2h`, `1d`.
pub fn span(text: &str) -> Option<Duration> {
    let end_of_number = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end_of_number);
    let is_short = |digits: &str| (1..=9).contains(&digits.len()) && !digits.contains('.');
    let is_number = match number.split_once('.') {
        None => is_short(number),
        Some((whole, fraction)) => is_short(whole) && is_short(fraction),
    };
    if !is_number || !UNITS.contains(&unit) {
        return None;
    }
    time_text::span(&format!("{number}{}", if unit.is_empty() { "s" } else { unit }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_852_800_123);

    fn of_document<T: utoipa::PartialSchema>() -> String {
        serde_json::to_string(&T::schema()).expect("written")
    }

    #[test]
    fn the_document_has_the_form_that_is_read() {
        let pattern = format!("{:?}", format!("^{SPAN}$"));
        assert!(of_document::<Span>().contains(&pattern) && of_document::<When>().contains(&pattern[2..]));
        assert_eq!(SPAN.split(['(', '|', ')']).filter(|part| UNITS.contains(part) && !part.is_empty()).count(), 17);
    }

    #[test]
    fn moments_are_read_and_written() {
        assert_eq!(Moment(NOW).to_string(), "2026-11-28T08:00:00.123Z");
        for (text, expect) in [
            ("now", "2026-11-28T08:00:00.123Z"),
            ("-1h", "2026-11-28T07:00:00.123Z"),
            ("-90", "2026-11-28T07:58:30.123Z"),
            ("2026-11-28T07:00:00Z", "2026-11-28T07:00:00.000Z"),
            ("2026-11-28T08:00:00+01:00", "2026-11-28T07:00:00.000Z"),
            ("2026-11-28T08:00:00 01:00", "2026-11-28T07:00:00.000Z"),
        ] {
            assert_eq!(Moment(read("from", text, NOW).expect(text)).to_string(), expect, "{text}");
        }
        for (text, status) in [
            ("", 400),
            ("yesterday", 400),
            ("-", 400),
            ("-1x", 400),
            ("-1 h", 400),
            ("-1.h", 400),
            ("-1e300", 400),
            (" now", 400),
            ("14:03", 400),
            ("2026-11-28", 400),
            ("+1h", 400),
            ("-999999999w", 409),
            ("0000-01-01T00:00:00+01:00", 409),
            ("9999-12-31T23:59:59-01:00", 409),
        ] {
            let problem = read("from", text, NOW).expect_err(text);
            assert_eq!((problem.status, problem.field.as_deref()), (status, Some("from")), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reading(text in any::<String>()) {
            if let Ok(at) = read("from", &text, NOW) {
                prop_assert!(!Moment(at).to_string().is_empty());
            }
        }

        #[test]
        fn a_span_is_read_where_it_has_the_form_and_nowhere_else(
            text in "[0-9]{0,10}\\.?[0-9]{0,10} ?[a-z]{0,2}|[0-9]{1,3}(\\.[0-9])?(sec|minutes|hour|weeks|weekss)",
        ) {
            let form = regex_lite::Regex::new(&format!("^{SPAN}$")).expect("a pattern");
            prop_assert_eq!(span(&text).is_some(), form.is_match(&text));
        }

        #[test]
        fn what_is_written_is_read(millis in 0_i64..253_402_300_800_000) {
            let at = Timestamp::from_millis(millis);
            prop_assert_eq!(read("from", &Moment(at).to_string(), NOW).expect("a moment"), at);
        }
    }
}
