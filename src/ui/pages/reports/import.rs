//! The form that imports a recording of another tool: the file, then its columns, then the button.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::{Rect, ScrollArea, Sense, Stroke, Ui, UiBuilder, pos2, vec2};

use super::form::{foot, note, row, start, words};
use super::mapping::{DELIMITERS, MappingDraft, SCALES, Scale, TIME_FORMS, scale_words};
use super::path_field::PathDraft;
use crate::model::settings::ByteUnits;
use crate::model::{ImportPreview, Quantity, TaskRequest, TaskState, Unit, Units};
use crate::ui::cx::PanelCx;
use crate::ui::file_dialog::FilePurpose;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, Field, checkbox, choice, hairline, loading_bars, text_at};

/// Width of one column of the preview.
const COLUMN: f32 = 148.0;
/// Rows of the file that are shown.
const MAX_ROWS: usize = 6;
/// Columns whose settings are drawn; a wider file is taken as it was guessed beyond them.
const MAX_COLUMNS: usize = 64;

/// What was filled in.
#[derive(Debug, Default)]
pub struct ImportForm {
    /// Where from.
    pub path: PathDraft,
    /// A dialog has just answered: look at the file.
    pub is_chosen: bool,
    asked: Option<PathBuf>,
    /// The answer that was there when it was asked: the new one is another.
    before: Option<Arc<ImportPreview>>,
    draft: Option<MappingDraft>,
}

impl ImportForm {
    fn look(&mut self, cx: &PanelCx<'_>, path: PathBuf) {
        self.before = cx.snapshot.import_preview.clone();
        self.draft = None;
        self.asked = Some(path.clone());
        start(cx, TaskRequest::PreviewImport { path });
    }

    /// Takes in the answer to the last look.
    fn sync(&mut self, cx: &PanelCx<'_>) {
        let Some(preview) = &cx.snapshot.import_preview else { return };
        let is_new = !self.before.as_ref().is_some_and(|before| Arc::ptr_eq(before, preview));
        if is_new && self.asked.as_ref() == Some(&preview.path) && self.draft.is_none() {
            self.draft = Some(MappingDraft::of(preview));
        }
    }

    /// Draws the form.
    pub fn show(&mut self, cx: &PanelCx<'_>, ui: &mut Ui, folder: Option<&Path>) {
        self.sync(cx);
        let mut is_entered = std::mem::take(&mut self.is_chosen) && self.path.path(folder).is_ok();
        row(cx, ui, "File", |ui, _| {
            let filters = [("Recordings", &["csv", "tsv", "txt"][..]), ("All files", &["*"][..])];
            is_entered |= self.path.show(cx, ui, "File of the recording", FilePurpose::Recording, folder, &filters);
            note(cx, ui, "A CSV file with a column of times and columns of numbers; it is only read, never changed");
        });
        let path = self.path.path(folder);
        let is_looked_at = path.as_ref().is_ok_and(|path| self.asked.as_ref() == Some(path)) && self.draft.is_some();
        if !is_looked_at {
            let why_not = path.as_ref().err().copied();
            let is_clicked = foot(cx, ui, "Look at the file", why_not);
            if let Ok(path) = path
                && (is_clicked || is_entered)
            {
                self.look(cx, path);
            } else if self.asked.is_some() && self.draft.is_none() {
                self.waiting_ui(cx, ui);
            }
            return;
        }
        if is_entered && let Ok(path) = path {
            self.look(cx, path);
            return;
        }
        self.columns_ui(cx, ui);
    }

    fn waiting_ui(&self, cx: &PanelCx<'_>, ui: &mut Ui) {
        row(cx, ui, "", |ui, _| {
            // What is wrong with the file stands at the task that looked at it.
            let name = self.asked.as_deref().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
            let last = cx.snapshot.tasks.iter().rev().find(|task| task.title.contains(&*name));
            match last.map(|task| &task.state) {
                Some(TaskState::Failed { why }) => words(cx, ui, why, cx.theme.color.critical),
                _ => {
                    note(cx, ui, "Looking at the file…");
                    loading_bars(ui, cx.theme, 3);
                }
            }
        });
        ui.add_space(12.0);
    }

