//! The samples a reducer looks back over, of one instance. Bounded: long windows are kept as cells.
//!
//! A value stands only once the window has been observed for its whole length, and while at least half of the samples
//! it should hold are there: a mean of ten seconds is not called one of five minutes.

use std::collections::VecDeque;
use std::time::Duration;

use crate::model::alert::Reducer;

/// Cells of a window; a longer window has longer cells.
const MAX_CELLS: u32 = 720;
/// Samples a 95th percentile is taken of, at most: the window in which each counts is kept whole.
pub const MAX_EXACT: u32 = 7200;

/// Samples that fell into one cell.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cell {
    /// Monotonic time of its first sample.
    from: Duration,
    n: u32,
    sum: f64,
    /// The sum of the divisor's samples.
    over: f64,
    min: f64,
    max: f64,
}

/// The window of one instance.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    cells: VecDeque<Cell>,
    /// All samples of the window, sorted: for the percentile alone.
    sorted: Vec<f32>,
    /// Time since which the samples have no gap before the window.
    observed_from: Option<Duration>,
    sums: (f64, f64, u64),
}

impl Default for Window {
    fn default() -> Self {
        Self { cells: VecDeque::new(), sorted: Vec::new(), observed_from: None, sums: (0.0, 0.0, 0) }
    }
}

impl Window {
    /// Takes a sample in and lets go of what is older than `length`. For rates and ratios the values are what the
    /// counters grew by; for a share `over` is the divisor's level.
    pub fn push(&mut self, reducer: Reducer, length: Duration, now: Duration, value: f64, over: f64) {
        self.observed_from.get_or_insert(now);
        let cell_length = if reducer == Reducer::P95 { Duration::ZERO } else { length / MAX_CELLS };
        match self.cells.back_mut().filter(|cell| now.saturating_sub(cell.from) < cell_length) {
            Some(cell) => {
                cell.n += 1;
                cell.sum += value;
                cell.over += over;
                cell.min = cell.min.min(value);
                cell.max = cell.max.max(value);
            }
            None => self.cells.push_back(Cell { from: now, n: 1, sum: value, over, min: value, max: value }),
        }
        self.sums = (self.sums.0 + value, self.sums.1 + over, self.sums.2 + 1);
        if reducer == Reducer::P95 {
            let place = self.sorted.partition_point(|other| *other < value as f32);
            self.sorted.insert(place, value as f32);
        }
        // Half open: a window of 5 min at 1 s holds 300 samples.
        let is_old = |cell: &Cell| now.saturating_sub(cell.from) >= length;
        while let Some(cell) = self.cells.front().copied().filter(|cell| is_old(cell) || self.is_over_full(reducer)) {
            self.cells.pop_front();
            self.sums = (self.sums.0 - cell.sum, self.sums.1 - cell.over, self.sums.2 - u64::from(cell.n));
            if reducer == Reducer::P95 {
                let place = self.sorted.partition_point(|other| *other < cell.sum as f32);
                if place < self.sorted.len() {
                    self.sorted.remove(place);
                }
            }
        }
        // Sums of added and removed numbers drift: an emptied window begins afresh, and so does a full turn of it.
        if self.cells.len() <= 1 {
            let cell = self.cells.front();
            self.sums = cell.map_or((0.0, 0.0, 0), |cell| (cell.sum, cell.over, u64::from(cell.n)));
        }
    }

    fn is_over_full(&self, reducer: Reducer) -> bool {
        reducer == Reducer::P95 && self.cells.len() > MAX_EXACT as usize
    }

    /// Forgets all of it: after a gap a window begins again.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// How long the window still has to be observed; zero where it has been.
    pub fn fills_in(&self, length: Duration, now: Duration, interval: Duration) -> Duration {
        let observed = self.observed_from.map_or(Duration::ZERO, |from| now.saturating_sub(from) + interval);
        length.saturating_sub(observed)
    }

    /// What the reducer makes of it; `None` while there is too little.
    pub fn value(
        &self,
        reducer: Reducer,
        length: Duration,
        now: Duration,
        interval: Duration,
        least: f64,
    ) -> Option<f64> {
        if !self.fills_in(length, now, interval).is_zero() {
            return None;
        }
        let expected = length.as_secs_f64() / interval.as_secs_f64().max(1e-9);
        if (self.sums.2 as f64) < expected / 2.0 || self.sums.2 == 0 {
            return None;
        }
        let value = match reducer {
            Reducer::Every => self.cells.back()?.sum,
            Reducer::Mean => self.sums.0 / self.sums.2 as f64,
            Reducer::Min => self.cells.iter().map(|cell| cell.min).fold(f64::INFINITY, f64::min),
            Reducer::Max => self.cells.iter().map(|cell| cell.max).fold(f64::NEG_INFINITY, f64::max),
            Reducer::P95 => f64::from(*self.sorted.get(nearest_rank(self.sorted.len(), 0.95))?),
            Reducer::Rate => self.sums.0 / length.as_secs_f64(),
            Reducer::Ratio => (self.sums.1 > 0.0 && self.sums.1 >= least).then(|| self.sums.0 / self.sums.1)?,
            Reducer::Share => (self.sums.1 > 0.0).then(|| self.sums.0 / self.sums.1)?,
            Reducer::FullIn => self.full_in()?,
            Reducer::Growth => self.growth()?,
        };
        value.is_finite().then_some(value).or((reducer == Reducer::FullIn).then_some(f64::INFINITY))
    }

