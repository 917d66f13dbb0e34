//! From buckets to places on the screen: which buckets show, where the line breaks, and how dense it may be.
//!
//! Pure arithmetic over slices. It paints nothing and knows no colour.

use std::borrow::Cow;

use eframe::egui::{Pos2, Rect, pos2};

use crate::model::{Bucket, TimeRange};

/// How time and values lie on the screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mapping {
    /// Where the curve may stand.
    pub rect: Rect,
    /// Wall time at the left edge, milliseconds since the epoch.
    pub start_millis: f64,
    /// Wall time at the right edge.
    pub end_millis: f64,
    /// Value at the lower edge.
    pub bottom: f64,
    /// Value at the upper edge.
    pub top: f64,
}

impl Mapping {
    /// A mapping of a span of time and a span of values onto a rectangle.
    pub fn new(rect: Rect, range: TimeRange, bottom: f64, top: f64) -> Self {
        Self {
            rect,
            start_millis: range.start.as_millis() as f64,
            end_millis: range.end.as_millis() as f64,
            bottom,
            top,
        }
    }

    /// The place of a moment, points from the left of the screen.
    pub fn x(&self, millis: f64) -> f32 {
        let span = (self.end_millis - self.start_millis).max(1.0);
        self.rect.left() + ((millis - self.start_millis) / span * f64::from(self.rect.width())) as f32
    }

    /// The place of a value, points from the top of the screen.
    pub fn y(&self, value: f64) -> f32 {
        let span = self.top - self.bottom;
        let share = if span > 0.0 { (value - self.bottom) / span } else { 0.0 };
        self.rect.bottom() - (share * f64::from(self.rect.height())) as f32
    }

    /// The moment at a place, milliseconds since the epoch.
    pub fn millis_at(&self, x: f32) -> f64 {
        let share = f64::from(x - self.rect.left()) / f64::from(self.rect.width().max(1.0));
        self.start_millis + share * (self.end_millis - self.start_millis)
    }

    /// The value at a place.
    pub fn value_at(&self, y: f32) -> f64 {
        let share = f64::from(self.rect.bottom() - y) / f64::from(self.rect.height().max(1.0));
        self.bottom + share * (self.top - self.bottom)
    }

    /// The place of a bucket's mean.
    pub fn mean(&self, bucket: &Bucket) -> Pos2 {
        pos2(self.x(bucket.at.as_millis() as f64), self.y(f64::from(bucket.mean)))
    }
}

/// The buckets of a span, with one more on each side so that the line runs on to the edges.
pub fn visible(buckets: &[Bucket], start_millis: f64, end_millis: f64) -> &[Bucket] {
    let first = buckets.partition_point(|b| (b.at.as_millis() as f64) < start_millis).saturating_sub(1);
    let last = buckets.partition_point(|b| b.at.as_millis() as f64 <= end_millis);
    &buckets[first..(last + 1).clamp(first, buckets.len())]
}

/// The unbroken runs of buckets: a bucket with a gap before it begins a new one.
pub fn runs(buckets: &[Bucket]) -> impl Iterator<Item = &[Bucket]> {
    let mut rest = buckets;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let n = 1 + rest[1..].iter().take_while(|b| !b.gap_before).count();
        let (run, after) = rest.split_at(n);
        rest = after;
        Some(run)
    })
}

/// At most about `n_max` buckets: neighbours are joined, extremes and gaps are kept.
pub fn thin(buckets: &[Bucket], n_max: usize) -> Cow<'_, [Bucket]> {
    if buckets.len() <= n_max.max(2) {
        return Cow::Borrowed(buckets);
    }
    let per_bucket = buckets.len().div_ceil(n_max.max(2));
    let mut joined = Vec::with_capacity(buckets.len() / per_bucket + 1);
    for run in runs(buckets) {
        joined.extend(run.chunks(per_bucket).map(join));
    }
    Cow::Owned(joined)
}

/// Several buckets as one; the slice is never empty.
fn join(buckets: &[Bucket]) -> Bucket {
    let mut all = buckets[0];
    let mut sum = f64::from(all.mean) * f64::from(all.count);
    for bucket in &buckets[1..] {
        all.min = all.min.min(bucket.min);
        all.max = all.max.max(bucket.max);
        all.count = all.count.saturating_add(bucket.count);
        sum += f64::from(bucket.mean) * f64::from(bucket.count);
    }
    all.mean = (sum / f64::from(all.count.max(1))) as f32;
    all
}

