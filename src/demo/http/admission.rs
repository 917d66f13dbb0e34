//! Who may come in: so many requests at once for each worker, a queue behind them, and a quick no to all others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::demo::limits::Limits;

/// Requests that one worker serves at once: most of them wait for something else.
pub const A_WORKER: usize = 64;

/// The door.
pub struct Admission {
    room: Arc<Semaphore>,
    n_waiting: AtomicUsize,
    most_waiting: usize,
}

impl Admission {
    /// A door for as many as the workers serve and the queue holds.
    pub fn new(limits: &Limits) -> Self {
        let room = Arc::new(Semaphore::new(limits.workers * A_WORKER));
        Self { room, n_waiting: AtomicUsize::new(0), most_waiting: limits.queue_length }
    }

    /// Requests that wait.
    pub fn n_waiting(&self) -> usize {
        self.n_waiting.load(Relaxed)
    }

    /// A place, at once or after waiting; `None` where as many wait as may.
    pub async fn enter(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(place) = self.room.clone().try_acquire_owned() {
            return Some(place);
        }
        // Whoever gives up while it waits leaves the queue, too.
        let _waits = Waits::begin(self)?;
        self.room.clone().acquire_owned().await.ok()
    }
}

struct Waits<'a>(&'a AtomicUsize);

impl<'a> Waits<'a> {
    fn begin(admission: &'a Admission) -> Option<Self> {
        let n = &admission.n_waiting;
        let has_room = |waiting| (waiting < admission.most_waiting).then_some(waiting + 1);
        n.fetch_update(Relaxed, Relaxed, has_room).ok().map(|_| Self(n))
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[test]
    fn the_queue_is_bounded_and_who_gives_up_leaves_it() {
        let limits = |key: &str| match key {
            "SERVICE_WORKERS" | "SERVICE_QUEUE_LENGTH" => Some("1".to_owned()),
            _ => None,
        };
        let door = Admission::new(&Limits::read(&limits).expect("limits"));
        let mut cx = Context::from_waker(Waker::noop());
        let mut enter = || {
            let mut waits = Box::pin(door.enter());
            match waits.as_mut().poll(&mut cx) {
                Poll::Ready(place) => Ok(place),
                Poll::Pending => Err(waits),
            }
        };
        let mut inside: Vec<_> = (0..A_WORKER).map(|_| enter().ok().flatten().expect("a place")).collect();
        let waits = enter().expect_err("it waits");
        assert_eq!(door.n_waiting(), 1);
        assert!(matches!(enter(), Ok(None)), "the queue is full");
        drop(waits);
        assert_eq!(door.n_waiting(), 0);
        inside.pop();
        assert!(matches!(enter(), Ok(Some(_))));
    }
}
