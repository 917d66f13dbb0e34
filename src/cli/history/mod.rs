//! `perfdesk history` and `perfdesk report`: the same tasks as in the window, on the files themselves.
//!
//! What reads works beside a running Perfdesk. What writes takes the data folder for itself, and says who has it.

mod info;
mod read;
mod upkeep;
mod work;
mod write;

use std::path::{Path, PathBuf};

pub(super) use self::info::{local_words, rfc3339};
pub(super) use self::read::{infos, reader};
pub(super) use self::write::settings;

use super::args::RunArguments;
use super::console;
use super::folders::{NoFolder, folders};
use super::history_args::{HistoryTask, ReportArguments};
use super::period::PeriodError;
use crate::engine::StartError;
use crate::engine::tasks::TaskError;
use crate::store::history::HistoryError;

/// Why a command on history did not end well.
#[derive(Debug, thiserror::Error)]
pub enum HistoryCommandError {
    /// No folder to look in.
    #[error(transparent)]
    Folder(#[from] NoFolder),
    /// What was typed makes no period.
    #[error(transparent)]
    Period(#[from] PeriodError),
    /// History could not be read or written.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// The work failed or was ended.
    #[error(transparent)]
    Task(#[from] TaskError),
    /// Another Perfdesk has the folder.
    #[error(transparent)]
    InUse(#[from] StartError),
    /// The form of a file is told by its ending, and this one tells none.
    #[error("{}: its ending names no form; give one with --format", .0.display())]
    NoForm(PathBuf),
    /// There is no history yet.
    #[error("there is no history in {}: start perfdesk or `perfdesk agent` to begin one, or give its folder with --data-dir", .0.display())]
    NoHistory(PathBuf),
    /// Something was found to be damaged; what is known of it was said.
    #[error("{0}")]
    Damaged(String),
}

impl HistoryCommandError {
    /// A folder that the system does not let us use.
    fn unusable(folder: &Path, source: std::io::Error) -> Self {
        Self::InUse(StartError::Folder { folder: folder.into(), source })
    }
}

/// Carries a command out and says what came of it.
///
/// # Errors
/// [`HistoryCommandError`], in words a person can act on.
pub fn run(run: &RunArguments, task: &HistoryTask) -> Result<(), HistoryCommandError> {
    let data = folders(run)?.data;
    match task {
        HistoryTask::Info { json } => info::run(&data, *json),
        HistoryTask::Export(arguments) => work::export(&data, arguments),
        HistoryTask::Import(arguments) => work::import(run, &data, arguments),
        HistoryTask::Compact => upkeep::compact(run, &data),
        HistoryTask::Verify { path, json } => upkeep::verify(&path.clone().unwrap_or_else(|| folder(&data)), *json),
    }
}

/// Writes a report and says where.
///
/// # Errors
/// See [`run`].
pub fn report(run: &RunArguments, arguments: &ReportArguments) -> Result<(), HistoryCommandError> {
    work::report(&folders(run)?.data, arguments)
}

/// Where a data folder keeps its history.
fn folder(data: &Path) -> PathBuf {
    data.join("history")
}

/// Says an answer as JSON.
fn say_json(answer: &serde_json::Value) {
    console::say(&format!("{answer:#}"));
}
