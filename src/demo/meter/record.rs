//! The metrics of the shop and of the payments service, by their conventional names.

use std::sync::Arc;
use std::time::Duration;

use super::{Attributes, Cells, Counter, Family, Histogram, ITEMS, Kind, Level, Meter, SECONDS, process};
use crate::demo::database::Query;
use crate::demo::http::Route;

/// Status codes that are answered; each route has a place for each, and one for all others.
const STATUSES: [u16; 14] = [200, 201, 400, 403, 404, 405, 408, 409, 413, 429, 500, 502, 503, 504];
/// What requests may fail with; the last is all else.
const ERRORS: [&str; 13] = [
    "",
    "pool_timeout",
    "no_connection",
    "timeout",
    "locked",
    "failed",
    "connect",
    "broken",
    "downstream",
    "overloaded",
    "queue_full",
    "chaos",
    "_OTHER",
];
/// What a query may end with.
const OUTCOMES: [&str; 4] = ["", "timeout", "locked", "failed"];

/// Places of a histogram for each status and each error.
const N_ENDS: usize = (STATUSES.len() + 1) * ERRORS.len();

/// The place of a status and an error.
fn end(status: u16, error: &str) -> usize {
    let status = STATUSES.iter().position(|known| *known == status).unwrap_or(STATUSES.len());
    status * ERRORS.len() + ERRORS.iter().position(|known| *known == error).unwrap_or(ERRORS.len() - 1)
}

/// How long requests that are served take.
pub struct Served {
    duration: Cells,
    /// Requests under way.
    pub active: Arc<Level>,
}

impl Served {
    /// The families for it.
    pub fn new(meter: &Meter) -> Self {
        let about = "Duration of HTTP requests that are served.";
        let duration = meter.family("http.server.request.duration", "s", Kind::Histogram, about);
        let about = "HTTP requests under way.";
        let active = meter.family("http.server.active_requests", "{request}", Kind::UpDown, about).level(Vec::new());
        Self { duration: Cells::new(duration, Route::ALL.len() * N_ENDS), active }
    }

    /// Counts a request.
    pub fn add(&self, route: Route, status: u16, error: &str, took: Duration) {
        let attributes = || {
            let mut attributes: Attributes =
                vec![("http.request.method", route.method().into()), ("http.response.status_code", status.to_string())];
            attributes.extend((route != Route::Unknown).then(|| ("http.route", route.path().to_owned())));
            attributes.extend((!error.is_empty()).then(|| ("error.type", error.to_owned())));
            attributes
        };
        self.duration.of(route as usize * N_ENDS + end(status, error), attributes).add_time(took);
    }
}

/// All that the shop counts, but for what is observed where it lives.
pub struct Record {
    /// Every metric.
    pub meter: Arc<Meter>,
    /// Requests.
    pub served: Served,
    queries: Cells,
    /// Time until a connection was there.
    pub pool_wait: Arc<Histogram>,
    /// Time that opening a connection took.
    pub pool_create: Arc<Histogram>,
    /// Time that connections were held.
    pub pool_use: Arc<Histogram>,
    /// Waits that ended without one.
    pub pool_timeouts: Arc<Counter>,
    /// Requests that wait for one.
    pub pool_pending: Arc<Level>,
    /// Look-ups in the cache that found something.
    pub hits: Arc<Counter>,
    /// Look-ups that did not.
    pub misses: Arc<Counter>,
    /// Values that were let go for want of room.
    pub evictions: Arc<Counter>,
    /// Items of a batch.
    pub batch_size: Arc<Histogram>,
    /// Time of a batch.
    pub batch_time: Arc<Histogram>,
    /// Time an item waits for its batch.
    pub batch_wait: Arc<Histogram>,
    called: Cells,
    /// Requests that wait for a connection to another service.
    pub http_pending: Arc<Level>,
    /// Messages sent.
    pub sent: Arc<Counter>,
    /// Messages taken.
    pub taken: Arc<Counter>,
    processed: Cells,
    /// Requests that were refused because too many waited.
    pub refused: Arc<Counter>,
}

/// Name of the pool.
pub const POOL: &str = "shop";
/// Name of the model.
pub const MODEL: &str = "recommender";
/// Name of the queue of orders.
pub const ORDERS: &str = "orders";
/// Name of the service that takes payments.
pub const PAYMENTS: &str = "payments";

