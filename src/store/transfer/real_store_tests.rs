//! Transfers out of and into a real history on disk.

use std::path::Path;
use std::sync::Arc;

use super::fake::{ALWAYS, DAY, def};
use super::*;
use crate::model::{
    AnnotationKind, AnnotationText, BusyProcess, ExportFormat, HistorySettings, ProcessKey, SeriesId, SeriesInfo,
    SeriesKey, SourceId, Tier, TimeRange, Timestamp, Unit,
};
use crate::store::history::{HistoryRead, HistoryWrite as _, StoreTick, Writer};
use crate::store::progress::Unwatched;

/// Hours of samples, one every 10 s.
const HOURS: i64 = 9;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(DAY + millis)
}

fn open(folder: &Path) -> Writer {
    let settings = HistorySettings { full_hours: 1440, ..HistorySettings::default() };
    Writer::open(folder, settings, at(HOURS * 3_600_000)).expect("opened").0
}

fn filled(folder: &Path) -> Writer {
    let mut writer = open(folder);
    let defs = [def("cpu{cpu=\"0\"}", Unit::Ratio), def("disk.io", Unit::BytesPerSecond), def("rare", Unit::Celsius)];
    let infos: Vec<SeriesInfo> =
        defs.iter().zip(0..).map(|(def, i)| SeriesInfo { id: SeriesId(i), def: Arc::clone(def) }).collect();
    writer.know(infos.into());
    for i in 0..HOURS * 360 {
        // A silence of half an hour in the middle.
        if (1500..1680).contains(&i) {
            continue;
        }
        let mut values = vec![(SeriesId(0), (i % 97) as f32 / 97.0), (SeriesId(1), (i * i % 100_003) as f32)];
        if i % 30 == 0 {
            values.push((SeriesId(2), 40.0 + (i % 7) as f32));
        }
        let busy = BusyProcess {
            key: ProcessKey { pid: 100 + (i % 5) as u32, start_mark: 9 },
            name: "rustc".into(),
            command: "rustc --crate-name x".into(),
            user: "ada".into(),
            cpu_cores: Some(1.25),
            memory_bytes: Some(1024 * (1000 + i as u64)),
            read_bytes_per_second: None,
            write_bytes_per_second: Some(2048),
        };
        writer.append(&StoreTick {
            source: SourceId("sample"),
            at: at(i * 10_000),
            interval_millis: 10_000,
            values,
            processes: (i % 3 == 0).then(|| Arc::from([busy])),
        });
        if i % 60 == 0 {
            writer.flush(at(i * 10_000)).expect("flushed");
            writer.maintain(at(i * 10_000)).expect("maintained");
        }
    }
    writer.annotate(AnnotationText::at(at(5000), AnnotationKind::Note, "began"));
    writer.annotate(AnnotationText::at(at(9_000_000), AnnotationKind::Sleep, "slept"));
    writer
}

/// One value: tier, time, least, greatest, mean, count.
type Value = (Tier, i64, f32, f32, f32, u32);

fn values(read: &dyn HistoryRead, key: &SeriesKey) -> Vec<Value> {
    let mut values = Vec::new();
    read.visit(Some(std::slice::from_ref(key)), ALWAYS, Tier::Full, &mut |segment| {
        for column in &segment.columns {
            assert_eq!(column.def.key, *key);
            for (i, at) in column.times(&segment).enumerate() {
                let (min, max, mean, count) = column.values.at(i).expect("a value");
                values.push((segment.tier, at, min, max, mean, count));
            }
        }
        Ok(())
    })
    .expect("visited");
    values
}

fn keys(read: &dyn HistoryRead) -> Vec<SeriesKey> {
    let mut keys: Vec<SeriesKey> = read.series().expect("series").iter().map(|def| def.key.clone()).collect();
    keys.sort();
    keys
}

fn readings(read: &dyn HistoryRead) -> Vec<(i64, Vec<BusyProcess>)> {
    let mut readings = Vec::new();
    read.visit(None, ALWAYS, Tier::Full, &mut |segment| {
        for reading in &segment.processes {
            readings.push((segment.times[reading.row as usize], reading.processes.clone()));
        }
        Ok(())
    })
    .expect("visited");
    readings
}

fn import_text(writer: &mut Writer, folder: &Path, name: &str, text: &[u8]) -> ImportSummary {
    let path = folder.join(format!("{name}.csv"));
    std::fs::write(&path, text).expect("written");
    let mapping = preview(&path).expect("a look").mapping;
    import_csv(&path, &mapping, writer, &mut Unwatched).expect("taken")
}

