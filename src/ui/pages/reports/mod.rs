//! The Reports page: reports of a period, exports, imports, and how long work stands.

use eframe::egui::{ScrollArea, Ui, UiBuilder};

use crate::model::{SeriesId, TimeRange};
use crate::ui::cx::PanelCx;
use crate::ui::pages::page_place;
use crate::ui::widgets::{empty_state, panel};

/// What the page remembers between frames.
#[derive(Debug, Default)]
pub struct ReportsPanel {
    export: Option<(TimeRange, Vec<SeriesId>)>,
    report: Option<TimeRange>,
}

impl ReportsPanel {
    /// Opens the export with this period and these series.
    pub fn fill_export(&mut self, range: TimeRange, series: Vec<SeriesId>) {
        self.export = Some((range, series));
    }

    /// Opens the report of this period.
    pub fn fill_report(&mut self, range: TimeRange) {
        self.report = Some(range);
    }
}

/// Draws the page.
pub fn reports_ui(cx: &PanelCx<'_>, ui: &mut Ui, _state: &mut ReportsPanel) {
    let sizes = cx.theme.frame(cx.is_compact);
    let place = page_place(ui, sizes.margin_x);
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(ui.available_width() - sizes.margin_x);
            ui.add_space(sizes.margin_y);
            panel(ui, cx.theme, |ui| {
                let text = "Reports, exports and imports stand here while they run and when they are done";
                empty_state(ui, cx.theme, "Nothing asked for yet", text, None);
            });
        });
    });
}
