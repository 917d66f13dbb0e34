//! Requests of OTLP: `opentelemetry/proto/collector/{metrics,trace,logs}/v1` and what stands in them, by field numbers.

use super::Resource;
use super::log::{self, Line};
use super::span::{Trace, Value};
use super::wire::Message;
use crate::demo::meter::{Family, Kind, Meter, Value as Reading};

/// Cumulative: each value counts since the service began.
const CUMULATIVE: u64 = 2;

/// A request with the metrics of services, each with its resource.
pub fn metrics<'a>(services: impl Iterator<Item = (&'a Resource, &'a Meter)>, (start, now): (u64, u64)) -> Vec<u8> {
    let mut request = Message::default();
    for (resource, meter) in services {
        request.message(1, |group| {
            group.message(1, |message| write_resource(message, resource));
            group.message(2, |scope| {
                write_scope(scope);
                for family in meter.families() {
                    write_family(scope, &family, (start, now));
                }
            });
        });
    }
    request.0
}

fn write_family(scope: &mut Message, family: &Family, times: (u64, u64)) {
    let points = family.read();
    if points.is_empty() {
        return;
    }
    scope.message(2, |metric| {
        metric.text(1, family.name);
        metric.text(2, family.about);
        metric.text(3, family.unit);
        let number = match family.kind {
            Kind::Gauge => 5,
            Kind::Counter | Kind::UpDown => 7,
            Kind::Histogram => 9,
        };
        metric.message(number, |data| {
            for (attributes, reading) in points {
                data.message(1, |point| write_point(point, &attributes, &reading, times));
            }
            if family.kind != Kind::Gauge {
                data.number(2, CUMULATIVE);
            }
            if family.kind == Kind::Counter {
                data.number(3, 1);
            }
        });
    });
}

fn write_point(
    point: &mut Message,
    attributes: &[(&'static str, String)],
    reading: &Reading,
    (start, now): (u64, u64),
) {
    point.fixed(2, start);
    point.fixed(3, now);
    let number = match reading {
        Reading::Number(value) => {
            point.double(4, *value);
            7
        }
        Reading::Spread(spread) => {
            point.fixed(4, spread.count());
            point.double(5, spread.sum);
            point.packed(6, spread.counts.iter().copied());
            point.packed(7, spread.bounds.iter().map(|bound| bound.to_bits()));
            9
        }
    };
    for (name, value) in attributes {
        point.message(number, |pair| {
            pair.text(1, name);
            pair.message(2, |any| any.bytes(1, value.as_bytes()));
        });
    }
}

/// A request with traces of services.
pub fn traces<'a>(services: impl Iterator<Item = (&'a Resource, &'a [Trace])>) -> Vec<u8> {
    let mut request = Message::default();
    for (resource, traces) in services.filter(|(_, traces)| !traces.is_empty()) {
        request.message(1, |group| {
            group.message(1, |message| write_resource(message, resource));
            group.message(2, |scope| {
                write_scope(scope);
                traces.iter().for_each(|trace| write_spans(scope, trace));
            });
        });
    }
    request.0
}

fn write_spans(scope: &mut Message, trace: &Trace) {
    for span in &trace.spans {
        scope.message(2, |message| {
            message.bytes(1, &trace.id.to_be_bytes());
            message.bytes(2, &span.id.to_be_bytes());
            if span.parent > 0 {
                message.bytes(4, &span.parent.to_be_bytes());
            }
            message.text(5, &span.name);
            message.number(6, span.kind as u64);
            message.fixed(7, span.start);
            message.fixed(8, span.end);
            for (name, value) in &span.attributes {
                message.message(9, |pair| write_pair(pair, name, value));
            }
            if !span.error.is_empty() {
                message.message(9, |pair| {
                    write_pair(pair, "error.type", &Value::Text(span.error.clone()));
                });
                // The status "error", without words of its own.
                message.message(15, |status| status.number(3, 2));
            }
        });
    }
}

/// A request with lines of services' logs.
pub fn logs<'a>(services: impl Iterator<Item = (&'a Resource, &'a [Line])>) -> Vec<u8> {
    let mut request = Message::default();
    for (resource, lines) in services.filter(|(_, lines)| !lines.is_empty()) {
        request.message(1, |group| {
            group.message(1, |message| write_resource(message, resource));
            group.message(2, |scope| {
                write_scope(scope);
                for line in lines {
                    scope.message(2, |record| write_line(record, line));
                }
            });
        });
    }
    request.0
}

fn write_line(record: &mut Message, line: &Line) {
    record.fixed(1, line.at);
    record.number(2, log::number(line.level));
    record.text(3, log::word(line.level));
    record.message(5, |any| any.bytes(1, line.text.as_bytes()));
    if line.trace > 0 {
        record.bytes(9, &line.trace.to_be_bytes());
        record.bytes(10, &line.span.to_be_bytes());
    }
    record.fixed(11, line.at);
}

fn write_scope(scope: &mut Message) {
    scope.message(1, |message| {
        message.text(1, "perfdesk.demo");
        message.text(2, env!("CARGO_PKG_VERSION"));
    });
}

fn write_resource(message: &mut Message, resource: &Resource) {
    let texts = [
        ("service.name", resource.service.as_str()),
        ("service.namespace", "demo"),
        ("service.version", env!("CARGO_PKG_VERSION")),
        ("service.instance.id", &resource.instance),
        ("telemetry.sdk.language", "rust"),
        ("telemetry.sdk.name", "perfdesk.demo"),
    ];
    for (name, value) in texts {
        message.message(1, |pair| write_pair(pair, name, &Value::Text(value.to_owned().into())));
    }
    message.message(1, |pair| write_pair(pair, "process.pid", &Value::Int(i64::from(std::process::id()))));
}

fn write_pair(pair: &mut Message, name: &str, value: &Value) {
    pair.text(1, name);
    pair.message(2, |any| match value {
        Value::Text(text) => any.bytes(1, text.as_bytes()),
        Value::Int(n) => any.chosen(3, *n as u64),
    });
}
