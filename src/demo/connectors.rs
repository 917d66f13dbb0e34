//! Calls of another service over HTTP/1.1: at most so many connections at once, kept for the next call, with time-outs and
//! further attempts.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::http::{Method, Request, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::clock::{random, random_share};
use super::limits::{Backoff, Limits};
use super::meter::Kind;
use super::meter::record::Record;
use super::report::{SpanKind, Trace, Value};

/// Bytes of an answer at most.
const MOST_BYTES: usize = 1 << 20;
/// First pause before a further attempt.
const PAUSE: Duration = Duration::from_millis(25);

/// Why a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// No connection could be made in time.
    #[error("{0} could not be connected to")]
    Connect(&'static str),
    /// No answer came in time.
    #[error("{0} did not answer in time")]
    TimeOut(&'static str),
    /// The connection broke.
    #[error("the connection to {0} broke")]
    Broken(&'static str),
    /// It answered that it failed.
    #[error("{0} answered with status {1}")]
    Status(&'static str, u16),
}

impl CallError {
    /// Its kind, as `error.type`.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Connect(_) => "connect",
            Self::TimeOut(_) => "timeout",
            Self::Broken(_) => "broken",
            Self::Status(..) => "downstream",
        }
    }

    const fn status(self) -> u16 {
        if let Self::Status(_, status) = self { status } else { 0 }
    }
}

struct Resting {
    sender: SendRequest<Body>,
    since: Instant,
}

/// Connections to one other service.
pub struct Connectors {
    name: &'static str,
    address: SocketAddr,
    room: Semaphore,
    resting: Mutex<Vec<Resting>>,
    keep_alive: Duration,
    connect: Duration,
    read: Duration,
    retries: u32,
    backoff: Backoff,
    record: Arc<Record>,
}

impl Connectors {
    /// No connection yet to the service of this name at this address.
    pub fn new(name: &'static str, address: SocketAddr, limits: &Limits, record: Arc<Record>) -> Arc<Self> {
        let most = limits.http_max.min(limits.http_max_per_host);
        let connectors = Arc::new(Self {
            name,
            address,
            room: Semaphore::new(most),
            resting: Mutex::default(),
            keep_alive: limits.keep_alive,
            connect: limits.connect,
            read: limits.read,
            retries: limits.retries,
            backoff: limits.backoff,
            record: record.clone(),
        });
        let about = "Connections to other services by state.";
        let open = record.meter.family("http.client.open_connections", "{connection}", Kind::UpDown, about);
        let state =
            |state: &str| vec![("http.connection.state", state.to_owned()), ("server.address", name.to_owned())];
        let of = Arc::downgrade(&connectors);
        open.observe(state("active"), move || {
            of.upgrade().map_or(0.0, |c| (most - c.room.available_permits().min(most)) as f64)
        });
        let of = Arc::downgrade(&connectors);
        open.observe(state("idle"), move || of.upgrade().map_or(0.0, |c| c.resting().len() as f64));
        connectors
    }

    fn resting(&self) -> std::sync::MutexGuard<'_, Vec<Resting>> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a POST that is safe to repeat, and gives the answer to it.
    ///
    /// # Errors
    /// [`CallError`] of the last attempt.
    pub async fn post(&self, trace: &mut Trace, path: &str, body: Bytes) -> Result<Bytes, CallError> {
        let mut n_failed = 0;
        loop {
            let outcome = self.attempt(trace, path, body.clone(), n_failed).await;
            // What the other side refuses for good is not asked again.
            let may_pass = outcome.as_ref().err().is_some_and(|e| e.status() == 0 || e.status() >= 500);
            if !may_pass || n_failed >= self.retries {
                return outcome;
            }
            n_failed += 1;
            sleep(pause(self.backoff, n_failed, random_share())).await;
        }
    }

    async fn attempt(&self, trace: &mut Trace, path: &str, body: Bytes, n_failed: u32) -> Result<Bytes, CallError> {
        let began = Instant::now();
        let id = random();
        let outcome = self.send(trace.header(id), path, body).await;
        let ended = Instant::now();
        let (status, error) = match &outcome {
            Ok(_) => (200, ""),
            Err(e) => (e.status(), e.kind()),
        };
        self.record.call(status, error, ended - began);
        let mut told: Vec<(&'static str, Value)> = vec![
            ("http.request.method", "POST".into()),
            ("peer.service", self.name.into()),
            ("server.address", self.name.into()),
            ("url.full", format!("http://{}{path}", self.name).into()),
        ];
        if status > 0 {
            told.push(("http.response.status_code", Value::Int(i64::from(status))));
        }
        if n_failed > 0 {
            told.push(("http.request.resend_count", Value::Int(i64::from(n_failed))));
        }
        trace.add_with_id(id, "POST", SpanKind::Client, (began, ended), error, told);
        outcome
    }

    async fn send(&self, parent: String, path: &str, body: Bytes) -> Result<Bytes, CallError> {
        let _permit = {
            let _waits = self.record.http_pending.enter();
            let room = timeout(self.read, self.room.acquire()).await;
            room.map_err(|_| CallError::TimeOut(self.name))?.map_err(|_| CallError::Broken(self.name))?
        };
        let mut sender = match self.rested() {
            Some(sender) => sender,
            None => self.open().await?,
        };
        let broken = |_| CallError::Broken(self.name);
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::HOST, self.name)
            .header(header::CONTENT_TYPE, "application/json")
            .header("traceparent", parent)
            .body(Body::from(body))
            .map_err(|_| CallError::Broken(self.name))?;
        let asked = async {
            sender.ready().await.map_err(broken)?;
            let response = sender.send_request(request).await.map_err(broken)?;
            let status = response.status().as_u16();
            let body = to_bytes(Body::new(response.into_body()), MOST_BYTES).await;
            Ok((status, body.map_err(|_| CallError::Broken(self.name))?))
        };
        let (status, body) = timeout(self.read, asked).await.map_err(|_| CallError::TimeOut(self.name))??;
        if !self.keep_alive.is_zero() {
            self.resting().push(Resting { sender, since: Instant::now() });
        }
        if status < 400 { Ok(body) } else { Err(CallError::Status(self.name, status)) }
    }

    fn rested(&self) -> Option<SendRequest<Body>> {
        let mut resting = self.resting();
        while let Some(Resting { sender, since }) = resting.pop() {
            if since.elapsed() < self.keep_alive && !sender.is_closed() {
                return Some(sender);
            }
        }
        None
    }

    async fn open(&self) -> Result<SendRequest<Body>, CallError> {
        let failed = CallError::Connect(self.name);
        let connected = timeout(self.connect, TcpStream::connect(self.address)).await;
        let stream = connected.map_err(|_| failed)?.map_err(|_| failed)?;
        let _ = stream.set_nodelay(true);
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|_| failed)?;
        tokio::spawn(async move {
            let _ = connection.await;
        });
        Ok(sender)
    }
}

/// The pause before attempt number `n`, counted from 1. Source of jitter over the whole pause: AWS Builders' Library,
/// "Timeouts, retries, and backoff with jitter".
fn pause(backoff: Backoff, n: u32, share: f64) -> Duration {
    let doubled = PAUSE * (1 << (n.saturating_sub(1)).min(6));
    match backoff {
        Backoff::None => Duration::ZERO,
        Backoff::Fixed => PAUSE,
        Backoff::Exponential => doubled,
        Backoff::Jitter => doubled.mul_f64(share),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_as_they_are_asked_to() {
        let millis = |backoff| [1, 2, 3, 20].map(|n| pause(backoff, n, 0.5).as_secs_f64() * 1e3);
        assert_eq!(millis(Backoff::None), [0.0; 4]);
        assert_eq!(millis(Backoff::Fixed), [25.0; 4]);
        assert_eq!(millis(Backoff::Exponential), [25.0, 50.0, 100.0, 1600.0]);
        assert_eq!(millis(Backoff::Jitter), [12.5, 25.0, 50.0, 800.0]);
    }
}
