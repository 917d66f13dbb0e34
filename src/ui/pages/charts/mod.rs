//! The charts page: Time charts.

use eframe::egui;

use crate::model::SeriesId;
use crate::ui::PanelCx;

/// What the page remembers between frames.
#[derive(Debug, Default)]
pub struct ChartsPanel {
    asked: Vec<SeriesId>,
}

impl ChartsPanel {
    /// Puts these series on a chart of their own at the next drawing.
    pub fn show_series(&mut self, series: &[SeriesId]) {
        self.asked.extend_from_slice(series);
    }
}

/// Draws the page.
pub fn charts_ui(cx: &PanelCx<'_>, ui: &mut egui::Ui, panel: &mut ChartsPanel) {
    ui.label(cx.theme.text(crate::ui::theme::TextRole::Title, format!("Charts {}", panel.asked.len())));
}

/// Draws the page's part of the top bar, from the title (left) to the search field (right).
pub fn charts_bar_ui(_cx: &PanelCx<'_>, _ui: &mut egui::Ui, _panel: &mut ChartsPanel) {}
