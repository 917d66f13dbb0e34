//! A history in memory that takes what the core gives the store, and cuts curves by the plainest way there is.

use std::sync::{Mutex, PoisonError};

use super::*;
use crate::store::history::{
    ColumnValues, CurveCut, HistoryError, Segment, SegmentColumn, StoreTick, StoredCurves, StoredProcesses,
};

/// Every tick, and the step that curves are cut at.
pub struct Recorded {
    pub step: i64,
    pub defs: Mutex<Vec<Arc<SeriesDef>>>,
    pub ticks: Mutex<Vec<StoreTick>>,
}

impl Recorded {
    pub fn with_step(step_millis: i64) -> Arc<Self> {
        Arc::new(Self { step: step_millis, defs: Mutex::default(), ticks: Mutex::default() })
    }

    /// Takes the ticks among these effects.
    pub fn take(&self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Store(StoreRequest::Tick(tick)) => self.ticks().push(StoreTick::clone(tick)),
                Effect::Store(StoreRequest::Know(series)) => {
                    *self.defs.lock().expect("whole") = series.iter().map(|info| info.def.clone()).collect();
                }
                _ => {}
            }
        }
    }

    pub fn ticks(&self) -> std::sync::MutexGuard<'_, Vec<StoreTick>> {
        self.ticks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Times and values of a series, in milliseconds.
    pub fn samples(&self, key: &SeriesKey) -> Vec<(i64, f32)> {
        let Some(id) = self.defs.lock().expect("whole").iter().position(|def| def.key == *key) else {
            return Vec::new();
        };
        let ticks = self.ticks();
        let of = |tick: &StoreTick| {
            let value = tick.values.iter().find(|(other, _)| other.0 as usize == id)?;
            Some((tick.at.as_millis(), value.1))
        };
        ticks.iter().filter_map(of).collect()
    }

    /// Buckets of samples at multiples of a step; a bucket breaks the line after 2.5 s without a sample.
    pub fn buckets(samples: &[(i64, f32)], step: i64) -> Vec<Bucket> {
        let mut buckets: Vec<(i64, Bucket)> = Vec::new();
        let mut before = None;
        for &(at, value) in samples {
            let place = if step == 0 { at } else { at.div_euclid(step) };
            let gap_before = before.is_some_and(|before| at - before > 2500);
            before = Some(at);
            match buckets.last_mut() {
                Some((same, bucket)) if *same == place && !gap_before => {
                    bucket.min = bucket.min.min(value);
                    bucket.max = bucket.max.max(value);
                    bucket.mean += (value - bucket.mean) / (bucket.count + 1) as f32;
                    bucket.count += 1;
                }
                _ => {
                    let at = Timestamp::from_millis(at);
                    buckets.push((place, Bucket { at, min: value, max: value, mean: value, count: 1, gap_before }));
                }
            }
        }
        buckets.into_iter().map(|(_, bucket)| bucket).collect()
    }
}

impl HistoryRead for Recorded {
    fn series(&self) -> Result<Vec<Arc<SeriesDef>>, HistoryError> {
        Ok(self.defs.lock().expect("whole").clone())
    }

    fn status(&self) -> Result<HistoryStatus, HistoryError> {
        let ticks = self.ticks();
        let covers = ticks.first().zip(ticks.last()).map(|(first, last)| TimeRange { start: first.at, end: last.at });
        let tiers = vec![TierStatus { tier: Tier::Full, covers, bytes: 0, n_rows: ticks.len() as u64 }];
        Ok(HistoryStatus { state: HistoryState::Writing, tiers, ..HistoryStatus::default() })
    }

    fn curves(&self, keys: &[SeriesKey], cut: &CurveCut) -> Result<StoredCurves, HistoryError> {
        let in_range = |key: &SeriesKey| {
            let whole = self.step.max(1);
            let from = cut.range.start.as_millis().div_euclid(whole) * whole;
            let samples: Vec<_> = self.samples(key).into_iter().filter(|(at, _)| *at >= from).collect();
            let upto = samples.partition_point(|(at, _)| *at < cut.range.end.as_millis());
            Self::buckets(&samples[..upto], self.step)
        };
        let curves = keys.iter().map(in_range).collect();
        let step = Duration::from_millis(self.step as u64);
        Ok(StoredCurves { tier: Tier::Full, step, curves, gaps: self.gaps(cut.range)? })
    }

    fn visit(
        &self,
        keys: Option<&[SeriesKey]>,
        range: TimeRange,
        _finest: Tier,
        take: &mut dyn FnMut(Segment) -> Result<(), HistoryError>,
    ) -> Result<(), HistoryError> {
        for def in self.series()? {
            let samples: Vec<_> = self.samples(&def.key);
            let inside = samples.iter().filter(|(at, _)| range.contains(Timestamp::from_millis(*at)));
            let (times, values): (Vec<i64>, Vec<f32>) = inside.copied().unzip();
            if keys.is_none_or(|keys| keys.contains(&def.key)) && !times.is_empty() {
                let values = ColumnValues::Samples(values);
                let columns = vec![SegmentColumn { def, rows: None, values }];
                let source = SourceId("sample");
                take(Segment {
                    tier: Tier::Full,
                    source,
                    interval_millis: 1000,
                    times,
                    columns,
                    processes: Vec::new(),
                })?;
            }
        }
        Ok(())
    }

    fn processes(&self, at: Timestamp, within: Duration) -> Result<Option<StoredProcesses>, HistoryError> {
        let ticks = self.ticks();
        let fresh = ticks.iter().rev().filter(|tick| tick.at <= at && at.since(tick.at) <= within);
        let found = fresh.filter_map(|tick| Some((tick.at, tick.processes.clone()?))).next();
        Ok(found.map(|(at, processes)| StoredProcesses { at, processes }))
    }

    fn gaps(&self, range: TimeRange) -> Result<Vec<TimeRange>, HistoryError> {
        let ticks = self.ticks();
        let between = ticks.iter().zip(ticks.iter().skip(1)).map(|(a, b)| TimeRange { start: a.at, end: b.at });
        let open = ticks.last().map(|last| TimeRange { start: last.at, end: range.end });
        Ok(between
            .chain(open)
            .filter(|gap| gap.span() > Duration::from_millis(2500))
            .map(|gap| TimeRange { start: gap.start.max(range.start), end: gap.end.min(range.end) })
            .filter(|gap| gap.start < gap.end)
            .collect())
    }

    fn annotations(&self) -> Result<Vec<Annotation>, HistoryError> {
        Ok(Vec::new())
    }
}
