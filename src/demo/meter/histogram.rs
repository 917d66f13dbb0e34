//! A histogram that many threads add to at once: each thread adds to one of a few shards, and reading adds them up.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

/// Shards: more than two threads seldom share one.
const N_SHARDS: usize = 8;
/// Bounds of a histogram at most.
const MOST_BOUNDS: usize = 31;

/// Upper bounds for times, seconds: five each decade, from 0.1 ms to 10 s.
pub const SECONDS: &[f64] = &[
    0.0001, 0.00016, 0.00025, 0.0004, 0.00063, 0.001, 0.0016, 0.0025, 0.004, 0.0063, 0.01, 0.016, 0.025, 0.04, 0.063,
    0.1, 0.16, 0.25, 0.4, 0.63, 1.0, 1.6, 2.5, 4.0, 6.3, 10.0,
];
/// Upper bounds for items of a batch.
pub const ITEMS: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 24.0, 32.0, 48.0, 64.0, 96.0, 128.0, 192.0, 256.0, 512.0, 1024.0];

/// Shards lie in lines of memory of their own, so that threads do not wait for each other's.
#[repr(align(128))]
#[derive(Default)]
struct Shard {
    /// Sum of the values in billionths.
    sum: AtomicU64,
    counts: [AtomicU64; MOST_BOUNDS + 1],
}

/// How values are spread.
pub struct Histogram {
    bounds: &'static [f64],
    shards: [Shard; N_SHARDS],
}

/// What was added up to a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// Upper bounds; a value on a bound is below it.
    pub bounds: &'static [f64],
    /// Values in each bucket, one more than bounds.
    pub counts: Vec<u64>,
    /// Sum of all values.
    pub sum: f64,
}

impl Spread {
    /// Values in all.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }
}

impl Histogram {
    /// An empty one. At most 31 of the bounds are used.
    pub fn new(bounds: &'static [f64]) -> Self {
        Self { bounds: &bounds[..bounds.len().min(MOST_BOUNDS)], shards: Default::default() }
    }

    /// Adds a value.
    pub fn add(&self, value: f64) {
        let shard = &self.shards[own_shard()];
        let bucket = self.bounds.partition_point(|bound| *bound < value);
        shard.counts[bucket].fetch_add(1, Relaxed);
        shard.sum.fetch_add((value.max(0.0) * 1e9) as u64, Relaxed);
    }

    /// Adds a time, in seconds.
    pub fn add_time(&self, time: Duration) {
        self.add(time.as_secs_f64());
    }

    /// What was added up to now.
    pub fn read(&self) -> Spread {
        let counts = (0..=self.bounds.len()).map(|i| self.shards.iter().map(|s| s.counts[i].load(Relaxed)).sum());
        let sum: u64 = self.shards.iter().map(|shard| shard.sum.load(Relaxed)).fold(0, u64::wrapping_add);
        Spread { bounds: self.bounds, counts: counts.collect(), sum: sum as f64 / 1e9 }
    }
}

/// The shard of this thread: threads get them in turn.
fn own_shard() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static OWN: usize = NEXT.fetch_add(1, Relaxed) % N_SHARDS;
    }
    OWN.with(|own| *own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_many_threads_add_is_all_there() {
        let histogram = Histogram::new(SECONDS);
        std::thread::scope(|scope| {
            for _ in 0..12 {
                scope.spawn(|| (0..1_000).for_each(|_| histogram.add_time(Duration::from_millis(2))));
            }
        });
        let spread = histogram.read();
        assert_eq!(spread.count(), 12_000);
        assert!((spread.sum - 24.0).abs() < 1e-6, "{}", spread.sum);
        let bucket = spread.counts.iter().position(|n| *n > 0).expect("one has all");
        assert!(spread.bounds[bucket - 1] < 0.002 && 0.002 <= spread.bounds[bucket]);
    }

    #[test]
    fn bounds_grow_and_belong_to_the_bucket_below() {
        for bounds in [SECONDS, ITEMS] {
            assert!(bounds.len() <= MOST_BOUNDS && bounds.is_sorted_by(|a, b| a < b));
        }
        let histogram = Histogram::new(ITEMS);
        [1.0, 1.5, 5_000.0].into_iter().for_each(|n| histogram.add(n));
        let counts = histogram.read().counts;
        assert_eq!((counts[0], counts[1], counts.last()), (1, 1, Some(&1)));
    }
}
