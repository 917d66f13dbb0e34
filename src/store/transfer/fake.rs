//! A history in memory for tests: read and written as the real one is, without any file.

use std::sync::Arc;
use std::time::Duration;

use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;

use crate::model::{
    Annotation, AnnotationId, AnnotationText, HistoryStatus, ImportedRecording, ProbeId, SeriesDef, SeriesGroup,
    SeriesKey, SourceId, Tier, TimeRange, Timestamp, Unit,
};
use crate::store::history::{
    ColumnValues, CurveCut, HistoryError, HistoryRead, HistoryWrite, Segment, SegmentColumn, StoredCurves,
    StoredProcesses, TakenIn,
};

/// 2026-11-24 00:00:00 UTC.
pub const DAY: i64 = 1_795_478_400_000;

/// Everything there is.
pub const ALWAYS: TimeRange =
    TimeRange { start: Timestamp::from_millis(0), end: Timestamp::from_millis(253_402_300_800_000) };

/// A history in memory.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FakeHistory {
    pub segments: Vec<Segment>,
    pub annotations: Vec<Annotation>,
    pub gaps: Vec<(SourceId, TimeRange)>,
    /// Recordings by name, whole ones alone.
    pub recordings: Vec<(String, Vec<Segment>)>,
    pub begun: Option<(String, Vec<Segment>)>,
    /// After how many more segments the disk is full.
    pub room: Option<usize>,
}

impl FakeHistory {
    pub fn of(segments: Vec<Segment>) -> Self {
        Self { segments, ..Self::default() }
    }

    /// Every value of a series, by time: tier, time, least, greatest, mean, count.
    pub fn values(&self, key: &SeriesKey) -> Vec<(Tier, i64, f32, f32, f32, u32)> {
        let recorded = self.recordings.iter().flat_map(|(_, segments)| segments);
        let mut values: Vec<_> = self
            .segments
            .iter()
            .chain(recorded)
            .flat_map(|segment| segment.columns.iter().map(move |column| (segment, column)))
            .filter(|(_, column)| column.def.key == *key)
            .flat_map(|(segment, column)| {
                column.times(segment).enumerate().map(move |(i, at)| {
                    let (min, max, mean, count) = column.values.at(i).expect("a value for each time");
                    (segment.tier, at, min, max, mean, count)
                })
            })
            .collect();
        values.sort_by_key(|(tier, at, ..)| (*at, *tier));
        values
    }

