//! Files on a real disk: written, cut short, scratched, of another kind.

use std::fs;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::*;
use crate::model::{ProbeId, SeriesDef, SeriesGroup, SeriesKey, Tier, Unit};
use crate::store::history::codec::ColumnValues;
use crate::store::history::scan::scan;
use crate::store::history::segment::SegmentColumn;

const FULL: FileKind = FileKind::Segments(Tier::Full);

fn def(i: usize, name: &str) -> Arc<SeriesDef> {
    Arc::new(SeriesDef {
        key: SeriesKey::new("system.disk.io", &[("device", &format!("disk{i}"))]),
        unit: Unit::PerSecond("operation"),
        group: SeriesGroup::Disks,
        name: name.into(),
        instance: format!("disk{i}").into(),
        probe: ProbeId("disk"),
        cadence: Some(std::time::Duration::from_secs(10)),
    })
}

/// Ten ticks of `n_series` from `start` on.
fn segment(start: i64, n_series: usize) -> Segment {
    let values = |i: usize| ColumnValues::Samples((0..10).map(|row| (i * 100 + row) as f32).collect());
    Segment {
        tier: Tier::Full,
        source: SourceId("sample"),
        interval_millis: 1000,
        times: (0..10).map(|row| start + row * 1000).collect(),
        columns: (0..n_series)
            .map(|i| SegmentColumn { def: def(i, "Disk operations"), rows: None, values: values(i) })
            .collect(),
        processes: Vec::new(),
    }
}

fn file(path: &Path, segments: &[Segment]) -> Vec<FrameEntry> {
    let mut file = SegmentFile::create(path, FULL, &Disk::default()).expect("a new file");
    segments.iter().zip(1..).map(|(segment, seq)| file.append(segment, seq).expect("appended")).collect()
}

fn read_all(path: &Path) -> Vec<Segment> {
    let (reader, scan) = FileReader::open(path).expect("a history file");
    let segments = scan.frames.iter().filter(|entry| entry.kind == FrameKind::Segment);
    segments.filter_map(|entry| reader.read(entry, None).ok()).collect()
}

#[test]
fn segments_come_back_after_the_file_is_opened_again_and_gone_on_with() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("full.seg");
    let written = [segment(0, 2), segment(10_000, 3), segment(20_000, 3)];
    let entries = file(&path, &written[..2]);
    let (mut again, scan) = SegmentFile::open(&path, FULL, &Disk::default()).expect("the file");
    assert_eq!((scan.torn_bytes(), scan.damage.len(), scan.version, scan.kind), (0, 0, VERSION, FULL));
    let found: Vec<&FrameEntry> = scan.frames.iter().filter(|entry| entry.kind == FrameKind::Segment).collect();
    assert_eq!(found, [&entries[0], &entries[1]]);
    assert_eq!((entries[1].first, entries[1].last, entries[1].n_rows, entries[1].n_values), (10_000, 19_000, 10, 30));
    again.append(&written[2], 3).expect("appended");
    again.sync().expect("safe");
    assert_eq!(again.len(), fs::metadata(&path).expect("the file").len());
    assert_eq!(read_all(&path), written);
}

#[test]
fn some_series_are_read_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("full.seg");
    let entries = file(&path, &[segment(0, 5)]);
    let (reader, _) = FileReader::open(&path).expect("the file");
    let read = reader.read(&entries[0], Some(&[def(3, "").key.clone()])).expect("read");
    assert_eq!(read.columns, segment(0, 5).columns[3..4]);
    assert_eq!(reader.check(&entries[0]).expect("read"), []);
}

#[test]
fn a_file_cut_short_anywhere_gives_what_is_whole_and_can_be_gone_on_with() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("full.seg");
    let written = [segment(0, 2), segment(10_000, 3), segment(20_000, 3)];
    let entries = file(&path, &written[..2]);
    let whole = fs::read(&path).expect("the file");
    let cut = folder.path().join("cut.seg");
    for len in 0..whole.len() {
        fs::write(&cut, &whole[..len]).expect("written");
        let n_whole = entries.iter().filter(|entry| entry.offset + entry.len <= len as u64).count();
        match SegmentFile::open(&cut, FULL, &Disk::default()) {
            Ok((mut file, _)) => {
                assert!(len >= FILE_HEAD);
                file.append(&written[2], 9).expect("appended");
                let read = read_all(&cut);
                assert_eq!(read[..n_whole], written[..n_whole], "cut at {len}");
                assert_eq!(read[n_whole..], written[2..], "cut at {len}");
                let again = scan(&cut).expect("the file");
                assert_eq!((again.torn_bytes(), again.damage.len()), (0, 0));
            }
            Err(HistoryError::Damaged { .. }) => {
                assert!(len < FILE_HEAD);
                assert_eq!(fs::read(&cut).expect("there").len(), len, "it is untouched");
            }
            Err(e) => panic!("{e}"),
        }
    }
}

