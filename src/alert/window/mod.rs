//! The samples that a term looks back over, for all instances of a rule at once. Bounded: long windows are kept as cells.
//!
//! A value stands only once the window has been observed for its whole length, and while at least half of the samples
//! it should hold are there: a mean of ten seconds is not called one of five minutes. A cell takes in a 720th of the
//! window; it begins with the first sample of any instance.

mod ring;
mod sum;
#[cfg(test)]
mod tests;
mod top;

use std::time::Duration;

use self::ring::Ring;
use self::sum::Sum;
use self::top::Tops;
use super::advance::{NEVER, nanos};
use crate::model::alert::Reducer;

/// Cells of a window; a longer window has longer cells.
const MAX_CELLS: u32 = 720;
/// Rows of samples a 95th percentile is taken of, at most: each sample counts by itself.
const MAX_EXACT: usize = 28_800;
/// Rows there is room for from the beginning, at most.
const MAX_FIRST_SLOTS: u64 = 2048;

/// What is known of one instance's window as a whole.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Lane {
    sum: Sum,
    /// Samples in it.
    n: u32,
    /// Its cells before this row are forgotten.
    first_row: u64,
    /// Time since which the samples have no gap before the window, nanoseconds.
    observed_from: u64,
}

/// The windows of all instances of one term, by their places.
#[derive(Debug, Clone, PartialEq)]
pub struct Windows {
    reducer: Reducer,
    /// Length of the window and of a cell, nanoseconds.
    length: u64,
    cell: u64,
    length_seconds: f64,
    ring: Ring,
    /// Of each cell: the sum of its samples (the least or the greatest, for these), that of the divisor's, their number.
    sums: Vec<f64>,
    overs: Vec<f64>,
    counts: Vec<u32>,
    /// Of each cell its only sample, for percentiles; NaN where there is none.
    singles: Vec<f32>,
    lanes: Vec<Lane>,
    over_sums: Vec<Sum>,
    tops: Tops,
    /// For the least and the greatest: the cells of rows before this one hold the extreme of themselves and of all
    /// rows up to it, `back` that of the rows from it on (the two stacks of a queue that knows its maximum).
    split: u64,
    back: Vec<f64>,
}

impl Windows {
    /// Windows of this length without instances.
    pub fn new(reducer: Reducer, length: Duration) -> Self {
        let length_nanos = nanos(length).max(1);
        Self {
            reducer,
            length: length_nanos,
            cell: if reducer == Reducer::P95 { 0 } else { length_nanos / u64::from(MAX_CELLS) },
            length_seconds: length.as_secs_f64(),
            ring: Ring::default(),
            sums: Vec::new(),
            overs: Vec::new(),
            counts: Vec::new(),
            singles: Vec::new(),
            lanes: Vec::new(),
            over_sums: Vec::new(),
            tops: Tops::default(),
            split: 0,
            back: Vec::new(),
        }
    }

    /// One instance more.
    pub fn add_lane(&mut self) {
        self.lanes.push(Lane { sum: Sum::default(), n: 0, first_row: 0, observed_from: NEVER });
        match self.reducer {
            Reducer::P95 => self.tops.add_lane(),
            Reducer::Min | Reducer::Max => self.back.push(self.neutral()),
            reducer if reducer.has_over() => self.over_sums.push(Sum::default()),
            _ => {}
        }
    }

    /// Begins a time at which instances have samples `interval` apart, and lets go of what is older than the window.
    pub fn begin(&mut self, now: u64, interval: u64) {
        // Half open: a window of 5 min at 1 s holds 300 samples.
        while self.ring.oldest().is_some_and(|from| now.saturating_sub(from) >= self.length)
            || (self.reducer == Reducer::P95 && self.ring.len() > MAX_EXACT)
        {
            self.let_go();
        }
        if self.ring.newest().is_some_and(|from| now.saturating_sub(from) < self.cell)
            && self.lanes.len() <= self.ring.width()
        {
            return;
        }
        if self.ring.is_full() || self.lanes.len() > self.ring.width() {
            self.make_room(interval);
        }
        if self.ring.newest().is_some_and(|from| now.saturating_sub(from) < self.cell) {
            return;
        }
        self.ring.push(now);
        let row = self.ring.row(self.ring.rows().end - 1);
        if self.reducer == Reducer::P95 {
            self.singles[row].fill(f32::NAN);
            return;
        }
        let neutral = self.neutral();
        self.sums[row.clone()].fill(neutral);
        self.counts[row.clone()].fill(0);
        if !self.overs.is_empty() {
            self.overs[row].fill(0.0);
        }
    }

