//! What a person did on the page. The parts of the page push deeds while they draw; the page carries them out after.

use std::sync::Arc;
use std::time::Duration;

use super::dialog::Dialog;
use super::draft::NEW;
use super::form::Form;
use super::{AlertsPanel, Awaited, Deleted, Tab};
use crate::model::alert::{AlertCommand, RuleId};
use crate::model::{Command, Timestamp};
use crate::ui::PanelCx;

/// Something a person did.
#[derive(Debug)]
pub enum Deed {
    /// Puts a rule into the editor.
    Choose(RuleId),
    /// Back to the list, where list and editor take turns.
    Back,
    /// Begins a new rule.
    Begin,
    /// Begins a new rule that is like the one in the editor.
    Duplicate,
    /// Puts what is edited in force.
    Save,
    /// Takes back everything unsaved.
    Discard,
    /// One step back.
    Undo,
    /// One step forward.
    Redo,
    /// The unsaved edits hold against a change from elsewhere.
    KeepMine,
    /// Takes the rule in the editor away.
    Delete,
    /// Lets the rule in the editor rest, or work again.
    Pause(bool),
    /// Lets a rule disturb nobody until then.
    Silence(RuleId, Option<Timestamp>, Arc<str>),
    /// Opens a dialog.
    Ask(Dialog),
    /// Shows the whole rule as text, or the form again.
    ShowText(bool),
    /// Looks at another length of the past.
    Span(Duration),
    /// Sends a command as it is.
    Send(AlertCommand),
}

/// Carries a deed out.
pub fn carry_out(cx: &PanelCx<'_>, panel: &mut AlertsPanel, deed: Deed) {
    let send = |command| cx.send(Command::Alert(command));
    match deed {
        Deed::Choose(id) => panel.choose(id),
        Deed::Back => panel.is_list_shown = true,
        Deed::Begin => {
            panel.drafts.begin(Form::new_rule());
            panel.choose(NEW.into());
        }
        Deed::Duplicate => {
            if let Some(form) = panel.form().map(|form| form.duplicated()) {
                panel.drafts.begin(form);
                panel.choose(NEW.into());
            }
        }
        Deed::Save => save(cx, panel),
        Deed::Discard => discard(panel),
        Deed::Undo | Deed::Redo => {
            if let Some(id) = &panel.chosen {
                panel.drafts.step(id, matches!(deed, Deed::Undo));
            }
        }
        Deed::KeepMine => {
            if let Some(id) = &panel.chosen {
                panel.drafts.keep_mine(id);
            }
        }
        Deed::Delete => {
            if let Some(id) = panel.chosen.take() {
                if &*id == NEW {
                    panel.drafts.drop(NEW);
                } else {
                    send(AlertCommand::DeleteRule(id.clone()));
                    let rule = cx.snapshot.alerts.rule(&id).map(|status| status.rule.name.clone());
                    let name = rule.filter(|name| !name.is_empty()).unwrap_or_else(|| id.clone());
                    panel.deleted = Some(Deleted { id, name, at: cx.now });
                }
                panel.is_list_shown = true;
            }
        }
        Deed::Pause(is_paused) => {
            if let Some(id) = panel.chosen.clone().filter(|id| &**id != NEW) {
                send(AlertCommand::Pause(id, is_paused));
            }
        }
        Deed::Silence(id, until, reason) => send(AlertCommand::Silence(id, until, reason)),
        Deed::Ask(dialog) => panel.dialog = Some(dialog),
        Deed::ShowText(is_text) => panel.text.is_shown = is_text,
        Deed::Span(span) => panel.asking.span = span,
        Deed::Send(command) => send(command),
    }
}

fn save(cx: &PanelCx<'_>, panel: &mut AlertsPanel) {
    let Some((key, rule)) =
        panel.chosen.clone().zip(panel.model.as_ref().and_then(|model| model.valid_rule().cloned()))
    else {
        return;
    };
    let is_new = &*key == NEW;
    let replaces = (!is_new).then(|| key.clone());
    cx.send(Command::Alert(AlertCommand::SaveRule { rule: Box::new((*rule).clone()), replaces }));
    // Texts as they will be read back, so that what the engine keeps is seen to be the same.
    let form = Form::of(&rule);
    if is_new || key != rule.id {
        panel.awaited = Some(Awaited { id: rule.id.clone(), from: key.clone(), since: cx.now });
    }
    if !is_new {
        panel.drafts.set(&key, form, None);
    }
    panel.text.forget();
}

fn discard(panel: &mut AlertsPanel) {
    let Some(id) = panel.chosen.clone() else { return };
    if &*id == NEW {
        panel.drafts.drop(NEW);
        panel.chosen = None;
        panel.is_list_shown = true;
    } else {
        panel.drafts.discard(&id);
    }
    panel.text.forget();
    panel.tab = Tab::Rules;
}
