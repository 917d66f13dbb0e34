//! All processes in one pass: one listing of /proc and one read of `stat` for each, everything else only when due.
//!
//! Names, command lines and users are read at first sight, soon after it (a new process often execs), when `stat`
//! shows an exec, and then once in [`SLOW_TURN`] passes. Disk bytes and waiting time are read for processes that did
//! something, and for the others once in [`REST_TURN`] passes.

use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Resource, getrlimit};

use super::activity::Activity;
use super::command;
use super::detail::Focus;
use super::files::ProcDir;
use super::stat::{self, Stat};
use super::users::Users;
use crate::model::{ProcessDetail, ProcessKey, ProcessRow, ProcessState, Timestamp};
use crate::sampling::process::ProcessSource;
use crate::sampling::{Moment, ProbeError};

/// Passes in which every process has its names and user read again.
const SLOW_TURN: u64 = 32;
/// Passes in which every idle process has its activity read.
const REST_TURN: u64 = 16;
/// `stat` files kept open at most, where half the permitted descriptors allow it; the others are opened in each pass.
/// To read an open one costs half of what opening, reading and closing does.
const MOST_OPEN: u64 = 1024;

/// The processes of a Linux system.
pub struct LinuxProcesses {
    folder: PathBuf,
    proc: Option<ProcDir>,
    users: Users,
    limit_cores: Box<dyn FnMut() -> Option<f64> + Send>,
    n_cores: usize,
    ticks_per_second: f64,
    page_bytes: u64,
    booted_at: Timestamp,
    known: HashMap<u32, Known>,
    most_open: usize,
    pass: u64,
    pids: Vec<u32>,
    tids: Vec<u32>,
    focus: Option<Focus>,
}

/// What is kept of a process between passes.
struct Known {
    key: ProcessKey,
    stat: Option<OwnedFd>,
    comm: Box<[u8]>,
    stack_start: u64,
    name: Arc<str>,
    command: Arc<str>,
    uid: u32,
    user: Arc<str>,
    cpu_ticks: u64,
    read_at: Duration,
    n_passes: u64,
    names_due: bool,
    may_hang: bool,
    seen: u64,
    activity: Activity,
}

impl LinuxProcesses {
    /// Processes under `folder`, such as `/proc`, with names of users out of `passwd`. `limit_cores` tells the cores
    /// that a control group allows, where that is less than the machine has.
    pub fn new(folder: PathBuf, passwd: PathBuf, limit_cores: impl FnMut() -> Option<f64> + Send + 'static) -> Self {
        let may_open = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX) / 2;
        Self {
            folder,
            proc: None,
            users: Users::new(passwd),
            limit_cores: Box::new(limit_cores),
            n_cores: 1,
            ticks_per_second: rustix::param::clock_ticks_per_second() as f64,
            page_bytes: rustix::param::page_size() as u64,
            booted_at: Timestamp::default(),
            known: HashMap::new(),
            most_open: usize::try_from(may_open.min(MOST_OPEN)).unwrap_or(0),
            pass: 0,
            pids: Vec::new(),
            tids: Vec::new(),
            focus: None,
        }
    }

    fn open(&mut self) -> Result<ProcDir, ProbeError> {
        let fail = |why: std::io::Error| {
            ProbeError::failed(format!("The processes cannot be listed: {why}, {}", self.folder.display()))
        };
        let proc = ProcDir::open(&self.folder).map_err(fail)?;
        let text = std::fs::read(self.folder.join("stat")).unwrap_or_default();
        self.booted_at = boot_time(&text).unwrap_or_default();
        self.n_cores = n_cores(&text).max(1);
        Ok(proc)
    }

    fn row(&mut self, proc: &mut ProcDir, pid: u32, now: Moment, focus: Option<ProcessKey>) -> Option<ProcessRow> {
        let kept = self.known.get(&pid).and_then(|known| known.stat.as_ref());
        let mut opened = None;
        let line = match kept.and_then(|file| proc.read_again(file).ok().map(<[u8]>::len)) {
            Some(n) => proc.text(n),
            None => {
                // No file was kept, or it belongs to a process that has ended: the pid is looked up anew.
                let file = proc.open_file(pid, "stat").ok()?;
                let file = opened.insert(file);
                proc.read_again(file).ok()?
            }
        };
        // The line lies in the buffer that the next read overwrites, so the name is copied where it changed.
        let Stat {
            comm, state, parent, is_kernel, cpu_ticks, n_threads, start_ticks, resident_pages, stack_start, ..
        } = stat::parse(line)?;
        let key = ProcessKey { pid, start_mark: start_ticks };
        let is_same = self.known.get(&pid).is_some_and(|known| known.key == key);
        if !is_same {
            self.known.insert(pid, Known::new(key));
        }
        let n_known = self.known.len();
        let known = self.known.get_mut(&pid)?;
        let is_renamed = *known.comm != *comm || known.stack_start != stack_start;
        if is_renamed {
            known.comm = comm.into();
            known.stack_start = stack_start;
        }
        if opened.is_some() {
            known.stat = opened.filter(|_| n_known <= self.most_open);
        }

        let cpu_moved = known.cpu_ticks != cpu_ticks;
        let span = now.elapsed.saturating_sub(known.read_at).as_secs_f64();
        let cpu_seconds = cpu_ticks.saturating_sub(known.cpu_ticks) as f64 / self.ticks_per_second;
        let cpu_cores = (known.n_passes > 0 && span > 0.0).then_some((cpu_seconds / span) as f32);

        let turn = self.pass.wrapping_add(u64::from(pid));
        known.names_due |= is_renamed || matches!(known.n_passes, 1 | 3) || turn.is_multiple_of(SLOW_TURN);
        // To read a command line the kernel locks the process's memory. While it waits on a disk or a share that is
        // gone, somebody in it may hold that lock for ever, and the pass would hang.
        known.may_hang = state == ProcessState::DiskWait;
        if known.names_due {
            known.read_names(proc, is_kernel || known.may_hang, &mut self.users, now.elapsed);
            known.names_due = known.may_hang;
        }
        let is_awake = matches!(state, ProcessState::Running | ProcessState::DiskWait);
        let is_due = known.n_passes == 0 || turn.is_multiple_of(REST_TURN) || focus == Some(key);
        if cpu_moved || is_awake || is_due || known.activity.is_any() {
            known.activity.update(proc, pid, n_threads, now.elapsed, &mut self.tids);
        }
        known.cpu_ticks = cpu_ticks;
        known.read_at = now.elapsed;
        known.n_passes += 1;
        known.seen = self.pass;
        let since_boot = Duration::from_secs_f64(key.start_mark as f64 / self.ticks_per_second);
        Some(ProcessRow {
            key,
            parent: (parent != 0).then_some(parent),
            name: known.name.clone(),
            command: known.command.clone(),
            user: known.user.clone(),
            state,
            n_threads,
            cpu_cores,
            wait_cores: known.activity.wait_cores,
            memory_bytes: (!is_kernel).then(|| resident_pages.saturating_mul(self.page_bytes)),
            read_bytes_per_second: known.activity.read_rate,
            write_bytes_per_second: known.activity.write_rate,
            started_at: self.booted_at.plus(since_boot),
            is_kernel,
        })
    }
}

