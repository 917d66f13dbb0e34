//! History as the core knows it: what it is told of the store thread, and what it gives that thread.

use std::sync::Arc;

use crate::store::history::HistoryRead;

/// What is known of history.
#[derive(Default)]
pub struct HistoryBook {
    reader: Option<Arc<dyn HistoryRead>>,
}

impl HistoryBook {
    /// History to read, once it is open.
    pub fn reader(&self) -> Option<Arc<dyn HistoryRead>> {
        self.reader.clone()
    }
}
