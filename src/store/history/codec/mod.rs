//! A segment as bytes: a directory with what every question needs, and one block a series, so that a question for
//! some series reads these alone. Not the frame around it, and not what the series are called.
//!
//! Reading takes any bytes: it gives an error, and reserves no more than the bytes at hand can account for.

mod busy;
mod bytes;
mod numbers;
mod presence;
#[cfg(test)]
pub(super) mod tests;
mod times;

use std::sync::Arc;

use self::bytes::{Take, put_varint};
use self::numbers::Habit;
use self::presence::Patterns;
pub(super) use super::segment::ColumnValues;
use super::segment::{ProcessReading, Segment, SegmentColumn};
use crate::model::{SeriesDef, SourceId, Tier};

pub use self::bytes::Malformed;

/// Most ticks in a segment.
pub const MAX_ROWS: usize = 1 << 16;
/// Most values in a segment.
pub const MAX_VALUES: usize = 1 << 24;

/// A segment as bytes.
#[derive(Debug, Default)]
pub(super) struct Packed {
    /// Ticks, patterns of presence, and where each series' block is.
    pub(super) directory: Vec<u8>,
    /// The blocks, one after the other.
    pub(super) blocks: Vec<u8>,
}

/// What the frame's head says of a segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) tier: Tier,
    pub(super) source: SourceId,
    pub(super) interval_millis: u32,
    pub(super) first: i64,
    pub(super) n_rows: usize,
    pub(super) n_values: usize,
}

/// Where a block is, counted from the first, and the sum that its bytes must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) offset: usize,
    pub(super) len: usize,
    pub(super) crc: u32,
}

impl Block {
    /// Whether these are its bytes.
    pub(super) fn is_whole(&self, bytes: &[u8]) -> bool {
        bytes.len() == self.len && crc32fast::hash(bytes) == self.crc
    }
}

/// A series in a directory.
#[derive(Debug, Clone)]
pub(super) struct ColumnEntry {
    /// Its number in the file's dictionary.
    pub(super) series: u32,
    pub(super) rows: Option<Arc<[u32]>>,
    pub(super) block: Block,
}

/// A directory, read.
#[derive(Debug, Clone)]
pub(super) struct Directory {
    pub(super) times: Vec<i64>,
    pub(super) columns: Vec<ColumnEntry>,
    pub(super) processes: Option<Block>,
}

/// Packs a segment; `number` gives a series' number in the file's dictionary.
pub(super) fn pack(segment: &Segment, mut number: impl FnMut(&Arc<SeriesDef>) -> u32) -> Packed {
    let n_rows = segment.times.len();
    let mut packed = Packed::default();
    let out = &mut packed.directory;
    times::put(out, &segment.times, segment.interval_millis);
    let mut patterns = Patterns::default();
    let mut columns: Vec<(u32, usize, &SegmentColumn)> = segment
        .columns
        .iter()
        .filter(|column| !column.values.is_empty())
        .map(|column| (number(&column.def), patterns.number(column.rows.as_ref(), n_rows), column))
        .collect();
    // By number, so that each is written as its distance from the one before.
    columns.sort_by_key(|(series, ..)| *series);
    patterns.put(out, n_rows);
    put_varint(out, columns.len() as u64);
    let mut next = 0;
    for (series, pattern, column) in columns {
        put_varint(out, u64::from(series - next));
        next = series;
        put_varint(out, pattern as u64);
        put_block(out, &mut packed.blocks, |blocks| put_values(blocks, &column.values));
    }
    if segment.processes.is_empty() {
        out.push(0);
    } else {
        out.push(1);
        put_block(out, &mut packed.blocks, |blocks| busy::put(blocks, &segment.processes));
    }
    packed
}

fn put_block(directory: &mut Vec<u8>, blocks: &mut Vec<u8>, put: impl FnOnce(&mut Vec<u8>)) {
    let start = blocks.len();
    put(blocks);
    put_varint(directory, (blocks.len() - start) as u64);
    directory.extend_from_slice(&crc32fast::hash(&blocks[start..]).to_le_bytes());
}

