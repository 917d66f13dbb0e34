//! The charts page: Time charts.

use eframe::egui;

use crate::ui::PanelCx;

/// What the page remembers between frames.
#[derive(Debug, Default)]
pub struct ChartsPanel {}

/// Draws the page.
pub fn charts_ui(cx: &PanelCx<'_>, ui: &mut egui::Ui, _panel: &mut ChartsPanel) {
    ui.label(cx.theme.text(crate::ui::theme::TextRole::Title, "Charts"));
}
