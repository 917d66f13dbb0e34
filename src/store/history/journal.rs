//! The journal: a file that gets the newest samples at each flush, until a sealed segment holds them. Then a new one
//! begins and the old one goes.
//!
//! The journal of the greatest number is the one that counts: it is made under another name with everything that has no
//! segment yet, and only then gets its own. So a crash at any point leaves one whole journal, and what it holds twice
//! with a sealed segment is known by the segment's greater number.

use std::fs;
use std::path::{Path, PathBuf};

use super::disk::{Disk, sync_folder};
use super::file::SegmentFile;
use super::frame::FileKind;
use super::read::HistoryError;
use super::segment::Segment;

const PREFIX: &str = "journal-";
const ENDING: &str = ".seg";

/// The journal that is written.
#[derive(Debug)]
pub struct Journal {
    number: u64,
    path: PathBuf,
    file: SegmentFile,
    /// Whether something may be in it that is not safe on disk.
    is_doubtful: bool,
}

/// The journals in a folder by number, the one that counts last.
///
/// # Errors
/// What the system says of the folder.
pub fn journals(folder: &Path) -> Result<Vec<(u64, PathBuf)>, HistoryError> {
    let io = |source| HistoryError::Io { path: folder.into(), source };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let number = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(ENDING));
        if let Some(number) = number.and_then(|number| number.parse().ok()) {
            found.push((number, path));
        }
    }
    found.sort();
    Ok(found)
}

impl Journal {
    /// Begins a journal that holds `rest`, makes it safe, and removes all others. `note` is kept with it: what the other
    /// files were like when it began.
    ///
    /// # Errors
    /// What the system says; the journal before then still counts.
    pub fn begin(
        folder: &Path,
        disk: &Disk,
        note: &[u8],
        rest: &[Segment],
        seq: &mut u64,
    ) -> Result<Self, HistoryError> {
        let old = journals(folder)?;
        let number = old.last().map_or(1, |(number, _)| number + 1);
        let path = folder.join(format!("{PREFIX}{number:08}{ENDING}"));
        let unnamed = folder.join(format!("{PREFIX}{number:08}.new"));
        let io = |source| HistoryError::Io { path: path.clone(), source };
        disk.check().map_err(io)?;
        let _ = fs::remove_file(&unnamed);
        let made = Self::fill(&unnamed, disk, note, rest, seq)
            .and_then(|()| fs::rename(&unnamed, &path).and_then(|()| sync_folder(folder)).map_err(io));
        if let Err(e) = made {
            let _ = fs::remove_file(&unnamed);
            return Err(e);
        }
        let (file, _) = SegmentFile::open(&path, FileKind::Journal, disk)?;
        // What cannot be removed now goes with the next one: it does not count any more.
        old.iter().for_each(|(_, old)| drop(fs::remove_file(old)));
        Ok(Self { number, path, file, is_doubtful: false })
    }

    fn fill(path: &Path, disk: &Disk, note: &[u8], rest: &[Segment], seq: &mut u64) -> Result<(), HistoryError> {
        let mut file = SegmentFile::create(path, FileKind::Journal, disk)?;
        *seq += 1;
        file.append_event(0, note, *seq)?;
        for segment in rest {
            *seq += 1;
            file.append(segment, *seq)?;
        }
        file.sync()
    }

    /// Goes on with a journal.
    ///
    /// # Errors
    /// [`HistoryError::Damaged`] where nothing can be added to it, and what the system says.
    pub fn go_on(number: u64, path: &Path, disk: &Disk) -> Result<Self, HistoryError> {
        disk.check().map_err(|source| HistoryError::Io { path: path.into(), source })?;
        let (file, _) = SegmentFile::open(path, FileKind::Journal, disk)?;
        Ok(Self { number, path: path.to_owned(), file, is_doubtful: false })
    }

    /// Whether it is still there and all of it is safe; otherwise another one has to begin.
    pub fn is_sound(&self) -> bool {
        !self.is_doubtful && self.path.exists()
    }

    /// Its number.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Bytes on disk.
    pub fn bytes(&self) -> u64 {
        self.file.len()
    }

    /// Appends segments and makes them safe.
    ///
    /// # Errors
    /// What the system says. What was appended is then in doubt; it may be given again.
    pub fn append(&mut self, segments: &[Segment], seq: &mut u64) -> Result<(), HistoryError> {
        let n_before = self.file.len();
        for segment in segments {
            *seq += 1;
            if let Err(e) = self.file.append(segment, *seq) {
                // What stands in it already will be given again: another journal has to hold it once.
                self.is_doubtful |= self.file.len() > n_before;
                return Err(e);
            }
        }
        if !segments.is_empty() {
            // After a failed sync the system may have thrown away what it could not write.
            self.file.sync().inspect_err(|_| self.is_doubtful = true)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;
    use crate::model::{SourceId, Tier};
    use crate::store::history::scan::scan;

    fn segment(source: &'static str, start: i64) -> Segment {
        Segment {
            tier: Tier::Full,
            source: SourceId(source),
            interval_millis: 1000,
            times: (0..10).map(|i| start + i * 1000).collect(),
            columns: Vec::new(),
            processes: Vec::new(),
        }
    }

    #[test]
    fn a_flush_of_which_a_part_found_room_makes_another_journal_begin() {
        let folder = tempfile::tempdir().expect("a folder");
        let room = Arc::new(AtomicI64::new(1 << 30));
        let disk = Disk::with_room(room.clone());
        let mut seq = 0;
        let mut journal = Journal::begin(folder.path(), &disk, b"{}", &[], &mut seq).expect("begun");
        let length = journal.bytes();
        let (one, two) = (segment("one", 0), segment("two", 0));
        for (left, is_sound) in [(0, true), (20, true), (120, false)] {
            room.store(left, Ordering::Relaxed);
            assert!(journal.append(&[one.clone(), two.clone()], &mut seq).is_err());
            assert_eq!(journal.is_sound(), is_sound, "{left} bytes of room");
        }
        assert!(journal.bytes() > length);
        room.store(1 << 30, Ordering::Relaxed);
        let next = Journal::begin(folder.path(), &disk, b"{}", &[one, two], &mut seq).expect("begun");
        let frames = scan(&journals(folder.path()).expect("listed")[0].1).expect("whole").frames;
        assert_eq!((next.number(), frames.len()), (journal.number() + 1, 3));
    }
}
