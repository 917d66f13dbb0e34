//! Which spans of a trace are shown: below one that is folded, none.

use std::collections::BTreeSet;

use crate::model::service::SpanRow;

/// What is folded, and what is shown for it.
#[derive(Debug, Default)]
pub(super) struct Folds {
    closed: BTreeSet<usize>,
    /// Places of the spans that are shown, in their order.
    pub shown: Vec<usize>,
}

impl Folds {
    /// Nothing is folded: another trace is looked at.
    pub(super) fn clear(&mut self) {
        self.closed.clear();
        self.shown.clear();
    }

    /// Works out what is shown. While something is looked for, that is all.
    pub(super) fn refresh(&mut self, spans: &[SpanRow], is_searching: bool) {
        self.shown.clear();
        let mut hidden_below = None;
        for (i, span) in spans.iter().enumerate() {
            if hidden_below.is_some_and(|depth| span.depth > depth) {
                continue;
            }
            hidden_below = (!is_searching && self.closed.contains(&i)).then_some(span.depth);
            self.shown.push(i);
        }
    }

    /// Whether a span is folded.
    pub(super) fn is_closed(&self, i: usize) -> bool {
        self.closed.contains(&i)
    }

    /// Folds a span, or shows again what is below it; does nothing with one that calls nothing.
    pub(super) fn set(&mut self, spans: &[SpanRow], i: usize, is_closed: bool) {
        if is_closed && has_children(spans, i) {
            self.closed.insert(i);
        } else {
            self.closed.remove(&i);
        }
    }
}

/// Whether a span calls others.
pub(super) fn has_children(spans: &[SpanRow], i: usize) -> bool {
    matches!((spans.get(i), spans.get(i + 1)), (Some(own), Some(next)) if next.depth > own.depth)
}

/// The span that a span is called by.
pub(super) fn parent(spans: &[SpanRow], i: usize) -> Option<usize> {
    let depth = spans.get(i)?.depth;
    (0..i).rev().find(|above| spans[*above].depth < depth)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(depths: &[u16]) -> Vec<SpanRow> {
        depths.iter().map(|depth| SpanRow { depth: *depth, ..SpanRow::default() }).collect()
    }

    #[test]
    fn below_what_is_folded_nothing_is_shown_but_what_is_looked_for() {
        let all = spans(&[0, 1, 2, 2, 1, 0]);
        let mut folds = Folds::default();
        let shown = |folds: &mut Folds, is_searching| {
            folds.refresh(&all, is_searching);
            folds.shown.clone()
        };
        assert_eq!(shown(&mut folds, false), [0, 1, 2, 3, 4, 5]);
        folds.set(&all, 1, true);
        assert_eq!(shown(&mut folds, false), [0, 1, 4, 5]);
        folds.set(&all, 0, true);
        assert_eq!(shown(&mut folds, false), [0, 5]);
        assert_eq!(shown(&mut folds, true), [0, 1, 2, 3, 4, 5]);
        folds.set(&all, 0, false);
        assert_eq!(shown(&mut folds, false), [0, 1, 4, 5], "what was folded below stays so");
        folds.set(&all, 5, true);
        assert!(!folds.is_closed(5), "it calls nothing");
        assert_eq!((parent(&all, 3), parent(&all, 4), parent(&all, 5)), (Some(1), Some(0), None));
        assert_eq!((has_children(&all, 1), has_children(&all, 5)), (true, false));
    }
}
