//! Durations in buckets whose width is a fixed share of their value, so that a quantile is off by a known share at most.
//!
//! Source: Masson, Rim and Lee, "DDSketch: A Fast and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees",
//! PVLDB 12 (2019): bucket i holds what lies in (γ^(i−1), γ^i] with γ = (1 + a) / (1 − a), and 2 γ^i / (γ + 1) is within
//! the share a of everything in it.

use std::ops::Range;

/// How far a quantile may be off, as a share of it.
pub const RELATIVE_ERROR: f64 = 0.02;
const GAMMA: f64 = (1.0 + RELATIVE_ERROR) / (1.0 - RELATIVE_ERROR);
/// What is not longer counts as nothing, seconds.
const LEAST: f64 = 1e-9;
/// Buckets in all; the last holds all that is longer, from about 46 days on.
const N: usize = 900;

fn index(seconds: f64) -> u16 {
    if seconds <= LEAST || seconds.is_nan() {
        return 0;
    }
    // At least 1 and at most N − 1, so this cannot truncate.
    ((seconds / LEAST).ln() / GAMMA.ln()).ceil().clamp(1.0, (N - 1) as f64) as u16
}

fn value(index: usize) -> f64 {
    if index == 0 { 0.0 } else { LEAST * 2.0 * GAMMA.powi(index as i32) / (GAMMA + 1.0) }
}

/// Durations counted; memory grows with the number of different buckets alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Buckets {
    /// By bucket, those that hold something.
    counts: Vec<(u16, u32)>,
}

impl Buckets {
    /// Places for buckets that it holds on the heap, and the bytes of one.
    pub fn room(&self) -> (usize, usize) {
        (self.counts.capacity(), size_of::<(u16, u32)>())
    }

    /// Counts a duration, seconds.
    pub fn add(&mut self, seconds: f64) {
        let i = index(seconds);
        match self.counts.binary_search_by_key(&i, |(at, _)| *at) {
            Ok(place) => self.counts[place].1 = self.counts[place].1.saturating_add(1),
            Err(place) => self.counts.insert(place, (i, 1)),
        }
    }
}

/// Several [`Buckets`] taken together; made once and used again.
#[derive(Debug, Clone)]
pub struct Pooled {
    counts: Vec<u64>,
    /// The buckets that may hold something: only they are looked at.
    used: Range<usize>,
    n: u64,
}

impl Default for Pooled {
    fn default() -> Self {
        Self { counts: vec![0; N], used: 0..0, n: 0 }
    }
}

impl Pooled {
    /// Forgets all that was taken in.
    pub fn clear(&mut self) {
        self.counts[self.used.clone()].fill(0);
        (self.used, self.n) = (0..0, 0);
    }

    /// Takes buckets in.
    pub fn add(&mut self, buckets: &Buckets) {
        let (Some((first, _)), Some((last, _))) = (buckets.counts.first(), buckets.counts.last()) else { return };
        let (first, end) = (usize::from(*first), usize::from(*last) + 1);
        let is_empty = self.used.is_empty();
        self.used.start = if is_empty { first } else { self.used.start.min(first) };
        self.used.end = self.used.end.max(end);
        for (i, n) in &buckets.counts {
            self.counts[usize::from(*i)] += u64::from(*n);
            self.n += u64::from(*n);
        }
    }

    /// Durations taken in.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// The quantile `p` (0 to 1), seconds, within [`RELATIVE_ERROR`] of the value of that rank; `None` where there is
    /// none.
    pub fn quantile(&self, p: f64) -> Option<f64> {
        let last = self.n.checked_sub(1)?;
        let rank = (p.clamp(0.0, 1.0) * last as f64).floor() as u64;
        let mut before = 0;
        let found = self.counts[self.used.clone()].iter().position(|n| {
            before += n;
            before > rank
        });
        found.map(|i| value(self.used.start + i))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pooled(values: &[f64]) -> Pooled {
        let mut buckets = [Buckets::default(), Buckets::default()];
        for (i, v) in values.iter().enumerate() {
            buckets[i % 2].add(*v);
        }
        let mut all = Pooled::default();
        buckets.iter().for_each(|b| all.add(b));
        all
    }

    #[test]
    fn the_ends_are_held() {
        assert_eq!(Pooled::default().quantile(0.5), None);
        assert_eq!(pooled(&[0.0, f64::NAN]).quantile(1.0), Some(0.0));
        let day = pooled(&[86_400.0]).quantile(0.5).expect("a value");
        assert!((day - 86_400.0).abs() <= 86_400.0 * RELATIVE_ERROR, "{day}");
        assert!(pooled(&[f64::INFINITY]).quantile(0.5).expect("a value") > 86_400.0 * 20.0);
        let mut used = pooled(&[1.0]);
        used.clear();
        assert_eq!((used.n(), used.quantile(0.5)), (0, None));
    }

    proptest! {
        #[test]
        fn quantiles_are_within_their_error_of_the_exact_ones(
            mut values in prop::collection::vec(1e-7f64..1000.0, 1..300),
            p in 0.0f64..=1.0,
        ) {
            let found = pooled(&values).quantile(p).expect("some values");
            values.sort_by(f64::total_cmp);
            let exact = values[(p * (values.len() - 1) as f64).floor() as usize];
            prop_assert!((found - exact).abs() <= exact * RELATIVE_ERROR * 1.000_001, "{found} against {exact}");
        }
    }
}
