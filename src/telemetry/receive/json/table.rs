//! The messages of OTLP: the name, number and kind of each of their fields.
//!
//! `opentelemetry/proto/{common,resource,metrics,trace,logs}/v1/*.proto`, version 1.10, and the three export requests
//! of `opentelemetry/proto/collector`.

use super::table::Kind::{
    Base64, Bool, Double, Enum, Fixed32, Fixed64, Hex, Int64, Of, SFixed64, SInt32, Text, UInt32, UInt64,
};
use crate::telemetry::otlp::Signal;

/// What a field holds, and so how JSON has it and how it is written.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// `string`.
    Text,
    /// `bytes`, as base64.
    Base64,
    /// `bytes`, as hexadecimal: the ids of traces and spans.
    Hex,
    /// `bool`.
    Bool,
    /// `double`.
    Double,
    /// `int64`.
    Int64,
    /// `uint64`.
    UInt64,
    /// `uint32`.
    UInt32,
    /// `sint32`.
    SInt32,
    /// `fixed32`.
    Fixed32,
    /// `fixed64`.
    Fixed64,
    /// `sfixed64`.
    SFixed64,
    /// An enum with the names of its values.
    Enum(&'static [(&'static str, i32)]),
    /// A message.
    Of(&'static Message),
}

/// A field.
#[derive(Debug)]
pub struct Field {
    /// Its name in JSON.
    pub name: &'static str,
    /// Its number in protobuf.
    pub number: u32,
    /// What it holds.
    pub kind: Kind,
    /// Whether it holds any number of them.
    pub is_repeated: bool,
}

/// A message.
#[derive(Debug)]
pub struct Message(&'static [Field]);

impl Message {
    /// The field of this name, written `lowerCamelCase` or `snake_case`.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.0.iter().find(|field| is_same(field.name, name))
    }
}

/// Whether a name is this one of the table, or that in `snake_case`.
fn is_same(camel: &str, name: &str) -> bool {
    if camel == name {
        return true;
    }
    let mut letters = name.bytes();
    let is_next = |letters: &mut std::str::Bytes<'_>, wanted: u8| letters.next() == Some(wanted);
    camel.bytes().all(|letter| match letter.is_ascii_uppercase() {
        true => is_next(&mut letters, b'_') && is_next(&mut letters, letter.to_ascii_lowercase()),
        false => is_next(&mut letters, letter),
    }) && letters.next().is_none()
}

/// The message that a request of this signal is.
pub fn request(signal: Signal) -> &'static Message {
    match signal {
        Signal::Metrics => &METRICS,
        Signal::Traces => &TRACES,
        Signal::Logs => &LOGS,
    }
}

const fn one(name: &'static str, number: u32, kind: Kind) -> Field {
    Field { name, number, kind, is_repeated: false }
}

const fn many(name: &'static str, number: u32, kind: Kind) -> Field {
    Field { name, number, kind, is_repeated: true }
}

static ANY_VALUE: Message = Message(&[
    one("stringValue", 1, Text),
    one("boolValue", 2, Bool),
    one("intValue", 3, Int64),
    one("doubleValue", 4, Double),
    one("arrayValue", 5, Of(&ARRAY)),
    one("kvlistValue", 6, Of(&LIST)),
    one("bytesValue", 7, Base64),
]);

static ARRAY: Message = Message(&[many("values", 1, Of(&ANY_VALUE))]);

static LIST: Message = Message(&[many("values", 1, Of(&KEY_VALUE))]);

static KEY_VALUE: Message = Message(&[one("key", 1, Text), one("value", 2, Of(&ANY_VALUE))]);

static RESOURCE: Message = Message(&[
    many("attributes", 1, Of(&KEY_VALUE)),
    one("droppedAttributesCount", 2, UInt32),
    many("entityRefs", 3, Of(&ENTITY)),
]);

static ENTITY: Message = Message(&[
    one("schemaUrl", 1, Text),
    one("type", 2, Text),
    many("idKeys", 3, Text),
    many("descriptionKeys", 4, Text),
]);

static SCOPE: Message = Message(&[
    one("name", 1, Text),
    one("version", 2, Text),
    many("attributes", 3, Of(&KEY_VALUE)),
    one("droppedAttributesCount", 4, UInt32),
]);

static METRICS: Message = Message(&[many("resourceMetrics", 1, Of(&RESOURCE_METRICS))]);

static RESOURCE_METRICS: Message = Message(&[
    one("resource", 1, Of(&RESOURCE)),
    many("scopeMetrics", 2, Of(&SCOPE_METRICS)),
    one("schemaUrl", 3, Text),
]);

static SCOPE_METRICS: Message =
    Message(&[one("scope", 1, Of(&SCOPE)), many("metrics", 2, Of(&METRIC)), one("schemaUrl", 3, Text)]);

