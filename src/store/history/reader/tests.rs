//! Answers held against a list of all samples, over folders of real files.

use proptest::prelude::*;

use super::*;
use crate::model::{BusyProcess, ProbeId, ProcessKey, SeriesGroup, Unit};
use crate::store::history::disk::Disk;
use crate::store::history::tail::Tail;
use crate::store::history::{ColumnValues, FileKind, ProcessReading, SegmentColumn, SegmentFile, State};

const SOURCE: SourceId = SourceId("sample");
const FULL: FileKind = FileKind::Segments(Tier::Full);
const DAY: i64 = 86_400_000;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn range(from: i64, to: i64) -> TimeRange {
    TimeRange { start: at(from), end: at(to) }
}

fn key() -> SeriesKey {
    SeriesKey::new("m", &[])
}

fn def() -> Arc<SeriesDef> {
    let (name, instance) = ("Metric".into(), "".into());
    let (unit, group, probe) = (Unit::Ratio, SeriesGroup::Cpu, ProbeId("cpu"));
    Arc::new(SeriesDef { key: key(), unit, group, name, instance, probe, cadence: None })
}

/// A segment of one series out of samples by time.
fn segment(samples: &[(i64, f32)], interval_millis: u32) -> Segment {
    let values = ColumnValues::Samples(samples.iter().map(|(_, value)| *value).collect());
    Segment {
        tier: Tier::Full,
        source: SOURCE,
        interval_millis,
        times: samples.iter().map(|(at, _)| *at).collect(),
        columns: vec![SegmentColumn { def: def(), rows: None, values }],
        processes: Vec::new(),
    }
}

fn create(folder: &Path, name: &str, kind: FileKind) -> SegmentFile {
    SegmentFile::create(&folder.join(name), kind, &Disk::default()).expect("a new file")
}

/// A history in which samples before `full_from` are rolled up and gone, those before `minutes_from` into hours alone;
/// minutes are rolled up until `minutes_to`, hours until `hours_to`. All of them stand at whole hours.
struct Cuts {
    minutes_from: i64,
    full_from: i64,
    hours_to: i64,
    minutes_to: i64,
}

fn fill(folder: &Path, samples: &[(i64, f32)], interval: u32, per_segment: usize, cuts: &Cuts) {
    let mut full = create(folder, "full.seg", FULL);
    let mut seq = 0;
    let mut put = |file: &mut SegmentFile, segment: &Segment| {
        seq += 1;
        file.append(segment, seq).expect("appended");
    };
    for piece in samples.chunks(per_segment).filter(|piece| piece.iter().any(|(at, _)| *at >= cuts.full_from)) {
        put(&mut full, &segment(piece, interval));
    }
    for (tier, from, to, span) in [
        (Tier::Minute, cuts.minutes_from, cuts.minutes_to, 4 * 3_600_000),
        (Tier::Hour, i64::MIN, cuts.hours_to, 10 * DAY),
    ] {
        let mut file = create(folder, &format!("{tier:?}.seg"), FileKind::Segments(tier));
        let mut rollup = Rollup::new(tier, SOURCE);
        let kept: Vec<(i64, f32)> = samples.iter().copied().filter(|(at, _)| (from..to).contains(at)).collect();
        let (Some(first), Some(last)) = (kept.first(), kept.last()) else { continue };
        rollup.push(&segment(&kept, interval));
        let mut end = first.0.div_euclid(span) * span;
        while end <= last.0 {
            end += span;
            if let Some(segment) = rollup.take_before(end) {
                put(&mut file, &segment);
            }
        }
    }
}

