//! OTLP's trace messages, looked at where they lie.
//!
//! Field numbers: `opentelemetry/proto/trace/v1/trace.proto`, `collector/trace/v1/trace_service.proto`.

use super::super::otlp::common::{AnyValue, Attributes, KeyValue};
use super::super::otlp::protobuf::{Broken, Fields, Value};
use super::attributes::Told;
use super::id::{TraceId, span_id};
use super::kept::MOST_ATTRIBUTES;
use crate::model::service::SpanKind;

/// Messages of the request: each one's resource, and in which messages its spans or log records stand.
///
/// The same for traces and logs: `ResourceSpans` and `ResourceLogs` have the same form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Group<'a> {
    /// The `Resource`; empty where there is none.
    pub resource: &'a [u8],
    message: &'a [u8],
}

impl<'a> Group<'a> {
    /// The groups of a request.
    pub fn all(body: &'a [u8]) -> impl Iterator<Item = Result<Self, Broken>> {
        messages(body, 1).map(|message| {
            let message = message?;
            let mut resource: &[u8] = &[];
            // The resource may stand behind what it sends.
            for field in messages(message, 1) {
                resource = field?;
            }
            Ok(Self { resource, message })
        })
    }

    /// The `Span` or `LogRecord` messages of all its scopes.
    pub fn items(&self) -> impl Iterator<Item = Result<&'a [u8], Broken>> + use<'a> {
        let mut scopes = messages(self.message, 2);
        let mut items = messages(&[], 2);
        std::iter::from_fn(move || {
            loop {
                if let Some(item) = items.next() {
                    return Some(item);
                }
                match scopes.next()? {
                    Ok(scope) => items = messages(scope, 2),
                    Err(broken) => return Some(Err(broken)),
                }
            }
        })
    }
}

/// The messages under one field number; ends after the first fault.
fn messages(message: &[u8], number: u32) -> impl Iterator<Item = Result<&[u8], Broken>> {
    let mut fields = Fields::new(message);
    let mut is_broken = false;
    std::iter::from_fn(move || {
        if is_broken {
            return None;
        }
        loop {
            let found = match fields.next()? {
                Ok((found, value)) if found == number => value.bytes(),
                Ok(_) => continue,
                Err(broken) => Err(broken),
            };
            is_broken = found.is_err();
            return Some(found);
        }
    })
}

/// How a span says it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Status {
    /// It does not.
    #[default]
    Unset,
    /// Well, by its author's word.
    Fine,
    /// It failed.
    Failed,
}

/// A span as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanView<'a> {
    /// Its trace.
    pub trace: TraceId,
    /// Its id; not 0.
    pub id: u64,
    /// Its parent's; 0 where it has none.
    pub parent: u64,
    /// Its name.
    pub name: &'a str,
    /// What it is.
    pub kind: SpanKind,
    /// When it began, ns since 1970.
    pub start: u64,
    /// When it ended, ns since 1970.
    pub end: u64,
    /// How it ended.
    pub status: Status,
    /// What is said to that.
    pub status_message: &'a str,
    /// `exception.type` of its newest exception; empty where there is none.
    pub exception: &'a str,
    /// `exception.message` of that.
    pub exception_message: &'a str,
    /// What its attributes tell.
    pub told: Told<'a>,
}

/// Why a span is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSpan {
    /// It cannot be read.
    #[error("a span cannot be read: {0}")]
    Broken(#[from] Broken),
    /// It has no id, or its trace has none, or they have not 8 and 16 bytes.
    #[error("a span has no trace id of 16 bytes or no span id of 8")]
    NoId,
    /// It has no beginning or no end, or ends before it begins.
    #[error("a span ends before it begins")]
    Reversed,
    /// It lasts longer than a day.
    #[error("a span lasts longer than a day")]
    TooLong,
    /// It ends in the future.
    #[error("a span ends more than 5 minutes in the future: compare the clocks")]
    Future,
    /// It is over for long.
    #[error("a span ended more than an hour ago")]
    Past,
}

impl<'a> SpanView<'a> {
    /// Reads a `Span`; its attributes, unread, are put into `raw`, which is emptied before, as many as are kept.
    ///
    /// # Errors
    /// [`BadSpan`]; the times are not judged here.
    pub fn read(message: &'a [u8], raw: &mut Vec<&'a [u8]>) -> Result<Self, BadSpan> {
        raw.clear();
        let (mut trace, mut id, mut parent) = (None, 0, Some(0));
        let mut view = Self {
            trace: TraceId::of(&[1; 16]).ok_or(BadSpan::NoId)?,
            id: 0,
            parent: 0,
            name: "",
            kind: SpanKind::Internal,
            start: 0,
            end: 0,
            status: Status::Unset,
            status_message: "",
            exception: "",
            exception_message: "",
            told: Told::default(),
        };
        for field in Fields::new(message) {
            match field? {
                (1, bytes) => trace = TraceId::of(bytes.bytes()?),
                (2, bytes) => id = span_id(bytes.bytes()?).unwrap_or(0),
                (4, bytes) => parent = span_id(bytes.bytes()?),
                (5, text) => view.name = text.text()?,
                (6, number) => view.kind = kind(number.number()?),
                (7, number) => view.start = number.number()?,
                (8, number) => view.end = number.number()?,
                (9, pair) => {
                    let pair = pair.bytes()?;
                    if raw.len() < MOST_ATTRIBUTES {
                        raw.push(pair);
                    }
                    view.told.take(&KeyValue::read(pair)?);
                }
                (11, event) => view.take_event(event.bytes()?)?,
                (15, status) => view.take_status(status.bytes()?)?,
                _ => {}
            }
        }
        (view.trace, view.id) = (trace.ok_or(BadSpan::NoId)?, id);
        // A parent that is no id is as good as none: the span itself is well.
        view.parent = parent.unwrap_or(0);
        if id == 0 { Err(BadSpan::NoId) } else { Ok(view) }
    }

    fn take_event(&mut self, event: &'a [u8]) -> Result<(), Broken> {
        let is_exception = Fields::new(event).any(|field| field == Ok((2, Value::Bytes(b"exception"))));
        if !is_exception {
            return Ok(());
        }
        for pair in Attributes::new(event, 3) {
            match pair? {
                KeyValue { key: "exception.type", value: AnyValue::Text(text) } => self.exception = text,
                KeyValue { key: "exception.message", value: AnyValue::Text(text) } => self.exception_message = text,
                _ => {}
            }
        }
        Ok(())
    }

    fn take_status(&mut self, status: &'a [u8]) -> Result<(), Broken> {
        for field in Fields::new(status) {
            match field? {
                (2, text) => self.status_message = text.text()?,
                (3, code) => {
                    self.status = match code.number()? {
                        1 => Status::Fine,
                        2 => Status::Failed,
                        _ => Status::Unset,
                    };
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Its duration, ns.
    pub fn duration(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether it failed: by its status, or, where that says nothing, by its error type, or as a server by its answer.
    pub fn is_failed(&self) -> bool {
        match self.status {
            Status::Failed => true,
            Status::Fine => false,
            Status::Unset => {
                let is_served = self.kind == SpanKind::Server;
                !self.told.error_type.is_empty() || is_served && self.told.http_status.is_some_and(|code| code >= 500)
            }
        }
    }
}

fn kind(number: u64) -> SpanKind {
    match number {
        2 => SpanKind::Server,
        3 => SpanKind::Client,
        4 => SpanKind::Producer,
        5 => SpanKind::Consumer,
        _ => SpanKind::Internal,
    }
}
