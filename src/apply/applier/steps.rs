//! The steps of an apply, forward and back: what each does, and what follows it.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::services::{ask, run_reload};
use super::{Applier, ApplyEvent, Get, Heed, Running, Work};
use crate::apply::files::{Files, NotKept, commit, draft_of, prepare, words};
use crate::apply::journal::{Apply, MAX_FILE_BYTES, Sum, Target, Written, sum_of};
use crate::apply::words::{address, files, reload};
use crate::model::profile::{ApplyPhase, ApplyStep, StepState};
use crate::profile::plan::NewContent;
use crate::profile::secret::conceal;

/// How a step ended.
pub(super) enum StepEnd {
    /// Well: what was done, and what was printed.
    Done(String, String),
    /// Not yet: it is to be done again.
    Again(String),
    /// Badly: what went wrong, and what was printed.
    Failed(String, String),
}

/// What a step says before and while it is done.
pub(super) fn waiting_text(work: Work, apply: &Apply, gets: &[Get]) -> String {
    match work {
        Work::Write => files(apply.targets.len()),
        Work::Reload(i) | Work::ReloadAgain(i) => apply.reloads.get(i).map(reload).unwrap_or_default(),
        Work::VerifyFiles => format!("read {} back", files(apply.targets.len())),
        Work::Ask(i) => gets.get(i).map(|get| format!("ask {}", address(&get.url))).unwrap_or_default(),
        Work::Restore => format!("give {} the old content again", files(apply.targets.len())),
    }
}

impl Applier {
    /// Does the next step, which may take as long as a reload's timeout. `None` where there is nothing to do by
    /// itself: no apply is under way, or it waits to be kept. Call it until then.
    ///
    /// While a service is asked for its new values each call asks once, so that a roll back may come between.
    pub fn advance(&mut self) -> Option<ApplyEvent> {
        self.advance_unless(&mut || None)
    }

    /// The same, but what the step waits for is ended, and the apply goes back, as soon as `heed` says why. What is done on
    /// the way back is waited for in any case: a service that was told half of it would have neither values.
    pub fn advance_unless(&mut self, heed: Heed<'_>) -> Option<ApplyEvent> {
        let mut running = self.running.take()?;
        let Some(work) = running.work.front().copied() else {
            self.running = Some(running);
            return None;
        };
        let mut called_off = None;
        let mut is_called_off = || {
            called_off = called_off.or_else(&mut *heed).filter(|_| !work.goes_back());
            called_off.is_some()
        };
        let end = self.perform(&mut running, work, &mut is_called_off);
        let (state, text, output) = match end {
            StepEnd::Done(text, output) => (StepState::Done, text, output),
            StepEnd::Again(text) => (StepState::Running, text, String::new()),
            StepEnd::Failed(text, output) => (StepState::Failed, text, output),
        };
        // What a service says of its old values is not kept: secrets of before are not known here.
        let output = if work.goes_back() { String::new() } else { output };
        let known = &running.hidden;
        let step = ApplyStep {
            kind: work.kind(),
            state,
            text: hide(&text, known).into(),
            output: conceal(&output, known, &[]).join("\n").into(),
        };
        self.edit(running.id, |apply| {
            if let Some(shown) = apply.edit().steps.iter_mut().find(|step| step.state == StepState::Running) {
                *shown = step.clone();
            }
        });
        match (state, called_off) {
            (StepState::Running | StepState::Failed, Some(why)) => {
                self.turn_back(&mut running, why);
            }
            (StepState::Running, None) => {}
            (StepState::Failed, None) if !work.goes_back() => {
                self.turn_back(&mut running, &step.text);
            }
            _ => {
                if state == StepState::Failed {
                    running.remarks.extend((work != Work::Restore).then(|| step.text.to_string()));
                }
                running.work.pop_front();
                self.proceed(&mut running, work.goes_back());
            }
        }
        let event = self.event(running.id, Some(step));
        if !event.phase.is_over() {
            self.running = Some(running);
        }
        Some(event)
    }

