//! What each process used over the last hour, kept as changes alone: an idle process costs next to nothing.

use std::collections::{HashMap, VecDeque};
use std::mem::size_of;
use std::time::Duration;

use super::bucketing::{Cut, Filling};
use super::chunk::Summary;
use super::column::is_gap;
use crate::model::{ProcessHistory, ProcessKey, ProcessRow, ProcessTable, TimeRange, Timestamp};

/// How far back histories reach.
const SPAN: Duration = Duration::from_secs(3600);
/// Bytes that all histories together may hold.
const MAX_BYTES: usize = 6 << 20;
/// Readings between two rounds that forget what is too old.
const SWEEP_EVERY: u64 = 64;
/// A change of fewer cores than this is not visible: 0.5 % of one core.
const CPU_STEP: f32 = 0.005;
/// A change of less memory than this share of it is not visible.
const MEMORY_SHARE: u32 = 256;
/// A change of fewer bytes a second than this share of them, or than 1,000, is not visible.
const DISK_SHARE: f32 = 0.02;

/// What changed at one reading. `u32::MAX` and NaN stand for a value that was not to be had.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Number of the reading.
    reading: u32,
    cpu_cores: f32,
    wait_cores: f32,
    memory_kib: u32,
    disk: f32,
}

/// One process, from the first reading that saw it to the last. Entries hold until the next one.
#[derive(Debug)]
struct Track {
    last: u32,
    entries: VecDeque<Entry>,
}

impl Track {
    /// Adds an entry; gives by how many the capacity grew.
    fn push(&mut self, entry: Entry) -> usize {
        let before = self.entries.capacity();
        if self.entries.len() == before {
            // Doubling would waste a third of the memory on average.
            self.entries.reserve_exact(before / 4 + 4);
        }
        self.entries.push_back(entry);
        self.entries.capacity() - before
    }
}

/// The past of every process, at most an hour and 6 MiB of it. Where that is too little, processes that ended go
/// first, the longest ended before others; then the oldest entries of the process that has most.
#[derive(Debug, Default)]
pub struct ProcessHistories {
    tracks: HashMap<ProcessKey, Track>,
    /// Time of each reading, and whether the time before it is missing; the first has the number `first_reading`.
    readings: VecDeque<(i64, bool)>,
    first_reading: u32,
    n_entries_capacity: usize,
    n_recorded: u64,
    cadence: i64,
}

impl ProcessHistories {
    /// No history yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in a reading of all processes; `cadence` is the time meant to lie between two. Where the clock was set
    /// back, what stands after the new time is forgotten.
    pub fn record(&mut self, table: &ProcessTable, cadence: Duration) {
        let at = table.at.as_millis();
        let cadence = i64::try_from(cadence.as_millis()).unwrap_or(i64::MAX);
        if self.readings.back().is_some_and(|(newest, _)| at <= *newest) {
            self.cut_back(at);
        }
        let is_after_gap =
            self.readings.back().is_some_and(|(newest, _)| is_gap(at - newest, cadence.max(self.cadence)));
        self.cadence = cadence;
        self.readings.push_back((at, is_after_gap));
        let reading = self.end_reading() - 1;
        for row in table.rows.iter() {
            let entry = Entry::of(row, reading);
            let track = self.tracks.entry(row.key).or_insert_with(|| Track { last: reading, entries: VecDeque::new() });
            let was_away = track.last + 1 < reading;
            if was_away {
                self.n_entries_capacity += track.push(Entry::missing(track.last + 1));
            }
            track.last = reading;
            if was_away || track.entries.back().is_none_or(|last| last.differs_visibly(&entry)) {
                self.n_entries_capacity += track.push(entry);
            }
        }
        self.n_recorded += 1;
        if self.n_recorded.is_multiple_of(SWEEP_EVERY) {
            self.evict(table.at);
        }
        while self.bytes() > MAX_BYTES && self.shrink() {}
    }

