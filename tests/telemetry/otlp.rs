//! Receivers at work on loopback, with a sink that remembers, and clients as plain as they can be.

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

use flate2::Compression;
use flate2::write::GzEncoder;
use perfdesk::model::Timestamp;
use perfdesk::model::service::{ReceiverState, ReceiverStatus};
use perfdesk::telemetry::otlp::{Malformed, Signal, Sink, Taken};
use perfdesk::telemetry::receive::{DoorKind, Doors, Limits, ReceiverEvent, Receivers};

use super::support::PATIENCE;

/// What the clock says all the time.
pub const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// Waits on what is shared until it is so.
pub struct Watched<T> {
    value: Mutex<T>,
    changed: Condvar,
}

impl<T> Watched<T> {
    pub fn new(value: T) -> Self {
        Self { value: Mutex::new(value), changed: Condvar::new() }
    }

    pub fn change<R>(&self, how: impl FnOnce(&mut T) -> R) -> R {
        let out = how(&mut self.value.lock().expect("no thread broke down"));
        self.changed.notify_all();
        out
    }

    /// What is found, as soon as it is.
    pub fn wait<R>(&self, what: &str, mut find: impl FnMut(&mut T) -> Option<R>) -> R {
        let deadline = Instant::now() + PATIENCE;
        let mut value = self.value.lock().expect("no thread broke down");
        loop {
            if let Some(found) = find(&mut value) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited in vain for {what}");
            value = self.changed.wait_timeout(value, left).expect("no thread broke down").0;
        }
    }
}

/// What a sink remembers.
#[derive(Default)]
pub struct Seen {
    /// What was taken.
    pub bodies: Vec<(Signal, Vec<u8>)>,
    /// When, by the clock that was given.
    pub at: Vec<Timestamp>,
    /// Requests that were refused before they could be read.
    pub n_refused: usize,
    /// How the next ones are answered; whole where nothing is told.
    pub script: VecDeque<Result<Taken, Malformed>>,
    /// Whether it breaks down.
    pub breaks_down: bool,
    /// Whether it holds what comes.
    pub is_shut: bool,
}

/// A sink that remembers.
pub struct Recorder(pub Watched<Seen>);

impl Sink for Recorder {
    fn take(&self, signal: Signal, body: &[u8], at: Timestamp) -> Result<Taken, Malformed> {
        let (next, breaks_down) = self.0.change(|seen| {
            seen.bodies.push((signal, body.to_vec()));
            seen.at.push(at);
            (seen.script.pop_front(), seen.breaks_down)
        });
        assert!(!breaks_down, "it was told to break down");
        self.0.wait("leave to go on", |seen| (!seen.is_shut).then_some(()));
        next.unwrap_or_else(|| Ok(Taken::default()))
    }

    fn refused(&self) {
        self.0.change(|seen| seen.n_refused += 1);
    }
}

/// Receivers at work.
pub struct Post {
    pub receivers: Receivers,
    pub sink: Arc<Recorder>,
    pub events: Arc<Watched<Vec<ReceiverEvent>>>,
}

impl Post {
    /// With these doors.
    pub fn with(doors: Doors, limits: Limits) -> Self {
        let sink = Arc::new(Recorder(Watched::new(Seen::default())));
        let events = Arc::new(Watched::new(Vec::new()));
        let told = events.clone();
        let report = Arc::new(move |event| told.change(|events: &mut Vec<_>| events.push(event)));
        let receivers = Receivers::start(doors, limits, sink.clone(), Arc::new(|| NOW), report);
        Self { receivers, sink, events }
    }

    /// With both doors on ports of their own.
    pub fn start(limits: Limits) -> Self {
        Self::with(Doors { grpc: Some(loopback()), http: Some(loopback()), ..Doors::default() }, limits)
    }

    /// Waits until a door does so; gives its status. Events before it are forgotten.
    pub fn wait(&self, door: DoorKind, is_it: impl Fn(&ReceiverState) -> bool) -> ReceiverStatus {
        self.events.wait("a door", |events| {
            let found = events.iter().position(|event| event.door == door && is_it(&event.status.state))?;
            let status = events[found].status.clone();
            let mut i = 0;
            events.retain(|event| {
                i += 1;
                i - 1 > found || event.door != door
            });
            Some(status)
        })
    }

    /// Waits until a door listens; gives its address.
    pub fn address(&self, door: DoorKind) -> SocketAddr {
        let status = self.wait(door, |state| *state == ReceiverState::Listening);
        status.address.parse().expect("an address")
    }

    /// What was taken so far.
    pub fn bodies(&self) -> Vec<(Signal, Vec<u8>)> {
        self.sink.0.change(|seen| std::mem::take(&mut seen.bodies))
    }

    /// How many requests were refused so far, for once.
    pub fn n_refused(&self) -> usize {
        self.sink.0.change(|seen| std::mem::take(&mut seen.n_refused))
    }
}

/// A port of its own on loopback.
pub fn loopback() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// Gzip of this.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("into memory");
    encoder.finish().expect("into memory")
}

/// Gzip of a hundred megabytes of nothing.
pub fn bomb() -> Vec<u8> {
    gzip(&vec![0; 1 << 20]).repeat(100)
}

/// An answer of HTTP/1.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    /// In lower case.
    pub head: String,
    pub body: Vec<u8>,
}

impl Reply {
    fn read(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("the end of a head");
        let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Self { status, head, body: bytes[end + 4..].to_vec() }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Sends bytes as they are, and reads until the other side ends. What cannot be written is not.
pub fn exchange(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time");
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    assert!(read.is_ok() || !answer.is_empty(), "no answer: {read:?}");
    answer
}

/// The head of a POST.
pub fn head(path: &str, fields: &[&str]) -> String {
    let has_host = fields.iter().any(|field| field.starts_with("host:"));
    let host = if has_host { "" } else { "host: localhost\r\n" };
    let fields: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
    format!("POST {path} HTTP/1.1\r\n{host}connection: close\r\n{fields}\r\n")
}

/// Posts a body.
pub fn post(address: SocketAddr, path: &str, fields: &[&str], body: &[u8]) -> Reply {
    let length = format!("content-length: {}", body.len());
    let head = head(path, &[fields, &[&*length]].concat());
    Reply::read(&exchange(address, &[head.as_bytes(), body].concat()))
}

/// Sends a request as it is.
pub fn raw(address: SocketAddr, bytes: &[u8]) -> Reply {
    Reply::read(&exchange(address, bytes))
}
