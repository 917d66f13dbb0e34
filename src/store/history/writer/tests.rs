//! The writer against a plain map of what was given to it, over flushes, crashes, full disks and damaged files.

mod course;
mod damage;
mod rewriting;
mod taking;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::*;
use crate::model::{AnnotationKind, ProbeId, SeriesGroup, SeriesKey, SourceId, Tier, Unit};
use crate::store::history::holdings::segment_files;
use crate::store::history::scan::scan;
use crate::store::history::segment::{ColumnValues, Segment, SegmentColumn};
use crate::store::history::write::{HistoryWrite, TakenIn};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// 2026-11-24T00:00:00Z.
const START: i64 = 1_795_478_400_000;
const ALL: TimeRange = TimeRange { start: Timestamp::from_millis(0), end: Timestamp::from_millis(10_000_000_000_000) };

type Samples = BTreeMap<(String, i64), f32>;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn known() -> Arc<[SeriesInfo]> {
    (0..6)
        .map(|i| SeriesInfo {
            id: SeriesId(i),
            def: Arc::new(SeriesDef {
                key: SeriesKey::new("test.series", &[("n", &i.to_string())]),
                unit: Unit::Ratio,
                group: SeriesGroup::Cpu,
                name: Arc::from("Series"),
                instance: i.to_string().into(),
                probe: ProbeId("test"),
                cadence: None,
            }),
        })
        .collect()
}

/// A minute's tick: series 0 always, others now and then.
fn tick(millis: i64) -> StoreTick {
    let n = millis / 1000;
    let values = (0..5).filter(|i| *i == 0 || n % i64::from(*i) == 0);
    StoreTick {
        source: SourceId("sample"),
        at: at(millis),
        interval_millis: 60_000,
        values: values.map(|i| (SeriesId(i), (n % 977) as f32 * 0.25 + i as f32)).collect(),
        processes: None,
    }
}

fn add(samples: &mut Samples, tick: &StoreTick) {
    for (id, value) in &tick.values {
        samples.insert((id.0.to_string(), tick.at.as_millis()), *value);
    }
}

/// Everything a reader gives of a tier; fails where segments of a source overlap.
fn read(reader: &dyn HistoryRead, tier: Tier) -> Samples {
    let mut samples = Samples::new();
    let mut ends: BTreeMap<SourceId, i64> = BTreeMap::new();
    reader
        .visit(None, ALL, tier, &mut |segment: Segment| {
            assert!(segment.times.is_sorted_by(|a, b| a < b));
            let end = ends.entry(segment.source).or_insert(i64::MIN);
            assert!(segment.times.first().is_none_or(|first| first > end), "segments overlap");
            *end = segment.times.last().copied().unwrap_or(*end);
            for column in &segment.columns {
                for (i, at) in column.times(&segment).enumerate() {
                    let (_, _, mean, _) = column.values.at(i).expect("a value");
                    samples.insert((column.def.instance.to_string(), at), mean);
                }
            }
            Ok(())
        })
        .expect("read");
    samples
}

/// Fails with the first difference, and not with everything.
fn same(found: &Samples, expected: &Samples) {
    let missing = expected.iter().find(|(key, value)| found.get(*key) != Some(value));
    let extra = found.iter().find(|(key, _)| !expected.contains_key(*key));
    assert!(
        missing.is_none() && extra.is_none(),
        "{} of {} samples; missing or other: {missing:?}; too many: {extra:?}",
        found.len(),
        expected.len()
    );
}

fn open(folder: &Path) -> (Writer, Opened) {
    open_on(Disk::default(), folder)
}

fn open_on(disk: Disk, folder: &Path) -> (Writer, Opened) {
    let (mut writer, opened) =
        Writer::open_on(disk, folder, HistorySettings::default(), at(START)).expect("the folder opens");
    writer.know(known());
    (writer, opened)
}

/// Ticks of `n` minutes from `start` on, with a flush every tenth and upkeep after each.
fn run(writer: &mut Writer, samples: &mut Samples, start: i64, n: i64) {
    for i in 0..n {
        let tick = tick(start + i * MINUTE);
        writer.append(&tick);
        add(samples, &tick);
        if i % 10 == 9 {
            writer.flush(tick.at).expect("flushed");
            writer.maintain(tick.at).expect("kept");
        }
    }
}

