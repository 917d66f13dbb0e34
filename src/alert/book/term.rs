//! One term of all instances of a rule: its series, its windows, its newest values.

use std::time::Duration;

use super::super::advance::{NEVER, longest, nanos};
use super::super::window::Windows;
use super::Tick;
use crate::model::SeriesInfo;
use crate::model::alert::{Reducer, Term};

/// No series.
const NONE: u32 = u32::MAX;

/// A series that feeds a term.
#[derive(Debug, Clone)]
struct Input {
    id: u32,
    /// Whether its values are rates already: they add up to counts over time.
    is_rate: bool,
    /// Monotonic time and value when it was read last.
    last: Option<(u64, f64)>,
}

impl Input {
    /// A series that has not been read yet.
    fn new(info: &SeriesInfo) -> Self {
        Self { id: info.id.0, is_rate: info.def.is_rate(), last: None }
    }

    /// What it grew by since it was read before; `None` where it has no value now, 0 at the first.
    ///
    /// A counter that fell began again from 0, so it grew by what it shows (as Prometheus' `increase`).
    fn grew(&mut self, values: &[f64], now: u64, interval: u64) -> Option<f64> {
        let value = read(values, self.id)?;
        let before = self.last.replace((now, value));
        let Some((at, before)) = before else {
            return Some(if self.is_rate { value * seconds(interval) } else { 0.0 });
        };
        if self.is_rate {
            return Some(value * seconds(now.saturating_sub(at).min(longest(interval))));
        }
        Some(if value >= before { value - before } else { value })
    }
}

/// The value of a series in this tick.
#[inline]
fn read(values: &[f64], id: u32) -> Option<f64> {
    values.get(id as usize).copied().filter(|value| !value.is_nan())
}

fn seconds(nanos: u64) -> f64 {
    nanos as f64 / 1e9
}

/// Series that are taken together, or whose growth is remembered.
#[derive(Debug, Clone, Default)]
struct Inputs {
    /// Dividends, or what is reduced: summed.
    of: Vec<Input>,
    /// Divisors: summed.
    over: Vec<Input>,
}

/// The term of one instance. Small: a pass visits each.
#[derive(Debug, Clone)]
struct Lane {
    /// The only series, where it is a gauge read as it is.
    one: u32,
    /// Whether this tick gave a value.
    is_fresh: bool,
    /// The longest time between two values of its series, nanoseconds.
    cadence: u64,
    /// Monotonic time of the newest sample in its window.
    seen: u64,
    /// The newest value, and when it was computed.
    at: u64,
    value: f64,
    inputs: Option<Box<Inputs>>,
}

/// One term of all instances of a rule, by their places.
#[derive(Debug)]
pub(super) struct TermColumn {
    reducer: Reducer,
    has_over: bool,
    least: f64,
    length: Duration,
    lanes: Vec<Lane>,
    windows: Windows,
}

impl TermColumn {
    /// A term without instances.
    pub fn new(term: &Term) -> Self {
        Self {
            reducer: term.reducer,
            has_over: term.over.is_some(),
            least: term.least_count,
            length: term.window,
            lanes: Vec::new(),
            windows: Windows::new(term.reducer, term.window),
        }
    }

    /// One instance more, which no series feeds yet.
    pub fn add_lane(&mut self) {
        self.lanes.push(Lane {
            one: NONE,
            is_fresh: false,
            cadence: 0,
            seen: NEVER,
            at: NEVER,
            value: f64::NAN,
            inputs: None,
        });
        if self.reducer.has_window() {
            self.windows.add_lane();
        }
    }

    /// Lets a series feed an instance, as a divisor or as what is reduced.
    pub fn feed(&mut self, place: usize, info: &SeriesInfo, is_divisor: bool) {
        let Some(lane) = self.lanes.get_mut(place) else { return };
        lane.cadence = lane.cadence.max(info.def.cadence.map_or(0, nanos));
        let is_plain = !matches!(self.reducer, Reducer::Rate | Reducer::Ratio) && !self.has_over;
        if is_plain && lane.one == NONE && lane.inputs.is_none() && !is_divisor {
            lane.one = info.id.0;
            return;
        }
        let inputs = lane.inputs.get_or_insert_default();
        if lane.one != NONE {
            inputs.of.push(Input { id: lane.one, is_rate: false, last: None });
            lane.one = NONE;
        }
        if is_divisor { &mut inputs.over } else { &mut inputs.of }.push(Input::new(info));
    }

