//! How a service that Perfdesk runs does, and how its starts went.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::definition::Need;
use super::output::OutputFigures;
use super::warm_up::OnFailure;
use crate::model::profile::ProfileName;
use crate::model::time::Timestamp;

/// Starts that are kept of each service.
pub const MAX_STARTS: usize = 20;

/// How far a service is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum RunPhase {
    /// It does not run, and is not to.
    #[default]
    Stopped,
    /// It waits for what it needs: which services.
    Waiting(Vec<Arc<str>>),
    /// Its process runs and is not ready yet.
    Starting,
    /// It answers and is being warmed up.
    WarmingUp,
    /// It is ready.
    Ready,
    /// It is ready, without some optional part.
    Degraded,
    /// It was asked to end.
    Stopping,
    /// It ended or did not become ready, and is started again at this time.
    BackingOff {
        /// When.
        until: Timestamp,
    },
    /// It does not run though it is to, and is not started again by itself.
    Failed,
}

impl RunPhase {
    /// Whether it may be used.
    pub const fn is_usable(&self) -> bool {
        matches!(self, Self::Ready | Self::Degraded)
    }

    /// Whether nothing happens by itself any more, unless the service ends.
    pub const fn is_settled(&self) -> bool {
        matches!(self, Self::Stopped | Self::Ready | Self::Degraded | Self::Failed)
    }

    /// Its name for people.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Waiting(_) => "waiting",
            Self::Starting => "starting",
            Self::WarmingUp => "warming up",
            Self::Ready => "ready",
            Self::Degraded => "degraded",
            Self::Stopping => "stopping",
            Self::BackingOff { .. } => "backing off",
            Self::Failed => "failed",
        }
    }
}

/// An optional part that a service does without.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DegradedPart {
    /// Which: the name of a step or of a service.
    pub part: Arc<str>,
    /// Why, in words.
    pub why: Arc<str>,
}

/// How a step of the warm-up stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum RunStepState {
    /// Not begun.
    #[default]
    Waiting,
    /// Under way.
    Running,
    /// Done.
    Done,
    /// Failed.
    Failed,
    /// Not done, because the start ended before.
    Skipped,
}

/// A step of the warm-up now.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RunStep {
    /// Its name.
    pub name: Arc<str>,
    /// How it stands.
    pub state: RunStepState,
    /// Repeats done.
    pub n_done: u32,
    /// Repeats in all.
    pub n_all: u32,
    /// Seconds it took, or takes so far; `None` before it begins.
    pub seconds: Option<f64>,
    /// Why it failed, in words; empty where it did not.
    pub error: Arc<str>,
    /// What its failure means.
    pub on_failure: OnFailure,
    /// Whether it is done after the service is ready.
    pub is_lazy: bool,
}

/// How a start went.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum StartOutcome {
    /// It became ready.
    #[default]
    Ready,
    /// It became ready without these parts.
    Degraded(Vec<Arc<str>>),
    /// It did not become ready: why.
    Failed(Arc<str>),
    /// It was stopped before.
    Stopped,
}

/// What a step of a start took.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StepSeconds {
    /// Its name.
    pub name: Arc<str>,
    /// Seconds it took.
    pub seconds: f64,
    /// Whether it failed.
    pub has_failed: bool,
}

/// One start, kept over restarts of Perfdesk.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StartRecord {
    /// When the process was started.
    pub at: Timestamp,
    /// The active profile then; `None` where there was none.
    pub profile: Option<ProfileName>,
    /// Seconds until its readiness check passed; `None` where it did not.
    pub answering_seconds: Option<f64>,
    /// Seconds until it was ready and warm; `None` where it did not become so.
    pub ready_seconds: Option<f64>,
    /// Steps that were done, in order.
    pub steps: Vec<StepSeconds>,
    /// How it went.
    pub outcome: StartOutcome,
}

/// A service that Perfdesk runs, now.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RunState {
    /// The service.
    pub service: Arc<str>,
    /// How far it is.
    pub phase: RunPhase,
    /// Since when it is that.
    pub since: Timestamp,
    /// Its process, which leads its group.
    pub pid: Option<u32>,
    /// How it does, in a sentence, such as `shop is ready since 14:02:11, 1.3 s after its start`.
    pub sentence: Arc<str>,
    /// Optional parts that it does without, and why.
    pub degraded: Vec<DegradedPart>,
    /// What it needs.
    pub needs: Vec<Need>,
    /// Its warm-up, step by step, of this start or the last.
    pub steps: Vec<RunStep>,
    /// When this start, or the last, began.
    pub started_at: Option<Timestamp>,
    /// Seconds from the start until it was ready and warm, of this start; `None` before.
    pub ready_seconds: Option<f64>,
    /// Times it was started again because it ended by itself or did not become ready, since Perfdesk started.
    pub n_restarts: u32,
    /// How it ended last, in words; empty where it did not.
    pub last_exit: Arc<str>,
    /// Why it should be restarted, such as `production was applied since it started`; empty where it should not.
    pub restart_offer: Arc<str>,
    /// Whether it was found running after a crash of Perfdesk; its output since is not read.
    pub is_adopted: bool,
    /// How much it printed.
    pub output: OutputFigures,
    /// Its starts, the newest first, at most [`MAX_STARTS`].
    pub starts: Arc<[StartRecord]>,
}
