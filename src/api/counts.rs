//! What the server counts, from many requests at once.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::model::access::ApiCounts;

/// Counters. Each is exact by itself; a reading is not one moment's.
#[derive(Debug, Default)]
pub struct Counts {
    /// Connections open now.
    pub open: Counter,
    /// Connections taken.
    pub connections: Counter,
    /// Connections refused because too many were open.
    pub turned_away: Counter,
    /// Requests answered.
    pub requests: Counter,
    /// Requests refused by the guard.
    pub refused: Counter,
    /// Requests refused after too many wrong tokens.
    pub rate_limited: Counter,
    /// Clients that were too slow.
    pub timed_out: Counter,
    /// Requests whose handling broke down.
    pub panics: Counter,
}

/// One counter.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn add(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    /// One less.
    pub fn sub(&self) {
        self.0.fetch_sub(1, Relaxed);
    }

    /// The count.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

impl Counts {
    /// All of them, as the snapshot shows them.
    pub fn reading(&self) -> ApiCounts {
        ApiCounts {
            n_open: self.open.get(),
            n_connections: self.connections.get(),
            n_turned_away: self.turned_away.get(),
            n_requests: self.requests.get(),
            n_refused: self.refused.get(),
            n_rate_limited: self.rate_limited.get(),
            n_timed_out: self.timed_out.get(),
            n_panics: self.panics.get(),
        }
    }
}
