//! Ending a process through sysinfo, with its start checked first.

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, Signal, System, UpdateKind, Users};

use crate::model::ProcessKey;
use crate::sampling::process::EndError;

/// See [`end`](fn@crate::sampling::process::end). The start mark is in seconds since 1970 here.
pub fn end(key: ProcessKey, force: bool) -> Result<(), EndError> {
    let ProcessKey { pid, start_mark } = key;
    let mut system = System::new().map_err(|why| EndError::Other { pid, why: why.to_string() })?;
    let number = Pid::from_u32(pid);
    let wanted = ProcessRefreshKind::nothing().without_tasks().with_user(UpdateKind::OnlyIfNotSet);
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[number]), true, wanted);
    let process = system.process(number).ok_or(EndError::AlreadyEnded { pid })?;
    if process.start_time() != start_mark {
        return Err(EndError::Reused { pid });
    }
    let asked = if force { Some(process.kill()) } else { process.kill_with(Signal::Term) };
    match asked {
        Some(true) => Ok(()),
        Some(false) => Err(EndError::NotPermitted { pid, user: owner(process) }),
        None => Err(EndError::Other { pid, why: "this system cannot ask a process to end, only force it".into() }),
    }
}

fn owner(process: &sysinfo::Process) -> String {
    let users = Users::new_with_refreshed_list().ok();
    let name = process.user_id().and_then(|id| users.as_ref()?.get_user_by_id(id)).map(|user| user.name().to_owned());
    name.unwrap_or_else(|| "another user".into())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[cfg(unix)]
    #[test]
    fn only_the_process_with_that_start_is_ended() {
        let mut child = Command::new("sleep").arg("1000").spawn().expect("sleep starts");
        let pid = child.id();
        let mut system = System::new().expect("a system");
        let wanted = ProcessRefreshKind::nothing().without_tasks();
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&[Pid::from_u32(pid)]), true, wanted);
        let start_mark = system.process(Pid::from_u32(pid)).expect("listed").start_time();
        assert_eq!(end(ProcessKey { pid, start_mark: start_mark + 1 }, true), Err(EndError::Reused { pid }));
        assert_eq!(child.try_wait().expect("asked"), None, "the child lives");
        end(ProcessKey { pid, start_mark }, false).expect("ends");
        assert!(!child.wait().expect("ended").success());
        assert_eq!(end(ProcessKey { pid, start_mark }, true), Err(EndError::AlreadyEnded { pid }));
    }
}
