//! The answer of history as JSON and as CSV.

use std::fmt::Write as _;

use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::ask::Asked;
use super::cut::Cut;
use crate::api::Problem;
use crate::api::endpoints::answer;
use crate::api::endpoints::when::Moment;
use crate::api::endpoints::words;
use crate::model::{TimeRange, Timestamp, ViewData};

/// Series over a time.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HistoryPage {
    /// First moment of this page.
    pub from: Moment,
    /// First moment after this page.
    pub to: Moment,
    /// Length of a bucket; 0 where each sample is one.
    pub step_seconds: f64,
    /// Length of the buckets this was made of; 0 for single samples. Where it does not divide the step, a bucket over an
    /// edge counts where it begins.
    pub source_step_seconds: f64,
    /// The coarsest tier any of it comes from: `full`, `minute` or `hour`.
    pub tier: &'static str,
    /// The series, in the order of the request.
    pub series: Vec<SeriesHistory>,
    /// Spans in which nothing was recorded; the longest 500.
    pub gaps: Vec<Gap>,
    /// Where the rest is; `null` on the last page.
    pub next: Option<String>,
}

/// One series over a time.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SeriesHistory {
    /// Its key.
    pub series: String,
    /// Unit of `min`, `max` and `mean`, in UCUM.
    pub unit: String,
    /// Its buckets by time; one without a sample is left out.
    pub buckets: Vec<HistoryBucket>,
}

/// The samples of one bucket.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct HistoryBucket {
    /// When it begins; where no step was asked for, the time of its first sample.
    pub at: Moment,
    /// Least value.
    pub min: f32,
    /// Greatest value.
    pub max: f32,
    /// Mean.
    pub mean: f32,
    /// Number of samples.
    pub count: u32,
}

/// A span in which nothing was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Gap {
    /// First moment.
    pub from: Moment,
    /// First moment after it.
    pub to: Moment,
}

/// The page that was asked for, out of the engine's answer.
pub fn page(asked: &Asked, data: &ViewData) -> HistoryPage {
    let source_step_seconds = data.step.as_secs_f64();
    let series = asked.series.iter().zip(data.curves.iter()).map(|(series, curve)| SeriesHistory {
        series: series.key.to_string(),
        unit: series.unit.clone(),
        buckets: asked
            .cut
            .buckets(&curve.buckets, asked.page)
            .into_iter()
            .map(|bucket| HistoryBucket {
                at: Moment(bucket.at),
                min: bucket.min,
                max: bucket.max,
                mean: bucket.mean,
                count: bucket.count,
            })
            .collect(),
    });
    HistoryPage {
        from: Moment(asked.page.start),
        to: Moment(asked.page.end),
        step_seconds: match asked.cut {
            Cut::Step(step) => step.as_secs_f64(),
            Cut::Buckets(_) => source_step_seconds,
        },
        source_step_seconds,
        tier: words::tier(data.tier),
        series: series.collect(),
        gaps: data.gaps.iter().filter_map(|gap| within(*gap, asked.page)).collect(),
        next: next(asked),
    }
}

fn within(gap: TimeRange, page: TimeRange) -> Option<Gap> {
    let (from, to) = (gap.start.max(page.start), gap.end.min(page.end));
    (from < to).then_some(Gap { from: Moment(from), to: Moment(to) })
}

/// Where the next page is: times that stand still, so that all pages are of one request.
fn next(asked: &Asked) -> Option<String> {
    let Cut::Step(step) = asked.cut else { return None };
    if asked.page.end >= asked.range.end {
        return None;
    }
    let moment = |at: Timestamp| Moment(at).to_string().replace(':', "%3A");
    let (from, to) = (moment(asked.page.end), moment(asked.range.end));
    let mut link = format!("/performance/history?from={from}&to={to}&step={}", step.as_secs_f64());
    for series in &asked.series {
        let _ = write!(link, "&series={}", escaped(&series.key.to_string()));
    }
    if asked.is_csv {
        link.push_str("&format=csv");
    }
    Some(link)
}

/// A text as it stands in a query: all but letters, digits and `-._~` escaped (RFC 3986, section 2.3).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// A row for each bucket of each series.
///
/// # Errors
/// None that can be: texts are written to memory.
pub fn csv(page: &HistoryPage) -> Result<Response, Problem> {
    let failed = |e: csv::Error| Problem::new(axum::http::StatusCode::INTERNAL_SERVER_ERROR, e.to_string());
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["at", "series", "unit", "min", "max", "mean", "count"]).map_err(failed)?;
    for series in &page.series {
        for bucket in &series.buckets {
            let (min, max) = (bucket.min.to_string(), bucket.max.to_string());
            let (mean, count) = (bucket.mean.to_string(), bucket.count.to_string());
            let at = bucket.at.to_string();
            out.write_record([&at, &series.series, &series.unit, &min, &max, &mean, &count]).map_err(failed)?;
        }
    }
    let body = out.into_inner().map_err(|e| failed(csv::Error::from(e.into_error())))?;
    Ok(answer::text("text/csv; charset=utf-8; header=present", body))
}
