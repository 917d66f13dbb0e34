//! The process table as a person reads it: filtered, sorted, flat or as a tree, and held still under a pointer.
//!
//! Pure: from rows to lines (`arrange`), from one table to the next (`board`), and to sentences (`totals`,
//! `portrait`). It draws nothing and formats no cell.

mod arrange;
mod board;
mod column;
mod portrait;
mod totals;

pub use arrange::{Fold, Line, Request, arrange};
pub use board::Board;
pub use column::{Column, Sort};
pub use portrait::{elapsed_words, portrait};
pub use totals::{Totals, totals};

#[cfg(test)]
pub(crate) mod testing {
    use crate::model::{ProcessKey, ProcessRow, ProcessState, Timestamp};

    /// A row with a pid, parent, name and cores; 10 MiB for each pid's number.
    pub(crate) fn row(pid: u32, parent: u32, name: &str, cpu_cores: f32) -> ProcessRow {
        ProcessRow {
            key: ProcessKey { pid, start_mark: u64::from(pid) },
            parent: (parent > 0).then_some(parent),
            name: name.into(),
            command: format!("/bin/{name}").into(),
            user: "root".into(),
            state: ProcessState::Sleeping,
            n_threads: 1,
            cpu_cores: Some(cpu_cores),
            wait_cores: None,
            memory_bytes: Some(u64::from(pid) * 10 * 1_048_576),
            read_bytes_per_second: None,
            write_bytes_per_second: None,
            started_at: Timestamp::from_millis(i64::from(pid) * 1000),
            is_kernel: false,
        }
    }
}
