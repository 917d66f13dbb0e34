//! `GET /processes`: the processes, the busiest first.

use std::cmp::Ordering;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer;
use super::params::Params;
use super::when::Moment;
use super::words;
use crate::api::{ApiState, Problem};
use crate::model::{ProcessRow, ProcessTable};

/// Processes of an answer where nothing is said, and at most.
const LIMIT: (u64, u64) = (100, 10_000);

/// Processes.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Processes {
    /// When they were read.
    pub at: Moment,
    /// How many there are in all.
    pub n_processes: usize,
    /// The first of them in the order that was asked for.
    pub processes: Vec<Process>,
}

/// One process.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Process {
    /// Process id.
    pub pid: u32,
    /// Its parent's.
    pub parent_pid: Option<u32>,
    /// Its name.
    pub name: String,
    /// Its command line; empty for kernel threads.
    pub command: String,
    /// The user it runs as.
    pub user: String,
    /// `running`, `sleeping`, `disk_wait`, `stopped`, `zombie`, `idle` or `unknown`.
    pub state: &'static str,
    /// Its threads.
    pub n_threads: u32,
    /// Cores in use.
    pub cpu_cores: Option<f32>,
    /// Cores' worth of time spent waiting for a core.
    pub wait_cores: Option<f32>,
    /// Resident memory.
    pub memory_bytes: Option<u64>,
    /// Read from disk.
    pub read_bytes_per_second: Option<f32>,
    /// Written to disk.
    pub write_bytes_per_second: Option<f32>,
    /// When it started.
    pub started_at: Moment,
    /// Whether it is a thread of the kernel.
    pub is_kernel: bool,
}

/// By what processes stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
enum Sort {
    Cpu,
    Memory,
    Disk,
    Name,
    Pid,
}

/// The processes, the busiest first unless another order is asked for.
#[utoipa::path(
    get, path = "/processes", tag = "machine",
    params(
        ("sort" = inline(Option<Sort>), Query, description = "`cpu` (usual), `memory`, `disk`: the greatest first; `name`, \
            `pid`: the least first", example = "memory"),
        ("limit" = Option<u32>, Query, description = "At most so many; 100 is usual", minimum = 1, maximum = 10_000,
            example = 20),
    ),
    responses((status = 200, description = "Processes", body = Processes))
)]
pub async fn processes(State(api): State<ApiState>, params: Params) -> Result<Response, Problem> {
    params.only(&["sort", "limit"])?;
    let options =
        [("cpu", Sort::Cpu), ("memory", Sort::Memory), ("disk", Sort::Disk), ("name", Sort::Name), ("pid", Sort::Pid)];
    let sort = params.choice("sort", &options)?.unwrap_or(Sort::Cpu);
    let limit = params.whole("limit", 1..=LIMIT.1)?.unwrap_or(LIMIT.0);
    Ok(answer::json(&of(&api.snapshot().processes, sort, usize::try_from(limit).unwrap_or(usize::MAX))))
}

fn of(table: &ProcessTable, sort: Sort, limit: usize) -> Processes {
    let mut rows: Vec<&ProcessRow> = table.rows.iter().collect();
    // Stable: of two that are alike the lower pid comes first.
    rows.sort_by(|a, b| match sort {
        Sort::Cpu => greatest(a.cpu_cores, b.cpu_cores),
        Sort::Memory => b.memory_bytes.cmp(&a.memory_bytes),
        Sort::Disk => greatest(disk(a), disk(b)),
        Sort::Name => a.name.cmp(&b.name),
        Sort::Pid => a.key.pid.cmp(&b.key.pid),
    });
    Processes {
        at: Moment(table.at),
        n_processes: rows.len(),
        processes: rows.into_iter().take(limit).map(process).collect(),
    }
}

fn greatest(a: Option<f32>, b: Option<f32>) -> Ordering {
    b.unwrap_or(-1.0).total_cmp(&a.unwrap_or(-1.0))
}

fn disk(row: &ProcessRow) -> Option<f32> {
    match (row.read_bytes_per_second, row.write_bytes_per_second) {
        (None, None) => None,
        (read, write) => Some(read.unwrap_or(0.0) + write.unwrap_or(0.0)),
    }
}

fn process(row: &ProcessRow) -> Process {
    Process {
        pid: row.key.pid,
        parent_pid: row.parent,
        name: row.name.to_string(),
        command: row.command.to_string(),
        user: row.user.to_string(),
        state: words::process(row.state),
        n_threads: row.n_threads,
        cpu_cores: row.cpu_cores,
        wait_cores: row.wait_cores,
        memory_bytes: row.memory_bytes,
        read_bytes_per_second: row.read_bytes_per_second,
        write_bytes_per_second: row.write_bytes_per_second,
        started_at: Moment(row.started_at),
        is_kernel: row.is_kernel,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::api::endpoints::made_up::{self, get, refused};
    use crate::model::{ProcessKey, ProcessState, Snapshot, Timestamp};

    fn row(pid: u32, name: &str, cpu_cores: Option<f32>, memory_bytes: Option<u64>, read: Option<f32>) -> ProcessRow {
        ProcessRow {
            key: ProcessKey { pid, start_mark: 1 },
            parent: None,
            name: name.into(),
            command: "".into(),
            user: "ann".into(),
            state: ProcessState::Sleeping,
            n_threads: 1,
            cpu_cores,
            wait_cores: None,
            memory_bytes,
            read_bytes_per_second: read,
            write_bytes_per_second: None,
            started_at: Timestamp::default(),
            is_kernel: false,
        }
    }

    #[test]
    fn processes_stand_in_the_order_that_is_asked_for() {
        let rows = [
            row(1, "init", None, Some(5), Some(2.0)),
            row(2, "cc", Some(1.5), None, None),
            row(3, "db", Some(0.5), Some(9), Some(1.0)),
        ];
        let table = Arc::new(ProcessTable { at: made_up::NOW, rows: rows.into() });
        let state = made_up::state(Snapshot { processes: table, ..made_up::of_series(&[]) });
        let pids = |query: &str| -> Vec<u64> {
            let (status, body) = get(&state, &format!("/processes{query}"));
            assert_eq!(status, 200, "{body}");
            let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
            assert_eq!(body["n_processes"], 3);
            body["processes"].as_array().expect("a list").iter().filter_map(|row| row["pid"].as_u64()).collect()
        };
        assert_eq!(pids(""), [2, 3, 1]);
        assert_eq!(pids("?sort=memory&limit=2"), [3, 1]);
        assert_eq!(pids("?sort=disk"), [1, 3, 2]);
        assert_eq!((pids("?sort=name"), pids("?sort=pid")), (vec![2, 3, 1], vec![1, 2, 3]));
        assert_eq!(refused(&state, "/processes?limit=0"), (400, "limit".into()));
        assert_eq!(refused(&state, "/processes?sort=age"), (400, "sort".into()));
    }
}
