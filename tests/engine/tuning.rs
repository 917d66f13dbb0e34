//! Profiles through the engine with its real threads, real documents and a real `.env`, over made-up time.

#[cfg(unix)]
mod hanging;
mod service;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use perfdesk::apply::world::{RealWorld, World};
use perfdesk::engine::apply_worker::{ApplyPace, SystemApplyPace, WorldFactory};
use perfdesk::engine::{Engine, EngineOptions};
use perfdesk::model::profile::*;
use perfdesk::model::{
    AnnotationKind, Command, Folders, HistoryCommand, HistoryState, Severity, Snapshot, WorkerState,
};

use super::test_pace::TestClock;

/// A service's file, with everything that must survive.
const ENV: &str = "# checkout\r\nexport APP=\"checkout\"\nDB_POOL_MAX=20   # connections\nLOG_LEVEL='debug'\n";
/// The same in production.
const ENV_IN_PRODUCTION: &str =
    "# checkout\r\nexport APP=\"checkout\"\nDB_POOL_MAX=50   # connections\nLOG_LEVEL='info'\n";

struct Run {
    engine: Engine,
    ticks: Sender<u64>,
    published: Receiver<()>,
}

impl Run {
    /// A run that has read its documents and opened its history; its made-up time begins so many seconds after the first.
    fn begin(folder: &Path, begins: i64) -> Self {
        let clock = TestClock::default();
        let (world, apply_pace) = (clock.world(), clock.apply_pace());
        Self::begin_with(folder, begins, clock, world, apply_pace)
    }

    /// The same, but plans are applied in real time, in which what hangs hangs.
    fn begin_in_real_time(folder: &Path) -> Self {
        let world = Box::new(|| Box::new(RealWorld::new()) as Box<dyn World>);
        Self::begin_with(folder, 0, TestClock::default(), world, Box::new(SystemApplyPace))
    }

    fn begin_with(
        folder: &Path,
        begins: i64,
        clock: TestClock,
        world: Box<WorldFactory>,
        apply_pace: Box<dyn ApplyPace>,
    ) -> Self {
        let (ticks, receiver) = mpsc::channel();
        clock.set_ahead.store(begins * 1000, std::sync::atomic::Ordering::SeqCst);
        let engine = Engine::start(EngineOptions {
            folders: Folders { config: folder.join("config"), data: folder.join("data") },
            probes: Arc::new(Vec::new),
            pace: clock.pace(Arc::new(Mutex::new(receiver))),
            wall: clock.wall(),
            world,
            apply_pace,
            receives: false,
        })
        .expect("the engine starts");
        let (publishing, published) = mpsc::channel();
        engine.handle().on_publish(move || {
            let _ = publishing.send(());
        });
        let run = Self { engine, ticks, published };
        run.until("history and profiles", |s| {
            s.history.state == HistoryState::Writing && !s.tuning.profiles.is_empty()
        });
        run
    }

    #[track_caller]
    fn until(&self, what: &str, is_true: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
        loop {
            let snapshot = self.engine.handle().snapshot();
            if is_true(&snapshot) {
                return snapshot;
            }
            let waited = self.published.recv_timeout(Duration::from_secs(20));
            let snapshot = self.engine.handle().snapshot();
            let told = told(&snapshot);
            assert!(waited.is_ok() || is_true(&snapshot), "never came: {what}: {told:?} {:?}", snapshot.tuning.applies);
        }
    }

    fn send(&self, command: Command) {
        assert!(self.engine.handle().send(command), "taken");
    }

    /// Lets the sample thread tick at this second; files are looked at where 5 s have passed.
    fn tick(&self, second: u64) -> Arc<Snapshot> {
        let before = self.engine.handle().snapshot().health.n_passes;
        self.ticks.send(second).expect("running");
        self.until("a tick", |s| s.health.n_passes > before)
    }

