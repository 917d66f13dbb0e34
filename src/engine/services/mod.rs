//! Services: what is set up to watch them, the desk in the core, and the works that listen, scrape and check.

pub mod books;
mod desk;
pub mod document;
mod doors;
mod files;
mod kept;
pub mod probe;
pub mod runs;
mod set_up;
mod set_up_runs;
#[cfg(test)]
pub mod tests;
pub mod works;

use std::sync::Arc;

use crate::model::access::ApiSettings;
use crate::model::database::StatementId;
use crate::model::profile::ProfileName;
use crate::model::run::{OutputAnswer, RunCommand, RunState};
use crate::model::service::{ServiceSetup, TraceAnswer, TraceQuestion};
use crate::model::{AnnotationKind, Severity};
use crate::run::environment::Profiles;
use crate::telemetry::receive::ReceiverEvent;

pub use desk::{ServiceDeed, ServiceDesk};
pub use files::{ServiceFiles, ServiceJob, ServiceOutcome};

/// What the works tell the core.
#[derive(Debug)]
pub enum ServiceEvent {
    /// How a listener does.
    Receiver(ReceiverEvent),
    /// What was found of traces and logs.
    Answer(Box<TraceAnswer>),
    /// How all services do that are run.
    Runs(Arc<[Arc<RunState>]>),
    /// What they print, as far as it was asked for.
    Outputs(Arc<[Arc<OutputAnswer>]>),
    /// Something happened that belongs on the time axis, and that a person may want to know now.
    Noted {
        /// What kind of mark it is.
        kind: AnnotationKind,
        /// How much it matters; `None` is a mark alone.
        severity: Option<Severity>,
        /// What happened.
        text: String,
        /// More about it.
        detail: String,
    },
}

/// Services that stand in their file with a fault and are not run so; `None` where the file was not read, and nobody knows
/// what it would have said.
pub type Faulty = Option<Arc<[Arc<str>]>>;

/// What the core asks of the works. None of it waits.
#[derive(Debug, Clone, PartialEq)]
pub enum ServiceOrder {
    /// Puts a set-up in force, with what is faulty in its file; doors beyond this machine have the API's certificate.
    SetUp(Box<ServiceSetup>, Box<ApiSettings>, Faulty),
    /// Runs a check now.
    RunCheck(Arc<str>),
    /// Looks at a database now.
    AskDatabase(Arc<str>),
    /// Has a database plan a statement.
    Explain(Arc<str>, StatementId),
    /// Forgets what was heard of a service.
    Forget(Arc<str>),
    /// Looks for traces and logs.
    Ask(TraceQuestion),
    /// Keeps what is known of health checks.
    KeepChecks,
    /// Starts or stops services, or looks through their output.
    Run(RunCommand),
    /// This profile is active from now on; with what every profile has as variables.
    Profile(Option<ProfileName>, Profiles),
    /// Which checked services are healthy.
    Checks(Vec<(Arc<str>, Option<bool>)>),
}
