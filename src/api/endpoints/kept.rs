//! What endpoints keep between requests: nothing that grows without bound.

use super::history::ViewSlots;
use super::status::StatusCache;
use crate::api::jobs::{JobBook, Repeats};

/// What endpoints keep between requests.
#[derive(Debug, Default)]
pub struct Kept {
    /// The text of the newest status.
    pub(super) status: StatusCache,
    /// Places for questions to history.
    pub(super) views: ViewSlots,
    /// Jobs.
    pub(in crate::api) jobs: JobBook,
    /// Requests that may come again.
    pub(super) repeats: Repeats,
    /// Changes of the configuration, one after the other.
    pub(super) config_turn: tokio::sync::Mutex<()>,
}
