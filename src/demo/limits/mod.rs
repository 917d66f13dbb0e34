//! The service's limits, from the environment: the keys that a profile is bound to.
//!
//! What is not there has its default; what is there and cannot be is refused in one sentence that names the key. Nothing is
//! rounded or cut to fit: a service that starts with other limits than it was given cannot be tuned.

mod lives;
mod reading;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub use lives::{Life, Lives};
use reading::Reading;
pub use reading::Refused;

/// Connections that the embedded database opens at most: each holds three files.
pub const MOST_CONNECTIONS: usize = 250;

/// A key of the environment: its name, the parameter of a profile that it holds, and the unit it counts in by the name that
/// bindings have for it; empty is the plain one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// The parameter.
    pub param: &'static str,
    /// The conversion.
    pub unit: &'static str,
}

const fn key(name: &'static str, param: &'static str, unit: &'static str) -> Key {
    Key { name, param, unit }
}

/// Every key that is read.
pub const KEYS: &[Key] = &[
    key("DB_POOL_MAX", "database.pool_max", ""),
    key("DB_POOL_MIN", "database.pool_min", ""),
    key("DB_ACQUIRE_TIMEOUT_MS", "database.acquire_timeout", "millis"),
    key("DB_STATEMENT_TIMEOUT_MS", "database.statement_timeout", "millis"),
    key("DB_IDLE_TIMEOUT_MS", "database.idle_timeout", "millis"),
    key("DB_MAX_LIFETIME_MS", "database.max_lifetime", "millis"),
    key("DB_STATEMENT_CACHE", "database.statement_cache", ""),
    key("DB_SLOW_QUERY_MS", "database.slow_query", "millis"),
    key("DB_SERVER_MAX_CONNECTIONS", "database.server_max_connections", ""),
    key("HTTP_POOL_MAX", "http.pool_max", ""),
    key("HTTP_POOL_MAX_PER_HOST", "http.pool_max_per_host", ""),
    key("HTTP_KEEP_ALIVE_MS", "http.keep_alive", "millis"),
    key("HTTP_CONNECT_TIMEOUT_MS", "http.connect_timeout", "millis"),
    key("HTTP_READ_TIMEOUT_MS", "http.read_timeout", "millis"),
    key("HTTP_RETRIES", "http.retries", ""),
    key("HTTP_RETRY_BACKOFF", "http.retry_backoff", ""),
    key("CACHE_ENABLED", "cache.enabled", ""),
    key("CACHE_SIZE_MB", "cache.size", "mebibytes"),
    key("CACHE_POLICY", "cache.policy", ""),
    key("CACHE_TTL", "cache.ttl", "seconds"),
    key("CACHE_NEGATIVE_TTL", "cache.negative_ttl", "seconds"),
    key("ML_BATCH_SIZE", "ml.batch_size", ""),
    key("ML_BATCH_WAIT_MS", "ml.batch_wait", "millis"),
    key("ML_WORKERS", "ml.workers", ""),
    key("ML_WARMUP_BATCHES", "ml.warmup_batches", ""),
    key("SERVICE_WORKERS", "service.workers", ""),
    key("SERVICE_QUEUE_LENGTH", "service.queue_length", ""),
    key("SERVICE_REQUEST_TIMEOUT_MS", "service.request_timeout", "millis"),
    key("SERVICE_WARM_UP", "service.warm_up", ""),
    key("SERVICE_GRACEFUL_STOP_MS", "service.graceful_stop", "millis"),
    key("SERVICE_COMPRESSION_LEVEL", "service.compression_level", ""),
    key("SERVICE_MAX_BODY", "service.max_body", ""),
    key("SERVICE_LOG_LEVEL", "service.log_level", ""),
    key("SERVICE_TRACE_SHARE", "service.trace_share", ""),
];

/// What goes when the cache is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// What was used the longest ago.
    Lru,
    /// What was used the least often.
    Lfu,
    /// What came first.
    Fifo,
}

