//! The busiest processes of a reading: the few that a look back at that moment asks for. Not the table of all.

use std::collections::BTreeSet;

use crate::model::{BusyProcess, ProcessRow};

/// Processes taken by each measure.
pub const N_BUSIEST: usize = 5;
/// Bytes of a command line that are kept.
pub const MAX_COMMAND: usize = 256;
/// Bytes in a step of what is kept.
const STEP_BYTES: u64 = 1024;

/// The five busiest by processor, by memory and by disk (reading and writing together), taken together, by process id.
/// A process with nothing to show by a measure is not busy by it. Values are rounded to their steps: what does not
/// change visibly then takes no room on disk.
pub fn busiest(rows: &[ProcessRow]) -> Vec<BusyProcess> {
    let disk = |row: &ProcessRow| match (row.read_bytes_per_second, row.write_bytes_per_second) {
        (None, None) => None,
        (read, write) => Some(f64::from(read.unwrap_or(0.0)) + f64::from(write.unwrap_or(0.0))),
    };
    let mut chosen = BTreeSet::new();
    chosen.extend(greatest(rows, |row| row.cpu_cores.map(f64::from), 0.0005));
    chosen.extend(greatest(rows, |row| row.memory_bytes.map(|bytes| bytes as f64), STEP_BYTES as f64));
    chosen.extend(greatest(rows, disk, STEP_BYTES as f64 / 2.0));
    let mut busy: Vec<BusyProcess> = chosen.into_iter().filter_map(|i| rows.get(i)).map(rounded).collect();
    busy.sort_by_key(|process| process.key);
    busy
}

/// Places of the rows with the greatest values, of those that have at least `least`.
fn greatest(rows: &[ProcessRow], value: impl Fn(&ProcessRow) -> Option<f64>, least: f64) -> Vec<usize> {
    let mut top: Vec<(f64, usize)> = Vec::with_capacity(N_BUSIEST + 1);
    for (i, row) in rows.iter().enumerate() {
        let Some(value) = value(row).filter(|value| *value >= least) else { continue };
        if top.len() == N_BUSIEST && top.last().is_some_and(|(smallest, _)| value <= *smallest) {
            continue;
        }
        let place = top.partition_point(|(greater, _)| *greater >= value);
        top.insert(place, (value, i));
        top.truncate(N_BUSIEST);
    }
    top.into_iter().map(|(_, i)| i).collect()
}

fn rounded(row: &ProcessRow) -> BusyProcess {
    let bytes = |rate: Option<f32>| {
        rate.map(|rate| (f64::from(rate.max(0.0)) as u64).saturating_add(STEP_BYTES / 2) / STEP_BYTES * STEP_BYTES)
    };
    BusyProcess {
        key: row.key,
        name: row.name.clone(),
        command: if row.command.len() <= MAX_COMMAND {
            row.command.clone()
        } else {
            row.command[..row.command.floor_char_boundary(MAX_COMMAND)].into()
        },
        user: row.user.clone(),
        cpu_cores: row.cpu_cores.map(|cores| (cores * 1000.0).round() / 1000.0),
        memory_bytes: row.memory_bytes.map(|bytes| bytes / STEP_BYTES * STEP_BYTES),
        read_bytes_per_second: bytes(row.read_bytes_per_second),
        write_bytes_per_second: bytes(row.write_bytes_per_second),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ProcessKey, ProcessState, Timestamp};

    fn row(pid: u32, cpu: Option<f32>, memory: Option<u64>, disk: Option<f32>) -> ProcessRow {
        ProcessRow {
            key: ProcessKey { pid, start_mark: 1 },
            parent: None,
            name: format!("p{pid}").into(),
            command: "é".repeat(200).into(),
            user: "root".into(),
            state: ProcessState::Sleeping,
            n_threads: 1,
            cpu_cores: cpu,
            wait_cores: None,
            memory_bytes: memory,
            read_bytes_per_second: disk,
            write_bytes_per_second: None,
            started_at: Timestamp::default(),
            is_kernel: false,
        }
    }

    #[test]
    fn the_first_five_by_each_measure_are_taken_and_idle_ones_are_not() {
        let mut rows: Vec<ProcessRow> = (0..20).map(|pid| row(pid, Some(0.0), None, None)).collect();
        for i in 0..7 {
            rows[i].cpu_cores = Some(0.1 * (i + 1) as f32);
            rows[19 - i].read_bytes_per_second = Some(10_000.0 * (i + 1) as f32);
        }
        rows[10].memory_bytes = Some(5000);
        rows[11].read_bytes_per_second = Some(100.0);
        let busy = busiest(&rows);
        let pids: Vec<u32> = busy.iter().map(|process| process.key.pid).collect();
        assert_eq!(pids, [2, 3, 4, 5, 6, 10, 13, 14, 15, 16, 17]);
        assert!(busiest(&[row(1, None, None, None), row(2, Some(0.0), Some(0), Some(0.0))]).is_empty());
    }

    #[test]
    fn values_are_rounded_to_their_steps_and_commands_are_cut_between_characters() {
        let mut odd = row(7, Some(0.123_45), Some(4097), Some(1600.0));
        odd.write_bytes_per_second = Some(100.0);
        let busy = busiest(&[odd]);
        assert_eq!((busy[0].cpu_cores, busy[0].memory_bytes), (Some(0.123), Some(4096)));
        assert_eq!((busy[0].read_bytes_per_second, busy[0].write_bytes_per_second), (Some(2048), Some(0)));
        assert_eq!(busy[0].command.len(), MAX_COMMAND);
    }
}
