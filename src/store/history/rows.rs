//! Segments with some of their rows left out.

use std::collections::HashMap;
use std::sync::Arc;

use super::segment::{ColumnValues, ProcessReading, Segment, SegmentColumn};
use crate::model::SeriesKey;

/// The rows of a segment whose times `keep` wants; columns without a value there are left out.
pub fn keep_rows(segment: Segment, keep: impl Fn(i64) -> bool) -> Segment {
    // For each row of the old segment its place in the new one.
    let mut n_kept = 0;
    let places: Vec<Option<u32>> = segment
        .times
        .iter()
        .map(|at| {
            keep(*at).then(|| {
                n_kept += 1;
                n_kept - 1
            })
        })
        .collect();
    if n_kept as usize == segment.times.len() {
        return segment;
    }
    let place = |row: usize| places.get(row).copied().flatten();
    Segment {
        times: segment.times.iter().copied().filter(|at| keep(*at)).collect(),
        columns: segment.columns.iter().filter_map(|column| kept_column(column, n_kept as usize, place)).collect(),
        processes: segment
            .processes
            .into_iter()
            .filter_map(|reading| Some(ProcessReading { row: place(reading.row as usize)?, ..reading }))
            .collect(),
        ..segment
    }
}

/// One segment out of several that follow each other in time; `None` where there is none.
pub fn join(segments: Vec<Segment>) -> Option<Segment> {
    let mut segments = segments.into_iter();
    let mut joined = segments.next()?;
    let mut places: HashMap<SeriesKey, usize> = HashMap::new();
    for (i, column) in joined.columns.iter().enumerate() {
        places.insert(column.def.key.clone(), i);
    }
    for segment in segments {
        let n_before = joined.times.len() as u32;
        let n_rows = segment.times.len() as u32;
        for column in segment.columns {
            let place = *places.entry(column.def.key.clone()).or_insert_with(|| {
                let values = column.values.none();
                joined.columns.push(SegmentColumn { def: column.def.clone(), rows: Some(Arc::from([])), values });
                joined.columns.len() - 1
            });
            let before = &mut joined.columns[place];
            let old = before.rows.take().map_or_else(|| (0..n_before).collect(), |rows| rows.to_vec());
            let new = column.rows.map_or_else(|| (0..n_rows).collect(), |rows| rows.to_vec());
            before.rows = Some(old.into_iter().chain(new.into_iter().map(|row| row + n_before)).collect());
            before.values.extend(column.values);
        }
        joined.times.extend(segment.times);
        let readings = segment.processes.into_iter();
        joined.processes.extend(readings.map(|reading| ProcessReading { row: reading.row + n_before, ..reading }));
        // A series that is missing here has its places written out.
        for column in joined.columns.iter_mut().filter(|column| column.rows.is_none()) {
            column.rows = Some((0..column.values.len() as u32).collect());
        }
    }
    let n_rows = joined.times.len();
    for column in &mut joined.columns {
        column.rows = column.rows.take().filter(|rows| rows.len() < n_rows);
    }
    Some(joined)
}

impl ColumnValues {
    /// Nothing, of the same kind.
    fn none(&self) -> Self {
        match self {
            Self::Samples(_) => Self::Samples(Vec::new()),
            Self::Buckets { .. } => {
                Self::Buckets { min: Vec::new(), max: Vec::new(), mean: Vec::new(), count: Vec::new() }
            }
        }
    }

    /// Adds values of the same kind; those of another are left out.
    fn extend(&mut self, more: Self) {
        match (self, more) {
            (Self::Samples(values), Self::Samples(more)) => values.extend(more),
            (Self::Buckets { min, max, mean, count }, Self::Buckets { min: a, max: b, mean: c, count: d }) => {
                min.extend(a);
                max.extend(b);
                mean.extend(c);
                count.extend(d);
            }
            _ => {}
        }
    }
}

fn kept_column(column: &SegmentColumn, n_rows: usize, place: impl Fn(usize) -> Option<u32>) -> Option<SegmentColumn> {
    let row = |i: usize| column.rows.as_ref().map_or(i, |rows| rows[i] as usize);
    let (mut rows, mut kept) = (Vec::new(), Vec::new());
    for i in 0..column.values.len() {
        if let Some(new) = place(row(i)) {
            rows.push(new);
            kept.push(i);
        }
    }
    if kept.is_empty() {
        return None;
    }
    let some = |values: &[f32]| kept.iter().map(|i| values[*i]).collect();
    let values = match &column.values {
        ColumnValues::Samples(values) => ColumnValues::Samples(some(values)),
        ColumnValues::Buckets { min, max, mean, count } => ColumnValues::Buckets {
            min: some(min),
            max: some(max),
            mean: some(mean),
            count: kept.iter().map(|i| count[*i]).collect(),
        },
    };
    let rows: Option<Arc<[u32]>> = (rows.len() < n_rows).then(|| rows.into());
    Some(SegmentColumn { def: column.def.clone(), rows, values })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ProbeId, SeriesDef, SeriesGroup, SourceId, Tier, Unit};

    #[test]
    fn rows_that_are_not_wanted_are_left_out_everywhere() {
        let column = |name: &str, rows: Option<&[u32]>, values: &[f32]| SegmentColumn {
            def: Arc::new(SeriesDef {
                key: SeriesKey::new(name, &[]),
                unit: Unit::Ratio,
                group: SeriesGroup::Cpu,
                name: name.into(),
                instance: "".into(),
                probe: ProbeId("test"),
                cadence: None,
            }),
            rows: rows.map(Arc::from),
            values: ColumnValues::Samples(values.to_vec()),
        };
        let segment = Segment {
            tier: Tier::Full,
            source: SourceId("test"),
            interval_millis: 10,
            times: vec![0, 10, 20, 30],
            columns: vec![
                column("all", None, &[0.0, 1.0, 2.0, 3.0]),
                column("even", Some(&[0, 2]), &[0.5, 2.5]),
                column("late", Some(&[1, 3]), &[1.5, 3.5]),
            ],
            processes: [0, 3].map(|row| ProcessReading { row, processes: Vec::new() }).into(),
        };
        assert_eq!(keep_rows(segment.clone(), |_| true), segment);
        let late = keep_rows(segment.clone(), |at| at >= 10 && at != 20);
        assert_eq!(late.times, [10, 30]);
        assert_eq!(late.columns, [column("all", None, &[1.0, 3.0]), column("late", None, &[1.5, 3.5])]);
        assert_eq!(late.processes, [ProcessReading { row: 1, processes: Vec::new() }]);
        let parts = [0..10, 10..30, 30..40].map(|part| keep_rows(segment.clone(), |at| part.contains(&at)));
        assert_eq!(join(parts.into()), Some(segment.clone()), "cut and joined it is the same");
        assert_eq!(join(Vec::new()), None);
        let one = keep_rows(segment, |at| at <= 10);
        assert_eq!(one.columns[1], column("even", Some(&[0]), &[0.5]));
    }
}
