//! The tail against a plain list of what was given to it.

use proptest::prelude::*;

use super::*;
use crate::model::{ProbeId, SeriesGroup, Timestamp, Unit};

const ALL: TimeRange = TimeRange { start: Timestamp::from_millis(i64::MIN), end: Timestamp::from_millis(i64::MAX) };

fn def(id: SeriesId) -> Option<Arc<SeriesDef>> {
    (id.0 < 100).then(|| {
        Arc::new(SeriesDef {
            key: SeriesKey::new("test.series", &[("n", &id.0.to_string())]),
            unit: Unit::Ratio,
            group: SeriesGroup::Cpu,
            name: Arc::from("Series"),
            instance: id.0.to_string().into(),
            probe: ProbeId("test"),
            cadence: None,
        })
    })
}

fn tick(at: i64, values: &[(u32, f32)]) -> StoreTick {
    StoreTick {
        source: SourceId("test"),
        at: Timestamp::from_millis(at),
        interval_millis: 1000,
        values: values.iter().map(|(id, value)| (SeriesId(*id), *value)).collect(),
        processes: None,
    }
}

/// Every value of the segments: key, time and value.
fn listed(segments: &[Segment]) -> Vec<(String, i64, f32)> {
    let mut all = Vec::new();
    for segment in segments {
        assert!(segment.times.is_sorted_by(|a, b| a < b), "times grow");
        for column in &segment.columns {
            assert!(!column.values.is_empty());
            let rows = column.rows.as_ref().map_or(segment.times.len(), |rows| rows.len());
            assert_eq!(rows, column.values.len());
            for (i, at) in column.times(segment).enumerate() {
                all.push((column.def.instance.to_string(), at, column.values.at(i).expect("a value").2));
            }
        }
    }
    all.sort_by(|a, b| a.partial_cmp(b).expect("finite"));
    all
}

#[test]
fn late_ticks_are_dropped_and_a_clock_set_back_begins_a_segment() {
    let mut tail = Tail::default();
    for (at, expect) in [
        (100_000, Taken::Kept),
        (100_000, Taken::Late),
        (99_000, Taken::Late),
        (90_000, Taken::Late),
        (101_000, Taken::Kept),
        (90_999, Taken::AfterSetBack),
        (91_999, Taken::Kept),
        (91_500, Taken::Late),
    ] {
        assert_eq!(tail.push(&tick(at, &[(1, 1.0)]), def), expect, "{at}");
    }
    let times: Vec<Vec<i64>> = tail.cut(None, ALL).into_iter().map(|segment| segment.times).collect();
    assert_eq!(times, [vec![100_000, 101_000], vec![90_999, 91_999]]);
}

#[test]
fn a_segment_is_full_after_its_ticks_or_its_time_or_with_another_interval() {
    let mut tail = Tail::default();
    for i in 0..SEGMENT_TICKS as i64 {
        tail.push(&tick(i * 1000, &[(1, 1.0)]), def);
    }
    assert!(!tail.has_full());
    let more = SEGMENT_TICKS as i64 * 1000;
    tail.push(&tick(more, &[(1, 1.0)]), def);
    assert_eq!(tail.oldest_full().expect("full").times.len(), SEGMENT_TICKS);
    tail.sealed(SourceId("test"));
    tail.end_full(more + SEGMENT_MILLIS - 1);
    assert!(!tail.has_full());
    tail.end_full(more + SEGMENT_MILLIS);
    assert_eq!(tail.oldest_full().expect("old").times, [more]);
    tail.sealed(SourceId("test"));
    tail.push(&tick(more + 1000, &[(1, 1.0)]), def);
    tail.push(&StoreTick { interval_millis: 100, ..tick(more + 1100, &[(1, 1.0)]) }, def);
    assert_eq!(tail.oldest_full().expect("ended").interval_millis, 1000);
}

#[test]
fn unknown_series_and_values_that_are_no_numbers_are_left_out() {
    let mut tail = Tail::default();
    tail.push(&tick(0, &[(1, 1.0), (500, 2.0), (2, f32::NAN), (1, 9.0)]), def);
    assert_eq!(listed(&tail.all()), [("1".to_owned(), 0, 1.0)]);
}

#[test]
fn what_waits_too_long_is_dropped_oldest_first_and_counted() {
    let mut tail = Tail::default();
    let n = SEGMENT_TICKS as i64 * 12;
    for i in 0..n {
        tail.push(&tick(i * 1000, &[(1, 1.0), (2, 2.0)]), def);
    }
    let before = tail.n_values();
    let dropped = tail.drop_over_bounds();
    assert_eq!(dropped, before - tail.n_values());
    let (start, end) = tail.covers().expect("some");
    assert!(end - start <= WAITING_MILLIS + SEGMENT_MILLIS && dropped > 0, "{start} to {end}");
    assert_eq!(tail.drop_over_bounds(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever is pushed is seen, whole and in any cut; what was flushed comes out once; taken back into another tail
    /// it is the same.
    #[test]
    fn the_tail_holds_what_a_list_holds(
        steps in prop::collection::vec((1_i64..3000, prop::collection::vec((0_u32..6, -5.0..5.0_f32), 0..6), any::<bool>()), 1..60),
        cut in (0_i64..90_000, 0_i64..90_000),
    ) {
        let mut tail = Tail::default();
        let mut list: Vec<(String, i64, f32)> = Vec::new();
        let mut flushed: Vec<Segment> = Vec::new();
        let mut at = 0;
        for (step, values, flush) in &steps {
            at += step;
            let mut once: Vec<(u32, f32)> = Vec::new();
            for (id, value) in values {
                if !once.iter().any(|(seen, _)| seen == id) {
                    once.push((*id, *value));
                }
            }
            tail.push(&tick(at, &once), def);
            list.extend(once.iter().map(|(id, value)| (id.to_string(), at, kept(*value, Unit::Ratio))));
            if *flush {
                flushed.extend(tail.unflushed());
                tail.flushed();
                prop_assert!(tail.unflushed().is_empty());
                prop_assert_eq!(tail.n_unflushed(), 0);
            }
        }
        flushed.extend(tail.unflushed());
        list.sort_by(|a, b| a.partial_cmp(b).expect("finite"));
        prop_assert_eq!(tail.n_values(), list.len());
        prop_assert_eq!(&listed(&tail.all()), &list);
        prop_assert_eq!(&listed(&flushed), &list);
        let range = TimeRange { start: Timestamp::from_millis(cut.0), end: Timestamp::from_millis(cut.1) };
        let key = def(SeriesId(3)).expect("known").key.clone();
        let within: Vec<_> = list.iter()
            .filter(|(id, at, _)| id == "3" && range.contains(Timestamp::from_millis(*at))).cloned().collect();
        prop_assert_eq!(listed(&tail.cut(Some(&[key]), range)), within);

        let mut back = Tail::default();
        flushed.iter().for_each(|segment| back.take_back(segment));
        prop_assert_eq!(&listed(&back.all()), &list);
        prop_assert_eq!(back.n_unflushed(), 0);
        prop_assert_eq!(back.push(&tick(at + 1000, &[(3, 1.5)]), def), Taken::Kept);
        prop_assert_eq!(listed(&back.unflushed()), [("3".to_owned(), at + 1000, 1.5)]);
    }
}
