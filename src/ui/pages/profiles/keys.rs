//! The page's keys: undo and redo, save, the search, and Enter that keeps what is on trial.

use eframe::egui::{Key, Modifiers, Ui};

use super::deed::Deed;
use super::model::PageModel;
use super::{ProfilesPanel, Tab, is_keyboard_taken};
use crate::model::profile::ApplyPhase;
use crate::ui::PanelCx;

/// Takes the keys that are the page's. A field that is written in keeps its own undo; the text of the profile has
/// the page's, which is one history for the text and the controls.
pub fn take_keys(cx: &PanelCx<'_>, ui: &Ui, panel: &mut ProfilesPanel, model: &PageModel, deeds: &mut Vec<Deed>) {
    if panel.dialog.is_some() || ui.memory(|m| m.top_modal_layer().is_some()) {
        return;
    }
    let take = |modifiers, key| ui.input_mut(|i| i.consume_key(modifiers, key));
    if model.is_dirty && take(Modifiers::COMMAND, Key::S) {
        deeds.push(Deed::Save);
    }
    let is_page_text = panel.tab == Tab::Text && panel.text.has_focus(ui);
    if !ui.ctx().text_edit_focused() || is_page_text {
        if take(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z) {
            deeds.push(Deed::Redo);
        } else if take(Modifiers::COMMAND, Key::Z) {
            deeds.push(Deed::Undo);
        }
    }
    if is_keyboard_taken(ui) {
        return;
    }
    if panel.tab == Tab::Parameters && take(Modifiers::NONE, Key::Slash) {
        // The letter itself is not for the field that has the keyboard from now on.
        ui.input_mut(|i| i.events.retain(|event| !matches!(event, eframe::egui::Event::Text(text) if text == "/")));
        panel.parameters.focus_search();
    }
    if let Some(record) = cx.snapshot.tuning.running()
        && matches!(record.phase, ApplyPhase::OnTrial { .. })
        && take(Modifiers::NONE, Key::Enter)
    {
        deeds.push(Deed::Keep(record.id));
    }
}
