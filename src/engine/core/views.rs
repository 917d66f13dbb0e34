//! Chart subscriptions: what each chart asks for, and the newest answer to it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::model::{Timestamp, ViewData, ViewId, ViewRange, ViewRequest};
use crate::store::recent::Window;

/// Subscriptions one engine serves; what comes beyond is refused.
pub const MAX_VIEWS: usize = 64;
/// Series one subscription may name; the rest is left out.
pub const MAX_SERIES_PER_VIEW: usize = 128;

/// All subscriptions.
#[derive(Debug, Default)]
pub struct Views {
    wanted: BTreeMap<ViewId, ViewRequest>,
    answers: Arc<BTreeMap<ViewId, Arc<ViewData>>>,
}

impl Views {
    /// Keeps answering this request under this id. `false` where there are too many.
    pub fn subscribe(&mut self, id: ViewId, mut request: ViewRequest, window: &Window, now: Timestamp) -> bool {
        if !self.wanted.contains_key(&id) && self.wanted.len() >= MAX_VIEWS {
            return false;
        }
        if request.series.len() > MAX_SERIES_PER_VIEW {
            request.series = request.series[..MAX_SERIES_PER_VIEW].into();
        }
        let data = Arc::new(window.view(&request, now));
        self.wanted.insert(id, request);
        Arc::make_mut(&mut self.answers).insert(id, data);
        true
    }

    /// Ends a subscription.
    pub fn unsubscribe(&mut self, id: ViewId) {
        self.wanted.remove(&id);
        Arc::make_mut(&mut self.answers).remove(&id);
    }

    /// Answers anew what new data changes: live views, and fixed ones that reach to the newest data.
    pub fn refresh(&mut self, window: &Window, now: Timestamp, interval: Duration) {
        if self.wanted.is_empty() {
            return;
        }
        let mut answers = BTreeMap::new();
        for (id, request) in &self.wanted {
            let stands_still = match request.range {
                ViewRange::Live { .. } => false,
                ViewRange::Fixed(range) => range.end < now.minus(interval * 3),
            };
            let kept = self.answers.get(id).filter(|_| stands_still).cloned();
            answers.insert(*id, kept.unwrap_or_else(|| Arc::new(window.view(request, now))));
        }
        self.answers = Arc::new(answers);
    }

    /// The answers.
    pub fn answers(&self) -> Arc<BTreeMap<ViewId, Arc<ViewData>>> {
        self.answers.clone()
    }
}
