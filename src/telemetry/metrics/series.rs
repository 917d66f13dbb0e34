//! A series: what its streams come to together; and a merged one: what a metric comes to as a whole or by route.

use super::delta::{Buckets, Delta};
use super::names::Set;
use super::stream::{NONE, Stream};
use super::window::Window;
use crate::model::Slot;
use crate::telemetry::size;

/// A metric of a service, under its name of today.
#[derive(Debug)]
pub struct Metric {
    /// Its name.
    pub name: Box<str>,
    /// What it tells.
    pub role: super::names::Role,
    /// What kind it is of.
    pub kind: super::stream::Kind,
    /// The unit of its values.
    pub unit: crate::model::Unit,
    /// Sets of bounds met, so that each is kept once.
    pub bounds: Vec<std::sync::Arc<[f64]>>,
    /// When a value of it came.
    pub at: i64,
    /// Its series that have streams.
    pub n_series: u32,
}

/// Series defined with the engine: how often, and with which time between values.
#[derive(Debug, Default)]
pub struct Shown {
    /// The engine's numbers, one for each value that is recorded.
    pub slots: Vec<Slot>,
    /// Time between values it was defined with, milliseconds.
    pub cadence: u32,
    /// How often it was defined.
    pub n_defined: u8,
}

/// Bytes of the slots of a series, or of one that is merged: at most eight.
const SLOTS_BYTES: usize = size::room::<Slot>(8);
/// Defined anew for another time between values at most so often.
const MAX_DEFINED: u8 = 5;

impl Shown {
    /// Whether it is to be defined, now that values come so far apart.
    pub fn is_due(&self, n: usize, interval: u32) -> bool {
        let is_other = self.cadence.abs_diff(interval) > self.cadence / 4;
        self.slots.len() != n || (is_other && self.n_defined < MAX_DEFINED)
    }
}

/// One series: what one or several instances report under the same attributes.
#[derive(Debug)]
pub struct Series {
    /// Its metric.
    pub metric: u32,
    /// What tells it from the metric's others.
    pub attributes: Set,
    /// Its first stream.
    pub first: u32,
    /// The merged ones it is part of: the whole, and its row.
    pub groups: [u32; 2],
    /// Whether it counts what failed.
    pub is_error: bool,
    /// Values recorded of it at each turn.
    pub n_values: u32,
    /// Whether something came since it was recorded, and since when.
    pub waits_since: Option<i64>,
    /// When it was recorded.
    pub recorded_at: i64,
    /// Time between its values, milliseconds.
    pub interval: u32,
    /// Whether what did not happen is not told.
    pub is_delta: bool,
    /// What it came to.
    pub value: f64,
    /// What was added to the sum each second.
    pub sum_value: f64,
    /// What was added lately, where a row is made of it.
    pub window: Option<Box<Window>>,
    /// As the engine has it.
    pub shown: Shown,
}

impl Series {
    /// The value of an attribute; empty where it has none.
    pub fn attribute(&self, name: &str) -> &str {
        attribute(&self.attributes, name)
    }

    /// Bytes it takes, its places in the tables of its service included. What tells it from others stands there twice.
    pub fn bytes(&self) -> usize {
        let texts = |(name, value): &(String, String)| size::block(name.len()) + size::block(value.len());
        let attributes = size::room::<(String, String)>(self.attributes.capacity());
        size::place::<Option<Self>>()
            + size::place::<((u32, Set), u32)>()
            + 2 * (attributes + self.attributes.iter().map(texts).sum::<usize>())
            + self.window.as_ref().map_or(0, |window| size::block(size_of::<Window>()) + window.bytes())
            + SLOTS_BYTES
    }

    /// Whether its newest value is too old to speak of now.
    pub fn is_stale(&self, now: i64) -> bool {
        let intervals = if self.is_delta { i64::from(self.interval) * 3 / 2 } else { i64::from(self.interval) * 5 / 2 };
        !self.value.is_finite() || now.saturating_sub(self.recorded_at) > intervals + 7_000
    }

    /// Its streams.
    pub fn members<'a>(&self, streams: &'a [Option<Stream>]) -> impl Iterator<Item = &'a Stream> + use<'a> {
        let mut next = self.first;
        std::iter::from_fn(move || {
            let stream = streams.get(usize::try_from(next).ok()?)?.as_ref()?;
            next = stream.next;
            Some(stream)
        })
    }

    /// Whether it can be recorded: every stream that still speaks has told its newest, or they were waited for.
    pub fn is_complete(&self, streams: &[Option<Stream>], now: i64) -> bool {
        is_waited_for(self.waits_since, self.interval, now)
            || self.members(streams).all(|stream| stream.is_new || stream.is_stale(now))
    }
}

