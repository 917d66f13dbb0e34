//! Curves being gathered out of parts of segments, oldest first. Every sample ends up in one bucket.

use crate::model::{Bucket, SeriesDef, Timestamp};

use super::rollup::Sum;
use super::segment::{ColumnValues, Segment, SegmentColumn};

/// How buckets stand, milliseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steps {
    /// Length of a bucket; 0 where each sample is one.
    pub(super) step: i64,
    pub(super) from: i64,
    pub(super) to: i64,
}

impl Steps {
    pub(super) fn floor(&self, at: i64) -> i64 {
        if self.step == 0 { at } else { at.div_euclid(self.step).saturating_mul(self.step) }
    }

    pub(super) fn ceil(&self, at: i64) -> i64 {
        let floor = self.floor(at);
        if floor == at { at } else { floor.saturating_add(self.step) }
    }
}

/// The last sample or bucket that was added.
#[derive(Debug, Clone, Copy)]
struct Last {
    end: i64,
    /// Its length; 0 for a sample.
    len: i64,
    /// The cadence in force there, or 0 where that is not known.
    cadence: i64,
}

/// One curve being gathered.
#[derive(Debug)]
pub(super) struct Gathering {
    steps: Steps,
    buckets: Vec<Bucket>,
    /// Time of its first sample, first moment after it, its samples, whether the line breaks before it.
    open: Option<(i64, i64, Sum, bool)>,
    last: Option<Last>,
}

impl Gathering {
    pub(super) fn new(steps: Steps) -> Self {
        Self { steps, buckets: Vec::new(), open: None, last: None }
    }

    /// Adds the values of a column whose times lie in `from..to`. What is not later than everything before is left out:
    /// no two parts of one source overlap. Tells whether any of them reaches into the span asked for.
    pub(super) fn add(&mut self, segment: &Segment, column: &SegmentColumn, from: i64, to: i64) -> bool {
        let len = segment.tier.step().map_or(0, |step| i64::try_from(step.as_millis()).unwrap_or(0));
        let interval = if len == 0 { i64::from(segment.interval_millis) } else { 0 };
        let cadence = own_cadence(&column.def).max(interval);
        let row = |i: usize| column.rows.as_ref().map_or(i, |rows| rows[i] as usize);
        let n = column.values.len();
        let first = partition_point(n, |i| segment.times[row(i)] < from);
        let end = partition_point(n, |i| segment.times[row(i)] < to);
        let values = (first..end).filter_map(|i| Some((segment.times[row(i)], column.values.at(i)?)));
        match &column.values {
            ColumnValues::Samples(samples) if first < end => {
                // What stands before the first one may be of another kind; from then on they are all alike.
                let place = segment.times[row(first)];
                self.add_one(place, (samples[first], samples[first], samples[first], 1), len, cadence);
                self.add_samples((first + 1..end).map(|i| (segment.times[row(i)], samples[i])), cadence);
            }
            _ => values.for_each(|(at, value)| self.add_one(at, value, len, cadence)),
        }
        let before = partition_point(n, |i| segment.times[row(i)].saturating_add(len.max(1)) <= self.steps.from);
        let after = partition_point(n, |i| segment.times[row(i)] <= self.steps.to);
        first.max(before) < end.min(after)
    }

    /// Adds samples of one column that follow each other, the first of which was added by [`Self::add_one`].
    fn add_samples(&mut self, samples: impl Iterator<Item = (i64, f32)>, cadence: i64) {
        let (Some(mut last), Some((mut at_first, mut end, mut sum, mut is_break))) = (self.last, self.open.take())
        else {
            return;
        };
        for (at, value) in samples {
            if at < last.end {
                continue;
            }
            let is_far = at - last.end > allowed(Last { cadence, ..last }, 0, cadence);
            if at < end && !is_far {
                sum.add_sample(value);
            } else {
                self.buckets.push(bucket(at_first, &sum, is_break));
                (at_first, is_break) = (at, is_far);
                end = self.steps.floor(at).saturating_add(self.steps.step.max(1));
                sum = Sum::EMPTY;
                sum.add_sample(value);
            }
            last = Last { end: at + 1, len: 0, cadence };
        }
        self.last = Some(last);
        self.open = Some((at_first, end, sum, is_break));
    }

