//! Verifying and compacting.

use super::damage::{contents, restore};
use super::*;
use crate::store::history::{open_damaged, verify};
use crate::store::progress::{Cancelled, Progress, Unwatched};

/// Cancels at the `n`th step.
struct CancelAt(usize);

impl Progress for CancelAt {
    fn step(&mut self, _done_ratio: Option<f32>, _text: &str) -> Result<(), Cancelled> {
        self.0 = self.0.checked_sub(1).ok_or(Cancelled)?;
        Ok(())
    }
}

/// A history of a day that was switched off and on all the time, so that its segments are short.
fn short_segments(folder: &Path) -> Samples {
    let (mut writer, _) = open(folder);
    let mut samples = Samples::new();
    for i in 0..1440 {
        if i % 7 == 0 {
            writer.put_settings(HistorySettings { is_on: false, ..HistorySettings::default() });
            writer.put_settings(HistorySettings::default());
        }
        let tick = tick(START + i * MINUTE);
        writer.append(&tick);
        add(&mut samples, &tick);
        if i % 10 == 9 {
            writer.flush(tick.at).expect("flushed");
            writer.maintain(tick.at).expect("kept");
        }
    }
    writer.close(at(START + 24 * HOUR)).expect("closed");
    samples
}

#[test]
fn a_whole_history_is_found_whole_and_damage_is_named_by_file_and_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut writer, _) = open(folder.path());
    let mut samples = Samples::new();
    run(&mut writer, &mut samples, START, 500);
    writer.annotate(AnnotationText::at(at(START), AnnotationKind::Note, "one"));
    writer.flush(at(START)).expect("flushed");
    drop(writer);
    let report = verify(folder.path(), &mut Unwatched).expect("read");
    assert!(report.is_whole(), "{report:?}");
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    let names: Vec<String> = report.files.iter().map(|file| name(&file.path)).collect();
    assert_eq!(names[0], "events.log");
    assert!(names[1].starts_with("full-") && names[3].starts_with("journal-") && names[4].starts_with("minute-"));
    let full: u64 = report.files[1..3].iter().map(|file| file.n_values).sum();
    assert!(full > 0 && full <= samples.len() as u64);
    assert_eq!(report.files[1].covers.expect("some").start, at(START));
    assert_eq!(report.files[1].version, Some(crate::store::history::VERSION));

    let files = contents(folder.path());
    let full = &names[1];
    let mut bytes = files[full].clone();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4].fill(0);
    // Its beginning goes as well: its name still tells what it is.
    bytes[..20].fill(0);
    let aside = folder.path().join(format!("{full}.damaged-20261124T031500Z"));
    fs::write(&aside, &bytes).expect("written");
    let (reader, scan) = open_damaged(&aside).expect("its frames are found");
    let mut n = 0;
    for entry in &scan.frames {
        n += reader.read(entry, None).map_or(0, |segment| segment.n_values() as u64);
    }
    let report = verify(&aside, &mut Unwatched).expect("read");
    assert_eq!(report.files.len(), 1);
    let found = &report.files[0];
    assert!(found.is_aside && !found.is_whole() && report.is_whole());
    assert!(found.n_bad >= 2 && found.n_good > 0 && found.n_values > 0, "{found:?}");
    assert_eq!(found.n_values, n);
    assert!(found.faults.iter().any(|fault| fault.starts_with("byte 0 to")), "{:?}", found.faults);
    assert!(verify(&folder.path().join("nothing"), &mut Unwatched).is_err());
    assert!(matches!(verify(folder.path(), &mut CancelAt(3)), Err(HistoryError::Cancelled(_))));
}

#[test]
fn compacting_joins_short_segments_and_changes_no_sample() {
    let folder = tempfile::tempdir().expect("a folder");
    let samples = short_segments(folder.path());
    let before = contents(folder.path());
    let now = at(START + 48 * HOUR);
    let settings = HistorySettings::default();
    let report = compact(folder.path(), settings, now, &mut Unwatched).expect("compacted");
    assert!(report.n_rewritten >= 3 && report.bytes_after < report.bytes_before * 3 / 4, "{report:?}");
    let (writer, opened) = open(folder.path());
    assert_eq!(opened.told, Vec::<String>::new());
    same(&read(&*writer.reader(), Tier::Full), &samples);
    drop(writer);
    assert!(verify(folder.path(), &mut Unwatched).expect("read").is_whole());
    let again = compact(folder.path(), settings, now, &mut Unwatched).expect("compacted");
    assert_eq!(again.n_rewritten, 0, "a second time there is nothing to do");

    // Whenever it is ended, by a person or a full disk, the history is whole.
    for n in 0..8 {
        restore(folder.path(), &before);
        let _ = compact(folder.path(), settings, now, &mut CancelAt(n));
        let (writer, opened) = open(folder.path());
        assert_eq!(opened.told, Vec::<String>::new());
        same(&read(&*writer.reader(), Tier::Full), &samples);
    }
    for left in [100, 1000, 3000, 5000, 8000, 12_000, 20_000] {
        restore(folder.path(), &before);
        let room = Arc::new(AtomicI64::new(1 << 40));
        let (mut writer, _) = open_on(Disk::with_room(room.clone()), folder.path());
        room.store(left, Ordering::Relaxed);
        let outcome = writer.compact(now, &mut Unwatched);
        assert!(outcome.is_err() || left > 5000, "{left} bytes are too few");
        same(&read(&*writer.reader(), Tier::Full), &samples);
        drop(writer);
        let (writer, opened) = open(folder.path());
        assert_eq!(opened.told, Vec::<String>::new());
        same(&read(&*writer.reader(), Tier::Full), &samples);
    }
}
