//! Why an export or an import could not be done, and what a person can do about it.

use std::io;
use std::path::{Path, PathBuf};

use crate::store::history::HistoryError;
use crate::store::progress::Cancelled;

/// Why history could not be carried out of the program or into it. Nothing of the work is left behind.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The file could not be written.
    #[error("{}, so nothing was written to {}", advice(.source), .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file could not be read.
    #[error("{}: {}", advice(.source), .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file can be read but is not what it should be.
    #[error("{what}: {}", .path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// What it is or lacks, and what to do.
        what: String,
    },
    /// Where the bytes went is gone or full; for outputs that are no file of ours.
    #[error("{}", advice(.0))]
    Output(io::Error),
    /// History itself.
    #[error(transparent)]
    History(HistoryError),
    /// A person ended it.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl TransferError {
    /// The same with the file an output goes to.
    pub fn writing(self, path: &Path) -> Self {
        match self {
            Self::Output(source) => Self::Write { path: path.to_owned(), source },
            other => other,
        }
    }

    /// Whether a person ended the work.
    pub const fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled(_))
    }
}

impl From<HistoryError> for TransferError {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            other => Self::History(other),
        }
    }
}

impl From<io::Error> for TransferError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// What happened and what to do, for the refusals a person can do something about.
fn advice(error: &io::Error) -> String {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::StorageFull | Kind::QuotaExceeded => "the disk is full; make room there or choose another folder".into(),
        Kind::FileTooLarge => "this filesystem takes no file of that size; choose a shorter period or another".into(),
        Kind::PermissionDenied => "there is no permission for that; choose another place or ask for the right".into(),
        Kind::ReadOnlyFilesystem => "that folder is on a read-only disk; choose another".into(),
        Kind::NotFound => "there is no such file or folder; check the path".into(),
        Kind::NotADirectory | Kind::AlreadyExists => {
            "a part of the path is a file and no folder; check the path".into()
        }
        Kind::IsADirectory => "that is a folder; give the name of a file in it".into(),
        Kind::BrokenPipe => "the program that was to read this has ended".into(),
        _ => error.to_string(),
    }
}
