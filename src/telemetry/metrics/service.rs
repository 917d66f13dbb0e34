//! One service: its metrics, its streams, and the series they make. What it may hold is told from outside.

use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::sync::Arc;

use super::delta::Delta;
use super::names::{self, Attribute, Known};
use super::series::{Group, Metric, Series};
use super::stream::{Fresh, Kind, NONE, Step, Stream, Times};
use super::units::{Annotations, Kept};
use crate::model::Timestamp;
use crate::model::service::StreamFigures;
use crate::telemetry::otlp::common::Sender;
use crate::telemetry::size;

/// Orders of the same attributes that are known by sight; others are sorted each time.
const MAX_ORDERS: usize = 4;
/// Names of metrics of one service at most.
const MAX_SOURCES: usize = 4_000;
/// Senders of one service at most.
pub const MAX_SENDERS: usize = 2_000;
/// What senders report of metrics: so many pairs of both are remembered at most.
const MAX_REPORTS: usize = 60_000;
/// Sets of bounds of one metric that are kept once.
const MAX_BOUNDS: usize = 16;
/// Bytes that one of these pairs takes.
const REPORT_BYTES: usize = size::place::<((u32, u32), Report)>();
/// An instance that was silent for so long gives its place to a new one where there is no other, milliseconds.
const SILENCE: i64 = 900_000;

/// Why a value was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The service has as many series as it may.
    Service,
    /// All services together have.
    All,
    /// All services together take as much memory as they may.
    Memory,
    /// The same name stands for another kind of metric.
    Kind,
}

/// How many values may be recorded at each turn.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// Values of this service at most.
    pub of_service: u32,
    /// Values that are left for all.
    pub left: u32,
    /// Whether there must be room for all that is made of a series too: its route, and its metric as a whole.
    pub needs_all: bool,
    /// Whether there is memory for anything new.
    pub has_memory: bool,
}

/// A metric as one sender calls it.
#[derive(Debug)]
pub struct Source {
    name: Box<str>,
    unit: Box<str>,
    /// What kind the sender says it is of.
    pub kind: Kind,
    /// The metric.
    pub metric: u32,
    /// What its values are multiplied by.
    pub scale: f64,
    /// Whether it is an old name of the metric.
    pub is_old: bool,
    /// An attribute that the name stands for.
    pub adds: Option<(&'static str, &'static str)>,
}

/// One instance that reports.
#[derive(Debug)]
pub struct Instance {
    /// What it says of itself.
    pub sender: Sender,
    /// When it was last heard of, milliseconds.
    pub at: i64,
}

/// What one instance reported of one metric.
#[derive(Debug, Default, Clone, Copy)]
pub struct Report {
    /// The two newest times at which it was read, nanoseconds.
    times: [u64; 2],
    /// Whether it came under today's name.
    is_todays: bool,
    /// Whether it came under an old one.
    is_old: bool,
    /// Whether streams of it were refused or let go: then a new one may not be new.
    pub is_partial: bool,
    /// Whether several write to the same streams, told apart by their start.
    by_start: bool,
}

/// A value, whether it counts since the one before, and its times.
pub type Told<'a> = (bool, Fresh<'a>, Times);

/// One service.
#[derive(Debug)]
pub struct Service {
    /// Its name.
    pub name: Arc<str>,
    /// When it was first heard of.
    pub first_at: Timestamp,
    /// When it was last heard of.
    pub last_at: Timestamp,
    /// Its instances.
    pub instances: Vec<Instance>,
    /// Metrics as senders call them.
    pub sources: Vec<Source>,
    by_source: HashMap<u64, u32>,
    /// Its metrics.
    pub metrics: Vec<Metric>,
    by_metric: HashMap<Box<str>, u32>,
    /// Its streams.
    pub streams: Vec<Option<Stream>>,
    pub(super) free_streams: Vec<u32>,
    pub(super) n_streams: u32,
    pub(super) by_raw: HashMap<u64, u32>,
    pub(super) by_key: HashMap<Arc<[u8]>, u32>,
    /// Its series.
    pub series: Vec<Option<Series>>,
    pub(super) free_series: Vec<u32>,
    pub(super) by_attributes: HashMap<(u32, Vec<(String, String)>), u32>,
    /// Its merged series.
    pub groups: Vec<Group>,
    pub(super) free_groups: Vec<u32>,
    pub(super) by_row: HashMap<(u32, Option<(String, String)>), u32>,
    pub(super) reports: HashMap<(u32, u32), Report>,
    /// Values recorded of it at each turn.
    pub n_values: u32,
    /// Bytes it takes.
    pub bytes: usize,
    /// Series that something came for.
    pub waiting: Vec<u32>,
    /// Merged ones that something came for.
    pub waiting_groups: Vec<u32>,
    /// What was told of it last, and when.
    pub told: Option<(i64, Arc<StreamFigures>)>,
    pub(super) hasher: std::hash::RandomState,
    pub(super) key: Vec<u8>,
}

