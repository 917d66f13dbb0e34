//! What Perfdesk itself does, as spans of a service `perfdesk`: requests to its API, jobs, ticks. They go into the books
//! like those of any other service, without a socket.
//!
//! Whoever has done something notes it and never waits; each tick takes what was noted. While it is switched off, which it
//! is until a person asks for it, nothing is noted.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::model::Timestamp;

/// The service's name.
pub const NAME: &str = "perfdesk";
/// What may be noted between two ticks; more is counted and left out.
const MOST: usize = 512;

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A request to the API was answered.
    Request {
        /// Its method.
        method: String,
        /// Its route, such as `/api/v1/services`; empty where there is none.
        route: String,
        /// The status of the answer.
        status: u16,
    },
    /// A job was done.
    Job {
        /// What, such as `write the settings`.
        name: &'static str,
        /// Whether it broke down.
        is_failed: bool,
    },
    /// What services report was taken into a tick.
    Tick,
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// What.
    pub what: What,
    /// When it was done.
    pub end: Timestamp,
    /// How long it took.
    pub took: Duration,
}

/// What was done since the last tick.
#[derive(Debug)]
pub struct OwnWork {
    is_on: AtomicBool,
    noted: Mutex<Vec<Work>>,
    n_left_out: AtomicU64,
    n_spans: AtomicU64,
    /// Tells this run's ids from those of others.
    run: u64,
}

impl Default for OwnWork {
    fn default() -> Self {
        Self {
            is_on: AtomicBool::new(false),
            noted: Mutex::default(),
            n_left_out: AtomicU64::new(0),
            n_spans: AtomicU64::new(0),
            // An id of all zeros is none.
            run: RandomState::new().hash_one(NAME) | 1,
        }
    }
}

impl OwnWork {
    /// Switches it on or off; off, it forgets what was noted.
    pub fn set_on(&self, is_on: bool) {
        self.is_on.store(is_on, Relaxed);
        if !is_on {
            self.take();
        }
    }

    /// Whether anything is noted.
    pub fn is_on(&self) -> bool {
        self.is_on.load(Relaxed)
    }

    /// Notes something that was done. The lock is held for the moment of a note.
    pub fn note(&self, work: Work) {
        if !self.is_on() {
            return;
        }
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.len() < MOST {
            noted.push(work);
        } else {
            self.n_left_out.fetch_add(1, Relaxed);
        }
    }

    /// What there was no room for.
    pub fn n_left_out(&self) -> u64 {
        self.n_left_out.load(Relaxed)
    }

