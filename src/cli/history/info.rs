//! `history info`: what is kept.

use std::path::Path;

use chrono::{Local, SecondsFormat, TimeZone as _, Utc};
use serde_json::json;

use super::{HistoryCommandError, folder, read, say_json};
use crate::cli::console;
use crate::model::{HistoryStatus, Quantity, SeriesDef, TimeRange, Timestamp, Unit, Units};
use crate::store::history::HistoryRead as _;

/// Says it, for people or as JSON.
///
/// # Errors
/// [`HistoryCommandError`].
pub fn run(data: &Path, as_json: bool) -> Result<(), HistoryCommandError> {
    let reader = read::reader(data)?;
    let (status, series) = (reader.status()?, reader.series()?);
    let n_annotations = reader.annotations()?.len();
    let folder = folder(data);
    if as_json {
        say_json(&answer(&folder, &status, series.iter().map(|def| &**def), n_annotations));
        return Ok(());
    }
    console::say(&format!("History in {}", folder.display()));
    for line in lines(&status, series.len(), n_annotations) {
        console::say(&line);
    }
    Ok(())
}

fn answer<'a>(
    folder: &Path,
    status: &HistoryStatus,
    series: impl Iterator<Item = &'a SeriesDef>,
    n_annotations: usize,
) -> serde_json::Value {
    let span = |range: Option<TimeRange>| range.map(|r| json!({ "from": rfc3339(r.start), "to": rfc3339(r.end) }));
    json!({
        "folder": folder,
        "bytes": status.bytes,
        "covers": span(status.covers()),
        "tiers": status.tiers.iter().map(|tier| json!({
            "tier": tier.tier.name(),
            "step_seconds": tier.tier.step().map(|step| step.as_secs()),
            "covers": span(tier.covers),
            "rows": tier.n_rows,
            "bytes": tier.bytes,
        })).collect::<Vec<_>>(),
        "imports": status.imports.iter().map(|import| json!({
            "name": import.name,
            "covers": span(Some(import.covers)),
            "series": import.n_series,
            "bytes": import.bytes,
        })).collect::<Vec<_>>(),
        "annotations": n_annotations,
        "series": series.map(|def| json!({
            "key": def.key.to_string(),
            "unit": def.unit.ucum(),
            "name": def.name,
            "instance": def.instance,
        })).collect::<Vec<_>>(),
    })
}

fn lines(status: &HistoryStatus, n_series: usize, n_annotations: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for tier in &status.tiers {
        let Some(covers) = tier.covers else {
            lines.push(format!("  {:<20} nothing yet", tier.tier.name()));
            continue;
        };
        lines.push(format!(
            "  {:<20} {}  {:>14} values  {:>10}",
            tier.tier.name(),
            span_words(covers),
            grouped(tier.n_rows),
            bytes_words(tier.bytes),
        ));
    }
    for import in &status.imports {
        let name = format!("import {}", import.name);
        let size = bytes_words(import.bytes);
        lines.push(format!("  {name:<20} {}  {:>14} series  {size:>10}", span_words(import.covers), import.n_series));
    }
    let bytes = bytes_words(status.bytes);
    let notes = if n_annotations == 1 { "annotation" } else { "annotations" };
    lines.push(format!(
        "  {} series, {} {notes}, {bytes} on disk in all",
        grouped(n_series as u64),
        grouped(n_annotations as u64)
    ));
    lines
}

/// A number with commas between thousands.
pub(super) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A size on disk, in powers of 1,000.
pub(super) fn bytes_words(bytes: u64) -> String {
    let units = Units { memory: crate::model::ByteUnits::Decimal, ..Units::default() };
    Quantity::new(bytes as f64, Unit::Bytes).text(&units)
}

/// A span on this machine's clock.
pub(super) fn span_words(range: TimeRange) -> String {
    format!("{} to {}", local_words(range.start), local_words(range.end))
}

/// A moment on this machine's clock.
pub(in crate::cli) fn local_words(at: Timestamp) -> String {
    match Local.timestamp_millis_opt(at.as_millis()).earliest() {
        Some(at) => at.format("%Y-%m-%d %H:%M:%S").to_string(),
        None => rfc3339(at),
    }
}

/// A moment for machines.
pub(in crate::cli) fn rfc3339(at: Timestamp) -> String {
    match Utc.timestamp_millis_opt(at.as_millis()).single() {
        Some(at) => at.to_rfc3339_opts(SecondsFormat::Millis, true),
        None => format!("{} ms since 1970", at.as_millis()),
    }
}
