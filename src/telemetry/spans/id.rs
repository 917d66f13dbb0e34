//! Ids of traces and spans.

use std::fmt;

/// A trace's id; never all zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId(u128);

impl TraceId {
    /// The id of these 16 bytes; `None` where there are more or fewer, or all are zero.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let id = u128::from_be_bytes(bytes.try_into().ok()?);
        (id != 0).then_some(Self(id))
    }

    /// Reads 32 hexadecimal digits.
    pub fn read(text: &str) -> Option<Self> {
        let is_hex = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let id = u128::from_str_radix(text, 16).ok().filter(|_| is_hex)?;
        (id != 0).then_some(Self(id))
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// A span's id as a number; 0 where there is none, `None` where it is no id.
pub fn span_id(bytes: &[u8]) -> Option<u64> {
    if bytes.is_empty() { Some(0) } else { Some(u64::from_be_bytes(bytes.try_into().ok()?)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_and_written() {
        let id = TraceId::of(&[0xab; 16]).expect("an id");
        assert_eq!(id.to_string(), "ab".repeat(16));
        assert_eq!(TraceId::read(&"AB".repeat(16)), Some(id));
        for text in ["", "0", "+0000000000000000000000000000001", &"0".repeat(32), &"g".repeat(32)] {
            assert_eq!(TraceId::read(text), None, "{text}");
        }
        assert_eq!((TraceId::of(&[0; 16]), TraceId::of(&[1; 15])), (None, None));
        assert_eq!((span_id(&[]), span_id(&[0, 0, 0, 0, 0, 0, 1, 2]), span_id(&[1])), (Some(0), Some(258), None));
    }
}
