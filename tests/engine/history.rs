//! History through the engine with its real threads and a real store in a folder, over made-up probes and time.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use perfdesk::engine::{Engine, EngineOptions};
use perfdesk::model::{
    Annotation, AnnotationCommand, AnnotationKind, AnnotationText, Command, ExportFormat, Folders, HistoryCommand,
    HistoryState, ProbeId, SeriesDef, SeriesGroup, SeriesId, SeriesKey, Severity, Slot, Snapshot, TaskCommand,
    TaskRequest, TaskState, TimeRange, Timestamp, Unit, ViewCommand, ViewId, ViewRange, ViewRequest,
};
use perfdesk::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

use super::test_pace::TestClock;

/// Gives the seconds of its wall clock, since the made-up time began, as its value.
struct Seconds(Option<Slot>);

impl Probe for Seconds {
    fn id(&self) -> ProbeId {
        ProbeId("seconds")
    }
    fn title(&self) -> &'static str {
        "Seconds"
    }
    fn group(&self) -> SeriesGroup {
        SeriesGroup::Cpu
    }
    fn cadence(&self) -> Cadence {
        Cadence::EveryTick
    }
    fn read(&mut self, now: Moment, out: &mut Recorder) -> Result<(), ProbeError> {
        let slot = *self.0.get_or_insert_with(|| {
            out.define(SeriesDef {
                key: SeriesKey::new("test.seconds", &[]),
                unit: Unit::Seconds,
                group: SeriesGroup::Cpu,
                name: "Seconds".into(),
                instance: "".into(),
                probe: ProbeId("seconds"),
                cadence: None,
            })
        });
        out.put(slot, now.at.since(TestClock::at(0)).as_secs_f64());
        Ok(())
    }
}

struct Run {
    engine: Engine,
    clock: TestClock,
    ticks: Sender<u64>,
    published: Receiver<()>,
}

impl Run {
    /// A run whose made-up time begins so many seconds after that of the first.
    fn start(folder: &Path, begins: i64) -> Self {
        let (ticks, receiver) = mpsc::channel();
        let clock = TestClock::default();
        clock.set_ahead.store(begins * 1000, Ordering::SeqCst);
        let engine = Engine::start(EngineOptions {
            folders: Folders { config: folder.join("config"), data: folder.join("data") },
            probes: Arc::new(|| vec![Box::new(Seconds(None))]),
            pace: clock.pace(Arc::new(Mutex::new(receiver))),
            wall: clock.wall(),
            world: clock.world(),
            apply_pace: clock.apply_pace(),
            receives: false,
        })
        .expect("the engine starts");
        let (publishing, published) = mpsc::channel();
        engine.handle().on_publish(move || {
            let _ = publishing.send(());
        });
        Self { engine, clock, ticks, published }
    }

    /// A run whose history is open and holds the note of its start: the store has nothing left to do.
    fn begin(folder: &Path, begins: i64) -> Self {
        let run = Self::start(folder, begins);
        run.until("history is open", |s| matches!(s.history.state, HistoryState::Writing));
        let is_own = |a: &Annotation| a.text.kind == AnnotationKind::Start && a.text.at == TestClock::at(begins);
        run.until("the note of the start", |s| s.annotations.iter().any(is_own));
        run.until("the profiles", |s| !s.tuning.profiles.is_empty());
        run
    }

    fn until(&self, what: &str, is_true: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
        loop {
            let snapshot = self.engine.handle().snapshot();
            if is_true(&snapshot) {
                return snapshot;
            }
            let waited = self.published.recv_timeout(Duration::from_secs(20));
            let snapshot = self.engine.handle().snapshot();
            assert!(waited.is_ok() || is_true(&snapshot), "never came: {what}: {:?}", snapshot.notices);
        }
    }

    fn send(&self, command: Command) {
        assert!(self.engine.handle().send(command), "taken");
    }

    /// Ticks at these seconds of the run, each awaited.
    fn tick(&self, seconds: impl IntoIterator<Item = u64>) -> Arc<Snapshot> {
        let mut last = self.engine.handle().snapshot();
        for second in seconds {
            let before = last.health.n_passes;
            self.ticks.send(second).expect("running");
            last = self.until("a tick", |s| s.health.n_passes > before);
        }
        last
    }

    fn view(&self, id: u64, range: ViewRange) -> Arc<Snapshot> {
        let request = ViewRequest { series: [SeriesId(0)].into(), range, width_px: 1000 };
        self.send(Command::View(ViewCommand::Subscribe { id: ViewId(id), request }));
        self.until("the view", |s| s.views.get(&ViewId(id)).is_some_and(|view| !view.is_loading))
    }