    /// Enters what comes after a step that is done.
    fn proceed(&mut self, running: &mut Running, goes_back: bool) {
        let next = running.work.front().copied();
        let (now, monotonic) = (self.world.now(), self.world.monotonic());
        self.edit(running.id, |apply| {
            let keep_within = apply.keep_within;
            match next {
                Some(Work::Reload(i)) => apply.n_reloads_begun = i + 1,
                None if goes_back => (apply.was_over, apply.is_settled) = (true, true),
                _ => {}
            }
            let record = apply.edit();
            if let Some(step) = record.steps.iter_mut().find(|step| step.state == StepState::Waiting) {
                step.state = StepState::Running;
            }
            record.phase = match (next, &record.phase) {
                (Some(Work::Write), _) => ApplyPhase::Writing,
                (Some(Work::Reload(_)), _) => ApplyPhase::Reloading,
                (Some(Work::VerifyFiles | Work::Ask(_)), _) => ApplyPhase::Verifying,
                (None, ApplyPhase::RollingBack { why }) => over(why, running),
                (None, _) => ApplyPhase::OnTrial { until: now.plus(keep_within) },
                (Some(Work::Restore | Work::ReloadAgain(_)), phase) => phase.clone(),
            };
            if matches!(record.phase, ApplyPhase::OnTrial { .. }) {
                running.deadline = Some(monotonic.saturating_add(keep_within));
            }
        });
        match self.save(running.id) {
            Err(why) if !goes_back => {
                self.turn_back(running, &why);
            }
            // Where the end of a roll back cannot be written, the next begin or open writes it.
            _ => {}
        }
        if next.is_none() && goes_back {
            self.journal.prune(self.world.files(), &mut self.applies, now);
        }
    }

    fn perform(&mut self, running: &mut Running, work: Work, is_called_off: &mut dyn FnMut() -> bool) -> StepEnd {
        match work {
            Work::Write => self.write(running).map_or_else(failed, done),
            Work::Reload(i) => self.reload(running, i, false, is_called_off),
            Work::ReloadAgain(i) => self.reload(running, i, true, is_called_off),
            Work::VerifyFiles => self.verify_files(running).map_or_else(failed, done),
            Work::Ask(i) => ask(&mut *self.world, running, i, is_called_off),
            Work::Restore => self.restore(running).map_or_else(failed, done),
        }
    }

    /// Prepares every file, and only then puts one in place: a full disk is found before anything changed.
    fn write(&mut self, running: &mut Running) -> Result<String, String> {
        let Self { world, applies, .. } = self;
        let files = world.files();
        let Some(apply) = applies.iter_mut().find(|apply| apply.id() == running.id) else {
            return Err("this apply is gone".into());
        };
        apply.targets.iter_mut().for_each(|target| target.written = Written::No);
        let mut warnings = Warnings::default();
        for (target, content) in apply.targets.iter().zip(&running.contents) {
            match prepare(files, &target.file, &content.bytes, target.rights) {
                Ok(not_kept) => warnings.add(target, content, &not_kept),
                Err(e) => {
                    for target in &apply.targets {
                        let _ = files.remove(&draft_of(&target.file));
                    }
                    return Err(format!("nothing was written: {}: {}", words(&e), target.file.display()));
                }
            }
        }
        for target in &mut apply.targets {
            let path = target.file.display();
            if !matches!(holds(files, &target.file), Ok(now) if now == target.before) {
                return Err(format!("changed by someone else since the plan, so plan again: {path}"));
            }
            target.written = Written::Maybe;
            commit(files, &target.file).map_err(|e| format!("not written: {}: {path}", words(&e)))?;
            target.written = Written::Yes;
        }
        Ok(written_words(apply) + &warnings.text())
    }

    fn reload(
        &mut self,
        running: &Running,
        i: usize,
        is_back: bool,
        is_called_off: &mut dyn FnMut() -> bool,
    ) -> StepEnd {
        let Some(apply) = self.apply(running.id) else { return StepEnd::Done(String::new(), String::new()) };
        let profile = if is_back { apply.record.previous.clone() } else { Some(apply.profile()) };
        match apply.reloads.get(i).cloned() {
            Some(reload) => run_reload(&mut *self.world, &reload, profile.as_deref(), is_called_off),
            None => StepEnd::Done(String::new(), String::new()),
        }
    }

