//! Processes: the table, one process in detail, and its own history.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::probe::Reading;
use super::time::Timestamp;
use super::view::Bucket;

/// One process for as long as it lives: a pid may be reused, a pid with its start may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ProcessKey {
    /// Process id.
    pub pid: u32,
    /// The system's own mark of the start: clock ticks since boot on Linux, seconds since 1970 elsewhere.
    pub start_mark: u64,
}

/// What a process does at the moment of reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ProcessState {
    /// On a core or ready for one.
    Running,
    /// Waits for an event.
    Sleeping,
    /// Waits on a disk or driver and cannot be interrupted.
    DiskWait,
    /// Stopped by a signal or a debugger.
    Stopped,
    /// Ended, not yet collected by its parent.
    Zombie,
    /// An idle kernel thread.
    Idle,
    /// Not told by this system.
    Unknown,
}

impl ProcessState {
    /// The word a person reads.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Sleeping => "sleeping",
            Self::DiskWait => "disk wait",
            Self::Stopped => "stopped",
            Self::Zombie => "zombie",
            Self::Idle => "idle",
            Self::Unknown => "unknown",
        }
    }
}

/// One row of the process table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProcessRow {
    /// Which process.
    pub key: ProcessKey,
    /// Its parent's pid.
    pub parent: Option<u32>,
    /// Its name; not cut at 15 bytes where the command line tells more.
    pub name: Arc<str>,
    /// Its command line, joined by spaces; empty for kernel threads.
    pub command: Arc<str>,
    /// The user it runs as.
    pub user: Arc<str>,
    /// What it does.
    pub state: ProcessState,
    /// Its threads.
    pub n_threads: u32,
    /// Cores in use since the reading before; `None` at the first reading.
    pub cpu_cores: Option<f32>,
    /// Cores' worth of time spent ready but waiting for a core.
    pub wait_cores: Option<f32>,
    /// Resident memory, bytes; `None` for kernel threads.
    pub memory_bytes: Option<u64>,
    /// Bytes each second read from disk; `None` where it may not be read.
    pub read_bytes_per_second: Option<f32>,
    /// Bytes each second written to disk.
    pub write_bytes_per_second: Option<f32>,
    /// When it started.
    pub started_at: Timestamp,
    /// Whether it is a thread of the kernel.
    pub is_kernel: bool,
}

/// All processes at one moment, sorted by pid.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ProcessTable {
    /// When they were read.
    pub at: Timestamp,
    /// The rows.
    pub rows: Arc<[ProcessRow]>,
}

impl ProcessTable {
    /// The row of one process, if it still runs.
    pub fn get(&self, key: ProcessKey) -> Option<&ProcessRow> {
        let i = self.rows.binary_search_by_key(&key.pid, |row| row.key.pid).ok()?;
        self.rows.get(i).filter(|row| row.key == key)
    }
}

/// One thread of an inspected process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThreadRow {
    /// Thread id.
    pub tid: u32,
    /// Thread's name.
    pub name: Arc<str>,
    /// What it does.
    pub state: ProcessState,
    /// Cores in use since the reading before.
    pub cpu_cores: Option<f32>,
}

/// One file or socket an inspected process holds open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenFile {
    /// Descriptor or handle.
    pub descriptor: u64,
    /// Path, or what it is, such as `socket:[81]`.
    pub target: Arc<str>,
    /// Whether it is a socket.
    pub is_socket: bool,
}

/// One process in detail, read while a person looks at it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProcessDetail {
    /// Which process.
    pub key: ProcessKey,
    /// When it was read.
    pub at: Timestamp,
    /// Whether it still runs.
    pub is_running: bool,
    /// Program file.
    pub executable: Reading<Arc<str>>,
    /// Working folder.
    pub working_dir: Reading<Arc<str>>,
    /// Arguments, the program's name first.
    pub arguments: Reading<Arc<[Arc<str>]>>,
    /// Its threads.
    pub threads: Reading<Arc<[ThreadRow]>>,
    /// Files and sockets, at most 4,096 of them.
    pub files: Reading<Arc<[OpenFile]>>,
    /// How many files and sockets it holds open in all.
    pub n_files: Reading<usize>,
    /// How many it may hold open.
    pub file_limit: Reading<u64>,
    /// The control group it runs in.
    pub control_group: Reading<Arc<str>>,
}

/// A process that was asked to end and was not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndRefusal {
    /// Which process.
    pub key: ProcessKey,
    /// Why it was not ended; a sentence.
    pub why: Arc<str>,
}

/// The inspected process's own past, drawn like any other curve.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ProcessHistory {
    /// Which process.
    pub key: Option<ProcessKey>,
    /// Cores in use.
    #[serde(with = "crate::model::packed")]
    pub cpu_cores: Arc<[Bucket]>,
    /// Cores' worth of waiting for a core.
    #[serde(with = "crate::model::packed")]
    pub wait_cores: Arc<[Bucket]>,
    /// Resident memory, bytes.
    #[serde(with = "crate::model::packed")]
    pub memory_bytes: Arc<[Bucket]>,
    /// Disk reads and writes together, bytes each second.
    #[serde(with = "crate::model::packed")]
    pub disk_bytes_per_second: Arc<[Bucket]>,
}
