//! Probes and what they can say: a value, "not here", or "failed". Absent is never zero.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};

use super::name;
use super::series::SeriesGroup;
use super::time::Timestamp;

/// A probe's name, such as `cpu` or `disk`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ProbeId(pub &'static str);

impl<'de> Deserialize<'de> for ProbeId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        name::read(deserializer).map(Self)
    }
}

/// Whether a probe answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProbeState {
    /// It answered when last asked.
    Working,
    /// This machine cannot answer; `why` is a sentence for a person.
    Unsupported {
        /// The reason, such as "this kernel was built without PSI".
        why: Arc<str>,
    },
    /// It should answer and did not.
    Failed {
        /// Since when.
        since: Timestamp,
        /// The reason.
        why: Arc<str>,
    },
}

/// A probe as the snapshot lists it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProbeStatus {
    /// Its name.
    pub id: ProbeId,
    /// Its name for people, such as "Disks".
    pub title: Arc<str>,
    /// The heading of the series it gives.
    pub group: SeriesGroup,
    /// Whether it answers.
    pub state: ProbeState,
    /// How long its last reading took.
    pub cost: Duration,
    /// Time between readings; `None` means every tick.
    pub cadence: Option<Duration>,
    /// Series it has defined.
    pub n_series: usize,
}

/// One answer: a value or the reason why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reading<T> {
    /// The value.
    Value(T),
    /// Not to be had here, and why.
    Unsupported {
        /// The reason.
        why: Arc<str>,
    },
    /// Should be there and is not.
    Failed {
        /// Since when.
        since: Timestamp,
        /// The reason.
        why: Arc<str>,
    },
}

impl<T> Reading<T> {
    /// The value, where there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Unsupported { .. } | Self::Failed { .. } => None,
        }
    }

    /// The reason for having no value.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Value(_) => None,
            Self::Unsupported { why } | Self::Failed { why, .. } => Some(why),
        }
    }
}
