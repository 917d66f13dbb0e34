//! The columns of the process table: their names, and what each sorts by.

use std::cmp::Ordering;

use crate::model::{ByteUnits, ProcessRow, Units};

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// Name, with the tree.
    Name,
    /// Process id.
    Pid,
    /// User.
    User,
    /// Processor use, % of one core.
    Cpu,
    /// Resident memory.
    Memory,
    /// Reads from disk.
    Read,
    /// Writes to disk.
    Write,
    /// Threads.
    Threads,
    /// State.
    State,
    /// Start.
    Started,
    /// Waiting for a core, % of one core.
    Waits,
    /// Command line.
    Command,
}

/// What a table is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// The column.
    pub column: Column,
    /// Whether the greatest comes first.
    pub is_descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self { column: Column::Cpu, is_descending: true }
    }
}

impl Column {
    /// Every column, in the order of the chooser.
    pub const ALL: [Self; 12] = [
        Self::Name,
        Self::Pid,
        Self::User,
        Self::Cpu,
        Self::Memory,
        Self::Read,
        Self::Write,
        Self::Threads,
        Self::State,
        Self::Started,
        Self::Waits,
        Self::Command,
    ];

    /// The columns of a table nobody has changed.
    pub const USUAL: [Self; 9] = [
        Self::Name,
        Self::Pid,
        Self::User,
        Self::Cpu,
        Self::Memory,
        Self::Read,
        Self::Write,
        Self::Threads,
        Self::State,
    ];

    /// The name it is remembered by.
    pub fn id(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Pid => "pid",
            Self::User => "user",
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Read => "read",
            Self::Write => "write",
            Self::Threads => "threads",
            Self::State => "state",
            Self::Started => "started",
            Self::Waits => "waits",
            Self::Command => "command",
        }
    }

    /// The column remembered by a name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.id() == id)
    }

    /// Its head, with the unit of its numbers.
    pub fn title(self, units: &Units) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Pid => "PID",
            Self::User => "User",
            Self::Cpu => "CPU, % of core",
            Self::Memory if units.memory == ByteUnits::Decimal => "Memory, MB",
            Self::Memory => "Memory, MiB",
            Self::Read => "Read, MB/s",
            Self::Write => "Write, MB/s",
            Self::Threads => "Threads",
            Self::State => "State",
            Self::Started => "Started",
            Self::Waits => "Waits, % of core",
            Self::Command => "Command",
        }
    }

    /// What its cells mean and how they are come by, for a person who asks.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Name => "The program's name; its children stand below it in the tree",
            Self::Pid => "The number the system gave the process; it may be given again once the process has ended",
            Self::User => "The user it runs as",
            Self::Cpu => "Processor time between the last two readings; 100 % is one whole core",
            Self::Memory => "Memory it holds in RAM, with what it shares with others",
            Self::Read => "Bytes it made the system read from disks, each second",
            Self::Write => {
                "Bytes it gave the system to write to disks, each second. A page written twice counts twice, so the disks \
                 may write less"
            }
            Self::Threads => "Its threads",
            Self::State => "What it did at the moment of the last reading",
            Self::Started => "When it started",
            Self::Waits => "Time it was ready and waited for a core; 100 % is one thread waiting all the time",
            Self::Command => "The command line it was started with",
        }
    }

    /// Whether its cells are numbers, which stand at the right and sort the greatest first.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Pid | Self::Cpu | Self::Memory | Self::Read | Self::Write | Self::Threads | Self::Waits)
    }

    /// Whether it is measured anew with each reading, so that a parent in a tree stands where its busiest child does.
    pub fn is_measured(self) -> bool {
        matches!(self, Self::Cpu | Self::Memory | Self::Read | Self::Write | Self::Threads | Self::Waits)
    }

    /// The remembered columns, known ones only and each once, with Name first; the usual ones where none are.
    pub fn remembered(ids: &[String]) -> Vec<Self> {
        let mut columns: Vec<Self> = Vec::new();
        for column in ids.iter().filter_map(|id| Self::from_id(id)) {
            if column != Self::Name && !columns.contains(&column) {
                columns.push(column);
            }
        }
        if columns.is_empty() && !ids.iter().any(|id| id == Self::Name.id()) {
            return Self::USUAL.to_vec();
        }
        columns.insert(0, Self::Name);
        columns
    }

    pub(super) fn sort_key(self, row: &ProcessRow) -> SortKey {
        let number = |value: Option<f64>| SortKey::Number(value);
        match self {
            Self::Name => SortKey::Text(row.name.to_lowercase()),
            Self::Pid => number(Some(f64::from(row.key.pid))),
            Self::User => SortKey::Text(row.user.to_lowercase()),
            Self::Cpu => number(row.cpu_cores.map(f64::from)),
            Self::Memory => number(row.memory_bytes.map(|bytes| bytes as f64)),
            Self::Read => number(row.read_bytes_per_second.map(f64::from)),
            Self::Write => number(row.write_bytes_per_second.map(f64::from)),
            Self::Threads => number(Some(f64::from(row.n_threads))),
            Self::State => SortKey::Text(row.state.word().to_owned()),
            Self::Started => number(Some(row.started_at.as_seconds())),
            Self::Waits => number(row.wait_cores.map(f64::from)),
            Self::Command => SortKey::Text(row.command.to_lowercase()),
        }
    }
}

/// What a row sorts by.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum SortKey {
    Number(Option<f64>),
    Text(String),
}

impl SortKey {
    /// Their order; a number that is absent comes last in either direction.
    pub(super) fn order(&self, other: &Self, is_descending: bool) -> Ordering {
        let directed = |order: Ordering| if is_descending { order.reverse() } else { order };
        match (self, other) {
            (Self::Number(Some(a)), Self::Number(Some(b))) => directed(a.total_cmp(b)),
            (Self::Number(Some(_)), Self::Number(None)) => Ordering::Less,
            (Self::Number(None), Self::Number(Some(_))) => Ordering::Greater,
            (Self::Text(a), Self::Text(b)) => directed(a.cmp(b)),
            _ => Ordering::Equal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembered_columns_are_known_unique_and_begin_with_the_name() {
        for (ids, expect) in [
            (vec![], "name pid user cpu memory read write threads state"),
            (vec!["cpu", "pid", "cpu", "nonsense"], "name cpu pid"),
            (vec!["name"], "name"),
            (vec!["command", "name"], "name command"),
        ] {
            let ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
            let columns: Vec<&str> = Column::remembered(&ids).into_iter().map(Column::id).collect();
            assert_eq!(columns.join(" "), expect);
        }
    }
}
