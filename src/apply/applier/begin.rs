//! The beginning of an apply: every file is looked at, backed up, and recorded, before the first is written.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::steps::waiting_text;
use super::{Applier, Get, Running, Work};
use crate::apply::error::{ApplyError, FileRefusal};
use crate::apply::files::{FileId, Found, Rights, words};
use crate::apply::journal::{Apply, MAX_FILE_BYTES, Target, Written, sum_of};
use crate::apply::words::hard_links;
use crate::model::profile::{
    AppliedFile, ApplyId, ApplyPhase, ApplyRecord, ApplyStep, FilePlan, Plan, ProblemKind, StepState, VerifyAction,
};
use crate::profile::convert;
use crate::profile::plan::NewContent;

/// Least and most that an apply waits to be kept.
const KEEP_WITHIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(24 * 3600));
/// Most characters of who asked for it.
const MAX_WHO: usize = 100;

/// A file that may be written, and what it holds.
struct Checked {
    target: Target,
    old: Option<Vec<u8>>,
    id: Option<FileId>,
}

impl Checked {
    /// Whether both are one file, under whatever names.
    fn is_same_file(&self, other: &Self) -> bool {
        self.target.file == other.target.file || (self.id.is_some() && self.id == other.id)
    }
}

impl Applier {
    /// Checks every file, backs it up, and writes the record of a new apply: from here on a crash is taken back.
    /// No bound file is written yet; [`Self::advance`] does that.
    ///
    /// `keep_within` is how long it waits to be kept once verified, taken as at least 1 s and at most 24 h.
    ///
    /// # Errors
    /// [`ApplyError`]; no bound file was changed.
    pub fn begin(
        &mut self,
        plan: &Plan,
        contents: Vec<NewContent>,
        who: &str,
        keep_within: Duration,
    ) -> Result<ApplyId, ApplyError> {
        if let Some(running) = self.running() {
            return Err(ApplyError::Running { id: running.id, profile: running.profile.to_string() });
        }
        let contents = in_order(plan, contents)?;
        self.save_all()?;
        let checked = self.check(plan, &contents)?;
        let id = ApplyId(self.next_id);
        let mut running = Running::new(id);
        let mut apply = self.new_apply(id, plan, &checked, who, keep_within);
        running.gets = gets(plan, &contents);
        running.hidden = secrets(&contents);
        running.contents = contents;
        running.work = [Work::Write].into_iter().collect();
        running.work.extend((0..apply.reloads.len()).map(Work::Reload));
        running.work.push_back(Work::VerifyFiles);
        running.work.extend((0..running.gets.len()).map(Work::Ask));
        let steps = running.work.iter().map(|work| ApplyStep {
            kind: work.kind(),
            state: if *work == Work::Write { StepState::Running } else { StepState::Waiting },
            text: waiting_text(*work, &apply, &running.gets).into(),
            output: "".into(),
        });
        apply.edit().steps = steps.collect();
        if let Err(source) = self.record(&mut apply, &checked) {
            let path = self.journal.folder_of(id);
            let _ = self.world.files().remove_folder(&path);
            return Err(ApplyError::Journal { doing: "written", path, source });
        }
        self.next_id += 1;
        self.applies.insert(0, apply);
        self.running = Some(running);
        Ok(id)
    }

    /// Writes what could not be written when it should have been: an apply that went back is not taken back again.
    fn save_all(&mut self) -> Result<(), ApplyError> {
        let Self { world, journal, applies, .. } = self;
        for apply in applies.iter_mut().filter(|apply| !apply.is_saved) {
            let path = journal.folder_of(apply.id());
            journal.save(world.files(), apply).map_err(|source| ApplyError::Journal {
                doing: "written",
                path,
                source,
            })?;
        }
        Ok(())
    }

    fn new_apply(&self, id: ApplyId, plan: &Plan, checked: &[Checked], who: &str, keep_within: Duration) -> Apply {
        let files = plan.files.iter().zip(checked).enumerate().map(|(idx, (file, checked))| AppliedFile {
            binding: Arc::clone(&file.binding),
            path: checked.target.file.clone(),
            backup: checked.old.is_some().then(|| self.journal.backup(id, idx)),
            n_changes: file.changes.len(),
            diff: Arc::clone(&file.diff),
        });
        let record = ApplyRecord {
            id,
            profile: Arc::clone(&plan.profile),
            previous: self.active(),
            at: self.world.now(),
            who: who.chars().filter(|c| !c.is_control()).take(MAX_WHO).collect::<String>().into(),
            phase: ApplyPhase::Writing,
            steps: Vec::new(),
            files: files.collect(),
        };
        Apply {
            record: Arc::new(record),
            targets: checked.iter().map(|checked| checked.target.clone()).collect(),
            reloads: plan.reloads.iter().map(|(_, reload)| reload.clone()).collect(),
            n_reloads_begun: 0,
            keep_within: keep_within.clamp(KEEP_WITHIN.0, KEEP_WITHIN.1),
            was_over: false,
            is_settled: false,
            is_saved: false,
        }
    }

    /// Backups first, then the record: a folder without one never had a target written.
    fn record(&mut self, apply: &mut Apply, checked: &[Checked]) -> io::Result<()> {
        let Self { world, journal, .. } = self;
        let files = world.files();
        journal.make(files, apply.id())?;
        for (idx, checked) in checked.iter().enumerate() {
            if let Some(old) = &checked.old {
                journal.keep(files, &journal.backup(apply.id(), idx), old)?;
            }
        }
        journal.save(files, apply)
    }

