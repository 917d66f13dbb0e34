//! History into an archive.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Seek as _, Write};
use std::path::Path;

use super::member::{self, MemberKind};
use super::scratch::Scratch;
use super::{ALWAYS, MAGIC, Notes, Total, VERSION};
use crate::model::{SeriesKey, Tier, TimeRange, Timestamp};
use crate::store::history::disk::Disk;
use crate::store::history::{FileKind, HistoryRead, Segment, SegmentFile};
use crate::store::part_file::PartFile;
use crate::store::progress::Progress;
use crate::store::transfer::TransferError;
use crate::store::transfer::export::{count_text, visit};
use crate::store::transfer::import::IMPORT_ATTRIBUTE;

/// Length at which a member is ended and the next one begun, bytes.
const MEMBER: u64 = 64 << 20;
/// Gaps a reader gives at most for one question.
const MOST_GAPS: usize = 500;

/// What an archive holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ArchiveSummary {
    /// Samples and buckets, those of recordings with them.
    pub n_values: u64,
    /// Imported recordings.
    pub n_recordings: usize,
    /// Annotations.
    pub n_annotations: usize,
}

impl ArchiveSummary {
    /// What was written, in words without a final period.
    pub fn text(&self) -> String {
        let count = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
        let (recordings, annotations) =
            (count(self.n_recordings, "recording"), count(self.n_annotations, "annotation"));
        format!("{}, {recordings} and {annotations}", count_text(self.n_values))
    }
}

/// Writes all of history into one file, which appears whole or not at all. History may be written meanwhile: what comes
/// after this began may be missing.
///
/// # Errors
/// [`TransferError::Write`] with the path and what to do; what history says; [`TransferError::Cancelled`].
pub fn export_archive(
    read: &dyn HistoryRead,
    path: &Path,
    progress: &mut dyn Progress,
) -> Result<ArchiveSummary, TransferError> {
    let mut whole = || {
        let mut file = PartFile::create(path)?;
        let summary = write_archive(read, &mut file, progress)?;
        file.finish()?;
        Ok(summary)
    };
    whole().map_err(|e: TransferError| e.writing(path))
}

/// As [`export_archive`], to anything that takes bytes.
///
/// # Errors
/// [`TransferError::Output`] where it refuses.
pub fn write_archive(
    read: &dyn HistoryRead,
    out: &mut dyn Write,
    progress: &mut dyn Progress,
) -> Result<ArchiveSummary, TransferError> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    out.write_all(MAGIC)?;
    out.write_all(&VERSION.to_le_bytes())?;
    let series = read.series()?;
    let recordings: BTreeSet<&str> = series.iter().filter_map(|def| def.key.attribute(IMPORT_ATTRIBUTE)).collect();
    let status = read.status()?;
    let notes = Notes {
        annotations: read.annotations()?,
        gaps: match status.covers() {
            Some(range) => all_gaps(read, range)?,
            None => read.gaps(ALWAYS)?,
        },
    };
    let json = serde_json::to_vec(&notes).map_err(std::io::Error::other)?;
    member::write(&mut out, MemberKind::Notes, &json)?;

    let n_expected: u64 = status.tiers.iter().filter(|tier| tier.tier == Tier::Full).map(|tier| tier.n_rows).sum();
    let mut members = Members { out: &mut out, open: Vec::new(), total: Total { n_members: 1, ..Total::default() } };
    let mut each = |members: &mut Members<'_>, keys: Option<&[SeriesKey]>| {
        visit(read, keys, ALWAYS, Tier::Full, &mut |mut segment| {
            if keys.is_none() {
                segment.columns.retain(|column| column.def.key.attribute(IMPORT_ATTRIBUTE).is_none());
            }
            members.add(&segment)?;
            let n = members.total.n_values;
            let ratio = (n_expected > 0).then(|| (n as f64 / n_expected as f64).min(1.0) as f32);
            Ok(progress.step(ratio, &count_text(n))?)
        })?;
        members.end_all()
    };
    each(&mut members, None)?;
    for recording in &recordings {
        let is_its = |key: &&SeriesKey| key.attribute(IMPORT_ATTRIBUTE) == Some(recording);
        let keys: Vec<SeriesKey> = series.iter().map(|def| &def.key).filter(is_its).cloned().collect();
        each(&mut members, Some(&keys))?;
    }
    let total = Total { n_members: members.total.n_members + 1, ..members.total };
    let json = serde_json::to_vec(&total).map_err(std::io::Error::other)?;
    member::write(&mut out, MemberKind::Total, &json)?;
    out.flush()?;
    Ok(ArchiveSummary {
        n_values: total.n_values,
        n_recordings: recordings.len(),
        n_annotations: notes.annotations.len(),
    })
}

/// Every gap: a reader gives the longest of a span alone, so a span with many is asked for in halves.
fn all_gaps(read: &dyn HistoryRead, range: TimeRange) -> Result<Vec<TimeRange>, TransferError> {
    let found = read.gaps(range)?;
    let (start, end) = (range.start.as_millis(), range.end.as_millis());
    if found.len() < MOST_GAPS || end - start < 1000 {
        return Ok(found);
    }
    let middle = Timestamp::from_millis(start + (end - start) / 2);
    let mut gaps = all_gaps(read, TimeRange { start: range.start, end: middle })?;
    for gap in all_gaps(read, TimeRange { start: middle, end: range.end })? {
        match gaps.last_mut() {
            // One that lies over the middle was given by both halves.
            Some(last) if gap.start <= last.end => last.end = last.end.max(gap.end),
            _ => gaps.push(gap),
        }
    }
    Ok(gaps)
}

/// The members of segments under way: a file of each tier.
struct Members<'a> {
    out: &'a mut dyn Write,
    open: Vec<(Tier, SegmentFile, Scratch)>,
    total: Total,
}

impl Members<'_> {
    fn add(&mut self, segment: &Segment) -> Result<(), TransferError> {
        if segment.columns.is_empty() && segment.processes.is_empty() {
            return Ok(());
        }
        let place = match self.open.iter().position(|(tier, ..)| *tier == segment.tier) {
            Some(place) => place,
            None => {
                let scratch = Scratch::new();
                let file = SegmentFile::create(scratch.path(), FileKind::Segments(segment.tier), &Disk::default())?;
                self.open.push((segment.tier, file, scratch));
                self.open.len() - 1
            }
        };
        let Some((_, file, _)) = self.open.get_mut(place) else { return Ok(()) };
        self.total.n_values += segment.n_values() as u64;
        // The numbers grow with the writing; where two segments are of one time the later counts, and none are here.
        file.append(segment, self.total.n_values)?;
        if file.len() >= MEMBER { self.end(place) } else { Ok(()) }
    }

    fn end_all(&mut self) -> Result<(), TransferError> {
        // The coarsest is the oldest.
        self.open.sort_by_key(|(tier, ..)| *tier);
        while let Some(place) = self.open.len().checked_sub(1) {
            self.end(place)?;
        }
        Ok(())
    }

    fn end(&mut self, place: usize) -> Result<(), TransferError> {
        let (_, file, scratch) = self.open.remove(place);
        drop(file);
        let failed = |source| TransferError::Read { path: scratch.path().to_owned(), source };
        let mut file = File::open(scratch.path()).map_err(failed)?;
        let (len, crc) = member::copy(&mut file, u64::MAX, &mut std::io::sink()).map_err(failed)?;
        file.rewind().map_err(failed)?;
        member::write_head(self.out, MemberKind::Segments, len, crc)?;
        member::copy(&mut file, len, self.out)?;
        self.total.n_members += 1;
        Ok(())
    }
}
