//! An alert in the log.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::rule::RuleId;
use crate::model::{SeriesKey, Timestamp};

/// An alert's number; grows over the life of the log, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AlertId(pub u64);

/// How an alert ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordEnd {
    /// The recovery was observed.
    Recovered,
    /// Its series had no more values, and its rule says that this is well.
    WithoutData,
    /// Its rule was changed, paused or deleted.
    RuleChanged,
}

/// One alert: from when it fired until it ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertRecord {
    /// Its number.
    pub id: AlertId,
    /// Which rule fired.
    pub rule: RuleId,
    /// The rule's name then.
    pub name: Arc<str>,
    /// The rule's severity then: `info`, `warning` or `critical`.
    pub severity: Arc<str>,
    /// Which instance.
    pub instance: SeriesKey,
    /// What was said.
    pub text: Arc<str>,
    /// Since when the condition held.
    pub pending_from: Timestamp,
    /// When it fired.
    pub start: Timestamp,
    /// When it ended; `None` while it has not.
    #[serde(default)]
    pub end: Option<Timestamp>,
    /// How it ended.
    #[serde(default)]
    pub ended: Option<RecordEnd>,
    /// Unit of the values, in UCUM.
    pub unit: Arc<str>,
    /// The threshold, in that unit.
    pub threshold: f64,
    /// The value farthest over the threshold while it fired.
    pub worst: f64,
    /// The mean of the values while it fired.
    pub mean: f64,
    /// How many values that mean is of.
    pub n_values: u64,
    /// The busiest processes when it fired: name and what it took, in `busiest_unit`.
    #[serde(default)]
    pub busiest: Arc<[(Arc<str>, f32)]>,
    /// Unit of what they took, in UCUM: cores (`{cpu}`), memory (`By`) or disk (`By/s`), as the rule is about one or another.
    #[serde(default = "cores")]
    pub busiest_unit: Arc<str>,
    /// When a person took note of it.
    #[serde(default)]
    pub acknowledged: Option<Timestamp>,
    /// What a person wrote to it.
    #[serde(default)]
    pub note: Arc<str>,
}

impl AlertRecord {
    /// Greatest length of a person's note, characters.
    pub const MAX_NOTE: usize = 2000;

    /// How long it fired, until `now` where it has not ended.
    pub fn duration(&self, now: Timestamp) -> Duration {
        self.end.unwrap_or(now).since(self.start)
    }
}

/// What the log kept before it named a unit.
fn cores() -> Arc<str> {
    Arc::from("{cpu}")
}