    /// Looks at every file: whether it is as the plan saw it, and may be written.
    fn check(&mut self, plan: &Plan, contents: &[NewContent]) -> Result<Vec<Checked>, ApplyError> {
        let (mut changed, mut unwritable) = (Vec::new(), Vec::new());
        let mut checked: Vec<Checked> = Vec::new();
        for (file, content) in plan.files.iter().zip(contents) {
            let refusal = |why: String| FileRefusal { path: file.path.clone(), why };
            match self.check_file(file, content) {
                Ok(new) if checked.iter().any(|known| known.is_same_file(&new)) => {
                    unwritable
                        .push(refusal("another binding leads to the same file by another path: bind it once".into()));
                }
                Ok(new) => checked.push(new),
                Err(Refused::Changed(why)) => changed.push(refusal(why.into())),
                Err(Refused::Unwritable(why)) => unwritable.push(refusal(why)),
            }
        }
        match (changed.is_empty(), unwritable.is_empty()) {
            (false, _) => Err(ApplyError::ChangedSincePlan { files: changed }),
            (true, false) => Err(ApplyError::NotWritable { files: unwritable }),
            (true, true) => Ok(checked),
        }
    }

    fn check_file(&mut self, plan: &FilePlan, content: &NewContent) -> Result<Checked, Refused> {
        let files = self.world.files();
        let unwritable = |e: io::Error| Refused::Unwritable(words(&e));
        let (file, rights, old, id) = match files.look(&plan.path).map_err(unwritable)? {
            Found::Other => {
                return Err(Refused::Unwritable("it is not a file but a folder, a pipe or a device".into()));
            }
            Found::Nothing { path } => {
                let has_secret = content.in_file.iter().any(|key| key.is_secret);
                (path, if has_secret { Rights::PRIVATE } else { Rights::default() }, None, None)
            }
            Found::File { n_names, .. } if n_names > 1 => return Err(Refused::Unwritable(hard_links(n_names))),
            Found::File { path, rights, id, .. } => {
                let old = files.read(&path, MAX_FILE_BYTES).map_err(unwritable)?;
                (path, rights, Some(old), id)
            }
        };
        // The plan counts a file that is not there as an empty one.
        if sum_of(old.as_deref().unwrap_or_default()) != plan.before {
            return Err(Refused::Changed(if old.is_some() { "it has other content now" } else { "it was removed" }));
        }
        if plan.path.to_str().is_none() || file.to_str().is_none() {
            return Err(Refused::Unwritable("its path is not text in UTF-8".into()));
        }
        files.check_writable(&file).map_err(unwritable)?;
        let before = old.as_deref().map(sum_of);
        let target =
            Target { path: plan.path.clone(), file, rights, before, after: plan.after, written: Written::Maybe };
        Ok(Checked { target, old, id })
    }
}

enum Refused {
    Changed(&'static str),
    Unwritable(String),
}

/// The contents in the order of the plan's files, if they are those of the plan.
fn in_order(plan: &Plan, mut contents: Vec<NewContent>) -> Result<Vec<NewContent>, ApplyError> {
    let not_ready = |why: String| ApplyError::PlanNotReady { why };
    if !plan.can_apply() {
        let mut problems = plan.problems.iter().chain(plan.files.iter().flat_map(|file| &file.problems));
        let error = problems.find(|problem| problem.kind == ProblemKind::Error);
        return Err(not_ready(error.map_or("every file has every value already".into(), |e| e.text.to_string())));
    }
    let mut ordered = Vec::with_capacity(contents.len());
    for file in &plan.files {
        let is_its = |content: &NewContent| {
            content.binding == file.binding && content.path == file.path && sum_of(&content.bytes) == file.after
        };
        let Some(at) = contents.iter().position(is_its) else {
            return Err(not_ready(format!("it is not complete, so plan again: {}", file.path.display())));
        };
        ordered.push(contents.swap_remove(at));
    }
    Ok(ordered)
}

/// The questions to services. Reading files back is done in any case.
fn gets(plan: &Plan, contents: &[NewContent]) -> Vec<Get> {
    let get = |(binding, verify): &(_, VerifyAction)| match verify {
        VerifyAction::ReadFile => None,
        VerifyAction::Get { url, timeout, .. } => {
            let answers = contents.iter().flat_map(|content| &content.in_answer);
            let wanted = answers.filter(|(of, _)| of == binding).flat_map(|(_, wanted)| wanted.clone()).collect();
            Some(Get { url: url.clone(), timeout: *timeout, wanted })
        }
    };
    plan.verifies.iter().filter_map(get).collect()
}

/// Secrets that the contents hold, so that nothing shows them.
fn secrets(contents: &[NewContent]) -> Vec<String> {
    let answers = contents.iter().flat_map(|content| content.in_answer.iter().flat_map(|(_, wanted)| wanted));
    let keys = contents.iter().flat_map(|content| &content.in_file).chain(answers).filter(|key| key.is_secret);
    let mut secrets: Vec<String> = keys.map(|key| convert::shown(&key.value)).filter(|text| !text.is_empty()).collect();
    secrets.sort_unstable();
    secrets.dedup();
    secrets
}
