//! The payments service: another service in the same process, reached over HTTP like any other. A bank behind it takes its
//! time, and so many payments at once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use hyper::body::Incoming;
use hyper::http::{Request, Response};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::{Answer, Handler, Route};
use crate::demo::chaos::Chaos;
use crate::demo::clock::random_share;
use crate::demo::meter::record::Served;
use crate::demo::meter::{Kind, Meter, prometheus};
use crate::demo::report::{SpanKind, Told, Trace};

/// Payments that the bank takes at once.
const AT_ONCE: usize = 96;
/// Time that the bank needs at least, and what a slow one takes longer at most.
const BANK: (Duration, Duration) = (Duration::from_millis(45), Duration::from_millis(30));
/// How long a payment waits for the bank.
const PATIENCE: Duration = Duration::from_secs(10);
/// Rounds of the receipt's hash.
const ROUNDS: usize = 200;

/// The service.
pub struct Payments {
    /// Its metrics.
    pub meter: Arc<Meter>,
    served: Served,
    told: Told,
    bank: Arc<Semaphore>,
    chaos: Arc<Chaos>,
}

impl Payments {
    /// The service, which meets the trouble it is asked for.
    pub fn new(told: Told, chaos: Arc<Chaos>) -> Self {
        let meter = Arc::<Meter>::default();
        let served = Served::new(&meter);
        let bank = Arc::new(Semaphore::new(AT_ONCE));
        let about = "Payments that the bank has now.";
        let of = bank.clone();
        let used = meter.family("payments.bank.active", "{payment}", Kind::UpDown, about);
        used.observe(Vec::new(), move || (AT_ONCE - of.available_permits().min(AT_ONCE)) as f64);
        Self { meter, served, told, bank, chaos }
    }

    async fn pay(&self, trace: &mut Trace, body: &[u8]) -> Answer {
        let Ok(asked) = serde_json::from_slice::<Value>(body) else { return Answer::wrong(400, "this is no JSON") };
        let (Some(order), Some(cents)) = (asked["order"].as_i64(), asked["cents"].as_u64()) else {
            return Answer::wrong(400, "a payment has an order and cents, both whole numbers");
        };
        let began = Instant::now();
        let place = timeout(PATIENCE, self.bank.acquire()).await;
        trace.add("queue.wait", SpanKind::Internal, (began, Instant::now()), "", Vec::new());
        let Ok(Ok(_place)) = place else { return Answer::failed(503, "overloaded", "the bank takes no more payments") };
        let began = Instant::now();
        let extra = self.chaos.now().map_or(Duration::ZERO, |trouble| trouble.payments);
        sleep(BANK.0 + BANK.1.mul_f64(random_share()) + extra).await;
        let asked = Instant::now();
        trace.add("bank.transfer", SpanKind::Client, (began, asked), "", vec![("peer.service", "bank".into())]);
        let receipt = receipt(order, cents);
        trace.add("sign_receipt", SpanKind::Internal, (asked, Instant::now()), "", Vec::new());
        Answer::json(&json!({ "order": order, "cents": cents, "receipt": receipt }))
    }
}

fn receipt(order: i64, cents: u64) -> String {
    let mut hash = Sha256::digest(format!("{order} {cents}").as_bytes());
    for _ in 1..ROUNDS {
        hash = Sha256::digest(hash);
    }
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

impl Handler for Payments {
    async fn answer(self: Arc<Self>, _peer: SocketAddr, request: Request<Incoming>) -> Response<Body> {
        let began = Instant::now();
        let _active = self.served.active.enter();
        let found = Route::of(request.method().as_str(), request.uri().path());
        let route = found.ok().filter(|r| matches!(r, Route::Pay | Route::Health | Route::Metrics));
        let route = route.unwrap_or(Route::Unknown);
        let parent = request.headers().get("traceparent").and_then(|text| text.to_str().ok());
        let mut trace = parent.and_then(Trace::from_parent).unwrap_or_else(|| self.told.tracer.begin());
        let answer = match route {
            Route::Pay => match to_bytes(Body::new(request.into_body()), 16 << 10).await {
                Ok(body) => self.pay(&mut trace, &body).await,
                Err(_) => Answer::wrong(413, "a payment is shorter"),
            },
            Route::Health => Answer::json(&json!({ "status": "ok" })),
            Route::Metrics => Answer::text(prometheus::CONTENT_TYPE, prometheus::text(&self.meter)),
            _ => Answer::wrong(found.err().unwrap_or(404), "there is no such route"),
        };
        let ended = Instant::now();
        let took = ended - began;
        self.served.add(route, answer.status, answer.error, took);
        self.told.answered(trace, (route, route == Route::Pay), &answer, (began, ended));
        answer.response(false, 0)
    }
}
