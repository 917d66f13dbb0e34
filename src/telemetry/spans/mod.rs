//! What spans and logs tell: requests, functions, errors, and where time goes, by service; and the traces themselves.
//!
//! No clock, no thread, no lock: the time comes in with what arrived. Memory is bounded whatever is sent. Durations are
//! counted when a span arrives; what needs the other spans of its trace, when that was quiet for a few seconds.

mod answer;
mod attributes;
mod clock;
mod closing;
mod errors;
mod figures;
mod id;
mod intake;
mod kept;
mod log_view;
mod logs;
mod meaning;
mod names;
mod series;
mod service;
mod store;
mod trace_view;
mod window;

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use self::clock::Clock;
use self::closing::ServiceBooks;
use self::errors::Happened;
use self::intake::{Counts, Scratch};
pub use self::intake::{PIECE, Reading};
use self::logs::{Logs, Waiting};
use self::names::Budget;
use self::series::{SeriesBook, Which};
use self::service::{Now, ServiceBook};
use self::store::{Over, Store};
use super::otlp::{Malformed, Taken};
use super::record::{Record, Tick};
use super::size;
use crate::analysis::span::buckets::Pooled;
use crate::model::Timestamp;
use crate::model::service::{Bounds, Identity, IntakeFigures, SpanFigures, TraceAnswer, TraceQuestion};

/// Services at most; what others send counts under [`names::OTHER`].
const MOST_SERVICES: usize = 200;
/// Routes, functions, operations and dependencies of all services, and the share of the cap on traces that they may take:
/// a name that is called all the time takes so many bytes.
const MOST_NAMES: usize = 20_000;
/// See there: twelve slices, each with some ten buckets.
const NAME_BYTES: usize = 2_400;
/// Services whose refusal is remembered, to count each once.
const MOST_REFUSED: usize = 10_000;
/// The share of all series that spans may take: metrics have the rest.
pub(crate) const SERIES_SHARE: u32 = 3;
/// Functions of a service that have series.
const MOST_FUNCTION_SERIES: usize = 100;
/// Routes of a service whose statistics have series.
const MOST_ROUTE_SERIES: usize = 100;
/// A service that was silent for so long gives no values any more.
const SILENT: Duration = Duration::from_secs(300);

/// What the spans and logs of a service tell.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceSpans {
    /// The service.
    pub name: Arc<str>,
    /// What it says of itself.
    pub identity: Identity,
    /// When it was first heard of.
    pub first_at: Timestamp,
    /// When it was last heard of.
    pub last_at: Timestamp,
    /// Its figures.
    pub figures: Arc<SpanFigures>,
}

/// Everything that spans and logs told, within bounds.
#[derive(Debug)]
pub struct SpanBook {
    clock: Clock,
    /// This machine's name; empty where it is not known.
    host: String,
    services: ServiceBooks,
    refused: HashSet<Box<str>>,
    budget: Budget,
    store: Store,
    logs: Logs,
    counts: Counts,
    series: SeriesBook,
    /// When series were written last.
    recorded: Option<Tick>,
    pooled: Pooled,
    scratch: Scratch,
    /// The slice in which it was measured what windows take, and what that was, bytes.
    measured: (i64, usize),
}

impl SpanBook {
    /// An empty book.
    pub fn new(bounds: Bounds) -> Self {
        let bounds = bounds.clamped();
        let mut book = Self {
            clock: Clock::default(),
            host: String::new(),
            services: ServiceBooks::new(),
            refused: HashSet::new(),
            budget: Budget(MOST_NAMES),
            store: Store::new(bounds.trace_bytes),
            logs: Logs::new(bounds.log_bytes),
            counts: Counts::default(),
            series: SeriesBook::default(),
            recorded: None,
            pooled: Pooled::default(),
            scratch: Scratch::default(),
            measured: (i64::MIN, 0),
        };
        book.set_bounds(bounds);
        book
    }

    /// This machine's name: only instances that name it, or none, are thought to have their process here.
    pub fn set_host(&mut self, host: &str) {
        host.clone_into(&mut self.host);
    }

