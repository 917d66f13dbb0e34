//! How a value from elsewhere than OTLP is taken: one at a time, by what it says of itself.

use super::book::{MetricBook, Place};
use super::check;
use super::raw::pairs_of;
use super::service::Refused;
use super::stream::{Fresh, Kind};
use super::taking::{MAX_NAME, MAX_RAW};
use super::tally::Tally;
use super::{Datum, Stream};
use crate::model::Timestamp;
use crate::telemetry::otlp::common::{Sender, cut};

/// Where the newest value from elsewhere belonged. The next is most often of the same sender, and of the same metric.
#[derive(Debug)]
pub struct Newest {
    sender: Sender,
    service: u32,
    instance: u32,
    /// The metric as its sender calls it, and when it was looked up.
    source: Option<(u32, Timestamp)>,
}

impl MetricBook {
    /// Takes one value from elsewhere than OTLP. Gives whether it was taken.
    pub fn put(&mut self, stream: &Stream<'_>, datum: &Datum<'_>, at: Timestamp) -> bool {
        let mut tally = Tally::default();
        let is_taken = self.put_counted(stream, datum, at, &mut tally);
        self.tally.add(&tally);
        is_taken
    }

    fn put_counted(&mut self, stream: &Stream<'_>, datum: &Datum<'_>, at: Timestamp, tally: &mut Tally) -> bool {
        let Some((service, instance)) = self.place_of_sender(stream.sender, at) else {
            tally.over_services(1);
            return false;
        };
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
        let source = match self.source_of(stream, (service, instance), kind, at) {
            Ok(Some(source)) => source,
            Ok(None) => return false,
            Err(refused) => {
                tally.refused(refused, 1);
                return false;
            }
        };
        let interval = stream.interval.map(|span| u32::try_from(span.as_millis()).unwrap_or(u32::MAX));
        let place = Place { service, instance, source, scope: 0 };
        self.put_told(place, stream.attributes, (is_delta, fresh, times), interval, tally)
    }

    fn put_told(
        &mut self,
        place: Place,
        attributes: &[(&str, &str)],
        value: (bool, Fresh<'_>, super::stream::Times),
        interval: Option<u32>,
        tally: &mut Tally,
    ) -> bool {
        let mut raw = std::mem::take(&mut self.point.raw);
        raw.clear();
        for text in attributes.iter().flat_map(|(name, value)| [*name, *value]) {
            raw.extend_from_slice(&(text.len() as u32).to_le_bytes());
            raw.extend_from_slice(text.as_bytes());
        }
        let is_taken =
            raw.len() <= MAX_RAW && self.count(place, &raw, pairs_of, value, interval, tally).unwrap_or(false);
        if raw.len() > MAX_RAW {
            tally.refused(Refused::Service, 1);
        }
        self.point.raw = raw;
        is_taken
    }

    /// The service and the instance of a sender; `None` where there is no place for it.
    fn place_of_sender(&mut self, sender: &Sender, at: Timestamp) -> Option<(u32, u32)> {
        if let Some(newest) = &self.newest
            && newest.sender == *sender
        {
            let place = (newest.service, newest.instance);
            if newest.source.is_none_or(|(_, since)| since != at) {
                self.heard(place.0, place.1, at);
            }
            return Some(place);
        }
        let (service, instance) = self.place_of(sender, at)?;
        self.newest = Some(Newest { sender: sender.clone(), service, instance, source: None });
        Some((service, instance))
    }

    /// The number of a stream's metric; `None` where it comes under another name as well.
    fn source_of(
        &mut self,
        stream: &Stream<'_>,
        (service, instance): (u32, u32),
        kind: Kind,
        at: Timestamp,
    ) -> Result<Option<u32>, Refused> {
        let name = cut(stream.metric, MAX_NAME);
        let looked_up = self.newest.as_ref().and_then(|newest| newest.source).filter(|(_, since)| *since == at);
        let own = self.services.get(service as usize).and_then(Option::as_ref);
        if let (Some((source, _)), Some(own)) = (looked_up, own)
            && own.is_called(source, name, stream.unit, kind)
        {
            return Ok(Some(source));
        }
        let source = self.source(service, instance, name, stream.unit, kind, at)?;
        if let Some(newest) = &mut self.newest {
            newest.source = source.map(|source| (source, at));
        }
        Ok(source)
    }
}
