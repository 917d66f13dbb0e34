//! Answers to questions about traces and logs.

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

use super::super::otlp::common::cut;
use super::closing::nodes;
use super::id::TraceId;
use super::logs::{KeptLog, Logs};
use super::store::{KeptTrace, Store};
use crate::analysis::span::tree::Tree;
use crate::model::Timestamp;
use crate::model::service::{LogLine, SpanRow, Trace, TraceAnswer, TraceFilter, TraceHead, TraceQuestion};

/// Traces in an answer, at most.
const MOST_TRACES: usize = 200;
/// Log lines in an answer, and of a trace, at most.
const MOST_LOGS: usize = 500;
/// Longest value of an attribute, bytes.
const LONGEST_VALUE: usize = 1024;

/// Answers a question.
pub fn answer(question: &TraceQuestion, at: Timestamp, store: &Store, logs: &Logs) -> TraceAnswer {
    let mut found: Vec<(TraceId, &KeptTrace)> = store.iter().filter(|(_, trace)| is_meant(question, trace)).collect();
    let n_traces = found.len() as u64;
    let key = |(id, trace): &(TraceId, &KeptTrace)| match question.filter {
        TraceFilter::Slowest => (Reverse(trace.duration()), *id),
        TraceFilter::Failed | TraceFilter::Newest => (Reverse(trace.start), *id),
    };
    if found.len() > MOST_TRACES {
        found.select_nth_unstable_by_key(MOST_TRACES, key);
        found.truncate(MOST_TRACES);
    }
    found.sort_unstable_by_key(key);
    let open = TraceId::read(&question.open).and_then(|id| Some((id, store.get(id)?)));
    let (lines, n_logs) = newest(logs.iter().filter(|(service, line)| is_line_meant(question, service, line)));
    TraceAnswer {
        question: question.clone(),
        at,
        traces: found.into_iter().map(|(id, trace)| head(id, trace)).collect(),
        n_traces,
        open: open.map(|(id, trace)| Arc::new(whole(id, trace, logs))),
        logs: lines.into_iter().map(|(service, line)| line.line(service)).collect(),
        n_logs,
    }
}

fn is_meant(question: &TraceQuestion, trace: &KeptTrace) -> bool {
    let service = &question.service;
    let is_of = |own: &Arc<str>| service.is_empty() || own == service;
    (question.filter != TraceFilter::Failed || trace.n_failed > 0)
        && trace.services.iter().any(is_of)
        && (question.span_name.is_empty()
            || trace.spans.iter().any(|span| is_of(&span.service) && span.is_called(&question.span_name)))
}

fn is_line_meant(question: &TraceQuestion, service: &str, line: &KeptLog) -> bool {
    let contains =
        |word: &str| line.text.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()));
    (question.service.is_empty() || *question.service == *service) && question.log_text.split_whitespace().all(contains)
}

/// The newest lines, the newest first, and how many there are in all.
fn newest<'a>(lines: impl Iterator<Item = (&'a Arc<str>, &'a KeptLog)>) -> (Vec<(&'a Arc<str>, &'a KeptLog)>, u64) {
    let mut lines: Vec<(&Arc<str>, &KeptLog)> = lines.collect();
    let n = lines.len() as u64;
    let key = |(_, line): &(&Arc<str>, &KeptLog)| Reverse((line.at, line.number));
    if lines.len() > MOST_LOGS {
        lines.select_nth_unstable_by_key(MOST_LOGS, key);
        lines.truncate(MOST_LOGS);
    }
    lines.sort_unstable_by_key(key);
    (lines, n)
}

fn head(id: TraceId, trace: &KeptTrace) -> TraceHead {
    let root = trace.root();
    TraceHead {
        id: id.to_string().into(),
        name: root.map_or("", |root| root.label()).into(),
        service: root.map_or_else(|| "".into(), |root| Arc::clone(&root.service)),
        at: Timestamp::from_millis((trace.start / 1_000_000) as i64),
        duration: Duration::from_nanos(trace.duration()),
        extent: Duration::from_nanos(trace.extent()),
        n_spans: u32::try_from(trace.spans.len()).unwrap_or(u32::MAX),
        n_errors: trace.n_failed,
        has_root: root.is_some_and(|root| root.parent == 0),
    }
}

fn whole(id: TraceId, trace: &KeptTrace, logs: &Logs) -> Trace {
    let nodes = nodes(trace);
    let tree = Tree::new(&nodes);
    let row = |(i, depth): (usize, u16)| {
        let span = &trace.spans[i];
        let mut attributes: Vec<(Arc<str>, Arc<str>)> =
            span.attributes().map(|pair| (pair.key.into(), cut(&pair.value.text(), LONGEST_VALUE).into())).collect();
        attributes.sort();
        SpanRow {
            name: span.name().into(),
            service: Arc::clone(&span.service),
            kind: span.kind,
            depth,
            offset: Duration::from_nanos(span.start.saturating_sub(trace.start)),
            duration: Duration::from_nanos(span.duration()),
            own: Duration::from_nanos(tree.own(i)),
            error: span.error().map(Into::into),
            attributes: attributes.into(),
        }
    };
    let (mut lines, _) = newest(logs.iter().filter(|(_, line)| line.trace == Some(id)));
    lines.reverse();
    let lines: Vec<LogLine> = lines.into_iter().map(|(service, line)| line.line(service)).collect();
    Trace {
        head: head(id, trace),
        spans: tree.order().into_iter().map(row).collect(),
        n_dropped_spans: trace.n_dropped,
        logs: lines.into(),
    }
}
