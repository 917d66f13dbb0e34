//! The whole service on loopback, with a small database: routes, limits, trouble, what it reports, and its end.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::*;
use crate::model::{SeriesDef, Slot};
use crate::telemetry::intake::Intake;
use crate::telemetry::otlp::{Signal, Sink as _};
use crate::telemetry::record::{Record, Tick};

const PATIENCE: Duration = Duration::from_secs(30);

fn start(environment: &[(&str, &str)], otlp: Option<Place>) -> Service {
    let find = |key: &str| environment.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned());
    let options = Options {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        otlp,
        folder: None,
        n_products: 200,
        n_visitors: 0,
        prints: false,
    };
    let service = Service::start(options, Limits::read(&find).expect("limits")).expect("starts");
    until("it is ready", || service.is_ready());
    service
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Status and body of a request on a connection of its own.
fn ask(address: SocketAddr, method: &str, path: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    let length = body.len();
    let head =
        format!("{method} {path} HTTP/1.1\r\nhost: shop\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(format!("{head}{body}").as_bytes()).expect("sent");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("an answer");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, body.to_owned())
}

fn get(service: &Service, path: &str) -> (u16, String) {
    ask(service.address, "GET", path, "")
}

/// The number of the first line of `/metrics` that begins so and holds this.
fn metric(service: &Service, begin: &str, holds: &str) -> f64 {
    let (_, text) = get(service, "/metrics");
    let line = text.lines().find(|line| line.starts_with(begin) && line.contains(holds));
    line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or(0.0)
}

#[test]
fn every_route_answers_and_is_counted() {
    let service = start(&[], None);
    for (method, path, body, status, holds) in [
        ("GET", "/health", "", 200, "ok"),
        ("GET", "/ready", "", 200, "ready"),
        ("GET", "/products?category=garden", "", 200, "\"category\":\"garden\""),
        ("GET", "/products/7", "", 200, "\"id\":7"),
        ("GET", "/products/7", "", 200, "\"id\":7"),
        ("GET", "/products/99999", "", 404, "no such product"),
        ("GET", "/products/seven", "", 400, "whole number"),
        ("GET", "/search?q=oak+table", "", 200, "\"q\":\"oak table\""),
        ("GET", "/search", "", 400, "q is what to search for"),
        ("POST", "/orders", r#"{"visitor":5,"product":7,"quantity":2}"#, 201, "\"order\":801"),
        ("POST", "/orders", r#"{"product":99999}"#, 409, "not enough"),
        ("POST", "/orders", "{", 400, "no JSON"),
        ("POST", "/orders", r#"{"quantity":-1}"#, 400, "whole number"),
        ("GET", "/cart?visitor=5", "", 200, "\"order\":801"),
        ("POST", "/checkout?order=801", "", 200, "\"receipt\""),
        ("POST", "/checkout?order=99999", "", 404, "no such order"),
        ("GET", "/recommendations?visitor=5", "", 200, "\"products\":["),
        ("GET", "/report", "", 200, "\"categories\""),
        ("GET", "/nowhere", "", 404, "no such route"),
        ("DELETE", "/cart", "", 405, "not by this method"),
    ] {
        let (found, text) = ask(service.address, method, path, body);
        assert_eq!(found, status, "{method} {path}: {text}");
        assert!(text.contains(holds), "{method} {path}: {text}");
    }
    let paid = || get(&service, "/cart?visitor=5").1;
    until("the order was sent", || paid().contains("\"sent\""));
    for (begin, holds, expect) in [
        (
            "http_server_request_duration_seconds_count",
            "http_response_status_code=\"200\",http_route=\"/products/{id}\"",
            2.0,
        ),
        ("http_server_request_duration_seconds_count", "\"404\",http_route=\"/products/{id}\"", 1.0),
        ("http_client_request_duration_seconds_count", "server_address=\"payments\"", 1.0),
        ("db_client_operation_duration_seconds_count", "db_query_summary=\"INSERT orders\"", 2.0),
        ("messaging_client_sent_messages_total", "orders", 1.0),
        ("messaging_client_consumed_messages_total", "orders", 1.0),
        ("messaging_process_duration_seconds_count", "orders", 1.0),
        ("ml_batch_size_count", "recommender", 2.0),
        ("db_client_connection_max", "shop", 10.0),
    ] {
        assert_eq!(metric(&service, begin, holds), expect, "{begin} {holds}");
    }
    // The warm-up asked for each category, and one of them again; /products/7 and the search that was new.
    assert_eq!(metric(&service, "cache_requests_total", "hit"), 2.0);
    assert!(metric(&service, "process_memory_usage_bytes", "") > 1e6);
    let (status, text) = ask(service.payments, "GET", "/metrics", "");
    assert!(status == 200 && text.contains("http_route=\"/pay\""), "{text}");
}

#[test]
fn it_is_not_ready_before_its_database_is_filled() {
    let options = Options {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        otlp: None,
        folder: None,
        n_products: 20_000,
        n_visitors: 0,
        prints: false,
    };
    let limits = Limits::read(&|_| None).expect("limits");
    let service = Service::start(options, limits).expect("starts");
    let (status, text) = get(&service, "/ready");
    assert!(status == 503 && text.contains("the database is filled"), "{status} {text}");
    assert_eq!((get(&service, "/products/1").0, get(&service, "/health").0), (503, 200));
    until("it is ready", || get(&service, "/ready").0 == 200);
    assert!(metric(&service, "db_client_connection_count", "idle") >= 2.0);
}

#[test]
fn an_address_that_is_taken_is_told() {
    let service = start(&[], None);
    let options =
        Options { listen: service.address, otlp: None, folder: None, n_products: 1, n_visitors: 0, prints: false };
    let failed = Service::start(options, Limits::read(&|_| None).expect("limits")).err().expect("it is taken");
    let begin = format!("{} cannot be listened on: ", service.address);
    assert!(failed.to_string().starts_with(&begin), "{failed}");
}

#[test]
fn trouble_is_real_and_ends_by_itself() {
    let service = start(&[("DB_POOL_MAX", "2"), ("DB_POOL_MIN", "1"), ("DB_ACQUIRE_TIMEOUT_MS", "30")], None);
    let chaos = |text: &str| ask(service.address, "POST", &format!("/chaos?{text}"), "");
    assert_eq!(chaos("slow=much").0, 400);
    assert_eq!(chaos("fail=1&for=60s").0, 200);
    assert_eq!(get(&service, "/cart").0, 500);
    assert!(get(&service, "/chaos").1.contains("\"fail\":1.0"));
    assert_eq!(ask(service.address, "DELETE", "/chaos", "").0, 200);
    assert_eq!(get(&service, "/cart").0, 200);
    // Both connections are held: whoever needs one waits in vain, and is told so.
    assert_eq!(chaos("leak=2&for=60s").0, 200);
    until("the pool is used up", || metric(&service, "db_client_connection_count", "used") >= 2.0);
    let (status, text) = get(&service, "/cart");
    assert!(status == 503 && text.contains("no connection was free within 30 ms"), "{text}");
    assert!(metric(&service, "db_client_connection_timeouts_total", "") >= 1.0);
    assert_eq!(ask(service.address, "DELETE", "/chaos", "").0, 200);
    until("connections come back", || get(&service, "/cart").0 == 200);
    assert_eq!(chaos("slow=30ms&for=0.2s").0, 200);
    let began = Instant::now();
    assert_eq!(get(&service, "/cart").0, 200);
    assert!(began.elapsed() >= Duration::from_millis(30));
    until("it is over", || get(&service, "/chaos").1.contains("\"is_on\":false"));
}

#[test]
fn writers_meet_the_lock_that_trouble_holds() {
    let service = start(&[("DB_STATEMENT_TIMEOUT_MS", "40")], None);
    assert_eq!(ask(service.address, "POST", "/chaos?lock=400ms&for=60s", "").0, 200);
    until("an order does not get the lock", || {
        let (status, text) = ask(service.address, "POST", "/orders", "");
        status == 503 && text.contains("locked by another")
    });
    assert_eq!(get(&service, "/cart").0, 200, "readers go on");
    assert_eq!(ask(service.address, "DELETE", "/chaos", "").0, 200);
    until("orders go on", || ask(service.address, "POST", "/orders", "").0 == 201);
}

#[test]
fn requests_under_way_end_before_it_stops() {
    let mut service = start(&[], None);
    assert_eq!(ask(service.address, "POST", "/chaos?slow=300ms&for=60s", "").0, 200);
    let address = service.address;
    let asked = std::thread::spawn(move || ask(address, "GET", "/cart", ""));
    until("it is under way", || metric(&service, "http_server_active_requests", "") >= 2.0);
    service.stop();
    assert_eq!(asked.join().expect("an answer").0, 200);
    assert!(TcpStream::connect(address).is_err(), "nobody listens any more");
}

/// Takes series in and keeps nothing of them.
struct Kept(u32);

impl Record for Kept {
    fn define(&mut self, _def: SeriesDef) -> Slot {
        self.0 += 1;
        Slot(self.0)
    }

    fn put(&mut self, _slot: Slot, value: f64) {
        assert!(value.is_finite());
    }
}

/// A receiver that hands everything to Perfdesk's own intake.
fn receiver(intake: Arc<Intake>) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, intake) = (stream.expect("a connection"), intake.clone());
            std::thread::spawn(move || {
                let mut bytes = Vec::new();
                let mut part = [0; 65_536];
                while let Ok(n @ 1..) = stream.read(&mut part) {
                    bytes.extend_from_slice(&part[..n]);
                    while let Some((signal, body, end)) = request(&bytes) {
                        let at = chrono::Utc::now().timestamp_millis();
                        let at = crate::model::Timestamp::from_millis(at);
                        let taken = intake.take(signal, body, at).expect("a sound request");
                        assert_eq!((taken.n_rejected, &*taken.why), (0, ""));
                        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").expect("answered");
                        bytes.drain(..end);
                    }
                }
            });
        }
    });
    address
}

