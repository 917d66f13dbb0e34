//! Reloads that hang, in real time: a person's word and the end of the program end them; what takes longer than the
//! program has is finished by the next start.

use std::process::Command as Program;
use std::time::Instant;

use super::*;

/// Far longer than any of these tests takes.
const LONG: Duration = Duration::from_secs(600);

/// A reload by a script in this folder.
fn script(folder: &Path, text: &str) -> Reload {
    let path = folder.join("reload.sh");
    fs::write(&path, format!("cd '{}'\n{text}\n", folder.display())).expect("written");
    let argv = vec!["sh".to_owned(), path.to_string_lossy().into_owned()];
    Reload::Run { argv, timeout: LONG }
}

/// An apply whose reload hangs while the file has the new values, in a run of its own; gives its number.
fn hanging(folder: &Path) -> (Run, ApplyId) {
    let run = Run::begin_in_real_time(folder);
    run.bind(&env(folder), Some(script(folder, "grep -q MAX=20 .env || { : > begun; exec sleep 1000; }")));
    run.apply("production", 30);
    let is_reloading = |s: &Snapshot| newest(s).is_some_and(|r| r.phase == ApplyPhase::Reloading);
    let id = newest(&run.until("the reload", is_reloading)).expect("there").id;
    let begun = Instant::now();
    while !folder.join("begun").exists() {
        assert!(begun.elapsed() < Duration::from_secs(20), "the reload never began");
        std::thread::yield_now();
    }
    assert_eq!(text(&folder.join(".env")), ENV_IN_PRODUCTION);
    (run, id)
}

#[test]
fn a_person_takes_it_back_while_the_reload_hangs() {
    let folder = tempfile::tempdir().expect("a folder");
    let (run, id) = hanging(folder.path());
    // What came before is still done, each in its turn.
    run.send(Command::Binding(BindingCommand::Look(folder.path().join("other"))));
    run.send(Command::Apply(ApplyCommand::RollBack(id)));
    let is_back = |s: &Snapshot| newest(s).is_some_and(|r| matches!(r.phase, ApplyPhase::RolledBack { .. }));
    let back = run.until("it goes back", is_back);
    assert_eq!(text(&folder.path().join(".env")), ENV);
    let record = newest(&back).expect("there");
    assert_eq!(record.phase, ApplyPhase::RolledBack { why: "it was asked for".into() });
    let reload = record.steps.iter().find(|step| step.kind == StepKind::Reload).expect("there");
    assert!(reload.state == StepState::Failed && reload.text.contains(" was called off after "), "{reload:?}");
    run.until("the look", |s| s.tuning.proposal.as_ref().is_some_and(|seen| seen.error.is_some()));
    let told = run.until("the notice", |s| is_told(s, "production was rolled back | it was asked for"));
    assert!(told.notices.iter().all(|notice| notice.severity == Severity::Success), "{:?}", super::told(&told));
    run.end();
}

#[test]
fn the_end_of_the_program_does_not_wait_for_a_reload_that_hangs() {
    let folder = tempfile::tempdir().expect("a folder");
    let (run, _) = hanging(folder.path());
    run.end();
    assert_eq!(text(&folder.path().join(".env")), ENV);
    let next = Run::begin(folder.path(), 100);
    next.until("the notice", |s| is_told(s, "production was rolled back | Perfdesk ended before it was kept"));
    next.end();
}

#[test]
fn a_way_back_that_takes_longer_than_the_end_of_the_program_is_finished_by_the_next_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    assert!(Program::new("mkfifo").arg(at("gate")).status().expect("runs").success());
    let path = env(folder.path());
    let mut run = Run::begin_in_real_time(folder.path());
    // The way back hangs as long as nobody opens the gate; each reload that is done leaves what it took.
    let text_of_it = "grep -q MAX=50 .env || [ -e open ] || read -r _ < gate; cp .env taken";
    run.bind(&path, Some(script(folder.path(), text_of_it)));
    run.put_on_trial("production");
    assert_eq!(text(&at("taken")), ENV_IN_PRODUCTION);
    assert!(!run.engine.stop(), "the way back is not done when the time of the end is over");
    assert_eq!((text(&path), text(&at("taken"))), (ENV.to_owned(), ENV_IN_PRODUCTION.to_owned()), "half way back");
    // What the end of the process leaves: the journal as it is now.
    let left = tempfile::tempdir().expect("a folder");
    copy(&at("data/applies"), &left.path().join("data/applies"));
    copy(&at("config"), &left.path().join("config"));
    fs::write(at("open"), "").expect("written");
    let next = Run::begin(left.path(), 100);
    let snapshot = next.until("the notice", |s| is_told(s, "was going back, which is now done"));
    assert_eq!((snapshot.tuning.active.clone(), text(&at("taken"))), (None, ENV.to_owned()));
    assert!(matches!(newest(&snapshot).expect("there").phase, ApplyPhase::RolledBack { .. }));
    next.end();
    fs::write(at("gate"), "go\n").expect("the first run ends");
}