    /// Looks at a file, binds what is proposed, and has the secrets and everything ready for an apply.
    fn bind(&self, path: &Path, reload: Option<Reload>) {
        self.send(Command::Binding(BindingCommand::Look(path.into())));
        let seen = self.until("the proposal", |s| s.tuning.proposal.is_some());
        let proposal = seen.tuning.proposal.clone().expect("there");
        let keys: Vec<BoundKey> = proposal.keys.iter().map(|key| key.bound.clone()).collect();
        assert_eq!(keys.len(), 2, "{proposal:?}");
        let binding =
            Binding { id: "checkout".into(), path: path.into(), format: proposal.format, keys, reload, verify: None };
        self.send(Command::Binding(BindingCommand::Save(binding)));
        self.until("the binding", |s| s.tuning.bindings.len() == 1);
    }

    fn plan(&self, profile: &str) -> Arc<Plan> {
        let before = self.engine.handle().snapshot().tuning.plan.as_ref().map(|plan| plan.id);
        let plan = ApplyCommand::Plan { profile: profile.into(), bindings: Vec::new(), draft: None };
        self.send(Command::Apply(plan));
        let is_planned = |s: &Snapshot| s.tuning.plan.as_ref().is_some_and(|plan| Some(plan.id) != before);
        self.until("the plan", is_planned).tuning.plan.clone().expect("there")
    }

    fn apply(&self, profile: &str, keep_within: u64) {
        let plan = self.plan(profile).id;
        self.send(Command::Apply(ApplyCommand::Apply { plan, keep_within: Duration::from_secs(keep_within) }));
    }

    /// Applies and waits until it is on trial.
    fn put_on_trial(&self, profile: &str) -> ApplyId {
        self.apply(profile, 30);
        let is_on_trial = |s: &Snapshot| newest(s).is_some_and(|r| matches!(r.phase, ApplyPhase::OnTrial { .. }));
        newest(&self.until("the trial", is_on_trial)).expect("there").id
    }

    fn keep(&self, profile: &str) {
        let id = self.put_on_trial(profile);
        self.send(Command::Apply(ApplyCommand::Keep(id)));
        self.until("it is kept", |s| newest(s).is_some_and(|r| r.phase == ApplyPhase::Kept));
    }

    fn end(mut self) {
        assert!(self.engine.stop(), "all threads end");
    }
}

fn newest(snapshot: &Snapshot) -> Option<&Arc<ApplyRecord>> {
    snapshot.tuning.applies.first()
}

fn told(snapshot: &Snapshot) -> Vec<String> {
    snapshot.notices.iter().map(|notice| format!("{} | {}", notice.text, notice.detail)).collect()
}

fn is_told(snapshot: &Snapshot, text: &str) -> bool {
    told(snapshot).iter().any(|told| told.contains(text))
}

/// The notes about profiles on the time axis.
fn notes(snapshot: &Snapshot) -> Vec<String> {
    let of_profiles = snapshot.annotations.iter().filter(|a| a.text.kind == AnnotationKind::Profile);
    of_profiles.map(|a| a.text.text.to_string()).collect()
}

fn env(folder: &Path) -> PathBuf {
    let path = folder.join(".env");
    fs::write(&path, ENV).expect("written");
    path
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).expect("there")
}

