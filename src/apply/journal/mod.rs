//! The journal of applies on disk: one folder each, with its record and what its files held before.
//!
//! ```text
//! DATA/applies/lock             held by the one process that applies
//! DATA/applies/000012/0.before  what the first file held; none where it was not there
//! DATA/applies/000012/0.found   what stood in its place when it was taken back, where somebody had changed it
//! DATA/applies/000012/record.ron
//! ```
//!
//! Invariant: a folder without a record never had a target written, and a record never claims less than was done.

mod apply;
mod recovery;
mod stored;

use std::io;
use std::path::{Path, PathBuf};

use ron::ser::PrettyConfig;

use super::files::{Files, Rights, commit, prepare, words};
use crate::model::profile::{ApplyId, ApplyPhase, ApplyRecord};
use crate::model::time::Timestamp;
use stored::{Stored, VERSION};

pub use crate::model::profile::KEEP_BACKUPS;
pub(super) use apply::{Apply, Sum, Target, Written, sum_of};
pub use recovery::Recovery;

/// Most applies that are kept.
pub const MAX_APPLIES: usize = 200;
/// Largest file that is applied to, in bytes.
pub const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;
/// Largest record that is read, in bytes.
const MAX_RECORD_BYTES: u64 = 64 * 1024 * 1024;
const RECORD: &str = "record.ron";

/// The folder of all applies.
#[derive(Debug)]
pub(super) struct Journal {
    folder: PathBuf,
}

