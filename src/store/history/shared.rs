//! What the writer and the readers of one process share. The writer makes a sealed segment seen and takes it out of the
//! tail under one lock, so that no reader sees samples twice or misses them.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::events::Events;
use super::index::Index;
use super::tail::Tail;
use crate::model::HistoryStatus;

/// The state of a history.
#[derive(Debug)]
pub struct State {
    /// What is sealed.
    pub index: Index,
    /// What is not.
    pub tail: Tail,
    /// Annotations and gaps.
    pub events: Events,
    /// How the writer does; its tiers, bytes and imports are filled in from the index when it is asked for.
    pub status: HistoryStatus,
}

/// The state behind its lock. Readers hold it only as long as it takes to note what to read.
#[derive(Debug)]
pub struct Shared {
    state: RwLock<State>,
}

impl Shared {
    /// Shares a state.
    pub fn new(state: State) -> Self {
        Self { state: RwLock::new(state) }
    }

    /// To look at it.
    pub fn read(&self) -> RwLockReadGuard<'_, State> {
        // Whoever fell over has left nothing half done: every change is made in one step.
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// To change it.
    pub fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}
