//! Applies: what was written, how far it came, and whether it stays.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::binding::BindingId;
use super::document::ProfileName;
use super::plan::DiffLine;
use crate::model::time::Timestamp;

/// An apply's number; grows over the life of a data folder, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApplyId(pub u64);

/// How long the old content of files is kept, to be put back; that of the newest apply always.
pub const KEEP_BACKUPS: Duration = Duration::from_secs(30 * 24 * 3600);

/// How far an apply is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApplyPhase {
    /// Files are being written.
    Writing,
    /// The service is being told.
    Reloading,
    /// Values are being read back.
    Verifying,
    /// All is well and waits for a person; goes back by itself at `until`.
    OnTrial {
        /// When it goes back.
        until: Timestamp,
    },
    /// It stays.
    Kept,
    /// It goes back.
    RollingBack {
        /// Why.
        why: Arc<str>,
    },
    /// It went back.
    RolledBack {
        /// Why.
        why: Arc<str>,
    },
    /// It could not go back wholly: what remains, and what to do.
    Stuck {
        /// What happened and what to do.
        why: Arc<str>,
    },
}

impl ApplyPhase {
    /// Whether nothing more happens by itself.
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Kept | Self::RolledBack { .. } | Self::Stuck { .. })
    }
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StepKind {
    /// Files are written.
    Write,
    /// The service is told.
    Reload,
    /// Values are read back.
    Verify,
    /// Files get their old content again.
    Restore,
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StepState {
    /// Not begun.
    Waiting,
    /// Under way.
    Running,
    /// Done.
    Done,
    /// Failed.
    Failed,
}

/// One step, as it is shown and kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplyStep {
    /// What it does.
    pub kind: StepKind,
    /// How it stands.
    pub state: StepState,
    /// What was done or went wrong: "2 files, the old ones are backed up", "systemctl reload checkout in 0.8 s".
    pub text: Arc<str>,
    /// What a program printed, at most its last 4 KiB; may be empty.
    pub output: Arc<str>,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedFile {
    /// The binding it came from.
    pub binding: BindingId,
    /// The file, links followed.
    pub path: PathBuf,
    /// Where its old content is kept; `None` where it was new.
    pub backup: Option<PathBuf>,
    /// Parameters that changed in it.
    pub n_changes: usize,
    /// The diff, secrets masked.
    pub diff: Arc<[DiffLine]>,
}

/// One apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplyRecord {
    /// Its number.
    pub id: ApplyId,
    /// The profile.
    pub profile: ProfileName,
    /// The profile that was active before.
    pub previous: Option<ProfileName>,
    /// When it began.
    pub at: Timestamp,
    /// Who asked for it: a user name, with " on the command line" where it was there.
    pub who: Arc<str>,
    /// How far it is.
    pub phase: ApplyPhase,
    /// Its steps so far.
    pub steps: Vec<ApplyStep>,
    /// Its files.
    pub files: Vec<AppliedFile>,
}