#[test]
fn a_profile_is_planned_applied_kept_and_in_force_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = env(folder.path());
    let run = Run::begin(folder.path(), 0);
    run.bind(&path, None);
    let plan = run.plan("production");
    assert!(plan.can_apply(), "{:?}", plan.problems);
    let changes: Vec<String> = plan.files[0]
        .changes
        .iter()
        .map(|change| format!("{} {:?} -> {}", change.key, change.before.as_deref(), change.after))
        .collect();
    assert_eq!(changes, ["DB_POOL_MAX Some(\"20\") -> 50", "LOG_LEVEL Some(\"debug\") -> info"]);
    assert_eq!(text(&path), ENV, "nothing is written before a person says so");
    let id = run.put_on_trial("production");
    assert_eq!(text(&path), ENV_IN_PRODUCTION);
    let on_trial = run.until("the note", |s| notes(s) == ["production applied to 1 file"]);
    assert!(is_told(&on_trial, "production is on trial"), "{:?}", told(&on_trial));
    assert_eq!(on_trial.tuning.active.as_deref(), Some("production"));
    assert!(on_trial.tuning.plan.is_none(), "what is carried out is planned no longer");
    run.send(Command::Apply(ApplyCommand::Keep(id)));
    let kept = run.until("the note", |s| notes(s) == ["production applied to 1 file", "production kept"]);
    assert_eq!(told(&kept), ["production is in force | 1 file written and kept"]);
    assert!(kept.tuning.bindings[0].verified_at.is_some() && kept.tuning.bindings[0].drift.is_empty());
    run.end();
    let again = Run::begin(folder.path(), 1000);
    let snapshot = again.engine.handle().snapshot();
    assert_eq!((snapshot.tuning.active.as_deref(), text(&path)), (Some("production"), ENV_IN_PRODUCTION.to_owned()));
    assert!(told(&snapshot).is_empty(), "a past that ended well is no news: {:?}", told(&snapshot));
    again.send(Command::History(HistoryCommand::Inspect(Some(TestClock::at(500)))));
    let moment = again.until("the moment", |s| s.moment.is_some()).moment.clone().expect("there");
    assert_eq!(moment.profile.as_deref(), Some("production"));
    again.end();
}

#[test]
fn what_nobody_keeps_goes_back_byte_for_byte_when_its_time_is_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = env(folder.path());
    let run = Run::begin(folder.path(), 0);
    run.bind(&path, None);
    run.put_on_trial("production");
    run.tick(29);
    assert_eq!(text(&path), ENV_IN_PRODUCTION);
    run.tick(31);
    let is_back = |s: &Snapshot| newest(s).is_some_and(|r| matches!(r.phase, ApplyPhase::RolledBack { .. }));
    let back = run.until("it goes back", is_back);
    assert_eq!(text(&path), ENV);
    assert_eq!(back.tuning.active, None);
    let told =
        run.until("the notice", |s| is_told(s, "production was rolled back | it was not kept within 30\u{2009}s"));
    assert!(!is_told(&told, "on trial") && told.notices.iter().all(|n| n.severity == Severity::Warning));
    run.until("the note", |s| notes(s).iter().any(|note| note.starts_with("production rolled back: it was not kept")));
    run.end();
}

#[test]
fn the_end_of_the_program_takes_back_what_is_on_trial_and_the_next_start_says_so_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = env(folder.path());
    let run = Run::begin(folder.path(), 0);
    run.bind(&path, None);
    run.put_on_trial("production");
    run.end();
    assert_eq!(text(&path), ENV);
    let next = Run::begin(folder.path(), 100);
    let text = "production was rolled back | Perfdesk ended before it was kept";
    let told_of = next.until("the notice", |s| is_told(s, text));
    assert_eq!((told(&told_of).len(), told_of.tuning.active.clone()), (1, None));
    let snapshot = next.until("the note", |s| notes(s).len() == 2);
    let at = snapshot.annotations.iter().rfind(|a| a.text.kind == AnnotationKind::Profile).map(|a| a.text.at);
    assert_eq!(at, Some(TestClock::at(0)), "when it went back, not when it was told");
    next.end();
    let third = Run::begin(folder.path(), 200);
    assert!(told(&third.engine.handle().snapshot()).is_empty());
    third.end();
}

