//! What a service does, by route, operation, pool, function and error.
//!
//! Every rate and quantile is over [`StreamFigures::window`] or [`SpanFigures::window`], the newest part of what was
//! reported.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::time::Timestamp;

/// Calls of one kind: how many, how many failed, how long they took.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Flow {
    /// Calls each second.
    pub per_second: f64,
    /// The share of them that failed, 0 to 1; `None` where that is not told.
    pub error_ratio: Option<f64>,
    /// Mean duration, seconds.
    pub mean_seconds: Option<f64>,
    /// Median duration, seconds, as near as the buckets tell.
    pub p50_seconds: Option<f64>,
    /// 95th percentile, seconds.
    pub p95_seconds: Option<f64>,
    /// 99th percentile, seconds.
    pub p99_seconds: Option<f64>,
    /// How far the 95th percentile may be off, as a share of it: the width of its bucket.
    pub p95_error_ratio: Option<f64>,
}

impl Flow {
    /// Time spent in these calls, seconds each second: the mean number under way (Little's law).
    pub fn load(&self) -> f64 {
        self.per_second * self.mean_seconds.unwrap_or(0.0)
    }
}

/// A route that is served.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RouteRow {
    /// Method and route, such as `GET /cart`.
    pub route: Arc<str>,
    /// Its requests.
    pub flow: Flow,
}

/// An operation on a database or another service that is called.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OperationRow {
    /// The system, such as `postgresql`.
    pub system: Arc<str>,
    /// What is done, such as `SELECT orders`.
    pub operation: Arc<str>,
    /// The statement, its values left out; empty where it is not told.
    pub statement: Arc<str>,
    /// Its calls.
    pub flow: Flow,
}

/// Another service that this one calls.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DependencyRow {
    /// Its name or address.
    pub name: Arc<str>,
    /// What kind it is, such as `http` or `postgresql`.
    pub kind: Arc<str>,
    /// The calls.
    pub flow: Flow,
}

/// A pool of connections.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PoolRow {
    /// Its name.
    pub name: Arc<str>,
    /// Connections in use.
    pub used: Option<f64>,
    /// Connections at rest.
    pub idle: Option<f64>,
    /// Connections it may open.
    pub max: Option<f64>,
    /// Requests that wait for one.
    pub pending: Option<f64>,
    /// 95th percentile of the wait, seconds.
    pub wait_p95_seconds: Option<f64>,
    /// Mean of the wait, seconds.
    pub wait_mean_seconds: Option<f64>,
    /// Waits that ended without one, each second.
    pub time_outs_per_second: Option<f64>,
}

/// A cache.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CacheRow {
    /// Its name.
    pub name: Arc<str>,
    /// The share of look-ups that hit, 0 to 1.
    pub hit_ratio: Option<f64>,
    /// Look-ups each second.
    pub per_second: f64,
    /// Values that had to go, each second.
    pub evictions_per_second: Option<f64>,
}

/// A model that works on batches.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct BatchRow {
    /// Its name.
    pub name: Arc<str>,
    /// Mean items of a batch.
    pub size_mean: Option<f64>,
    /// Mean wait of an item, seconds.
    pub wait_mean_seconds: Option<f64>,
    /// Mean time of a batch, seconds.
    pub duration_mean_seconds: Option<f64>,
    /// Items each second.
    pub items_per_second: Option<f64>,
}

/// A queue of messages.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct QueueRow {
    /// Its name.
    pub name: Arc<str>,
    /// Messages that wait.
    pub depth: Option<f64>,
    /// Messages sent each second.
    pub sent_per_second: Option<f64>,
    /// Messages taken each second.
    pub taken_per_second: Option<f64>,
    /// Processing.
    pub flow: Option<Flow>,
}

/// A function that is timed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FunctionRow {
    /// Its name.
    pub name: Arc<str>,
    /// Its calls.
    pub flow: Flow,
    /// Time of its own, without what it called, seconds each second: cores, where it computes all the time.
    pub own_seconds_per_second: f64,
    /// Its longest call within the window, seconds.
    pub slowest_seconds: f64,
    /// The trace of that call, in hexadecimal.
    pub slowest_trace: Arc<str>,
}

/// How errors of a kind come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum ErrorPattern {
    /// Not enough is known.
    #[default]
    Unknown,
    /// First seen within the last 10 min.
    New,
    /// More than before.
    Growing,
    /// At even distances.
    Periodic,
    /// As many as ever.
    Steady,
    /// They came and stopped.
    Over,
}

/// Errors of one kind.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ErrorRow {
    /// The kind, such as `TimeoutError` or `503`.
    pub kind: Arc<str>,
    /// What the newest said, cut short.
    pub message: Arc<str>,
    /// How they come.
    pub pattern: ErrorPattern,
    /// The period, where they are periodic.
    pub period: Option<Duration>,
    /// The one route they all came from; empty where there are several.
    pub only_route: Arc<str>,
    /// The one host they all came from; empty where there are several.
    pub only_host: Arc<str>,
    /// How many were seen.
    pub n: u64,
    /// Errors in each of the last 60 minutes, the oldest first.
    pub by_minute: Arc<[u32]>,
    /// The first.
    pub first_at: Timestamp,
    /// The newest.
    pub last_at: Timestamp,
    /// The trace of the newest, in hexadecimal; empty where it is not known.
    pub trace: Arc<str>,
}

/// Where the time of requests goes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TimeSplit {
    /// The duration of the requests it speaks of, seconds: near their 95th percentile.
    pub near_seconds: f64,
    /// How many they are.
    pub n: u32,
    /// The parts, the largest first; together the mean duration of these requests.
    pub parts: Vec<(TimePart, f64)>,
}

/// A part of a request's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TimePart {
    /// Waiting for a connection of a pool.
    WaitsForConnection,
    /// In a database.
    Database,
    /// In another service.
    Downstream,
    /// In a queue, before it began.
    Queue,
    /// In a cache.
    Cache,
    /// In the service itself.
    OwnCode,
}

/// What metrics tell of a service.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StreamFigures {
    /// The span of every figure.
    pub window: Duration,
    /// All requests that are served.
    pub requests: Option<Flow>,
    /// Requests by route, by the time spent in them.
    pub routes: Arc<[RouteRow]>,
    /// Operations on databases, by the time spent in them.
    pub operations: Arc<[OperationRow]>,
    /// Pools.
    pub pools: Arc<[PoolRow]>,
    /// Caches.
    pub caches: Arc<[CacheRow]>,
    /// Batches.
    pub batches: Arc<[BatchRow]>,
    /// Queues.
    pub queues: Arc<[QueueRow]>,
    /// What it calls.
    pub dependencies: Arc<[DependencyRow]>,
    /// Series kept of it.
    pub n_series: u32,
}

/// What spans and logs tell of a service.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SpanFigures {
    /// The span of every figure.
    pub window: Duration,
    /// All requests that are served.
    pub requests: Option<Flow>,
    /// Requests by route.
    pub routes: Arc<[RouteRow]>,
    /// Operations on databases, with their statements.
    pub operations: Arc<[OperationRow]>,
    /// What it calls.
    pub dependencies: Arc<[DependencyRow]>,
    /// Functions, by the time of their own.
    pub functions: Arc<[FunctionRow]>,
    /// Errors by kind, the newest first.
    pub errors: Arc<[ErrorRow]>,
    /// Where the time goes.
    pub split: Option<TimeSplit>,
    /// Traces kept that pass through it.
    pub n_traces: u32,
    /// Log lines kept of it.
    pub n_logs: u32,
}
