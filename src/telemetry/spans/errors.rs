//! Errors of a service by kind: how many, when, where, and what the newest said.

use std::sync::Arc;

use super::id::TraceId;
use super::names::{Budget, Names};
use crate::analysis::error_pattern::{BIN, Course, N_BINS, judge};
use crate::model::Timestamp;
use crate::model::service::ErrorRow;
use crate::telemetry::size;

/// Kinds of errors of a service.
const MOST_KINDS: usize = 50;
/// Bins of a minute.
const MINUTE: usize = 6;
/// Longest message that is kept, bytes.
const LONGEST_MESSAGE: usize = 512;

/// An error that happened.
#[derive(Debug, Clone, Copy)]
pub struct Happened<'a> {
    /// Its kind.
    pub kind: &'a str,
    /// What it said.
    pub message: &'a str,
    /// When.
    pub at: Timestamp,
    /// The route on which; empty where there is none.
    pub route: &'a str,
    /// The host; empty where it is not told.
    pub host: &'a str,
    /// Its trace.
    pub trace: Option<TraceId>,
}

/// Whether all came from one.
#[derive(Debug, Clone, Default)]
enum Only {
    #[default]
    None,
    One(Box<str>),
    Several,
}

impl Only {
    fn take(&mut self, text: &str) {
        match self {
            Self::None => *self = Self::One(text.into()),
            Self::One(one) if **one == *text => {}
            _ => *self = Self::Several,
        }
    }

    fn text(&self, has_others: bool) -> Arc<str> {
        match self {
            Self::One(one) if has_others => (&**one).into(),
            _ => "".into(),
        }
    }
}

#[derive(Debug, Clone)]
struct Kind {
    message: Box<str>,
    n: u64,
    first_at: Timestamp,
    last_at: Timestamp,
    trace: Option<TraceId>,
    route: Only,
    host: Only,
    /// Errors by bin, at the bin's number modulo their count; those of the last [`N_BINS`] up to `newest` hold.
    bins: Box<[u32]>,
    newest: i64,
}

fn bin(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(BIN.as_millis() as i64)
}

fn place(bin: i64) -> usize {
    // Not negative and below N_BINS.
    bin.rem_euclid(N_BINS as i64) as usize
}

impl Kind {
    fn new(at: Timestamp) -> Self {
        Self {
            message: "".into(),
            n: 0,
            first_at: at,
            last_at: Timestamp::from_millis(i64::MIN),
            trace: None,
            route: Only::None,
            host: Only::None,
            bins: vec![0; N_BINS].into(),
            newest: bin(at),
        }
    }

    fn count(&mut self, error: &Happened<'_>) {
        self.n += 1;
        self.first_at = self.first_at.min(error.at);
        // Between errors of one moment the trace and the text decide, so that the order of arrival does not.
        if (error.at, error.trace, error.message) >= (self.last_at, self.trace, &*self.message) {
            (self.last_at, self.trace) = (error.at, error.trace);
            if *self.message != *error.message {
                self.message = error.message[..error.message.floor_char_boundary(LONGEST_MESSAGE)].into();
            }
        }
        self.route.take(error.route);
        self.host.take(error.host);
        let bin = bin(error.at);
        self.advance(bin);
        if bin > self.newest - N_BINS as i64 {
            let n = &mut self.bins[place(bin)];
            *n = n.saturating_add(1);
        }
    }

    fn advance(&mut self, to: i64) {
        let n_new = to.saturating_sub(self.newest).clamp(0, N_BINS as i64);
        (0..n_new).for_each(|i| self.bins[place(to - i)] = 0);
        self.newest = self.newest.max(to);
    }

    fn row(&mut self, kind: &Arc<str>, of: &Context) -> ErrorRow {
        self.advance(bin(of.at));
        let bins: Vec<u32> = (0..N_BINS as i64).rev().map(|i| self.bins[place(self.newest - i)]).collect();
        let verdict = judge(&Course {
            bins: &bins,
            since_first: of.at.since(self.first_at),
            since_last: of.at.since(self.last_at),
            watched_before: self.first_at.since(of.watched_since),
        });
        let by_minute: Vec<u32> =
            bins.chunks(MINUTE).map(|minute| minute.iter().fold(0u32, |sum, n| sum.saturating_add(*n))).collect();
        ErrorRow {
            kind: Arc::clone(kind),
            message: (&*self.message).into(),
            pattern: verdict.pattern,
            period: verdict.period,
            only_route: self.route.text(of.has_several_routes),
            only_host: self.host.text(of.has_several_hosts),
            n: self.n,
            by_minute: by_minute.into(),
            first_at: self.first_at,
            last_at: self.last_at,
            trace: self.trace.map_or_else(|| "".into(), |id| id.to_string().into()),
        }
    }
}

