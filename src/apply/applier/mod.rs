//! The state machine of applies: one at a time, one step at a time, the journal always ahead of the files.

mod begin;
mod open;
mod restore;
mod services;
mod steps;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::error::ApplyError;
use super::files::words;
use super::journal::{Apply, Journal};
use super::words::span;
use super::world::World;
use crate::model::profile::{ApplyId, ApplyPhase, ApplyRecord, ApplyStep, ProfileName, StepKind, StepState};
use crate::profile::plan::{NewContent, WantedKey};

/// What just happened to an apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplyEvent {
    /// To which.
    pub id: ApplyId,
    /// How far it is now.
    pub phase: ApplyPhase,
    /// The step that ended, or that goes on with new words; `None` where only the phase changed.
    pub step: Option<ApplyStep>,
}

/// Asked again and again while something is waited for: why the apply goes back now, if it does.
pub type Heed<'a> = &'a mut dyn FnMut() -> Option<&'static str>;

/// Carries plans out, one at a time, and knows the past ones.
///
/// ```text
/// begin -> advance until it gives None -> (on trial) tick now and then, keep or roll_back -> advance until None
/// ```
///
/// One that is dropped while an apply is on trial leaves it to the next [`Applier::open`], which takes it back.
#[derive(Debug)]
pub struct Applier {
    world: Box<dyn World>,
    journal: Journal,
    /// Newest first.
    applies: Vec<Apply>,
    running: Option<Running>,
    next_id: u64,
}

/// What is remembered of the apply that is not over, in memory alone.
struct Running {
    id: ApplyId,
    work: VecDeque<Work>,
    /// What its targets get, in their order.
    contents: Vec<NewContent>,
    gets: Vec<Get>,
    /// When the present question to a service was first asked, monotonic.
    asked_at: Option<Duration>,
    /// When it goes back by itself, monotonic.
    deadline: Option<Duration>,
    /// Secrets that no text shows.
    hidden: Vec<String>,
    /// What could not be taken back.
    stuck: Vec<String>,
    /// What else is to be said when it went back.
    remarks: Vec<String>,
}

/// Without what is hidden.
impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("id", &self.id).field("work", &self.work).finish_non_exhaustive()
    }
}

impl Running {
    fn new(id: ApplyId) -> Self {
        Self {
            id,
            work: VecDeque::new(),
            contents: Vec::new(),
            gets: Vec::new(),
            asked_at: None,
            deadline: None,
            hidden: Vec::new(),
            stuck: Vec::new(),
            remarks: Vec::new(),
        }
    }
}

/// A question to a service.
#[derive(Debug)]
struct Get {
    url: String,
    timeout: Duration,
    wanted: Vec<WantedKey>,
}

/// One step of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Write,
    Reload(usize),
    VerifyFiles,
    Ask(usize),
    Restore,
    ReloadAgain(usize),
}

impl Work {
    const fn kind(self) -> StepKind {
        match self {
            Self::Write => StepKind::Write,
            Self::Reload(_) | Self::ReloadAgain(_) => StepKind::Reload,
            Self::VerifyFiles | Self::Ask(_) => StepKind::Verify,
            Self::Restore => StepKind::Restore,
        }
    }

    const fn goes_back(self) -> bool {
        matches!(self, Self::Restore | Self::ReloadAgain(_))
    }
}

impl Applier {
    /// Every apply, newest first.
    pub fn records(&self) -> Vec<Arc<ApplyRecord>> {
        self.applies.iter().map(|apply| Arc::clone(&apply.record)).collect()
    }

    /// The apply that is not over.
    pub fn running(&self) -> Option<&Arc<ApplyRecord>> {
        let id = self.running.as_ref()?.id;
        self.applies.iter().map(|apply| &apply.record).find(|record| record.id == id)
    }

    /// The profile in force: the last one kept, or on trial.
    pub fn active(&self) -> Option<ProfileName> {
        let mut before = None;
        for apply in &self.applies {
            match apply.record.phase {
                ApplyPhase::Kept | ApplyPhase::OnTrial { .. } => return Some(apply.profile()),
                // What was there before the oldest apply known, should all of them have gone back.
                _ => before = apply.record.previous.clone(),
            }
        }
        before
    }

    /// How long until what is on trial goes back by itself; zero where [`Self::tick`] is due.
    pub fn deadline(&self) -> Option<Duration> {
        let deadline = self.running.as_ref()?.deadline?;
        Some(deadline.saturating_sub(self.world.monotonic()))
    }

    /// Begins to take back what was not kept in time. [`Self::advance`] does the work.
    pub fn tick(&mut self) -> Option<ApplyEvent> {
        if !self.deadline()?.is_zero() {
            return None;
        }
        let within = self.apply(self.running.as_ref()?.id)?.keep_within;
        let mut running = self.running.take()?;
        let event = self.turn_back(&mut running, &format!("it was not kept within {}", span(within)));
        self.running = Some(running);
        Some(event)
    }

