//! Numbers and moments of this page in words.

use std::time::Duration;

use crate::model::quantity::{THIN_SPACE, decimals, joined};
use crate::model::service::{ErrorPattern, ErrorRow, LogLevel, ServiceLevel, SpanKind, TimePart};
use crate::model::{Quantity, Timestamp, Unit, Units};
use crate::ui::chart::Zone;
use crate::ui::chart::time_axis::stamp;
use crate::ui::icons;
use crate::ui::widgets::{Mark, Tone};

/// The icon and tone of a level; calm is grey.
pub(super) fn level_mark(level: ServiceLevel) -> Mark {
    match level {
        ServiceLevel::Fine => Mark { icon: icons::fill::CHECK_CIRCLE, tone: Tone::Neutral },
        ServiceLevel::Warning => Mark { icon: icons::fill::WARNING, tone: Tone::Warning },
        ServiceLevel::Critical => Mark { icon: icons::fill::X_CIRCLE, tone: Tone::Critical },
        ServiceLevel::Silent => Mark { icon: icons::PROHIBIT, tone: Tone::Neutral },
    }
}

/// The word of a level, for those who do not see its icon.
pub(super) const fn level_word(level: ServiceLevel) -> &'static str {
    match level {
        ServiceLevel::Fine => "fine",
        ServiceLevel::Warning => "worth a look",
        ServiceLevel::Critical => "needs a look now",
        ServiceLevel::Silent => "not reporting",
    }
}

/// A time with its unit, "640 ms"; a dash where there is none.
pub(super) fn time_words(seconds: Option<f64>) -> String {
    seconds.map_or_else(|| "–".into(), |s| Quantity::new(s, Unit::Seconds).text(&Units::default()))
}

/// A span of the program's own clock, "1.26 s".
pub(super) fn span_words(span: Duration) -> String {
    time_words(Some(span.as_secs_f64()))
}

/// How often each second: whole from 100 on, as in "1,240".
pub(super) fn rate_number(per_second: f64) -> String {
    let n = match per_second {
        r if r >= 99.95 || r == 0.0 => 0,
        r if r >= 9.995 => 1,
        _ => 2,
    };
    decimals(per_second, n)
}

/// Decimals at which a column of times in milliseconds still tells them apart, by its greatest.
pub(super) fn millis_decimals(greatest: f64) -> usize {
    match greatest {
        ms if ms >= 100.0 => 0,
        ms if ms >= 10.0 => 1,
        ms if ms >= 1.0 => 2,
        _ => 3,
    }
}

/// A share as a percentage, "0.18 %".
pub(super) fn percent_words(ratio: f64) -> String {
    joined(&percent_number(ratio), "%")
}

/// The number of a small percentage: two decimals below 10.
pub(super) fn percent_number(ratio: f64) -> String {
    let percent = ratio * 100.0;
    some_decimals(percent, if percent >= 9.995 { 1 } else { 2 })
}

/// A number with so many decimals; something is never shown as nothing.
pub(super) fn some_decimals(value: f64, n: usize) -> String {
    let text = decimals(value, n);
    let is_nothing = text.chars().all(|c| matches!(c, '0' | '.'));
    let least = 10_f64.powi(i32::try_from(n).unwrap_or(0)).recip();
    if value > 0.0 && is_nothing { format!("<{THIN_SPACE}{}", decimals(least, n)) } else { text }
}

/// A count with its word: "1 trace", "14 traces".
pub(super) fn counted(n: u64, word: &str) -> String {
    format!("{}{THIN_SPACE}{word}{}", decimals(n as f64, 0), if n == 1 { "" } else { "s" })
}

/// A moment on the person's clock, to the second.
pub(super) fn moment_words(at: Timestamp, now: Timestamp) -> String {
    stamp(at, now, Zone::LOCAL, true)
}

/// A part of a request's time.
pub(super) const fn part_words(part: TimePart) -> &'static str {
    match part {
        TimePart::WaitsForConnection => "Waits for a connection",
        TimePart::Database => "Database",
        TimePart::Downstream => "Downstream",
        TimePart::Queue => "Queue",
        TimePart::Cache => "Cache",
        TimePart::OwnCode => "Own code",
    }
}

