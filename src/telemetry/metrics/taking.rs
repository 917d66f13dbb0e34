//! How a message is taken: value by value, each judged and counted where it belongs.

use std::hash::BuildHasher as _;

use super::book::{MetricBook, Place};
use super::check;
use super::raw::{attributes_of, pairs_of};
use super::reading::{Item, Reading};
use super::service::Refused;
use super::stream::Kind;
use super::tally::Tally;
use super::view::Point;
use super::{Datum, Stream};
use crate::model::Timestamp;
use crate::telemetry::otlp::common::cut;
use crate::telemetry::otlp::protobuf::Broken;
use crate::telemetry::otlp::{Malformed, Taken};

/// Longest name of a metric (OpenTelemetry, "Instrument name"), bytes.
const MAX_NAME: usize = 255;
/// Attributes of one value at most, bytes.
const MAX_RAW: usize = 16_384;
/// Values that are counted at one go: then others may have the book.
pub const PIECE: usize = 512;
/// Bytes of values that are counted at one go.
const PIECE_BYTES: usize = 256 << 10;
/// Longest value, bytes: far above one of as many buckets as are read, each with an exemplar.
const MAX_POINT: usize = 1 << 20;

/// Where the values of a metric belong, or why nowhere.
#[derive(Clone, Copy)]
enum Found {
    At(Place, Kind, bool),
    Fault(check::Fault),
    Refused(Refused),
    NoService,
    /// They come under another name as well.
    LeftOut,
}

impl MetricBook {
    /// Takes an `ExportMetricsServiceRequest` that arrived at this time.
    ///
    /// # Errors
    /// [`Malformed`]. What stood before the fault is taken.
    pub fn take(&mut self, body: &[u8], at: Timestamp) -> Result<Taken, Malformed> {
        let mut reading = Reading::new(body, at);
        while self.take_some(&mut reading)? {}
        Ok(self.taken(&reading))
    }

    /// Takes some of a request, so that it is not long before others may have the book; gives whether more is left.
    ///
    /// # Errors
    /// [`Malformed`]. What stood before the fault is taken.
    pub fn take_some(&mut self, reading: &mut Reading<'_>) -> Result<bool, Malformed> {
        let before = reading.tally;
        let mut point = std::mem::take(&mut self.point);
        let read = self.read_some(reading, &mut point);
        self.point = point;
        self.tally.add(&reading.tally.since(&before));
        read.map_err(|why| Malformed { what: "metrics", why })
    }

    /// What became of a request that was taken to its end.
    pub fn taken(&self, reading: &Reading<'_>) -> Taken {
        reading.tally.taken(&self.bounds)
    }

    fn read_some(&mut self, reading: &mut Reading<'_>, point: &mut Point) -> Result<bool, Broken> {
        // A place is good for as long as nobody else had the book.
        let mut place = None;
        let mut left = PIECE_BYTES;
        for _ in 0..PIECE {
            let Some(item) = reading.next()? else { return Ok(false) };
            let (at, tally) = (reading.at, &mut reading.tally);
            let found = match place {
                Some((number, found)) if number == item.number => found,
                _ => self.place_of_metric(&item, at)?,
            };
            place = Some((item.number, found));
            match found {
                Found::At(place, kind, is_delta) => {
                    self.read_point(&item, (place, kind, is_delta), at, point, tally)?;
                }
                Found::Fault(fault) => tally.fault(fault, 1),
                Found::Refused(refused) => tally.refused(refused, 1),
                Found::NoService => tally.over_services(1),
                Found::LeftOut => {}
            }
            left = left.saturating_sub(item.point.len());
            if left == 0 {
                break;
            }
        }
        Ok(true)
    }

    fn place_of_metric(&mut self, item: &Item<'_>, at: Timestamp) -> Result<Found, Broken> {
        let Some((service, instance)) = self.sender_of(item.resource, at)? else { return Ok(Found::NoService) };
        let (kind, is_delta) = match check::kind(&item.metric) {
            Ok(kind) => kind,
            Err(fault) => return Ok(Found::Fault(fault)),
        };
        let metric = &item.metric;
        Ok(match self.source(service, instance, cut(metric.name, MAX_NAME), metric.unit, kind, at) {
            Ok(Some(source)) => {
                let scope = self.hasher.hash_one(item.scope);
                Found::At(Place { service, instance, source, scope }, kind, is_delta)
            }
            Ok(None) => Found::LeftOut,
            Err(refused) => Found::Refused(refused),
        })
    }

