//! The book of all services: who sends, how much each may hold, and what becomes of a message.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use super::check;
use super::delta::Delta;
use super::names::Attribute;
use super::raw::{attributes_of, pairs_of};
use super::service::{Refused, Room, Service};
use super::stream::{Fresh, Kind, Times};
use super::tally::Tally;
use super::units::Annotations;
use super::view::{Metric, Point, message, messages};
use super::{Datum, ServiceMetrics, Stream};
use crate::model::Timestamp;
use crate::model::service::{Bounds, IntakeFigures};
use crate::telemetry::otlp::common::{Sender, cut};
use crate::telemetry::otlp::protobuf::Broken;
use crate::telemetry::otlp::{Malformed, Taken};
use crate::telemetry::record::{Record, Tick};

/// Services at most.
pub const MAX_SERVICES: usize = 200;
/// A stream that was not heard of for so long is let go, milliseconds.
const SILENCE: i64 = 900_000;
/// Series without streams of one service that are remembered at most, so that they go on where they were.
const MAX_SILENT: usize = 2_000;
/// How often silent ones are looked for, milliseconds.
const SWEEP: i64 = 60_000;
/// Longest name of a metric (OpenTelemetry, "Instrument name"), bytes.
const MAX_NAME: usize = 255;
/// Attributes of one value at most, bytes.
const MAX_RAW: usize = 16_384;
/// Refused series that are told apart at most.
const MAX_REFUSED: usize = 65_536;
/// Resources known by sight.
const MAX_KNOWN: usize = 4_096;
/// Longest resource that is known by sight, bytes.
const MAX_RESOURCE: usize = 4_096;

/// All streams of all services.
#[derive(Debug)]
pub struct MetricBook {
    bounds: Bounds,
    host: String,
    pub(super) services: Vec<Option<Box<Service>>>,
    by_name: BTreeMap<Arc<str>, u32>,
    /// Resources as they were sent, with service and instance.
    known: HashMap<u64, (Box<[u8]>, u32, u32)>,
    /// The sender of the newest value from elsewhere.
    newest: Option<(Sender, u32, u32)>,
    hasher: RandomState,
    names: Annotations,
    /// Values recorded at each turn, of all services.
    n_values: u32,
    tally: Tally,
    refused: HashSet<u64>,
    refused_services: HashSet<u64>,
    generation: Option<u32>,
    swept_at: i64,
    point: Point,
    delta: Delta,
}

/// Where a value belongs.
#[derive(Clone, Copy)]
struct Place {
    service: u32,
    instance: u32,
    source: u32,
    scope: u64,
}

impl MetricBook {
    /// An empty book.
    pub fn new(bounds: Bounds) -> Self {
        Self {
            bounds: bounds.clamped(),
            host: String::new(),
            services: Vec::new(),
            by_name: BTreeMap::new(),
            known: HashMap::new(),
            newest: None,
            hasher: RandomState::new(),
            names: Annotations::default(),
            n_values: 0,
            tally: Tally::default(),
            refused: HashSet::new(),
            refused_services: HashSet::new(),
            generation: None,
            swept_at: i64::MIN,
            point: Point::default(),
            delta: Delta::default(),
        }
    }

    /// Keeps to other bounds from now on; what is over them already stays until it falls silent.
    pub fn set_bounds(&mut self, bounds: Bounds) {
        self.bounds = bounds.clamped();
    }

    /// This machine's name: only instances that name it, or none, are thought to have their process here.
    pub fn set_host(&mut self, host: &str) {
        host.clone_into(&mut self.host);
    }

    /// Takes an `ExportMetricsServiceRequest` that arrived at this time.
    ///
    /// # Errors
    /// [`Malformed`]. What stood before the fault is taken.
    pub fn take(&mut self, body: &[u8], at: Timestamp) -> Result<Taken, Malformed> {
        let mut tally = Tally::default();
        let read = self.read(body, at, &mut tally);
        self.tally.add(&tally);
        match read {
            Ok(()) => Ok(tally.taken(&self.bounds)),
            Err(why) => Err(Malformed { what: "metrics", why }),
        }
    }

    fn read(&mut self, body: &[u8], at: Timestamp, tally: &mut Tally) -> Result<(), Broken> {
        for of_resource in messages(body, 1) {
            let of_resource = of_resource?;
            let place = self.sender_of(message(of_resource, 1)?, at)?;
            for of_scope in messages(of_resource, 2) {
                let of_scope = of_scope?;
                let scope = self.hasher.hash_one(message(of_scope, 1)?);
                for metric in messages(of_scope, 2) {
                    let metric = Metric::read(metric?)?;
                    match place {
                        Some((service, instance)) => {
                            self.read_metric(&metric, (service, instance, scope), at, tally)?
                        }
                        None => tally.over_services(metric.points().count() as u64),
                    }
                }
            }
        }
        Ok(())
    }

