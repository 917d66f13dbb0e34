//! The page's keys: arrows move through time, + and − zoom, L follows live, Ctrl+Z takes the last change back.

use eframe::egui::{Key, Modifiers, Ui};

use super::ChartsPanel;
use crate::ui::PanelCx;

/// Share of the span that an arrow key moves by.
const PAN_RATIO: f64 = 0.1;
/// What + and − multiply the span by.
const ZOOM_TIMES: f64 = 1.5;

/// Takes the keys that are the page's, unless a field or a control has the keyboard.
pub fn take_keys(cx: &PanelCx<'_>, ui: &Ui, panel: &mut ChartsPanel) {
    let is_taken = panel.dialog.is_some() || ui.memory(|m| m.focused().is_some() || m.top_modal_layer().is_some());
    if is_taken {
        return;
    }
    let take = |modifiers, key| ui.input_mut(|i| i.consume_key(modifiers, key));
    if take(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z) {
        panel.layouts.redo(cx);
        panel.sync_model(cx);
    } else if take(Modifiers::COMMAND, Key::Z) {
        panel.layouts.undo(cx);
        panel.sync_model(cx);
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
