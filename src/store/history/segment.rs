//! A segment in memory: some time of some series of one source, all on the same ticks. Not its form on disk.

use std::sync::Arc;

use crate::model::{BusyProcess, SeriesDef, SourceId, Tier};

/// Some time of some series.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// How finely.
    pub tier: Tier,
    /// Whose ticks these are; an import has its own.
    pub source: SourceId,
    /// Time between ticks as the source meant it, milliseconds; the bucket's length in the coarser tiers.
    pub interval_millis: u32,
    /// Times of the ticks, or starts of the buckets: milliseconds since 1970, each greater than the one before.
    pub times: Vec<i64>,
    /// The series.
    pub columns: Vec<SegmentColumn>,
    /// The busiest processes; at full resolution alone.
    pub processes: Vec<ProcessReading>,
}

/// One series of a segment.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentColumn {
    /// What is known of it.
    pub def: Arc<SeriesDef>,
    /// The places in [`Segment::times`] at which it has a value, ascending; `None` where it has one at each.
    pub rows: Option<Arc<[u32]>>,
    /// Its values, as many as `rows`.
    pub values: ColumnValues,
}

/// The values of one series.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnValues {
    /// Single samples.
    Samples(Vec<f32>),
    /// Buckets; the four have one length.
    Buckets {
        /// Least values.
        min: Vec<f32>,
        /// Greatest values.
        max: Vec<f32>,
        /// Means.
        mean: Vec<f32>,
        /// Numbers of samples; never 0.
        count: Vec<u32>,
    },
}

impl ColumnValues {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Samples(values) => values.len(),
            Self::Buckets { mean, .. } => mean.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Least, greatest, mean and count of value `i`: a sample stands for all of them.
    pub fn at(&self, i: usize) -> Option<(f32, f32, f32, u32)> {
        match self {
            Self::Samples(values) => values.get(i).map(|v| (*v, *v, *v, 1)),
            Self::Buckets { min, max, mean, count } => {
                Some((*min.get(i)?, *max.get(i)?, *mean.get(i)?, *count.get(i)?))
            }
        }
    }
}

/// The busiest processes at one tick.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcessReading {
    /// Place of the tick in [`Segment::times`].
    pub row: u32,
    /// The processes.
    pub processes: Vec<BusyProcess>,
}

impl Segment {
    /// Samples or buckets in it.
    pub fn n_values(&self) -> usize {
        self.columns.iter().map(|column| column.values.len()).sum()
    }
}

impl SegmentColumn {
    /// The times of its values, in order.
    pub fn times<'a>(&'a self, of: &'a Segment) -> impl Iterator<Item = i64> + 'a {
        let n = self.values.len();
        (0..n).filter_map(move |i| {
            let row = self.rows.as_ref().map_or(Some(i), |rows| rows.get(i).map(|row| *row as usize))?;
            of.times.get(row).copied()
        })
    }
}