fn request(bytes: &[u8]) -> Option<(Signal, &[u8], usize)> {
    let begin = bytes.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&bytes[..begin]).expect("text").to_lowercase();
    let length = head.split("content-length: ").nth(1)?.split('\r').next()?.parse::<usize>().expect("a number");
    let signal = [("metrics", Signal::Metrics), ("traces", Signal::Traces), ("logs", Signal::Logs)];
    let signal = signal.iter().find(|(name, _)| head.starts_with(&format!("post /v1/{name} "))).expect("a signal").1;
    Some((signal, bytes.get(begin..begin + length)?, begin + length))
}

#[test]
fn what_it_reports_fills_every_table_of_a_service() {
    let intake = Arc::new(Intake::new(Default::default()));
    let place = Place { authority: receiver(intake.clone()).to_string(), prefix: String::new() };
    let mut service = start(&[("SERVICE_TRACE_SHARE", "1"), ("SERVICE_LOG_LEVEL", "debug")], Some(place));
    let began = Instant::now();
    let services = || {
        let at = crate::model::Timestamp::from_millis(chrono::Utc::now().timestamp_millis());
        intake.record(Tick { at, elapsed: began.elapsed(), generation: 0 }, &mut Kept(0))
    };
    let named = |name: &str| services().into_iter().find(|service| &*service.name == name);
    until("all tables have rows", || {
        for path in ["/products/1", "/recommendations", "/cart", "/report", "/search?q=oak"] {
            assert_eq!(get(&service, path).0, 200);
        }
        for path in ["/orders", "/checkout"] {
            assert!(ask(service.address, "POST", path, "").0 < 300);
        }
        let Some(shop) = named("shop") else { return false };
        let (figures, spans) = (&shop.metrics, &shop.spans);
        let rows = [
            figures.requests.is_some(),
            figures.routes.len() >= 7,
            figures.operations.len() >= 6,
            figures.pools.iter().any(|pool| pool.max == Some(10.0) && pool.wait_p95_seconds.is_some()),
            figures.caches.iter().any(|cache| cache.hit_ratio.is_some()),
            figures.batches.iter().any(|batch| batch.size_mean.is_some()),
            figures.queues.iter().any(|queue| queue.taken_per_second.is_some_and(|n| n > 0.0)),
            figures.dependencies.iter().any(|other| &*other.name == "payments"),
            spans.operations.iter().any(|operation| &*operation.system == "sqlite"),
            spans.dependencies.iter().any(|other| &*other.name == "payments"),
        ];
        rows.iter().all(|has_row| *has_row)
    });
    assert!(named("payments").is_some_and(|payments| payments.metrics.requests.is_some()));
    service.stop();
    let counted = intake.figures();
    assert!(counted.n_spans > 20 && counted.n_logs > 0, "{counted:?}");
}
