//! Tasks: exports, imports and reports, one after the other on the task thread, with progress and a way to end them.
//!
//! Here is the runner alone. What each kind of task does stands in [`transfer`] and [`report`]: one function a kind,
//! from a [`TaskCx`] and a progress to what came of it. A file it writes is a
//! [`PartFile`](crate::store::part_file::PartFile), so nothing stays of what is cancelled or fails.

mod alert_log;
pub mod report;
mod runner;
pub mod transfer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

pub use self::runner::{TaskEvent, event, run};
use super::store_queue::StoreQueue;
use crate::model::alert::AlertRecord;
use crate::model::{
    ImportPreview, MachineInfo, SeriesId, SeriesInfo, SeriesKey, Settings, TaskId, TaskRequest, Timestamp,
};
use crate::store::history::{HistoryError, HistoryRead};
use crate::store::progress::{Cancelled, Progress};
use crate::store::transfer::TransferError;

/// Tasks that may wait or run at one time.
pub const TASK_CAPACITY: usize = 16;

/// A task on its way to the task thread: what is asked, and the world as it was then.
pub struct TaskStart {
    /// Its number.
    pub id: TaskId,
    /// What is asked.
    pub request: TaskRequest,
    /// Set when it is to end early.
    pub cancel: Arc<AtomicBool>,
    /// What it is given.
    pub cx: TaskCx,
}

/// The world as a task sees it. It stands still while the task runs, but for history.
#[derive(Clone)]
pub struct TaskCx {
    /// History, where it could be opened; otherwise why not.
    pub history: Result<Arc<dyn HistoryRead>, Arc<str>>,
    /// The folder of history.
    pub folder: PathBuf,
    /// The data folder, in which the alert log is.
    pub data: PathBuf,
    /// The queue to the store thread, which alone writes history.
    pub store: StoreQueue,
    /// Every series, by id.
    pub series: Arc<[SeriesInfo]>,
    /// Alerts of the log as they stand now, newest first, as many as a snapshot has.
    pub alerts: Arc<[AlertRecord]>,
    /// The machine.
    pub machine: Arc<MachineInfo>,
    /// Settings in force.
    pub settings: Arc<Settings>,
    /// When the task was asked for.
    pub now: Timestamp,
}

impl TaskCx {
    /// History.
    ///
    /// # Errors
    /// [`TaskError::Failed`] where it could not be opened.
    pub fn history(&self) -> Result<&dyn HistoryRead, TaskError> {
        match &self.history {
            Ok(history) => Ok(&**history),
            Err(why) => Err(TaskError::Failed(why.to_string())),
        }
    }

    /// What puts things into history; each of its calls waits for the store thread.
    pub fn writer(&self) -> StoreQueue {
        self.store.clone()
    }

    /// The keys of these series, in that order; those that are not known are left out.
    pub fn keys(&self, series: &[SeriesId]) -> Vec<SeriesKey> {
        series.iter().filter_map(|id| Some(self.series.get(id.0 as usize)?.def.key.clone())).collect()
    }
}

/// What came of a task.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskEnd {
    /// What came of it; a sentence without a final period, such as "86,400 samples of 12 series, 2.1 MB".
    pub text: String,
    /// What to know beside that, such as rows that were left out; a line each.
    pub remarks: Vec<String>,
    /// Files it wrote.
    pub files: Vec<PathBuf>,
    /// The file it looked at for import.
    pub preview: Option<ImportPreview>,
}

/// Why a task did not end well. Nothing is left of it.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// A person ended it.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// Why, and what to do; a sentence without a final period.
    #[error("{0}")]
    Failed(String),
}

impl TaskError {
    /// A file that could not be written, in the words that exports have for it.
    pub fn unwritten(path: &Path, source: std::io::Error) -> Self {
        Self::Failed(TransferError::Write { path: path.to_owned(), source }.to_string())
    }
}

impl From<HistoryError> for TaskError {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            other => Self::Failed(other.to_string()),
        }
    }
}

/// Carries a task out.
///
/// # Errors
/// [`TaskError`].
pub fn carry_out(request: &TaskRequest, cx: &TaskCx, progress: &mut dyn Progress) -> Result<TaskEnd, TaskError> {
    if let TaskRequest::Export { path, .. } | TaskRequest::ExportArchive { path } | TaskRequest::Report { path, .. } =
        request
    {
        refuse_own(path, &cx.folder)?;
        // Ticks that wait before the store when this is asked for are part of what is asked for.
        cx.store.settle();
    }
    match request {
        TaskRequest::ExportAlerts { alerts, format, path } => {
            refuse_own(path, &cx.data)?;
            alert_log::export(cx, alerts, *format, path, progress)
        }
        TaskRequest::Export { range, series, format, path } => {
            transfer::export(cx, *range, series, *format, path, progress)
        }
        TaskRequest::ExportArchive { path } => transfer::export_archive(cx, path, progress),
        TaskRequest::ImportArchive { path } => transfer::import_archive(cx, path, progress),
        TaskRequest::PreviewImport { path } => transfer::preview_import(path),
        TaskRequest::ImportCsv { path, mapping } => transfer::import_csv(cx, path, mapping, progress),
        TaskRequest::RemoveImport { name } => transfer::remove_import(cx, name),
        TaskRequest::Report { range, series, title, remarks, path, formats } => {
            let wanted = report::ReportWanted { range: *range, series, title, remarks, path, formats };
            report::report(cx, &wanted, progress)
        }
    }
}

/// Nothing is written among Perfdesk's own files, which it would spoil.
fn refuse_own(path: &Path, folder: &Path) -> Result<(), TaskError> {
    let real = |path: &Path| path.canonicalize().ok();
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (real(parent), real(folder)) {
        (Some(parent), Some(own)) if parent.starts_with(&own) => {
            let folder = folder.display();
            Err(TaskError::Failed(format!("Perfdesk keeps its own files there; choose another folder than {folder}")))
        }
        _ => Ok(()),
    }
}

/// What a task is, in the words of the list of tasks.
pub fn title(request: &TaskRequest) -> String {
    let name = |path: &Path| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    match request {
        TaskRequest::Export { path, .. } => format!("Export to {}", name(path)),
        TaskRequest::ExportAlerts { path, .. } => format!("Alert log to {}", name(path)),
        TaskRequest::ExportArchive { path } => format!("Archive of all history to {}", name(path)),
        TaskRequest::ImportArchive { path } => format!("Import of the archive {}", name(path)),
        TaskRequest::PreviewImport { path } => format!("Look at {}", name(path)),
        TaskRequest::ImportCsv { path, mapping } => format!("Import of {} as {}", name(path), mapping.recording),
        TaskRequest::RemoveImport { name } => format!("Removal of the recording {name}"),
        TaskRequest::Report { path, .. } => format!("Report {}", name(path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_among_the_files_of_history() {
        let data = tempfile::tempdir().expect("a folder");
        let own = data.path().join("history");
        std::fs::create_dir_all(own.join("imports")).expect("made");
        for (name, is_refused) in [
            ("history/journal-00000001.seg", true),
            ("history/imports/x.csv", true),
            ("history/../history/x.csv", true),
            ("x.csv", false),
            ("history.csv", false),
            ("not yet there/x.csv", false),
        ] {
            assert_eq!(refuse_own(&data.path().join(name), &own).is_err(), is_refused, "{name}");
        }
        assert!(refuse_own(Path::new("x.csv"), &own).is_ok());
    }
}
