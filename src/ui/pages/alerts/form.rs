//! A rule as it stands in the editor: every typed value as text. Read into a rule, and made from one. Nothing here draws.

use std::sync::Arc;
use std::time::Duration;

use super::words::duration_text;
use crate::alert::amount_text;
use crate::alert::document::read_rule;
use crate::alert::expression::write_selector;
use crate::model::alert::{
    Comparison, Condition, MissingPolicy, QuietHours, Reducer, Rule, RuleActions, RuleId, RuleProblem, RuleSeverity,
    Selector,
};

/// A condition as it stands in the editor.
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionForm {
    /// How samples become one value.
    pub reducer: Reducer,
    /// The metric.
    pub metric: String,
    /// What its attributes have to be, as it is written between braces.
    pub matching: String,
    /// What it is divided by, with attributes.
    pub over: String,
    /// How far back the reducer looks.
    pub window: String,
    /// Whether series are taken together.
    pub is_grouped: bool,
    /// By which attributes, with commas between.
    pub by: String,
    /// Least count under a ratio.
    pub least: String,
    /// On which side of the threshold it holds.
    pub is: Comparison,
    /// The threshold.
    pub threshold: String,
}

/// How a rule recovers, as it stands in the editor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// As soon as the condition does not hold.
    AtOnce,
    /// On this side of a threshold of its own.
    At(Comparison),
}

/// What is done when the rule fires, as it stands in the editor. What is off keeps its settings.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionsForm {
    /// A notice in the window.
    pub window: bool,
    /// The desktop's notification.
    pub desktop: bool,
    /// A sound.
    pub sound: bool,
    /// A webhook.
    pub has_webhook: bool,
    /// Its name.
    pub webhook: String,
    /// A program.
    pub has_program: bool,
    /// The program and its arguments, one a line.
    pub program: String,
    /// It is ended after this.
    pub time_out: String,
    /// A detailed capture.
    pub has_capture: bool,
    /// How long.
    pub capture: String,
    /// Telling again; empty means once.
    pub repeat: String,
    /// Telling when it ends.
    pub resolved: bool,
}

/// A rule in the editor.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// Its name in files; empty while it is new.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Conditions; never empty.
    pub when: Vec<ConditionForm>,
    /// How long they have to hold.
    pub hold: String,
    /// How it recovers.
    pub recovery: Recovery,
    /// The threshold of recovery.
    pub recover: String,
    /// How long the recovery has to last.
    pub keep: String,
    /// Without data.
    pub missing: MissingPolicy,
    /// How much it matters.
    pub severity: RuleSeverity,
    /// What is said.
    pub text: String,
    /// Why.
    pub why: String,
    /// Who is told.
    pub actions: ActionsForm,
    /// When nobody is disturbed: spans of the day with commas between.
    pub quiet: String,
    /// Rules that silence this one.
    pub inhibited_by: Vec<RuleId>,
    /// The whole rule as text, where that was written and cannot be read. What stands above is from before it.
    pub raw: Option<Raw>,
}

/// A text that is no rule, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Raw {
    /// As it was written.
    pub text: String,
    /// What is wrong.
    pub problems: Vec<RuleProblem>,
}

impl ConditionForm {
    /// The form of a condition.
    pub fn of(condition: &Condition) -> Self {
        let term = &condition.term;
        Self {
            reducer: term.reducer,
            metric: term.series.metric.to_string(),
            matching: matching_text(&term.series),
            over: term.over.as_ref().map(write_selector).unwrap_or_default(),
            window: if term.window.is_zero() { "5 min".into() } else { duration_text(term.window) },
            is_grouped: term.by.is_some(),
            by: term.by.as_deref().unwrap_or_default().join(", "),
            least: if term.least_count > 0.0 { term.least_count.to_string() } else { String::new() },
            is: condition.is,
            threshold: amount_text::write(&condition.threshold),
        }
    }

    /// A condition that has yet to be filled in.
    pub fn empty() -> Self {
        Self {
            reducer: Reducer::Every,
            metric: String::new(),
            matching: String::new(),
            over: String::new(),
            window: "5 min".into(),
            is_grouped: false,
            by: String::new(),
            least: String::new(),
            is: Comparison::Above,
            threshold: "80 %".into(),
        }
    }

    /// The series, as a selector is written.
    pub fn selector(&self) -> String {
        let (metric, matching) = (self.metric.trim(), self.matching.trim());
        if matching.is_empty() { metric.to_owned() } else { format!("{metric}{{{matching}}}") }
    }
}

impl ActionsForm {
    fn of(actions: &RuleActions) -> Self {
        let text = |duration: Option<Duration>| duration.map(duration_text);
        let program = actions.program.as_ref();
        Self {
            window: actions.window,
            desktop: actions.desktop,
            sound: actions.sound,
            has_webhook: actions.webhook.is_some(),
            webhook: actions.webhook.as_deref().unwrap_or_default().to_owned(),
            has_program: program.is_some(),
            program: program.map(|program| program.argv.join("\n")).unwrap_or_default(),
            time_out: program.map_or_else(|| "10 s".into(), |program| duration_text(program.time_out)),
            has_capture: actions.capture.is_some(),
            capture: text(actions.capture).unwrap_or_else(|| "5 min".into()),
            repeat: text(actions.repeat).unwrap_or_default(),
            resolved: actions.resolved,
        }
    }
}

