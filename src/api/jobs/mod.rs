//! Jobs: changes of profiles that go through plan, apply, verify and keep, or go back. A job is followed by its number.
//!
//! A job keeps how far it was brought here; how the apply goes on from there is in the engine's snapshots.

mod book;
mod repeats;
mod run;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

pub use self::book::JobBook;
pub use self::repeats::{Key, Repeated, Repeats};
pub use self::run::run;
use crate::model::profile::{ApplyId, ApplyPhase, ApplyRecord, BindingId, Plan, ProfileName};
use crate::model::suggest::SuggestionId;
use crate::model::{Snapshot, Timestamp};

/// A job's number; grows, also over restarts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u64);

/// What is to be put in force.
#[derive(Debug, Clone, PartialEq)]
pub enum Aim {
    /// A profile.
    Profile {
        /// Which.
        name: ProfileName,
        /// For which bindings; all where it is empty.
        bindings: Vec<BindingId>,
    },
    /// The change of a suggestion.
    Suggestion(SuggestionId),
}

/// What a client asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// What is to be put in force.
    pub aim: Aim,
    /// Whether only the plan is wanted.
    pub dry_run: bool,
    /// How long it waits to be kept.
    pub confirm_within: Duration,
    /// Whether it is kept as soon as it is verified.
    pub keep: bool,
}

/// How far a job was brought.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// It is being planned.
    Planning,
    /// Here is the plan, which is all that was asked for.
    Planned(Arc<Plan>),
    /// The plan is on its way.
    Applying(Arc<Plan>),
    /// It became this apply.
    Applied(Arc<Plan>, ApplyId),
    /// Every file had its values already, so that nothing was written.
    InForce(Arc<Plan>),
    /// It went no farther, and why.
    Failed(Option<Arc<Plan>>, String),
    /// It was cancelled before anything was written.
    Cancelled,
}

impl Stage {
    /// The plan, once there is one.
    pub const fn plan(&self) -> Option<&Arc<Plan>> {
        match self {
            Self::Planning | Self::Cancelled => None,
            Self::Planned(plan) | Self::Applying(plan) | Self::Applied(plan, _) | Self::InForce(plan) => Some(plan),
            Self::Failed(plan, _) => plan.as_ref(),
        }
    }
}

/// One job.
#[derive(Debug)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// What was asked for.
    pub asked: Asked,
    /// When.
    pub at: Timestamp,
    stage: Mutex<Stage>,
    is_cancelled: AtomicBool,
    changed: watch::Sender<u64>,
}

impl Job {
    /// How far it was brought.
    pub fn stage(&self) -> Stage {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Says that it is to go no farther.
    pub fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether it is to go no farther.
    pub fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }

    /// Its apply.
    pub fn apply<'a>(&self, snapshot: &'a Snapshot) -> Option<&'a Arc<ApplyRecord>> {
        let Stage::Applied(_, id) = self.stage() else { return None };
        snapshot.tuning.applies.iter().find(|record| record.id == id)
    }

    /// How it stands, in a word, and why.
    pub fn state(&self, snapshot: &Snapshot) -> (&'static str, Option<String>) {
        match self.stage() {
            Stage::Planning => ("planning", None),
            Stage::Planned(_) => ("planned", None),
            Stage::Applying(_) => ("applying", None),
            Stage::InForce(_) => ("in_force", None),
            Stage::Failed(_, why) => ("failed", Some(why)),
            Stage::Cancelled => ("cancelled", None),
            Stage::Applied(..) => match self.apply(snapshot).map(|record| phase(&record.phase)) {
                Some((word, why)) => (word, why.map(ToOwned::to_owned)),
                None => ("unknown", Some("its apply is no longer among the newest 200".into())),
            },
        }
    }

    /// Whether nothing more happens by itself.
    pub fn is_over(&self, snapshot: &Snapshot) -> bool {
        match self.stage() {
            Stage::Planning | Stage::Applying(_) => false,
            Stage::Planned(_) | Stage::InForce(_) | Stage::Failed(..) | Stage::Cancelled => true,
            Stage::Applied(..) => self.apply(snapshot).is_none_or(|record| record.phase.is_over()),
        }
    }

    fn put(&self, stage: Stage) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = stage;
        self.changed.send_modify(|n| *n = n.wrapping_add(1));
    }
}

/// How an apply stands, in a word, and why.
pub fn phase(phase: &ApplyPhase) -> (&'static str, Option<&str>) {
    match phase {
        ApplyPhase::Writing => ("writing", None),
        ApplyPhase::Reloading => ("reloading", None),
        ApplyPhase::Verifying => ("verifying", None),
        ApplyPhase::OnTrial { .. } => ("on_trial", None),
        ApplyPhase::Kept => ("kept", None),
        ApplyPhase::RollingBack { why } => ("rolling_back", Some(why)),
        ApplyPhase::RolledBack { why } => ("rolled_back", Some(why)),
        ApplyPhase::Stuck { why } => ("stuck", Some(why)),
    }
}
