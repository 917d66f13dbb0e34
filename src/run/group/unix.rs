//! Processes of a service on Unix: those of the group that its first process leads. On Linux also those of its session, and
//! those that went away from both and carry the mark of the service in their environment.
//!
//! Source for what stands where in `/proc`: proc_pid_stat(5), proc_pid_environ(5).

use rustix::process::{Pid, Signal, kill_process_group};

use super::Identity;

/// The processes of one start.
#[derive(Debug, Clone)]
pub struct Group {
    /// The first process, which led the group from the start.
    leader: Identity,
    /// The mark that they carry.
    #[cfg_attr(not(target_os = "linux"), allow(dead_code))]
    mark: String,
}

impl Group {
    /// The group that this process leads, whose members carry this mark.
    pub fn new(leader: Identity, mark: String) -> Self {
        Self { leader, mark }
    }

    /// Asks all to end, or kills them.
    pub fn end(&self, is_forced: bool) {
        let signal = if is_forced { Signal::KILL } else { Signal::TERM };
        // The members first: once the group is gone, its number may be another's.
        let (members, is_group) = self.found();
        if let Some(group) = pid_of(self.leader.pid).filter(|_| is_group) {
            let _ = kill_process_group(group, signal);
        }
        for member in members {
            end_one(member, self.leader.pid, signal);
        }
    }

    /// All that run, the oldest first; the dead that nobody waited for do not count.
    pub fn members(&self) -> Vec<Identity> {
        self.found().0
    }

    /// All that run, and whether some of them are of the group itself. The number of a group whose leader is gone may have
    /// come to another group: it is this one's still while a member of it carries the mark.
    #[cfg(target_os = "linux")]
    fn found(&self) -> (Vec<Identity>, bool) {
        let all: Vec<linux::Process> = linux::all().collect();
        let is_near = |process: &linux::Process| process.group == self.leader.pid || process.session == self.leader.pid;
        let carries = |process: &linux::Process| linux::carries(process.identity.pid, &self.mark);
        let is_led = all.iter().any(|process| process.identity == self.leader);
        let is_ours = is_led || all.iter().any(|process| is_near(process) && carries(process));
        let runs = all.iter().filter(|process| !process.is_dead);
        let of_it: Vec<&linux::Process> =
            runs.filter(|process| (is_ours && is_near(process)) || carries(process)).collect();
        let is_group = is_ours && of_it.iter().any(|process| process.group == self.leader.pid);
        let mut found: Vec<Identity> = of_it.iter().map(|process| process.identity).collect();
        found.sort_by_key(|identity| (identity.start, identity.pid));
        (found, is_group)
    }

    /// Whether some run; that they do is known by the first's number alone, unless that is another's by now.
    #[cfg(not(target_os = "linux"))]
    fn found(&self) -> (Vec<Identity>, bool) {
        let is_others = identity(self.leader.pid).is_some_and(|now| now != self.leader);
        let Some(group) = pid_of(self.leader.pid).filter(|_| !is_others) else { return (Vec::new(), false) };
        match rustix::process::test_kill_process_group(group) {
            Ok(()) | Err(rustix::io::Errno::PERM) => (vec![self.leader], true),
            Err(_) => (Vec::new(), false),
        }
    }
}

/// Which process this number means that was just started, should it have ended by now too.
pub fn born(pid: u32) -> Identity {
    #[cfg(target_os = "linux")]
    let found = linux::read(pid).map(|process| process.identity);
    #[cfg(not(target_os = "linux"))]
    let found = identity(pid);
    found.unwrap_or(Identity { pid, start: 0 })
}

fn pid_of(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().filter(|pid| *pid > 1).and_then(Pid::from_raw)
}

/// Signals one that is no member of the group any more. It is held by a descriptor while its start is checked, so that no
/// other is hit that got its number.
#[cfg(target_os = "linux")]
fn end_one(member: Identity, leader: u32, signal: Signal) {
    use rustix::process::{PidfdFlags, pidfd_open, pidfd_send_signal};
    let Some(process) = linux::read(member.pid).filter(|process| process.identity == member) else { return };
    if process.group == leader || member.pid == std::process::id() {
        return;
    }
    let Some(held) = pid_of(member.pid).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok()) else { return };
    if identity(member.pid) == Some(member) {
        let _ = pidfd_send_signal(&held, signal);
    }
}

