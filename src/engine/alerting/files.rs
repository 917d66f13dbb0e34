//! The files of alerts, as the job thread reads and writes them: the rules in the config folder, what the rules have
//! reached and the log in the data folder.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::state::AlertState;
use crate::alert::document::{RuleDocument, read_document, write_document};
use crate::model::alert::{AlertRecord, RuleProblem};
use crate::store::alert_log::AlertLogFile;
use crate::store::atomic;
use crate::store::document::{self, Document as _, DocumentError, Stamp};

/// The rules' file in the config folder.
pub const RULES_FILE: &str = "alerts.ron";
/// Greatest size of it, bytes.
const MAX_BYTES: u64 = 4 * 1024 * 1024;
/// What stands at its head.
const ABOUT: &str = "// Perfdesk's alert rules. Edit freely: the running program reads them again.\n";

/// Something to do with the files of alerts.
#[derive(Debug, Clone, PartialEq)]
pub enum AlertJob {
    /// Reads all of them.
    Read {
        /// The data folder.
        data: PathBuf,
    },
    /// Writes the rules.
    WriteRules(RuleDocument),
    /// Keeps what rules have reached, and adds to the log.
    Keep {
        /// The data folder.
        data: PathBuf,
        /// What they have reached, where that is to be written.
        state: Option<Box<AlertState>>,
        /// Alerts that changed.
        records: Vec<AlertRecord>,
    },
}

/// What came of it.
#[derive(Debug)]
pub enum AlertOutcome {
    /// All files, at the start.
    Read(Box<AlertsRead>),
    /// The rules' file was edited.
    RulesEdited(RulesRead),
    /// The rules are written; where a file that did not read was put, or why they are not.
    RulesWritten(Result<Option<PathBuf>, String>),
    /// What rules have reached and the log are kept, or why not.
    Kept(Result<(), String>),
}

/// What the files of alerts hold.
#[derive(Debug)]
pub struct AlertsRead {
    /// The rules.
    pub rules: RulesRead,
    /// What they had reached.
    pub state: AlertState,
    /// The log by number.
    pub records: Vec<AlertRecord>,
    /// What a person should know: what, and the cause.
    pub told: Vec<(String, String)>,
}

/// What the rules' file holds.
#[derive(Debug)]
pub enum RulesRead {
    /// There is none.
    Absent,
    /// Rules, and the faults of those that are left out.
    Rules(RuleDocument, Vec<RuleProblem>),
    /// It does not read: why, with line and column.
    Broken(String),
}

/// The files, as the job thread knows them.
#[derive(Debug)]
pub struct AlertFiles {
    rules: PathBuf,
    stamp: Stamp,
    log: Option<AlertLogFile>,
}

impl AlertFiles {
    /// The rules of this config folder.
    pub fn new(config: &Path) -> Self {
        let rules = config.join(RULES_FILE);
        Self { stamp: document::stamp(&rules), rules, log: None }
    }

    /// Does something.
    pub fn carry_out(&mut self, job: AlertJob) -> AlertOutcome {
        match job {
            AlertJob::Read { data } => AlertOutcome::Read(Box::new(self.read(&data))),
            AlertJob::WriteRules(document) => {
                let written = write_rules(&self.rules, &document);
                self.stamp = document::stamp(&self.rules);
                AlertOutcome::RulesWritten(written.map_err(|e| format!("{}: {e}", self.rules.display())))
            }
            AlertJob::Keep { data, state, records } => AlertOutcome::Kept(self.keep(&data, state.as_deref(), &records)),
        }
    }

    /// The rules, where somebody edited their file since it was last looked at. One that went away is no edit.
    pub fn edited(&mut self) -> Option<AlertOutcome> {
        let now = document::stamp(&self.rules);
        if now == self.stamp || now.is_none() {
            return None;
        }
        self.stamp = now;
        Some(AlertOutcome::RulesEdited(read_rules(&self.rules)))
    }

