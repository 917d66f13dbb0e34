//! Exports and imports as tasks: files opened and closed, and what came of them in words. The formats are the store's.

use std::path::Path;

use super::{TaskCx, TaskEnd, TaskError};
use crate::model::{ExportFormat, ImportMapping, SeriesId, TimeRange};
use crate::store::progress::Progress;

/// A period of some series into a file; all series where none is named.
///
/// # Errors
/// [`TaskError`], as in all of these.
pub fn export(
    cx: &TaskCx,
    _range: TimeRange,
    _series: &[SeriesId],
    _format: ExportFormat,
    _path: &Path,
    _progress: &mut dyn Progress,
) -> Result<TaskEnd, TaskError> {
    cx.history()?;
    Err(TaskError::Failed("This build has no exports".into()))
}

/// The whole history into one archive file.
///
/// # Errors
/// See [`export`].
pub fn export_archive(cx: &TaskCx, _path: &Path, _progress: &mut dyn Progress) -> Result<TaskEnd, TaskError> {
    cx.history()?;
    Err(TaskError::Failed("This build has no archives".into()))
}

/// An archive, or a history file that was put aside, back into history.
///
/// # Errors
/// See [`export`].
pub fn import_archive(cx: &TaskCx, _path: &Path, _progress: &mut dyn Progress) -> Result<TaskEnd, TaskError> {
    cx.history()?;
    Err(TaskError::Failed("This build has no archives".into()))
}

/// The first rows of a CSV file, and a guess at its columns.
///
/// # Errors
/// See [`export`].
pub fn preview_import(_path: &Path) -> Result<TaskEnd, TaskError> {
    Err(TaskError::Failed("This build has no imports".into()))
}

/// A CSV file as a recording of its own.
///
/// # Errors
/// See [`export`].
pub fn import_csv(
    cx: &TaskCx,
    _path: &Path,
    _mapping: &ImportMapping,
    _progress: &mut dyn Progress,
) -> Result<TaskEnd, TaskError> {
    cx.history()?;
    Err(TaskError::Failed("This build has no imports".into()))
}

/// Takes an imported recording out of history.
///
/// # Errors
/// See [`export`].
pub fn remove_import(cx: &TaskCx, _name: &str) -> Result<TaskEnd, TaskError> {
    cx.history()?;
    Err(TaskError::Failed("This build has no imports".into()))
}
