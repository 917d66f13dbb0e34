//! Ending a process on Linux: hold it by a descriptor, check its start, then signal what is held.

use std::path::Path;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open, pidfd_send_signal};

use super::files::ProcDir;
use super::stat;
use super::users::Users;
use crate::model::{ProcessKey, ProcessState};
use crate::sampling::process::EndError;

/// See [`end`](fn@crate::sampling::process::end).
pub fn end(key: ProcessKey, force: bool) -> Result<(), EndError> {
    let ProcessKey { pid, .. } = key;
    let other = |why: std::io::Error| EndError::Other { pid, why: why.to_string() };
    let number = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or(EndError::AlreadyEnded { pid })?;
    let signal = if force { Signal::KILL } else { Signal::TERM };
    let held = match pidfd_open(number, PidfdFlags::empty()) {
        Ok(held) => Some(held),
        // Kernels before 5.3, and sandboxes that forbid the call, have no such descriptor.
        Err(Errno::NOSYS | Errno::PERM) => None,
        Err(errno) => return Err(refusal(errno, pid, || owner(pid))),
    };
    let mut proc = ProcDir::open(Path::new("/proc")).map_err(other)?;
    let line = proc.read(pid, "stat").map_err(|_| EndError::AlreadyEnded { pid })?;
    let stat = stat::parse(line).ok_or(EndError::AlreadyEnded { pid })?;
    if stat.start_ticks != key.start_mark {
        return Err(EndError::Reused { pid });
    }
    if stat.is_kernel {
        return Err(EndError::Protected { pid, why: "it is a thread of the kernel" });
    }
    if stat.state == ProcessState::Zombie {
        return Err(EndError::AlreadyEnded { pid });
    }
    let sent = match held {
        Some(held) => pidfd_send_signal(held, signal),
        // The start was checked a moment ago: for the pid to pass on now, every other pid would have to be used first.
        None => kill_process(number, signal),
    };
    sent.map_err(|errno| refusal(errno, pid, || owner(pid)))
}

/// What the system's answer means. `owner` tells whom the process belongs to.
fn refusal(errno: Errno, pid: u32, owner: impl FnOnce() -> String) -> EndError {
    match errno {
        Errno::SRCH => EndError::AlreadyEnded { pid },
        Errno::PERM | Errno::ACCESS => EndError::NotPermitted { pid, user: owner() },
        other => EndError::Other { pid, why: std::io::Error::from(other).to_string() },
    }
}

fn owner(pid: u32) -> String {
    let uid = ProcDir::open(Path::new("/proc")).and_then(|mut proc| proc.owner(pid)).unwrap_or(0);
    Users::new("/etc/passwd".into()).name(uid, Duration::ZERO).to_string()
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::{Child, Command};

    use super::*;

    fn sleeper() -> (Child, ProcessKey) {
        let child = Command::new("sleep").arg("1000").spawn().expect("sleep starts");
        let mut proc = ProcDir::open(Path::new("/proc")).expect("opens");
        let line = proc.read(child.id(), "stat").expect("reads");
        let key = ProcessKey { pid: child.id(), start_mark: stat::parse(line).expect("a line").start_ticks };
        (child, key)
    }

    #[test]
    fn a_process_is_asked_or_forced_to_end() {
        for (force, signal) in [(false, 15), (true, 9)] {
            let (mut child, key) = sleeper();
            end(key, force).expect("ends");
            assert_eq!(child.wait().expect("ended").signal(), Some(signal));
            assert_eq!(end(key, force), Err(EndError::AlreadyEnded { pid: key.pid }));
        }
    }

    #[test]
    fn another_process_under_the_same_pid_is_left_alone() {
        let (mut child, key) = sleeper();
        let pid = key.pid;
        let stale = ProcessKey { start_mark: key.start_mark + 1, ..key };
        assert_eq!(end(stale, true), Err(EndError::Reused { pid }));
        assert_eq!(child.try_wait().expect("asked"), None, "the child lives");
        end(key, true).expect("ends");
        // It has ended and is not collected yet: there is nothing left to end.
        rustix::process::waitid(
            rustix::process::WaitId::Pid(Pid::from_child(&child)),
            rustix::process::WaitIdOptions::EXITED | rustix::process::WaitIdOptions::NOWAIT,
        )
        .expect("waits");
        assert_eq!(end(key, true), Err(EndError::AlreadyEnded { pid }));
        child.wait().expect("collected");
    }

    #[test]
    fn the_systems_answers_are_told_apart() {
        for (errno, told) in [
            (Errno::SRCH, EndError::AlreadyEnded { pid: 7 }),
            (Errno::PERM, EndError::NotPermitted { pid: 7, user: "postgres".into() }),
            (Errno::ACCESS, EndError::NotPermitted { pid: 7, user: "postgres".into() }),
            (Errno::INVAL, EndError::Other { pid: 7, why: "Invalid argument (os error 22)".into() }),
        ] {
            assert_eq!(refusal(errno, 7, || "postgres".into()), told);
        }
    }
}