#[cfg(not(target_os = "linux"))]
fn end_one(_member: Identity, _leader: u32, _signal: Signal) {}

/// Which process this number means now.
#[cfg(target_os = "linux")]
pub fn identity(pid: u32) -> Option<Identity> {
    linux::read(pid).filter(|process| !process.is_dead).map(|process| process.identity)
}

/// Which process this number means now.
#[cfg(not(target_os = "linux"))]
pub fn identity(pid: u32) -> Option<Identity> {
    use sysinfo::{Pid as SystemPid, ProcessesToUpdate, System};
    let (mut system, key) = (System::new().ok()?, SystemPid::from_u32(pid));
    system.refresh_processes(ProcessesToUpdate::Some(&[key]), true);
    system.process(key).map(|process| Identity { pid, start: process.start_time() })
}

/// All processes that carry a mark that begins so, with the rest of it.
#[cfg(target_os = "linux")]
pub fn marked(start: &str) -> Vec<(Identity, String)> {
    let own = std::process::id();
    let of = |process: linux::Process| {
        let mark = linux::mark_of(process.identity.pid)?;
        let rest = mark.strip_prefix(start)?.to_owned();
        (!process.is_dead && process.identity.pid != own).then_some((process.identity, rest))
    };
    let mut found: Vec<(Identity, String)> = linux::all().filter_map(of).collect();
    found.sort();
    found
}

/// Environments of others are not told here.
#[cfg(not(target_os = "linux"))]
pub fn marked(_start: &str) -> Vec<(Identity, String)> {
    Vec::new()
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::{self, File};
    use std::io::Read as _;

    use super::super::{Identity, MARK};

    /// Processes that are looked at.
    const MAX_PROCESSES: usize = 65_536;
    /// Bytes of an environment that are looked through.
    const MAX_ENVIRONMENT: u64 = 256 * 1024;

    pub(super) struct Process {
        pub identity: Identity,
        pub group: u32,
        pub session: u32,
        pub is_dead: bool,
    }

    pub(super) fn all() -> impl Iterator<Item = Process> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).take(MAX_PROCESSES).filter_map(read)
    }

    pub(super) fn read(pid: u32) -> Option<Process> {
        parse(pid, &fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// The name stands in brackets and may hold any sign, brackets too.
    fn parse(pid: u32, stat: &str) -> Option<Process> {
        let mut fields = stat.get(stat.rfind(')')? + 1..)?.split_ascii_whitespace();
        let state = fields.next()?;
        let group = fields.nth(1)?.parse().ok()?;
        let session = fields.next()?.parse().ok()?;
        // starttime is the 22nd field, session the 6th.
        let start = fields.nth(15)?.parse().ok()?;
        Some(Process { identity: Identity { pid, start }, group, session, is_dead: matches!(state, "Z" | "X" | "x") })
    }

    pub(super) fn mark_of(pid: u32) -> Option<String> {
        let mut bytes = Vec::new();
        File::open(format!("/proc/{pid}/environ")).ok()?.take(MAX_ENVIRONMENT).read_to_end(&mut bytes).ok()?;
        let of = |variable: &[u8]| {
            let value = variable.strip_prefix(MARK.as_bytes())?.strip_prefix(b"=")?;
            Some(String::from_utf8_lossy(value).into_owned())
        };
        bytes.split(|byte| *byte == 0).find_map(of)
    }

    pub(super) fn carries(pid: u32, mark: &str) -> bool {
        mark_of(pid).is_some_and(|found| found == mark)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_name_with_brackets_moves_no_field() {
            let rest = "S 1 42 43 0 -1 4194560 1 0 0 0 2 3 0 0 20 0 1 0 98765 1000 2";
            let process = parse(7, &format!("7 (a) b) {rest}")).expect("reads");
            assert_eq!((process.group, process.session, process.identity.start), (42, 43, 98765));
            assert!(!process.is_dead && parse(7, "7 (x").is_none());
            let own = read(std::process::id()).expect("this very process");
            assert!(own.identity.start > 0);
        }
    }
}
