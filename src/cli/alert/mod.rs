//! `perfdesk alert`: rules and the log of alerts without a window. All of it reads; nothing of Perfdesk's own is written.

mod backtest;
mod list;
mod log;
mod tests_file;

use std::path::Path;

use super::alert_args::AlertTask;
use super::args::RunArguments;
use super::console;
use super::folders::{NoFolder, folders};
use crate::alert::document::{RuleDocument, read_document};
use crate::model::alert::RuleProblem;

/// Why a command on alerts did not end well.
#[derive(Debug, thiserror::Error)]
pub enum AlertCommandError {
    /// No folder to look in.
    #[error(transparent)]
    Folder(#[from] NoFolder),
    /// What was typed cannot be read or names nothing there is.
    #[error("{0}")]
    Usage(String),
    /// A check or a test failed; what is known of it was said.
    #[error("{0}")]
    Failed(String),
}

impl AlertCommandError {
    /// What the program exits with: 1 where a check or a test failed, 2 for wrong use.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Folder(_) | Self::Failed(_) => 1,
        }
    }
}

/// Greatest size of a file of rules or of their tests, bytes.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// Carries a command out and says what came of it.
///
/// # Errors
/// [`AlertCommandError`], in words a person can act on.
pub fn run(run: &RunArguments, task: &AlertTask) -> Result<(), AlertCommandError> {
    match task {
        AlertTask::List { json } => list::list(&folders(run)?, *json),
        AlertTask::Log { format, out } => log::run(&folders(run)?, format.meant(), out.as_deref()),
        AlertTask::Check { file, json } => list::check(&folders(run)?, file, *json),
        AlertTask::Test { file } => tests_file::run(file),
        AlertTask::Backtest { file, rule, from, json } => {
            backtest::run(&folders(run)?, file, rule.as_deref(), from, *json)
        }
    }
}

/// A file's text.
fn text_of(file: &Path) -> Result<String, AlertCommandError> {
    let shown = file.display();
    let size = std::fs::metadata(file).map_err(|e| AlertCommandError::Usage(format!("{shown}: {e}")))?.len();
    if size > MAX_BYTES {
        return Err(AlertCommandError::Usage(format!("{shown} is larger than 4 MiB: no file of rules")));
    }
    std::fs::read_to_string(file).map_err(|e| AlertCommandError::Usage(format!("{shown}: {e}")))
}

/// The rules of a file, and what is wrong with those that cannot be read.
fn rules_of(file: &Path) -> Result<(RuleDocument, Vec<RuleProblem>), AlertCommandError> {
    let failed = |problem: RuleProblem| AlertCommandError::Failed(format!("{}: {}", file.display(), problem.text));
    read_document(&text_of(file)?).map_err(failed)
}

fn say_json(answer: &serde_json::Value) {
    console::say(&format!("{answer:#}"));
}