#[test]
fn a_run_that_was_killed_on_trial_is_put_right_by_the_next_and_it_says_which_way() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = env(folder.path());
    let run = Run::begin(folder.path(), 0);
    run.bind(&path, None);
    run.put_on_trial("production");
    // What a kill leaves: the journal as it is now, and the files as they were written.
    let killed = tempfile::tempdir().expect("a folder");
    copy(&folder.path().join("data/applies"), &killed.path().join("data/applies"));
    copy(&folder.path().join("config"), &killed.path().join("config"));
    run.end();
    fs::write(&path, ENV_IN_PRODUCTION).expect("written");
    let next = Run::begin(killed.path(), 100);
    let snapshot = next.until("the notice", |s| is_told(s, "production was rolled back"));
    assert!(is_told(&snapshot, "Perfdesk ended before it was kept"), "{:?}", told(&snapshot));
    assert_eq!(text(&path), ENV);
    next.until("the note", |s| notes(s).len() == 1);
    next.end();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("read") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

#[test]
fn drift_is_seen_when_the_file_changes_and_is_over_when_it_is_put_right() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = env(folder.path());
    let run = Run::begin(folder.path(), 0);
    run.bind(&path, None);
    run.keep("production");
    fs::write(&path, ENV_IN_PRODUCTION.replace("50", "500")).expect("written");
    run.tick(6);
    let drifted = run.until("drift", |s| !s.tuning.bindings[0].drift.is_empty());
    let value = &drifted.tuning.bindings[0].drift[0];
    assert_eq!((&*value.key, value.found.as_deref(), &*value.expected), ("DB_POOL_MAX", Some("500"), "50"));
    assert_eq!(value.since, TestClock::at(6));
    let detail = "DB_POOL_MAX is 500 instead of 50";
    let text = format!("{} differs from production | {detail}", path.display());
    assert!(is_told(&drifted, &text), "{:?}", told(&drifted));
    run.tick(70);
    // That nothing new was found waits for a publication; this one comes behind it.
    run.send(Command::Binding(BindingCommand::Look(folder.path().join("other"))));
    let later = run.until("the check of each minute", |s| s.tuning.bindings[0].checked_at == Some(TestClock::at(70)));
    assert_eq!(later.tuning.bindings[0].drift[0].since, TestClock::at(6), "seen first");
    fs::remove_file(&path).expect("removed");
    run.tick(76);
    run.until("the file is missed", |s| is_told(s, "the file is not there"));
    fs::write(&path, ENV_IN_PRODUCTION).expect("written");
    run.tick(82);
    let right = run.until("all is well", |s| s.tuning.bindings[0].verified_at == Some(TestClock::at(82)));
    assert!(!is_told(&right, "differs") && !is_told(&right, "not there"), "{:?}", told(&right));
    run.end();
}

#[test]
fn a_file_that_changed_since_the_plan_is_not_written_and_a_new_plan_is_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = env(folder.path());
    let run = Run::begin(folder.path(), 0);
    run.bind(&path, None);
    let plan = run.plan("production").id;
    let theirs = ENV.replace("20", "33");
    fs::write(&path, &theirs).expect("written");
    run.send(Command::Apply(ApplyCommand::Apply { plan, keep_within: Duration::from_secs(30) }));
    let refused = run.until("the refusal", |s| is_told(s, "Nothing was applied | changed since the plan was made"));
    let again = refused.tuning.plan.clone().expect("a new plan");
    assert!(again.id > plan && again.files[0].changes[0].before.as_deref() == Some("33"), "{again:?}");
    assert_eq!(text(&path), theirs);
    // A plan that is shown no longer is not carried out.
    run.send(Command::Apply(ApplyCommand::Apply { plan, keep_within: Duration::from_secs(30) }));
    run.until("the refusal", |s| is_told(s, "not the one shown any more"));
    assert!(run.engine.handle().snapshot().tuning.applies.is_empty());
    run.end();
}

