//! Processes through sysinfo.
//!
//! Shares of the processor come from each process's own total and the measured time, never from sysinfo's
//! percentage, which depends on when other figures were refreshed last.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sysinfo::{Pid, Process, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System, UpdateKind, Users};

use super::{refused, system_name};
use crate::model::{ProcessDetail, ProcessKey, ProcessRow, ProcessState, Reading, Timestamp};
use crate::sampling::process::ProcessSource;
use crate::sampling::rate::Rate;
use crate::sampling::{Moment, ProbeError};

/// Least time between two readings of the list of users.
const USERS_AGAIN: Duration = Duration::from_secs(60);

/// The processes of any system that sysinfo knows.
#[derive(Default)]
pub struct PortableProcesses {
    system: Option<System>,
    users: Option<(Users, Duration)>,
    known: HashMap<u32, Known>,
    pass: u64,
}

/// What is kept of a process between passes.
struct Known {
    key: ProcessKey,
    name: Arc<str>,
    command: Arc<str>,
    user: Arc<str>,
    cpu_millis: Rate,
    read: Rate,
    written: Rate,
    seen: u64,
}

impl PortableProcesses {
    fn user(&mut self, process: &Process, now: Duration) -> Arc<str> {
        let Some(id) = process.user_id() else { return "".into() };
        let find = |users: &Option<(Users, Duration)>| {
            users.as_ref().and_then(|(users, _)| Some(users.get_user_by_id(id)?.name().into()))
        };
        let is_due = self.users.as_ref().is_none_or(|(_, at)| now.saturating_sub(*at) >= USERS_AGAIN);
        if find(&self.users).is_none() && is_due {
            self.users = Users::new_with_refreshed_list().ok().map(|users| (users, now));
        }
        find(&self.users).unwrap_or_else(|| id.to_string().into())
    }

    fn row(&mut self, pid: u32, process: &Process, now: Moment) -> ProcessRow {
        let key = ProcessKey { pid, start_mark: process.start_time() };
        if self.known.get(&pid).is_none_or(|known| known.key != key) {
            let known = Known {
                key,
                name: process.name().to_string_lossy().into(),
                command: joined(process.cmd()).into(),
                user: self.user(process, now.elapsed),
                cpu_millis: Rate::default(),
                read: Rate::default(),
                written: Rate::default(),
                seen: 0,
            };
            self.known.insert(pid, known);
        }
        let usage = process.disk_usage();
        let mut row = ProcessRow {
            key,
            parent: process.parent().map(Pid::as_u32).filter(|parent| *parent != 0),
            name: "".into(),
            command: "".into(),
            user: "".into(),
            state: state(process.status()),
            n_threads: process.tasks().map_or(1, |tasks| u32::try_from(tasks.len()).unwrap_or(u32::MAX).max(1)),
            cpu_cores: None,
            wait_cores: None,
            memory_bytes: Some(process.memory()),
            read_bytes_per_second: None,
            write_bytes_per_second: None,
            started_at: started_at(key),
            is_kernel: false,
        };
        if let Some(known) = self.known.get_mut(&pid) {
            known.seen = self.pass;
            row.name = known.name.clone();
            row.command = known.command.clone();
            row.user = known.user.clone();
            let millis = known.cpu_millis.per_second(process.accumulated_cpu_time(), now.elapsed);
            row.cpu_cores = millis.map(|millis| (millis / 1000.0) as f32);
            let bytes = |rate: &mut Rate, total| rate.per_second(total, now.elapsed).map(|bytes| bytes as f32);
            row.read_bytes_per_second = bytes(&mut known.read, usage.total_read_bytes);
            row.write_bytes_per_second = bytes(&mut known.written, usage.total_written_bytes);
        }
        row
    }
}

impl ProcessSource for PortableProcesses {
    fn rows(&mut self, now: Moment, _focus: Option<ProcessKey>) -> Result<Vec<ProcessRow>, ProbeError> {
        let mut system = match self.system.take() {
            Some(system) => system,
            None => System::new().map_err(|why| refused("processes", &why))?,
        };
        let wanted = ProcessRefreshKind::nothing()
            .without_tasks()
            .with_cpu()
            .with_memory()
            .with_disk_usage()
            .with_cmd(UpdateKind::OnlyIfNotSet)
            .with_user(UpdateKind::OnlyIfNotSet);
        system.refresh_processes_specifics(ProcessesToUpdate::All, true, wanted);
        self.pass += 1;
        let mut pids: Vec<u32> = system.processes().keys().map(|pid| pid.as_u32()).collect();
        pids.sort_unstable();
        let mut rows = Vec::with_capacity(pids.len());
        for pid in pids {
            rows.extend(system.process(Pid::from_u32(pid)).map(|process| self.row(pid, process, now)));
        }
        self.known.retain(|_, known| known.seen == self.pass);
        self.system = Some(system);
        if rows.is_empty() {
            return Err(ProbeError::failed(format!("{} lists no process", system_name())));
        }
        Ok(rows)
    }