    /// What the divisors of the window add up to: the count under a ratio.
    pub fn count(&self) -> f64 {
        self.sums.1
    }

    /// Seconds until the value is 1 at the least-squares slope over the cells' means.
    fn full_in(&self) -> Option<f64> {
        let points: Vec<(f64, f64)> =
            self.cells.iter().map(|cell| (cell.from.as_secs_f64(), cell.sum / f64::from(cell.n))).collect();
        let (slope, last) = line_through(&points)?;
        Some(if slope > 1e-15 { ((1.0 - last) / slope).max(0.0) } else { f64::INFINITY })
    }

    /// The newer half's mean over the older half's, less 1.
    fn growth(&self) -> Option<f64> {
        let middle = self.cells.len() / 2;
        let mean = |cells: &mut dyn Iterator<Item = &Cell>| {
            let (sum, n) = cells.fold((0.0, 0u64), |(sum, n), cell| (sum + cell.sum, n + u64::from(cell.n)));
            (n > 0).then(|| sum / n as f64)
        };
        let (older, newer) = (mean(&mut self.cells.iter().take(middle))?, mean(&mut self.cells.iter().skip(middle))?);
        (older > 0.0).then(|| newer / older - 1.0)
    }
}

/// Index of a quantile in sorted values by nearest rank: the least value with at least that share at or below it.
fn nearest_rank(n: usize, quantile: f64) -> usize {
    ((n as f64 * quantile).ceil() as usize).clamp(1, n.max(1)) - 1
}

/// Slope of the least-squares line and its value at the last point; `None` for fewer than three points.
fn line_through(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let n = points.len() as f64;
    let last = points.last()?.0;
    if points.len() < 3 {
        return None;
    }
    let (mean_x, mean_y) = points.iter().fold((0.0, 0.0), |(x, y), p| (x + (p.0 - last) / n, y + p.1 / n));
    let (xy, xx) = points.iter().fold((0.0, 0.0), |(xy, xx), (x, y)| {
        let dx = x - last - mean_x;
        (xy + dx * (y - mean_y), xx + dx * dx)
    });
    let slope = if xx > 0.0 { xy / xx } else { 0.0 };
    Some((slope, mean_y - slope * mean_x))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// The value after samples of 1 s each, by a window of `length` seconds.
    fn after(reducer: Reducer, length: u64, samples: &[(f64, f64)]) -> Option<f64> {
        let mut window = Window::default();
        let length = Duration::from_secs(length);
        for (i, (value, over)) in samples.iter().enumerate() {
            window.push(reducer, length, SECOND * i as u32, *value, *over);
        }
        window.value(reducer, length, SECOND * (samples.len() as u32 - 1), SECOND, 0.0)
    }

    #[test]
    fn each_reducer_by_hand() {
        let up: Vec<(f64, f64)> = (1..=10).map(|i| (f64::from(i), 100.0)).collect();
        for (reducer, length, expected) in [
            (Reducer::Mean, 4, Some(8.5)),
            (Reducer::Min, 4, Some(7.0)),
            (Reducer::Max, 4, Some(10.0)),
            (Reducer::P95, 10, Some(10.0)),
            (Reducer::Rate, 5, Some(8.0)),
            (Reducer::Ratio, 2, Some(19.0 / 200.0)),
            (Reducer::Share, 2, Some(19.0 / 200.0)),
            (Reducer::Growth, 4, Some(9.5 / 7.5 - 1.0)),
            (Reducer::Mean, 11, None),
        ] {
            assert_eq!(after(reducer, length, &up), expected, "{reducer:?} {length}");
        }
        let filling: Vec<(f64, f64)> = (0..100).map(|i| (0.5 + f64::from(i) / 1000.0, 0.0)).collect();
        let seconds = after(Reducer::FullIn, 60, &filling).expect("a time");
        assert!((seconds - 401.0).abs() < 1e-6, "{seconds}");
        let level = vec![(0.5, 0.0); 100];
        assert_eq!(after(Reducer::FullIn, 60, &level), Some(f64::INFINITY));
    }

    proptest! {
        #[test]
        fn windows_agree_with_a_list(samples in prop::collection::vec(0u16..1000, 1..200), length in 1u64..50) {
            let pairs: Vec<(f64, f64)> = samples.iter().map(|v| (f64::from(*v), 1.0)).collect();
            let n = length as usize;
            let last = (samples.len() >= n).then(|| samples[samples.len() - n..].iter().map(|v| f64::from(*v)).collect::<Vec<_>>());
            let mut sorted = last.clone().unwrap_or_default();
            sorted.sort_by(f64::total_cmp);
            let close = |a: Option<f64>, b: Option<f64>| a.is_some() == b.is_some() && a.zip(b).is_none_or(|(a, b)| (a - b).abs() < 1e-6);
            prop_assert!(close(after(Reducer::Mean, length, &pairs), last.as_ref().map(|l| l.iter().sum::<f64>() / n as f64)));
            prop_assert!(close(after(Reducer::Max, length, &pairs), sorted.last().copied()));
            prop_assert!(close(after(Reducer::Min, length, &pairs), sorted.first().copied()));
            let p95 = last.as_ref().map(|_| sorted[((n as f64 * 0.95).ceil() as usize).max(1) - 1]);
            prop_assert!(close(after(Reducer::P95, length, &pairs), p95));
        }
    }
}
