//! The processes page: Processes.

use eframe::egui;

use crate::ui::PanelCx;

/// What the page remembers between frames.
#[derive(Debug, Default)]
pub struct ProcessesPanel {}

/// Draws the page.
pub fn processes_ui(cx: &PanelCx<'_>, ui: &mut egui::Ui, _panel: &mut ProcessesPanel) {
    ui.label(cx.theme.text(crate::ui::theme::TextRole::Title, "Processes"));
}
