//! Reports gathered out of a history in memory, and their files.

use std::path::Path;

use super::*;
use crate::engine::fake_history::{FakeHistory, series};

use crate::model::{
    Annotation, AnnotationId, AnnotationKind, AnnotationText, MachineInfo, SeriesKey, Tier, Timestamp, Units,
};
use crate::store::progress::{Cancelled, Unwatched};

fn seconds(start: i64, end: i64) -> TimeRange {
    TimeRange { start: Timestamp::from_millis(start * 1000), end: Timestamp::from_millis(end * 1000) }
}

/// Ten minutes: a processor with one spike at 300 s, a program, and a silence from 400 s to 450 s.
fn history() -> FakeHistory {
    let def = |metric: &str, attributes: &[(&str, &str)], unit, name: &str| {
        series(&SeriesKey::new(metric, attributes), unit, name)
    };
    let cpu = def("system.cpu.utilization", &[], Unit::Ratio, "CPU total");
    let make = def("process.cpu.utilization", &[("process.executable.name", "make")], Unit::Cores, "make");
    let core = def("system.cpu.utilization", &[("cpu.logical_number", "0")], Unit::Ratio, "CPU");
    let idle = def("process.cpu.utilization", &[("process.executable.name", "idle")], Unit::Cores, "idle");
    let load = |from: i64, n: i64| -> Vec<f32> {
        (from..from + n).map(|i| if i == 300 { 1.0 } else { 0.1 + (i * 7 % 11) as f32 / 1000.0 }).collect()
    };
    let mut history = FakeHistory::default();
    for (from, n) in [(0, 400), (450, 150)] {
        let flat = |value: f32| vec![value; n as usize];
        history.add(from, &[(&cpu, load(from, n)), (&make, flat(0.5)), (&core, load(from, n)), (&idle, flat(0.0))]);
    }
    history.gaps = vec![seconds(400, 450)];
    history.annotations = (0..3)
        .map(|i| Annotation {
            id: AnnotationId(i),
            text: AnnotationText::at(
                Timestamp::from_millis(i as i64 * 599_000),
                AnnotationKind::Note,
                format!("note {i}"),
            ),
        })
        .collect();
    history
}

fn plan<'a>(range: TimeRange, series: &'a [SeriesKey], machine: Option<&'a MachineInfo>) -> ReportPlan<'a> {
    ReportPlan {
        range,
        series,
        title: "",
        remarks: "",
        machine,
        units: Units::default(),
        generated_at: Timestamp::from_millis(0),
        offset_seconds: 0,
    }
}

#[test]
fn the_sensible_choice_has_the_machine_and_its_busy_programs() {
    let doc = gather(&history(), &plan(seconds(0, 600), &[], None), &mut Unwatched).expect("a report");
    let charts: Vec<(&str, usize)> = doc.charts.iter().map(|chart| (&*chart.title, chart.curves.len())).collect();
    assert_eq!(charts, [("CPU", 1), ("Busiest programs", 1)]);
    let figures: Vec<(&str, u64, f64)> =
        doc.figures.iter().map(|row| (&*row.def.name, row.n_samples, row.max)).collect();
    assert_eq!(figures, [("CPU total", 550, 1.0), ("make", 550, 0.5)]);
    assert_eq!(doc.kept, crate::report::Kept { tier: Tier::Full, interval_millis: 1000 });
    assert_eq!((doc.gaps.clone(), doc.covers), (vec![seconds(400, 450)], Some(seconds(0, 599))));
    assert_eq!(doc.annotations.len(), 2);
    let moment = doc.moments.first().expect("the spike");
    assert_eq!((moment.notable.at.as_millis(), moment.notable.value), (300_000, 1.0));
    assert_eq!(&*moment.processes[0].name, "make");
}

#[test]
fn chosen_series_are_shown_and_what_is_missing_is_told() {
    let keys = ["system.cpu.utilization{cpu.logical_number=\"0\"}", "system.cpu.utilization", "nothing"]
        .map(|key| key.parse::<SeriesKey>().expect(key));
    let machine = MachineInfo { host: "box".into(), ..MachineInfo::default() };
    let doc = gather(&history(), &plan(seconds(0, 300), &keys, Some(&machine)), &mut Unwatched).expect("a report");
    let titles: Vec<(&str, usize)> = doc.charts.iter().map(|chart| (&*chart.title, chart.curves.len())).collect();
    assert_eq!(titles, [("CPU, CPU total", 2)]);
    assert_eq!(doc.left_out, ["History knows no series nothing"]);
    assert!(doc.machine_note.contains("as it was when the report was made"));
    assert_eq!((doc.moments.len(), doc.annotations.len(), doc.gaps.len()), (0, 1, 0));
}

#[test]
fn minutes_are_told_to_be_minutes() {
    let doc = gather(&history().into_minutes(), &plan(seconds(0, 420), &[], None), &mut Unwatched).expect("a report");
    assert_eq!(doc.kept.tier, Tier::Minute);
    assert_eq!((doc.figures[0].n_samples, doc.figures[0].n_values), (420, 7));
}

#[test]
fn a_period_without_anything_is_a_report_too() {
    let doc = gather(&history(), &plan(seconds(9000, 9600), &[], None), &mut Unwatched).expect("a report");
    assert_eq!((doc.covers, doc.charts.len(), doc.figures.len(), doc.moments.len()), (None, 0, 0, 0));
}

