//! What happens to a request: each span or log record is read, judged, kept and counted.

use std::sync::Arc;
use std::time::Duration;

use super::super::otlp::common::{Sender, cut};
use super::super::otlp::protobuf::Broken;
use super::super::otlp::{Malformed, Taken};
use super::errors::Happened;
use super::kept::{KeptSpan, LONGEST_KIND, error_of};
use super::log_view::LogView;
use super::logs::{KeptLog, LONGEST_LINE, Waiting};
use super::meaning::{LONGEST_NAME, Meaning};
use super::names::OTHER;
use super::service::{Now, ServiceBook};
use super::store::{Put, QUIET_MS};
use super::trace_view::{BadSpan, Group, SpanView};
use super::{MOST_REFUSED, MOST_SERVICES, SpanBook};
use crate::model::Timestamp;
use crate::model::service::LogLevel;

/// How far a clock may be ahead.
const AHEAD: Duration = Duration::from_secs(300);
/// How old a span or a log line may be.
const OLD: Duration = Duration::from_secs(3600);
/// How long a span may last, ns.
const LONGEST: u64 = 86_400_000_000_000;
/// An error of a log waits a little longer than its trace, ms.
const LOG_WAITS_MS: i64 = QUIET_MS + 2_000;

/// What was taken and left out since the start.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    /// Spans counted.
    pub n_spans: u64,
    /// Spans left out: wrong, or repeated.
    pub n_bad_spans: u64,
    /// Spans counted and not kept, because their trace has too many.
    pub n_dropped_spans: u64,
    /// Log lines taken.
    pub n_logs: u64,
    /// Services left out.
    pub n_over_services: u64,
    /// Log records left out.
    pub n_bad_logs: u64,
    /// Lines ever kept: their order.
    n_kept_lines: u64,
}

/// Room that is used again from span to span.
#[derive(Debug, Default)]
pub struct Scratch {
    meaning: Meaning,
    block: Vec<u8>,
}

/// What is left out of a request, and the first reason.
#[derive(Debug, Default)]
struct LeftOut {
    n: u64,
    why: Option<String>,
}

impl LeftOut {
    fn add(&mut self, why: impl ToString) {
        self.n += 1;
        self.why.get_or_insert_with(|| why.to_string());
    }

    fn taken(self) -> Taken {
        Taken { n_rejected: self.n, why: self.why.unwrap_or_default() }
    }
}

/// Spans or log records that are counted at one go: then others may have the book.
pub const PIECE: usize = 256;
/// Bytes of them that are counted at one go.
const PIECE_BYTES: usize = 256 << 10;
/// Longest span or log record, bytes: reading it must not take long either.
const LONGEST_ITEM: usize = 4 << 20;

type Messages<'b, T> = Box<dyn Iterator<Item = Result<T, Broken>> + 'b>;

/// A request of spans or log records that is being read.
pub struct Reading<'b> {
    at: Timestamp,
    groups: Messages<'b, Group<'b>>,
    items: Messages<'b, &'b [u8]>,
    sender: Sender,
    is_first: bool,
    raw: Vec<&'b [u8]>,
    left_out: LeftOut,
}

impl<'b> Reading<'b> {
    /// The beginning of a request that arrived at this time.
    pub fn new(body: &'b [u8], at: Timestamp) -> Self {
        Self {
            at,
            groups: Box::new(Group::all(body)),
            items: Box::new(std::iter::empty()),
            sender: Sender::default(),
            is_first: false,
            raw: Vec::new(),
            left_out: LeftOut::default(),
        }
    }

    /// The next span or log record, and whether it is the first of its sender; `None` at the end.
    fn next(&mut self) -> Result<Option<(&'b [u8], bool)>, Broken> {
        loop {
            if let Some(item) = self.items.next() {
                return Ok(Some((item?, std::mem::take(&mut self.is_first))));
            }
            let Some(group) = self.groups.next() else { return Ok(None) };
            let group = group?;
            let mut items = group.items().peekable();
            if items.peek().is_none() {
                continue;
            }
            self.sender = Sender::read(group.resource)?;
            (self.items, self.is_first) = (Box::new(items), true);
        }
    }

