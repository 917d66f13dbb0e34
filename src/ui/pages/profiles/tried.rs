//! Profiles as they were before an apply that still waits: what is on trial keeps its marks until it is kept or gone. Nothing
//! here draws.

use std::sync::Arc;
use std::time::Duration;

use crate::model::Timestamp;
use crate::model::profile::{ApplyId, Profile, Tuning};

/// How long an apply that was asked for may take until it is there.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was kept when an apply was asked for on the page.
#[derive(Debug)]
pub struct Tried {
    before: Before,
    /// The newest apply there was then.
    newest: Option<ApplyId>,
    since: Timestamp,
}

/// Profiles, and the machine's own layer, at one time.
#[derive(Debug, Clone)]
pub struct Before {
    /// All profiles.
    pub profiles: Arc<[Arc<Profile>]>,
    /// The machine's own layer.
    pub local: Option<Arc<Profile>>,
}

impl Before {
    /// Whether two are the same in memory.
    pub fn is_same(&self, other: &Self) -> bool {
        let is_same_local = match (&self.local, &other.local) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        };
        Arc::ptr_eq(&self.profiles, &other.profiles) && is_same_local
    }
}

impl Tried {
    /// An apply is asked for now.
    pub fn begin(tuning: &Tuning, now: Timestamp) -> Self {
        let before = Before { profiles: tuning.profiles.clone(), local: tuning.local.clone() };
        Self { before, newest: newest(tuning), since: now }
    }

    /// What was kept before, while the apply goes on or waits to be kept; `None` once it is over, or never came.
    pub fn before(&self, tuning: &Tuning, now: Timestamp) -> Option<&Before> {
        let is_there = newest(tuning) != self.newest;
        let waits = if is_there { tuning.running().is_some() } else { now.since(self.since) <= PATIENCE };
        waits.then_some(&self.before)
    }
}

fn newest(tuning: &Tuning) -> Option<ApplyId> {
    tuning.applies.iter().map(|record| record.id).max()
}
