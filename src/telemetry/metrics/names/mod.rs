//! Metrics and attributes by their names: what they are, and what they are called today.
//!
//! OpenTelemetry, Semantic Conventions, "HTTP metrics", "Database client metrics", "Messaging metrics", "RPC metrics", and
//! the migration guides of each for the older names. Micrometer's and Prometheus' own names stand beside them.

mod attributes;
mod metrics;
#[cfg(test)]
mod tests;

pub use attributes::{Attribute, Set, canonical};
pub use metrics::{Known, known};

/// What a metric tells of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Nothing that a row is made of.
    Other,
    /// How long requests that are served take.
    Served,
    /// How long remote procedure calls that are served take.
    ServedCalls,
    /// How long requests to others take.
    Called,
    /// How long remote procedure calls to others take.
    CalledByRpc,
    /// How long operations on a database take.
    Database,
    /// Connections of a pool by state.
    PoolCount,
    /// Connections a pool may open.
    PoolMax,
    /// Requests that wait for a connection.
    PoolPending,
    /// How long they wait.
    PoolWait,
    /// Waits that ended without one.
    PoolTimeOuts,
    /// Look-ups in a cache by result.
    CacheRequests,
    /// Values that a cache let go.
    CacheEvictions,
    /// Items of a batch.
    BatchSize,
    /// How long a batch takes.
    BatchDuration,
    /// How long an item waits for its batch.
    BatchWait,
    /// Messages that wait.
    QueueDepth,
    /// Messages sent.
    Sent,
    /// Messages taken.
    Taken,
    /// How long a message is worked on.
    Processed,
}

impl Role {
    /// What the events of a histogram are.
    pub const fn event(self) -> &'static str {
        match self {
            Self::Served | Self::Called | Self::ServedCalls | Self::CalledByRpc | Self::PoolWait => "request",
            Self::Database => "operation",
            Self::BatchSize | Self::BatchDuration => "batch",
            Self::BatchWait => "item",
            Self::Processed => "message",
            _ => "event",
        }
    }

    /// Whether what fails is told apart in its attributes.
    pub const fn tells_errors(self) -> bool {
        matches!(
            self,
            Self::Served | Self::ServedCalls | Self::Called | Self::CalledByRpc | Self::Database | Self::Processed
        )
    }

    /// What it is for people, in sentence case.
    pub const fn title(self) -> Option<&'static str> {
        Some(match self {
            Self::Other => return None,
            Self::Served => "Request duration",
            Self::ServedCalls => "Call duration",
            Self::Called => "Duration of requests to others",
            Self::CalledByRpc => "Duration of calls to others",
            Self::Database => "Database operation duration",
            Self::PoolCount => "Database connections",
            Self::PoolMax => "Database connections at most",
            Self::PoolPending => "Requests waiting for a connection",
            Self::PoolWait => "Wait for a connection",
            Self::PoolTimeOuts => "Waits for a connection that timed out",
            Self::CacheRequests => "Cache look-ups",
            Self::CacheEvictions => "Cache evictions",
            Self::BatchSize => "Batch size",
            Self::BatchDuration => "Batch duration",
            Self::BatchWait => "Wait for a batch",
            Self::QueueDepth => "Messages waiting",
            Self::Sent => "Messages sent",
            Self::Taken => "Messages taken",
            Self::Processed => "Message processing",
        })
    }
}