#[test]
fn an_archive_makes_the_same_history_in_an_empty_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = filled(&folder.path().join("one"));
    let rows: String = (0..5000).map(|i| format!("{},{i}\n", DAY / 1000 + i)).collect();
    import_text(&mut writer, folder.path(), "night run", format!("time,v\n{rows}").as_bytes());
    let path = folder.path().join("all.pda");
    let read = writer.reader();
    let summary = export_archive(&*read, &path, &mut Unwatched).expect("archived");
    assert_eq!((summary.n_recordings, summary.n_annotations), (1, 2));

    let mut other = open(&folder.path().join("two"));
    let back = other.reader();
    let taken = import_archive(&path, &*back, &mut other, &mut Unwatched).expect("taken");
    assert_eq!((taken.n_taken, taken.n_skipped, taken.remarks.len()), (summary.n_values, 0, 0), "{taken:?}");
    let check = |back: &dyn HistoryRead| {
        assert_eq!(keys(back), keys(&*read));
        for key in keys(&*read) {
            assert!(!values(&*read, &key).is_empty());
            assert_eq!(values(back, &key), values(&*read, &key), "{key}");
        }
        assert_eq!(readings(back), readings(&*read));
        let texts = |read: &dyn HistoryRead| {
            read.annotations().expect("annotations").into_iter().map(|a| a.text).collect::<Vec<_>>()
        };
        assert_eq!(texts(back), texts(&*read));
        let range = TimeRange { start: at(0), end: at(HOURS * 3_600_000) };
        assert_eq!(back.gaps(range).expect("gaps"), read.gaps(range).expect("gaps"));
        assert!(!back.gaps(range).expect("gaps").is_empty());
        let names = |read: &dyn HistoryRead| {
            read.status()
                .expect("status")
                .imports
                .into_iter()
                .map(|i| (i.name, i.covers, i.n_series))
                .collect::<Vec<_>>()
        };
        assert_eq!(names(back), names(&*read));
    };
    check(&*back);

    // Again it adds nothing, and it is all there after the folder is opened anew.
    let taken = import_archive(&path, &*back, &mut other, &mut Unwatched).expect("taken");
    assert_eq!((taken.n_taken, taken.n_annotations, taken.recordings.len()), (0, 0, 0));
    check(&*back);
    other.close(at(HOURS * 3_600_000)).expect("closed");
    check(&*open(&folder.path().join("two")).reader());
}

#[test]
fn an_export_of_samples_and_of_buckets_comes_back_as_a_recording() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = filled(&folder.path().join("one"));
    let read = writer.reader();
    let mut text = Vec::new();
    let summary = export(&*read, None, ALWAYS, ExportFormat::Csv, &mut text, &mut Unwatched).expect("exported");
    let taken = import_text(&mut writer, folder.path(), "again", &text);
    assert_eq!((taken.n_values, taken.n_bad), (summary.n_values, 0));
    for key in keys(&*read).into_iter().filter(|key| key.attribute("import").is_none()) {
        assert_eq!(values(&*read, &imported(&key, "again")), values(&*read, &key), "{key}");
    }

    let buckets: String = (0..300)
        .map(|i| {
            let time = chrono::DateTime::from_timestamp_millis(DAY + i * 60_000).expect("a time");
            format!("{},60,{i},{},{},{}\r\n", time.to_rfc3339(), i - 1, i + 1, 60 - i % 3)
        })
        .collect();
    let head = "time,bucket_seconds,a [By],a [By] min,a [By] max,a [By] count\r\n";
    let taken = import_text(&mut writer, folder.path(), "coarse", format!("{head}{buckets}").as_bytes());
    assert_eq!((taken.n_values, taken.n_bad), (300, 0));
    let found = values(&*read, &imported(&SeriesKey::new("a", &[]), "coarse"));
    let expect: Vec<Value> = (0..300_i64)
        .map(|i| {
            let v = i as f32;
            (Tier::Minute, DAY + i * 60_000, v - 1.0, v + 1.0, v, 60 - (i % 3) as u32)
        })
        .collect();
    assert_eq!(found, expect);
    assert!(writer.remove_recording("coarse").expect("removed"));
    assert!(values(&*read, &imported(&SeriesKey::new("a", &[]), "coarse")).is_empty());
}

fn imported(key: &SeriesKey, recording: &str) -> SeriesKey {
    let mut attributes: Vec<(&str, &str)> = key.attributes().collect();
    attributes.push(("import", recording));
    SeriesKey::new(key.metric(), &attributes)
}

#[test]
fn an_import_that_fails_or_is_ended_leaves_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let history = folder.path().join("one");
    let mut writer = open(&history);
    let path = folder.path().join("bad.csv");
    std::fs::write(&path, "time,v\nnever,1\n2026-11-24 03:00:00,\n").expect("written");
    let mut mapping = preview(&path).expect("a look").mapping;
    mapping.columns = vec![crate::model::ImportColumn { index: 1, name: "v".into(), unit: Unit::Ratio, factor: 1.0 }];
    let before = names(&history);
    import_csv(&path, &mapping, &mut writer, &mut Unwatched).expect_err("no row");
    assert_eq!(names(&history), before);
    assert!(writer.reader().status().expect("status").imports.is_empty());
}

/// Every file under a folder.
fn names(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.metadata() {
            Ok(meta) if meta.is_dir() => names.extend(self::names(&entry.path())),
            _ => names.push(entry.path().display().to_string()),
        }
    }
    names.sort();
    names
}
