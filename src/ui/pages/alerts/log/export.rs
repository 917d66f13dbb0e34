//! The dialog that exports the log to a file: which alerts, in which form, and where to. The engine writes it as a task.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::{Align, Layout, Ui};

use super::super::words::counted;
use crate::model::alert::AlertId;
use crate::model::{AlertLogFormat, Command, TaskCommand, TaskRequest};
use crate::ui::PanelCx;
use crate::ui::chart::time_axis::offset_seconds;
use crate::ui::file_dialog::FilePurpose;
use crate::ui::pages::reports::path_field::{PathDraft, file_name};
use crate::ui::period::words::moment_text;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, modal, segments};

/// Endings of the forms.
const ENDINGS: [&str; 2] = [AlertLogFormat::Csv.extension(), AlertLogFormat::Json.extension()];

/// What was filled in.
#[derive(Debug)]
pub struct ExportForm {
    /// Which alerts; the whole log where it is empty.
    alerts: Arc<[AlertId]>,
    /// How many they are.
    n: usize,
    format: AlertLogFormat,
    path: PathDraft,
}

impl ExportForm {
    /// A new form for these alerts, or for the whole log of `n` where none is named.
    pub fn new(alerts: Arc<[AlertId]>, n: usize) -> Self {
        Self { alerts, n, format: AlertLogFormat::Csv, path: PathDraft::default() }
    }

    /// Takes the answer of the dialog for a file.
    pub fn file_answered(&mut self, answer: Result<PathBuf, bool>) {
        self.path.answered(answer);
    }

    /// What is exported, in words.
    fn words(&self) -> String {
        match (self.alerts.is_empty(), self.n) {
            (true, n) => format!("The whole log, {}, newest first", counted(n, "alert")),
            (false, 1) => "The one alert that the filter leaves".into(),
            (false, n) => format!("The {n} alerts that the filter leaves, newest first"),
        }
    }
}

/// Draws the dialog; true once it is over.
pub fn export_ui(cx: &PanelCx<'_>, ui: &Ui, form: &mut ExportForm, folder: Option<&Path>) -> bool {
    let ((acts, cancels), wants_close) = modal(ui.ctx(), cx.theme, "alert log export", "Export the log", |ui| {
        ui.spacing_mut().item_spacing.y = 8.0;
        ui.label(cx.theme.text(TextRole::Body, form.words()));
        let before = form.format;
        let choices = [AlertLogFormat::Csv, AlertLogFormat::Json].map(|format| (format, format.name()));
        segments(ui, cx.theme, "Form of the export", &mut form.format, &choices);
        let ending = form.format.extension();
        if before != form.format {
            form.path.set_ending(ending, &ENDINGS);
        }
        let day = moment_text(cx.now, offset_seconds(cx.now), false);
        let host = &cx.snapshot.machine.host;
        let name = file_name(&format!("alerts {host} {}", day.get(..10).unwrap_or_default()));
        form.path.suggest(folder, &format!("{name}.{ending}"));
        let filters = [(form.format.name(), std::slice::from_ref(&ending))];
        let enters = form.path.show(cx, ui, "File of the export", FilePurpose::AlertLog, folder, &filters);
        let path = form.path.path(folder);
        ui.add_space(4.0);
        let (acts, cancels) = ui
            .with_layout(Layout::right_to_left(Align::Center), |ui| {
                let why_not = path.as_ref().err().copied();
                let acts = Button::primary("Export to file").tall().why_not(why_not).show(ui, cx.theme).clicked();
                (acts, Button::secondary("Cancel").tall().show(ui, cx.theme).clicked())
            })
            .inner;
        ((acts || enters).then_some(path.ok()).flatten(), cancels)
    });
    let is_begun = acts.is_some();
    if let Some(path) = acts {
        let request = TaskRequest::ExportAlerts { alerts: form.alerts.clone(), format: form.format, path };
        cx.send(Command::Task(TaskCommand::Start(request)));
    }
    is_begun || cancels || wants_close
}