/// Holds buckets against the samples: each holds the next ones, none is left out or counted twice.
fn check(samples: &[(i64, f32)], asked: TimeRange, buckets: &[Bucket], max_buckets: usize) {
    assert!(buckets.len() <= max_buckets, "{} buckets of at most {max_buckets}", buckets.len());
    let place = |at: Timestamp| samples.partition_point(|(t, _)| *t < at.as_millis());
    let mut next = None;
    for bucket in buckets {
        let i = place(bucket.at);
        assert!(next.is_none_or(|next| next == i), "samples are left out or counted twice before {:?}", bucket.at);
        let held = &samples[i..i + bucket.count as usize];
        next = Some(i + held.len());
        assert_eq!(bucket.min, held.iter().map(|(_, value)| *value).fold(f32::INFINITY, f32::min));
        assert_eq!(bucket.max, held.iter().map(|(_, value)| *value).fold(f32::NEG_INFINITY, f32::max));
        let mean = held.iter().map(|(_, value)| f64::from(*value)).sum::<f64>() / held.len() as f64;
        assert!((f64::from(bucket.mean) - mean).abs() < 1e-2, "{} is not {mean}", bucket.mean);
    }
    let first = buckets.first().map_or(samples.len(), |bucket| place(bucket.at));
    let n_before = place(asked.start);
    let n_until = place(asked.end);
    assert!(n_before == n_until || (first <= n_before && next >= Some(n_until)), "all that was asked for is there");
}