#[test]
fn samples_pass_through_every_tier_and_readers_beside_see_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut writer, opened) = open(folder.path());
    assert_eq!((opened.newest, opened.told.len()), (None, 0));
    let mut samples = Samples::new();
    run(&mut writer, &mut samples, START, 600);
    same(&read(&*writer.reader(), Tier::Full), &samples);
    let beside = Reader::open(folder.path()).expect("another process");
    same(&read(&beside, Tier::Full), &samples);
    let status = writer.status();
    assert_eq!(status.state, HistoryState::Writing);
    assert_eq!((status.n_dropped, status.n_pending), (0, 0));
    let rows: Vec<u64> = status.tiers.iter().map(|tier| tier.n_rows).collect();
    assert_eq!(rows[0], samples.len() as u64);
    // Two blocks of four hours are over; every sample is a minute of its own.
    let rolled = samples.iter().filter(|((_, at), _)| *at < START + 8 * HOUR).count();
    assert_eq!(rows[1], rolled as u64);
    writer.close(at(START + 600 * MINUTE)).expect("closed");
    let (writer, opened) = open(folder.path());
    assert_eq!(opened.newest, Some(at(START + 599 * MINUTE)));
    assert_eq!(opened.series.len(), 5);
    same(&read(&*writer.reader(), Tier::Full), &samples);
}

#[test]
fn months_are_rolled_up_and_what_is_too_old_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut writer, _) = open(folder.path());
    writer.put_settings(HistorySettings { full_hours: 24, minute_days: 20, ..HistorySettings::default() });
    let mut samples = Samples::new();
    // A tick every twenty minutes for 40 days.
    for i in 0..40 * 72 {
        let tick = StoreTick { interval_millis: 1_200_000, ..tick(START + i * 20 * MINUTE) };
        writer.append(&tick);
        add(&mut samples, &tick);
        if i % 6 == 5 {
            writer.flush(tick.at).expect("flushed");
            writer.maintain(tick.at).expect("kept");
        }
    }
    let now = START + 40 * 24 * HOUR;
    let status = writer.status();
    let from = |tier: usize| (now - status.tiers[tier].covers.expect("some").start.as_millis()) / HOUR;
    assert!((24..=32).contains(&from(0)), "{} h of full resolution", from(0));
    assert!((20 * 24..=31 * 24).contains(&from(1)), "{} h of minutes", from(1));
    // A file spans 10 days counted from 1970, so the first of the hours may begin within one.
    assert!(from(2) >= 39 * 24, "{} h of hours", from(2));
    let hours = read(&*writer.reader(), Tier::Hour);
    for hour in 0..40 * 24 {
        let start = START + hour * HOUR;
        let (mut sum, mut n) = (0.0, 0);
        for ((_, _), value) in samples.range(("0".to_owned(), start)..("0".to_owned(), start + HOUR)) {
            (sum, n) = (sum + f64::from(*value), n + 1);
        }
        let mean = hours.get(&("0".to_owned(), start)).copied().expect("every hour is there");
        assert!((f64::from(mean) - sum / f64::from(n)).abs() < 1e-3, "hour {hour}");
    }
    drop(writer);
    let (writer, opened) = open(folder.path());
    assert_eq!(opened.told, Vec::<String>::new());
    assert_eq!(read(&*writer.reader(), Tier::Hour), hours);
}

#[test]
fn a_clock_that_is_wrong_for_some_minutes_makes_nothing_old() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut writer, _) = open(folder.path());
    let mut samples = Samples::new();
    run(&mut writer, &mut samples, START, 600);
    // Nine years on, and after nine minutes back again.
    let wrong = START + 9 * 365 * 24 * HOUR;
    run(&mut writer, &mut Samples::new(), wrong, 9);
    writer.flush(at(wrong + 9 * MINUTE)).expect("flushed");
    writer.maintain(at(wrong + 9 * MINUTE)).expect("kept");
    run(&mut writer, &mut samples, START + 610 * MINUTE, 60);
    let mut found = read(&*writer.reader(), Tier::Full);
    found.retain(|(_, at), _| *at < wrong);
    same(&found, &samples);
    // Where the clock stays there, it was meant.
    run(&mut writer, &mut Samples::new(), wrong + HOUR, 200);
    assert!(writer.status().tiers[0].covers.expect("some").start >= at(wrong));
}

#[test]
fn the_bound_of_bytes_takes_the_oldest_of_full_resolution() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut writer, _) = open(folder.path());
    let mut samples = Samples::new();
    run(&mut writer, &mut samples, START, 60 * 24);
    let full = || segment_files(folder.path()).expect("listed").len();
    let before = full();
    // Padding stands for what a busy machine writes.
    let first = segment_files(folder.path()).expect("listed").remove(0);
    assert!(first.ends_with("full-20261124T000000Z.seg"));
    for held in &mut writer.files.holdings {
        held.len += 30_000_000;
    }
    writer.put_settings(HistorySettings { max_megabytes: 140, ..HistorySettings::default() });
    writer.maintain(at(START + 60 * 24 * MINUTE)).expect("kept");
    assert!(!first.exists() && full() == before - 1, "the oldest went alone");
}