    fn read(&mut self, data: &Path) -> AlertsRead {
        let mut told = Vec::new();
        self.stamp = document::stamp(&self.rules);
        let rules = read_rules(&self.rules);
        let path = data.join(AlertState::FILE);
        let state = document::read::<AlertState>(&path).unwrap_or_else(|error| {
            told.push(("What alert rules had reached was not read: they begin anew".into(), put_aside(&path, &error)));
            None
        });
        let records = match AlertLogFile::open(data) {
            Ok((log, records, why)) => {
                self.log = Some(log);
                told.extend(why.map(|why| ("A part of the alert log was not read".into(), why)));
                records
            }
            Err(e) => {
                let path = data.join(AlertLogFile::FILE);
                told.push(("The alert log was not read".into(), format!("{}: {e}", path.display())));
                Vec::new()
            }
        };
        AlertsRead { rules, state: state.unwrap_or_default(), records, told }
    }

    /// The log first: what it says counts more when the two disagree.
    fn keep(&mut self, data: &Path, state: Option<&AlertState>, records: &[AlertRecord]) -> Result<(), String> {
        if !records.is_empty() {
            let fail = |e: io::Error| format!("{}: {e}", data.join(AlertLogFile::FILE).display());
            if self.log.is_none() {
                self.log = Some(AlertLogFile::open(data).map_err(fail)?.0);
            }
            if let Some(log) = &mut self.log {
                log.append(records).map_err(fail)?;
            }
        }
        let Some(state) = state else { return Ok(()) };
        document::write(&data.join(AlertState::FILE), state).map(drop).map_err(|e| e.to_string())
    }
}

/// Puts a file that does not read aside; says why, and where it is.
fn put_aside(path: &Path, error: &DocumentError) -> String {
    match atomic::put_aside(path) {
        Ok(aside) => format!("{error}. It is kept as {}", aside.display()),
        Err(_) => error.to_string(),
    }
}

/// Reads a file of rules.
pub fn read_rules(path: &Path) -> RulesRead {
    let name = path.display();
    match text_of(path) {
        Ok(None) => RulesRead::Absent,
        Err(e) => RulesRead::Broken(format!("{name}: {e}")),
        Ok(Some(bytes)) => {
            let text = match str::from_utf8(&bytes) {
                Ok(text) => text,
                Err(e) => {
                    let good = String::from_utf8_lossy(&bytes[..e.valid_up_to()]).into_owned();
                    let last = good.rsplit('\n').next().unwrap_or_default();
                    let (line, column) = (good.matches('\n').count() + 1, last.chars().count() + 1);
                    let what = "it is not text in UTF-8";
                    return RulesRead::Broken(format!("{name} does not read: line {line}, column {column}: {what}"));
                }
            };
            match read_document(text) {
                Ok((document, faults)) => RulesRead::Rules(document, faults),
                Err(problem) => RulesRead::Broken(format!("{name} does not read: {}", problem.text)),
            }
        }
    }
}

fn text_of(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::metadata(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
        // A pipe would keep the program waiting, and a device may never end.
        Ok(meta) if !meta.is_file() => return Err(io::Error::other("it is not a file: move it away")),
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::other("it is larger than 4 MiB and was not read"));
    }
    Ok(Some(bytes))
}

/// Writes the rules, whole or not at all, with the file before as a copy beside it. One of which something would be
/// lost, since it does not read wholly, is put aside; gives where.
fn write_rules(path: &Path, document: &RuleDocument) -> io::Result<Option<PathBuf>> {
    let loses = match read_rules(path) {
        RulesRead::Absent => false,
        RulesRead::Rules(_, faults) => !faults.is_empty(),
        RulesRead::Broken(_) if !path.is_file() => return Err(io::Error::other("it is not a file: move it away")),
        RulesRead::Broken(_) => true,
    };
    let aside = if loses { Some(atomic::put_aside(path)?) } else { None };
    atomic::write(path, format!("{ABOUT}{}", write_document(document)).as_bytes(), true)?;
    Ok(aside)
}
