//! A period of some series in a form other tools read.
//!
//! History is visited twice: once to learn which series have anything in the period, which heads and shares of progress
//! need, and once to write. Only what was there in the first visit is written.

mod csv;
mod inventory;
mod json_lines;
mod open_metrics;
mod parquet;
mod rows;

pub use crate::analysis::prometheus_name as open_metrics_names;

use std::io::{BufWriter, Write};
use std::path::Path;

pub(super) use self::csv::{BUCKET_COLUMN, COMPANIONS, TIME_COLUMN};
use self::inventory::Inventory;
use self::rows::{Row, RowMerge};
use super::error::TransferError;
use crate::model::quantity::decimals;
use crate::model::{ExportFormat, SeriesKey, Tier, TimeRange};
use crate::store::history::{HistoryError, HistoryRead, Segment};
use crate::store::part_file::PartFile;
use crate::store::progress::{Cancelled, Progress};

/// What an export wrote.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExportSummary {
    /// Samples and buckets.
    pub n_values: u64,
    /// Series with anything in the period.
    pub n_series: usize,
    /// The tiers any of it comes from, finest first.
    pub tiers: Vec<Tier>,
    /// What to know beside that; a line each.
    pub remarks: Vec<String>,
}

impl ExportSummary {
    /// What was written, in words without a final period.
    pub fn text(&self) -> String {
        let series = if self.n_series == 1 { "1 series".into() } else { format!("{} series", self.n_series) };
        format!("{} of {series}", count_text(self.n_values))
    }
}

/// Writes what history has of `range` and of `keys` (`None` means all) to `out`, as finely as it is kept.
///
/// # Errors
/// [`TransferError::Output`] when `out` refuses; what history says; [`TransferError::Cancelled`].
pub fn export(
    read: &dyn HistoryRead,
    keys: Option<&[SeriesKey]>,
    range: TimeRange,
    format: ExportFormat,
    out: &mut (dyn Write + Send),
    progress: &mut dyn Progress,
) -> Result<ExportSummary, TransferError> {
    progress.step(None, "looking what there is")?;
    let inventory = Inventory::take(read, keys, range, progress)?;
    let mut job = ExportJob { read, range, inventory: &inventory, meter: Meter::new(inventory.n_values, progress) };
    let mut out = BufWriter::with_capacity(1 << 16, out);
    let n_late = match format {
        ExportFormat::Csv => csv::write(&mut job, &mut out)?,
        ExportFormat::JsonLines => json_lines::write(&mut job, &mut out)?,
        ExportFormat::OpenMetrics => open_metrics::write(&mut job, &mut out)?,
        ExportFormat::Parquet => parquet::write(&mut job, &mut out)?,
    };
    out.flush()?;
    let mut summary = ExportSummary {
        n_values: job.meter.n_done,
        n_series: inventory.series.len(),
        tiers: inventory.tiers(),
        remarks: Vec::new(),
    };
    if inventory.n_values == 0 {
        summary.remarks.push("nothing was recorded in that period, so the file has no samples".into());
    }
    if summary.tiers.iter().any(|tier| *tier != Tier::Full) {
        let coarse: Vec<&str> = summary.tiers.iter().filter(|t| **t != Tier::Full).map(|t| t.name()).collect();
        let what = if summary.tiers.contains(&Tier::Full) { "the older part is kept as" } else { "it is kept as" };
        summary.remarks.push(format!("{what} {}, written with least, greatest, mean and count", coarse.join(" and ")));
    }
    if n_late > 0 {
        summary.remarks.push(format!("{n_late} series began while this was written and are not in it"));
    }
    Ok(summary)
}

/// As [`export`], into a file that appears whole or not at all.
///
/// # Errors
/// [`TransferError::Write`] with the path and what to do; see [`export`].
pub fn export_file(
    read: &dyn HistoryRead,
    keys: Option<&[SeriesKey]>,
    range: TimeRange,
    format: ExportFormat,
    path: &Path,
    progress: &mut dyn Progress,
) -> Result<ExportSummary, TransferError> {
    let mut whole = || {
        let mut file = PartFile::create(path)?;
        let summary = export(read, keys, range, format, &mut file, progress)?;
        file.finish()?;
        Ok(summary)
    };
    whole().map_err(|e: TransferError| e.writing(path))
}

/// An export under way: where it reads, what there is, how far it is.
struct ExportJob<'a> {
    read: &'a dyn HistoryRead,
    range: TimeRange,
    inventory: &'a Inventory,
    meter: Meter<'a>,
}

impl ExportJob<'_> {
    /// Gives every row of the period by time; answers how many series were met that the inventory does not know.
    fn each_row(
        &mut self,
        emit: &mut dyn FnMut(&Row<'_>) -> Result<(), TransferError>,
    ) -> Result<usize, TransferError> {
        let Self { read, range, inventory, meter } = self;
        let mut merge = RowMerge::new(inventory, *range);
        let mut counted = |row: &Row<'_>| {
            emit(row)?;
            meter.add(row.cells.len())
        };
        visit(*read, inventory.asked(), *range, Tier::Full, &mut |segment| merge.add(segment, &mut counted))?;
        merge.finish(&mut counted)
    }
}

/// How far an export is: told at most once each some thousand values.
struct Meter<'a> {
    n_total: u64,
    n_done: u64,
    next: u64,
    progress: &'a mut dyn Progress,
}

impl<'a> Meter<'a> {
    const EVERY: u64 = 20_000;

    fn new(n_total: u64, progress: &'a mut dyn Progress) -> Self {
        Self { n_total, n_done: 0, next: Self::EVERY, progress }
    }

    fn add(&mut self, n: usize) -> Result<(), TransferError> {
        self.n_done += n as u64;
        if self.n_done >= self.next {
            self.next = self.n_done + Self::EVERY;
            let ratio = (self.n_done as f64 / self.n_total.max(1) as f64).min(1.0) as f32;
            self.progress.step(Some(ratio), &count_text(self.n_done))?;
        }
        Ok(())
    }
}

/// "12,400,000 samples".
pub(super) fn count_text(n: u64) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} sample{plural}", decimals(n as f64, 0))
}

/// Visits history with an error of this module's own.
pub(super) fn visit(
    read: &dyn HistoryRead,
    keys: Option<&[SeriesKey]>,
    range: TimeRange,
    finest: Tier,
    take: &mut dyn FnMut(Segment) -> Result<(), TransferError>,
) -> Result<(), TransferError> {
    let mut failed = None;
    let outcome = read.visit(keys, range, finest, &mut |segment| {
        take(segment).map_err(|e| {
            failed = Some(e);
            HistoryError::Cancelled(Cancelled)
        })
    });
    match failed {
        Some(e) => Err(e),
        None => Ok(outcome?),
    }
}

#[cfg(test)]
mod tests;
