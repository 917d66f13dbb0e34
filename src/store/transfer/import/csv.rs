//! The whole of a CSV file as a recording of its own: read once, row by row, with memory that does not grow with it.

use std::path::Path;

use super::bad_rows::{BadRow, BadRows};
use super::cells::RowForm;
use super::columns::defs;
use super::heading::OwnHead;
use super::preview::MAX_COLUMNS;
use super::sniff;
use super::source::{MAX_ROW, line_of, open, read_up_to, rows};
use super::window::RowWindow;
use crate::model::quantity::decimals;
use crate::model::{ImportMapping, TimeRange, Timestamp};
use crate::store::history::{HistoryWrite, Segment, source_named};
use crate::store::progress::Progress;
use crate::store::transfer::TransferError;
use crate::store::transfer::export::count_text;

/// Rows between two words about progress.
const TELL_EVERY: u64 = 5000;

/// What came of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportSummary {
    /// The recording's name, which may have a number behind it where the name was taken.
    pub recording: String,
    /// Its series.
    pub n_series: usize,
    /// Rows taken.
    pub n_rows: u64,
    /// Samples taken.
    pub n_values: u64,
    /// Rows of a moment that was there before; the later fields were kept.
    pub n_duplicates: u64,
    /// Rows that were left out.
    pub n_bad: u64,
    /// The first of those; at most 100.
    pub bad: Vec<BadRow>,
    /// Columns behind those that are looked at.
    pub n_columns_over: usize,
    /// From the first row to the last.
    pub covers: TimeRange,
}

impl ImportSummary {
    /// What was taken, in words without a final period.
    pub fn text(&self) -> String {
        let plural = if self.n_rows == 1 { "" } else { "s" };
        let rows = decimals(self.n_rows as f64, 0);
        format!(
            "{} of {} series from {rows} row{plural}, as {}",
            count_text(self.n_values),
            self.n_series,
            self.recording
        )
    }

    /// What was left out, a line each.
    pub fn remarks(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let rows = |n: u64| if n == 1 { "1 row".to_owned() } else { format!("{} rows", decimals(n as f64, 0)) };
        if self.n_columns_over > 0 {
            let (most, over) = (decimals(MAX_COLUMNS as f64, 0), decimals(self.n_columns_over as f64, 0));
            lines.push(format!("its first {most} columns were looked at; {over} more were left out"));
        }
        if self.n_duplicates > 0 {
            lines.push(format!(
                "{} of a time that was there before; the later values were kept",
                rows(self.n_duplicates)
            ));
        }
        if self.n_bad > 0 {
            lines.push(format!("{} left out", rows(self.n_bad)));
        }
        lines.extend(self.bad.iter().map(|bad| format!("line {}: {}", bad.line, bad.why)));
        let more = self.n_bad.saturating_sub(self.bad.len() as u64);
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        lines
    }
}

/// Takes a CSV file in as a recording. Rows that cannot be read are left out and told of; nothing is kept of a file
/// without any row that can, nor of one that is cancelled.
///
/// # Errors
/// [`TransferError::Read`] and [`TransferError::Unfit`] with what to do; what history says;
/// [`TransferError::Cancelled`].
pub fn import_csv(
    path: &Path,
    mapping: &ImportMapping,
    writer: &mut dyn HistoryWrite,
    progress: &mut dyn Progress,
) -> Result<ImportSummary, TransferError> {
    let unfit = |what: &str| TransferError::Unfit { path: path.to_owned(), what: what.to_owned() };
    refuse_others(path)?;
    if mapping.columns.is_empty() {
        return Err(unfit("No column of values is chosen; choose one at least"));
    }
    let name = match mapping.recording.trim() {
        "" => "Recording",
        name => name,
    };
    let name = writer.begin_recording(&name.chars().take(80).collect::<String>())?;
    let mut import = Import { path, mapping, name: &name, writer: &mut *writer, progress, n_values: 0, covers: None };
    let outcome = import.run();
    match outcome.and_then(|summary| {
        writer.finish_recording()?;
        Ok(summary)
    }) {
        Ok(summary) => Ok(summary),
        Err(e) => {
            writer.abandon_recording();
            Err(e)
        }
    }
}

/// What is no text is refused before anything is begun.
fn refuse_others(path: &Path) -> Result<(), TransferError> {
    let failed = |source| TransferError::Read { path: path.to_owned(), source };
    let mut head = [0; 4096];
    let (mut file, _) = open(path)?;
    let n = read_up_to(&mut file, &mut head).map_err(failed)?;
    match sniff::refusal(head[..n].strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head[..n])) {
        Some(why) => Err(TransferError::Unfit { path: path.to_owned(), what: why.to_owned() }),
        None => Ok(()),
    }
}

