//! Looking at every byte of a history: which files there are, what can be read of each, and what is wrong. Changes
//! nothing, and may run beside a writer.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::events::{EVENTS_FILE, Events};
use super::frame::{FileKind, FrameEntry, FrameKind};
use super::index::{EXTENSION, IMPORTS};
use super::read::HistoryError;
use super::salvage::open_damaged;
use super::source_file::Pick;
use crate::model::{Tier, TimeRange, Timestamp};
use crate::store::progress::Progress;

/// Faults that are listed for one file; the rest are counted.
const MOST_FAULTS: usize = 50;

/// What was found.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct VerifyReport {
    /// The files, by path.
    pub files: Vec<FileReport>,
}

/// What was found in one file.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct FileReport {
    /// Where it is.
    pub path: PathBuf,
    /// What it holds, such as "every sample" or "journal"; empty where that cannot be told.
    pub holds: &'static str,
    /// The version of its format; `None` where that cannot be told.
    pub version: Option<u32>,
    /// Its length, bytes.
    pub bytes: u64,
    /// Parts that are whole: segments, descriptions of series, lines.
    pub n_good: u64,
    /// Parts that are damaged.
    pub n_bad: u64,
    /// Samples or buckets that can be read; annotations and gaps of the log.
    pub n_values: u64,
    /// From the first row that can be read to the last.
    pub covers: Option<TimeRange>,
    /// Whether a newer version wrote it: it is not damaged, and not for this one to read.
    pub is_newer: bool,
    /// What is wrong, with its place; at most the first 50. Sentences without a final period.
    pub faults: Vec<String>,
    /// Whether it was put aside earlier, and history goes on without it.
    pub is_aside: bool,
    /// Bytes at its end that are no whole part. In a file in use that is where writing was cut short, which is no fault:
    /// they are written over.
    pub torn_bytes: u64,
}

impl FileReport {
    /// Whether nothing is wrong with it.
    pub fn is_whole(&self) -> bool {
        self.n_bad == 0 && self.faults.is_empty()
    }

    fn fault(&mut self, what: String) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(what);
        }
    }
}

impl VerifyReport {
    /// Whether nothing is wrong with any file that history uses.
    pub fn is_whole(&self) -> bool {
        self.files.iter().all(|file| file.is_aside || file.is_whole())
    }
}

/// Looks at a file, or at every file of a folder.
///
/// # Errors
/// [`HistoryError::Cancelled`], and [`HistoryError::Io`] where there is nothing or it may not be read; what is wrong
/// with single files stands in the report.
pub fn verify(path: &Path, progress: &mut dyn Progress) -> Result<VerifyReport, HistoryError> {
    let paths = if path.is_dir() { files_of(path)? } else { vec![path.to_owned()] };
    let length = |path: &PathBuf| fs::metadata(path).map_or(0, |meta| meta.len());
    let total = paths.iter().map(length).sum::<u64>().max(1);
    let mut report = VerifyReport::default();
    let mut done = 0;
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = length(&path);
        let outcome = if path.exists() && !path.is_file() {
            Err(HistoryError::Damaged { path: path.clone(), what: "it is no file".to_owned() })
        } else if name == EVENTS_FILE {
            events_report(&path)
        } else {
            file_report(&path, |within| progress.step(Some((done + within) as f32 / total as f32), &name))
        };
        let mut file = match outcome {
            Ok(file) => file,
            // A log of annotations that was put aside, under whatever name.
            Err(HistoryError::Damaged { .. }) if is_log(&path) => events_report(&path)?,
            Err(e @ HistoryError::Cancelled(_)) => return Err(e),
            // A file that retention removed meanwhile, or that only one path was given for.
            Err(e @ HistoryError::Io { .. }) if !path.exists() && report.files.is_empty() => return Err(e),
            Err(HistoryError::Io { .. }) if !path.exists() => continue,
            Err(e @ HistoryError::Newer { .. }) => {
                FileReport { is_newer: true, faults: vec![e.to_string()], ..FileReport::default() }
            }
            Err(e) => FileReport { n_bad: 1, faults: vec![e.to_string()], ..FileReport::default() },
        };
        file.is_aside = name.contains(".damaged-");
        if file.is_aside && file.torn_bytes > 0 {
            // Of a file in use that is what a crash leaves, and no fault.
            file.n_bad += 1;
            file.fault(format!("its last {} bytes are no whole part", file.torn_bytes));
        }
        file.bytes = bytes;
        file.path = path;
        done += bytes;
        report.files.push(file);
    }
    Ok(report)
}

