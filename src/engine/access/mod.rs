//! Who may use the API, as the engine keeps it: tokens, their last use, the log of changes, and how the server does.
//!
//! [`AccessDesk`] is the whole of it but for the world: commands, the server's words and outcomes go in, deeds come out.

mod desk;
pub mod files;
mod keeping;
pub mod state;
#[cfg(test)]
mod tests;
pub mod tls;
pub mod tokens;

use std::sync::Arc;

pub use self::desk::{AccessDeed, AccessDesk};
pub use self::files::{AccessFiles, AccessJob, AccessOutcome};
use crate::model::access::{ApiCounts, AuditEntry, ServerState};

/// What the API's server tells the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiEvent {
    /// How it does, and what stays unsafe as long as it is so.
    Server {
        /// Where it listens, or why it does not.
        state: ServerState,
        /// One sentence each.
        warnings: Vec<Arc<str>>,
    },
    /// What it counted.
    Counted(ApiCounts),
    /// A token was used; said at most once a minute for each.
    Used(Arc<str>),
    /// A change was asked for and answered. The time is the engine's.
    Changed(Box<AuditEntry>),
}

impl ApiEvent {
    /// Whether it can be shown with the next tick: nobody waits for it.
    pub fn is_quiet(&self) -> bool {
        matches!(self, Self::Counted(_) | Self::Used(_))
    }
}