    /// Changes how much is kept; what is over goes at once.
    pub fn set_bounds(&mut self, bounds: Bounds) {
        let bounds = bounds.clamped();
        self.series.set_bounds(bounds.series / SERIES_SHARE, bounds.series_per_service / SERIES_SHARE);
        let most = usize::try_from(bounds.trace_bytes).unwrap_or(usize::MAX) / 2 / NAME_BYTES;
        let n_names = self.services.values().map(|book| book.n_names()).sum();
        self.budget = Budget(most.min(MOST_NAMES).saturating_sub(n_names));
        self.store.set_cap(bounds.trace_bytes);
        self.logs.set_cap(bounds.log_bytes);
        self.make_room();
    }

    /// Takes an `ExportTraceServiceRequest` that arrived at this time.
    ///
    /// # Errors
    /// [`Malformed`]. What stood before the fault was taken.
    pub fn take_traces(&mut self, body: &[u8], at: Timestamp) -> Result<Taken, Malformed> {
        let mut reading = Reading::new(body, at);
        while self.take_some_spans(&mut reading)? {}
        Ok(reading.taken())
    }

    /// Takes an `ExportLogsServiceRequest` that arrived at this time.
    ///
    /// # Errors
    /// [`Malformed`]. What stood before the fault was taken.
    pub fn take_logs(&mut self, body: &[u8], at: Timestamp) -> Result<Taken, Malformed> {
        let mut reading = Reading::new(body, at);
        while self.take_some_logs(&mut reading)? {}
        Ok(reading.taken())
    }

    /// Takes some spans of a request, so that it is not long before others may have the book; gives whether more are left.
    ///
    /// # Errors
    /// [`Malformed`]. What stood before the fault was taken.
    pub fn take_some_spans(&mut self, reading: &mut Reading<'_>) -> Result<bool, Malformed> {
        self.advance(reading.at());
        intake::traces(self, reading)
    }

    /// The same for log records.
    ///
    /// # Errors
    /// [`Malformed`]. What stood before the fault was taken.
    pub fn take_some_logs(&mut self, reading: &mut Reading<'_>) -> Result<bool, Malformed> {
        self.advance(reading.at());
        intake::logs(self, reading)
    }

    /// At each tick: series and their values. `reports_requests` tells of which service metrics give the requests.
    ///
    /// Counts are those since the tick before; quantiles and means are over the newest minute.
    pub fn record(&mut self, tick: Tick, reports_requests: &dyn Fn(&str) -> bool, out: &mut dyn Record) {
        self.advance(tick.at);
        let before = self.recorded.replace(tick);
        let passed = before.map_or(0.0, |before| tick.elapsed.saturating_sub(before.elapsed).as_secs_f64());
        self.series.begin(tick);
        let (now, clock_ms) = (self.clock.now(), self.clock.millis());
        let Self { services, series, pooled, .. } = self;
        for book in services.values_mut() {
            if now.at.since(book.last_at) > SILENT {
                continue;
            }
            let covered = book.covered_seconds(clock_ms);
            if reports_requests(&book.name) {
                // Nobody asks for them; what was counted must not come all at once later.
                book.routes.iter_mut().for_each(|(_, route)| route.outcomes.clear());
            } else {
                record_requests(book, now, (passed, covered), series, pooled, out);
            }
            record_functions(book, now, covered, series, pooled, out);
        }
        self.measure();
    }

    /// Finds out what of the cap is taken by what is counted, once a slice: between two of them it grows by one.
    fn measure(&mut self) {
        let slice = self.clock.now().slice;
        if self.measured.0 == slice {
            return;
        }
        let books = self.services.values().map(|book| book.bytes()).sum::<usize>();
        let slices = self.services.values().map(|book| book.n_names()).sum::<usize>() * NAME_BYTES / 12;
        let refused =
            self.refused.iter().map(|name| size::block(name.len()) + size::place::<Box<str>>()).sum::<usize>();
        self.measured = (slice, books + slices + refused + self.series.bytes());
        self.store.leave_to_others(self.measured.1);
        self.make_room();
    }

