//! The tail: samples of full resolution that no sealed segment holds yet, in memory, source by source. Not the journal,
//! which keeps the same samples safe on disk.
//!
//! Times of one segment only ever grow. What comes a little late is dropped and counted; what comes more than
//! [`LATE_LIMIT_MILLIS`] late means that the clock was set back, and begins a new segment.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::precision::kept;
use super::segment::{ColumnValues, ProcessReading, Segment, SegmentColumn};
use super::tick::StoreTick;
use crate::model::{BusyProcess, SeriesDef, SeriesId, SeriesKey, SourceId, Tier, TimeRange};

/// How far before its newest a source's tick may stand and still count as late rather than as a clock that was set back.
pub const LATE_LIMIT_MILLIS: i64 = 10_000;
/// Ticks of a full segment.
pub const SEGMENT_TICKS: usize = 900;
/// Time a segment spans at most, milliseconds.
pub const SEGMENT_MILLIS: i64 = 30 * 60 * 1000;
/// Bytes in memory at which a segment counts as full however few its ticks are.
const SEGMENT_BYTES: usize = 8 << 20;
/// Bytes of samples that may wait in memory while nothing can be written.
pub const WAITING_BYTES: usize = 32 << 20;
/// How far back samples may wait in memory while nothing can be written, milliseconds.
pub const WAITING_MILLIS: i64 = 2 * 3600 * 1000;
/// Bytes a reading of one process is counted as; its texts are shared.
const PROCESS_BYTES: usize = size_of::<BusyProcess>();

/// What became of a tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is in the tail.
    Kept,
    /// It was not later than the newest of its source, and was dropped.
    Late,
    /// It is in the tail, and the clock had been set back before it.
    AfterSetBack,
}

/// Samples that wait for a segment.
#[derive(Debug, Default)]
pub struct Tail {
    sources: Vec<SourceTail>,
}

/// One source's part of the tail.
#[derive(Debug)]
struct SourceTail {
    source: SourceId,
    /// Segments that take no more ticks, oldest first.
    full: VecDeque<OpenSegment>,
    open: Option<OpenSegment>,
}

/// A segment that still takes ticks, or waits to be sealed.
#[derive(Debug)]
pub struct OpenSegment {
    interval_millis: u32,
    times: Vec<i64>,
    columns: Vec<OpenColumn>,
    by_id: HashMap<SeriesId, usize>,
    /// Columns that came back from the journal and have no number of this run yet.
    by_key: HashMap<SeriesKey, usize>,
    processes: Vec<(u32, Arc<[BusyProcess]>)>,
    /// Ticks that the journal holds already.
    n_flushed: usize,
    n_values: usize,
    bytes: usize,
}

#[derive(Debug)]
struct OpenColumn {
    def: Arc<SeriesDef>,
    /// `None` while it had a value at each of its first ticks.
    rows: Option<Vec<u32>>,
    values: Vec<f32>,
}

impl Tail {
    /// Takes one tick. `def_of` tells what is known of a series; values of series it does not know are left out.
    pub fn push(&mut self, tick: &StoreTick, def_of: impl Fn(SeriesId) -> Option<Arc<SeriesDef>>) -> Taken {
        let at = tick.at.as_millis();
        let source = self.source_mut(tick.source);
        let mut outcome = Taken::Kept;
        if let Some(newest) = source.newest()
            && at <= newest
        {
            if newest - at <= LATE_LIMIT_MILLIS {
                return Taken::Late;
            }
            source.end_open();
            outcome = Taken::AfterSetBack;
        }
        if source.open.as_ref().is_some_and(|open| open.is_full_at(at) || open.interval_millis != tick.interval_millis)
        {
            source.end_open();
        }
        let open = source.open.get_or_insert_with(|| OpenSegment::new(tick.interval_millis));
        open.push(tick, def_of);
        outcome
    }

