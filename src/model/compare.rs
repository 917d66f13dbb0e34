//! Two periods side by side: what is asked, and what is found.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::history::Tier;
use super::series::SeriesId;
use super::time::TimeRange;
use super::view::Bucket;

/// Two periods, and the series to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompareRequest {
    /// The period that is the measure.
    pub a: TimeRange,
    /// The period that is held against it.
    pub b: TimeRange,
    /// The series, in drawing order; at most 128.
    pub series: Arc<[SeriesId]>,
    /// Width of the drawing in points, as in a view.
    pub width_px: u32,
}

/// What can be said of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CompareVerdict {
    /// B is higher than A beyond chance.
    Higher,
    /// B is lower than A beyond chance.
    Lower,
    /// The interval of the change holds zero.
    NoDifferenceShown,
    /// Too few independent samples in one period or the other.
    TooLittleData,
}

impl CompareVerdict {
    /// The words a person reads.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
            Self::NoDifferenceShown => "no difference shown",
            Self::TooLittleData => "too little data",
        }
    }
}

/// The figures of one series in one period, in the series' unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PeriodFigures {
    /// Samples, or buckets where only those are kept.
    pub n: usize,
    /// How many independent samples those are worth.
    pub n_effective: f64,
    /// Median.
    pub median: f64,
    /// 95th percentile.
    pub p95: f64,
    /// Greatest value.
    pub max: f64,
    /// Mean.
    pub mean: f64,
}

/// One series in both periods.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CompareRow {
    /// Which.
    pub series: SeriesId,
    /// Its figures in A; `None` where nothing was recorded.
    pub a: Option<PeriodFigures>,
    /// Its figures in B.
    pub b: Option<PeriodFigures>,
    /// Change of the median, B less A, in the series' unit.
    pub change: Option<f64>,
    /// Confidence interval of that change, at [`Comparison::level`].
    pub interval: Option<(f64, f64)>,
    /// What can be said.
    pub verdict: CompareVerdict,
    /// One sentence: the verdict and why.
    pub sentence: Arc<str>,
    /// Its curve in A, times as they were.
    #[serde(with = "crate::model::packed")]
    pub curve_a: Arc<[Bucket]>,
    /// Its curve in B, times as they were.
    #[serde(with = "crate::model::packed")]
    pub curve_b: Arc<[Bucket]>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What was asked.
    pub request: CompareRequest,
    /// How finely A and B are kept: what the figures were computed from.
    pub tiers: (Tier, Tier),
    /// Confidence level of the intervals, such as 0.95.
    pub level: f64,
    /// One row for each series asked for, in that order.
    pub rows: Arc<[CompareRow]>,
    /// How the figures were computed; sentences.
    pub method: Arc<str>,
}
