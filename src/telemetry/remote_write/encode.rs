//! A batch as the body of a request: protobuf, then snappy's block format.

use prost::Message as _;

use super::LabelSet;
use super::message::{Label, Sample, TimeSeries, WriteRequest};

/// Series and their samples, each by time: milliseconds since 1970, and the value.
pub type Batch = Vec<(LabelSet, Vec<(i64, f64)>)>;

/// The body of a request.
///
/// # Errors
/// Where it is larger than snappy's blocks can be, in words.
pub fn body(batch: &Batch) -> Result<Vec<u8>, String> {
    let message = WriteRequest { timeseries: batch.iter().map(series).collect() };
    snap::raw::Encoder::new()
        .compress_vec(&message.encode_to_vec())
        .map_err(|e| format!("it cannot be compressed: {e}"))
}

fn series((labels, samples): &(LabelSet, Vec<(i64, f64)>)) -> TimeSeries {
    let label = |(name, value): &(std::sync::Arc<str>, std::sync::Arc<str>)| Label {
        name: name.as_ref().into(),
        value: value.as_ref().into(),
    };
    TimeSeries {
        labels: labels.iter().map(label).collect(),
        samples: samples.iter().map(|&(timestamp, value)| Sample { value, timestamp }).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;

    /// What a server makes of a body.
    fn decoded(body: &[u8]) -> WriteRequest {
        let bytes = snap::raw::Decoder::new().decompress_vec(body).expect("snappy's block format");
        WriteRequest::decode(&bytes[..]).expect("protobuf")
    }

    #[test]
    fn a_body_is_what_the_protocol_says_byte_by_byte() {
        let labels: LabelSet = [("__name__".into(), "up".into())].into();
        let body = body(&vec![(labels, vec![(1, 1.0)])]).expect("encoded");
        // Length, a literal of 28 bytes; field 1 (26 bytes): label (14: "__name__", "up"), sample (11: 1.0, 1).
        let expect = b"\x1f\x78\x0a\x1d\x0a\x0e\x0a\x08__name__\x12\x02up\x12\x0b\x09\0\0\0\0\0\0\xf0\x3f\x10\x01";
        assert_eq!(body, expect);
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded_again(
            batch in prop::collection::vec(
                (prop::collection::vec((".{0,12}", ".{0,40}"), 0..6), prop::collection::vec((any::<i64>(), any::<u64>()), 0..6)),
                0..8,
            )
        ) {
            let arc = |text: &String| Arc::<str>::from(text.as_str());
            let whole: Batch = batch
                .iter()
                .map(|(labels, samples)| {
                    let labels = labels.iter().map(|(n, v)| (arc(n), arc(v))).collect();
                    (labels, samples.iter().map(|(at, bits)| (*at, f64::from_bits(*bits))).collect())
                })
                .collect();
            let message = decoded(&body(&whole).expect("encoded"));
            prop_assert_eq!(message.timeseries.len(), batch.len());
            for (series, (labels, samples)) in message.timeseries.iter().zip(&batch) {
                let found: Vec<_> = series.labels.iter().map(|l| (l.name.clone(), l.value.clone())).collect();
                prop_assert_eq!(&found, labels);
                let found: Vec<_> = series.samples.iter().map(|s| (s.timestamp, s.value.to_bits())).collect();
                prop_assert_eq!(&found, samples);
            }
        }
    }
}
