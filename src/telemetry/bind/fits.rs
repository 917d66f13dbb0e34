//! Whether a process is the one that a binding means.

use std::sync::Arc;

use super::Owners;
use crate::model::process::{ProcessRow, ProcessState, ProcessTable};
use crate::model::service::BindBy;

/// The places of all rows that fit; or why none can be said to, in words.
pub(super) fn fitting(by: &BindBy, table: &ProcessTable, owners: Option<&Owners>) -> Result<Vec<usize>, Arc<str>> {
    let rows = || {
        // A kernel thread serves nobody; what is dead serves no longer.
        let serves = |row: &&ProcessRow| !row.is_kernel && row.state != ProcessState::Zombie;
        table.rows.iter().enumerate().filter(move |(_, row)| serves(row))
    };
    let found: Vec<usize> = match by {
        BindBy::Name(name) => rows().filter(|(_, row)| row.name == *name).map(|(i, _)| i).collect(),
        BindBy::CommandLine(text) => rows().filter(|(_, row)| row.command.contains(&**text)).map(|(i, _)| i).collect(),
        BindBy::Port(port) => {
            let pids = owners.ok_or("ports are being looked up")?.of_port(*port)?;
            rows().filter(|(_, row)| pids.binary_search(&row.key.pid).is_ok()).map(|(i, _)| i).collect()
        }
        BindBy::ControlGroup(group) => {
            let pids = owners.ok_or("control groups are being looked up")?.of_group(group)?;
            rows().filter(|(_, row)| pids.binary_search(&row.key.pid).is_ok()).map(|(i, _)| i).collect()
        }
    };
    if !found.is_empty() {
        return Ok(found);
    }
    Err(match by {
        BindBy::Name(name) => format!("no process is called {name}"),
        BindBy::CommandLine(text) => format!("no process has this in its command line: {text}"),
        BindBy::Port(port) => format!("the process that listens on port {port} is gone"),
        BindBy::ControlGroup(group) => format!("no process runs in the control group {group}"),
    }
    .into())
}

/// Whether a path of a control group is this one, ends with it, or lies within it.
pub(super) fn is_in_group(path: &str, group: &str) -> bool {
    let group = group.trim_matches('/');
    let path = path.trim_matches('/');
    !group.is_empty()
        && path.match_indices(group).any(|(i, _)| {
            let before = i == 0 || path.as_bytes()[i - 1] == b'/';
            let end = i + group.len();
            before && (end == path.len() || path.as_bytes()[end] == b'/')
        })
}
