//! Segments of several sources as rows by time: at each moment the values of all series that have one.
//!
//! Segments come in the order of their beginnings, so memory holds those that overlap in time and no more.

use std::collections::HashSet;

use super::inventory::Inventory;
use crate::model::{SeriesKey, Tier, TimeRange};
use crate::store::history::{Segment, SegmentColumn};
use crate::store::transfer::TransferError;

/// One value of a row; a sample stands for its own least, greatest and mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cell {
    /// Place of the series in the inventory.
    pub series: u32,
    pub min: f32,
    pub max: f32,
    pub mean: f32,
    pub count: u32,
}

/// The values of one moment and one tier, by place of their series.
#[derive(Debug)]
pub(super) struct Row<'a> {
    /// Milliseconds since 1970; the start of the bucket in the coarser tiers.
    pub at: i64,
    pub tier: Tier,
    pub cells: &'a [Cell],
}

/// Whether a moment of a tier belongs to a period: a bucket does if any part of it does.
pub(super) fn is_within(at: i64, tier: Tier, range: TimeRange) -> bool {
    let step = tier.step().map_or(0, |step| step.as_millis() as i64);
    at < range.end.as_millis() && (at >= range.start.as_millis() || at.saturating_add(step) > range.start.as_millis())
}

/// Values of a column in a period that are numbers.
pub(super) fn n_within(segment: &Segment, column: &SegmentColumn, range: TimeRange) -> u64 {
    column
        .times(segment)
        .enumerate()
        .filter(|(i, at)| is_within(*at, segment.tier, range) && value_at(column, *i).is_some())
        .count() as u64
}

fn value_at(column: &SegmentColumn, i: usize) -> Option<(f32, f32, f32, u32)> {
    column.values.at(i).filter(|(min, max, mean, _)| min.is_finite() && max.is_finite() && mean.is_finite())
}

/// A segment of which some rows are still to be given.
struct Pending {
    segment: Segment,
    row: usize,
    /// For each column its place in the inventory and its next value.
    cursors: Vec<(Option<u32>, usize)>,
}

impl Pending {
    fn front(&self) -> Option<(i64, Tier)> {
        self.segment.times.get(self.row).map(|at| (*at, self.segment.tier))
    }

    fn take_row(&mut self, cells: &mut Vec<Cell>) {
        for (column, (place, next)) in self.segment.columns.iter().zip(&mut self.cursors) {
            let is_here = match &column.rows {
                None => true,
                Some(rows) => rows.get(*next).is_some_and(|row| *row as usize == self.row),
            };
            if !is_here {
                continue;
            }
            if let (Some(series), Some((min, max, mean, count))) = (*place, value_at(column, *next)) {
                cells.push(Cell { series, min, max, mean, count });
            }
            *next += 1;
        }
        self.row += 1;
    }
}

/// Takes segments in, gives rows out.
pub(super) struct RowMerge<'a> {
    inventory: &'a Inventory,
    range: TimeRange,
    pending: Vec<Pending>,
    cells: Vec<Cell>,
    unknown: HashSet<SeriesKey>,
}

type Emit<'e> = &'e mut dyn FnMut(&Row<'_>) -> Result<(), TransferError>;

impl<'a> RowMerge<'a> {
    pub fn new(inventory: &'a Inventory, range: TimeRange) -> Self {
        Self { inventory, range, pending: Vec::new(), cells: Vec::new(), unknown: HashSet::new() }
    }

    /// Takes a segment in and gives the rows before its beginning.
    pub fn add(&mut self, segment: Segment, emit: Emit<'_>) -> Result<(), TransferError> {
        let Some(first) = segment.times.first() else { return Ok(()) };
        self.drain(Some(*first), emit)?;
        let mut cursors = Vec::with_capacity(segment.columns.len());
        for column in &segment.columns {
            let place = self.inventory.place(&column.def);
            if place.is_none() && n_within(&segment, column, self.range) > 0 {
                self.unknown.insert(column.def.key.clone());
            }
            cursors.push((place, 0));
        }
        self.pending.push(Pending { segment, row: 0, cursors });
        Ok(())
    }

    /// Gives what is left; answers how many series were met that the inventory does not know.
    pub fn finish(mut self, emit: Emit<'_>) -> Result<usize, TransferError> {
        self.drain(None, emit)?;
        Ok(self.unknown.len())
    }

    fn drain(&mut self, before: Option<i64>, emit: Emit<'_>) -> Result<(), TransferError> {
        while let Some((at, tier)) = self.pending.iter().filter_map(Pending::front).min() {
            if before.is_some_and(|before| at >= before) {
                break;
            }
            self.cells.clear();
            for pending in self.pending.iter_mut().filter(|pending| pending.front() == Some((at, tier))) {
                pending.take_row(&mut self.cells);
            }
            self.pending.retain(|pending| pending.front().is_some());
            if self.cells.is_empty() || !is_within(at, tier, self.range) {
                continue;
            }
            self.cells.sort_by_key(|cell| cell.series);
            emit(&Row { at, tier, cells: &self.cells })?;
        }
        Ok(())
    }
}
