//! A report as plain data: everything that is told of a period, before it has a form.

use std::sync::Arc;

use crate::analysis::moments::Notable;
use crate::model::{Annotation, Bucket, BusyProcess, MachineInfo, SeriesDef, Tier, TimeRange, Timestamp, Units};

/// What is told of a period.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportDoc {
    /// Its heading; where it is empty the renderers find one.
    pub title: String,
    /// A person's own words at its beginning; may be empty, may have lines.
    pub remarks: String,
    /// Version of Perfdesk that made it.
    pub version: String,
    /// When it was made.
    pub generated_at: Timestamp,
    /// How far the clock in it is ahead of UTC, seconds.
    pub offset_seconds: i32,
    /// How units read.
    pub units: Units,
    /// The machine, where it is known.
    pub machine: Option<MachineInfo>,
    /// What to know of that, such as that it is the machine of now; may be empty.
    pub machine_note: String,
    /// The period.
    pub range: TimeRange,
    /// From the first sample in it to the last; `None` where there is none.
    pub covers: Option<TimeRange>,
    /// How finely the samples behind the key figures are kept.
    pub kept: Kept,
    /// Spans of the period in which nothing was recorded, by time.
    pub gaps: Vec<TimeRange>,
    /// Its charts, in order.
    pub charts: Vec<ReportChart>,
    /// Its key figures, in order.
    pub figures: Vec<FigureRow>,
    /// What stands out, by time.
    pub moments: Vec<ReportMoment>,
    /// Annotations in the period, by time.
    pub annotations: Vec<Annotation>,
    /// What was left out for want of room, a sentence each.
    pub left_out: Vec<String>,
}

/// How finely a period is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// The tier.
    pub tier: Tier,
    /// Greatest time between samples or length of a bucket, milliseconds; 0 where nothing was recorded.
    pub interval_millis: u32,
}

/// Some curves of one unit.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportChart {
    /// Its heading.
    pub title: String,
    /// Length of a bucket, milliseconds; 0 where buckets are single samples.
    pub step_millis: u64,
    /// The curves; never more than [`ReportChart::MAX_CURVES`].
    pub curves: Vec<ReportCurve>,
}

impl ReportChart {
    /// Curves of one chart: as many as the series colours that are told apart with ease.
    pub const MAX_CURVES: usize = 8;
}

/// One curve.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportCurve {
    /// What is known of the series.
    pub def: Arc<SeriesDef>,
    /// Its buckets, by time; at most some 1,400.
    pub buckets: Vec<Bucket>,
}

/// The key figures of one series, in its unit.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureRow {
    /// What is known of the series.
    pub def: Arc<SeriesDef>,
    /// Samples.
    pub n_samples: u64,
    /// Values that median and 95th percentile were taken of: the samples, or the means of buckets.
    pub n_values: usize,
    /// Least sample.
    pub min: f64,
    /// Median.
    pub median: f64,
    /// 95th percentile.
    pub p95: f64,
    /// Greatest sample.
    pub max: f64,
    /// Mean of the samples.
    pub mean: f64,
}

/// A moment that stands out, and who was busy then.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportMoment {
    /// What stands out; its subject counts the curves of all charts, in order.
    pub notable: Notable,
    /// The busiest processes of the last reading up to then, the busiest first; empty where none is kept.
    pub processes: Vec<BusyProcess>,
    /// When those were read.
    pub processes_at: Option<Timestamp>,
}

impl ReportDoc {
    /// The share of the period in which something was recorded, 0 to 1.
    pub fn recorded_ratio(&self) -> f64 {
        let whole = self.range.span().as_secs_f64();
        if self.covers.is_none() || whole <= 0.0 {
            return 0.0;
        }
        let silent: f64 = self.gaps.iter().map(|gap| gap.span().as_secs_f64()).sum();
        (1.0 - silent / whole).clamp(0.0, 1.0)
    }
}

/// What a series is called: its name, and which one of several.
pub(super) fn series_name(def: &SeriesDef) -> String {
    if def.instance.is_empty() { def.name.to_string() } else { format!("{} {}", def.name, def.instance) }
}
