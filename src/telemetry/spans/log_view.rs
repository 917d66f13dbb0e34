//! OTLP's log records, looked at where they lie.
//!
//! Field numbers: `opentelemetry/proto/logs/v1/logs.proto`. The groups they stand in are those of traces.

use std::borrow::Cow;

use super::super::otlp::common::{AnyValue, KeyValue};
use super::super::otlp::protobuf::{Broken, Fields};
use super::id::{TraceId, span_id};
use crate::model::service::LogLevel;

/// A log record as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct LogView<'a> {
    /// When it was written, ns since 1970; 0 where that is not told.
    pub at: u64,
    /// How grave it is.
    pub level: LogLevel,
    /// What it says.
    pub body: Cow<'a, str>,
    /// Its trace.
    pub trace: Option<TraceId>,
    /// Its span; 0 where it has none.
    pub span: u64,
    /// `exception.type`; empty where there is none.
    pub exception: &'a str,
    /// `exception.message`.
    pub exception_message: &'a str,
    /// `http.route`.
    pub route: &'a str,
}

impl<'a> LogView<'a> {
    /// Reads a `LogRecord`.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn read(message: &'a [u8]) -> Result<Self, Broken> {
        let (mut written, mut observed, mut number, mut word) = (0, 0, 0, "");
        let mut view = Self {
            at: 0,
            level: LogLevel::Info,
            body: Cow::Borrowed(""),
            trace: None,
            span: 0,
            exception: "",
            exception_message: "",
            route: "",
        };
        let mut event_name = "";
        for field in Fields::new(message) {
            match field? {
                (1, time) => written = time.number()?,
                (2, severity) => number = severity.number()?,
                (3, text) => word = text.text()?,
                (5, body) => view.body = AnyValue::read(body.bytes()?)?.text(),
                (6, pair) => match KeyValue::read(pair.bytes()?)? {
                    KeyValue { key: "exception.type", value: AnyValue::Text(text) } => view.exception = text,
                    KeyValue { key: "exception.message", value: AnyValue::Text(text) } => view.exception_message = text,
                    KeyValue { key: "http.route", value: AnyValue::Text(text) } => view.route = text,
                    _ => {}
                },
                (9, id) => view.trace = TraceId::of(id.bytes()?),
                (10, id) => view.span = span_id(id.bytes()?).unwrap_or(0),
                (11, time) => observed = time.number()?,
                (12, text) => event_name = text.text()?,
                _ => {}
            }
        }
        view.at = if written > 0 { written } else { observed };
        view.level = level(number, word);
        if view.body.is_empty() {
            view.body =
                Cow::Borrowed(if view.exception_message.is_empty() { event_name } else { view.exception_message });
        }
        Ok(view)
    }
}

/// By the number, or where there is none by the word that the library wrote.
fn level(number: u64, word: &str) -> LogLevel {
    match number {
        1..=4 => LogLevel::Trace,
        5..=8 => LogLevel::Debug,
        9..=12 => LogLevel::Info,
        13..=16 => LogLevel::Warn,
        17..=20 => LogLevel::Error,
        21..=24 => LogLevel::Fatal,
        _ => {
            let begins =
                |beginning: &str| word.get(..beginning.len()).is_some_and(|w| w.eq_ignore_ascii_case(beginning));
            match () {
                () if begins("trac") || begins("finest") => LogLevel::Trace,
                () if begins("debug") => LogLevel::Debug,
                () if begins("warn") => LogLevel::Warn,
                () if begins("err") || begins("severe") => LogLevel::Error,
                () if begins("fatal") || begins("crit") || begins("emerg") || begins("alert") => LogLevel::Fatal,
                () => LogLevel::Info,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_those_of_the_data_model() {
        for (number, word, expect) in [
            (1, "", LogLevel::Trace),
            (8, "", LogLevel::Debug),
            (9, "ERROR", LogLevel::Info),
            (13, "", LogLevel::Warn),
            (17, "", LogLevel::Error),
            (24, "", LogLevel::Fatal),
            (0, "Warning", LogLevel::Warn),
            (0, "error", LogLevel::Error),
            (0, "CRITICAL", LogLevel::Fatal),
            (0, "é", LogLevel::Info),
            (99, "", LogLevel::Info),
        ] {
            assert_eq!(level(number, word), expect, "{number} {word}");
        }
    }
}
