//! Jobs: what touches files and processes on the engine's behalf, one after the other on the job thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;
use std::time::Instant;

use super::access::{AccessFiles, AccessJob, AccessOutcome};
use super::alerting::files::RulesRead;
use super::alerting::{AlertFiles, AlertJob, AlertOutcome};
use super::handle::{Input, Inputs};
use super::own_work::{What, Work};
use super::pace::wall_time;
use super::services::{ServiceFiles, ServiceJob, ServiceOutcome};
use super::suggesting;
use super::telemetry::{RemoteFiles, RemoteJob, RemoteOutcome, sources};
use crate::model::source::Source;
use crate::model::{Layouts, ProcessKey, Settings, Severity, WindowMemory};
use crate::sampling::{panic_text, process};
use crate::store::document::{self, Document, DocumentError, Stamp};
use crate::suggest::Ledger;

/// Jobs that may wait at one time.
pub const JOB_CAPACITY: usize = 64;

/// Something to do outside the engine.
#[derive(Debug, Clone, PartialEq)]
pub enum Job {
    /// Writes the settings.
    WriteSettings(Settings),
    /// Writes the layouts.
    WriteLayouts(Layouts),
    /// Writes what the window remembers.
    WriteWindow(WindowMemory),
    /// Reads settings, layouts and alert rules again if somebody edited their files.
    CheckFiles,
    /// Reads what was kept of suggestions in a data folder.
    ReadSuggestions(PathBuf),
    /// Keeps it there.
    WriteSuggestions {
        /// The data folder.
        folder: PathBuf,
        /// What is kept.
        ledger: Box<Ledger>,
    },
    /// Reads or writes a file of alerts.
    Alerts(AlertJob),
    /// Reads or writes a file of the API.
    Access(AccessJob),
    /// Reads or writes the file of remote-write.
    Remote(RemoteJob),
    /// Reads the file of sources.
    ReadSources,
    /// Writes it.
    WriteSources(Vec<Source>),
    /// Reads or writes a file of services.
    Services(ServiceJob),
    /// Ends a process.
    EndProcess {
        /// Which.
        key: ProcessKey,
        /// Its name, for the notice.
        name: String,
        /// At once, without asking it to stop first.
        force: bool,
    },
}

impl Job {
    /// What it is, in a few words.
    fn name(&self) -> &'static str {
        match self {
            Self::WriteSettings(_) => "write the settings",
            Self::WriteLayouts(_) => "write the layouts",
            Self::WriteWindow(_) => "write what the window remembers",
            Self::CheckFiles => "look whether files were edited",
            Self::ReadSuggestions(_) => "read suggestions",
            Self::WriteSuggestions { .. } => "write suggestions",
            Self::Alerts(_) => "a file of alerts",
            Self::Access(_) => "a file of the API",
            Self::Remote(_) => "the file of remote-write",
            Self::ReadSources => "read the sources",
            Self::WriteSources(_) => "write the sources",
            Self::Services(_) => "the file of services",
            Self::EndProcess { .. } => "end a process",
        }
    }
}

/// What came of a job.
#[derive(Debug)]
pub enum JobOutcome {
    /// Done, and nothing to tell.
    Done,
    /// Something to tell the person.
    Told {
        /// How much it matters.
        severity: Severity,
        /// What happened.
        text: String,
        /// The cause, and what to do.
        detail: String,
    },
    /// A process was not ended.
    NotEnded {
        /// Which.
        key: ProcessKey,
        /// What happened.
        text: String,
        /// Why.
        why: String,
    },
    /// The settings file was edited.
    SettingsEdited(Settings),
    /// The layouts file was edited.
    LayoutsEdited(Layouts),
    /// What was kept of suggestions.
    SuggestionsRead(Box<Ledger>),
    /// Of a file of alerts.
    Alerts(AlertOutcome),
    /// Of a file of the API.
    Access(AccessOutcome),
    /// Of the file of remote-write.
    Remote(RemoteOutcome),
    /// What the file of sources holds.
    SourcesRead(Result<Vec<Source>, String>),
    /// It could not be written: why.
    SourcesNotWritten(String),
    /// Of a file of services.
    Services(ServiceOutcome),
}

