//! The newest part of what was reported, in cells of ten seconds.

use super::delta::Buckets;
use crate::analysis::histogram::Piece;
use crate::telemetry::size;

/// Length of a cell, milliseconds.
const CELL: i64 = 10_000;
/// Length of a window, milliseconds, where reports are not further apart.
pub const WINDOW: i64 = 60_000;
/// Cells kept at most.
const MAX_CELLS: usize = 12;

#[derive(Debug)]
struct Cell {
    number: i64,
    /// Since when what it holds was counted, milliseconds.
    from: i64,
    amount: f64,
    sum: f64,
    errors: f64,
    buckets: Buckets,
}

/// What was added within the window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Totals {
    /// What was added, or how many.
    pub amount: f64,
    /// Their sum.
    pub sum: f64,
    /// How many of them failed.
    pub errors: f64,
    /// The time in which it was added, seconds; above zero.
    pub seconds: f64,
}

/// What was added lately.
#[derive(Debug, Default)]
pub struct Window {
    cells: Vec<Cell>,
    /// Since when anything was counted at all.
    first_from: Option<i64>,
}

impl Window {
    /// Bytes it takes on the heap.
    pub fn bytes(&self) -> usize {
        size::room::<Cell>(self.cells.capacity()) + self.cells.iter().map(|cell| cell.buckets.bytes()).sum::<usize>()
    }

    /// Adds what arrived now and was counted over a span, seconds. `buckets` puts its buckets in.
    pub fn add(
        &mut self,
        at: i64,
        span: f64,
        interval: u32,
        (amount, sum, errors): (f64, f64, f64),
        buckets: impl FnOnce(&mut Buckets),
    ) {
        let from = at.saturating_sub((span * 1000.0) as i64);
        self.first_from.get_or_insert(from);
        let newest = self.cells.last().map_or(i64::MIN, |cell| cell.number);
        let number = at.div_euclid(CELL).max(newest);
        if number > newest {
            let oldest = number - length(interval) / CELL;
            self.cells.retain(|cell| cell.number > oldest);
            let mut buckets =
                if self.cells.len() >= MAX_CELLS { self.cells.remove(0).buckets } else { Buckets::default() };
            buckets.clear();
            self.cells.push(Cell { number, from, amount: 0.0, sum: 0.0, errors: 0.0, buckets });
        }
        if let Some(cell) = self.cells.last_mut() {
            cell.from = cell.from.min(from);
            cell.amount += amount;
            cell.sum += sum;
            cell.errors += errors;
            buckets(&mut cell.buckets);
        }
    }

    /// What was added up to the newest report of the service; `None` where that is nothing yet.
    pub fn totals(&self, newest: i64, interval: u32) -> Option<Totals> {
        let oldest = newest.div_euclid(CELL) - length(interval) / CELL;
        let cells = || self.cells.iter().filter(move |cell| cell.number > oldest);
        let from = cells().map(|cell| cell.from).min()?;
        // Where nothing came for a part of the window, that part counts as well.
        let begun = self.first_from.unwrap_or(from).max((oldest + 1) * CELL);
        let sum = |of: fn(&Cell) -> f64| cells().map(of).sum();
        Some(Totals {
            amount: sum(|cell| cell.amount),
            sum: sum(|cell| cell.sum),
            errors: sum(|cell| cell.errors),
            seconds: (newest.saturating_sub(from.min(begun)) as f64 / 1000.0).max(0.001),
        })
    }

    /// The buckets of all cells that [`Self::totals`] counts.
    pub fn pieces(&self, newest: i64, interval: u32, out: &mut Vec<Piece>) {
        let oldest = newest.div_euclid(CELL) - length(interval) / CELL;
        for cell in self.cells.iter().filter(|cell| cell.number > oldest) {
            cell.buckets.pieces(out);
        }
    }
}

/// The length of a window where reports are so far apart, milliseconds.
pub fn length(interval: u32) -> i64 {
    let intervals = i64::from(interval).div_euclid(CELL) * CELL + CELL;
    if i64::from(interval) < WINDOW { WINDOW } else { intervals }
}