    fn verify_files(&mut self, running: &Running) -> Result<String, String> {
        let Self { world, applies, .. } = self;
        let Some(apply) = applies.iter().find(|apply| apply.id() == running.id) else {
            return Err("this apply is gone".into());
        };
        for target in &apply.targets {
            // Read as it is bound: a link that leads elsewhere by now does not have the new values.
            match world.files().read(&target.path, MAX_FILE_BYTES) {
                Ok(bytes) if sum_of(&bytes) == target.after => {}
                Ok(_) => return Err(format!("it does not hold what was written: {}", target.path.display())),
                Err(e) => return Err(format!("it cannot be read back: {}: {}", words(&e), target.path.display())),
            }
        }
        let n = apply.targets.len();
        Ok(format!("{n} of {} read back", files(n)))
    }
}

/// What a file holds; `None` where there is none.
fn holds(files: &dyn Files, path: &Path) -> io::Result<Option<Sum>> {
    match files.read(path, MAX_FILE_BYTES) {
        Ok(bytes) => Ok(Some(sum_of(&bytes))),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

pub(super) fn done(text: String) -> StepEnd {
    StepEnd::Done(text, String::new())
}

pub(super) fn failed(text: String) -> StepEnd {
    StepEnd::Failed(text, String::new())
}

/// What deserves a look of files that were written well.
#[derive(Default)]
struct Warnings {
    /// Files of another owner than before.
    owners: Vec<String>,
    /// Attributes that are gone, by file.
    attributes: Vec<String>,
    /// Files with secrets that others may read.
    open: Vec<String>,
}

impl Warnings {
    fn add(&mut self, target: &Target, content: &NewContent, not_kept: &NotKept) {
        let path = target.file.display();
        self.owners.extend(not_kept.owner.then(|| path.to_string()));
        self.attributes.extend(lost_attributes(&target.file, not_kept));
        let has_secret = content.in_file.iter().any(|key| key.is_secret);
        let mode = target.rights.open_to_others().filter(|_| has_secret);
        self.open.extend(mode.map(|mode| format!("{path} (mode {mode:o})")));
    }

    fn text(&self) -> String {
        let parts = [
            (&self.owners, "now owned by the user Perfdesk runs as"),
            (&self.attributes, "extended attributes that could not be carried over"),
            (&self.open, "with a secret that other users may read, which chmod 600 ends"),
        ];
        let told = parts.iter().filter(|(of, _)| !of.is_empty());
        told.map(|(of, what)| format!("; {what}: {}", of.join(", "))).collect()
    }
}

/// "security.selinux of /srv/.env", where it has not all the attributes of the file it replaces.
pub(super) fn lost_attributes(file: &Path, not_kept: &NotKept) -> Option<String> {
    let names = &not_kept.attributes;
    (!names.is_empty()).then(|| format!("{} of {}", names.join(", "), file.display()))
}

fn written_words(apply: &Apply) -> String {
    let n = apply.targets.len();
    let n_old = apply.targets.iter().filter(|target| target.before.is_some()).count();
    match (n, n_old) {
        (1, 1) => "1 file, the old one is backed up".to_owned(),
        (_, 0) => format!("{}, new", files(n)),
        (_, _) if n == n_old => format!("{}, the old ones are backed up", files(n)),
        _ => format!("{}, {} of them new, the old ones are backed up", files(n), n - n_old),
    }
}

/// How it ends when it went back, or could not.
fn over(why: &Arc<str>, running: &Running) -> ApplyPhase {
    if !running.stuck.is_empty() {
        let why = format!("{}; put that right, then roll back again", running.stuck.join("; "));
        return ApplyPhase::Stuck { why: why.into() };
    }
    match running.remarks.as_slice() {
        [] => ApplyPhase::RolledBack { why: Arc::clone(why) },
        remarks => {
            // What ended the apply may be the remark itself: it is said once.
            let new: Vec<&str> =
                remarks.iter().map(|remark| &**remark).filter(|remark| !why.contains(remark)).collect();
            let told = if new.is_empty() { String::new() } else { format!(": {}", new.join("; ")) };
            let why = format!("{why}; the files are as before, but the service may not know{told}");
            ApplyPhase::RolledBack { why: why.into() }
        }
    }
}

fn hide(text: &str, secrets: &[String]) -> String {
    let hidden = secrets.iter().filter(|secret| !secret.is_empty());
    hidden.fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), crate::profile::secret::MASK))
}
