//! Views on OTLP's metrics: what a message says, read where it lies.
//!
//! Field numbers: `opentelemetry/proto/metrics/v1/metrics.proto` and `collector/metrics/v1/metrics_service.proto`. Fields
//! may come in any order: what stands behind is found before what stands in front of it is used.

use crate::analysis::histogram::exponential::{Buckets, Exponential};
use crate::telemetry::otlp::protobuf::{Broken, Fields, Value, packed_fixed64, packed_varints};

/// Buckets of one histogram that are read at most; one with more is no sound one.
pub const MAX_READ_BUCKETS: usize = 4096;

/// The messages that stand in a message under this number.
#[derive(Debug, Clone)]
pub struct Messages<'a> {
    fields: Fields<'a>,
    number: u32,
}

impl<'a> Messages<'a> {
    /// Those of this message.
    pub fn new(message: &'a [u8], number: u32) -> Self {
        Self { fields: Fields::new(message), number }
    }
}

impl<'a> Iterator for Messages<'a> {
    type Item = Result<&'a [u8], Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.fields.next()? {
                Ok((number, value)) if number == self.number => return Some(value.bytes()),
                Ok(_) => {}
                Err(broken) => return Some(Err(broken)),
            }
        }
    }
}

/// The first message that stands in a message under this number; empty where there is none.
pub fn message(outer: &[u8], number: u32) -> Result<&[u8], Broken> {
    Messages::new(outer, number).next().unwrap_or(Ok(&[]))
}

/// What the points of a metric are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Nothing that is known.
    Unknown,
    /// What is now.
    Gauge,
    /// What was added up.
    Sum,
    /// Values in buckets with bounds.
    Explicit,
    /// Values in buckets of a growing width.
    Exponential,
    /// Quantiles worked out by the sender.
    Summary,
}

/// A `Metric` but for its points.
#[derive(Debug, Clone, Copy)]
pub struct Metric<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its unit in UCUM.
    pub unit: &'a str,
    /// What its points are.
    pub shape: Shape,
    /// The message that holds the points, each under number 1.
    pub data: &'a [u8],
    /// Whether each point counts since the one before; `None` where that is not told.
    pub is_delta: Option<bool>,
    /// Whether a sum grows alone.
    pub is_monotonic: bool,
}

impl<'a> Metric<'a> {
    /// Reads a `Metric`.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn read(message: &'a [u8]) -> Result<Self, Broken> {
        let mut metric =
            Self { name: "", unit: "", shape: Shape::Unknown, data: &[], is_delta: None, is_monotonic: false };
        for field in Fields::new(message) {
            let (number, value) = field?;
            let shape = match number {
                1 => {
                    metric.name = value.text()?;
                    continue;
                }
                3 => {
                    metric.unit = value.text()?;
                    continue;
                }
                5 => Shape::Gauge,
                7 => Shape::Sum,
                9 => Shape::Explicit,
                10 => Shape::Exponential,
                11 => Shape::Summary,
                _ => continue,
            };
            (metric.shape, metric.data) = (shape, value.bytes()?);
        }
        if matches!(metric.shape, Shape::Sum | Shape::Explicit | Shape::Exponential) {
            for field in Fields::new(metric.data) {
                match field? {
                    (2, value) => {
                        metric.is_delta = match value.number()? {
                            1 => Some(true),
                            2 => Some(false),
                            _ => None,
                        }
                    }
                    (3, value) => metric.is_monotonic = value.number()? != 0,
                    _ => {}
                }
            }
        }
        Ok(metric)
    }

    /// Its points, unread.
    pub fn points(&self) -> Messages<'a> {
        Messages::new(self.data, 1)
    }
}

/// What any point holds; kept from point to point, so that reading takes no memory anew.
#[derive(Debug, Default)]
pub struct Point {
    /// Its attributes as they lie, one behind the other, each behind its length.
    pub raw: Vec<u8>,
    /// Since when it counts, nanoseconds since 1970; 0 where it is not told.
    pub start: u64,
    /// When it was read, nanoseconds since 1970; 0 where it is not told.
    pub time: u64,
    /// Whether it says that there is no value.
    pub is_void: bool,
    /// The value of a gauge or a sum; `None` where it has none.
    pub value: Option<f64>,
    /// Values in all.
    pub count: u64,
    /// Their sum.
    pub sum: Option<f64>,
    /// Upper bounds of explicit buckets.
    pub bounds: Vec<f64>,
    /// Values in each explicit bucket.
    pub counts: Vec<u64>,
    /// An exponential histogram.
    pub exponential: Exponential,
    /// Quantiles, each with its value.
    pub quantiles: Vec<(f64, f64)>,
}

