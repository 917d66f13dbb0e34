//! Traces within a cap of bytes. What has to go is chosen by service, so that one that sends much pushes out its own.
//!
//! Of a service's traces the ordinary ones go first, the oldest before the others; the slowest and the failed are kept
//! longest. A trace is open while spans of it come; it is closed, and counted, before it may go.

mod owner;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use self::owner::Owner;
use super::id::TraceId;
use super::kept::KeptSpan;
use crate::telemetry::size;

/// Spans of a trace that are kept.
pub const MOST_SPANS: usize = 2_000;
/// A trace is closed when nothing of it came for so long, ms: clients send every 5 s as they are shipped.
pub const QUIET_MS: i64 = 8_000;
/// A trace of which something always comes is closed after so long, ms; what comes later opens it again.
pub const MOST_OPEN_MS: i64 = 30_000;
/// Bytes that a trace takes in the tables: its place in the map, and in two queues.
const PLACE_BYTES: usize = size::place::<(TraceId, Box<KeptTrace>)>() + 2 * size::place::<(i64, TraceId, u32)>();

/// Traces come and go in pieces of all sizes, and what lies free between them is too small for what comes: one part of so
/// many, as `cargo bench --bench otlp_spans` finds it.
const HOLES: usize = 8;

/// Where a trace stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Spans of it may still come.
    Open,
    /// Closed, as others.
    Ordinary,
    /// Closed; a span of it failed.
    Failed,
    /// Closed; among the slowest of its service.
    Slow,
}

/// A trace that is kept.
#[derive(Debug)]
pub struct KeptTrace {
    /// Its spans, in the order they came.
    pub spans: Vec<KeptSpan>,
    /// Their ids.
    ids: Vec<u64>,
    /// The services it passes through.
    pub services: Vec<Arc<str>>,
    /// When the earliest span began, ns since 1970.
    pub start: u64,
    /// When the last ended, ns since 1970.
    pub end: u64,
    /// Spans left out because there are too many.
    pub n_dropped: u32,
    /// Spans that failed.
    pub n_failed: u32,
    /// When something of it came last, ms.
    last_ms: i64,
    /// When it was opened last, ms.
    opened_ms: i64,
    owner: Arc<str>,
    class: Class,
    /// Changes with the class: an entry of a queue with another stamp is void.
    stamp: u32,
    data_bytes: usize,
    bytes: usize,
}

impl KeptTrace {
    /// The root, or the earliest span where none is known.
    pub fn root(&self) -> Option<&KeptSpan> {
        self.spans.iter().min_by_key(|span| (span.parent != 0, span.start, span.id))
    }

    /// How long its root took, which is what the caller waited for, ns; where no root is known, from its beginning to its
    /// end. Some instrumentations hang later work into a trace whose request is long answered.
    pub fn duration(&self) -> u64 {
        let root = self.root().filter(|root| root.parent == 0);
        root.map_or_else(|| self.extent(), |root| root.end.saturating_sub(root.start))
    }

    /// From its beginning to its end, ns.
    pub fn extent(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether it is of this class since this stamp.
    fn is_as(&self, class: Class, stamp: u32) -> bool {
        self.class == class && self.stamp == stamp
    }

    fn measure(&self) -> usize {
        let own = PLACE_BYTES
            + size::block(size_of::<Self>())
            + size::room::<KeptSpan>(self.spans.capacity())
            + size::room::<u64>(self.ids.capacity())
            + size::room::<Arc<str>>(self.services.capacity())
            + self.data_bytes;
        own + own / HOLES
    }
}

/// Traces by their id.
type Traces = HashMap<TraceId, Box<KeptTrace>>;

/// What became of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is kept.
    Kept,
    /// It was there already.
    Repeated,
    /// Its trace has too many; it is counted and not kept.
    Dropped,
}

/// What has to be done to stay within the cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Nothing.
    No,
    /// This trace has to be closed; then ask again.
    Close(TraceId),
}

/// Traces within a cap.
#[derive(Debug)]
pub struct Store {
    traces: Traces,
    /// Open traces and when to look at them, ms.
    open: VecDeque<(i64, TraceId, u32)>,
    owners: HashMap<Arc<str>, Owner>,
    bytes: usize,
    cap: usize,
    /// Bytes of the cap that others take.
    others: usize,
    /// Spans that had to go.
    pub n_evicted: u64,
}

