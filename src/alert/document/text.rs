//! A rule as serde sees it: texts, in the words people write.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::error;
use crate::alert::amount_text;
use crate::alert::expression::{read_condition, write_condition};
use crate::model::alert::{
    Amount, Comparison, Condition, Dimension, MissingPolicy, ProgramAction, QuietHours, Rule, RuleActions, RuleField,
    RuleProblem, RuleSeverity,
};
use crate::model::duration_text::{read_duration, write_duration};

/// Time a program may take unless a rule says otherwise.
const PROGRAM_TIME_OUT: Duration = Duration::from_secs(10);

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DocumentText {
    pub version: u32,
    #[serde(default)]
    pub programs_allowed: bool,
    #[serde(default)]
    pub webhooks: Vec<WebhookText>,
    #[serde(default)]
    pub rules: Vec<RuleText>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookText {
    pub name: String,
    pub url: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleText {
    pub id: String,
    pub name: String,
    pub when: Vec<String>,
    #[serde(default, rename = "for", skip_serializing_if = "String::is_empty")]
    hold: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    recover: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    keep_firing_for: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    missing: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    severity: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    text: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    why: String,
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    in_window: bool,
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    on_desktop: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    sound: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    webhook: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    program: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    program_time_out: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    capture: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    repeat: String,
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    say_resolved: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    quiet: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    inhibited_by: Vec<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    paused: bool,
}

fn yes() -> bool {
    true
}

fn is_true(value: &bool) -> bool {
    *value
}

fn is_false(value: &bool) -> bool {
    !*value
}

/// What is wrong with a rule's texts so far.
#[derive(Default)]
struct Faults(Vec<RuleProblem>);

impl Faults {
    fn take<T, E: ToString>(&mut self, field: RuleField, read: Result<T, E>) -> Option<T> {
        read.map_err(|why| self.0.push(error(field, why.to_string()))).ok()
    }

    fn duration(&mut self, field: RuleField, text: &str) -> Duration {
        if text.is_empty() { Duration::ZERO } else { self.take(field, read_duration(text)).unwrap_or_default() }
    }

    fn optional_duration(&mut self, field: RuleField, text: &str) -> Option<Duration> {
        (!text.is_empty()).then(|| self.take(field, read_duration(text))).flatten()
    }
}

impl RuleText {
    /// What the texts mean.
    pub fn into_rule(self) -> Result<Rule, Vec<RuleProblem>> {
        let mut faults = Faults::default();
        faults.take(RuleField::Id, is_id(&self.id));
        if self.name.trim().is_empty() {
            faults.0.push(error(RuleField::Name, "give the rule a name"));
        }
        let mut when: Vec<Condition> = Vec::new();
        for (i, text) in self.when.iter().enumerate() {
            when.extend(faults.take(RuleField::Series(i), read_condition(text)));
        }
        if self.when.is_empty() {
            faults.0.push(error(RuleField::Series(0), "say when it fires: when: [\"system.cpu.utilization > 80 %\"]"));
        }
        let hold = faults.duration(RuleField::For, &self.hold);
        let wanted = when.first().map(|condition| condition.threshold.dimension);
        let recover = (!self.recover.is_empty())
            .then(|| faults.take(RuleField::Recover, read_recovery(&self.recover, wanted)))
            .flatten();
        let keep_firing = faults.duration(RuleField::KeepFiring, &self.keep_firing_for);
        let missing = match &*self.missing {
            "" | "keep" => Ok(MissingPolicy::Keep),
            "alert" => Ok(MissingPolicy::Alert),
            "ok" => Ok(MissingPolicy::Ok),
            other => Err(format!("missing is keep, alert or ok, and not {other}")),
        };
        let severity = match &*self.severity {
            "info" => Ok(RuleSeverity::Info),
            "" | "warning" => Ok(RuleSeverity::Warning),
            "critical" => Ok(RuleSeverity::Critical),
            other => Err(format!("severity is info, warning or critical, and not {other}")),
        };
        let missing = faults.take(RuleField::Other, missing);
        let severity = faults.take(RuleField::Other, severity);
        let mut quiet = Vec::new();
        for text in &self.quiet {
            quiet.extend(faults.take(RuleField::Quiet, read_quiet(text)));
        }
        let time_out = faults.optional_duration(RuleField::Program, &self.program_time_out).unwrap_or(PROGRAM_TIME_OUT);
        let actions = RuleActions {
            window: self.in_window,
            desktop: self.on_desktop,
            sound: self.sound,
            webhook: (!self.webhook.is_empty()).then(|| self.webhook.as_str().into()),
            program: (!self.program.is_empty()).then(|| ProgramAction {
                argv: self.program.iter().map(|arg| arg.as_str().into()).collect(),
                time_out,
            }),
            capture: faults.optional_duration(RuleField::Other, &self.capture),
            repeat: faults.optional_duration(RuleField::Other, &self.repeat),
            resolved: self.say_resolved,
        };
        let (Some(missing), Some(severity), true) = (missing, severity, faults.0.is_empty()) else {
            return Err(faults.0);
        };
        Ok(Rule {
            id: self.id.into(),
            name: self.name.into(),
            when,
            hold,
            recover,
            keep_firing,
            missing,
            severity,
            text: self.text.into(),
            why: self.why.into(),
            actions,
            quiet,
            inhibited_by: self.inhibited_by.into_iter().map(Arc::from).collect(),
            is_paused: self.paused,
        })
    }

    /// The texts of a rule.
    pub fn of(rule: &Rule) -> Self {
        let optional = |duration: Option<Duration>| duration.map(write_duration).unwrap_or_default();
        let non_zero = |duration: Duration| if duration.is_zero() { String::new() } else { write_duration(duration) };
        let missing = match rule.missing {
            MissingPolicy::Keep => "",
            MissingPolicy::Alert => "alert",
            MissingPolicy::Ok => "ok",
        };
        let program = rule.actions.program.as_ref();
        let time_out = program.map(|program| program.time_out).filter(|time| *time != PROGRAM_TIME_OUT);
        Self {
            id: rule.id.to_string(),
            name: rule.name.to_string(),
            when: rule.when.iter().map(write_condition).collect(),
            hold: non_zero(rule.hold),
            recover: rule.recover.as_ref().map(write_recovery).unwrap_or_default(),
            keep_firing_for: non_zero(rule.keep_firing),
            missing: missing.into(),
            severity: rule.severity.name().to_lowercase(),
            text: rule.text.to_string(),
            why: rule.why.to_string(),
            in_window: rule.actions.window,
            on_desktop: rule.actions.desktop,
            sound: rule.actions.sound,
            webhook: rule.actions.webhook.as_deref().unwrap_or_default().into(),
            program: program.map(|p| p.argv.iter().map(|arg| arg.to_string()).collect()).unwrap_or_default(),
            program_time_out: optional(time_out),
            capture: optional(rule.actions.capture),
            repeat: optional(rule.actions.repeat),
            say_resolved: rule.actions.resolved,
            quiet: rule.quiet.iter().map(write_quiet).collect(),
            inhibited_by: rule.inhibited_by.iter().map(|id| id.to_string()).collect(),
            paused: rule.is_paused,
        }
    }
}

/// Whether a text can be a rule's id.
pub(super) fn is_id(text: &str) -> Result<(), &'static str> {
    let is_part = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if text.is_empty() || text.len() > 60 || !text.bytes().all(is_part) {
        return Err("id is made of small letters, digits and hyphens");
    }
    Ok(())
}

/// `< 70 %`.
fn read_recovery(text: &str, wanted: Option<Dimension>) -> Result<(Comparison, Amount), String> {
    let text = text.trim();
    let (is, amount) = match (text.strip_prefix('<'), text.strip_prefix('>')) {
        (Some(amount), _) => (Comparison::Below, amount),
        (_, Some(amount)) => (Comparison::Above, amount),
        _ => return Err("write where it recovers, such as < 70 %".into()),
    };
    amount_text::read(amount, wanted).map(|amount| (is, amount))
}

fn write_recovery((is, amount): &(Comparison, Amount)) -> String {
    format!("{} {}", is.sign(), amount_text::write(amount))
}

/// `22:00-07:00`, minutes since midnight.
pub fn read_quiet(text: &str) -> Result<QuietHours, String> {
    let minute = |text: &str| {
        let (hour, minute) = text.trim().split_once(':')?;
        let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
        (hour < 24 && minute < 60).then_some(hour * 60 + minute)
    };
    let parts = text.split_once(['-', '–']).and_then(|(from, until)| Some((minute(from)?, minute(until)?)));
    match parts {
        Some((from, until)) if from != until => Ok(QuietHours { from, until }),
        _ => Err(format!("{text} is no span of the day: write one such as 22:00-07:00")),
    }
}

/// `22:00-07:00`.
pub fn write_quiet(hours: &QuietHours) -> String {
    let text = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    format!("{}-{}", text(hours.from), text(hours.until))
}