    fn take_room(&mut self) -> Result<(), HistoryError> {
        match &mut self.room {
            Some(0) => {
                Err(HistoryError::Io { path: "/history".into(), source: std::io::ErrorKind::StorageFull.into() })
            }
            Some(n) => {
                *n -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl HistoryRead for FakeHistory {
    fn series(&self) -> Result<Vec<Arc<SeriesDef>>, HistoryError> {
        let recorded = self.recordings.iter().flat_map(|(_, segments)| segments);
        let mut all: Vec<Arc<SeriesDef>> = self
            .segments
            .iter()
            .chain(recorded)
            .flat_map(|segment| segment.columns.iter().map(|column| Arc::clone(&column.def)))
            .collect();
        all.sort_by(|a, b| a.key.cmp(&b.key));
        all.dedup();
        Ok(all)
    }

    fn status(&self) -> Result<HistoryStatus, HistoryError> {
        let imports = self.recordings.iter().map(|(name, segments)| ImportedRecording {
            name: name.as_str().into(),
            covers: ALWAYS,
            n_series: segments.first().map_or(0, |segment| segment.columns.len()),
            bytes: 0,
        });
        Ok(HistoryStatus { imports: imports.collect(), ..HistoryStatus::default() })
    }

    fn curves(&self, _keys: &[SeriesKey], _cut: &CurveCut) -> Result<StoredCurves, HistoryError> {
        Ok(StoredCurves { tier: Tier::Full, step: Duration::ZERO, curves: Vec::new(), gaps: Vec::new() })
    }

    fn visit(
        &self,
        keys: Option<&[SeriesKey]>,
        range: TimeRange,
        finest: Tier,
        take: &mut dyn FnMut(Segment) -> Result<(), HistoryError>,
    ) -> Result<(), HistoryError> {
        let recorded = self.recordings.iter().flat_map(|(_, segments)| segments);
        let mut all: Vec<&Segment> = self.segments.iter().chain(recorded).filter(|s| s.tier >= finest).collect();
        all.sort_by_key(|segment| segment.times.first().copied());
        for segment in all {
            let is_outside = segment.times.iter().all(|at| !range.contains(Timestamp::from_millis(*at)));
            let mut given = segment.clone();
            given.columns.retain(|column| keys.is_none_or(|keys| keys.contains(&column.def.key)));
            let is_empty = given.columns.is_empty() && given.processes.is_empty();
            if !is_outside && !is_empty {
                take(given)?;
            }
        }
        Ok(())
    }

    fn processes(&self, _at: Timestamp, _within: Duration) -> Result<Option<StoredProcesses>, HistoryError> {
        Ok(None)
    }

    fn gaps(&self, _range: TimeRange) -> Result<Vec<TimeRange>, HistoryError> {
        Ok(self.gaps.iter().map(|(_, gap)| *gap).collect())
    }

    fn annotations(&self) -> Result<Vec<Annotation>, HistoryError> {
        Ok(self.annotations.clone())
    }
}

impl HistoryWrite for FakeHistory {
    fn take_in(&mut self, segment: Segment) -> Result<TakenIn, HistoryError> {
        self.take_room()?;
        let n = segment.n_values() as u64;
        let is_there = self
            .segments
            .iter()
            .any(|s| s.source == segment.source && s.tier == segment.tier && s.times.first() == segment.times.first());
        if is_there {
            return Ok(TakenIn { n_taken: 0, n_skipped: n });
        }
        self.segments.push(segment);
        Ok(TakenIn { n_taken: n, n_skipped: 0 })
    }

    fn take_in_annotation(&mut self, text: AnnotationText) -> Result<bool, HistoryError> {
        if self.annotations.iter().any(|annotation| annotation.text == text) {
            return Ok(false);
        }
        let id = AnnotationId(self.annotations.len() as u64 + 1);
        self.annotations.push(Annotation { id, text });
        Ok(true)
    }

    fn take_in_gap(&mut self, source: SourceId, gap: TimeRange) -> Result<(), HistoryError> {
        self.gaps.push((source, gap));
        Ok(())
    }

    fn begin_recording(&mut self, name: &str) -> Result<String, HistoryError> {
        let is_free = |name: &str| !self.recordings.iter().any(|(n, _)| n == name);
        let mut free = name.to_owned();
        let mut n = 2;
        while !is_free(&free) {
            free = format!("{name} {n}");
            n += 1;
        }
        self.begun = Some((free.clone(), Vec::new()));
        Ok(free)
    }

    fn record(&mut self, segment: Segment) -> Result<(), HistoryError> {
        self.take_room()?;
        self.begun.as_mut().expect("a recording was begun").1.push(segment);
        Ok(())
    }

    fn finish_recording(&mut self) -> Result<(), HistoryError> {
        self.recordings.extend(self.begun.take());
        Ok(())
    }

    fn abandon_recording(&mut self) {
        self.begun = None;
    }

    fn remove_recording(&mut self, name: &str) -> Result<bool, HistoryError> {
        let n = self.recordings.len();
        self.recordings.retain(|(known, _)| known != name);
        Ok(self.recordings.len() < n)
    }

    fn flush(&mut self) -> Result<(), HistoryError> {
        Ok(())
    }
}

/// What is known of a series in tests.
pub fn def(key: &str, unit: Unit) -> Arc<SeriesDef> {
    def_of(key.parse().expect("a key"), unit)
}

fn def_of(key: SeriesKey, unit: Unit) -> Arc<SeriesDef> {
    let name = key.metric().into();
    Arc::new(SeriesDef {
        key,
        unit,
        group: SeriesGroup::Cpu,
        name,
        instance: "".into(),
        probe: ProbeId("cpu"),
        cadence: None,
    })
}

/// A column with a sample wherever there is one.
pub fn samples(def: &Arc<SeriesDef>, values: &[Option<f32>]) -> SegmentColumn {
    let rows: Vec<u32> = values.iter().zip(0..).filter(|(value, _)| value.is_some()).map(|(_, row)| row).collect();
    SegmentColumn {
        def: Arc::clone(def),
        rows: (rows.len() < values.len()).then(|| rows.into()),
        values: ColumnValues::Samples(values.iter().flatten().copied().collect()),
    }
}

/// A segment of single samples, one each second from `start`.
pub fn seconds(start: i64, n: usize, columns: Vec<SegmentColumn>) -> Segment {
    Segment {
        tier: Tier::Full,
        source: SourceId("sample"),
        interval_millis: 1000,
        times: (0..n as i64).map(|i| start + i * 1000).collect(),
        columns,
        processes: Vec::new(),
    }
}

/// A segment of one-minute buckets from `start`.
pub fn minutes(start: i64, def: &Arc<SeriesDef>, buckets: &[(f32, f32, f32, u32)]) -> Segment {
    Segment {
        tier: Tier::Minute,
        source: SourceId("sample"),
        interval_millis: 60_000,
        times: (0..buckets.len() as i64).map(|i| start + i * 60_000).collect(),
        columns: vec![SegmentColumn {
            def: Arc::clone(def),
            rows: None,
            values: ColumnValues::Buckets {
                min: buckets.iter().map(|b| b.0).collect(),
                max: buckets.iter().map(|b| b.1).collect(),
                mean: buckets.iter().map(|b| b.2).collect(),
                count: buckets.iter().map(|b| b.3).collect(),
            },
        }],
        processes: Vec::new(),
    }
}

/// Any number a series may have.
pub fn any_value() -> impl Strategy<Value = f32> {
    prop_oneof![
        4 => any::<f32>().prop_filter("finite", |value| value.is_finite()),
        1 => Just(0.0_f32),
        1 => Just(f32::MAX),
        1 => Just(f32::MIN_POSITIVE / 8.0),
    ]
}

fn any_unit() -> impl Strategy<Value = Unit> {
    prop::sample::select(vec![
        Unit::Ratio,
        Unit::Bytes,
        Unit::BytesPerSecond,
        Unit::Seconds,
        Unit::Hertz,
        Unit::Celsius,
        Unit::Watts,
        Unit::RevolutionsPerMinute,
        Unit::Count("process"),
        Unit::PerSecond("operation"),
        Unit::Cores,
    ])
}

/// Series keys, also such with signs that need care in files.
pub fn any_defs() -> impl Strategy<Value = Vec<Arc<SeriesDef>>> {
    let metric = prop_oneof![
        "[a-z]{1,6}\\.[a-z]{1,6}(\\.seconds)?",
        "[-+@'][a-zA-Z0-9 ()]{1,8}",
        Just("größe [x] min".to_owned()),
    ];
    let attribute = prop_oneof!["[a-z0-9/]{0,6}", "[ -~]{0,8}", Just("a\nb,\"c\"\\".to_owned())];
    let key = (metric, btree_map("[a-z][a-z.]{0,4}", attribute, 0..3)).prop_map(|(metric, attributes)| {
        let attributes: Vec<(&str, &str)> = attributes.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        SeriesKey::new(&metric, &attributes)
    });
    btree_set(key, 1..6)
        .prop_flat_map(|keys| {
            let n = keys.len();
            (Just(keys), vec(any_unit(), n))
        })
        .prop_map(|(keys, units)| keys.into_iter().zip(units).map(|(key, unit)| def_of(key, unit)).collect())
}

/// A history of some one-minute buckets and after them some samples, each series with holes.
pub fn any_history() -> impl Strategy<Value = FakeHistory> {
    any_defs().prop_flat_map(|defs| {
        let n = defs.len();
        let bucket = (any_value(), any_value(), any_value(), 1_u32..200);
        let coarse = vec((0..n, vec(bucket, 1..5)), 0..3);
        let fine = vec((1_i64..4000, vec(vec(prop::option::weighted(0.7, any_value()), n), 1..12)), 1..4);
        (Just(defs), coarse, fine).prop_map(|(defs, coarse, fine)| {
            let mut segments = Vec::new();
            let mut at = DAY;
            for (i, buckets) in coarse {
                segments.push(minutes(at, &defs[i], &buckets));
                at += buckets.len() as i64 * 60_000;
            }
            for (step, rows) in fine {
                let columns = defs
                    .iter()
                    .enumerate()
                    .map(|(i, def)| samples(def, &rows.iter().map(|row| row[i]).collect::<Vec<_>>()))
                    .filter(|column| !column.values.is_empty())
                    .collect();
                let mut segment = seconds(at, rows.len(), columns);
                segment.times = (0..rows.len() as i64).map(|i| at + i * step).collect();
                at += rows.len() as i64 * step;
                segments.push(segment);
            }
            FakeHistory::of(segments)
        })
    })
}
