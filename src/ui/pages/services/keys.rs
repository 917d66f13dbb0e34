//! The keyboard on the page: the list, the tabs, the search.

use eframe::egui::{Key, Modifiers, Ui};

use super::{ServicesPanel, Tab, list};
use crate::ui::PanelCx;

/// Carries out the keys of this frame.
pub(super) fn keys(cx: &PanelCx<'_>, ui: &Ui, panel: &mut ServicesPanel) {
    if std::mem::take(&mut panel.wants_search) {
        ui.memory_mut(|m| m.request_focus(list::search_id()));
    }
    if ui.any_popup_open() || panel.watch.is_open() || panel.running.is_asking() || panel.running.is_editing() {
        return;
    }
    let is_searching = ui.memory(|m| m.has_focus(list::search_id()));
    let is_typing = ui.ctx().text_edit_focused();
    if is_typing && !is_searching {
        return;
    }
    let take = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
    if !is_typing {
        if take(Key::Slash) && cx.snapshot.services.list.len() >= list::MANY {
            panel.wants_search = true;
            ui.ctx().request_repaint();
        }
        let database = panel.chosen.as_ref().and_then(|name| cx.snapshot.services.database(name));
        for (key, by) in [(Key::OpenBracket, Tab::ALL.len() - 1), (Key::CloseBracket, 1)] {
            if take(key) {
                if let Some(status) = database {
                    panel.database.turn(status.target.kind, if by == 1 { 1 } else { -1 });
                    continue;
                }
                let at = Tab::ALL.iter().position(|tab| *tab == panel.tab).unwrap_or(0);
                panel.tab = Tab::ALL[(at + by) % Tab::ALL.len()];
                panel.traces.close();
            }
        }
        let has_services = !cx.snapshot.services.list.is_empty();
        if panel.is_adding && has_services && take(Key::Escape) {
            panel.is_adding = false;
        }
    }
    // A row, a trace or a span that is chosen takes the arrows.
    let is_database = panel.chosen.as_ref().is_some_and(|name| cx.snapshot.services.database(name).is_some());
    let is_chosen =
        if is_database { !panel.is_adding && panel.database.is_row_chosen() } else { panel.is_row_chosen() };
    if !is_searching && is_chosen {
        return;
    }
    let by = if take(Key::ArrowDown) {
        1
    } else if take(Key::ArrowUp) {
        -1
    } else {
        return;
    };
    let services = list::shown(&cx.snapshot.services.list, &panel.search);
    let at = services.iter().position(|service| Some(&service.name) == panel.chosen.as_ref());
    let to = at.map_or(0, |at| at.saturating_add_signed(by)).min(services.len().saturating_sub(1));
    if let Some(service) = services.get(to) {
        panel.choose(service.name.clone());
        panel.wants_list_scroll = true;
    }
}

impl ServicesPanel {
    /// Whether something on the open tab takes the arrow keys.
    fn is_row_chosen(&self) -> bool {
        match self.tab {
            _ if self.is_adding => false,
            Tab::Routes => self.routes.chosen().is_some(),
            Tab::Database => self.operations.chosen().is_some(),
            Tab::Functions => self.functions.chosen().is_some(),
            Tab::Traces => self.traces.is_chosen(),
            Tab::Logs => self.logs.is_chosen(),
            Tab::Summary | Tab::Errors | Tab::Checks | Tab::Run => false,
        }
    }
}
