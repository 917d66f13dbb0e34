//! Metrics that services report: from messages and scrapes to series on the machine's own ticks.
//!
//! It knows no socket and no clock: bodies and times come in, series and figures are asked for.

use std::sync::Arc;
use std::time::Duration;

use super::otlp::common::Sender;
use super::otlp::{Malformed, Taken};
use super::record::{Record, Tick};
use crate::model::Timestamp;
use crate::model::service::{Bounds, Identity, IntakeFigures, StreamFigures};

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

/// All streams of all services.
#[derive(Debug)]
pub struct MetricBook {
    bounds: Bounds,
}

impl MetricBook {
    /// An empty book.
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds: bounds.clamped() }
    }

    /// Keeps to other bounds from now on; what is over them already stays until it falls silent.
    pub fn set_bounds(&mut self, bounds: Bounds) {
        self.bounds = bounds.clamped();
    }

    /// Takes an `ExportMetricsServiceRequest` that arrived at this time.
    ///
    /// # Errors
    /// [`Malformed`]. What stood before the fault is taken.
    pub fn take(&mut self, _body: &[u8], _at: Timestamp) -> Result<Taken, Malformed> {
        Ok(Taken::default())
    }

    /// Takes one value from elsewhere than OTLP. Gives whether it was taken.
    pub fn put(&mut self, _stream: &Stream<'_>, _datum: &Datum<'_>, _at: Timestamp) -> bool {
        false
    }

    /// Records what came in since the tick before.
    pub fn record(&mut self, _tick: Tick, _out: &mut dyn Record) {}

    /// What each service does, by name.
    pub fn figures(&mut self, _at: Timestamp) -> Vec<ServiceMetrics> {
        Vec::new()
    }

    /// Whether metrics tell how long this service's requests take.
    pub fn reports_requests(&self, _service: &str) -> bool {
        false
    }

    /// Adds what was taken and lost.
    pub fn add_losses(&self, _figures: &mut IntakeFigures) {}

    /// Forgets a service until it reports anew.
    pub fn forget(&mut self, _service: &str) {}
}
