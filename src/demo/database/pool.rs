//! The pool: at most so many connections, at least so many kept open, and a bounded wait for one.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::query::Query;
use super::{Database, QueryError};
use crate::demo::limits::{Level, Limits};
use crate::demo::meter::Kind;
use crate::demo::meter::record::{POOL, Record};
use crate::demo::report::{Log, SpanKind, Trace};

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum NoConnection {
    /// None was free in time.
    #[error("no connection was free within {} ms: the pool is used up", .0.as_millis())]
    TimeOut(Duration),
    /// The database could not be opened.
    #[error("the database could not be opened: {0}")]
    Failed(String),
}

impl NoConnection {
    /// Its kind, as `error.type`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::TimeOut(_) => "pool_timeout",
            Self::Failed(_) => "no_connection",
        }
    }
}

struct Resting {
    connection: Connection,
    opened: Instant,
    rests_since: Instant,
}

/// The connections of the service.
pub struct Pool {
    /// The database.
    pub database: Database,
    room: Arc<Semaphore>,
    max: usize,
    min: usize,
    acquire: Duration,
    idle_time: Duration,
    lifetime: Duration,
    slow: Duration,
    resting: Mutex<Vec<Resting>>,
    n_open: AtomicUsize,
    record: Arc<Record>,
    log: Arc<Log>,
}

impl Pool {
    /// A pool without connections, which its metrics show.
    pub fn new(database: Database, limits: &Limits, record: Arc<Record>, log: Arc<Log>) -> Arc<Self> {
        let pool = Arc::new(Self {
            database,
            room: Arc::new(Semaphore::new(limits.pool_max)),
            max: limits.pool_max,
            min: limits.pool_min,
            acquire: limits.acquire,
            idle_time: limits.idle,
            lifetime: limits.lifetime,
            slow: limits.slow_query,
            resting: Mutex::default(),
            n_open: AtomicUsize::new(0),
            record: record.clone(),
            log,
        });
        let name = || ("db.client.connection.pool.name", POOL.to_owned());
        let state = |state: &str| vec![name(), ("db.client.connection.state", state.to_owned())];
        let meter = &record.meter;
        let about = "Connections by state.";
        let count = meter.family("db.client.connection.count", "{connection}", Kind::UpDown, about);
        // The record belongs to the pool: a strong reference back would keep both for ever.
        let of = Arc::downgrade(&pool);
        count.observe(state("used"), move || of.upgrade().map_or(0.0, |pool| pool.n_used() as f64));
        let of = Arc::downgrade(&pool);
        count.observe(state("idle"), move || of.upgrade().map_or(0.0, |pool| pool.n_resting() as f64));
        let (max, min) = (limits.pool_max as f64, limits.pool_min as f64);
        let one = |name, about| meter.family(name, "{connection}", Kind::UpDown, about);
        one("db.client.connection.max", "Connections at most.").observe(vec![name()], move || max);
        one("db.client.connection.idle.min", "Connections kept open.").observe(vec![name()], move || min);
        pool
    }

    /// Connections that are held.
    pub fn n_used(&self) -> usize {
        self.max - self.room.available_permits().min(self.max)
    }

