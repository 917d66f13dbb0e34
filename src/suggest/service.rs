//! What services report, by OpenTelemetry's conventional names, as kinds look at it.
//!
//! A histogram is kept as several series of its metric that differ in the attribute `statistic`: `mean`, `p50`, `p95`,
//! `p99` in the metric's unit, and `rate`, events each second; those of a service as a whole and, for requests, by route
//! as well, where the whole is taken. Events each second under all their attributes, such as `error.type`, are kept
//! beside them as `<metric>.count`. A counter is kept as its rate. The service stands in `service.name`, a pool in
//! `db.client.connection.pool.name`.

use std::collections::BTreeMap;
use std::time::Duration;

use super::evidence::{Evidence, Track};

/// Duration of requests that are served, s.
pub const HTTP_DURATION: &str = "http.server.request.duration";
/// Requests each second by route, status and `error.type`: each request is in one of its series.
pub const HTTP_COUNT: &str = "http.server.request.duration.count";
/// Requests being served.
pub const HTTP_ACTIVE: &str = "http.server.active_requests";
/// Time requests wait before they are served, s.
pub const HTTP_QUEUE: &str = "http.server.request.time_in_queue";
/// Connections of a pool by `db.client.connection.state`: `idle` or `used`.
pub const POOL_COUNT: &str = "db.client.connection.count";
/// Connections a pool may open.
pub const POOL_MAX: &str = "db.client.connection.max";
/// Requests that wait for a connection.
pub const POOL_PENDING: &str = "db.client.connection.pending_requests";
/// Time requests wait for a connection, s.
pub const POOL_WAIT: &str = "db.client.connection.wait_time";
/// Duration of the database's operations, s.
pub const DB_DURATION: &str = "db.client.operation.duration";
/// Look-ups in a cache each second by `cache.result`: `hit` or `miss`.
pub const CACHE_REQUESTS: &str = "cache.requests";
/// Values that had to go because the cache was full, each second.
pub const CACHE_EVICTIONS: &str = "cache.evictions";
/// Items of a model's batch.
pub const BATCH_SIZE: &str = "ml.batch.size";
/// Time a model computes on a batch, s.
pub const BATCH_DURATION: &str = "ml.batch.duration";
/// Time an item waits for its batch to begin, s.
pub const BATCH_WAIT: &str = "ml.batch.wait_time";

/// What is said where no service reports.
pub fn missing(metric: &str) -> String {
    format!("No service reports {metric}: send OpenTelemetry metrics to Perfdesk")
}

/// A histogram of one service over a span.
#[derive(Debug, Clone, Copy)]
pub struct Flow<'a> {
    /// Events each second.
    pub rate: f64,
    /// Their mean, in the metric's unit.
    pub mean: f64,
    /// The series of the mean of the busiest part.
    pub track: Track<'a>,
}

/// The services that report a metric, by name; the name is empty where none is given.
pub fn services<'a>(e: &Evidence<'a>, metric: &str) -> Vec<&'a str> {
    let mut names: Vec<&str> = e.all(metric).map(|track| track.attribute("service.name")).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A metric's series of a service.
pub fn of_service<'a>(e: &Evidence<'a>, metric: &str, service: &str) -> Vec<Track<'a>> {
    e.all(metric).filter(|track| track.attribute("service.name") == service).collect()
}

/// The sum of the means of a service's series of a gauge that have this attribute value; `None` where none was seen.
pub fn gauge(e: &Evidence<'_>, metric: &str, service: &str, with: (&str, &str), span: Duration) -> Option<f64> {
    let values = of_service(e, metric, service)
        .into_iter()
        .filter(|track| with.0.is_empty() || track.attribute(with.0) == with.1);
    let mut all = values.filter_map(|track| track.mean(span)).peekable();
    all.peek()?;
    Some(all.sum())
}

/// One part of a histogram: what tells it from the others is in the attributes.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The series of its mean, in the metric's unit.
    pub mean: Track<'a>,
    /// The series of its events each second.
    pub rate: Track<'a>,
}

/// Every part of a service's histogram that has both.
pub fn parts<'a>(e: &Evidence<'a>, metric: &str, service: &str) -> Vec<Part<'a>> {
    let rest = |track: &Track<'a>| -> Vec<(&'a str, &'a str)> {
        track.key().attributes().filter(|(name, _)| *name != "statistic").collect()
    };
    let all = of_service(e, metric, service);
    let of = |statistic: &'static str| all.iter().filter(move |track| track.attribute("statistic") == statistic);
    let rates: BTreeMap<_, &Track<'a>> = of("rate").map(|track| (rest(track), track)).collect();
    of("mean").filter_map(|mean| Some(Part { mean: *mean, rate: **rates.get(&rest(mean))? })).collect()
}

/// The parts that make up the whole: the one without further attributes where there is one.
fn summands<'a>(e: &Evidence<'a>, metric: &str, service: &str) -> Vec<Part<'a>> {
    let mut all = parts(e, metric, service);
    let is_whole = |part: &Part<'_>| part.mean.key().attributes().count() <= 2;
    if all.iter().any(is_whole) {
        all.retain(is_whole);
    }
    all
}

/// A histogram of a service taken together: rates added, means weighted by them. `None` where nothing was seen.
pub fn flow<'a>(e: &Evidence<'a>, metric: &str, service: &str, span: Duration) -> Option<Flow<'a>> {
    let seen: Vec<(f64, f64, Track<'a>)> = summands(e, metric, service)
        .into_iter()
        .filter_map(|part| Some((part.rate.mean(span)?, part.mean.mean(span)?, part.mean)))
        .collect();
    let rate: f64 = seen.iter().map(|(rate, _, _)| rate).sum();
    let track = seen.iter().max_by(|a, b| a.0.total_cmp(&b.0))?.2;
    let mean = if rate > 0.0 { seen.iter().map(|(r, m, _)| r * m).sum::<f64>() / rate } else { seen.first()?.1 };
    Some(Flow { rate, mean, track })
}

/// "checkout", or "the service" where it has no name.
pub fn name(service: &str) -> &str {
    if service.is_empty() { "the service" } else { service }
}
