//! What a client may ask about alerts.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::backtest::BacktestRequest;
use super::record::AlertId;
use super::rule::{Rule, RuleId, Webhook};
use crate::model::Timestamp;

/// About alerts. What cannot be done is a notice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum AlertCommand {
    /// Puts a rule in force and into the file: in the place of `replaces`, or as the last one.
    SaveRule {
        /// The rule.
        rule: Box<Rule>,
        /// The rule it was edited from.
        replaces: Option<RuleId>,
    },
    /// Takes a rule away.
    DeleteRule(RuleId),
    /// Brings the last deleted rule back.
    UndoDelete,
    /// Lets a rule rest, or work again.
    Pause(RuleId, bool),
    /// Lets a rule disturb nobody until then; `None` ends that.
    Silence(RuleId, Option<Timestamp>, Arc<str>),
    /// Notes that a person has seen an alert.
    Acknowledge(AlertId),
    /// Writes a note to an alert.
    Note(AlertId, Arc<str>),
    /// Asks when a rule would have fired; `None` takes the answer out.
    Backtest(Option<Box<BacktestRequest>>),
    /// Puts these webhooks in force.
    SetWebhooks(Vec<Webhook>),
    /// Allows rules to run programs, or not.
    AllowPrograms(bool),
    /// Sends a test message by a webhook.
    TestWebhook(Arc<str>),
    /// Tells by every way a rule has, as if it fired now.
    TestRule(RuleId),
}
