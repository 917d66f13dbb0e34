//! One suggestion: what was seen, why it matters, what to do, what to expect, how sure that is, and when to stop.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::picture::Picture;
use crate::model::profile::{ParamKey, ParamValue};
use crate::model::{SeriesKey, TimeRange, Timestamp, Unit};

/// Which suggestion: its kind and what it is about. The same cause gives the same id each time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SuggestionId {
    /// The kind's name in files, such as `pool_exhausted`.
    pub kind: Arc<str>,
    /// What it is about, such as `checkout` or `/var`; empty where there is one thing alone.
    pub subject: Arc<str>,
}

impl SuggestionId {
    /// An id from its parts.
    pub fn new(kind: impl Into<Arc<str>>, subject: impl Into<Arc<str>>) -> Self {
        Self { kind: kind.into(), subject: subject.into() }
    }
}

impl fmt::Display for SuggestionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.subject.is_empty() { f.write_str(&self.kind) } else { write!(f, "{} {}", self.kind, self.subject) }
    }
}

/// What a suggestion is about: its icon and the first words of its card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Topic {
    /// Processor.
    Cpu,
    /// Memory and swap.
    Memory,
    /// Block devices.
    Disk,
    /// Room on filesystems.
    Filesystem,
    /// Interfaces and TCP.
    Network,
    /// Run queue and context switches.
    Scheduler,
    /// Workers of a service.
    Workers,
    /// Connections to a database.
    DatabasePool,
    /// Statements of a database.
    Statement,
    /// Requests that fail.
    Errors,
    /// What response time is made of.
    ResponseTime,
    /// A cache.
    Cache,
    /// A model that computes batches.
    Ml,
    /// A tuning profile.
    Profile,
}

impl Topic {
    /// Its name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Memory => "Memory",
            Self::Disk => "Disk",
            Self::Filesystem => "Filesystem",
            Self::Network => "Network",
            Self::Scheduler => "Scheduling",
            Self::Workers => "Workers",
            Self::DatabasePool => "Database pool",
            Self::Statement => "Slow statement",
            Self::Errors => "Errors",
            Self::ResponseTime => "Response time",
            Self::Cache => "Cache",
            Self::Ml => "ML batch",
            Self::Profile => "Profile",
        }
    }
}

/// Over what time it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SeenPeriod {
    /// From then on: "Seen since 14:22".
    Since(Timestamp),
    /// Over the last so long: "Seen in 24 h".
    Last(Duration),
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// Give a parameter of the active profile another value.
    Parameter {
        /// Which.
        key: ParamKey,
        /// What holds now; `None` where the profile leaves it to the service.
        from: Option<ParamValue>,
        /// What to try.
        to: ParamValue,
        /// `from` as people read it, without what it counts.
        from_text: Arc<str>,
        /// `to` as people read it, without what it counts.
        to_text: Arc<str>,
        /// What both count, such as "connections"; may be empty.
        unit_text: Arc<str>,
    },
    /// Something a person does.
    ByHand {
        /// What, as a sentence without a final period.
        what: Arc<str>,
        /// A command or a statement to copy; may be empty.
        copy: Arc<str>,
    },
    /// No more of the same: why, as a sentence without a final period.
    NoMore {
        /// Why not.
        why: Arc<str>,
    },
}

impl Change {
    /// The parameter that changes, if one does.
    pub fn key(&self) -> Option<&ParamKey> {
        match self {
            Self::Parameter { key, .. } => Some(key),
            Self::ByHand { .. } | Self::NoMore { .. } => None,
        }
    }

    /// The change on one line: "database.pool_max 50 → 24 connections".
    pub fn line(&self) -> String {
        match self {
            Self::Parameter { key, from_text, to_text, unit_text, .. } if unit_text.is_empty() => {
                format!("{key} {from_text} \u{2192} {to_text}")
            }
            Self::Parameter { key, from_text, to_text, unit_text, .. } => {
                format!("{key} {from_text} \u{2192} {to_text} {unit_text}")
            }
            Self::ByHand { what, .. } => what.to_string(),
            Self::NoMore { why } => why.to_string(),
        }
    }
}

/// How much is expected of the change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ExpectedAmount {
    /// Change as a share of the value before: −0.21 is 21 % less. `low` ≤ `mid` ≤ `high`.
    Share {
        /// The lowest that is likely.
        low: f64,
        /// The most likely.
        mid: f64,
        /// The highest that is likely.
        high: f64,
    },
    /// A sentence without a final period, where no number would be honest.
    Sentence(Arc<str>),
}

/// What is expected of the change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    /// Of what, such as "checkout p95".
    pub what: Arc<str>,
    /// How much.
    pub amount: ExpectedAmount,
    /// Whether less of it is better, which decides the colour.
    pub is_less_better: bool,
}

/// How sure a suggestion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Sureness {
    /// A rule of thumb alone, or little data.
    Low,
    /// Several figures agree, but something else might be the cause.
    Medium,
    /// The figures leave no other cause.
    High,
}

impl Sureness {
    /// Its word for people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// What to open on the charts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuggestionEvidence {
    /// The series, the most telling first.
    pub series: Arc<[SeriesKey]>,
    /// The time to look at.
    pub range: TimeRange,
}

/// The number by which it is told later whether the change helped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// Its series.
    pub series: SeriesKey,
    /// Its name for people, such as "Disk wait".
    pub name: Arc<str>,
    /// Its unit.
    pub unit: Unit,
    /// Whether less is better.
    pub is_less_better: bool,
}

/// One suggestion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// Which.
    pub id: SuggestionId,
    /// Icon and first words.
    pub topic: Topic,
    /// What it is about, for people; empty where there is one thing alone.
    pub subject: Arc<str>,
    /// What to do, as a short sentence without a final period.
    pub title: Arc<str>,
    /// Over what time it was seen.
    pub period: SeenPeriod,
    /// What was seen: sentences with numbers.
    pub seen: Arc<str>,
    /// Why it matters: a sentence.
    pub why: Arc<str>,
    /// What to do about it.
    pub change: Change,
    /// What that is expected to bring.
    pub expected: Expected,
    /// How sure it is.
    pub sure: Sureness,
    /// Why it is as sure as that: a sentence.
    pub sure_why: Arc<str>,
    /// The bound: when to stop asking for more of the same.
    pub stop_at: Arc<str>,
    /// What would speak against it.
    pub against: Arc<str>,
    /// What to open on the charts.
    pub evidence: SuggestionEvidence,
    /// The small chart; `None` where there is nothing to draw.
    pub picture: Option<Picture>,
    /// The number that tells later whether it helped; `None` where none would.
    pub metric: Option<Metric>,
    /// Where its rule of thumb comes from.
    pub source: Arc<str>,
    /// Its worth, 0 to 1: how much is at stake times how sure it is. Cards are ordered by it.
    pub value: f64,
    /// Since when the cause has been there, as far as it was observed.
    pub since: Timestamp,
}
