//! Why an apply, a keep or a roll back is refused, in words a person can act on. Never holds a value of a file.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::files::words;
use crate::model::profile::ApplyId;

/// Why one file stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRefusal {
    /// The file.
    pub path: PathBuf,
    /// What is the matter and what to do; no final period.
    pub why: String,
}

impl fmt::Display for FileRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.why)
    }
}

/// Why something was not done. Nothing was changed where one of these comes back.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The plan has errors, or nothing to do.
    #[error("the plan cannot be applied: {why}")]
    PlanNotReady {
        /// What stands in its way.
        why: String,
    },
    /// Files changed between the plan and now.
    #[error("changed since the plan was made, so nothing was written; plan again to see the files as they are: {}", list(.files))]
    ChangedSincePlan {
        /// Which, each with what changed.
        files: Vec<FileRefusal>,
    },
    /// Files that cannot be read or written.
    #[error("nothing was written: {}", list(.files))]
    NotWritable {
        /// Which, each with the reason.
        files: Vec<FileRefusal>,
    },
    /// Another apply is under way or on trial.
    #[error("apply {} of {profile} is not over: keep it or roll it back first", .id.0)]
    Running {
        /// Which.
        id: ApplyId,
        /// Its profile.
        profile: String,
    },
    /// There is no such apply.
    #[error("there is no apply {}: it may be older than 30 days, of which no backup is kept", .0.0)]
    Unknown(ApplyId),
    /// Only what is on trial can be kept.
    #[error("apply {} is not on trial: {why}", .id.0)]
    NotOnTrial {
        /// Which.
        id: ApplyId,
        /// What it is instead.
        why: String,
    },
    /// An apply that is rolled back already, or going back.
    #[error("apply {} was rolled back before", .0.0)]
    RolledBackBefore(ApplyId),
    /// A past apply whose files changed since it.
    #[error("apply {} was not rolled back and no file was touched: {}", .id.0, list(.files))]
    ChangedSinceApply {
        /// Which.
        id: ApplyId,
        /// Files, each with what changed and where its old content is.
        files: Vec<FileRefusal>,
    },
    /// Another process works in the data folder.
    #[error("another Perfdesk is applying in this data folder: use its window, or close it first: {}", .folder.display())]
    Busy {
        /// The folder.
        folder: PathBuf,
    },
    /// The journal cannot be read or written, so nothing is applied.
    #[error("the journal of applies cannot be {doing}: {}: {}", words(.source), .path.display())]
    Journal {
        /// "read" or "written".
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

fn list(files: &[FileRefusal]) -> String {
    files.iter().map(FileRefusal::to_string).collect::<Vec<_>>().join("; ")
}