/// The series colour of a part, always the same.
pub(super) const fn part_slot(part: TimePart) -> usize {
    match part {
        TimePart::WaitsForConnection => 1,
        TimePart::Database => 0,
        TimePart::OwnCode => 2,
        TimePart::Downstream => 5,
        TimePart::Queue => 9,
        TimePart::Cache => 6,
    }
}

/// What a span is, in a word.
pub(super) const fn kind_words(kind: SpanKind) -> &'static str {
    match kind {
        SpanKind::Internal => "internal",
        SpanKind::Server => "server",
        SpanKind::Client => "client",
        SpanKind::Producer => "producer",
        SpanKind::Consumer => "consumer",
    }
}

/// How grave a log line is.
pub(super) const fn log_words(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Trace => "trace",
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Warn => "warning",
        LogLevel::Error => "error",
        LogLevel::Fatal => "fatal",
    }
}

/// Icon and tone of a log line.
pub(super) fn log_mark(level: LogLevel) -> Mark {
    match level {
        LogLevel::Trace | LogLevel::Debug => Mark { icon: icons::CIRCLE, tone: Tone::Neutral },
        LogLevel::Info => Mark { icon: icons::INFO, tone: Tone::Neutral },
        LogLevel::Warn => Mark { icon: icons::fill::WARNING, tone: Tone::Warning },
        LogLevel::Error | LogLevel::Fatal => Mark { icon: icons::fill::X_CIRCLE, tone: Tone::Critical },
    }
}

/// How errors of a kind come: "periodic, every 5 min; only POST /orders".
pub(super) fn pattern_words(row: &ErrorRow) -> String {
    let pattern = match row.pattern {
        ErrorPattern::Unknown => "too few to say",
        ErrorPattern::New => "new",
        ErrorPattern::Growing => "growing",
        ErrorPattern::Periodic => "periodic",
        ErrorPattern::Steady => "as many as ever",
        ErrorPattern::Over => "over",
    };
    let mut words = pattern.to_owned();
    if let (ErrorPattern::Periodic, Some(period)) = (row.pattern, row.period) {
        words.push_str(&format!(", every {}", crate::ui::chart::time_axis::about_words(period)));
    }
    if !row.only_route.is_empty() {
        words.push_str(&format!("; only {}", row.only_route));
    }
    if !row.only_host.is_empty() {
        words.push_str(&format!("; only on {}", row.only_host));
    }
    words
}

/// Icon and tone of a pattern: what is new or grows needs a look.
pub(super) fn pattern_mark(pattern: ErrorPattern) -> Mark {
    match pattern {
        ErrorPattern::New => Mark { icon: icons::fill::WARNING, tone: Tone::Warning },
        ErrorPattern::Growing => Mark { icon: icons::TREND_UP, tone: Tone::Critical },
        ErrorPattern::Periodic => Mark { icon: icons::CLOCK, tone: Tone::Info },
        ErrorPattern::Steady => Mark { icon: icons::EQUALS, tone: Tone::Neutral },
        ErrorPattern::Over => Mark { icon: icons::CHECK_CIRCLE, tone: Tone::Neutral },
        ErrorPattern::Unknown => Mark { icon: icons::QUESTION, tone: Tone::Neutral },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_patterns_read_as_a_person_writes_them() {
        assert_eq!(
            [1240.4, 61.26, 0.5, 0.0].map(rate_number),
            ["1,240", "61.3", "0.50", "0"].map(str::to_owned),
            "as many figures as tell"
        );
        assert_eq!([0.0018, 0.125].map(percent_number), ["0.18", "12.5"].map(str::to_owned));
        assert_eq!(time_words(Some(0.64)), "640\u{2009}ms");
        assert_eq!(time_words(None), "–");
        let row = ErrorRow {
            pattern: ErrorPattern::Periodic,
            period: Some(Duration::from_secs(300)),
            only_route: "POST /orders".into(),
            ..ErrorRow::default()
        };
        assert_eq!(pattern_words(&row), "periodic, every 5\u{2009}min; only POST /orders");
        assert_eq!(
            (counted(1, "trace"), counted(1200, "trace")),
            ("1\u{2009}trace".into(), "1,200\u{2009}traces".into())
        );
    }
}
