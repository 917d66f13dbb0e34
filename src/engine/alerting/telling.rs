//! Who is told: messages that are due, on their ways.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::desk::{AlertDesk, Deed, Scene};
use crate::alert::message;
use crate::alert::telling::{Message, Told, Way};
use crate::model::alert::{ActionKind, AlertId, Delivery, Rule, RuleId, RuleSeverity};
use crate::model::{SeriesKey, Severity, Timestamp};
use crate::notify::{Order, Outcome};

impl AlertDesk {
    /// Says what is due.
    pub(super) fn speak(&mut self, now: Duration, scene: &Scene<'_>) {
        let mut telling = std::mem::take(&mut self.telling);
        let is_held = |rule: &Rule, instance: &SeriesKey| {
            self.is_silenced(rule, instance, scene.at) || rule.quiet.iter().any(|quiet| quiet.holds(scene.minute))
        };
        let messages = telling.due(now, self.interval(), &is_held);
        self.telling = telling;
        for message in messages {
            self.send(message, scene);
        }
    }

    /// Whether a rule is to disturb nobody about an instance, whatever the hour: it is silenced, or another rule fires
    /// that stands for it.
    pub(super) fn is_silenced(&self, rule: &Rule, instance: &SeriesKey, at: Timestamp) -> bool {
        self.silences.get(&rule.id).is_some_and(|silence| silence.until > at)
            || rule.inhibited_by.iter().any(|other| self.book.fires_for(other, instance))
    }

    fn send(&mut self, message: Message, scene: &Scene<'_>) {
        let order = match &message.way {
            Way::Window => return self.tell_in_window(&message),
            Way::Desktop => Order::Desktop(Arc::new(message)),
            Way::Webhook(name) => match self.webhook(name) {
                Some(webhook) => Order::Webhook { webhook, message: Arc::new(message), host: scene.host.clone() },
                None => {
                    let why = format!("There is no webhook {name}");
                    return self.not_sent(&message.rules(), ActionKind::Webhook, scene.at, &why);
                }
            },
            Way::Program(id) => {
                let action = self.rule(id).and_then(|rule| rule.actions.program.clone());
                let Some(action) = action else { return };
                if !self.document.programs_allowed {
                    let why = "Programs are not allowed: nothing was run";
                    return self.not_sent(&message.rules(), ActionKind::Program, scene.at, why);
                }
                Order::Program { action, message: Arc::new(message), host: scene.host.clone() }
            }
        };
        self.deeds.push(Deed::Notify(Box::new(order)));
    }

    fn tell_in_window(&mut self, message: &Message) {
        let severity = match message.severity() {
            Some(RuleSeverity::Critical) => Severity::Error,
            Some(RuleSeverity::Warning) => Severity::Warning,
            Some(RuleSeverity::Info) => Severity::Info,
            None => Severity::Success,
        };
        let text: Arc<str> = message.title().into();
        let alerts: BTreeSet<AlertId> = message.firing.iter().filter_map(|told| told.alert).collect();
        if !alerts.is_empty() {
            self.said.follow(text.clone(), alerts);
        }
        self.tell(severity, text, message.text());
    }

    /// Tells by every way a rule has, as if it fired now.
    pub(super) fn test_rule(&mut self, id: &RuleId, scene: &Scene<'_>) -> Result<(), String> {
        let rule = self.rule(id).cloned().ok_or_else(|| format!("There is no rule {id}"))?;
        let status = self.alerting().rule(id).and_then(|status| status.instances.first()).cloned();
        let metric = rule.when.first().map_or("", |condition| &*condition.term.series.metric);
        let instance = status.as_ref().map_or_else(|| SeriesKey::new(metric, &[]), |status| status.key.clone());
        let name = status.as_ref().map(|status| status.name.clone()).unwrap_or_default();
        let threshold = rule.when.first().map_or(f64::NAN, |condition| condition.threshold.value);
        let value = status.and_then(|status| status.value).unwrap_or(threshold);
        let text = message(&rule, &instance, &name, value).into();
        let (pending_from, start) = (scene.at.minus(rule.hold), scene.at);
        let told = Told { rule, instance, name, alert: None, text, value, pending_from, start, end: None };
        for way in Way::of(&told.rule) {
            self.send(Message::test(way, told.clone()), scene);
        }
        Ok(())
    }

    /// Takes in what came of telling.
    pub fn delivered(&mut self, outcome: Outcome, scene: &Scene<'_>) {
        let Outcome { rules, kind, is_ok, text, tested } = outcome;
        if let Some(name) = tested {
            let (severity, what) = if is_ok {
                (Severity::Success, format!("The webhook {name} took the test message"))
            } else {
                (Severity::Error, format!("The webhook {name} did not take the test message"))
            };
            self.tell(severity, what, text.as_str());
        }
        let text: Arc<str> = text.into();
        for rule in &rules {
            self.put_delivery(rule, Delivery { kind, at: scene.at, is_ok, text: text.clone() });
        }
        self.show(scene);
    }

    /// A message found no room: those who tell are busy.
    pub fn refused(&mut self, order: &Order, scene: &Scene<'_>) {
        self.n_undelivered += 1;
        if let Order::TestWebhook { webhook, .. } = order {
            let text = format!("The webhook {} did not take the test message", webhook.name);
            self.tell(Severity::Error, text, "Too many messages wait: try again in a moment");
        }
        self.not_sent(&order.rules(), order.kind(), scene.at, "Too many messages wait; this one was thrown away");
        self.show(scene);
    }

    fn not_sent(&mut self, rules: &[RuleId], kind: ActionKind, at: Timestamp, why: &str) {
        for rule in rules {
            self.put_delivery(rule, Delivery { kind, at, is_ok: false, text: why.into() });
        }
    }

    pub(super) fn put_delivery(&mut self, rule: &RuleId, delivery: Delivery) {
        self.deliveries.entry(rule.clone()).or_default().insert(delivery.kind, delivery);
        self.has_changed = true;
    }
}
