//! The closed set of things a client may ask of the engine.
//!
//! Commands have no answer: the outcome is in the next snapshot, or is a notice.

use serde::{Deserialize, Serialize};

use super::access::AccessCommand;
use super::alert::AlertCommand;
use super::annotation::{Annotation, AnnotationId, AnnotationText};
use super::compare::CompareRequest;
use super::layout::Layouts;
use super::notice::NoticeId;
use super::process::ProcessKey;
use super::profile::{ApplyCommand, BindingCommand, ProfileCommand};
use super::remote_write::RemoteWriteCommand;
use super::run::RunCommand;
use super::service::ServiceCommand;
use super::settings::{Settings, WindowMemory};
use super::source::SourceCommand;
use super::suggest::SuggestCommand;
use super::task::{TaskId, TaskRequest};
use super::time::Timestamp;
use super::view::{ViewId, ViewRequest};

/// Anything a client may ask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Charts.
    View(ViewCommand),
    /// Settings.
    Settings(SettingsCommand),
    /// Processes.
    Process(ProcessCommand),
    /// Chart layouts.
    Layout(LayoutCommand),
    /// The window's memory.
    Window(WindowCommand),
    /// Notices.
    Notice(NoticeCommand),
    /// The past.
    History(HistoryCommand),
    /// Notes on the time axis.
    Annotation(AnnotationCommand),
    /// Exports, imports, reports.
    Task(TaskCommand),
    /// Tuning profiles.
    Profile(ProfileCommand),
    /// Where profiles go.
    Binding(BindingCommand),
    /// Plans and applies.
    Apply(ApplyCommand),
    /// Alerts.
    Alert(AlertCommand),
    /// Suggestions.
    Suggest(SuggestCommand),
    /// Who may use the HTTP API.
    Access(AccessCommand),
    /// Sending samples on to other servers.
    RemoteWrite(RemoteWriteCommand),
    /// Other servers whose series are charted.
    Source(SourceCommand),
    /// The user's own services.
    Service(ServiceCommand),
    /// Starting, stopping and watching services that Perfdesk runs.
    Run(RunCommand),
}

/// About the past.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum HistoryCommand {
    /// Puts everything known of one moment into the snapshot; `None` takes it out.
    Inspect(Option<Timestamp>),
    /// Puts two periods side by side into the snapshot; `None` takes them out.
    Compare(Option<CompareRequest>),
}

/// About annotations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum AnnotationCommand {
    /// Adds one under a new number.
    Add(AnnotationText),
    /// Changes a person's own.
    Edit(Annotation),
    /// Takes a person's own away.
    Remove(AnnotationId),
}

/// About long work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TaskCommand {
    /// Begins it, after those asked for before.
    Start(TaskRequest),
    /// Ends it; nothing of it stays.
    Cancel(TaskId),
    /// Takes one that is over off the list.
    Dismiss(TaskId),
}

/// About charts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ViewCommand {
    /// Keeps the answer to `request` in every snapshot from now on, under `id`.
    Subscribe {
        /// The chart.
        id: ViewId,
        /// What it shows.
        request: ViewRequest,
    },
    /// Ends a subscription.
    Unsubscribe {
        /// The chart.
        id: ViewId,
    },
}

/// About settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum SettingsCommand {
    /// Puts these in force and into `settings.ron`; numbers out of bounds are brought within them.
    Replace(Settings),
}

/// About processes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ProcessCommand {
    /// Reads one process in detail at every tick; `None` ends that.
    Inspect(Option<ProcessKey>),
    /// Ends a process, if the pid still belongs to it.
    End {
        /// Which.
        key: ProcessKey,
        /// Its name, for the notice.
        name: String,
        /// Ends it at once, without asking it to stop first.
        force: bool,
    },
}

/// About layouts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum LayoutCommand {
    /// Puts these in force and into `layouts.ron`.
    Replace(Layouts),
}

/// About the window's memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum WindowCommand {
    /// Keeps this in `window.ron`.
    Remember(WindowMemory),
}

/// About notices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum NoticeCommand {
    /// Takes a notice off the list.
    Dismiss(NoticeId),
}