    /// What is told of each service, by name.
    pub fn figures(&mut self, at: Timestamp) -> Vec<ServiceSpans> {
        self.advance(at);
        let (now, clock_ms) = (self.clock.now(), self.clock.millis());
        let Self { services, store, logs, pooled, .. } = self;
        let tell = |book: &mut Box<ServiceBook>| {
            let told = book.told.take().filter(|(slice, _)| *slice == now.slice).map(|(_, figures)| figures);
            let figures = told.unwrap_or_else(|| {
                let mut figures = figures::of(book, now, clock_ms, pooled);
                figures.n_traces = store.n_traces(&book.name);
                figures.n_logs = logs.n_lines(&book.name);
                Arc::new(figures)
            });
            book.told = Some((now.slice, Arc::clone(&figures)));
            let identity = book.identity(now.at);
            let (first_at, last_at) = (book.first_at, book.last_at);
            ServiceSpans { name: Arc::clone(&book.name), identity, first_at, last_at, figures }
        };
        services.values_mut().map(tell).collect()
    }

    /// Answers a question about traces and logs.
    pub fn answer(&self, question: &TraceQuestion, at: Timestamp) -> TraceAnswer {
        answer::answer(question, at, &self.store, &self.logs)
    }

    /// Adds what was taken, left out and evicted.
    pub fn add_losses(&self, figures: &mut IntakeFigures) {
        let Counts { n_spans, n_bad_spans, n_dropped_spans, n_logs, n_bad_logs, n_over_services, .. } = self.counts;
        figures.n_spans += n_spans;
        figures.n_bad_spans += n_bad_spans;
        figures.n_evicted_spans += self.store.n_evicted + n_dropped_spans;
        figures.n_logs += n_logs;
        figures.n_bad_logs += n_bad_logs;
        figures.n_evicted_logs += self.logs.n_evicted;
        figures.trace_bytes += (self.store.bytes() + self.measured.1) as u64;
        figures.log_bytes += self.logs.bytes() as u64;
        figures.n_series += u32::try_from(self.series.n()).unwrap_or(u32::MAX);
        figures.n_over_series += self.series.n_refused();
        figures.n_over_services += n_over_services;
    }

    /// Takes a service away, with its own traces and its logs, until it reports again.
    pub fn forget(&mut self, service: &str) {
        if let Some(book) = self.services.remove(service) {
            self.budget.0 += book.n_names();
        }
        self.series.forget(service);
        // What it took is free at the next tick.
        self.measured.0 = i64::MIN;
        self.store.forget(service);
        self.logs.forget(service);
    }

    /// Gives up the places of services that were silent for so long; their traces and logs stay while there is room.
    fn forget_silent(&mut self, silent: Duration) {
        let now = self.clock.now().at;
        let budget = &mut self.budget;
        self.services.retain(|_, book| {
            let is_silent = now.since(book.last_at) > silent;
            budget.0 += if is_silent { book.n_names() } else { 0 };
            !is_silent
        });
    }

    /// Hears of the time: closes traces that were quiet, and counts errors of logs that belong to none.
    fn advance(&mut self, at: Timestamp) {
        self.clock.hear(at);
        let millis = self.clock.millis();
        while let Some(id) = self.store.next_quiet(millis) {
            self.close(id);
        }
        while let Some(error) = self.logs.next_due(millis) {
            self.judge(&error);
        }
    }

    fn close(&mut self, id: id::TraceId) {
        let now = self.clock.now();
        if let Some(trace) = self.store.get_mut(id) {
            closing::count(id, trace, &mut self.services, now);
            self.store.close(id);
        }
    }

    /// Removes what has to go for the cap.
    fn make_room(&mut self) {
        while let Over::Close(id) = self.store.over() {
            self.close(id);
        }
    }

