//! OTLP/JSON to protobuf, as it streams by: no tree is built, and one decoder reads what comes of both.
//!
//! <https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding> and <https://protobuf.dev/programming-guides/json/>:
//! ids are hexadecimal, 64-bit numbers texts or numbers, enums numbers (names are read too), names of fields
//! `lowerCamelCase` (or `snake_case`). What is not known is skipped.

mod scalar;
mod table;
mod write;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

use self::scalar::{Number, is_packed};
use self::table::{Field, Kind, Message};
use self::write::Writer;
use super::budget::{Held, TooMuch};
use crate::telemetry::otlp::Signal;

/// Messages that may stand within one another.
const MAX_DEPTH: u8 = 40;

/// Why JSON cannot be turned into protobuf.
#[derive(Debug, thiserror::Error)]
pub enum TranscodeError {
    /// It is no such request.
    #[error("{0}")]
    Malformed(serde_json::Error),
    /// What comes of it is too large.
    #[error(transparent)]
    TooMuch(TooMuch),
}

/// The request as protobuf, of at most so many bytes. Fields stand in the order they had.
///
/// # Errors
/// [`TranscodeError`].
pub fn transcode(signal: Signal, json: &Held, n_most: usize) -> Result<Held, TranscodeError> {
    let mut out = Writer::new(json.beside(n_most));
    let mut input = serde_json::Deserializer::from_slice(json.bytes());
    let request = Request { out: &mut out, message: table::request(signal) };
    let read = request.deserialize(&mut input).and_then(|()| input.end());
    match (read, out.is_over()) {
        (Err(e), false) => Err(TranscodeError::Malformed(e)),
        _ => out.finish().map_err(TranscodeError::TooMuch),
    }
}

/// The outermost message, which has no tag.
struct Request<'w> {
    out: &'w mut Writer,
    message: &'static Message,
}

impl<'de> DeserializeSeed<'de> for Request<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Request<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an export request")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        fields(self.out, self.message, 1, map)
    }
}

/// Writes the fields of a message.
fn fields<'de, A: MapAccess<'de>>(
    out: &mut Writer,
    message: &'static Message,
    depth: u8,
    mut map: A,
) -> Result<(), A::Error> {
    if depth > MAX_DEPTH {
        return Err(A::Error::custom("its values nest too deep"));
    }
    while let Some(found) = map.next_key_seed(Name(message))? {
        match found {
            Some(field) => map.next_value_seed(Content { out, field, depth, place: Place::Field })?,
            None => drop(map.next_value::<IgnoredAny>()?),
        }
    }
    Ok(())
}

/// Reads a name: the field of this message, where it is one.
struct Name(&'static Message);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<&'static Field>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<&'static Field>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.field(name))
    }
}

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Behind the name of a field.
    Field,
    /// In a list, with a tag of its own.
    Element,
    /// In a list of numbers under one tag.
    Packed,
}

/// Reads what a field holds, and writes it.
struct Content<'w> {
    out: &'w mut Writer,
    field: &'static Field,
    /// That of the message it stands in.
    depth: u8,
    place: Place,
}

impl Content<'_> {
    /// What stands there is not what the field holds. The value itself is not repeated: it may be of any size.
    fn wrong<E: Error>(&self) -> E {
        E::custom(format_args!("{} is not {}", self.field.name, self.words()))
    }

    fn words(&self) -> &'static str {
        if self.field.is_repeated && self.place == Place::Field { "a list" } else { scalar::words(self.field.kind) }
    }

    fn is_alone(&self) -> bool {
        !(self.field.is_repeated && self.place == Place::Field)
    }

    fn number<E: Error>(self, number: Number) -> Result<(), E> {
        if !self.is_alone() {
            return Err(self.wrong());
        }
        let tag = (self.place != Place::Packed).then_some(self.field.number);
        match scalar::write_number(self.out, tag, self.field.kind, number) {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.wrong()),
            Err(fault) => Err(E::custom(fault)),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Content<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Content<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }

    /// `null` is as if the field were not there.
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, yes: bool) -> Result<(), E> {
        match self.field.kind {
            Kind::Bool => self.number(Number::Whole(i128::from(yes))),
            _ => Err(self.wrong()),
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        if matches!(self.field.kind, Kind::Bool) {
            Err(self.wrong())
        } else {
            self.number(Number::Whole(number.into()))
        }
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        if matches!(self.field.kind, Kind::Bool) {
            Err(self.wrong())
        } else {
            self.number(Number::Whole(number.into()))
        }
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        if matches!(self.field.kind, Kind::Bool) { Err(self.wrong()) } else { self.number(Number::Real(number)) }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        if !self.is_alone() {
            return Err(self.wrong());
        }
        let written = match self.field.kind {
            Kind::Text => scalar::write_text(self.out, self.field.number, text),
            Kind::Hex => scalar::write_hex(self.out, self.field.number, text),
            Kind::Base64 => scalar::write_base64(self.out, self.field.number, text),
            Kind::Enum(names) => {
                // A name of a newer version is as if it were not there.
                let Some((_, value)) = names.iter().find(|(name, _)| *name == text) else { return Ok(()) };
                return self.number(Number::Whole((*value).into()));
            }
            Kind::Bool | Kind::Of(_) => Ok(false),
            _ => match Number::read(text) {
                Some(number) => return self.number(number),
                None => Ok(false),
            },
        };
        match written {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.wrong()),
            Err(fault) => Err(E::custom(fault)),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if self.is_alone() {
            return Err(self.wrong());
        }
        let Self { out, field, depth, .. } = self;
        if !is_packed(field.kind) {
            while list.next_element_seed(Content { out, field, depth, place: Place::Element })?.is_some() {}
            return Ok(());
        }
        let begun = out.begin(field.number).map_err(A::Error::custom)?;
        while list.next_element_seed(Content { out, field, depth, place: Place::Packed })?.is_some() {}
        out.end(begun).map_err(A::Error::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        match self.field.kind {
            Kind::Of(message) if self.is_alone() => {
                let begun = self.out.begin(self.field.number).map_err(A::Error::custom)?;
                fields(self.out, message, self.depth + 1, map)?;
                self.out.end(begun).map_err(A::Error::custom)
            }
            _ => Err(self.wrong()),
        }
    }
}

#[cfg(test)]
mod tests;
