//! The past-moment inspector: one moment with everything history knows of it.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::annotation::Annotation;
use super::history::Tier;
use super::process::ProcessKey;
use super::profile::ProfileName;
use super::series::SeriesId;
use super::time::{TimeRange, Timestamp};

/// A process that was among the busiest by processor time, memory or disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BusyProcess {
    /// Which.
    pub key: ProcessKey,
    /// Its name.
    pub name: Arc<str>,
    /// Its command line, cut at 256 bytes.
    pub command: Arc<str>,
    /// The user it ran as.
    pub user: Arc<str>,
    /// Cores in use, in steps of 0.001; `None` at its first reading.
    pub cpu_cores: Option<f32>,
    /// Resident memory, bytes, in steps of 1,024.
    pub memory_bytes: Option<u64>,
    /// Bytes each second read from disk, in steps of 1,024.
    pub read_bytes_per_second: Option<u64>,
    /// Bytes each second written to disk, in steps of 1,024.
    pub write_bytes_per_second: Option<u64>,
}

/// One series at that moment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MomentValue {
    /// Which.
    pub series: SeriesId,
    /// When it was read, or when its bucket begins.
    pub at: Timestamp,
    /// The value, or the mean of its bucket.
    pub mean: f32,
    /// The value, or the least of its bucket.
    pub min: f32,
    /// The value, or the greatest of its bucket.
    pub max: f32,
}

/// One moment of the past.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PastMoment {
    /// The moment that was asked for.
    pub asked: Timestamp,
    /// The tick nearest to it, or the start of the bucket that holds it; `None` where nothing was recorded near it.
    pub at: Option<Timestamp>,
    /// How finely that time is still kept.
    pub tier: Tier,
    /// Time between ticks then.
    pub interval: Duration,
    /// The busiest processes of the last reading up to then, and when that was; empty where none is kept.
    pub processes: Arc<[BusyProcess]>,
    /// When those were read.
    pub processes_at: Option<Timestamp>,
    /// Every series that had a value then, by id.
    pub values: Arc<[MomentValue]>,
    /// Annotations within [`PastMoment::NEAR`] of it, or that span it.
    pub annotations: Arc<[Annotation]>,
    /// The tuning profile in force then, where a note tells.
    pub profile: Option<ProfileName>,
    /// The silence it lies in, where nothing was recorded.
    pub gap: Option<TimeRange>,
}

impl PastMoment {
    /// How far from the moment an annotation still belongs to it.
    pub const NEAR: Duration = Duration::from_secs(120);
}