impl Point {
    /// Reads a point of this shape.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn read(&mut self, shape: Shape, message: &[u8]) -> Result<(), Broken> {
        self.raw.clear();
        (self.start, self.time, self.is_void, self.value) = (0, 0, false, None);
        match shape {
            Shape::Unknown => Ok(()),
            Shape::Gauge | Shape::Sum => self.read_number(message),
            Shape::Explicit => self.read_explicit(message),
            Shape::Exponential => self.read_exponential(message),
            Shape::Summary => self.read_summary(message),
        }
    }

    /// Puts an attribute behind the others.
    pub fn push_raw(&mut self, attribute: &[u8]) {
        self.raw.extend_from_slice(&(attribute.len() as u32).to_le_bytes());
        self.raw.extend_from_slice(attribute);
    }

    fn read_number(&mut self, message: &[u8]) -> Result<(), Broken> {
        for field in Fields::new(message) {
            match field? {
                (2, value) => self.start = value.number()?,
                (3, value) => self.time = value.number()?,
                (4, value) => self.value = Some(value.double()?),
                (6, value) => self.value = Some(value.number()? as i64 as f64),
                (7, value) => self.push_raw(value.bytes()?),
                (8, value) => self.is_void = value.number()? & 1 != 0,
                _ => {}
            }
        }
        Ok(())
    }

    fn read_explicit(&mut self, message: &[u8]) -> Result<(), Broken> {
        self.bounds.clear();
        self.counts.clear();
        (self.count, self.sum) = (0, None);
        for field in Fields::new(message) {
            match field? {
                (2, value) => self.start = value.number()?,
                (3, value) => self.time = value.number()?,
                (4, value) => self.count = value.number()?,
                (5, value) => self.sum = Some(value.double()?),
                (6, Value::Bytes(packed)) => {
                    self.counts.extend(packed_fixed64(packed)?.take(MAX_READ_BUCKETS));
                }
                (6, value) if self.counts.len() < MAX_READ_BUCKETS => self.counts.push(value.number()?),
                (7, Value::Bytes(packed)) => {
                    self.bounds.extend(packed_fixed64(packed)?.take(MAX_READ_BUCKETS).map(f64::from_bits));
                }
                (7, value) if self.bounds.len() < MAX_READ_BUCKETS => self.bounds.push(value.double()?),
                (9, value) => self.push_raw(value.bytes()?),
                (10, value) => self.is_void = value.number()? & 1 != 0,
                _ => {}
            }
        }
        Ok(())
    }

    fn read_exponential(&mut self, message: &[u8]) -> Result<(), Broken> {
        (self.count, self.sum) = (0, None);
        let mut found = Exponential::default();
        for field in Fields::new(message) {
            match field? {
                (1, value) => self.push_raw(value.bytes()?),
                (2, value) => self.start = value.number()?,
                (3, value) => self.time = value.number()?,
                (4, value) => self.count = value.number()?,
                (5, value) => self.sum = Some(value.double()?),
                (6, value) => found.scale = i32::try_from(value.zigzag()?).unwrap_or(i32::MAX),
                (7, value) => found.zero = value.number()?,
                (8, value) => found.positive = buckets(value.bytes()?)?,
                (9, value) => found.negative = buckets(value.bytes()?)?,
                (10, value) => self.is_void = value.number()? & 1 != 0,
                (14, value) => found.zero_threshold = value.double()?,
                _ => {}
            }
        }
        self.exponential = found;
        Ok(())
    }

    fn read_summary(&mut self, message: &[u8]) -> Result<(), Broken> {
        (self.count, self.sum) = (0, None);
        self.quantiles.clear();
        for field in Fields::new(message) {
            match field? {
                (2, value) => self.start = value.number()?,
                (3, value) => self.time = value.number()?,
                (4, value) => self.count = value.number()?,
                (5, value) => self.sum = Some(value.double()?),
                (6, value) => {
                    let mut pair = (0.0, 0.0);
                    for field in Fields::new(value.bytes()?) {
                        match field? {
                            (1, value) => pair.0 = value.double()?,
                            (2, value) => pair.1 = value.double()?,
                            _ => {}
                        }
                    }
                    if self.quantiles.len() < 16 {
                        self.quantiles.push(pair);
                    }
                }
                (7, value) => self.push_raw(value.bytes()?),
                (8, value) => self.is_void = value.number()? & 1 != 0,
                _ => {}
            }
        }
        Ok(())
    }
}

fn buckets(message: &[u8]) -> Result<Buckets, Broken> {
    let mut found = Buckets::default();
    for field in Fields::new(message) {
        match field? {
            (1, value) => found.offset = i32::try_from(value.zigzag()?).map_err(|_| Broken::WrongType)?,
            (2, Value::Bytes(packed)) => {
                for n in packed_varints(packed).take(MAX_READ_BUCKETS) {
                    found.counts.push(n?);
                }
            }
            (2, value) if found.counts.len() < MAX_READ_BUCKETS => found.counts.push(value.number()?),
            _ => {}
        }
    }
    Ok(found)
}
