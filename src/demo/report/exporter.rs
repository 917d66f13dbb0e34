//! The exporter: a thread that tells whoever listens, once each turn, over one connection that is kept.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use axum::body::Body;
use hyper::client::conn::http1::SendRequest;
use hyper::http::{Method, Request, Uri, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use super::{Resource, Told, encode};
use crate::demo::clock::unix_nanos;
use crate::demo::meter::{Counter, Kind, Meter};

/// Time between turns.
const TURN: Duration = Duration::from_secs(1);
/// Time for one request, with connecting.
const PATIENCE: Duration = Duration::from_secs(2);
/// First and longest pause after a failure.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));
/// Traces, and lines, told in one turn.
const MOST_OF_A_TURN: usize = 500;

/// Where a service reports to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Host and port.
    pub authority: String,
    /// What stands before `/v1/metrics`.
    pub prefix: String,
}

impl Place {
    /// Reads an address such as `http://127.0.0.1:4318`.
    ///
    /// # Errors
    /// What is wrong with it, as the rest of a sentence.
    pub fn read(text: &str) -> Result<Self, String> {
        let uri: Uri = text.parse().map_err(|_| format!("\"{text}\" is no address"))?;
        if uri.scheme_str() != Some("http") {
            return Err(format!("\"{text}\" does not begin with http://"));
        }
        let authority = uri.authority().map(|a| a.as_str()).filter(|a| !a.contains('@')).unwrap_or_default();
        if authority.is_empty() {
            return Err(format!("\"{text}\" names no host"));
        }
        let has_port = uri.port_u16().is_some();
        let authority = if has_port { authority.to_owned() } else { format!("{authority}:4318") };
        Ok(Self { authority, prefix: uri.path().trim_end_matches('/').to_owned() })
    }
}

/// One service that reports.
#[derive(Clone)]
pub struct Source {
    /// Who it is.
    pub resource: Resource,
    /// Its metrics.
    pub meter: Arc<Meter>,
    /// What else it tells.
    pub told: Told,
}

/// Tells whoever listens until it is stopped.
pub struct Exporter {
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Exporter {
    /// Starts the thread. What was dropped is counted in the first source's metrics.
    ///
    /// # Errors
    /// What the system said to a thread.
    pub fn start(place: Place, sources: Vec<Source>) -> io::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let turns = Arc::new(Counts::default());
        if let Some(source) = sources.first() {
            observe(&source.meter, &sources, &turns);
        }
        let desk = Desk { place, sources, turns, started: Instant::now(), sender: None, pause: PAUSES.0 };
        let body = move || runtime.block_on(desk.run(stopped));
        let thread = std::thread::Builder::new().name("telemetry".into()).spawn(body)?;
        Ok(Self { stop, thread: Some(thread) })
    }

    /// Tells what is left, for as long as one turn may take, and ends.
    pub fn stop(&mut self) {
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        self.stop();
    }
}

#[derive(Default)]
struct Counts {
    sent: Counter,
    failed: Counter,
}

fn observe(meter: &Meter, sources: &[Source], turns: &Arc<Counts>) {
    let dropped = meter.family("shop.telemetry.dropped", "{item}", Kind::Counter, "Telemetry that was dropped.");
    for (signal, is_log) in [("traces", false), ("logs", true)] {
        let told: Vec<Told> = sources.iter().map(|source| source.told.clone()).collect();
        dropped.observe(vec![("signal", signal.into())], move || {
            let of = |told: &Told| if is_log { told.log.dropped.get() } else { told.tracer.dropped.get() };
            told.iter().map(of).sum::<u64>() as f64
        });
    }
    let exports = meter.family("shop.telemetry.exports", "{request}", Kind::Counter, "Requests to the receiver.");
    let of = turns.clone();
    exports.observe(vec![("outcome", "taken".into())], move || of.sent.get() as f64);
    let of = turns.clone();
    exports.observe(vec![("outcome", "failed".into())], move || of.failed.get() as f64);
}

