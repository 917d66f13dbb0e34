//! Who is told of what, and when. Alerts of one moment are one message; a rule speaks at most once a minute by each
//! way; what is held back by a silence waits, and is dropped if the alert ends unheard. States are none of its concern.
//!
//! The model is that of Alertmanager's grouping (`group_wait`, `group_interval`, `repeat_interval`), with one group for
//! each way of telling.

mod message;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

pub use self::message::{Message, Told};
use crate::model::SeriesKey;
use crate::model::Timestamp;
use crate::model::alert::{Rule, RuleActions, RuleId};

/// Alerts that fire within this time are one message.
pub const GROUP_WAIT: Duration = Duration::from_secs(1);
/// Between two messages about one rule by one way.
pub const RULE_GAP: Duration = Duration::from_secs(60);
/// Between two messages by one way outside the window, whatever they are about.
pub const WAY_GAP: Duration = Duration::from_secs(5);

/// A way of telling.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// A notice in the window.
    Window,
    /// The desktop's notification.
    Desktop,
    /// The webhook of this name.
    Webhook(Arc<str>),
    /// The program of this rule.
    Program(RuleId),
}

impl Way {
    /// The ways of a rule.
    pub fn of(rule: &Rule) -> Vec<Self> {
        let RuleActions { window, desktop, webhook, program, .. } = &rule.actions;
        let mut ways = Vec::new();
        ways.extend(window.then_some(Self::Window));
        ways.extend(desktop.then_some(Self::Desktop));
        ways.extend(webhook.clone().map(Self::Webhook));
        ways.extend(program.as_ref().map(|_| Self::Program(rule.id.clone())));
        ways
    }
}

/// What has been said by each way, and what waits to be.
#[derive(Debug, Default)]
pub struct Telling {
    ways: BTreeMap<Way, Spoken>,
}

/// By one way.
#[derive(Debug, Default)]
struct Spoken {
    /// When the last message went out.
    last: Option<Duration>,
    /// Since when something waits to be said that nothing holds back.
    waiting: Option<Duration>,
    rules: BTreeMap<RuleId, OfRule>,
}

/// About one rule.
#[derive(Debug, Default)]
struct OfRule {
    last: Option<Duration>,
    /// When something was last said of what fires, or a run before is known to have.
    said: Duration,
    /// Messages that were never sent, since the last one that was.
    n_held: u64,
    alerts: BTreeMap<SeriesKey, (Told, Stage)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Fires, unsaid.
    New,
    /// Fires, said.
    Said,
    /// Ended, which is unsaid.
    Ending,
}

impl OfRule {
    fn rule(&self) -> Option<&Rule> {
        self.alerts.values().next().map(|(told, _)| &*told.rule)
    }

    fn has(&self, stage: Stage, is_held: &dyn Fn(&Rule, &SeriesKey) -> bool) -> bool {
        self.alerts.iter().any(|(key, (told, own))| *own == stage && !is_held(&told.rule, key))
    }

    fn may_speak(&self, now: Duration) -> bool {
        self.last.is_none_or(|last| now.saturating_sub(last) >= RULE_GAP)
    }

    fn repeats(&self, now: Duration, is_held: &dyn Fn(&Rule, &SeriesKey) -> bool) -> bool {
        let every = self.rule().and_then(|rule| rule.actions.repeat);
        every.is_some_and(|every| now.saturating_sub(self.said) >= every.max(RULE_GAP))
            && self.has(Stage::Said, is_held)
    }
}

impl Telling {
    /// Takes in that an alert fires.
    pub fn fired(&mut self, told: &Told) {
        for way in Way::of(&told.rule) {
            let of_rule = self.ways.entry(way).or_default().rules.entry(told.rule.id.clone()).or_default();
            let before = of_rule.alerts.get(&told.instance).map(|(_, stage)| *stage);
            let stage = match before {
                None | Some(Stage::New) => Stage::New,
                Some(Stage::Said) => Stage::Said,
                // That it ended and that it fires again: neither is said.
                Some(Stage::Ending) => {
                    of_rule.n_held += 2;
                    Stage::Said
                }
            };
            of_rule.alerts.insert(told.instance.clone(), (told.clone(), stage));
        }
    }

    /// Takes in that an alert of an earlier run still fires: it was told then.
    pub fn resumed(&mut self, told: &Told, now: Duration) {
        for way in Way::of(&told.rule) {
            let of_rule = self.ways.entry(way).or_default().rules.entry(told.rule.id.clone()).or_default();
            of_rule.said = now;
            of_rule.alerts.insert(told.instance.clone(), (told.clone(), Stage::Said));
        }
    }

