//! Buckets as a run of bytes: a chart's thousands of them cross the wire without their fields' names.
//!
//! 25 bytes each, little-endian: time, least, greatest, mean, count, and whether the line breaks before it. Numbers that
//! are not finite stay as they are.

use std::fmt;
use std::sync::Arc;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserializer, Serializer};

use super::time::Timestamp;
use super::view::Bucket;

/// Bytes of a bucket.
const WIDTH: usize = 25;

/// Buckets as bytes.
pub fn pack(buckets: &[Bucket]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(buckets.len() * WIDTH);
    for bucket in buckets {
        bytes.extend(bucket.at.as_millis().to_le_bytes());
        for value in [bucket.min, bucket.max, bucket.mean] {
            bytes.extend(value.to_le_bytes());
        }
        bytes.extend(bucket.count.to_le_bytes());
        bytes.push(u8::from(bucket.gap_before));
    }
    bytes
}

/// The buckets of such bytes; `None` where they are no whole number of buckets.
pub fn unpack(bytes: &[u8]) -> Option<Vec<Bucket>> {
    let (buckets, rest) = bytes.as_chunks::<WIDTH>();
    rest.is_empty().then(|| buckets.iter().map(bucket).collect())
}

fn bucket(bytes: &[u8; WIDTH]) -> Bucket {
    Bucket {
        at: Timestamp::from_millis(i64::from_le_bytes(part(bytes, 0))),
        min: f32::from_le_bytes(part(bytes, 8)),
        max: f32::from_le_bytes(part(bytes, 12)),
        mean: f32::from_le_bytes(part(bytes, 16)),
        count: u32::from_le_bytes(part(bytes, 20)),
        gap_before: bytes[24] != 0,
    }
}

fn part<const N: usize>(bytes: &[u8; WIDTH], from: usize) -> [u8; N] {
    std::array::from_fn(|i| bytes[from + i])
}

/// Writes buckets, for `serde(with)`.
///
/// # Errors
/// What the serializer says.
pub fn serialize<S: Serializer>(buckets: &Arc<[Bucket]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(&pack(buckets))
}

/// Reads buckets, for `serde(with)`.
///
/// # Errors
/// Where there are no bytes, or no whole number of buckets.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<[Bucket]>, D::Error> {
    deserializer.deserialize_bytes(Packed).map(Arc::from)
}

struct Packed;

impl<'de> Visitor<'de> for Packed {
    type Value = Vec<Bucket>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number of packed buckets")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        unpack(bytes).ok_or_else(|| E::invalid_length(bytes.len(), &self))
    }

    /// As formats without byte strings have it.
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = seq.next_element()? {
            bytes.push(byte);
        }
        self.visit_bytes(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_come_back_bit_by_bit() {
        let bucket = |millis, min, gap_before| Bucket {
            at: Timestamp::from_millis(millis),
            min,
            max: f32::INFINITY,
            mean: -0.0,
            count: u32::MAX,
            gap_before,
        };
        let all = [bucket(i64::MIN, f32::NAN, true), bucket(1_764_313_200_000, 0.25, false)];
        let bytes = pack(&all);
        assert_eq!(bytes.len(), 50);
        assert_eq!(format!("{:?}", unpack(&bytes)), format!("{:?}", Some(all.to_vec())));
        assert_eq!((unpack(&[]), unpack(&bytes[..49])), (Some(Vec::new()), None));
    }
}
