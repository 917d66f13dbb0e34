//! The intake: where everything that services report comes together, and from where each tick takes it.
//!
//! Bodies come from several threads; a tick comes from one. Each book stands behind a lock of its own, which is held for
//! one body or one tick: what comes in never waits for a chart, and a tick waits at most for one body to be counted.

mod joined;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use self::joined::joined;
use super::metrics::MetricBook;
use super::otlp::{Malformed, Signal, Sink, Taken};
use super::record::{Record, Tick};
use super::spans::SpanBook;
use crate::model::Timestamp;
use crate::model::service::{Bounds, IntakeFigures, Service, TraceAnswer, TraceQuestion};

/// Everything that services report.
pub struct Intake {
    metrics: Mutex<MetricBook>,
    spans: Mutex<SpanBook>,
    n_requests: AtomicU64,
    n_refused: AtomicU64,
}

impl Intake {
    /// An empty one.
    pub fn new(bounds: Bounds) -> Self {
        Self {
            metrics: Mutex::new(MetricBook::new(bounds)),
            spans: Mutex::new(SpanBook::new(bounds)),
            n_requests: AtomicU64::new(0),
            n_refused: AtomicU64::new(0),
        }
    }

    /// The book of metrics. Hold it for one body or one scrape, no longer.
    pub fn metrics(&self) -> MutexGuard<'_, MetricBook> {
        // A panic while a body was counted leaves a book that is less than complete, and still good.
        self.metrics.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spans(&self) -> MutexGuard<'_, SpanBook> {
        self.spans.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// This machine's name: processes of services that name another are not looked for here.
    pub fn set_host(&self, host: &str) {
        self.metrics().set_host(host);
        self.spans().set_host(host);
    }

    /// Keeps to other bounds from now on.
    pub fn set_bounds(&self, bounds: Bounds) {
        self.metrics().set_bounds(bounds);
        self.spans().set_bounds(bounds);
    }

    /// Records what came in since the tick before; gives services by name, of whom nobody has said how they do.
    pub fn record(&self, tick: Tick, out: &mut dyn Record) -> Vec<Service> {
        let mut metrics = self.metrics();
        metrics.record(tick, out);
        let told = metrics.figures(tick.at);
        // Both books are locked in this order and nowhere else together.
        let mut spans = self.spans();
        spans.record(tick, &|service| metrics.reports_requests(service, tick.at), out);
        drop(metrics);
        joined(told, spans.figures(tick.at))
    }

    /// What came in and what was lost.
    pub fn figures(&self) -> IntakeFigures {
        let mut figures = IntakeFigures {
            n_requests: self.n_requests.load(Ordering::Relaxed),
            n_refused: self.n_refused.load(Ordering::Relaxed),
            ..IntakeFigures::default()
        };
        self.metrics().add_losses(&mut figures);
        self.spans().add_losses(&mut figures);
        figures
    }

    /// Looks for traces and logs.
    pub fn answer(&self, question: &TraceQuestion, at: Timestamp) -> TraceAnswer {
        self.spans().answer(question, at)
    }

    /// Forgets a service until it reports anew.
    pub fn forget(&self, service: &str) {
        self.metrics().forget(service);
        self.spans().forget(service);
    }
}

impl Sink for Intake {
    fn take(&self, signal: Signal, body: &[u8], at: Timestamp) -> Result<Taken, Malformed> {
        let taken = match signal {
            Signal::Metrics => self.metrics().take(body, at),
            Signal::Traces => self.spans().take_traces(body, at),
            Signal::Logs => self.spans().take_logs(body, at),
        };
        let counter = if taken.is_ok() { &self.n_requests } else { &self.n_refused };
        counter.fetch_add(1, Ordering::Relaxed);
        taken
    }

    fn refused(&self) {
        self.n_refused.fetch_add(1, Ordering::Relaxed);
    }
}
