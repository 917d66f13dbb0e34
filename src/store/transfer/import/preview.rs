//! A look at the beginning of a CSV file: its first rows, and a guess at what its columns are.

use std::path::Path;
use std::sync::Arc;

use super::heading::{OwnHead, Part};
use super::numbers::{Field, field};
use super::sniff;
use super::source::{open, read_up_to};
use super::times::time_millis;
use super::units::unit_of_heading;
use crate::model::{ImportColumn, ImportMapping, ImportPreview, TimeForm};
use crate::store::transfer::TransferError;

/// Bytes of the file a guess looks at.
const LOOK: usize = 256 * 1024;
/// Rows that are shown.
const SHOWN: usize = 20;
/// Rows a guess looks at.
const GUESSED: usize = 500;
/// Longest text of a field that is shown, characters.
const FIELD: usize = 200;
/// Columns that are looked at.
pub(super) const MAX_COLUMNS: usize = 4096;

/// Looks at the beginning of a file. What stands in the way of importing it is in the answer; a person may still change
/// the guess.
///
/// # Errors
/// [`TransferError::Read`] where the file cannot be read at all.
pub fn preview(path: &Path) -> Result<ImportPreview, TransferError> {
    let failed = |source| TransferError::Read { path: path.to_owned(), source };
    let (mut file, bytes) = open(path)?;
    let mut head = vec![0; LOOK];
    let n = read_up_to(&mut file, &mut head).map_err(failed)?;
    head.truncate(n);
    let recording = path.file_stem().map_or_else(|| "Recording".into(), |stem| stem.to_string_lossy().into_owned());
    let mut found = look(&head, n < LOOK, &recording);
    found.path = path.to_owned();
    found.bytes = bytes;
    Ok(found)
}

/// A guess from the first bytes; `is_whole` where they are the whole file.
fn look(head: &[u8], is_whole: bool, recording: &str) -> ImportPreview {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    if let Some(why) = sniff::refusal(head) {
        return none(recording, b',', why);
    }
    // A row that was cut by the look is none.
    let end = head.iter().rposition(|byte| *byte == b'\n').filter(|_| !is_whole);
    let head = end.map_or(head, |end| &head[..=end]);
    let delimiter = sniff::delimiter(head);
    let mut rows = sniff::split(head, delimiter, GUESSED);
    let n_columns = sniff::usual_length(&rows).unwrap_or(0).min(MAX_COLUMNS);
    if n_columns < 2 {
        return none(recording, delimiter, "It has one column alone; times and values need two");
    }
    let has_header = has_header(&rows, delimiter);
    let first = if has_header { Some(rows.remove(0)) } else { None };
    let headers: Vec<String> = (0..n_columns)
        .map(|i| {
            let text = first.as_ref().and_then(|row| row.get(i)).map(|bytes| text_of(bytes)).unwrap_or_default();
            let text = if i == 0 { text.trim_start_matches('#').trim() } else { text.trim() };
            if text.is_empty() { format!("Column {}", i + 1) } else { text.to_owned() }
        })
        .collect();
    let mapping = ImportMapping {
        recording: recording.to_owned(),
        time_column: 0,
        time_form: TimeForm::Iso,
        columns: Vec::new(),
        delimiter,
        has_header,
    };
    let mut preview = ImportPreview {
        path: Default::default(),
        bytes: 0,
        headers: headers.iter().map(|text| Arc::from(text.as_str())).collect(),
        rows: rows
            .iter()
            .take(SHOWN)
            .map(|row| row.iter().take(MAX_COLUMNS).map(|bytes| Arc::from(text_of(bytes))).collect())
            .collect(),
        mapping,
        problem: None,
    };
    if rows.is_empty() {
        preview.problem = Some("It has a row of headings and nothing under it".into());
        return preview;
    }
    if let Some(own) = first.as_ref().and_then(|_| OwnHead::read(headers.iter().map(String::as_str))) {
        preview.mapping.columns = own_columns(&own);
        return preview;
    }
    match time_column(&headers, &rows, delimiter) {
        Some((column, form)) => {
            preview.mapping.time_column = column;
            preview.mapping.time_form = form;
            preview.mapping.columns = value_columns(&headers, &rows, delimiter, column);
            if preview.mapping.columns.is_empty() {
                preview.problem = Some("No column beside the times holds numbers".into());
            }
        }
        None => {
            preview.mapping.columns = value_columns(&headers, &rows, delimiter, usize::MAX);
            let what = "No column holds times such as 2026-11-24 03:00:00, or seconds or milliseconds since 1970";
            preview.problem = Some(what.into());
        }
    }
    preview
}