#[test]
fn a_reload_that_breaks_the_thread_down_costs_nothing_else_and_the_file_goes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = env(folder.path());
    let run = Run::begin(folder.path(), 0);
    let argv = vec![super::test_pace::BREAKS.to_owned()];
    run.bind(&path, Some(Reload::Run { argv, timeout: Duration::from_secs(5) }));
    run.apply("production", 30);
    let broken = run.until("the notice", |s| is_told(s, "The apply thread broke down"));
    let apply = broken.health.workers.iter().find(|worker| worker.name == "apply").expect("listed");
    assert!(matches!(apply.state, WorkerState::Restarted { .. }), "{apply:?}");
    // The reload of the way back breaks down as well, as long as it is there.
    run.tick(6);
    run.until("again", |s| s.health.workers.iter().any(|w| w.name == "apply" && w.n_restarts >= 2));
    assert_eq!(text(&path), ENV);
    run.end();
}

#[test]
fn a_document_that_does_not_parse_is_named_with_its_place_and_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let profiles = folder.path().join("config/profiles");
    fs::create_dir_all(&profiles).expect("made");
    let broken = "(\n    version: 1,\n    values: {\n        \"database.pool_max\": many,\n    },\n)\n";
    fs::write(profiles.join("mine.ron"), broken).expect("written");
    let run = Run::begin(folder.path(), 0);
    let named = run.until("the notice", |s| is_told(s, "profiles/mine.ron has errors | line 4, column "));
    assert!(named.tuning.profile("mine").is_some_and(|profile| !profile.problems.is_empty()));
    fs::write(profiles.join("mine.ron"), broken.replace("many", "7")).expect("written");
    run.tick(6);
    let mended = run.until("the edit", |s| s.tuning.profile("mine").is_some_and(|mine| mine.problems.is_empty()));
    assert_eq!(mended.tuning.profile("mine").map(|mine| mine.entries.len()), Some(1));
    assert_eq!(text(&profiles.join("mine.ron")), broken.replace("many", "7"));
    run.end();
}

#[test]
fn profiles_are_saved_renamed_and_deleted_and_those_based_on_them_follow() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = Run::begin(folder.path(), 0);
    let save = |name: &str, text: &str| {
        run.send(Command::Profile(ProfileCommand::Save { name: name.into(), text: text.into() }));
        run.until("it is saved", |s| s.tuning.profile(name).is_some_and(|profile| &*profile.text == text));
    };
    save("mine", "( // mine\n    version: 1,\n    base: \"production\",\n)\n");
    save("yours", "(\n    version: 1,\n    base: \"mine\", // theirs\n)\n");
    run.send(Command::Profile(ProfileCommand::Rename { from: "mine".into(), to: "ours".into() }));
    let renamed = run.until("the name", |s| s.tuning.profile("ours").is_some() && s.tuning.profile("mine").is_none());
    let follower = renamed.tuning.profile("yours").expect("there").clone();
    assert_eq!(&*follower.text, "(\n    version: 1,\n    base: \"ours\", // theirs\n)\n");
    let refused = |command, text: &str| {
        run.send(Command::Profile(command));
        run.until("the refusal", |s| is_told(s, text));
    };
    refused(ProfileCommand::Delete("ours".into()), "ours was not deleted | yours is based on it");
    refused(ProfileCommand::Delete("production".into()), "production came with Perfdesk and has no changes");
    refused(
        ProfileCommand::Rename { from: "base".into(), to: "x".into() },
        "base came with Perfdesk and keeps its name",
    );
    refused(ProfileCommand::Save { name: "a/b".into(), text: "()".into() }, "a/b was not saved");
    run.send(Command::Profile(ProfileCommand::Delete("yours".into())));
    run.until("it is gone", |s| s.tuning.profile("yours").is_none());
    assert_eq!(text(&folder.path().join("config/profiles/yours.ron.bak")), &*follower.text, "kept beside");
    // A shipped one is changed, and is itself again when that is taken away.
    let shipped = run.engine.handle().snapshot().tuning.profile("testing").expect("there").text.clone();
    save("testing", &shipped.replace("value: 3,", "value: 4,"));
    assert!(run.engine.handle().snapshot().tuning.profile("testing").is_some_and(|p| p.is_shipped && p.is_edited));
    run.send(Command::Profile(ProfileCommand::Delete("testing".into())));
    run.until("it is itself", |s| s.tuning.profile("testing").is_some_and(|p| p.text == shipped && !p.is_edited));
    run.end();
}