#[test]
fn a_clock_set_back_lets_the_later_written_count_in_every_tier() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut writer, _) = open(folder.path());
    let mut samples = Samples::new();
    run(&mut writer, &mut samples, START, 500);
    // Back by five hours and half a minute: other times than before.
    let back = START + 200 * MINUTE + 30_000;
    samples.retain(|(_, at), _| *at < back);
    run(&mut writer, &mut samples, back, 400);
    same(&read(&*writer.reader(), Tier::Full), &samples);
    assert_eq!(writer.status().n_dropped, 0);
    let minutes = read(&*writer.reader(), Tier::Minute);
    for ((series, at), value) in &samples {
        // The minute in which the clock was set has ticks of before and after.
        if *at < back - MINUTE || *at > back {
            let minute = at.div_euclid(MINUTE) * MINUTE;
            assert_eq!(minutes.get(&(series.clone(), minute)), Some(value), "{series} at {at}");
        }
    }
    drop(writer);
    let (writer, _) = open(folder.path());
    same(&read(&*writer.reader(), Tier::Full), &samples);
}

#[test]
fn silence_is_a_gap_also_from_one_run_to_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut writer, _) = open(folder.path());
    let mut samples = Samples::new();
    run(&mut writer, &mut samples, START, 10);
    run(&mut writer, &mut samples, START + 20 * MINUTE, 10);
    drop(writer);
    let (mut writer, _) = open(folder.path());
    run(&mut writer, &mut samples, START + 60 * MINUTE, 10);
    let gap = |from: i64, to: i64| TimeRange { start: at(START + from * MINUTE), end: at(START + to * MINUTE) };
    assert_eq!(writer.reader().gaps(ALL).expect("gaps"), [gap(10, 20), gap(30, 60)]);
    assert_eq!(open(folder.path()).0.reader().gaps(ALL).expect("gaps"), [gap(10, 20), gap(30, 60)]);
}

#[test]
fn a_full_disk_stalls_and_writing_goes_on_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let room = Arc::new(AtomicI64::new(1 << 40));
    let (mut writer, _) = open_on(Disk::with_room(room.clone()), folder.path());
    let mut samples = Samples::new();
    run(&mut writer, &mut samples, START, 95);
    for (left, word) in [(700, "is full: make room there"), (-1, "give this user the right to write there")] {
        room.store(left, Ordering::Relaxed);
        let start = samples.keys().map(|(_, at)| *at).max().expect("some") + MINUTE;
        for i in 0..70 {
            let tick = tick(start + i * MINUTE);
            writer.append(&tick);
            add(&mut samples, &tick);
            if i % 10 == 9 {
                let outcome = writer.flush(tick.at);
                assert!(outcome.is_err() || left > 0);
                writer.maintain(tick.at).expect("nothing is tried");
            }
        }
        let status = writer.status();
        let HistoryState::Stalled { why, since } = status.state else { panic!("{:?}", status.state) };
        assert!(why.contains(word), "{why}");
        assert!(since >= at(start) && status.n_pending > 0 && status.n_dropped == 0);
        same(&read(&*writer.reader(), Tier::Full), &samples);
        let crashed = open(folder.path()).1;
        assert_eq!(crashed.told, Vec::<String>::new(), "nothing on disk is damaged");
        room.store(1 << 40, Ordering::Relaxed);
        writer.flush(at(start + 70 * MINUTE)).expect("there is room again");
        assert_eq!(writer.status().state, HistoryState::Writing);
        assert_eq!(writer.status().n_pending, 0);
        same(&read(&*open(folder.path()).0.reader(), Tier::Full), &samples);
    }
}

#[test]
fn after_hours_without_room_the_oldest_samples_are_dropped_and_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let room = Arc::new(AtomicI64::new(100));
    let (mut writer, _) = open_on(Disk::with_room(room.clone()), folder.path());
    let mut n = 0;
    for i in 0..300 {
        let tick = tick(START + i * MINUTE);
        n += tick.values.len() as u64;
        writer.append(&tick);
        if i % 10 == 9 {
            assert!(writer.flush(tick.at).is_err());
        }
    }
    let kept = read(&*writer.reader(), Tier::Full);
    let status = writer.status();
    assert_eq!(kept.len() as u64 + status.n_dropped, n);
    let oldest = kept.keys().map(|(_, at)| *at).min().expect("some");
    assert!((120..=160).contains(&((START + 300 * MINUTE - oldest) / MINUTE)), "two hours and a segment are kept");
}
