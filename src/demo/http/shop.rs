//! The shop: what each route does.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering::Relaxed};
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use hyper::body::{Bytes, Incoming};
use hyper::http::{Request, Response, header};
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{Admission, Answer, Handler, Route};
use crate::demo::cache::{Cache, Found, Kept};
use crate::demo::chaos::{Chaos, Trouble};
use crate::demo::clock::random;
use crate::demo::connectors::Connectors;
use crate::demo::database::{CATEGORIES, Pool, Query, query};
use crate::demo::limits::{Level, Limits};
use crate::demo::meter::prometheus;
use crate::demo::meter::record::Record;
use crate::demo::model::Model;
use crate::demo::orders::Orders;
use crate::demo::report::{SpanKind, Told, Trace, Value as Attribute};

/// Visitors that there are, by number.
pub const N_VISITORS: u64 = 1_000;
/// Longest text that is searched for, characters.
const LONGEST_SEARCH: usize = 40;

/// Whether the shop takes requests.
#[derive(Debug, Default)]
pub struct Readiness(AtomicU8);

/// What a start goes through, in its order.
pub const STEPS: [&str; 5] =
    ["the database is filled", "connections are opened", "the model is warmed up", "the cache is warmed up", "ready"];

impl Readiness {
    /// What it does now; the last of [`STEPS`] is ready.
    pub fn step(&self) -> &'static str {
        STEPS[usize::from(self.0.load(Relaxed)).min(STEPS.len() - 1)]
    }

    /// Goes on to the step of this number.
    pub fn set(&self, step: u8) {
        self.0.store(step, Relaxed);
    }

    /// Whether all is done.
    pub fn is_ready(&self) -> bool {
        usize::from(self.0.load(Relaxed)) + 1 >= STEPS.len()
    }
}

/// All that answers need.
pub struct Shop {
    /// Its limits.
    pub limits: Limits,
    /// What it counts.
    pub record: Arc<Record>,
    /// What it tells.
    pub told: Told,
    /// Connections to the database.
    pub pool: Arc<Pool>,
    /// Answers that are kept.
    pub cache: Arc<Cache>,
    /// The model.
    pub model: Model,
    /// Connections to the payments service.
    pub payments: Arc<Connectors>,
    /// The queue of orders.
    pub orders: Orders,
    /// The trouble there is.
    pub chaos: Arc<Chaos>,
    /// How far the start is.
    pub readiness: Readiness,
    /// The door.
    pub admission: Admission,
    /// Products that there are.
    pub n_products: u64,
    /// The newest order.
    pub newest_order: AtomicI64,
}

type Outcome = Result<Answer, Answer>;

/// The first value of a name in a query; `+` and `%20` are blanks, other escapes are left as they are.
fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    let pairs = query?.split('&').filter_map(|pair| pair.split_once('='));
    let text = pairs.into_iter().find(|(found, _)| *found == name)?.1;
    Some(text.replace("%20", " ").replace('+', " "))
}

impl Shop {
    /// An answer out of the cache, or out of the database and into the cache; `None` of the work is "not found".
    async fn cached(
        &self,
        trace: &mut Trace,
        key: &str,
        query: Query,
        work: impl FnOnce(&Connection) -> Result<Option<Value>, rusqlite::Error> + Send + 'static,
    ) -> Outcome {
        let missing = || Answer::wrong(404, "there is no such product");
        let answer = |kept: Kept| match kept {
            Kept::Answer(body) => Ok(Answer::ready(body)),
            Kept::Missing => Err(missing()),
        };
        // One that is stale is made anew by this request; where that fails, the old one is better than none.
        let stale = match self.cache.get(key, Instant::now()) {
            Found::Fresh(kept) => return answer(kept),
            Found::Stale(kept) => Some(kept),
            Found::Nothing => None,
        };
        let made = self.made(trace, key, query, work).await;
        match (made, stale) {
            (Err(failed), Some(kept)) if !failed.error.is_empty() => answer(kept),
            (made, _) => made,
        }
    }

    async fn made(
        &self,
        trace: &mut Trace,
        key: &str,
        query: Query,
        work: impl FnOnce(&Connection) -> Result<Option<Value>, rusqlite::Error> + Send + 'static,
    ) -> Outcome {
        let mut lease = self.pool.acquire(trace).await?;
        let found = lease.query(trace, query, |connection| work(connection)).await?;
        drop(lease);
        let Some(found) = found else {
            self.cache.put(key, Kept::Missing, Instant::now());
            return Err(Answer::wrong(404, "there is no such product"));
        };
        let body = Bytes::from(found.to_string());
        self.cache.put(key, Kept::Answer(body.clone()), Instant::now());
        Ok(Answer::ready(body))
    }

    async fn product(&self, trace: &mut Trace, path: &str) -> Outcome {
        let text = path.strip_prefix("/products/").unwrap_or("");
        let Ok(id) = text.parse::<u64>() else { return Err(Answer::wrong(400, "a product has a whole number")) };
        self.cached(trace, &format!("product:{id}"), Query::Product, move |c| query::product(c, id)).await
    }