fn samples_of(start: i64, steps: &[(i64, f32)]) -> Vec<(i64, f32)> {
    let mut at = start;
    let mut next = |wait: i64| {
        at += wait;
        at
    };
    steps.iter().map(|(wait, value)| (next(*wait), *value)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn curves_hold_every_sample_once_whatever_tiers_they_come_from(
        steps in prop::collection::vec(
            (prop_oneof![60 => 9_000..11_000_i64, 1 => 11_000..9_000_000_i64], -1e3..1e3_f32), 10..4000
        ),
        start in 0..DAY,
        per_segment in 20..400_usize,
        cuts in prop::collection::vec(0.0..1.0_f64, 4),
        questions in prop::collection::vec((0.0..1.0_f64, 0.0..1.0_f64, 4..300_u32), 6),
    ) {
        let samples = samples_of(start, &steps);
        let (first, last) = (samples[0].0, samples[samples.len() - 1].0);
        let place = |share: f64| first + ((last - first) as f64 * share) as i64;
        let hour = |share: f64| place(share).div_euclid(3_600_000) * 3_600_000;
        let mut shares = cuts;
        shares.sort_by(f64::total_cmp);
        let cuts = Cuts {
            minutes_from: hour(shares[0]),
            full_from: place(shares[1]),
            hours_to: hour(shares[2]),
            minutes_to: hour(shares[3]),
        };
        // What a tier no longer has must be in the coarser one.
        let cuts = Cuts {
            full_from: cuts.full_from.min(cuts.minutes_to),
            minutes_from: cuts.minutes_from.min(cuts.hours_to),
            ..cuts
        };
        let folder = tempfile::tempdir().expect("a folder");
        fill(folder.path(), &samples, 10_000, per_segment, &cuts);
        let reader = Reader::open(folder.path()).expect("a history");
        for (a, b, width_px) in questions {
            let asked = range(place(a.min(b)), place(a.max(b)) + 1);
            let found = reader.curves(&[key()], &CurveCut { range: asked, width_px }).expect("curves");
            // Breaks are more than this only where buckets are joined.
            check(&samples, asked, &found.curves[0], usize::MAX);
        }
        let everything = reader.curves(&[key()], &CurveCut { range: range(first, last + 1), width_px: 30 });
        let everything = everything.expect("curves");
        prop_assert!(everything.curves[0].len() <= 64);
        prop_assert_eq!(reader.n_unreadable(), 0, "all is readable");
        for finest in Tier::ALL {
            let mut n = 0_u64;
            let mut newest = i64::MIN;
            reader.visit(None, range(first, last + 1), finest, &mut |segment| {
                assert!(segment.tier >= finest);
                assert!(segment.times.iter().all(|at| *at > newest), "segments come by time");
                newest = *segment.times.last().expect("a tick");
                let values = &segment.columns[0].values;
                n += (0..values.len()).filter_map(|i| values.at(i)).map(|value| u64::from(value.3)).sum::<u64>();
                Ok(())
            }).expect("visited");
            prop_assert_eq!(n, samples.len() as u64, "every sample is visited once, {:?} at the finest", finest);
        }
    }
}

#[test]
fn a_spike_of_one_sample_is_seen_at_every_zoom_up_to_a_year() {
    let folder = tempfile::tempdir().expect("a folder");
    let n = 365 * 144;
    let spikes = [3_i64, 20_000, 50_000, n - 2];
    let samples: Vec<(i64, f32)> = (0..n).map(|i| (i * 600_000, if spikes.contains(&i) { 9.0 } else { 1.0 })).collect();
    let end = n * 600_000;
    let cuts = Cuts {
        minutes_from: end - 92 * DAY,
        full_from: end - 2 * DAY,
        hours_to: end - 10 * DAY,
        minutes_to: end - 14_400_000,
    };
    fill(folder.path(), &samples, 600_000, 900, &cuts);
    let reader = Reader::open(folder.path()).expect("a history");
    for width_px in [100, 700, 1400, 3000] {
        for days in [1, 2, 7, 30, 91, 200, 365] {
            for spike in spikes {
                let middle = (spike * 600_000).clamp(days * DAY / 2, end - days * DAY / 2);
                let asked = range(middle - days * DAY / 2, middle + days * DAY / 2);
                let found = reader.curves(&[key()], &CurveCut { range: asked, width_px }).expect("curves");
                let place = spike * 600_000;
                let is_seen = found.curves[0].iter().any(|bucket| bucket.max == 9.0 && bucket.at.as_millis() <= place);
                assert!(is_seen, "{days} days on {width_px} points, spike at sample {spike}");
            }
        }
    }
}

#[test]
fn the_tier_follows_the_zoom_and_the_line_breaks_where_something_is_missing() {
    let folder = tempfile::tempdir().expect("a folder");
    let all = 0..4 * 3600;
    let samples: Vec<(i64, f32)> =
        all.filter(|i| !(3600..3605).contains(i) && !(7200..7500).contains(i)).map(|i| (i * 1000, i as f32)).collect();
    let cuts = Cuts { minutes_from: 0, full_from: 0, hours_to: 0, minutes_to: 4 * 3_600_000 };
    fill(folder.path(), &samples, 1000, 900, &cuts);
    let reader = Reader::open(folder.path()).expect("a history");
    let ask = |from: i64, to: i64, width_px| {
        let found =
            reader.curves(&[key(), SeriesKey::new("unknown", &[])], &CurveCut { range: range(from, to), width_px });
        let found = found.expect("curves");
        assert!(found.curves[1].is_empty());
        let breaks: Vec<i64> =
            found.curves[0].iter().filter(|bucket| bucket.gap_before).map(|bucket| bucket.at.as_millis()).collect();
        (found.tier, found.step.as_secs(), found.curves[0].len(), breaks)
    };
    assert_eq!(ask(3_590_000, 3_620_000, 600), (Tier::Full, 0, 27, vec![3_605_000]));
    assert_eq!(ask(3_000_000, 4_800_000, 100), (Tier::Full, 10, 182, vec![3_605_000]));
    assert_eq!(ask(0, 14_400_000, 200), (Tier::Minute, 60, 235, vec![7_500_000]));
}

#[test]
fn a_hole_alone_does_not_make_the_answer_one_of_coarser_buckets() {
    let folder = tempfile::tempdir().expect("a folder");
    let hour = 3600;
    let hole = 5 * hour + 200..8 * hour + 200;
    let samples: Vec<(i64, f32)> =
        (0..12 * hour).step_by(20).filter(|i| !hole.contains(i)).map(|i| (i * 1000, 1.0)).collect();
    let cuts =
        Cuts { minutes_from: 0, full_from: 12 * 3_600_000, hours_to: 12 * 3_600_000, minutes_to: 12 * 3_600_000 };
    fill(folder.path(), &samples, 20_000, 900, &cuts);
    let reader = Reader::open(folder.path()).expect("a history");
    let tier = |from: i64, to: i64| {
        let cut = CurveCut { range: range(from * 1000, to * 1000), width_px: 100 };
        reader.curves(&[key()], &cut).expect("curves").tier
    };
    assert_eq!(tier(0, 12 * hour), Tier::Minute);
    assert_eq!(tier(4 * hour, 9 * hour), Tier::Minute);
}

#[test]
fn what_was_written_later_counts_where_the_clock_was_set_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut file = create(folder.path(), "full.seg", FULL);
    let old: Vec<(i64, f32)> = (0..100).map(|i| (i * 1000, 1.0)).collect();
    let new: Vec<(i64, f32)> = (50..80).map(|i| (i * 1000 + 300, 2.0)).collect();
    file.append(&segment(&old, 1000), 1).expect("appended");
    file.append(&segment(&new, 1000), 2).expect("appended");
    let mut expect: Vec<(i64, f32)> = old.iter().copied().filter(|(at, _)| !(50_300..=79_300).contains(at)).collect();
    expect.extend(&new);
    expect.sort_by_key(|(at, _)| *at);
    let reader = Reader::open(folder.path()).expect("a history");
    let cut = CurveCut { range: range(0, 100_000), width_px: 1000 };
    let found = reader.curves(&[key()], &cut).expect("curves");
    check(&expect, cut.range, &found.curves[0], 1000);
    let mut visited = Vec::new();
    let mut take = |segment: Segment| {
        let values = &segment.columns[0].values;
        visited.extend(segment.times.iter().enumerate().filter_map(|(i, at)| Some((*at, values.at(i)?.2))));
        Ok(())
    };
    reader.visit(None, cut.range, Tier::Full, &mut take).expect("visited");
    assert_eq!(visited, expect);
}

