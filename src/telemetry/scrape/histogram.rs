//! The lines of one histogram: counts up to each bound become counts of each bucket.

/// A histogram on its way.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Buckets {
    /// Bounds and, up to each, how much was seen; as they came.
    up_to: Vec<(f64, f64)>,
    /// Upper bounds of all buckets but the last, which has none. Known once it is whole.
    pub bounds: Vec<f64>,
    /// What was seen in each bucket alone: one more than bounds.
    pub counts: Vec<u64>,
    /// The sum of all that was seen, where it is told.
    pub sum: Option<f64>,
    /// How much was seen.
    pub count: Option<u64>,
}

impl Buckets {
    /// Adds what was seen up to a bound; gives whether it can be so.
    pub(super) fn add(&mut self, bound: f64, up_to: f64) -> bool {
        let is_good = up_to.is_finite() && up_to >= 0.0;
        if is_good {
            self.up_to.push((bound, up_to));
        }
        is_good
    }

    /// Makes it whole; gives whether its counts grow from bound to bound, as they must.
    pub(super) fn finish(&mut self) -> bool {
        let mut up_to = std::mem::take(&mut self.up_to);
        up_to.sort_by(|a, b| a.0.total_cmp(&b.0));
        up_to.dedup_by(|later, earlier| later.0 == earlier.0);
        let mut before = 0u64;
        let mut has_last = false;
        for (bound, count) in up_to {
            let count = count.round() as u64;
            let Some(own) = count.checked_sub(before) else { return false };
            self.counts.push(own);
            before = count;
            if bound == f64::INFINITY {
                has_last = true;
            } else {
                self.bounds.push(bound);
            }
        }
        if !has_last {
            // The bucket of the rest may be left out, since the count tells it.
            let Some(rest) = self.count.unwrap_or(before).checked_sub(before) else { return false };
            self.counts.push(rest);
            before += rest;
        }
        self.count = Some(before);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[(f64, f64)], count: Option<u64>) -> Option<(Vec<f64>, Vec<u64>, u64)> {
        let mut buckets = Buckets { count, ..Buckets::default() };
        assert!(lines.iter().all(|(bound, up_to)| buckets.add(*bound, *up_to)));
        buckets.finish().then(|| (buckets.bounds, buckets.counts, buckets.count.unwrap_or(0)))
    }

    #[test]
    fn counts_up_to_a_bound_become_counts_of_each_bucket() {
        let inf = f64::INFINITY;
        for (lines, count, expect) in [
            (&[(0.1, 2.0), (1.0, 5.0), (inf, 6.0)][..], Some(6), Some((vec![0.1, 1.0], vec![2, 3, 1], 6))),
            (&[(inf, 6.0), (1.0, 5.0), (0.1, 2.0)], None, Some((vec![0.1, 1.0], vec![2, 3, 1], 6))),
            (&[(1.0, 5.0)], Some(7), Some((vec![1.0], vec![5, 2], 7))),
            (&[(1.0, 5.0)], None, Some((vec![1.0], vec![5, 0], 5))),
            (&[], Some(3), Some((vec![], vec![3], 3))),
            (&[(0.1, 5.0), (1.0, 2.0)], None, None),
            (&[(1.0, 5.0)], Some(3), None),
        ] {
            assert_eq!(check(lines, count), expect, "{lines:?}");
        }
        assert!(!Buckets::default().add(1.0, f64::NAN));
        assert!(!Buckets::default().add(1.0, -1.0));
    }
}
