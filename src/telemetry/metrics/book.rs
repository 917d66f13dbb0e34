//! The book of all services: who sends, how much each may hold, and what becomes of a message.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use super::ServiceMetrics;
use super::delta::Delta;
use super::names::Attribute;
use super::putting::Newest;
use super::service::{Refused, Room, Service};
use super::stream::{Fresh, Kind, Times};
use super::tally::Tally;
use super::units::Annotations;
use super::view::Point;
use crate::model::Timestamp;
use crate::model::service::{Bounds, IntakeFigures};
use crate::telemetry::otlp::common::Sender;
use crate::telemetry::otlp::protobuf::Broken;
use crate::telemetry::record::{Record, Tick, is_set_back};
use crate::telemetry::size;

/// Services at most.
pub const MAX_SERVICES: usize = 200;
/// A stream that was not heard of for so long is let go, milliseconds.
const SILENCE: i64 = 900_000;
/// Series without streams of one service that are remembered at most, so that they go on where they were.
const MAX_SILENT: usize = 2_000;
/// How often silent ones are looked for, milliseconds.
const SWEEP: i64 = 60_000;
/// Refused series that are told apart at most.
const MAX_REFUSED: usize = 65_536;
/// Resources known by sight.
const MAX_KNOWN: usize = 4_096;
/// Longest resource that is known by sight, bytes.
const MAX_RESOURCE: usize = 4_096;
/// Bytes that a service may take more than another before it has to give way to it.
const LEAD_BYTES: usize = 64 << 10;

/// All streams of all services.
#[derive(Debug)]
pub struct MetricBook {
    pub(super) bounds: Bounds,
    host: String,
    pub(super) services: Vec<Option<Box<Service>>>,
    by_name: BTreeMap<Arc<str>, u32>,
    /// Resources as they were sent, with service and instance.
    known: HashMap<u64, (Box<[u8]>, u32, u32)>,
    known_bytes: usize,
    /// Where the newest value from elsewhere belonged.
    pub(super) newest: Option<Newest>,
    pub(super) hasher: RandomState,
    names: Annotations,
    /// Values recorded at each turn, of all services.
    n_values: u32,
    /// Bytes that all services take.
    bytes: usize,
    pub(super) tally: Tally,
    refused: HashSet<u64>,
    refused_services: HashSet<u64>,
    generation: Option<u32>,
    swept_at: i64,
    pub(super) point: Point,
    delta: Delta,
}

/// Where a value belongs.
#[derive(Clone, Copy)]
pub struct Place {
    /// The service.
    pub service: u32,
    /// The instance that sends it.
    pub instance: u32,
    /// The metric as it calls it.
    pub source: u32,
    /// Which instrumentation writes it.
    pub scope: u64,
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
            known_bytes: 0,
            newest: None,
            hasher: RandomState::new(),
            names: Annotations::default(),
            n_values: 0,
            bytes: 0,
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