    fn columns_ui(&mut self, cx: &PanelCx<'_>, ui: &mut Ui) {
        let Some(draft) = &mut self.draft else { return };
        row(cx, ui, "Name", |ui, _| {
            Field::new(&mut draft.recording, "Name of the recording").show(ui, cx.theme);
            let decimal = Units { memory: ByteUnits::Decimal, ..Units::default() };
            let size = Quantity::new(draft.preview.bytes as f64, Unit::Bytes).text(&decimal);
            let n = draft.columns.len();
            note(cx, ui, &format!("{size}, {n} columns. Its series carry this name"));
        });
        row(cx, ui, "Parted by", |ui, _| {
            let mut delimiter = draft.delimiter;
            if choice(ui, cx.theme, "Columns are parted by", 160.0, &mut delimiter, &DELIMITERS) {
                draft.set_delimiter(delimiter);
            }
        });
        row(cx, ui, "Times", |ui, _| {
            ui.horizontal(|ui| {
                let names: Vec<(usize, &str)> =
                    draft.columns.iter().enumerate().map(|(i, c)| (i, c.header.as_str())).collect();
                let mut time_column = draft.time_column;
                let is_changed = choice(ui, cx.theme, "Column of times", 200.0, &mut time_column, &names);
                choice(ui, cx.theme, "Times are written as", 200.0, &mut draft.time_form, &TIME_FORMS);
                if is_changed {
                    draft.set_time_column(time_column);
                }
            });
        });
        ui.add_space(12.0);
        hairline(ui, cx.theme);
        preview_ui(cx, ui, draft);
        hairline(ui, cx.theme);
        let problem = draft.problem(&cx.snapshot.history.imports);
        let request = TaskRequest::ImportCsv { path: draft.preview.path.clone(), mapping: draft.mapping() };
        if problem.is_none() {
            let n = draft.mapping().columns.len();
            let series = if n == 1 { "series" } else { "series, one for each ticked column" };
            row(cx, ui, "", |ui, _| {
                note(cx, ui, &format!("{n} {series}. Rows that cannot be read are reported by line"))
            });
        } else if let Some(problem) = &problem {
            row(cx, ui, "", |ui, _| {
                ui.horizontal(|ui| {
                    ui.label(icons::fill::X_CIRCLE.text(14.0, cx.theme.color.critical));
                    words(cx, ui, problem, cx.theme.color.critical);
                });
            });
        }
        let mut goes_back = false;
        row(cx, ui, "", |ui, _| {
            ui.horizontal(|ui| {
                let why_not = problem.as_deref();
                if Button::primary("Import")
                    .name("Import the recording")
                    .tall()
                    .why_not(why_not)
                    .show(ui, cx.theme)
                    .clicked()
                {
                    start(cx, request.clone());
                    goes_back = true;
                }
                goes_back |= Button::quiet("Another file").show(ui, cx.theme).clicked();
            });
        });
        ui.add_space(16.0);
        if goes_back {
            *self = Self::default();
        }
    }
}

/// The first rows, and over each column what it is taken for.
fn preview_ui(cx: &PanelCx<'_>, ui: &mut Ui, draft: &mut MappingDraft) {
    const HEAD: f32 = 104.0;
    let theme = cx.theme;
    let n = draft.columns.len().min(MAX_COLUMNS);
    let height = HEAD + theme.size.row_dense * draft.rows.len().min(MAX_ROWS) as f32 + 12.0;
    ScrollArea::horizontal().id_salt("preview").auto_shrink([false, true]).show(ui, |ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(n as f32 * COLUMN + 16.0, height), Sense::hover());
        let time_column = draft.time_column;
        for (i, column) in draft.columns.iter_mut().take(n).enumerate() {
            let left = rect.left() + 16.0 + i as f32 * COLUMN;
            let place = Rect::from_min_size(pos2(left, rect.top() + 8.0), vec2(COLUMN - 12.0, HEAD - 12.0));
            let mut head = ui.new_child(UiBuilder::new().id_salt(("column", i)).max_rect(place));
            head.spacing_mut().item_spacing = vec2(4.0, 4.0);
            let is_time = i == time_column;
            let header = if column.header.is_empty() { format!("Column {}", i + 1) } else { column.header.clone() };
            if is_time {
                let line = Rect::from_min_size(place.min, vec2(place.width(), 20.0));
                text_at(head.painter(), theme, line, &header, TextRole::BodyStrong, theme.color.t1);
                let below = line.translate(vec2(0.0, 24.0));
                text_at(head.painter(), theme, below, "the times", TextRole::Small, theme.color.t3);
            } else {
                let clip = place.intersect(head.clip_rect());
                head.set_clip_rect(clip.expand(3.0));
                checkbox(&mut head, theme, &mut column.is_taken, &header);
                head.add_enabled_ui(column.is_taken, |ui| {
                    let name = format!("Name of {header}");
                    Field::new(&mut column.name, &name).width(COLUMN - 12.0).show(ui, theme);
                    let own = scale_words(column.scale);
                    let mut choices: Vec<(Scale, &str)> = SCALES.to_vec();
                    if !SCALES.iter().any(|(known, _)| *known == column.scale) {
                        choices.push((column.scale, own.as_str()));
                    }
                    choice(ui, theme, &format!("Unit of {header}"), COLUMN - 12.0, &mut column.scale, &choices);
                });
            }
        }
        let top = rect.top() + HEAD;
        ui.painter().hline(rect.x_range(), top.round() + 0.5, Stroke::new(1.0, theme.color.line_subtle));
        for (r, cells) in draft.rows.iter().take(MAX_ROWS).enumerate() {
            let y = top + 4.0 + r as f32 * theme.size.row_dense;
            for (i, text) in cells.iter().take(n).enumerate() {
                let left = rect.left() + 16.0 + i as f32 * COLUMN;
                let place = Rect::from_min_size(pos2(left, y), vec2(COLUMN - 12.0, theme.size.row_dense));
                let is_used = i == time_column || draft.columns.get(i).is_some_and(|c| c.is_taken);
                let color = if is_used { theme.color.t2 } else { theme.color.disabled };
                text_at(ui.painter(), theme, place, text, TextRole::Code, color);
            }
        }
    });
}