impl Default for Record {
    fn default() -> Self {
        let meter = Arc::<Meter>::default();
        let one = |name, unit, kind, about| -> Arc<Family> { meter.family(name, unit, kind, about) };
        let pool = || vec![("db.client.connection.pool.name", POOL.to_owned())];
        let time = |name, about, attributes| one(name, "s", Kind::Histogram, about).histogram(attributes, SECONDS);
        let count = |name, unit, about, attributes| one(name, unit, Kind::Counter, about).counter(attributes);
        let served = Served::new(&meter);
        let operations =
            one("db.client.operation.duration", "s", Kind::Histogram, "Duration of operations on the database.");
        let lookups = one("cache.requests", "{request}", Kind::Counter, "Look-ups in the cache.");
        let result = |result: &str| vec![("cache.name", "answers".to_owned()), ("cache.result", result.to_owned())];
        let model = || vec![("ml.model.name", MODEL.to_owned())];
        let queue = || vec![("messaging.destination.name", ORDERS.to_owned())];
        let called = one("http.client.request.duration", "s", Kind::Histogram, "Duration of requests to others.");
        let processed = one("messaging.process.duration", "s", Kind::Histogram, "Duration of working on a message.");
        let pending = "Requests waiting for a connection.";
        let record = Self {
            served,
            queries: Cells::new(operations, Query::ALL.len() * OUTCOMES.len()),
            pool_wait: time("db.client.connection.wait_time", "Time until there was a connection.", pool()),
            pool_create: time("db.client.connection.create_time", "Time to open a connection.", pool()),
            pool_use: time("db.client.connection.use_time", "Time that a connection was held.", pool()),
            pool_timeouts: count("db.client.connection.timeouts", "{timeout}", "Waits that timed out.", pool()),
            pool_pending: one("db.client.connection.pending_requests", "{request}", Kind::UpDown, pending)
                .level(pool()),
            hits: lookups.counter(result("hit")),
            misses: lookups.counter(result("miss")),
            evictions: count(
                "cache.evictions",
                "{item}",
                "Values let go for want of room.",
                vec![("cache.name", "answers".into())],
            ),
            batch_size: one("ml.batch.size", "{item}", Kind::Histogram, "Items of a batch.").histogram(model(), ITEMS),
            batch_time: time("ml.batch.duration", "Duration of a batch.", model()),
            batch_wait: time("ml.batch.wait_time", "Time that an item waits for its batch.", model()),
            called: Cells::new(called, N_ENDS),
            http_pending: one("http.client.pending_requests", "{request}", Kind::UpDown, pending)
                .level(vec![("server.address", PAYMENTS.into())]),
            sent: count("messaging.client.sent.messages", "{message}", "Messages sent.", queue()),
            taken: count("messaging.client.consumed.messages", "{message}", "Messages taken.", queue()),
            processed: Cells::new(processed, 2),
            refused: count("shop.requests.refused", "{request}", "Requests refused since too many waited.", Vec::new()),
            meter: meter.clone(),
        };
        process::observe(&meter);
        record
    }
}

impl Record {
    /// Counts a query by what it ended with.
    pub fn query(&self, query: Query, error: &'static str, took: Duration) {
        let outcome = OUTCOMES.iter().position(|known| *known == error).unwrap_or(OUTCOMES.len() - 1);
        let attributes = || {
            let mut attributes: Attributes = vec![
                ("db.collection.name", query.table().into()),
                ("db.operation.name", query.operation().into()),
                ("db.query.summary", query.summary().into()),
                ("db.system.name", "sqlite".into()),
            ];
            attributes.extend((!error.is_empty()).then(|| ("error.type", error.to_owned())));
            attributes
        };
        self.queries.of(query as usize * OUTCOMES.len() + outcome, attributes).add_time(took);
    }

    /// Counts a call of the payments service; a status of 0 is none.
    pub fn call(&self, status: u16, error: &str, took: Duration) {
        let attributes = || {
            let mut attributes: Attributes =
                vec![("http.request.method", "POST".into()), ("server.address", PAYMENTS.into())];
            attributes.extend((status > 0).then(|| ("http.response.status_code", status.to_string())));
            attributes.extend((!error.is_empty()).then(|| ("error.type", error.to_owned())));
            attributes
        };
        self.called.of(end(status, error), attributes).add_time(took);
    }

    /// Counts a message that was worked on.
    pub fn processed(&self, error: &str, took: Duration) {
        let attributes = || {
            let mut attributes: Attributes = vec![
                ("messaging.destination.name", ORDERS.into()),
                ("messaging.operation.name", "process".into()),
                ("messaging.system", "in_process".into()),
            ];
            attributes.extend((!error.is_empty()).then(|| ("error.type", error.to_owned())));
            attributes
        };
        self.processed.of(usize::from(!error.is_empty()), attributes).add_time(took);
    }
}
