//! The keyboard on the processes page: moving the choice, folding, details, ending, the filter.

use eframe::egui::{Key, Modifiers, Ui};

use super::ProcessesPanel;
use super::filter_field::field_id;
use crate::analysis::process_table::Fold;
use crate::ui::PanelCx;

/// Carries out the keys of this frame. Nothing happens while a question is open.
pub(super) fn keys(cx: &PanelCx<'_>, ui: &Ui, panel: &mut ProcessesPanel) {
    if panel.end.is_asking() || ui.any_popup_open() {
        return;
    }
    let pressed = |modifiers: Modifiers, key: Key| ui.input_mut(|i| i.consume_key(modifiers, key));
    if pressed(Modifiers::COMMAND, Key::F) {
        panel.filter.focus();
    }
    let has_focus_elsewhere = ui.memory(|m| m.focused()).is_some_and(|id| id != field_id());
    if has_focus_elsewhere {
        return;
    }
    let is_typing = ui.memory(|m| m.has_focus(field_id()));
    let n = panel.board.lines().len();
    let at = panel.selected.and_then(|key| panel.board.position(key));
    let page = panel.rows_per_page.saturating_sub(1).max(1);
    let step = |by: isize| at.map_or(if by > 0 { 0 } else { n.saturating_sub(1) }, |i| i.saturating_add_signed(by));
    let mut to = None;
    for (key, by) in [
        (Key::ArrowDown, 1),
        (Key::ArrowUp, -1),
        (Key::PageDown, page.cast_signed()),
        (Key::PageUp, -page.cast_signed()),
    ] {
        if pressed(Modifiers::NONE, key) {
            to = Some(step(by));
        }
    }
    if !is_typing {
        if pressed(Modifiers::NONE, Key::Home) {
            to = Some(0);
        }
        if pressed(Modifiers::NONE, Key::End) {
            to = Some(n.saturating_sub(1));
        }
        if let Some(i) = at {
            to = fold_keys(panel, i, &pressed).or(to);
        }
        if pressed(Modifiers::NONE, Key::Enter) {
            match panel.selected {
                Some(key) => panel.choose(key),
                None => to = Some(0),
            }
        }
        // A choice that the filter hides is out of sight: nobody means it.
        if pressed(Modifiers::NONE, Key::Delete) && (at.is_some() || panel.details.is_open) {
            panel.ask_to_end(cx, false);
        }
        if pressed(Modifiers::NONE, Key::Escape) {
            panel.close();
        }
    }
    if let Some(i) = to.filter(|_| n > 0).map(|i| i.min(n - 1)) {
        let line = panel.board.lines()[i];
        panel.selected = Some(panel.board.row(&line).key);
        panel.scroll_to = Some(i);
    }
}

/// Right opens a line or steps into it; left folds it or steps out of it.
fn fold_keys(panel: &mut ProcessesPanel, i: usize, pressed: &dyn Fn(Modifiers, Key) -> bool) -> Option<usize> {
    let line = panel.board.lines()[i];
    let key = panel.board.row(&line).key;
    if pressed(Modifiers::NONE, Key::ArrowRight) {
        match line.fold {
            Fold::Folded => panel.toggle_fold(key),
            Fold::Open => return Some(i + 1),
            Fold::Leaf => {}
        }
    }
    if pressed(Modifiers::NONE, Key::ArrowLeft) {
        if line.fold == Fold::Open {
            panel.toggle_fold(key);
        } else {
            return panel.board.lines()[..i].iter().rposition(|above| above.depth < line.depth);
        }
    }
    None
}
