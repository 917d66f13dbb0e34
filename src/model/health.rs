//! What Perfdesk itself costs, and whether its parts work.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::name::{self, Name};
use super::time::Timestamp;

/// Whether a worker thread works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum WorkerState {
    /// It works.
    Running,
    /// It broke down and was started again.
    Restarted {
        /// When it last broke down.
        at: Timestamp,
        /// What it said.
        why: Arc<str>,
    },
    /// It broke down too often and stays stopped.
    Stopped {
        /// When it last broke down.
        at: Timestamp,
        /// What it said.
        why: Arc<str>,
    },
}

/// One worker thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerStatus {
    /// The thread's name.
    #[serde(deserialize_with = "name::read")]
    pub name: Name,
    /// Whether it works.
    pub state: WorkerState,
    /// How often it was started again.
    pub n_restarts: u32,
}

/// One bounded queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueStatus {
    /// What travels in it.
    #[serde(deserialize_with = "name::read")]
    pub name: Name,
    /// Entries waiting when last looked at.
    pub length: usize,
    /// Entries it can hold.
    pub capacity: usize,
    /// Entries thrown away since the start because it was full.
    pub dropped: u64,
}

/// Own cost and state.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Health {
    /// When the program started.
    pub started_at: Timestamp,
    /// Own processor time over the last interval, as a share of one core.
    pub cpu_ratio: Option<f64>,
    /// Own resident memory, bytes.
    pub memory_bytes: Option<u64>,
    /// Passes of the sampler so far.
    pub n_passes: u64,
    /// Time of a sampling pass: median and 99th percentile of the last 600, seconds.
    pub sample_p50_seconds: Option<f64>,
    /// See `sample_p50_seconds`.
    pub sample_p99_seconds: Option<f64>,
    /// Time the engine takes to take in a batch and publish: median of the last 600, seconds.
    pub engine_p50_seconds: Option<f64>,
    /// See `engine_p50_seconds`.
    pub engine_p99_seconds: Option<f64>,
    /// Ticks skipped because a pass was late.
    pub skipped_ticks: u64,
    /// Batches thrown away because the engine's queue was full.
    pub dropped_batches: u64,
    /// Series known.
    pub n_series: usize,
    /// Samples held in memory.
    pub n_samples: usize,
    /// Bytes that hold them.
    pub window_bytes: usize,
    /// Worker threads.
    pub workers: Vec<WorkerStatus>,
    /// Queues.
    pub queues: Vec<QueueStatus>,
}
