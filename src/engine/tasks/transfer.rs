//! Exports and imports as tasks: whom they read from and write to, and what came of them in words. The formats are the
//! store's.

use std::path::Path;

use super::{TaskCx, TaskEnd, TaskError};
use crate::model::{ExportFormat, ImportMapping, SeriesId, TimeRange};
use crate::store::history::HistoryWrite;
use crate::store::progress::Progress;
use crate::store::transfer::{self, TransferError};

impl From<TransferError> for TaskError {
    fn from(error: TransferError) -> Self {
        match error {
            TransferError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            other => Self::Failed(other.to_string()),
        }
    }
}

/// A period of some series into a file; all series where none is named.
///
/// # Errors
/// [`TaskError`], as in all of these.
pub fn export(
    cx: &TaskCx,
    range: TimeRange,
    series: &[SeriesId],
    format: ExportFormat,
    path: &Path,
    progress: &mut dyn Progress,
) -> Result<TaskEnd, TaskError> {
    let keys = (!series.is_empty()).then(|| cx.keys(series));
    let summary = transfer::export_file(cx.history()?, keys.as_deref(), range, format, path, progress)?;
    Ok(TaskEnd { text: summary.text(), remarks: summary.remarks, files: vec![path.to_owned()], ..TaskEnd::default() })
}

/// The whole history into one archive file.
///
/// # Errors
/// See [`export`].
pub fn export_archive(cx: &TaskCx, path: &Path, progress: &mut dyn Progress) -> Result<TaskEnd, TaskError> {
    let summary = transfer::export_archive(cx.history()?, path, progress)?;
    Ok(TaskEnd { text: summary.text(), files: vec![path.to_owned()], ..TaskEnd::default() })
}

/// An archive, or a history file that was put aside, back into history.
///
/// # Errors
/// See [`export`].
pub fn import_archive(cx: &TaskCx, path: &Path, progress: &mut dyn Progress) -> Result<TaskEnd, TaskError> {
    let taken = transfer::import_archive(path, cx.history()?, &mut cx.writer(), progress)?;
    Ok(TaskEnd { text: taken.text(), remarks: taken.remarks, ..TaskEnd::default() })
}

/// The first rows of a CSV file, and a guess at its columns.
///
/// # Errors
/// See [`export`].
pub fn preview_import(path: &Path) -> Result<TaskEnd, TaskError> {
    let preview = transfer::preview(path)?;
    Ok(TaskEnd { text: format!("{} columns", preview.headers.len()), preview: Some(preview), ..TaskEnd::default() })
}

/// A CSV file as a recording of its own.
///
/// # Errors
/// See [`export`].
pub fn import_csv(
    cx: &TaskCx,
    path: &Path,
    mapping: &ImportMapping,
    progress: &mut dyn Progress,
) -> Result<TaskEnd, TaskError> {
    cx.history()?;
    let summary = transfer::import_csv(path, mapping, &mut cx.writer(), progress)?;
    let (text, remarks) = (summary.text(), summary.remarks());
    Ok(TaskEnd { text, remarks, ..TaskEnd::default() })
}

/// Takes an imported recording out of history.
///
/// # Errors
/// See [`export`].
pub fn remove_import(cx: &TaskCx, name: &str) -> Result<TaskEnd, TaskError> {
    cx.history()?;
    if !cx.writer().remove_recording(name)? {
        return Err(TaskError::Failed(format!("There is no recording named {name}")));
    }
    Ok(TaskEnd { text: format!("{name} was taken out of history"), ..TaskEnd::default() })
}