    fn detail(&mut self, key: ProcessKey, now: Moment) -> Option<ProcessDetail> {
        let system = self.system.as_mut()?;
        let pid = Pid::from_u32(key.pid);
        let wanted = ProcessRefreshKind::nothing()
            .without_tasks()
            .with_cmd(UpdateKind::OnlyIfNotSet)
            .with_cwd(UpdateKind::Always)
            .with_exe(UpdateKind::OnlyIfNotSet);
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, wanted);
        let process =
            system.process(pid).filter(|process| process.start_time() == key.start_mark && process.exists())?;
        let user = self.known.get(&key.pid).map_or("", |known| &known.user);
        Some(detail(key, now.at, process, user))
    }

    fn capacity_cores(&mut self) -> f64 {
        std::thread::available_parallelism().map_or(1.0, |n| usize::from(n) as f64)
    }
}

fn detail(key: ProcessKey, at: Timestamp, process: &Process, user: &str) -> ProcessDetail {
    fn hidden<T>(user: &str) -> Reading<T> {
        let whom =
            if user.is_empty() { "an administrator".into() } else { format!("an administrator or the user {user}") };
        Reading::Unsupported { why: format!("Only {whom} may see this").into() }
    }
    fn untold<T>(what: &str) -> Reading<T> {
        Reading::Unsupported { why: format!("No portable source tells {what} on {}", system_name()).into() }
    }
    let path = |path: Option<&Path>| match path.filter(|path| !path.as_os_str().is_empty()) {
        Some(path) => Reading::Value(Arc::from(path.to_string_lossy())),
        None => hidden(user),
    };
    let arguments: Arc<[Arc<str>]> = process.cmd().iter().map(|part| Arc::from(part.to_string_lossy())).collect();
    ProcessDetail {
        key,
        at,
        is_running: true,
        executable: path(process.exe()),
        working_dir: path(process.cwd()),
        arguments: if arguments.is_empty() { hidden(user) } else { Reading::Value(arguments) },
        threads: untold("the threads of a process"),
        files: untold("the names of open files"),
        n_files: process.open_files().map_or_else(|| hidden(user), Reading::Value),
        file_limit: match process.open_files_limit().map(|limit| limit as u64) {
            Some(limit) => Reading::Value(limit),
            None => untold("the limit of open files"),
        },
        control_group: untold("control groups"),
    }
}

fn joined(command: &[OsString]) -> String {
    let parts: Vec<_> = command.iter().map(|part| part.to_string_lossy()).collect();
    parts.join(" ").chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn started_at(key: ProcessKey) -> Timestamp {
    Timestamp::from_millis(i64::try_from(key.start_mark.saturating_mul(1000)).unwrap_or(i64::MAX))
}

fn state(status: ProcessStatus) -> ProcessState {
    match status {
        ProcessStatus::Run => ProcessState::Running,
        ProcessStatus::Sleep => ProcessState::Sleeping,
        ProcessStatus::UninterruptibleDiskSleep => ProcessState::DiskWait,
        ProcessStatus::Stop | ProcessStatus::Tracing | ProcessStatus::Suspended => ProcessState::Stopped,
        ProcessStatus::Zombie | ProcessStatus::Dead => ProcessState::Zombie,
        ProcessStatus::Idle | ProcessStatus::Parked => ProcessState::Idle,
        ProcessStatus::Wakekill | ProcessStatus::Waking | ProcessStatus::LockBlocked | ProcessStatus::Unknown(_) => {
            ProcessState::Unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_very_process_is_listed_and_told_in_detail() {
        let mut source = PortableProcesses::default();
        let now = |seconds| Moment { at: Timestamp::default(), elapsed: Duration::from_secs(seconds) };
        let own = |rows: &[ProcessRow]| rows.iter().find(|row| row.key.pid == std::process::id()).cloned();
        let first = own(&source.rows(now(1), None).expect("reads")).expect("listed");
        let rows = source.rows(now(2), None).expect("reads");
        assert!(rows.is_sorted_by_key(|row| row.key.pid));
        let second = own(&rows).expect("listed");
        assert_eq!((first.cpu_cores, first.read_bytes_per_second), (None, None));
        assert!(second.cpu_cores.is_some_and(|cores| cores >= 0.0));
        assert!(second.memory_bytes > Some(100_000) && !second.name.is_empty(), "{second:?}");
        assert!(Arc::ptr_eq(&first.command, &second.command));
        assert!(second.started_at > Timestamp::from_millis(1_500_000_000_000));

        let detail = source.detail(second.key, now(2)).expect("runs");
        let program = std::env::current_exe().expect("a program");
        assert_eq!(detail.executable.value().map(|path| &**path), program.to_str());
        assert!(detail.arguments.value().is_some_and(|arguments| !arguments.is_empty()));
        let reused = ProcessKey { start_mark: second.key.start_mark + 1, ..second.key };
        assert_eq!(source.detail(reused, now(2)), None);
    }
}