impl Form {
    /// The form of a rule.
    pub fn of(rule: &Rule) -> Self {
        let (recovery, recover) = match &rule.recover {
            Some((is, amount)) => (Recovery::At(*is), amount_text::write(amount)),
            None => (Recovery::AtOnce, String::new()),
        };
        let mut when: Vec<ConditionForm> = rule.when.iter().map(ConditionForm::of).collect();
        if when.is_empty() {
            when.push(ConditionForm::empty());
        }
        Self {
            id: rule.id.to_string(),
            name: rule.name.to_string(),
            when,
            hold: duration_text(rule.hold),
            recovery,
            recover,
            keep: duration_text(rule.keep_firing),
            missing: rule.missing,
            severity: rule.severity,
            text: rule.text.to_string(),
            why: rule.why.to_string(),
            actions: ActionsForm::of(&rule.actions),
            quiet: rule.quiet.iter().map(quiet_text).collect::<Vec<_>>().join(", "),
            inhibited_by: rule.inhibited_by.clone(),
            raw: None,
        }
    }

    /// A rule that is to be filled in.
    pub fn new_rule() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            when: vec![ConditionForm::empty()],
            hold: "5 min".into(),
            recovery: Recovery::AtOnce,
            recover: String::new(),
            keep: "1 min".into(),
            missing: MissingPolicy::Keep,
            severity: RuleSeverity::Warning,
            text: String::new(),
            why: String::new(),
            actions: ActionsForm::of(&RuleActions::default()),
            quiet: String::new(),
            inhibited_by: Vec::new(),
            raw: None,
        }
    }

    /// The same as a rule of its own, to be saved beside the one it was.
    pub fn duplicated(&self) -> Self {
        Self { id: String::new(), name: format!("{}, copy", self.name), raw: None, ..self.clone() }
    }

    /// Takes over what was written as text. Where that is no rule, everything else stays as it was.
    pub fn write(&mut self, text: &str) {
        match read_rule(text) {
            Ok(rule) => *self = Self::of(&rule),
            Err(problems) => self.raw = Some(Raw { text: text.to_owned(), problems }),
        }
    }

    /// Takes a condition away, unless it is the only one.
    pub fn remove_condition(&mut self, i: usize) {
        if self.when.len() > 1 && i < self.when.len() {
            self.when.remove(i);
        }
    }
}

/// A name in files from a name for people: small letters, digits and hyphens, and none of those `taken`.
pub fn id_of(name: &str, taken: impl Fn(&str) -> bool) -> RuleId {
    const LONGEST: usize = 40;
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' }).collect();
    let joined: String = plain.split_whitespace().collect::<Vec<_>>().join("-").chars().take(LONGEST).collect();
    let base = match joined.trim_matches('-') {
        "" => "rule",
        text => text,
    };
    let free = std::iter::once(base.to_owned()).chain((2..).map(|i| format!("{base}-{i}"))).find(|id| !taken(id));
    Arc::from(free.unwrap_or_default())
}

fn matching_text(selector: &Selector) -> String {
    let text = write_selector(selector);
    let inner = text.split_once('{').and_then(|(_, rest)| rest.strip_suffix('}'));
    inner.unwrap_or_default().to_owned()
}

fn quiet_text(hours: &QuietHours) -> String {
    let text = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    format!("{}-{}", text(hours.from), text(hours.until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_makes_an_id_that_is_free() {
        for (name, taken, id) in [
            ("CPU above 80\u{2009}% for 5 min", "", "cpu-above-80-for-5-min"),
            ("Überlast!", "", "berlast"),
            ("!!", "", "rule"),
            ("CPU", "cpu", "cpu-2"),
        ] {
            assert_eq!(&*id_of(name, |id| id == taken), id, "{name}");
        }
    }

    #[test]
    fn a_text_that_is_no_rule_leaves_the_form_and_a_rule_takes_its_place() {
        let mut form = Form::new_rule();
        form.name = "mine".into();
        form.write("(id: 3");
        assert!(form.name == "mine" && form.raw.as_ref().is_some_and(|raw| !raw.problems.is_empty()));
        form.write(r#"(id: "x", name: "X", when: ["a.b{c=\"d\"} > 5"], for: "2 min")"#);
        assert_eq!((form.name.as_str(), form.hold.as_str(), &form.raw), ("X", "2 min", &None));
        assert_eq!((form.when[0].metric.as_str(), form.when[0].matching.as_str()), ("a.b", "c=\"d\""));
        assert_eq!(form.when[0].selector(), "a.b{c=\"d\"}");
    }
}
