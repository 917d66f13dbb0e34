//! A report of a period as a task: gathers what it speaks of out of history, and writes its files. Also what the command
//! line calls, where no engine runs.

mod choice;
mod files;
mod gather;
mod share;
mod silence;
#[cfg(test)]
mod tests;

use std::path::Path;

use chrono::{Local, Offset, TimeZone};

pub use self::files::{path_of, write_files};
pub use self::gather::{ReportPlan, gather};
use self::share::Share;
use super::{TaskCx, TaskEnd, TaskError};
use crate::analysis::span_text::span_text;
use crate::model::{Quantity, ReportFormat, SeriesId, TimeRange, Timestamp, Unit};
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
pub fn report(cx: &TaskCx, wanted: &ReportWanted<'_>, progress: &mut dyn Progress) -> Result<TaskEnd, TaskError> {
    let series = cx.keys(wanted.series);
    let plan = ReportPlan {
        range: wanted.range,
        series: &series,
        title: wanted.title,
        remarks: wanted.remarks,
        machine: Some(&cx.machine),
        units: cx.settings.units,
        generated_at: cx.now,
        offset_seconds: offset_seconds(wanted.range.end),
    };
    write_report(cx.history()?, &plan, (wanted.path, wanted.formats), progress)
}

/// Gathers a report out of any history and writes its files: what [`report`] does, without an engine.
///
/// # Errors
/// [`TaskError`]; none of its files is then left.
pub fn write_report(
    history: &dyn crate::store::history::HistoryRead,
    plan: &ReportPlan<'_>,
    (path, formats): (&Path, &[ReportFormat]),
    progress: &mut dyn Progress,
) -> Result<TaskEnd, TaskError> {
    if plan.range.span().is_zero() {
        return Err(TaskError::Failed("The period of the report ends before it begins: choose a later end".into()));
    }
    let doc = gather(history, plan, &mut Share::new(progress, 0.0, 0.9))?;
    let (files, n_bytes) = write_files(&doc, path, formats, &mut Share::new(progress, 0.9, 1.0))?;
    let count = |n: usize, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    let text = if doc.covers.is_none() {
        format!("Report of {}: nothing was recorded in this period", span_text(plan.range.span()))
    } else {
        format!(
            "Report of {}: {}, {}, {}",
            span_text(plan.range.span()),
            format_args!("{} series", doc.figures.len()),
            count(doc.moments.len(), "notable moment"),
            // The sizes of files are told in powers of 1,000, as disks are.
            Quantity::new(n_bytes as f64, Unit::BytesPerSecond).text(&plan.units).replace("/s", "")
        )
    };
    Ok(TaskEnd { text, remarks: doc.left_out, files, ..TaskEnd::default() })
}

/// How far this system's clock is ahead of UTC at a moment, seconds.
pub fn offset_seconds(at: Timestamp) -> i32 {
    Local.timestamp_millis_opt(at.as_millis()).earliest().map_or(0, |moment| moment.offset().fix().local_minus_utc())
}