/// Whether what came was held back long enough for what belongs to it.
fn is_waited_for(since: Option<i64>, interval: u32, now: i64) -> bool {
    let most = i64::from(interval / 2).min(5_000);
    since.is_some_and(|since| now.saturating_sub(since) >= most)
}

/// The value of an attribute; empty where there is none.
pub fn attribute<'a>(attributes: &'a Set, name: &str) -> &'a str {
    attributes.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
}

/// Series of a histogram taken together.
#[derive(Debug)]
pub struct Group {
    /// Its metric.
    pub metric: u32,
    /// What tells it from the metric as a whole, in two parts; `None` for the whole.
    pub row: Option<(String, String)>,
    /// Its series.
    pub members: Vec<u32>,
    /// How many of them have streams.
    pub n_live: u32,
    /// Values recorded of it at each turn; 0 where there is no room for it.
    pub n_values: u32,
    /// Whether something came since it was recorded, and since when.
    pub waits_since: Option<i64>,
    /// When it was recorded.
    pub recorded_at: i64,
    /// When something came.
    pub at: i64,
    /// Time between values, milliseconds.
    pub interval: u32,
    /// What came since it was recorded: how many, and how many of them failed.
    pub count: f64,
    /// See there.
    pub errors: f64,
    /// The buckets of what came since it was recorded.
    pub buckets: Buckets,
    /// What came lately.
    pub window: Window,
    /// As the engine has it.
    pub shown: Shown,
}

impl Group {
    /// An empty one.
    pub fn new(metric: u32, row: Option<(String, String)>) -> Self {
        Self {
            metric,
            row,
            members: Vec::new(),
            n_live: 0,
            n_values: 0,
            waits_since: None,
            recorded_at: 0,
            at: 0,
            interval: super::stream::DEFAULT_INTERVAL,
            count: 0.0,
            errors: 0.0,
            buckets: Buckets::default(),
            window: Window::default(),
            shown: Shown::default(),
        }
    }

    /// Bytes it takes, its places in the tables of its service and in what is told of it included.
    pub fn bytes(&self) -> usize {
        let row = self.row.as_ref().map_or(0, |(one, other)| size::block(one.len()) + size::block(other.len()));
        size::place::<Self>()
            + size::place::<((u32, Option<(String, String)>), u32)>()
            + 4 * row
            + size::room::<u32>(self.members.capacity())
            + SLOTS_BYTES
            + self.buckets.bytes()
            + self.window.bytes()
    }

    /// Adds what a stream of it added; sums and exponential buckets are in `factor` of the kept unit.
    pub fn add(&mut self, stream: &Stream, delta: &Delta, factor: f64, is_error: bool, now: i64) {
        let count = delta.count as f64;
        let errors = if is_error { count } else { 0.0 };
        let put = |buckets: &mut Buckets| {
            if let Some(exponential) = &delta.exponential {
                buckets.add_exponential(factor, exponential);
            } else if let Some(bounds) = &stream.bounds {
                buckets.add_explicit(bounds, &delta.counts);
            }
        };
        put(&mut self.buckets);
        self.interval = stream.interval;
        self.window.add(now, delta.span, self.interval, (count, delta.sum.unwrap_or(0.0) * factor, errors), put);
        self.count += count;
        self.errors += errors;
        self.at = now;
    }

    /// What came is recorded, and nothing came since; gives the bytes that are free by that.
    pub fn forget_counted(&mut self) -> usize {
        let before = self.buckets.bytes();
        (self.count, self.errors) = (0.0, 0.0);
        self.buckets.clear();
        before.saturating_sub(self.buckets.bytes())
    }

    /// Whether it can be recorded.
    pub fn is_complete(&self, series: &[Option<Series>], now: i64) -> bool {
        let mut members = self.members.iter().filter_map(|i| series.get(usize::try_from(*i).ok()?)?.as_ref());
        is_waited_for(self.waits_since, self.interval, now)
            || members.all(|series| series.is_stale(now) || series.recorded_at > self.recorded_at)
    }

    /// Whether nothing came for so long that it says nothing of now.
    pub fn is_stale(&self, now: i64) -> bool {
        let most = (i64::from(self.interval) * 5 / 2).max(super::window::WINDOW);
        self.at == 0 || now.saturating_sub(self.at) > most + 2_000
    }
}

/// The place of a new thing among others: the first that is free.
pub fn place<T>(all: &mut Vec<Option<T>>, free: &mut Vec<u32>, new: T) -> u32 {
    if let Some(slot) = free.pop()
        && let Some(place) = all.get_mut(slot as usize)
    {
        *place = Some(new);
        return slot;
    }
    all.push(Some(new));
    u32::try_from(all.len() - 1).unwrap_or(NONE)
}
