//! History on disk: samples of months in three tiers, the busiest processes of each tick, annotations.
//!
//! Files that only grow hold segments: some minutes of all series, column by column. A journal holds what has no segment
//! yet. One writer appends; any number of readers, also in other processes, read beside it.

mod codec;
mod compose;
mod curves;
mod dictionary;
pub mod disk;
pub mod events;
mod file;
mod frame;
mod holdings;
mod index;
pub mod journal;
mod names;
mod plan;
mod position;
mod precision;
pub mod read;
mod reader;
pub mod retention;
mod rollup;
pub mod rows;
pub mod salvage;
mod scan;
pub mod segment;
mod shared;
mod source_file;
mod spans;
pub mod tail;
pub mod tick;
pub mod verify;
pub mod write;
pub mod writer;

pub use codec::{MAX_ROWS, MAX_VALUES};
pub use dictionary::Dictionary;
pub use file::SegmentFile;
pub use frame::{FileKind, FrameEntry, FrameKind, VERSION};
pub use index::{EXTENSION, IMPORTS, Index, IndexedFile};
pub use names::source as source_named;
pub use names::{probe as probe_named, unit as unit_named};
pub use plan::plan;
pub use read::{CurveCut, HistoryError, HistoryRead, StoredCurves, StoredProcesses};
pub use reader::Reader;
pub use rollup::Rollup;
pub use salvage::open_damaged;
pub use scan::{Damage, FileScan, scan};
pub use segment::{ColumnValues, ProcessReading, Segment, SegmentColumn};
pub use shared::{Shared, State};
pub use source_file::FileReader;
pub use tick::StoreTick;
pub use verify::{FileReport, VerifyReport, verify};
pub use write::{HistoryWrite, TakenIn};
pub use writer::{CompactReport, Opened, Writer, compact};
