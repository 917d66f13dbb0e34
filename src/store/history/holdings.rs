//! The files of a history folder as the writer knows them: which there are, what frames they hold, and whether anything
//! is wrong with them. Not what readers see.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::DateTime;

use super::frame::{FileKind, FrameEntry, FrameKind};
use super::index::EXTENSION;
use super::read::HistoryError;
use super::scan::{FileScan, scan};
use super::source_file::FileReader;
use crate::model::{Tier, Timestamp};

/// Time that one file of a tier spans, milliseconds.
pub const fn file_millis(tier: Tier) -> i64 {
    const HOUR: i64 = 3_600_000;
    match tier {
        Tier::Full => 6 * HOUR,
        Tier::Minute => 240 * HOUR,
        Tier::Hour => 4800 * HOUR,
    }
}

/// Time that one segment of a rolled-up tier spans, milliseconds; that of a journal's at full resolution.
pub const fn block_millis(tier: Tier) -> i64 {
    const HOUR: i64 = 3_600_000;
    match tier {
        Tier::Full => super::tail::SEGMENT_MILLIS,
        Tier::Minute => 4 * HOUR,
        Tier::Hour => 240 * HOUR,
    }
}

/// Start of the file that holds what happened at `at`.
pub fn file_start(tier: Tier, at: i64) -> i64 {
    at.div_euclid(file_millis(tier)) * file_millis(tier)
}