    fn take(&self) -> Vec<Work> {
        std::mem::take(&mut *self.noted.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What was noted, as an `ExportTraceServiceRequest`; `None` where nothing was.
    ///
    /// Field numbers: `opentelemetry/proto/trace/v1/trace.proto`, `common/v1/common.proto`.
    pub fn request(&self) -> Option<Vec<u8>> {
        let noted = self.take();
        if noted.is_empty() {
            return None;
        }
        let mut resource = Vec::new();
        attribute("service.name", NAME, &mut resource);
        attribute("service.version", env!("CARGO_PKG_VERSION"), &mut resource);
        attribute("telemetry.sdk.language", "rust", &mut resource);
        let pid = [vec![3 << 3], varint(u64::from(std::process::id()))].concat();
        pair("process.pid", &pid, 1, &mut resource);
        let mut spans = Vec::new();
        for work in &noted {
            let number = self.n_spans.fetch_add(1, Relaxed) + 1;
            bytes(2, &self.span(work, number), &mut spans);
        }
        let mut group = Vec::new();
        bytes(1, &resource, &mut group);
        bytes(2, &spans, &mut group);
        let mut request = Vec::new();
        bytes(1, &group, &mut request);
        Some(request)
    }

    fn span(&self, work: &Work, number: u64) -> Vec<u8> {
        let end = u64::try_from(work.end.as_millis()).unwrap_or(0).saturating_mul(1_000_000);
        let start = end.saturating_sub(u64::try_from(work.took.as_nanos()).unwrap_or(0));
        let mut span = Vec::new();
        bytes(1, &[self.run.to_be_bytes(), number.to_be_bytes()].concat(), &mut span);
        bytes(2, &number.to_be_bytes(), &mut span);
        let (name, kind, is_failed) = match &work.what {
            What::Request { method, route, status } => (format!("{method} {route}"), 2, *status >= 500),
            What::Job { name, is_failed } => (format!("job: {name}"), 1, *is_failed),
            What::Tick => ("tick of services".to_owned(), 1, false),
        };
        bytes(5, name.as_bytes(), &mut span);
        span.extend([6 << 3, kind]);
        for (field, nanos) in [(7u8, start), (8, end)] {
            span.push(field << 3 | 1);
            span.extend(nanos.to_le_bytes());
        }
        if let What::Request { method, route, status } = &work.what {
            for (key, value) in [("http.request.method", method), ("http.route", route)] {
                let mut text = Vec::new();
                bytes(1, value.as_bytes(), &mut text);
                pair(key, &text, 9, &mut span);
            }
            pair("http.response.status_code", &[vec![3 << 3], varint(u64::from(*status))].concat(), 9, &mut span);
        }
        if is_failed {
            bytes(15, &[3 << 3, 2], &mut span);
        }
        span
    }
}

fn varint(mut n: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
    out
}

/// A field of bytes.
fn bytes(field: u8, bytes: &[u8], out: &mut Vec<u8>) {
    out.push(field << 3 | 2);
    out.extend(varint(bytes.len() as u64));
    out.extend(bytes);
}

/// A `KeyValue` whose value is written already.
fn pair(key: &str, value: &[u8], field: u8, out: &mut Vec<u8>) {
    let mut inner = Vec::new();
    bytes(1, key.as_bytes(), &mut inner);
    bytes(2, value, &mut inner);
    bytes(field, &inner, out);
}

fn attribute(key: &str, text: &str, out: &mut Vec<u8>) {
    let mut value = Vec::new();
    bytes(1, text.as_bytes(), &mut value);
    pair(key, &value, 1, out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::service::Bounds;
    use crate::telemetry::spans::SpanBook;

    fn work(what: What, took_millis: u64) -> Work {
        let end = Timestamp::from_millis(1_700_000_000_000);
        Work { what, end, took: Duration::from_millis(took_millis) }
    }

    fn get(status: u16) -> What {
        What::Request { method: "GET".into(), route: "/api/v1/status".into(), status }
    }

    #[test]
    fn what_was_done_is_a_service_like_any_other() {
        let own = OwnWork::default();
        own.set_on(true);
        own.note(work(get(200), 8));
        own.note(work(get(500), 4));
        own.note(work(What::Job { name: "write the settings", is_failed: false }, 2));
        own.note(work(What::Tick, 1));
        let request = own.request().expect("something was noted");
        assert_eq!(own.request(), None, "each once");
        let mut book = SpanBook::new(Bounds::default());
        let at = Timestamp::from_millis(1_700_000_000_500);
        assert_eq!(book.take_traces(&request, at).expect("a request").n_rejected, 0);
        let told = book.figures(at.plus(Duration::from_secs(20)));
        assert_eq!((told.len(), &*told[0].name, &*told[0].identity.pids), (1, NAME, &[std::process::id()][..]));
        let figures = &told[0].figures;
        let route = &figures.routes[0];
        assert_eq!((&*route.route, route.flow.error_ratio), ("GET /api/v1/status", Some(0.5)));
        assert_eq!(route.flow.mean_seconds, Some(0.006));
        let mut names: Vec<&str> = figures.functions.iter().map(|row| &*row.name).collect();
        names.sort_unstable();
        assert_eq!(names, ["GET /api/v1/status", "job: write the settings", "tick of services"]);
        assert_eq!(figures.n_traces, 4);
    }

    #[test]
    fn off_nothing_is_noted_and_on_no_more_than_there_is_room_for() {
        let own = OwnWork::default();
        own.note(work(What::Tick, 1));
        assert_eq!(own.request(), None);
        own.set_on(true);
        (0..MOST + 5).for_each(|_| own.note(work(What::Tick, 1)));
        assert_eq!((own.take().len(), own.n_left_out()), (MOST, 5));
        own.note(work(What::Tick, 1));
        own.set_on(false);
        assert_eq!(own.request(), None, "what was noted is forgotten");
    }
}