#[test]
fn the_forms_stand_beside_one_another() {
    for (path, format, expect) in [
        ("/a/report.html", ReportFormat::Html, "/a/report.html"),
        ("/a/report.HTM", ReportFormat::Html, "/a/report.HTM"),
        ("/a/report.html", ReportFormat::Json, "/a/report.json"),
        ("/a/week 2026.47", ReportFormat::Html, "/a/week 2026.47.html"),
        ("/a/report.md", ReportFormat::Html, "/a/report.html"),
        ("report", ReportFormat::Csv, "report.csv"),
    ] {
        assert_eq!(path_of(Path::new(path), format), Path::new(expect));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("new").join("r.html");
    let end = write_report(&history(), &plan(seconds(0, 600), &[], None), (&path, &ReportFormat::ALL), &mut Unwatched)
        .expect("written");
    assert_eq!(end.files.len(), 4);
    assert!(end.files.iter().all(|file| std::fs::metadata(file).is_ok_and(|file| file.len() > 100)), "{:?}", end.files);
    assert!(end.text.starts_with("Report of 10\u{2009}min: 2 series, 1 notable moment, "), "{}", end.text);
}

#[test]
fn nothing_is_left_of_a_report_that_is_ended_or_fails() {
    /// Ends the work at its n-th step.
    struct EndAt(usize);
    impl Progress for EndAt {
        fn step(&mut self, done: Option<f32>, _: &str) -> Result<(), Cancelled> {
            assert!(done.is_some_and(|done| (0.0..=1.0).contains(&done)), "{done:?}");
            self.0 = self.0.checked_sub(1).ok_or(Cancelled)?;
            Ok(())
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("r.html");
    let n_files = || std::fs::read_dir(folder.path()).expect("the folder").count();
    let mut n_ended = 0;
    for steps in 0.. {
        let target = (&*path, &ReportFormat::ALL[..]);
        match write_report(&history(), &plan(seconds(0, 600), &[], None), target, &mut EndAt(steps)) {
            Err(TaskError::Cancelled(_)) => assert_eq!(n_files(), 0, "after {steps} steps"),
            outcome => {
                assert!(outcome.is_ok(), "{outcome:?}");
                break;
            }
        }
        n_ended = steps;
    }
    assert!(n_ended > 5, "{n_ended}");
    let full = folder.path().join("r.json");
    std::fs::remove_file(&full).expect("removed");
    std::fs::create_dir(&full).expect("a folder in the way");
    let target = (&*path, &[ReportFormat::Json][..]);
    let outcome = write_report(&history(), &plan(seconds(0, 600), &[], None), target, &mut Unwatched);
    assert!(matches!(&outcome, Err(TaskError::Failed(why)) if why.contains("r.json")), "{outcome:?}");
    let backwards = plan(seconds(600, 0), &[], None);
    let outcome = write_report(&history(), &backwards, (&path, &ReportFormat::ALL), &mut Unwatched);
    assert!(matches!(&outcome, Err(TaskError::Failed(why)) if why.contains("later end")), "{outcome:?}");
}

#[test]
fn what_a_store_has_written_is_reported_beside_it() {
    use std::sync::Arc;

    use crate::model::{BusyProcess, HistorySettings, ProcessKey, SeriesId, SeriesInfo, SourceId};
    use crate::store::history::{Reader, StoreTick, Writer};

    let folder = tempfile::tempdir().expect("a folder");
    let moment = |second: i64| Timestamp::from_millis((1_795_525_200 + second) * 1000);
    let (mut writer, _) = Writer::open(folder.path(), HistorySettings::default(), moment(0)).expect("a store");
    let cpu = series(&SeriesKey::new("system.cpu.utilization", &[]), Unit::Ratio, "CPU total");
    writer.know([SeriesInfo { id: SeriesId(0), def: cpu }].into());
    let busy = |name: &str, cpu_cores: f32| BusyProcess {
        key: ProcessKey { pid: 9, start_mark: 1 },
        name: name.into(),
        command: name.into(),
        user: "ann".into(),
        cpu_cores: Some(cpu_cores),
        memory_bytes: Some(1 << 20),
        read_bytes_per_second: None,
        write_bytes_per_second: None,
    };
    for second in 0..3000 {
        let is_spike = second == 2000;
        let value = if is_spike { 0.96875 } else { 0.2 + (second * 7 % 11) as f32 / 1000.0 };
        let processes: Arc<[BusyProcess]> =
            if is_spike { [busy("calm", 0.1), busy("culprit", 3.5)].into() } else { [busy("calm", 0.1)].into() };
        writer.append(&StoreTick {
            source: SourceId("local"),
            at: moment(second),
            interval_millis: 1000,
            values: vec![(SeriesId(0), value)],
            processes: Some(processes),
        });
    }
    writer.annotate(AnnotationText::at(moment(1999), AnnotationKind::Note, "the button was pressed"));
    writer.flush(moment(3000)).expect("flushed");
    let range = TimeRange { start: moment(0), end: moment(3000) };
    let outside = Reader::open(folder.path()).expect("a reader");
    let doc = gather(&outside, &plan(range, &[], None), &mut Unwatched).expect("a report");
    assert_eq!((doc.figures[0].n_samples, doc.kept.tier, doc.gaps.len()), (3000, Tier::Full, 0));
    assert_eq!(
        (doc.figures[0].max, &*doc.annotations[0].text.text),
        (f64::from(0.96875_f32), "the button was pressed")
    );
    let moment_told = doc.moments.first().expect("the spike");
    assert_eq!((moment_told.notable.at, &*moment_told.processes[0].name), (moment(2000), "culprit"));
    let n_buckets = doc.charts[0].curves[0].buckets.len();
    assert!((600..=1400).contains(&n_buckets), "{n_buckets}");
}
