//! One process in detail: program, folder, arguments, threads, open files, limits and control group.
//!
//! Whatever may not be seen says who may see it. Lists are bounded, so that a process with a hundred thousand open
//! sockets does not hold the pass up.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::command;
use super::files::ProcDir;
use super::stat::{self, number};
use crate::model::{OpenFile, ProcessDetail, ProcessKey, Reading, ThreadRow, Timestamp};
use crate::sampling::Moment;

/// Open files and sockets that are listed at most.
const MOST_FILES: usize = 4096;
/// Threads that are listed at most.
const MOST_THREADS: usize = 4096;
/// Where the same descriptors are open as before, time after which their targets are read again.
const TARGETS_AGAIN: Duration = Duration::from_secs(5);

/// The process a person looks at, and what must be kept of it between passes.
pub struct Focus {
    key: ProcessKey,
    arguments: Reading<Arc<[Arc<str>]>>,
    thread_ticks: Vec<(u32, u64)>,
    threads_at: Option<Duration>,
    names: Vec<(u32, Arc<str>)>,
    descriptors: Vec<u32>,
    files: Arc<[OpenFile]>,
    files_at: Option<Duration>,
    listing: Vec<u32>,
    /// Since when a reading fails that should not.
    failing_since: Option<Timestamp>,
}

impl Focus {
    /// Nothing read yet.
    pub fn new(key: ProcessKey) -> Self {
        Self {
            key,
            arguments: Reading::Unsupported { why: "Not read while the process waits on a disk".into() },
            thread_ticks: Vec::new(),
            threads_at: None,
            names: Vec::new(),
            descriptors: Vec::new(),
            files: Arc::new([]),
            files_at: None,
            listing: Vec::new(),
            failing_since: None,
        }
    }

    /// Which process.
    pub fn key(&self) -> ProcessKey {
        self.key
    }

    /// Reads everything. `user` is whom the process belongs to; with `may_hang` its arguments stay those read before.
    pub fn read(
        &mut self,
        proc: &mut ProcDir,
        user: &str,
        may_hang: bool,
        ticks_per_second: f64,
        now: Moment,
    ) -> ProcessDetail {
        let pid = self.key.pid;
        let excuse = Excuse { user, since: *self.failing_since.get_or_insert(now.at) };
        let executable = excuse.answer(
            proc.link(pid, "exe").map(Arc::from),
            "Threads of the kernel and processes that have ended have no program file",
        );
        let working_dir = excuse.answer(proc.link(pid, "cwd").map(Arc::from), "The process has no working folder");
        if !may_hang {
            let arguments = proc.read(pid, "cmdline").map(lossy_arguments);
            self.arguments = match arguments {
                Ok(arguments) if arguments.is_empty() => {
                    Reading::Unsupported { why: "The process has no arguments".into() }
                }
                arguments => excuse.answer(arguments, "The process has no arguments"),
            };
        }
        let threads = self.read_threads(proc, ticks_per_second, now.elapsed);
        let threads = excuse.answer(threads, "The process has no threads any more");
        let (n_files, files) = match self.read_files(proc, now.elapsed) {
            Ok((n, files)) => (Reading::Value(n), Reading::Value(files)),
            Err(why) => (excuse.refuse(&why, "No files are open"), excuse.refuse(&why, "No files are open")),
        };
        let limit = proc.read(pid, "limits").map(parse_file_limit);
        let file_limit = match limit {
            Ok(Some(limit)) => Reading::Value(limit),
            Ok(None) => Reading::Unsupported { why: "There is no limit".into() },
            Err(why) => excuse.refuse(&why, "This kernel does not tell"),
        };
        let group = proc.read(pid, "cgroup").map(parse_control_group);
        let control_group = match group {
            Ok(Some(group)) => Reading::Value(group.into()),
            Ok(None) => Reading::Unsupported { why: "The process is in no control group".into() },
            Err(why) => excuse.refuse(&why, "This kernel has no control groups"),
        };
        if let Reading::Value(_) = executable {
            self.failing_since = None;
        }
        ProcessDetail {
            key: self.key,
            at: now.at,
            is_running: true,
            executable,
            working_dir,
            arguments: self.arguments.clone(),
            threads,
            files,
            n_files,
            file_limit,
            control_group,
        }
    }

