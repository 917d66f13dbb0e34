//! Archives there and back, equal; and what is taken of damaged ones.

use proptest::prelude::*;

use super::*;
use crate::model::{
    Annotation, AnnotationId, AnnotationKind, AnnotationText, BusyProcess, ProcessKey, SeriesKey, Tier, Unit,
};
use crate::store::history::disk::Disk;
use crate::store::history::{FileKind, HistoryWrite as _, ProcessReading, SegmentFile, source_named};
use crate::store::progress::{Cancelled, Progress, Unwatched};
use crate::store::transfer::TransferError;
use crate::store::transfer::fake::{DAY, FakeHistory, any_history, def, samples, seconds};

fn busy(pid: u32) -> BusyProcess {
    BusyProcess {
        key: ProcessKey { pid, start_mark: 77 },
        name: "rustc".into(),
        command: "rustc --crate-name x".into(),
        user: "ada".into(),
        cpu_cores: Some(1.5),
        memory_bytes: Some(1024 * 5000),
        read_bytes_per_second: None,
        write_bytes_per_second: Some(2048),
    }
}

/// Any samples, with processes, annotations, gaps and recordings.
fn any_whole_history() -> impl Strategy<Value = FakeHistory> {
    (any_history(), 0_usize..3, 0_usize..3).prop_map(|(mut history, n_notes, n_recordings)| {
        for (i, segment) in history.segments.iter_mut().filter(|s| s.tier == Tier::Full).enumerate() {
            segment.processes = vec![ProcessReading { row: 0, processes: vec![busy(i as u32), busy(900)] }];
        }
        // What nothing was measured for cannot be seen by readers.
        history.segments.retain(|segment| !segment.columns.is_empty() || !segment.processes.is_empty());
        for i in 0..n_notes {
            let at = Timestamp::from_millis(DAY + i as i64 * 60_000);
            history.annotations.push(Annotation {
                id: AnnotationId(i as u64 + 1),
                text: AnnotationText::at(at, AnnotationKind::Note, format!("note {i}")),
            });
            history.gaps.push((
                source_named("sample"),
                TimeRange { start: at, end: at.plus(std::time::Duration::from_secs(5)) },
            ));
        }
        for i in 0..n_recordings {
            let name = format!("run {i}");
            let def = def(&format!("v{{import=\"{name}\"}}"), Unit::Bytes);
            let mut segment = seconds(DAY, 2, vec![samples(&def, &[Some(i as f32), Some(2.0)])]);
            segment.source = source_named(&format!("import {name}"));
            history.recordings.push((name, vec![segment]));
        }
        history
    })
}

fn archived(history: &FakeHistory) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("all.pda");
    export_archive(history, &path, &mut Unwatched).expect("archived");
    (folder, path)
}

/// The same whatever the order in which segments came, and series in them.
fn sorted(mut history: FakeHistory) -> FakeHistory {
    for segment in &mut history.segments {
        segment.columns.sort_by(|a, b| a.def.key.cmp(&b.def.key));
    }
    history.segments.sort_by_key(|segment| (segment.tier, segment.times.first().copied()));
    history
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn there_and_back_is_equal_and_again_adds_nothing(history in any_whole_history()) {
        let (_folder, path) = archived(&history);
        let mut back = FakeHistory::default();
        let read = back.clone();
        let taken = import_archive(&path, &read, &mut back, &mut Unwatched).expect("taken");
        prop_assert_eq!(sorted(back.clone()), sorted(history.clone()));
        prop_assert!(taken.remarks.is_empty() && taken.n_skipped == 0, "{:?}", taken);
        prop_assert_eq!(taken.n_annotations as usize, history.annotations.len());

        let (before, mut again) = (back.clone(), back.clone());
        let taken = import_archive(&path, &back, &mut again, &mut Unwatched).expect("taken");
        prop_assert_eq!((taken.n_taken, taken.n_annotations, taken.recordings.len()), (0, 0, 0));
        prop_assert_eq!((again.segments, again.annotations, again.recordings),
            (before.segments, before.annotations, before.recordings));
    }

    #[test]
    fn cut_or_changed_anywhere_it_gives_what_is_right_and_says_so(at in 0.0_f64..1.0, is_cut: bool) {
        let key = "a.b{c=\"d\"}";
        let def = def(key, Unit::Ratio);
        let rows: Vec<Option<f32>> = (0..600).map(|i| Some(i as f32)).collect();
        let segments = (0..5).map(|i| seconds(DAY + i * 600_000, 600, vec![samples(&def, &rows)]));
        let history = FakeHistory::of(segments.collect());
        let (_folder, path) = archived(&history);
        let mut bytes = std::fs::read(&path).expect("read");
        let place = (at * bytes.len() as f64) as usize;
        if is_cut { bytes.truncate(place) } else { bytes[place] ^= 0x5a }
        std::fs::write(&path, &bytes).expect("written");
        let mut back = FakeHistory::default();
        let outcome = import_archive(&path, &FakeHistory::default(), &mut back, &mut Unwatched);
        let key: SeriesKey = key.parse().expect("a key");
        let right = history.values(&key);
        prop_assert!(back.values(&key).iter().all(|value| right.contains(value)), "nothing wrong is taken");
        match outcome {
            Ok(taken) => prop_assert!(!taken.remarks.is_empty()),
            Err(e) => prop_assert!(!e.to_string().is_empty()),
        }
    }
}

