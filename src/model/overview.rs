//! The machine in words: one sentence, five tiles, the busiest programs, what needs attention.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::quantity::Quantity;
use super::series::SeriesId;

/// How much something needs a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Level {
    /// Nothing to tell yet.
    #[default]
    Unknown,
    /// Nothing needs a look.
    Calm,
    /// Worth a look.
    Busy,
    /// At its limit.
    Critical,
}

/// What a tile is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TileKind {
    /// Processor.
    Cpu,
    /// Memory.
    Memory,
    /// Pressure stall.
    Pressure,
    /// Disks.
    Disks,
    /// Network.
    Network,
}

/// One tile of the strip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tile {
    /// What it is about.
    pub kind: TileKind,
    /// Its label, such as "Pressure, CPU".
    pub title: Arc<str>,
    /// How much it needs a look.
    pub level: Level,
    /// The level in a word, such as "Busy" or "Calm".
    pub word: Arc<str>,
    /// The number, or the reason why there is none.
    pub value: Result<Quantity, Arc<str>>,
    /// One line of detail.
    pub detail: Arc<str>,
    /// The series its sparkline draws.
    pub series: Option<SeriesId>,
    /// The value from which the level is Busy, in the series' unit.
    pub threshold: Option<f64>,
    /// How its number was come by, for the tooltip.
    pub source: Arc<str>,
}

/// Processes of one name taken together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProgramRow {
    /// The program's name.
    pub name: Arc<str>,
    /// How many processes.
    pub n_processes: usize,
    /// Cores in use; `None` before the second reading.
    pub cpu_cores: Option<f64>,
    /// Resident memory, bytes; `None` for kernel threads.
    pub memory_bytes: Option<u64>,
    /// Disk reads and writes together, bytes each second; `None` where it may not be read.
    pub disk_bytes_per_second: Option<f64>,
    /// The series of its processor use, where it is kept.
    pub series: Option<SeriesId>,
}

/// A place in the window that an attention entry leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// The charts.
    Charts,
    /// The processes.
    Processes,
    /// Perfdesk's own health.
    Health,
}

/// One thing that needs attention.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attention {
    /// How much.
    pub level: Level,
    /// What, in words.
    pub text: Arc<str>,
    /// The figures behind it.
    pub detail: Arc<str>,
    /// Where to look.
    pub place: Place,
}

/// The machine in words.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Overview {
    /// The greatest level of the tiles, full filesystems, swapping and kills for want of memory.
    pub level: Level,
    /// The part of the sentence that needs a look; empty when all is calm.
    pub trouble: Arc<str>,
    /// The part that is calm.
    pub calm: Arc<str>,
    /// A second line: since when, and what else.
    pub detail: Arc<str>,
    /// CPU, memory, pressure, disks, network.
    pub tiles: Vec<Tile>,
    /// The series of each core's busy share, by core number, with its present value.
    pub cores: Vec<(SeriesId, f64)>,
    /// The busiest programs first, at most 32.
    pub programs: Vec<ProgramRow>,
    /// Processes in all.
    pub n_processes: usize,
    /// What needs attention, the worst first.
    pub attention: Vec<Attention>,
}
