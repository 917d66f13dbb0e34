//! Exports, imports and reports from the command line: the window's own tasks, run here.

use std::path::Path;

use chrono::Local;
use serde_json::json;

use super::{HistoryCommandError, read, say_json, write};
use crate::cli::args::RunArguments;
use crate::cli::console;
use crate::cli::history_args::{ExportArguments, ImportArguments, PeriodArguments, ReportArguments};
use crate::cli::period::{self, PeriodError};
use crate::cli::watched::Watched;
use crate::engine::tasks::{self, TaskCx, TaskEnd, TaskError};
use crate::model::{
    ARCHIVE_EXTENSION, ExportFormat, ImportPreview, ReportFormat, SeriesId, SeriesKey, TaskRequest, TimeRange,
};

/// Writes a period, or everything, to a file.
///
/// # Errors
/// [`HistoryCommandError`], as in all of these.
pub fn export(data: &Path, typed: &ExportArguments) -> Result<(), HistoryCommandError> {
    let cx = read::task_cx(data)?;
    let path = typed.out.clone();
    let is_archive = typed.archive || (typed.is_all() && has_archive_ending(&path));
    let request = if is_archive {
        TaskRequest::ExportArchive { path }
    } else {
        let (range, series) = chosen(&cx, &typed.period)?;
        let format = match typed.format {
            Some(name) => name.into(),
            None => form_of(&path, &ExportFormat::ALL, ExportFormat::extension)?,
        };
        TaskRequest::Export { range, series: series.into(), format, path }
    };
    finish(&request, &cx, typed.json)
}

/// Writes a report of a period.
///
/// # Errors
/// See [`export`].
pub fn report(data: &Path, typed: &ReportArguments) -> Result<(), HistoryCommandError> {
    let cx = read::task_cx(data)?;
    let (range, series) = chosen(&cx, &typed.period)?;
    let formats = match typed.formats.as_slice() {
        [] => vec![form_of(&typed.out, &ReportFormat::ALL, ReportFormat::extension)?],
        named => named.iter().map(|name| ReportFormat::from(*name)).collect(),
    };
    let request = TaskRequest::Report {
        range,
        series: series.into(),
        title: typed.title.clone(),
        remarks: typed.remarks.clone(),
        path: typed.out.clone(),
        formats,
    };
    finish(&request, &cx, typed.json)
}

/// The period and the series that were typed; no series means all.
fn chosen(cx: &TaskCx, typed: &PeriodArguments) -> Result<(TimeRange, Vec<SeriesId>), PeriodError> {
    let range = period::range(typed, cx.now, &Local)?;
    let keys: Vec<SeriesKey> = cx.series.iter().map(|info| info.def.key.clone()).collect();
    let series = match period::chosen(&typed.series, &keys)? {
        Some(wanted) => cx.series.iter().filter(|i| wanted.contains(&i.def.key)).map(|i| i.id).collect(),
        None => Vec::new(),
    };
    Ok((range, series))
}

/// Whether a file's ending says that it holds a whole history.
fn has_archive_ending(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(ARCHIVE_EXTENSION))
}

/// The form that a file's ending names.
fn form_of<F: Copy>(path: &Path, all: &[F], extension: impl Fn(F) -> &'static str) -> Result<F, HistoryCommandError> {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let form = all.iter().copied().find(|form| extension(*form) == ending);
    form.ok_or_else(|| HistoryCommandError::NoForm(path.into()))
}

/// Carries a task out and says what came of it.
fn finish(request: &TaskRequest, cx: &TaskCx, as_json: bool) -> Result<(), HistoryCommandError> {
    let end = {
        let mut watched = Watched::begin();
        tasks::carry_out(request, cx, &mut watched)?
    };
    say(&end, as_json);
    Ok(())
}

fn say(end: &TaskEnd, as_json: bool) {
    if as_json {
        return say_json(&json!({ "text": end.text, "remarks": end.remarks, "files": end.files }));
    }
    console::say(&end.text);
    for remark in &end.remarks {
        console::say(&format!("  {remark}"));
    }
    for file in &end.files {
        console::say(&format!("  {}", file.display()));
    }
}

/// Takes in an archive, a file that was set aside, or a CSV as a recording of its own.
///
/// # Errors
/// See [`export`].
pub fn import(run: &RunArguments, data: &Path, typed: &ImportArguments) -> Result<(), HistoryCommandError> {
    write::with_store(run, data, |cx| {
        let path = typed.file.clone();
        if !is_text(&path) {
            return finish(&TaskRequest::ImportArchive { path }, cx, typed.json);
        }
        let preview = tasks::transfer::preview_import(&path)?.preview;
        let Some(ImportPreview { mut mapping, problem: None, .. }) = preview else {
            let why = preview.and_then(|preview| preview.problem).unwrap_or_else(|| "it has no rows".into());
            return Err(TaskError::Failed(format!("{}: {why}", path.display())).into());
        };
        if let Some(name) = &typed.name {
            mapping.recording.clone_from(name);
        }
        finish(&TaskRequest::ImportCsv { path, mapping }, cx, typed.json)
    })
}

/// Whether a file is a table of text by its ending; everything else is a file of Perfdesk's own, or is refused as none.
fn is_text(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    matches!(ending.as_str(), "csv" | "tsv" | "txt")
}
