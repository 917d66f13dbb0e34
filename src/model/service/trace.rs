//! Traces and logs as they are shown.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::time::Timestamp;

/// What a span is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum SpanKind {
    /// Inside a service.
    #[default]
    Internal,
    /// A request that is served.
    Server,
    /// A call of another service or a database.
    Client,
    /// A message sent.
    Producer,
    /// A message taken.
    Consumer,
}

/// One span of a trace.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SpanRow {
    /// Its name.
    pub name: Arc<str>,
    /// Its service.
    pub service: Arc<str>,
    /// What it is.
    pub kind: SpanKind,
    /// How deep it stands below the root, 0 at the root.
    pub depth: u16,
    /// When it began, after the trace's start.
    pub offset: Duration,
    /// How long it took.
    pub duration: Duration,
    /// Time of its own, without its children.
    pub own: Duration,
    /// What went wrong; `None` where nothing did.
    pub error: Option<Arc<str>>,
    /// Its attributes, by name; values are cut at 1,024 bytes.
    pub attributes: Arc<[(Arc<str>, Arc<str>)]>,
}

/// How grave a log line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum LogLevel {
    /// Finest.
    Trace,
    /// For those who build it.
    Debug,
    /// As usual.
    #[default]
    Info,
    /// Odd.
    Warn,
    /// Something failed.
    Error,
    /// The service cannot go on.
    Fatal,
}

/// A line of a log.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LogLine {
    /// When it was written.
    pub at: Timestamp,
    /// By which service.
    pub service: Arc<str>,
    /// How grave it is.
    pub level: LogLevel,
    /// What it says, cut at 4,096 bytes.
    pub text: Arc<str>,
    /// Its trace, in hexadecimal; empty where it has none.
    pub trace: Arc<str>,
}

/// A trace in a list.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TraceHead {
    /// Its id, in hexadecimal.
    pub id: Arc<str>,
    /// The name of its root, or of its earliest span.
    pub name: Arc<str>,
    /// The service of that.
    pub service: Arc<str>,
    /// When it began.
    pub at: Timestamp,
    /// How long its root took; where no root was seen, from its beginning to its end.
    pub duration: Duration,
    /// From its beginning to the end of its last span, which may come long after the root's.
    pub extent: Duration,
    /// Its spans.
    pub n_spans: u32,
    /// Spans of it that failed.
    pub n_errors: u32,
    /// Whether its root was seen.
    pub has_root: bool,
}

/// A trace, whole.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Trace {
    /// What it is.
    pub head: TraceHead,
    /// Its spans, each after its parent, children by their beginning.
    pub spans: Arc<[SpanRow]>,
    /// Spans of it that were thrown away because there were too many.
    pub n_dropped_spans: u32,
    /// Its log lines, by time.
    pub logs: Arc<[LogLine]>,
}

/// The answer to a question about traces and logs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TraceAnswer {
    /// What was asked.
    pub question: super::command::TraceQuestion,
    /// When it was answered.
    pub at: Timestamp,
    /// Traces, at most 200.
    pub traces: Arc<[TraceHead]>,
    /// How many fit in all.
    pub n_traces: u64,
    /// The trace that was to be opened; `None` where it is not kept any more.
    pub open: Option<Arc<Trace>>,
    /// Log lines, the newest first, at most 500.
    pub logs: Arc<[LogLine]>,
    /// How many fit in all.
    pub n_logs: u64,
}
