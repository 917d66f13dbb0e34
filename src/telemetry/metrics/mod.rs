//! Metrics that services report: from messages and scrapes to series on the machine's own ticks.
//!
//! It knows no socket and no clock: bodies and times come in, series and figures are asked for.

mod book;
mod check;
mod delta;
mod figures;
mod leaving;
mod names;
mod opening;
mod putting;
mod raw;
mod reading;
mod record;
mod row;
mod series;
mod service;
mod stream;
mod taking;
mod tally;
#[cfg(test)]
mod tests;
mod units;
mod view;
mod window;

use std::sync::Arc;
use std::time::Duration;

pub use self::book::MetricBook;
pub use self::reading::Reading;
pub use self::taking::PIECE;
use super::otlp::common::Sender;
use crate::model::Timestamp;
use crate::model::service::{Identity, StreamFigures};

/// A stream of values: who sends it and what tells it from the sender's others.
#[derive(Debug, Clone, Copy)]
pub struct Stream<'a> {
    /// Who sends it.
    pub sender: &'a Sender,
    /// The metric's name.
    pub metric: &'a str,
    /// Its unit in UCUM; empty where it is not told.
    pub unit: &'a str,
    /// Its attributes, in any order.
    pub attributes: &'a [(&'a str, &'a str)],
    /// Time between its values, where that is known, as it is for scrapes.
    pub interval: Option<Duration>,
}

/// A value of a stream.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Datum<'a> {
    /// What is now.
    Gauge(f64),
    /// What was added up.
    Sum {
        /// The sum.
        value: f64,
        /// Whether it grows alone.
        is_monotonic: bool,
        /// Whether it was added up since the value before, rather than since the start.
        is_delta: bool,
        /// Since when it counts, where that is known.
        start: Option<Timestamp>,
    },
    /// Values counted in buckets.
    Histogram {
        /// Upper bounds of all buckets but the last, which has none; growing.
        bounds: &'a [f64],
        /// Values in each bucket, one more than bounds; not added up over buckets.
        counts: &'a [u64],
        /// The sum of all values, where it is told.
        sum: Option<f64>,
        /// The number of all values.
        count: u64,
        /// Whether it counts since the value before, rather than since the start.
        is_delta: bool,
        /// Since when it counts, where that is known.
        start: Option<Timestamp>,
    },
    /// Quantiles that the sender worked out.
    Summary {
        /// Each quantile, 0 to 1, with its value.
        quantiles: &'a [(f64, f64)],
        /// The sum of all values.
        sum: f64,
        /// The number of all values.
        count: u64,
        /// Since when it counts, where that is known.
        start: Option<Timestamp>,
    },
}

/// What is told of one service by metrics.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceMetrics {
    /// Its name.
    pub name: Arc<str>,
    /// What it says of itself.
    pub identity: Identity,
    /// When it was first heard of.
    pub first_at: Timestamp,
    /// When it was last heard of.
    pub last_at: Timestamp,
    /// What it does.
    pub figures: Arc<StreamFigures>,
}