    /// Counts an error of a log, unless a span of its service failed in its trace: then it is the same one.
    fn judge(&mut self, error: &Waiting) {
        let trace = self.store.get(error.trace);
        let own = || trace.iter().flat_map(|trace| &trace.spans).filter(|span| span.service == error.service);
        if own().any(|span| span.is_failed) {
            return;
        }
        let served = own().find(|span| span.role == meaning::Role::Request).map_or("", |span| span.label());
        let now = self.clock.now().at;
        if let Some(book) = self.services.get_mut(&error.service) {
            let route = if error.route.is_empty() { served } else { &error.route };
            let (kind, message, at, host) = (&*error.kind, &*error.message, error.at, &*error.host);
            book.errors.count(&Happened { kind, message, at, route, host, trace: Some(error.trace) }, now);
            book.told = None;
        }
    }
}

/// Writes the series of requests as metrics would give them.
fn record_requests(
    book: &mut ServiceBook,
    now: Now,
    (passed, covered): (f64, f64),
    series: &mut SeriesBook,
    pooled: &mut Pooled,
    out: &mut dyn Record,
) {
    let total = book.served.total(now.slice, pooled);
    let service = Arc::clone(&book.name);
    let was_served = book.routes.iter_mut().any(|(_, route)| !route.outcomes.is_empty());
    if !was_served && total.tally.n == 0 {
        return;
    }
    let which = Which { service: &service, attributes: &[], words: "" };
    if let Some(slots) = series.slots(&mut book.slots, &service, || which.request_statistics(), out) {
        series::put_statistics(&slots, &total, covered, out);
    }
    let mut n_statistics = 0;
    for (label, route) in book.routes.iter_mut().filter(|(_, route)| !route.outcomes.is_empty()) {
        let attributes = [("http.request.method", &*route.method), ("http.route", &*route.route)];
        let known: Vec<(&str, &str)> = attributes.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        for outcome in &mut route.outcomes {
            let mut attributes = known.clone();
            let mut words = label.to_string();
            if !outcome.error.is_empty() {
                attributes.push(("error.type", &outcome.error));
                words = format!("{words}, {}", outcome.error);
            }
            let which = Which { service: &service, attributes: &attributes, words: &words };
            let slots = series.slots(&mut outcome.slots, &service, || which.count_and_sum(), out);
            if passed > 0.0 {
                if let Some([count, sum]) = slots {
                    out.put(count, f64::from(outcome.n) / passed);
                    out.put(sum, outcome.seconds / passed);
                }
                (outcome.n, outcome.seconds) = (0, 0.0);
            }
        }
        let total = route.window.total(now.slice, pooled);
        if known.is_empty() || total.tally.n == 0 || n_statistics >= MOST_ROUTE_SERIES {
            continue;
        }
        n_statistics += 1;
        let which = Which { service: &service, attributes: &known, words: label };
        if let Some(slots) = series.slots(&mut route.slots, &service, || which.request_statistics(), out) {
            series::put_statistics(&slots, &total, covered, out);
        }
    }
}

/// Writes the series of the functions with the most time of their own.
fn record_functions(
    book: &mut ServiceBook,
    now: Now,
    covered: f64,
    series: &mut SeriesBook,
    pooled: &mut Pooled,
    out: &mut dyn Record,
) {
    let service = Arc::clone(&book.name);
    let mut busy: Vec<_> = book
        .functions
        .iter_mut()
        .map(|(name, function)| (function.window.total(now.slice, pooled), name, &mut function.slots))
        .filter(|(total, ..)| total.tally.n > 0)
        .collect();
    busy.sort_by(|a, b| b.0.tally.own_nanos.cmp(&a.0.tally.own_nanos).then_with(|| a.1.cmp(b.1)));
    for (total, name, slots) in busy.into_iter().take(MOST_FUNCTION_SERIES) {
        let attributes = [("span.name", &**name)];
        let which = Which { service: &service, attributes: &attributes, words: name };
        if let Some(slots) = series.slots(slots, &service, || which.function_statistics(), out) {
            series::put_statistics(&slots, &total, covered, out);
        }
    }
}
