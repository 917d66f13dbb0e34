//! How alerts stand now, as every client sees them.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::backtest::Backtest;
use super::record::{AlertId, AlertRecord};
use super::rule::{Rule, RuleId, RuleProblem, Webhook};
use crate::model::{SeriesId, SeriesKey, Timestamp};

/// The state of an alert. The order is that of attention: the last needs it most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Phase {
    /// The condition does not hold.
    #[default]
    Inactive,
    /// There are no values to judge.
    NoData,
    /// It fired, and its recovery has not lasted long enough.
    Recovering,
    /// The condition holds, not yet for long enough.
    Pending,
    /// The rule cannot run.
    Error,
    /// The condition held for long enough and no recovery has.
    Firing,
}

impl Phase {
    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inactive => "Inactive",
            Self::NoData => "No data",
            Self::Recovering => "Recovering",
            Self::Pending => "Pending",
            Self::Error => "Rule error",
            Self::Firing => "Firing",
        }
    }
}

/// One instance of a rule now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstanceStatus {
    /// Which: the series, or the group's attributes.
    pub key: SeriesKey,
    /// Its name for people, such as `nvme0n1`; empty where there is one alone.
    pub name: Arc<str>,
    /// The series of the rule's first condition; of a group, its first.
    pub series: Option<SeriesId>,
    /// Its state.
    pub phase: Phase,
    /// The newest value of the rule's term, in its base unit.
    pub value: Option<f64>,
    /// How long the condition or the recovery has been observed to hold.
    pub held: Duration,
    /// Since when it has been in this state.
    pub since: Timestamp,
    /// The alert in the log, while it pends no more and has not ended.
    pub alert: Option<AlertId>,
    /// Why, as a sentence without a final period.
    pub reason: Arc<str>,
}

/// A rule that is not to disturb for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// Until when.
    pub until: Timestamp,
    /// Why; may be empty.
    pub reason: Arc<str>,
}

/// A way of telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ActionKind {
    /// The desktop's notification.
    Desktop,
    /// A webhook.
    Webhook,
    /// A program.
    Program,
    /// A detailed capture.
    Capture,
}

/// How telling went the last time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Which way.
    pub kind: ActionKind,
    /// When.
    pub at: Timestamp,
    /// Whether it worked.
    pub is_ok: bool,
    /// What came of it: the answer's status, the program's output (bounded), the error.
    pub text: Arc<str>,
}

/// A rule and how it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleStatus {
    /// The rule.
    pub rule: Arc<Rule>,
    /// Whether it ships with the program and was not changed.
    pub is_shipped: bool,
    /// What is wrong with it.
    pub problems: Arc<[RuleProblem]>,
    /// The state that needs attention most among its instances.
    pub phase: Phase,
    /// That state in a sentence without a final period.
    pub reason: Arc<str>,
    /// Its instances, those that need attention first; at most [`RuleStatus::MAX_SHOWN`].
    pub instances: Arc<[InstanceStatus]>,
    /// How many instances there are in all.
    pub n_instances: usize,
    /// How many of them fire.
    pub n_firing: usize,
    /// Matching series that are not watched because there are too many.
    pub n_left_out: usize,
    /// While it is silenced.
    pub silence: Option<Silence>,
    /// How telling went, by way.
    pub deliveries: Arc<[Delivery]>,
}

impl RuleStatus {
    /// Instances that a snapshot lists of one rule.
    pub const MAX_SHOWN: usize = 100;
}

/// Alerts at one moment.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Alerting {
    /// Rules in the order of their file.
    pub rules: Arc<[RuleStatus]>,
    /// Alerts, the newest first; at most [`Alerting::MAX_LOG`].
    pub log: Arc<[AlertRecord]>,
    /// Alerts in the log that are not shown.
    pub n_older: usize,
    /// Instances that fire, over all rules that are neither paused nor silenced.
    pub n_firing: usize,
    /// Webhooks by name.
    pub webhooks: Arc<[Webhook]>,
    /// Whether rules may run programs.
    pub programs_allowed: bool,
    /// The answer to the last back-test that was asked for.
    pub backtest: Option<Arc<Backtest>>,
    /// Why the rules' file is not in force; empty where it is.
    pub file_error: Arc<str>,
    /// Messages that were thrown away because too many waited.
    pub n_undelivered: u64,
    /// The last rule that was deleted, for undo.
    pub deleted: Option<RuleId>,
}

impl Alerting {
    /// Alerts of the log in a snapshot.
    pub const MAX_LOG: usize = 1000;

    /// A rule and how it stands.
    pub fn rule(&self, id: &str) -> Option<&RuleStatus> {
        self.rules.iter().find(|status| &*status.rule.id == id)
    }
}
