//! Fine segments taken together into buckets of a coarser tier, at whole minutes and hours of UTC. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::segment::{ColumnValues, Segment, SegmentColumn};
use crate::model::{SeriesDef, SeriesKey, SourceId, Tier};

/// Some samples taken together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sum {
    pub(super) min: f32,
    pub(super) max: f32,
    pub(super) sum: f64,
    pub(super) count: u32,
}

impl Sum {
    pub(super) const EMPTY: Self = Self { min: f32::INFINITY, max: f32::NEG_INFINITY, sum: 0.0, count: 0 };

    pub(super) fn add(&mut self, (min, max, mean, count): (f32, f32, f32, u32)) {
        self.min = if min < self.min { min } else { self.min };
        self.max = if max > self.max { max } else { self.max };
        self.sum += f64::from(mean) * f64::from(count);
        self.count = self.count.saturating_add(count);
    }

    #[inline]
    pub(super) fn add_sample(&mut self, value: f32) {
        self.min = if value < self.min { value } else { self.min };
        self.max = if value > self.max { value } else { self.max };
        self.sum += f64::from(value);
        self.count = self.count.saturating_add(1);
    }

    /// The mean, held between the least and the greatest value against rounding.
    pub(super) fn mean(&self) -> f32 {
        let (least, most) = if self.min <= self.max { (self.min, self.max) } else { (0.0, 0.0) };
        ((self.sum / f64::from(self.count.max(1))) as f32).clamp(least, most)
    }
}

/// The buckets of one source being filled.
#[derive(Debug)]
pub struct Rollup {
    tier: Tier,
    source: SourceId,
    step: i64,
    series: Vec<(Arc<SeriesDef>, BTreeMap<i64, Sum>)>,
    by_key: HashMap<SeriesKey, usize>,
}

impl Rollup {
    /// Nothing yet. [`Tier::Full`] has no buckets and is taken for minutes.
    pub fn new(tier: Tier, source: SourceId) -> Self {
        let tier = tier.max(Tier::Minute);
        let step = tier.step().map_or(60_000, |step| i64::try_from(step.as_millis()).unwrap_or(i64::MAX));
        Self { tier, source, step, series: Vec::new(), by_key: HashMap::new() }
    }

    /// Takes in a finer segment, or one of the same tier. Segments may come in any order; each once.
    pub fn push(&mut self, segment: &Segment) {
        for column in &segment.columns {
            let place = *self.by_key.entry(column.def.key.clone()).or_insert_with(|| {
                self.series.push((Arc::clone(&column.def), BTreeMap::new()));
                self.series.len() - 1
            });
            let (_, buckets) = &mut self.series[place];
            let mut open: Option<(i64, Sum)> = None;
            for (i, at) in column.times(segment).enumerate() {
                let Some(value) = column.values.at(i) else { continue };
                let start = at.div_euclid(self.step) * self.step;
                match &mut open {
                    Some((same, sum)) if *same == start => sum.add(value),
                    open => {
                        put(buckets, open.take());
                        let mut sum = Sum::EMPTY;
                        sum.add(value);
                        *open = Some((start, sum));
                    }
                }
            }
            put(buckets, open);
        }
    }

    /// Gives the buckets that begin before `end`, which are then forgotten; `None` where there are none.
    pub fn take_before(&mut self, end: i64) -> Option<Segment> {
        let mut taken: Vec<(Arc<SeriesDef>, BTreeMap<i64, Sum>)> = Vec::new();
        for (def, buckets) in &mut self.series {
            let later = buckets.split_off(&end);
            let earlier = std::mem::replace(buckets, later);
            if !earlier.is_empty() {
                taken.push((Arc::clone(def), earlier));
            }
        }
        let times: Vec<i64> = taken
            .iter()
            .flat_map(|(_, buckets)| buckets.keys().copied())
            .collect::<BTreeSet<i64>>()
            .into_iter()
            .collect();
        if times.is_empty() {
            return None;
        }
        let column = |(def, buckets): (Arc<SeriesDef>, BTreeMap<i64, Sum>)| {
            let row = |start: &i64| u32::try_from(times.partition_point(|at| at < start)).unwrap_or(u32::MAX);
            let rows = (buckets.len() < times.len()).then(|| buckets.keys().map(row).collect());
            let values = ColumnValues::Buckets {
                min: buckets.values().map(|sum| sum.min).collect(),
                max: buckets.values().map(|sum| sum.max).collect(),
                mean: buckets.values().map(Sum::mean).collect(),
                count: buckets.values().map(|sum| sum.count).collect(),
            };
            SegmentColumn { def, rows, values }
        };
        let columns = taken.into_iter().map(column).collect();
        Some(Segment {
            tier: self.tier,
            source: self.source,
            interval_millis: u32::try_from(self.step).unwrap_or(u32::MAX),
            times,
            columns,
            processes: Vec::new(),
        })
    }

    /// Gives all buckets; `None` where there are none.
    pub fn finish(mut self) -> Option<Segment> {
        self.take_before(i64::MAX)
    }
}

fn put(buckets: &mut BTreeMap<i64, Sum>, open: Option<(i64, Sum)>) {
    if let Some((start, sum)) = open {
        let held = buckets.entry(start).or_insert(Sum::EMPTY);
        held.min = held.min.min(sum.min);
        held.max = held.max.max(sum.max);
        held.sum += sum.sum;
        held.count = held.count.saturating_add(sum.count);
    }
}

#[cfg(test)]
mod tests;
