//! Whether a change helped: Welch's test on means of minutes before and after.
//!
//! Welch, "The generalization of 'Student's' problem when several different population variances are involved", Biometrika
//! 34 (1947). Minutes depend on the ones before them, so each side counts for `n (1 − r) / (1 + r)` of its minutes, `r`
//! their correlation at lag one (Bartlett 1946). What cannot be told is said to be too early, never "no effect".

use crate::model::suggest::OutcomeVerdict;

/// Fewest minutes on either side from which anything is said.
pub const LEAST_MINUTES: usize = 8;
/// A change by less than this share of the value before does not matter, however sure it is.
const LEAST_SHARE: f64 = 0.03;
/// With an interval wider than this share of the value before to either side, "no effect" would be a guess.
const WIDEST_SHARE: f64 = 0.25;
/// Quantile of the normal distribution for 95 % on both sides.
const Z: f64 = 1.959_964;

/// What can be said.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The verdict.
    pub verdict: OutcomeVerdict,
    /// Mean before.
    pub before: Option<f64>,
    /// Mean after.
    pub after: Option<f64>,
    /// Why, as a sentence without a final period.
    pub why: String,
}

/// Holds the means of minutes after a change against those before.
pub fn judge(before: &[f64], after: &[f64], is_less_better: bool) -> Judged {
    let (a, b) = (Side::of(before), Side::of(after));
    let judged = |verdict, why: String| Judged { verdict, before: a.mean(), after: b.mean(), why };
    let n_least = before.len().min(after.len());
    if n_least < LEAST_MINUTES {
        let why = format!(
            "{} min were seen before and {} since; {LEAST_MINUTES} on both sides are needed",
            before.len(),
            after.len()
        );
        return judged(OutcomeVerdict::TooEarly, why);
    }
    let change = b.mean - a.mean;
    let (va, vb) = (a.variance / a.worth, b.variance / b.worth);
    let spread = (va + vb).sqrt();
    let freedom = (va + vb).powi(2) / (va * va / (a.worth - 1.0) + vb * vb / (b.worth - 1.0));
    let reach = if spread > 0.0 { t_quantile(freedom.max(1.0)) * spread } else { 0.0 };
    let size = a.mean.abs().max(f64::MIN_POSITIVE);
    let minutes = format!("{} min before against {} since, Welch's test at 95 %", before.len(), after.len());
    if change.abs() > reach && change.abs() >= LEAST_SHARE * size {
        let is_better = (change < 0.0) == is_less_better;
        return judged(if is_better { OutcomeVerdict::Helped } else { OutcomeVerdict::Worse }, minutes);
    }
    if reach > WIDEST_SHARE * size && a.mean != b.mean {
        return judged(OutcomeVerdict::TooEarly, format!("{minutes}: the values scatter too much to tell"));
    }
    judged(OutcomeVerdict::NoEffect, minutes)
}

#[derive(Debug, Clone, Copy)]
struct Side {
    n: usize,
    mean: f64,
    variance: f64,
    /// Independent minutes that these are worth; more than 1.
    worth: f64,
}

impl Side {
    fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        let pairs: f64 = values.windows(2).map(|w| (w[0] - mean) * (w[1] - mean)).sum();
        let r = if squares > 0.0 { (pairs / squares).clamp(0.0, 0.9) } else { 0.0 };
        Self {
            n: values.len(),
            mean,
            variance: squares / (n - 1.0).max(1.0),
            worth: (n * (1.0 - r) / (1.0 + r)).max(2.0),
        }
    }

    fn mean(&self) -> Option<f64> {
        (self.n > 0).then_some(self.mean)
    }
}

/// The 97.5 % quantile of Student's distribution: Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964),
/// 26.7.5, good to three figures from three degrees of freedom on.
fn t_quantile(freedom: f64) -> f64 {
    if freedom < 3.0 {
        // Tables: 12.71 at 1, 4.30 at 2; the greater one is the careful one.
        return if freedom < 2.0 { 12.71 } else { 4.30 };
    }
    let z = Z;
    let g1 = (z.powi(3) + z) / 4.0;
    let g2 = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0;
    let g3 = (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / 384.0;
    z + g1 / freedom + g2 / freedom.powi(2) + g3 / freedom.powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values around `mean` that alternate, so that no minute depends on the one before.
    fn around(mean: f64, spread: f64, n: usize) -> Vec<f64> {
        (0..n).map(|i| mean + spread * [1.0, -1.0, 0.3, -0.3][i % 4]).collect()
    }

    #[test]
    fn verdicts_are_those_that_the_figures_bear() {
        use OutcomeVerdict::*;
        let ramp: Vec<f64> = (0..15).map(|i| 100.0 + f64::from(i) * 3.0).collect();
        for (name, before, after, is_less_better, expect) in [
            ("less is better", around(100.0, 5.0, 15), around(80.0, 5.0, 15), true, Helped),
            ("more is better", around(100.0, 5.0, 15), around(80.0, 5.0, 15), false, Worse),
            ("worse", around(100.0, 5.0, 15), around(120.0, 5.0, 15), true, Worse),
            ("the same", around(100.0, 5.0, 15), around(101.0, 5.0, 15), true, NoEffect),
            ("sure, but it does not matter", around(100.0, 0.01, 15), around(101.0, 0.01, 15), true, NoEffect),
            ("constant and equal", vec![0.0; 15], vec![0.0; 15], true, NoEffect),
            ("constant and different", vec![0.5; 15], vec![0.4; 15], true, Helped),
            ("too little since", around(100.0, 5.0, 15), around(50.0, 5.0, 7), true, TooEarly),
            ("too little before", around(100.0, 5.0, 3), around(50.0, 5.0, 15), true, TooEarly),
            ("too noisy", around(100.0, 90.0, 8), around(90.0, 90.0, 8), true, TooEarly),
            ("a drift is not worth its minutes", ramp.clone(), ramp.iter().map(|v| v + 12.0).collect(), true, TooEarly),
        ] {
            let judged = judge(&before, &after, is_less_better);
            assert_eq!(judged.verdict, expect, "{name}: {judged:?}");
        }
        assert_eq!(judge(&[], &[], true).before, None);
    }

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (freedom, expect) in [(3.0, 3.182), (5.0, 2.571), (10.0, 2.228), (30.0, 2.042), (1e9, 1.960)] {
            let found = t_quantile(freedom);
            assert!((found - expect).abs() < 0.012 * expect, "{freedom}: {found}, not {expect}");
        }
    }
}