    /// When it arrived.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// What became of it.
    pub fn taken(self) -> Taken {
        self.left_out.taken()
    }
}

/// Takes some of the spans of a request; gives whether more are left.
pub fn traces<'b>(book: &mut SpanBook, reading: &mut Reading<'b>) -> Result<bool, Malformed> {
    let n_before = reading.left_out.n;
    let read = pieces(book, reading, |book, reading, item, service| {
        let mut raw = std::mem::take(&mut reading.raw);
        let span = SpanView::read(item, &mut raw);
        match span.and_then(|view| judge(&view, reading.at).map(|()| view)) {
            Ok(view) => take_span(book, &view, &raw, service, &reading.sender.host),
            Err(bad) => reading.left_out.add(bad),
        }
        reading.raw = raw;
    });
    book.counts.n_bad_spans += reading.left_out.n - n_before;
    read.map_err(|why| Malformed { what: "traces", why })
}

fn pieces<'b>(
    book: &mut SpanBook,
    reading: &mut Reading<'b>,
    take: impl Fn(&mut SpanBook, &mut Reading<'b>, &'b [u8], &Arc<str>),
) -> Result<bool, Broken> {
    // A service that was heard of may be forgotten while others have the book.
    let mut service = None;
    let mut left = PIECE_BYTES;
    for _ in 0..PIECE {
        let Some((item, is_first)) = reading.next()? else { return Ok(false) };
        let service = match &mut service {
            Some(service) if !is_first => service,
            service => service.insert(hear(book, &reading.sender)),
        };
        if item.len() > LONGEST_ITEM {
            reading.left_out.add(format!("one is longer than {} MiB", LONGEST_ITEM >> 20));
        } else {
            take(book, reading, item, service);
        }
        left = left.saturating_sub(item.len());
        if left == 0 {
            break;
        }
    }
    Ok(true)
}

/// Hears of a service; gives its name, or that of the rest where there are too many.
fn hear(book: &mut SpanBook, sender: &Sender) -> Arc<str> {
    let now = book.clock.now();
    let is_here = sender.host.is_empty() || book.host.is_empty() || sender.host == book.host;
    let is_new = !book.services.contains_key(&*sender.service);
    if is_new && book.services.len() >= MOST_SERVICES {
        book.forget_silent(OLD);
    }
    let is_over = is_new && book.services.len() >= MOST_SERVICES;
    let name = if is_over { OTHER } else { &*sender.service };
    if is_over && book.refused.len() < MOST_REFUSED && book.refused.insert(sender.service.as_str().into()) {
        book.counts.n_over_services += 1;
    }
    if !book.services.contains_key(name) {
        book.services.insert(name.into(), Box::new(ServiceBook::new(name, now)));
    }
    book.services.get_mut(name).map_or_else(
        || name.into(),
        |service| {
            service.hear(sender, is_here, now);
            Arc::clone(&service.name)
        },
    )
}

fn millis(nanos: u64) -> i64 {
    // A 64-bit count of nanoseconds is far below the greatest number of milliseconds.
    (nanos / 1_000_000) as i64
}

fn judge(view: &SpanView<'_>, at: Timestamp) -> Result<(), BadSpan> {
    let end = Timestamp::from_millis(millis(view.end));
    match () {
        () if view.start == 0 || view.end < view.start => Err(BadSpan::Reversed),
        () if view.duration() > LONGEST => Err(BadSpan::TooLong),
        () if end > at.plus(AHEAD) => Err(BadSpan::Future),
        () if end < at.minus(OLD) => Err(BadSpan::Past),
        () => Ok(()),
    }
}

