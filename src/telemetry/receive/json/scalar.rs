//! Values that are no messages: numbers, texts and bytes, out of JSON into protobuf.

use super::table::Kind;
use super::write::{Wire, Writer};
use crate::telemetry::receive::budget::TooMuch;

/// Bytes that are decoded at a time.
const STEP: usize = 48;

/// A number as JSON has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// A whole one.
    Whole(i128),
    /// Any other.
    Real(f64),
}

impl Number {
    /// A number that is written as a text.
    pub fn read(text: &str) -> Option<Self> {
        match text {
            "NaN" => return Some(Self::Real(f64::NAN)),
            "Infinity" => return Some(Self::Real(f64::INFINITY)),
            "-Infinity" => return Some(Self::Real(f64::NEG_INFINITY)),
            _ => {}
        }
        // What Rust reads beyond this, such as "inf" or "+1", JSON does not.
        let is_plain = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
        if !is_plain || text.starts_with('+') || text.len() > 64 {
            return None;
        }
        text.parse().map(Self::Whole).or_else(|_| text.parse().map(Self::Real)).ok()
    }

    /// The whole number it is; `None` where it has a fraction or is not finite.
    fn whole(self) -> Option<i128> {
        match self {
            Self::Whole(number) => Some(number),
            // Beyond 2^64 no field has room.
            Self::Real(number) => (number.fract() == 0.0 && number.abs() < 2e19).then_some(number as i128),
        }
    }

    fn real(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Real(number) => number,
        }
    }
}

/// Whether lists of this kind stand under one tag.
pub fn is_packed(kind: Kind) -> bool {
    !matches!(kind, Kind::Text | Kind::Base64 | Kind::Hex | Kind::Of(_))
}

/// What a field of this kind holds, in words.
pub fn words(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "a text",
        Kind::Base64 => "bytes in base64",
        Kind::Hex => "an id in hexadecimal",
        Kind::Bool => "true or false",
        Kind::Double => "a number",
        Kind::Int64 | Kind::UInt64 | Kind::UInt32 | Kind::SInt32 | Kind::Fixed32 | Kind::Fixed64 | Kind::SFixed64 => {
            "a whole number that fits"
        }
        Kind::Enum(_) => "a number or name of its values",
        Kind::Of(_) => "an object",
    }
}

/// Writes a number, with its tag where it has one. Gives whether it fits.
///
/// # Errors
/// [`TooMuch`].
pub fn write_number(out: &mut Writer, tag: Option<u32>, kind: Kind, number: Number) -> Result<bool, TooMuch> {
    let whole = number.whole();
    let (wire, bits) = match kind {
        Kind::Double => (Wire::Eight, Some(number.real().to_bits())),
        Kind::Bool => (Wire::Varint, whole.map(|n| n as u64)),
        // A negative number takes ten bytes, as one of 64 bits.
        Kind::Enum(_) => (Wire::Varint, whole.and_then(|n| i32::try_from(n).ok()).map(|n| i64::from(n) as u64)),
        Kind::Int64 => (Wire::Varint, whole.and_then(|n| i64::try_from(n).ok()).map(|n| n as u64)),
        Kind::UInt64 => (Wire::Varint, whole.and_then(|n| u64::try_from(n).ok())),
        Kind::UInt32 => (Wire::Varint, whole.and_then(|n| u32::try_from(n).ok()).map(u64::from)),
        Kind::SInt32 => (Wire::Varint, whole.and_then(|n| i32::try_from(n).ok()).map(zigzag)),
        Kind::Fixed64 => (Wire::Eight, whole.and_then(|n| u64::try_from(n).ok())),
        Kind::SFixed64 => (Wire::Eight, whole.and_then(|n| i64::try_from(n).ok()).map(|n| n as u64)),
        Kind::Fixed32 => (Wire::Four, whole.and_then(|n| u32::try_from(n).ok()).map(u64::from)),
        Kind::Text | Kind::Base64 | Kind::Hex | Kind::Of(_) => (Wire::Length, None),
    };
    let Some(bits) = bits else { return Ok(false) };
    if let Some(field) = tag {
        out.tag(field, wire)?;
    }
    match wire {
        Wire::Varint => out.varint(bits)?,
        Wire::Eight => out.put(&bits.to_le_bytes())?,
        Wire::Four => out.put(&bits.to_le_bytes()[..4])?,
        Wire::Length => return Ok(false),
    }
    Ok(true)
}

fn zigzag(number: i32) -> u64 {
    u64::from(((number << 1) ^ (number >> 31)) as u32)
}

/// Writes a text.
///
/// # Errors
/// [`TooMuch`].
pub fn write_text(out: &mut Writer, field: u32, text: &str) -> Result<bool, TooMuch> {
    out.tag(field, Wire::Length)?;
    out.varint(text.len() as u64)?;
    out.put(text.as_bytes())?;
    Ok(true)
}

/// Writes the bytes that hexadecimal digits tell. Gives whether they are such.
///
/// # Errors
/// [`TooMuch`].
pub fn write_hex(out: &mut Writer, field: u32, text: &str) -> Result<bool, TooMuch> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
    Ok(write_bytes(out, field, bytes)? && rest.is_empty())
}

fn digit(letter: u8) -> Option<u8> {
    char::from(letter).to_digit(16).map(|digit| digit as u8)
}

/// Writes the bytes that base64 tells: of either alphabet (RFC 4648, sections 4 and 5), padded or not. Gives whether it is
/// such.
///
/// # Errors
/// [`TooMuch`].
pub fn write_base64(out: &mut Writer, field: u32, text: &str) -> Result<bool, TooMuch> {
    let signs = text.trim_end_matches('=').as_bytes();
    if text.len() - signs.len() > 2 || signs.len() % 4 == 1 {
        return Ok(false);
    }
    let bytes = signs.chunks(4).flat_map(|four| {
        let bits = four.iter().try_fold(0u32, |bits, letter| Some(bits << 6 | sextet(*letter)?));
        // Two signs tell one byte, three tell two, and some bits that are left over.
        let n = four.len() - 1;
        (0..n).map(move |i| bits.map(|bits| ((bits << (6 * (3 - n))) >> (16 - 8 * i)) as u8))
    });
    write_bytes(out, field, bytes)
}

fn sextet(letter: u8) -> Option<u32> {
    let value = match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

/// Writes bytes as they are decoded. Gives whether all could be.
fn write_bytes(out: &mut Writer, field: u32, mut bytes: impl Iterator<Item = Option<u8>>) -> Result<bool, TooMuch> {
    let begun = out.begin(field)?;
    loop {
        let mut step = [0; STEP];
        let mut n = 0;
        for (slot, byte) in step.iter_mut().zip(&mut bytes) {
            let Some(byte) = byte else { return Ok(false) };
            *slot = byte;
            n += 1;
        }
        out.put(&step[..n])?;
        if n < STEP {
            out.end(begun)?;
            return Ok(true);
        }
    }
}
