//! The service as a whole: its parts are made, started in order, and stopped in order.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::cache::Cache;
use super::chaos::Chaos;
use super::clock::random;
use super::connectors::Connectors;
use super::database::{Database, Pool, fill};
use super::folder::Folder;
use super::http::payments::Payments;
use super::http::shop::{Readiness, Shop};
use super::http::{Admission, serve, stopped};
use super::limits::{Level, Limits};
use super::meter::record::{PAYMENTS, Record};
use super::meter::{Kind, Meter};
use super::model::Model;
use super::orders::Orders;
use super::report::{Exporter, Log, Place, Resource, Source, Told, Tracer};
use super::visitors::Visitors;

/// Connections that may wait to be taken.
const BACKLOG: u32 = 1_024;
/// How long telemetry and threads may take at the end, beside requests.
const LAST: Duration = Duration::from_secs(2);

/// How the service is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where it reports to; `None` does not.
    pub otlp: Option<Place>,
    /// The folder of its database; `None` is one of its own, that goes with it.
    pub folder: Option<PathBuf>,
    /// Products in the database.
    pub n_products: u64,
    /// Visitors that come by themselves, each about once a second.
    pub n_visitors: u32,
    /// Whether its log goes to standard output.
    pub prints: bool,
}

/// Why the service does not run.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The address is taken or not there.
    #[error("{address} cannot be listened on: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The database could not be made.
    #[error("the database could not be made: {0}")]
    Database(String),
    /// There is no folder for it.
    #[error("the folder of the database cannot be used: {source}: {}", .path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A thread could not be started.
    #[error("a thread could not be started: {0}")]
    Thread(#[from] io::Error),
}

/// A service that runs.
pub struct Service {
    /// Where the shop listens.
    pub address: SocketAddr,
    /// Where the payments service listens.
    pub payments: SocketAddr,
    shop: Option<Arc<Shop>>,
    runtime: Option<Runtime>,
    stop: watch::Sender<bool>,
    // Payments end after the shop: what is under way there may still have to be paid.
    stop_payments: watch::Sender<bool>,
    failed: watch::Receiver<Option<String>>,
    serving: Option<JoinHandle<()>>,
    paying: Option<JoinHandle<()>>,
    fulfilling: Option<JoinHandle<()>>,
    exporter: Option<Exporter>,
    visitors: Option<Visitors>,
    grace: Duration,
    // Goes last: the database is in it.
    _folder: Folder,
}

fn listen(address: SocketAddr) -> Result<TcpListener, DemoError> {
    let bound = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // Elsewhere than on Unix it would let two programs listen on one port.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    bound().map_err(|source| DemoError::Listen { address, source })
}

fn told(service: &'static str, limits: &Limits, prints: bool) -> Told {
    let log = Arc::new(Log::new(service, limits.log_level, prints));
    Told { tracer: Arc::new(Tracer::new(limits.trace_share)), log }
}

fn source(service: &str, meter: &Arc<Meter>, told: &Told) -> Source {
    let instance = format!("{:016x}", random());
    let resource = Resource { service: service.into(), instance };
    Source { resource, meter: meter.clone(), told: told.clone() }
}