/// The files of a history: its own, those put aside, those of recordings.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>, HistoryError> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let io = |source| HistoryError::Io { path: folder.clone(), source };
        let is_import = folder.components().any(|part| part.as_os_str() == IMPORTS);
        for entry in fs::read_dir(&folder).map_err(io)? {
            let path = entry.map_err(io)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && (is_import || name == IMPORTS) {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == EXTENSION)
                || name == EVENTS_FILE
                || name.contains(".damaged-")
            {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether any line of a log of annotations can be read in a file.
fn is_log(path: &Path) -> bool {
    path.is_file() && Events::read(path).is_ok_and(|events| events.n_good() > 0)
}

fn events_report(path: &Path) -> Result<FileReport, HistoryError> {
    let events = Events::read(path)?;
    let mut report = FileReport {
        holds: "annotations and gaps",
        version: Some(super::events::EVENTS_FORMAT),
        n_good: events.n_good() as u64,
        n_bad: events.n_bad as u64,
        n_values: (events.annotations.len() + events.gaps.len()) as u64,
        ..FileReport::default()
    };
    if events.n_bad > 0 {
        report.fault(format!("{} of its lines cannot be read", events.n_bad));
    }
    Ok(report)
}

fn file_report(
    path: &Path,
    mut step: impl FnMut(u64) -> Result<(), crate::store::progress::Cancelled>,
) -> Result<FileReport, HistoryError> {
    let (reader, scan) = open_damaged(path)?;
    let mut report = FileReport {
        holds: match scan.kind {
            FileKind::Segments(tier) => tier.name(),
            FileKind::Journal => "journal of the newest samples",
        },
        version: Some(scan.version),
        torn_bytes: scan.torn_bytes(),
        n_bad: scan.damage.len() as u64,
        ..FileReport::default()
    };
    for damage in &scan.damage {
        report.fault(format!("byte {} to {}: {}", damage.offset, damage.offset + damage.len, damage.what));
    }
    let tier = scan.kind.tier();
    let last = scan.frames.last().filter(|_| scan.kind == FileKind::Journal).map(|entry| entry.offset);
    let is_last = |entry: &FrameEntry| Some(entry.offset) == last;
    for entry in &scan.frames {
        step(entry.offset)?;
        let outcome = if entry.kind == FrameKind::Segment {
            reader.read_picked(entry, &Pick::All, true)
        } else {
            reader.check(entry).map(|damage| (empty(tier), damage))
        };
        let (segment, damage) = match outcome {
            Ok(read) => read,
            Err(HistoryError::Damaged { .. }) if is_last(entry) && reader.ends_unwritten(entry).unwrap_or(true) => {
                // It was cut off again while it was looked at, or never wholly written.
                report.torn_bytes += entry.len;
                continue;
            }
            Err(HistoryError::Damaged { what, .. }) => {
                report.n_bad += 1;
                report.fault(what);
                continue;
            }
            Err(e) => return Err(e),
        };
        if damage.is_empty() {
            report.n_good += 1;
        } else if is_last(entry) && reader.ends_unwritten(entry).unwrap_or(true) {
            // A flush that a power failure cut short.
            report.torn_bytes += entry.len;
            continue;
        } else {
            report.n_bad += 1;
        }
        for damage in damage {
            report.fault(format!("byte {} to {}: {}", damage.offset, damage.offset + damage.len, damage.what));
        }
        report.n_values += segment.n_values() as u64;
        if entry.kind == FrameKind::Segment && segment.n_values() > 0 {
            let (start, end) = (Timestamp::from_millis(entry.first), Timestamp::from_millis(entry.end(tier)));
            let covers = report.covers.get_or_insert(TimeRange { start, end });
            *covers = TimeRange { start: covers.start.min(start), end: covers.end.max(end) };
        }
    }
    Ok(report)
}

fn empty(tier: Tier) -> super::segment::Segment {
    super::segment::Segment {
        tier,
        source: crate::model::SourceId(""),
        interval_millis: 0,
        times: Vec::new(),
        columns: Vec::new(),
        processes: Vec::new(),
    }
}
