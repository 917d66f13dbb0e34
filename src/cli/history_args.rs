//! Arguments of `perfdesk history` and `perfdesk report`. Not what they do.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::model::{ExportFormat, ReportFormat};

/// Begin of a period where none is typed.
const FROM: &str = "-1h";
/// Its end.
const TO: &str = "now";

/// What to do with the history.
#[derive(Debug, Clone, PartialEq, Subcommand)]
pub enum HistoryTask {
    /// Say what is kept: tiers, spans, sizes, imports. Reads beside a running Perfdesk.
    Info {
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write a period of chosen series, or the whole history, to a file. Reads beside a running Perfdesk.
    Export(ExportArguments),
    /// Take in an archive, a history file that was set aside, or a CSV of another tool.
    Import(ImportArguments),
    /// Merge small pieces, rewrite older formats and let go what is past its age.
    Compact,
    /// Check every file, or one, and say what can be read from it.
    Verify {
        /// A history file, or a folder of them; the history in force where none is given.
        path: Option<PathBuf>,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// A period of time.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct PeriodArguments {
    /// Begin of the period: RFC 3339, `2026-11-24 14:03`, `yesterday 14:03`, or `-2h`.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, default_value = FROM)]
    pub from: String,
    /// End of the period, written alike.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, default_value = TO)]
    pub to: String,
    /// Only series whose metric or whole key is this; `*` stands for anything. May be given more than once.
    #[arg(long, value_name = "PATTERN")]
    pub series: Vec<String>,
}

/// What `history export` takes.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct ExportArguments {
    /// The file to write; it is replaced only when the export is whole.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// The form; told by the file's ending where it is not given.
    #[arg(long, value_enum)]
    pub format: Option<FormatName>,
    /// The whole history as one archive that `history import` takes back; a name that ends in `.pdarchive` asks for it, too.
    #[arg(long, conflicts_with_all = ["format", "from", "to", "series"])]
    pub archive: bool,
    /// Which part of history.
    #[command(flatten)]
    pub period: PeriodArguments,
    /// Answer as JSON.
    #[arg(long)]
    pub json: bool,
}

impl ExportArguments {
    /// Whether neither a form nor a part of history was asked for.
    pub fn is_all(&self) -> bool {
        let PeriodArguments { from, to, series } = &self.period;
        self.format.is_none() && from == FROM && to == TO && series.is_empty()
    }
}

/// What `history import` takes.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct ImportArguments {
    /// The file.
    pub file: PathBuf,
    /// Name of the recording, for a CSV; the file's own name where it is not given.
    #[arg(long)]
    pub name: Option<String>,
    /// Answer as JSON.
    #[arg(long)]
    pub json: bool,
}

/// What `report` takes.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct ReportArguments {
    /// The page to write; the other forms stand beside it under the same name.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Its heading.
    #[arg(long, default_value = "Performance report")]
    pub title: String,
    /// Words at its beginning.
    #[arg(long, default_value = "")]
    pub remarks: String,
    /// Its forms; told by the file's ending where none is given.
    #[arg(long = "format", value_enum, value_delimiter = ',')]
    pub formats: Vec<ReportName>,
    /// Which part of history.
    #[command(flatten)]
    pub period: PeriodArguments,
    /// Answer as JSON.
    #[arg(long)]
    pub json: bool,
}

/// A form of an export, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatName {
    /// Comma-separated values.
    Csv,
    /// A JSON object on each line.
    Jsonl,
    /// OpenMetrics text with timestamps.
    Openmetrics,
    /// Apache Parquet.
    Parquet,
}

impl From<FormatName> for ExportFormat {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Csv => Self::Csv,
            FormatName::Jsonl => Self::JsonLines,
            FormatName::Openmetrics => Self::OpenMetrics,
            FormatName::Parquet => Self::Parquet,
        }
    }
}

/// A form of a report, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportName {
    /// One self-contained page.
    Html,
    /// Markdown.
    Md,
    /// JSON.
    Json,
    /// The key figures as comma-separated values.
    Csv,
}

impl From<ReportName> for ReportFormat {
    fn from(name: ReportName) -> Self {
        match name {
            ReportName::Html => Self::Html,
            ReportName::Md => Self::Markdown,
            ReportName::Json => Self::Json,
            ReportName::Csv => Self::Csv,
        }
    }
}