impl JobOutcome {
    /// Whether it can be shown with the next tick: nobody waits for it.
    pub fn is_quiet(&self) -> bool {
        match self {
            Self::SuggestionsRead(_) | Self::Alerts(AlertOutcome::Kept(Ok(()))) => true,
            Self::Access(outcome) => outcome.is_quiet(),
            Self::Remote(outcome) => outcome.is_quiet(),
            Self::Services(outcome) => outcome.is_quiet(),
            Self::SourcesRead(read) => matches!(read, Ok(sources) if sources.is_empty()),
            Self::Alerts(AlertOutcome::Read(read)) => read.told.is_empty() && matches!(read.rules, RulesRead::Absent),
            _ => false,
        }
    }
}

/// The documents of the config folder, as the job thread knows them.
pub struct ConfigFiles {
    folder: PathBuf,
    settings: Stamp,
    layouts: Stamp,
    alerts: AlertFiles,
    access: AccessFiles,
    remote: RemoteFiles,
    services: ServiceFiles,
}

impl ConfigFiles {
    /// The documents of this folder, seen as unedited from here on.
    pub fn new(folder: PathBuf) -> Self {
        let (alerts, access) = (AlertFiles::new(&folder), AccessFiles::new(&folder));
        let (remote, services) = (RemoteFiles::new(&folder), ServiceFiles::new(&folder));
        let mut files = Self { folder, settings: None, layouts: None, alerts, access, remote, services };
        files.settings = document::stamp(&files.path::<Settings>());
        files.layouts = document::stamp(&files.path::<Layouts>());
        files
    }

    fn path<T: Document>(&self) -> PathBuf {
        self.folder.join(T::FILE)
    }

    fn write<T: Document>(&self, value: &T) -> JobOutcome {
        match document::write(&self.path::<T>(), value) {
            Ok(None) => JobOutcome::Done,
            Ok(Some(aside)) => JobOutcome::Told {
                severity: Severity::Warning,
                text: format!("The {} that did not parse was put aside", T::FILE),
                detail: format!("It is kept as {}", aside.display()),
            },
            Err(e) => JobOutcome::Told {
                severity: Severity::Error,
                text: format!("{} could not be written", T::FILE),
                detail: format!("The change holds until Perfdesk ends: {e}"),
            },
        }
    }

    fn read_again<T: Document>(&self, known: Stamp) -> (Stamp, Option<Result<T, DocumentError>>) {
        let path = self.path::<T>();
        let now = document::stamp(&path);
        // A file that went away is no edit: what is in force stays in force.
        if now == known || now.is_none() {
            return (known, None);
        }
        (now, document::read::<T>(&path).transpose())
    }

    fn check(&mut self, outcomes: &mut Vec<JobOutcome>) {
        let (stamp, edited) = self.read_again::<Settings>(self.settings);
        self.settings = stamp;
        outcomes.extend(edited.map(|read| read.map_or_else(|e| not_taken(&e), JobOutcome::SettingsEdited)));
        let (stamp, edited) = self.read_again::<Layouts>(self.layouts);
        self.layouts = stamp;
        outcomes.extend(edited.map(|read| read.map_or_else(|e| not_taken(&e), JobOutcome::LayoutsEdited)));
        outcomes.extend(self.alerts.edited().map(JobOutcome::Alerts));
        outcomes.extend(self.access.edited().map(JobOutcome::Access));
        outcomes.extend(self.remote.edited().map(JobOutcome::Remote));
        outcomes.extend(self.services.edited().map(JobOutcome::Services));
    }