    #[cold]
    fn make_room(&mut self, interval: u64) {
        let (n, width) = (self.ring.len(), self.ring.width());
        let expected = (self.length / self.cell.max(interval).max(1) + 1).min(MAX_FIRST_SLOTS);
        let n_slots = if n == 0 { expected as usize } else { n + 1 };
        let width = if self.lanes.len() > width { self.lanes.len().max(width * 3 / 2) } else { width };
        let ring = self.ring.wider(n_slots, width);
        if self.reducer == Reducer::P95 {
            self.singles = self.ring.moved(&self.singles, &ring, f32::NAN);
        } else {
            self.sums = self.ring.moved(&self.sums, &ring, self.neutral());
            self.counts = self.ring.moved(&self.counts, &ring, 0);
            if self.reducer.has_over() {
                self.overs = self.ring.moved(&self.overs, &ring, 0.0);
            }
        }
        self.ring = ring;
    }

    /// Lets the oldest row go.
    fn let_go(&mut self) {
        let rows = self.ring.rows();
        let row = rows.start;
        if matches!(self.reducer, Reducer::Min | Reducer::Max) && row >= self.split {
            self.turn();
        }
        let cells = self.ring.row(row);
        match self.reducer {
            Reducer::P95 => {
                for (i, (lane, value)) in self.lanes.iter_mut().zip(&self.singles[cells]).enumerate() {
                    if !value.is_nan() && row >= lane.first_row {
                        lane.n -= 1;
                        self.tops.remove(i, *value);
                    }
                }
            }
            Reducer::Min | Reducer::Max => {
                for (lane, count) in self.lanes.iter_mut().zip(&self.counts[cells]) {
                    lane.n -= if row >= lane.first_row { *count } else { 0 };
                }
            }
            _ => {
                let mut boundless = Vec::new();
                let columns = self.sums[cells.clone()].iter().zip(&self.counts[cells.clone()]);
                for (i, (lane, (sum, count))) in self.lanes.iter_mut().zip(columns).enumerate() {
                    if *count > 0 && row >= lane.first_row {
                        lane.n -= count;
                        lane.sum.add(-sum);
                        if is_boundless(*sum) {
                            boundless.push(i);
                        }
                    }
                }
                if !self.overs.is_empty() {
                    let columns = self.over_sums.iter_mut().zip(&self.overs[cells]);
                    for (i, (lane, (sum, over))) in self.lanes.iter().zip(columns).enumerate() {
                        if row >= lane.first_row {
                            sum.add(-over);
                            if is_boundless(*over) {
                                boundless.push(i);
                            }
                        }
                    }
                }
                for lane in boundless {
                    self.sum_anew(lane, row + 1);
                }
            }
        }
        self.ring.pop();
    }

    /// Adds a window up from its cells: what had no bounds has left it.
    #[cold]
    fn sum_anew(&mut self, lane: usize, from: u64) {
        let (mut sum, mut over) = (Sum::default(), Sum::default());
        for row in from.max(self.lanes[lane].first_row)..self.ring.rows().end {
            let cell = self.ring.cell(row, lane);
            sum.add(self.sums[cell]);
            over.add(self.overs.get(cell).copied().unwrap_or(0.0));
        }
        self.lanes[lane].sum = sum;
        if let Some(place) = self.over_sums.get_mut(lane) {
            *place = over;
        }
    }

    /// Makes the cells of all rows but the newest hold the extreme up to it, a row at a time.
    fn turn(&mut self) {
        let rows = self.ring.rows();
        let (sums, reducer) = (&mut self.sums, self.reducer);
        let newest = rows.end - 1;
        let neutral = neutral(reducer);
        for row in (rows.start..newest.saturating_sub(1)).rev() {
            let (from, next) = (self.ring.row(row).start, self.ring.row(row + 1).start);
            for i in 0..self.ring.width() {
                sums[from + i] = extreme(reducer, sums[from + i], sums[next + i]);
            }
        }
        let from = self.ring.row(newest).start;
        for (i, back) in self.back.iter_mut().enumerate() {
            let is_known = newest > rows.start && newest >= self.lanes[i].first_row && i < self.ring.width();
            *back = if is_known { sums[from + i] } else { neutral };
        }
        self.split = newest.max(rows.start + 1);
    }

