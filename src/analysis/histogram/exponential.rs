//! Exponential histograms: bucket `i` holds what lies above `base^i`, up to and with `base^(i+1)`, where
//! `base = 2^(2^-scale)`.
//!
//! OpenTelemetry, Metrics Data Model, "ExponentialHistogram"; merging by halving the scale is "perfect subsetting" there.

use super::{Piece, Spread};

/// Buckets kept of each sign at most; more are merged in pairs. Twice what the specification asks of an SDK.
pub const MAX_BUCKETS: usize = 320;
/// The finest scale there is (specification).
pub const MAX_SCALE: i32 = 20;
/// The coarsest scale a sender may use (specification): below it one bucket holds everything.
pub const MIN_SCALE: i32 = -10;

/// Counts of neighbouring buckets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Buckets {
    /// The index of the first.
    pub offset: i32,
    /// Values in each.
    pub counts: Vec<u64>,
}

impl Buckets {
    /// First and last index that holds values.
    fn range(&self) -> Option<(i64, i64)> {
        let first = self.counts.iter().position(|count| *count > 0)?;
        let last = self.counts.iter().rposition(|count| *count > 0)?;
        Some((i64::from(self.offset) + first as i64, i64::from(self.offset) + last as i64))
    }

    fn held(&self) -> impl Iterator<Item = (i64, u64)> + '_ {
        self.counts.iter().enumerate().filter(|(_, n)| **n > 0).map(|(i, n)| (i64::from(self.offset) + i as i64, *n))
    }

    /// The same where `2^by` buckets are one.
    fn coarser(&self, by: u32) -> Self {
        let Some((first, last)) = self.range() else { return Self::default() };
        let (first, last) = (first >> by, last >> by);
        let mut counts = vec![0u64; usize::try_from(last - first + 1).unwrap_or(0)];
        for (index, n) in self.held() {
            if let Some(into) = usize::try_from((index >> by) - first).ok().and_then(|i| counts.get_mut(i)) {
                *into = into.saturating_add(n);
            }
        }
        Self { offset: saturated(first), counts }
    }

    /// Adds others of the same scale. Both together span at most [`MAX_BUCKETS`].
    fn add(&mut self, other: &Self) {
        let Some((first, last)) = other.range() else { return };
        let (low, high) = self.range().map_or((first, last), |(a, b)| (a.min(first), b.max(last)));
        if low != i64::from(self.offset) || high - low + 1 != self.counts.len() as i64 {
            let mut counts = vec![0u64; usize::try_from(high - low + 1).unwrap_or(0)];
            for (index, n) in self.held() {
                if let Some(into) = usize::try_from(index - low).ok().and_then(|i| counts.get_mut(i)) {
                    *into = n;
                }
            }
            *self = Self { offset: saturated(low), counts };
        }
        for (index, n) in other.held() {
            if let Some(into) = usize::try_from(index - low).ok().and_then(|i| self.counts.get_mut(i)) {
                *into = into.saturating_add(n);
            }
        }
    }

    /// What came since an earlier state of the same scale; `None` where a count fell.
    fn since(&self, earlier: &Self) -> Option<Self> {
        let mut left = self.clone();
        for (index, n) in earlier.held() {
            let i = usize::try_from(index - i64::from(self.offset)).ok()?;
            let count = left.counts.get_mut(i)?;
            *count = count.checked_sub(n)?;
        }
        Some(left)
    }
}

/// Indices are those of 32 bits, and coarser ones are nearer to zero.
fn saturated(index: i64) -> i32 {
    i32::try_from(index).unwrap_or(if index < 0 { i32::MIN } else { i32::MAX })
}

/// An exponential histogram.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Exponential {
    /// How fine it is.
    pub scale: i32,
    /// Values at zero, or nearer to it than the threshold.
    pub zero: u64,
    /// How near is zero.
    pub zero_threshold: f64,
    /// Values above zero.
    pub positive: Buckets,
    /// Values below zero, by their magnitude.
    pub negative: Buckets,
}

/// What came since an earlier state of an exponential histogram.
#[derive(Debug, Clone, PartialEq)]
pub enum Since {
    /// This much.
    Change(Exponential),
    /// A count fell: it began anew.
    Fell,
    /// It is finer than before, or its zero is wider: the two cannot be compared.
    Other,
}

impl Exponential {
    /// All values.
    pub fn count(&self) -> u64 {
        let all = self.positive.counts.iter().chain(&self.negative.counts);
        all.fold(self.zero, |sum, n| sum.saturating_add(*n))
    }

