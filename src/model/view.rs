//! Charts as subscriptions: what a chart asks for, and the buckets it is given.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::history::Tier;
use super::series::SeriesId;
use super::time::{TimeRange, Timestamp};

/// A chart's own number, chosen by the one who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ViewId(pub u64);

impl ViewId {
    /// The first of the numbers that the HTTP API chooses; those below are the window's.
    pub const FIRST_OF_API: u64 = 1 << 63;

    /// The first of the numbers that are given to windows on other machines.
    pub const FIRST_OF_LINK: u64 = 1 << 62;

    /// Whether a window on another machine asked.
    pub const fn is_of_link(self) -> bool {
        self.0 >= Self::FIRST_OF_LINK && !self.is_of_api()
    }

    /// Whether the HTTP API asked.
    pub const fn is_of_api(self) -> bool {
        self.0 >= Self::FIRST_OF_API
    }
}

/// Which part of time a chart shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ViewRange {
    /// The last `span`, moving with the newest data.
    Live {
        /// How far back.
        span: Duration,
    },
    /// A part of the past that stands still.
    Fixed(TimeRange),
}

/// What a chart asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewRequest {
    /// The series, in drawing order.
    pub series: Arc<[SeriesId]>,
    /// Which part of time.
    pub range: ViewRange,
    /// Width of the drawing in points; the answer has at most two buckets a point.
    pub width_px: u32,
}

/// The samples of one step of time. No sample is ever lost between `min` and `max`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    /// Wall time of the bucket's first sample, milliseconds since the epoch.
    pub at: Timestamp,
    /// Least value.
    pub min: f32,
    /// Greatest value.
    pub max: f32,
    /// Mean of the values.
    pub mean: f32,
    /// Number of samples; never 0.
    pub count: u32,
    /// Whether the line breaks before this bucket, because data is missing there.
    pub gap_before: bool,
}

/// One series of a view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// Which series.
    pub series: SeriesId,
    /// Its buckets, by time.
    #[serde(with = "crate::model::packed")]
    pub buckets: Arc<[Bucket]>,
}

/// The answer to a [`ViewRequest`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ViewData {
    /// What was asked.
    pub request: ViewRequest,
    /// The span it covers; for a live view the newest tick is its end.
    pub range: TimeRange,
    /// Length of a bucket; zero where buckets are single samples.
    pub step: Duration,
    /// One curve for each series asked for, in that order.
    pub curves: Arc<[Curve]>,
    /// Spans in which no source sent anything; the longest 500 where there are more.
    pub gaps: Arc<[TimeRange]>,
    /// Whether older parts are still being read from disk.
    pub is_loading: bool,
    /// The coarsest tier any of it comes from.
    pub tier: Tier,
}
