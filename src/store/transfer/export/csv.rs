//! Comma-separated values by RFC 4180: a row for each time, a column for each series. Read back whole by our own import.
//!
//! The first column is `time`, RFC 3339 in UTC with milliseconds. A series' column is headed by its key and its unit in
//! UCUM's notation, such as `system.disk.io{device="sda"} [By/s]`. Where a part of the period is kept in buckets, a column
//! `bucket_seconds` follows the time, empty in rows of single samples, and a series that has buckets has four columns: its
//! own with the samples and means, and the same heading with ` min`, ` max` and ` count` behind it. What was not measured
//! is an empty field. A heading that a spreadsheet would take for a formula has an apostrophe before it.

use std::io::Write;

use super::rows::Cell;
use super::{ExportJob, TransferError};
use crate::model::{SeriesDef, Tier};

/// Heading of the column of times.
pub(in crate::store::transfer) const TIME_COLUMN: &str = "time";
/// Heading of the column of bucket lengths.
pub(in crate::store::transfer) const BUCKET_COLUMN: &str = "bucket_seconds";
/// What stands behind the headings of a bucket's least, greatest and count.
pub(in crate::store::transfer) const COMPANIONS: [&str; 3] = [" min", " max", " count"];

pub(super) fn write(job: &mut ExportJob<'_>, out: &mut dyn Write) -> Result<usize, TransferError> {
    let inventory = job.inventory;
    let has_buckets = inventory.has_buckets();
    let mut head = String::from(TIME_COLUMN);
    if has_buckets {
        head.push(',');
        head.push_str(BUCKET_COLUMN);
    }
    for listed in &inventory.series {
        let heading = heading(&listed.def);
        head.push(',');
        push_field(&mut head, &heading);
        for companion in COMPANIONS.iter().filter(|_| listed.has_buckets) {
            head.push(',');
            push_field(&mut head, &format!("{heading}{companion}"));
        }
    }
    head.push_str("\r\n");
    out.write_all(head.as_bytes())?;

    job.each_row(&mut |row| {
        write!(out, "{}", rfc3339(row.at))?;
        if has_buckets {
            match row.tier.step() {
                None => out.write_all(b",")?,
                Some(step) => write!(out, ",{}", step.as_secs())?,
            }
        }
        // A row's cells stand by place of their series, so one walk over both is enough. Of two values of a series at one
        // moment the later stays.
        let mut cells = row.cells.iter().peekable();
        for (listed, place) in inventory.series.iter().zip(0_u32..) {
            let mut here = None;
            while let Some(cell) = cells.next_if(|cell| cell.series <= place) {
                here = Some(*cell);
            }
            write_cell(out, here, row.tier, listed.has_buckets)?;
        }
        Ok(out.write_all(b"\r\n")?)
    })
}

fn write_cell(out: &mut dyn Write, cell: Option<Cell>, tier: Tier, has_buckets: bool) -> std::io::Result<()> {
    match (cell, tier, has_buckets) {
        (None, _, true) => out.write_all(b",,,,"),
        (None, _, false) => out.write_all(b","),
        (Some(cell), Tier::Full, true) => write!(out, ",{},,,", cell.mean),
        (Some(cell), _, true) => write!(out, ",{},{},{},{}", cell.mean, cell.min, cell.max, cell.count),
        (Some(cell), _, false) => write!(out, ",{}", cell.mean),
    }
}

/// The heading of a series' column.
fn heading(def: &SeriesDef) -> String {
    let key = def.key.to_string();
    // https://owasp.org/www-community/attacks/CSV_Injection: spreadsheets run fields that begin so.
    let guard = if key.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) { "'" } else { "" };
    format!("{guard}{key} [{}]", def.unit.ucum())
}

fn push_field(line: &mut String, field: &str) {
    if field.contains([',', '"', '\r', '\n']) {
        line.push('"');
        line.push_str(&field.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(field);
    }
}

/// A moment as RFC 3339 in UTC with milliseconds.
pub(super) fn rfc3339(at: i64) -> String {
    chrono::DateTime::from_timestamp_millis(at).unwrap_or_default().to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
