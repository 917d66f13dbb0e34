//! What a client may ask about running services.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::definition::Run;
use super::output::OutputQuestion;

/// About running services. None of it waits: how it goes is in the state of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum RunCommand {
    /// Keeps how a service is run, in place of the one of its name; secrets left out stay as they are. One that runs takes
    /// it at its next start.
    Put(Box<Run>),
    /// Runs it no more: it is stopped, and how it is run forgotten.
    Remove(Arc<str>),
    /// Starts a service and first what it needs. One that runs is left as it is; one that waits to be started again is
    /// started now.
    Start(Arc<str>),
    /// Stops a service and first those that need it.
    Stop(Arc<str>),
    /// Stops and starts it, and those that need it and ran.
    Restart(Arc<str>),
    /// Starts all that are not lazy, in the order of their needs.
    StartAll,
    /// Stops all, those that are needed last.
    StopAll,
    /// Looks for lines of a service's output. The answer is in the snapshot, and renewed as lines come, until the question
    /// is left or newer ones need its place.
    AskOutput(OutputQuestion),
    /// Leaves a question about output: its answer is of no use any more.
    LeaveOutput(OutputQuestion),
}
