//! One service: how far it is, and what is known of its start.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::Now;
use crate::model::Timestamp;
use crate::model::run::{Run, RunStep, RunStepState};

/// What follows once it has stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Then {
    /// Nothing.
    Rest,
    /// It is started anew.
    Again,
    /// Its start failed: why.
    Fail(String),
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stage {
    Stopped,
    Waiting,
    /// Its process is being started.
    Spawning,
    /// It is asked whether it is ready.
    Starting {
        /// When it is asked again.
        ask_at: Duration,
        is_asking: bool,
        /// Until when it must be ready.
        until: Duration,
        /// What it said last.
        fault: String,
    },
    /// Steps that the start waits for.
    WarmingUp,
    Up,
    Stopping {
        /// When it is killed.
        kill_at: Duration,
        /// When that was.
        killed_at: Option<Duration>,
        then: Then,
    },
    BackingOff {
        until: Duration,
        until_at: Timestamp,
    },
    Failed {
        /// The service for whose failure it failed.
        by_need: Option<Arc<str>>,
    },
}

/// A service.
#[derive(Debug, Clone)]
pub(super) struct One {
    /// How it is run from its next start on.
    pub run: Arc<Run>,
    /// Whether it is to run.
    pub is_wanted: bool,
    /// Whether it is to be stopped and started.
    pub is_renewed: bool,
    /// Whether nobody runs it any more: it is forgotten once it has stopped.
    pub is_removed: bool,
    pub stage: Stage,
    pub since: Now,
    /// The number of its newest start.
    pub attempt: u64,
    /// How it was run at that.
    pub started: Arc<Run>,
    /// When that began.
    pub begun: Option<Now>,
    pub pid: Option<u32>,
    pub is_adopted: bool,
    /// Steps of that start.
    pub steps: Vec<RunStep>,
    /// The step under way: its place, when it began, tries that are left for this repeat.
    pub doing: Option<(usize, Duration, u32)>,
    /// Parts it does without, and why.
    pub lost: BTreeMap<Arc<str>, Arc<str>>,
    pub answering_seconds: Option<f64>,
    pub ready_seconds: Option<f64>,
    /// Starts that failed in a row.
    pub n_in_row: u32,
    pub n_restarts: u32,
    pub last_exit: String,
    /// Whether it was killed and is still there.
    pub is_stuck: bool,
    /// Why it is where it is.
    pub why: String,
    /// Whether its degradation was told.
    pub has_told_lost: bool,
}

impl One {
    pub(super) fn new(run: Run, now: Now) -> Self {
        let run = Arc::new(run);
        Self {
            started: run.clone(),
            run,
            is_wanted: false,
            is_renewed: false,
            is_removed: false,
            stage: Stage::Stopped,
            since: now,
            attempt: 0,
            begun: None,
            pid: None,
            is_adopted: false,
            steps: Vec::new(),
            doing: None,
            lost: BTreeMap::new(),
            answering_seconds: None,
            ready_seconds: None,
            n_in_row: 0,
            n_restarts: 0,
            last_exit: String::new(),
            is_stuck: false,
            why: String::new(),
            has_told_lost: false,
        }
    }

    /// Whether a process of it may run.
    pub(super) const fn has_process(&self) -> bool {
        matches!(
            self.stage,
            Stage::Spawning | Stage::Starting { .. } | Stage::WarmingUp | Stage::Up | Stage::Stopping { .. }
        )
    }

    /// Whether others may use it now.
    pub(super) fn is_usable(&self) -> bool {
        self.stage == Stage::Up && self.is_wanted && !self.is_renewed
    }

    pub(super) fn enter(&mut self, stage: Stage, now: Now) {
        self.stage = stage;
        self.since = now;
    }

    /// Begins a start under this number.
    pub(super) fn begin(&mut self, attempt: u64, now: Now) {
        self.attempt = attempt;
        self.started = self.run.clone();
        self.begun = Some(now);
        self.pid = None;
        self.is_adopted = false;
        self.is_renewed = false;
        self.is_stuck = false;
        self.doing = None;
        self.has_told_lost = false;
        (self.answering_seconds, self.ready_seconds) = (None, None);
        self.steps = steps_of(&self.run);
        self.enter(Stage::Spawning, now);
    }

    /// Seconds since the start began.
    pub(super) fn seconds(&self, now: Now) -> f64 {
        self.begun.map_or(0.0, |begun| now.elapsed.saturating_sub(begun.elapsed).as_secs_f64())
    }

    /// The step that comes next: of those the start waits for, or of those it does not.
    pub(super) fn next_step(&self, is_lazy: bool) -> Option<usize> {
        self.steps.iter().position(|step| step.is_lazy == is_lazy && step.state == RunStepState::Waiting)
    }

    /// Steps that were not done will not be.
    pub(super) fn skip_steps(&mut self) {
        self.doing = None;
        for step in &mut self.steps {
            if matches!(step.state, RunStepState::Waiting | RunStepState::Running) {
                step.state = RunStepState::Skipped;
            }
        }
    }
}

fn steps_of(run: &Run) -> Vec<RunStep> {
    let of = |step: &crate::model::run::WarmUpStep| RunStep {
        name: step.name.clone(),
        n_all: step.repeats,
        on_failure: step.on_failure,
        is_lazy: step.is_lazy,
        ..RunStep::default()
    };
    run.warm_up.iter().map(of).collect()
}