    /// Takes back what a journal held: it counts as flushed and goes on taking ticks.
    pub fn take_back(&mut self, segment: &Segment) {
        let source = self.source_mut(segment.source);
        let last = segment.times.last().copied().unwrap_or(i64::MIN);
        let first = segment.times.first().copied().unwrap_or(i64::MAX);
        let goes_on = source.open.as_ref().is_some_and(|open| {
            open.interval_millis == segment.interval_millis
                && open.newest().is_some_and(|newest| newest < first)
                && !open.is_full_at(last)
        });
        if !goes_on {
            source.end_open();
        }
        source.open.get_or_insert_with(|| OpenSegment::new(segment.interval_millis)).take_back(segment);
    }

    /// Ends the segments that take ticks: the next tick of each source begins a new one.
    pub fn end_all(&mut self) {
        self.sources.iter_mut().for_each(SourceTail::end_open);
    }

    /// Ends the segments that are full, so that they can be sealed though no further tick comes.
    pub fn end_full(&mut self, now_millis: i64) {
        for source in &mut self.sources {
            if source.open.as_ref().is_some_and(|open| open.is_full_at(now_millis)) {
                source.end_open();
            }
        }
    }

    /// The oldest segment that takes no more ticks, of any source.
    pub fn oldest_full(&self) -> Option<Segment> {
        self.sources.iter().find_map(|tail| Some(tail.full.front()?.cut(tail.source, None, None)))
    }

    /// Forgets the segment that [`Self::oldest_full`] gave: it is sealed now.
    pub fn sealed(&mut self, source: SourceId) {
        if let Some(tail) = self.sources.iter_mut().find(|tail| tail.source == source) {
            tail.full.pop_front();
        }
    }

    /// Whether any segment waits to be sealed.
    pub fn has_full(&self) -> bool {
        self.sources.iter().any(|tail| !tail.full.is_empty())
    }

    /// What the journal does not hold yet, in order, each with its source's segments in the order of their making.
    pub fn unflushed(&self) -> Vec<Segment> {
        self.cut_rows(|open| open.n_flushed)
    }

    /// Everything in the tail, for a journal that begins anew.
    pub fn all(&self) -> Vec<Segment> {
        self.cut_rows(|_| 0)
    }

    fn cut_rows(&self, from: impl Fn(&OpenSegment) -> usize) -> Vec<Segment> {
        self.segments()
            .filter(|(_, open)| from(open) < open.times.len())
            .map(|(source, open)| open.cut_rows(source, None, from(open), open.times.len()))
            .collect()
    }

    /// The journal holds everything that is here now.
    pub fn flushed(&mut self) {
        for open in self.sources.iter_mut().flat_map(|tail| tail.full.iter_mut().chain(&mut tail.open)) {
            open.n_flushed = open.times.len();
        }
    }

    /// For readers: the segments that touch `range`, cut to it and to `keys`, in the order in which they were made.
    pub fn cut(&self, keys: Option<&[SeriesKey]>, range: TimeRange) -> Vec<Segment> {
        self.segments()
            .map(|(source, open)| open.cut(source, keys, Some(range)))
            .filter(|segment| !segment.times.is_empty())
            .collect()
    }

    /// Everything known of the series in the tail.
    pub fn defs(&self) -> impl Iterator<Item = &Arc<SeriesDef>> {
        self.segments().flat_map(|(_, open)| open.columns.iter().map(|column| &column.def))
    }

    /// From the first tick to just after the last; `None` where there is none.
    pub fn covers(&self) -> Option<(i64, i64)> {
        let times = || self.segments().filter_map(|(_, open)| Some((*open.times.first()?, *open.times.last()?)));
        Some((times().map(|(first, _)| first).min()?, times().map(|(_, last)| last + 1).max()?))
    }

    /// Whether a source has a tick from `start` on and before `end`.
    pub fn touches(&self, source: SourceId, start: i64, end: i64) -> bool {
        self.segments().filter(|(whose, _)| *whose == source).any(|(_, open)| {
            open.times.first().is_some_and(|first| *first < end) && open.newest().is_some_and(|last| last >= start)
        })
    }

    /// From the first tick to just after the last of each segment of a source.
    pub fn spans_of(&self, source: SourceId) -> Vec<(i64, i64)> {
        let of_source = self.segments().filter(|(whose, _)| *whose == source);
        of_source.filter_map(|(_, open)| Some((*open.times.first()?, *open.times.last()? + 1))).collect()
    }

