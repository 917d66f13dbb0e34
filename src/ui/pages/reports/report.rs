//! The form for a report of a period.

use std::path::Path;

use eframe::egui::{Ui, vec2};

use super::form::{foot, note, period, row, start};
use super::path_field::{PathDraft, file_name};
use crate::model::{ReportFormat, TaskRequest, TimeRange, Timestamp};
use crate::ui::chart::time_axis::offset_seconds;
use crate::ui::cx::PanelCx;
use crate::ui::file_dialog::FilePurpose;
use crate::ui::period::PeriodDraft;
use crate::ui::period::presets::Preset;
use crate::ui::period::words::{moment_text, period_words};
use crate::ui::series_picker::SeriesPicker;
use crate::ui::widgets::{Field, checkbox, text_area};

/// Most characters of the remarks.
const MAX_REMARKS: usize = 10_000;

/// What a format is for.
const fn meaning(format: ReportFormat) -> &'static str {
    match format {
        ReportFormat::Html => "HTML: one page that needs no network and prints well",
        ReportFormat::Markdown => "Markdown: for tickets and wikis",
        ReportFormat::Json => "JSON: every figure, for programs",
        ReportFormat::Csv => "CSV: the key figures, for spreadsheets",
    }
}

/// What was filled in.
#[derive(Debug)]
pub struct ReportForm {
    period: PeriodDraft,
    /// Whether the form was drawn before: at first the last hour is meant.
    is_begun: bool,
    title: String,
    remarks: String,
    series: SeriesPicker,
    formats: [bool; ReportFormat::ALL.len()],
    /// Where to.
    pub path: PathDraft,
}

impl Default for ReportForm {
    fn default() -> Self {
        Self {
            period: PeriodDraft::default(),
            is_begun: false,
            title: String::new(),
            remarks: String::new(),
            series: SeriesPicker::default(),
            formats: [true, false, false, false],
            path: PathDraft::default(),
        }
    }
}

impl ReportForm {
    /// Takes over a period.
    pub fn fill(&mut self, range: TimeRange) {
        self.period.fill(range);
    }

    /// The chosen forms; the first gives the file its ending.
    fn formats(&self) -> Vec<ReportFormat> {
        let all = ReportFormat::ALL.into_iter().zip(self.formats);
        all.filter(|(_, is_on)| *is_on).map(|(format, _)| format).collect()
    }

    /// What is filled in, as a task; `Err` says what is missing.
    fn request(&self, cx: &PanelCx<'_>, folder: Option<&Path>) -> Result<TaskRequest, &'static str> {
        let range = self.period.range(cx.now).map_err(|_| "Choose a period")?;
        let formats = self.formats();
        if formats.is_empty() {
            return Err("Choose at least one form");
        }
        let title = self.title.trim();
        Ok(TaskRequest::Report {
            range,
            series: self.series.ids(cx.snapshot).into(),
            title: if title.is_empty() { usual_title(cx, range) } else { title.to_owned() },
            remarks: self.remarks.trim().to_owned(),
            path: self.path.path(folder)?,
            formats,
        })
    }

    /// Draws the form.
    pub fn show(&mut self, cx: &PanelCx<'_>, ui: &mut Ui, folder: Option<&Path>) {
        if !std::mem::replace(&mut self.is_begun, true)
            && self.period.is_empty()
            && let Some(at) = cx.snapshot.at
        {
            self.period.fill(Preset::LastHour.range(at));
        }
        period(cx, ui, &mut self.period, "Report");
        let range = self.period.range(cx.now).ok();
        row(cx, ui, "Title", |ui, _| {
            let usual = range.map_or_else(|| "A title".to_owned(), |range| usual_title(cx, range));
            Field::new(&mut self.title, "Title of the report").hint(&usual).show(ui, cx.theme);
        });
        row(cx, ui, "Remarks", |ui, _| {
            let hint = "Your own words at its beginning: what happened, what you looked for";
            text_area(ui, cx.theme, &mut self.remarks, "Remarks of the report", hint, 3, MAX_REMARKS);
        });
        row(cx, ui, "Series", |ui, _| {
            self.series.show(cx, ui, "Series of the report", false);
            note(cx, ui, "Each has a chart and its key figures; notes and notable moments of the period come with it");
        });
        let formats_before = self.formats;
        row(cx, ui, "Formats", |ui, _| {
            ui.spacing_mut().item_spacing = vec2(8.0, 4.0);
            for (format, is_on) in ReportFormat::ALL.into_iter().zip(&mut self.formats) {
                checkbox(ui, cx.theme, is_on, meaning(format));
            }
        });
        let ending = self.formats().first().map_or("html", |format| format.extension());
        let start_at = range.map(|range| range.start);
        self.path.suggest(folder, &usual_name(cx, start_at, ending));
        if self.formats != formats_before {
            let known = ReportFormat::ALL.map(ReportFormat::extension);
            self.path.set_ending(ending, &known);
        }
        let mut is_entered = false;
        row(cx, ui, "File", |ui, _| {
            let endings = self.formats().iter().map(|f| f.extension()).collect::<Vec<_>>();
            let filters = [("Reports", endings.as_slice())];
            is_entered = self.path.show(cx, ui, "File of the report", FilePurpose::Report, folder, &filters);
            let beside = if endings.len() > 1 { "The other forms stand beside it under the same name. " } else { "" };
            note(cx, ui, &format!("{beside}A file of that name is replaced, once the new one is whole"));
        });
        let request = self.request(cx, folder);
        let is_clicked = foot(cx, ui, "Create report", request.as_ref().err().copied());
        if let Ok(request) = request
            && (is_clicked || is_entered)
        {
            start(cx, request);
        }
    }
}

/// The title of a report that was given none.
fn usual_title(cx: &PanelCx<'_>, range: TimeRange) -> String {
    let host = &cx.snapshot.machine.host;
    let when = period_words(range, cx.now);
    if host.is_empty() { when } else { format!("{host}, {when}") }
}

fn usual_name(cx: &PanelCx<'_>, start: Option<Timestamp>, ending: &str) -> String {
    let host = &cx.snapshot.machine.host;
    let day = start.map(|at| moment_text(at, offset_seconds(at), false)).unwrap_or_default();
    let day = day.get(..16).unwrap_or_default();
    format!("{}.{ending}", file_name(&format!("perfdesk {host} {day}")))
}
