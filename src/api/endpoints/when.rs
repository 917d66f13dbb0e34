//! Moments as requests and answers write them: RFC 3339 in UTC with milliseconds.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use serde::{Serialize, Serializer};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
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

/// Reads a moment out of a request: RFC 3339, a time before `now` such as `-1h`, or `now`.
///
/// # Errors
/// A problem that names the field.
pub fn read(field: &'static str, text: &str, now: Timestamp) -> Result<Timestamp, Problem> {
    let wrong =
        || Problem::field(field, "give a time such as 2026-11-28T07:00:00Z, a span before now such as -1h, or now");
    let text = text.trim();
    if text == "now" {
        return Ok(now);
    }
    if let Some(ago) = text.strip_prefix('-') {
        return span(ago).map(|span| now.minus(span)).ok_or_else(wrong);
    }
    // A plus sign that was not escaped arrives as a space.
    let text = text.replace(' ', "+");
    let at = DateTime::parse_from_rfc3339(&text).map_err(|_| wrong())?;
    // From the year 0 to 9999, as RFC 3339 has it: what is read can be written.
    if !(0..=9999).contains(&at.with_timezone(&Utc).year()) {
        return Err(wrong());
    }
    Ok(Timestamp::from_millis(at.timestamp_millis()))
}

/// Reads a length of time: `90`, which is seconds, or `90s`, `15min`, `2h`, `1d`; at most 100 years.
pub fn span(text: &str) -> Option<Duration> {
    const LONGEST: Duration = Duration::from_secs(100 * 366 * 86_400);
    let plain = text.parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    plain.or_else(|| time_text::span(text)).filter(|span| *span <= LONGEST)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_852_800_123);

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
        for text in ["", "yesterday", "-", "-1x", "-1e300", "14:03", "2026-11-28", "+1h"] {
            assert_eq!(read("from", text, NOW).expect_err(text).field.as_deref(), Some("from"));
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
        fn what_is_written_is_read(millis in 0_i64..253_402_300_800_000) {
            let at = Timestamp::from_millis(millis);
            prop_assert_eq!(read("from", &Moment(at).to_string(), NOW).expect("a moment"), at);
        }
    }
}
