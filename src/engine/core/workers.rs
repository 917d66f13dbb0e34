//! What is known of the worker threads, and whether one that broke down is started again.

use crate::model::{Timestamp, WorkerState, WorkerStatus};

/// How often a worker that breaks down is started again.
pub const MAX_RESTARTS: u32 = 3;

/// The workers' states.
#[derive(Debug)]
pub struct Workers {
    list: Vec<WorkerStatus>,
}

impl Workers {
    /// All of these work.
    pub fn running(names: &[&'static str]) -> Self {
        let list = names.iter().map(|name| WorkerStatus { name, state: WorkerState::Running, n_restarts: 0 }).collect();
        Self { list }
    }

    /// Records a breakdown. Gives which start the next one is, or `None` when there were too many.
    pub fn died(&mut self, name: &str, at: Timestamp, why: &str) -> Option<u32> {
        let worker = self.list.iter_mut().find(|w| w.name == name)?;
        if worker.n_restarts >= MAX_RESTARTS {
            worker.state = WorkerState::Stopped { at, why: why.into() };
            return None;
        }
        worker.n_restarts += 1;
        worker.state = WorkerState::Restarted { at, why: why.into() };
        Some(worker.n_restarts)
    }

    /// Records a breakdown that the worker itself outlived.
    pub fn recovered(&mut self, name: &str, at: Timestamp, why: &str) {
        if let Some(worker) = self.list.iter_mut().find(|w| w.name == name) {
            worker.n_restarts += 1;
            worker.state = WorkerState::Restarted { at, why: why.into() };
        }
    }

    /// The states.
    pub fn all(&self) -> Vec<WorkerStatus> {
        self.list.clone()
    }
}
