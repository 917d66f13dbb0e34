//! Where the numbers of a window's cells lie: a ring of rows, one for each time, in each the cells of all instances.
//!
//! The instances of a rule are read at the same times, so a pass walks along one row and along the one that it pushes
//! out, instead of visiting a place in memory for each instance.

use std::collections::VecDeque;
use std::ops::Range;

/// Rows by number: numbers only grow.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Ring {
    /// Monotonic time of each row's first sample, nanoseconds.
    times: VecDeque<u64>,
    /// Number of the oldest row.
    first: u64,
    /// Rows there is room for, a power of two.
    n_slots: usize,
    /// Cells in a row.
    width: usize,
}

impl Ring {
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Numbers of the rows there are.
    pub fn rows(&self) -> Range<u64> {
        self.first..self.first + self.times.len() as u64
    }

    /// Time of the oldest row.
    pub fn oldest(&self) -> Option<u64> {
        self.times.front().copied()
    }

    /// Time of the newest row.
    pub fn newest(&self) -> Option<u64> {
        self.times.back().copied()
    }

    /// Time of a row.
    pub fn time(&self, row: u64) -> u64 {
        self.times.get((row - self.first) as usize).copied().unwrap_or(0)
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn is_full(&self) -> bool {
        self.times.len() == self.n_slots
    }

    /// Cells of a row in a column of numbers.
    #[inline]
    pub fn row(&self, row: u64) -> Range<usize> {
        let from = (row as usize & (self.n_slots - 1)) * self.width;
        from..from + self.width
    }

    /// Place of a cell.
    #[inline]
    pub fn cell(&self, row: u64, lane: usize) -> usize {
        (row as usize & (self.n_slots - 1)) * self.width + lane
    }

    pub fn push(&mut self, time: u64) {
        self.times.push_back(time);
    }

    pub fn pop(&mut self) {
        if self.times.pop_front().is_some() {
            self.first += 1;
        }
    }

    /// The same rows with more room.
    pub fn wider(&self, n_slots: usize, width: usize) -> Self {
        Self { times: self.times.clone(), first: self.first, n_slots: n_slots.next_power_of_two(), width }
    }

    /// A column's numbers as they lie in `to`, which has more room.
    pub fn moved<T: Copy>(&self, column: &[T], to: &Self, blank: T) -> Vec<T> {
        let mut moved = vec![blank; to.n_slots * to.width];
        if !column.is_empty() {
            for row in self.rows() {
                let from = &column[self.row(row)];
                moved[to.row(row)][..from.len()].copy_from_slice(from);
            }
        }
        moved
    }
}