    fn add_one(&mut self, at: i64, value: (f32, f32, f32, u32), len: i64, cadence: i64) {
        let mut is_break = false;
        if let Some(last) = self.last {
            if at < last.end {
                return;
            }
            is_break = at - last.end > allowed(last, len, cadence);
        }
        self.last = Some(Last { end: at.saturating_add(len.max(1)), len, cadence });
        if let Some((_, end, sum, _)) = &mut self.open
            && at < *end
            && !is_break
        {
            sum.add(value);
            return;
        }
        let mut sum = Sum::EMPTY;
        sum.add(value);
        let end = self.steps.floor(at).saturating_add(self.steps.step.max(1));
        self.close(Some((at, end, sum, is_break)));
    }

    fn close(&mut self, next: Option<(i64, i64, Sum, bool)>) {
        if let Some((at, _, sum, gap_before)) = std::mem::replace(&mut self.open, next) {
            self.buckets.push(bucket(at, &sum, gap_before));
        }
    }

    /// The buckets of the span widened to whole steps and one more at either side. Where they are more than
    /// `max_buckets`, those of one step are joined though the line breaks between them.
    pub(super) fn finish(mut self, max_buckets: usize) -> Vec<Bucket> {
        self.close(None);
        let Self { steps, mut buckets, .. } = self;
        let (from, to) = (steps.floor(steps.from), steps.ceil(steps.to));
        let before = buckets.partition_point(|bucket| bucket.at.as_millis() < from);
        let after = buckets.partition_point(|bucket| bucket.at.as_millis() < to);
        buckets.truncate((after + 1).min(buckets.len()));
        buckets.drain(..before.saturating_sub(1));
        if buckets.len() > max_buckets && steps.step > 0 {
            buckets = join(&buckets, &steps);
        }
        buckets
    }
}

/// Joins buckets of one step.
pub(super) fn join(buckets: &[Bucket], steps: &Steps) -> Vec<Bucket> {
    let slot = |bucket: &Bucket| steps.floor(bucket.at.as_millis());
    let same = buckets.chunk_by(|a, b| slot(a) == slot(b));
    same.map(|same| {
        let mut sum = Sum::EMPTY;
        same.iter().for_each(|bucket| sum.add((bucket.min, bucket.max, bucket.mean, bucket.count)));
        bucket(same[0].at.as_millis(), &sum, same[0].gap_before)
    })
    .collect()
}

fn bucket(at: i64, sum: &Sum, gap_before: bool) -> Bucket {
    let at = Timestamp::from_millis(at);
    Bucket { at, min: sum.min, max: sum.max, mean: sum.mean(), count: sum.count, gap_before }
}

/// How far after the end of the last one the next may stand without a break. Between samples that is 2.5 cadences from
/// the one to the other, as in memory; between coarse buckets none may be missing, but where the series comes less often
/// than once a bucket.
#[inline]
fn allowed(last: Last, len: i64, cadence: i64) -> i64 {
    let cadence = cadence.max(last.cadence);
    let longest = len.max(last.len);
    if len > 0 && last.len > 0 && cadence <= longest {
        return 0;
    }
    // A sample's end is a millisecond after it.
    let since_end = if last.len == 0 { 1 } else { 0 };
    cadence.saturating_mul(5) / 2 - since_end
}

pub(super) fn own_cadence(def: &SeriesDef) -> i64 {
    def.cadence.map_or(0, |cadence| i64::try_from(cadence.as_millis()).unwrap_or(i64::MAX / 8))
}

/// The first of `0..n` for which `is_before` does not hold.
fn partition_point(n: usize, is_before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = low + (high - low) / 2;
        if is_before(middle) { low = middle + 1 } else { high = middle }
    }
    low
}
