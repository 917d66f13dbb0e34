//! Records of a segment: a head of fixed length with a check sum, and a compressed body.
//!
//! A body is either the labels of numbers that are new in this segment, or the samples of one tick. Reading takes any
//! bytes: what is not a whole record is an error, and no more is reserved than the bound of a record.

use std::sync::Arc;

use super::super::LabelSet;

/// Bytes of a head: length of the body, check sum, kind, number of samples, time.
pub const HEAD: usize = 21;
/// Greatest body, bytes, packed and unpacked: a tick of 20,000 series is under 300 kB.
pub const MAX_BODY: usize = 16 << 20;

/// What a head says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Length of the body, bytes.
    pub len: usize,
    crc: u32,
    kind: u8,
    /// Samples in it.
    pub n_samples: u32,
    /// Their time, milliseconds since 1970.
    pub at: i64,
}

/// What a body holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// Labels of numbers.
    Names(Vec<(u32, LabelSet)>),
    /// Samples by number, all of one time, milliseconds since 1970.
    Samples(i64, Vec<(u32, f64)>),
}

/// These bytes are no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is damaged")]
pub struct Damaged;

const NAMES: u8 = 1;
const SAMPLES: u8 = 2;

/// Labels of numbers as a record.
pub fn names(all: &[(u32, &LabelSet)]) -> Vec<u8> {
    let mut raw = Vec::new();
    for (number, labels) in all {
        put(&mut raw, u64::from(*number));
        put(&mut raw, labels.len() as u64);
        for text in labels.iter().flat_map(|(name, value)| [name, value]) {
            put(&mut raw, text.len() as u64);
            raw.extend(text.as_bytes());
        }
    }
    framed(NAMES, 0, 0, &raw)
}

/// Samples of one time as a record.
pub fn samples(at: i64, samples: &[(u32, f64)]) -> Vec<u8> {
    let mut raw = Vec::with_capacity(samples.len() * 10);
    for (number, value) in samples {
        put(&mut raw, u64::from(*number));
        raw.extend(value.to_bits().to_le_bytes());
    }
    framed(SAMPLES, u32::try_from(samples.len()).unwrap_or(u32::MAX), at, &raw)
}

fn framed(kind: u8, n_samples: u32, at: i64, raw: &[u8]) -> Vec<u8> {
    let body = snap::raw::Encoder::new().compress_vec(raw).unwrap_or_default();
    let mut bytes = Vec::with_capacity(HEAD + body.len());
    bytes.extend(u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend([0; 4]);
    bytes.push(kind);
    bytes.extend(n_samples.to_le_bytes());
    bytes.extend(at.to_le_bytes());
    bytes.extend(body);
    let crc = crc32fast::hash(&bytes[8..]);
    bytes[4..8].copy_from_slice(&crc.to_le_bytes());
    bytes
}

impl Head {
    /// Reads a head.
    ///
    /// # Errors
    /// [`Damaged`].
    pub fn read(bytes: &[u8; HEAD]) -> Result<Self, Damaged> {
        let word = |from: usize| u32::from_le_bytes(std::array::from_fn(|i| bytes[from + i]));
        let at = i64::from_le_bytes(std::array::from_fn(|i| bytes[13 + i]));
        let head = Self { len: word(0) as usize, crc: word(4), kind: bytes[8], n_samples: word(9), at };
        let is_one = matches!(head.kind, NAMES | SAMPLES) && head.len <= MAX_BODY;
        if is_one { Ok(head) } else { Err(Damaged) }
    }

    /// Whether it is of samples.
    pub fn is_samples(&self) -> bool {
        self.kind == SAMPLES
    }

    /// Reads the body that belongs to it.
    ///
    /// # Errors
    /// [`Damaged`].
    pub fn open(&self, body: &[u8]) -> Result<Record, Damaged> {
        let mut sum = crc32fast::Hasher::new();
        sum.update(&[self.kind]);
        sum.update(&self.n_samples.to_le_bytes());
        sum.update(&self.at.to_le_bytes());
        sum.update(body);
        if body.len() != self.len || sum.finalize() != self.crc {
            return Err(Damaged);
        }
        if snap::raw::decompress_len(body).map_err(|_| Damaged)? > MAX_BODY {
            return Err(Damaged);
        }
        let raw = snap::raw::Decoder::new().decompress_vec(body).map_err(|_| Damaged)?;
        let mut rest = &raw[..];
        if self.kind == SAMPLES {
            let mut all = Vec::with_capacity(raw.len() / 9);
            while !rest.is_empty() {
                let number = number(&mut rest)?;
                let (bits, after) = rest.split_first_chunk::<8>().ok_or(Damaged)?;
                all.push((number, f64::from_bits(u64::from_le_bytes(*bits))));
                rest = after;
            }
            let is_whole = all.len() == self.n_samples as usize;
            return if is_whole { Ok(Record::Samples(self.at, all)) } else { Err(Damaged) };
        }
        let mut all = Vec::new();
        while !rest.is_empty() {
            let number = number(&mut rest)?;
            let n = take(&mut rest)?;
            let mut labels = Vec::new();
            for _ in 0..n {
                labels.push((text(&mut rest)?, text(&mut rest)?));
            }
            all.push((number, labels.into()));
        }
        Ok(Record::Names(all))
    }
}

/// Seven bits a byte, the lowest first, as protobuf has them.
fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn take(rest: &mut &[u8]) -> Result<u64, Damaged> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first().ok_or(Damaged)?;
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Damaged)
}