impl Service {
    /// Starts it; it listens when this returns, and is ready when its database is filled and warm.
    ///
    /// # Errors
    /// [`DemoError`].
    pub fn start(options: Options, limits: Limits) -> Result<Self, DemoError> {
        let began = Instant::now();
        let folder = Folder::open(options.folder).map_err(|(path, source)| DemoError::Folder { path, source })?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(limits.workers)
            .max_blocking_threads(limits.pool_max + 8)
            .thread_name("worker")
            .enable_all()
            .build()?;
        let entered = runtime.enter();
        let listener = listen(options.listen)?;
        let address = listener.local_addr()?;
        let payments_listener = listen(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        let payments_address = payments_listener.local_addr()?;

        let shop_told = told("shop", &limits, options.prints);
        let record = Arc::new(Record::default());
        let chaos = Arc::new(Chaos::default());
        let payments_told = told(PAYMENTS, &limits, options.prints);
        let payments = Arc::new(Payments::new(payments_told.clone(), chaos.clone()));
        let sources =
            vec![source("shop", &record.meter, &shop_told), source(PAYMENTS, &payments.meter, &payments_told)];
        let exporter = options.otlp.map(|place| Exporter::start(place, sources)).transpose()?;

        let database = Database::new(folder.path(), limits.statement, limits.statement_cache);
        let pool = Pool::new(database, &limits, record.clone(), shop_told.log.clone());
        let (orders, fulfilling) = Orders::start(pool.clone(), record.clone(), shop_told.clone());
        let shop = Arc::new(Shop {
            cache: Cache::new(&limits, record.clone()),
            model: Model::start(&limits, record.clone())?,
            payments: Connectors::new(PAYMENTS, payments_address, &limits, record.clone()),
            orders,
            chaos,
            readiness: Readiness::default(),
            admission: Admission::new(&limits),
            n_products: options.n_products.max(1),
            newest_order: AtomicI64::new(1),
            record,
            told: shop_told,
            pool,
            limits,
        });

        let waiting =
            shop.record.meter.family("shop.requests.waiting", "{request}", Kind::UpDown, "Requests in the queue.");
        let of = Arc::downgrade(&shop);
        waiting.observe(Vec::new(), move || of.upgrade().map_or(0.0, |shop| shop.admission.n_waiting() as f64));

        let grace = shop.limits.graceful_stop;
        let (stop, stopping) = watch::channel(false);
        let (fails, failed) = watch::channel(None);
        let (stop_payments, payments_stopping) = watch::channel(false);
        let serving = tokio::spawn(serve(listener, shop.clone(), stopping.clone(), grace));
        let paying = tokio::spawn(serve(payments_listener, payments, payments_stopping, LAST));
        tokio::spawn(open(shop.clone(), began, fails));
        tokio::spawn(tend(shop.clone(), stopping));
        drop(entered);
        let n_visitors = options.n_visitors;
        let visitors = (n_visitors > 0).then(|| Visitors::start(address, n_visitors, shop.n_products)).transpose()?;
        Ok(Self {
            address,
            payments: payments_address,
            shop: Some(shop),
            runtime: Some(runtime),
            stop,
            stop_payments,
            failed,
            serving: Some(serving),
            paying: Some(paying),
            fulfilling: Some(fulfilling),
            exporter,
            visitors,
            grace,
            _folder: folder,
        })
    }

    /// What counts, for those who look at it in the same process.
    pub fn record(&self) -> Option<&Record> {
        self.shop.as_ref().map(|shop| &*shop.record)
    }

    /// Whether it takes requests.
    pub fn is_ready(&self) -> bool {
        self.shop.as_ref().is_some_and(|shop| shop.readiness.is_ready())
    }

    /// Why it cannot go on; `None` where it can.
    pub fn failure(&self) -> Option<DemoError> {
        self.failed.borrow().clone().map(DemoError::Database)
    }

    /// Ends: no more requests are taken, those under way end within the time they have, what is left is told.
    pub fn stop(&mut self) {
        if let Some(visitors) = &mut self.visitors {
            visitors.stop();
        }
        let _ = self.stop.send(true);
        let Some(runtime) = self.runtime.take() else { return };
        if let Some(shop) = self.shop.take() {
            shop.told.log.say(Level::Info, || "stopping".into());
        }
        let (serving, paying, fulfilling) = (self.serving.take(), self.paying.take(), self.fulfilling.take());
        let (grace, stop_payments) = (self.grace, &self.stop_payments);
        runtime.block_on(async {
            // One that broke down has ended.
            if let Some(serving) = serving {
                let _ = serving.await;
            }
            let _ = stop_payments.send(true);
            if let Some(paying) = paying {
                let _ = paying.await;
            }
            // Orders that were paid are still sent, as far as the time goes.
            if let Some(fulfilling) = fulfilling {
                let _ = tokio::time::timeout(grace.min(LAST), fulfilling).await;
            }
        });
        if let Some(exporter) = &mut self.exporter {
            exporter.stop();
        }
        runtime.shutdown_timeout(LAST);
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The start's real work, step by step.
async fn open(shop: Arc<Shop>, began: Instant, fails: watch::Sender<Option<String>>) {
    let of = shop.clone();
    let filled = tokio::task::spawn_blocking(move || {
        let mut connection = of.pool.database.open()?;
        fill(&mut connection, of.n_products)?;
        let newest = connection.query_row("SELECT max(id) FROM orders", [], |row| row.get::<_, Option<i64>>(0))?;
        of.newest_order.store(newest.unwrap_or(1), std::sync::atomic::Ordering::Relaxed);
        Ok::<_, rusqlite::Error>(())
    });
    let why = match filled.await {
        Ok(Ok(())) => None,
        Ok(Err(e)) => Some(e.to_string()),
        Err(e) => Some(e.to_string()),
    };
    if let Some(why) = why {
        shop.told.log.say(Level::Error, || format!("the database could not be made: {why}"));
        let _ = fails.send(Some(why));
        return;
    }
    shop.readiness.set(1);
    while !shop.pool.has_min() {
        let pool = shop.pool.clone();
        let _ = tokio::task::spawn_blocking(move || pool.tend()).await;
        if !shop.pool.has_min() {
            sleep(Duration::from_millis(100)).await;
        }
    }
    if shop.limits.warms_up {
        shop.readiness.set(2);
        for visitor in 0..shop.limits.warmup_batches as u64 {
            // A model that is gone is found by the first who asks.
            let _ = shop.model.ask(visitor).await;
        }
        shop.readiness.set(3);
        shop.warm_up().await;
    }
    shop.readiness.set(4);
    let log = &shop.told.log;
    log.say(Level::Info, || format!("ready after {} ms", began.elapsed().as_millis()));
}

/// Looks after the pool each second.
async fn tend(shop: Arc<Shop>, mut stop: watch::Receiver<bool>) {
    let mut ticks = interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = stopped(&mut stop) => return,
        }
        if shop.readiness.is_ready() {
            let pool = shop.pool.clone();
            let _ = tokio::task::spawn_blocking(move || pool.tend()).await;
        }
    }
}
