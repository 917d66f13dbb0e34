//! A sealed run of samples of one series, with summaries above them. Never changes once sealed.
//!
//! Values are kept as `f32`, which holds seven digits: enough for a chart. The newest exact value is the snapshot's.

use std::collections::VecDeque;
use std::mem::size_of;
use std::sync::Arc;

use crate::model::{Bucket, Timestamp};

/// Samples in a full chunk.
pub(super) const CHUNK: usize = 256;
/// Samples under one group. With 256 a chunk, an edge of a bucket costs at most 15 samples and 15 groups.
const GROUP: usize = 16;
/// Time columns remembered for sharing. Series that started at different ticks seal theirs at different ticks too.
const N_REMEMBERED: usize = 16;

/// Least, greatest, sum and number of some samples.
#[derive(Debug, Clone, Copy)]
pub(super) struct Summary {
    pub(super) min: f32,
    pub(super) max: f32,
    pub(super) sum: f64,
    pub(super) count: u32,
}

impl Summary {
    pub(super) const EMPTY: Self = Self { min: f32::INFINITY, max: f32::NEG_INFINITY, sum: 0.0, count: 0 };

    pub(super) fn of(values: &[f32]) -> Self {
        let mut all = Self::EMPTY;
        for &value in values {
            all.stretch(value, value);
            all.sum += f64::from(value);
        }
        all.count = count(values.len());
        all
    }

    pub(super) fn same(value: f32, n: usize) -> Self {
        Self { min: value, max: value, sum: f64::from(value) * n as f64, count: count(n) }
    }

    /// Plain comparisons, since there are no NaNs: `f32::min` would provide for them at three times the cost.
    fn stretch(&mut self, min: f32, max: f32) {
        self.min = if min < self.min { min } else { self.min };
        self.max = if max > self.max { max } else { self.max };
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.stretch(other.min, other.max);
        self.sum += other.sum;
        self.count += other.count;
    }

    /// The mean, held between the least and the greatest value against rounding.
    pub(super) fn mean(&self) -> f32 {
        ((self.sum / f64::from(self.count.max(1))) as f32).clamp(self.min, self.max)
    }

    /// The bucket of these samples; there must be at least one.
    pub(super) fn bucket(&self, at: i64, gap_before: bool) -> Bucket {
        let at = Timestamp::from_millis(at);
        Bucket { at, min: self.min, max: self.max, mean: self.mean(), count: self.count, gap_before }
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[derive(Debug, Clone, Copy)]
struct Group {
    min: f32,
    max: f32,
    sum: f32,
}

#[derive(Debug)]
enum Values {
    Same(f32),
    Each { values: Box<[f32]>, groups: Box<[Group]> },
}

/// A sealed run of samples.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) start: i64,
    pub(super) last: i64,
    offsets: Arc<[u32]>,
    values: Values,
    summary: Summary,
}

impl Chunk {
    /// Seals samples: times as millisecond offsets from `start`, of which the first is 0.
    pub(super) fn seal(start: i64, offsets: &[u32], values: &[f32], shared: &mut SharedTimes) -> Self {
        let last = start + i64::from(offsets.last().copied().unwrap_or(0));
        let summary = Summary::of(values);
        let kept = if summary.min == summary.max {
            Values::Same(summary.min)
        } else {
            let groups = values.chunks(GROUP).map(|group| {
                let Summary { min, max, sum, .. } = Summary::of(group);
                Group { min, max, sum: sum as f32 }
            });
            Values::Each { values: values.into(), groups: groups.collect() }
        };
        Self { start, last, offsets: shared.share(start, offsets), values: kept, summary }
    }

    pub(super) fn len(&self) -> usize {
        self.offsets.len()
    }

    pub(super) fn piece(&self) -> Piece<'_> {
        let values = match &self.values {
            Values::Same(value) => PieceValues::Same(*value),
            Values::Each { values, groups } => PieceValues::Each { values, groups },
        };
        Piece { start: self.start, last: self.last, offsets: &self.offsets, values, whole: Some(&self.summary) }
    }