/// What else is known of the service whose errors are told.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    /// Now.
    pub at: Timestamp,
    /// When the service was first heard of.
    pub watched_since: Timestamp,
    /// Whether it serves several routes.
    pub has_several_routes: bool,
    /// Whether it runs on several hosts.
    pub has_several_hosts: bool,
}

impl Kind {
    /// Bytes it takes on the heap.
    fn bytes(&self) -> usize {
        let of = |only: &Only| if let Only::One(text) = only { size::block(text.len()) } else { 0 };
        size::block(self.message.len()) + size::room::<u32>(self.bins.len()) + of(&self.route) + of(&self.host)
    }
}

/// Errors of a service by kind.
#[derive(Debug, Clone)]
pub struct Errors {
    kinds: Names<Kind>,
}

impl Default for Errors {
    fn default() -> Self {
        Self { kinds: Names::new(MOST_KINDS) }
    }
}

impl Errors {
    /// Counts an error; one dated in the future counts as of now.
    pub fn count(&mut self, error: &Happened<'_>, now: Timestamp) {
        let error = Happened { at: error.at.min(now), ..*error };
        // Kinds have their own bound, far below that of all names.
        let mut budget = Budget(usize::MAX);
        if self.kinds.is_full() {
            let hour = BIN * N_BINS as u32;
            self.kinds.prune(&mut budget, |kind| now.since(kind.last_at) < hour);
        }
        self.kinds.of(error.kind, &mut budget, |_| Kind::new(error.at)).count(&error);
    }

    /// Bytes they take on the heap.
    pub fn bytes(&self) -> usize {
        self.kinds.bytes(Kind::bytes)
    }

    /// A row for each kind, the newest first.
    pub fn rows(&mut self, of: &Context) -> Vec<ErrorRow> {
        let mut rows: Vec<ErrorRow> = self.kinds.iter_mut().map(|(name, kind)| kind.row(name, of)).collect();
        rows.sort_by(|a, b| b.last_at.cmp(&a.last_at).then_with(|| a.kind.cmp(&b.kind)));
        rows
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::service::ErrorPattern;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000_000_000);

    fn error(kind: &'static str, ago_seconds: u64, route: &'static str) -> Happened<'static> {
        let at = NOW.minus(Duration::from_secs(ago_seconds));
        Happened { kind, message: "it broke", at, route, host: "h1", trace: TraceId::of(&[1; 16]) }
    }

    fn rows(errors: &[Happened<'_>]) -> Vec<ErrorRow> {
        let mut book = Errors::default();
        errors.iter().for_each(|error| book.count(error, NOW));
        let watched_since = NOW.minus(Duration::from_secs(7200));
        book.rows(&Context { at: NOW, watched_since, has_several_routes: true, has_several_hosts: false })
    }

    #[test]
    fn errors_are_counted_by_minute_and_place() {
        let all = [error("A", 0, "GET /a"), error("A", 30, "GET /a"), error("A", 65, "GET /a"), error("B", 3700, "")];
        let rows = rows(&all);
        assert_eq!(rows.iter().map(|row| (&*row.kind, row.n)).collect::<Vec<_>>(), [("A", 3), ("B", 1)]);
        assert_eq!((rows[0].by_minute.len(), &rows[0].by_minute[57..]), (60, &[0, 1, 2][..]));
        assert_eq!(rows[1].by_minute.iter().sum::<u32>(), 0, "over an hour ago");
        assert_eq!((&*rows[0].only_route, &*rows[0].only_host), ("GET /a", ""), "a single host tells nothing");
        assert_eq!((rows[0].pattern, rows[1].pattern), (ErrorPattern::New, ErrorPattern::Over));
        assert_eq!((rows[0].last_at, rows[0].trace.len()), (NOW, 32));
    }

    #[test]
    fn several_routes_are_no_only_route_and_the_future_is_now() {
        let future = Happened { at: NOW.plus(Duration::from_secs(90)), ..error("A", 0, "GET /b") };
        let rows = rows(&[error("A", 5, "GET /a"), future]);
        assert_eq!((&*rows[0].only_route, rows[0].last_at, rows[0].by_minute[59]), ("", NOW, 2));
    }

    #[test]
    fn kinds_are_bounded() {
        let names: Vec<&'static str> = (0..80).map(|i| &*format!("K{i}").leak()).collect();
        let rows = rows(&names.iter().map(|name| error(name, 1, "")).collect::<Vec<_>>());
        assert_eq!((rows.len(), rows.iter().map(|row| row.n).sum::<u64>()), (MOST_KINDS + 1, 80));
    }
}
