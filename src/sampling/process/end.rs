//! Ending one process, and never another: the pid alone is not believed, its start must match.
//!
//! On Linux the process is held by a descriptor (pidfd) while its start is checked, so the pid cannot pass to another
//! process between the check and the signal.

use crate::model::ProcessKey;

/// Why a process was not ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndError {
    /// There is no such process any more.
    #[error("Process {pid} has already ended")]
    AlreadyEnded {
        /// Its pid.
        pid: u32,
    },
    /// The pid now belongs to another process, which was left alone.
    #[error("Process {pid} has already ended and its number now belongs to another process, which was left alone")]
    Reused {
        /// The pid.
        pid: u32,
    },
    /// The system does not permit it.
    #[error("Not permitted: process {pid} belongs to {user}. Only {} may end it", who_may_end(user))]
    NotPermitted {
        /// Its pid.
        pid: u32,
        /// The user it runs as.
        user: String,
    },
    /// Ending it would take the machine or Perfdesk down, or cannot work.
    #[error("Process {pid} is not ended from here: {why}")]
    Protected {
        /// Its pid.
        pid: u32,
        /// The reason.
        why: &'static str,
    },
    /// Something else went wrong.
    #[error("Process {pid} could not be ended: {why}")]
    Other {
        /// Its pid.
        pid: u32,
        /// What the system said.
        why: String,
    },
}

/// Asks a process to end (SIGTERM), or with `force` ends it at once (SIGKILL). Does not wait for its end.
///
/// # Errors
/// [`EndError`]; in every case no process was touched.
pub fn end(key: ProcessKey, force: bool) -> Result<(), EndError> {
    if let Some(why) = protected(key.pid) {
        return Err(EndError::Protected { pid: key.pid, why });
    }
    #[cfg(target_os = "linux")]
    return super::linux::end::end(key, force);
    #[cfg(not(target_os = "linux"))]
    crate::sampling::portable::end::end(key, force)
}

fn who_may_end(user: &str) -> String {
    match (cfg!(windows), user) {
        (true, _) => format!("an administrator or {user}"),
        (false, "root") => "root".into(),
        (false, _) => format!("root or {user}"),
    }
}

fn protected(pid: u32) -> Option<&'static str> {
    if pid == std::process::id() {
        Some("it is Perfdesk itself; quit the program instead")
    } else if pid <= 1 {
        Some("the whole system rests on it")
    } else if cfg!(windows) && pid == 4 {
        Some("it is the system's kernel")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everything_rests_on_and_perfdesk_itself_are_refused() {
        for pid in [0, 1, std::process::id()] {
            let error = end(ProcessKey { pid, start_mark: 0 }, true).expect_err("protected");
            assert!(matches!(error, EndError::Protected { pid: p, .. } if p == pid), "{error}");
        }
    }

    #[test]
    #[cfg(not(windows))]
    fn every_refusal_is_a_sentence_for_a_person() {
        let pid = 7;
        for (error, text) in [
            (EndError::AlreadyEnded { pid }, "Process 7 has already ended"),
            (
                EndError::NotPermitted { pid, user: "postgres".into() },
                "Not permitted: process 7 belongs to postgres. Only root or postgres may end it",
            ),
            (
                EndError::NotPermitted { pid, user: "root".into() },
                "Not permitted: process 7 belongs to root. Only root may end it",
            ),
            (EndError::Other { pid, why: "no memory".into() }, "Process 7 could not be ended: no memory"),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
