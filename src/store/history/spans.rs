//! Spans of time that are taken already: whoever comes first has them. Times in milliseconds since 1970.

use std::collections::BTreeMap;

/// Spans that do not touch, from start to end, the end excluded.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Spans {
    by_start: BTreeMap<i64, i64>,
}

impl Spans {
    /// Takes what of `from..to` is free, and gives it by time.
    pub(super) fn claim(&mut self, from: i64, to: i64) -> Vec<(i64, i64)> {
        let free = self.free(from, to);
        if !free.is_empty() {
            self.add(from, to);
        }
        free
    }

    /// What of `from..to` is free, by time.
    pub(super) fn free(&self, from: i64, to: i64) -> Vec<(i64, i64)> {
        let mut free = Vec::new();
        let mut at = self.by_start.range(..=from).next_back().map_or(from, |(_, end)| from.max(*end));
        for (&start, &end) in self.by_start.range(from..).take_while(|(start, _)| **start < to) {
            if at < start {
                free.push((at, start));
            }
            at = at.max(end);
        }
        if at < to {
            free.push((at, to));
        }
        free
    }

    fn add(&mut self, mut from: i64, mut to: i64) {
        if let Some((&start, &end)) = self.by_start.range(..=from).next_back()
            && end >= from
        {
            (from, to) = (start, to.max(end));
        }
        while let Some((&start, &end)) = self.by_start.range(from..=to).next_back() {
            to = to.max(end);
            self.by_start.remove(&start);
        }
        self.by_start.insert(from, to);
    }

    /// The same with holes shorter than `least` closed.
    pub(super) fn closed(&self, least: i64) -> Self {
        let mut closed = Self::default();
        let mut open: Option<(i64, i64)> = None;
        for (&start, &end) in &self.by_start {
            open = match open {
                Some((first, last)) if start.saturating_sub(last) < least => Some((first, end)),
                Some((first, last)) => {
                    closed.by_start.insert(first, last);
                    Some((start, end))
                }
                None => Some((start, end)),
            };
        }
        closed.by_start.extend(open);
        closed
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn holes_are_closed_when_they_are_short() {
        let mut spans = Spans::default();
        for (from, to) in [(0, 10), (12, 20), (40, 50)] {
            spans.claim(from, to);
        }
        assert_eq!(spans.closed(5).free(-5, 60), [(-5, 0), (20, 40), (50, 60)]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn each_moment_is_claimed_once(claims in prop::collection::vec((0..100_i64, 0..30_i64), 0..20)) {
            let mut spans = Spans::default();
            let mut taken = [false; 200];
            for (from, len) in claims {
                let claimed = spans.claim(from, from + len);
                for at in from..from + len {
                    let is_claimed = claimed.iter().any(|(from, to)| (*from..*to).contains(&at));
                    prop_assert_eq!(is_claimed, !std::mem::replace(&mut taken[at as usize], true));
                }
                prop_assert!(claimed.iter().all(|(a, b)| a < b) && claimed.is_sorted());
            }
        }
    }
}
