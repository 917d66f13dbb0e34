//! The page's keys: undo and redo, save, a new rule, and the way through the list.

use eframe::egui::{Key, Modifiers, Ui};

use super::deed::Deed;
use super::{AlertsPanel, Tab, is_keyboard_taken};

/// Takes the keys that are the page's. A field that is written in keeps its own undo.
pub fn take_keys(ui: &Ui, panel: &mut AlertsPanel, deeds: &mut Vec<Deed>) {
    if panel.dialog.is_some() || ui.memory(|m| m.top_modal_layer().is_some()) || panel.tab != Tab::Rules {
        return;
    }
    let take = |modifiers, key| ui.input_mut(|i| i.consume_key(modifiers, key));
    let is_dirty = panel.chosen.as_ref().is_some_and(|id| panel.drafts.is_dirty(id));
    if is_dirty && take(Modifiers::COMMAND, Key::S) {
        deeds.push(Deed::Save);
    }
    if !ui.ctx().text_edit_focused() {
        if take(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z) {
            deeds.push(Deed::Redo);
        } else if take(Modifiers::COMMAND, Key::Z) {
            deeds.push(Deed::Undo);
        }
    }
    if is_keyboard_taken(ui) {
        return;
    }
    if take(Modifiers::NONE, Key::N) {
        deeds.push(Deed::Begin);
    }
    let step = if take(Modifiers::NONE, Key::ArrowDown) {
        1
    } else if take(Modifiers::NONE, Key::ArrowUp) {
        -1
    } else {
        return;
    };
    if let Some(id) = panel.list.beside(panel.chosen.as_ref(), step) {
        deeds.push(Deed::Choose(id));
    }
}
