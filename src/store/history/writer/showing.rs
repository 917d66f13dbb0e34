//! What the writer lets readers see, and when.

use std::path::Path;

use super::Writer;
use crate::model::{SourceId, Tier};

impl Writer {
    /// Readers see the annotations and gaps as they are now.
    pub(super) fn show_events(&self) {
        let events = self.events.events().clone();
        self.shared.write().events = events;
    }

    /// Readers see how the writer does.
    pub(super) fn show_status(&self) {
        let mut shared = self.shared.write();
        let n_pending = shared.tail.n_unflushed() as u64;
        shared.status.state = self.state.clone();
        shared.status.flushed_at = self.flushed_at;
        shared.status.n_pending = n_pending;
        shared.status.n_dropped = self.n_dropped;
    }

    /// Readers see the files as they are now. A file that cannot be read now is looked at again the next time.
    pub(super) fn show_files(&self) {
        let _ = self.shared.write().index.refresh();
    }

    /// Readers see what was added to the present file of a tier.
    pub(super) fn show_added(&self, tier: Tier) {
        if let Some(path) = self.files.current(tier) {
            let _ = self.shared.write().index.refresh_file(path);
        }
    }

    /// Readers see a source's oldest full segment in its file and no longer in the tail, both at once.
    pub(super) fn show_sealed(&self, source: SourceId) {
        let mut shared = self.shared.write();
        if let Some(path) = self.files.current(Tier::Full) {
            let _ = shared.index.refresh_file(path);
        }
        shared.tail.sealed(source);
    }

    /// Readers do not see a file any more.
    pub(super) fn forget_shown(&self, path: &Path) {
        self.shared.write().index.forget(path);
    }
}