    /// Waits until the store has done all that was asked of it so far: a note goes the same way as ticks.
    fn settle(&self) -> Arc<Snapshot> {
        let n_here = |s: &Snapshot| s.annotations.iter().filter(|a| &*a.text.text == "here").count();
        let n = n_here(&self.engine.handle().snapshot());
        let note = AnnotationText::at(TestClock::at(30), AnnotationKind::Note, "here");
        self.send(Command::Annotation(AnnotationCommand::Add(note)));
        self.until("the note", |s| n_here(s) > n)
    }

    fn end(mut self) {
        assert!(self.engine.stop(), "all threads end");
    }
}

fn hour() -> ViewRange {
    ViewRange::Live { span: Duration::from_secs(3600) }
}

fn notes(snapshot: &Snapshot) -> Vec<String> {
    let text =
        |a: &Annotation| format!("{} {}", (a.text.at.as_millis() - TestClock::at(0).as_millis()) / 1000, a.text.text);
    snapshot.annotations.iter().map(text).collect()
}

#[test]
fn what_was_sampled_before_a_restart_is_in_the_chart_after_it_with_the_gap_between() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = Run::begin(folder.path(), 0);
    first.tick(1..=60);
    first.settle();
    first.end();
    let second = Run::begin(folder.path(), 600);
    second.tick(1..=30);
    let snapshot = second.view(1, hour());
    let view = &snapshot.views[&ViewId(1)];
    let buckets = &view.curves[0].buckets;
    let values: Vec<f32> = buckets.iter().map(|b| b.max).collect();
    let expect: Vec<f32> = (0..=60).chain(600..=630).map(|n| n as f32).collect();
    assert_eq!(buckets.iter().map(|b| b.count as usize).sum::<usize>(), expect.len(), "{values:?}");
    if view.step <= Duration::from_secs(1) {
        assert_eq!(values, expect);
    }
    let breaks: Vec<Timestamp> = buckets.iter().filter(|b| b.gap_before).map(|b| b.at).collect();
    assert_eq!(breaks, [TestClock::at(600)]);
    assert_eq!(view.gaps.len(), 1, "{:?}", view.gaps);
    assert!(view.gaps[0].contains(TestClock::at(300)));
    let snapshot = second.until("the note of this start", |s| s.annotations.len() == 4);
    assert_eq!(
        notes(&snapshot),
        ["0 Perfdesk 0.1.0 started", "30 here", "60 Perfdesk stopped", "600 Perfdesk 0.1.0 started"]
    );
    // One click on the past, and one in the silence.
    second.send(Command::History(HistoryCommand::Inspect(Some(TestClock::at(42)))));
    let moment = second.until("the moment", |s| s.moment.is_some()).moment.clone().expect("there");
    assert_eq!((moment.at, moment.values[0].mean, moment.annotations.len()), (Some(TestClock::at(42)), 42.0, 3));
    second.send(Command::History(HistoryCommand::Inspect(Some(TestClock::at(300)))));
    let is_gap = |s: &Snapshot| s.moment.as_ref().is_some_and(|m| m.asked == TestClock::at(300));
    let moment = second.until("the silence", is_gap).moment.clone().expect("there");
    assert!(moment.at.is_none() && moment.gap.is_some_and(|gap| gap.contains(TestClock::at(300))), "{moment:?}");
    second.end();
}

#[test]
fn a_history_that_cannot_be_opened_is_tried_again_and_loses_no_note() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("data/history");
    std::fs::create_dir_all(folder.path().join("data")).expect("made");
    std::fs::write(&place, "not a folder").expect("written");
    let run = Run::start(folder.path(), 0);
    let stalled = run.until("the notice", |s| !s.notices.is_empty());
    assert_eq!(
        (&*stalled.notices[0].text, stalled.notices[0].severity),
        ("History is not being written", Severity::Error)
    );
    run.tick(1..=5);
    let n = run.settle().annotations.len();
    assert!(n >= 2, "{:?}", notes(&run.engine.handle().snapshot()));
    std::fs::remove_file(&place).expect("removed");
    run.tick(6..=21);
    let resumed = run.until("the resumption", |s| s.history.state == HistoryState::Writing);
    let told: Vec<&str> = resumed.notices.iter().map(|notice| &*notice.text).collect();
    assert_eq!(told, ["History is written again"]);
    run.end();
    let next = Run::begin(folder.path(), 100);
    let kept = notes(&next.settle());
    for text in ["0 Perfdesk 0.1.0 started", "30 here", "21 Perfdesk stopped"] {
        assert!(kept.iter().any(|note| note == text), "{text}: {kept:?}");
    }
    next.end();
}

