//! The form for an export of samples.

use std::path::Path;

use eframe::egui::Ui;

use super::form::{foot, note, period, row, start};
use super::path_field::{PathDraft, file_name};
use crate::model::{ExportFormat, SeriesId, TaskRequest, TimeRange};
use crate::ui::chart::time_axis::offset_seconds;
use crate::ui::cx::PanelCx;
use crate::ui::file_dialog::FilePurpose;
use crate::ui::period::PeriodDraft;
use crate::ui::period::presets::Preset;
use crate::ui::period::words::moment_text;
use crate::ui::series_picker::{SeriesChoice, SeriesPicker};
use crate::ui::widgets::segments;

/// What a format is for.
const fn meaning(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::Csv => "A row for each time and a column for each series: for spreadsheets",
        ExportFormat::JsonLines => "One JSON object a line, one for each sample: for scripts",
        ExportFormat::OpenMetrics => "Text with timestamps: to be loaded into Prometheus and its kin",
        ExportFormat::Parquet => "Compressed columns: for pandas, DuckDB and data lakes",
    }
}

/// What was filled in.
#[derive(Debug)]
pub struct ExportForm {
    period: PeriodDraft,
    /// Whether the form was drawn before: at first the last hour is meant.
    is_begun: bool,
    series: SeriesPicker,
    format: ExportFormat,
    /// Where to.
    pub path: PathDraft,
}

impl Default for ExportForm {
    fn default() -> Self {
        Self {
            period: PeriodDraft::default(),
            is_begun: false,
            series: SeriesPicker::of_all(),
            format: ExportFormat::Csv,
            path: PathDraft::default(),
        }
    }
}

impl ExportForm {
    /// Takes over a period and series; where none are named, all are meant.
    pub fn fill(&mut self, range: TimeRange, series: Vec<SeriesId>) {
        self.period.fill(range);
        self.series = SeriesPicker::of_all();
        self.series.choose(series);
    }

    fn request(&self, cx: &PanelCx<'_>, folder: Option<&Path>) -> Result<TaskRequest, &'static str> {
        let range = self.period.range(cx.now).map_err(|_| "Choose a period")?;
        // No series named means all of them, also such as are only in history.
        let is_all = *self.series.choice() == SeriesChoice::All;
        let series = if is_all { Vec::new() } else { self.series.ids(cx.snapshot) };
        if !is_all && series.is_empty() {
            return Err("Choose at least one series");
        }
        Ok(TaskRequest::Export { range, series: series.into(), format: self.format, path: self.path.path(folder)? })
    }

    /// Draws the form.
    pub fn show(&mut self, cx: &PanelCx<'_>, ui: &mut Ui, folder: Option<&Path>) {
        if !std::mem::replace(&mut self.is_begun, true)
            && self.period.is_empty()
            && let Some(at) = cx.snapshot.at
        {
            self.period.fill(Preset::LastHour.range(at));
        }
        period(cx, ui, &mut self.period, "Export");
        row(cx, ui, "Series", |ui, _| {
            self.series.show(cx, ui, "Series to export", true);
            note(cx, ui, "As finely as they are still kept: every sample, or least, greatest and mean of buckets");
        });
        row(cx, ui, "Format", |ui, _| {
            let choices = ExportFormat::ALL.map(|format| (format, format.name()));
            if segments(ui, cx.theme, "Format", &mut self.format, &choices) {
                self.path.set_ending(self.format.extension(), &ExportFormat::ALL.map(ExportFormat::extension));
            }
            note(cx, ui, meaning(self.format));
        });
        let start_at = self.period.range(cx.now).ok().map(|range| range.start);
        let day = start_at.map(|at| moment_text(at, offset_seconds(at), false)).unwrap_or_default();
        let name = file_name(&format!("perfdesk samples {}", day.get(..16).unwrap_or_default()));
        self.path.suggest(folder, &format!("{name}.{}", self.format.extension()));
        let mut is_entered = false;
        row(cx, ui, "File", |ui, _| {
            let filters = [(self.format.name(), &[self.format.extension()][..])];
            is_entered = self.path.show(cx, ui, "File of the export", FilePurpose::Export, folder, &filters);
            note(cx, ui, "A file of that name is replaced, once the new one is whole");
        });
        let request = self.request(cx, folder);
        let is_clicked = foot(cx, ui, "Export", request.as_ref().err().copied());
        if let Ok(request) = request
            && (is_clicked || is_entered)
        {
            start(cx, request);
        }
    }
}
