//! Histograms whose buckets have bounds of their own, as `HistogramDataPoint` and Prometheus' classic histograms have.

use super::{Piece, Spread};

/// Whether bounds and counts make a histogram: bounds finite and growing, one count more than bounds, or none at all.
pub fn is_sound(bounds: &[f64], counts: &[u64]) -> bool {
    let is_growing = bounds.iter().all(|bound| bound.is_finite()) && bounds.windows(2).all(|pair| pair[0] < pair[1]);
    is_growing && (counts.len() == bounds.len() + 1 || (counts.is_empty() && bounds.is_empty()))
}

/// The buckets that hold values. The first begins at zero where its bound is above zero, as
/// Prometheus' `histogram_quantile` has it: what is counted so is rarely negative. Without bounds nothing is known.
pub fn pieces<'a>(bounds: &'a [f64], counts: &'a [u64]) -> impl Iterator<Item = Piece> + 'a {
    counts.iter().enumerate().filter(|(_, count)| **count > 0).map(move |(i, count)| {
        let lower = match i.checked_sub(1).and_then(|before| bounds.get(before)) {
            Some(bound) => *bound,
            None if bounds.first().is_some_and(|bound| *bound > 0.0) => 0.0,
            None => f64::NEG_INFINITY,
        };
        let upper = bounds.get(i).copied().unwrap_or(f64::INFINITY);
        Piece { lower, upper, count: *count, spread: Spread::Even }
    })
}

/// Two histograms as one, over the bounds that both have: coarser, and exact.
pub fn merge(a: (&[f64], &[u64]), b: (&[f64], &[u64])) -> (Vec<f64>, Vec<u64>) {
    let bounds: Vec<f64> = a.0.iter().copied().filter(|bound| b.0.contains(bound)).collect();
    let mut counts = vec![0u64; bounds.len() + 1];
    for (own, held) in [a, b] {
        let mut into = 0;
        for (i, count) in held.iter().enumerate() {
            // A bucket goes into the first common bucket that ends where it ends, or later.
            while into < bounds.len() && own.get(i).is_none_or(|bound| *bound > bounds[into]) {
                into += 1;
            }
            counts[into] = counts[into].saturating_add(*count);
        }
    }
    (bounds, counts)
}
