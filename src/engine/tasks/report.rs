//! A report of a period as a task: gathers what it speaks of out of history, and writes its files.

use std::path::Path;

use super::{TaskCx, TaskEnd, TaskError};
use crate::model::{ReportFormat, SeriesId, TimeRange};
use crate::store::progress::Progress;

/// What a report is to be.
#[derive(Debug, Clone, Copy)]
pub struct ReportWanted<'a> {
    /// Which time.
    pub range: TimeRange,
    /// Which series have charts and figures; a sensible choice where it is empty.
    pub series: &'a [SeriesId],
    /// Its heading.
    pub title: &'a str,
    /// A person's own words at its beginning.
    pub remarks: &'a str,
    /// Where to; the other forms stand beside it.
    pub path: &'a Path,
    /// In which forms.
    pub formats: &'a [ReportFormat],
}

/// Gathers the period and writes the report in the forms asked for.
///
/// # Errors
/// [`TaskError`]; none of its files is then left.
pub fn report(cx: &TaskCx, _wanted: &ReportWanted<'_>, _progress: &mut dyn Progress) -> Result<TaskEnd, TaskError> {
    cx.history()?;
    Err(TaskError::Failed("This build has no reports".into()))
}