    /// Connections that rest.
    pub fn n_resting(&self) -> usize {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether as many are open as are kept open.
    pub fn has_min(&self) -> bool {
        self.n_open.load(Relaxed) >= self.min
    }

    /// Waits for a connection, at most for the acquire time-out.
    ///
    /// # Errors
    /// [`NoConnection`].
    pub async fn acquire(self: &Arc<Self>, trace: &mut Trace) -> Result<Lease, NoConnection> {
        let began = Instant::now();
        let taken = match self.room.clone().try_acquire_owned() {
            Ok(permit) => Ok(permit),
            Err(_) => {
                let _waits = self.record.pool_pending.enter();
                timeout(self.acquire, self.room.clone().acquire_owned())
                    .await
                    .map_err(|_| NoConnection::TimeOut(self.acquire))
                    .and_then(|permit| permit.map_err(|_| NoConnection::Failed("the service ends".into())))
            }
        };
        let ended = Instant::now();
        self.record.pool_wait.add_time(ended - began);
        if matches!(taken, Err(NoConnection::TimeOut(_))) {
            self.record.pool_timeouts.add();
        }
        let error = taken.as_ref().err().map_or("", NoConnection::kind);
        trace.add("pool.acquire", SpanKind::Internal, (began, ended), error, Vec::new());
        let permit = taken?;
        let rested = self.resting.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let held = match rested {
            Some(Resting { connection, opened, .. }) => Held::new(self, connection, opened, permit),
            None => {
                let pool = self.clone();
                let opened = spawn_blocking(move || pool.open(permit)).await;
                opened.map_err(|e| NoConnection::Failed(e.to_string()))??
            }
        };
        Ok(Lease { held: Some(held) })
    }

    fn open(self: &Arc<Self>, permit: OwnedSemaphorePermit) -> Result<Held, NoConnection> {
        let began = Instant::now();
        let connection = self.database.open().map_err(|e| NoConnection::Failed(e.to_string()))?;
        self.record.pool_create.add_time(began.elapsed());
        self.n_open.fetch_add(1, Relaxed);
        Ok(Held::new(self, connection, Instant::now(), permit))
    }

    /// Opens connections up to those kept open, closes those that rest too long or are too old. Blocks.
    pub fn tend(self: &Arc<Self>) {
        let mut gone = Vec::new();
        {
            let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
            let mut n_spare = self.n_open.load(Relaxed).saturating_sub(self.min);
            let all = std::mem::take(&mut *resting);
            for one in all {
                let is_spare = n_spare > 0 && one.rests_since.elapsed() > self.idle_time;
                if is_spare || one.opened.elapsed() > self.lifetime {
                    n_spare = n_spare.saturating_sub(1);
                    gone.push(one);
                } else {
                    resting.push(one);
                }
            }
        }
        self.n_open.fetch_sub(gone.len(), Relaxed);
        drop(gone);
        while !self.has_min() {
            let Ok(permit) = self.room.clone().try_acquire_owned() else { return };
            if let Err(e) = self.open(permit) {
                return self.log.say(Level::Error, || e.to_string());
            }
        }
    }
}

/// A connection that is held; it rests again when this is dropped.
struct Held {
    connection: Option<Connection>,
    opened: Instant,
    since: Instant,
    pool: Arc<Pool>,
    // Given back last, when the connection rests already.
    _permit: OwnedSemaphorePermit,
}

impl Held {
    fn new(pool: &Arc<Pool>, connection: Connection, opened: Instant, permit: OwnedSemaphorePermit) -> Self {
        Self { connection: Some(connection), opened, since: Instant::now(), pool: pool.clone(), _permit: permit }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        self.pool.record.pool_use.add_time(self.since.elapsed());
        let resting = Resting { connection, opened: self.opened, rests_since: Instant::now() };
        self.pool.resting.lock().unwrap_or_else(PoisonError::into_inner).push(resting);
    }
}

/// A connection of the pool, for as long as this is kept.
pub struct Lease {
    held: Option<Held>,
}

impl Lease {
    /// Runs a query on a thread of its own. Where the caller gives up meanwhile, the connection comes back to the pool when
    /// the query ends.
    ///
    /// # Errors
    /// [`QueryError`].
    pub async fn query<T: Send + 'static>(
        &mut self,
        trace: &mut Trace,
        query: Query,
        work: impl FnOnce(&mut Connection) -> Result<T, rusqlite::Error> + Send + 'static,
    ) -> Result<T, QueryError> {
        let Some(mut held) = self.held.take() else { return Err(QueryError::Broken) };
        let pool = held.pool.clone();
        let of_thread = pool.clone();
        let asked = spawn_blocking(move || {
            let began = Instant::now();
            let Some(connection) = held.connection.as_mut() else {
                return (held, Err(QueryError::Broken), began, began);
            };
            let outcome = of_thread.database.run(connection, work);
            let ended = Instant::now();
            let error = outcome.as_ref().err().map_or("", QueryError::kind);
            of_thread.record.query(query, error, ended - began);
            (held, outcome, began, ended)
        });
        let (held, outcome, began, ended) = asked.await.map_err(|_| QueryError::Broken)?;
        self.held = Some(held);
        let error = outcome.as_ref().err().map_or("", QueryError::kind);
        trace.add(
            query.summary(),
            SpanKind::Client,
            (began, ended),
            error,
            vec![
                ("db.system.name", "sqlite".into()),
                ("db.operation.name", query.operation().into()),
                ("db.collection.name", query.table().into()),
                ("db.query.text", query.text().into()),
            ],
        );
        let took = ended - began;
        if took > pool.slow {
            let text = || format!("slow query: {} took {} ms", query.summary(), took.as_millis());
            pool.log.say_of((trace.id, trace.root), Level::Warn, text);
        }
        if let Err(e) = &outcome {
            pool.log.say_of((trace.id, trace.root), Level::Error, || format!("{}: {e}", query.summary()));
        }
        outcome
    }
}
