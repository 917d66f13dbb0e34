//! Log lines within a cap of bytes. The service that takes the most gives its oldest first.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::id::TraceId;
use crate::model::Timestamp;
use crate::model::service::{LogLevel, LogLine};
use crate::telemetry::size;

/// Longest line, bytes.
pub const LONGEST_LINE: usize = 4096;
/// Errors of logs that wait until it is known whether they belong to a failed span.
const MOST_WAITING: usize = 2_000;

/// A log line that is kept.
#[derive(Debug, Clone)]
pub struct KeptLog {
    /// When it was written.
    pub at: Timestamp,
    /// Its place in the order of arrival.
    pub number: u64,
    /// How grave it is.
    pub level: LogLevel,
    /// Its trace.
    pub trace: Option<TraceId>,
    /// What it says.
    pub text: Box<str>,
}

impl KeptLog {
    /// With its place in the queue.
    fn bytes(&self) -> usize {
        size::place::<Self>() + size::block(self.text.len())
    }

    /// The same for people.
    pub fn line(&self, service: &Arc<str>) -> LogLine {
        LogLine {
            at: self.at,
            service: Arc::clone(service),
            level: self.level,
            text: (&*self.text).into(),
            trace: self.trace.map_or_else(|| "".into(), |id| id.to_string().into()),
        }
    }
}

/// An error of a log that waits.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// When it is to be judged, ms.
    pub due_ms: i64,
    /// Its service.
    pub service: Arc<str>,
    /// Its trace.
    pub trace: TraceId,
    /// When it was written.
    pub at: Timestamp,
    /// Its kind.
    pub kind: Box<str>,
    /// What it says.
    pub message: Box<str>,
    /// Its route; empty where it is not told.
    pub route: Box<str>,
    /// The host it came from.
    pub host: Box<str>,
}

#[derive(Debug, Default)]
struct Lines {
    lines: VecDeque<KeptLog>,
    bytes: usize,
}

/// Log lines within a cap.
#[derive(Debug)]
pub struct Logs {
    services: HashMap<Arc<str>, Lines>,
    bytes: usize,
    cap: usize,
    /// Errors that wait, the first due first.
    waiting: VecDeque<Waiting>,
    /// Lines that had to go.
    pub n_evicted: u64,
}

impl Logs {
    /// None yet, of so many bytes at most.
    pub fn new(cap: u64) -> Self {
        let cap = usize::try_from(cap).unwrap_or(usize::MAX);
        Self { services: HashMap::new(), bytes: 0, cap, waiting: VecDeque::new(), n_evicted: 0 }
    }

    /// Changes the cap; what is over goes at once.
    pub fn set_cap(&mut self, cap: u64) {
        self.cap = usize::try_from(cap).unwrap_or(usize::MAX);
        self.make_room(0);
    }

    /// Bytes taken.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Lines kept of a service.
    pub fn n_lines(&self, service: &str) -> u32 {
        self.services.get(service).map_or(0, |own| u32::try_from(own.lines.len()).unwrap_or(u32::MAX))
    }

    /// Keeps a line.
    pub fn put(&mut self, service: &Arc<str>, line: KeptLog) {
        let bytes = line.bytes();
        self.make_room(bytes);
        let own = self.services.entry(Arc::clone(service)).or_default();
        own.lines.push_back(line);
        own.bytes += bytes;
        self.bytes += bytes;
    }

    fn make_room(&mut self, bytes: usize) {
        while self.bytes + bytes > self.cap {
            let Some((name, own)) = self.services.iter_mut().max_by_key(|(_, own)| own.bytes) else { return };
            let Some(line) = own.lines.pop_front() else { return };
            own.bytes -= line.bytes();
            self.bytes -= line.bytes();
            self.n_evicted += 1;
            if own.lines.is_empty() {
                let name = Arc::clone(name);
                self.services.remove(&name);
            } else if own.lines.capacity() > 64 && own.lines.len() < own.lines.capacity() / 4 {
                own.lines.shrink_to(own.lines.len() * 2);
            }
        }
    }

    /// Every line with its service, in no order of services.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &KeptLog)> {
        self.services.iter().flat_map(|(service, own)| own.lines.iter().map(move |line| (service, line)))
    }

    /// Lets an error wait; gives one back that cannot wait any longer, as there are too many.
    pub fn wait(&mut self, error: Waiting) -> Option<Waiting> {
        self.waiting.push_back(error);
        if self.waiting.len() > MOST_WAITING { self.waiting.pop_front() } else { None }
    }

    /// An error that is to be judged by now.
    pub fn next_due(&mut self, now_ms: i64) -> Option<Waiting> {
        if self.waiting.front()?.due_ms <= now_ms { self.waiting.pop_front() } else { None }
    }

    /// Removes the lines of a service.
    pub fn forget(&mut self, service: &str) {
        if let Some(own) = self.services.remove(service) {
            self.bytes -= own.bytes;
        }
        self.waiting.retain(|error| &*error.service != service);
    }
}
