//! The whole history as one file, and back.
//!
//! An archive is the word `PDARCH`, a version, and members, each with a head of its own and a checksum: one with the
//! annotations and gaps as JSON, then whole files of history as the store writes them, of some megabytes each, then one
//! that says how much there is, by which a file that was cut short is known. What is in it is everything a reader sees, at
//! each time as finely as it is kept: coarser tiers of the same time follow from that. It is written from one end to the
//! other, so it may go into a pipe, and what precedes a damage can be read.

mod member;
mod read;
mod scratch;
mod write;

pub use self::read::{ArchiveTaken, import_archive};
pub use self::write::{ArchiveSummary, export_archive, write_archive};
use crate::model::{Annotation, TimeRange, Timestamp};
use serde::{Deserialize, Serialize};

/// The first bytes of an archive. The line ends show whether a transfer as text has spoilt the file.
pub(super) const MAGIC: &[u8] = b"PDARCH\r\n";
/// The version that is written.
pub const VERSION: u32 = 1;

/// Everything there is: from 1970 to 9999.
const ALWAYS: TimeRange =
    TimeRange { start: Timestamp::from_millis(0), end: Timestamp::from_millis(253_402_300_800_000) };

/// The annotations and gaps of a history.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct Notes {
    annotations: Vec<Annotation>,
    gaps: Vec<TimeRange>,
}

/// How much an archive holds; its last member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Total {
    n_members: u64,
    n_values: u64,
}

#[cfg(test)]
mod tests;
