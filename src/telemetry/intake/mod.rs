//! The intake: where everything that services report comes together, and from where each tick takes it.
//!
//! Bodies come from several threads; a tick comes from one. Each book stands behind a lock of its own, which is held for
//! some hundred values of a body or one tick: a tick waits for these alone, however long the body is.

mod joined;
mod shared;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicU64, Ordering};

use self::joined::joined;
use self::shared::{Piece, Shared};
use super::metrics::{self, MetricBook};
use super::otlp::{Malformed, Signal, Sink, Taken};
use super::record::{Record, Tick};
use super::scrape::{Families, Put, put_each};
use super::spans::{self, SpanBook};
use crate::model::Timestamp;
use crate::model::service::{Bounds, IntakeFigures, Service, Target, TraceAnswer, TraceQuestion};

/// Everything that services report.
pub struct Intake {
    metrics: Shared<MetricBook>,
    spans: Shared<SpanBook>,
    n_requests: AtomicU64,
    n_refused: AtomicU64,
}

impl Intake {
    /// An empty one.
    pub fn new(bounds: Bounds) -> Self {
        Self {
            metrics: Shared::new(MetricBook::new(bounds)),
            spans: Shared::new(SpanBook::new(bounds)),
            n_requests: AtomicU64::new(0),
            n_refused: AtomicU64::new(0),
        }
    }

    /// Puts everything a target said into the book of metrics.
    pub fn scraped(&self, target: &Target, families: &Families<'_>, at: Timestamp) -> Put {
        let mut held: Option<Piece<'_, MetricBook>> = None;
        let mut n = 0;
        put_each(target, families, at, &mut |stream, datum| {
            n += 1;
            if n % metrics::PIECE == 0 {
                held = None;
            }
            held.get_or_insert_with(|| self.metrics.piece()).put(stream, datum, at)
        })
    }

    /// This machine's name: processes of services that name another are not looked for here.
    pub fn set_host(&self, host: &str) {
        self.metrics.at_once().set_host(host);
        self.spans.at_once().set_host(host);
    }

    /// Keeps to other bounds from now on.
    pub fn set_bounds(&self, bounds: Bounds) {
        self.metrics.at_once().set_bounds(bounds);
        self.spans.at_once().set_bounds(bounds);
    }

    /// Records what came in since the tick before; gives services by name, of whom nobody has said how they do.
    pub fn record(&self, tick: Tick, out: &mut dyn Record) -> Vec<Service> {
        let mut metrics = self.metrics.at_once();
        metrics.record(tick, out);
        let told = metrics.figures(tick.at);
        // Both books are locked in this order and nowhere else together.
        let mut spans = self.spans.at_once();
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
        self.metrics.at_once().add_losses(&mut figures);
        self.spans.at_once().add_losses(&mut figures);
        figures
    }

    /// Looks for traces and logs.
    pub fn answer(&self, question: &TraceQuestion, at: Timestamp) -> TraceAnswer {
        self.spans.at_once().answer(question, at)
    }

    fn take_metrics(&self, body: &[u8], at: Timestamp) -> Result<Taken, Malformed> {
        let mut reading = metrics::Reading::new(body, at);
        loop {
            let mut book = self.metrics.piece();
            if !book.take_some(&mut reading)? {
                return Ok(book.taken(&reading));
            }
        }
    }

    fn take_spans(
        &self,
        body: &[u8],
        at: Timestamp,
        take_some: impl Fn(&mut SpanBook, &mut spans::Reading<'_>) -> Result<bool, Malformed>,
    ) -> Result<Taken, Malformed> {
        let mut reading = spans::Reading::new(body, at);
        while take_some(&mut self.spans.piece(), &mut reading)? {}
        Ok(reading.taken())
    }

    /// Forgets a service until it reports anew.
    pub fn forget(&self, service: &str) {
        self.metrics.at_once().forget(service);
        self.spans.at_once().forget(service);
    }
}

impl Sink for Intake {
    fn take(&self, signal: Signal, body: &[u8], at: Timestamp) -> Result<Taken, Malformed> {
        let taken = match signal {
            Signal::Metrics => self.take_metrics(body, at),
            Signal::Traces => self.take_spans(body, at, SpanBook::take_some_spans),
            Signal::Logs => self.take_spans(body, at, SpanBook::take_some_logs),
        };
        let counter = if taken.is_ok() { &self.n_requests } else { &self.n_refused };
        counter.fetch_add(1, Ordering::Relaxed);
        taken
    }

    fn refused(&self) {
        self.n_refused.fetch_add(1, Ordering::Relaxed);
    }
}