fn take_span(book: &mut SpanBook, view: &SpanView<'_>, raw: &[&[u8]], service: &Arc<str>, host: &str) {
    if book.store.holds(view.trace, view.id) {
        book.counts.n_bad_spans += 1;
        return;
    }
    let (millis, Now { at: now, slice }) = (book.clock.millis(), book.clock.now());
    let Scratch { meaning, block } = &mut book.scratch;
    meaning.find(view);
    let kept = KeptSpan::new(view, raw, meaning, service, host, block);
    book.counts.n_spans += 1;
    let is_dropped = book.store.put(view.trace, kept, millis) == Put::Dropped;
    if let Some(counted) = book.services.get_mut(service) {
        let code = view.told.http_status.filter(|_| view.is_failed()).map_or(String::new(), |code| code.to_string());
        let outcome = match () {
            () if !view.is_failed() => "",
            // As metrics have it: the error type, or the status of an answer that says that the server failed.
            () if !view.told.error_type.is_empty() => view.told.error_type,
            () if view.told.http_status.is_some_and(|code| code >= 500) => &code,
            () => error_of(view, &code).0,
        };
        counted.count(view, meaning, cut(outcome, LONGEST_KIND), &mut book.budget, slice);
        if is_dropped {
            book.counts.n_dropped_spans += 1;
            // Nobody will look at it when its trace is closed.
            if view.is_failed() {
                let (kind, message) = error_of(view, &code);
                let (kind, at, trace) =
                    (cut(kind, LONGEST_KIND), Timestamp::from_millis(self::millis(view.end)), view.trace);
                counted.errors.count(&Happened { kind, message, at, route: "", host, trace: Some(trace) }, now);
            }
        }
    }
    book.make_room();
}

/// Takes some of the log records of a request; gives whether more are left.
pub fn logs(book: &mut SpanBook, reading: &mut Reading<'_>) -> Result<bool, Malformed> {
    let n_before = reading.left_out.n;
    let read = pieces(book, reading, |book, reading, item, service| match LogView::read(item) {
        Ok(view) => match time_of(&view, reading.at) {
            Ok(written) => take_line(book, &view, written, service, &reading.sender.host),
            Err(why) => reading.left_out.add(why),
        },
        Err(broken) => reading.left_out.add(format!("a log record cannot be read: {broken}")),
    });
    book.counts.n_bad_logs += reading.left_out.n - n_before;
    read.map_err(|why| Malformed { what: "logs", why })
}

/// When a line was written: as it says, or on arrival where it does not.
fn time_of(view: &LogView<'_>, at: Timestamp) -> Result<Timestamp, &'static str> {
    let written = if view.at == 0 { at } else { Timestamp::from_millis(millis(view.at)) };
    match () {
        () if written > at.plus(AHEAD) => Err("a log record is more than 5 minutes in the future: compare the clocks"),
        () if written < at.minus(OLD) => Err("a log record is more than an hour old"),
        () => Ok(written),
    }
}

fn take_line(book: &mut SpanBook, view: &LogView<'_>, at: Timestamp, service: &Arc<str>, host: &str) {
    book.counts.n_logs += 1;
    book.counts.n_kept_lines += 1;
    let text = cut(&view.body, LONGEST_LINE).into();
    book.logs
        .put(service, KeptLog { at, number: book.counts.n_kept_lines, level: view.level, trace: view.trace, text });
    if view.level < LogLevel::Error {
        return;
    }
    let kind = if view.exception.is_empty() { "log" } else { cut(view.exception, LONGEST_KIND) };
    let message = if view.exception_message.is_empty() { &*view.body } else { view.exception_message };
    let (message, route) = (cut(message, 512), cut(view.route, LONGEST_NAME));
    let Some(trace) = view.trace else {
        let now = book.clock.now().at;
        if let Some(service) = book.services.get_mut(service) {
            service.errors.count(&Happened { kind, message, at, route, host, trace: None }, now);
        }
        return;
    };
    let waiting = Waiting {
        due_ms: book.clock.millis() + LOG_WAITS_MS,
        service: Arc::clone(service),
        trace,
        at,
        kind: kind.into(),
        message: message.into(),
        route: route.into(),
        host: host.into(),
    };
    if let Some(error) = book.logs.wait(waiting) {
        book.judge(&error);
    }
}
