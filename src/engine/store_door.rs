//! Putting things into history from another thread than the store's: each call waits for the store thread, which alone
//! writes. For the task thread, never for the engine.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::sync::mpsc;

use super::store_queue::StoreQueue;
use super::store_worker::StoreRequest;
use crate::model::{AnnotationText, SourceId, TimeRange};
use crate::store::history::{HistoryError, HistoryWrite, Segment, TakenIn, Writer};

impl StoreQueue {
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

impl StoreQueue {
    /// Waits until the store has done all that it was asked before, so that a reader finds every tick taken so far. Where
    /// history cannot be written there is nothing to wait for. For the task thread alone.
    pub fn settle(&self) {
        let _ = self.with_writer(|_| Ok(()));
    }
}

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
        self.with_writer(HistoryWrite::flush)
    }
}
