//! One series in cells: minutes for an hour, tens of minutes for a day.

use std::collections::VecDeque;

use crate::model::{Bucket, TimeRange, Timestamp};

/// Length of a fine cell, milliseconds.
const MINUTE: i64 = 60_000;
/// Length of a coarse cell, milliseconds.
const TEN_MINUTES: i64 = 10 * MINUTE;
/// Fine cells that are kept: an hour and the minute under way.
const N_FINE: usize = 61;
/// Coarse cells that are kept: a day and the one under way.
const N_COARSE: usize = 145;

/// The samples of one step of time.
#[derive(Debug, Clone, Copy)]
pub struct Cell {
    /// Its number since the epoch, in steps of its length.
    number: i64,
    count: u32,
    sum: f64,
    pub min: f32,
    pub max: f32,
}

impl Cell {
    fn new(number: i64, value: f32) -> Self {
        Self { number, count: 1, sum: f64::from(value), min: value, max: value }
    }

    /// A cell of what a bucket holds.
    fn of(number: i64, bucket: &Bucket) -> Self {
        let sum = f64::from(bucket.mean) * f64::from(bucket.count);
        Self { number, count: bucket.count, sum, min: bucket.min, max: bucket.max }
    }

    fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    fn push(&mut self, value: f32) {
        self.count = self.count.saturating_add(1);
        self.sum += f64::from(value);
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    pub fn mean(&self) -> f64 {
        self.sum / f64::from(self.count)
    }

    pub const fn count(&self) -> u32 {
        self.count
    }

    pub const fn number(&self) -> i64 {
        self.number
    }
}

/// The cells of one series.
#[derive(Debug, Default)]
pub struct Roll {
    fine: VecDeque<Cell>,
    coarse: VecDeque<Cell>,
    newest: Option<Timestamp>,
}

impl Roll {
    /// Takes a value in; times only grow.
    pub fn push(&mut self, at: Timestamp, value: f32) {
        if !value.is_finite() {
            return;
        }
        self.newest = Some(at);
        push(&mut self.fine, at.as_millis().div_euclid(MINUTE), N_FINE, value);
        push(&mut self.coarse, at.as_millis().div_euclid(TEN_MINUTES), N_COARSE, value);
    }

    /// Puts stored buckets, oldest first and none longer than a minute, before what was taken in; what lies in or after the
    /// first cell taken in is in those already, or of another clock.
    pub fn seed(&mut self, buckets: &[Bucket]) {
        seed(&mut self.fine, MINUTE, N_FINE, buckets);
        seed(&mut self.coarse, TEN_MINUTES, N_COARSE, buckets);
        self.newest = self.newest.or_else(|| buckets.last().map(|bucket| bucket.at));
    }

    /// Forgets cells that begin after a moment.
    pub fn forget_after(&mut self, at: Timestamp) {
        self.fine.retain(|cell| cell.number.saturating_mul(MINUTE) <= at.as_millis());
        self.coarse.retain(|cell| cell.number.saturating_mul(TEN_MINUTES) <= at.as_millis());
        self.newest = self.newest.map(|newest| newest.min(at));
    }

    /// Time of the newest value.
    pub const fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    /// The cells that have a part in `range`, with their length in milliseconds: fine for an hour, else coarse.
    pub fn cells(&self, range: TimeRange) -> (i64, impl Iterator<Item = &Cell>) {
        let is_fine = range.span().as_millis() <= 60 * MINUTE.unsigned_abs() as u128;
        let (step, cells) = if is_fine { (MINUTE, &self.fine) } else { (TEN_MINUTES, &self.coarse) };
        let first = range.start.as_millis().div_euclid(step);
        let last = range.end.as_millis().div_euclid(step);
        (step, cells.iter().filter(move |cell| cell.number > first && cell.number <= last))
    }

    /// Means of the minutes that lie wholly in `range`.
    pub fn minute_means(&self, range: TimeRange) -> Vec<f64> {
        let start = |cell: &Cell| cell.number.saturating_mul(MINUTE);
        let is_inside = |cell: &&Cell| {
            start(cell) >= range.start.as_millis() && start(cell).saturating_add(MINUTE) <= range.end.as_millis()
        };
        self.fine.iter().filter(is_inside).map(Cell::mean).collect()
    }

    /// The means of the first and the last cell of a range, and how many cells there are.
    pub fn ends(&self, range: TimeRange) -> Option<(f64, f64, usize)> {
        let (_, mut cells) = self.cells(range);
        let first = cells.next()?.mean();
        let (last, n) = cells.fold((first, 1), |(_, n), cell| (cell.mean(), n + 1));
        Some((first, last, n))
    }

    /// The cells of a range as buckets.
    pub fn buckets(&self, range: TimeRange) -> Vec<Bucket> {
        let (step, cells) = self.cells(range);
        let mut last = None;
        cells
            .map(|cell| {
                let gap_before = last.is_some_and(|last| cell.number > last + 1);
                last = Some(cell.number);
                Bucket {
                    at: Timestamp::from_millis(cell.number.saturating_mul(step)),
                    min: cell.min,
                    max: cell.max,
                    mean: cell.mean() as f32,
                    count: cell.count,
                    gap_before,
                }
            })
            .collect()
    }
}

fn seed(cells: &mut VecDeque<Cell>, step: i64, capacity: usize, buckets: &[Bucket]) {
    let first = cells.front().map_or(i64::MAX, |cell| cell.number);
    let mut before: Vec<Cell> = Vec::new();
    for bucket in buckets.iter().filter(|bucket| bucket.count > 0 && bucket.mean.is_finite()) {
        let cell = Cell::of(bucket.at.as_millis().div_euclid(step), bucket);
        match before.last_mut() {
            _ if cell.number >= first => break,
            Some(last) if last.number >= cell.number => last.merge(&cell),
            _ => before.push(cell),
        }
    }
    // The room that is left, for the newest of them.
    let room = capacity.saturating_sub(cells.len());
    before.into_iter().rev().take(room).for_each(|cell| cells.push_front(cell));
}

fn push(cells: &mut VecDeque<Cell>, number: i64, capacity: usize, value: f32) {
    match cells.back_mut() {
        Some(last) if last.number >= number => last.push(value),
        _ => {
            if cells.len() == capacity {
                cells.pop_front();
            }
            cells.push_back(Cell::new(number, value));
        }
    }
}