    async fn products(&self, trace: &mut Trace, asked: Option<&str>) -> Outcome {
        let category = parameter(asked, "category").unwrap_or_else(|| "kitchen".into());
        let page = parameter(asked, "page").and_then(|page| page.parse().ok()).unwrap_or(0u32).min(10_000);
        let key = format!("products:{category}:{page}");
        self.cached(trace, &key, Query::Products, move |c| query::products(c, &category, page).map(Some)).await
    }

    async fn search(&self, trace: &mut Trace, asked: Option<&str>) -> Outcome {
        let text = parameter(asked, "q").filter(|q| !q.is_empty() && q.chars().count() <= LONGEST_SEARCH);
        let Some(text) = text else { return Err(Answer::wrong(400, "q is what to search for, up to 40 characters")) };
        let key = format!("search:{text}");
        self.cached(trace, &key, Query::Search, move |c| query::search(c, &text).map(Some)).await
    }

    fn visitor(asked: Option<&str>) -> u64 {
        parameter(asked, "visitor").and_then(|text| text.parse().ok()).unwrap_or_else(|| random() % N_VISITORS)
    }

    async fn cart(&self, trace: &mut Trace, asked: Option<&str>) -> Outcome {
        let visitor = Self::visitor(asked);
        let mut lease = self.pool.acquire(trace).await?;
        let found = lease.query(trace, Query::Cart, move |c| query::cart(c, visitor)).await?;
        Ok(Answer::json(&found))
    }

    /// Places an order: of the product that the body names, or of any.
    async fn order(&self, trace: &mut Trace, asked: Option<&str>, body: &[u8]) -> Outcome {
        let told: Value = match body {
            [] => Value::Null,
            body => serde_json::from_slice(body).map_err(|_| Answer::wrong(400, "this is no JSON"))?,
        };
        let number = |name: &str, default: u64| match &told[name] {
            Value::Null => Ok(default),
            value => value.as_u64().ok_or_else(|| Answer::wrong(400, &format!("{name} is a whole number"))),
        };
        let visitor = number("visitor", Self::visitor(asked))?;
        let product = number("product", 1 + random() % self.n_products)?;
        let quantity = number("quantity", 1)?;
        if !(1..=100).contains(&quantity) || product > i64::MAX as u64 || visitor > i64::MAX as u64 {
            return Err(Answer::wrong(400, "a quantity is from 1 to 100"));
        }
        let mut lease = self.pool.acquire(trace).await?;
        let place = move |c: &mut Connection| query::place_order(c, visitor, product, quantity);
        let placed = lease.query(trace, Query::PlaceOrder, place).await?;
        let Some(order) = placed else { return Err(Answer::wrong(409, "there is not enough of this product")) };
        self.newest_order.store(order, Relaxed);
        self.told.log.say_of((trace.id, trace.root), Level::Debug, || format!("order {order} was placed"));
        Ok(Answer::with(201, &json!({ "order": order, "product": product, "quantity": quantity })))
    }

    /// Pays an order. The connection is held from the first look to the last note, as many shops do: while the payment is
    /// under way it is not free for others.
    async fn checkout(&self, trace: &mut Trace, asked: Option<&str>) -> Outcome {
        let order = parameter(asked, "order").and_then(|text| text.parse().ok());
        let order: i64 = order.unwrap_or_else(|| self.newest_order.load(Relaxed));
        let mut lease = self.pool.acquire(trace).await?;
        let cents = lease.query(trace, Query::Unpaid, move |c| query::unpaid(c, order)).await?;
        let Some(cents) = cents else { return Err(Answer::wrong(404, "there is no such order")) };
        let body = json!({ "order": order, "cents": cents }).to_string();
        let receipt = self.payments.post(trace, Route::Pay.path(), body.into()).await?;
        lease.query(trace, Query::Pay, move |c| query::mark(c, Query::Pay, order)).await?;
        drop(lease);
        if !self.orders.send(trace, order) {
            return Err(Answer::failed(503, "queue_full", "too many orders wait to be sent"));
        }
        Ok(Answer::ready(receipt))
    }

    async fn recommendations(&self, trace: &mut Trace, asked: Option<&str>) -> Outcome {
        let visitor = Self::visitor(asked);
        let given = self.model.ask(visitor).await?;
        let [asked, began, ended] = given.times;
        trace.add("queue.wait", SpanKind::Internal, (asked, began), "", Vec::new());
        let n_items = Attribute::Int(i64::try_from(given.n_items).unwrap_or(i64::MAX));
        trace.add("predict", SpanKind::Internal, (began, ended), "", vec![("ml.batch.size", n_items)]);
        Ok(Answer::json(&json!({ "visitor": visitor, "products": given.best })))
    }

    async fn report(&self, trace: &mut Trace) -> Outcome {
        let mut lease = self.pool.acquire(trace).await?;
        let found = lease.query(trace, Query::Report, |c| query::report(c)).await?;
        Ok(Answer::json(&found))
    }

