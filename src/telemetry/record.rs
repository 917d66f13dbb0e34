//! Where the figures of services go at each tick: series with their values.

use std::time::Duration;

use crate::model::{SeriesDef, Slot, Timestamp};

/// How far apart the times of two threads may be.
const APART: Duration = Duration::from_secs(10);

/// Whether the clock was set back between these two times, of which the first came first.
pub fn is_set_back(before: Timestamp, at: Timestamp) -> bool {
    before.since(at) > APART
}

/// When a tick happens, on both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tick {
    /// Wall time.
    pub at: Timestamp,
    /// Monotonic time since some fixed start.
    pub elapsed: Duration,
    /// Counts the starts of what records: with a new one every series is defined anew.
    pub generation: u32,
}

/// Takes series and their values. The engine gives what stands behind it.
pub trait Record {
    /// Names a series once in a generation; keep the slot.
    fn define(&mut self, def: SeriesDef) -> Slot;
    /// Records a value; one that is not finite is left out.
    fn put(&mut self, slot: Slot, value: f64);
}
