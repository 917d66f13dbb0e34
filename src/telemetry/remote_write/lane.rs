//! What the thread that takes ticks in and the thread that sends share about one endpoint.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::queue::{DiskQueue, Taken};
use crate::model::Timestamp;
use crate::model::remote_write::{Endpoint, SendCounts, SendState};

/// Longest wait for samples to be due, so that a clock that is set counts soon.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// One endpoint's state.
#[derive(Debug)]
pub struct State {
    /// What it is now.
    pub endpoint: Arc<Endpoint>,
    /// Its queue; `None` where that cannot be used.
    pub queue: Option<DiskQueue>,
    /// How sending goes.
    pub send: SendState,
    /// What was counted; of what waits the queue knows more.
    pub counts: SendCounts,
    /// What the server said when it last refused samples.
    pub refusal: Arc<str>,
    /// Why nothing can be put on disk; empty where it can.
    pub disk_fault: Arc<str>,
    /// Whether what waits for its time is to be tried at once.
    pub wants_retry: bool,
    /// Whether the program ends, or the endpoint is taken away.
    pub is_stopped: bool,
}

/// The state, and the word that it changed.
#[derive(Debug)]
pub struct Lane {
    state: Mutex<State>,
    changed: Condvar,
}

impl Lane {
    /// A lane of this state.
    pub fn new(state: State) -> Self {
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// The state, for a moment.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state, and says so.
    pub fn change<T>(&self, body: impl FnOnce(&mut State) -> T) -> T {
        let found = body(&mut self.state());
        self.changed.notify_all();
        found
    }

    /// The next samples to send, once there are enough or they are old enough; `None` at the end.
    pub fn next(&self, clock: &(dyn Fn() -> Timestamp + Send + Sync)) -> Option<(Arc<Endpoint>, Taken)> {
        let mut state = self.state();
        loop {
            if state.is_stopped {
                return None;
            }
            state.wants_retry = false;
            let endpoint = state.endpoint.clone();
            let wait = match due(&mut state, &endpoint, clock()) {
                Due::Now(taken) => return Some((endpoint, *taken)),
                Due::In(span) => span.min(LOOK_EVERY),
            };
            (state, _) = self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits so long, or until it is to be tried again at once; `false` at the end.
    pub fn pause(
        &self,
        endpoint: &Arc<Endpoint>,
        until: Timestamp,
        clock: &(dyn Fn() -> Timestamp + Send + Sync),
    ) -> bool {
        let mut state = self.state();
        let begun = clock();
        loop {
            let now = clock();
            // A clock that was set back must not make a pause of a minute one of a day.
            let left = until.since(now.max(begun));
            let is_changed = !Arc::ptr_eq(&state.endpoint, endpoint) && state.endpoint.is_on;
            let is_on = state.endpoint.is_on;
            if state.is_stopped {
                return false;
            }
            if is_on && (std::mem::take(&mut state.wants_retry) || is_changed || left.is_zero()) {
                return true;
            }
            let wait = if is_on { left.min(LOOK_EVERY) } else { LOOK_EVERY };
            (state, _) = self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

enum Due {
    Now(Box<Taken>),
    In(Duration),
}

fn due(state: &mut State, endpoint: &Endpoint, now: Timestamp) -> Due {
    let Some(queue) = state.queue.as_mut().filter(|_| endpoint.is_on) else { return Due::In(LOOK_EVERY) };
    if queue.n_waiting() == 0 {
        return Due::In(LOOK_EVERY);
    }
    let age = queue.first_at().map_or(Duration::MAX, |at| now.since(Timestamp::from_millis(at)));
    let wait = Duration::from_secs(endpoint.send_seconds.into()).saturating_sub(age);
    let most = endpoint.max_samples as usize;
    if !wait.is_zero() && queue.n_waiting() < most as u64 {
        return Due::In(wait);
    }
    match queue.take(most) {
        Ok(Some(taken)) => Due::Now(Box::new(taken)),
        Ok(None) => Due::In(LOOK_EVERY),
        Err(e) => {
            state.disk_fault = format!("What waits cannot be read: {e}").into();
            Due::In(LOOK_EVERY)
        }
    }
}