impl Service {
    /// A service that is heard of for the first time.
    pub fn new(name: &str, at: Timestamp) -> Self {
        Self {
            name: name.into(),
            first_at: at,
            last_at: at,
            instances: Vec::new(),
            sources: Vec::new(),
            by_source: HashMap::new(),
            metrics: Vec::new(),
            by_metric: HashMap::new(),
            streams: Vec::new(),
            free_streams: Vec::new(),
            n_streams: 0,
            by_raw: HashMap::new(),
            by_key: HashMap::new(),
            series: Vec::new(),
            free_series: Vec::new(),
            by_attributes: HashMap::new(),
            groups: Vec::new(),
            free_groups: Vec::new(),
            by_row: HashMap::new(),
            reports: HashMap::new(),
            n_values: 0,
            bytes: size_of::<Self>() + size::block(name.len()),
            waiting: Vec::new(),
            waiting_groups: Vec::new(),
            told: None,
            hasher: std::hash::RandomState::new(),
            key: Vec::new(),
        }
    }

    /// The number of an instance; `None` where there are too many, or there is no memory for it.
    pub fn instance(&mut self, sender: &Sender, at: i64, has_memory: bool) -> Option<u32> {
        let i = match self.instances.iter().rposition(|instance| instance.sender == *sender) {
            Some(i) => i,
            None if self.instances.len() < MAX_SENDERS => {
                if !has_memory {
                    return None;
                }
                self.bytes += bytes_of(sender);
                self.instances.push(Instance { sender: sender.clone(), at });
                self.instances.len() - 1
            }
            None => {
                let silent = self.instances.iter().enumerate().min_by_key(|(_, instance)| instance.at);
                let (i, _) = silent.filter(|(_, own)| at.saturating_sub(own.at) > SILENCE)?;
                self.bytes += bytes_of(sender);
                self.bytes -= bytes_of(&self.instances[i].sender);
                self.instances[i] = Instance { sender: sender.clone(), at };
                let before = self.reports.len();
                self.reports.retain(|(sender, _), _| *sender as usize != i);
                self.bytes -= (before - self.reports.len()) * REPORT_BYTES;
                for old in self.numbers_of(|_, stream| stream.sender as usize == i) {
                    self.drop_stream(old);
                }
                i
            }
        };
        u32::try_from(i).ok()
    }

