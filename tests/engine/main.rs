//! The engine with its real threads, over made-up probes and made-up time. Nothing here sleeps.

mod alerts;
mod history;
mod real_machine;
mod test_pace;
mod tuning;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use self::test_pace::TestClock;
use perfdesk::engine::{Engine, EngineOptions, StartError};
use perfdesk::model::{
    Command, Folders, LayoutCommand, Layouts, ProbeId, ProbeState, SeriesDef, SeriesGroup, SeriesId, SeriesKey,
    Settings, SettingsCommand, Slot, Snapshot, Unit, ViewCommand, ViewId, ViewRange, ViewRequest, WorkerState,
};
use perfdesk::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

/// Counts its readings; panics at the third reading of the whole test.
struct Fragile {
    slot: Option<Slot>,
    n_readings: Arc<AtomicU32>,
}

impl Probe for Fragile {
    fn id(&self) -> ProbeId {
        ProbeId("fragile")
    }
    fn title(&self) -> &'static str {
        "Fragile"
    }
    fn group(&self) -> SeriesGroup {
        SeriesGroup::Cpu
    }
    fn cadence(&self) -> Cadence {
        Cadence::EveryTick
    }
    fn read(&mut self, _now: Moment, out: &mut Recorder) -> Result<(), ProbeError> {
        let n = self.n_readings.fetch_add(1, Ordering::SeqCst);
        assert!(n != 2, "the third reading breaks");
        let slot = *self.slot.get_or_insert_with(|| {
            out.define(SeriesDef {
                key: SeriesKey::new("system.cpu.utilization", &[]),
                unit: Unit::Ratio,
                group: SeriesGroup::Cpu,
                name: "CPU".into(),
                instance: "".into(),
                probe: ProbeId("fragile"),
                cadence: None,
            })
        });
        out.put(slot, f64::from(n));
        Ok(())
    }
}

struct World {
    engine: Engine,
    ticks: Sender<u64>,
    published: Receiver<()>,
    folder: tempfile::TempDir,
}

fn world() -> World {
    let folder = tempfile::tempdir().expect("a folder");
    let (ticks, receiver) = mpsc::channel();
    let receiver = Arc::new(Mutex::new(receiver));
    let clock = TestClock::default();
    let n_readings = Arc::new(AtomicU32::new(0));
    let options = EngineOptions {
        folders: folders(&folder),
        probes: Arc::new(move || vec![Box::new(Fragile { slot: None, n_readings: n_readings.clone() })]),
        pace: clock.pace(receiver.clone()),
        wall: clock.wall(),
        world: clock.world(),
        apply_pace: clock.apply_pace(),
        receives: false,
    };
    let engine = Engine::start(options).expect("the engine starts");
    let (publishing, published) = mpsc::channel();
    engine.handle().on_publish(move || {
        let _ = publishing.send(());
    });
    World { engine, ticks, published, folder }
}

fn folders(folder: &tempfile::TempDir) -> Folders {
    Folders { config: folder.path().join("config"), data: folder.path().join("data") }
}

impl World {
    /// Waits for a publication of which this is true; a broken engine ends the wait with a failure.
    fn until(&self, what: &str, is_true: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
        loop {
            let snapshot = self.engine.handle().snapshot();
            if is_true(&snapshot) {
                return snapshot;
            }
            let waited = self.published.recv_timeout(Duration::from_secs(20));
            assert!(waited.is_ok() || is_true(&self.engine.handle().snapshot()), "never came: {what}");
        }
    }
}

#[test]
fn a_broken_sampler_is_told_of_started_again_and_leaves_a_gap() {
    let world = world();
    let request = ViewRequest {
        series: [SeriesId(0)].into(),
        range: ViewRange::Live { span: Duration::from_secs(60) },
        width_px: 200,
    };
    world.until("the first sample", |s| s.value(SeriesId(0)) == Some(0.0));
    world.engine.handle().send(Command::View(ViewCommand::Subscribe { id: ViewId(7), request }));
    world.ticks.send(1).expect("running");
    world.until("the second sample", |s| s.value(SeriesId(0)) == Some(1.0));
    world.ticks.send(2).expect("running");
    let broken = world.until("the notice", |s| !s.notices.is_empty());
    assert_eq!(&*broken.notices[0].text, "The sample thread broke down");
    assert!(broken.notices[0].detail.contains("the third reading breaks"), "{}", broken.notices[0].detail);
    // The new thread's clock starts at zero; its first reading comes at once, the next where the test puts it.
    world.ticks.send(30).expect("running");
    let healed = world.until("a sample after the gap", |s| s.value(SeriesId(0)) == Some(4.0));
    assert!(healed.probes.iter().all(|p| p.state == ProbeState::Working));
    let view = &healed.views[&ViewId(7)];
    let after = view.curves[0].buckets.iter().find(|b| b.max == 4.0).expect("drawn");
    assert!(after.gap_before, "{:?}", view.curves[0].buckets);
    assert_eq!(view.gaps.len(), 1, "{:?}", view.gaps);
}

