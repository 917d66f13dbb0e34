//! How a message is taken: value by value, each judged and counted where it belongs.

use std::hash::BuildHasher as _;

use super::book::{MetricBook, Place};
use super::check;
use super::raw::attributes_of;
use super::reading::{Item, Reading};
use super::service::Refused;
use super::stream::Kind;
use super::tally::Tally;
use super::view::Point;
use crate::model::Timestamp;
use crate::telemetry::otlp::common::cut;
use crate::telemetry::otlp::protobuf::Broken;
use crate::telemetry::otlp::{Malformed, Taken};

/// Longest name of a metric (OpenTelemetry, "Instrument name"), bytes.
pub(super) const MAX_NAME: usize = 255;
/// Attributes of one value at most, bytes.
pub(super) const MAX_RAW: usize = 16_384;
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
}
