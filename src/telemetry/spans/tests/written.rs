//! Requests as bytes, out of lines of text.

use crate::model::Timestamp;

/// When what is written here happens.
pub const T0: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// `T0` and so many milliseconds.
pub fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(T0.as_millis() + millis)
}

fn varint(mut n: u64, out: &mut Vec<u8>) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

pub fn number(field: u32, n: u64, out: &mut Vec<u8>) {
    varint(u64::from(field) << 3, out);
    varint(n, out);
}

pub fn fixed(field: u32, n: u64, out: &mut Vec<u8>) {
    varint(u64::from(field) << 3 | 1, out);
    out.extend(n.to_le_bytes());
}

pub fn bytes(field: u32, bytes: &[u8], out: &mut Vec<u8>) {
    varint(u64::from(field) << 3 | 2, out);
    varint(bytes.len() as u64, out);
    out.extend(bytes);
}

fn message(field: u32, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let mut inner = Vec::new();
    write(&mut inner);
    bytes(field, &inner, out);
}

/// An attribute: a whole number, a number, or a text.
pub fn attribute(field: u32, key: &str, value: &str, out: &mut Vec<u8>) {
    message(field, out, |pair| {
        bytes(1, key.as_bytes(), pair);
        message(2, pair, |any| {
            if let Ok(n) = value.parse::<i64>() {
                number(3, n as u64, any);
            } else if let Ok(n) = value.parse::<f64>() {
                fixed(4, n.to_bits(), any);
            } else {
                bytes(1, value.as_bytes(), any);
            }
        });
    });
}

fn nanos(millis: f64) -> u64 {
    (T0.as_millis() as u64 * 1_000_000).wrapping_add_signed((millis * 1e6) as i64)
}

/// A word with `~` for spaces.
fn words(text: &str) -> String {
    text.replace('~', " ")
}

/// One `Span`: `id parent kind name start end key=value … !kind:message`, times in ms after [`T0`].
///
/// `!` alone is a failed status without an exception.
pub fn span(trace: u128, line: &str) -> Vec<u8> {
    let mut parts = line.split_whitespace();
    let mut next = || parts.next().expect("a word");
    let id: u64 = next().parse().expect("an id");
    let parent: u64 = next().parse().expect("a parent");
    let kind = ["", "internal", "server", "client", "producer", "consumer"];
    let word = next();
    let kind = kind.iter().position(|k| *k == word).expect("a kind");
    let name = words(next());
    let (start, end): (f64, f64) = (next().parse().expect("a time"), next().parse().expect("a time"));
    let mut out = Vec::new();
    bytes(1, &trace.to_be_bytes(), &mut out);
    bytes(2, &id.to_be_bytes(), &mut out);
    if parent > 0 {
        bytes(4, &parent.to_be_bytes(), &mut out);
    }
    bytes(5, name.as_bytes(), &mut out);
    number(6, kind as u64, &mut out);
    fixed(7, nanos(start), &mut out);
    fixed(8, nanos(end), &mut out);
    for part in parts {
        if let Some(error) = part.strip_prefix('!') {
            if let Some((kind, said)) = error.split_once(':') {
                message(11, &mut out, |event| {
                    bytes(2, b"exception", event);
                    attribute(3, "exception.type", &words(kind), event);
                    attribute(3, "exception.message", &words(said), event);
                });
            }
            message(15, &mut out, |status| number(3, 2, status));
        } else {
            let (key, value) = part.split_once('=').expect("key=value");
            attribute(9, key, &words(value), &mut out);
        }
    }
    out
}

/// A request of one service's spans or log records.
pub fn request(service: &str, items: &[Vec<u8>]) -> Vec<u8> {
    request_from(&[("service.name", service)], items)
}

/// A request of a resource of these attributes.
pub fn request_from(resource: &[(&str, &str)], items: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    message(1, &mut out, |group| {
        // The resource stands behind what it sends, which is allowed.
        message(2, group, |scope| items.iter().for_each(|item| bytes(2, item, scope)));
        message(1, group, |inner| resource.iter().for_each(|(key, value)| attribute(1, key, value, inner)));
    });
    out
}

/// A request of spans, one a line, each behind the name of its service.
pub fn traces(trace: u128, lines: &str) -> Vec<u8> {
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut out = Vec::new();
    for line in lines {
        let (service, line) = line.split_once(' ').expect("a service");
        out.extend(request(service, &[span(trace, line)]));
    }
    out
}

/// One `LogRecord` of this severity.
pub fn log(millis: f64, severity: u64, body: &str, trace: Option<u128>, pairs: &[(&str, &str)]) -> Vec<u8> {
    let mut out = Vec::new();
    fixed(1, nanos(millis), &mut out);
    number(2, severity, &mut out);
    message(5, &mut out, |any| bytes(1, body.as_bytes(), any));
    pairs.iter().for_each(|(key, value)| attribute(6, key, value, &mut out));
    if let Some(trace) = trace {
        bytes(9, &trace.to_be_bytes(), &mut out);
        bytes(10, &1u64.to_be_bytes(), &mut out);
    }
    out
}
