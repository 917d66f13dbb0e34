//! The queue before the store thread: bounded, counted, and shared by those who put things into history.
//!
//! The engine takes its sending end away at the end, so that the store thread ends whoever else still holds a queue.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};

use super::store_worker::StoreRequest;
use crate::model::{AnnotationText, SourceId, TimeRange, Timestamp};
use crate::store::history::{HistoryError, HistoryWrite, Segment, TakenIn, Writer};

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
    sender: Arc<Mutex<Option<SyncSender<StoreRequest>>>>,
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

    /// Lets the store thread do this with the writer, and waits for what comes of it. For the task thread alone.
    fn with_writer<T: Send + 'static>(
        &self,
        body: impl FnOnce(&mut Writer) -> Result<T, HistoryError> + Send + 'static,
    ) -> Result<T, HistoryError> {
        let gone = |why: &str| {
            let source = std::io::Error::other(why.to_owned());
            HistoryError::Io { path: "history".into(), source }
        };
        let (answer, answered) = mpsc::sync_channel(1);
        let task = Box::new(move |writer: Result<&mut Writer, &str>| {
            let _ = answer.send(writer.map_err(gone).and_then(body));
        });
        let sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let sender = sender.ok_or_else(|| gone("the program ends"))?;
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let is_sent = sender.send(StoreRequest::Write(task)).is_ok();
        drop(sender);
        if !is_sent {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
        answered.recv().unwrap_or_else(|_| Err(gone("the store thread ended")))
    }
}

/// Each call waits for the store thread: this is for long work on a thread of its own.
impl HistoryWrite for StoreQueue {
    fn take_in(&mut self, segment: Segment) -> Result<TakenIn, HistoryError> {
        self.with_writer(move |writer| writer.take_in(segment))
    }

    fn take_in_annotation(&mut self, text: AnnotationText) -> Result<bool, HistoryError> {
        self.with_writer(move |writer| writer.take_in_annotation(text))
    }

    fn take_in_gap(&mut self, source: SourceId, gap: TimeRange) -> Result<(), HistoryError> {
        self.with_writer(move |writer| writer.take_in_gap(source, gap))
    }

    fn begin_recording(&mut self, name: &str) -> Result<String, HistoryError> {
        let name = name.to_owned();
        self.with_writer(move |writer| writer.begin_recording(&name))
    }

    fn record(&mut self, segment: Segment) -> Result<(), HistoryError> {
        self.with_writer(move |writer| writer.record(segment))
    }

    fn finish_recording(&mut self) -> Result<(), HistoryError> {
        self.with_writer(Writer::finish_recording)
    }

    fn abandon_recording(&mut self) {
        let _ = self.with_writer(|writer| {
            writer.abandon_recording();
            Ok(())
        });
    }

    fn remove_recording(&mut self, name: &str) -> Result<bool, HistoryError> {
        let name = name.to_owned();
        self.with_writer(move |writer| writer.remove_recording(&name))
    }

    fn flush(&mut self) -> Result<(), HistoryError> {
        self.with_writer(|writer| HistoryWrite::flush(writer))
    }
}
