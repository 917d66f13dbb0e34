//! Moments on the clock of the report, which is a fixed time ahead of UTC.

use std::fmt::Write;

use chrono::{DateTime, FixedOffset, SecondsFormat, TimeZone, Utc};

use crate::model::{TimeRange, Timestamp};

/// The clock of a report.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    pub(super) offset_seconds: i32,
}

impl Clock {
    /// The moment on this clock; `None` beyond the years a calendar has.
    pub(super) fn local(self, at: Timestamp) -> Option<DateTime<FixedOffset>> {
        FixedOffset::east_opt(self.offset_seconds)?.timestamp_millis_opt(at.as_millis()).single()
    }

    /// The moment by a pattern of chrono's; "–" where there is none.
    pub(super) fn format(self, at: Timestamp, pattern: &str) -> String {
        let mut text = String::new();
        match self.local(at) {
            // An unknown pattern is an error of writing, not a panic.
            Some(moment) if write!(text, "{}", moment.format(pattern)).is_ok() => text,
            _ => "–".into(),
        }
    }

    /// Date and time to the second: "2026-11-24 14:03:05".
    pub(super) fn second(self, at: Timestamp) -> String {
        self.format(at, "%Y-%m-%d %H:%M:%S")
    }

    /// A span, the date said once where both ends have the same: "2026-11-24 14:00:00 to 16:00:00".
    pub(super) fn span(self, range: TimeRange) -> String {
        let is_one_day = self.format(range.start, "%F") == self.format(range.end, "%F");
        let end = self.format(range.end, if is_one_day { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" });
        format!("{} to {end}", self.second(range.start))
    }

    /// What the clock is called: "UTC+01:00", "UTC".
    pub(super) fn name(self) -> String {
        let minutes = self.offset_seconds.abs() / 60;
        match self.offset_seconds {
            0 => "UTC".into(),
            offset => {
                let sign = if offset < 0 { '\u{2212}' } else { '+' };
                format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

/// A moment as files of data have it: RFC 3339 in UTC; empty beyond the years a calendar has.
pub(super) fn rfc3339(at: Timestamp) -> String {
    let moment = Utc.timestamp_millis_opt(at.as_millis()).single();
    moment.map_or_else(String::new, |moment| moment.to_rfc3339_opts(SecondsFormat::Millis, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_stand_on_the_clock_that_is_asked_for() {
        // 2026-11-24T23:30:05Z.
        let at = Timestamp::from_millis(1_795_563_005_000);
        for (offset, name, expect) in [
            (0, "UTC", "2026-11-24 23:30:05"),
            (3600, "UTC+01:00", "2026-11-25 00:30:05"),
            (-12_600, "UTC−03:30", "2026-11-24 20:00:05"),
        ] {
            let clock = Clock { offset_seconds: offset };
            assert_eq!((clock.name().as_str(), clock.second(at).as_str()), (name, expect));
        }
        let clock = Clock { offset_seconds: 0 };
        let hour = TimeRange { start: at, end: Timestamp::from_millis(1_795_566_605_000) };
        assert_eq!(clock.span(hour), "2026-11-24 23:30:05 to 2026-11-25 00:30:05");
        let inside = TimeRange { start: Timestamp::from_millis(1_795_559_405_000), end: at };
        assert_eq!(clock.span(inside), "2026-11-24 22:30:05 to 23:30:05");
        assert_eq!(clock.second(Timestamp::from_millis(i64::MAX)), "–");
        assert_eq!(rfc3339(at), "2026-11-24T23:30:05.000Z");
    }
}
