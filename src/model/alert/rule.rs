//! An alert rule: which series, under which condition, for how long, and who is told.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::amount::Amount;

/// A rule's name in files and links: small letters, digits and hyphens.
pub type RuleId = Arc<str>;

/// One rule. It may watch many instances: each series its selector matches, or each group of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Its name in files; unique.
    pub id: RuleId,
    /// Its name for people.
    pub name: Arc<str>,
    /// What has to hold, all of it at once. The first is the rule's own: its value is shown, its threshold is drawn.
    pub when: Vec<Condition>,
    /// How long it has to hold, observed at every evaluation, before the alert fires (Prometheus `for`).
    pub hold: Duration,
    /// The threshold of recovery; `None` means as soon as the first condition does not hold.
    pub recover: Option<(Comparison, Amount)>,
    /// How long the recovery has to last before the alert ends (Prometheus `keep_firing_for`).
    pub keep_firing: Duration,
    /// What becomes of it where its series has no values.
    pub missing: MissingPolicy,
    /// How much it matters.
    pub severity: RuleSeverity,
    /// What is said when it fires: `{value}`, `{threshold}`, `{for}`, `{instance}`, `{name}` and `{label.NAME}` are
    /// filled in; empty means a sentence made from the condition.
    pub text: Arc<str>,
    /// Why the threshold is what it is, with its source; may be empty.
    pub why: Arc<str>,
    /// Who is told.
    pub actions: RuleActions,
    /// When nobody is disturbed: the window still shows it.
    pub quiet: Vec<QuietHours>,
    /// Rules that silence this one while they fire for the same instance.
    pub inhibited_by: Vec<RuleId>,
    /// Whether it rests.
    pub is_paused: bool,
}

/// A term compared with a threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// What is compared.
    pub term: Term,
    /// On which side of the threshold it holds.
    pub is: Comparison,
    /// The threshold.
    pub threshold: Amount,
}

/// What is computed from series at each evaluation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// How samples become one value.
    pub reducer: Reducer,
    /// Which series.
    pub series: Selector,
    /// What they are divided by, where the reducer is a ratio.
    pub over: Option<Selector>,
    /// How far back the reducer looks; zero for [`Reducer::Every`].
    pub window: Duration,
    /// Attributes by which series are taken together, summed; `None` means each series by itself.
    pub by: Option<Vec<Arc<str>>>,
    /// Least count under the ratio for it to be said at all; 0 where any will do.
    pub least_count: f64,
}

/// How the samples of a window become one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Reducer {
    /// Each sample by itself.
    Every,
    /// Arithmetic mean over the window.
    Mean,
    /// Least.
    Min,
    /// Greatest.
    Max,
    /// 95th percentile, nearest rank.
    P95,
    /// Growth of a counter each second; a counter that fell began again from 0.
    Rate,
    /// What one counter grew by, divided by what another grew by; rates are taken as what they add up to.
    Ratio,
    /// The mean of one gauge divided by the mean of another.
    Share,
    /// Seconds until the value reaches 1 (a share) at the slope of the window (least squares); infinite where it
    /// does not rise.
    FullIn,
    /// How much greater the mean of the window's newer half is than that of its older half, as a share of it.
    Growth,
}

impl Reducer {
    /// Every reducer, in the order of lists.
    pub const ALL: [Self; 10] = [
        Self::Every,
        Self::Mean,
        Self::Min,
        Self::Max,
        Self::P95,
        Self::Rate,
        Self::Ratio,
        Self::Share,
        Self::FullIn,
        Self::Growth,
    ];

    /// Its name in expressions.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Every => "every",
            Self::Mean => "mean",
            Self::Min => "min",
            Self::Max => "max",
            Self::P95 => "p95",
            Self::Rate => "rate",
            Self::Ratio => "ratio",
            Self::Share => "share",
            Self::FullIn => "full_in",
            Self::Growth => "growth",
        }
    }

    /// Its name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Every => "every sample",
            Self::Mean => "mean",
            Self::Min => "least",
            Self::Max => "greatest",
            Self::P95 => "95th percentile",
            Self::Rate => "rate of a counter",
            Self::Ratio => "ratio of counts",
            Self::Share => "share of a limit",
            Self::FullIn => "time until full",
            Self::Growth => "growth",
        }
    }

    /// Whether it divides by a second selector.
    pub const fn has_over(self) -> bool {
        matches!(self, Self::Ratio | Self::Share)
    }

    /// Whether it looks back over a window.
    pub const fn has_window(self) -> bool {
        !matches!(self, Self::Every)
    }
}

/// Series of one metric whose attributes match.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Selector {
    /// The metric.
    pub metric: Arc<str>,
    /// What the attributes have to be; all of it.
    pub matchers: Vec<Matcher>,
}

