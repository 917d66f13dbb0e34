//! What spans and logs tell: requests, functions, errors, and where time goes, by service; and the traces themselves.
//!
//! No clock, no thread, no lock: the time comes in with what arrived. Memory is bounded whatever is sent.

use std::sync::Arc;

use crate::model::Timestamp;
use crate::model::service::{Bounds, Identity, IntakeFigures, SpanFigures, TraceAnswer, TraceQuestion};

use super::otlp::{Malformed, Taken};
use super::record::{Record, Tick};

/// What the spans and logs of a service tell.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceSpans {
    /// The service.
    pub name: Arc<str>,
    /// What it says of itself.
    pub identity: Identity,
    /// When it was first heard of.
    pub first_at: Timestamp,
    /// When it was last heard of.
    pub last_at: Timestamp,
    /// Its figures.
    pub figures: Arc<SpanFigures>,
}

/// Everything that spans and logs told, within bounds.
#[derive(Debug)]
pub struct SpanBook {
    bounds: Bounds,
}

impl SpanBook {
    /// An empty book.
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds: bounds.clamped() }
    }

    /// Changes how much is kept; what is over goes at once.
    pub fn set_bounds(&mut self, bounds: Bounds) {
        self.bounds = bounds.clamped();
    }

    /// Takes an `ExportTraceServiceRequest` that arrived at this time.
    ///
    /// # Errors
    /// [`Malformed`]. What stood before the fault was taken.
    pub fn take_traces(&mut self, _body: &[u8], _at: Timestamp) -> Result<Taken, Malformed> {
        Ok(Taken::default())
    }

    /// Takes an `ExportLogsServiceRequest` that arrived at this time.
    ///
    /// # Errors
    /// [`Malformed`]. What stood before the fault was taken.
    pub fn take_logs(&mut self, _body: &[u8], _at: Timestamp) -> Result<Taken, Malformed> {
        Ok(Taken::default())
    }

    /// At each tick: series and their values. `reports_requests` tells of which service metrics give the requests.
    pub fn record(&mut self, _tick: Tick, _reports_requests: &dyn Fn(&str) -> bool, _out: &mut dyn Record) {}

    /// What is told of each service, by name.
    pub fn figures(&mut self, _at: Timestamp) -> Vec<ServiceSpans> {
        Vec::new()
    }

    /// Answers a question about traces and logs.
    pub fn answer(&self, question: &TraceQuestion, at: Timestamp) -> TraceAnswer {
        TraceAnswer { question: question.clone(), at, ..TraceAnswer::default() }
    }

    /// Adds what was taken, left out and evicted.
    pub fn add_losses(&self, _figures: &mut IntakeFigures) {}

    /// Takes a service away, until it reports again.
    pub fn forget(&mut self, _service: &str) {}
}
