//! Processes of a service on Windows: those of a job, which all that they start belong to. A job that is to end with Perfdesk
//! is ended by the system when Perfdesk is, however that comes.

use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use sysinfo::{Pid, ProcessesToUpdate, System};
use win32job::{ExtendedLimitInfo, Job};

use super::Identity;

/// The processes of one start.
#[derive(Debug, Clone)]
pub struct Group {
    leader: Identity,
    job: Arc<Mutex<Option<Job>>>,
}

impl Group {
    /// The process of this number alone, found after an earlier run.
    pub fn new(leader: Identity, _mark: String) -> Self {
        Self { leader, job: Arc::default() }
    }

    /// A job for this process and all it starts from now on; `outlives` is whether it goes on after Perfdesk.
    ///
    /// # Errors
    /// What the system said.
    pub fn hold(leader: Identity, process: isize, outlives: bool) -> Result<Self, String> {
        let mut limits = ExtendedLimitInfo::new();
        if !outlives {
            limits.limit_kill_on_job_close();
        }
        let job = Job::create_with_limit_info(&limits).map_err(|e| e.to_string())?;
        job.assign_process(process).map_err(|e| e.to_string())?;
        Ok(Self { leader, job: Arc::new(Mutex::new(Some(job))) })
    }

    /// Asks all to end, or kills them.
    pub fn end(&self, is_forced: bool) {
        for member in self.members() {
            let mut command = Command::new("taskkill");
            command.args(["/PID", &member.pid.to_string(), "/T"]);
            if is_forced {
                command.arg("/F");
            }
            let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        }
        if is_forced {
            // The last hold on a job that ends with it.
            drop(self.job.lock().unwrap_or_else(PoisonError::into_inner).take());
        }
    }

    /// All that run, the oldest first.
    pub fn members(&self) -> Vec<Identity> {
        let job = self.job.lock().unwrap_or_else(PoisonError::into_inner);
        let listed = job.as_ref().and_then(|job| job.query_process_id_list().ok());
        let mut found: Vec<Identity> = match listed {
            Some(pids) => pids.into_iter().filter_map(|pid| u32::try_from(pid).ok()).filter_map(identity).collect(),
            // Its number may be another's by now.
            None => identity(self.leader.pid).filter(|now| *now == self.leader).into_iter().collect(),
        };
        found.sort_by_key(|identity| (identity.start, identity.pid));
        found
    }
}

/// Which process this number means now.
pub fn identity(pid: u32) -> Option<Identity> {
    let (mut system, key) = (System::new().ok()?, Pid::from_u32(pid));
    system.refresh_processes(ProcessesToUpdate::Some(&[key]), true);
    system.process(key).map(|process| Identity { pid, start: process.start_time() })
}

/// Which process this number means that was just started.
pub fn born(pid: u32) -> Identity {
    identity(pid).unwrap_or(Identity { pid, start: 0 })
}

/// Environments of others are not told here.
pub fn marked(_start: &str) -> Vec<(Identity, String)> {
    Vec::new()
}
