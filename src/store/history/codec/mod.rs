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
pub(super) mod text;
mod times;

use std::collections::HashMap;
use std::sync::Arc;

pub(super) use self::busy::Form;
pub(super) use self::bytes::{Take, put_varint};
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
    /// How the texts of the processes are kept.
    pub(super) form: Form,
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
    let mut blocks = Blocks::default();
    for (series, pattern, column) in columns {
        put_varint(out, u64::from(series - next));
        next = series;
        put_varint(out, pattern as u64);
        blocks.put(out, &mut packed.blocks, |bytes| put_values(bytes, &column.values));
    }
    if segment.processes.is_empty() {
        out.push(0);
    } else {
        out.push(PRESSED);
        blocks.put(out, &mut packed.blocks, |bytes| busy::put(bytes, &segment.processes));
    }
    packed
}

/// The mark of processes whose texts are as in version 1 of the format, and of those whose texts are pressed.
const FIRST: u8 = 1;
const PRESSED: u8 = 2;

/// The blocks of a segment as they are written. Where a machine has one disk, say, the series of it and those of all
/// disks are the same: such a block is written once.
#[derive(Debug, Default)]
struct Blocks {
    by_sum: HashMap<(u32, usize), (usize, usize)>,
    n: usize,
}

impl Blocks {
    /// Appends a block and its length and sum, or, with a length of 0, the number of an earlier one that is the same.
    fn put(&mut self, directory: &mut Vec<u8>, blocks: &mut Vec<u8>, put: impl FnOnce(&mut Vec<u8>)) {
        let start = blocks.len();
        put(blocks);
        let len = blocks.len() - start;
        let crc = crc32fast::hash(&blocks[start..]);
        let number = self.n;
        self.n += 1;
        if let Some((same, at)) = self.by_sum.get(&(crc, len))
            && len > FEW
            && blocks[*at..*at + len] == blocks[start..]
        {
            blocks.truncate(start);
            put_varint(directory, 0);
            put_varint(directory, *same as u64);
            return;
        }
        self.by_sum.insert((crc, len), (number, start));
        put_varint(directory, len as u64);
        directory.extend_from_slice(&crc.to_le_bytes());
    }
}

/// Blocks up to this long take no more room than pointing to another does.
const FEW: usize = 5;

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
    // A series takes four bytes at least.
    let n = from.count(from.rest.len() / 4)?;
    let mut columns: Vec<ColumnEntry> = Vec::with_capacity(n);
    let (mut series, mut offset, mut n_values) = (0_u32, 0, 0);
    for _ in 0..n {
        let step = u32::try_from(from.varint()?).ok();
        series =
            step.and_then(|step| series.checked_add(step)).ok_or(Malformed("a series' number is out of bounds"))?;
        let pattern = patterns.get(from.count(patterns.len())?).ok_or(Malformed("a pattern is missing"))?;
        n_values += pattern.as_ref().map_or(shape.n_rows, |rows| rows.len());
        let block = take_block(&mut from, &mut offset, &columns)?;
        columns.push(ColumnEntry { series, rows: pattern.clone(), block });
    }
    if n_values != shape.n_values {
        return Err(Malformed("another number of values than the head says"));
    }
    let form = from.byte()?;
    let processes = if form == 0 { None } else { Some(take_block(&mut from, &mut offset, &columns)?) };
    let form = if form == FIRST { Form::First } else { Form::Pressed };
    Ok(Directory { times, columns, processes, form })
}

fn take_block(from: &mut Take<'_>, offset: &mut usize, before: &[ColumnEntry]) -> Result<Block, Malformed> {
    let len = from.count(1 << 30)?;
    if len == 0 {
        let same = before.get(from.count(before.len())?).ok_or(Malformed("a block is missing"))?;
        return Ok(same.block);
    }
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
pub(super) fn processes(block: &[u8], n_rows: usize, form: Form) -> Result<Vec<ProcessReading>, Malformed> {
    let mut from = Take::new(block);
    let readings = busy::take(&mut from, n_rows, form)?;
    if from.rest.is_empty() { Ok(readings) } else { Err(Malformed("a block is too long")) }
}