    /// The number of a metric as a sender calls it.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn source(
        &mut self,
        names: &mut Annotations,
        (name, unit, kind): (&str, &str, Kind),
        at: i64,
        has_memory: bool,
    ) -> Result<u32, Refused> {
        let mut hash = self.hasher.hash_one((name, unit, kind));
        while let Some(i) = self.by_source.get(&hash) {
            if self.is_called(*i, name, unit, kind) {
                let (i, metric) = (*i, self.sources[*i as usize].metric);
                self.hold_kind(metric, kind, at)?;
                return Ok(i);
            }
            hash = hash.wrapping_add(1);
        }
        if self.sources.len() >= MAX_SOURCES {
            return Err(Refused::Service);
        }
        if !has_memory {
            return Err(Refused::Memory);
        }
        let Known { name: today, role, unit: fixed, is_old, adds } = names::known(name);
        let Kept { unit: kept, scale } = names.kept(if unit.is_empty() { fixed } else { unit }, name);
        let metric = match self.by_metric.get(today) {
            Some(metric) => {
                let metric = *metric;
                self.hold_kind(metric, kind, at)?;
                metric
            }
            None => {
                let new = Metric { name: today.into(), role, kind, unit: kept, bounds: Vec::new(), at, n_series: 0 };
                self.metrics.push(new);
                self.bytes += size::place::<Metric>() + size::place::<(Box<str>, u32)>() + 2 * size::block(today.len());
                let metric = u32::try_from(self.metrics.len() - 1).unwrap_or(NONE);
                self.by_metric.insert(today.into(), metric);
                metric
            }
        };
        let i = u32::try_from(self.sources.len()).unwrap_or(NONE);
        self.sources.push(Source { name: name.into(), unit: unit.into(), kind, metric, scale, is_old, adds });
        self.by_source.insert(hash, i);
        let texts = size::block(name.len()) + size::block(unit.len());
        self.bytes += size::place::<Source>() + size::place::<(u64, u32)>() + texts;
        Ok(i)
    }

    /// Whether a metric of this number is what a sender calls so.
    pub fn is_called(&self, source: u32, name: &str, unit: &str, kind: Kind) -> bool {
        let source = self.sources.get(source as usize);
        source.is_some_and(|own| own.kind == kind && *own.name == *name && *own.unit == *unit)
    }

    /// Holds a metric to its kind, which gives way to another once nothing came of it for two minutes.
    fn hold_kind(&mut self, metric: u32, kind: Kind, at: i64) -> Result<(), Refused> {
        let own = &mut self.metrics[metric as usize];
        if own.kind != kind {
            if at.saturating_sub(own.at) < 120_000 {
                return Err(Refused::Kind);
            }
            own.kind = kind;
            self.drop_metric(metric);
        }
        self.metrics[metric as usize].at = at;
        Ok(())
    }

    /// Whether a metric is to be taken from this instance: one that reports the same under today's name is not counted
    /// twice.
    pub fn begins(&mut self, sender: u32, source: u32, has_memory: bool) -> bool {
        let Source { metric, is_old, adds, .. } = self.sources[source as usize];
        if adds.is_some() {
            return true;
        }
        if (self.reports.len() >= MAX_REPORTS || !has_memory) && !self.reports.contains_key(&(sender, metric)) {
            return false;
        }
        let report = self.report(sender, metric);
        if is_old {
            report.is_old = true;
            return !report.is_todays;
        }
        let had_old = !std::mem::replace(&mut report.is_todays, true) && report.is_old;
        if had_old {
            let old = self.numbers_of(|service, stream| {
                let own = &service.sources[stream.source as usize];
                stream.sender == sender && own.metric == metric && own.is_old
            });
            for i in old {
                self.drop_stream(i);
            }
        }
        true
    }

    /// What an instance reported of a metric, to be changed.
    pub(super) fn report(&mut self, sender: u32, metric: u32) -> &mut Report {
        let bytes = &mut self.bytes;
        self.reports.entry((sender, metric)).or_insert_with(|| {
            *bytes += REPORT_BYTES;
            Report::default()
        })
    }

    /// Takes a value. `raw` is what tells it from others, as it was sent; `read` gives its attributes, and is asked only
    /// where `raw` is new.
    ///
    /// # Errors
    /// That of the reader, where attributes cannot be read.
    #[allow(clippy::too_many_arguments)]
    pub fn take<'r, E>(
        &mut self,
        (sender, source, scope): (u32, u32, u64),
        raw: &'r [u8],
        read: impl Fn(&'r [u8]) -> Result<Vec<Attribute<'r>>, E>,
        (is_delta, fresh, times): Told<'_>,
        interval: Option<u32>,
        room: Room,
        delta: &mut Delta,
    ) -> Result<Result<Step, Refused>, E> {
        let own = &self.sources[source as usize];
        let (metric, kind, scale) = (own.metric, own.kind, own.scale);
        let mut report = self.reports.get(&(sender, metric)).copied().unwrap_or_default();
        let mut by_start = if report.by_start { times.start } else { 0 };
        loop {
            let who = (sender, source, scope, by_start);
            let hash = self.hasher.hash_one((who, raw));
            let i = match self.known(hash, who, raw) {
                Some(i) => i,
                None => match self.open(who, &read(raw)?, interval, times.at, room) {
                    Ok(i) => self.learn_order(i, hash, raw),
                    Err(refused) => {
                        report.is_partial = true;
                        *self.report(sender, metric) = report;
                        return Ok(Err(refused));
                    }
                },
            };
            let prior = match report.times {
                _ if report.is_partial => 0,
                [newest, before] if newest == times.time => before,
                [newest, _] => newest,
            };
            let Some(stream) = self.streams[i as usize].as_mut() else { return Ok(Err(Refused::Service)) };
            let before = stream.bytes();
            let step = stream.take(kind, is_delta, fresh, times, Some(prior).filter(|prior| *prior > 0), delta);
            self.bytes = (self.bytes + stream.bytes()).saturating_sub(before);
            if step == Step::OtherWriter && !report.by_start {
                report.by_start = true;
                *self.report(sender, metric) = report;
                by_start = times.start;
                continue;
            }
            if times.time > report.times[0] {
                report.times = [times.time, report.times[0]];
                *self.report(sender, metric) = report;
            }
            if step == Step::Taken {
                self.added(i, scale, fresh, times.at, delta);
            }
            return Ok(Ok(step));
        }
    }

    /// The stream that was sent in this very form before.
    fn known(&self, hash: u64, who: (u32, u32, u64, u64), raw: &[u8]) -> Option<u32> {
        let i = *self.by_raw.get(&hash)?;
        let stream = self.streams.get(i as usize)?.as_ref()?;
        let own = (stream.sender, stream.source, stream.scope, stream.by_start);
        (own == who && stream.raws.iter().any(|own| **own == *raw)).then_some(i)
    }

    fn learn_order(&mut self, i: u32, hash: u64, raw: &[u8]) -> u32 {
        if let Some(stream) = self.streams[i as usize].as_mut()
            && stream.raws.len() < MAX_ORDERS
        {
            let before = stream.bytes();
            stream.raws.push(raw.into());
            self.bytes += stream.bytes() - before;
            self.by_raw.insert(hash, i);
        }
        i
    }

    /// What a stream added goes into its series and what is merged of it.
    fn added(&mut self, i: u32, scale: f64, fresh: Fresh<'_>, at: i64, delta: &Delta) {
        let Some(stream) = self.streams[i as usize].as_mut() else { return };
        let Some(series) = self.series[stream.series as usize].as_mut() else { return };
        let metric = &mut self.metrics[series.metric as usize];
        if let (None, Fresh::Explicit { bounds, .. }) = (&stream.bounds, fresh) {
            let scaled: Arc<[f64]> = bounds.iter().map(|bound| bound * scale).collect();
            let shared = metric.bounds.iter().find(|known| **known == scaled).cloned();
            stream.has_own_bounds = shared.is_none() && metric.bounds.len() >= MAX_BOUNDS;
            if shared.is_none() {
                self.bytes += size::room::<f64>(scaled.len());
                if !stream.has_own_bounds {
                    metric.bounds.push(scaled.clone());
                }
            }
            stream.bounds = Some(shared.unwrap_or(scaled));
        }
        if series.waits_since.is_none() {
            series.waits_since = Some(at);
            self.waiting.push(stream.series);
        }
        (series.interval, series.is_delta) = (stream.interval, stream.is_delta);
        if let Some(window) = &mut series.window {
            let sum = delta.sum.unwrap_or(0.0) * scale;
            let before = window.bytes();
            window.add(at, delta.span, stream.interval, (delta.amount * scale, sum, 0.0), |_| {});
            self.bytes = (self.bytes + window.bytes()).saturating_sub(before);
        }
        for group in series.groups.iter().filter(|group| **group != NONE) {
            let Some(merged) = self.groups.get_mut(*group as usize) else { continue };
            let before = merged.bytes();
            merged.add(stream, delta, scale, series.is_error, at);
            self.bytes = (self.bytes + merged.bytes()).saturating_sub(before);
            if merged.waits_since.is_none() {
                merged.waits_since = Some(at);
                self.waiting_groups.push(*group);
            }
        }
    }
}

