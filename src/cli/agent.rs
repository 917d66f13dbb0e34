//! The agent: the engine without a window, until it is told to end.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::args::RunArguments;
use super::console;
use super::folders::{NoFolder, folders};
use super::signals::{self, Signal};
use super::stats::{self, Stats};
use crate::api::{Limits, Reread, Server, ServerOptions};
use crate::engine::{Engine, EngineOptions, Handle, StartError};
use crate::model::{Notice, NoticeId, Severity, Snapshot, WorkerState};

/// Why a run ended badly.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No folder to keep files in.
    #[error(transparent)]
    Folder(#[from] NoFolder),
    /// The engine could not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Another Perfdesk uses the data folder, and the window cannot look through it.
    #[error("{in_use}; the window cannot look through it: {why}")]
    NoWayIn {
        /// Who uses it.
        in_use: Box<StartError>,
        /// Why not.
        why: String,
    },
    /// A worker broke down too often to go on.
    #[error("the {worker} thread broke down and stays stopped: {why}")]
    Stopped {
        /// Its name.
        worker: &'static str,
        /// What it said.
        why: String,
    },
    /// The figures could not be written.
    #[error("the figures could not be written to {}: {source}", .path.display())]
    Stats {
        /// The file.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Runs the engine and its API until Ctrl-C or SIGTERM, or until `exit_after` is over; SIGHUP has the files read again. Warnings, errors and what goes well again are told on
/// standard error.
///
/// # Errors
/// [`RunError`], in words a person can act on.
pub fn run(run: &RunArguments, started: Instant) -> Result<(), RunError> {
    let folders = folders(run)?;
    let api = ServerOptions { flags: run.api.flags(), limits: Limits::default(), config: folders.config.clone() };
    let options = EngineOptions { receives: !run.no_receivers, ..EngineOptions::of_this_machine(folders, started) };
    let mut engine = Engine::start(options)?;
    let handle = engine.handle();
    let mut server = Server::start(handle.clone(), api);
    wait(&handle, &server.reread(), run.exit_after, started);
    server.stop();
    let last = handle.snapshot();
    engine.stop();
    write_stats(run, &Stats::of_run(&last, started.elapsed(), None))?;
    stopped_worker(&last).map_or(Ok(()), Err)
}

/// The worker that stays stopped, if any: without it the agent does nothing, and whoever started it has to know.
fn stopped_worker(snapshot: &Snapshot) -> Option<RunError> {
    snapshot.health.workers.iter().find_map(|worker| match &worker.state {
        WorkerState::Stopped { why, .. } => Some(RunError::Stopped { worker: worker.name, why: why.to_string() }),
        _ => None,
    })
}

/// Writes the figures where that was asked for.
///
/// # Errors
/// [`RunError::Stats`].
pub fn write_stats(run: &RunArguments, figures: &Stats) -> Result<(), RunError> {
    let Some(path) = &run.stats else { return Ok(()) };
    stats::write(path, figures).map_err(|source| RunError::Stats { path: path.clone(), source })
}

/// What ends the agent's waiting, or gives it something to tell.
enum Word {
    End,
    Published,
}

/// Waits for Ctrl-C (or the system's word to end) or for the time to be over, and tells notices as they come.
fn wait(handle: &Handle, certificate: &Reread, exit_after: Option<Duration>, started: Instant) {
    let (words, received) = mpsc::sync_channel(8);
    let said = words.clone();
    let (engine, certificate) = (handle.clone(), certificate.clone());
    signals::listen(move |signal| match signal {
        Signal::Reload => {
            engine.reload();
            certificate.say();
        }
        // The thread of signals may wait for room: the word to end is not lost.
        Signal::End => {
            let _ = said.send(Word::End);
        }
    });
    // The engine's thread must never wait for a reader of standard error: it only leaves word.
    handle.on_publish(move || {
        let _ = words.try_send(Word::Published);
    });
    let mut next = NoticeId(0);
    loop {
        let snapshot = handle.snapshot();
        next = tell(&snapshot.notices, next);
        if stopped_worker(&snapshot).is_some() {
            return;
        }
        let word = match exit_after {
            Some(span) => received.recv_timeout(span.saturating_sub(started.elapsed())).ok(),
            None => received.recv().ok(),
        };
        if !matches!(word, Some(Word::Published)) {
            return;
        }
    }
}

/// Tells what failed, and what goes well again, from `next` on; gives the number after the newest notice.
fn tell(notices: &[Notice], next: NoticeId) -> NoticeId {
    for notice in notices.iter().filter(|n| n.id >= next && n.severity >= Severity::Success) {
        let colon = if notice.detail.is_empty() { "" } else { ": " };
        console::complain(&format!("{}{colon}{}", notice.text, notice.detail));
    }
    notices.last().map_or(next, |newest| next.max(NoticeId(newest.id.0 + 1)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::{Health, Timestamp, WorkerStatus};

    #[test]
    fn a_worker_that_stays_stopped_ends_the_agent_and_one_that_runs_again_does_not() {
        let snapshot = |state| {
            let workers = vec![WorkerStatus { name: "sample", state, n_restarts: 3 }];
            Snapshot { health: Arc::new(Health { workers, ..Health::default() }), ..Snapshot::default() }
        };
        let (at, why) = (Timestamp::default(), "it broke".into());
        let ended = stopped_worker(&snapshot(WorkerState::Stopped { at, why })).expect("ends");
        assert_eq!(ended.to_string(), "the sample thread broke down and stays stopped: it broke");
        for state in [WorkerState::Running, WorkerState::Restarted { at, why: "it broke".into() }] {
            assert!(stopped_worker(&snapshot(state)).is_none());
        }
    }
}
