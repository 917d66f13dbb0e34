//! Arguments of `perfdesk alert`. Not what they do.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use crate::model::AlertLogFormat;

/// What to do with alert rules.
#[derive(Debug, Clone, PartialEq, Subcommand)]
pub enum AlertTask {
    /// List the rules in force, and how each was left by the last run.
    List {
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write the alerts of the past, newest first.
    Log {
        /// In which form.
        #[arg(long, value_enum, default_value_t = LogForm::Csv)]
        format: LogForm,
        /// Into this file, whole or not at all, instead of to standard output.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Check a file of rules; exits with 1 where one cannot run.
    Check {
        /// The file.
        file: PathBuf,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Run the tests of a file: rules, made-up samples, and the changes they must bring; exits with 1 where one fails.
    Test {
        /// The file: `(tests: [(rule: "cpu > 80% for 5m", samples: "95@1s*400", expect: "pending@0 firing@300")])`.
        file: PathBuf,
    },
    /// Say when the rules of a file would have fired over the stored history.
    Backtest {
        /// The file of rules.
        file: PathBuf,
        /// Only this rule.
        #[arg(long, value_name = "ID")]
        rule: Option<String>,
        /// Where the past begins: -7d, "yesterday 14:00", 2026-11-01.
        #[arg(long, value_name = "TIME", default_value = "-7d", allow_hyphen_values = true)]
        from: String,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// The forms of the log, as they are typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogForm {
    /// Comma-separated values: a row for each alert.
    Csv,
    /// A JSON array of objects.
    Json,
}

impl LogForm {
    /// The form that is meant.
    pub const fn meant(self) -> AlertLogFormat {
        match self {
            Self::Csv => AlertLogFormat::Csv,
            Self::Json => AlertLogFormat::Json,
        }
    }
}
