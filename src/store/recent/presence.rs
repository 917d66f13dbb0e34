//! When sources sent anything at all: runs of ticks, and the gaps between them.

use std::collections::VecDeque;

use super::column::is_gap;
use crate::model::{TimeRange, Timestamp};

/// Runs of ticks without a gap, oldest first. Times in milliseconds.
#[derive(Debug, Default)]
pub(super) struct Presence {
    runs: VecDeque<(i64, i64)>,
    interval: i64,
}

impl Presence {
    /// The newest tick.
    pub(super) fn newest(&self) -> Option<i64> {
        self.runs.back().map(|(_, end)| *end)
    }

    /// The oldest tick of the oldest run held.
    pub(super) fn first(&self) -> Option<i64> {
        self.runs.front().map(|(start, _)| *start)
    }

    /// Marks a tick; one that is older than the newest changes nothing.
    pub(super) fn mark(&mut self, at: i64, interval: i64) {
        match self.runs.back_mut() {
            Some((_, end)) if at <= *end => {}
            Some((_, end)) if !is_gap(at - *end, self.interval.max(interval)) => *end = at,
            _ => self.runs.push_back((at, at)),
        }
        self.interval = interval;
    }

    /// Forgets what lies before `cutoff`.
    pub(super) fn evict(&mut self, cutoff: i64) {
        while self.runs.len() > 1 && self.runs.pop_front_if(|(_, end)| *end < cutoff).is_some() {}
    }

    /// Forgets what lies at and after `at`.
    pub(super) fn cut_back(&mut self, at: i64) {
        while self.runs.pop_back_if(|(start, _)| *start >= at).is_some() {}
        if let Some((_, end)) = self.runs.back_mut() {
            *end = (*end).min(at);
        }
    }

    /// The gaps that touch `range`, cut to it. Before the first tick there is no gap; after the newest there is one
    /// when more time than that has passed until `now`.
    pub(super) fn gaps(&self, range: TimeRange, now: Timestamp) -> Vec<TimeRange> {
        let between = self.runs.iter().zip(self.runs.iter().skip(1)).map(|((_, end), (start, _))| (*end, *start));
        let open = self.newest().map(|newest| (newest, now.as_millis()));
        let open = open.filter(|(newest, now)| is_gap(now.saturating_sub(*newest), self.interval));
        between
            .chain(open)
            .map(|(start, end)| (start.max(range.start.as_millis()), end.min(range.end.as_millis())))
            .filter(|(start, end)| start < end)
            .map(|(start, end)| TimeRange { start: Timestamp::from_millis(start), end: Timestamp::from_millis(end) })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ticks: &[(i64, i64)], range: (i64, i64), now: i64, expect: &[(i64, i64)]) {
        let mut presence = Presence::default();
        for (at, interval) in ticks {
            presence.mark(*at, *interval);
        }
        let at = Timestamp::from_millis;
        let gaps = presence.gaps(TimeRange { start: at(range.0), end: at(range.1) }, at(now));
        let gaps: Vec<(i64, i64)> = gaps.iter().map(|g| (g.start.as_millis(), g.end.as_millis())).collect();
        assert_eq!(gaps, expect, "{ticks:?}");
    }

    #[test]
    fn gaps_are_spans_of_more_than_two_and_a_half_intervals() {
        check(&[(0, 100), (100, 100), (350, 100)], (0, 1000), 400, &[]);
        check(&[(0, 100), (100, 100), (351, 100), (451, 100)], (0, 1000), 500, &[(100, 351)]);
        check(&[(0, 100), (351, 100)], (200, 300), 400, &[(200, 300)]);
        check(&[(0, 100), (351, 100)], (351, 400), 400, &[]);
    }

    #[test]
    fn a_changed_interval_makes_no_gap() {
        check(&[(0, 1000), (1000, 1000), (3000, 250), (3250, 250)], (0, 5000), 3300, &[]);
        check(&[(0, 250), (250, 250), (2000, 1000)], (0, 5000), 2000, &[]);
    }

    #[test]
    fn silence_until_now_is_a_gap_and_the_time_to_come_is_not() {
        check(&[(0, 100), (100, 100)], (0, 1000), 300, &[]);
        check(&[(0, 100), (100, 100)], (0, 1000), 600, &[(100, 600)]);
        check(&[], (0, 1000), 600, &[]);
    }
}