/// How the pause before the next attempt grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backoff {
    /// There is none.
    None,
    /// It does not.
    Fixed,
    /// It doubles.
    Exponential,
    /// It doubles, and a random share of it is left out.
    Jitter,
}

/// How grave a line of the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Everything.
    Trace,
    /// How, too.
    Debug,
    /// What happened.
    Info,
    /// What may go wrong.
    Warn,
    /// What went wrong.
    Error,
}

/// All limits.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Connections to the database at most.
    pub pool_max: usize,
    /// Connections kept open.
    pub pool_min: usize,
    /// Wait for a connection at most.
    pub acquire: Duration,
    /// Time of one statement at most.
    pub statement: Duration,
    /// How long a connection over the least number may rest.
    pub idle: Duration,
    /// How old a connection gets.
    pub lifetime: Duration,
    /// Statements that a connection keeps prepared.
    pub statement_cache: usize,
    /// A statement that takes longer is written to the log.
    pub slow_query: Duration,
    /// Connections to others at most.
    pub http_max: usize,
    /// Connections to one other at most.
    pub http_max_per_host: usize,
    /// How long one of them may rest.
    pub keep_alive: Duration,
    /// Time to connect at most.
    pub connect: Duration,
    /// Wait for an answer at most.
    pub read: Duration,
    /// Further attempts.
    pub retries: u32,
    /// Pauses before them.
    pub backoff: Backoff,
    /// Whether answers are cached.
    pub is_cached: bool,
    /// Bytes of the cache.
    pub cache_bytes: u64,
    /// What goes when it is full.
    pub policy: Policy,
    /// How long values live.
    pub lives: Lives,
    /// How long it is remembered that something is not there.
    pub negative: Duration,
    /// Items of a batch at most.
    pub batch_size: usize,
    /// How long a batch waits for more.
    pub batch_wait: Duration,
    /// Copies of the model.
    pub models: usize,
    /// Batches computed at the start.
    pub warmup_batches: usize,
    /// Threads that serve.
    pub workers: usize,
    /// Requests that may wait.
    pub queue_length: usize,
    /// Time of a request at most.
    pub request: Duration,
    /// Whether connections are opened and the model is warmed up before it is ready.
    pub warms_up: bool,
    /// How long requests under way may go on at the end.
    pub graceful_stop: Duration,
    /// How hard answers are compressed; 0 is not.
    pub compression: u32,
    /// Bytes of a request's body at most.
    pub max_body: usize,
    /// The least grave line that is written.
    pub log_level: Level,
    /// Share of the requests that is traced.
    pub trace_share: f64,
}