fn put_values(out: &mut Vec<u8>, values: &ColumnValues) {
    match values {
        ColumnValues::Samples(values) => numbers::put(out, values, Habit::Any),
        ColumnValues::Buckets { min, max, mean, count } => {
            numbers::put(out, count, Habit::Loose);
            for column in [min, max, mean] {
                numbers::put(out, column, Habit::Any);
            }
        }
    }
}

/// Reads a directory.
pub(super) fn directory(bytes: &[u8], shape: &Shape) -> Result<Directory, Malformed> {
    if shape.n_rows > MAX_ROWS || shape.n_values > MAX_VALUES {
        return Err(Malformed("a segment of an impossible size"));
    }
    let mut from = Take::new(bytes);
    let times = times::take(&mut from, shape.n_rows, shape.first, shape.interval_millis)?;
    let patterns = presence::take(&mut from, shape.n_rows, shape.n_values)?;
    // A series takes seven bytes at least.
    let n = from.count(from.rest.len() / 7)?;
    let mut columns = Vec::with_capacity(n);
    let (mut series, mut offset, mut n_values) = (0_u32, 0, 0);
    for _ in 0..n {
        let step = u32::try_from(from.varint()?).ok();
        series =
            step.and_then(|step| series.checked_add(step)).ok_or(Malformed("a series' number is out of bounds"))?;
        let pattern = patterns.get(from.count(patterns.len())?).ok_or(Malformed("a pattern is missing"))?;
        n_values += pattern.as_ref().map_or(shape.n_rows, |rows| rows.len());
        columns.push(ColumnEntry { series, rows: pattern.clone(), block: take_block(&mut from, &mut offset)? });
    }
    if n_values != shape.n_values {
        return Err(Malformed("another number of values than the head says"));
    }
    let processes = if from.byte()? == 0 { None } else { Some(take_block(&mut from, &mut offset)?) };
    Ok(Directory { times, columns, processes })
}

fn take_block(from: &mut Take<'_>, offset: &mut usize) -> Result<Block, Malformed> {
    let len = from.count(1 << 30)?;
    let crc = from.bytes(4)?.try_into().map(u32::from_le_bytes).map_err(|_| Malformed("it ends too early"))?;
    let block = Block { offset: *offset, len, crc };
    *offset += len;
    Ok(block)
}

/// Reads the block of a series that has `n` values.
pub(super) fn values(block: &[u8], tier: Tier, n: usize) -> Result<ColumnValues, Malformed> {
    let mut from = Take::new(block);
    let values = if tier == Tier::Full {
        ColumnValues::Samples(numbers::take(&mut from, n)?)
    } else {
        let count: Vec<u32> = numbers::take(&mut from, n)?;
        if count.contains(&0) {
            return Err(Malformed("a bucket without samples"));
        }
        let [min, max, mean] =
            [numbers::take(&mut from, n)?, numbers::take(&mut from, n)?, numbers::take(&mut from, n)?];
        ColumnValues::Buckets { min, max, mean, count }
    };
    if !from.rest.is_empty() {
        return Err(Malformed("a block is too long"));
    }
    let is_finite = match &values {
        ColumnValues::Samples(values) => values.iter().all(|v| v.is_finite()),
        ColumnValues::Buckets { min, max, mean, .. } => {
            [min, max, mean].iter().all(|c| c.iter().all(|v| v.is_finite()))
        }
    };
    if is_finite { Ok(values) } else { Err(Malformed("a value is not a number")) }
}

/// Reads the block of the busiest processes.
pub(super) fn processes(block: &[u8], n_rows: usize) -> Result<Vec<ProcessReading>, Malformed> {
    let mut from = Take::new(block);
    let readings = busy::take(&mut from, n_rows)?;
    if from.rest.is_empty() { Ok(readings) } else { Err(Malformed("a block is too long")) }
}
