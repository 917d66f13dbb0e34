//! Messages as a sender writes them.

use crate::model::Timestamp;

/// A message that is being written.
#[derive(Debug, Clone, Default)]
pub struct Message(pub Vec<u8>);

impl Message {
    fn varint(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.0.push((n as u8 & 0x7f) | 0x80);
            n >>= 7;
        }
        self.0.push(n as u8);
    }

    pub fn number(mut self, field: u64, n: u64) -> Self {
        self.varint(field << 3);
        self.varint(n);
        self
    }

    pub fn fixed(mut self, field: u64, n: u64) -> Self {
        self.varint(field << 3 | 1);
        self.0.extend(n.to_le_bytes());
        self
    }

    pub fn double(self, field: u64, x: f64) -> Self {
        self.fixed(field, x.to_bits())
    }

    pub fn bytes(mut self, field: u64, bytes: &[u8]) -> Self {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend(bytes);
        self
    }

    pub fn with(self, field: u64, message: &Self) -> Self {
        self.bytes(field, &message.0)
    }

    pub fn pairs(mut self, field: u64, pairs: &[(&str, &str)]) -> Self {
        for (name, value) in pairs {
            let value = Self::default().bytes(1, value.as_bytes());
            self = self.with(field, &Self::default().bytes(1, name.as_bytes()).with(2, &value));
        }
        self
    }
}

/// Milliseconds as nanoseconds.
pub fn nanos(millis: i64) -> u64 {
    millis as u64 * 1_000_000
}

/// A moment of the tests, so many milliseconds after their start.
pub fn moment(millis: i64) -> Timestamp {
    Timestamp::from_millis(START + millis)
}

/// When the tests start, milliseconds since 1970.
pub const START: i64 = 1_700_000_000_000;

/// A data point of a number, read and begun so many milliseconds after the start of the tests.
pub fn point(start: i64, time: i64, value: f64, attributes: &[(&str, &str)]) -> Message {
    let message = Message::default().fixed(2, nanos(START + start)).fixed(3, nanos(START + time)).double(4, value);
    message.pairs(7, attributes)
}

pub const GAUGE: u64 = 5;
pub const SUM: u64 = 7;
pub const HISTOGRAM: u64 = 9;
pub const EXPONENTIAL: u64 = 10;
pub const SUMMARY: u64 = 11;

/// A metric of this form.
pub fn metric(name: &str, unit: &str, form: u64, data: &Message) -> Message {
    Message::default().bytes(1, name.as_bytes()).bytes(3, unit.as_bytes()).with(form, data)
}

pub fn gauge(name: &str, unit: &str, points: &[Message]) -> Message {
    metric(name, unit, GAUGE, &all(points))
}

/// A monotonic sum.
pub fn counter(name: &str, unit: &str, is_delta: bool, points: &[Message]) -> Message {
    metric(name, unit, SUM, &all(points).number(2, if is_delta { 1 } else { 2 }).number(3, 1))
}

/// Points as the data of a metric.
pub fn all(points: &[Message]) -> Message {
    points.iter().fold(Message::default(), |data, point| data.with(1, point))
}

/// A point of a histogram.
pub fn histogram_point(
    (start, time): (i64, i64),
    bounds: &[f64],
    counts: &[u64],
    sum: f64,
    attributes: &[(&str, &str)],
) -> Message {
    let packed = |numbers: &mut dyn Iterator<Item = u64>| numbers.flat_map(u64::to_le_bytes).collect::<Vec<u8>>();
    Message::default()
        .pairs(9, attributes)
        .fixed(2, nanos(START + start))
        .fixed(3, nanos(START + time))
        .fixed(4, counts.iter().sum())
        .double(5, sum)
        .bytes(6, &packed(&mut counts.iter().copied()))
        .bytes(7, &packed(&mut bounds.iter().map(|bound| bound.to_bits())))
}

pub fn histogram(name: &str, unit: &str, is_delta: bool, points: &[Message]) -> Message {
    metric(name, unit, HISTOGRAM, &all(points).number(2, if is_delta { 1 } else { 2 }))
}

/// A request of one service with these resource attributes beside its name.
pub fn request_of(service: &str, more: &[(&str, &str)], metrics: &[Message]) -> Vec<u8> {
    let resource = Message::default().pairs(1, &[("service.name", service)]).pairs(1, more);
    let scope = metrics.iter().fold(Message::default(), |scope, metric| scope.with(2, metric));
    Message::default().with(1, &Message::default().with(1, &resource).with(2, &scope)).0
}

pub fn request(service: &str, metrics: &[Message]) -> Vec<u8> {
    request_of(service, &[], metrics)
}