impl Journal {
    pub fn new(data: &Path) -> Self {
        Self { folder: data.join("applies") }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Holds the journal for this process; `false` where another one does.
    pub fn hold(&self, files: &mut dyn Files) -> io::Result<bool> {
        files.make_folder(&self.folder)?;
        files.hold(&self.lock())
    }

    fn lock(&self) -> PathBuf {
        self.folder.join("lock")
    }

    /// Where an apply is kept.
    pub fn folder_of(&self, id: ApplyId) -> PathBuf {
        self.folder.join(format!("{:06}", id.0))
    }

    /// Where the old content of an apply's file is kept.
    pub fn backup(&self, id: ApplyId, target_idx: usize) -> PathBuf {
        self.folder_of(id).join(format!("{target_idx}.before"))
    }

    /// Where what was found in the place of an apply's file is kept.
    pub fn found(&self, id: ApplyId, target_idx: usize) -> PathBuf {
        self.folder_of(id).join(format!("{target_idx}.found"))
    }

    /// Keeps bytes in an apply's folder, for this user alone, on the disk.
    pub fn keep(&self, files: &mut dyn Files, path: &Path, bytes: &[u8]) -> io::Result<()> {
        files.remove(path)?;
        files.make(path, bytes, Rights::PRIVATE, None)?;
        files.flush_folder(super::files::folder_of(path))
    }

    /// Makes the folder of a new apply, on the disk.
    pub fn make(&self, files: &mut dyn Files, id: ApplyId) -> io::Result<()> {
        files.make_folder(&self.folder_of(id))?;
        files.flush_folder(&self.folder)
    }

    /// Writes the record of an apply, whole or not at all, on the disk.
    pub fn save(&self, files: &mut dyn Files, apply: &mut Apply) -> io::Result<()> {
        let body = ron::ser::to_string_pretty(&Stored::of(apply), PrettyConfig::default()).map_err(io::Error::other)?;
        let path = self.folder_of(apply.id()).join(RECORD);
        let text = format!("// One apply of a profile. Perfdesk reads this to take it back; do not edit it.\n{body}\n");
        prepare(files, &path, text.as_bytes(), Rights::PRIVATE)?;
        commit(files, &path)?;
        apply.is_saved = true;
        Ok(())
    }

    /// Numbers of all applies there are, newest first, whether they can be read or not.
    pub fn ids(&self, files: &dyn Files) -> io::Result<Vec<ApplyId>> {
        let names = files.names(&self.folder)?;
        let is_number = |name: &&String| name.len() >= 6 && name.bytes().all(|b| b.is_ascii_digit());
        let mut ids: Vec<ApplyId> =
            names.iter().filter(is_number).filter_map(|n| n.parse().ok().map(ApplyId)).collect();
        ids.sort_unstable_by(|a, b| b.cmp(a));
        Ok(ids)
    }

    /// Reads one apply; `None` where its record was never written.
    pub fn load(&self, files: &dyn Files, id: ApplyId) -> Result<Option<Apply>, Recovery> {
        let folder = self.folder_of(id);
        let path = folder.join(RECORD);
        let unreadable = |why: String| Recovery::Unreadable { path: path.clone(), why: why.into() };
        let names = files.names(&folder).map_err(|e| unreadable(words(&e)))?;
        if !names.iter().any(|name| name == RECORD) {
            return Ok(None);
        }
        let bytes = files.read(&path, MAX_RECORD_BYTES).map_err(|e| unreadable(words(&e)))?;
        let text = str::from_utf8(&bytes).map_err(|_| unreadable("it is not text in UTF-8".into()))?;
        let stored: Stored = ron::from_str(text)
            .map_err(|e| unreadable(format!("line {}, column {}: {}", e.span.start.line, e.span.start.col, e.code)))?;
        if stored.version > VERSION {
            return Err(unreadable(format!("a newer Perfdesk wrote it (version {})", stored.version)));
        }
        let mut apply = stored.into_apply();
        if apply.id() != id || apply.targets.len() != apply.record.files.len() {
            return Err(unreadable("it is not the record of this apply".into()));
        }
        // The data folder may have been moved since.
        for (idx, file) in apply.edit().files.iter_mut().enumerate() {
            file.backup = file.backup.is_some().then(|| self.backup(id, idx));
        }
        apply.is_saved = true;
        if apply.record.phase == ApplyPhase::Writing {
            apply.targets.iter_mut().for_each(|target| target.written = Written::Maybe);
        }
        Ok(Some(apply))
    }

    /// Removes what is older than it is kept. `applies` are newest first; those removed are taken out.
    pub fn prune(&self, files: &mut dyn Files, applies: &mut Vec<Apply>, now: Timestamp) {
        let oldest = now.minus(KEEP_BACKUPS);
        let mut place = 0;
        applies.retain(|apply| {
            place += 1;
            let is_needed = place <= MAX_APPLIES || !apply.record.phase.is_over();
            // What cannot be removed now is tried again the next time.
            is_needed || files.remove_folder(&self.folder_of(apply.id())).is_err()
        });
        for apply in applies.iter_mut().skip(1).filter(|apply| apply.record.phase.is_over() && apply.record.at < oldest)
        {
            self.drop_backups(files, apply);
        }
    }

    fn drop_backups(&self, files: &mut dyn Files, apply: &mut Apply) {
        if apply.record.files.iter().all(|file| file.backup.is_none()) {
            return;
        }
        // The record goes last: where it ends between, the next time removes what is left.
        for idx in 0..apply.targets.len() {
            let _ = files.remove(&self.backup(apply.id(), idx));
            let _ = files.remove(&self.found(apply.id(), idx));
        }
        apply.edit().files.iter_mut().for_each(|file| file.backup = None);
        let _ = self.save(files, apply);
    }
}

/// Whether a process has the applies of this data folder in hand: what is not over there goes on, and was not cut short.
/// Changes nothing.
pub fn is_in_hand(files: &dyn Files, data: &Path) -> bool {
    files.is_held(&Journal::new(data).lock())
}

/// Every apply of a data folder, newest first, and the records that cannot be read. Holds and changes nothing, so it
/// may be asked beside a process that is applying.
///
/// # Errors
/// The folder cannot be read.
pub fn read(files: &dyn Files, data: &Path) -> io::Result<(Vec<ApplyRecord>, Vec<Recovery>)> {
    let journal = Journal::new(data);
    let (mut records, mut unreadable) = (Vec::new(), Vec::new());
    for id in journal.ids(files)? {
        match journal.load(files, id) {
            Ok(Some(apply)) => records.push(std::sync::Arc::unwrap_or_clone(apply.record)),
            Ok(None) => {}
            Err(told) => unreadable.push(told),
        }
    }
    Ok((records, unreadable))
}
