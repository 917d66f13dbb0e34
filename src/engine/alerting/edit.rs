//! What a client asks about alerts.

use std::sync::Arc;

use super::desk::{AlertDesk, Deed, Scene};
use super::files::AlertJob;
use crate::alert::document::{MAX_RULES, read_rule, write_rule};
use crate::model::alert::{AlertCommand, Rule, RuleId, Silence, Webhook};
use crate::model::{Severity, Timestamp};
use crate::notify::Order;

/// Webhooks, at most.
const MAX_WEBHOOKS: usize = 50;
/// Greatest length of a silence's reason, characters.
const MAX_REASON: usize = 500;

impl AlertDesk {
    /// Carries a command out; what cannot be done is told.
    pub fn command(&mut self, command: AlertCommand, scene: &Scene<'_>) {
        if !self.is_read {
            return self.tell(Severity::Warning, "Alert rules are still being read", "Try again in a moment");
        }
        let done = match command {
            AlertCommand::SaveRule { rule, replaces } => self.save(&rule, replaces.as_deref(), scene),
            AlertCommand::DeleteRule(id) => self.delete(&id, scene),
            AlertCommand::UndoDelete => self.undo_delete(scene),
            AlertCommand::Pause(id, is_paused) => self.pause(&id, is_paused, scene),
            AlertCommand::Silence(id, until, reason) => self.silence(id, until, &reason, scene),
            AlertCommand::Acknowledge(id) => {
                self.log.acknowledge(id, scene.at);
                Ok(())
            }
            AlertCommand::Note(id, text) => {
                let is_there = self.log.note(id, text.trim());
                if is_there { Ok(()) } else { Err("This alert is no longer in the log".into()) }
            }
            AlertCommand::SetWebhooks(webhooks) => self.set_webhooks(webhooks, scene),
            AlertCommand::AllowPrograms(is_allowed) => {
                self.document.programs_allowed = is_allowed;
                self.rules_changed(scene);
                Ok(())
            }
            AlertCommand::TestWebhook(name) => self.test_webhook(&name, scene),
            AlertCommand::TestRule(id) => self.test_rule(&id, scene),
            // Asked of history, which is not the desk's.
            AlertCommand::Backtest(_) => Ok(()),
        };
        if let Err(why) = done {
            self.tell(Severity::Warning, "Nothing was changed about alerts", why);
        }
        self.has_changed = true;
        self.keep(self.clock.now());
        self.show(scene);
    }

    /// The rules are other ones now: they work, and stand in the file.
    fn rules_changed(&mut self, scene: &Scene<'_>) {
        self.put_rules(scene);
        self.file_error = Arc::default();
        self.deeds.push(Deed::Job(AlertJob::WriteRules(self.document.clone())));
    }

    fn place(&self, id: &str) -> Result<usize, String> {
        self.document.rules.iter().position(|rule| &*rule.id == id).ok_or_else(|| format!("There is no rule {id}"))
    }

    fn save(&mut self, rule: &Rule, replaces: Option<&str>, scene: &Scene<'_>) -> Result<(), String> {
        // What stands in the file is what is in force, so a rule that would not read back is not taken.
        let rule = read_rule(&write_rule(rule)).map_err(|problems| {
            problems.iter().map(|problem| problem.text.to_string()).collect::<Vec<_>>().join("; ")
        })?;
        let place = replaces.map(|id| self.place(id)).transpose()?;
        let other = self.document.rules.iter().position(|other| other.id == rule.id);
        if other.is_some() && other != place {
            return Err(format!("A rule is called {} already: give this one another id", rule.id));
        }
        if place.is_none() && self.document.rules.len() >= MAX_RULES {
            return Err(format!("There are {MAX_RULES} rules already, which is as many as there can be"));
        }
        let id = rule.id.clone();
        match place.and_then(|place| self.document.rules.get_mut(place)) {
            Some(before) => {
                let before = std::mem::replace(before, Arc::new(rule));
                if let Some(silence) = self.silences.remove(&before.id) {
                    self.silences.insert(id, silence);
                }
            }
            None => self.document.rules.push(Arc::new(rule)),
        }
        self.rules_changed(scene);
        Ok(())
    }

    fn delete(&mut self, id: &str, scene: &Scene<'_>) -> Result<(), String> {
        let place = self.place(id)?;
        self.deleted = Some((place, self.document.rules.remove(place)));
        self.rules_changed(scene);
        Ok(())
    }

    fn undo_delete(&mut self, scene: &Scene<'_>) -> Result<(), String> {
        let (place, rule) = self.deleted.take().ok_or("No rule was deleted")?;
        if self.rule(&rule.id).is_some() {
            return Err(format!("A rule is called {} again", rule.id));
        }
        self.document.rules.insert(place.min(self.document.rules.len()), rule);
        self.rules_changed(scene);
        Ok(())
    }

    fn pause(&mut self, id: &str, is_paused: bool, scene: &Scene<'_>) -> Result<(), String> {
        let place = self.place(id)?;
        let rule = &mut self.document.rules[place];
        if rule.is_paused != is_paused {
            *rule = Arc::new(Rule { is_paused, ..Rule::clone(rule) });
            self.rules_changed(scene);
        }
        Ok(())
    }

    fn silence(&mut self, id: RuleId, until: Option<Timestamp>, reason: &str, scene: &Scene<'_>) -> Result<(), String> {
        self.place(&id)?;
        match until.filter(|until| *until > scene.at) {
            Some(until) => {
                let reason = reason.trim().chars().take(MAX_REASON).collect::<String>().into();
                self.silences.insert(id, Silence { until, reason });
            }
            None => {
                self.silences.remove(&id);
            }
        }
        self.keeping.is_due = true;
        Ok(())
    }

    fn set_webhooks(&mut self, webhooks: Vec<Webhook>, scene: &Scene<'_>) -> Result<(), String> {
        if webhooks.len() > MAX_WEBHOOKS {
            return Err(format!("There can be {MAX_WEBHOOKS} webhooks at most"));
        }
        for (i, webhook) in webhooks.iter().enumerate() {
            if webhook.name.trim().is_empty() {
                return Err("A webhook needs a name".into());
            }
            if webhooks[..i].iter().any(|other| other.name == webhook.name) {
                return Err(format!("Two webhooks are called {}", webhook.name));
            }
            if !webhook.url.starts_with("http://") && !webhook.url.starts_with("https://") {
                return Err(format!("The address of {} does not begin with http:// or https://", webhook.name));
            }
        }
        self.document.webhooks = webhooks;
        self.rules_changed(scene);
        Ok(())
    }

    fn test_webhook(&mut self, name: &str, scene: &Scene<'_>) -> Result<(), String> {
        let webhook = self.webhook(name).ok_or_else(|| format!("There is no webhook {name}"))?;
        self.deeds.push(Deed::Notify(Box::new(Order::TestWebhook { webhook, host: scene.host.clone() })));
        Ok(())
    }

    /// The webhook of a name.
    pub(super) fn webhook(&self, name: &str) -> Option<Webhook> {
        self.document.webhooks.iter().find(|webhook| &*webhook.name == name).cloned()
    }
}
