//! The list of jobs, bounded, and the turn that one of them has with the engine's plan.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tokio::sync::watch;

use super::{Asked, Job, JobId, Stage};
use crate::api::Problem;
use crate::model::{Snapshot, Timestamp};

/// Jobs that are kept; the oldest that are over go first.
const MAX_JOBS: usize = 100;
/// Jobs that are not over.
const MAX_LIVE: usize = 8;

/// All jobs, oldest first.
#[derive(Debug)]
pub struct JobBook {
    list: Mutex<VecDeque<Arc<Job>>>,
    next: AtomicU64,
    changed: watch::Sender<u64>,
    /// There is one plan in the engine at a time, so one job has it until it is applied.
    pub(super) turn: tokio::sync::Mutex<()>,
}

impl Default for JobBook {
    fn default() -> Self {
        // Numbers of an earlier run are not given to other jobs.
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self {
            list: Mutex::default(),
            next: AtomicU64::new(u64::try_from(since.as_millis()).unwrap_or(1)),
            changed: watch::channel(0).0,
            turn: tokio::sync::Mutex::default(),
        }
    }
}

impl JobBook {
    /// Takes a job in.
    ///
    /// # Errors
    /// 503 where too many are under way.
    pub fn begin(&self, asked: Asked, at: Timestamp, snapshot: &Snapshot) -> Result<Arc<Job>, Problem> {
        let mut list = self.list();
        if list.iter().filter(|job| !job.is_over(snapshot)).count() >= MAX_LIVE {
            return Err(Problem::busy(format!("{MAX_LIVE} jobs are under way: wait for one to end"), 5));
        }
        while list.len() >= MAX_JOBS {
            let oldest = list.iter().position(|job| job.is_over(snapshot)).unwrap_or(0);
            list.remove(oldest);
        }
        let id = JobId(self.next.fetch_add(1, Ordering::Relaxed));
        let stage = Mutex::new(Stage::Planning);
        let job = Job { id, asked, at, stage, is_cancelled: AtomicBool::new(false), changed: self.changed.clone() };
        let job = Arc::new(job);
        list.push_back(job.clone());
        drop(list);
        self.changed.send_modify(|n| *n = n.wrapping_add(1));
        Ok(job)
    }

    /// A job.
    pub fn get(&self, id: JobId) -> Option<Arc<Job>> {
        self.list().iter().find(|job| job.id == id).cloned()
    }

    /// All jobs, newest first.
    pub fn all(&self) -> Vec<Arc<Job>> {
        self.list().iter().rev().cloned().collect()
    }

    /// Changes whenever a job begins or is brought farther here.
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    fn list(&self) -> MutexGuard<'_, VecDeque<Arc<Job>>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::api::jobs::Aim;

    #[test]
    fn the_list_is_bounded_and_those_under_way_stay() {
        let (book, snapshot) = (JobBook::default(), Snapshot::default());
        let aim = Aim::Profile { name: "p".into(), bindings: Vec::new() };
        let asked = Asked { aim, dry_run: true, confirm_within: Duration::from_secs(60), keep: false };
        let begin = || book.begin(asked.clone(), Timestamp::default(), &snapshot);
        let first = begin().expect("room");
        for _ in 0..150 {
            begin().expect("room").put(Stage::Cancelled);
        }
        let all = book.all();
        assert_eq!((all.len(), all.last().map(|job| job.id)), (MAX_JOBS, Some(first.id)));
        assert!(book.get(first.id).is_some() && book.get(JobId(first.id.0 + 1)).is_none());
        for _ in 1..MAX_LIVE {
            begin().expect("room");
        }
        assert_eq!(begin().expect_err("no room").status, 503);
    }
}
