//! Buckets held against sums over all samples.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::model::{ProbeId, SeriesGroup, Unit};

const SOURCE: SourceId = SourceId("sample");

fn def(i: usize) -> Arc<SeriesDef> {
    Arc::new(SeriesDef {
        key: SeriesKey::new("m", &[("i", &i.to_string())]),
        unit: Unit::Ratio,
        group: SeriesGroup::Cpu,
        name: "".into(),
        instance: "".into(),
        probe: ProbeId("cpu"),
        cadence: None,
    })
}

/// Segments of at most 50 ticks out of samples by time; each second series has every third tick alone.
fn segments(samples: &[(i64, f32)]) -> Vec<Segment> {
    let segment = |samples: &[(i64, f32)]| Segment {
        tier: Tier::Full,
        source: SOURCE,
        interval_millis: 1000,
        times: samples.iter().map(|(at, _)| *at).collect(),
        columns: vec![
            SegmentColumn {
                def: def(0),
                rows: None,
                values: ColumnValues::Samples(samples.iter().map(|(_, value)| *value).collect()),
            },
            SegmentColumn {
                def: def(1),
                rows: Some((0..samples.len() as u32).step_by(3).collect()),
                values: ColumnValues::Samples(samples.iter().step_by(3).map(|(_, value)| -*value).collect()),
            },
        ],
        processes: Vec::new(),
    };
    samples.chunks(50).map(segment).collect()
}

fn rolled(tier: Tier, segments: &[Segment]) -> Option<Segment> {
    let mut rollup = Rollup::new(tier, SOURCE);
    segments.iter().for_each(|segment| rollup.push(segment));
    rollup.finish()
}

/// Start, least, greatest, mean and count of each bucket of a series.
fn buckets(segment: &Segment, i: usize) -> Vec<(i64, f32, f32, f32, u32)> {
    let column = segment.columns.iter().find(|column| column.def == def(i)).expect("the series");
    let values = (0..column.values.len()).filter_map(|i| column.values.at(i));
    column.times(segment).zip(values).map(|(at, (min, max, mean, count))| (at, min, max, mean, count)).collect()
}

fn samples() -> impl Strategy<Value = Vec<(i64, f32)>> {
    let wait = prop_oneof![30 => 900..1100_i64, 1 => 1000..20_000_000_i64];
    (-100_000_000..100_000_000_i64, prop::collection::vec((wait, -1e3..1e3_f32), 1..400)).prop_map(|(start, steps)| {
        let mut at = start;
        let mut next = |wait: i64| {
            at += wait;
            at
        };
        steps.iter().map(|(wait, value)| (next(*wait), *value)).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn buckets_agree_with_all_samples_and_hours_with_minutes(samples in samples()) {
        let segments = segments(&samples);
        let minutes = rolled(Tier::Minute, &segments).expect("minutes");
        let hours = rolled(Tier::Hour, &segments).expect("hours");
        let hours_of_minutes = rolled(Tier::Hour, std::slice::from_ref(&minutes)).expect("hours");
        prop_assert_eq!((minutes.interval_millis, hours.interval_millis), (60_000, 3_600_000));
        for (rolled, step) in [(&minutes, 60_000), (&hours, 3_600_000), (&hours_of_minutes, 3_600_000)] {
            prop_assert!(rolled.times.is_sorted_by(|a, b| a < b));
            let found = buckets(rolled, 0);
            prop_assert_eq!(found.iter().map(|b| b.4 as usize).sum::<usize>(), samples.len());
            for (at, min, max, mean, count) in found {
                prop_assert_eq!(at.rem_euclid(step), 0);
                let held = || samples.iter().filter(|(t, _)| (at..at + step).contains(t)).map(|(_, value)| *value);
                prop_assert_eq!(min, held().fold(f32::INFINITY, f32::min));
                prop_assert_eq!(max, held().fold(f32::NEG_INFINITY, f32::max));
                prop_assert_eq!(count as usize, held().count());
                let exact = held().map(f64::from).sum::<f64>() / f64::from(count);
                prop_assert!((f64::from(mean) - exact).abs() < 1e-3, "{mean} is not {exact}");
            }
        }
        for i in 0..2 {
            let (direct, twice) = (buckets(&hours, i), buckets(&hours_of_minutes, i));
            prop_assert_eq!(direct.len(), twice.len());
            for (a, b) in direct.iter().zip(&twice) {
                prop_assert_eq!((a.0, a.1, a.2, a.4), (b.0, b.1, b.2, b.4));
                prop_assert!((a.3 - b.3).abs() < 1e-3);
            }
        }
    }

    #[test]
    fn buckets_taken_early_are_those_taken_at_the_end(samples in samples(), place in any::<prop::sample::Index>()) {
        let segments = segments(&samples);
        let all = rolled(Tier::Minute, &segments).expect("minutes");
        let cut = samples[place.index(samples.len())].0.div_euclid(60_000) * 60_000;
        let mut rollup = Rollup::new(Tier::Minute, SOURCE);
        segments.iter().for_each(|segment| rollup.push(segment));
        let early = rollup.take_before(cut);
        let late = rollup.finish();
        let both = [&early, &late];
        let found: Vec<_> = both.into_iter().flatten().flat_map(|segment| buckets(segment, 0)).collect();
        prop_assert_eq!(found, buckets(&all, 0));
        prop_assert!(early.is_none_or(|early| early.times.iter().all(|at| *at < cut)));
    }
}
