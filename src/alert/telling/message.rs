//! A message about alerts, and its words.

use std::cmp::Reverse;
use std::sync::Arc;

use super::Way;
use crate::model::alert::{AlertId, Rule, RuleId, RuleSeverity};
use crate::model::duration_text::write_duration;
use crate::model::{SeriesKey, Timestamp};

/// Alerts that a message names; the others are counted.
const N_NAMED: usize = 3;

/// One alert as it is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// Its rule.
    pub rule: Arc<Rule>,
    /// Which instance.
    pub instance: SeriesKey,
    /// The instance's name for people; may be empty.
    pub name: Arc<str>,
    /// Its number in the log.
    pub alert: Option<AlertId>,
    /// What is said when it fires.
    pub text: Arc<str>,
    /// The value then, in the threshold's base unit; NaN where there was none.
    pub value: f64,
    /// Since when the condition held.
    pub pending_from: Timestamp,
    /// When it fired.
    pub start: Timestamp,
    /// When it ended.
    pub end: Option<Timestamp>,
}

/// What is said by one way at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The way.
    pub way: Way,
    /// Alerts that fire, the most severe first.
    pub firing: Vec<Told>,
    /// Alerts that are over.
    pub ended: Vec<Told>,
    /// Whether all of this was said before.
    pub is_repeat: bool,
    /// Whether it is a test.
    pub is_test: bool,
    /// Messages about these rules that were held back since the last one.
    pub n_held: u64,
}

impl Default for Message {
    fn default() -> Self {
        Self { way: Way::Window, firing: Vec::new(), ended: Vec::new(), is_repeat: false, is_test: false, n_held: 0 }
    }
}

impl Message {
    /// A test of one way, as if an alert fired.
    pub fn test(way: Way, told: Told) -> Self {
        Self { way, firing: vec![told], is_test: true, ..Self::default() }
    }

    pub(super) fn arrange(&mut self) {
        let order = |told: &Told| (Reverse(told.rule.severity), told.start, told.alert);
        self.firing.sort_by_key(order);
        self.ended.sort_by_key(order);
    }

    /// The rules it is about, each once.
    pub fn rules(&self) -> Vec<RuleId> {
        let mut rules: Vec<RuleId> = self.alerts().map(|told| told.rule.id.clone()).collect();
        rules.sort();
        rules.dedup();
        rules
    }

    /// All of its alerts.
    pub fn alerts(&self) -> impl Iterator<Item = &Told> {
        self.firing.iter().chain(&self.ended)
    }

    /// The greatest severity of what fires; `None` where all of it is over.
    pub fn severity(&self) -> Option<RuleSeverity> {
        self.firing.iter().map(|told| told.rule.severity).max()
    }

    /// Whether a sound goes with it.
    pub fn has_sound(&self) -> bool {
        self.firing.iter().any(|told| told.rule.actions.sound)
    }

    /// What happened, in a few words.
    pub fn title(&self) -> String {
        let still = if self.is_repeat { " still" } else { "" };
        match (&self.firing[..], &self.ended[..]) {
            ([one], []) if self.is_test => format!("Test: {}", one.rule.name),
            ([one], []) if self.is_repeat => format!("{}: still fires", one.rule.name),
            ([one], []) => one.rule.name.to_string(),
            ([], [one]) => format!("{}: over", one.rule.name),
            (firing, []) => format!("{} alerts{still} fire", firing.len()),
            ([], ended) => format!("{} alerts are over", ended.len()),
            ([_], [_]) => "1 alert fires, 1 is over".into(),
            ([_], ended) => format!("1 alert fires, {} are over", ended.len()),
            (firing, [_]) => format!("{} alerts fire, 1 is over", firing.len()),
            (firing, ended) => format!("{} alerts fire, {} are over", firing.len(), ended.len()),
        }
    }

    /// The alerts in words: the first three, and how many more there are.
    pub fn text(&self) -> String {
        let is_one = self.firing.len() + self.ended.len() == 1;
        let firing = self
            .firing
            .iter()
            .map(|told| if is_one { told.text.to_string() } else { format!("{}: {}", told.rule.name, told.text) });
        let ended = self.ended.iter().map(|told| {
            let over = over_text(told);
            if is_one { over } else { format!("{}: {over}", told.rule.name) }
        });
        let mut parts: Vec<String> = firing.chain(ended).take(N_NAMED).collect();
        let n_more = (self.firing.len() + self.ended.len()).saturating_sub(N_NAMED);
        if n_more > 0 {
            parts.push(format!("and {n_more} more"));
        }
        match self.n_held {
            0 => {}
            1 => parts.push("1 message before this was held back".into()),
            n => parts.push(format!("{n} messages before this were held back")),
        }
        parts.join("; ")
    }
}

/// "sda: it fired for 11 min".
fn over_text(told: &Told) -> String {
    let of = if told.name.is_empty() { String::new() } else { format!("{}: ", told.name) };
    let span = told.end.unwrap_or(told.start).since(told.start);
    format!("{of}it fired for {}", write_duration(whole_seconds(span)))
}

fn whole_seconds(span: std::time::Duration) -> std::time::Duration {
    if span.as_secs() == 0 { span } else { std::time::Duration::from_secs(span.as_secs()) }
}