#[test]
fn a_reader_beside_the_writer_sees_what_comes_and_only_the_newest_journal() {
    let folder = tempfile::tempdir().expect("a folder");
    let reader = Reader::open(folder.path()).expect("an empty history");
    let times = |reader: &Reader| -> Vec<i64> {
        let mut times = Vec::new();
        let mut take = |segment: Segment| {
            times.extend(segment.times);
            Ok(())
        };
        reader.visit(None, range(0, DAY), Tier::Full, &mut take).expect("visited");
        times
    };
    assert!(times(&reader).is_empty());
    let mut journal = create(folder.path(), "journal-00000001.seg", FileKind::Journal);
    journal.append(&segment(&[(1000, 1.0), (2000, 2.0)], 1000), 1).expect("appended");
    assert_eq!(times(&reader), [1000, 2000]);
    journal.append(&segment(&[(3000, 3.0)], 1000), 2).expect("appended");
    assert_eq!(times(&reader), [1000, 2000, 3000]);
    let mut full = create(folder.path(), "full.seg", FULL);
    full.append(&segment(&[(1000, 1.0), (2000, 2.0), (3000, 3.0)], 1000), 3).expect("appended");
    assert_eq!(times(&reader), [1000, 2000, 3000], "no sample is seen twice");
    let mut journal = create(folder.path(), "journal-00000002.seg", FileKind::Journal);
    journal.append(&segment(&[(4000, 4.0)], 1000), 4).expect("appended");
    assert_eq!(times(&reader), [1000, 2000, 3000, 4000]);
    std::fs::remove_file(folder.path().join("full.seg")).expect("removed");
    assert_eq!(times(&reader), [4000]);
}

#[test]
fn the_tail_counts_over_the_disk_and_series_and_status_know_both() {
    let folder = tempfile::tempdir().expect("a folder");
    let samples: Vec<(i64, f32)> = (0..200).map(|i| (i * 1000, i as f32)).collect();
    let mut file = create(folder.path(), "full.seg", FULL);
    file.append(&segment(&samples[..100], 1000), 1).expect("appended");
    let (index, faults) = Index::open(folder.path(), false).expect("an index");
    assert!(faults.is_empty());
    let mut tail = Tail::default();
    tail.take_back(&segment(&samples[100..], 1000));
    let state = State { index, tail, events: Events::default(), status: HistoryStatus::default() };
    let reader = Reader::shared(Arc::new(Shared::new(state)));
    let cut = CurveCut { range: range(0, 200_000), width_px: 1000 };
    let found = reader.curves(&[key()], &cut).expect("curves");
    check(&samples, cut.range, &found.curves[0], 1000);
    assert!(found.curves[0].iter().all(|bucket| !bucket.gap_before));
    assert_eq!(reader.series().expect("series"), [def()]);
    let status = reader.status().expect("status");
    assert_eq!((status.tiers[0].n_rows, status.covers()), (200, Some(range(0, 199_001))));
    assert!(status.bytes > 100 && status.bytes == file.len());
}

