//! OTLP/JSON becomes the same bytes as OTLP in protobuf, whatever is sent.

use std::sync::Arc;

use proptest::prelude::*;

use super::super::budget::Budget;
use super::*;
use crate::telemetry::otlp::protobuf::Fields;

const MOST: usize = 1 << 20;

fn held(bytes: &[u8]) -> Held {
    let mut held = Held::new(Arc::new(Budget::new(8 * MOST)), MOST);
    held.push(bytes).expect("room");
    held
}

fn turned(signal: Signal, json: &str) -> Result<Vec<u8>, String> {
    transcode(signal, &held(json.as_bytes()), MOST).map(|held| held.bytes().to_vec()).map_err(|e| e.to_string())
}

/// A message of one field with a length.
fn wrap(number: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    out.extend(varint(content.len() as u64));
    out.extend(content);
    out
}

fn varint(mut n: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while n > 127 {
        out.push((n % 128) as u8 + 128);
        n /= 128;
    }
    out.push(n as u8);
    out
}

/// A field of a span in a whole request.
fn in_span(json: &str) -> Result<Vec<u8>, String> {
    turned(Signal::Traces, &format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{{json}}}]}}]}}]}}"#))
}

/// A field of a number data point in a whole request.
fn in_point(json: &str) -> Result<Vec<u8>, String> {
    let points = format!(r#"{{"gauge":{{"dataPoints":[{{{json}}}]}}}}"#);
    turned(Signal::Metrics, &format!(r#"{{"resourceMetrics":[{{"scopeMetrics":[{{"metrics":[{points}]}}]}}]}}"#))
}

fn span(content: &[u8]) -> Vec<u8> {
    wrap(1, &wrap(2, &wrap(2, content)))
}

fn point(content: &[u8]) -> Vec<u8> {
    wrap(1, &wrap(2, &wrap(2, &wrap(5, &wrap(1, content)))))
}

#[test]
fn values_are_written_as_protobuf_has_them() {
    for (json, expect) in [
        (
            r#""traceId":"5B8EFFF798038103d269b633813fc60c""#,
            &b"\x0a\x10\x5b\x8e\xff\xf7\x98\x03\x81\x03\xd2\x69\xb6\x33\x81\x3f\xc6\x0c"[..],
        ),
        (r#""spanId":"""#, b"\x12\x00"),
        (r#""name":"a \"b\" \u00e9""#, b"\x2a\x08a \"b\" \xc3\xa9"),
        (r#""kind":2"#, b"\x30\x02"),
        (r#""kind":"SPAN_KIND_SERVER""#, b"\x30\x02"),
        (r#""kind":"SPAN_KIND_OF_TOMORROW""#, b""),
        (r#""kind":-1"#, b"\x30\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
        (r#""startTimeUnixNano":"1544712660000000000""#, b"\x39\x00\x48\x59\xe3\xfa\xeb\x6f\x15"),
        (r#""start_time_unix_nano":1544712660000000000"#, b"\x39\x00\x48\x59\xe3\xfa\xeb\x6f\x15"),
        (r#""flags":257"#, b"\x85\x01\x01\x01\x00\x00"),
        (r#""droppedAttributesCount":300"#, b"\x50\xac\x02"),
        (r#""status":{"code":2,"message":"no"}"#, b"\x7a\x06\x18\x02\x12\x02no"),
        (r#""name":null,"tomorrow":{"a":[1,{"b":null}]},"attributes":[]"#, b""),
        (
            r#""attributes":[{"key":"a","value":{"intValue":"-1"}}]"#,
            b"\x4a\x10\x0a\x01a\x12\x0b\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        ),
        (r#""attributes":[{"key":"a","value":{"bytesValue":"-_8="}}]"#, b"\x4a\x09\x0a\x01a\x12\x04\x3a\x02\xfb\xff"),
        (r#""attributes":[{"value":{"boolValue":false}}]"#, b"\x4a\x04\x12\x02\x10\x00"),
        (
            r#""attributes":[{"value":{"arrayValue":{"values":[{},{"stringValue":"x"}]}}}]"#,
            b"\x4a\x0b\x12\x09\x2a\x07\x0a\x00\x0a\x03\x0a\x01x",
        ),
    ] {
        assert_eq!(in_span(json), Ok(span(expect)), "{json}");
    }
    for (json, expect) in [
        (r#""asDouble":1"#, [&b"\x21"[..], &1.0f64.to_le_bytes()].concat()),
        (r#""asDouble":"NaN""#, [&b"\x21"[..], &f64::NAN.to_le_bytes()].concat()),
        (r#""asDouble":"-Infinity""#, [&b"\x21"[..], &f64::NEG_INFINITY.to_le_bytes()].concat()),
        (r#""asInt":"-2""#, [&b"\x31"[..], &(-2i64).to_le_bytes()].concat()),
        (r#""asInt":1e3"#, [&b"\x31"[..], &1000i64.to_le_bytes()].concat()),
        (r#""as_int":0"#, [&b"\x31"[..], &0i64.to_le_bytes()].concat()),
    ] {
        assert_eq!(in_point(json), Ok(point(&expect)), "{json}");
    }
}

#[test]
fn lists_of_numbers_stand_under_one_tag() {
    let json = r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[
        {"histogram":{"aggregationTemporality":2,"dataPoints":[{"bucketCounts":["1",2],"explicitBounds":[0.5]}]}},
        {"exponentialHistogram":{"dataPoints":[{"scale":-3,"positive":{"offset":1,"bucketCounts":["300"]}}]}}
    ]}]}]}"#;
    let counts = [1u64.to_le_bytes(), 2u64.to_le_bytes()].concat();
    let histogram = [wrap(6, &counts), wrap(7, &0.5f64.to_le_bytes())].concat();
    let explicit = wrap(9, &[b"\x10\x02".to_vec(), wrap(1, &histogram)].concat());
    let buckets = wrap(8, &[b"\x08\x02".to_vec(), wrap(2, b"\xac\x02")].concat());
    let exponential = wrap(10, &wrap(1, &[b"\x30\x05".to_vec(), buckets].concat()));
    let expect = wrap(1, &wrap(2, &[wrap(2, &explicit), wrap(2, &exponential)].concat()));
    assert_eq!(turned(Signal::Metrics, json), Ok(expect));
}

#[test]
fn what_cannot_be_read_is_named_with_its_place() {
    for (json, expect) in [
        (r#""traceId":"xy""#, "traceId is not an id in hexadecimal at line 1"),
        (r#""traceId":"abc""#, "traceId is not an id in hexadecimal"),
        (r#""startTimeUnixNano":"-1""#, "startTimeUnixNano is not a whole number that fits"),
        (r#""startTimeUnixNano":1.5"#, "startTimeUnixNano is not a whole number that fits"),
        (r#""startTimeUnixNano":"inf""#, "startTimeUnixNano is not a whole number that fits"),
        (r#""droppedAttributesCount":4294967296"#, "droppedAttributesCount is not a whole number that fits"),
        (r#""name":5"#, "name is not a text"),
        (r#""name":["a"]"#, "name is not a text"),
        (r#""attributes":{}"#, "attributes is not a list"),
        (r#""attributes":[5]"#, "attributes is not an object"),
        (r#""attributes":[{"value":{"boolValue":1}}]"#, "boolValue is not true or false"),
        (r#""attributes":[{"value":{"bytesValue":"a"}}]"#, "bytesValue is not bytes in base64"),
        (r#""attributes":[{"value":{"bytesValue":"!!!!"}}]"#, "bytesValue is not bytes in base64"),
        (r#""name":"#, "expected value"),
    ] {
        let told = in_span(json).expect_err(json);
        assert!(told.contains(expect), "{json}: {told}");
    }
    for json in ["", "[]", "null", "5", "{", "{}x", "\"a\"", "\u{feff}{}"] {
        assert!(turned(Signal::Logs, json).is_err(), "{json}");
    }
    assert_eq!(turned(Signal::Logs, " {} "), Ok(Vec::new()));
    let told = in_span(&format!(r#""kind":"{}","startTimeUnixNano":"{}""#, "x".repeat(10_000), "y".repeat(10_000)));
    assert!(told.expect_err("no number").len() < 200, "values are not repeated");
}

#[test]
fn depth_and_size_are_bounded() {
    let nested = |n: usize| {
        let (begin, end) = (r#"{"arrayValue":{"values":["#.repeat(n), "]}}".repeat(n));
        in_span(&format!(r#""attributes":[{{"value":{begin}{end}}}]"#))
    };
    assert!(nested(15).is_ok());
    assert!(nested(40).expect_err("too deep").contains("nest too deep"));
    let zeros = format!(r#"{{"dataPoints":[{{"explicitBounds":[{}0]}}]}}"#, "0,".repeat(10_000));
    let json = format!(r#"{{"resourceMetrics":[{{"scopeMetrics":[{{"metrics":[{{"histogram":{zeros}}}]}}]}}]}}"#);
    assert!(json.len() < 21_000);
    let small = transcode(Signal::Metrics, &held(json.as_bytes()), 30_000);
    assert!(matches!(small, Err(TranscodeError::TooMuch(TooMuch::Large(30_000)))));
    assert!(transcode(Signal::Metrics, &held(json.as_bytes()), 90_000).is_ok());
}

/// A value as JSON and as protobuf.
fn value() -> impl Strategy<Value = (String, Vec<u8>)> {
    let leaf = prop_oneof![
        ".{0,200}"
            .prop_map(|text| (format!(r#"{{"stringValue":{}}}"#, serde_json::json!(text)), wrap(1, text.as_bytes()))),
        any::<bool>().prop_map(|yes| (format!(r#"{{"boolValue":{yes}}}"#), vec![0x10, u8::from(yes)])),
        (any::<i64>(), any::<bool>()).prop_map(|(n, is_text)| {
            let json = if is_text { format!(r#"{{"intValue":"{n}"}}"#) } else { format!(r#"{{"int_value":{n}}}"#) };
            (json, [vec![0x18], varint(n as u64)].concat())
        }),
        any::<f64>().prop_filter("JSON has no others", |n| n.is_finite()).prop_map(|n| {
            (format!(r#"{{"doubleValue":{}}}"#, serde_json::json!(n)), [&[0x21][..], &n.to_le_bytes()].concat())
        }),
        prop::collection::vec(any::<u8>(), 0..150)
            .prop_map(|bytes| { (format!(r#"{{"bytesValue":"{}"}}"#, base64(&bytes)), wrap(7, &bytes)) }),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|values| {
                let json: Vec<_> = values.iter().map(|(json, _)| json.as_str()).collect();
                let bytes: Vec<u8> = values.iter().flat_map(|(_, bytes)| wrap(1, bytes)).collect();
                (format!(r#"{{"arrayValue":{{"values":[{}]}}}}"#, json.join(",")), wrap(5, &bytes))
            }),
            prop::collection::vec(("[a-z.]{0,20}", inner), 0..6).prop_map(|pairs| {
                let (json, bytes) = list(&pairs);
                (format!(r#"{{"kvlistValue":{{"values":[{json}]}}}}"#), wrap(6, &bytes))
            }),
        ]
    })
}

fn list(pairs: &[(String, (String, Vec<u8>))]) -> (String, Vec<u8>) {
    let pair = |(key, (json, _)): &(String, (String, Vec<u8>))| format!(r#"{{"key":"{key}","value":{json}}}"#);
    let json: Vec<_> = pairs.iter().map(pair).collect();
    let bytes = pairs
        .iter()
        .flat_map(|(key, (_, bytes))| wrap(1, &[wrap(1, key.as_bytes()), wrap(2, bytes)].concat()))
        .collect();
    (json.join(","), bytes)
}

fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |i| byte >> i & 1)).collect();
    let sign = |six: &[u8]| char::from(SIGNS[(0..6).fold(0, |n, i| n << 1 | usize::from(*six.get(i).unwrap_or(&0)))]);
    let text: String = bits.chunks(6).map(sign).collect();
    let padding = "=".repeat(text.len().next_multiple_of(4) - text.len());
    text + &padding
}

proptest! {
    #[test]
    fn a_log_record_comes_out_as_made_by_hand(
        time in any::<u64>(),
        severity in 0i32..25,
        body in value(),
        attributes in prop::collection::vec(("[a-z.]{0,20}", value()), 0..5),
        ids in any::<[u8; 16]>(),
    ) {
        let (attributes, pairs) = list(&attributes);
        let hex: String = ids.iter().map(|byte| format!("{byte:02x}")).collect();
        let json = format!(
            r#"{{"resourceLogs":[{{"scopeLogs":[{{"scope":{{"name":"s"}},"logRecords":[{{"timeUnixNano":"{time}",
            "severityNumber":{severity},"body":{},"attributes":[{attributes}],"traceId":"{hex}"}}]}}]}}]}}"#,
            body.0
        );
        let repeated: Vec<u8> = Fields::new(&pairs)
            .flat_map(|field| wrap(6, field.expect("made above").1.bytes().expect("made above")))
            .collect();
        let record = [
            [&[0x09][..], &time.to_le_bytes()].concat(),
            vec![0x10, severity as u8],
            wrap(5, &body.1),
            repeated,
            wrap(9, &ids),
        ].concat();
        let scope_logs = [wrap(1, &wrap(1, b"s")), wrap(2, &record)].concat();
        prop_assert_eq!(turned(Signal::Logs, &json), Ok(wrap(1, &wrap(2, &scope_logs))));
    }

    #[test]
    fn any_bytes_come_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for signal in [Signal::Metrics, Signal::Traces, Signal::Logs] {
            if let Ok(out) = transcode(signal, &held(&bytes), 1000) {
                prop_assert!(out.bytes().len() <= 1000);
            }
        }
    }

    #[test]
    fn any_text_that_looks_like_a_request_comes_to_an_end(
        parts in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ":", ",", "\"resourceSpans\"", "\"scopeSpans\"", "\"spans\"", "\"name\"", "\"a\"", "1", "-2.5",
            "null", "\"traceId\"", "\"\\u00", "\"ab\"", "\"attributes\"", "\"value\"", "\"intValue\"", "true",
        ]), 0..60),
    ) {
        let json = parts.concat();
        if let Ok(out) = transcode(Signal::Traces, &held(json.as_bytes()), 1000) {
            let fields: Result<Vec<_>, _> = Fields::new(out.bytes()).collect();
            prop_assert!(fields.is_ok(), "what comes out can be read");
        }
    }
}
