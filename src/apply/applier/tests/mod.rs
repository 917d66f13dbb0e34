//! The applier over a world in memory: the steps of a good apply in full, and what every test here stands on.

mod begin;
mod faults;
mod killed;
mod past;

use super::*;
use crate::apply::fake::FakeWorld;
use crate::apply::journal::{Recovery, sum_of};
use crate::apply::world::Answer;
use crate::model::profile::{Conversion, FilePlan, KeyChange, ParamKey, Plan, PlanId, Reload, VerifyAction};
use crate::model::quantity::THIN_SPACE;
use crate::model::time::Timestamp;
use crate::profile::formats::Written;

pub(super) const A: &str = "/srv/checkout/.env";
pub(super) const B: &str = "/etc/checkout/service.toml";
pub(super) const URL: &str = "http://127.0.0.1:8080/config?token=hush";
pub(super) const MINUTE: Duration = Duration::from_secs(60);

/// Two files of a service that answers with new values.
pub(super) fn world() -> FakeWorld {
    let world = FakeWorld::default();
    let mut state = world.state();
    state.now = Timestamp::from_millis(1_700_000_000_000);
    state.put(A, "POOL=50\r\n", 0o640);
    state.put(B, "ttl = 1\n", 0o644);
    state.answers.push_back(Ok(Answer { status: 200, body: br#"{"pool": {"max": 24}}"#.to_vec() }));
    drop(state);
    world
}

pub(super) fn open(world: &FakeWorld) -> (Applier, Vec<Recovery>) {
    Applier::open(Box::new(world.clone()), "/data".as_ref()).expect("opened")
}

/// A plan that writes these files: path, what it holds (`None` where there is none), what it gets.
pub(super) fn plan_of(profile: &str, files: &[(&str, Option<&str>, &str)]) -> (Plan, Vec<NewContent>) {
    let sum = |text: &str| sum_of(text.as_bytes());
    let plan_file = |(path, before, after): &(&str, Option<&str>, &str)| FilePlan {
        binding: Arc::from(*path),
        path: path.into(),
        changes: vec![KeyChange {
            param: ParamKey::new("database.pool_max"),
            key: "POOL".into(),
            before: None,
            after: "24".into(),
        }],
        diff: Arc::from([]),
        n_lines: (1, 1),
        before: sum(before.unwrap_or_default()),
        after: sum(after),
        problems: Vec::new(),
    };
    let wanted = WantedKey {
        param: ParamKey::new("database.pool_max"),
        key: "pool.max".into(),
        value: Written::Int(24),
        conversion: Conversion::Plain,
        is_secret: false,
        is_choice: false,
    };
    let content = |(path, _, after): &(&str, Option<&str>, &str)| NewContent {
        binding: Arc::from(*path),
        path: path.into(),
        bytes: after.as_bytes().to_vec(),
        in_file: Vec::new(),
        in_answer: vec![(Arc::from(*path), vec![wanted.clone()])],
    };
    let plan = Plan {
        id: PlanId(1),
        profile: Arc::from(profile),
        files: files.iter().map(plan_file).collect(),
        n_unchanged: 0,
        reloads: Vec::new(),
        verifies: Vec::new(),
        problems: Vec::new(),
    };
    (plan, files.iter().map(content).collect())
}

/// The plan most tests apply: both files, one reload, one question.
pub(super) fn full_plan() -> (Plan, Vec<NewContent>) {
    let (mut plan, contents) =
        plan_of("production", &[(A, Some("POOL=50\r\n"), "POOL=24\r\n"), (B, Some("ttl = 1\n"), "ttl = 3\n")]);
    let argv = ["systemctl", "reload", "checkout"].map(str::to_owned).to_vec();
    plan.reloads.push((Arc::from(A), Reload::Run { argv, timeout: Duration::from_secs(30) }));
    let get = VerifyAction::Get { url: URL.into(), fields: Vec::new(), timeout: Duration::from_secs(5) };
    plan.verifies = vec![(Arc::from(B), VerifyAction::ReadFile), (Arc::from(A), get)];
    (plan, contents)
}

pub(super) fn begin(applier: &mut Applier, plan: (Plan, Vec<NewContent>)) -> Result<ApplyId, ApplyError> {
    applier.begin(&plan.0, plan.1, "ada", MINUTE)
}

/// Goes on until nothing more happens by itself.
pub(super) fn run(applier: &mut Applier) -> ApplyPhase {
    let mut n_steps = 0;
    while applier.advance().is_some() {
        n_steps += 1;
        assert!(n_steps < 1000, "it never ends");
    }
    applier.applies[0].record.phase.clone()
}

/// Applies and keeps.
pub(super) fn apply_and_keep(applier: &mut Applier, plan: (Plan, Vec<NewContent>)) -> ApplyId {
    let id = begin(applier, plan).expect("begun");
    assert!(matches!(run(applier), ApplyPhase::OnTrial { .. }), "{:?}", applier.applies[0].record);
    applier.keep(id).expect("kept");
    id
}

/// The contents of both files.
pub(super) fn contents(world: &FakeWorld) -> [String; 2] {
    [A, B].map(|path| world.state().text(path))
}

pub(super) fn old() -> [String; 2] {
    ["POOL=50\r\n", "ttl = 1\n"].map(str::to_owned)
}

pub(super) fn new() -> [String; 2] {
    ["POOL=24\r\n", "ttl = 3\n"].map(str::to_owned)
}

/// A phase and its reason as text, with plain spaces.
pub(super) fn said(phase: &ApplyPhase) -> String {
    let text = match phase {
        ApplyPhase::RolledBack { why } => format!("rolled back: {why}"),
        ApplyPhase::Stuck { why } => format!("stuck: {why}"),
        phase => format!("{phase:?}"),
    };
    text.replace(THIN_SPACE, " ")
}

fn steps(record: &ApplyRecord) -> Vec<String> {
    record.steps.iter().map(|s| format!("{:?} {:?}: {}", s.kind, s.state, s.text).replace(THIN_SPACE, " ")).collect()
}

#[test]
fn every_step_on_the_disk_of_a_good_apply_in_its_order() {
    let world = world();
    let (mut applier, told) = open(&world);
    assert_eq!(told, []);
    let id = begin(&mut applier, full_plan()).expect("begun");
    assert_eq!(contents(&world), old(), "nothing is written yet");
    let at_begin = world.state().log.len();
    let phase = run(&mut applier);
    assert_eq!(phase, ApplyPhase::OnTrial { until: Timestamp::from_millis(1_700_000_060_000) });
    let at_trial = world.state().log.len();
    applier.keep(id).expect("kept");
    let log = world.state().log.clone();
    let record = [
        "make /data/applies/000001/.record.ron.perfdesk-new (600)",
        "rename /data/applies/000001/.record.ron.perfdesk-new to /data/applies/000001/record.ron",
        "flush /data/applies/000001",
    ];
    let before = [
        "folder /data/applies",
        "folder /data/applies/000001",
        "flush /data/applies",
        "make /data/applies/000001/0.before (600)",
        "flush /data/applies/000001",
        "make /data/applies/000001/1.before (600)",
        "flush /data/applies/000001",
    ];
    let write = [
        "make /srv/checkout/..env.perfdesk-new (640)",
        "make /etc/checkout/.service.toml.perfdesk-new (644)",
        "rename /srv/checkout/..env.perfdesk-new to /srv/checkout/.env",
        "flush /srv/checkout",
        "rename /etc/checkout/.service.toml.perfdesk-new to /etc/checkout/service.toml",
        "flush /etc/checkout",
    ];
    assert_eq!(log[..at_begin], [&before[..], &record].concat());
    let run = ["run systemctl reload checkout"];
    let get = ["get http://127.0.0.1:8080/config?token=hush"];
    let expect = [&write[..], &record, &run, &record, &record, &get, &record].concat();
    assert_eq!(log[at_begin..at_trial], expect);
    assert_eq!(log[at_trial..], [&record[..], &record].concat());
    assert_eq!(contents(&world), new());
    assert_eq!(world.state().files[A.as_ref() as &std::path::Path].1.mode, Some(0o640));
    assert_eq!(world.state().text("/data/applies/000001/0.before"), "POOL=50\r\n");
    assert!(!world.state().text("/data/applies/000001/record.ron").contains("hush"), "no question is kept");
}

#[test]
fn each_step_is_told_as_it_ends_and_the_record_shows_which_runs() {
    let (mut applier, _) = open(&world());
    let id = begin(&mut applier, full_plan()).expect("begun");
    let shown = |applier: &Applier| steps(applier.running().expect("it runs"));
    let start = shown(&applier);
    assert_eq!(
        start,
        [
            "Write Running: 2 files",
            "Reload Waiting: systemctl reload checkout",
            "Verify Waiting: read 2 files back",
            "Verify Waiting: ask http://127.0.0.1:8080/config",
        ]
    );
    let event = applier.advance().expect("a step");
    assert_eq!((event.id, event.phase), (id, ApplyPhase::Reloading));
    let step = event.step.expect("one that ended");
    assert_eq!(
        (step.kind, step.state, &*step.text),
        (StepKind::Write, StepState::Done, "2 files, the old ones are backed up")
    );
    assert_eq!(shown(&applier)[1], "Reload Running: systemctl reload checkout");
    run(&mut applier);
    assert_eq!(
        shown(&applier),
        [
            "Write Done: 2 files, the old ones are backed up",
            "Reload Done: systemctl reload checkout in 0.8 s",
            "Verify Done: 2 of 2 files read back",
            "Verify Done: 1 of 1 value read back from 127.0.0.1:8080",
        ]
    );
    assert_eq!(&*applier.running().expect("it runs").steps[1].output, "done");
    assert_eq!(applier.advance(), None);
    assert_eq!(applier.active().as_deref(), Some("production"), "what is on trial is in force");
}

#[test]
fn what_is_not_kept_in_time_goes_back_and_the_clock_on_the_wall_has_no_say() {
    let world = world();
    let (mut applier, _) = open(&world);
    let id = begin(&mut applier, full_plan()).expect("begun");
    assert_eq!(applier.deadline(), None);
    run(&mut applier);
    assert_eq!(applier.deadline(), Some(MINUTE));
    world.state().now = Timestamp::from_millis(i64::MAX);
    assert_eq!(applier.tick(), None);
    world.state().monotonic += MINUTE - Duration::from_millis(1);
    assert_eq!(applier.tick(), None);
    world.state().monotonic += Duration::from_millis(1);
    assert_eq!(applier.deadline(), Some(Duration::ZERO));
    let refusal = applier.keep(id).expect_err("too late").to_string();
    assert_eq!(refusal, "apply 1 is not on trial: its time is over, so it goes back");
    let event = applier.tick().expect("it goes back");
    assert!(matches!(event.phase, ApplyPhase::RollingBack { .. }));
    assert_eq!(said(&run(&mut applier)), "rolled back: it was not kept within 60 s");
    assert_eq!(contents(&world), old());
    let expect =
        ["Restore Done: 2 files have their old content again", "Reload Done: systemctl reload checkout in 0.8 s"];
    assert_eq!(steps(&applier.applies[0].record)[4..], expect);
    assert_eq!((applier.tick(), applier.deadline(), applier.active()), (None, None, None));
}

#[test]
fn only_what_is_on_trial_is_kept_and_once() {
    let (mut applier, _) = open(&world());
    let refused = |applier: &mut Applier, id| applier.keep(id).expect_err("refused").to_string();
    assert_eq!(
        refused(&mut applier, ApplyId(7)),
        "there is no apply 7: it may be older than 30 days, of which no backup is kept"
    );
    let id = begin(&mut applier, full_plan()).expect("begun");
    assert_eq!(refused(&mut applier, id), "apply 1 is not on trial: it is not verified yet");
    run(&mut applier);
    assert_eq!(applier.keep(id).expect("kept").phase, ApplyPhase::Kept);
    assert_eq!(refused(&mut applier, id), "apply 1 is not on trial: it was kept before");
    assert_eq!(applier.running(), None);
    assert_eq!(applier.active().as_deref(), Some("production"));
}

#[test]
fn a_second_process_is_told_and_may_still_read() {
    let world = world();
    let (mut applier, _) = open(&world);
    apply_and_keep(&mut applier, full_plan());
    let refusal = Applier::open(Box::new(world.clone()), "/data".as_ref()).expect_err("held").to_string();
    assert!(refusal.starts_with("another Perfdesk is applying in this data folder: use its window"), "{refusal}");
    let (records, unreadable) = crate::apply::journal::read(&world, "/data".as_ref()).expect("read");
    assert_eq!(unreadable, []);
    assert_eq!(records, [(*applier.records()[0]).clone()]);
}