    /// Samples in the tail.
    pub fn n_values(&self) -> usize {
        self.segments().map(|(_, open)| open.n_values).sum()
    }

    /// Samples that the journal does not hold yet; whole ticks are counted, by the mean number of values in one.
    pub fn n_unflushed(&self) -> usize {
        let waiting = |open: &OpenSegment| {
            let n = open.times.len().max(1);
            open.n_values * (n - open.n_flushed.min(n)) / n
        };
        self.segments().map(|(_, open)| waiting(open)).sum()
    }

    /// Bytes the tail takes in memory, about.
    pub fn bytes(&self) -> usize {
        self.segments().map(|(_, open)| open.bytes).sum()
    }

    /// Drops the oldest segments that wait to be sealed while the tail is over its bounds; gives the samples lost.
    pub fn drop_over_bounds(&mut self) -> usize {
        let mut n_dropped = 0;
        loop {
            let Some((_, end)) = self.covers() else { return n_dropped };
            let oldest = self
                .sources
                .iter_mut()
                .filter_map(|tail| Some((*tail.full.front()?.times.last()?, tail)))
                .min_by_key(|(last, _)| *last)
                .map(|(last, tail)| (last, tail.source));
            let Some((last, source)) = oldest else { return n_dropped };
            if self.bytes() <= WAITING_BYTES && end - last <= WAITING_MILLIS {
                return n_dropped;
            }
            n_dropped += self.source_mut(source).full.pop_front().map_or(0, |segment| segment.n_values);
        }
    }

    fn segments(&self) -> impl Iterator<Item = (SourceId, &OpenSegment)> {
        self.sources.iter().flat_map(|tail| tail.full.iter().chain(&tail.open).map(move |open| (tail.source, open)))
    }

    fn source_mut(&mut self, source: SourceId) -> &mut SourceTail {
        let i = self.sources.iter().position(|tail| tail.source == source).unwrap_or_else(|| {
            self.sources.push(SourceTail { source, full: VecDeque::new(), open: None });
            self.sources.len() - 1
        });
        &mut self.sources[i]
    }
}

impl SourceTail {
    /// The newest tick by the clock as it stands now.
    fn newest(&self) -> Option<i64> {
        self.open.as_ref().or(self.full.back())?.newest()
    }

    fn end_open(&mut self) {
        self.full.extend(self.open.take().filter(|open| !open.times.is_empty()));
    }
}

impl OpenSegment {
    fn new(interval_millis: u32) -> Self {
        Self {
            interval_millis,
            times: Vec::new(),
            columns: Vec::new(),
            by_id: HashMap::new(),
            by_key: HashMap::new(),
            processes: Vec::new(),
            n_flushed: 0,
            n_values: 0,
            bytes: 0,
        }
    }

    fn newest(&self) -> Option<i64> {
        self.times.last().copied()
    }

    /// Whether a tick at `at` has to begin another segment.
    fn is_full_at(&self, at: i64) -> bool {
        self.times.len() >= SEGMENT_TICKS
            || self.bytes >= SEGMENT_BYTES
            || self.times.first().is_some_and(|first| at - first >= SEGMENT_MILLIS)
    }

    fn push(&mut self, tick: &StoreTick, def_of: impl Fn(SeriesId) -> Option<Arc<SeriesDef>>) {
        let row = self.times.len();
        self.times.push(tick.at.as_millis());
        self.bytes += size_of::<i64>();
        for (id, value) in tick.values.iter().filter(|(_, value)| value.is_finite()) {
            let i = match self.by_id.get(id) {
                Some(i) => *i,
                None => {
                    let Some(def) = def_of(*id) else { continue };
                    let i = self.by_key.remove(&def.key).unwrap_or_else(|| {
                        self.columns.push(OpenColumn { def, rows: None, values: Vec::new() });
                        self.columns.len() - 1
                    });
                    self.by_id.insert(*id, i);
                    i
                }
            };
            // A series that is named twice in one tick keeps its first value.
            self.put(i, row, kept(*value, self.columns[i].def.unit));
        }
        if let Some(processes) = &tick.processes {
            self.bytes += processes.len() * PROCESS_BYTES;
            self.processes.push((row as u32, processes.clone()));
        }
    }

