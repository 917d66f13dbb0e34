//! How time is cut into buckets, and into pages.
//!
//! The engine gives buckets of round steps of its own. Where a request names a step, the engine is asked for finer ones,
//! which are taken together; a finer bucket that lies over an edge counts where it begins.

use std::time::Duration;

use crate::model::{Bucket, TimeRange, Timestamp};

/// Buckets of all series in a page.
const PAGE: u64 = 5000;
/// Finer buckets that the engine is asked for, for each bucket of a page.
const FINER: u64 = 8;
/// Finer buckets of one series, at least, and of all series together at most.
const FINE: (u64, u64) = (2000, 40_000);

/// How a request wants its time cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Buckets of this length, at multiples of it since 1970.
    Step(Duration),
    /// At most so many buckets of a round length.
    Buckets(u32),
}

impl Cut {
    /// The part of a time that the first page holds.
    pub fn first_page(self, range: TimeRange, n_series: usize) -> TimeRange {
        let Self::Step(step) = self else { return range };
        let n = (PAGE / (n_series as u64).max(1)).max(1);
        let span = step.saturating_mul(u32::try_from(n).unwrap_or(u32::MAX));
        let end = Timestamp::from_millis(floor(range.start, step)).plus(span);
        TimeRange { end: end.min(range.end), ..range }
    }

    /// The width that makes the engine cut a page finely enough; it gives at most two buckets for each point.
    pub fn width_px(self, page: TimeRange, n_series: usize) -> u32 {
        match self {
            Self::Buckets(n) => n.div_ceil(2),
            Self::Step(step) => {
                let n = (page.span().as_millis() / step.as_millis().max(1)).saturating_add(1);
                let n = u64::try_from(n).unwrap_or(u64::MAX).saturating_mul(FINER);
                let most = FINE.1 / (n_series as u64).max(1);
                u32::try_from(n.clamp(FINE.0, most.max(FINE.0)) / 2).unwrap_or(1)
            }
        }
    }

    /// The buckets of a page out of what the engine gave.
    pub fn buckets(self, given: &[Bucket], page: TimeRange) -> Vec<Bucket> {
        let inside = given.iter().filter(|bucket| page.contains(bucket.at)).copied();
        match self {
            Self::Buckets(_) => inside.collect(),
            Self::Step(step) => together(inside, step),
        }
    }
}

fn floor(at: Timestamp, step: Duration) -> i64 {
    let step = i64::try_from(step.as_millis()).unwrap_or(i64::MAX).max(1);
    at.as_millis().div_euclid(step).saturating_mul(step)
}

/// Buckets of a step out of finer ones, which stand by time.
fn together(finer: impl Iterator<Item = Bucket>, step: Duration) -> Vec<Bucket> {
    let mut all: Vec<Bucket> = Vec::new();
    let mut sum = 0.0_f64;
    for bucket in finer {
        let at = Timestamp::from_millis(floor(bucket.at, step));
        let weight = f64::from(bucket.count);
        match all.last_mut().filter(|last| last.at == at) {
            Some(last) => {
                sum += f64::from(bucket.mean) * weight;
                last.min = last.min.min(bucket.min);
                last.max = last.max.max(bucket.max);
                last.count = last.count.saturating_add(bucket.count);
                last.mean = (sum / f64::from(last.count.max(1))) as f32;
            }
            None => {
                sum = f64::from(bucket.mean) * weight;
                all.push(Bucket { at, ..bucket });
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bucket(at: i64, value: f32, count: u32) -> Bucket {
        let at = Timestamp::from_millis(at);
        Bucket { at, min: value - 1.0, max: value + 1.0, mean: value, count, gap_before: false }
    }

    #[test]
    fn finer_buckets_are_taken_together_at_multiples_of_the_step() {
        let finer = [bucket(500, 1.0, 1), bucket(1000, 2.0, 3), bucket(1900, 6.0, 1), bucket(5000, 7.0, 2)];
        let page = TimeRange { start: Timestamp::from_millis(1000), end: Timestamp::from_millis(5001) };
        let all = Cut::Step(Duration::from_secs(1)).buckets(&finer, page);
        let told: Vec<_> = all.iter().map(|b| (b.at.as_millis(), b.min, b.max, b.mean, b.count)).collect();
        assert_eq!(told, [(1000, 1.0, 7.0, 3.0, 4), (5000, 6.0, 8.0, 7.0, 2)]);
        assert_eq!(Cut::Buckets(16).buckets(&finer, page).len(), 3);
    }

    #[test]
    fn pages_end_at_multiples_of_the_step() {
        let range = TimeRange { start: Timestamp::from_millis(500), end: Timestamp::from_millis(86_400_000) };
        let page = |step, n| Cut::Step(Duration::from_secs(step)).first_page(range, n);
        assert_eq!(page(1, 1).end.as_millis(), 5_000_000);
        assert_eq!(page(1, 10).end.as_millis(), 500_000);
        assert_eq!(page(60, 1).end, range.end);
        assert_eq!(Cut::Buckets(5000).first_page(range, 16), range);
    }

    proptest! {
        #[test]
        fn no_sample_is_lost_or_counted_twice(
            samples in prop::collection::vec((0_i64..100_000, -1e6_f32..1e6, 1_u32..100), 0..60),
            step in 10_u64..50_000,
        ) {
            let mut samples = samples;
            samples.sort_by_key(|(at, ..)| *at);
            let finer: Vec<Bucket> = samples.iter().map(|(at, value, count)| bucket(*at, *value, *count)).collect();
            let page = TimeRange { start: Timestamp::from_millis(0), end: Timestamp::from_millis(100_000) };
            let all = Cut::Step(Duration::from_millis(step)).buckets(&finer, page);
            let count = |buckets: &[Bucket]| buckets.iter().map(|bucket| u64::from(bucket.count)).sum::<u64>();
            prop_assert_eq!(count(&all), count(&finer));
            prop_assert!(all.windows(2).all(|pair| pair[0].at < pair[1].at));
            prop_assert!(all.iter().all(|b| b.min <= b.mean && b.mean <= b.max));
        }
    }
}
