//! How many independent samples a run of dependent ones is worth, for the median.
//!
//! Samples a second apart resemble one another. What counts for a median is whether a sample lies above or below it,
//! so the integrated autocorrelation time is taken of those signs.

/// Most values the autocorrelation is taken of; longer runs are cut into as many means of neighbours, which leaves the
/// variance of the mean as it is.
const MOST_VALUES: usize = 2048;
/// The window of the sum in autocorrelation times, from Sokal's 4 to 10, where the time counts both sides of zero.
const WINDOW_TIMES: f64 = 2.5;

/// What a run of samples is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Worth {
    /// Independent samples; from 1 to the number of samples.
    pub(super) n_effective: f64,
    /// Degrees of freedom of that estimate.
    pub(super) freedom: f64,
}

/// What `values`, in the order of time, are worth for their median. There must be at least one.
///
/// The time is Sokal's sum of autocorrelations with a window that grows until it is some times the sum ("Monte Carlo
/// Methods in Statistical Mechanics", 1997); its bias and variance are Wolff's ("Monte Carlo errors with less errors",
/// Computer Physics Communications 156, 2004): the sum is raised by `(2 W + 1) / n` of itself, and a relative variance of
/// `2 (2 W + 1) / n` makes `n / (2 W + 1)` degrees of freedom.
pub(super) fn worth_of_signs(values: &[f64], median: f64) -> Worth {
    let n = values.len() as f64;
    let signs = values.iter().map(|v| f64::from(i8::from(*v > median) - i8::from(*v < median)));
    let width = values.len().div_ceil(MOST_VALUES).max(1);
    let signs: Vec<f64> = signs.collect();
    let centre = signs.iter().sum::<f64>() / n;
    let variance = signs.iter().map(|s| (s - centre).powi(2)).sum::<f64>() / n;
    let deviations: Vec<f64> =
        signs.chunks_exact(width).map(|chunk| chunk.iter().sum::<f64>() / width as f64 - centre).collect();
    let n_means = deviations.len() as f64;
    let at_lag = |lag: usize| -> f64 {
        let pairs = deviations.iter().zip(&deviations[lag..]);
        pairs.map(|(now, later)| now * later).sum::<f64>() / n_means
    };
    let own = at_lag(0);
    if variance <= 0.0 || own <= 0.0 {
        return Worth { n_effective: n, freedom: n };
    }
    let mut time = 1.0;
    let mut window = 0;
    while (window as f64) < WINDOW_TIMES * time && window < deviations.len() / 2 {
        window += 1;
        time += 2.0 * at_lag(window) / own;
    }
    let share = (2.0 * window as f64 + 1.0) / n_means;
    let time = time.max(1.0 / n_means) * (1.0 + share);
    let n_effective = (variance / own * n_means / time).clamp(1.0, n);
    Worth { n_effective, freedom: (1.0 / share).max(2.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worth(values: impl IntoIterator<Item = f64>, median: f64) -> (f64, f64) {
        let values: Vec<f64> = values.into_iter().collect();
        let worth = worth_of_signs(&values, median);
        ((worth.n_effective * 10.0).round() / 10.0, worth.freedom.round())
    }

    #[test]
    fn what_never_changes_is_worth_all_it_has() {
        assert_eq!(worth([5.0; 40], 5.0), (40.0, 40.0));
        assert_eq!(worth([5.0], 5.0), (1.0, 1.0));
    }

    #[test]
    fn runs_of_equal_samples_are_worth_one_each() {
        // 400 draws, each held for ten samples: about 400 independent ones, not 4,000. The draws are Lehmer's.
        let draws: Vec<f64> = std::iter::successors(Some(20_261_124_u64), |x| Some(x * 48_271 % 2_147_483_647))
            .skip(10)
            .take(400)
            .map(|x| x as f64 / 2_147_483_647.0)
            .collect();
        let (n, _) = worth((0..4000).map(|i| draws[i / 10]), 0.5);
        assert!((250.0..=550.0).contains(&n), "{n}");
    }

    #[test]
    fn one_step_is_worth_next_to_nothing() {
        let (n, freedom) = worth((0..3600).map(|i| f64::from(u8::from(i >= 1800))), 0.5);
        assert!(n < 10.0, "{n}");
        assert!(freedom < 6.0, "{freedom}");
    }
}
