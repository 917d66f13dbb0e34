//! What was done about suggestions, and what came of it.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::suggestion::{SuggestionId, Topic};
use crate::model::profile::ApplyId;
use crate::model::{Timestamp, Unit};

/// A deed's number; grows over the life of a data folder, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeedId(pub u64);

/// What can be said of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeVerdict {
    /// Better, beyond chance.
    Helped,
    /// No difference that matters was shown.
    NoEffect,
    /// Worse, beyond chance.
    Worse,
    /// Not enough was seen before or since.
    TooEarly,
}

impl OutcomeVerdict {
    /// Its words for people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Helped => "helped",
            Self::NoEffect => "no effect",
            Self::Worse => "made it worse",
            Self::TooEarly => "too early",
        }
    }
}

/// A metric before and after something was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// What can be said.
    pub verdict: OutcomeVerdict,
    /// The metric's name for people; empty where the card had none.
    pub metric: Arc<str>,
    /// Its unit.
    pub unit: Unit,
    /// Mean over [`Outcome::WINDOW`] before; `None` where too little was seen.
    pub before: Option<f64>,
    /// Mean since, over at most [`Outcome::WINDOW`].
    pub after: Option<f64>,
    /// How the verdict was come by: a sentence.
    pub why: Arc<str>,
}

impl Outcome {
    /// How long before and after is looked at.
    pub const WINDOW: Duration = Duration::from_secs(15 * 60);
    /// How long after a change nothing counts: caches fill and pools open.
    pub const SETTLE: Duration = Duration::from_secs(60);

    /// The change as a share of the value before: −0.12 is 12 % less.
    pub fn change(&self) -> Option<f64> {
        let (before, after) = self.before.zip(self.after)?;
        (before.abs() > f64::EPSILON).then(|| after / before - 1.0)
    }
}

/// Something that was done about a suggestion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deed {
    /// Its number.
    pub id: DeedId,
    /// About which suggestion.
    pub suggestion: SuggestionId,
    /// Icon and first words; `None` where the kind is of another version of the program.
    pub topic: Option<Topic>,
    /// The card's title then.
    pub title: Arc<str>,
    /// The change on one line, such as "database.pool_max 50 → 24 connections".
    pub change: Arc<str>,
    /// When it was done.
    pub at: Timestamp,
    /// The apply that did it; `None` where a person did.
    pub apply: Option<ApplyId>,
    /// When it was taken back, if it was.
    pub rolled_back_at: Option<Timestamp>,
    /// What came of it.
    pub outcome: Outcome,
}

/// How suggestions of one kind, or of all, did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TrackRecord {
    /// Helped.
    pub n_helped: usize,
    /// Had no effect that was shown.
    pub n_no_effect: usize,
    /// Made it worse.
    pub n_worse: usize,
    /// Not known yet.
    pub n_too_early: usize,
}

impl TrackRecord {
    /// How many were tried and judged.
    pub const fn n_judged(&self) -> usize {
        self.n_helped + self.n_no_effect + self.n_worse
    }

    /// Takes one more in.
    pub const fn count(&mut self, verdict: OutcomeVerdict) {
        match verdict {
            OutcomeVerdict::Helped => self.n_helped += 1,
            OutcomeVerdict::NoEffect => self.n_no_effect += 1,
            OutcomeVerdict::Worse => self.n_worse += 1,
            OutcomeVerdict::TooEarly => self.n_too_early += 1,
        }
    }
}
