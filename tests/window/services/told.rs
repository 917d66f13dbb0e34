//! One trace of checkout, its logs, and the answers to questions about them.

use std::sync::Arc;
use std::time::Duration;

use perfdesk::model::service::*;

use crate::support::NOW;

/// One trace of checkout: a request that waits for a connection and fails.
pub fn trace() -> Trace {
    let millis = Duration::from_millis;
    let span = |name: &str, service: &str, kind, depth, (offset, duration, own): (u64, u64, u64)| SpanRow {
        name: name.into(),
        service: service.into(),
        kind,
        depth,
        offset: millis(offset),
        duration: millis(duration),
        own: millis(own),
        error: None,
        attributes: [("thread.name".into(), "worker-3".into())].into(),
    };
    let mut insert = span("INSERT orders", "checkout", SpanKind::Client, 3, (610, 30, 30));
    insert.error = Some("deadlock detected".into());
    insert.attributes = [("db.query.text".into(), "INSERT INTO orders VALUES (?)".into())].into();
    let spans = vec![
        span("POST /orders", "checkout", SpanKind::Server, 0, (0, 842, 40)),
        span("reserve_stock", "checkout", SpanKind::Internal, 1, (20, 660, 22)),
        span("wait for a connection", "checkout", SpanKind::Internal, 2, (30, 560, 560)),
        span("save_order", "checkout", SpanKind::Internal, 2, (600, 70, 40)),
        insert,
        span("POST /charge", "payments", SpanKind::Client, 1, (690, 140, 140)),
    ];
    let line = |ms: u64, level, text: &str| LogLine {
        at: NOW.minus(Duration::from_secs(120)).plus(millis(ms)),
        service: "checkout".into(),
        level,
        text: text.into(),
        trace: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
    };
    Trace {
        head: head("4bf92f3577b34da6a3ce929d0e0e4736", "POST /orders", 842, 1),
        spans: spans.into(),
        n_dropped_spans: 0,
        logs: [
            line(25, LogLevel::Info, "reserving 3 items"),
            line(639, LogLevel::Error, "deadlock detected, giving up"),
        ]
        .into(),
    }
}

fn head(id: &str, name: &str, millis: u64, n_errors: u32) -> TraceHead {
    TraceHead {
        id: id.into(),
        name: name.into(),
        service: "checkout".into(),
        at: NOW.minus(Duration::from_secs(120)),
        duration: Duration::from_millis(millis),
        extent: Duration::from_millis(millis),
        n_spans: 6,
        n_errors,
        has_root: true,
    }
}

/// The answer to a question about traces and logs.
pub fn answer(question: &TraceQuestion) -> TraceAnswer {
    let heads = [
        head("4bf92f3577b34da6a3ce929d0e0e4736", "POST /orders", 842, 1),
        head("00f067aa0ba902b74bf92f3577b34da6", "GET /cart", 588, 0),
        head("a3ce929d0e0e47364bf92f3577b34da6", "GET /search", 420, 0),
    ];
    let logs: Vec<LogLine> = trace().logs.iter().rev().cloned().collect();
    TraceAnswer {
        question: question.clone(),
        at: NOW,
        traces: heads.into(),
        n_traces: 180,
        open: (!question.open.is_empty()).then(|| Arc::new(trace())),
        n_logs: logs.len() as u64,
        logs: logs.into(),
    }
}