    /// Keeps what is on trial.
    ///
    /// # Errors
    /// [`ApplyError::NotOnTrial`], [`ApplyError::Unknown`], [`ApplyError::Journal`]; it then stays as it is.
    pub fn keep(&mut self, id: ApplyId) -> Result<ApplyEvent, ApplyError> {
        let now = self.world.now();
        let is_late = self.deadline().is_some_and(|left| left.is_zero());
        let not_on_trial = |why: &str| Err(ApplyError::NotOnTrial { id, why: why.into() });
        let Self { world, journal, applies, running, .. } = self;
        let Some(apply) = applies.iter_mut().find(|apply| apply.id() == id) else {
            return Err(ApplyError::Unknown(id));
        };
        match &apply.record.phase {
            ApplyPhase::OnTrial { .. } if is_late => return not_on_trial("its time is over, so it goes back"),
            ApplyPhase::OnTrial { .. } => {}
            ApplyPhase::Kept => return not_on_trial("it was kept before"),
            ApplyPhase::RollingBack { .. } | ApplyPhase::RolledBack { .. } | ApplyPhase::Stuck { .. } => {
                return not_on_trial("it went back");
            }
            _ => return not_on_trial("it is not verified yet"),
        }
        let on_trial = apply.clone();
        apply.enter(ApplyPhase::Kept);
        apply.was_over = true;
        apply.is_settled = false;
        if let Err(source) = journal.save(world.files(), apply) {
            *apply = on_trial;
            return Err(ApplyError::Journal { doing: "written", path: journal.folder_of(id), source });
        }
        *running = None;
        // From here on it stays whatever happens; what is left is tidying, which opening would do as well.
        journal.prune(world.files(), applies, now);
        if let Some(apply) = applies.iter_mut().find(|apply| apply.id() == id) {
            apply.is_settled = true;
            let _ = journal.save(world.files(), apply);
        }
        Ok(ApplyEvent { id, phase: ApplyPhase::Kept, step: None })
    }

    fn apply(&self, id: ApplyId) -> Option<&Apply> {
        self.applies.iter().find(|apply| apply.id() == id)
    }

    fn apply_mut(&mut self, id: ApplyId) -> Option<&mut Apply> {
        self.applies.iter_mut().find(|apply| apply.id() == id)
    }

    fn event(&self, id: ApplyId, step: Option<ApplyStep>) -> ApplyEvent {
        // An apply that runs is always among the applies.
        let phase = self.apply(id).map_or(ApplyPhase::Kept, |apply| apply.record.phase.clone());
        ApplyEvent { id, phase, step }
    }

    /// Writes an apply's record. The words say why it could not be.
    fn save(&mut self, id: ApplyId) -> Result<(), String> {
        let Self { world, journal, applies, .. } = self;
        match applies.iter_mut().find(|apply| apply.id() == id) {
            Some(apply) => journal
                .save(world.files(), apply)
                .map_err(|e| format!("the record of this apply cannot be written: {}", words(&e))),
            None => Ok(()),
        }
    }

    fn edit(&mut self, id: ApplyId, edit: impl FnOnce(&mut Apply)) {
        if let Some(apply) = self.apply_mut(id) {
            apply.is_saved = false;
            edit(apply);
        }
    }

    /// From here on the apply goes back, for this reason.
    fn turn_back(&mut self, running: &mut Running, why: &str) -> ApplyEvent {
        running.contents.clear();
        running.gets.clear();
        running.deadline = None;
        running.work.clear();
        self.edit(running.id, |apply| {
            apply.is_settled = false;
            running.work.push_back(Work::Restore);
            running.work.extend((0..apply.n_reloads_begun.min(apply.reloads.len())).map(Work::ReloadAgain));
            let texts: Vec<String> = running.work.iter().map(|work| steps::waiting_text(*work, apply, &[])).collect();
            let record = apply.edit();
            record.phase = ApplyPhase::RollingBack { why: why.into() };
            record.steps.retain(|step| step.state != StepState::Waiting);
            for step in record.steps.iter_mut().filter(|step| step.state == StepState::Running) {
                step.state = StepState::Failed;
            }
            for (work, text) in running.work.iter().zip(texts) {
                let state = if *work == Work::Restore { StepState::Running } else { StepState::Waiting };
                let (text, output) = (Arc::from(text), Arc::from(""));
                record.steps.push(ApplyStep { kind: work.kind(), state, text, output });
            }
        });
        // Where this cannot be written the record says it is not kept yet, which takes it back as well.
        let _ = self.save(running.id);
        self.event(running.id, None)
    }
}