    /// The samples again, as they were before sealing.
    pub(super) fn unseal(&self) -> (Vec<u32>, Vec<f32>) {
        let values = match &self.values {
            Values::Same(value) => vec![*value; self.len()],
            Values::Each { values, .. } => values.to_vec(),
        };
        (self.offsets.to_vec(), values)
    }

    /// Bytes held; a time column's bytes are spread over the chunks that share it.
    pub(super) fn bytes(&self) -> usize {
        let values = match &self.values {
            Values::Same(_) => 0,
            Values::Each { values, groups } => size_of_val(&**values) + size_of_val(&**groups),
        };
        size_of::<Self>() + values + size_of_val(&*self.offsets) / Arc::strong_count(&self.offsets).max(1)
    }
}

/// The time columns sealed last: series sampled at the same ticks share one.
#[derive(Debug, Default)]
pub(super) struct SharedTimes {
    recent: VecDeque<(i64, Arc<[u32]>)>,
}

impl SharedTimes {
    fn share(&mut self, start: i64, offsets: &[u32]) -> Arc<[u32]> {
        if let Some((_, same)) = self.recent.iter().rev().find(|(s, o)| *s == start && **o == *offsets) {
            return Arc::clone(same);
        }
        let column: Arc<[u32]> = offsets.into();
        if self.recent.len() == N_REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back((start, Arc::clone(&column)));
        column
    }
}

enum PieceValues<'a> {
    Same(f32),
    Each { values: &'a [f32], groups: &'a [Group] },
}

/// Samples in a row, sealed or still open, as a question reads them.
pub(super) struct Piece<'a> {
    pub(super) start: i64,
    last: i64,
    offsets: &'a [u32],
    values: PieceValues<'a>,
    whole: Option<&'a Summary>,
}

impl<'a> Piece<'a> {
    /// Samples that are not sealed yet.
    pub(super) fn open(start: i64, offsets: &'a [u32], values: &'a [f32]) -> Self {
        let last = start + i64::from(offsets.last().copied().unwrap_or(0));
        Self { start, last, offsets, values: PieceValues::Each { values, groups: &[] }, whole: None }
    }

    pub(super) fn len(&self) -> usize {
        self.offsets.len()
    }

    pub(super) fn time(&self, i: usize) -> i64 {
        self.start + i64::from(self.offsets[i])
    }

    /// The first sample at or after `at`; the number of samples where there is none.
    pub(super) fn first_at(&self, at: i64) -> usize {
        self.first_at_from(0, at)
    }

    /// As [`Self::first_at`], looked for from sample `i` on, which must be there. Samples stand about evenly, so the
    /// place is guessed first: a search by halves would touch five times as much memory.
    pub(super) fn first_at_from(&self, i: usize, at: i64) -> usize {
        if at > self.last {
            return self.len();
        }
        if at <= self.start {
            return i;
        }
        let is_before = |&offset: &u32| self.start + i64::from(offset) < at;
        let share = (at - self.start) as f64 / (self.last - self.start).max(1) as f64;
        let mut guess = ((share * (self.len() - 1) as f64) as usize).clamp(i, self.len() - 1);
        for _ in 0..4 {
            if is_before(&self.offsets[guess]) {
                guess += 1;
            } else if guess > i && !is_before(&self.offsets[guess - 1]) {
                guess -= 1;
            } else {
                return guess;
            }
        }
        i + self.offsets[i..].partition_point(is_before)
    }

    /// The summary of samples `i..j`.
    pub(super) fn summary(&self, i: usize, j: usize) -> Summary {
        if let Some(whole) = self.whole
            && i == 0
            && j == self.len()
        {
            return *whole;
        }
        let (values, groups) = match self.values {
            PieceValues::Same(value) => return Summary::same(value, j - i),
            PieceValues::Each { values, groups } => (values, groups),
        };
        let (first, end) = (i.div_ceil(GROUP), j / GROUP);
        if first >= end || groups.is_empty() {
            return Summary::of(&values[i..j]);
        }
        let mut all = Summary::of(&values[i..first * GROUP]);
        for group in &groups[first..end] {
            all.stretch(group.min, group.max);
            all.sum += f64::from(group.sum);
        }
        all.count += count((end - first) * GROUP);
        all.add(&Summary::of(&values[end * GROUP..j]));
        all
    }
}
