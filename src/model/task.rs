//! Long work a person started: exports, imports, reports. It has progress and can be cancelled.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::alert::AlertId;
use super::series::SeriesId;
use super::time::{TimeRange, Timestamp};
use super::unit::Unit;

/// A task's number; grows, never reused while the program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskId(pub u64);

/// Form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ExportFormat {
    /// Comma-separated values: a row for each time, a column for each series.
    Csv,
    /// A JSON object on each line, one for each sample.
    JsonLines,
    /// OpenMetrics text with timestamps.
    OpenMetrics,
    /// Apache Parquet: time, series, unit, value, min, max, count.
    Parquet,
}

impl ExportFormat {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Csv, Self::JsonLines, Self::OpenMetrics, Self::Parquet];

    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::JsonLines => "JSON lines",
            Self::OpenMetrics => "OpenMetrics",
            Self::Parquet => "Parquet",
        }
    }

    /// The usual ending of its files, without a dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
            Self::OpenMetrics => "om",
            Self::Parquet => "parquet",
        }
    }
}

/// Form of an export of the alert log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AlertLogFormat {
    /// Comma-separated values: a row for each alert.
    Csv,
    /// A JSON array of objects.
    Json,
}

impl AlertLogFormat {
    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Json => "JSON",
        }
    }

    /// The usual ending of its files, without a dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

/// A form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ReportFormat {
    /// One self-contained page.
    Html,
    /// Markdown.
    Markdown,
    /// JSON.
    Json,
    /// The key figures as comma-separated values.
    Csv,
}

impl ReportFormat {
    /// Every form.
    pub const ALL: [Self; 4] = [Self::Html, Self::Markdown, Self::Json, Self::Csv];

    /// The usual ending of its files, without a dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Markdown => "md",
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }
}

/// The ending of files that hold a whole history, without a dot.
pub const ARCHIVE_EXTENSION: &str = "pdarchive";

/// What a person wants done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TaskRequest {
    /// A period of some series into a file.
    Export {
        /// Which time.
        range: TimeRange,
        /// Which series; all where it is empty.
        series: Arc<[SeriesId]>,
        /// In which form.
        format: ExportFormat,
        /// Where to; an existing file is replaced, and only when the export is whole.
        path: PathBuf,
    },
    /// Alerts of the log into a file, newest first.
    ExportAlerts {
        /// Which; the whole log where it is empty.
        alerts: Arc<[AlertId]>,
        /// In which form.
        format: AlertLogFormat,
        /// Where to; an existing file is replaced, and only when the export is whole.
        path: PathBuf,
    },
    /// The whole history into one archive file.
    ExportArchive {
        /// Where to.
        path: PathBuf,
    },
    /// An archive, or a history file that was put aside, back into history. What is there already stays.
    ImportArchive {
        /// Where from.
        path: PathBuf,
    },
    /// The first rows of a CSV file, and a guess at its columns.
    PreviewImport {
        /// Where from.
        path: PathBuf,
    },
    /// A CSV file as a recording of its own.
    ImportCsv {
        /// Where from.
        path: PathBuf,
        /// What its columns are.
        mapping: ImportMapping,
    },
    /// Takes an imported recording out of history.
    RemoveImport {
        /// Its name.
        name: Arc<str>,
    },
    /// A report of a period.
    Report {
        /// Which time.
        range: TimeRange,
        /// Which series have charts and figures; a sensible choice where it is empty.
        series: Arc<[SeriesId]>,
        /// Its heading.
        title: String,
        /// A person's own words at its beginning; may be empty.
        remarks: String,
        /// Where to; the other forms stand beside it under the same name.
        path: PathBuf,
        /// In which forms.
        formats: Vec<ReportFormat>,
    },
}

/// How the times of a CSV file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TimeForm {
    /// RFC 3339, or a date and time with a space; without an offset it is UTC.
    Iso,
    /// Seconds since 1970, with or without a fraction.
    UnixSeconds,
    /// Milliseconds since 1970.
    UnixMillis,
}

/// One value column of a CSV file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportColumn {
    /// Its place in the file, from 0.
    pub index: usize,
    /// The name its series is given.
    pub name: String,
    /// Its unit.
    pub unit: Unit,
    /// What each number in the file is multiplied by to be in `unit`, such as 0.01 where it is written in percent.
    pub factor: f64,
}

/// What the columns of a CSV file are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportMapping {
    /// The recording's name.
    pub recording: String,
    /// Place of the time column, from 0.
    pub time_column: usize,
    /// How its times are written.
    pub time_form: TimeForm,
    /// The columns that become series.
    pub columns: Vec<ImportColumn>,
    /// What stands between columns, such as a comma.
    pub delimiter: u8,
    /// Whether the first row names the columns.
    pub has_header: bool,
}

/// The first rows of a CSV file, and a guess at its columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportPreview {
    /// Which file.
    pub path: PathBuf,
    /// Its size, bytes.
    pub bytes: u64,
    /// Names of the columns, made up where the file has none.
    pub headers: Arc<[Arc<str>]>,
    /// The first rows, at most 20.
    pub rows: Arc<[Arc<[Arc<str>]>]>,
    /// The guess.
    pub mapping: ImportMapping,
    /// Why it cannot be imported as it is; `None` where it can.
    pub problem: Option<Arc<str>>,
}

/// How a task stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TaskState {
    /// Waits for the one before.
    Waiting,
    /// Under way.
    Running {
        /// Share done, 0 to 1; `None` where it cannot be told.
        done_ratio: Option<f32>,
        /// What it does now, such as "12,400,000 samples".
        text: Arc<str>,
    },
    /// Done.
    Done {
        /// What came of it; a sentence without a final period.
        text: Arc<str>,
        /// What to know beside that, such as rows that were left out; a line each.
        remarks: Arc<[Arc<str>]>,
        /// Files it wrote.
        files: Arc<[PathBuf]>,
    },
    /// Cancelled by a person; nothing of it is left.
    Cancelled,
    /// Failed; nothing of it is left.
    Failed {
        /// Why, and what to do.
        why: Arc<str>,
    },
}

impl TaskState {
    /// Whether it has ended.
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Cancelled | Self::Failed { .. })
    }
}

/// One task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskStatus {
    /// Its number.
    pub id: TaskId,
    /// What it is, such as "Export to cpu.csv".
    pub title: Arc<str>,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// How it stands.
    pub state: TaskState,
}
