//! What readers see of the tail and the events while they are in memory.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::model::{Annotation, Bucket, HistoryStatus, SeriesDef, SeriesKey, Tier, TimeRange, Timestamp};
use crate::store::history::events::Events;
use crate::store::history::tail::Tail;
use crate::store::history::{CurveCut, HistoryError, HistoryRead, Segment, StoredCurves, StoredProcesses};

pub struct Memory {
    pub tail: Arc<RwLock<Tail>>,
    pub events: RwLock<Events>,
}

impl Memory {
    fn cut(&self, keys: Option<&[SeriesKey]>, range: TimeRange) -> Vec<Segment> {
        self.tail.read().unwrap_or_else(PoisonError::into_inner).cut(keys, range)
    }
}

impl HistoryRead for Memory {
    fn series(&self) -> Result<Vec<Arc<SeriesDef>>, HistoryError> {
        let tail = self.tail.read().unwrap_or_else(PoisonError::into_inner);
        let mut defs: Vec<Arc<SeriesDef>> = tail.defs().cloned().collect();
        defs.sort_by(|a, b| a.key.cmp(&b.key));
        defs.dedup_by(|a, b| a.key == b.key);
        Ok(defs)
    }

    fn status(&self) -> Result<HistoryStatus, HistoryError> {
        Ok(HistoryStatus::default())
    }

    fn curves(&self, keys: &[SeriesKey], cut: &CurveCut) -> Result<StoredCurves, HistoryError> {
        let segments = self.cut(Some(keys), cut.range);
        let curve = |key: &SeriesKey| {
            let columns = segments.iter().flat_map(|s| s.columns.iter().map(move |c| (s, c)));
            columns
                .filter(|(_, column)| column.def.key == *key)
                .flat_map(|(segment, column)| {
                    let buckets = column.times(segment).enumerate().filter_map(|(i, at)| {
                        let (min, max, mean, count) = column.values.at(i)?;
                        Some(Bucket { at: Timestamp::from_millis(at), min, max, mean, count, gap_before: false })
                    });
                    buckets.collect::<Vec<_>>()
                })
                .collect()
        };
        let curves = keys.iter().map(curve).collect();
        Ok(StoredCurves { tier: Tier::Full, step: Duration::ZERO, curves, gaps: self.gaps(cut.range)? })
    }

    fn visit(
        &self,
        keys: Option<&[SeriesKey]>,
        range: TimeRange,
        _finest: Tier,
        take: &mut dyn FnMut(Segment) -> Result<(), HistoryError>,
    ) -> Result<(), HistoryError> {
        self.cut(keys, range).into_iter().try_for_each(take)
    }

    fn processes(&self, at: Timestamp, within: Duration) -> Result<Option<StoredProcesses>, HistoryError> {
        let range = TimeRange { start: at.minus(within), end: at.plus(Duration::from_millis(1)) };
        Ok(self.cut(Some(&[]), range).iter().rev().find_map(|segment| {
            let reading = segment.processes.last()?;
            let at = Timestamp::from_millis(*segment.times.get(reading.row as usize)?);
            Some(StoredProcesses { at, processes: reading.processes.as_slice().into() })
        }))
    }

    fn gaps(&self, range: TimeRange) -> Result<Vec<TimeRange>, HistoryError> {
        let events = self.events.read().unwrap_or_else(PoisonError::into_inner);
        Ok(events.gaps.iter().filter(|gap| gap.start < range.end && gap.end > range.start).copied().collect())
    }

    fn annotations(&self) -> Result<Vec<Annotation>, HistoryError> {
        Ok(self.events.read().unwrap_or_else(PoisonError::into_inner).annotations())
    }
}