    /// Takes a sample of an instance in, at the time that was begun. For rates and ratios the values are what the
    /// counters grew by; for a share `over` is the divisor's level.
    #[inline]
    pub fn push(&mut self, place: usize, now: u64, value: f64, over: f64) {
        let newest = self.ring.rows().end - 1;
        let cell = self.ring.cell(newest, place);
        let lane = &mut self.lanes[place];
        if lane.observed_from == NEVER {
            lane.observed_from = now;
        }
        match self.reducer {
            Reducer::P95 => {
                self.singles[cell] = value as f32;
                self.tops.insert(place, lane.n as usize, value as f32);
            }
            Reducer::Min | Reducer::Max => {
                self.sums[cell] = extreme(self.reducer, self.sums[cell], value);
                self.back[place] = extreme(self.reducer, self.back[place], value);
                self.counts[cell] += 1;
            }
            reducer => {
                add_to(&mut lane.sum, &mut self.sums[cell], value);
                self.counts[cell] += 1;
                if reducer.has_over() {
                    add_to(&mut self.over_sums[place], &mut self.overs[cell], over);
                }
            }
        }
        lane.n += 1;
    }

    /// Forgets all of an instance's window: after a gap it begins again, at the time that was begun.
    pub fn clear(&mut self, place: usize) {
        let newest = self.ring.rows().end - 1;
        let cell = self.ring.cell(newest, place);
        let neutral = self.neutral();
        let first_row = newest;
        self.lanes[place] = Lane { sum: Sum::default(), n: 0, first_row, observed_from: NEVER };
        match self.reducer {
            Reducer::P95 => {
                self.singles[cell] = f32::NAN;
                self.tops.clear(place);
                return;
            }
            Reducer::Min | Reducer::Max => self.back[place] = neutral,
            reducer if reducer.has_over() => {
                self.over_sums[place] = Sum::default();
                self.overs[cell] = 0.0;
            }
            _ => {}
        }
        (self.sums[cell], self.counts[cell]) = (neutral, 0);
    }

    /// How long the window still has to be observed, nanoseconds; zero where it has been.
    #[inline]
    pub fn fills_in(&self, place: usize, now: u64, interval: u64) -> u64 {
        let from = self.lanes[place].observed_from;
        let observed = if from == NEVER { 0 } else { now.saturating_sub(from) + interval };
        self.length.saturating_sub(observed)
    }

    /// What the reducer makes of it; `None` while there is too little.
    #[inline]
    pub fn value(&mut self, place: usize, now: u64, interval: u64, least: f64) -> Option<f64> {
        let lane = self.lanes[place];
        if self.fills_in(place, now, interval) > 0 || lane.n == 0 {
            return None;
        }
        if interval.saturating_mul(2 * u64::from(lane.n)) < self.length {
            return None;
        }
        let n = f64::from(lane.n);
        let value = match self.reducer {
            Reducer::Mean => lane.sum.value() / n,
            Reducer::Every => lane.sum.value(),
            Reducer::Rate => lane.sum.value() / self.length_seconds,
            Reducer::P95 => {
                let (ring, singles) = (&self.ring, &self.singles);
                let all = || samples(ring, singles, place, lane.first_row);
                f64::from(self.tops.percentile(place, lane.n as usize, all)?)
            }
            Reducer::Min | Reducer::Max => self.extreme_of(place),
            Reducer::Ratio => {
                let over = self.count(place);
                (over > 0.0 && over >= least).then(|| lane.sum.value() / over)?
            }
            Reducer::Share => {
                let over = self.count(place);
                (over > 0.0).then(|| lane.sum.value() / over)?
            }
            Reducer::FullIn => self.full_in(place)?,
            Reducer::Growth => self.growth(place)?,
        };
        value.is_finite().then_some(value).or((self.reducer == Reducer::FullIn).then_some(f64::INFINITY))
    }

    /// What the divisors of the window add up to: the count under a ratio.
    pub fn count(&self, place: usize) -> f64 {
        self.over_sums.get(place).map_or(0.0, Sum::value)
    }

    fn neutral(&self) -> f64 {
        neutral(self.reducer)
    }