/// A moment as names of files have it, such as `20261124T031500Z`.
pub fn moment_name(at: Timestamp) -> String {
    let at = DateTime::from_timestamp_millis(at.as_millis()).unwrap_or_default();
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// Name of the `n`th file of a tier for the time around `at`, counted from 1.
pub fn file_name(tier: Tier, at: i64, n: usize) -> String {
    let tier_name = match tier {
        Tier::Full => "full",
        Tier::Minute => "minute",
        Tier::Hour => "hour",
    };
    let start = moment_name(Timestamp::from_millis(file_start(tier, at)));
    if n > 1 { format!("{tier_name}-{start}-{n}.{EXTENSION}") } else { format!("{tier_name}-{start}.{EXTENSION}") }
}

/// A file of segments.
#[derive(Debug, Clone)]
pub struct Holding {
    /// Where it is.
    pub path: PathBuf,
    /// How finely it holds samples.
    pub tier: Tier,
    /// Its segments by place.
    pub segments: Vec<FrameEntry>,
    /// Its length, bytes.
    pub len: u64,
    /// Segments whose sums were found right since the program started.
    pub n_checked: usize,
}

impl Holding {
    /// From its scan.
    pub fn new(path: PathBuf, scan: FileScan) -> Self {
        let tier = scan.kind.tier();
        let segments = scan.frames.into_iter().filter(|frame| frame.kind == FrameKind::Segment).collect();
        Self { path, tier, segments, len: scan.valid_bytes, n_checked: 0 }
    }

    /// Just after its last row; `None` where it has none.
    pub fn end(&self) -> Option<i64> {
        self.segments.iter().map(|segment| after(self.tier, segment)).max()
    }

    /// Its name in the folder.
    pub fn name(&self) -> &str {
        self.path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
    }
}

/// Just after the end of a segment's last row.
pub fn after(tier: Tier, segment: &FrameEntry) -> i64 {
    segment.last + tier.step().map_or(1, |step| step.as_millis() as i64)
}

/// What stands in a folder.
#[derive(Debug, Default)]
pub struct Survey {
    /// Files of segments, whole as far as their heads tell, with the bytes behind their last whole frame.
    pub holdings: Vec<(Holding, u64)>,
    /// Journals by number, with what is known of them.
    pub journals: Vec<(u64, PathBuf, Result<FileScan, String>)>,
    /// Damaged files and what is wrong with them.
    pub damaged: Vec<(PathBuf, String)>,
}

/// Looks at every file of segments in a folder, and changes nothing.
///
/// # Errors
/// [`HistoryError::Newer`] where a newer version wrote any of them, and what the system says.
pub fn survey(folder: &Path) -> Result<Survey, HistoryError> {
    let mut survey = Survey::default();
    let journals = super::journal::journals(folder)?;
    for (number, path) in journals {
        let found = match scan_file(&path) {
            Ok(found) if found.kind == FileKind::Journal => Ok(found),
            Ok(_) => Err("it is another kind of history file".to_owned()),
            Err(HistoryError::Damaged { what, .. }) => Err(what),
            Err(e) => return Err(e),
        };
        survey.journals.push((number, path, found));
    }
    for path in segment_files(folder)? {
        if survey.journals.iter().any(|(_, journal, _)| *journal == path) {
            continue;
        }
        match scan_file(&path) {
            Ok(found) if !matches!(found.kind, FileKind::Segments(_)) => {
                survey.damaged.push((path, "it is another kind of history file".to_owned()));
            }
            Ok(found) if !found.damage.is_empty() => {
                let (n, at) = (found.damage.len(), found.damage[0].offset);
                survey.damaged.push((path, format!("{n} of its parts cannot be read, the first at byte {at}")));
            }
            Ok(found) => {
                let torn = found.torn_bytes();
                survey.holdings.push((Holding::new(path, found), torn));
            }
            Err(HistoryError::Damaged { what, .. }) => survey.damaged.push((path, what)),
            Err(e) => return Err(e),
        }
    }
    Ok(survey)
}

/// A folder or a pipe that has the name of a file is damage like any other, and goes aside.
fn scan_file(path: &Path) -> Result<FileScan, HistoryError> {
    if path.is_file() || !path.exists() {
        return scan(path);
    }
    let what = if path.is_dir() { "it is a folder and no file" } else { "it is no file" };
    Err(HistoryError::Damaged { path: path.to_owned(), what: what.to_owned() })
}

/// What is in a folder and has a name that ends as those of segments do, by name; folders too.
///
/// # Errors
/// What the system says of the folder.
pub fn segment_files(folder: &Path) -> Result<Vec<PathBuf>, HistoryError> {
    let io = |source: io::Error| HistoryError::Io { path: folder.into(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if path.extension().is_some_and(|ending| ending == EXTENSION) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Puts a damaged file aside under a dated name and gives that name.
///
/// # Errors
/// What the system says; the file then stands where it stood.
pub fn put_aside(path: &Path, now: Timestamp) -> Result<PathBuf, HistoryError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let dated = format!("{name}.damaged-{}", moment_name(now));
    let mut n = 1;
    loop {
        let aside = path.with_file_name(if n == 1 { dated.clone() } else { format!("{dated}-{n}") });
        if !aside.exists() {
            fs::rename(path, &aside).map_err(|source| HistoryError::Io { path: path.into(), source })?;
            return Ok(aside);
        }
        n += 1;
    }
}

/// The sentence that tells of a file put aside.
pub fn aside_sentence(path: &Path, what: &str, aside: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let aside = aside.display();
    format!(
        "The history file {name} is damaged ({what}) and was put aside as {aside}: “perfdesk history verify {aside}” \
         says what can be read of it, and “perfdesk history import {aside}” brings that back"
    )
}

/// Where a description of series stands whose sum is wrong.
///
/// # Errors
/// What the system says.
pub fn undescribed(reader: &FileReader, scan: &FileScan) -> Result<Option<u64>, HistoryError> {
    // The last frame may have been in the making when the program ended.
    let whole = scan.frames.split_last().map_or(&[][..], |(_, before)| before);
    for entry in whole.iter().filter(|entry| entry.kind == FrameKind::Definitions) {
        match reader.payload(entry) {
            Ok(_) => {}
            Err(HistoryError::Damaged { .. }) => return Ok(Some(entry.offset)),
            Err(e) => return Err(e),
        }
    }
    Ok(None)
}

/// Whether the sums of a segment are right, without unpacking it.
///
/// # Errors
/// What the system says.
pub fn is_whole(reader: &FileReader, segment: &FrameEntry) -> Result<bool, HistoryError> {
    let directory = match reader.directory(segment) {
        Ok(directory) => directory,
        Err(HistoryError::Damaged { .. }) => return Ok(false),
        Err(e) => return Err(e),
    };
    let mut blocks = directory.columns.iter().map(|column| column.block).chain(directory.processes);
    blocks.try_fold(true, |is_whole, block| Ok(is_whole && reader.block(segment, &block, None)?.is_ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_by_the_utc_time_they_begin_at() {
        let at = 1_795_491_300_000; // 2026-11-24T03:35:00Z
        assert_eq!(file_name(Tier::Full, at, 1), "full-20261124T000000Z.seg");
        assert_eq!(file_name(Tier::Full, at, 2), "full-20261124T000000Z-2.seg");
        assert_eq!(file_name(Tier::Full, -1, 1), "full-19691231T180000Z.seg");
        for tier in Tier::ALL {
            let start = file_start(tier, at);
            assert!(start <= at && at < start + file_millis(tier));
            assert_eq!(file_millis(tier) % block_millis(tier), 0, "segments do not straddle files");
        }
    }

    #[test]
    fn a_file_put_aside_never_replaces_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("full.seg");
        let now = Timestamp::from_millis(1_795_491_300_000);
        for expect in ["full.seg.damaged-20261124T033500Z", "full.seg.damaged-20261124T033500Z-2"] {
            fs::write(&path, expect).expect("written");
            assert_eq!(put_aside(&path, now).expect("aside"), folder.path().join(expect));
            assert_eq!(fs::read_to_string(folder.path().join(expect)).expect("there"), expect);
        }
        assert_eq!(segment_files(folder.path()).expect("listed"), Vec::<PathBuf>::new());
    }
}
