//! What the engine gives the store at each tick.

use std::sync::Arc;

use crate::model::{BusyProcess, SeriesId, SourceId, Timestamp};

/// One tick of one source.
#[derive(Debug, Clone, PartialEq)]
pub struct StoreTick {
    /// Whose.
    pub source: SourceId,
    /// Wall time, UTC.
    pub at: Timestamp,
    /// Time between ticks as the source means it, milliseconds.
    pub interval_millis: u32,
    /// Values by the engine's numbers; finite.
    pub values: Vec<(SeriesId, f32)>,
    /// The busiest processes, in ticks that read them.
    pub processes: Option<Arc<[BusyProcess]>>,
}