#[test]
fn a_file_that_was_set_aside_gives_what_can_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("full-20261124.seg.damaged");
    let def = def("a", Unit::Bytes);
    let mut file = SegmentFile::create(&path, FileKind::Segments(Tier::Full), &Disk::default()).expect("begun");
    let rows: Vec<Option<f32>> = (0..300).map(|i| Some(i as f32)).collect();
    let mut ends = Vec::new();
    for i in 0..4 {
        let entry =
            file.append(&seconds(DAY + i * 300_000, 300, vec![samples(&def, &rows)]), i as u64 + 1).expect("put");
        ends.push(entry.offset + entry.len);
    }
    drop(file);
    let mut bytes = std::fs::read(&path).expect("read");
    // The head of the second segment is overwritten, the fourth is cut short.
    let second = ends[0] as usize;
    bytes[second..second + 16].fill(0);
    bytes.truncate(ends[3] as usize - 20);
    std::fs::write(&path, &bytes).expect("written");
    let mut back = FakeHistory::default();
    let taken = import_archive(&path, &FakeHistory::default(), &mut back, &mut Unwatched).expect("taken");
    assert_eq!(taken.text(), "600 samples taken in");
    assert_eq!(taken.remarks.len(), 2, "{:?}", taken.remarks);
    let firsts: Vec<_> = back.segments.iter().map(|segment| segment.times[0]).collect();
    assert_eq!(firsts, [DAY, DAY + 600_000]);
}

#[test]
fn a_recording_of_a_taken_name_stays_and_is_told() {
    let recorded = def("v{import=\"run\"}", Unit::Bytes);
    let segment = seconds(DAY, 1, vec![samples(&recorded, &[Some(1.0)])]);
    let history = FakeHistory { recordings: vec![("run".into(), vec![segment])], ..FakeHistory::default() };
    let (_folder, path) = archived(&history);
    let other = seconds(DAY + 9000, 1, vec![samples(&recorded, &[Some(5.0)])]);
    let mut back = FakeHistory { recordings: vec![("run".into(), vec![other])], ..FakeHistory::default() };
    let read = back.clone();
    let taken = import_archive(&path, &read, &mut back, &mut Unwatched).expect("taken");
    assert_eq!(
        (taken.n_skipped, taken.remarks.as_slice()),
        (1, &["the recording run is there already and stays".to_owned()][..])
    );
    assert_eq!(back, read);
}

#[test]
fn other_files_and_newer_ones_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x");
    for (bytes, expect) in [
        (&b"time,cpu\n1,2\n"[..], "It is neither an archive nor a file of Perfdesk's history"),
        (b"", "It is neither an archive"),
        (b"PDARCH\r\n\x09\0\0\0", "was written by a newer Perfdesk (format 9; this one knows up to 1)"),
    ] {
        std::fs::write(&path, bytes).expect("written");
        let mut back = FakeHistory::default();
        let refused = import_archive(&path, &FakeHistory::default(), &mut back, &mut Unwatched).expect_err("refused");
        assert!(refused.to_string().contains(expect), "{refused}");
        assert_eq!(back, FakeHistory::default());
    }
    let none = import_archive(
        &folder.path().join("none"),
        &FakeHistory::default(),
        &mut FakeHistory::default(),
        &mut Unwatched,
    );
    assert!(none.expect_err("absent").to_string().starts_with("there is no such file"));
}

struct EndAfter(usize);

impl Progress for EndAfter {
    fn step(&mut self, _done_ratio: Option<f32>, _text: &str) -> Result<(), Cancelled> {
        self.0 = self.0.checked_sub(1).ok_or(Cancelled)?;
        Ok(())
    }
}

#[test]
fn ended_early_an_archive_is_not_there_and_an_import_says_what_it_kept() {
    let def = def("a", Unit::Bytes);
    let segments = (0..6).map(|i| seconds(DAY + i * 1000, 1, vec![samples(&def, &[Some(1.0)])]));
    let history = FakeHistory::of(segments.collect());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("all.pda");
    let ended = export_archive(&history, &path, &mut EndAfter(3)).expect_err("ended");
    assert!(ended.is_cancelled());
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    export_archive(&history, &path, &mut Unwatched).expect("archived");
    let mut back = FakeHistory::default();
    let taken = import_archive(&path, &FakeHistory::default(), &mut back, &mut EndAfter(5)).expect("in part");
    assert!(taken.n_taken > 0 && taken.n_taken < 6 && taken.remarks.len() == 1, "{taken:?}");
    let mut back = FakeHistory::default();
    let ended = import_archive(&path, &FakeHistory::default(), &mut back, &mut EndAfter(0));
    assert!(matches!(ended, Err(TransferError::Cancelled(_))));
    back.flush().expect("nothing waits");
}