fn none(recording: &str, delimiter: u8, why: &str) -> ImportPreview {
    let mapping = ImportMapping {
        recording: recording.to_owned(),
        time_column: 0,
        time_form: TimeForm::Iso,
        columns: Vec::new(),
        delimiter,
        has_header: true,
    };
    let (headers, rows) = (Arc::from([]), Arc::from([]));
    ImportPreview { path: Default::default(), bytes: 0, headers, rows, mapping, problem: Some(why.into()) }
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().take(FIELD).collect()
}

fn own_columns(own: &OwnHead) -> Vec<ImportColumn> {
    own.columns
        .iter()
        .filter(|column| column.part == Part::Value)
        .map(|column| ImportColumn {
            index: column.index,
            name: column.key.to_string(),
            unit: column.unit,
            factor: 1.0,
        })
        .collect()
}

/// Whether the first row names columns: nothing in it is a number or a time.
fn has_header(rows: &[Vec<Vec<u8>>], delimiter: u8) -> bool {
    let is_value = |bytes: &[u8]| {
        matches!(field(bytes, delimiter), Field::Number(_)) || time_millis(bytes, TimeForm::Iso, delimiter).is_some()
    };
    rows.first().is_some_and(|row| row.iter().any(|bytes| !bytes.is_empty()) && !row.iter().any(|b| is_value(b)))
}

/// Share of the rows whose field `read` takes, of those that have something there.
fn share(rows: &[Vec<Vec<u8>>], column: usize, read: impl Fn(&[u8]) -> bool) -> f64 {
    let fields: Vec<&Vec<u8>> =
        rows.iter().filter_map(|row| row.get(column)).filter(|bytes| !bytes.trim_ascii().is_empty()).collect();
    let n_read = fields.iter().filter(|bytes| read(bytes)).count();
    if fields.is_empty() { 0.0 } else { n_read as f64 / fields.len() as f64 }
}

/// Share of the rows that a column without a telling name must fit: what does not is reported line by line.
const NEARLY_ALL: f64 = 0.8;
/// Share of the rows that fit where the heading says what the column is, and of numbers in a column of values.
const MOST: f64 = 0.5;

/// The column that holds times, and their form: one that is called so, or else the first whose fields look like times.
fn time_column(headers: &[String], rows: &[Vec<Vec<u8>>], delimiter: u8) -> Option<(usize, TimeForm)> {
    const NAMES: [&str; 9] = ["time", "timestamp", "datetime", "date", "ts", "t", "epoch", "_time", "date/time"];
    let form_of = |column: usize, is_named: bool| {
        let enough = if is_named { MOST } else { NEARLY_ALL };
        if share(rows, column, |bytes| time_millis(bytes, TimeForm::Iso, delimiter).is_some()) > enough {
            return Some(TimeForm::Iso);
        }
        let within = |low: f64, high: f64| {
            share(rows, column, |bytes| match field(bytes, delimiter) {
                Field::Number(value) => (low..high).contains(&value),
                Field::Missing | Field::Other => false,
            }) > enough
        };
        // Seconds from 1973 to 2286, milliseconds of the same; a column that is called time may also begin at 0.
        match () {
            () if within(1e8, 1e10) => Some(TimeForm::UnixSeconds),
            () if within(1e11, 1e13) => Some(TimeForm::UnixMillis),
            () if is_named && within(0.0, 1e10) => Some(TimeForm::UnixSeconds),
            () => None,
        }
    };
    let is_named = |header: &str| {
        let (bare, _) = unit_of_heading(header);
        let lower = bare.to_lowercase();
        NAMES.contains(&lower.as_str()) || ["timestamp", "datetime"].iter().any(|word| lower.contains(word))
    };
    let named = headers.iter().enumerate().filter(|(_, header)| is_named(header));
    let by_name = named.map(|(i, _)| i).find_map(|i| Some((i, form_of(i, true)?)));
    by_name.or_else(|| (0..headers.len()).find_map(|i| Some((i, form_of(i, false)?))))
}

fn value_columns(headers: &[String], rows: &[Vec<Vec<u8>>], delimiter: u8, time_column: usize) -> Vec<ImportColumn> {
    let is_number = |bytes: &[u8]| matches!(field(bytes, delimiter), Field::Number(_));
    let is_value = |bytes: &[u8]| !matches!(field(bytes, delimiter), Field::Other);
    headers
        .iter()
        .enumerate()
        .filter(|(i, _)| *i != time_column)
        .filter(|(i, _)| share(rows, *i, is_number) > 0.0 && share(rows, *i, is_value) > MOST)
        .map(|(index, header)| {
            let (name, (unit, factor)) = unit_of_heading(header);
            ImportColumn { index, name, unit, factor }
        })
        .collect()
}

#[cfg(test)]
mod tests;
