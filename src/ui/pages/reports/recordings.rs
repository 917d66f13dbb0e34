//! The recordings that were imported: what they span, the way to the charts, and the way out.

use std::sync::Arc;

use eframe::egui::{Align, Label, Layout, Sense, Ui, UiBuilder, vec2};

use crate::model::settings::ByteUnits;
use crate::model::{ImportedRecording, Quantity, SeriesId, Snapshot, TaskRequest, Unit, Units};
use crate::ui::cx::{Intent, PanelCx};
use crate::ui::icons;
use crate::ui::period::words::period_words;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Answer, IconButton, empty_state, hairline, link_arrow, panel, panel_head, question};

/// Series of a recording that are put on the charts at once.
const MAX_SHOWN: usize = 8;

/// What the list remembers between frames.
#[derive(Debug, Default)]
pub struct RecordingsList {
    /// The recording that is to be removed, until that is confirmed.
    removing: Option<Arc<str>>,
}

impl RecordingsList {
    /// Draws the list.
    pub fn show(&mut self, cx: &PanelCx<'_>, ui: &mut Ui) {
        let theme = cx.theme;
        let imports = &cx.snapshot.history.imports;
        panel(ui, theme, |ui| {
            let hint = "kept until you remove them";
            panel_head(ui, theme, cx.is_compact, "Imported recordings", hint, |_| {});
            if imports.is_empty() {
                let text = "Import what another tool recorded, and look at it on the charts or compare it as your own.";
                empty_state(ui, theme, "None yet", text, None);
            }
            for (i, import) in imports.iter().enumerate() {
                if i > 0 {
                    hairline(ui, theme);
                }
                self.row_ui(cx, ui, import);
            }
        });
    }

    fn row_ui(&mut self, cx: &PanelCx<'_>, ui: &mut Ui, import: &ImportedRecording) {
        let theme = cx.theme;
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 48.0), Sense::hover());
        let inner = rect.shrink2(vec2(16.0, 4.0));
        let mut row = ui.new_child(UiBuilder::new().max_rect(inner).layout(Layout::right_to_left(Align::Center)));
        row.spacing_mut().item_spacing.x = 12.0;
        let name = format!("Remove {}…", import.name);
        if IconButton::new(icons::TRASH, &name).show(&mut row, theme).clicked() {
            self.removing = Some(import.name.clone());
        }
        let series = series_of(cx.snapshot, &import.name);
        if series.is_empty() {
            row.label(theme.colored(TextRole::Small, "not on the charts yet", theme.color.t3));
        } else {
            let shown = link_arrow(&mut row, theme, "Show on charts");
            if shown.on_hover_text(format!("{} on the charts", import.name)).clicked() {
                cx.ask(Intent::ShowOnCharts(series));
                cx.ask(Intent::ShowPeriod(import.covers));
            }
        }
        row.with_layout(Layout::top_down(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.add(Label::new(theme.text(TextRole::BodyStrong, &*import.name)).truncate());
            let decimal = Units { memory: ByteUnits::Decimal, ..Units::default() };
            let size = Quantity::new(import.bytes as f64, Unit::Bytes).text(&decimal);
            let facts = format!("{}, {} series, {size}", period_words(import.covers, cx.now), import.n_series);
            ui.add(Label::new(theme.colored(TextRole::Small, facts, theme.color.t2)).truncate());
        });
    }

    /// Asks before a recording is removed.
    pub fn question(&mut self, cx: &PanelCx<'_>, ui: &Ui) {
        let Some(name) = self.removing.clone() else { return };
        let title = format!("Remove {name}?");
        let text = "Its samples are deleted from history and cannot be brought back. The file it was read from stays.";
        match question(ui.ctx(), cx.theme, "remove-import", &title, text, "Remove recording") {
            Some(Answer::Act) => {
                super::form::start(cx, TaskRequest::RemoveImport { name });
                self.removing = None;
            }
            Some(Answer::Cancel) => self.removing = None,
            None => {}
        }
    }
}

/// The series of a recording, the first few: its attribute `import` names it.
fn series_of(snapshot: &Snapshot, name: &str) -> Vec<SeriesId> {
    let of = snapshot.series.iter().filter(|info| info.def.key.attribute("import") == Some(name));
    of.map(|info| info.id).take(MAX_SHOWN).collect()
}
