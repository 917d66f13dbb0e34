//! Whether a value can be taken: its numbers, its buckets and its times.

use super::stream::{Fresh, Kind, Times};
use super::view::{Metric, Point, Shape};
use crate::analysis::histogram::{explicit, exponential};
use crate::model::Timestamp;

/// How far ahead of its arrival a value may be dated, milliseconds.
const MAX_AHEAD: i64 = 300_000;
/// How old a value may be, milliseconds.
const MAX_AGE: i64 = 3_600_000;

/// What is wrong with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is no number, or without end, or negative where it cannot be.
    NotFinite,
    /// Its buckets do not fit each other or its count.
    Buckets,
    /// It is dated too far ahead or too long ago.
    Dated,
    /// Nothing says whether it counts since the value before.
    Temporality,
    /// It is of a kind that is not known, or another than before.
    Kind,
}

/// The times of a value that arrived now.
///
/// # Errors
/// [`Fault::Dated`].
pub fn times(start: u64, time: u64, at: Timestamp) -> Result<Times, Fault> {
    let now = at.as_millis();
    let now_nanos = u64::try_from(now).unwrap_or(0).saturating_mul(1_000_000);
    let time = if time == 0 { now_nanos } else { time };
    let own = i64::try_from(time / 1_000_000).unwrap_or(i64::MAX);
    if own > now.saturating_add(MAX_AHEAD) || own < now.saturating_sub(MAX_AGE) {
        return Err(Fault::Dated);
    }
    Ok(Times { start: if start > time { 0 } else { start }, time, at: now })
}

/// The kind of a metric, and whether its values count since the value before.
///
/// # Errors
/// [`Fault::Kind`], [`Fault::Temporality`].
pub fn kind(metric: &Metric<'_>) -> Result<(Kind, bool), Fault> {
    let told = metric.is_delta.ok_or(Fault::Temporality);
    Ok(match metric.shape {
        Shape::Unknown => return Err(Fault::Kind),
        Shape::Gauge => (Kind::Gauge, false),
        Shape::Sum if metric.is_monotonic => (Kind::Counter, told?),
        Shape::Sum => (Kind::UpDown, metric.is_delta.unwrap_or(false)),
        Shape::Explicit | Shape::Exponential => (Kind::Histogram, told?),
        Shape::Summary => (Kind::Summary, false),
    })
}

/// The value of a point, sound.
///
/// # Errors
/// [`Fault`].
pub fn fresh(shape: Shape, kind: Kind, point: &mut Point) -> Result<Fresh<'_>, Fault> {
    match shape {
        Shape::Unknown => Err(Fault::Kind),
        Shape::Gauge | Shape::Sum => number(kind, point.value.unwrap_or(f64::NAN)),
        Shape::Explicit => {
            if point.counts.len() > 1 || !point.bounds.is_empty() {
                explicit_value(&point.bounds, &point.counts, point.count, point.sum)
            } else {
                explicit_value(&[], &[], point.count, point.sum)
            }
        }
        Shape::Exponential => {
            let own = &mut point.exponential;
            let is_scaled = (exponential::MIN_SCALE..=exponential::MAX_SCALE).contains(&own.scale);
            let is_zero_sound = own.zero_threshold.is_finite() && own.zero_threshold >= 0.0;
            if !is_scaled || !is_zero_sound || own.count() != point.count {
                return Err(Fault::Buckets);
            }
            own.fit();
            let sum = finite(point.sum)?;
            Ok(Fresh::Exponential { buckets: own, count: point.count, sum })
        }
        Shape::Summary => summary(&mut point.quantiles, point.count, point.sum.unwrap_or(0.0)),
    }
}

/// A gauge or a sum.
///
/// # Errors
/// [`Fault::NotFinite`].
pub fn number(kind: Kind, value: f64) -> Result<Fresh<'static>, Fault> {
    let is_sound = value.is_finite() && (kind != Kind::Counter || value >= 0.0);
    is_sound.then_some(Fresh::Number(value)).ok_or(Fault::NotFinite)
}

/// Buckets with bounds.
///
/// # Errors
/// [`Fault`].
pub fn explicit_value<'a>(
    bounds: &'a [f64],
    counts: &'a [u64],
    count: u64,
    sum: Option<f64>,
) -> Result<Fresh<'a>, Fault> {
    let all = counts.iter().fold(0u64, |sum, n| sum.saturating_add(*n));
    if !explicit::is_sound(bounds, counts) || (!counts.is_empty() && all != count) {
        return Err(Fault::Buckets);
    }
    Ok(Fresh::Explicit { bounds, counts, count, sum: finite(sum)? })
}

/// Quantiles; those without a value are left out, as a sender has none while nothing happened.
///
/// # Errors
/// [`Fault::NotFinite`].
pub fn summary(quantiles: &mut Vec<(f64, f64)>, count: u64, sum: f64) -> Result<Fresh<'_>, Fault> {
    quantiles.retain(|(p, value)| (0.0..=1.0).contains(p) && value.is_finite());
    finite(Some(sum))?;
    Ok(Fresh::Summary { quantiles, count, sum })
}

fn finite(sum: Option<f64>) -> Result<Option<f64>, Fault> {
    if sum.is_none_or(f64::is_finite) { Ok(sum) } else { Err(Fault::NotFinite) }
}