    /// Makes `2^by` buckets one.
    pub fn coarsen(&mut self, by: u32) {
        let by = by.min(63);
        if by > 0 {
            self.positive = self.positive.coarser(by);
            self.negative = self.negative.coarser(by);
            self.scale = self.scale.saturating_sub(by as i32);
        }
    }

    /// Makes it coarse enough for [`MAX_BUCKETS`], and leaves empty buckets at the ends out.
    pub fn fit(&mut self) {
        let by = halvings([self.positive.range(), self.negative.range()]);
        if by > 0 {
            self.coarsen(by);
        } else {
            self.positive = self.positive.coarser(0);
            self.negative = self.negative.coarser(0);
        }
    }

    /// Adds another, at the coarser scale of both, coarser still where that takes too many buckets.
    pub fn merge(&mut self, other: &Self) {
        if self.count() == 0 {
            *self = other.clone();
            return self.fit();
        }
        let mut other = std::borrow::Cow::Borrowed(other);
        if other.scale > self.scale {
            let by = other.scale.abs_diff(self.scale);
            other.to_mut().coarsen(by);
        }
        self.coarsen(u32::try_from(self.scale.saturating_sub(other.scale)).unwrap_or(0));
        let by = halvings([
            union(self.positive.range(), other.positive.range()),
            union(self.negative.range(), other.negative.range()),
        ]);
        if by > 0 {
            self.coarsen(by);
            other.to_mut().coarsen(by);
        }
        self.positive.add(&other.positive);
        self.negative.add(&other.negative);
        self.zero = self.zero.saturating_add(other.zero);
        self.zero_threshold = self.zero_threshold.max(other.zero_threshold);
    }

    /// What came since an earlier state, at this state's scale.
    pub fn since(&self, earlier: &Self) -> Since {
        if self.scale > earlier.scale || self.zero_threshold != earlier.zero_threshold {
            return if self.count() < earlier.count() { Since::Fell } else { Since::Other };
        }
        let mut earlier = std::borrow::Cow::Borrowed(earlier);
        if earlier.scale > self.scale {
            let by = earlier.scale.abs_diff(self.scale);
            earlier.to_mut().coarsen(by);
        }
        let change = || {
            Some(Self {
                zero: self.zero.checked_sub(earlier.zero)?,
                positive: self.positive.since(&earlier.positive)?,
                negative: self.negative.since(&earlier.negative)?,
                ..*self
            })
        };
        change().map_or(Since::Fell, Since::Change)
    }

    /// Its buckets that hold values.
    pub fn pieces(&self) -> impl Iterator<Item = Piece> + '_ {
        let zero = Piece {
            lower: if self.negative.counts.iter().any(|n| *n > 0) { -self.zero_threshold } else { 0.0 },
            upper: self.zero_threshold,
            count: self.zero,
            spread: Spread::Even,
        };
        let bound = |index: i64| bound(self.scale, index);
        let positive = self.positive.held().map(move |(i, count)| Piece {
            lower: bound(i),
            upper: bound(i + 1),
            count,
            spread: Spread::Geometric,
        });
        let negative = self.negative.held().map(move |(i, count)| Piece {
            lower: -bound(i + 1),
            upper: -bound(i),
            count,
            spread: Spread::Geometric,
        });
        std::iter::once(zero).filter(|zero| zero.count > 0).chain(positive).chain(negative)
    }
}

/// The lower bound of a bucket, within what a number can be.
pub fn bound(scale: i32, index: i64) -> f64 {
    (index as f64 * (-f64::from(scale)).exp2()).exp2().clamp(f64::MIN_POSITIVE, f64::MAX)
}

/// How far a guess may lie off in a bucket of this scale, as a share of it, at most: `base - 1`.
pub fn error_ratio(scale: i32) -> f64 {
    (-f64::from(scale)).exp2().exp2() - 1.0
}

fn union(a: Option<(i64, i64)>, b: Option<(i64, i64)>) -> Option<(i64, i64)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (one, other) => one.or(other),
    }
}

/// How often buckets are to be merged in pairs until each range has at most [`MAX_BUCKETS`].
fn halvings(ranges: [Option<(i64, i64)>; 2]) -> u32 {
    let is_wide = |by: u32| ranges.iter().flatten().any(|(a, b)| (b >> by) - (a >> by) >= MAX_BUCKETS as i64);
    (0..63).find(|by| !is_wide(*by)).unwrap_or(63)
}
