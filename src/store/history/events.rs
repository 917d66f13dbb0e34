//! Annotations and gaps on disk: a file of lines that only grows, each with a checksum. Not samples.
//!
//! A line is eight hexadecimal digits, the CRC-32 of the rest, a space, and a record in JSON. Later records win: an edit
//! carries the whole annotation, a removal its number. Any number of processes may read while one appends.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::disk::Disk;
use super::read::HistoryError;
use crate::model::{Annotation, AnnotationId, AnnotationText, TimeRange, Timestamp};
use crate::store::atomic;

/// Its name in the folder of the history.
pub const EVENTS_FILE: &str = "events.log";
/// The format written, and the newest that is read.
pub const EVENTS_FORMAT: u32 = 1;
/// Annotations that are kept; the program's own oldest go first.
pub const MAX_ANNOTATIONS: usize = 10_000;
/// Gaps that are kept; the oldest go first.
pub const MAX_GAPS: usize = 100_000;
/// Greatest size that is read; a larger file is no log of ours.
const MAX_BYTES: u64 = 512 << 20;
/// Dead records that make a rewrite on opening worth its cost.
const REWRITE_AT: usize = 1000;
/// Dead records beside as many live ones that make a rewrite worth its cost while the log is open.
const REWRITE_WHILE_OPEN: usize = 10_000;
/// Bytes of lines that may wait to be written.
const MAX_WAITING: usize = 1 << 20;

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Record {
    /// The first line: the format.
    Format(u32),
    /// The least number not given away yet.
    Next(u64),
    /// A new annotation, or a new text of one.
    Put(Annotation),
    /// One is gone.
    Remove(AnnotationId),
    /// Nothing was recorded.
    Gap(TimeRange),
}

/// What a log says in the end.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Events {
    /// By number.
    pub annotations: BTreeMap<AnnotationId, AnnotationText>,
    /// By the time of their noting; no two touch.
    pub gaps: Vec<TimeRange>,
    /// Lines that could not be read.
    pub n_bad: usize,
    next_id: u64,
    n_records: usize,
    /// Bytes up to the end of the last whole line.
    length: u64,
}

/// The log, open for appending.
#[derive(Debug)]
pub struct EventLog {
    path: PathBuf,
    disk: Disk,
    file: Option<File>,
    length: u64,
    events: Events,
    /// Lines that wait to be written.
    waiting: Vec<u8>,
    is_synced: bool,
    is_rewrite_due: bool,
}

