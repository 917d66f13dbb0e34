//! The words of alerts: rules, their states, the log, and what a back-test found.
//!
//! Plain data. What a rule means stands in `alert` (conditions, `for`, recovery); who is told, in `notify`.

mod amount;
mod backtest;
mod edit;
mod record;
mod rule;
mod status;

pub use amount::{Amount, Dimension};
pub use backtest::{Backtest, BacktestId, BacktestRequest, BacktestSpan, BacktestState, IfItLasted};
pub use edit::AlertCommand;
pub use record::{AlertId, AlertRecord, RecordEnd};
pub use rule::{
    Comparison, Condition, MatchOp, Matcher, MissingPolicy, ProgramAction, QuietHours, Reducer, Rule, RuleActions,
    RuleField, RuleId, RuleProblem, RuleSeverity, Selector, Term, Webhook,
};
pub use status::{ActionKind, Alerting, Delivery, InstanceStatus, Phase, RuleStatus, Silence};