    /// Takes in that an alert ended; what was never said to fire is not said to end.
    pub fn ended(&mut self, rule: &str, instance: &SeriesKey, at: Timestamp) {
        for of_rule in self.ways.values_mut().filter_map(|spoken| spoken.rules.get_mut(rule)) {
            let Some((told, stage)) = of_rule.alerts.get_mut(instance) else { continue };
            match stage {
                Stage::Said if told.rule.actions.resolved => {
                    told.end = Some(at);
                    *stage = Stage::Ending;
                }
                Stage::New => {
                    of_rule.n_held += 1;
                    of_rule.alerts.remove(instance);
                }
                Stage::Said | Stage::Ending => {
                    of_rule.alerts.remove(instance);
                }
            }
        }
    }

    /// Takes in that an alert is no more because its rule is another one now: nothing is said of that.
    pub fn dropped(&mut self, rule: &str, instance: &SeriesKey) {
        for of_rule in self.ways.values_mut().filter_map(|spoken| spoken.rules.get_mut(rule)) {
            of_rule.alerts.remove(instance);
        }
    }

    /// Takes over the rules as they are now: what they say, whom they tell.
    pub fn set_rules(&mut self, rules: &[Arc<Rule>]) {
        for (way, spoken) in &mut self.ways {
            spoken.rules.retain(|id, of_rule| {
                let Some(rule) = rules.iter().find(|rule| rule.id == *id) else { return false };
                of_rule.alerts.values_mut().for_each(|(told, _)| told.rule = rule.clone());
                Way::of(rule).contains(way)
            });
        }
        self.ways.retain(|_, spoken| !spoken.rules.is_empty());
    }

    /// What is to be said at monotonic time `now` of ticks that come every `interval`; `is_held` says which alerts are
    /// to disturb nobody.
    pub fn due(
        &mut self,
        now: Duration,
        interval: Duration,
        is_held: &dyn Fn(&Rule, &SeriesKey) -> bool,
    ) -> Vec<Message> {
        self.ways.iter_mut().filter_map(|(way, spoken)| spoken.due(way, now, interval, is_held)).collect()
    }
}

impl Spoken {
    fn due(
        &mut self,
        way: &Way,
        now: Duration,
        interval: Duration,
        is_held: &dyn Fn(&Rule, &SeriesKey) -> bool,
    ) -> Option<Message> {
        let is_due = |of_rule: &OfRule| {
            of_rule.may_speak(now)
                && (of_rule.has(Stage::New, is_held)
                    || of_rule.has(Stage::Ending, is_held)
                    || of_rule.repeats(now, is_held))
        };
        if !self.rules.values().any(is_due) {
            self.waiting = None;
            self.rules.retain(|_, of_rule| !of_rule.alerts.is_empty() || of_rule.n_held > 0 || !of_rule.may_speak(now));
            return None;
        }
        let since = *self.waiting.get_or_insert(now);
        // Ticks of a second or more hold all that fires within it.
        if interval < GROUP_WAIT && now.saturating_sub(since) < GROUP_WAIT {
            return None;
        }
        if *way != Way::Window && self.last.is_some_and(|last| now.saturating_sub(last) < WAY_GAP) {
            return None;
        }
        (self.waiting, self.last) = (None, Some(now));
        let mut message = Message { way: way.clone(), ..Message::default() };
        let has_news = self
            .rules
            .values()
            .any(|rule| rule.may_speak(now) && (rule.has(Stage::New, is_held) || rule.has(Stage::Ending, is_held)));
        message.is_repeat = !has_news;
        for of_rule in self.rules.values_mut().filter(|of_rule| is_due(of_rule)) {
            of_rule.speak(now, is_held, &mut message);
        }
        message.arrange();
        Some(message)
    }
}

impl OfRule {
    fn speak(&mut self, now: Duration, is_held: &dyn Fn(&Rule, &SeriesKey) -> bool, message: &mut Message) {
        let repeats = self.repeats(now, is_held);
        self.last = Some(now);
        message.n_held += std::mem::take(&mut self.n_held);
        let mut said_of_firing = false;
        self.alerts.retain(|key, (told, stage)| {
            if is_held(&told.rule, key) {
                return true;
            }
            match stage {
                Stage::Ending => {
                    message.ended.push(told.clone());
                    return false;
                }
                Stage::New => *stage = Stage::Said,
                Stage::Said if repeats => {}
                Stage::Said => return true,
            }
            said_of_firing = true;
            message.firing.push(told.clone());
            true
        });
        if said_of_firing {
            self.said = now;
        }
    }
}