struct Import<'a> {
    path: &'a Path,
    mapping: &'a ImportMapping,
    name: &'a str,
    writer: &'a mut dyn HistoryWrite,
    progress: &'a mut dyn Progress,
    n_values: u64,
    covers: Option<(i64, i64)>,
}

impl Import<'_> {
    fn run(&mut self) -> Result<ImportSummary, TransferError> {
        let mapping = self.mapping;
        let (mut reader, row_start, n_bytes) = rows(self.path, mapping.delimiter)?;
        let mut record = csv::ByteRecord::new();
        let mut window =
            RowWindow::new(defs(&self.mapping.columns, self.name), source_named(&format!("import:{}", self.name)));
        let (mut bad, mut n_rows, mut n_read) = (BadRows::default(), 0, 0);
        let mut form: Option<RowForm<'_>> = None;
        let mut n_columns_over = 0;
        let mut cells = Vec::new();
        loop {
            let start = reader.position().clone();
            row_start.put(start.byte());
            match reader.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(e) => match e.into_kind() {
                    csv::ErrorKind::Io(e) if e.kind() == std::io::ErrorKind::InvalidData => {
                        let megabytes = MAX_ROW >> 20;
                        bad.add(start.line(), || {
                            format!("a row of over {megabytes} MiB begins here, perhaps with a quote that is not closed; the file was read up to here")
                        });
                        break;
                    }
                    csv::ErrorKind::Io(source) => return Err(TransferError::Read { path: self.path.into(), source }),
                    other => {
                        bad.add(start.line(), || format!("it cannot be split into fields: {other:?}"));
                        continue;
                    }
                },
            }
            if record.len() == 1 && record.as_slice().trim_ascii().is_empty() {
                continue;
            }
            let line = line_of(&reader, &record);
            let is_first = form.is_none();
            if is_first {
                n_columns_over = record.len().saturating_sub(MAX_COLUMNS);
            }
            let known = form.get_or_insert_with(|| row_form(mapping, &record));
            if is_first && self.mapping.has_header {
                continue;
            }
            n_read += 1;
            if n_read % TELL_EVERY == 0 {
                let ratio = (reader.position().byte() as f64 / n_bytes.max(1) as f64).min(1.0) as f32;
                self.progress.step(Some(ratio), &format!("{} rows", decimals(n_read as f64, 0)))?;
            }
            let head = match known.read(&record, &mut cells) {
                Ok(head) => head,
                Err(why) => {
                    bad.add(line, || why);
                    continue;
                }
            };
            match window.add(head, &cells) {
                Ok(segments) => {
                    n_rows += 1;
                    self.record(segments)?;
                }
                Err(_) => bad.add(line, || {
                    "its time is far before that of rows above it; sort the file by time to have it".to_owned()
                }),
            }
        }
        let rest = window.finish();
        self.record(rest)?;
        self.progress.step(Some(1.0), &format!("{} rows", decimals(n_read as f64, 0)))?;
        let Some((first, last)) = self.covers else { return Err(self.nothing_taken(&bad)) };
        Ok(ImportSummary {
            recording: self.name.to_owned(),
            n_series: self.mapping.columns.len(),
            n_rows,
            n_values: self.n_values,
            n_duplicates: window.n_duplicates,
            n_bad: bad.n,
            bad: bad.first,
            n_columns_over,
            covers: TimeRange { start: Timestamp::from_millis(first), end: Timestamp::from_millis(last + 1) },
        })
    }

    fn record(&mut self, segments: Vec<Segment>) -> Result<(), TransferError> {
        for segment in segments {
            self.n_values += segment.n_values() as u64;
            if let (Some(first), Some(last)) = (segment.times.first(), segment.times.last()) {
                let (start, end) = self.covers.unwrap_or((*first, *last));
                self.covers = Some((start.min(*first), end.max(*last)));
            }
            self.writer.record(segment)?;
        }
        Ok(())
    }

    fn nothing_taken(&self, bad: &BadRows) -> TransferError {
        let why = match bad.first.first() {
            Some(BadRow { line, why }) => format!("no row could be read; line {line}: {why}"),
            None => "no row has a value in the chosen columns".to_owned(),
        };
        TransferError::Unfit { path: self.path.to_owned(), what: why }
    }
}

/// The form of the rows, by the first of them.
fn row_form<'a>(mapping: &'a ImportMapping, first: &csv::ByteRecord) -> RowForm<'a> {
    let own = mapping.has_header.then(|| {
        let headings: Option<Vec<&str>> =
            first.iter().map(|bytes| Some(std::str::from_utf8(bytes).ok()?.trim())).collect();
        headings.and_then(OwnHead::read)
    });
    RowForm::new(mapping, own.flatten().as_ref(), first.len())
}
