//! One file of history, written: frames are only ever appended. When they are safe on disk is the caller's to say.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::codec::{self, MAX_ROWS, MAX_VALUES, Packed};
use super::dictionary::{Dictionary, Written};
use super::disk::Disk;
use super::frame::{self, FILE_HEAD, FileKind, FrameEntry, FrameKind, MAX_BODY, MAX_SOURCE, VERSION};
use super::read::HistoryError;
use super::scan::FileScan;
use super::segment::Segment;
use super::source_file::FileReader;
use crate::model::SourceId;

/// A file of history, open for appending.
#[derive(Debug)]
pub struct SegmentFile {
    path: PathBuf,
    file: File,
    kind: FileKind,
    len: u64,
    disk: Disk,
    written: Written,
    /// Segments since the series were all described last.
    n_since_described: u32,
}

impl SegmentFile {
    /// Makes a new file.
    ///
    /// # Errors
    /// What the system says, also where the file is there already.
    pub fn create(path: &Path, kind: FileKind, disk: &Disk) -> Result<Self, HistoryError> {
        let io = |source| HistoryError::Io { path: path.to_owned(), source };
        disk.check().map_err(io)?;
        let mut file = File::options().read(true).write(true).create_new(true).open(path).map_err(io)?;
        if let Err(source) = disk.append(&mut file, 0, &frame::file_head(kind)) {
            // Half a head would be taken for a damaged file.
            let _ = std::fs::remove_file(path);
            return Err(io(source));
        }
        let len = FILE_HEAD as u64;
        Ok(Self {
            path: path.to_owned(),
            file,
            kind,
            len,
            disk: disk.clone(),
            written: Written::default(),
            n_since_described: 0,
        })
    }

