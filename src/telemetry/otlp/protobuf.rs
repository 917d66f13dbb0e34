//! Protobuf's wire format, read where it lies.
//!
//! <https://protobuf.dev/programming-guides/encoding/>: a message is a run of fields, each a tag (number and wire type)
//! and a value. What a reader does not know it skips.

/// What is wrong with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// It ends within a value.
    #[error("it ends within a value")]
    Truncated,
    /// A number is longer than ten bytes.
    #[error("a number in it is longer than ten bytes")]
    LongNumber,
    /// A field has a wire type or a number that there is not.
    #[error("a field of it has a type that there is not")]
    UnknownType,
    /// A field has another type than it should.
    #[error("a field of it has the wrong type")]
    WrongType,
    /// A text is not UTF-8.
    #[error("a text in it is not UTF-8")]
    NotText,
    /// Values nest deeper than is read.
    #[error("its values nest too deep")]
    TooDeep,
}

/// The value of a field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// Wire type 0.
    Varint(u64),
    /// Wire type 1.
    Fixed64(u64),
    /// Wire type 2: a text, bytes, a message, or packed numbers.
    Bytes(&'a [u8]),
    /// Wire type 5.
    Fixed32(u32),
}

impl<'a> Value<'a> {
    /// A message, bytes or packed numbers.
    ///
    /// # Errors
    /// [`Broken::WrongType`].
    pub fn bytes(self) -> Result<&'a [u8], Broken> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            _ => Err(Broken::WrongType),
        }
    }

    /// A text.
    ///
    /// # Errors
    /// [`Broken::WrongType`], [`Broken::NotText`].
    pub fn text(self) -> Result<&'a str, Broken> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Broken::NotText)
    }

    /// A whole number without sign, of any width.
    ///
    /// # Errors
    /// [`Broken::WrongType`].
    pub fn number(self) -> Result<u64, Broken> {
        match self {
            Self::Varint(n) | Self::Fixed64(n) => Ok(n),
            Self::Fixed32(n) => Ok(u64::from(n)),
            Self::Bytes(_) => Err(Broken::WrongType),
        }
    }

    /// A `sint32` or `sint64`.
    ///
    /// # Errors
    /// [`Broken::WrongType`].
    pub fn zigzag(self) -> Result<i64, Broken> {
        match self {
            Self::Varint(n) => Ok((n >> 1) as i64 ^ -((n & 1) as i64)),
            _ => Err(Broken::WrongType),
        }
    }

    /// A `double`.
    ///
    /// # Errors
    /// [`Broken::WrongType`].
    pub fn double(self) -> Result<f64, Broken> {
        match self {
            Self::Fixed64(bits) => Ok(f64::from_bits(bits)),
            _ => Err(Broken::WrongType),
        }
    }
}

/// The fields of a message, in their order. After an error it is at its end.
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    /// The fields of this message.
    pub fn new(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    fn varint(&mut self) -> Result<u64, Broken> {
        // Most are of one byte: tags, lengths, flags.
        if let [first, rest @ ..] = self.rest
            && *first < 0x80
        {
            self.rest = rest;
            return Ok(u64::from(*first));
        }
        let mut value = 0;
        for (i, byte) in self.rest.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * i);
            if byte & 0x80 == 0 {
                self.rest = &self.rest[i + 1..];
                return Ok(value);
            }
        }
        Err(if self.rest.len() < 10 { Broken::Truncated } else { Broken::LongNumber })
    }

    fn take(&mut self, n: usize) -> Result<&'a [u8], Broken> {
        let (taken, rest) = self.rest.split_at_checked(n).ok_or(Broken::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    fn field(&mut self) -> Result<(u32, Value<'a>), Broken> {
        let tag = self.varint()?;
        let number = u32::try_from(tag >> 3).ok().filter(|n| *n > 0).ok_or(Broken::UnknownType)?;
        let value = match tag & 7 {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(u64::from_le_bytes(self.take(8)?.try_into().map_err(|_| Broken::Truncated)?)),
            2 => {
                let n = usize::try_from(self.varint()?).map_err(|_| Broken::Truncated)?;
                Value::Bytes(self.take(n)?)
            }
            5 => Value::Fixed32(u32::from_le_bytes(self.take(4)?.try_into().map_err(|_| Broken::Truncated)?)),
            _ => return Err(Broken::UnknownType),
        };
        Ok((number, value))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Value<'a>), Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

/// Numbers of eight bytes each, as packed fields and `repeated fixed64` or `double` hold them.
///
/// # Errors
/// [`Broken::Truncated`] where the length is no multiple of eight.
pub fn packed_fixed64(bytes: &[u8]) -> Result<impl ExactSizeIterator<Item = u64> + Clone + '_, Broken> {
    let (eights, rest) = bytes.as_chunks::<8>();
    if !rest.is_empty() {
        return Err(Broken::Truncated);
    }
    Ok(eights.iter().map(|eight| u64::from_le_bytes(*eight)))
}

/// Packed varints, in their order.
pub fn packed_varints(bytes: &[u8]) -> impl Iterator<Item = Result<u64, Broken>> + '_ {
    let mut fields = Fields::new(bytes);
    std::iter::from_fn(move || {
        if fields.rest.is_empty() {
            return None;
        }
        let number = fields.varint();
        if number.is_err() {
            fields.rest = &[];
        }
        Some(number)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> Vec<Result<(u32, Value<'_>), Broken>> {
        Fields::new(bytes).collect()
    }

    #[test]
    fn fields_are_read_as_the_format_has_them() {
        assert_eq!(read(&[0x08, 0x96, 0x01]), [Ok((1, Value::Varint(150)))], "the example of the documentation");
        assert_eq!(read(b"\x12\x07testing"), [Ok((2, Value::Bytes(b"testing")))]);
        assert_eq!(read(&[0x0d, 1, 0, 0, 0]), [Ok((1, Value::Fixed32(1)))]);
        assert_eq!(read(&[0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f])[0].expect("a field").1.double(), Ok(1.0));
        let signed: Vec<_> = [0u64, 1, 2, 3].iter().map(|n| Value::Varint(*n).zigzag()).collect();
        assert_eq!(signed, [Ok(0), Ok(-1), Ok(1), Ok(-2)]);
    }

    #[test]
    fn what_is_broken_is_named() {
        for (bytes, expect) in [
            (&[0x08][..], Broken::Truncated),
            (&[0x12, 5, 1], Broken::Truncated),
            (&[0x09, 1, 2], Broken::Truncated),
            (&[0x0b], Broken::UnknownType),
            (&[0x00, 0], Broken::UnknownType),
            (&[0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1], Broken::LongNumber),
            (&[0x12, 255, 255, 255, 255, 255, 255, 255, 255, 127], Broken::Truncated),
        ] {
            assert_eq!(read(bytes), [Err(expect)], "{bytes:?}");
        }
        assert!(packed_fixed64(&[1, 2, 3]).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_come_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let n = Fields::new(&bytes).count();
            prop_assert!(n <= bytes.len());
            prop_assert!(packed_varints(&bytes).count() <= bytes.len());
        }
    }
}
