//! Quantiles of samples held in full, and of the last few of a stream.
//!
//! The definition is type 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American Statistician
//! 50 (1996): straight-line interpolation between the order statistics, `h = (n − 1) p`.

use std::time::Duration;

/// The quantile `p` (0 to 1, brought within) of values sorted upwards; `None` where there are none.
pub fn quantile_sorted(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let h = last as f64 * p.clamp(0.0, 1.0);
    // `h` is at most the index of the last value, so this cannot truncate.
    let below = h.floor() as usize;
    let above = (below + 1).min(last);
    Some(sorted[below] + (h - below as f64) * (sorted[above] - sorted[below]))
}

/// The quantile `p` of values in any order, which are sorted in place; `None` where there are none.
pub fn quantile_unsorted(values: &mut [f64], p: f64) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    quantile_sorted(values, p)
}

/// The last `capacity` values of a stream, and their quantiles.
#[derive(Debug, Clone)]
pub struct Recent {
    values: Vec<f64>,
    capacity: usize,
    /// Where the next value goes once the ring is full.
    next: usize,
    sorted: Vec<f64>,
}

impl Recent {
    /// An empty ring for `capacity` values, at least one.
    pub fn new(capacity: usize) -> Self {
        let capacity = capacity.max(1);
        Self { values: Vec::new(), capacity, next: 0, sorted: Vec::new() }
    }

    /// Takes in a value in place of the oldest; one that is not finite is left out.
    pub fn push(&mut self, value: f64) {
        if !value.is_finite() {
            return;
        }
        if self.values.len() < self.capacity {
            self.values.push(value);
        } else {
            self.values[self.next] = value;
            self.next = (self.next + 1) % self.capacity;
        }
    }

    /// Takes in a time, as seconds.
    pub fn push_time(&mut self, time: Duration) {
        self.push(time.as_secs_f64());
    }

    /// Values held.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether nothing was taken in yet.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The median and the 99th percentile; `None` where there are no values.
    pub fn p50_p99(&mut self) -> Option<(f64, f64)> {
        self.sorted.clone_from(&self.values);
        self.sorted.sort_unstable_by(f64::total_cmp);
        Some((quantile_sorted(&self.sorted, 0.5)?, quantile_sorted(&self.sorted, 0.99)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_type_7() {
        // Expected values are worked out by hand from h = (n − 1) p.
        for (values, p, expect) in [
            (&[][..], 0.5, None),
            (&[7.0], 0.99, Some(7.0)),
            (&[1.0, 2.0, 3.0, 4.0], 0.5, Some(2.5)),
            (&[4.0, 1.0, 3.0, 2.0], 0.25, Some(1.75)),
            (&[10.0, 20.0, 30.0, 40.0, 50.0], 0.9, Some(46.0)),
            (&[1.0, 2.0], 2.0, Some(2.0)),
            (&[1.0, 2.0], -1.0, Some(1.0)),
        ] {
            assert_eq!(quantile_unsorted(&mut values.to_vec(), p), expect, "{values:?} at {p}");
        }
    }

    #[test]
    fn a_ring_keeps_the_newest_values() {
        let mut recent = Recent::new(3);
        assert_eq!(recent.p50_p99(), None);
        for value in [9.0, 1.0, f64::NAN, 2.0, 3.0] {
            recent.push(value);
        }
        assert_eq!((recent.len(), recent.p50_p99()), (3, Some((2.0, 2.98))));
    }
}
