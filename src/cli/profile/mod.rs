//! `perfdesk profile`: profiles, bindings and applies without a window, on the same files.
//!
//! What reads works beside a running Perfdesk. What writes takes the data folder for itself, and says who has it.

mod apply;
mod binding;
mod books;
mod json;
mod notes;
mod past;
mod plan;
mod show;
mod validate;

use super::args::RunArguments;
use super::console;
use super::folders::{NoFolder, folders};
use super::profile_args::ProfileTask;
use crate::engine::StartError;

/// Why a command on profiles did not end well.
#[derive(Debug, thiserror::Error)]
pub enum ProfileCommandError {
    /// No folder to look in.
    #[error(transparent)]
    Folder(#[from] NoFolder),
    /// Another Perfdesk has the data folder, or it cannot be used.
    #[error(transparent)]
    InUse(#[from] StartError),
    /// What was typed names nothing there is.
    #[error("{0}")]
    Usage(String),
    /// A check failed, or something was not done; what is known of it was said.
    #[error("{0}")]
    Failed(String),
}

impl ProfileCommandError {
    /// What the program exits with: 1 where a check failed or something was not done, 2 for wrong use.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Folder(_) | Self::InUse(_) | Self::Failed(_) => 1,
        }
    }
}

/// Carries a command out and says what came of it.
///
/// # Errors
/// [`ProfileCommandError`], in words a person can act on.
pub fn run(run: &RunArguments, task: &ProfileTask) -> Result<(), ProfileCommandError> {
    let folders = folders(run)?;
    match task {
        ProfileTask::List { json } => show::list(&folders, *json),
        ProfileTask::Show { name, json } => show::show(&folders, name, *json),
        ProfileTask::Effective { name, parameters, json } => show::effective(&folders, name, parameters, *json),
        ProfileTask::Diff { from, to, json } => show::diff(&folders, from, to, *json),
        ProfileTask::Validate { names, json } => validate::run(&folders, names, *json),
        ProfileTask::Plan(typed) => plan::run(&folders, typed),
        ProfileTask::Apply(typed) => apply::run(run, &folders, typed),
        ProfileTask::Verify { name, json } => binding::verify(&folders, name.as_deref(), *json),
        ProfileTask::Rollback { id, json } => past::roll_back(run, &folders, *id, *json),
        ProfileTask::History { json } => past::list(&folders, *json),
        ProfileTask::Detect { json } => show::detect(&folders, *json),
        ProfileTask::Import(typed) => binding::import(&folders, typed),
    }
}

/// Says an answer as JSON.
fn say_json(answer: &serde_json::Value) {
    console::say(&format!("{answer:#}"));
}

/// "1 file", "2 files".
fn counted(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}
