//! The course of all services that are run: in which order they start and stop, when they are ready, what is warmed up, when
//! one is started again and when it has failed.
//!
//! It decides and does nothing: it knows no clock, no thread and no process. What happened comes in with its time as a
//! [`Happening`], what is to be done goes out as a [`Deed`]. Each start of a service has a number of its own, so that what
//! comes late of an earlier one is known as such.

mod commands;
mod happenings;
mod needs;
mod one;
mod state;
mod turns;
pub mod words;

#[cfg(test)]
mod property;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use self::one::One;
use crate::model::run::{Run, StartRecord, WarmUpStep};
use crate::model::service::CheckKind;
use crate::model::{Severity, Timestamp};

/// A moment, on both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Now {
    /// Wall time, for showing.
    pub at: Timestamp,
    /// Time since some moment in the past; never goes back.
    pub elapsed: Duration,
    /// Seconds by which the wall clock here is ahead of UTC.
    pub offset_seconds: i32,
}

/// How a process ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exit {
    /// In words, such as `it ended with 1`.
    pub words: String,
    /// Whether it ended with 0.
    pub is_clean: bool,
    /// The last it printed, at most a few lines.
    pub last_lines: Vec<String>,
}

/// Something that happened outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Its process runs.
    Spawned {
        /// Its number.
        pid: u32,
    },
    /// It could not be started.
    NotSpawned {
        /// Why, in words.
        why: String,
        /// Whether starting it again can be of no use.
        is_final: bool,
    },
    /// Whether it is ready; the reason where it is not.
    Asked(Result<(), String>),
    /// A repeat of a step is over.
    Stepped {
        /// The step's place.
        step: usize,
        /// The reason where it failed.
        outcome: Result<(), String>,
    },
    /// The process that was started ended, and others that it started go on.
    Left {
        /// How it ended.
        exit: Exit,
        /// The oldest that goes on.
        pid: u32,
    },
    /// Nothing of it runs any more.
    Gone(Exit),
    /// It was found running when Perfdesk started.
    Found {
        /// Its number.
        pid: u32,
        /// When it was started.
        started_at: Timestamp,
    },
}

/// Something that happened to a start of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// The service.
    pub service: Arc<str>,
    /// The number of the start.
    pub attempt: u64,
    /// What happened.
    pub what: What,
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Start its process; answered by [`What::Spawned`] or [`What::NotSpawned`].
    Spawn {
        /// How.
        run: Arc<Run>,
        /// The number of the start.
        attempt: u64,
    },
    /// Ask whether it is ready; answered by [`What::Asked`].
    Ask {
        /// The service.
        service: Arc<str>,
        /// The number of the start.
        attempt: u64,
        /// What is asked.
        ask: CheckKind,
        /// Time for the answer.
        time_out: Duration,
    },
    /// Do a step once; answered by [`What::Stepped`].
    Step {
        /// The service.
        service: Arc<str>,
        /// The number of the start.
        attempt: u64,
        /// The step's place.
        step: usize,
        /// The step.
        what: WarmUpStep,
    },
    /// End all of it; answered by [`What::Gone`].
    End {
        /// The service.
        service: Arc<str>,
        /// The number of the start.
        attempt: u64,
        /// Whether it is not asked but killed.
        is_forced: bool,
    },
    /// A start is over: keep how it went.
    Keep {
        /// The service.
        service: Arc<str>,
        /// How it went, without its profile.
        record: StartRecord,
    },
    /// Tell the person.
    Tell {
        /// How much it matters.
        severity: Severity,
        /// What happened.
        text: String,
        /// Why, and what to do.
        detail: String,
    },
    /// Put a line of Perfdesk's own among the output.
    Say {
        /// The service.
        service: Arc<str>,
        /// The line.
        text: String,
    },
}

/// All services that are run.
#[derive(Debug, Default)]
pub struct Course {
    all: BTreeMap<Arc<str>, One>,
    /// Whether services that are checked are healthy; `None` where that is not known yet.
    checked: BTreeMap<Arc<str>, Option<bool>>,
    deeds: Vec<Deed>,
    n_attempts: u64,
    /// When everything that ends with Perfdesk is killed.
    closing: Option<Duration>,
}

impl Course {
    /// What is to be done since the last call.
    pub fn take_deeds(&mut self) -> Vec<Deed> {
        std::mem::take(&mut self.deeds)
    }
}
