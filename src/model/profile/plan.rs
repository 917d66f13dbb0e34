//! Plans: what applying a profile would write, before anything is written.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::binding::{BindingId, Reload, VerifyAction};
use super::document::ProfileName;
use super::problem::Problem;
use super::value::ParamKey;

/// A plan's number; grows, never reused while the program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlanId(pub u64);

/// What a line of a diff is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DiffSign {
    /// In both.
    Same,
    /// Only in the new text.
    Added,
    /// Only in the old text.
    Removed,
    /// Unchanged lines that are left out stand here.
    Skipped,
}

/// A line of a diff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffLine {
    /// What it is.
    pub sign: DiffSign,
    /// Its number from 1: in the new text, for a removed line in the old.
    pub number: usize,
    /// Its text without line end, secrets masked.
    pub text: Arc<str>,
    /// The changed part, as a range of characters; empty where the whole line is new or gone, or nothing changed.
    pub changed: std::ops::Range<usize>,
}

/// One key that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyChange {
    /// The parameter.
    pub param: ParamKey,
    /// Its key in the file.
    pub key: Arc<str>,
    /// What the file has; `None` where the key is not there. Secrets are masked.
    pub before: Option<Arc<str>>,
    /// What it gets.
    pub after: Arc<str>,
}

/// What happens to one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FilePlan {
    /// The binding it comes from.
    pub binding: BindingId,
    /// The file.
    pub path: PathBuf,
    /// Keys that change.
    pub changes: Vec<KeyChange>,
    /// The diff, at most three unchanged lines around.
    pub diff: Arc<[DiffLine]>,
    /// Lines added and removed.
    pub n_lines: (usize, usize),
    /// What the file holds now and would hold, as a checksum (CRC-32) and a length: a file that changed since is refused.
    pub before: (u32, u64),
    /// See `before`.
    pub after: (u32, u64),
    /// Errors that stand in the way.
    pub problems: Vec<Problem>,
}

/// What applying a profile would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Its number.
    pub id: PlanId,
    /// The profile.
    pub profile: ProfileName,
    /// Files in the order they are written; those that need no change are not here.
    pub files: Vec<FilePlan>,
    /// Bound files that already have every value.
    pub n_unchanged: usize,
    /// Reloads in order, each once, with the binding it comes from.
    pub reloads: Vec<(BindingId, Reload)>,
    /// Checks in order.
    pub verifies: Vec<(BindingId, VerifyAction)>,
    /// What stands in the way of the whole, or deserves a look.
    pub problems: Vec<Problem>,
}

impl Plan {
    /// Whether nothing stands in the way and there is something to do.
    pub fn can_apply(&self) -> bool {
        use super::problem::ProblemKind::Error;
        !self.files.is_empty()
            && self.problems.iter().chain(self.files.iter().flat_map(|f| &f.problems)).all(|p| p.kind != Error)
    }

    /// Parameters that change, over all files.
    pub fn n_parameters(&self) -> usize {
        let mut keys: Vec<&ParamKey> = self.files.iter().flat_map(|f| f.changes.iter().map(|c| &c.param)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.len()
    }
}
