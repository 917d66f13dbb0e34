//! Programs: processes of one name taken together. Decides what counts as one program; does not read processes.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::ProcessRow;

/// What the processes of one program use together.
#[derive(Debug, Clone, PartialEq)]
pub struct ProgramTotal {
    /// The program's name.
    pub name: Arc<str>,
    /// How many processes.
    pub n_processes: usize,
    /// Cores in use; `None` when none of the processes has a second reading yet.
    pub cpu_cores: Option<f64>,
    /// Resident memory, bytes; pages that processes share count once for each. `None` for kernel threads.
    pub memory_bytes: Option<u64>,
    /// Disk reads and writes together, bytes each second; `None` where none of the processes may be read.
    pub disk_bytes_per_second: Option<f64>,
}

/// The name of the program a process belongs to.
///
/// That is the process's own name. Threads of the kernel are named after their purpose and then their place
/// (`kworker/1:2-events`, `ksoftirqd/0`): what stands before the slash is the program.
pub fn program_name(row: &ProcessRow) -> &str {
    if row.is_kernel { row.name.split(['/', ':']).next().unwrap_or(&row.name) } else { &row.name }
}

/// Takes the processes of each program together: the busiest first, then the greatest, then by name.
pub fn program_totals(rows: &[ProcessRow]) -> Vec<ProgramTotal> {
    let mut places: HashMap<&str, usize> = HashMap::with_capacity(rows.len());
    let mut totals: Vec<ProgramTotal> = Vec::new();
    for row in rows {
        let name = program_name(row);
        let place = *places.entry(name).or_insert_with(|| {
            let shared = if name.len() == row.name.len() { row.name.clone() } else { Arc::from(name) };
            totals.push(ProgramTotal {
                name: shared,
                n_processes: 0,
                cpu_cores: None,
                memory_bytes: None,
                disk_bytes_per_second: None,
            });
            totals.len() - 1
        });
        let total = &mut totals[place];
        total.n_processes += 1;
        total.cpu_cores = sum(total.cpu_cores, row.cpu_cores.map(f64::from));
        total.memory_bytes = match (total.memory_bytes, row.memory_bytes) {
            (Some(a), Some(b)) => Some(a.saturating_add(b)),
            (a, b) => a.or(b),
        };
        for bytes in [row.read_bytes_per_second, row.write_bytes_per_second] {
            total.disk_bytes_per_second = sum(total.disk_bytes_per_second, bytes.map(f64::from));
        }
    }
    totals.sort_unstable_by(|a, b| {
        let busy = |total: &ProgramTotal| total.cpu_cores.unwrap_or(-1.0);
        busy(b).total_cmp(&busy(a)).then(b.memory_bytes.cmp(&a.memory_bytes)).then_with(|| a.name.cmp(&b.name))
    });
    totals
}

fn sum(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a + b),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ProcessKey, ProcessState, Timestamp};

    fn row(
        pid: u32,
        name: &str,
        is_kernel: bool,
        cpu: Option<f32>,
        memory: Option<u64>,
        disk: Option<f32>,
    ) -> ProcessRow {
        ProcessRow {
            key: ProcessKey { pid, start_mark: 1 },
            parent: None,
            name: name.into(),
            command: "".into(),
            user: "root".into(),
            state: ProcessState::Sleeping,
            n_threads: 1,
            cpu_cores: cpu,
            wait_cores: None,
            memory_bytes: memory,
            read_bytes_per_second: disk,
            write_bytes_per_second: disk,
            started_at: Timestamp::default(),
            is_kernel,
        }
    }

    #[test]
    fn processes_of_one_name_are_taken_together_and_the_busiest_comes_first() {
        let rows = [
            row(1, "init", false, Some(0.0), Some(10), None),
            row(2, "postgres", false, Some(0.25), Some(100), Some(8.0)),
            row(3, "kworker/0:1-events", true, Some(0.125), None, None),
            row(4, "postgres", false, Some(0.5), Some(200), None),
            row(5, "postgres", false, None, Some(1), None),
            row(6, "kworker/u4:2", true, Some(0.0), None, None),
            row(7, "new", false, None, Some(99), None),
            row(8, "alsa/main", false, Some(0.0), Some(5), None),
        ];
        let text: Vec<String> = program_totals(&rows)
            .iter()
            .map(|t| {
                let disk = t.disk_bytes_per_second;
                format!("{} x{} {:?} {:?} {disk:?}", t.name, t.n_processes, t.cpu_cores, t.memory_bytes)
            })
            .collect();
        assert_eq!(
            text,
            [
                "postgres x3 Some(0.75) Some(301) Some(16.0)",
                "kworker x2 Some(0.125) None None",
                "init x1 Some(0.0) Some(10) None",
                "alsa/main x1 Some(0.0) Some(5) None",
                "new x1 None Some(99) None",
            ]
        );
    }

    #[test]
    fn no_processes_make_no_programs() {
        assert_eq!(program_totals(&[]), []);
    }
}
