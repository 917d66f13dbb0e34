//! An archive back into history, and what can still be read of a file of history that was set aside. What is in history
//! already stays.

use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::path::Path;
use std::sync::Arc;

use super::member::{self, MemberHead, MemberKind};
use super::scratch::Scratch;
use super::{MAGIC, Notes, Total, VERSION};
use crate::model::quantity::decimals;
use crate::model::{ImportedRecording, SeriesDef, SeriesKey};
use crate::store::history::events::Events;
use crate::store::history::{
    FrameKind, HistoryError, HistoryRead, HistoryWrite, Segment, SegmentColumn, open_damaged, source_named,
};
use crate::store::progress::Progress;
use crate::store::transfer::TransferError;
use crate::store::transfer::export::count_text;
use crate::store::transfer::import::{IMPORT_ATTRIBUTE, open};

/// Greatest length of the annotations and gaps, bytes.
const MAX_NOTES: u64 = 256 << 20;

/// What came of taking an archive or a file in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ArchiveTaken {
    /// Samples and buckets that are in history now and were not before.
    pub n_taken: u64,
    /// Samples and buckets that were skipped: history has something of that time already.
    pub n_skipped: u64,
    /// Annotations that were new.
    pub n_annotations: u64,
    /// Recordings taken in, by the names they have now.
    pub recordings: Vec<String>,
    /// What to know beside that; a line each.
    pub remarks: Vec<String>,
}

impl ArchiveTaken {
    /// What was taken, in words without a final period.
    pub fn text(&self) -> String {
        let mut parts = vec![format!("{} taken in", count_text(self.n_taken))];
        if self.n_skipped > 0 {
            parts.push(format!("{} skipped because history has that time already", decimals(self.n_skipped as f64, 0)));
        }
        let counted = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
        if self.n_annotations > 0 {
            parts.push(counted(self.n_annotations as usize, "annotation"));
        }
        if !self.recordings.is_empty() {
            parts.push(counted(self.recordings.len(), "recording"));
        }
        parts.join(", ")
    }
}

/// Takes an archive in, or a file of history or of annotations that was set aside: whatever of it can be read. `read` is
/// the history it goes into. Ended early, it keeps what was taken so far, and taking it in again goes on from there.
///
/// # Errors
/// [`TransferError::Read`]; [`TransferError::Unfit`] where it is another kind of file; a newer version's file is refused;
/// what history says; [`TransferError::Cancelled`] where nothing was taken yet.
pub fn import_archive(
    path: &Path,
    read: &dyn HistoryRead,
    writer: &mut dyn HistoryWrite,
    progress: &mut dyn Progress,
) -> Result<ArchiveTaken, TransferError> {
    let failed = |source| TransferError::Read { path: path.to_owned(), source };
    let (mut file, n_bytes) = open(path)?;
    let mut head = Vec::new();
    (&mut file).take(12).read_to_end(&mut head).map_err(failed)?;
    let imports = read.status()?.imports;
    let mut taking =
        Taking { writer: &mut *writer, progress, imports, recording: None, taken: ArchiveTaken::default() };
    let outcome = if head.starts_with(MAGIC) {
        let version = head.get(8..12).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes);
        if version > VERSION {
            return Err(HistoryError::Newer { path: path.to_owned(), found: version, known: VERSION }.into());
        }
        taking.archive(path, BufReader::with_capacity(1 << 16, file), n_bytes)
    } else if head.starts_with(b"PDHIST") {
        taking.file(path, 0.0, 1.0)
    } else if head.get(8) == Some(&b' ') && head[..8].iter().all(u8::is_ascii_hexdigit) {
        Events::read(path).map_err(TransferError::from).and_then(|events| {
            let notes = Notes { annotations: events.annotations(), gaps: events.gaps };
            taking.notes(&notes)
        })
    } else if open_damaged(path).is_ok() {
        // A file that was put aside because its beginning is gone.
        taking.file(path, 0.0, 1.0)
    } else {
        let what = "It is neither an archive nor a file of Perfdesk's history; a CSV file is imported as a recording";
        return Err(TransferError::Unfit { path: path.to_owned(), what: what.into() });
    };
    let outcome = outcome.and_then(|()| taking.end_recording());
    let mut taken = std::mem::take(&mut taking.taken);
    match outcome {
        Ok(()) => {}
        Err(TransferError::Cancelled(_)) if taken.n_taken > 0 || taken.n_annotations > 0 => {
            writer.abandon_recording();
            taken
                .remarks
                .push("it was ended early; what was taken so far stays, and importing it again goes on".into());
        }
        Err(e) => {
            writer.abandon_recording();
            return Err(e);
        }
    }
    writer.flush()?;
    Ok(taken)
}

