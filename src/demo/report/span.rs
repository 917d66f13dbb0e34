//! Spans of one request, kept together until it is known whether they are told.

use std::borrow::Cow;
use std::time::Instant;

use crate::demo::clock::{random, unix_nanos};

/// Spans of one trace at most.
const MOST_SPANS: usize = 64;

/// What a span is. The numbers are those of OTLP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanKind {
    /// A function.
    Internal = 1,
    /// A request that is served.
    Server = 2,
    /// A call of another service.
    Client = 3,
    /// A message sent.
    Producer = 4,
    /// A message taken.
    Consumer = 5,
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text.
    Text(Cow<'static, str>),
    /// A whole number.
    Int(i64),
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

/// A span that ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Its id.
    pub id: u64,
    /// Its parent's; 0 where it has none.
    pub parent: u64,
    /// Its name.
    pub name: Cow<'static, str>,
    /// What it is.
    pub kind: SpanKind,
    /// When it began, ns since 1970.
    pub start: u64,
    /// When it ended, ns since 1970.
    pub end: u64,
    /// What it tells.
    pub attributes: Vec<(&'static str, Value)>,
    /// What it failed with; empty where it did not.
    pub error: Cow<'static, str>,
}

/// The spans of a request so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// Its id.
    pub id: u128,
    /// The id of the span that all others stand in.
    pub root: u64,
    /// The parent of that: 0, or a span of who called.
    pub parent: u64,
    /// Whether it is one of those that are told in any case.
    pub is_sampled: bool,
    /// Spans that ended.
    pub spans: Vec<Span>,
}

impl Trace {
    /// A trace that begins here.
    pub fn new(is_sampled: bool) -> Self {
        let id = u128::from(random()) << 64 | u128::from(random());
        Self { id, root: random(), parent: 0, is_sampled, spans: Vec::new() }
    }

    /// One that goes on: `traceparent` as W3C's "Trace Context" has it. `None` where it is not of that form.
    pub fn from_parent(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (version, id, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let is_well = version.len() == 2 && version != "ff" && id.len() == 32 && parent.len() == 16 && flags.len() == 2;
        let id = u128::from_str_radix(id, 16).ok().filter(|id| is_well && *id > 0)?;
        let parent = u64::from_str_radix(parent, 16).ok().filter(|id| *id > 0)?;
        let flags = u8::from_str_radix(flags, 16).ok()?;
        Some(Self { id, root: random(), parent, is_sampled: flags & 1 == 1, spans: Vec::new() })
    }

    /// The text for who is called, under a span of this id.
    pub fn header(&self, span: u64) -> String {
        format!("00-{:032x}-{span:016x}-{:02x}", self.id, u8::from(self.is_sampled))
    }

    /// Adds a span under the root. Of a trace with too many the later ones are left out.
    pub fn add(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        kind: SpanKind,
        (start, end): (Instant, Instant),
        error: impl Into<Cow<'static, str>>,
        attributes: Vec<(&'static str, Value)>,
    ) {
        self.add_with_id(random(), name, kind, (start, end), error, attributes);
    }

    /// Adds a span under the root whose id was given out before.
    pub fn add_with_id(
        &mut self,
        id: u64,
        name: impl Into<Cow<'static, str>>,
        kind: SpanKind,
        (start, end): (Instant, Instant),
        error: impl Into<Cow<'static, str>>,
        attributes: Vec<(&'static str, Value)>,
    ) {
        if self.spans.len() < MOST_SPANS {
            let (start, end) = (unix_nanos(start), unix_nanos(end));
            let (name, error) = (name.into(), error.into());
            self.spans.push(Span { id, parent: self.root, name, kind, start, end, attributes, error });
        }
    }

    /// Adds the root, which ends the trace here.
    pub fn close(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        kind: SpanKind,
        (start, end): (Instant, Instant),
        error: impl Into<Cow<'static, str>>,
        attributes: Vec<(&'static str, Value)>,
    ) {
        let (start, end) = (unix_nanos(start), unix_nanos(end));
        let (id, parent) = (self.root, self.parent);
        self.spans.push(Span { id, parent, name: name.into(), kind, start, end, attributes, error: error.into() });
    }
}