    /// Takes a value whose numbers are sound. Gives whether it was taken.
    pub(super) fn count<'r>(
        &mut self,
        place: Place,
        raw: &'r [u8],
        read: impl Fn(&'r [u8]) -> Result<Vec<Attribute<'r>>, Broken>,
        (is_delta, fresh, times): (bool, Fresh<'_>, Times),
        interval: Option<u32>,
        tally: &mut Tally,
    ) -> Result<bool, Broken> {
        let Place { service: number, instance, source, scope } = place;
        // Its route and its metric as a whole shall be recorded too; where there is no room for them, it alone is.
        let mut needs_all = true;
        loop {
            let room = self.room(needs_all);
            let Some(service) = self.services.get_mut(number as usize).and_then(Option::as_mut) else {
                return Ok(false);
            };
            let before = (service.n_values, service.bytes);
            let value = (is_delta, fresh, times);
            let done = service.take((instance, source, scope), raw, &read, value, interval, room, &mut self.delta);
            let after = (service.n_values, service.bytes);
            self.weigh(before, after);
            match done? {
                Ok(step) => return Ok(tally.step(step)),
                Err(Refused::All) if self.make_room(number) => {}
                Err(Refused::All) if std::mem::take(&mut needs_all) => {}
                Err(Refused::Memory) if self.make_memory(Some(number)) => {}
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

    fn room(&self, needs_all: bool) -> Room {
        let left = self.bounds.series.saturating_sub(self.n_values);
        let has_memory = self.held_bytes() < self.most_bytes();
        Room { of_service: self.bounds.series_per_service, left, needs_all, has_memory }
    }

    /// A service held so much before and holds so much now.
    fn weigh(&mut self, before: (u32, usize), after: (u32, usize)) {
        self.n_values = (self.n_values + after.0).saturating_sub(before.0);
        self.bytes = (self.bytes + after.1).saturating_sub(before.1);
    }

    /// Does something with a service.
    fn with<R>(&mut self, number: usize, body: impl FnOnce(&mut Service) -> R) -> Option<R> {
        let service = self.services.get_mut(number)?.as_mut()?;
        let before = (service.n_values, service.bytes);
        let done = body(service);
        let after = (service.n_values, service.bytes);
        self.weigh(before, after);
        Some(done)
    }

    /// The service that holds most, other than this one by so much that it has to give way to it.
    fn richest(&self, number: Option<u32>, lead: usize, held: impl Fn(&Service) -> usize) -> Option<usize> {
        let own = number.and_then(|number| self.services.get(number as usize)?.as_ref()).map_or(0, |own| held(own));
        let all = self.services.iter().enumerate().filter_map(|(i, service)| Some((i, held(service.as_ref()?))));
        let (richest, most) = all.max_by_key(|(_, held)| *held)?;
        (most > own.saturating_add(lead)).then_some(richest)
    }

    /// Lets the service with most series give way to one with less, so that none starves another.
    fn make_room(&mut self, number: u32) -> bool {
        let before = self.n_values;
        let Some(richest) = self.richest(Some(number), 16, |service| service.n_values as usize) else { return false };
        self.with(richest, Service::give_way) == Some(true) && self.n_values < before
    }

    /// The same for memory: the service that takes most forgets what it does not need, and then its newest series.
    fn make_memory(&mut self, number: Option<u32>) -> bool {
        let before = self.bytes;
        let lead = if number.is_some() { LEAD_BYTES } else { 0 };
        let Some(richest) = self.richest(number, lead, |service| service.bytes) else { return false };
        // Some at once, since looking for it takes time.
        let enough = before.saturating_sub(LEAD_BYTES);
        self.with(richest, |service| service.forget_silent(0));
        while self.bytes > enough {
            let gave = self.with(richest, |service| {
                let gave = service.give_way();
                service.forget_silent(0);
                gave
            });
            if gave != Some(true) {
                break;
            }
        }
        self.bytes < before
    }

    fn held_bytes(&self) -> usize {
        self.bytes + self.known_bytes
    }

    fn most_bytes(&self) -> usize {
        usize::try_from(self.bounds.metric_bytes).unwrap_or(usize::MAX)
    }

    pub(super) fn source(
        &mut self,
        service: u32,
        instance: u32,
        name: &str,
        unit: &str,
        kind: Kind,
        at: Timestamp,
    ) -> Result<Option<u32>, Refused> {
        let has_memory = self.held_bytes() < self.most_bytes();
        let mut names = std::mem::take(&mut self.names);
        let found = self.with(service as usize, |own| {
            let source = own.source(&mut names, (name, unit, kind), at.as_millis(), has_memory)?;
            Ok(own.begins(instance, source, has_memory).then_some(source))
        });
        self.names = names;
        found.unwrap_or(Err(Refused::Service))
    }

    /// The service and the instance of a resource; `None` where there is no place for it.
    pub(super) fn sender_of(&mut self, resource: &[u8], at: Timestamp) -> Result<Option<(u32, u32)>, Broken> {
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
                self.forget_known();
            }
            // A great one is read each time: what is kept of it is bounded.
            if resource.len() <= MAX_RESOURCE && self.held_bytes() < self.most_bytes() {
                self.known_bytes += size::block(resource.len()) + size::place::<(u64, (Box<[u8]>, u32, u32))>();
                self.known.insert(hash, (resource.into(), service, instance));
            }
        }
        Ok(place)
    }

    pub(super) fn place_of(&mut self, sender: &Sender, at: Timestamp) -> Option<(u32, u32)> {
        let number = match self.by_name.get(&*sender.service) {
            Some(number) => *number,
            None => self.new_service(&sender.service, at)?,
        };
        let has_memory = self.held_bytes() < self.most_bytes();
        let (is_full, instance) = self.with(number as usize, |service| {
            let is_full = service.instances.len() >= super::service::MAX_SENDERS;
            (is_full, service.instance(sender, at.as_millis(), has_memory))
        })?;
        let instance = instance?;
        if is_full {
            // Its place may have been that of one that others still take for known.
            self.forget_known();
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
        self.weigh((0, 0), (0, service.bytes));
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

    pub(super) fn heard(&mut self, service: u32, instance: u32, at: Timestamp) {
        self.with(service as usize, |service| {
            if is_set_back(service.last_at, at) {
                service.set_back(at);
            }
            service.last_at = service.last_at.max(at);
            if let Some(instance) = service.instances.get_mut(instance as usize) {
                instance.at = at.as_millis();
            }
        });
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
            for i in 0..self.services.len() {
                self.with(i, |service| {
                    service.let_go(now.saturating_sub(SILENCE));
                    service.forget_silent(MAX_SILENT);
                });
                let room = self.room(false);
                self.with(i, |service| service.find_places(room));
            }
        }
        for i in 0..self.services.len() {
            self.with(i, |service| service.record(now, out));
        }
        // What is there already may have grown.
        while self.held_bytes() > self.most_bytes() && (self.make_memory(None) || self.known_bytes > 0) {
            self.forget_known();
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
        figures.metric_bytes += self.held_bytes() as u64;
    }

    /// Forgets a service until it reports anew.
    pub fn forget(&mut self, service: &str) {
        if let Some(number) = self.by_name.remove(service)
            && let Some(gone) = self.services.get_mut(number as usize).and_then(Option::take)
        {
            self.weigh((gone.n_values, gone.bytes), (0, 0));
            self.forget_known();
        }
    }

    /// Forgets who is known by sight: places may be others from now on.
    fn forget_known(&mut self) {
        self.known.clear();
        self.known_bytes = 0;
        self.newest = None;
    }
}
