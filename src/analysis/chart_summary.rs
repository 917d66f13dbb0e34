//! What stands out on a set of curves: the clearest step of one of them, or that there is none.
//!
//! A step is a level that held for a while, then another level that held for a while. A spike is not a step.

use crate::model::{Bucket, Timestamp};

/// A curve to look at.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Its buckets, by time.
    pub buckets: &'a [Bucket],
    /// The least difference of levels worth a sentence, in the curve's unit.
    pub least_change: f64,
}

/// A change of level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Which candidate.
    pub candidate: usize,
    /// When it began.
    pub at: Timestamp,
    /// How long it took, seconds.
    pub within_seconds: f64,
    /// The level before: the median of the means there.
    pub before: f64,
    /// The level after.
    pub after: f64,
    /// How many times the usual scatter the change is.
    pub clarity: f64,
}

/// The clearest step of all candidates; `None` where nothing stands out.
pub fn clearest_step(candidates: &[Candidate<'_>]) -> Option<Step> {
    let steps = candidates.iter().enumerate().filter_map(|(i, c)| step_of(i, c));
    steps.max_by(|a, b| a.clarity.total_cmp(&b.clarity))
}

/// The least and greatest mean of a curve; `None` where it has no bucket.
pub fn span_of_means(buckets: &[Bucket]) -> Option<(f64, f64)> {
    let means = buckets.iter().map(|b| f64::from(b.mean)).filter(|m| m.is_finite());
    means.fold(None, |span, mean| {
        let (low, high) = span.unwrap_or((mean, mean));
        Some((low.min(mean), high.max(mean)))
    })
}

/// Levels that a change must hold on either side, as a share of all buckets.
const HOLD_RATIO: f64 = 0.1;
/// Times the usual scatter from which a change is clear.
const CLEAR: f64 = 4.0;

fn step_of(candidate: usize, curve: &Candidate<'_>) -> Option<Step> {
    let means: Vec<f64> = curve.buckets.iter().map(|b| f64::from(b.mean)).collect();
    let hold = ((means.len() as f64 * HOLD_RATIO) as usize).max(5);
    if means.len() < 2 * hold || means.iter().any(|m| !m.is_finite()) {
        return None;
    }
    // The place that divides the curve into two levels with the least squares left over.
    let sums: Vec<(f64, f64)> = std::iter::once((0.0, 0.0))
        .chain(means.iter().scan((0.0, 0.0), |sum, mean| {
            *sum = (sum.0 + mean, sum.1 + mean * mean);
            Some(*sum)
        }))
        .collect();
    let left_over = |from: usize, to: usize| {
        let (n, sum) = ((to - from) as f64, sums[to].0 - sums[from].0);
        sums[to].1 - sums[from].1 - sum * sum / n
    };
    let n = means.len();
    let split = (hold..=n - hold).min_by(|a, b| {
        let cost = |at: usize| left_over(0, at) + left_over(at, n);
        cost(*a).total_cmp(&cost(*b))
    })?;
    let (before, after) = (median(&means[..split]), median(&means[split..]));
    let change = (after - before).abs();
    if change < curve.least_change {
        return None;
    }
    let scatter = deviation(&means[..split], before).max(deviation(&means[split..], after));
    let clarity = change / scatter.max(change * 0.01);
    if clarity < CLEAR {
        return None;
    }
    // From the last bucket near the old level to the first near the new one.
    let share = |i: usize| (means[i] - before) / (after - before);
    let begun = (0..split.min(n)).rev().find(|i| share(*i) < 0.15).unwrap_or(split);
    let done = (begun..n).find(|i| share(*i) > 0.85).unwrap_or(split);
    let (from, to) = (&curve.buckets[begun], &curve.buckets[done]);
    Some(Step { candidate, at: from.at, within_seconds: to.at.since(from.at).as_secs_f64(), before, after, clarity })
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// The distance from a level that nine of ten values keep, scaled to a standard deviation (1.645, for the normal
/// distribution). A few spikes do not count; a level that is left again and again does.
fn deviation(values: &[f64], level: f64) -> f64 {
    let mut distances: Vec<f64> = values.iter().map(|v| (v - level).abs()).collect();
    distances.sort_by(f64::total_cmp);
    distances[(distances.len() - 1) * 9 / 10] / 1.645
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(values: impl IntoIterator<Item = f64>) -> Vec<Bucket> {
        let bucket = |(i, value): (usize, f64)| Bucket {
            at: Timestamp::from_millis(i as i64 * 10_000),
            min: value as f32,
            max: value as f32,
            mean: value as f32,
            count: 1,
            gap_before: false,
        };
        values.into_iter().enumerate().map(bucket).collect()
    }

    /// Scatter that is the same in every run.
    fn noise(i: usize) -> f64 {
        ((i * 7919 % 101) as f64 / 101.0 - 0.5) * 0.06
    }

    fn found(values: impl IntoIterator<Item = f64>) -> Option<Step> {
        let buckets = curve(values);
        clearest_step(&[Candidate { buckets: &buckets, least_change: 0.1 }])
    }

    #[test]
    fn a_step_is_found_with_its_time_levels_and_length() {
        let step = found((0..100).map(|i| match i {
            0..60 => 0.37 + noise(i),
            60..64 => 0.37 + 0.46 * (i - 59) as f64 / 5.0,
            _ => 0.83 + noise(i),
        }))
        .expect("a step");
        assert!((57..=60).contains(&(step.at.as_millis() / 10_000)), "{step:?}");
        assert!((step.before - 0.37).abs() < 0.02 && (step.after - 0.83).abs() < 0.02, "{step:?}");
        assert!((30.0..=70.0).contains(&step.within_seconds), "{step:?}");
    }

    #[test]
    fn calm_spikes_and_slow_drift_are_no_steps() {
        assert_eq!(found((0..100).map(noise)), None, "calm");
        assert_eq!(found((0..100).map(|i| if i == 50 { 9.0 } else { noise(i) })), None, "one spike");
        assert_eq!(found((0..100).map(|i| i as f64 / 100.0)), None, "drift");
        assert_eq!(found((0..100).map(|i| if i % 7 < 3 { 0.8 } else { 0.0 })), None, "to and fro");
        assert_eq!(found((0..6).map(|i| i as f64)), None, "too little");
        assert_eq!(found([]), None, "nothing");
    }

    #[test]
    fn the_clearest_of_several_wins() {
        let faint = curve((0..100).map(|i| if i < 50 { 0.3 } else { 0.5 } + noise(i)));
        let clear = curve((0..100).map(|i| if i < 30 { 0.1 } else { 0.9 } + noise(i)));
        let candidate = |buckets| Candidate { buckets, least_change: 0.1 };
        let step = clearest_step(&[candidate(&faint), candidate(&clear)]).expect("a step");
        assert_eq!((step.candidate, step.at.as_millis()), (1, 290_000));
    }

    #[test]
    fn the_span_of_means_ignores_what_is_not_a_number() {
        assert_eq!(span_of_means(&curve([0.5, f64::NAN, 0.25])), Some((0.25, 0.5)));
        assert_eq!(span_of_means(&[]), None);
    }
}
