//! The processes page.

use eframe::egui;

use crate::model::{ProcessKey, WindowMemory};
use crate::ui::PanelCx;

/// What the page remembers between frames.
#[derive(Debug, Default)]
pub struct ProcessesPanel {
    filter: String,
    chosen: Option<ProcessKey>,
}

impl ProcessesPanel {
    /// Types this filter.
    pub fn set_filter(&mut self, filter: String) {
        self.filter = filter;
    }

    /// Chooses this process and opens its details.
    pub fn choose(&mut self, key: ProcessKey) {
        self.chosen = Some(key);
    }

    /// Gives the filter the keyboard's focus at the next drawing.
    pub fn focus_filter(&mut self) {}

    /// Takes over columns, order and tree as the window remembered them.
    pub fn recall(&mut self, _memory: &WindowMemory) {}

    /// Puts columns, order and tree where the window remembers them.
    pub fn remember(&self, _memory: &mut WindowMemory) {}
}

/// Draws the page.
pub fn processes_ui(cx: &PanelCx<'_>, ui: &mut egui::Ui, panel: &mut ProcessesPanel) {
    ui.label(cx.theme.text(crate::ui::theme::TextRole::Title, format!("{} {:?}", panel.filter, panel.chosen)));
}
