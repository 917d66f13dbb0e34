//! OTLP: what services send, from bytes to views on them. Who listens, and who counts, stand beside this.
//!
//! A request is read where it lies: nothing is copied or set aside before somebody asks for it, so a request costs no
//! memory beyond its own bytes, whatever it claims to hold.

pub mod common;
pub mod protobuf;

use crate::model::Timestamp;

/// What a request carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signal {
    /// `opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest`.
    Metrics,
    /// `opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest`.
    Traces,
    /// `opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest`.
    Logs,
}

/// What became of a request that could be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Taken {
    /// Data points, spans or log records that were left out.
    pub n_rejected: u64,
    /// Why, for the sender; empty where none was.
    pub why: String,
}

/// A request that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the request cannot be read as {what}: {why}")]
pub struct Malformed {
    /// What was expected.
    pub what: &'static str,
    /// Where it broke off.
    pub why: protobuf::Broken,
}

/// Who counts what comes in. Called by several threads at once; never waits long.
pub trait Sink: Send + Sync {
    /// Takes the body of a request, uncompressed protobuf, that arrived at this time.
    ///
    /// # Errors
    /// [`Malformed`]. What stood before the fault may have been taken.
    fn take(&self, signal: Signal, body: &[u8], at: Timestamp) -> Result<Taken, Malformed>;

    /// A request was refused before it could be read: oversized, of an unknown type, without a token.
    fn refused(&self);
}