/// Bytes that an instance takes.
fn bytes_of(sender: &Sender) -> usize {
    let Sender { service, namespace, version, instance, language, host, .. } = sender;
    let texts = [service, namespace, version, instance, language, host];
    size::place::<Instance>() + texts.iter().map(|text| size::block(text.len())).sum::<usize>()
}

#[cfg(test)]
impl Service {
    /// Bytes it takes, counted anew from all that is there.
    pub fn measured(&self) -> usize {
        let sources = self.sources.iter().map(|source| {
            size::place::<Source>()
                + size::place::<(u64, u32)>()
                + size::block(source.name.len())
                + size::block(source.unit.len())
        });
        let metrics = self.metrics.iter().map(|metric| {
            let bounds = metric.bounds.iter().map(|own| size::room::<f64>(own.len())).sum::<usize>();
            size::place::<Metric>() + size::place::<(Box<str>, u32)>() + 2 * size::block(metric.name.len()) + bounds
        });
        size_of::<Self>()
            + size::block(self.name.len())
            + self.instances.iter().map(|own| bytes_of(&own.sender)).sum::<usize>()
            + self.reports.len() * REPORT_BYTES
            + sources.sum::<usize>()
            + metrics.sum::<usize>()
            + self.streams.iter().flatten().map(Stream::bytes).sum::<usize>()
            + self.series.iter().flatten().map(Series::bytes).sum::<usize>()
            + self.groups.iter().filter(|group| group.metric != NONE).map(Group::bytes).sum::<usize>()
    }
}