    /// One process's past in `range`, each curve with at most `max_buckets` buckets; empty where nothing is known.
    pub fn history(&self, key: ProcessKey, range: TimeRange, max_buckets: usize) -> ProcessHistory {
        let Some(track) = self.tracks.get(&key) else {
            return ProcessHistory { key: Some(key), ..ProcessHistory::default() };
        };
        let (from, to) = (range.start.as_millis(), range.end.as_millis());
        let first = self.readings.partition_point(|(at, _)| *at < from);
        let end = self.readings.partition_point(|(at, _)| *at < to).max(first);
        // A curve breaks after a gap, and at most once for each entry that lacks a value.
        let n_gaps = self.readings.range(first..end).filter(|(_, is_after_gap)| *is_after_gap).count();
        let n_lacking = track.entries.iter().filter(|entry| entry.values().iter().any(|v| v.is_nan())).count();
        let n_breaks = n_gaps + n_lacking;
        let mut cut = Cut::new(from, to, max_buckets, n_breaks);
        if cut.step <= self.cadence && end - first <= max_buckets {
            cut.step = 0;
        }
        let mut curves = [(); 4].map(|()| Line { filling: Filling::with_capacity(cut.expected_buckets()), seen: None });
        let mut next = track.entries.partition_point(|entry| entry.reading <= self.number(first)).saturating_sub(1);
        let mut present: Option<&Entry> = None;
        for (reading, (at, is_after_gap)) in (self.number(first)..).zip(self.readings.range(first..end)) {
            if reading > track.last {
                break;
            }
            while let Some(entry) = track.entries.get(next)
                && entry.reading <= reading
            {
                present = Some(entry);
                next += 1;
            }
            let Some(entry) = present else { continue };
            for (line, value) in curves.iter_mut().zip(entry.values()) {
                line.add(&cut, reading, *at, value, *is_after_gap);
            }
        }
        let [cpu_cores, wait_cores, memory_bytes, disk_bytes_per_second] =
            curves.map(|line| line.filling.finish().into());
        ProcessHistory { key: Some(key), cpu_cores, wait_cores, memory_bytes, disk_bytes_per_second }
    }

    /// Processes of which something is kept.
    pub fn n_processes(&self) -> usize {
        self.tracks.len()
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.n_entries_capacity * size_of::<Entry>()
            + self.tracks.capacity() * (size_of::<(ProcessKey, Track)>() + 1)
            + self.readings.capacity() * size_of::<(i64, bool)>()
    }

    /// Number of the reading at place `i`.
    fn number(&self, i: usize) -> u32 {
        self.first_reading.saturating_add(u32::try_from(i).unwrap_or(u32::MAX))
    }

    fn end_reading(&self) -> u32 {
        self.number(self.readings.len())
    }

    fn evict(&mut self, now: Timestamp) {
        let cutoff = now.minus(SPAN).as_millis();
        let n_old = self.readings.partition_point(|(at, _)| *at < cutoff);
        self.readings.drain(..n_old);
        self.first_reading = self.first_reading.saturating_add(u32::try_from(n_old).unwrap_or(u32::MAX));
        let first = self.first_reading;
        self.tracks.retain(|_, track| track.last >= first);
        for track in self.tracks.values_mut() {
            // The entry in force at the first reading stays.
            let n_old = track.entries.partition_point(|entry| entry.reading <= first).saturating_sub(1);
            track.entries.drain(..n_old);
            if track.entries.capacity() > track.entries.len() * 2 + 8 {
                track.entries.shrink_to(track.entries.len() + 4);
            }
        }
        self.count_capacity();
    }

