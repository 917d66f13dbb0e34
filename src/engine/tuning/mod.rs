//! Tuning profiles as the engine has them: what the apply thread is asked, what it tells, and the desk it works at.
//!
//! The desk is synchronous, so that the command line works at the same one without a thread.

mod applying;
pub mod bound_files;
mod comparing;
mod desk;
pub mod documents;
mod editing;
mod memory;
mod plans;
pub mod service;
pub mod targets;

use std::sync::Arc;

pub use self::desk::Desk;
pub use self::memory::Memory;
pub use self::plans::{applied, draw_up, newest_staying, stays};

use crate::model::profile::{ApplyCommand, ApplyRecord, BindingCommand, ProfileCommand, Secret, Tuning};
use crate::model::{Severity, Timestamp};

/// Requests that may wait for the apply thread at one time.
pub const TUNING_CAPACITY: usize = 32;

/// Why an apply goes back that a person takes back.
pub const ASKED_FOR: &str = "it was asked for";

/// Why an apply goes back that the end of the program takes back.
pub const PROGRAM_ENDED: &str = "Perfdesk ended before it was kept";

/// What the apply thread is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum TuningRequest {
    /// Look whether somebody edited a document or a bound file; the first of these opens everything.
    LookAround,
    /// About profiles.
    Profile(ProfileCommand),
    /// About bindings.
    Binding(BindingCommand),
    /// About applying.
    Apply(ApplyCommand),
}

/// What the apply thread tells.
#[derive(Debug, Clone)]
pub enum TuningEvent {
    /// Everything as it is now.
    Now {
        /// All of it.
        tuning: Box<Tuning>,
        /// Whether nobody waits for it: the next publication is soon enough.
        is_quiet: bool,
    },
    /// An apply that an earlier run left unfinished, and how it is over now.
    Recovered {
        /// It.
        record: Arc<ApplyRecord>,
        /// What was done about it at this start; empty where the earlier run did it all.
        how: String,
        /// When it was over.
        at: Timestamp,
    },
    /// A secret on its way to the clipboard.
    Revealed {
        /// Its name.
        name: Arc<str>,
        /// Itself.
        secret: Secret,
    },
    /// Something to tell the person.
    Told {
        /// How much it matters.
        severity: Severity,
        /// What happened.
        text: String,
        /// The cause, and what to do; may be empty.
        detail: String,
    },
}

impl TuningEvent {
    /// Whether nobody waits for this.
    pub const fn is_quiet(&self) -> bool {
        matches!(self, Self::Now { is_quiet: true, .. })
    }
}