#[test]
fn a_secret_is_made_shown_once_and_said_nowhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = Run::begin(folder.path(), 0);
    run.send(Command::Profile(ProfileCommand::MakeSecret("session".into())));
    run.until("it is made", |s| is_told(s, "The secret session was made"));
    let secret = text(&folder.path().join("config/secrets/session"));
    assert_eq!(secret.trim().len(), 43, "32 bytes");
    run.send(Command::Profile(ProfileCommand::RevealSecret("session".into())));
    let revealed = run.until("it is revealed", |s| s.tuning.revealed.is_some());
    assert_eq!(revealed.tuning.revealed.as_ref().map(|(_, secret)| secret.0.to_string()), Some(secret.trim().into()));
    assert!(!format!("{:?} {:?}", revealed, told(&revealed)).contains(secret.trim()));
    assert!(run.tick(1).tuning.revealed.is_none(), "in one publication alone");
    run.send(Command::Profile(ProfileCommand::RevealSecret("other".into())));
    run.until("the refusal", |s| is_told(s, "The secret other was not copied"));
    // Another in its place leaves it beside.
    run.send(Command::Profile(ProfileCommand::MakeSecret("session".into())));
    let former = folder.path().join("config/secrets/session.before");
    let words = format!(
        "The secret session was made | Apply the profile to put it in force; the former one is kept in {}",
        former.display()
    );
    run.until("where the former one is", |s| is_told(s, &words));
    assert_eq!(text(&former), secret);
    assert_ne!(text(&folder.path().join("config/secrets/session")), secret);
    run.end();
}

#[test]
fn a_weak_value_is_one_warning_and_not_one_a_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(".env");
    fs::write(&path, "SECRET_KEY=changeme\n").expect("written");
    let run = Run::begin(folder.path(), 0);
    let keys = vec![BoundKey {
        param: ParamKey::new("security.secret_key"),
        key: "SECRET_KEY".into(),
        conversion: Conversion::Plain,
    }];
    let id = "checkout".into();
    let binding = Binding { id, path, format: FileFormat::Env, keys, reload: None, verify: None };
    run.send(Command::Binding(BindingCommand::Save(binding)));
    let warned = run.until("the warning", |s| is_told(s, "A secret is weak: SECRET_KEY in "));
    assert!(!format!("{:?}", warned.notices).contains("changeme"), "{:?}", told(&warned));
    run.end();
    let again = Run::begin(folder.path(), 100);
    assert!(told(&again.tick(1)).is_empty());
    again.end();
}

#[test]
fn it_switches_by_itself_only_where_the_rules_say_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = env(folder.path());
    fs::create_dir_all(folder.path().join("config")).expect("made");
    let rules = folder.path().join("config/environments.ron");
    let text_of = |is_on: bool| {
        format!(
            "(version: 1, switch_by_itself: {is_on}, words: {{}}, \
             rules: [(host: \"*\", means: \"production\", weight: 50)])\n"
        )
    };
    fs::write(&rules, text_of(false)).expect("written");
    let run = Run::begin(folder.path(), 0);
    run.bind(&path, None);
    run.end();
    let second = Run::begin(folder.path(), 100);
    let detection = second.engine.handle().snapshot().tuning.detection.clone();
    assert_eq!((detection.profile.as_deref(), text(&path)), (Some("production"), ENV.to_owned()), "{detection:?}");
    second.end();
    fs::write(&rules, text_of(true)).expect("written");
    let third = Run::begin(folder.path(), 200);
    let kept = third.until("it is kept", |s| newest(s).is_some_and(|r| r.phase == ApplyPhase::Kept));
    assert_eq!(text(&path), ENV_IN_PRODUCTION);
    assert_eq!(&*newest(&kept).expect("there").who, "Perfdesk, by the rules of detection");
    third.end();
}
