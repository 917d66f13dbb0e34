//! What can be asked of history. Every answer is worked out on the thread that asks: never the window's or the engine's.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::segment::Segment;
use crate::model::{Annotation, Bucket, BusyProcess, HistoryStatus, SeriesDef, SeriesKey, Tier, TimeRange, Timestamp};
use crate::store::progress::Cancelled;

/// Why history could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The system refused.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A newer version wrote it. It is left untouched.
    #[error("{} was written by a newer Perfdesk (format {found}; this one knows up to {known}): use that version, or another folder with --data-dir", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format this program knows.
        known: u32,
    },
    /// It is no history file, or a damaged one.
    #[error("{}: {what}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The work was ended by a person.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// How a question for curves is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurveCut {
    /// Which time; one bucket more is given at either side where there is one near.
    pub range: TimeRange,
    /// Greatest number of points the drawing is wide: the tier is the coarsest that has a bucket for each of them,
    /// and the step the least round one that gives at most two for each.
    pub width_px: u32,
}

/// Curves out of history.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredCurves {
    /// The coarsest tier any bucket comes from.
    pub tier: Tier,
    /// Length of a bucket; zero where buckets are single samples. Buckets stand at multiples of it since 1970.
    pub step: Duration,
    /// The buckets of each key asked for, in that order; empty where history does not know it.
    pub curves: Vec<Vec<Bucket>>,
    /// Spans of the range in which no source sent anything; the longest 500.
    pub gaps: Vec<TimeRange>,
}

/// The busiest processes of one reading.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredProcesses {
    /// When they were read.
    pub at: Timestamp,
    /// The processes.
    pub processes: Arc<[BusyProcess]>,
}

/// History as its readers see it: everything appended so far, also what waits in memory.
pub trait HistoryRead: Send + Sync {
    /// Every series there is anything of.
    ///
    /// # Errors
    /// [`HistoryError`], as in all of these.
    fn series(&self) -> Result<Vec<Arc<SeriesDef>>, HistoryError>;

    /// What is there, by tier.
    ///
    /// # Errors
    /// See [`Self::series`].
    fn status(&self) -> Result<HistoryStatus, HistoryError>;

    /// Curves for a chart.
    ///
    /// # Errors
    /// See [`Self::series`].
    fn curves(&self, keys: &[SeriesKey], cut: &CurveCut) -> Result<StoredCurves, HistoryError>;

    /// Visits everything in `range` by time, as finely as it is kept but not more finely than `finest`; `keys` narrows
    /// it to some series and leaves the processes out, `None` means all. No two segments of one source overlap. Buckets
    /// that touch the range are given whole. `take` ends the visit with an error.
    ///
    /// # Errors
    /// See [`Self::series`], and what `take` gives.
    fn visit(
        &self,
        keys: Option<&[SeriesKey]>,
        range: TimeRange,
        finest: Tier,
        take: &mut dyn FnMut(Segment) -> Result<(), HistoryError>,
    ) -> Result<(), HistoryError>;

    /// The last reading of the busiest processes at or before `at`, not older than `within`.
    ///
    /// # Errors
    /// See [`Self::series`].
    fn processes(&self, at: Timestamp, within: Duration) -> Result<Option<StoredProcesses>, HistoryError>;

    /// Spans of `range` in which no source sent anything; the longest 500.
    ///
    /// # Errors
    /// See [`Self::series`].
    fn gaps(&self, range: TimeRange) -> Result<Vec<TimeRange>, HistoryError>;

    /// Every annotation, by time.
    ///
    /// # Errors
    /// See [`Self::series`].
    fn annotations(&self) -> Result<Vec<Annotation>, HistoryError>;
}