#[test]
fn each_tick_is_published_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = Run::begin(folder.path(), 0);
    let before = run.tick(1..=2);
    let after = run.tick(3..=62);
    let n_published = after.seq - before.seq;
    // Beside the ticks: files were looked at every 5 s and history was made safe every 10 s, of which nothing is told.
    assert_eq!(n_published, 60, "publications in 60 ticks");
    run.end();
}

#[test]
fn sleep_and_a_clock_that_is_set_leave_notes_and_times_that_only_grow() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = Run::begin(folder.path(), 0);
    run.tick(1..=20);
    run.clock.slept.store(3_600_000, Ordering::SeqCst);
    run.tick(21..=40);
    run.clock.set_ahead.store(-1_800_000, Ordering::SeqCst);
    run.tick(41..=60);
    run.clock.set_ahead.store(1_800_000, Ordering::SeqCst);
    let snapshot = run.tick(61..=80);
    let expect = [
        "0 Perfdesk 0.1.0 started",
        "20 The machine slept for 1 h",
        "1841 The clock was set back by 30 min",
        "1860 The clock was set forward by 1 h",
    ];
    let snapshot =
        if snapshot.annotations.len() < 4 { run.until("notes", |s| s.annotations.len() == 4) } else { snapshot };
    assert_eq!(notes(&snapshot), expect);
    assert!(snapshot.annotations.iter().all(|a| a.text.until.is_none_or(|until| until > a.text.at)));
    let range = TimeRange { start: TestClock::at(-60), end: TestClock::at(10_000) };
    let view = run.view(1, ViewRange::Fixed(range)).views[&ViewId(1)].clone();
    assert!(view.curves[0].buckets.windows(2).all(|pair| pair[0].at < pair[1].at), "times only grow");
    assert!(view.gaps.iter().all(|gap| gap.start < gap.end));
    run.end();
}

#[test]
fn a_run_that_is_cut_off_is_noted_at_its_last_tick() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = Run::begin(folder.path(), 0);
    first.tick(1..=30);
    // What a kill leaves: the files as they are after the last flush.
    assert_eq!(first.settle().history.flushed_at, Some(TestClock::at(30)));
    let cut_off = tempfile::tempdir().expect("a folder");
    copy(&folder.path().join("data/history"), &cut_off.path().join("data/history"));
    first.end();
    let second = Run::begin(cut_off.path(), 100);
    let is_own = |a: &&Annotation| a.text.kind == AnnotationKind::Stop;
    let snapshot = second.until("the note", |s| s.annotations.iter().any(|a| is_own(&a)));
    let ended = snapshot.annotations.iter().find(is_own).expect("there");
    assert_eq!(ended.text.at, TestClock::at(30));
    assert_eq!(&*ended.text.text, "Perfdesk ended without a word at about 22:13 UTC on 2023-11-14");
    second.end();
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("made");
    for entry in std::fs::read_dir(from).expect("read") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

#[test]
fn a_recording_of_another_tool_is_looked_at_imported_charted_and_taken_out_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let csv = folder.path().join("other.csv");
    let rows: String = (0..50).map(|n| format!("{},{n}\n", TestClock::at(n - 100).as_millis() / 1000)).collect();
    std::fs::write(&csv, format!("time,load\n{rows}bad row,x\n")).expect("written");
    let run = Run::begin(folder.path(), 0);
    run.tick(1..=30);
    let start = |request| run.send(Command::Task(TaskCommand::Start(request)));
    start(TaskRequest::PreviewImport { path: csv.clone() });
    let seen = run.until("the preview", |s| s.import_preview.is_some());
    let mapping = seen.import_preview.as_ref().expect("there").mapping.clone();
    let name: Arc<str> = mapping.recording.as_str().into();
    start(TaskRequest::ImportCsv { path: csv, mapping });
    let is_imported = |s: &Snapshot| s.history.imports.len() == 1 && s.series.len() == 2;
    let imported = run.until("the recording", is_imported);
    let [task] = &*imported.tasks else { panic!("the look has left the list: {:?}", imported.tasks) };
    assert!(matches!(&task.state, TaskState::Done { remarks, .. } if !remarks.is_empty()));
    assert_eq!(imported.series[1].def.group, SeriesGroup::Imported);
    let request = ViewRequest { series: [SeriesId(1), SeriesId(0)].into(), range: hour(), width_px: 1000 };
    run.send(Command::View(ViewCommand::Subscribe { id: ViewId(1), request }));
    run.until("the view", |s| s.views.get(&ViewId(1)).is_some_and(|view| !view.is_loading));
    let count = |s: &Snapshot, i: usize| s.views[&ViewId(1)].curves[i].buckets.iter().map(|b| b.count).sum::<u32>();
    let shown = run.tick(31..=40);
    assert_eq!((count(&shown, 0), count(&shown, 1)), (50, 41));
    start(TaskRequest::RemoveImport { name });
    run.until("the removal", |s| s.history.imports.is_empty());
    run.until("an empty curve", |s| !s.views[&ViewId(1)].is_loading && count(s, 0) == 0);
    run.end();
}