static METRIC: Message = Message(&[
    one("name", 1, Text),
    one("description", 2, Text),
    one("unit", 3, Text),
    one("gauge", 5, Of(&GAUGE)),
    one("sum", 7, Of(&SUM)),
    one("histogram", 9, Of(&HISTOGRAM)),
    one("exponentialHistogram", 10, Of(&EXPONENTIAL)),
    one("summary", 11, Of(&SUMMARY)),
    many("metadata", 12, Of(&KEY_VALUE)),
]);

const TEMPORALITY: Kind = Enum(&[
    ("AGGREGATION_TEMPORALITY_UNSPECIFIED", 0),
    ("AGGREGATION_TEMPORALITY_DELTA", 1),
    ("AGGREGATION_TEMPORALITY_CUMULATIVE", 2),
]);

static GAUGE: Message = Message(&[many("dataPoints", 1, Of(&NUMBER_POINT))]);

static SUM: Message = Message(&[
    many("dataPoints", 1, Of(&NUMBER_POINT)),
    one("aggregationTemporality", 2, TEMPORALITY),
    one("isMonotonic", 3, Bool),
]);

static HISTOGRAM: Message =
    Message(&[many("dataPoints", 1, Of(&HISTOGRAM_POINT)), one("aggregationTemporality", 2, TEMPORALITY)]);

static EXPONENTIAL: Message =
    Message(&[many("dataPoints", 1, Of(&EXPONENTIAL_POINT)), one("aggregationTemporality", 2, TEMPORALITY)]);

static SUMMARY: Message = Message(&[many("dataPoints", 1, Of(&SUMMARY_POINT))]);

static NUMBER_POINT: Message = Message(&[
    one("startTimeUnixNano", 2, Fixed64),
    one("timeUnixNano", 3, Fixed64),
    one("asDouble", 4, Double),
    many("exemplars", 5, Of(&EXEMPLAR)),
    one("asInt", 6, SFixed64),
    many("attributes", 7, Of(&KEY_VALUE)),
    one("flags", 8, UInt32),
]);

static HISTOGRAM_POINT: Message = Message(&[
    one("startTimeUnixNano", 2, Fixed64),
    one("timeUnixNano", 3, Fixed64),
    one("count", 4, Fixed64),
    one("sum", 5, Double),
    many("bucketCounts", 6, Fixed64),
    many("explicitBounds", 7, Double),
    many("exemplars", 8, Of(&EXEMPLAR)),
    many("attributes", 9, Of(&KEY_VALUE)),
    one("flags", 10, UInt32),
    one("min", 11, Double),
    one("max", 12, Double),
]);

static EXPONENTIAL_POINT: Message = Message(&[
    many("attributes", 1, Of(&KEY_VALUE)),
    one("startTimeUnixNano", 2, Fixed64),
    one("timeUnixNano", 3, Fixed64),
    one("count", 4, Fixed64),
    one("sum", 5, Double),
    one("scale", 6, SInt32),
    one("zeroCount", 7, Fixed64),
    one("positive", 8, Of(&BUCKETS)),
    one("negative", 9, Of(&BUCKETS)),
    one("flags", 10, UInt32),
    many("exemplars", 11, Of(&EXEMPLAR)),
    one("min", 12, Double),
    one("max", 13, Double),
    one("zeroThreshold", 14, Double),
]);

static BUCKETS: Message = Message(&[one("offset", 1, SInt32), many("bucketCounts", 2, UInt64)]);

static SUMMARY_POINT: Message = Message(&[
    one("startTimeUnixNano", 2, Fixed64),
    one("timeUnixNano", 3, Fixed64),
    one("count", 4, Fixed64),
    one("sum", 5, Double),
    many("quantileValues", 6, Of(&QUANTILE)),
    many("attributes", 7, Of(&KEY_VALUE)),
    one("flags", 8, UInt32),
]);

static QUANTILE: Message = Message(&[one("quantile", 1, Double), one("value", 2, Double)]);

static EXEMPLAR: Message = Message(&[
    one("timeUnixNano", 2, Fixed64),
    one("asDouble", 3, Double),
    one("spanId", 4, Hex),
    one("traceId", 5, Hex),
    one("asInt", 6, SFixed64),
    many("filteredAttributes", 7, Of(&KEY_VALUE)),
]);

static TRACES: Message = Message(&[many("resourceSpans", 1, Of(&RESOURCE_SPANS))]);

static RESOURCE_SPANS: Message =
    Message(&[one("resource", 1, Of(&RESOURCE)), many("scopeSpans", 2, Of(&SCOPE_SPANS)), one("schemaUrl", 3, Text)]);

static SCOPE_SPANS: Message =
    Message(&[one("scope", 1, Of(&SCOPE)), many("spans", 2, Of(&SPAN)), one("schemaUrl", 3, Text)]);