    /// Time between two samples of an instance.
    pub fn interval(&self, place: usize, interval: Duration) -> Duration {
        self.lanes.get(place).map_or(interval, |lane| Duration::from_nanos(lane.cadence).max(interval))
    }

    /// The value of this tick.
    #[inline]
    pub fn fresh(&self, place: usize) -> Option<f64> {
        self.lanes.get(place).filter(|lane| lane.is_fresh).map(|lane| lane.value)
    }

    /// The newest value, unless it is older than a gap.
    pub fn newest(&self, place: usize, now: Duration, interval: Duration) -> Option<f64> {
        let lane = self.lanes.get(place).filter(|lane| lane.at != NEVER)?;
        (nanos(now).saturating_sub(lane.at) <= longest(nanos(interval))).then_some(lane.value)
    }

    /// The value that was computed at this very time.
    pub fn value_at(&self, place: usize, now: Duration) -> Option<f64> {
        self.lanes.get(place).filter(|lane| lane.at == nanos(now)).map(|lane| lane.value)
    }

    /// Whether a sample came in at this time, whatever came of it.
    pub fn was_read_at(&self, place: usize, now: Duration) -> bool {
        self.lanes.get(place).is_some_and(|lane| lane.seen == nanos(now))
    }

    /// How long a window still fills; zero where it is full or there is none.
    pub fn fills_in(&self, place: usize, now: Duration, interval: Duration) -> Duration {
        if !self.reducer.has_window() {
            return Duration::ZERO;
        }
        if place >= self.lanes.len() {
            return self.length;
        }
        Duration::from_nanos(self.windows.fills_in(place, nanos(now), nanos(interval)))
    }

    /// What the divisors of a window add up to; `None` while it holds nothing.
    pub fn count(&self, place: usize) -> Option<f64> {
        self.lanes.get(place).filter(|lane| lane.seen != NEVER).map(|_| self.windows.count(place))
    }

    /// Takes this tick's samples in and computes the values.
    pub fn take(&mut self, tick: &Tick<'_>) {
        let (now, interval, values) = (nanos(tick.now), nanos(tick.interval), tick.values);
        if self.reducer == Reducer::Every {
            for lane in &mut self.lanes {
                let value = lane.read(values);
                lane.is_fresh = value.is_some();
                if let Some(value) = value {
                    (lane.at, lane.value) = (now, value);
                }
            }
            return;
        }
        let Self { reducer, has_over, least, lanes, windows, .. } = self;
        let mut is_begun = false;
        for (place, lane) in lanes.iter_mut().enumerate() {
            lane.is_fresh = false;
            let interval = interval.max(lane.cadence);
            let Some((value, over)) = lane.sample(*reducer, *has_over, values, now, interval) else { continue };
            if !is_begun {
                windows.begin(now, interval);
                is_begun = true;
            }
            if lane.seen != NEVER && now.saturating_sub(lane.seen) > longest(interval) {
                windows.clear(place);
            }
            lane.seen = now;
            windows.push(place, now, value, over);
            if let Some(value) = windows.value(place, now, interval, *least) {
                (lane.is_fresh, lane.at, lane.value) = (true, now, value);
            }
        }
    }
}

impl Lane {
    /// What its series show now, summed.
    #[inline]
    fn read(&self, values: &[f64]) -> Option<f64> {
        if self.one != NONE {
            return read(values, self.one);
        }
        sum(self.inputs.as_ref()?.of.iter().map(|input| read(values, input.id)))
    }

    /// What goes into its window now: of itself and of its divisor.
    #[inline]
    fn sample(
        &mut self,
        reducer: Reducer,
        has_over: bool,
        values: &[f64],
        now: u64,
        interval: u64,
    ) -> Option<(f64, f64)> {
        if self.one != NONE {
            return Some((read(values, self.one)?, 0.0));
        }
        let inputs = self.inputs.as_mut()?;
        if matches!(reducer, Reducer::Rate | Reducer::Ratio) {
            let over = sum(inputs.over.iter_mut().map(|input| input.grew(values, now, interval)));
            let value = sum(inputs.of.iter_mut().map(|input| input.grew(values, now, interval)));
            // Errors that never happened have no series: none of them is 0 of them.
            return Some((value.or(over.map(|_| 0.0))?, if has_over { over? } else { 0.0 }));
        }
        let value = sum(inputs.of.iter().map(|input| read(values, input.id)))?;
        Some((value, if has_over { sum(inputs.over.iter().map(|input| read(values, input.id)))? } else { 0.0 }))
    }
}

/// The sum of those that are there; `None` where none is.
fn sum(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    values.flatten().reduce(|a, b| a + b)
}
