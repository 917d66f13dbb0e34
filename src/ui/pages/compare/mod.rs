//! The Compare page: two periods side by side, and what can be said of their difference.

use eframe::egui::{ScrollArea, Ui, UiBuilder};

use crate::engine::Handle;
use crate::model::{Command, HistoryCommand, SeriesId, TimeRange};
use crate::ui::cx::PanelCx;
use crate::ui::pages::page_place;
use crate::ui::widgets::{empty_state, panel};

/// What the page remembers between frames.
#[derive(Debug, Default)]
pub struct ComparePanel {
    a: Option<TimeRange>,
    b: Option<TimeRange>,
    series: Vec<SeriesId>,
    is_asked: bool,
}

impl ComparePanel {
    /// Takes over what another page wants compared; what is not given stays.
    pub fn set_periods(&mut self, a: Option<TimeRange>, b: Option<TimeRange>, series: Vec<SeriesId>) {
        self.a = a.or(self.a);
        self.b = b.or(self.b);
        if !series.is_empty() {
            self.series = series;
        }
    }

    /// The page is no longer on the screen: the engine need not hold the comparison.
    pub fn leave(&mut self, engine: &Handle) {
        if self.is_asked && engine.send(Command::History(HistoryCommand::Compare(None))) {
            self.is_asked = false;
        }
    }
}

/// Draws the page.
pub fn compare_ui(cx: &PanelCx<'_>, ui: &mut Ui, _state: &mut ComparePanel) {
    let sizes = cx.theme.frame(cx.is_compact);
    let place = page_place(ui, sizes.margin_x);
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(ui.available_width() - sizes.margin_x);
            ui.add_space(sizes.margin_y);
            panel(ui, cx.theme, |ui| {
                let text = "Choose a period to measure against, and one to hold against it";
                empty_state(ui, cx.theme, "No periods chosen", text, None);
            });
        });
    });
}
