//! The core driven by made-up batches and made-up time.

mod history;
mod recorded;
mod services;
mod suggestions;
mod tuning;
mod views;

use super::*;
use crate::model::*;

/// A batch of source `sample` that defines series of these names and gives no values.
pub fn batch_defining(generation: u32, first: u32, names: &[&str]) -> Batch {
    Batch {
        source: SourceId("sample"),
        generation,
        at: Timestamp::from_millis(0),
        elapsed: Duration::ZERO,
        asleep: None,
        interval: Duration::from_secs(1),
        first_defined: Slot(first),
        defined: names.iter().map(|name| def(name, None)).collect(),
        points: Vec::new(),
        processes: None,
        inspected: None,
        services: None,
        probes: None,
        machine: None,
        cost: PassCost::default(),
    }
}

fn def(name: &str, cadence: Option<Duration>) -> SeriesDef {
    SeriesDef {
        key: SeriesKey::new(name, &[]),
        unit: Unit::Ratio,
        group: SeriesGroup::Cpu,
        name: name.into(),
        instance: "".into(),
        probe: ProbeId("fake"),
        cadence,
    }
}

/// Second `n` of the made-up time.
pub fn at(n: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + n * 1000)
}

fn tick(n: i64, values: &[(u32, f64)]) -> Input {
    let points = values.iter().map(|&(slot, value)| Point { slot: Slot(slot), value }).collect();
    let first = if n == 0 { batch_defining(0, 0, &["a", "b"]) } else { batch_defining(0, 2, &[]) };
    let elapsed = Duration::from_secs(u64::try_from(n).unwrap_or(0));
    Input::Batch(Box::new(Batch { at: at(n), elapsed, points, ..first }))
}

pub fn core() -> Core {
    Core::new(CoreStart {
        now: at(0),
        settings: Settings::default(),
        layouts: Layouts::default(),
        window: WindowMemory::default(),
        folders: Folders::default(),
        store: StoreQueue::default(),
    })
}

fn feed(core: &mut Core, ticks: impl IntoIterator<Item = i64>) {
    for n in ticks {
        core.take(tick(n, &[(0, n as f64)]), at(n));
    }
}

fn view(core: &mut Core, range: ViewRange) -> ViewData {
    let request = ViewRequest { series: [SeriesId(0)].into(), range, width_px: 100 };
    let subscribe = Command::View(ViewCommand::Subscribe { id: ViewId(1), request });
    core.take(Input::Command(subscribe), at(1000));
    ViewData::clone(&core.publish().views[&ViewId(1)])
}

pub fn told(core: &mut Core) -> Vec<String> {
    core.publish().notices.iter().map(|n| format!("{} | {}", n.text, n.detail)).collect()
}

#[test]
fn a_value_that_is_not_renewed_becomes_absent() {
    let mut core = core();
    core.take(tick(0, &[(0, 0.5), (1, 0.25)]), at(0));
    let value = |core: &mut Core, id| core.publish().value(SeriesId(id));
    for (n, expect) in [(1, Some(0.25)), (2, Some(0.25)), (3, None), (4, None)] {
        core.take(tick(n, &[(0, 0.5)]), at(n));
        assert_eq!((value(&mut core, 0), value(&mut core, 1)), (Some(0.5), expect), "second {n}");
    }
}

#[test]
fn a_clock_that_is_set_back_is_told_of_and_freezes_no_value() {
    let mut core = core();
    core.take(tick(0, &[(0, 0.5), (1, 0.25)]), at(0));
    feed(&mut core, 1..5);
    core.take(tick(5, &[(0, 0.5), (1, 0.25)]), at(5));
    let value = |core: &mut Core, id| core.publish().value(SeriesId(id));
    for (n, expect) in [(-3600, Some(0.25)), (-3598, Some(0.25)), (-3597, None)] {
        core.take(tick(n, &[(0, 0.75)]), at(n));
        assert_eq!((value(&mut core, 0), value(&mut core, 1)), (Some(0.75), expect), "second {n}");
    }
    assert_eq!(
        told(&mut core),
        ["The system's clock was set back by 3605 s | What was recorded after the new time is forgotten; \
             charts break there"]
    );
}

