//! What a waterfall is drawn from: the time of its own of each span, in pieces, and the colours of services.

use std::sync::Arc;

use crate::model::service::{SpanRow, Trace};

/// A trace as it is drawn, worked out once when it is opened.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    made_of: Option<Arc<Trace>>,
    /// Of each span the pieces in which none of its children runs, seconds after the trace's start.
    pub own: Vec<Vec<(f64, f64)>>,
    /// Of each span the place of its service among the colours.
    pub slots: Vec<usize>,
    /// Services in the order in which they first appear.
    pub services: Vec<Arc<str>>,
    /// From the trace's start to the last end, seconds.
    pub length: f64,
}

impl Lanes {
    /// Takes in a trace; cheap where it did not change.
    pub(super) fn refresh(&mut self, trace: &Arc<Trace>) {
        if self.made_of.as_ref().is_some_and(|made| Arc::ptr_eq(made, trace)) {
            return;
        }
        self.services.clear();
        self.slots.clear();
        for span in trace.spans.iter() {
            let known = self.services.iter().position(|service| *service == span.service);
            self.slots.push(known.unwrap_or_else(|| {
                self.services.push(span.service.clone());
                self.services.len() - 1
            }));
        }
        self.own = own_pieces(&trace.spans);
        let end = trace.spans.iter().map(|span| (span.offset + span.duration).as_secs_f64()).fold(0.0, f64::max);
        self.length = end.max(trace.head.duration.as_secs_f64()).max(1e-9);
        self.made_of = Some(trace.clone());
    }
}

/// Of each span what is left of it when its children are taken out. Children come after their parent, one deeper, until a
/// span stands as high as the parent again.
fn own_pieces(spans: &[SpanRow]) -> Vec<Vec<(f64, f64)>> {
    let mut children: Vec<Vec<(f64, f64)>> = vec![Vec::new(); spans.len()];
    let mut parents: Vec<usize> = Vec::new();
    for (i, span) in spans.iter().enumerate() {
        while parents.last().is_some_and(|p| spans[*p].depth >= span.depth) {
            parents.pop();
        }
        if let Some(parent) = parents.last() {
            children[*parent].push(ends(span));
        }
        parents.push(i);
    }
    spans.iter().zip(&mut children).map(|(span, children)| without(ends(span), children)).collect()
}

fn ends(span: &SpanRow) -> (f64, f64) {
    (span.offset.as_secs_f64(), (span.offset + span.duration).as_secs_f64())
}

/// What is left of a piece of time without others.
fn without((start, end): (f64, f64), others: &mut [(f64, f64)]) -> Vec<(f64, f64)> {
    others.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut left = Vec::new();
    let mut from = start;
    for (a, b) in others {
        if *a > from {
            left.push((from, a.min(end)));
        }
        from = from.max(*b);
        if from >= end {
            break;
        }
    }
    if from < end {
        left.push((from, end));
    }
    left
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn span(depth: u16, offset: u64, duration: u64) -> SpanRow {
        let millis = Duration::from_millis;
        SpanRow { depth, offset: millis(offset), duration: millis(duration), ..SpanRow::default() }
    }

    #[test]
    fn the_time_of_its_own_is_what_no_child_covers() {
        let spans = [span(0, 0, 100), span(1, 10, 30), span(2, 20, 10), span(1, 30, 20), span(1, 90, 50)];
        let millis = |pieces: &[(f64, f64)]| {
            pieces.iter().map(|(a, b)| ((a * 1e3).round() as i64, (b * 1e3).round() as i64)).collect::<Vec<_>>()
        };
        let own: Vec<_> = own_pieces(&spans).iter().map(|pieces| millis(pieces)).collect();
        assert_eq!(own[0], [(0, 10), (50, 90)], "children that overlap count once, one that outlives it is cut");
        assert_eq!(own[1], [(10, 20), (30, 40)]);
        assert_eq!(own[2], [(20, 30)]);
        assert_eq!(own[4], [(90, 140)]);
    }
}
