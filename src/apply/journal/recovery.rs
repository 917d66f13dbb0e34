//! What opening the journal found unfinished or damaged, and what was done about it, in words.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::model::profile::{ApplyId, ProfileName};

/// What opening found unfinished or damaged, and did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovery {
    /// An apply that was not kept was taken back.
    TakenBack {
        /// Which.
        id: ApplyId,
        /// Its profile.
        profile: ProfileName,
        /// How far it had come, and what became of its files.
        why: Arc<str>,
    },
    /// An apply had been kept, or taken back, and what remained to do for it was done.
    Finished {
        /// Which.
        id: ApplyId,
        /// Its profile.
        profile: ProfileName,
        /// Whether it stays.
        is_kept: bool,
    },
    /// An apply could not be taken back wholly.
    Stuck {
        /// Which.
        id: ApplyId,
        /// Its profile.
        profile: ProfileName,
        /// What remains where, and where the old content is.
        why: Arc<str>,
    },
    /// A record that cannot be read; it is left as it is.
    Unreadable {
        /// The record.
        path: PathBuf,
        /// Why.
        why: Arc<str>,
    },
}

impl fmt::Display for Recovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TakenBack { id, profile, why } => write!(f, "Apply {} of {profile} was taken back: {why}", id.0),
            Self::Finished { id, profile, is_kept: true } => {
                write!(f, "Apply {} of {profile} had been kept and stays", id.0)
            }
            Self::Finished { id, profile, is_kept: false } => {
                write!(f, "Apply {} of {profile} was going back, which is now done", id.0)
            }
            Self::Stuck { id, profile, why } => {
                write!(f, "Apply {} of {profile} could not be taken back wholly: {why}", id.0)
            }
            Self::Unreadable { path, why } => {
                write!(f, "A record of an apply cannot be read and was left as it is: {why}: {}", path.display())
            }
        }
    }
}
