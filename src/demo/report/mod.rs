//! What the service tells of itself by OTLP: metrics, spans and lines of its log. A receiver that is not there disturbs
//! nothing: what waits is bounded, what does not fit is dropped and counted.

mod encode;
mod exporter;
mod log;
mod span;
#[cfg(test)]
mod tests;
mod tracer;
mod wire;

pub use exporter::{Exporter, Place, Source};
pub use log::Log;
pub use span::{SpanKind, Trace, Value};
pub use tracer::Tracer;

use std::sync::Arc;

/// Who reports: OpenTelemetry's conventional names of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// `service.name`.
    pub service: String,
    /// `service.instance.id`.
    pub instance: String,
}

/// What one service has to tell beside its metrics.
#[derive(Clone)]
pub struct Told {
    /// Traces.
    pub tracer: Arc<Tracer>,
    /// Lines of the log.
    pub log: Arc<Log>,
}