#[test]
fn the_busiest_processes_of_a_moment_are_the_last_that_were_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut file = create(folder.path(), "full.seg", FULL);
    let process = |pid: u32, cpu: f32| BusyProcess {
        key: ProcessKey { pid, start_mark: 1 },
        name: "make".into(),
        command: "make -j8".into(),
        user: "ada".into(),
        cpu_cores: Some(cpu),
        memory_bytes: Some(1 << 20),
        read_bytes_per_second: None,
        write_bytes_per_second: Some(4096),
    };
    for (start, seq) in [(0, 1), (100_000, 2)] {
        let samples: Vec<(i64, f32)> = (0..100).map(|i| (start + i * 1000, 1.0)).collect();
        let reading = |row: u32| ProcessReading { row, processes: vec![process(row, 1.5), process(row + 1, 0.25)] };
        let processes = (0..100).step_by(10).map(reading).collect();
        file.append(&Segment { processes, ..segment(&samples, 1000) }, seq).expect("appended");
    }
    let reader = Reader::open(folder.path()).expect("a history");
    let ask = |millis: i64, within: u64| {
        let found = reader.processes(at(millis), Duration::from_secs(within)).expect("processes");
        found.map(|found| (found.at.as_millis(), found.processes.to_vec()))
    };
    assert_eq!(ask(25_400, 60), Some((20_000, vec![process(20, 1.5), process(21, 0.25)])));
    assert_eq!(ask(20_000, 60).map(|found| found.0), Some(20_000));
    assert_eq!(ask(104_000, 60).map(|found| found.0), Some(100_000));
    assert_eq!(ask(99_999, 60).map(|found| found.0), Some(90_000));
    assert_eq!(ask(25_400, 4), None);
    assert_eq!(ask(900_000, 60), None);
}

#[test]
fn recordings_of_other_tools_are_listed_by_their_own_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let imports = folder.path().join("imports");
    for name in ["first", "second.new"] {
        std::fs::create_dir_all(imports.join(name)).expect("a folder");
        let mut file = create(&imports.join(name), "full.seg", FULL);
        let mut made = segment(&[(1000, 1.0), (5000, 2.0)], 1000);
        let said = SeriesDef { key: SeriesKey::new("m", &[("import", "Run 1")]), ..(*def()).clone() };
        (made.source, made.columns[0].def) = (SourceId("import first"), Arc::new(said));
        file.append(&made, 1).expect("appended");
        let mut rollup = Rollup::new(Tier::Minute, made.source);
        rollup.push(&made);
        let mut minutes = create(&imports.join(name), "minute.seg", FileKind::Segments(Tier::Minute));
        minutes.append(&rollup.finish().expect("minutes"), 2).expect("appended");
    }
    let reader = Reader::open(folder.path()).expect("a history");
    let status = reader.status().expect("status");
    let found: Vec<_> = status.imports.iter().map(|i| (&*i.name, i.covers, i.n_series)).collect();
    assert_eq!(found, [("Run 1", range(1000, 5001), 1)], "one that is still being made is not listed");
    assert_eq!(status.tiers[0].n_rows, 0, "they are no part of the tiers");
    let ask = CurveCut { range: range(0, 10_000), width_px: 100 };
    let found = reader.curves(&[SeriesKey::new("m", &[("import", "Run 1")])], &ask).expect("curves");
    assert_eq!(found.curves[0].len(), 2);
}

#[test]
fn a_newer_file_refuses_the_whole_history_and_a_damaged_one_is_passed_over() {
    let folder = tempfile::tempdir().expect("a folder");
    create(folder.path(), "full.seg", FULL).append(&segment(&[(1000, 1.0)], 1000), 1).expect("appended");
    std::fs::write(folder.path().join("zero.seg"), b"").expect("written");
    let reader = Reader::open(folder.path()).expect("a history");
    assert_eq!(reader.series().expect("series").len(), 1);
    let mut bytes = std::fs::read(folder.path().join("full.seg")).expect("the file");
    bytes[8] = 200;
    std::fs::write(folder.path().join("newer.seg"), bytes).expect("written");
    assert!(matches!(Reader::open(folder.path()), Err(HistoryError::Newer { found: 200, .. })));
    assert!(matches!(reader.series(), Err(HistoryError::Newer { .. })));
}