/// The bucket nearest to a moment, if one lies within `reach_millis` of it.
pub fn nearest(buckets: &[Bucket], millis: f64, reach_millis: f64) -> Option<&Bucket> {
    let after = buckets.partition_point(|b| (b.at.as_millis() as f64) < millis);
    let distance = |b: &Bucket| (b.at.as_millis() as f64 - millis).abs();
    [after.checked_sub(1).and_then(|i| buckets.get(i)), buckets.get(after)]
        .into_iter()
        .flatten()
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
        .filter(|b| distance(b) <= reach_millis)
}

/// The least and greatest value of the buckets in a span.
pub fn extent(buckets: &[Bucket], start_millis: f64, end_millis: f64) -> Option<(f64, f64)> {
    buckets
        .iter()
        .filter(|b| {
            let at = b.at.as_millis() as f64;
            start_millis <= at && at <= end_millis
        })
        .fold(None, |extent, b| {
            let (low, high) = extent.unwrap_or((f64::INFINITY, f64::NEG_INFINITY));
            Some((f64::from(b.min).min(low), f64::from(b.max).max(high)))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;
    use eframe::egui::vec2;

    fn bucket(at: i64, mean: f32, gap_before: bool) -> Bucket {
        Bucket { at: Timestamp::from_millis(at), min: mean - 1.0, max: mean + 1.0, mean, count: 2, gap_before }
    }

    #[test]
    fn a_mapping_goes_both_ways() {
        let range = TimeRange { start: Timestamp::from_millis(1_000), end: Timestamp::from_millis(3_000) };
        let map = Mapping::new(Rect::from_min_size(pos2(10.0, 20.0), vec2(200.0, 100.0)), range, 0.0, 50.0);
        assert_eq!((map.x(2_000.0), map.y(25.0)), (110.0, 70.0));
        assert_eq!((map.millis_at(110.0), map.value_at(70.0)), (2_000.0, 25.0));
        assert_eq!(map.y(0.0), 120.0);
    }

    #[test]
    fn visible_buckets_reach_over_both_edges() {
        let buckets: Vec<Bucket> = (0..10).map(|i| bucket(i * 10, 1.0, false)).collect();
        let at = |start, end| visible(&buckets, start, end).iter().map(|b| b.at.as_millis()).collect::<Vec<_>>();
        assert_eq!(at(25.0, 45.0), [20, 30, 40, 50]);
        assert_eq!(at(-50.0, 5.0), [0, 10]);
        assert_eq!(at(85.0, 500.0), [80, 90]);
        assert_eq!(at(500.0, 600.0), [90]);
        assert!(visible(&[], 0.0, 1.0).is_empty());
    }

    #[test]
    fn a_gap_begins_a_new_run_and_is_never_joined() {
        let buckets: Vec<Bucket> = [false, false, true, true, false, false].map(|gap| bucket(0, 1.0, gap)).to_vec();
        assert_eq!(runs(&buckets).map(<[Bucket]>::len).collect::<Vec<_>>(), [2, 1, 3]);
        let thinned = thin(&buckets, 3);
        assert_eq!(thinned.iter().map(|b| b.gap_before).collect::<Vec<_>>(), [false, true, true, false]);
    }

    #[test]
    fn thinning_keeps_a_spike_and_the_mean() {
        let mut buckets: Vec<Bucket> = (0..1000).map(|i| bucket(i, 10.0, false)).collect();
        buckets[777].max = 500.0;
        let thinned = thin(&buckets, 50);
        assert!(thinned.len() <= 50, "{}", thinned.len());
        assert_eq!(thinned.iter().map(|b| b.max).fold(0.0, f32::max), 500.0);
        assert_eq!(thinned.iter().map(|b| b.count).sum::<u32>(), 2000);
        assert!(thinned.iter().all(|b| (b.mean - 10.0).abs() < 1e-4));
    }

    #[test]
    fn the_nearest_bucket_is_found_within_reach_alone() {
        let buckets: Vec<Bucket> = [0, 100, 1000].map(|at| bucket(at, 1.0, false)).to_vec();
        let at = |millis| nearest(&buckets, millis, 60.0).map(|b| b.at.as_millis());
        assert_eq!((at(40.0), at(60.0), at(500.0), at(1050.0)), (Some(0), Some(100), None, Some(1000)));
    }
}
