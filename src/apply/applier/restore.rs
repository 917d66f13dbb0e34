//! Taking an apply back: old content, rights and links, and what may stand in the way of that.

use std::io;

use super::steps::lost_attributes;
use super::{Applier, ApplyEvent, Running};
use crate::apply::error::{ApplyError, FileRefusal};
use crate::apply::files::{Files, NotKept, commit, draft_of, folder_of, prepare, words};
use crate::apply::journal::{Apply, Journal, MAX_FILE_BYTES, Target, Written, sum_of};
use crate::apply::words::files as n_files;
use crate::model::profile::{ApplyId, ApplyPhase};

/// How a target stands before it is taken back.
enum Standing {
    /// It holds its old content.
    Old,
    /// It holds what was applied.
    New,
    /// It holds something else.
    Other,
}

impl Applier {
    /// Begins to take an apply back: the one under way or on trial, or a past one. [`Self::advance`] does the work.
    ///
    /// # Errors
    /// [`ApplyError::ChangedSinceApply`] names each file of a past apply that changed since; nothing was touched.
    pub fn roll_back(&mut self, id: ApplyId, why: &str) -> Result<ApplyEvent, ApplyError> {
        if let Some(mut running) = self.running.take() {
            let is_other = running.id != id;
            let goes_back = running.work.front().is_some_and(|work| work.goes_back());
            if !is_other && !goes_back {
                self.turn_back(&mut running, why);
            }
            let (other, event) = (running.id, self.event(id, None));
            self.running = Some(running);
            if is_other {
                let profile = self.apply(other).map(|apply| apply.record.profile.to_string()).unwrap_or_default();
                return Err(ApplyError::Running { id: other, profile });
            }
            return Ok(event);
        }
        let Some(apply) = self.applies.iter().find(|apply| apply.id() == id) else {
            return Err(ApplyError::Unknown(id));
        };
        if matches!(apply.record.phase, ApplyPhase::RolledBack { .. }) {
            return Err(ApplyError::RolledBackBefore(id));
        }
        let newer: Vec<&Apply> = self.applies.iter().take_while(|newer| newer.id() != id).collect();
        let refusals: Vec<FileRefusal> = (0..apply.targets.len())
            .filter_map(|idx| refusal(self.world.files(), &self.journal, apply, &newer, idx))
            .collect();
        if !refusals.is_empty() {
            return Err(ApplyError::ChangedSinceApply { id, files: refusals });
        }
        let as_it_was = apply.clone();
        let mut running = Running::new(id);
        self.edit(id, |apply| {
            apply.was_over = true;
            apply.n_reloads_begun = apply.reloads.len();
        });
        let event = self.turn_back(&mut running, why);
        if self.apply(id).is_some_and(|apply| !apply.is_saved)
            && let Err(source) = self.save_record(id)
        {
            // It may be on disk all the same, should only its folder not have been flushed: it is written again.
            self.edit(id, |apply| *apply = Apply { is_saved: false, ..as_it_was });
            return Err(ApplyError::Journal { doing: "written", path: self.journal.folder_of(id), source });
        }
        self.running = Some(running);
        Ok(event)
    }

    fn save_record(&mut self, id: ApplyId) -> io::Result<()> {
        let Self { world, journal, applies, .. } = self;
        applies.iter_mut().find(|apply| apply.id() == id).map_or(Ok(()), |apply| journal.save(world.files(), apply))
    }

    /// Gives every file its old content again. What could not be is told by file, and the others are restored.
    pub(super) fn restore(&mut self, running: &mut Running) -> Result<String, String> {
        let Self { world, journal, applies, .. } = self;
        let files = world.files();
        let Some(apply) = applies.iter().find(|apply| apply.id() == running.id) else {
            return Err("this apply is gone".into());
        };
        let (mut stuck, mut notes, mut to_do) = (Vec::new(), Vec::new(), Vec::new());
        let mut give_up = |idx: usize, why: String| {
            let path = apply.targets[idx].file.display();
            let old = match (apply.targets[idx].before, apply.record.files.get(idx).and_then(|f| f.backup.as_ref())) {
                (Some(_), Some(backup)) => format!("its old content is in {}", backup.display()),
                (Some(_), None) => "its old content is no longer kept".into(),
                (None, _) => "there was no such file before".into(),
            };
            stuck.push(format!("{path}: {why}; {old}"));
        };
        // First everything is prepared, so that a full disk is found before anything changed.
        for (idx, target) in apply.targets.iter().enumerate() {
            let _ = files.remove(&draft_of(&target.file));
            match prepare_old(files, journal, apply, idx) {
                Ok(None) => {}
                Ok(Some(draft)) => {
                    to_do.push(idx);
                    let path = target.file.display();
                    let copy = journal.found(apply.id(), idx);
                    notes.extend(draft.has_copy.then(|| format!("what {path} held is in {}", copy.display())));
                    let lost = lost_attributes(&target.file, &draft.not_kept);
                    notes.extend(lost.map(|lost| format!("not carried over: {lost}")));
                }
                Err(why) => give_up(idx, why),
            }
        }
        let n_restored = to_do.len();
        for idx in to_do {
            if let Err(why) = put_old(files, &apply.targets[idx]) {
                give_up(idx, why);
            }
        }
        running.stuck = stuck;
        if !running.stuck.is_empty() {
            return Err(running.stuck.join("; "));
        }
        let mut text = match n_restored {
            0 => "nothing to restore, every file has its old content".to_owned(),
            1 => "1 file has its old content again".to_owned(),
            n => format!("{} have their old content again", n_files(n)),
        };
        for note in notes {
            text.push_str("; ");
            text.push_str(&note);
        }
        Ok(text)
    }
}