impl Store {
    /// An empty one that takes so many bytes.
    pub fn new(cap: u64) -> Self {
        Self {
            traces: HashMap::new(),
            open: VecDeque::new(),
            owners: HashMap::new(),
            bytes: 0,
            cap: usize::try_from(cap).unwrap_or(usize::MAX),
            others: 0,
            n_evicted: 0,
        }
    }

    /// Changes the cap.
    pub fn set_cap(&mut self, cap: u64) {
        self.cap = usize::try_from(cap).unwrap_or(usize::MAX);
    }

    /// Bytes taken.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// What else takes a part of the cap: so many bytes. A quarter is for traces in any case.
    pub fn leave_to_others(&mut self, bytes: usize) {
        self.others = bytes;
    }

    /// Bytes that traces may take.
    fn room(&self) -> usize {
        self.cap.saturating_sub(self.others).max(self.cap / 4)
    }

    /// Traces that pass through a service.
    pub fn n_traces(&self, service: &str) -> u32 {
        self.owners.get(service).map_or(0, |owner| owner.n_passing)
    }

    /// A trace.
    pub fn get(&self, id: TraceId) -> Option<&KeptTrace> {
        self.traces.get(&id).map(|trace| &**trace)
    }

    /// A trace, to mark what of it was counted; its size must stay.
    pub fn get_mut(&mut self, id: TraceId) -> Option<&mut KeptTrace> {
        self.traces.get_mut(&id).map(|trace| &mut **trace)
    }

