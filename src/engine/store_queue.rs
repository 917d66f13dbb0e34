//! The queue before the store thread: bounded, counted, and shared by those who put things into history.
//!
//! The engine takes its sending end away at the end, so that the store thread ends whoever else still holds a queue.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};

use super::store_worker::StoreRequest;
use crate::model::{AnnotationText, Timestamp};

/// Requests that may wait for the store: a quarter of an hour of ticks while a large history is being opened.
pub const STORE_CAPACITY: usize = 1024;

/// What the store writes last.
#[derive(Debug, Clone, Default)]
pub struct Farewell(Arc<Mutex<Option<(AnnotationText, Timestamp)>>>);

impl Farewell {
    /// Sets it.
    pub fn put(&self, stop: AnnotationText, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((stop, now));
    }

    /// Takes it out.
    pub fn take(&self) -> Option<(AnnotationText, Timestamp)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The sending end. Clones are one queue, also over restarts of the thread.
#[derive(Clone, Default)]
pub struct StoreQueue {
    pub(super) sender: Arc<Mutex<Option<SyncSender<StoreRequest>>>>,
    /// Requests waiting now.
    pub waiting: Arc<AtomicUsize>,
}

impl StoreQueue {
    /// Opens the queue anew and gives its receiving end; what waited in the one before is gone.
    pub fn open(&self) -> Receiver<StoreRequest> {
        let (sender, receiver) = mpsc::sync_channel(STORE_CAPACITY);
        self.waiting.store(0, Ordering::Relaxed);
        *self.sender.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        receiver
    }

    /// Closes the queue: the store thread ends when it has done what waits.
    pub fn close(&self) {
        self.sender.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Sends without waiting.
    ///
    /// # Errors
    /// Gives the request back where the queue is full or closed.
    pub fn try_send(&self, request: StoreRequest) -> Result<(), StoreRequest> {
        let sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(sender) = &*sender else { return Err(request) };
        self.waiting.fetch_add(1, Ordering::Relaxed);
        sender.try_send(request).map_err(|e| {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            match e {
                TrySendError::Full(request) | TrySendError::Disconnected(request) => request,
            }
        })
    }

    /// Requests waiting now.
    pub fn n_waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_gives_requests_back_and_a_closed_one_too() {
        let queue = StoreQueue::default();
        assert!(queue.try_send(StoreRequest::Refresh).is_err(), "nobody listens yet");
        let receiver = queue.open();
        let n_taken = (0..STORE_CAPACITY + 5).filter(|_| queue.clone().try_send(StoreRequest::Refresh).is_ok()).count();
        assert_eq!((n_taken, queue.n_waiting()), (STORE_CAPACITY, STORE_CAPACITY));
        queue.close();
        assert!(queue.try_send(StoreRequest::Refresh).is_err());
        assert_eq!(receiver.iter().count(), STORE_CAPACITY, "what waits is done before the end");
    }
}
