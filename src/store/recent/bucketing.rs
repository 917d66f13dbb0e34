//! Where buckets stand in time: at absolute multiples of a step, so that a live chart does not shimmer.

use super::chunk::Summary;
use crate::model::Bucket;

/// Buckets that a question may have beside one a step: the two edges and one more at either side.
pub(super) const N_EDGE: usize = 4;
/// Fewest buckets a question may ask for.
pub(super) const MIN_BUCKETS: usize = 16;

/// How samples are cut into buckets. Times in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    pub(super) from: i64,
    pub(super) to: i64,
    /// Length of a bucket; 0 where each sample is one.
    pub(super) step: i64,
    /// Whether a bucket may reach over a break, since there are more breaks than places for them.
    pub(super) joins: bool,
}

impl Cut {
    /// The cut of `from..to` into at most `max_buckets` where the line breaks `n_breaks` times, before single samples
    /// are thought of.
    pub(super) fn new(from: i64, to: i64, max_buckets: usize, n_breaks: usize) -> Self {
        let places = max_buckets.max(MIN_BUCKETS) - N_EDGE;
        let joins = n_breaks > places / 2;
        let steps = if joins { places } else { places - n_breaks };
        let step = nice_step(to.saturating_sub(from), i64::try_from(steps).unwrap_or(i64::MAX));
        Self { from, to, step, joins }
    }

    /// Start of the bucket that holds `at`.
    pub(super) fn floor(&self, at: i64) -> i64 {
        if self.step == 0 { at } else { at.div_euclid(self.step).saturating_mul(self.step) }
    }

    /// First moment after the bucket that holds `at`.
    pub(super) fn end_of(&self, at: i64) -> i64 {
        self.floor(at).saturating_add(self.step.max(1))
    }

    /// The first start of a bucket at or after `at`.
    pub(super) fn ceil(&self, at: i64) -> i64 {
        if self.floor(at) == at { at } else { self.end_of(at) }
    }

    /// About how many buckets the answer will have.
    pub(super) fn expected_buckets(&self) -> usize {
        let steps = self.to.saturating_sub(self.from).max(0).checked_div(self.step).unwrap_or(0);
        usize::try_from(steps).unwrap_or(0).min(1 << 14) + N_EDGE
    }
}

/// The least of 1, 2, 5, 10, 20, 50 … milliseconds of which `steps` cover `span`.
fn nice_step(span: i64, steps: i64) -> i64 {
    let least = u64::try_from(span).unwrap_or(0).div_ceil(u64::try_from(steps).unwrap_or(1).max(1)).max(1);
    let mut tens = 1_u64;
    loop {
        for factor in [1, 2, 5] {
            let step = tens.saturating_mul(factor);
            if step >= least {
                return i64::try_from(step).unwrap_or(i64::MAX);
            }
        }
        tens = tens.saturating_mul(10);
    }
}

/// Buckets being filled, oldest first.
#[derive(Debug)]
pub(super) struct Filling {
    done: Vec<Bucket>,
    /// Start of the bucket's step, time of its first sample, its samples, whether the line breaks before it.
    current: Option<(i64, i64, Summary, bool)>,
}

impl Filling {
    pub(super) fn with_capacity(n: usize) -> Self {
        Self { done: Vec::with_capacity(n), current: None }
    }

    /// Adds samples that lie in one step and not over a break; `at` is the time of the first.
    pub(super) fn add(&mut self, cut: &Cut, at: i64, samples: &Summary, is_break: bool) {
        let start = cut.floor(at);
        match &mut self.current {
            Some((same, _, summary, _)) if *same == start && (cut.joins || !is_break) => summary.add(samples),
            current => {
                if let Some((_, first, summary, gap_before)) = current.replace((start, at, *samples, is_break)) {
                    self.done.push(summary.bucket(first, gap_before));
                }
            }
        }
    }

    pub(super) fn finish(mut self) -> Vec<Bucket> {
        if let Some((_, first, summary, gap_before)) = self.current {
            self.done.push(summary.bucket(first, gap_before));
        }
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_just_long_enough() {
        for (span, steps, expect) in
            [(0, 100, 1), (100, 100, 1), (101, 100, 2), (300, 100, 5), (60_000, 2396, 50), (3_600_000, 2396, 2000)]
        {
            assert_eq!(nice_step(span, steps), expect, "{span} ms in {steps}");
        }
    }

    #[test]
    fn buckets_stand_at_multiples_of_the_step_also_before_1970() {
        let cut = Cut { from: 0, to: 0, step: 500, joins: false };
        for (at, floor, end, ceil) in [(0, 0, 500, 0), (499, 0, 500, 500), (500, 500, 1000, 500), (-1, -500, 0, 0)] {
            assert_eq!((cut.floor(at), cut.end_of(at), cut.ceil(at)), (floor, end, ceil), "at {at}");
        }
    }
}
