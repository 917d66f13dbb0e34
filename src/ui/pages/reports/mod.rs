//! The Reports page: reports of a period, exports, imports, and how long work stands.
//!
//! The page keeps what was typed. Work is done by the engine's tasks, whose state comes with the snapshot.

mod archive;
mod export;
mod form;
mod import;
mod mapping;
pub mod path_field;
mod recordings;
mod report;
mod tasks;

use std::path::PathBuf;

use eframe::egui::{Align, Layout, ScrollArea, Ui, UiBuilder, vec2};

pub use self::tasks::running_words;
use crate::model::{SeriesId, Snapshot, TimeRange};
use crate::ui::cx::PanelCx;
use crate::ui::file_dialog::FilePurpose;
use crate::ui::pages::page_place;
use crate::ui::period::words::{length_words, period_words};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{panel, tabs};

/// Width of the list of tasks beside the forms.
const TASKS_WIDTH: f32 = 392.0;

/// The forms of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Tab {
    #[default]
    Report,
    Export,
    Import,
    Archive,
}

/// What the page remembers between frames.
#[derive(Debug, Default)]
pub struct ReportsPanel {
    tab: Tab,
    report: report::ReportForm,
    export: export::ExportForm,
    archive: archive::ArchiveForm,
    import: import::ImportForm,
    recordings: recordings::RecordingsList,
    tasks: tasks::TaskList,
    folder: Option<PathBuf>,
}

impl ReportsPanel {
    /// Opens the export with this period and these series.
    pub fn fill_export(&mut self, range: TimeRange, series: Vec<SeriesId>) {
        self.tab = Tab::Export;
        self.export.fill(range, series);
    }

    /// Opens the report of this period.
    pub fn fill_report(&mut self, range: TimeRange) {
        self.tab = Tab::Report;
        self.report.fill(range);
    }

    /// The folder that new files are offered in.
    pub fn set_folder(&mut self, folder: Option<PathBuf>) {
        self.folder = folder;
    }

    /// Takes the answer of a file dialog; `Err(true)` where none could be opened.
    pub fn file_answered(&mut self, purpose: FilePurpose, answer: Result<PathBuf, bool>) {
        let field = match purpose {
            FilePurpose::Report => &mut self.report.path,
            FilePurpose::Export => &mut self.export.path,
            FilePurpose::ArchiveOut => &mut self.archive.out,
            FilePurpose::ArchiveIn => &mut self.archive.back,
            FilePurpose::Recording => &mut self.import.path,
            // Other pages asked for these.
            FilePurpose::AlertLog | FilePurpose::BoundFile | FilePurpose::RunFolder | FilePurpose::RunEnvironment => {
                return;
            }
        };
        field.answered(answer);
        if purpose == FilePurpose::Recording {
            self.import.is_chosen = true;
        }
    }
}

/// Draws the page.
pub fn reports_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut ReportsPanel) {
    let sizes = cx.theme.frame(cx.is_compact);
    let place = page_place(ui, sizes.margin_x);
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
        ScrollArea::vertical().id_salt("reports").auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(ui.available_width() - sizes.margin_x);
            ui.spacing_mut().item_spacing = vec2(sizes.gap, sizes.gap);
            ui.add_space(sizes.margin_y);
            head_ui(cx, ui);
            let is_wide = !cx.is_compact;
            if is_wide {
                let width = ui.available_width();
                let forms = width - TASKS_WIDTH - sizes.gap;
                ui.horizontal_top(|ui| {
                    column(ui, forms, |ui| forms_ui(cx, ui, state));
                    column(ui, TASKS_WIDTH, |ui| state.tasks.show(cx, ui));
                });
            } else {
                forms_ui(cx, ui, state);
                state.tasks.show(cx, ui);
            }
        });
    });
    state.recordings.question(cx, ui);
}

fn column(ui: &mut Ui, width: f32, draw: impl FnOnce(&mut Ui)) {
    let gap = ui.spacing().item_spacing;
    ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing = gap;
        draw(ui);
    });
}

/// The first line: how far history reaches, and whether anything is under way.
fn head_ui(cx: &PanelCx<'_>, ui: &mut Ui) {
    let (strong, calm) = sentence(cx.snapshot, cx);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.label(cx.theme.text(TextRole::SentenceDense, strong));
        ui.label(cx.theme.colored(TextRole::SentenceDense, calm, cx.theme.color.t2));
    });
}

fn sentence(snapshot: &Snapshot, cx: &PanelCx<'_>) -> (String, String) {
    let n = snapshot.tasks.iter().filter(|task| !task.state.is_over()).count();
    let tasks = match n {
        0 => "Nothing is under way.".to_owned(),
        1 => "One task is under way.".to_owned(),
        n => format!("{n} tasks are under way."),
    };
    let history = match snapshot.history.covers() {
        Some(covers) => {
            let length = length_words(covers.span());
            format!("History holds {length}: {}.", period_words(covers, cx.now))
        }
        None => "History holds nothing yet.".to_owned(),
    };
    (history, tasks)
}

fn forms_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut ReportsPanel) {
    let folder = state.folder.clone();
    panel(ui, cx.theme, |ui| {
        ui.horizontal(|ui| {
            ui.add_space(16.0);
            ui.vertical(|ui| {
                let imported = cx.snapshot.history.imports.len();
                let import = if imported == 0 { "Import".to_owned() } else { format!("Import {imported}") };
                let choices = [
                    (Tab::Report, "Report of a period"),
                    (Tab::Export, "Export samples"),
                    (Tab::Import, import.as_str()),
                    (Tab::Archive, "Whole history"),
                ];
                tabs(ui, cx.theme, &mut state.tab, &choices);
            });
        });
        match state.tab {
            Tab::Report => state.report.show(cx, ui, folder.as_deref()),
            Tab::Export => state.export.show(cx, ui, folder.as_deref()),
            Tab::Import => state.import.show(cx, ui, folder.as_deref()),
            Tab::Archive => state.archive.show(cx, ui, folder.as_deref()),
        }
    });
    if state.tab == Tab::Import {
        state.recordings.show(cx, ui);
    }
}
