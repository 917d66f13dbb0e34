//! Quantiles of the normal and of Student's distribution.

use std::f64::consts::{FRAC_PI_2, PI};

/// The quantile `p` of Student's distribution with `freedom` degrees of freedom (1 or more), for `p` from 0.5 up to
/// 1, itself excluded.
///
/// Hill, "Algorithm 396: Student's t-quantiles", Communications of the ACM 13 (1970); six figures or more.
pub(super) fn t_quantile(p: f64, freedom: f64) -> f64 {
    // Both tails together, as Hill counts.
    let tails = (2.0 * (1.0 - p)).clamp(1e-12, 1.0);
    let n = freedom.max(1.0);
    if n < 1.000_001 {
        return 1.0 / (tails * FRAC_PI_2).tan();
    }
    if (n - 2.0).abs() < 1e-6 {
        return (2.0 / (tails * (2.0 - tails)) - 2.0).sqrt();
    }
    let a = 1.0 / (n - 0.5);
    let b = 48.0 / (a * a);
    let mut c = ((20_700.0 * a / b - 98.0) * a - 16.0) * a + 96.36;
    let d = ((94.5 / (b + c) - 3.0) / b + 1.0) * (a * PI / 2.0).sqrt() * n;
    let mut y = (d * tails).powf(2.0 / n);
    if y > 0.05 + a {
        let x = -normal_quantile(1.0 - tails / 2.0);
        y = x * x;
        if n < 5.0 {
            c += 0.3 * (n - 4.5) * (x + 0.6);
        }
        c += (((0.05 * d * x - 5.0) * x - 7.0) * x - 2.0) * x + b;
        y = (((((0.4 * y + 6.3) * y + 36.0) * y + 94.5) / c - y - 3.0) / b + 1.0) * x;
        y = (a * y * y).exp_m1();
    } else {
        y = ((1.0 / (((n + 6.0) / (n * y) - 0.089 * d - 0.822) * (n + 2.0) * 3.0) + 0.5 / (n + 4.0)) * y - 1.0)
            * (n + 1.0)
            / (n + 2.0)
            + 1.0 / y;
    }
    (n * y).sqrt()
}

/// The quantile `p` of the normal distribution, for `p` from 0.5 up to 1, itself excluded.
///
/// Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964), 26.2.23: off by less than 4.5e-4, which is finer
/// than what an interval in words needs.
pub(super) fn normal_quantile(p: f64) -> f64 {
    let tail = (1.0 - p).clamp(1e-300, 0.5);
    let t = (-2.0 * tail.ln()).sqrt();
    let top = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let bottom = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    t - top / bottom
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        // Fisher and Yates, "Statistical Tables" (1963), table III.
        for (p, freedom, expect) in [
            (0.975, 1.0, 12.706),
            (0.975, 2.0, 4.303),
            (0.975, 3.0, 3.182),
            (0.975, 5.0, 2.571),
            (0.975, 10.0, 2.228),
            (0.975, 30.0, 2.042),
            (0.975, 1e6, 1.960),
            (0.95, 10.0, 1.812),
            (0.995, 10.0, 3.169),
            (0.995, 1e6, 2.576),
        ] {
            let found = t_quantile(p, freedom);
            assert!((found - expect).abs() < 0.002 * expect, "{p} with {freedom}: {found}, not {expect}");
        }
        assert!(normal_quantile(0.5).abs() < 1e-3);
    }
}
