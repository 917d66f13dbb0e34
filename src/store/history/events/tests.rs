//! The log of annotations and gaps: what was put in comes out, whatever happens to the file's end.

use proptest::prelude::*;

use super::*;
use crate::model::AnnotationKind;

fn note(at: i64, text: &str) -> AnnotationText {
    AnnotationText::at(Timestamp::from_millis(at), AnnotationKind::Note, text)
}

fn open(folder: &Path) -> EventLog {
    EventLog::open(folder, Disk::default(), Timestamp::from_millis(i64::MIN)).expect("opens")
}

#[test]
fn what_was_added_changed_and_removed_is_so_after_opening_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut log = open(folder.path());
    let (one, two) = (log.add(note(5, "one\nline")).id, log.add(note(1, "two")).id);
    let three = log.add(note(3, "three")).id;
    assert!(log.edit(one, note(6, "other words")) && log.remove(three));
    assert!(!log.edit(three, note(6, "gone")) && !log.remove(AnnotationId(99)));
    log.note_gap(TimeRange { start: Timestamp::from_millis(10), end: Timestamp::from_millis(20) });
    log.note_gap(TimeRange { start: Timestamp::from_millis(20), end: Timestamp::from_millis(30) });
    log.note_gap(TimeRange { start: Timestamp::from_millis(40), end: Timestamp::from_millis(40) });
    log.flush().expect("written");
    let again = open(folder.path());
    assert_eq!(again.events().annotations, log.events().annotations);
    let texts: Vec<_> = again.events().annotations().into_iter().map(|a| (a.id, a.text.text.to_string())).collect();
    assert_eq!(texts, [(two, "two".to_owned()), (one, "other words".to_owned())]);
    assert_eq!(again.events().gaps, [TimeRange { start: Timestamp::from_millis(10), end: Timestamp::from_millis(30) }]);
    let mut again = again;
    assert_eq!(again.add(note(9, "four")).id, AnnotationId(three.0 + 1), "numbers are never given twice");
}

#[test]
fn a_full_disk_keeps_annotations_in_memory_and_the_next_flush_writes_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let room = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(150));
    let mut log = EventLog::open(folder.path(), Disk::with_room(room.clone()), Timestamp::default()).expect("opens");
    log.add(note(1, "fits"));
    log.flush().expect("there is room");
    let length = log.bytes();
    log.add(note(2, &"does not fit ".repeat(9)));
    assert!(log.flush().is_err());
    assert_eq!(fs::metadata(folder.path().join(EVENTS_FILE)).expect("there").len(), length, "nothing torn is left");
    assert_eq!(log.events().annotations.len(), 2);
    room.store(1000, std::sync::atomic::Ordering::Relaxed);
    log.flush().expect("there is room again");
    assert_eq!(open(folder.path()).events().annotations, log.events().annotations);
}

#[test]
fn a_newer_log_and_another_kind_of_file_are_refused_and_left_as_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(EVENTS_FILE);
    for (bytes, expect) in [
        (line(&Record::Format(2)), "was written by a newer Perfdesk (format 2; this one knows up to 1)"),
        (b"one\ntwo\n".to_vec(), "it is no log of annotations"),
    ] {
        fs::write(&path, &bytes).expect("written");
        let refusal = EventLog::open(folder.path(), Disk::default(), Timestamp::default()).expect_err("refused");
        assert!(refusal.to_string().contains(expect), "{refusal}");
        assert_eq!(fs::read(&path).expect("there"), bytes);
    }
}

#[test]
fn a_log_that_is_open_for_years_does_not_grow_without_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut log = open(folder.path());
    let id = log.add(note(0, "one note")).id;
    for i in 0..30_000 {
        assert!(log.edit(id, note(i, "one note")));
        if i % 1000 == 0 {
            log.flush().expect("written");
        }
    }
    log.flush().expect("written");
    let length = fs::metadata(folder.path().join(EVENTS_FILE)).expect("there").len();
    assert!(length < 3_000_000 && length == log.bytes(), "{length} bytes");
    assert_eq!(open(folder.path()).events().annotations, log.events().annotations);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Cut anywhere, a log says what it said at some flush before, and takes more; overwritten anywhere, it loses that
    /// line alone.
    #[test]
    fn a_cut_or_scratched_log_keeps_its_whole_lines(n in 1_usize..20, cut in 0.0..1.0_f64, scratch in any::<bool>()) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut log = open(folder.path());
        for i in 0..n {
            log.add(note(i as i64, &format!("note {i}")));
        }
        log.flush().expect("written");
        drop(log);
        let path = folder.path().join(EVENTS_FILE);
        let mut bytes = fs::read(&path).expect("there");
        let at = ((bytes.len() - 1) as f64 * cut) as usize;
        if scratch { bytes[at] ^= 0x15; } else { bytes.truncate(at); }
        let n_whole = bytes.split_inclusive(|b| *b == b'\n').filter(|l| l.ends_with(b"\n")
            && parse(&l[..l.len() - 1]).is_some_and(|r| matches!(r, Record::Put(_)))).count();
        fs::write(&path, &bytes).expect("written");
        let Ok(mut log) = EventLog::open(folder.path(), Disk::default(), Timestamp::from_millis(i64::MIN)) else {
            prop_assert_eq!(n_whole, 0);
            return Ok(());
        };
        prop_assert_eq!(log.events().annotations.len(), n_whole);
        log.add(note(100, "one more"));
        log.flush().expect("written");
        let again = open(folder.path());
        prop_assert_eq!(&again.events().annotations, &log.events().annotations);
    }
}
