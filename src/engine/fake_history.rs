//! A history in memory, for the tests of what reads one. It is built of whole segments and rolls nothing up.

use std::sync::Arc;
use std::time::Duration;

use crate::model::{
    Annotation, Bucket, BusyProcess, HistoryStatus, ProbeId, ProcessKey, SeriesDef, SeriesGroup, SeriesKey, SourceId,
    Tier, TimeRange, Timestamp, Unit,
};
use crate::store::history::{
    ColumnValues, CurveCut, HistoryError, HistoryRead, Segment, SegmentColumn, StoredCurves, StoredProcesses,
};

/// Segments by time, and what else history tells.
#[derive(Debug, Default)]
pub struct FakeHistory {
    /// By time; of one source, none overlap.
    pub segments: Vec<Segment>,
    /// Silences.
    pub gaps: Vec<TimeRange>,
    /// Notes.
    pub annotations: Vec<Annotation>,
}

/// A series of this key, named by its metric.
pub fn series(key: &SeriesKey, unit: Unit, name: &str) -> Arc<SeriesDef> {
    let group = SeriesGroup::Cpu;
    let instance = key.attribute("process.executable.name").unwrap_or_default().into();
    Arc::new(SeriesDef {
        key: key.clone(),
        unit,
        group,
        name: name.into(),
        instance,
        probe: ProbeId("fake"),
        cadence: None,
    })
}

impl FakeHistory {
    /// Adds samples, one each second from `start_seconds` on, of each series.
    pub fn add(&mut self, start_seconds: i64, columns: &[(&Arc<SeriesDef>, Vec<f32>)]) {
        let n = columns.first().map_or(0, |(_, values)| values.len()) as i64;
        self.segments.push(Segment {
            tier: Tier::Full,
            source: SourceId("fake"),
            interval_millis: 1000,
            times: (0..n).map(|i| (start_seconds + i) * 1000).collect(),
            columns: columns
                .iter()
                .map(|(def, values)| SegmentColumn {
                    def: Arc::clone(def),
                    rows: None,
                    values: ColumnValues::Samples(values.clone()),
                })
                .collect(),
            processes: Vec::new(),
        });
        self.segments.sort_by_key(|segment| segment.times.first().copied());
    }

    /// Makes all that there is minutes of 60 samples around each value.
    pub fn into_minutes(mut self) -> Self {
        for segment in &mut self.segments {
            segment.tier = Tier::Minute;
            segment.interval_millis = 60_000;
            let start = segment.times.first().copied().unwrap_or(0);
            segment.times = (0..segment.times.len() as i64).map(|i| start + i * 60_000).collect();
            for column in &mut segment.columns {
                let ColumnValues::Samples(mean) = column.values.clone() else { continue };
                let moved = |by: f32| mean.iter().map(|v| v + by).collect();
                let (min, max, count) = (moved(-1.0), moved(1.0), vec![60; mean.len()]);
                column.values = ColumnValues::Buckets { min, max, mean, count };
            }
        }
        self
    }
}

impl HistoryRead for FakeHistory {
    fn series(&self) -> Result<Vec<Arc<SeriesDef>>, HistoryError> {
        let mut all: Vec<Arc<SeriesDef>> =
            self.segments.iter().flat_map(|s| s.columns.iter().map(|c| Arc::clone(&c.def))).collect();
        all.sort_by(|a, b| a.key.cmp(&b.key));
        all.dedup_by(|a, b| a.key == b.key);
        Ok(all)
    }

    fn status(&self) -> Result<HistoryStatus, HistoryError> {
        Ok(HistoryStatus::default())
    }

    fn curves(&self, keys: &[SeriesKey], cut: &CurveCut) -> Result<StoredCurves, HistoryError> {
        let mut curves = vec![Vec::new(); keys.len()];
        let mut tier = Tier::Full;
        self.visit(Some(keys), cut.range, Tier::Full, &mut |segment| {
            tier = tier.max(segment.tier);
            for column in &segment.columns {
                let Some(i) = keys.iter().position(|key| *key == column.def.key) else { continue };
                for (n, at) in column.times(&segment).enumerate() {
                    let Some((min, max, mean, count)) = column.values.at(n) else { continue };
                    let at = Timestamp::from_millis(at);
                    if cut.range.contains(at) {
                        curves[i].push(Bucket { at, min, max, mean, count, gap_before: n == 0 });
                    }
                }
            }
            Ok(())
        })?;
        let step = tier.step().unwrap_or_default();
        Ok(StoredCurves { tier, step, curves, gaps: self.gaps.clone() })
    }

    fn visit(
        &self,
        keys: Option<&[SeriesKey]>,
        range: TimeRange,
        _finest: Tier,
        take: &mut dyn FnMut(Segment) -> Result<(), HistoryError>,
    ) -> Result<(), HistoryError> {
        for segment in &self.segments {
            let (Some(first), Some(last)) = (segment.times.first(), segment.times.last()) else { continue };
            if *last < range.start.as_millis() || *first >= range.end.as_millis() {
                continue;
            }
            let mut segment = segment.clone();
            segment.columns.retain(|column| keys.is_none_or(|keys| keys.contains(&column.def.key)));
            take(segment)?;
        }
        Ok(())
    }

    fn processes(&self, at: Timestamp, _within: Duration) -> Result<Option<StoredProcesses>, HistoryError> {
        let process = BusyProcess {
            key: ProcessKey { pid: 7, start_mark: 1 },
            name: "make".into(),
            command: "make -j8 <all>".into(),
            user: "ann".into(),
            cpu_cores: Some(1.5),
            memory_bytes: Some(1 << 20),
            read_bytes_per_second: None,
            write_bytes_per_second: Some(2048),
        };
        Ok(Some(StoredProcesses { at, processes: [process].into() }))
    }

    fn gaps(&self, _range: TimeRange) -> Result<Vec<TimeRange>, HistoryError> {
        Ok(self.gaps.clone())
    }

    fn annotations(&self) -> Result<Vec<Annotation>, HistoryError> {
        Ok(self.annotations.clone())
    }
}