    /// All traces, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = (TraceId, &KeptTrace)> {
        self.traces.iter().map(|(id, trace)| (*id, &**trace))
    }

    fn owner(&mut self, service: &Arc<str>) -> &mut Owner {
        self.owners.entry(Arc::clone(service)).or_default()
    }

    /// Whether a span of this id is kept in a trace.
    pub fn holds(&self, trace: TraceId, span: u64) -> bool {
        self.traces.get(&trace).is_some_and(|trace| trace.ids.contains(&span))
    }

    /// Keeps a span that is not held yet. [`Self::over`] is to be asked behind it.
    pub fn put(&mut self, id: TraceId, span: KeptSpan, now_ms: i64) -> Put {
        if self.holds(id, span.id) {
            return Put::Repeated;
        }
        let is_new = !self.traces.contains_key(&id);
        if is_new {
            self.open_new(id, &span, now_ms);
        }
        let most_bytes = self.room() / 4;
        let Some(trace) = self.traces.get_mut(&id) else { return Put::Dropped };
        let is_over =
            trace.spans.len() >= MOST_SPANS || trace.bytes + size_of::<KeptSpan>() + span.extra_bytes() > most_bytes;
        if is_over && !is_new {
            trace.n_dropped = trace.n_dropped.saturating_add(1);
            return Put::Dropped;
        }
        if trace.class != Class::Open {
            self.reopen(id, now_ms);
        }
        let Some(trace) = self.traces.get_mut(&id) else { return Put::Dropped };
        trace.last_ms = now_ms;
        trace.start = trace.start.min(span.start);
        trace.end = trace.end.max(span.end);
        trace.n_failed += u32::from(span.is_failed);
        trace.data_bytes += span.extra_bytes();
        let passes_first = !trace.services.contains(&span.service);
        let service = Arc::clone(&span.service);
        if passes_first {
            trace.services.push(Arc::clone(&service));
        }
        trace.ids.push(span.id);
        trace.spans.push(span);
        let before = trace.bytes;
        trace.bytes = trace.measure();
        let (added, owner) = (trace.bytes - before, Arc::clone(&trace.owner));
        self.bytes += added;
        self.owner(&owner).bytes += added;
        if passes_first {
            self.owner(&service).n_passing += 1;
        }
        Put::Kept
    }

    fn open_new(&mut self, id: TraceId, span: &KeptSpan, now_ms: i64) {
        let trace = KeptTrace {
            spans: Vec::new(),
            ids: Vec::new(),
            services: Vec::new(),
            start: span.start,
            end: span.end,
            n_dropped: 0,
            n_failed: 0,
            last_ms: now_ms,
            opened_ms: now_ms,
            owner: Arc::clone(&span.service),
            class: Class::Open,
            stamp: 0,
            data_bytes: 0,
            bytes: 0,
        };
        self.traces.insert(id, Box::new(trace));
        self.open.push_back((now_ms + QUIET_MS, id, 0));
    }

    fn reopen(&mut self, id: TraceId, now_ms: i64) {
        let Some(trace) = self.traces.get_mut(&id) else { return };
        if let Some(owner) = self.owners.get_mut(&trace.owner) {
            owner.take_out(trace.class, id, trace.duration(), trace.bytes);
        }
        (trace.class, trace.opened_ms) = (Class::Open, now_ms);
        trace.stamp = trace.stamp.wrapping_add(1);
        self.open.push_back((now_ms + QUIET_MS, id, trace.stamp));
    }

    fn is_open(&self, id: TraceId, stamp: u32) -> bool {
        self.traces.get(&id).is_some_and(|trace| trace.is_as(Class::Open, stamp))
    }

    /// A trace that was quiet for long enough, or open for too long, and is to be closed.
    pub fn next_quiet(&mut self, now_ms: i64) -> Option<TraceId> {
        while let Some((due, id, stamp)) = self.open.front().copied().filter(|(due, ..)| *due <= now_ms) {
            self.open.pop_front();
            if !self.is_open(id, stamp) {
                continue;
            }
            let trace = self.traces.get(&id);
            let close_at = trace.map(|trace| (trace.last_ms + QUIET_MS).min(trace.opened_ms + MOST_OPEN_MS));
            let quiet_at = close_at.unwrap_or(due);
            if quiet_at <= now_ms {
                return Some(id);
            }
            self.open.push_back((quiet_at, id, stamp));
        }
        None
    }

    /// Puts a trace that was counted among the closed ones of the service of its root.
    pub fn close(&mut self, id: TraceId) {
        let Some(trace) = self.traces.get_mut(&id).filter(|trace| trace.class == Class::Open) else { return };
        let service = trace.root().map_or_else(|| Arc::clone(&trace.owner), |root| Arc::clone(&root.service));
        trace.class = if trace.n_failed > 0 { Class::Failed } else { Class::Ordinary };
        trace.stamp = trace.stamp.wrapping_add(1);
        let (class, stamp, bytes) = (trace.class, trace.stamp, trace.bytes);
        let before = std::mem::replace(&mut trace.owner, Arc::clone(&service));
        self.owner(&before).bytes -= bytes;
        let owner = self.owners.entry(service).or_default();
        owner.bytes += bytes;
        owner.put_in(class, id, stamp, bytes);
        owner.compact(&self.traces);
    }

    /// Removes a trace.
    fn remove(&mut self, id: TraceId) {
        let Some(trace) = self.traces.remove(&id) else { return };
        self.bytes -= trace.bytes;
        self.n_evicted += trace.spans.len() as u64;
        if let Some(owner) = self.owners.get_mut(&trace.owner) {
            owner.take_out(trace.class, id, trace.duration(), trace.bytes);
            owner.bytes -= trace.bytes;
        }
        for service in &trace.services {
            if let Some(owner) = self.owners.get_mut(service) {
                owner.n_passing -= 1;
            }
        }
        // A name without traces is not kept.
        for service in trace.services.iter().chain([&trace.owner]) {
            if self.owners.get(service).is_some_and(Owner::is_empty) {
                self.owners.remove(service);
            }
        }
    }

    /// Removes what has to go for the cap, until a trace must be closed before, or there is room.
    pub fn over(&mut self) -> Over {
        while self.bytes > self.room() {
            let n_owners = self.owners.values().filter(|owner| owner.bytes > 0).count().max(1);
            let share = self.room() / n_owners;
            let Some(largest) = self.owners.values_mut().max_by_key(|owner| owner.bytes) else { return Over::No };
            if let Some(victim) = largest.victim(share, &mut self.traces) {
                self.remove(victim);
                continue;
            }
            // Before one of those that are kept longest goes, an open one is looked at: it may be an ordinary one.
            if let Some(id) = self.oldest_open() {
                return Over::Close(id);
            }
            let largest = self.owners.values_mut().max_by_key(|owner| owner.bytes);
            let Some(victim) = largest.and_then(|owner| owner.last_resort(&self.traces)) else { return Over::No };
            self.remove(victim);
        }
        Over::No
    }

    fn oldest_open(&mut self) -> Option<TraceId> {
        while let Some((_, id, stamp)) = self.open.pop_front() {
            if self.is_open(id, stamp) {
                return Some(id);
            }
        }
        None
    }

    /// Removes every trace that is a service's own.
    pub fn forget(&mut self, service: &str) {
        let own: Vec<TraceId> =
            self.traces.iter().filter(|(_, trace)| &*trace.owner == service).map(|(id, _)| *id).collect();
        let n_evicted = self.n_evicted;
        own.into_iter().for_each(|id| self.remove(id));
        // They did not go for want of room.
        self.n_evicted = n_evicted;
    }
}
