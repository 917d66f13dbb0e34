//! Calls of one kind over the newest minute: a row of slices, the oldest of which falls off.

use std::collections::VecDeque;

use super::id::TraceId;
use crate::analysis::span::buckets::{Buckets, Pooled, RELATIVE_ERROR};
use crate::model::service::Flow;
use crate::telemetry::size;

/// Length of a slice, ms.
pub const SLICE_MS: i64 = 5_000;
/// Slices that count, the one that fills included: 55 to 60 s.
pub const N_SLICES: i64 = 12;

/// What a slice or a window holds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Tally {
    /// Calls.
    pub n: u64,
    /// Calls that failed.
    pub n_failed: u64,
    /// Their durations together, ns: whole numbers, so that the order of adding does not matter. A window would have to
    /// hold 200,000 calls of a day each to be beyond them.
    pub nanos: u64,
    /// Their time without what they called, ns; below zero where too much was taken back.
    pub own_nanos: i64,
    /// The longest, ns, and its trace.
    pub slowest: Option<(u64, TraceId)>,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.n += other.n;
        self.n_failed += other.n_failed;
        self.nanos = self.nanos.saturating_add(other.nanos);
        self.own_nanos = self.own_nanos.saturating_add(other.own_nanos);
        // The id decides between equals, so that the order of arrival does not; nothing is below all.
        self.slowest = self.slowest.max(other.slowest);
    }
}

/// A window taken together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Total {
    /// What it holds.
    pub tally: Tally,
    /// Median, 95th and 99th percentile, seconds.
    pub quantiles: Option<[f64; 3]>,
}

impl Total {
    fn of<'a>(slices: impl Iterator<Item = &'a Slice>, pooled: &mut Pooled) -> Self {
        pooled.clear();
        let mut tally = Tally::default();
        for slice in slices {
            tally.add(&slice.tally);
            pooled.add(&slice.buckets);
        }
        let at = |p| pooled.quantile(p);
        let quantiles = at(0.5).zip(at(0.95)).zip(at(0.99)).map(|((a, b), c)| [a, b, c]);
        Self { tally, quantiles }
    }

    /// The same as a flow, where the window covers so many seconds.
    pub fn flow(&self, covered_seconds: f64) -> Flow {
        let Tally { n, n_failed, nanos, .. } = self.tally;
        let share = |part: f64| (n > 0).then(|| part / n as f64);
        let quantile = |i: usize| self.quantiles.map(|all| all[i]);
        Flow {
            per_second: n as f64 / covered_seconds,
            error_ratio: share(n_failed as f64),
            mean_seconds: share(nanos as f64 / 1e9),
            p50_seconds: quantile(0),
            p95_seconds: quantile(1),
            p99_seconds: quantile(2),
            p95_error_ratio: self.quantiles.map(|_| RELATIVE_ERROR),
        }
    }
}

fn bytes_of(buckets: &Buckets) -> usize {
    let (n, bytes) = buckets.room();
    size::block(n * bytes)
}

#[derive(Debug, Clone, Default)]
struct Slice {
    number: i64,
    tally: Tally,
    buckets: Buckets,
}

/// Calls of one kind over the newest minute. Slices have numbers that never go down.
#[derive(Debug, Clone, Default)]
pub struct Window {
    /// Slices that hold something, the oldest first.
    slices: VecDeque<Slice>,
    /// What was told last, and for which slice; `None` where something came since.
    told: Option<(i64, Total)>,
}

impl Window {
    fn slice(&mut self, number: i64) -> Option<&mut Slice> {
        self.told = None;
        while self.slices.front().is_some_and(|slice| slice.number <= number - N_SLICES) {
            self.slices.pop_front();
        }
        if self.slices.back().is_none_or(|slice| slice.number < number) {
            if self.slices.len() == self.slices.capacity() {
                // Most names are called rarely: a few slices at a time, and never more than there are.
                self.slices.reserve_exact(if self.slices.is_empty() { 1 } else { 3 });
            }
            self.slices.push_back(Slice { number, ..Slice::default() });
        }
        self.slices.back_mut()
    }

    /// Counts a call in the slice of this number.
    pub fn add(&mut self, number: i64, nanos: u64, is_failed: bool, trace: TraceId) {
        if let Some(slice) = self.slice(number) {
            slice.buckets.add(nanos as f64 / 1e9);
            let slowest = Some((nanos, trace));
            let n_failed = u64::from(is_failed);
            slice.tally.add(&Tally { n: 1, n_failed, nanos, own_nanos: 0, slowest });
        }
    }

    /// Counts time of calls' own, ns; below zero where it was counted too long before.
    pub fn add_own(&mut self, number: i64, nanos: i64) {
        if let Some(slice) = self.slice(number) {
            slice.tally.own_nanos = slice.tally.own_nanos.saturating_add(nanos);
        }
    }

    /// Bytes it takes on the heap.
    pub fn bytes(&self) -> usize {
        let buckets = self.slices.iter().map(|slice| bytes_of(&slice.buckets)).sum::<usize>();
        size::room::<Slice>(self.slices.capacity()) + buckets
    }

    fn living(&self, number: i64) -> impl Iterator<Item = &Slice> {
        self.slices.iter().filter(move |slice| slice.number > number - N_SLICES)
    }

    /// Whether it holds no call when the slice of this number fills.
    pub fn is_empty(&self, number: i64) -> bool {
        self.living(number).all(|slice| slice.tally.n == 0)
    }

    /// All of it, when the slice of this number fills.
    pub fn total(&mut self, number: i64, pooled: &mut Pooled) -> Total {
        if let Some((_, total)) = self.told.filter(|(at, _)| *at == number) {
            return total;
        }
        let total = Total::of(self.living(number), pooled);
        self.told = Some((number, total));
        total
    }

    /// Two windows taken together.
    pub fn total_of_both(&self, other: &Self, number: i64, pooled: &mut Pooled) -> Total {
        Total::of(self.living(number).chain(other.living(number)), pooled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_slice_falls_off() {
        let id = TraceId::of(&[1; 16]).expect("an id");
        let mut pooled = Pooled::default();
        let mut window = Window::default();
        window.add(100, 500_000_000, true, id);
        window.add(111, 100_000_000, false, id);
        window.add_own(111, 40_000_000);
        let total = window.total(111, &mut pooled);
        assert_eq!((total.tally.n, total.tally.n_failed, total.tally.slowest), (2, 1, Some((500_000_000, id))));
        let flow = total.flow(60.0);
        assert_eq!((flow.per_second, flow.error_ratio, flow.mean_seconds), (2.0 / 60.0, Some(0.5), Some(0.3)));
        assert!((flow.p50_seconds.expect("a median") - 0.1).abs() <= 0.1 * RELATIVE_ERROR);
        let total = window.total(112, &mut pooled);
        assert_eq!((total.tally.n, total.tally.own_nanos), (1, 40_000_000));
        assert!(!window.is_empty(122) && window.is_empty(123));
        assert_eq!(window.total(123, &mut pooled).flow(60.0), Flow::default());
    }
}
