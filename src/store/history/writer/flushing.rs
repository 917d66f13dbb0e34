//! Making safe what waits in memory: full segments into their files, the rest into the journal. When that fails the
//! samples stay in memory, within bounds, and the next flush tries again.

use std::fs;
use std::io;
use std::path::Path;

use super::Writer;
use super::files::Files;
use crate::model::{HistoryState, Timestamp};
use crate::store::history::journal::Journal;
use crate::store::history::read::HistoryError;

/// Segments sealed in one call; after a long time without room there may be many.
const SEALED_AT_ONCE: usize = 4;

impl Writer {
    /// Writes what waits and makes it safe; at most every 10 s, so that a crash loses no more.
    ///
    /// # Errors
    /// [`HistoryError::Io`]: what waits stays in memory and the next call tries again; [`Self::status`] says why.
    pub fn flush(&mut self, now: Timestamp) -> Result<(), HistoryError> {
        let outcome = self.try_flush();
        match &outcome {
            Ok(()) => {
                self.flushed_at = Some(now);
                if matches!(self.state, HistoryState::Stalled { .. }) {
                    self.state = if self.settings.is_on { HistoryState::Writing } else { HistoryState::Off };
                }
            }
            Err(e) => {
                let since = match &self.state {
                    HistoryState::Stalled { since, .. } => *since,
                    _ => now,
                };
                self.state = HistoryState::Stalled { since, why: stall_words(e, &self.files.folder).into() };
                self.n_dropped += self.shared.write().tail.drop_over_bounds() as u64;
            }
        }
        self.show_status();
        outcome
    }

    fn try_flush(&mut self) -> Result<(), HistoryError> {
        let folder = self.files.folder.clone();
        fs::create_dir_all(&folder).map_err(|source| HistoryError::Io { path: folder.clone(), source })?;
        self.events.flush()?;
        let mut n_sealed = 0;
        while n_sealed < SEALED_AT_ONCE && self.seal_one()? {
            n_sealed += 1;
        }
        self.is_journal_old |= n_sealed > 0;
        let has_full = self.shared.read().tail.has_full();
        match self.journal.as_mut().filter(|journal| journal.is_sound() && (!self.is_journal_old || has_full)) {
            Some(journal) => {
                let waiting = self.shared.read().tail.unflushed();
                journal.append(&waiting, &mut self.files.seq)?;
            }
            None => {
                let is_empty = self.shared.read().tail.n_values() == 0;
                if self.journal.is_none() && is_empty && !self.is_journal_old {
                    return Ok(());
                }
                return self.begin_journal();
            }
        }
        self.shared.write().tail.flushed();
        Ok(())
    }

    /// Begins a journal with everything that has no segment yet, and with the lengths that the files have now.
    pub(super) fn begin_journal(&mut self) -> Result<(), HistoryError> {
        let rest = self.shared.read().tail.all();
        let note = self.files.lengths();
        let Files { folder, disk, seq, .. } = &mut self.files;
        self.journal = Some(Journal::begin(folder, disk, &note, &rest, seq)?);
        self.is_journal_old = false;
        self.shared.write().tail.flushed();
        Ok(())
    }

    /// Seals the oldest full segment; false where there is none.
    fn seal_one(&mut self) -> Result<bool, HistoryError> {
        let Some(segment) = self.shared.read().tail.oldest_full() else { return Ok(false) };
        match self.files.append(&segment).and_then(|()| self.files.sync()) {
            Ok(()) => {}
            Err(HistoryError::Damaged { what, .. }) => {
                // It would be refused for ever, and nothing behind it would get to the disk.
                self.told.push(format!("Samples of {} series were not kept: {what}", segment.columns.len()));
                self.n_dropped += segment.n_values() as u64;
            }
            Err(e) => return Err(e),
        }
        self.show_sealed(segment.source);
        Ok(true)
    }

    /// Writes what waits and ends. What is not a full segment yet stays in the journal, and the next run goes on with it:
    /// so many short runs leave no short segments.
    ///
    /// # Errors
    /// [`HistoryError::Io`]; what could not be written is lost.
    pub fn close(mut self, now: Timestamp) -> Result<(), HistoryError> {
        self.flush(now)
    }
}

/// Why nothing can be written, and what to do.
fn stall_words(e: &HistoryError, folder: &Path) -> String {
    let folder = folder.display();
    let kind = match e {
        HistoryError::Io { source, .. } => source.kind(),
        _ => io::ErrorKind::Other,
    };
    match kind {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => format!(
            "The disk that holds {folder} is full: make room there, or move history with --data-dir; \
             writing goes on by itself, and the samples of up to two hours wait in memory"
        ),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => format!(
            "History may not be written into {folder}: give this user the right to write there; \
             writing goes on by itself, and the samples of up to two hours wait in memory"
        ),
        _ => format!(
            "History cannot be written ({e}): it is tried again every 10 s, and the samples of up to two hours wait in memory"
        ),
    }
}