    fn trouble(&self, peer: SocketAddr, request: &Request<Incoming>, route: Route) -> Answer {
        let is_foreign = !peer.ip().to_canonical().is_loopback() || request.headers().contains_key(header::ORIGIN);
        if route != Route::Trouble && is_foreign {
            return Answer::wrong(403, "trouble is made from this machine alone, and not by a page of a browser");
        }
        match route {
            Route::MakeTrouble => match Trouble::read(request.uri().query().unwrap_or("")) {
                Ok(trouble) => self.chaos.begin(trouble, &self.pool, &self.told.log),
                Err(why) => return Answer::wrong(400, &why),
            },
            Route::EndTrouble => self.chaos.end(),
            _ => {}
        }
        Answer::json(&self.chaos.json())
    }

    fn ready(&self) -> Answer {
        let step = self.readiness.step();
        if !self.readiness.is_ready() {
            return Answer::with(503, &json!({ "status": "starting", "step": step }));
        }
        Answer::json(&json!({ "status": "ready" }))
    }

    /// A request of the shop itself: through the door, and no longer than it may take.
    async fn served(&self, trace: &mut Trace, route: Route, request: Request<Incoming>) -> Answer {
        if !self.readiness.is_ready() {
            return Answer::wrong(503, "the shop opens in a moment");
        }
        let work = async {
            let began = Instant::now();
            let Some(_place) = self.admission.enter().await else {
                self.record.refused.add();
                return Answer::failed(503, "overloaded", "too many requests wait");
            };
            let waited = began.elapsed();
            if waited > Duration::from_micros(100) {
                trace.add("queue.wait", SpanKind::Internal, (began, began + waited), "", Vec::new());
            }
            if self.chaos.meet().await {
                return Answer::failed(500, "chaos", "it fails, as it was asked to");
            }
            self.routed(trace, route, request).await.unwrap_or_else(|failed| failed)
        };
        let late = |_| Answer::failed(504, "timeout", "the request took too long");
        timeout(self.limits.request, work).await.unwrap_or_else(late)
    }

    async fn routed(&self, trace: &mut Trace, route: Route, request: Request<Incoming>) -> Outcome {
        let uri = request.uri().clone();
        let asked = uri.query();
        match route {
            Route::Product => self.product(trace, uri.path()).await,
            Route::Products => self.products(trace, asked).await,
            Route::Search => self.search(trace, asked).await,
            Route::Cart => self.cart(trace, asked).await,
            Route::Order => {
                let body = to_bytes(Body::new(request.into_body()), self.limits.max_body).await;
                let too_long = |_| Answer::wrong(413, "the body is longer than may be");
                self.order(trace, asked, &body.map_err(too_long)?).await
            }
            Route::Checkout => self.checkout(trace, asked).await,
            Route::Recommendations => self.recommendations(trace, asked).await,
            Route::Report => self.report(trace).await,
            _ => Err(Answer::wrong(404, "there is no such route")),
        }
    }
}

impl Shop {
    /// Asks for what most visitors ask for first, so that it is in the cache.
    pub async fn warm_up(&self) {
        let mut trace = Trace::new(false);
        for category in CATEGORIES {
            // What fails now fails for the first visitor in words.
            let _ = self.products(&mut trace, Some(&format!("category={category}"))).await;
            trace.spans.clear();
        }
    }
}

impl Handler for Shop {
    async fn answer(self: Arc<Self>, peer: SocketAddr, request: Request<Incoming>) -> Response<Body> {
        let began = Instant::now();
        let _active = self.record.served.active.enter();
        let found = Route::of(request.method().as_str(), request.uri().path());
        let route = found.ok().filter(|route| *route != Route::Pay).unwrap_or(Route::Unknown);
        let accepted = request.headers().get(header::ACCEPT_ENCODING).and_then(|text| text.to_str().ok());
        let is_gzip_taken = accepted.is_some_and(|text| text.contains("gzip"));
        let parent = request.headers().get("traceparent").and_then(|text| text.to_str().ok());
        let mut trace = parent.and_then(Trace::from_parent).unwrap_or_else(|| self.told.tracer.begin());
        let (answer, is_traced) = match route {
            Route::Health => (Answer::json(&json!({ "service": "shop", "status": "ok" })), false),
            Route::Ready => (self.ready(), false),
            Route::Metrics => (Answer::text(prometheus::CONTENT_TYPE, prometheus::text(&self.record.meter)), false),
            Route::Trouble | Route::MakeTrouble | Route::EndTrouble => (self.trouble(peer, &request, route), false),
            Route::Unknown => {
                let status = found.err().unwrap_or(404);
                (
                    Answer::wrong(status, if status == 405 { "not by this method" } else { "there is no such route" }),
                    false,
                )
            }
            route => (self.served(&mut trace, route, request).await, true),
        };
        let ended = Instant::now();
        let took = ended - began;
        // Those who only look whether it is well are no load, and that it is not ready yet is no failure.
        if !matches!(route, Route::Health | Route::Ready | Route::Metrics) {
            self.record.served.add(route, answer.status, answer.error, took);
        }
        self.told.answered(trace, (route, is_traced), &answer, (began, ended));
        answer.response(is_gzip_taken, self.limits.compression)
    }
}
