//! Excursions of one curve: runs of buckets far from what is usual for it, the near ones taken together.

use crate::analysis::quantile::quantile_unsorted;
use crate::model::{Bucket, Timestamp};

/// Times the usual scatter at which a bucket is far out.
const FAR: f64 = 6.0;
/// Times the usual scatter down to which its neighbours belong to it.
const NEAR: f64 = 3.0;
/// Buckets that may lie between two runs of one excursion.
const MOST_BETWEEN: usize = 3;
/// From the median absolute deviation to the standard deviation of the normal distribution.
const MAD_TO_DEVIATION: f64 = 1.4826;
/// Fewest buckets by which anything is usual.
const LEAST_BUCKETS: usize = 12;

/// A run of buckets far from what is usual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Excursion {
    pub(super) is_high: bool,
    /// Start of its furthest bucket.
    pub(super) at: Timestamp,
    /// Starts of its first and last bucket.
    pub(super) span: (Timestamp, Timestamp),
    /// The value furthest out.
    pub(super) value: f64,
    /// The median of all means.
    pub(super) usual: f64,
    /// Times the usual scatter.
    pub(super) clarity: f64,
}

/// Every excursion of a curve. Peaks are judged among the greatest values of buckets and dips among the least, each by
/// its distance from their median in median absolute deviations (Iglewicz and Hoaglin, "How to Detect and Handle
/// Outliers", 1993); one that is nearer than `least_change` to the median of means is none.
pub(super) fn excursions(buckets: &[Bucket], least_change: f64) -> Vec<Excursion> {
    let column = |of: fn(&Bucket) -> f32| buckets.iter().map(|b| f64::from(of(b))).collect::<Vec<f64>>();
    let mut means: Vec<f64> = column(|b| b.mean).into_iter().filter(|m| m.is_finite()).collect();
    if means.len() < LEAST_BUCKETS {
        return Vec::new();
    }
    let usual = quantile_unsorted(&mut means, 0.5).unwrap_or(0.0);
    let mut found = one_side(buckets, &column(|b| b.max), true, usual, least_change);
    found.extend(one_side(buckets, &column(|b| b.min), false, usual, least_change));
    found
}

fn one_side(buckets: &[Bucket], edges: &[f64], is_high: bool, usual: f64, least_change: f64) -> Vec<Excursion> {
    let mut sorted: Vec<f64> = edges.iter().copied().filter(|v| v.is_finite()).collect();
    let Some(centre) = quantile_unsorted(&mut sorted, 0.5) else { return Vec::new() };
    let mut distances: Vec<f64> = sorted.iter().map(|v| (v - centre).abs()).collect();
    let Some(mad) = quantile_unsorted(&mut distances, 0.5) else { return Vec::new() };
    let scatter = (mad * MAD_TO_DEVIATION).max(centre.abs() * 0.02).max(least_change / NEAR);
    let outward = |v: f64| if is_high { v - centre } else { centre - v };
    let times: Vec<f64> = edges.iter().map(|v| outward(*v) / scatter).collect();
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (i, _) in times.iter().enumerate().filter(|(_, times)| **times >= NEAR) {
        match runs.last_mut() {
            Some((_, last)) if i - *last <= MOST_BETWEEN => *last = i,
            _ => runs.push((i, i)),
        }
    }
    let excursion = |(first, last): (usize, usize)| {
        // The first of the furthest: two like peaks are told of by the one that came first.
        let peak = (first..=last).fold(first, |best, i| if times[i] > times[best] { i } else { best });
        let (at, value) = (buckets[peak].at, edges[peak]);
        Excursion { is_high, at, span: (buckets[first].at, buckets[last].at), value, usual, clarity: times[peak] }
    };
    let is_far = |e: &Excursion| e.clarity >= FAR && (e.value - usual).abs() >= least_change;
    runs.into_iter().map(excursion).filter(is_far).collect()
}