/// One demand on an attribute. An attribute that is not there counts as empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Matcher {
    /// The attribute.
    pub label: Arc<str>,
    /// How it is compared.
    pub op: MatchOp,
    /// With what; a regular expression matches the whole value.
    pub value: Arc<str>,
}

/// How an attribute is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MatchOp {
    /// Is.
    Is,
    /// Is not.
    IsNot,
    /// Matches the regular expression as a whole.
    Like,
    /// Does not match it.
    NotLike,
}

impl MatchOp {
    /// As it is written.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Is => "=",
            Self::IsNot => "!=",
            Self::Like => "=~",
            Self::NotLike => "!~",
        }
    }
}

/// On which side of a threshold a condition holds. At the threshold it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Comparison {
    /// Above it.
    Above,
    /// Below it.
    Below,
}

impl Comparison {
    /// Whether it holds.
    pub fn holds(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::Above => value > threshold,
            Self::Below => value < threshold,
        }
    }

    /// As it is written.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Above => ">",
            Self::Below => "<",
        }
    }

    /// The other side.
    pub const fn opposite(self) -> Self {
        match self {
            Self::Above => Self::Below,
            Self::Below => Self::Above,
        }
    }
}

/// What becomes of an alert whose series has no values for more than three intervals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum MissingPolicy {
    /// It says "no data" and stays as it was: the age reached, or firing.
    #[default]
    Keep,
    /// It fires.
    Alert,
    /// It counts as well; a firing alert ends, said to have ended without data.
    Ok,
}

/// How much a rule matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum RuleSeverity {
    /// Good to know.
    Info,
    /// Needs a look today.
    #[default]
    Warning,
    /// Needs a look now.
    Critical,
}

impl RuleSeverity {
    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "Info",
            Self::Warning => "Warning",
            Self::Critical => "Critical",
        }
    }
}

/// Who is told when a rule fires, and when it ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleActions {
    /// A notice in the window.
    pub window: bool,
    /// The desktop's own notification.
    pub desktop: bool,
    /// A sound with it.
    pub sound: bool,
    /// A webhook, by its name.
    pub webhook: Option<Arc<str>>,
    /// A program.
    pub program: Option<ProgramAction>,
    /// Sample every 250 ms for so long.
    pub capture: Option<Duration>,
    /// Tell again while it fires; `None` means once.
    pub repeat: Option<Duration>,
    /// Tell when it ends.
    pub resolved: bool,
}

impl Default for RuleActions {
    fn default() -> Self {
        Self {
            window: true,
            desktop: true,
            sound: false,
            webhook: None,
            program: None,
            capture: None,
            repeat: None,
            resolved: true,
        }
    }
}

/// A program to run: no shell reads this. Runs only while programs are allowed at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramAction {
    /// The program and its arguments. The alert's values come as environment variables `PERFDESK_*`.
    pub argv: Vec<Arc<str>>,
    /// It is ended after this.
    pub time_out: Duration,
}

/// A place that takes JSON by POST.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Its name, which rules use.
    pub name: Arc<str>,
    /// Where; may hold a secret, so only its host is shown.
    pub url: Arc<str>,
}

/// A daily span in which nobody is disturbed, minutes since local midnight; over midnight where `until` is earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct QuietHours {
    /// First minute.
    pub from: u16,
    /// First minute after it.
    pub until: u16,
}

impl QuietHours {
    /// Whether a minute of the day lies in it.
    pub const fn holds(self, minute: u16) -> bool {
        if self.from <= self.until {
            self.from <= minute && minute < self.until
        } else {
            minute >= self.from || minute < self.until
        }
    }
}

/// Where in a rule something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RuleField {
    /// The document itself: its line and column stand in the text.
    Document,
    /// `id`.
    Id,
    /// `name`.
    Name,
    /// `when`: which one, the metric or its matchers.
    Series(usize),
    /// The divisor of a ratio.
    Over(usize),
    /// The window of a reducer.
    Window(usize),
    /// The threshold.
    Threshold(usize),
    /// `for`.
    For,
    /// `recover`.
    Recover,
    /// `keep_firing_for`.
    KeepFiring,
    /// `text`.
    Text,
    /// `quiet`.
    Quiet,
    /// `webhook`.
    Webhook,
    /// `program`.
    Program,
    /// `inhibited_by`.
    InhibitedBy,
    /// The rest.
    Other,
}

/// Something wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleProblem {
    /// Where.
    pub field: RuleField,
    /// What, and what to write instead; one sentence without a final period.
    pub text: Arc<str>,
    /// Whether the rule cannot run with it; otherwise it runs and may wait for data.
    pub is_error: bool,
}