impl ProcessSource for LinuxProcesses {
    fn rows(&mut self, now: Moment, focus: Option<ProcessKey>) -> Result<Vec<ProcessRow>, ProbeError> {
        let mut proc = match self.proc.take() {
            Some(proc) => proc,
            None => self.open()?,
        };
        self.pass += 1;
        let mut pids = std::mem::take(&mut self.pids);
        proc.pids(&mut pids).map_err(|why| ProbeError::failed(format!("The processes cannot be listed: {why}")))?;
        let mut rows = Vec::with_capacity(pids.len());
        rows.extend(pids.iter().filter_map(|pid| self.row(&mut proc, *pid, now, focus)));
        self.known.retain(|_, known| known.seen == self.pass);
        self.pids = pids;
        self.proc = Some(proc);
        Ok(rows)
    }

    fn detail(&mut self, key: ProcessKey, now: Moment) -> Option<ProcessDetail> {
        let known = self.known.get(&key.pid).filter(|known| known.key == key)?;
        if self.focus.as_ref().is_none_or(|focus| focus.key() != key) {
            self.focus = Some(Focus::new(key));
        }
        let proc = self.proc.as_mut()?;
        Some(self.focus.as_mut()?.read(proc, &known.user, known.may_hang, self.ticks_per_second, now))
    }

    fn capacity_cores(&mut self) -> f64 {
        (self.limit_cores)().unwrap_or(self.n_cores as f64)
    }
}

impl Known {
    fn new(key: ProcessKey) -> Self {
        let none: Arc<str> = "".into();
        Self {
            key,
            stat: None,
            comm: Box::default(),
            stack_start: 0,
            name: none.clone(),
            command: none.clone(),
            uid: u32::MAX,
            user: none,
            cpu_ticks: 0,
            read_at: Duration::ZERO,
            n_passes: 0,
            names_due: true,
            may_hang: false,
            seen: 0,
            activity: Activity::default(),
        }
    }

    /// Reads user and name, and the command line unless told not to; one read before stays.
    fn read_names(&mut self, proc: &mut ProcDir, without_command: bool, users: &mut Users, now: Duration) {
        if without_command {
            self.name = command::shared(&self.name, &command::full_name(&self.comm, &[]));
        } else {
            let cmdline = proc.read(self.key.pid, "cmdline").unwrap_or_default();
            self.name = command::shared(&self.name, &command::full_name(&self.comm, cmdline));
            self.command = command::shared(&self.command, &command::joined(cmdline));
        }
        let uid = proc.owner(self.key.pid).unwrap_or(self.uid);
        if uid != self.uid || self.user.is_empty() {
            self.uid = uid;
            self.user = users.name(uid, now);
        }
    }
}

/// Cores in use by the system, out of /proc/stat: its lines `cpu0`, `cpu1`, …
fn n_cores(text: &[u8]) -> usize {
    let is_core =
        |line: &&[u8]| line.strip_prefix(b"cpu").is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_digit));
    text.split(|b| *b == b'\n').filter(is_core).count()
}

/// When the system started, out of /proc/stat.
fn boot_time(text: &[u8]) -> Option<Timestamp> {
    let seconds = text.split(|b| *b == b'\n').find_map(|line| stat::number(line.strip_prefix(b"btime ")?))?;
    Some(Timestamp::from_millis(i64::try_from(seconds.checked_mul(1000)?).ok()?))
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