    /// Forgets something; `false` when nothing is left to forget.
    fn shrink(&mut self) -> bool {
        let newest = self.end_reading().saturating_sub(1);
        let ended = self.tracks.iter().filter(|(_, track)| track.last < newest);
        // Several at a time, since finding them costs a look at all.
        let mut ended: Vec<(u32, ProcessKey)> = ended.map(|(key, track)| (track.last, *key)).collect();
        if ended.is_empty() {
            let Some(longest) = self.tracks.values_mut().max_by_key(|track| track.entries.len()) else { return false };
            if longest.entries.len() < 8 {
                return false;
            }
            longest.entries.drain(..longest.entries.len() / 4);
            longest.entries.shrink_to_fit();
        } else {
            ended.sort_unstable();
            for (_, key) in ended.iter().take(ended.len().div_ceil(8)) {
                self.tracks.remove(key);
            }
            self.tracks.shrink_to_fit();
        }
        self.count_capacity();
        true
    }

    fn count_capacity(&mut self) {
        self.n_entries_capacity = self.tracks.values().map(|track| track.entries.capacity()).sum();
    }

    fn cut_back(&mut self, at: i64) {
        while self.readings.pop_back_if(|(newest, _)| *newest >= at).is_some() {}
        let end = self.end_reading();
        self.tracks.retain(|_, track| {
            while track.entries.pop_back_if(|entry| entry.reading >= end).is_some() {}
            track.last = track.last.min(end.saturating_sub(1));
            !track.entries.is_empty()
        });
        self.count_capacity();
    }
}

impl Entry {
    fn of(row: &ProcessRow, reading: u32) -> Self {
        let disk = match (row.read_bytes_per_second, row.write_bytes_per_second) {
            (None, None) => f32::NAN,
            (read, written) => read.unwrap_or(0.0) + written.unwrap_or(0.0),
        };
        Self {
            reading,
            cpu_cores: row.cpu_cores.unwrap_or(f32::NAN),
            wait_cores: row.wait_cores.unwrap_or(f32::NAN),
            memory_kib: row.memory_bytes.map_or(u32::MAX, |b| u32::try_from(b / 1024).unwrap_or(u32::MAX - 1)),
            disk,
        }
    }

    /// The process was not among the others.
    fn missing(reading: u32) -> Self {
        Self { reading, cpu_cores: f32::NAN, wait_cores: f32::NAN, memory_kib: u32::MAX, disk: f32::NAN }
    }

    fn differs_visibly(&self, other: &Self) -> bool {
        let differs = |a: f32, b: f32, step: f32| a.is_nan() != b.is_nan() || (a - b).abs() > step;
        differs(self.cpu_cores, other.cpu_cores, CPU_STEP)
            || differs(self.wait_cores, other.wait_cores, CPU_STEP)
            || (self.memory_kib == u32::MAX) != (other.memory_kib == u32::MAX)
            || self.memory_kib.abs_diff(other.memory_kib) > self.memory_kib / MEMORY_SHARE
            || differs(self.disk, other.disk, (self.disk.abs() * DISK_SHARE).max(1000.0))
            // A value that falls to zero is always told: idle must not look busy.
            || [(self.cpu_cores, other.cpu_cores), (self.wait_cores, other.wait_cores), (self.disk, other.disk)]
                .iter()
                .any(|(before, now)| *now == 0.0 && *before > 0.0)
    }

    fn values(&self) -> [f32; 4] {
        let memory = if self.memory_kib == u32::MAX { f32::NAN } else { self.memory_kib as f32 * 1024.0 };
        [self.cpu_cores, self.wait_cores, memory, self.disk]
    }
}

/// One curve being filled; a value that is missing breaks it.
struct Line {
    filling: Filling,
    /// The reading of the newest value.
    seen: Option<u32>,
}

impl Line {
    fn add(&mut self, cut: &Cut, reading: u32, at: i64, value: f32, is_after_gap: bool) {
        if value.is_finite() {
            let is_break = self.seen.is_some_and(|seen| is_after_gap || seen + 1 < reading);
            self.filling.add(cut, at, &Summary::same(value, 1), is_break);
            self.seen = Some(reading);
        }
    }
}

#[cfg(test)]
mod tests;
