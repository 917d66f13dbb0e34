//! What endpoints keep between requests: nothing that grows without bound.

use std::sync::Arc;

use super::history::ViewSlots;
use super::status::StatusCache;

/// What endpoints keep between requests.
#[derive(Default)]
pub struct Kept {
    /// The text of the newest status.
    pub status: StatusCache,
    /// Places for questions to history.
    pub views: Arc<ViewSlots>,
}