fn number(rest: &mut &[u8]) -> Result<u32, Damaged> {
    u32::try_from(take(rest)?).map_err(|_| Damaged)
}

fn text(rest: &mut &[u8]) -> Result<Arc<str>, Damaged> {
    let len = usize::try_from(take(rest)?).map_err(|_| Damaged)?;
    let (text, after) = rest.split_at_checked(len).ok_or(Damaged)?;
    *rest = after;
    str::from_utf8(text).map(Arc::from).map_err(|_| Damaged)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> Result<Record, Damaged> {
        let (head, body) = bytes.split_first_chunk::<HEAD>().ok_or(Damaged)?;
        Head::read(head)?.open(body)
    }

    proptest! {
        #[test]
        fn records_come_back_bit_by_bit(
            at in any::<i64>(),
            values in prop::collection::vec((any::<u32>(), any::<u64>()), 0..50),
            texts in prop::collection::vec((any::<u32>(), prop::collection::vec((".{0,9}", ".{0,30}"), 0..5)), 0..9),
        ) {
            let values: Vec<(u32, f64)> = values.iter().map(|(n, bits)| (*n, f64::from_bits(*bits))).collect();
            let Ok(Record::Samples(found_at, found)) = read(&samples(at, &values)) else { panic!("samples") };
            let bits = |all: &[(u32, f64)]| all.iter().map(|(n, v)| (*n, v.to_bits())).collect::<Vec<_>>();
            prop_assert_eq!((found_at, bits(&found)), (at, bits(&values)));
            let arc = |text: &String| Arc::<str>::from(text.as_str());
            let sets: Vec<(u32, LabelSet)> =
                texts.iter().map(|(n, all)| (*n, all.iter().map(|(a, b)| (arc(a), arc(b))).collect())).collect();
            let borrowed: Vec<(u32, &LabelSet)> = sets.iter().map(|(n, set)| (*n, set)).collect();
            prop_assert_eq!(read(&names(&borrowed)), Ok(Record::Names(sets)));
        }

        #[test]
        fn no_byte_can_change_unseen(values in prop::collection::vec((any::<u32>(), any::<f64>()), 1..9), at: usize, by in 1u8..) {
            let mut bytes = samples(7, &values);
            let place = at % bytes.len();
            bytes[place] ^= by;
            prop_assert!(read(&bytes).is_err());
            prop_assert!(read(&bytes[..place]).is_err());
        }

        #[test]
        fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
            // With a sum that fits, so that the body is looked into.
            let _ = read(&framed(1 + bytes.len() as u8 % 2, 3, 0, &bytes));
        }
    }
}