#[test]
fn a_last_frame_with_its_length_and_without_its_bytes_is_cut_off() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("full.seg");
    let entries = file(&path, &[segment(0, 2), segment(10_000, 2)]);
    let mut bytes = fs::read(&path).expect("the file");
    let end = bytes.len();
    bytes[end - 40..].fill(0);
    fs::write(&path, bytes).expect("written");
    let (_, scan) = SegmentFile::open(&path, FULL, &Disk::default()).expect("the file");
    assert_eq!((scan.valid_bytes, scan.torn_bytes()), (entries[1].offset, entries[1].len));
    assert_eq!(read_all(&path), [segment(0, 2)]);
}

#[test]
fn other_files_and_newer_ones_are_refused_and_left_as_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("full.seg");
    file(&path, &[segment(0, 2)]);
    let whole = fs::read(&path).expect("the file");
    let mut newer = whole.clone();
    newer[8] = 9;
    let mut scratched = whole.clone();
    scratched[21] ^= 1;
    let table: [(&[u8], &str); 4] = [
        (
            &newer,
            "was written by a newer Perfdesk (format 9; this one knows up to 2): use that version, or another \
                  folder with --data-dir",
        ),
        (&scratched, "its beginning is damaged"),
        (b"time,cpu\n", "not a file of Perfdesk's history"),
        (&whole[..12], "it is cut short at its beginning"),
    ];
    for (bytes, expect) in table {
        fs::write(&path, bytes).expect("written");
        let said = SegmentFile::open(&path, FULL, &Disk::default()).expect_err("refused").to_string();
        assert!(said.ends_with(expect), "{said}");
        assert_eq!(scan(&path).expect_err("refused").to_string(), said);
        assert_eq!(fs::read(&path).expect("there"), bytes);
    }
    fs::write(&path, &whole).expect("written");
    let other = SegmentFile::open(&path, FileKind::Journal, &Disk::default()).expect_err("refused");
    assert!(other.to_string().ends_with("it is another kind of history file"));
}

#[test]
fn a_file_of_the_first_version_is_read_and_not_added_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("full.seg");
    let entries = file(&path, &[segment(0, 2)]);
    let new = fs::read(&path).expect("the file");
    let mut old = frame::file_head(FULL).to_vec();
    old[8..12].copy_from_slice(&1_u32.to_le_bytes());
    let crc = crc32fast::hash(&old[..20]);
    old[20..].copy_from_slice(&crc.to_le_bytes());
    let described = r#"{"first":0,"series":[
        {"key":"system.disk.io{device=\"disk0\"}","unit":"{operation}/s","group":"disks","name":"Disk operations",
         "instance":"disk0","probe":"disk","cadence_ms":10000},
        {"key":"system.disk.io{device=\"disk1\"}","unit":"{operation}/s","group":"disks","name":"Disk operations",
         "instance":"disk1","probe":"disk","cadence_ms":10000}]}"#;
    let mut entry = FrameEntry::new(FrameKind::Definitions, 1, 2);
    frame::put_frame(&mut old, &mut entry, described.as_bytes(), &[]);
    old.extend_from_slice(&new[entries[0].offset as usize..]);
    fs::write(&path, &old).expect("written");
    assert_eq!(scan(&path).expect("the file").version, 1);
    assert_eq!(read_all(&path), [segment(0, 2)]);
    let said = SegmentFile::open(&path, FULL, &Disk::default()).expect_err("refused").to_string();
    assert!(said.ends_with("it is of an older format, which is read but not added to"), "{said}");
    assert_eq!(fs::read(&path).expect("there"), old);
}

#[test]
fn series_that_are_the_same_take_room_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut same = segment(0, 20);
    let values = ColumnValues::Samples((0..10).map(|i| (i * i) as f32 / 7.0).collect());
    same.columns.iter_mut().for_each(|column| column.values = values.clone());
    let entries = file(&folder.path().join("same.seg"), &[same.clone()]);
    assert_eq!(entries[0].blocks_len(), 41, "ten plain values and the mark of their form");
    assert_eq!(read_all(&folder.path().join("same.seg")), [same]);
}

#[test]
fn a_description_that_changes_counts_from_then_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("full.seg");
    let (first, mut second) = (segment(0, 2), segment(10_000, 2));
    second.columns[1].def = def(1, "Another name");
    file(&path, &[first.clone(), second.clone()]);
    assert_eq!(read_all(&path), [first, second]);
}

