//! What all signals share: values, attributes, and the resource that sends.
//!
//! Field numbers: `opentelemetry/proto/common/v1/common.proto`, `resource/v1/resource.proto`.

use std::borrow::Cow;

use super::protobuf::{Broken, Fields, Value};

/// How deep values may nest.
const MAX_DEPTH: u32 = 8;

/// The value of an attribute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AnyValue<'a> {
    /// Nothing.
    Empty,
    /// A text.
    Text(&'a str),
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Double(f64),
    /// Bytes.
    Bytes(&'a [u8]),
    /// An `ArrayValue`, unread.
    Array(&'a [u8]),
    /// A `KeyValueList`, unread.
    List(&'a [u8]),
}

impl<'a> AnyValue<'a> {
    /// Reads an `AnyValue`.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn read(message: &'a [u8]) -> Result<Self, Broken> {
        let mut found = Self::Empty;
        for field in Fields::new(message) {
            found = match field? {
                (1, value) => Self::Text(value.text()?),
                (2, value) => Self::Bool(value.number()? != 0),
                (3, value) => Self::Int(value.number()? as i64),
                (4, value) => Self::Double(value.double()?),
                (5, value) => Self::Array(value.bytes()?),
                (6, value) => Self::List(value.bytes()?),
                (7, value) => Self::Bytes(value.bytes()?),
                _ => found,
            };
        }
        Ok(found)
    }

    /// The value as a text; arrays and lists as JSON has them, bytes in hexadecimal.
    pub fn text(&self) -> Cow<'a, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            other => {
                let mut text = String::new();
                other.write(&mut text, 0);
                Cow::Owned(text)
            }
        }
    }

    fn write(&self, out: &mut String, depth: u32) {
        use std::fmt::Write as _;
        match self {
            Self::Empty => {}
            Self::Text(text) if depth == 0 => out.push_str(text),
            Self::Text(text) => {
                let _ = write!(out, "{text:?}");
            }
            Self::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
            Self::Int(n) => {
                let _ = write!(out, "{n}");
            }
            Self::Double(n) => {
                let _ = write!(out, "{n}");
            }
            Self::Bytes(bytes) => {
                for byte in bytes.iter().take(256) {
                    let _ = write!(out, "{byte:02x}");
                }
            }
            Self::Array(_) | Self::List(_) if depth >= MAX_DEPTH => out.push('…'),
            Self::Array(message) => {
                out.push('[');
                let values = Fields::new(message).filter_map(|field| AnyValue::read(field.ok()?.1.bytes().ok()?).ok());
                for (i, value) in values.enumerate() {
                    out.push_str(if i > 0 { "," } else { "" });
                    value.write(out, depth + 1);
                }
                out.push(']');
            }
            Self::List(message) => {
                out.push('{');
                let pairs = Fields::new(message).filter_map(|field| KeyValue::read(field.ok()?.1.bytes().ok()?).ok());
                for (i, pair) in pairs.enumerate() {
                    out.push_str(if i > 0 { "," } else { "" });
                    let _ = write!(out, "{:?}:", pair.key);
                    pair.value.write(out, depth + 1);
                }
                out.push('}');
            }
        }
    }
}

/// An attribute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeyValue<'a> {
    /// Its name.
    pub key: &'a str,
    /// Its value.
    pub value: AnyValue<'a>,
}

impl<'a> KeyValue<'a> {
    /// Reads a `KeyValue`.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn read(message: &'a [u8]) -> Result<Self, Broken> {
        let (mut key, mut value) = ("", AnyValue::Empty);
        for field in Fields::new(message) {
            match field? {
                (1, name) => key = name.text()?,
                (2, message) => value = AnyValue::read(message.bytes()?)?,
                _ => {}
            }
        }
        Ok(Self { key, value })
    }
}

/// The attributes that stand in a message under one field number, read as they are asked for.
#[derive(Debug, Clone)]
pub struct Attributes<'a> {
    fields: Fields<'a>,
    number: u32,
}

impl<'a> Attributes<'a> {
    /// The attributes of this message, which stand under this number.
    pub fn new(message: &'a [u8], number: u32) -> Self {
        Self { fields: Fields::new(message), number }
    }

