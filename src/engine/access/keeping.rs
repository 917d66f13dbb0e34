//! What outlives the program: when it is written, and what happens where it cannot be.

use std::sync::Arc;
use std::time::Duration;

use super::desk::{AccessDeed, AccessDesk};
use super::files::AccessJob;
use super::state::AccessState;
use crate::model::access::AuditEntry;
use crate::model::{Severity, Timestamp};
use crate::store::audit_log::MAX_ENTRIES;

/// Time between two tries after a failure, and between two writings of last uses.
const KEEP_EVERY: Duration = Duration::from_secs(60);
const RETRY_EVERY: Duration = Duration::from_secs(10);
/// A word from the job thread that has not come by then will not.
const LOST_AFTER: Duration = Duration::from_secs(30);
/// What is told while nothing can be kept.
const NOT_KEPT: &str = "The API's log of changes cannot be kept on disk";

/// What is known, and what of it has yet to be written.
#[derive(Debug, Default)]
pub struct Keeping {
    state: AccessState,
    written: AccessState,
    entries: Vec<AuditEntry>,
    /// Since when an order is under way, and the entries in it.
    under_way: Option<(Timestamp, Vec<AuditEntry>)>,
    at: Timestamp,
    is_begun: bool,
    has_failed: bool,
}

impl Keeping {
    /// Takes over what an earlier run left.
    pub fn begin(&mut self, state: AccessState) {
        self.written = state.clone();
        let since = std::mem::replace(&mut self.state, state);
        self.state.used.extend(since.used);
        self.is_begun = true;
    }

    /// An entry that has to be written.
    pub fn add(&mut self, entry: AuditEntry) {
        self.entries.push(entry);
        let n_excess = self.entries.len().saturating_sub(MAX_ENTRIES);
        self.entries.drain(..n_excess);
    }

    /// When a token was last used.
    pub fn used(&self, name: &str) -> Option<Timestamp> {
        self.state.used.get(name).copied()
    }

    /// A token was used.
    pub fn use_of(&mut self, name: &str, at: Timestamp) {
        self.state.used.insert(name.into(), at);
    }

    /// A token is no more: the next one of its name is another.
    pub fn forget(&mut self, name: &str) {
        self.state.used.remove(name);
    }

    /// Those of these warnings that were not said yet; they count as said from here on, and all others as unsaid.
    pub fn unsaid(&mut self, warnings: &[Arc<str>]) -> Vec<Arc<str>> {
        let new: Vec<Arc<str>> = warnings.iter().filter(|text| !self.state.said.contains(&***text)).cloned().collect();
        self.state.said = warnings.iter().map(|text| text.to_string()).collect();
        new
    }

    fn take_up(&mut self) {
        if let Some((_, mut entries)) = self.under_way.take() {
            entries.append(&mut self.entries);
            self.entries = entries;
            self.written = AccessState::default();
        }
    }
}

impl AccessDesk {
    /// Has written what waits, where it is time.
    pub(super) fn keep(&mut self, at: Timestamp) {
        if let Some((since, _)) = &self.keeping.under_way {
            if at.since(*since) < LOST_AFTER {
                return;
            }
            self.keeping.take_up();
        }
        let waited = at.since(self.keeping.at);
        let is_time = if self.keeping.has_failed { waited >= RETRY_EVERY } else { waited >= KEEP_EVERY };
        if is_time || at < self.keeping.at {
            let job = self.keep_job(at);
            self.deeds.extend(job.map(AccessDeed::Job));
        }
    }

    /// Has written what waits, unless that is under way or did not work lately.
    pub(super) fn keep_now(&mut self, at: Timestamp) {
        if self.keeping.under_way.is_none() && !self.keeping.has_failed {
            let job = self.keep_job(at);
            self.deeds.extend(job.map(AccessDeed::Job));
        }
    }

    fn keep_job(&mut self, at: Timestamp) -> Option<AccessJob> {
        // Before the files were read, writing last uses would lose those of the run before.
        if !self.keeping.is_begun {
            return None;
        }
        self.keeping.at = at;
        let is_new = self.keeping.state != self.keeping.written;
        let entries = std::mem::take(&mut self.keeping.entries);
        if !is_new && entries.is_empty() {
            return None;
        }
        self.keeping.under_way = Some((at, entries.clone()));
        let state = is_new.then(|| {
            self.keeping.written = self.keeping.state.clone();
            Box::new(self.keeping.state.clone())
        });
        Some(AccessJob::Keep { data: self.data.clone(), state, entries })
    }

    /// What is written last, when the program ends in order.
    pub fn farewell(&mut self, at: Timestamp) -> Option<AccessJob> {
        // What is under way is before this in the job thread's queue.
        self.keep_job(at)
    }

    pub(super) fn kept(&mut self, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => {
                let at = self.keeping.under_way.take().map(|(at, _)| at);
                if std::mem::take(&mut self.keeping.has_failed) {
                    self.deeds.push(AccessDeed::Withdraw(NOT_KEPT.into()));
                }
                if let Some(at) = at.filter(|_| !self.keeping.entries.is_empty()) {
                    self.keep_now(at);
                }
            }
            Err(why) => {
                self.keeping.take_up();
                if !std::mem::replace(&mut self.keeping.has_failed, true) {
                    self.tell(Severity::Error, NOT_KEPT, format!("It is tried again every 10 s: {why}"));
                }
            }
        }
    }
}
