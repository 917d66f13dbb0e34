//! The overview page: The machine in words.

use eframe::egui;

use crate::ui::PanelCx;

/// What the page remembers between frames.
#[derive(Debug, Default)]
pub struct OverviewPanel {}

/// Draws the page.
pub fn overview_ui(cx: &PanelCx<'_>, ui: &mut egui::Ui, _panel: &mut OverviewPanel) {
    ui.label(cx.theme.text(crate::ui::theme::TextRole::Title, "Overview"));
}