#[test]
fn an_engine_that_breaks_down_says_so_in_its_last_snapshot() {
    let folder = tempfile::tempdir().expect("a folder");
    let (ticks, receiver) = mpsc::channel();
    let receiver = Arc::new(Mutex::new(receiver));
    let clock = TestClock::default();
    let mut engine = Engine::start(EngineOptions {
        folders: folders(&folder),
        probes: Arc::new(Vec::new),
        pace: clock.pace(receiver.clone()),
        wall: clock.wall(),
        world: clock.world(),
        apply_pace: clock.apply_pace(),
        receives: false,
    })
    .expect("the engine starts");
    let (publishing, published) = mpsc::channel();
    let n_calls = AtomicU32::new(0);
    engine.handle().on_publish(move || {
        assert!(n_calls.fetch_add(1, Ordering::SeqCst) != 0, "the first listener breaks");
        let _ = publishing.send(());
    });
    engine.handle().send(Command::View(ViewCommand::Unsubscribe { id: ViewId(0) }));
    published.recv_timeout(Duration::from_secs(20)).expect("a last publication");
    let last = engine.handle().snapshot();
    let told = last.notices.last().expect("told");
    assert_eq!(&*told.text, "The engine thread broke down");
    assert!(told.detail.contains("the first listener breaks"), "{}", told.detail);
    assert!(last.health.workers.iter().all(|worker| matches!(worker.state, WorkerState::Stopped { .. })));
    drop(ticks);
    assert!(engine.stop(), "the other threads end as well");
}

#[test]
fn settings_are_written_and_read_at_the_next_start() {
    let mut world = world();
    let wanted = Settings { interval_millis: 500, ..Settings::default() };
    world.engine.handle().send(Command::Settings(SettingsCommand::Replace(wanted.clone())));
    world.until("the settings", |s| *s.settings == wanted);
    assert!(world.engine.stop(), "all threads end");
    let text = std::fs::read_to_string(world.folder.path().join("config/settings.ron")).expect("written");
    assert!(text.contains("interval_millis: 500"), "{text}");
}

#[test]
fn layouts_survive_a_restart_whatever_they_are_called() {
    let world = world();
    let mut wanted = Layouts::default();
    let mut odd = wanted.layouts[0].clone();
    odd.name = format!("\u{1f4c8} \"ä\" \\ (\n) {}", "x".repeat(500));
    odd.charts.truncate(1);
    odd.charts[0].hidden = odd.charts[0].series.clone();
    wanted.current.clone_from(&odd.name);
    wanted.layouts.push(odd);
    world.engine.handle().send(Command::Layout(LayoutCommand::Replace(wanted.clone())));
    world.until("the layouts", |s| *s.layouts == wanted);
    let World { mut engine, folder, .. } = world;
    assert!(engine.stop(), "all threads end");
    // Its hold on the data folder goes with it.
    drop(engine);
    let again = Engine::start(EngineOptions {
        folders: folders(&folder),
        probes: Arc::new(Vec::new),
        pace: Box::new(TestClock::stopped),
        wall: TestClock::default().wall(),
        world: TestClock::default().world(),
        apply_pace: TestClock::default().apply_pace(),
        receives: false,
    })
    .expect("starts again");
    assert_eq!(*again.handle().snapshot().layouts, wanted);
}

#[test]
fn one_engine_owns_a_data_folder() {
    let world = world();
    let second = Engine::start(EngineOptions {
        folders: folders(&world.folder),
        probes: Arc::new(Vec::new),
        pace: Box::new(|| unreachable!("the second engine must not start")),
        wall: TestClock::default().wall(),
        world: TestClock::default().world(),
        apply_pace: TestClock::default().apply_pace(),
        receives: false,
    });
    let Err(StartError::InUse { owner, .. }) = second else { unreachable!("a second owner was let in") };
    assert!(cfg!(windows) || owner.contains(&std::process::id().to_string()), "{owner}");
}

#[test]
fn a_settings_file_that_does_not_parse_is_kept_and_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("config/settings.ron");
    std::fs::create_dir_all(folder.path().join("config")).expect("made");
    std::fs::write(&path, "(\n  interval_millis: often,\n)").expect("written");
    let engine = Engine::start(EngineOptions {
        folders: folders(&folder),
        probes: Arc::new(Vec::new),
        pace: Box::new(TestClock::stopped),
        wall: TestClock::default().wall(),
        world: TestClock::default().world(),
        apply_pace: TestClock::default().apply_pace(),
        receives: false,
    })
    .expect("defaults serve");
    let snapshot = engine.handle().snapshot();
    assert_eq!(*snapshot.settings, Settings::default());
    let told = snapshot.notices[0].detail.to_string();
    assert!(told.contains("line 2, column"), "{told}");
    assert_eq!(std::fs::read_to_string(&path).expect("kept"), "(\n  interval_millis: often,\n)");
}
