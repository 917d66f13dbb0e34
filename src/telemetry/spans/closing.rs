//! What can be counted only when a trace's spans are together: time of their own, errors once, where the time went.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::errors::Happened;
use super::id::TraceId;
use super::kept::{KeptSpan, is_bare};
use super::meaning::{LONGEST_NAME, Role};
use super::service::{Now, Sample, ServiceBook};
use super::store::KeptTrace;
use crate::analysis::span::split::{Piece, place, split};
use crate::analysis::span::tree::{Node, Tree};
use crate::model::Timestamp;
use crate::model::service::{SpanKind, TimePart};

/// Services by name.
pub type ServiceBooks = BTreeMap<Arc<str>, Box<ServiceBook>>;

/// The spans of a trace as the tree looks at them.
pub fn nodes(trace: &KeptTrace) -> Vec<Node> {
    trace.spans.iter().map(|span| Node { id: span.id, parent: span.parent, start: span.start, end: span.end }).collect()
}

/// Counts what of a trace was not counted before.
pub fn count(id: TraceId, trace: &mut KeptTrace, services: &mut ServiceBooks, now: Now) {
    let nodes = nodes(trace);
    let tree = Tree::new(&nodes);
    let mut pieces = Vec::new();
    for (i, is_echo) in echoes(&trace.spans, &tree).into_iter().enumerate() {
        let own = tree.own(i);
        let span = &trace.spans[i];
        let Some(service) = services.get_mut(&span.service) else { continue };
        service.told = None;
        if matches!(span.role, Role::Function | Role::Request) {
            // Children that came late take from what was counted before.
            // Neither is longer than a day.
            let nanos = own as i64 - span.counted_own as i64;
            let name = span.name();
            if let Some(function) = service.functions.get_mut(name).filter(|_| own != span.counted_own) {
                function.window.add_own(now.slice, nanos);
            }
        }
        if !span.is_closed && span.is_failed && !is_echo {
            let error = Happened {
                kind: span.error_kind(),
                message: span.error_message(),
                at: Timestamp::from_millis((span.end / 1_000_000) as i64),
                route: route_of(&trace.spans, &tree, i),
                host: span.host(),
                trace: Some(id),
            };
            service.errors.count(&error, now.at);
        }
        if !span.is_closed && span.role == Role::Request {
            service.take_sample(divided(&trace.spans, &tree, i, &mut pieces, now));
        }
        let span = &mut trace.spans[i];
        (span.counted_own, span.is_closed) = (own, true);
    }
}

/// Failed spans whose error is that of a span below them, on its way up: of the same service, and of the same kind or of
/// one that says nothing.
fn echoes(spans: &[KeptSpan], tree: &Tree<'_>) -> Vec<bool> {
    let mut echoes = vec![false; spans.len()];
    for (i, span) in spans.iter().enumerate().filter(|(_, span)| span.is_failed) {
        let kind = span.error_kind();
        let mut at = i;
        while let Some(above) = tree.parent(at).filter(|above| spans[*above].service == span.service) {
            let theirs = &spans[above];
            if theirs.is_failed && (theirs.error_kind() == kind || is_bare(theirs.error_kind())) {
                echoes[above] = true;
            }
            at = above;
        }
    }
    echoes
}

/// The route of the request that a span belongs to, in its service; empty where none is known.
pub fn route_of<'a>(spans: &'a [KeptSpan], tree: &Tree<'_>, i: usize) -> &'a str {
    let mut at = Some(i);
    while let Some(here) = at.filter(|here| spans[*here].service == spans[i].service) {
        if spans[here].role == Role::Request {
            let label = spans[here].label();
            return &label[..label.floor_char_boundary(LONGEST_NAME)];
        }
        at = tree.parent(here);
    }
    ""
}

/// Divides the time of a request among what its service did in it, not looking into requests within it.
fn divided(spans: &[KeptSpan], tree: &Tree<'_>, request: usize, pieces: &mut Vec<Piece>, now: Now) -> Sample {
    pieces.clear();
    let mut waiting: Vec<usize> = tree.children(request).collect();
    while let Some(i) = waiting.pop() {
        let span = &spans[i];
        if span.service != spans[request].service || span.role == Role::Request {
            continue;
        }
        if let Some(part) = span.part {
            pieces.push(Piece { part, start: span.start, end: span.end });
        }
        if span.lead_micros > 0 {
            let end = span.end.min(span.start.saturating_add(lead(span)));
            pieces.push(Piece { part: TimePart::WaitsForConnection, start: span.start, end });
        }
        waiting.extend(tree.children(i));
    }
    let span = &spans[request];
    let mut parts = split(span.start, span.end, pieces);
    let queued = lead(span).max(lag(spans, tree, request));
    parts[place(TimePart::Queue)] += queued;
    Sample { slice: now.slice, duration: span.duration() + queued, parts }
}

fn lead(span: &KeptSpan) -> u64 {
    u64::from(span.lead_micros) * 1000
}

/// Time from the end of sending a message to the beginning of taking it, ns.
fn lag(spans: &[KeptSpan], tree: &Tree<'_>, i: usize) -> u64 {
    let sender = tree.parent(i).map(|parent| &spans[parent]);
    sender
        .filter(|sender| sender.kind == SpanKind::Producer && spans[i].kind == SpanKind::Consumer)
        .map_or(0, |sender| spans[i].start.saturating_sub(sender.end))
}
