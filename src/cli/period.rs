//! A period and chosen series, out of what was typed.

use chrono::TimeZone;

use super::history_args::PeriodArguments;
use crate::analysis::time_text::{self, TimeTextError};
use crate::model::wildcard::is_like;
use crate::model::{SeriesKey, TimeRange, Timestamp};

/// A period that cannot be.
#[derive(Debug, thiserror::Error)]
pub enum PeriodError {
    /// A time was not understood.
    #[error("--{option}: {source}")]
    Time {
        /// The option.
        option: &'static str,
        /// Why.
        source: TimeTextError,
    },
    /// It ends before it begins.
    #[error("--from {from} is not before --to {to}")]
    Reversed {
        /// What was typed.
        from: String,
        /// What was typed.
        to: String,
    },
    /// No series has such a name.
    #[error("no series is named {0}: `perfdesk history info --json` lists them all")]
    NoSuchSeries(String),
}

/// The span that was typed.
///
/// # Errors
/// [`PeriodError`], in words a person can act on.
pub fn range<Z: TimeZone>(typed: &PeriodArguments, now: Timestamp, zone: &Z) -> Result<TimeRange, PeriodError> {
    let read =
        |option, text: &str| time_text::parse(text, now, zone).map_err(|source| PeriodError::Time { option, source });
    let (start, end) = (read("from", &typed.from)?, read("to", &typed.to)?);
    if start >= end {
        return Err(PeriodError::Reversed { from: typed.from.clone(), to: typed.to.clone() });
    }
    Ok(TimeRange { start, end })
}

/// The keys that one of the patterns means, in their order; `None` where nothing was typed, which means all.
///
/// # Errors
/// [`PeriodError::NoSuchSeries`] for a pattern that means none.
pub fn chosen(patterns: &[String], known: &[SeriesKey]) -> Result<Option<Vec<SeriesKey>>, PeriodError> {
    if patterns.is_empty() {
        return Ok(None);
    }
    if let Some(idle) = patterns.iter().find(|pattern| !known.iter().any(|key| means(pattern, key))) {
        return Err(PeriodError::NoSuchSeries(idle.clone()));
    }
    Ok(Some(known.iter().filter(|key| patterns.iter().any(|pattern| means(pattern, key))).cloned().collect()))
}

/// Whether a pattern means a series: by its metric or by its whole key, where `*` stands for anything.
fn means(pattern: &str, key: &SeriesKey) -> bool {
    is_like(pattern, key.metric()) || is_like(pattern, &key.to_string())
}

#[cfg(test)]
mod tests {
    use chrono::Utc;

    use super::*;

    fn typed(from: &str, to: &str) -> PeriodArguments {
        PeriodArguments { from: from.into(), to: to.into(), series: Vec::new() }
    }

    #[test]
    fn a_period_is_read_and_a_reversed_one_refused() {
        let now = Timestamp::from_millis(1_795_530_600_000);
        let span = range(&typed("-2h", "now"), now, &Utc).expect("a period");
        assert_eq!((span.span().as_secs(), span.end), (7200, now));
        for (from, to, expect) in [
            ("now", "-2h", "--from now is not before --to -2h"),
            ("-1h", "soon", "--to: “soon” is no time: write 2026-11-24 14:03, 14:03, yesterday 14:03, -2h or now"),
        ] {
            assert_eq!(range(&typed(from, to), now, &Utc).expect_err(from).to_string(), expect);
        }
    }

    #[test]
    fn patterns_mean_metrics_and_whole_keys() {
        let known: Vec<SeriesKey> =
            ["system.cpu.utilization", r#"system.disk.io{device="sda"}"#, "system.memory.usage"]
                .map(|text| text.parse().expect("a key"))
                .into();
        for (pattern, n) in
            [("*", 3), ("system.*", 3), ("system.disk.io", 1), ("*sda*", 1), ("*.u*e", 1), (r#"*{device="sda"}"#, 1)]
        {
            let found = chosen(&[pattern.into()], &known).expect(pattern).expect("some");
            assert_eq!(found.len(), n, "{pattern}");
        }
        assert_eq!(chosen(&[], &known).expect("all"), None);
        let none = chosen(&["*cpu*".into(), "gpu".into()], &known).expect_err("none");
        assert_eq!(none.to_string(), "no series is named gpu: `perfdesk history info --json` lists them all");
    }
}