#[test]
fn a_damaged_description_costs_few_segments_since_it_is_repeated() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("full.seg");
    let written: Vec<Segment> = (0..30).map(|i| segment(i * 10_000, 2)).collect();
    file(&path, &written);
    let frames = scan(&path).expect("the file").frames;
    let described: Vec<&FrameEntry> = frames.iter().filter(|entry| entry.kind == FrameKind::Definitions).collect();
    assert_eq!(described.len(), 3, "all series are described again after each twelve segments");
    let mut bytes = fs::read(&path).expect("the file");
    bytes[described[0].directory_at() as usize + 20] ^= 1;
    fs::write(&path, &bytes).expect("written");
    assert_eq!(read_all(&path), written);
    let (reader, _) = FileReader::open(&path).expect("the file");
    assert_eq!(reader.check(described[0]).expect("read").len(), 1);
}

#[test]
fn what_cannot_be_kept_is_refused_and_leaves_the_file_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("full.seg");
    let mut file = SegmentFile::create(&path, FULL, &Disk::default()).expect("a new file");
    let mut backwards = segment(0, 1);
    backwards.times.swap(3, 4);
    let mut uneven = segment(0, 1);
    uneven.columns[0].rows = Some([1, 2].into());
    let empty = Segment { times: Vec::new(), columns: Vec::new(), ..segment(0, 1) };
    let hours = Segment { tier: Tier::Hour, ..segment(0, 1) };
    for (segment, expect) in [
        (backwards, "its times do not grow"),
        (uneven, "a series does not fit its ticks"),
        (empty, "it has no ticks"),
        (hours, "the file is for another tier"),
    ] {
        let said = file.append(&segment, 1).expect_err("refused").to_string();
        assert!(said.ends_with(expect), "{said}");
    }
    assert!(file.is_empty());
    file.append(&segment(0, 2), 1).expect("appended");
    assert_eq!(read_all(&path), [segment(0, 2)]);
}

#[test]
fn a_full_disk_leaves_the_file_as_it_was_and_writing_goes_on_later() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("full.seg");
    let room = Arc::new(std::sync::atomic::AtomicI64::new(2000));
    let mut file = SegmentFile::create(&path, FULL, &Disk::with_room(Arc::clone(&room))).expect("a new file");
    file.append(&segment(0, 2), 1).expect("appended");
    let before = fs::read(&path).expect("the file");
    assert!(file.append(&segment(10_000, 40), 2).is_err());
    assert_eq!(fs::read(&path).expect("the file"), before);
    room.store(1 << 20, std::sync::atomic::Ordering::Relaxed);
    file.append(&segment(10_000, 40), 2).expect("appended");
    assert_eq!(read_all(&path), [segment(0, 2), segment(10_000, 40)]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_scratched_file_gives_true_segments_or_none_and_never_a_panic(
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
        gap in prop::option::of((any::<prop::sample::Index>(), 1..300_usize)),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("full.seg");
        let written: Vec<Segment> = (0..4).map(|i| segment(i * 10_000, 3)).collect();
        file(&path, &written);
        let mut bytes = fs::read(&path).expect("the file");
        for (place, byte) in places {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some((place, len)) = gap {
            let place = place.index(bytes.len());
            bytes.drain(place..(place + len).min(bytes.len()));
        }
        fs::write(&path, &bytes).expect("written");
        let Ok((reader, found)) = FileReader::open(&path) else { return Ok(()) };
        for entry in &found.frames {
            let _ = reader.check(entry).expect("the file is there");
            let Ok(read) = reader.read(entry, None) else { continue };
            // Whatever is read is what was written: a whole segment or some series of it.
            let of = written.iter().find(|segment| segment.times == read.times);
            let of = of.expect("a segment that was written");
            prop_assert!(read.columns.iter().all(|column| of.columns.contains(column)));
        }
        let _ = SegmentFile::open(&path, FULL, &Disk::default());
    }
}

#[test]
fn segments_of_all_kinds_come_back_from_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut runner = TestRunner::deterministic();
    for tier in [Tier::Full, Tier::Minute, Tier::Hour] {
        let path = folder.path().join(format!("{tier:?}.seg"));
        let kind = FileKind::Segments(tier);
        let made: Vec<Segment> = (0..40)
            .map(|_| {
                let tree = codec::tests::segments(tier).new_tree(&mut runner);
                tree.expect("a segment").current()
            })
            .collect();
        let mut file = SegmentFile::create(&path, kind, &Disk::default()).expect("a new file");
        for (segment, seq) in made.iter().zip(1..) {
            file.append(segment, seq).expect("appended");
        }
        assert_eq!(read_all(&path), made);
    }
}
