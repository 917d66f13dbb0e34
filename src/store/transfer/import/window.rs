//! Rows of a file on their way to segments: put in order as far as some thousand rows reach, and each moment once.

use std::sync::Arc;

use super::cells::{Cell, RowHead};
use crate::model::{SeriesDef, SourceId, Tier};
use crate::store::history::{ColumnValues, Segment, SegmentColumn};

/// Values held while rows are put in order; 16 bytes each.
const MAX_CELLS: usize = 1_500_000;
/// Bounds of the rows held.
const ROWS: (usize, usize) = (512, 65_536);
/// Greatest number of rows of a segment.
const SEGMENT_ROWS: usize = 4096;

/// The rows that may still be joined by earlier ones.
pub(super) struct RowWindow {
    defs: Vec<Arc<SeriesDef>>,
    source: SourceId,
    heads: Vec<RowHead>,
    cells: Vec<Cell>,
    capacity: usize,
    is_sorted: bool,
    /// The last moment that was given away.
    given: i64,
    interval_millis: Option<u32>,
    /// Rows of a moment that was there before.
    pub n_duplicates: u64,
}

impl RowWindow {
    pub fn new(defs: Vec<Arc<SeriesDef>>, source: SourceId) -> Self {
        let capacity = (MAX_CELLS / defs.len().max(1)).clamp(ROWS.0, ROWS.1);
        Self {
            defs,
            source,
            heads: Vec::with_capacity(capacity),
            cells: Vec::new(),
            capacity,
            is_sorted: true,
            given: i64::MIN,
            interval_millis: None,
            n_duplicates: 0,
        }
    }

    /// Takes a row in; gives the earlier half of all as segments when there are enough.
    ///
    /// # Errors
    /// The last moment given away, where the row is not after it.
    pub fn add(&mut self, head: RowHead, cells: &[Cell]) -> Result<Vec<Segment>, i64> {
        if head.at <= self.given {
            return Err(self.given);
        }
        let is_next = self.heads.last().is_none_or(|last| (last.at, last.tier) < (head.at, head.tier));
        self.is_sorted &= is_next;
        self.heads.push(head);
        self.cells.extend_from_slice(cells);
        Ok(if self.heads.len() >= self.capacity { self.give(self.capacity / 2) } else { Vec::new() })
    }

    /// Gives what is left.
    pub fn finish(&mut self) -> Vec<Segment> {
        self.give(usize::MAX)
    }

    /// Gives the first `n` rows by time, and those of the moment they end at.
    fn give(&mut self, n: usize) -> Vec<Segment> {
        self.sort();
        let mut n = n.min(self.heads.len());
        while n > 0 && n < self.heads.len() && self.heads[n].at == self.heads[n - 1].at {
            n += 1;
        }
        let Some(last) = n.checked_sub(1).and_then(|i| self.heads.get(i)) else { return Vec::new() };
        self.given = last.at;
        let width = self.defs.len();
        let heads: Vec<RowHead> = self.heads.drain(..n).collect();
        let cells: Vec<Cell> = self.cells.drain(..n * width).collect();
        let interval = *self.interval_millis.get_or_insert_with(|| usual_interval(&heads));
        let mut segments = Vec::new();
        let mut start = 0;
        while let Some(first) = heads.get(start) {
            let len = heads[start..].iter().take(SEGMENT_ROWS).take_while(|head| head.tier == first.tier).count();
            let rows = &cells[start * width..(start + len) * width];
            segments.extend(self.segment(&heads[start..start + len], rows, interval));
            start += len;
        }
        segments
    }

    /// Puts the rows in order; of two of one moment the later fields stay.
    fn sort(&mut self) {
        if self.is_sorted {
            return;
        }
        let width = self.defs.len();
        let mut order: Vec<usize> = (0..self.heads.len()).collect();
        order.sort_by_key(|i| (self.heads[*i].at, self.heads[*i].tier, *i));
        let mut heads: Vec<RowHead> = Vec::with_capacity(order.len());
        let mut cells: Vec<Cell> = Vec::with_capacity(self.cells.len());
        for i in order {
            let row = &self.cells[i * width..(i + 1) * width];
            if heads.last() == Some(&self.heads[i]) {
                self.n_duplicates += 1;
                let before = cells.len() - width;
                for (old, new) in cells[before..].iter_mut().zip(row).filter(|(_, new)| new.is_there()) {
                    *old = *new;
                }
            } else {
                heads.push(self.heads[i]);
                cells.extend_from_slice(row);
            }
        }
        self.heads = heads;
        self.cells = cells;
        self.is_sorted = true;
    }

    fn segment(&self, heads: &[RowHead], cells: &[Cell], interval_millis: u32) -> Option<Segment> {
        let tier = heads.first()?.tier;
        let width = self.defs.len();
        let columns: Vec<SegmentColumn> = self
            .defs
            .iter()
            .enumerate()
            .filter_map(|(i, def)| {
                let column = || cells.iter().skip(i).step_by(width).zip(0_u32..).filter(|(cell, _)| cell.is_there());
                let rows: Vec<u32> = column().map(|(_, row)| row).collect();
                let values = match tier {
                    Tier::Full => ColumnValues::Samples(column().map(|(cell, _)| cell.mean).collect()),
                    Tier::Minute | Tier::Hour => ColumnValues::Buckets {
                        min: column().map(|(cell, _)| cell.min).collect(),
                        max: column().map(|(cell, _)| cell.max).collect(),
                        mean: column().map(|(cell, _)| cell.mean).collect(),
                        count: column().map(|(cell, _)| cell.count).collect(),
                    },
                };
                let rows = (rows.len() < heads.len()).then(|| Arc::from(rows));
                (!values.is_empty()).then(|| SegmentColumn { def: Arc::clone(def), rows, values })
            })
            .collect();
        (!columns.is_empty()).then(|| Segment {
            tier,
            source: self.source,
            interval_millis: tier.step().map_or(interval_millis, |step| step.as_millis() as u32),
            times: heads.iter().map(|head| head.at).collect(),
            columns,
            processes: Vec::new(),
        })
    }
}

/// The time between rows that is in their middle, by length.
fn usual_interval(heads: &[RowHead]) -> u32 {
    let mut between: Vec<i64> = heads
        .windows(2)
        .filter(|pair| pair.iter().all(|head| head.tier == Tier::Full))
        .map(|pair| pair[1].at - pair[0].at)
        .collect();
    between.sort_unstable();
    between.get(between.len() / 2).map_or(1000, |middle| u32::try_from(*middle).unwrap_or(u32::MAX).max(1))
}
