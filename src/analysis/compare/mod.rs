//! Two periods of one series side by side: their figures, the change of the median with a confidence interval that
//! allows for samples that depend on one another, and what can be said of it in words.
//!
//! It knows no history and no clock: values come in, in the order of time. There is no chance in it either, so the
//! same values always give the same interval.

mod dependence;
mod student;
#[cfg(test)]
mod tests;
mod words;

use crate::analysis::quantile::quantile_sorted;
use crate::model::{CompareVerdict, PeriodFigures, Tier, Unit, Units};

/// The confidence level of intervals, unless another is asked for.
pub const LEVEL: f64 = 0.95;
/// Fewest samples of a period from which anything is said.
pub const LEAST_SAMPLES: usize = 30;
/// Fewest independent samples that those of a period must be worth.
pub const LEAST_EFFECTIVE: f64 = 10.0;

/// What is compared.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The name in the sentence.
    pub name: &'a str,
    /// The unit of every value.
    pub unit: Unit,
    /// How a person reads units.
    pub units: &'a Units,
}

/// The samples of one period.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The samples, or the means of buckets, in the order of time. What is not finite is left out.
    pub values: &'a [f32],
    /// The greatest sample, where the values are means and so do not hold it.
    pub greatest: Option<f32>,
    /// The mean of the samples, where the values are means of unlike numbers of samples.
    pub mean: Option<f64>,
}

impl<'a> Side<'a> {
    /// A period of single samples.
    pub const fn of_samples(values: &'a [f32]) -> Self {
        Self { values, greatest: None, mean: None }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Figures of the first period; `None` where it has no sample.
    pub a: Option<PeriodFigures>,
    /// Figures of the second period.
    pub b: Option<PeriodFigures>,
    /// Median of the second less that of the first, in the series' unit.
    pub change: Option<f64>,
    /// Confidence interval of that change; `None` where there is too little data for one.
    pub interval: Option<(f64, f64)>,
    /// What can be said.
    pub verdict: CompareVerdict,
    /// One sentence: the verdict and why.
    pub sentence: String,
}

/// One period, worked out.
struct Measured {
    figures: PeriodFigures,
    /// Confidence interval of the median.
    median_interval: (f64, f64),
    is_constant: bool,
}

/// Holds `b` against `a`. Takes time in proportion to n log n, and at most 2,048 squared over 4 steps more a period.
///
/// The interval of each median is Woodruff's: the quantiles at `0.5 ± t √(0.25 / n_eff)`. The two are joined to an
/// interval of the difference by MOVER (Zou and Donner, "Construction of confidence limits about effect measures",
/// Statistics in Medicine 27, 2008), which needs neither normal nor even values.
pub fn compare(subject: &Subject<'_>, a: Side<'_>, b: Side<'_>, level: f64) -> Finding {
    let (a, b) = (measure(a, level), measure(b, level));
    let change = a.as_ref().zip(b.as_ref()).map(|(a, b)| b.figures.median - a.figures.median);
    let is_enough = |side: &Option<Measured>| {
        side.as_ref().is_some_and(|m| m.figures.n >= LEAST_SAMPLES && m.figures.n_effective >= LEAST_EFFECTIVE)
    };
    let interval = match (&a, &b, change) {
        (Some(ma), Some(mb), Some(change)) if is_enough(&a) && is_enough(&b) => Some(difference(ma, mb, change)),
        _ => None,
    };
    let verdict = match interval {
        None => CompareVerdict::TooLittleData,
        Some((low, _)) if low > 0.0 => CompareVerdict::Higher,
        Some((_, high)) if high < 0.0 => CompareVerdict::Lower,
        Some(_) => CompareVerdict::NoDifferenceShown,
    };
    let is_constant = [&a, &b].iter().all(|side| side.as_ref().is_some_and(|m| m.is_constant));
    let mut finding = Finding {
        a: a.map(|m| m.figures),
        b: b.map(|m| m.figures),
        change,
        interval,
        verdict,
        sentence: String::new(),
    };
    finding.sentence = words::sentence(subject, &finding, is_constant, level);
    finding
}

/// The figures of one period; `None` where it has no sample.
pub fn figures(side: Side<'_>) -> Option<PeriodFigures> {
    measure(side, LEVEL).map(|measured| measured.figures)
}

fn measure(side: Side<'_>, level: f64) -> Option<Measured> {
    let values: Vec<f64> = side.values.iter().map(|v| f64::from(*v)).filter(|v| v.is_finite()).collect();
    let mut sorted = values.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let (least, last) = (*sorted.first()?, *sorted.last()?);
    let median = quantile_sorted(&sorted, 0.5)?;
    let worth = dependence::worth_of_signs(&values, median);
    let reach = student::t_quantile(f64::midpoint(1.0, level), worth.freedom) * (0.25 / worth.n_effective).sqrt();
    Some(Measured {
        figures: PeriodFigures {
            n: values.len(),
            n_effective: worth.n_effective,
            median,
            p95: quantile_sorted(&sorted, 0.95)?,
            max: side.greatest.map(f64::from).filter(|max| max.is_finite()).map_or(last, |max| max.max(last)),
            mean: side.mean.unwrap_or_else(|| values.iter().sum::<f64>() / values.len() as f64),
        },
        median_interval: (quantile_sorted(&sorted, 0.5 - reach)?, quantile_sorted(&sorted, 0.5 + reach)?),
        is_constant: least == last,
    })
}

/// MOVER: each end of the difference lies as far from it as the two near ends of the medians, squared and added.
fn difference(a: &Measured, b: &Measured, change: f64) -> (f64, f64) {
    let below = (b.figures.median - b.median_interval.0).hypot(a.median_interval.1 - a.figures.median);
    let above = (b.median_interval.1 - b.figures.median).hypot(a.figures.median - a.median_interval.0);
    (change - below, change + above)
}

/// How the figures were computed, in sentences. `n_judged` counts the rows that had enough data: it tells how many of
/// them would be called higher or lower by chance alone.
pub fn method(level: f64, tiers: (Tier, Tier), n_judged: usize) -> String {
    words::method(level, tiers, n_judged)
}