struct Desk {
    place: Place,
    sources: Vec<Source>,
    turns: Arc<Counts>,
    started: Instant,
    sender: Option<SendRequest<Body>>,
    pause: Duration,
}

impl Desk {
    async fn run(mut self, mut stopped: watch::Receiver<bool>) {
        loop {
            let began = Instant::now();
            let is_taken = self.turn().await;
            let wait = if is_taken {
                self.pause = PAUSES.0;
                TURN.saturating_sub(began.elapsed())
            } else {
                let pause = self.pause;
                self.pause = (pause * 2).min(PAUSES.1);
                pause
            };
            if timeout(wait, stopped.wait_for(|is_stopped| *is_stopped)).await.is_ok() {
                break;
            }
        }
        // The last words: once, whatever becomes of them.
        self.turn().await;
    }

    /// Tells all there is; whether it was taken.
    async fn turn(&mut self) -> bool {
        let times = (unix_nanos(self.started), unix_nanos(Instant::now()));
        let services = self.sources.iter().map(|source| (&source.resource, &*source.meter));
        let metrics = encode::metrics(services, times);
        if !self.post("/v1/metrics", metrics).await {
            return false;
        }
        let taken: Vec<_> = self.sources.iter().map(|source| source.told.tracer.take(MOST_OF_A_TURN)).collect();
        let pairs = || self.sources.iter().zip(&taken);
        let body = encode::traces(pairs().map(|(source, traces)| (&source.resource, traces.as_slice())));
        if !body.is_empty() && !self.post("/v1/traces", body).await {
            self.sources.iter().zip(taken).for_each(|(source, traces)| source.told.tracer.put_back(traces));
            return false;
        }
        let taken: Vec<_> = self.sources.iter().map(|source| source.told.log.take(MOST_OF_A_TURN)).collect();
        let pairs = || self.sources.iter().zip(&taken);
        let body = encode::logs(pairs().map(|(source, lines)| (&source.resource, lines.as_slice())));
        if !body.is_empty() && !self.post("/v1/logs", body).await {
            self.sources.iter().zip(taken).for_each(|(source, lines)| source.told.log.put_back(lines));
            return false;
        }
        true
    }

    async fn post(&mut self, path: &str, body: Vec<u8>) -> bool {
        let is_taken = timeout(PATIENCE, self.try_post(path, body)).await.is_ok_and(|answered| answered);
        let counter = if is_taken { &self.turns.sent } else { &self.turns.failed };
        counter.add();
        if !is_taken {
            self.sender = None;
        }
        is_taken
    }

    /// Whether the receiver took it. One that refuses what it was sent for good is not sent the same again.
    async fn try_post(&mut self, path: &str, body: Vec<u8>) -> bool {
        let kept = self.sender.take().filter(|sender| !sender.is_closed());
        let sender = match kept {
            Some(sender) => Some(sender),
            None => self.connect().await,
        };
        let Some(mut sender) = sender else { return false };
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("{}{path}", self.place.prefix))
            .header(header::HOST, &self.place.authority)
            .header(header::CONTENT_TYPE, "application/x-protobuf")
            .body(Body::from(body));
        let Ok(request) = request else { return false };
        if sender.ready().await.is_err() {
            return false;
        }
        let Ok(response) = sender.send_request(request).await else { return false };
        let status = response.status();
        let is_read = axum::body::to_bytes(Body::new(response.into_body()), 64 << 10).await.is_ok();
        if is_read {
            self.sender = Some(sender);
        }
        let may_be_later = matches!(status.as_u16(), 429 | 502 | 503 | 504);
        !may_be_later
    }

    async fn connect(&self) -> Option<SendRequest<Body>> {
        let stream = TcpStream::connect(&self.place.authority).await.ok()?;
        let _ = stream.set_nodelay(true);
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(async move {
            let _ = connection.await;
        });
        Some(sender)
    }
}
