//! The page's keys: arrows move through time, + and − zoom, L follows live, N adds a note,
//! Ctrl+Z takes the last change back; with the inspector open the arrows go from moment to moment.

use eframe::egui::{Key, Modifiers, Popup, Ui};

use super::ChartsPanel;
use super::side::note_place;
use crate::model::Snapshot;
use crate::ui::PanelCx;

/// Share of the span that an arrow key moves by.
const PAN_RATIO: f64 = 0.1;
/// What + and − multiply the span by.
const ZOOM_TIMES: f64 = 1.5;

/// Takes the keys that are the page's, unless a field or a control has the keyboard.
pub fn take_keys(cx: &PanelCx<'_>, ui: &Ui, panel: &mut ChartsPanel, answers: &Snapshot) {
    let is_taken = panel.dialog.is_some()
        || panel.notes.editor.is_some()
        || ui.memory(|m| m.focused().is_some() || m.top_modal_layer().is_some());
    if is_taken {
        return;
    }
    let take = |modifiers, key| ui.input_mut(|i| i.consume_key(modifiers, key));
    if take(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z) {
        panel.redo(cx, &answers.annotations);
    } else if take(Modifiers::COMMAND, Key::Z) {
        panel.undo(cx, &answers.annotations);
    }
    if take(Modifiers::NONE, Key::N) {
        let at = note_place(cx, panel);
        panel.add_note(at, None);
        return;
    }
    if panel.inspector.at().is_some() && !Popup::is_any_open(ui.ctx()) {
        if take(Modifiers::NONE, Key::Escape) {
            panel.close_inspector(cx);
        }
        // While a moment is inspected the arrows go from one to the next, with Shift by single ticks; otherwise they pan.
        for (key, by) in [(Key::ArrowLeft, -1), (Key::ArrowRight, 1)] {
            if take(Modifiers::SHIFT, key) {
                panel.step_tick(cx, by);
            } else if take(Modifiers::NONE, key) {
                panel.step(cx, ui.ctx(), answers, by);
            }
        }
    } else if panel.notes.is_list_open && !Popup::is_any_open(ui.ctx()) && take(Modifiers::NONE, Key::Escape) {
        panel.notes.is_list_open = false;
    }
    let held = ChartsPanel::held(cx);
    let mut viewport = panel.viewport(cx);
    if take(Modifiers::NONE, Key::ArrowLeft) {
        viewport.pan(-PAN_RATIO, held);
    }
    if take(Modifiers::NONE, Key::ArrowRight) {
        viewport.pan(PAN_RATIO, held);
    }
    // The plus key needs Shift on many keyboards, and egui names both signs of that key.
    let shifted = |key| take(Modifiers::NONE, key) || take(Modifiers::SHIFT, key);
    if shifted(Key::Plus) || shifted(Key::Equals) {
        viewport.zoom(1.0 / ZOOM_TIMES, held);
    }
    if take(Modifiers::NONE, Key::Minus) {
        viewport.zoom(ZOOM_TIMES, held);
    }
    if take(Modifiers::NONE, Key::L) {
        viewport = panel.live_viewport(cx);
    }
    panel.viewport = Some(viewport);
}
