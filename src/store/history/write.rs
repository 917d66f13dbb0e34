//! What may be put into history beside the ticks of the sampler: segments of another history, and recordings of other
//! tools. The writer does it itself; the engine routes it to the store thread.

use super::read::HistoryError;
use super::segment::Segment;
use crate::model::{AnnotationText, SourceId, TimeRange};

/// What came of a segment that was to be taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TakenIn {
    /// Samples or buckets that are in history now and were not before.
    pub n_taken: u64,
    /// Samples or buckets that were skipped, because their source has something at that time already.
    pub n_skipped: u64,
}

/// Puts things into history. One recording is written at a time.
pub trait HistoryWrite {
    /// Takes in a part of another history, of any tier and any time. What is there already stays.
    ///
    /// # Errors
    /// [`HistoryError`], as in all of these.
    fn take_in(&mut self, segment: Segment) -> Result<TakenIn, HistoryError>;

    /// Takes in an annotation under a new number; `false` where one that says the same is there.
    ///
    /// # Errors
    /// See [`Self::take_in`].
    fn take_in_annotation(&mut self, text: AnnotationText) -> Result<bool, HistoryError>;

    /// Takes in a span in which a source sent nothing.
    ///
    /// # Errors
    /// See [`Self::take_in`].
    fn take_in_gap(&mut self, source: SourceId, gap: TimeRange) -> Result<(), HistoryError>;

    /// Begins a recording under a name that is free, and gives that name: the one asked for, or with a number behind it.
    /// Nothing of it is seen before [`Self::finish_recording`].
    ///
    /// # Errors
    /// See [`Self::take_in`].
    fn begin_recording(&mut self, name: &str) -> Result<String, HistoryError>;

    /// Writes some time of the recording begun; its segments come by time and do not overlap.
    ///
    /// # Errors
    /// See [`Self::take_in`].
    fn record(&mut self, segment: Segment) -> Result<(), HistoryError>;

    /// The recording is whole: it is seen from now on.
    ///
    /// # Errors
    /// See [`Self::take_in`]; nothing of the recording is left then.
    fn finish_recording(&mut self) -> Result<(), HistoryError>;

    /// Takes away what was written of the recording begun; nothing where none was.
    fn abandon_recording(&mut self);

    /// Takes a recording out of history; `false` where there is none of that name.
    ///
    /// # Errors
    /// See [`Self::take_in`].
    fn remove_recording(&mut self, name: &str) -> Result<bool, HistoryError>;

    /// Makes everything taken in safe on disk.
    ///
    /// # Errors
    /// See [`Self::take_in`].
    fn flush(&mut self) -> Result<(), HistoryError>;
}
