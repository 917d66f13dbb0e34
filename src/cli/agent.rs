//! The agent: the engine without a window, until it is told to end.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::args::RunArguments;
use super::folders::{NoFolder, folders};
use super::stats::{self, Stats};
use crate::engine::{Engine, EngineOptions, StartError};

/// Why a run ended badly.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No folder to keep files in.
    #[error(transparent)]
    Folder(#[from] NoFolder),
    /// The engine could not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The figures could not be written.
    #[error("the figures could not be written to {}: {source}", .path.display())]
    Stats {
        /// The file.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Runs the engine until Ctrl-C, or until `exit_after` is over.
///
/// # Errors
/// [`RunError`], in words a person can act on.
pub fn run(run: &RunArguments, started: Instant) -> Result<(), RunError> {
    let mut engine = Engine::start(EngineOptions::of_this_machine(folders(run)?, started))?;
    wait(run.exit_after, started);
    let last = engine.handle().snapshot();
    engine.stop();
    write_stats(run, &Stats::of_run(&last, started.elapsed(), None))
}

/// Writes the figures where that was asked for.
///
/// # Errors
/// [`RunError::Stats`].
pub fn write_stats(run: &RunArguments, figures: &Stats) -> Result<(), RunError> {
    let Some(path) = &run.stats else { return Ok(()) };
    stats::write(path, figures).map_err(|source| RunError::Stats { path: path.clone(), source })
}

/// Waits for Ctrl-C (or the system's word to end) or for the time to be over.
fn wait(exit_after: Option<Duration>, started: Instant) {
    let (told, told_receiver) = mpsc::channel::<()>();
    // Without a handler Ctrl-C still ends the program, only less tidily.
    let handler = ctrlc::set_handler(move || {
        let _ = told.send(());
    });
    // When no handler could be set the sender is gone: a wait without an end needs a sender that stays.
    let (_keep, forever) = mpsc::channel::<()>();
    let receiver = if handler.is_ok() { told_receiver } else { forever };
    match exit_after {
        Some(span) => drop(receiver.recv_timeout(span.saturating_sub(started.elapsed()))),
        None => drop(receiver.recv()),
    }
}