impl Events {
    /// Reads a log; an absent one is empty. Lines that are damaged are counted and skipped.
    ///
    /// # Errors
    /// [`HistoryError::Io`], [`HistoryError::Newer`], or [`HistoryError::Damaged`] where it is no log at all.
    pub fn read(path: &Path) -> Result<Self, HistoryError> {
        let io_error = |source| HistoryError::Io { path: path.into(), source };
        let bytes = match fs::metadata(path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(e) => return Err(io_error(e)),
            Ok(meta) if !meta.is_file() || meta.len() > MAX_BYTES => {
                return Err(HistoryError::Damaged { path: path.into(), what: "it is no log of annotations".into() });
            }
            Ok(_) => fs::read(path).map_err(io_error)?,
        };
        let mut events = Self { next_id: 1, ..Self::default() };
        let mut is_ours = bytes.is_empty();
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            // A line without its end is being written, or never was: it is nobody's fault and counts for nothing.
            let Some(line) = line.strip_suffix(b"\n") else { break };
            events.length += line.len() as u64 + 1;
            match parse(line) {
                Some(Record::Format(found)) if found > EVENTS_FORMAT => {
                    return Err(HistoryError::Newer { path: path.into(), found, known: EVENTS_FORMAT });
                }
                Some(record) => {
                    is_ours = true;
                    events.apply(record);
                }
                None => events.n_bad += 1,
            }
        }
        if !is_ours && events.n_bad > 0 {
            return Err(HistoryError::Damaged { path: path.into(), what: "it is no log of annotations".into() });
        }
        Ok(events)
    }

    /// Lines that could be read.
    pub fn n_good(&self) -> usize {
        self.n_records
    }

    /// The annotations by time.
    pub fn annotations(&self) -> Vec<Annotation> {
        let mut all: Vec<Annotation> =
            self.annotations.iter().map(|(id, text)| Annotation { id: *id, text: text.clone() }).collect();
        all.sort_by_key(|annotation| (annotation.text.at, annotation.id));
        all
    }

    fn apply(&mut self, record: Record) {
        self.n_records += 1;
        match record {
            Record::Format(_) => {}
            Record::Next(id) => self.next_id = self.next_id.max(id),
            Record::Put(Annotation { id, text }) => {
                self.next_id = self.next_id.max(id.0.saturating_add(1));
                self.annotations.insert(id, text);
            }
            Record::Remove(id) => {
                self.annotations.remove(&id);
            }
            Record::Gap(gap) => match self.gaps.last_mut() {
                Some(last) if gap.start <= last.end && last.start <= gap.end => {
                    *last = TimeRange { start: last.start.min(gap.start), end: last.end.max(gap.end) };
                }
                _ => self.gaps.push(gap),
            },
        }
    }

    /// Keeps the newest that its bounds allow; a person's own notes go last.
    fn bound(&mut self, oldest: Timestamp) {
        self.gaps.retain(|gap| gap.end > oldest);
        let n_over = self.gaps.len().saturating_sub(MAX_GAPS);
        self.gaps.drain(..n_over);
        let n_over = self.annotations.len().saturating_sub(MAX_ANNOTATIONS);
        if n_over > 0 {
            let mut order: Vec<(bool, Timestamp, AnnotationId)> =
                self.annotations.iter().map(|(id, text)| (text.kind.is_own(), text.at, *id)).collect();
            order.sort();
            for (_, _, id) in order.into_iter().take(n_over) {
                self.annotations.remove(&id);
            }
        }
    }

    fn lines(&self) -> Vec<u8> {
        let head = [Record::Format(EVENTS_FORMAT), Record::Next(self.next_id)];
        let annotations =
            self.annotations.iter().map(|(id, text)| Record::Put(Annotation { id: *id, text: text.clone() }));
        let gaps = self.gaps.iter().map(|gap| Record::Gap(*gap));
        head.into_iter().chain(annotations).chain(gaps).flat_map(|record| line(&record)).collect()
    }
}

impl EventLog {
    /// Opens the log in `folder` for appending, or begins one; a log with many dead lines is written anew. Gaps and
    /// the program's own annotations before `oldest` may be forgotten.
    ///
    /// # Errors
    /// See [`Events::read`]: the file is then left as it is.
    pub fn open(folder: &Path, disk: Disk, oldest: Timestamp) -> Result<Self, HistoryError> {
        let path = folder.join(EVENTS_FILE);
        let mut events = Events::read(&path)?;
        events.next_id = events.next_id.max(1);
        let n_records = events.n_records;
        events.bound(oldest);
        let n_live = events.annotations.len() + events.gaps.len() + 2;
        let mut log = Self {
            path,
            disk,
            file: None,
            length: events.length,
            events,
            waiting: Vec::new(),
            is_synced: true,
            is_rewrite_due: false,
        };
        let is_worth_it = n_records.saturating_sub(n_live) > REWRITE_AT || log.events.n_bad > 0;
        if is_worth_it {
            log.rewrite()?;
        }
        Ok(log)
    }

    /// What it says.
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// Bytes on disk.
    pub fn bytes(&self) -> u64 {
        self.length
    }

    /// Writes the log anew without its dead lines, whole or not at all.
    ///
    /// # Errors
    /// [`HistoryError::Io`]; the log is then as before.
    pub fn rewrite(&mut self) -> Result<(), HistoryError> {
        let lines = self.events.lines();
        self.disk
            .check()
            .and_then(|()| atomic::write(&self.path, &lines, false))
            .map_err(|source| HistoryError::Io { path: self.path.clone(), source })?;
        self.length = lines.len() as u64;
        self.events.n_records = self.events.annotations.len() + self.events.gaps.len() + 2;
        self.events.n_bad = 0;
        self.waiting.clear();
        self.file = None;
        self.is_rewrite_due = false;
        Ok(())
    }