    fn read_metric(
        &mut self,
        metric: &Metric<'_>,
        (service, instance, scope): (u32, u32, u64),
        at: Timestamp,
        tally: &mut Tally,
    ) -> Result<(), Broken> {
        let n = || metric.points().count() as u64;
        let (kind, is_delta) = match check::kind(metric) {
            Ok(kind) => kind,
            Err(fault) => {
                tally.fault(fault, n());
                return Ok(());
            }
        };
        let source = match self.source(service, instance, cut(metric.name, MAX_NAME), metric.unit, kind, at) {
            Ok(Some(source)) => source,
            Ok(None) => return Ok(()),
            Err(refused) => {
                tally.refused(refused, n());
                return Ok(());
            }
        };
        let place = Place { service, instance, source, scope };
        let mut point = std::mem::take(&mut self.point);
        let mut read = || {
            for of_point in metric.points() {
                point.read(metric.shape, of_point?)?;
                if point.is_void {
                    continue;
                }
                if point.raw.len() > MAX_RAW {
                    tally.refused(Refused::Service, 1);
                    continue;
                }
                let raw = std::mem::take(&mut point.raw);
                let times = check::times(point.start, point.time, at);
                let checked = times.and_then(|times| Ok((times, check::fresh(metric.shape, kind, &mut point)?)));
                let done = match checked {
                    Ok((times, fresh)) => self.count(place, &raw, attributes_of, (is_delta, fresh, times), None, tally),
                    Err(fault) => {
                        tally.fault(fault, 1);
                        Ok(false)
                    }
                };
                point.raw = raw;
                done?;
            }
            Ok(())
        };
        let done = read();
        self.point = point;
        done
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

    /// Takes a value whose numbers are sound. Gives whether it was taken.
    fn count<'r>(
        &mut self,
        place: Place,
        raw: &'r [u8],
        read: impl Fn(&'r [u8]) -> Result<Vec<Attribute<'r>>, Broken>,
        (is_delta, fresh, times): (bool, Fresh<'_>, Times),
        interval: Option<u32>,
        tally: &mut Tally,
    ) -> Result<bool, Broken> {
        let Place { service: number, instance, source, scope } = place;
        loop {
            let room = self.room();
            let Some(service) = self.services.get_mut(number as usize).and_then(Option::as_mut) else {
                return Ok(false);
            };
            let before = service.n_values;
            let value = (is_delta, fresh, times);
            let done = service.take((instance, source, scope), raw, &read, value, interval, room, &mut self.delta)?;
            self.n_values = self.n_values + service.n_values - before;
            match done {
                Ok(step) => return Ok(tally.step(step)),
                Err(Refused::All) if self.make_room(number) => {}
                Err(refused) => {
                    tally.refused(refused, 1);
                    if refused != Refused::Kind && self.refused.len() < MAX_REFUSED {
                        self.refused.insert(self.hasher.hash_one((number, source, raw)));
                    }
                    return Ok(false);
                }
            }
        }
    }

    fn room(&self) -> Room {
        let left = self.bounds.series.saturating_sub(self.n_values);
        Room { of_service: self.bounds.series_per_service, left }
    }

    /// Lets the service with most give way to one with less, so that none starves another.
    fn make_room(&mut self, number: u32) -> bool {
        let held = |service: &Option<Box<Service>>| service.as_ref().map_or(0, |service| service.n_values);
        let own = self.services.get(number as usize).map_or(0, held);
        let Some(richest) = self.services.iter_mut().max_by_key(|service| held(service)) else { return false };
        if held(richest) <= own.saturating_add(16) {
            return false;
        }
        let before = held(richest);
        let gave = richest.as_mut().is_some_and(|service| service.give_way());
        self.n_values -= before - held(richest);
        gave && held(richest) < before
    }

    fn source(
        &mut self,
        service: u32,
        instance: u32,
        name: &str,
        unit: &str,
        kind: Kind,
        at: Timestamp,
    ) -> Result<Option<u32>, Refused> {
        let own = self.services.get_mut(service as usize).and_then(Option::as_mut).ok_or(Refused::Service)?;
        let source = own.source(&mut self.names, name, unit, kind, at.as_millis())?;
        Ok(own.begins(instance, source).then_some(source))
    }

    /// The service and the instance of a resource; `None` where there is no place for it.
    fn sender_of(&mut self, resource: &[u8], at: Timestamp) -> Result<Option<(u32, u32)>, Broken> {
        let hash = self.hasher.hash_one(resource);
        if let Some((own, service, instance)) = self.known.get(&hash)
            && **own == *resource
        {
            let place = (*service, *instance);
            self.heard(place.0, place.1, at);
            return Ok(Some(place));
        }
        let place = self.place_of(&Sender::read(resource)?, at);
        if let Some((service, instance)) = place {
            if self.known.len() >= MAX_KNOWN {
                self.known.clear();
            }
            // A great one is read each time: what is kept of it is bounded.
            if resource.len() <= MAX_RESOURCE {
                self.known.insert(hash, (resource.into(), service, instance));
            }
        }
        Ok(place)
    }

    fn place_of(&mut self, sender: &Sender, at: Timestamp) -> Option<(u32, u32)> {
        let number = match self.by_name.get(&*sender.service) {
            Some(number) => *number,
            None => self.new_service(&sender.service, at)?,
        };
        let service = self.services.get_mut(number as usize)?.as_mut()?;
        let is_full = service.instances.len() >= super::service::MAX_SENDERS;
        let instance = service.instance(sender, at.as_millis())?;
        if is_full {
            // Its place may have been that of one that others still take for known.
            self.known.clear();
            self.newest = None;
        }
        self.heard(number, instance, at);
        Some((number, instance))
    }

    fn new_service(&mut self, name: &str, at: Timestamp) -> Option<u32> {
        if self.by_name.len() >= MAX_SERVICES {
            let silent = self.services.iter().flatten().min_by_key(|service| service.last_at);
            let gone = silent.filter(|service| at.since(service.last_at).as_millis() > SILENCE as u128);
            let Some(gone) = gone.map(|service| Arc::clone(&service.name)) else {
                if self.refused_services.len() < MAX_REFUSED {
                    self.refused_services.insert(self.hasher.hash_one(name));
                }
                return None;
            };
            self.forget(&gone);
        }
        let service = Box::new(Service::new(name, at));
        let key = service.name.clone();
        let i = match self.services.iter().position(Option::is_none) {
            Some(i) => {
                self.services[i] = Some(service);
                i
            }
            None => {
                self.services.push(Some(service));
                self.services.len() - 1
            }
        };
        let number = u32::try_from(i).ok()?;
        self.by_name.insert(key, number);
        Some(number)
    }

    fn heard(&mut self, service: u32, instance: u32, at: Timestamp) {
        if let Some(service) = self.services.get_mut(service as usize).and_then(Option::as_mut) {
            service.last_at = service.last_at.max(at);
            if let Some(instance) = service.instances.get_mut(instance as usize) {
                instance.at = at.as_millis();
            }
        }
    }

    /// Records what came in since the tick before.
    pub fn record(&mut self, tick: Tick, out: &mut dyn Record) {
        if self.generation != Some(tick.generation) {
            self.generation = Some(tick.generation);
            for service in self.services.iter_mut().flatten() {
                service.define_anew();
            }
        }
        let now = tick.at.as_millis();
        if now.saturating_sub(self.swept_at) >= SWEEP || now < self.swept_at {
            self.swept_at = now;
            for service in self.services.iter_mut().flatten() {
                service.let_go(now.saturating_sub(SILENCE));
                service.forget_silent(MAX_SILENT);
            }
            self.n_values = self.services.iter().flatten().map(|service| service.n_values).sum();
        }
        for service in self.services.iter_mut().flatten() {
            service.record(now, out);
        }
    }

    /// What each service does, by name.
    pub fn figures(&mut self, at: Timestamp) -> Vec<ServiceMetrics> {
        let now = at.as_millis();
        let mut told = Vec::with_capacity(self.by_name.len());
        for number in self.by_name.values() {
            if let Some(service) = self.services.get_mut(*number as usize).and_then(Option::as_mut) {
                told.push(ServiceMetrics {
                    name: service.name.clone(),
                    identity: service.identity(now, &self.host),
                    first_at: service.first_at,
                    last_at: service.last_at,
                    figures: service.figures(now),
                });
            }
        }
        told
    }

    /// Whether metrics tell now how long this service's requests take.
    pub fn reports_requests(&self, service: &str, at: Timestamp) -> bool {
        let number = self.by_name.get(service).copied();
        let service = number.and_then(|number| self.services.get(number as usize)?.as_ref());
        service.is_some_and(|service| service.reports_requests(at.as_millis()))
    }

    /// Adds what was taken and lost.
    pub fn add_losses(&self, figures: &mut IntakeFigures) {
        self.tally.add_to(figures);
        figures.n_over_series += self.refused.len() as u64;
        figures.n_over_services += self.refused_services.len() as u64;
        figures.n_series += self.n_values;
    }

    /// Forgets a service until it reports anew.
    pub fn forget(&mut self, service: &str) {
        if let Some(number) = self.by_name.remove(service)
            && let Some(gone) = self.services.get_mut(number as usize).and_then(Option::take)
        {
            self.n_values -= gone.n_values;
            self.known.clear();
            self.newest = None;
        }
    }
}
