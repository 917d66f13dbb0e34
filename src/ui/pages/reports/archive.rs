//! The forms for the whole history: out into one archive, and back from one.

use std::path::Path;

use eframe::egui::Ui;

use super::form::{foot, note, row, start};
use super::path_field::{PathDraft, file_name};
use crate::model::{ARCHIVE_EXTENSION, TaskRequest};
use crate::ui::chart::time_axis::offset_seconds;
use crate::ui::cx::PanelCx;
use crate::ui::file_dialog::FilePurpose;
use crate::ui::period::words::moment_text;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, hairline};

/// What was filled in.
#[derive(Debug, Default)]
pub struct ArchiveForm {
    /// Where an archive is written.
    pub out: PathDraft,
    /// Where history is read from.
    pub back: PathDraft,
}

impl ArchiveForm {
    /// Draws both forms.
    pub fn show(&mut self, cx: &PanelCx<'_>, ui: &mut Ui, folder: Option<&Path>) {
        let host = &cx.snapshot.machine.host;
        let day = moment_text(cx.now, offset_seconds(cx.now), false);
        let name = file_name(&format!("perfdesk {host} {}", day.get(..10).unwrap_or_default()));
        self.out.suggest(folder, &format!("{name}.{ARCHIVE_EXTENSION}"));
        row(cx, ui, "Write out", |ui, _| {
            ui.label(cx.theme.text(TextRole::Body, "Everything that is kept, into one file"));
            let filters = [("Perfdesk archive", &[ARCHIVE_EXTENSION][..])];
            self.out.show(cx, ui, "Archive to write", FilePurpose::ArchiveOut, folder, &filters);
            note(
                cx,
                ui,
                "Samples of every tier, processes, notes and imported recordings, for another machine or disk",
            );
        });
        let out = self.out.path(folder).map(|path| TaskRequest::ExportArchive { path });
        if foot(cx, ui, "Write archive", out.as_ref().err().copied())
            && let Ok(request) = out
        {
            start(cx, request);
        }
        hairline(ui, cx.theme);
        row(cx, ui, "Read back", |ui, _| {
            ui.label(cx.theme.text(TextRole::Body, "An archive, or a history file that was set aside as damaged"));
            let filters = [("Perfdesk archive", &[ARCHIVE_EXTENSION][..]), ("All files", &["*"][..])];
            self.back.show(cx, ui, "Archive to read", FilePurpose::ArchiveIn, folder, &filters);
            note(cx, ui, "What is there already stays; only what history does not hold is added");
        });
        let back = self.back.path(folder).map(|path| TaskRequest::ImportArchive { path });
        row(cx, ui, "", |ui, _| {
            let why_not = back.as_ref().err().copied();
            if Button::secondary("Read archive").tall().why_not(why_not).show(ui, cx.theme).clicked()
                && let Ok(request) = back
            {
                start(cx, request);
            }
        });
        ui.add_space(16.0);
    }
}