    /// Opens a file to append to it. A frame at its end whose writing was cut short is cut off; the scan says how long
    /// the file was before ([`FileScan::torn_bytes`]), and lists the frames that are left.
    ///
    /// # Errors
    /// [`HistoryError::Newer`] where a newer version wrote it, and [`HistoryError::Damaged`] where nothing can be
    /// appended: another kind, an older version, a damaged beginning, missing descriptions. It is then untouched.
    pub fn open(path: &Path, kind: FileKind, disk: &Disk) -> Result<(Self, FileScan), HistoryError> {
        let io = |source| HistoryError::Io { path: path.to_owned(), source };
        let damaged = |what: &str| HistoryError::Damaged { path: path.to_owned(), what: what.to_owned() };
        let (reader, mut scan) = FileReader::open(path)?;
        if scan.kind != kind {
            return Err(damaged("it is another kind of history file"));
        }
        if scan.version != VERSION {
            return Err(damaged("it is of an older format, which is read but not added to"));
        }
        // After a power failure a file may have its length and yet not its last bytes.
        while let Some(last) = scan.frames.last() {
            if reader.check(last)?.is_empty() {
                break;
            }
            scan.valid_bytes = last.offset;
            scan.frames.pop();
        }
        let mut dictionary = Dictionary::default();
        reader.describe(&scan.frames, &mut dictionary, &mut std::sync::Arc::new);
        let written = Written::goes_on(&dictionary).ok_or_else(|| damaged("what its series are is damaged"))?;
        let file = File::options().read(true).write(true).open(path).map_err(io)?;
        if scan.torn_bytes() > 0 {
            file.set_len(scan.valid_bytes).map_err(io)?;
        }
        let len = scan.valid_bytes;
        Ok((Self { path: path.to_owned(), file, kind, len, disk: disk.clone(), written, n_since_described: 0 }, scan))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it is for.
    pub fn kind(&self) -> FileKind {
        self.kind
    }

    /// Its length, bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether it has no frame yet.
    pub fn is_empty(&self) -> bool {
        self.len <= FILE_HEAD as u64
    }

    /// Appends a segment, and before it what its new series are; it is on disk after [`Self::sync`]. `seq` must grow
    /// with each segment of a history. Where writing fails the file is as long as before.
    ///
    /// # Errors
    /// [`HistoryError::Damaged`] where the segment cannot be kept: another tier than the file's, times that do not
    /// grow, columns that do not fit their ticks, too many values; and what the system says.
    pub fn append(&mut self, segment: &Segment, seq: u64) -> Result<FrameEntry, HistoryError> {
        self.can_keep(segment)?;
        let n_before = self.written.len();
        let Packed { directory, blocks } = codec::pack(segment, |def| self.written.number(def));
        let all = self.n_since_described >= self.repeat_after();
        let described_from = if all { 0 } else { n_before };
        let mut bytes = Vec::with_capacity(directory.len() + blocks.len() + 256);
        if described_from < self.written.len() {
            for (n, page) in self.written.pages(described_from) {
                let mut entry = FrameEntry::new(FrameKind::Definitions, seq, u32::try_from(n).unwrap_or(u32::MAX));
                frame::put_frame(&mut bytes, &mut entry, &page, &[]);
            }
        }
        let (Some(first), Some(last)) = (segment.times.first(), segment.times.last()) else {
            return Err(self.refused("it has no ticks"));
        };
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let mut entry = FrameEntry {
            source: segment.source,
            first: *first,
            last: *last,
            interval_millis: segment.interval_millis,
            n_values: count(segment.n_values()),
            offset: self.len + bytes.len() as u64,
            ..FrameEntry::new(FrameKind::Segment, seq, count(segment.times.len()))
        };
        frame::put_frame(&mut bytes, &mut entry, &directory, &blocks);
        let written = if bytes.len() > MAX_BODY { Err(self.refused("it is too long")) } else { self.put(&bytes) };
        if let Err(e) = written {
            self.written.truncate(n_before);
            return Err(e);
        }
        self.n_since_described = if all { 0 } else { self.n_since_described + 1 };
        Ok(entry)
    }

    /// Appends bytes of the caller's own, which belong to moment `at`, milliseconds since 1970.
    ///
    /// # Errors
    /// What the system says; the file is then as long as before.
    pub fn append_event(&mut self, at: i64, event: &[u8], seq: u64) -> Result<FrameEntry, HistoryError> {
        let offset = self.len;
        let mut entry = FrameEntry { first: at, last: at, offset, ..FrameEntry::new(FrameKind::Event, seq, 1) };
        let mut bytes = Vec::with_capacity(event.len() + 64);
        frame::put_frame(&mut bytes, &mut entry, event, &[]);
        if bytes.len() > MAX_BODY {
            return Err(self.refused("the event is too long"));
        }
        self.put(&bytes)?;
        Ok(entry)
    }

    /// Makes everything appended safe on disk.
    ///
    /// # Errors
    /// What the system says.
    pub fn sync(&self) -> Result<(), HistoryError> {
        self.disk.sync(&self.file).map_err(|source| self.io(source))
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), HistoryError> {
        // What a failed write has left behind, where it could not be taken away, is written over.
        let at_end = self.file.seek(SeekFrom::Start(self.len));
        at_end.and_then(|_| self.disk.append(&mut self.file, self.len, bytes)).map_err(|source| self.io(source))?;
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Segments after which all series are described again, so that damage to a description costs no more than these.
    fn repeat_after(&self) -> u32 {
        if self.kind == FileKind::Journal { 32 } else { 12 }
    }

    fn can_keep(&self, segment: &Segment) -> Result<(), HistoryError> {
        let n_rows = segment.times.len();
        let is_fitting = |rows: &Option<std::sync::Arc<[u32]>>, n: usize| match rows {
            None => n == n_rows,
            Some(rows) => {
                rows.len() == n
                    && rows.is_sorted_by(|a, b| a < b)
                    && rows.last().is_none_or(|last| (*last as usize) < n_rows)
            }
        };
        let is_tier = |values: &codec::ColumnValues| {
            matches!(values, codec::ColumnValues::Samples(_)) == (self.kind.tier() == crate::model::Tier::Full)
        };
        let mut readings = segment.processes.iter().map(|reading| reading.row);
        let what = if segment.tier != self.kind.tier() {
            "the file is for another tier"
        } else if n_rows == 0 {
            "it has no ticks"
        } else if n_rows > MAX_ROWS || segment.n_values() > MAX_VALUES || segment.source.0.len() > MAX_SOURCE {
            "it is too long"
        } else if !segment.times.is_sorted_by(|a, b| a < b) {
            "its times do not grow"
        } else if !segment.columns.iter().all(|c| is_fitting(&c.rows, c.values.len()) && is_tier(&c.values)) {
            "a series does not fit its ticks"
        } else if !readings.clone().is_sorted_by(|a, b| a < b)
            || readings.next_back().is_some_and(|r| r as usize >= n_rows)
        {
            "processes do not fit its ticks"
        } else {
            return Ok(());
        };
        Err(self.refused(what))
    }

    fn refused(&self, what: &str) -> HistoryError {
        HistoryError::Damaged { path: self.path.clone(), what: format!("a segment cannot be kept: {what}") }
    }

    fn io(&self, source: io::Error) -> HistoryError {
        HistoryError::Io { path: self.path.clone(), source }
    }
}

impl FrameEntry {
    fn new(kind: FrameKind, seq: u64, n_rows: u32) -> Self {
        Self {
            kind,
            offset: 0,
            len: 0,
            seq,
            source: SourceId(""),
            first: 0,
            last: 0,
            interval_millis: 0,
            n_rows,
            n_values: 0,
            source_len: 0,
            directory_len: 0,
            directory_crc: 0,
        }
    }
}

#[cfg(test)]
mod tests;