    /// Adds an annotation; it has its number at once and is on disk with the next flush.
    pub fn add(&mut self, text: AnnotationText) -> Annotation {
        let annotation = Annotation { id: AnnotationId(self.events.next_id), text: text.bounded() };
        self.take(Record::Put(annotation.clone()));
        annotation
    }

    /// Gives an annotation another text; false where there is none of this number.
    pub fn edit(&mut self, id: AnnotationId, text: AnnotationText) -> bool {
        let is_there = self.events.annotations.contains_key(&id);
        if is_there {
            self.take(Record::Put(Annotation { id, text: text.bounded() }));
        }
        is_there
    }

    /// Puts an annotation where it was, such as after an undo or out of an archive, under its own number or, where that
    /// is taken by another, a new one.
    pub fn put(&mut self, annotation: &Annotation) -> Annotation {
        match self.events.annotations.get(&annotation.id) {
            Some(text) if *text == annotation.text => annotation.clone(),
            Some(_) => self.add(annotation.text.clone()),
            None => {
                self.take(Record::Put(annotation.clone()));
                annotation.clone()
            }
        }
    }

    /// Removes an annotation; false where there is none of this number.
    pub fn remove(&mut self, id: AnnotationId) -> bool {
        let is_there = self.events.annotations.contains_key(&id);
        if is_there {
            self.take(Record::Remove(id));
        }
        is_there
    }

    /// Notes that nothing was recorded for a while.
    pub fn note_gap(&mut self, gap: TimeRange) {
        if gap.start < gap.end {
            self.take(Record::Gap(gap));
        }
    }

    fn take(&mut self, record: Record) {
        if self.waiting.is_empty() && self.length == 0 {
            self.waiting = line(&Record::Format(EVENTS_FORMAT));
        }
        self.waiting.extend(line(&record));
        self.events.apply(record);
        if self.events.gaps.len() > MAX_GAPS || self.events.annotations.len() > MAX_ANNOTATIONS {
            self.events.bound(Timestamp::from_millis(i64::MIN));
        }
        let n_live = self.events.annotations.len() + self.events.gaps.len() + 2;
        if self.events.n_records > 2 * n_live + REWRITE_WHILE_OPEN {
            // It would grow for as long as the program runs.
            self.is_rewrite_due = true;
        }
        if self.waiting.len() > MAX_WAITING {
            // Nothing could be written for long: what is known in the end takes less room than how it came to be.
            self.waiting.clear();
            self.is_rewrite_due = true;
        }
    }

    /// Writes what waits and makes it safe.
    ///
    /// # Errors
    /// [`HistoryError::Io`]; what waits is tried again with the next flush.
    pub fn flush(&mut self) -> Result<(), HistoryError> {
        if self.is_rewrite_due {
            return self.rewrite();
        }
        if self.waiting.is_empty() && self.is_synced {
            return Ok(());
        }
        self.try_flush().map_err(|source| HistoryError::Io { path: self.path.clone(), source })
    }

    fn try_flush(&mut self) -> io::Result<()> {
        self.disk.check()?;
        if self.file.is_none() {
            let file = File::options().append(true).create(true).open(&self.path)?;
            // Behind the last whole line may stand the beginning of one that was never finished.
            file.set_len(self.length)?;
            self.file = Some(file);
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        if !self.waiting.is_empty() {
            self.disk.append(file, self.length, &self.waiting)?;
            self.length += self.waiting.len() as u64;
            self.waiting.clear();
            self.is_synced = false;
        }
        self.disk.sync(file)?;
        self.is_synced = true;
        Ok(())
    }
}

fn line(record: &Record) -> Vec<u8> {
    // A record is numbers and texts, and those always have a form in JSON.
    let json = serde_json::to_string(record).unwrap_or_default();
    format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes())).into_bytes()
}

fn parse(line: &[u8]) -> Option<Record> {
    let line = str::from_utf8(line).ok()?;
    let (crc, json) = line.split_once(' ')?;
    let is_whole = u32::from_str_radix(crc, 16).ok()? == crc32fast::hash(json.as_bytes());
    is_whole.then(|| serde_json::from_str(json).ok()).flatten()
}

#[cfg(test)]
mod tests;
