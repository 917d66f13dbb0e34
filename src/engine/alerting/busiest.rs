//! The processes that the log of alerts names: those that took most of what the rule is about.

use std::cmp::Reverse;
use std::sync::Arc;

use crate::model::ProcessRow;
use crate::model::alert::Rule;

/// Processes that the log names.
const N_BUSIEST: usize = 5;
/// The least that counts: cores, bytes of memory, bytes a second of disk.
const LEAST: [f32; 3] = [0.0005, 1e6, 1e3];

/// Processes by name with what they took, and its unit in UCUM.
pub(super) type Busy = (Arc<[(Arc<str>, f32)]>, &'static str);

/// What makes a process busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BusyBy {
    Processor,
    Memory,
    Disk,
}

impl BusyBy {
    /// What a rule's first condition is about.
    pub(super) fn of(rule: &Rule) -> Self {
        let metric = rule.when.first().map_or("", |condition| &*condition.term.series.metric);
        if metric.contains(".memory") || metric.starts_with("system.paging") {
            Self::Memory
        } else if metric.contains(".disk.") || metric.ends_with(".io") || metric.contains(".filesystem") {
            Self::Disk
        } else {
            Self::Processor
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::Processor => "{cpu}",
            Self::Memory => "By",
            Self::Disk => "By/s",
        }
    }

    fn of_row(self, row: &ProcessRow) -> Option<f32> {
        match self {
            Self::Processor => row.cpu_cores,
            Self::Memory => row.memory_bytes.map(|bytes| bytes as f32),
            Self::Disk => match (row.read_bytes_per_second, row.write_bytes_per_second) {
                (None, None) => None,
                (read, written) => Some(read.unwrap_or(0.0) + written.unwrap_or(0.0)),
            },
        }
    }

    /// The busiest of a reading, the greatest first.
    pub(super) fn busiest(self, rows: &[ProcessRow]) -> Busy {
        let least = LEAST[self as usize];
        let taken = |row: &ProcessRow| self.of_row(row).filter(|taken| *taken >= least);
        let mut busy: Vec<(Arc<str>, f32)> =
            rows.iter().filter_map(|row| Some((row.name.clone(), taken(row)?))).collect();
        busy.sort_by_key(|(_, taken)| Reverse(taken.to_bits()));
        busy.truncate(N_BUSIEST);
        (busy.into(), self.unit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::expression::read_line;
    use crate::alert::script::rule_of;
    use crate::model::{ProcessKey, ProcessState, Timestamp};

    #[test]
    fn a_rule_names_those_that_took_what_it_is_about() {
        let row = |name: &str, cores, memory_bytes, read| ProcessRow {
            key: ProcessKey { pid: 1, start_mark: 1 },
            parent: None,
            name: name.into(),
            command: "".into(),
            user: "root".into(),
            state: ProcessState::Running,
            n_threads: 1,
            cpu_cores: cores,
            wait_cores: None,
            memory_bytes,
            read_bytes_per_second: read,
            write_bytes_per_second: None,
            started_at: Timestamp::default(),
            is_kernel: false,
        };
        let rows = [
            row("a", Some(1.5), Some(2_000_000), None),
            row("b", Some(0.1), Some(9_000_000_000), Some(5e6)),
            row("c", Some(0.0), Some(1000), Some(9e6)),
        ];
        for (line, names, unit) in [
            ("system.cpu.utilization > 80%", "a b", "{cpu}"),
            ("system.memory.utilization > 80%", "b a", "By"),
            ("system.linux.memory.slab.usage > 1", "b a", "By"),
            ("system.disk.io > 1", "c b", "By/s"),
            ("http.server.request.duration > 1", "a b", "{cpu}"),
        ] {
            let rule = rule_of(&read_line(line).expect("a line"));
            let (busy, its_unit) = BusyBy::of(&rule).busiest(&rows);
            let found: Vec<&str> = busy.iter().map(|(name, _)| &**name).collect();
            assert_eq!((found.join(" ").as_str(), its_unit), (names, unit), "{line}");
        }
    }
}