/// A file whose old content stands beside it, or that is to be removed.
struct Draft {
    /// Whether what somebody else wrote into it is kept.
    has_copy: bool,
    /// What the old content could not be given.
    not_kept: NotKept,
}

/// Puts a file's old content beside it; `None` where nothing is to be done.
fn prepare_old(files: &mut dyn Files, journal: &Journal, apply: &Apply, idx: usize) -> Result<Option<Draft>, String> {
    let target = &apply.targets[idx];
    let (standing, now) = standing(files, target)?;
    let has_copy = match standing {
        Standing::Old => return Ok(None),
        Standing::New => false,
        Standing::Other => match target.written {
            // Nobody wrote it but someone else, whose it stays.
            Written::No => return Ok(None),
            Written::Yes if !apply.was_over => {
                if let Some(now) = &now {
                    let copy = journal.found(apply.id(), idx);
                    journal
                        .keep(files, &copy, now)
                        .map_err(|e| format!("what it holds now cannot be kept: {}", words(&e)))?;
                }
                now.is_some()
            }
            Written::Yes | Written::Maybe => {
                return Err(
                    "it holds neither the old nor the new content, so somebody changed it; left as it is".into()
                );
            }
        },
    };
    let mut not_kept = NotKept::default();
    if target.before.is_some() {
        let old = old_content(files, journal, apply, idx)?;
        not_kept = prepare(files, &target.file, &old, target.rights)
            .map_err(|e| format!("it still holds the new content, since it cannot be written: {}", words(&e)))?;
    }
    Ok(Some(Draft { has_copy, not_kept }))
}

fn put_old(files: &mut dyn Files, target: &Target) -> Result<(), String> {
    let outcome = match target.before {
        Some(_) => commit(files, &target.file),
        None => files.remove(&target.file).and_then(|()| files.flush_folder(folder_of(&target.file))),
    };
    outcome.map_err(|e| format!("it cannot be written: {}", words(&e)))?;
    match standing(files, target)? {
        (Standing::Old, _) => Ok(()),
        _ => Err("it does not hold its old content after that was written".into()),
    }
}

/// How a target stands, and what it holds.
fn standing(files: &dyn Files, target: &Target) -> Result<(Standing, Option<Vec<u8>>), String> {
    let now = match files.read(&target.file, MAX_FILE_BYTES) {
        Ok(bytes) => Some(bytes),
        Err(e) if e.kind() == io::ErrorKind::NotFound => None,
        Err(e) => return Err(format!("it cannot be read: {}", words(&e))),
    };
    let sum = now.as_deref().map(sum_of);
    let standing = match sum {
        _ if sum == target.before => Standing::Old,
        Some(sum) if sum == target.after => Standing::New,
        _ => Standing::Other,
    };
    Ok((standing, now))
}

fn old_content(files: &dyn Files, journal: &Journal, apply: &Apply, idx: usize) -> Result<Vec<u8>, String> {
    let old = files
        .read(&journal.backup(apply.id(), idx), MAX_FILE_BYTES)
        .map_err(|e| format!("its old content cannot be read: {}", words(&e)))?;
    if Some(sum_of(&old)) == apply.targets[idx].before {
        return Ok(old);
    }
    Err("its old content was kept but is damaged".into())
}

/// Why a file of a past apply is not taken back, if it is not.
fn refusal(files: &dyn Files, journal: &Journal, apply: &Apply, newer: &[&Apply], idx: usize) -> Option<FileRefusal> {
    let target = &apply.targets[idx];
    let path = target.file.clone();
    let refused = |why: String| Some(FileRefusal { path, why });
    match standing(files, target) {
        Err(why) => refused(why),
        Ok((Standing::Old, _)) => None,
        // It was never written, so whatever it holds is none of this apply.
        Ok((Standing::Other, _)) if target.written == Written::No => None,
        Ok((Standing::New, _)) => {
            let has_backup = apply.record.files.get(idx).is_some_and(|file| file.backup.is_some());
            let why = match target.before {
                Some(_) if !has_backup => Some("its old content was removed after 30 days".into()),
                Some(_) => old_content(files, journal, apply, idx).err(),
                None => None,
            };
            let why = why.or_else(|| files.check_writable(&target.file).err().map(|e| words(&e)));
            why.and_then(refused)
        }
        Ok((Standing::Other, now)) => {
            let by = newer.iter().find(|newer| {
                let sum = now.as_deref().map(sum_of);
                newer.targets.iter().any(|other| other.file == target.file && Some(other.after) == sum)
            });
            let changed = match (by, &now) {
                (Some(by), _) => {
                    format!("apply {} of {} changed it since: roll that back first", by.id().0, by.record.profile)
                }
                (None, Some(_)) => "somebody changed it since".into(),
                (None, None) => "somebody removed it since".into(),
            };
            let backup = apply.record.files.get(idx).and_then(|file| file.backup.as_ref());
            refused(match backup {
                Some(backup) => format!("{changed}; what it held before is in {}", backup.display()),
                None => changed,
            })
        }
    }
}