    fn read_threads(
        &mut self,
        proc: &mut ProcDir,
        ticks_per_second: f64,
        now: Duration,
    ) -> io::Result<Arc<[ThreadRow]>> {
        proc.numbers(self.key.pid, "task", &mut self.listing)?;
        let span = self.threads_at.map(|at| now.saturating_sub(at).as_secs_f64()).filter(|span| *span > 0.0);
        let mut ticks = Vec::with_capacity(self.listing.len());
        let mut names = Vec::with_capacity(self.listing.len());
        let mut rows = Vec::with_capacity(self.listing.len());
        for tid in self.listing.iter().copied().take(MOST_THREADS) {
            let Ok(line) = proc.read_of_thread(self.key.pid, tid, "stat") else { continue };
            let Some(stat) = stat::parse(line) else { continue };
            let before = at(&self.thread_ticks, tid);
            let cpu_cores = span
                .zip(before)
                .map(|(span, before)| (stat.cpu_ticks.saturating_sub(*before) as f64 / ticks_per_second / span) as f32);
            let name = command::shown(stat.comm);
            let name = at(&self.names, tid).map_or_else(|| Arc::from(&*name), |old| command::shared(old, &name));
            ticks.push((tid, stat.cpu_ticks));
            names.push((tid, name.clone()));
            rows.push(ThreadRow { tid, name, state: stat.state, cpu_cores });
        }
        (self.thread_ticks, self.names, self.threads_at) = (ticks, names, Some(now));
        Ok(rows.into())
    }

    fn read_files(&mut self, proc: &mut ProcDir, now: Duration) -> io::Result<(usize, Arc<[OpenFile]>)> {
        proc.numbers(self.key.pid, "fd", &mut self.listing)?;
        let is_fresh = self.files_at.is_some_and(|at| now.saturating_sub(at) < TARGETS_AGAIN);
        if !(is_fresh && self.descriptors == self.listing) {
            self.descriptors.clone_from(&self.listing);
            let some = self.descriptors.iter().copied().take(MOST_FILES);
            self.files = some.filter_map(|descriptor| open_file(proc, self.key.pid, descriptor)).collect();
            self.files_at = Some(now);
        }
        Ok((self.descriptors.len(), self.files.clone()))
    }
}

/// What stands where a reading is refused.
struct Excuse<'a> {
    user: &'a str,
    since: Timestamp,
}

impl Excuse<'_> {
    fn answer<T>(&self, result: io::Result<T>, when_missing: &str) -> Reading<T> {
        result.map_or_else(|why| self.refuse(&why, when_missing), Reading::Value)
    }

    fn refuse<T>(&self, why: &io::Error, when_missing: &str) -> Reading<T> {
        match why.kind() {
            io::ErrorKind::PermissionDenied => Reading::Unsupported { why: who_may_see(self.user).into() },
            io::ErrorKind::NotFound => Reading::Unsupported { why: when_missing.into() },
            _ => Reading::Failed { since: self.since, why: why.to_string().into() },
        }
    }
}

fn who_may_see(user: &str) -> String {
    if user == "root" { "Only root may see this".into() } else { format!("Only root or the user {user} may see this") }
}

fn open_file(proc: &mut ProcDir, pid: u32, descriptor: u32) -> Option<OpenFile> {
    // A descriptor that was closed since the listing is left out.
    let target = proc.link(pid, &format!("fd/{descriptor}")).ok()?;
    let is_socket = target.starts_with("socket:");
    Some(OpenFile { descriptor: descriptor.into(), target: target.into(), is_socket })
}

fn lossy_arguments(cmdline: &[u8]) -> Arc<[Arc<str>]> {
    command::arguments(cmdline).map(|argument| Arc::from(String::from_utf8_lossy(argument))).collect()
}

fn at<T>(sorted: &[(u32, T)], tid: u32) -> Option<&T> {
    sorted.binary_search_by_key(&tid, |(tid, _)| *tid).ok().map(|i| &sorted[i].1)
}

/// The soft limit in `/proc/<pid>/limits`; `None` where there is none.
fn parse_file_limit(text: &[u8]) -> Option<u64> {
    let line = text.split(|b| *b == b'\n').find_map(|line| line.strip_prefix(b"Max open files"))?;
    number(line.trim_ascii().split(u8::is_ascii_whitespace).next()?)
}

/// The group's path in `/proc/<pid>/cgroup`: the unified one, else that of the first controller that has one.
fn parse_control_group(text: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(text);
    let path = |line: &str| line.splitn(3, ':').nth(2).map(str::to_owned);
    let unified = text.lines().find(|line| line.starts_with("0::")).and_then(path);
    // With version 1 the unified hierarchy may be there, empty, beside those of the controllers.
    let of_controllers = || text.lines().filter_map(path).find(|path| path != "/");
    unified.clone().filter(|path| path != "/").or_else(of_controllers).or(unified)
}

#[cfg(test)]
#[path = "detail_tests.rs"]
mod tests;