    /// The attributes of a `Resource`.
    pub fn of_resource(message: &'a [u8]) -> Self {
        Self::new(message, 1)
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<KeyValue<'a>, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.fields.next()? {
                Ok((number, Value::Bytes(message))) if number == self.number => return Some(KeyValue::read(message)),
                Ok((number, _)) if number == self.number => return Some(Err(Broken::WrongType)),
                Ok(_) => {}
                Err(broken) => return Some(Err(broken)),
            }
        }
    }
}

/// Who sends: what a service says of itself, by OpenTelemetry's conventional names.
#[derive(Debug, Clone, Eq, Default)]
pub struct Sender {
    /// `service.name`; `unknown_service` where it is not told, as the specification has it.
    pub service: String,
    /// `service.namespace`.
    pub namespace: String,
    /// `service.version`.
    pub version: String,
    /// `service.instance.id`.
    pub instance: String,
    /// `telemetry.sdk.language`.
    pub language: String,
    /// `host.name`.
    pub host: String,
    /// `process.pid`.
    pub pid: Option<u32>,
}

impl PartialEq for Sender {
    /// Compared for each value that comes. Most texts are empty, and comparing those byte by byte takes most time of all.
    fn eq(&self, other: &Self) -> bool {
        let Self { service, namespace, version, instance, language, host, pid } = self;
        let same = |own: &str, other: &str| own.len() == other.len() && (own.is_empty() || own == other);
        same(service, &other.service)
            && same(instance, &other.instance)
            && *pid == other.pid
            && same(namespace, &other.namespace)
            && same(version, &other.version)
            && same(language, &other.language)
            && same(host, &other.host)
    }
}

impl Sender {
    /// Reads a `Resource`. Texts are cut at 256 bytes.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn read(resource: &[u8]) -> Result<Self, Broken> {
        let mut sender = Self::default();
        for pair in Attributes::of_resource(resource) {
            let KeyValue { key, value } = pair?;
            let into = match key {
                "service.name" => &mut sender.service,
                "service.namespace" => &mut sender.namespace,
                "service.version" => &mut sender.version,
                "service.instance.id" => &mut sender.instance,
                "telemetry.sdk.language" => &mut sender.language,
                "host.name" => &mut sender.host,
                "process.pid" => {
                    sender.pid = match value {
                        AnyValue::Int(pid) => u32::try_from(pid).ok(),
                        _ => None,
                    };
                    continue;
                }
                _ => continue,
            };
            *into = cut(&value.text(), 256).to_owned();
        }
        if sender.service.is_empty() {
            sender.service = "unknown_service".into();
        }
        Ok(sender)
    }
}

/// The beginning of a text of at most so many bytes, whole characters alone.
pub fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_and_written_as_text() {
        let list = b"\x32\x0c\x0a\x0a\x0a\x01k\x12\x05\x2a\x03\x0a\x01\x2a";
        for (message, expect) in [
            (&b"\x0a\x02hi"[..], "hi"),
            (b"\x10\x01", "true"),
            (b"\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "-1"),
            (b"\x21\x00\x00\x00\x00\x00\x00\xf8\x3f", "1.5"),
            (b"\x3a\x02\x01\xff", "01ff"),
            (b"\x2a\x0a\x0a\x04\x0a\x02hi\x0a\x02\x18\x07", "[\"hi\",7]"),
            (b"", ""),
        ] {
            assert_eq!(AnyValue::read(message).expect("a value").text(), expect);
        }
        assert!(AnyValue::read(list).is_ok());
        assert_eq!(AnyValue::read(b"\x0a\x01\xff"), Err(Broken::NotText));
    }

    #[test]
    fn a_sender_without_a_name_has_the_one_of_the_specification() {
        assert_eq!(Sender::read(b"").expect("a resource").service, "unknown_service");
        let resource = b"\x0a\x1a\x0a\x0cservice.name\x12\x0a\x0a\x08checkout";
        assert_eq!(Sender::read(resource).expect("a resource").service, "checkout");
        assert_eq!(cut("aé", 2), "a");
    }
}
