//! One term of one instance: its series, its window, its newest value.

use std::time::Duration;

use super::super::advance::GAP_INTERVALS;
use super::super::window::Window;
use super::Tick;
use crate::model::alert::{Reducer, Term};
use crate::model::{SeriesInfo, Unit};

/// A series that feeds a term.
#[derive(Debug, Clone)]
pub(super) struct Input {
    id: usize,
    /// Whether its values are rates already: they add up to counts over time.
    is_rate: bool,
    cadence: Option<Duration>,
    /// Newest value and its monotonic time.
    last: Option<(Duration, f64)>,
}

impl Input {
    /// A series that has not been read yet.
    pub fn new(info: &SeriesInfo) -> Self {
        let is_rate = matches!(info.def.unit, Unit::PerSecond(_) | Unit::BytesPerSecond);
        Self { id: info.id.0 as usize, is_rate, cadence: info.def.cadence, last: None }
    }

    /// The value of this tick.
    fn read(&self, tick: &Tick<'_>) -> Option<f64> {
        tick.values.get(self.id).copied().filter(|value| !value.is_nan())
    }

    /// What it grew by since it was read before; `None` where it has no value now, 0 at the first.
    ///
    /// A counter that fell began again from 0, so it grew by what it shows (as Prometheus' `increase`).
    fn grew(&mut self, tick: &Tick<'_>, interval: Duration) -> Option<f64> {
        let value = self.read(tick)?;
        let before = self.last.replace((tick.now, value));
        let Some((at, before)) = before else {
            return Some(if self.is_rate { value * interval.as_secs_f64() } else { 0.0 });
        };
        if self.is_rate {
            let passed = tick.now.saturating_sub(at).min(interval * GAP_INTERVALS);
            return Some(value * passed.as_secs_f64());
        }
        Some(if value >= before { value - before } else { value })
    }
}

/// One term of one instance.
#[derive(Debug, Clone, Default)]
pub(super) struct TermState {
    /// Dividends, or what is reduced: summed.
    pub inputs: Vec<Input>,
    /// Divisors: summed.
    pub over: Vec<Input>,
    window: Option<Box<Window>>,
    /// Monotonic time of the newest sample.
    seen: Option<Duration>,
    /// The newest value, and when it was computed.
    value: Option<(Duration, f64)>,
}

impl TermState {
    /// Time between two of its samples.
    pub fn interval(&self, tick: &Tick<'_>) -> Duration {
        let cadence = self.inputs.iter().chain(&self.over).filter_map(|input| input.cadence).max();
        cadence.unwrap_or_default().max(tick.interval)
    }

    /// The newest value, unless it is older than a gap.
    pub fn newest(&self, now: Duration, interval: Duration) -> Option<f64> {
        let (at, value) = self.value?;
        (now.saturating_sub(at) <= interval * GAP_INTERVALS).then_some(value)
    }

    /// The value that was computed at this very time.
    pub fn value_at(&self, now: Duration) -> Option<f64> {
        self.value.filter(|(at, _)| *at == now).map(|(_, value)| value)
    }

    /// Whether a sample came in at this time, whatever came of it.
    pub fn was_read_at(&self, now: Duration) -> bool {
        self.seen == Some(now)
    }

    /// How long its window still fills; zero where it is full or there is none.
    pub fn fills_in(&self, term: &Term, now: Duration, interval: Duration) -> Duration {
        if !term.reducer.has_window() {
            return Duration::ZERO;
        }
        self.window.as_ref().map_or(term.window, |window| window.fills_in(term.window, now, interval))
    }

    /// What the divisors of the window add up to.
    pub fn count(&self) -> Option<f64> {
        self.window.as_ref().map(|window| window.count())
    }

    /// Takes this tick's samples in; gives the term's value where the tick has one.
    #[inline]
    pub fn take(&mut self, term: &Term, tick: &Tick<'_>) -> Option<f64> {
        if term.reducer == Reducer::Every {
            let value = match self.inputs.as_slice() {
                [one] => one.read(tick)?,
                many => sum(many.iter().map(|input| input.read(tick)))?,
            };
            self.value = Some((tick.now, value));
            return Some(value);
        }
        self.take_windowed(term, tick)
    }

    fn take_windowed(&mut self, term: &Term, tick: &Tick<'_>) -> Option<f64> {
        let interval = self.interval(tick);
        let (value, over) = match term.reducer {
            Reducer::Rate | Reducer::Ratio => {
                let over = sum(self.over.iter_mut().map(|input| input.grew(tick, interval)));
                let value = sum(self.inputs.iter_mut().map(|input| input.grew(tick, interval)));
                // Errors that never happened have no series: none of them is 0 of them.
                (value.or(over.map(|_| 0.0))?, if term.over.is_some() { over? } else { 0.0 })
            }
            _ => {
                let value = sum(self.inputs.iter().map(|input| input.read(tick)))?;
                (value, if term.over.is_some() { sum(self.over.iter().map(|input| input.read(tick)))? } else { 0.0 })
            }
        };
        let window = self.window.get_or_insert_default();
        if self.seen.is_some_and(|seen| tick.now.saturating_sub(seen) > interval * GAP_INTERVALS) {
            window.clear();
        }
        self.seen = Some(tick.now);
        window.push(term.reducer, term.window, tick.now, value, over);
        let value = window.value(term.reducer, term.window, tick.now, interval, term.least_count)?;
        self.value = Some((tick.now, value));
        Some(value)
    }
}

/// The sum of those that are there; `None` where none is.
fn sum(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    values.flatten().reduce(|a, b| a + b)
}