impl Limits {
    /// The limits of this environment.
    ///
    /// # Errors
    /// [`Refused`]: the first key whose value cannot be.
    pub fn read(environment: &dyn Fn(&str) -> Option<String>) -> Result<Self, Refused> {
        let from = Reading(environment);
        let seconds = Duration::from_secs;
        let limits = Self {
            pool_max: from.count("DB_POOL_MAX", 10, 1, 1_000)?,
            pool_min: from.count("DB_POOL_MIN", 2, 0, 1_000)?,
            acquire: from.millis("DB_ACQUIRE_TIMEOUT_MS", seconds(5), 300_000)?,
            statement: from.millis("DB_STATEMENT_TIMEOUT_MS", seconds(8), 86_400_000)?,
            idle: from.millis("DB_IDLE_TIMEOUT_MS", seconds(600), 86_400_000)?,
            lifetime: from.millis("DB_MAX_LIFETIME_MS", seconds(1_800), 604_800_000)?,
            statement_cache: from.count("DB_STATEMENT_CACHE", 100, 0, 10_000)?,
            slow_query: from.millis("DB_SLOW_QUERY_MS", seconds(1), 600_000)?,
            http_max: from.count("HTTP_POOL_MAX", 100, 1, 10_000)?,
            http_max_per_host: from.count("HTTP_POOL_MAX_PER_HOST", 32, 1, 10_000)?,
            keep_alive: from.millis("HTTP_KEEP_ALIVE_MS", seconds(60), 3_600_000)?,
            connect: from.millis("HTTP_CONNECT_TIMEOUT_MS", seconds(2), 120_000)?,
            read: from.millis("HTTP_READ_TIMEOUT_MS", seconds(3), 600_000)?,
            retries: from.count("HTTP_RETRIES", 2, 0, 10)?,
            backoff: from.one_of(
                "HTTP_RETRY_BACKOFF",
                Backoff::Jitter,
                &[
                    ("none", Backoff::None),
                    ("fixed", Backoff::Fixed),
                    ("exponential", Backoff::Exponential),
                    ("exponential_jitter", Backoff::Jitter),
                ],
            )?,
            is_cached: from.switch("CACHE_ENABLED", true)?,
            cache_bytes: from.count::<u64>("CACHE_SIZE_MB", 64, 1, 1 << 20)? << 20,
            policy: from.one_of(
                "CACHE_POLICY",
                Policy::Lru,
                &[("lru", Policy::Lru), ("lfu", Policy::Lfu), ("fifo", Policy::Fifo)],
            )?,
            lives: from.lives("CACHE_TTL", seconds(300))?,
            negative: from.seconds("CACHE_NEGATIVE_TTL", seconds(30), 86_400.0)?,
            batch_size: from.count("ML_BATCH_SIZE", 8, 1, 4_096)?,
            batch_wait: from.millis("ML_BATCH_WAIT_MS", Duration::from_millis(5), 10_000)?,
            models: from.count("ML_WORKERS", 1, 1, 64)?,
            warmup_batches: from.count("ML_WARMUP_BATCHES", 1, 0, 1_000)?,
            workers: from.count("SERVICE_WORKERS", 2, 1, 256)?,
            queue_length: from.count("SERVICE_QUEUE_LENGTH", 100, 0, 100_000)?,
            request: from.millis("SERVICE_REQUEST_TIMEOUT_MS", seconds(10), 3_600_000)?,
            warms_up: from.switch("SERVICE_WARM_UP", true)?,
            graceful_stop: from.millis("SERVICE_GRACEFUL_STOP_MS", seconds(10), 3_600_000)?,
            compression: from.count("SERVICE_COMPRESSION_LEVEL", 6, 0, 9)?,
            max_body: from.count("SERVICE_MAX_BODY", 1 << 20, 1 << 10, 10 << 30)?,
            log_level: from.one_of(
                "SERVICE_LOG_LEVEL",
                Level::Info,
                &[
                    ("trace", Level::Trace),
                    ("debug", Level::Debug),
                    ("info", Level::Info),
                    ("warn", Level::Warn),
                    ("error", Level::Error),
                ],
            )?,
            trace_share: from.share("SERVICE_TRACE_SHARE", 0.1)?,
        };
        limits.fit(from.count("DB_SERVER_MAX_CONNECTIONS", 100, 1, 100_000)?)?;
        Ok(limits)
    }

    /// Whether they fit each other, and what the database allows.
    fn fit(&self, server_max: usize) -> Result<(), Refused> {
        let (key, why) = if self.pool_max > server_max {
            let allowed = format!("the database allows {server_max} (DB_SERVER_MAX_CONNECTIONS)");
            ("DB_POOL_MAX", format!("is {}, and {allowed}", self.pool_max))
        } else if self.pool_max > MOST_CONNECTIONS {
            let allowed = format!("the embedded database opens {MOST_CONNECTIONS} connections at most");
            ("DB_POOL_MAX", format!("is {}, and {allowed}", self.pool_max))
        } else if self.pool_min > self.pool_max {
            ("DB_POOL_MIN", format!("is {}, more than DB_POOL_MAX, which is {}", self.pool_min, self.pool_max))
        } else if self.http_max_per_host > self.http_max {
            let most = self.http_max;
            (
                "HTTP_POOL_MAX_PER_HOST",
                format!("is {}, more than HTTP_POOL_MAX, which is {most}", self.http_max_per_host),
            )
        } else {
            return Ok(());
        };
        Err(Refused { key, why })
    }
}