#[test]
fn a_whole_history_goes_into_an_archive_and_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join("all.pdarchive");
    let first = Run::begin(&folder.path().join("one"), 0);
    first.tick(1..=30);
    first.settle();
    let over = |run: &Run| run.until("the task", |s| s.tasks.last().is_some_and(|task| task.state.is_over()));
    first.send(Command::Task(TaskCommand::Start(TaskRequest::ExportArchive { path: archive.clone() })));
    assert!(matches!(over(&first).tasks[0].state, TaskState::Done { .. }), "{:?}", over(&first).tasks);
    first.end();
    let second = Run::begin(&folder.path().join("two"), 1000);
    second.send(Command::Task(TaskCommand::Start(TaskRequest::ImportArchive { path: archive })));
    assert!(matches!(over(&second).tasks[0].state, TaskState::Done { .. }), "{:?}", over(&second).tasks);
    second.until("its notes", |s| s.annotations.iter().any(|a| &*a.text.text == "here"));
    let snapshot = second.view(1, hour());
    let values: u32 = snapshot.views[&ViewId(1)].curves[0].buckets.iter().map(|b| b.count).sum();
    assert_eq!(values, 32, "31 of the first run and one of this");
    second.end();
}

#[test]
fn an_export_appears_whole_and_one_that_is_cancelled_or_fails_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = Run::begin(folder.path(), 0);
    run.tick(1..=30);
    run.settle();
    let start = |path: &Path| {
        let range = TimeRange { start: TestClock::at(0), end: TestClock::at(100) };
        let request = TaskRequest::Export { range, series: [].into(), format: ExportFormat::Csv, path: path.into() };
        run.send(Command::Task(TaskCommand::Start(request)));
    };
    let good = folder.path().join("out/good.csv");
    start(&good);
    let done = run.until("the export", |s| s.tasks.last().is_some_and(|task| task.state.is_over()));
    assert!(
        matches!(&done.tasks[0].state, TaskState::Done { files, .. } if files[..] == [good.clone()]),
        "{:?}",
        done.tasks
    );
    let text = std::fs::read_to_string(&good).expect("there");
    assert_eq!(text.lines().filter(|line| line.starts_with("20")).count(), 31, "{text}");
    assert!(done.notices.iter().any(|notice| notice.severity == Severity::Success));
    // A folder stands where the file should: it fails, and nothing is left.
    start(&folder.path().join("out"));
    let failed = run.until("the failure", |s| s.tasks.len() == 2 && s.tasks[1].state.is_over());
    assert!(matches!(failed.tasks[1].state, TaskState::Failed { .. }), "{:?}", failed.tasks);
    // Many at once, all but the first ended while they wait or run.
    for i in 0..8 {
        start(&folder.path().join(format!("out/cancelled{i}.csv")));
    }
    for id in failed.tasks[1].id.0 + 1..failed.tasks[1].id.0 + 9 {
        run.send(Command::Task(TaskCommand::Cancel(perfdesk::model::TaskId(id))));
    }
    let over = run.until("all over", |s| s.tasks.len() == 10 && s.tasks.iter().all(|task| task.state.is_over()));
    let mut names: Vec<String> = std::fs::read_dir(folder.path().join("out"))
        .expect("read")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let n_done = over.tasks.iter().filter(|task| matches!(task.state, TaskState::Done { .. })).count();
    assert!(names.len() == n_done && names.iter().all(|name| name.ends_with(".csv")), "{names:?} {:?}", over.tasks);
    run.end();
}