    fn put(&mut self, column: usize, row: usize, value: f32) {
        let bytes = self.columns[column].put(row, value);
        self.bytes += bytes;
        self.n_values += usize::from(bytes > 0);
    }

    fn take_back(&mut self, segment: &Segment) {
        let first_row = self.times.len();
        self.times.extend(&segment.times);
        self.bytes += segment.times.len() * size_of::<i64>();
        for column in &segment.columns {
            let i = self.by_key.get(&column.def.key).copied().unwrap_or_else(|| {
                self.columns.push(OpenColumn { def: column.def.clone(), rows: None, values: Vec::new() });
                self.by_key.insert(column.def.key.clone(), self.columns.len() - 1);
                self.columns.len() - 1
            });
            for k in 0..column.values.len() {
                let row = column.rows.as_ref().map_or(k, |rows| rows[k] as usize);
                if let Some((_, _, value, _)) = column.values.at(k) {
                    self.put(i, first_row + row, value);
                }
            }
        }
        for reading in &segment.processes {
            self.bytes += reading.processes.len() * PROCESS_BYTES;
            self.processes.push((first_row as u32 + reading.row, reading.processes.as_slice().into()));
        }
        self.n_flushed = self.times.len();
    }

    fn cut(&self, source: SourceId, keys: Option<&[SeriesKey]>, range: Option<TimeRange>) -> Segment {
        let place = |at: i64| self.times.partition_point(|time| *time < at);
        let (from, to) =
            range.map_or((0, self.times.len()), |range| (place(range.start.as_millis()), place(range.end.as_millis())));
        self.cut_rows(source, keys, from, to.max(from))
    }

    fn cut_rows(&self, source: SourceId, keys: Option<&[SeriesKey]>, from: usize, to: usize) -> Segment {
        let wanted = |column: &&OpenColumn| keys.is_none_or(|keys| keys.contains(&column.def.key));
        Segment {
            tier: Tier::Full,
            source,
            interval_millis: self.interval_millis,
            times: self.times[from..to].to_vec(),
            columns: self.columns.iter().filter(wanted).filter_map(|column| column.cut(from, to)).collect(),
            processes: self
                .processes
                .iter()
                .filter(|(row, _)| (from..to).contains(&(*row as usize)))
                .map(|(row, processes)| ProcessReading { row: row - from as u32, processes: processes.to_vec() })
                .collect(),
        }
    }
}

impl OpenColumn {
    /// Adds a value and gives the bytes that took: 0 where the row has one already.
    fn put(&mut self, row: usize, value: f32) -> usize {
        match &mut self.rows {
            None if self.values.len() == row => {}
            None if self.values.len() > row => return 0,
            None => {
                let mut rows: Vec<u32> = (0..self.values.len() as u32).collect();
                rows.push(row as u32);
                self.rows = Some(rows);
            }
            Some(rows) if rows.last().is_some_and(|last| *last as usize >= row) => return 0,
            Some(rows) => rows.push(row as u32),
        }
        self.values.push(value);
        size_of::<f32>() * if self.rows.is_some() { 2 } else { 1 }
    }

    /// The part from row `from` up to row `to`; `None` where it has no value there.
    fn cut(&self, from: usize, to: usize) -> Option<SegmentColumn> {
        let (start, end) = match &self.rows {
            None => (from.min(self.values.len()), to.min(self.values.len())),
            Some(rows) => {
                (rows.partition_point(|row| (*row as usize) < from), rows.partition_point(|row| (*row as usize) < to))
            }
        };
        if start == end {
            return None;
        }
        let rows: Option<Arc<[u32]>> = (end - start < to - from).then(|| match &self.rows {
            None => (0..(end - start) as u32).collect(),
            Some(rows) => rows[start..end].iter().map(|row| row - from as u32).collect(),
        });
        Some(SegmentColumn {
            def: self.def.clone(),
            rows,
            values: ColumnValues::Samples(self.values[start..end].to_vec()),
        })
    }
}

#[cfg(test)]
mod tests;