    fn read_point(
        &mut self,
        item: &Item<'_>,
        (place, kind, is_delta): (Place, Kind, bool),
        at: Timestamp,
        point: &mut Point,
        tally: &mut Tally,
    ) -> Result<(), Broken> {
        let shape = item.metric.shape;
        if item.point.len() > MAX_POINT {
            tally.refused(Refused::Service, 1);
            return Ok(());
        }
        point.read(shape, item.point)?;
        if point.is_void {
            return Ok(());
        }
        if point.raw.len() > MAX_RAW {
            tally.refused(Refused::Service, 1);
            return Ok(());
        }
        let raw = std::mem::take(&mut point.raw);
        let times = check::times(point.start, point.time, at);
        let checked = times.and_then(|times| Ok((times, check::fresh(shape, kind, point)?)));
        let done = match checked {
            Ok((times, fresh)) => self.count(place, &raw, attributes_of, (is_delta, fresh, times), None, tally),
            Err(fault) => {
                tally.fault(fault, 1);
                Ok(false)
            }
        };
        point.raw = raw;
        done.map(drop)
    }

    /// Takes one value from elsewhere than OTLP. Gives whether it was taken.
    pub fn put(&mut self, stream: &Stream<'_>, datum: &Datum<'_>, at: Timestamp) -> bool {
        let mut tally = Tally::default();
        let is_taken = self.put_counted(stream, datum, at, &mut tally);
        self.tally.add(&tally);
        is_taken
    }

    fn put_counted(&mut self, stream: &Stream<'_>, datum: &Datum<'_>, at: Timestamp, tally: &mut Tally) -> bool {
        let place = match &self.newest {
            Some((sender, service, instance)) if sender == stream.sender => Some((*service, *instance)),
            _ => self.place_of(stream.sender, at),
        };
        let Some((service, instance)) = place else {
            tally.over_services(1);
            return false;
        };
        self.newest = match self.newest.take() {
            Some(newest) if newest.0 == *stream.sender => Some(newest),
            _ => Some((stream.sender.clone(), service, instance)),
        };
        self.heard(service, instance, at);
        let mut quantiles = Vec::new();
        let (kind, is_delta, start, fresh) = match *datum {
            Datum::Gauge(value) => (Kind::Gauge, false, None, check::number(Kind::Gauge, value)),
            Datum::Sum { value, is_monotonic, is_delta, start } => {
                let kind = if is_monotonic { Kind::Counter } else { Kind::UpDown };
                (kind, is_delta, start, check::number(kind, value))
            }
            Datum::Histogram { bounds, counts, sum, count, is_delta, start } => {
                (Kind::Histogram, is_delta, start, check::explicit_value(bounds, counts, count, sum))
            }
            Datum::Summary { quantiles: given, sum, count, start } => {
                quantiles.extend_from_slice(&given[..given.len().min(16)]);
                (Kind::Summary, false, start, check::summary(&mut quantiles, count, sum))
            }
        };
        let start = start.map_or(0, |start| u64::try_from(start.as_millis()).unwrap_or(0).saturating_mul(1_000_000));
        let checked = check::times(start, 0, at).and_then(|times| Ok((times, fresh?)));
        let (times, fresh) = match checked {
            Ok(checked) => checked,
            Err(fault) => {
                tally.fault(fault, 1);
                return false;
            }
        };
        let source = match self.source(service, instance, cut(stream.metric, MAX_NAME), stream.unit, kind, at) {
            Ok(Some(source)) => source,
            Ok(None) => return false,
            Err(refused) => {
                tally.refused(refused, 1);
                return false;
            }
        };
        let mut raw = std::mem::take(&mut self.point.raw);
        raw.clear();
        for text in stream.attributes.iter().flat_map(|(name, value)| [*name, *value]) {
            raw.extend_from_slice(&(text.len() as u32).to_le_bytes());
            raw.extend_from_slice(text.as_bytes());
        }
        let interval = stream.interval.map(|span| u32::try_from(span.as_millis()).unwrap_or(u32::MAX));
        let place = Place { service, instance, source, scope: 0 };
        let is_taken = raw.len() <= MAX_RAW
            && self.count(place, &raw, pairs_of, (is_delta, fresh, times), interval, tally).unwrap_or(false);
        if raw.len() > MAX_RAW {
            tally.refused(Refused::Service, 1);
        }
        self.point.raw = raw;
        is_taken
    }
}
