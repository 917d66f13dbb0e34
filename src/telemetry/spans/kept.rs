//! A span as it is kept: what is looked at often beside one block of bytes with its texts and attributes.

use std::sync::Arc;

use super::super::otlp::common::{AnyValue, KeyValue, cut};
use super::meaning::{LONGEST_NAME, Meaning, Role};
use super::trace_view::SpanView;
use crate::model::service::{SpanKind, TimePart};
use crate::telemetry::size;

/// Attributes kept of a span.
pub const MOST_ATTRIBUTES: usize = 128;
/// Bytes of attributes kept of a span.
const MOST_ATTRIBUTE_BYTES: usize = 16 << 10;
/// Bytes of an attribute that is kept as it came; a longer one is cut.
const LONG_ATTRIBUTE: usize = 1024;
/// Longest message of an error, bytes.
const LONGEST_MESSAGE: usize = 512;
/// Longest kind of an error, bytes.
pub const LONGEST_KIND: usize = 128;

/// Texts of a span, in the order of their bytes.
#[derive(Debug, Clone, Copy)]
enum Text {
    Name,
    Label,
    ErrorKind,
    Message,
    Host,
}

const N_TEXTS: usize = 5;

/// A span that is kept.
#[derive(Debug, Clone)]
pub struct KeptSpan {
    /// Its id.
    pub id: u64,
    /// Its parent's; 0 where it has none.
    pub parent: u64,
    /// When it began, ns since 1970.
    pub start: u64,
    /// When it ended, ns since 1970.
    pub end: u64,
    /// Its service.
    pub service: Arc<str>,
    /// Time of its own that was counted already, ns.
    pub counted_own: u64,
    /// Lengths of the texts, two bytes each; the texts; attributes, each behind its length in two bytes.
    data: Box<[u8]>,
    /// Time in a queue before it began (of a request), or waiting for a connection at its beginning, µs.
    pub lead_micros: u32,
    /// What it is.
    pub kind: SpanKind,
    /// What it counts as.
    pub role: Role,
    /// The part of its request's time that it is.
    pub part: Option<TimePart>,
    /// Whether it failed.
    pub is_failed: bool,
    /// Whether its error and its time were counted when its trace was closed.
    pub is_closed: bool,
}

fn length(text: &str) -> [u8; 2] {
    // Every text is cut well below that.
    u16::try_from(text.len()).unwrap_or(u16::MAX).to_le_bytes()
}

impl KeptSpan {
    /// Keeps a span; `raw` are its attributes, `host` the one it came from. `block` is room to build its bytes in.
    pub fn new(
        view: &SpanView<'_>,
        raw: &[&[u8]],
        meaning: &Meaning,
        service: &Arc<str>,
        host: &str,
        block: &mut Vec<u8>,
    ) -> Self {
        let is_failed = view.is_failed();
        let role = meaning.role.unwrap_or(Role::Function);
        let label = if role == Role::Request && meaning.label != view.name { meaning.label.as_str() } else { "" };
        let code = view.told.http_status.or(view.told.rpc_status).map_or(String::new(), |code| code.to_string());
        let (kind, message) = if is_failed { error_of(view, &code) } else { ("", "") };
        let texts = [
            cut(view.name, LONGEST_NAME),
            cut(label, LONGEST_NAME),
            cut(kind, LONGEST_KIND),
            cut(message, LONGEST_MESSAGE),
            if is_failed { cut(host, LONGEST_NAME) } else { "" },
        ];
        block.clear();
        texts.iter().for_each(|text| block.extend(length(text)));
        texts.iter().for_each(|text| block.extend(text.as_bytes()));
        let begin = block.len();
        for pair in raw.iter().take(MOST_ATTRIBUTES) {
            if block.len() - begin > MOST_ATTRIBUTE_BYTES {
                break;
            }
            put_attribute(pair, block);
        }
        let lead = if role == Role::Request { view.told.queue_seconds } else { view.told.wait_seconds };
        Self {
            id: view.id,
            parent: view.parent,
            start: view.start,
            end: view.end,
            service: Arc::clone(service),
            counted_own: 0,
            data: block.as_slice().into(),
            // Casts from floating point saturate: 71 min at most.
            lead_micros: (lead * 1e6) as u32,
            kind: view.kind,
            role,
            part: meaning.part,
            is_failed,
            is_closed: false,
        }
    }

    /// Bytes it takes beyond its own size, what the allocator adds included.
    pub fn extra_bytes(&self) -> usize {
        size::block(self.data.len())
    }