    fn carry_out(&mut self, job: Job) -> Vec<JobOutcome> {
        let mut outcomes = Vec::new();
        match job {
            Job::WriteSettings(settings) => {
                outcomes.push(self.write(&settings));
                self.settings = document::stamp(&self.path::<Settings>());
            }
            Job::WriteLayouts(layouts) => {
                outcomes.push(self.write(&layouts));
                self.layouts = document::stamp(&self.path::<Layouts>());
            }
            Job::WriteWindow(memory) => outcomes.push(self.write(&memory)),
            Job::CheckFiles => self.check(&mut outcomes),
            Job::Alerts(job) => outcomes.push(JobOutcome::Alerts(self.alerts.carry_out(job))),
            Job::Access(job) => outcomes.push(JobOutcome::Access(self.access.carry_out(job))),
            Job::Remote(job) => outcomes.push(JobOutcome::Remote(self.remote.carry_out(job))),
            Job::Services(job) => outcomes.push(JobOutcome::Services(self.services.carry_out(job))),
            Job::ReadSources => outcomes.push(JobOutcome::SourcesRead(sources::read(&self.folder))),
            Job::WriteSources(all) => {
                outcomes.extend(sources::write(&self.folder, &all).err().map(JobOutcome::SourcesNotWritten));
            }
            Job::ReadSuggestions(folder) => {
                let ledger = suggesting::file::read(&folder).unwrap_or_else(|e| {
                    outcomes.push(JobOutcome::Told {
                        severity: Severity::Warning,
                        text: "What was done about suggestions was not read; the file is kept".into(),
                        detail: e.to_string(),
                    });
                    Ledger::default()
                });
                outcomes.push(JobOutcome::SuggestionsRead(Box::new(ledger)));
            }
            Job::WriteSuggestions { folder, ledger } => {
                let written = suggesting::file::write(&folder, &ledger);
                outcomes.extend(written.err().map(|e| JobOutcome::Told {
                    severity: Severity::Error,
                    text: "What was done about suggestions could not be written".into(),
                    detail: format!("It is forgotten when Perfdesk ends: {e}"),
                }));
            }
            Job::EndProcess { key, name, force } => outcomes.push(end_process(key, &name, force)),
        }
        outcomes
    }
}

fn not_taken(error: &DocumentError) -> JobOutcome {
    JobOutcome::Told {
        severity: Severity::Error,
        text: "An edited file was not taken over; what was in force stays in force".into(),
        detail: error.to_string(),
    }
}

fn end_process(key: ProcessKey, name: &str, force: bool) -> JobOutcome {
    match process::end(key, force) {
        Ok(()) => JobOutcome::Told {
            severity: Severity::Success,
            text: if force {
                format!("{name} (process {}) was ended", key.pid)
            } else {
                format!("{name} (process {}) was asked to stop", key.pid)
            },
            detail: String::new(),
        },
        Err(e) => JobOutcome::NotEnded {
            key,
            text: format!("{name} (process {}) was not ended", key.pid),
            why: e.to_string(),
        },
    }
}

/// The job thread: takes jobs until the engine closes the queue. A job that breaks down is told of and costs no other.
/// `waiting` counts those that wait.
pub fn run(mut files: ConfigFiles, jobs: &Receiver<Job>, waiting: &AtomicUsize, inputs: &Inputs) {
    while let Ok(job) = jobs.recv() {
        waiting.fetch_sub(1, Ordering::Relaxed);
        let (name, started) = (job.name(), Instant::now());
        let done = catch_unwind(AssertUnwindSafe(|| files.carry_out(job)));
        let what = What::Job { name, is_failed: done.is_err() };
        inputs.own_work().note(Work { what, end: wall_time(), took: started.elapsed() });
        match done {
            Ok(outcomes) => {
                for outcome in outcomes {
                    inputs.send(Input::JobDone(Box::new(outcome)));
                }
            }
            Err(panic) => inputs.send(Input::WorkerDied { worker: "job", probe: None, why: panic_text(&*panic) }),
        }
    }
}
