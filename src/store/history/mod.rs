//! History on disk: samples of months in three tiers, the busiest processes of each tick, annotations.
//!
//! Files that only grow hold segments: some minutes of all series, column by column. A journal holds what has no segment
//! yet. One writer appends; any number of readers, also in other processes, read beside it.

pub mod disk;
pub mod events;
pub mod read;
pub mod segment;
pub mod tail;
pub mod tick;
pub mod write;
pub mod writer;

pub use read::{CurveCut, HistoryError, HistoryRead, StoredCurves, StoredProcesses};
pub use segment::{ColumnValues, ProcessReading, Segment, SegmentColumn};
pub use tick::StoreTick;
pub use write::{HistoryWrite, TakenIn};
pub use writer::{Opened, Writer};