    /// Length of the text of this place.
    fn length(&self, place: usize) -> usize {
        self.data.get(2 * place..2 * place + 2).map_or(0, |two| usize::from(two[0]) | usize::from(two[1]) << 8)
    }

    /// Where the text of this place begins, or behind the last the attributes.
    fn begin(&self, place: usize) -> usize {
        2 * N_TEXTS + (0..place).map(|i| self.length(i)).sum::<usize>()
    }

    fn bytes(&self, which: Text) -> &[u8] {
        let (place, begin) = (which as usize, self.begin(which as usize));
        self.data.get(begin..begin + self.length(place)).unwrap_or_default()
    }

    fn text(&self, which: Text) -> &str {
        std::str::from_utf8(self.bytes(which)).unwrap_or_default()
    }

    /// Whether this is its name or its route.
    pub fn is_called(&self, name: &str) -> bool {
        self.bytes(Text::Name) == name.as_bytes() || self.bytes(Text::Label) == name.as_bytes()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.text(Text::Name)
    }

    /// The route, of a request; its name otherwise.
    pub fn label(&self) -> &str {
        let label = self.text(Text::Label);
        if label.is_empty() { self.name() } else { label }
    }

    /// The kind of its error; empty where it did not fail.
    pub fn error_kind(&self) -> &str {
        self.text(Text::ErrorKind)
    }

    /// What its error said.
    pub fn error_message(&self) -> &str {
        self.text(Text::Message)
    }

    /// The host it came from, where it failed.
    pub fn host(&self) -> &str {
        self.text(Text::Host)
    }

    /// What went wrong, for people; `None` where nothing did.
    pub fn error(&self) -> Option<String> {
        self.is_failed.then(|| match (self.error_kind(), self.error_message()) {
            (kind, "") => kind.to_owned(),
            (kind, message) if message.contains(kind) => message.to_owned(),
            (kind, message) => format!("{kind}: {message}"),
        })
    }

    /// Its attributes in the order they came.
    pub fn attributes(&self) -> impl Iterator<Item = KeyValue<'_>> {
        let mut rest = self.data.get(self.begin(N_TEXTS)..).unwrap_or_default();
        std::iter::from_fn(move || {
            let (length, behind) = rest.split_first_chunk::<2>()?;
            let (message, behind) = behind.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
            rest = behind;
            KeyValue::read(message).ok()
        })
    }

    /// Its duration, ns.
    pub fn duration(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }
}

/// Kind and message of the error of a span that failed.
pub fn error_of<'a>(view: &SpanView<'a>, code: &'a str) -> (&'a str, &'a str) {
    let kind = match () {
        () if !view.exception.is_empty() => view.exception,
        () if !matches!(view.told.error_type, "" | "_OTHER") => view.told.error_type,
        () if !code.is_empty() => code,
        () => "error",
    };
    let message = if view.exception_message.is_empty() { view.status_message } else { view.exception_message };
    (kind, message)
}

/// Whether a kind tells no more than that something failed, so that a failure within says more.
pub fn is_bare(kind: &str) -> bool {
    kind == "error" || kind.bytes().all(|b| b.is_ascii_digit())
}

/// Writes a `KeyValue` behind its length; a long one is written anew as a text that is cut.
fn put_attribute(pair: &[u8], block: &mut Vec<u8>) {
    if pair.len() <= LONG_ATTRIBUTE {
        block.extend((pair.len() as u16).to_le_bytes());
        block.extend(pair);
        return;
    }
    let Ok(KeyValue { key, value }) = KeyValue::read(pair) else { return };
    // Of arrays and lists only the beginning would be shown: writing a long one out whole is not worth it.
    let text = match value {
        AnyValue::Array(_) | AnyValue::List(_) if pair.len() > 64 << 10 => "(too long)".into(),
        value => value.text(),
    };
    let (key, text) = (cut(key, 256), cut(&text, LONG_ATTRIBUTE));
    let mut value = Vec::with_capacity(text.len() + 4);
    put_bytes(1, text.as_bytes(), &mut value);
    let mut message = Vec::with_capacity(key.len() + value.len() + 8);
    put_bytes(1, key.as_bytes(), &mut message);
    put_bytes(2, &value, &mut message);
    block.extend((message.len() as u16).to_le_bytes());
    block.extend(message);
}

/// A field of bytes in protobuf's form.
fn put_bytes(number: u8, bytes: &[u8], out: &mut Vec<u8>) {
    out.push(number << 3 | 2);
    let mut rest = bytes.len();
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
    out.extend(bytes);
}