#[test]
fn series_beyond_the_greatest_number_are_refused_counted_and_told_of_once() {
    let mut core = core();
    let names: Vec<String> = (0..catalogue::MAX_SERIES + 5).map(|i| format!("m{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    core.take(Input::Batch(Box::new(batch_defining(0, 0, &names))), at(0));
    core.take(tick(1, &[(0, 1.0), (u32::try_from(names.len()).expect("small") - 1, 1.0)]), at(1));
    let snapshot = core.publish();
    assert_eq!((snapshot.series.len(), snapshot.value(SeriesId(0))), (catalogue::MAX_SERIES, Some(1.0)));
    let queue = snapshot.health.queues.iter().find(|q| q.name == "series catalogue").expect("listed");
    assert_eq!((queue.length, queue.dropped), (catalogue::MAX_SERIES, 5));
    assert_eq!(told(&mut core).len(), 1);
}

#[test]
fn a_live_view_moves_and_breaks_where_nothing_came() {
    let mut core = core();
    feed(&mut core, (0..10).chain(20..30));
    let data = view(&mut core, ViewRange::Live { span: Duration::from_secs(60) });
    let breaks: Vec<_> = data.curves[0].buckets.iter().filter(|b| b.gap_before).map(|b| b.min).collect();
    assert!(breaks.contains(&20.0), "{breaks:?}");
    assert_eq!(data.curves[0].buckets.iter().map(|b| b.count).sum::<u32>(), 20);
    assert_eq!(data.gaps.len(), 1, "{:?}", data.gaps);
    feed(&mut core, [30]);
    let moved = core.publish().views[&ViewId(1)].clone();
    assert_eq!(moved.range.end.since(data.range.end), Duration::from_secs(1));
}

#[test]
fn a_view_of_the_past_stands_still() {
    let mut core = core();
    feed(&mut core, 0..20);
    let range = TimeRange { start: at(2), end: at(8) };
    let data = view(&mut core, ViewRange::Fixed(range));
    let inside = data.curves[0].buckets.iter().filter(|b| range.contains(b.at)).count();
    assert_eq!(inside, 6, "and one more at either side: {:?}", data.curves[0].buckets);
    let before = core.publish().views[&ViewId(1)].clone();
    feed(&mut core, 20..22);
    assert!(Arc::ptr_eq(&before, &core.publish().views[&ViewId(1)]), "the same answer is kept");
    core.take(Input::Command(Command::View(ViewCommand::Unsubscribe { id: ViewId(1) })), at(22));
    assert!(core.publish().views.is_empty());
}

#[test]
fn the_sampler_is_started_again_three_times_and_each_time_told_of() {
    let mut core = core();
    feed(&mut core, 0..2);
    let mut starts = Vec::new();
    for n in 2..6 {
        let died = Input::WorkerDied { worker: "sample", probe: None, why: "index out of bounds".into() };
        for effect in core.take(died, at(n)) {
            if let Effect::RestartSampling(start) = effect {
                starts.push(start.generation);
            }
        }
    }
    assert_eq!(starts, [1, 2, 3]);
    let told = told(&mut core);
    assert!(
        told[0].starts_with("The sample thread broke down | It said: index out of bounds. It was started again (1")
    );
    assert!(told[3].ends_with("stays stopped: restart Perfdesk"), "{told:?}");
    let health = core.publish().health;
    let sample = health.workers.iter().find(|w| w.name == "sample").expect("listed");
    assert!(matches!(sample.state, WorkerState::Stopped { .. }));
}

#[test]
fn settings_take_hold_are_bounded_and_are_written() {
    let mut core = core();
    let wanted = Settings { interval_millis: 10, ..Settings::default() };
    let effects = core.take(Input::Command(Command::Settings(SettingsCommand::Replace(wanted.clone()))), at(1));
    assert!(matches!(effects[0], Effect::Sample(SampleControl::SetInterval(span)) if span == Settings::MIN_INTERVAL));
    assert!(matches!(&effects[1], Effect::Job(Job::WriteSettings(s)) if s.interval_millis == 250));
    assert_eq!(core.publish().settings.interval_millis, 250);
    let again = core.take(Input::Command(Command::Settings(SettingsCommand::Replace(wanted))), at(2));
    assert!(again.is_empty(), "what is in force is not written again");
}

#[test]
fn a_probe_that_fails_is_told_of_once_and_its_return_too() {
    let mut core = core();
    let status = |state| ProbeStatus {
        id: ProbeId("fake"),
        title: "Disks".into(),
        group: SeriesGroup::Disks,
        state,
        cost: Duration::ZERO,
        cadence: None,
        n_series: 1,
    };
    let failed = ProbeState::Failed { since: at(1), why: "no such file".into() };
    for (n, state) in [(0, ProbeState::Working), (1, failed.clone()), (2, failed), (3, ProbeState::Working)] {
        let mut batch = batch_defining(0, 0, &[]);
        (batch.at, batch.probes) = (at(n), Some([status(state)].into()));
        core.take(Input::Batch(Box::new(batch)), at(n));
    }
    assert_eq!(told(&mut core), ["Disks cannot be read | no such file", "Disks can be read again | "]);
}

#[test]
fn inspecting_clears_the_details_of_the_process_before() {
    let mut core = core();
    let key = |pid| ProcessKey { pid, start_mark: 1 };
    let inspect = |pid| Input::Command(Command::Process(ProcessCommand::Inspect(Some(key(pid)))));
    core.take(inspect(7), at(0));
    let why: Arc<str> = "not in this test".into();
    let unsupported = || Reading::Unsupported { why: why.clone() };
    let detail = |pid| ProcessDetail {
        key: key(pid),
        at: at(1),
        is_running: true,
        executable: Reading::Value("/bin/x".into()),
        working_dir: Reading::Value("/".into()),
        arguments: Reading::Unsupported { why: why.clone() },
        threads: Reading::Unsupported { why: why.clone() },
        files: Reading::Unsupported { why: why.clone() },
        n_files: Reading::Value(1),
        file_limit: Reading::Value(1024),
        control_group: unsupported(),
    };
    let with = |pid| {
        let mut batch = batch_defining(0, 0, &[]);
        batch.inspected = Some(detail(pid));
        Input::Batch(Box::new(batch))
    };
    core.take(with(7), at(1));
    assert_eq!(core.publish().inspected.as_ref().map(|d| d.key.pid), Some(7));
    core.take(inspect(8), at(2));
    assert!(core.publish().inspected.is_none());
    core.take(with(7), at(2));
    assert!(core.publish().inspected.is_none(), "an answer that comes late for the one before is not shown");
}