/// A recording that is being taken in, or passed over.
struct Recording {
    /// Its name in the archive.
    name: String,
    /// Its name now; `None` where it is there already.
    now: Option<String>,
    n_values: u64,
}

struct Taking<'a> {
    writer: &'a mut dyn HistoryWrite,
    progress: &'a mut dyn Progress,
    /// Recordings that were there before.
    imports: Vec<ImportedRecording>,
    recording: Option<Recording>,
    taken: ArchiveTaken,
}

impl Taking<'_> {
    fn archive(&mut self, path: &Path, mut source: BufReader<File>, n_bytes: u64) -> Result<(), TransferError> {
        let failed = |source| TransferError::Read { path: path.to_owned(), source };
        let (mut at, mut n_members, mut is_whole) = (12_u64, 0, false);
        while let Some(MemberHead { kind, len, crc }) = member::read_head(&mut source).map_err(failed)? {
            let share = |at: u64| (at as f64 / n_bytes.max(1) as f64).min(1.0) as f32;
            n_members += 1;
            match kind {
                Some(MemberKind::Segments) => {
                    let scratch = Scratch::new();
                    let n_written = copy_to(&mut source, len, crc, scratch.path())?;
                    let (start, end) = (share(at), share(at.saturating_add(len)));
                    if n_written != Some(len) {
                        self.taken
                            .remarks
                            .push("a part of the archive is damaged; what can be read of it is taken".into());
                    }
                    match self.file(scratch.path(), start, end) {
                        Err(TransferError::History(HistoryError::Damaged { what, .. })) => {
                            self.taken.remarks.push(format!("a part of the archive cannot be read: {what}"));
                        }
                        other => other?,
                    }
                }
                Some(MemberKind::Notes | MemberKind::Total) if len <= MAX_NOTES => {
                    let mut json = Vec::new();
                    let (_, sum) = member::copy(&mut source, len, &mut json).map_err(failed)?;
                    let is_right = sum == crc;
                    match kind {
                        Some(MemberKind::Notes) => match serde_json::from_slice(&json) {
                            Ok(notes) if is_right => self.notes(&notes)?,
                            _ => self.taken.remarks.push("its annotations are damaged and are left out".into()),
                        },
                        _ => {
                            let total: Option<Total> = serde_json::from_slice(&json).ok();
                            is_whole = is_right && total.is_some_and(|total| total.n_members == n_members);
                        }
                    }
                }
                _ => {
                    member::copy(&mut source, len, &mut io::sink()).map_err(failed)?;
                }
            }
            at = at.saturating_add(len);
        }
        if !is_whole {
            self.taken.remarks.push("the archive is cut short or damaged; what could be read is taken".into());
        }
        Ok(())
    }

    fn notes(&mut self, notes: &Notes) -> Result<(), TransferError> {
        self.progress.step(None, "annotations")?;
        for annotation in &notes.annotations {
            self.taken.n_annotations += u64::from(self.writer.take_in_annotation(annotation.text.clone())?);
        }
        for gap in &notes.gaps {
            self.writer.take_in_gap(source_named("sample"), *gap)?;
        }
        Ok(())
    }

    /// Takes a file of history in; `start` and `end` are the shares of the whole work before and after it.
    fn file(&mut self, path: &Path, start: f32, end: f32) -> Result<(), TransferError> {
        let (reader, scan) = open_damaged(path)?;
        let (mut n_damaged, n) = (scan.damage.len(), scan.frames.len().max(1));
        let torn = scan.torn_bytes();
        for (i, entry) in scan.frames.iter().enumerate() {
            let ratio = start + (end - start) * (i as f32 / n as f32);
            self.progress.step(Some(ratio), &count_text(self.taken.n_taken + self.taken.n_skipped))?;
            if entry.kind != FrameKind::Segment {
                continue;
            }
            n_damaged += reader.check(entry).map_or(0, |damage| damage.len());
            match reader.read(entry, None) {
                Ok(segment) => self.segment(segment)?,
                Err(HistoryError::Damaged { .. }) => {}
                Err(e) => return Err(e.into()),
            }
        }
        if n_damaged > 0 {
            let plural = if n_damaged == 1 { "" } else { "s" };
            self.taken.remarks.push(format!("{n_damaged} damaged part{plural} could not be read"));
        }
        if torn > 0 {
            let bytes = decimals(torn as f64, 0);
            self.taken.remarks.push(format!("its last {bytes} bytes are no whole segment and were left out"));
        }
        Ok(())
    }

    fn segment(&mut self, mut segment: Segment) -> Result<(), TransferError> {
        let name = segment.columns.iter().find_map(|column| column.def.key.attribute(IMPORT_ATTRIBUTE));
        let Some(name) = name.map(str::to_owned) else {
            self.end_recording()?;
            let taken = self.writer.take_in(segment)?;
            self.taken.n_taken += taken.n_taken;
            self.taken.n_skipped += taken.n_skipped;
            return Ok(());
        };
        if self.recording.as_ref().is_none_or(|recording| recording.name != name) {
            self.end_recording()?;
            let is_there = self.imports.iter().any(|import| *import.name == *name);
            let now = if is_there { None } else { Some(self.writer.begin_recording(&name)?) };
            self.recording = Some(Recording { name, now, n_values: 0 });
        }
        let Some(recording) = &mut self.recording else { return Ok(()) };
        let n_values = segment.n_values() as u64;
        match &recording.now {
            None => self.taken.n_skipped += n_values,
            Some(now) => {
                if *now != recording.name {
                    segment.columns.iter_mut().for_each(|column| rename(column, now));
                }
                self.writer.record(segment)?;
                recording.n_values += n_values;
            }
        }
        Ok(())
    }

    fn end_recording(&mut self) -> Result<(), TransferError> {
        let Some(recording) = self.recording.take() else { return Ok(()) };
        match recording.now {
            Some(now) => {
                self.writer.finish_recording()?;
                self.taken.n_taken += recording.n_values;
                self.taken.recordings.push(now);
            }
            None => self.taken.remarks.push(format!("the recording {} is there already and stays", recording.name)),
        }
        Ok(())
    }
}

/// The series of a column under another recording's name.
fn rename(column: &mut SegmentColumn, recording: &str) {
    let mut attributes: Vec<(&str, &str)> =
        column.def.key.attributes().filter(|(name, _)| *name != IMPORT_ATTRIBUTE).collect();
    attributes.push((IMPORT_ATTRIBUTE, recording));
    let key = SeriesKey::new(column.def.key.metric(), &attributes);
    column.def = Arc::new(SeriesDef { key, ..SeriesDef::clone(&column.def) });
}

/// Copies a member into a file; gives its length where its sum is right.
fn copy_to(source: &mut BufReader<File>, len: u64, crc: u32, path: &Path) -> Result<Option<u64>, TransferError> {
    let mut out = File::options()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(|source| TransferError::Write { path: path.to_owned(), source })?;
    let (n, sum) =
        member::copy(source, len, &mut out).map_err(|source| TransferError::Write { path: path.to_owned(), source })?;
    Ok((sum == crc).then_some(n))
}
