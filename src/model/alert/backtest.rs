//! What a rule would have done over the stored past.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::rule::Rule;
use crate::model::{Curve, TimeRange, Timestamp};

/// Which question an answer belongs to; the asker's own number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BacktestId(pub u64);

/// A question: when would this rule have fired?
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BacktestRequest {
    /// The asker's number.
    pub id: BacktestId,
    /// The rule as it is being edited.
    pub rule: Arc<Rule>,
    /// The rule as it is saved, for comparison.
    pub saved: Option<Arc<Rule>>,
    /// Length of the past, which ends now.
    pub span: Duration,
    /// Buckets of the curve that is drawn under it.
    pub n_buckets: usize,
}

/// A time in which the rule would have fired.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BacktestSpan {
    /// The instance's name for people.
    pub instance: Arc<str>,
    /// When the condition began to hold.
    pub pending_from: Timestamp,
    /// When it would have fired.
    pub start: Timestamp,
    /// When it would have ended; `None` where it has not.
    pub end: Option<Timestamp>,
    /// The worst value in it.
    pub worst: f64,
    /// The curve around it, with a span as long before and after.
    pub curve: Option<Arc<Curve>>,
    /// What the curve covers.
    pub range: TimeRange,
}

/// The same rule with another `for`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct IfItLasted {
    /// That `for`.
    pub hold: Duration,
    /// How often it would have fired.
    pub n_times: usize,
    /// How long in all.
    pub total: Duration,
}

/// How far an answer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum BacktestState {
    /// Being computed.
    Running,
    /// All there.
    Done,
    /// Could not be computed, and why.
    Failed(Arc<str>),
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Backtest {
    /// Which question it answers.
    pub id: BacktestId,
    /// How far it is.
    pub state: BacktestState,
    /// What was looked at.
    pub range: TimeRange,
    /// Of it, what history covers.
    pub covered: Duration,
    /// Time between two values that were looked at: longer ones are roll-ups.
    pub step: Duration,
    /// How many instances were looked at.
    pub n_instances: usize,
    /// When it would have fired, by time; at most [`Backtest::MAX_SPANS`].
    pub spans: Arc<[BacktestSpan]>,
    /// How often it would have fired in all.
    pub n_times: usize,
    /// How long in all.
    pub total: Duration,
    /// Times in which the condition held but not for long enough; the newest of them.
    pub pending: Arc<[TimeRange]>,
    /// How often the saved rule would have fired, where there is one.
    pub saved_times: Option<usize>,
    /// The same rule with other durations.
    pub if_it_lasted: Arc<[IfItLasted]>,
    /// The curve of the instance drawn, the rule's term for every sample and the series itself otherwise.
    pub curve: Option<Arc<Curve>>,
    /// The name of the instance drawn.
    pub drawn: Arc<str>,
}

impl Backtest {
    /// Greatest number of spans in an answer.
    pub const MAX_SPANS: usize = 500;
}