    fn extreme_of(&self, place: usize) -> f64 {
        let row = self.ring.rows().start.max(self.lanes[place].first_row);
        let back = self.back[place];
        if row < self.split { extreme(self.reducer, self.sums[self.ring.cell(row, place)], back) } else { back }
    }

    /// Numbers and places of an instance's cells that hold samples.
    fn cells(&self, place: usize) -> impl DoubleEndedIterator<Item = (u64, usize)> + Clone + '_ {
        let rows = self.ring.rows();
        let cells =
            (rows.start.max(self.lanes[place].first_row)..rows.end).map(move |row| (row, self.ring.cell(row, place)));
        cells.filter(|(_, cell)| self.counts[*cell] > 0)
    }

    /// Seconds until the value is 1 at the least-squares slope over the cells' means.
    fn full_in(&self, place: usize) -> Option<f64> {
        let point = |(row, cell): (u64, usize)| {
            (self.ring.time(row) as f64 / 1e9, self.sums[cell] / f64::from(self.counts[cell]))
        };
        let (slope, last) = line_through(self.cells(place).map(point))?;
        Some(if slope > 1e-15 { ((1.0 - last) / slope).max(0.0) } else { f64::INFINITY })
    }

    /// The newer half's mean over the older half's, less 1.
    fn growth(&self, place: usize) -> Option<f64> {
        let middle = self.cells(place).count() / 2;
        let mean = |cells: &mut dyn Iterator<Item = (u64, usize)>| {
            let add = |(sum, n): (f64, u64), (_, cell): (u64, usize)| {
                (sum + self.sums[cell], n + u64::from(self.counts[cell]))
            };
            let (sum, n) = cells.fold((0.0, 0u64), add);
            (n > 0).then(|| sum / n as f64)
        };
        let older = mean(&mut self.cells(place).take(middle))?;
        let newer = mean(&mut self.cells(place).skip(middle))?;
        (older > 0.0).then(|| newer / older - 1.0)
    }
}

/// Adds a sample to a cell, and to the sum of all cells what the cell grows by: what leaves later is what came in.
#[inline]
fn add_to(sum: &mut Sum, cell: &mut f64, value: f64) {
    let before = *cell;
    *cell += value;
    sum.add(*cell);
    if before != 0.0 {
        sum.add(-before);
    }
}

#[inline]
fn extreme(reducer: Reducer, a: f64, b: f64) -> f64 {
    if reducer == Reducer::Min { a.min(b) } else { a.max(b) }
}

/// Whether a sum that this was in may have lost the others.
fn is_boundless(sum: f64) -> bool {
    sum.is_nan() || sum.abs() >= 1e290
}

/// What no sample changes an extreme or a sum by.
fn neutral(reducer: Reducer) -> f64 {
    match reducer {
        Reducer::Min => f64::INFINITY,
        Reducer::Max => f64::NEG_INFINITY,
        _ => 0.0,
    }
}

/// All samples of one instance.
fn samples(ring: &Ring, singles: &[f32], place: usize, first_row: u64) -> Vec<f32> {
    let rows = ring.rows();
    let all = (rows.start.max(first_row)..rows.end).map(|row| singles[ring.cell(row, place)]);
    all.filter(|value| !value.is_nan()).collect()
}

/// Index of a quantile in sorted values by nearest rank: the least value with at least that share at or below it.
fn nearest_rank(n: usize, quantile: f64) -> usize {
    ((n as f64 * quantile).ceil() as usize).clamp(1, n.max(1)) - 1
}

/// Slope of the least-squares line and its value at the last point; `None` for fewer than three points.
fn line_through(points: impl DoubleEndedIterator<Item = (f64, f64)> + Clone) -> Option<(f64, f64)> {
    let last = points.clone().next_back()?.0;
    let (n, x, y) = points.clone().fold((0.0, 0.0, 0.0), |(n, x, y), p| (n + 1.0, x + (p.0 - last), y + p.1));
    if n < 3.0 {
        return None;
    }
    let (mean_x, mean_y) = (x / n, y / n);
    let (xy, xx) = points.fold((0.0, 0.0), |(xy, xx), (x, y)| {
        let dx = x - last - mean_x;
        (xy + dx * (y - mean_y), xx + dx * dx)
    });
    let slope = if xx > 0.0 { xy / xx } else { 0.0 };
    Some((slope, mean_y - slope * mean_x))
}