static SPAN: Message = Message(&[
    one("traceId", 1, Hex),
    one("spanId", 2, Hex),
    one("traceState", 3, Text),
    one("parentSpanId", 4, Hex),
    one("name", 5, Text),
    one("kind", 6, SPAN_KIND),
    one("startTimeUnixNano", 7, Fixed64),
    one("endTimeUnixNano", 8, Fixed64),
    many("attributes", 9, Of(&KEY_VALUE)),
    one("droppedAttributesCount", 10, UInt32),
    many("events", 11, Of(&EVENT)),
    one("droppedEventsCount", 12, UInt32),
    many("links", 13, Of(&LINK)),
    one("droppedLinksCount", 14, UInt32),
    one("status", 15, Of(&STATUS)),
    one("flags", 16, Fixed32),
]);

const SPAN_KIND: Kind = Enum(&[
    ("SPAN_KIND_UNSPECIFIED", 0),
    ("SPAN_KIND_INTERNAL", 1),
    ("SPAN_KIND_SERVER", 2),
    ("SPAN_KIND_CLIENT", 3),
    ("SPAN_KIND_PRODUCER", 4),
    ("SPAN_KIND_CONSUMER", 5),
]);

static EVENT: Message = Message(&[
    one("timeUnixNano", 1, Fixed64),
    one("name", 2, Text),
    many("attributes", 3, Of(&KEY_VALUE)),
    one("droppedAttributesCount", 4, UInt32),
]);

static LINK: Message = Message(&[
    one("traceId", 1, Hex),
    one("spanId", 2, Hex),
    one("traceState", 3, Text),
    many("attributes", 4, Of(&KEY_VALUE)),
    one("droppedAttributesCount", 5, UInt32),
    one("flags", 6, Fixed32),
]);

static STATUS: Message = Message(&[
    one("message", 2, Text),
    one("code", 3, Enum(&[("STATUS_CODE_UNSET", 0), ("STATUS_CODE_OK", 1), ("STATUS_CODE_ERROR", 2)])),
]);

static LOGS: Message = Message(&[many("resourceLogs", 1, Of(&RESOURCE_LOGS))]);

static RESOURCE_LOGS: Message =
    Message(&[one("resource", 1, Of(&RESOURCE)), many("scopeLogs", 2, Of(&SCOPE_LOGS)), one("schemaUrl", 3, Text)]);

static SCOPE_LOGS: Message =
    Message(&[one("scope", 1, Of(&SCOPE)), many("logRecords", 2, Of(&LOG_RECORD)), one("schemaUrl", 3, Text)]);

static LOG_RECORD: Message = Message(&[
    one("timeUnixNano", 1, Fixed64),
    one("severityNumber", 2, SEVERITY),
    one("severityText", 3, Text),
    one("body", 5, Of(&ANY_VALUE)),
    many("attributes", 6, Of(&KEY_VALUE)),
    one("droppedAttributesCount", 7, UInt32),
    one("flags", 8, Fixed32),
    one("traceId", 9, Hex),
    one("spanId", 10, Hex),
    one("observedTimeUnixNano", 11, Fixed64),
    one("eventName", 12, Text),
]);

const SEVERITY: Kind = Enum(&[
    ("SEVERITY_NUMBER_UNSPECIFIED", 0),
    ("SEVERITY_NUMBER_TRACE", 1),
    ("SEVERITY_NUMBER_TRACE2", 2),
    ("SEVERITY_NUMBER_TRACE3", 3),
    ("SEVERITY_NUMBER_TRACE4", 4),
    ("SEVERITY_NUMBER_DEBUG", 5),
    ("SEVERITY_NUMBER_DEBUG2", 6),
    ("SEVERITY_NUMBER_DEBUG3", 7),
    ("SEVERITY_NUMBER_DEBUG4", 8),
    ("SEVERITY_NUMBER_INFO", 9),
    ("SEVERITY_NUMBER_INFO2", 10),
    ("SEVERITY_NUMBER_INFO3", 11),
    ("SEVERITY_NUMBER_INFO4", 12),
    ("SEVERITY_NUMBER_WARN", 13),
    ("SEVERITY_NUMBER_WARN2", 14),
    ("SEVERITY_NUMBER_WARN3", 15),
    ("SEVERITY_NUMBER_WARN4", 16),
    ("SEVERITY_NUMBER_ERROR", 17),
    ("SEVERITY_NUMBER_ERROR2", 18),
    ("SEVERITY_NUMBER_ERROR3", 19),
    ("SEVERITY_NUMBER_ERROR4", 20),
    ("SEVERITY_NUMBER_FATAL", 21),
    ("SEVERITY_NUMBER_FATAL2", 22),
    ("SEVERITY_NUMBER_FATAL3", 23),
    ("SEVERITY_NUMBER_FATAL4", 24),
]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_both_ways_of_writing() {
        for (name, expect) in [
            ("startTimeUnixNano", Some(2)),
            ("start_time_unix_nano", Some(2)),
            ("starttimeunixnano", None),
            ("start_time_unix_nano_", None),
            ("startTimeUnix", None),
            ("flags", Some(8)),
            ("", None),
        ] {
            assert_eq!(NUMBER_POINT.field(name).map(|field| field.number), expect, "{name}");
        }
    }
}
