//! What goes wrong during an apply: it goes back by itself, and says why.

use std::io::ErrorKind::StorageFull;

use super::*;
use crate::apply::fake::State;
use crate::apply::world::ProgramOutcome;

/// Applies both files in a world with a fault, and compares how it ends and what the files then hold.
fn check(fault: impl FnOnce(&mut State), expect: &str, expect_contents: [String; 2]) -> (FakeWorld, Applier) {
    let world = world();
    let (mut applier, _) = open(&world);
    begin(&mut applier, full_plan()).expect("begun");
    fault(&mut world.state());
    let phase = run(&mut applier);
    assert_eq!(said(&phase), expect);
    assert_eq!(contents(&world), expect_contents, "{expect}");
    let drafts: Vec<_> =
        world.state().files.keys().filter(|p| p.to_string_lossy().contains("perfdesk-new")).cloned().collect();
    assert_eq!(drafts, [] as [std::path::PathBuf; 0], "{expect}");
    (world, applier)
}

fn n_runs(world: &FakeWorld) -> usize {
    world.state().log.iter().filter(|line| line.starts_with("run ")).count()
}

#[test]
fn a_full_disk_is_found_before_any_file_changed() {
    for (draft, path) in [("make /srv/checkout/", A), ("make /etc/checkout/", B)] {
        let expect = format!("rolled back: nothing was written: the disk is full: {path}");
        let (world, _) = check(|state| state.faults.push((draft.into(), StorageFull)), &expect, old());
        assert!(
            !world.state().log.iter().any(|line| line.starts_with("rename /srv") || line.starts_with("rename /etc"))
        );
        assert_eq!(n_runs(&world), 0, "no service is told of what did not happen");
    }
}

#[test]
fn where_the_second_file_cannot_be_put_in_place_the_first_goes_back() {
    let fault = |state: &mut State| state.faults.push(("rename /etc/checkout/".into(), StorageFull));
    let expect = "rolled back: not written: the disk is full: /etc/checkout/service.toml";
    let (world, _) = check(fault, expect, old());
    assert_eq!(n_runs(&world), 0);
}

#[test]
fn a_reload_that_fails_or_hangs_takes_the_files_back_and_reloads_again() {
    let name = "systemctl reload checkout";
    for (outcome, expect) in [
        (ProgramOutcome::Ended(3), format!("rolled back: {name} ended with 3 after 0.8 s")),
        (ProgramOutcome::Signalled, format!("rolled back: {name} was ended by a signal after 0.8 s")),
        (ProgramOutcome::TimedOut, format!("rolled back: {name} took longer than 30 s and was ended")),
        (
            ProgramOutcome::NotStarted("there is no such program".into()),
            format!("rolled back: {name} could not be started: there is no such program"),
        ),
    ] {
        let (world, applier) = check(|state| state.ends.push_back(outcome), &expect, old());
        assert_eq!(n_runs(&world), 2);
        let state = world.state();
        assert_eq!(state.loaded, state.loaded_now(&[A, B]), "the service has the old values");
        assert_eq!(applier.active(), None);
    }
}

#[test]
fn a_reload_that_fails_on_the_way_back_too_is_told() {
    let fault = |state: &mut State| state.ends.extend([ProgramOutcome::Ended(3), ProgramOutcome::Ended(4)]);
    let expect = "rolled back: systemctl reload checkout ended with 3 after 0.8 s; the files are as before, but the \
                  service may not know: systemctl reload checkout ended with 4 after 0.8 s";
    check(fault, expect, old());
}

#[test]
fn a_service_is_asked_until_it_has_the_new_values_or_its_time_is_over() {
    let answer = |status, body: &str| Ok(Answer { status, body: body.into() });
    let got = "rolled back: 0 of 1 values read back from 127.0.0.1:8080: pool.max is 50, expected 24, after 5 s";
    for (last, expect) in [
        (answer(200, r#"{"pool": {"max": 50}}"#), got),
        (answer(503, ""), "rolled back: 127.0.0.1:8080 answers with 503, after 5 s"),
        (Err("nothing listens there".into()), "rolled back: 127.0.0.1:8080: nothing listens there, after 5 s"),
        (
            answer(200, "<html>"),
            "rolled back: 127.0.0.1:8080: its answer is not JSON: expected value at line 1 column 1, after 5 s",
        ),
    ] {
        let (world, _) = check(|state| state.answers = [last.clone()].into(), expect, old());
        let n_asked = world.state().log.iter().filter(|line| line.starts_with("get ")).count();
        assert_eq!(n_asked, 20, "four times a second");
    }
    let world = world();
    let old = answer(200, r#"{"pool": {"max": 50}}"#);
    world.state().answers = [Err("nothing listens there".into()), old, answer(200, r#"{"pool.max": "24"}"#)].into();
    let (mut applier, _) = open(&world);
    begin(&mut applier, full_plan()).expect("begun");
    assert!(matches!(run(&mut applier), ApplyPhase::OnTrial { .. }));
}

#[test]
fn a_file_that_does_not_hold_what_was_written_goes_back_and_what_it_held_is_kept() {
    let fault = |state: &mut State| {
        state.hooks.push(("run ".into(), Box::new(|state| state.put(A, "POOL=99\n", 0o640))));
    };
    let expect = "rolled back: it does not hold what was written: /srv/checkout/.env";
    let (world, applier) = check(fault, expect, old());
    assert_eq!(world.state().text("/data/applies/000001/0.found"), "POOL=99\n");
    let restore = applier.records()[0].steps.iter().find(|step| step.kind == StepKind::Restore).cloned();
    assert_eq!(
        &*restore.expect("restored").text,
        "2 files have their old content again; what /srv/checkout/.env held is in /data/applies/000001/0.found"
    );
    let (world, _) = check(
        |state| {
            state
                .hooks
                .push(("run ".into(), Box::new(|state| drop(state.files.remove(A.as_ref() as &std::path::Path)))))
        },
        "rolled back: it cannot be read back: it is not there: /srv/checkout/.env",
        old(),
    );
    assert_eq!(world.state().files[A.as_ref() as &std::path::Path].1.mode, Some(0o640));
}

#[test]
fn what_somebody_wrote_between_plan_and_write_stays_theirs() {
    let fault = |state: &mut State| {
        state.hooks.push(("make /etc/checkout/".into(), Box::new(|state| state.put(B, "theirs\n", 0o644))));
    };
    let [a, _] = old();
    let expect = "rolled back: changed by someone else since the plan, so plan again: /etc/checkout/service.toml";
    check(fault, expect, [a, "theirs\n".into()]);
}

#[test]
fn what_a_file_could_not_be_given_and_who_may_read_its_secret_is_told() {
    let world = world();
    world.state().lost_attributes = vec!["security.selinux".into(), "user.note".into()];
    let (mut applier, _) = open(&world);
    let (plan, mut contents) =
        plan_of("production", &[(A, Some("POOL=50\r\n"), "POOL=24\r\n"), (B, Some("ttl = 1\n"), "ttl = 3\n")]);
    let secret = WantedKey { is_secret: true, ..contents[0].in_answer[0].1[0].clone() };
    contents[0].in_file.push(secret);
    let id = begin(&mut applier, (plan, contents)).expect("begun");
    run(&mut applier);
    let lost = format!("security.selinux, user.note of {A}, security.selinux, user.note of {B}");
    assert_eq!(
        &*applier.records()[0].steps[0].text,
        format!(
            "2 files, the old ones are backed up; extended attributes that could not be carried over: {lost}; with a \
             secret that other users may read, which chmod 600 ends: {A} (mode 640)"
        )
    );
    applier.roll_back(id, "ada asked").expect("it goes back");
    run(&mut applier);
    let restore = applier.records()[0].steps.iter().find(|step| step.kind == StepKind::Restore).cloned();
    let text = restore.expect("restored").text;
    assert!(text.ends_with(&format!("; not carried over: security.selinux, user.note of {B}")), "{text}");
}

#[test]
fn a_record_that_cannot_be_written_takes_the_files_back() {
    let full = |state: &mut State| state.faults.push(("make /data/applies/000001/.record".into(), StorageFull));
    let expect = "rolled back: the record of this apply cannot be written: the disk is full";
    let (world, mut applier) = check(full, expect, old());
    let refusal = begin(&mut applier, full_plan()).expect_err("the disk is still full").to_string();
    assert!(refusal.starts_with("the journal of applies cannot be written: "), "{refusal}");
    world.state().faults.clear();
    apply_and_keep(&mut applier, full_plan());
    drop(applier);
    let (applier, told) = open(&world);
    assert_eq!(told, [], "what went back is not taken back once more");
    assert_eq!(contents(&world), new());
    assert_eq!(applier.records().len(), 2);
}

#[test]
fn what_cannot_be_taken_back_says_what_remains_and_where_the_old_content_is() {
    let fault = |state: &mut State| {
        state.ends.push_back(ProgramOutcome::Ended(1));
        let full = |state: &mut State| state.faults.push(("make /srv/checkout/".into(), StorageFull));
        state.hooks.push(("run ".into(), Box::new(full)));
    };
    let expect = "stuck: /srv/checkout/.env: it still holds the new content, since it cannot be written: the disk is \
                  full; its old content is in /data/applies/000001/0.before; put that right, then roll back again";
    let ([a, _], [_, b]) = (new(), old());
    let (world, mut applier) = check(fault, expect, [a, b]);
    let id = applier.records()[0].id;
    world.state().faults.clear();
    applier.roll_back(id, "ada asked").expect("again");
    assert_eq!(said(&run(&mut applier)), "rolled back: ada asked");
    assert_eq!(contents(&world), old());
}

#[test]
fn a_person_takes_it_back_at_any_step() {
    for n_steps in 0..5 {
        let world = world();
        let (mut applier, _) = open(&world);
        let id = begin(&mut applier, full_plan()).expect("begun");
        for _ in 0..n_steps {
            applier.advance();
        }
        applier.roll_back(id, "ada asked").expect("it goes back");
        applier.roll_back(id, "and again").expect("it goes back already");
        assert_eq!(said(&run(&mut applier)), "rolled back: ada asked", "after {n_steps} steps");
        assert_eq!(contents(&world), old(), "after {n_steps} steps");
        assert_eq!(n_runs(&world), [0, 1, 2, 2, 2][n_steps], "a reload that was begun is done again");
    }
}

#[test]
fn what_a_step_waits_for_is_called_off_and_it_goes_back_at_once() {
    let post = Reload::Post { url: "http://127.0.0.1:8080/reload".into(), timeout: MINUTE };
    for (n_steps, reload, expect) in [
        (1, None, "systemctl reload checkout was called off after 0.8 s and ended"),
        (1, Some(post), "POST http://127.0.0.1:8080/reload failed: it was called off"),
        (3, None, "127.0.0.1:8080: it was called off"),
    ] {
        let world = world();
        let (mut applier, _) = open(&world);
        let (mut plan, contents) = full_plan();
        if let Some(reload) = reload {
            plan.reloads[0].1 = reload;
        }
        begin(&mut applier, (plan, contents)).expect("begun");
        for _ in 0..n_steps {
            applier.advance_unless(&mut || None);
        }
        let event = applier.advance_unless(&mut || Some("ada asked")).expect("a step");
        let step = event.step.expect("one that ended");
        assert_eq!(step.text.replace(THIN_SPACE, " "), expect);
        assert_eq!(event.phase, ApplyPhase::RollingBack { why: "ada asked".into() });
        // The way back is waited for, whoever asks for what.
        while applier.advance_unless(&mut || Some("again")).is_some() {}
        assert_eq!(said(&applier.records()[0].phase), "rolled back: ada asked", "{expect}");
        assert_eq!(states_of_the_way_back(&applier), [StepState::Done, StepState::Done], "{expect}");
        assert_eq!(super::contents(&world), old(), "{expect}");
    }
    // What was done before anybody said so stays done, and goes back by a word of its own.
    let (mut applier, _) = open(&world());
    begin(&mut applier, full_plan()).expect("begun");
    let event = applier.advance_unless(&mut || Some("ada asked")).expect("files are written whole");
    assert_eq!(event.phase, ApplyPhase::Reloading);
}

/// The states of the steps on the way back.
fn states_of_the_way_back(applier: &Applier) -> Vec<StepState> {
    let steps = applier.records()[0].steps.clone();
    steps.iter().skip_while(|step| step.kind != StepKind::Restore).map(|step| step.state).collect()
}

#[test]
fn a_file_that_was_not_there_is_removed_again() {
    let path = "/srv/checkout/new.env";
    let world = world();
    let (mut applier, _) = open(&world);
    begin(&mut applier, plan_of("production", &[(path, None, "POOL=24\n")])).expect("begun");
    run(&mut applier);
    assert_eq!(world.state().text(path), "POOL=24\n");
    assert_eq!(&*applier.records()[0].steps[0].text, "1 file, new");
    assert_eq!(applier.records()[0].files[0].backup, None);
    world.state().monotonic += MINUTE;
    applier.tick().expect("it goes back");
    run(&mut applier);
    assert!(!world.state().files.contains_key(path.as_ref() as &std::path::Path));
}

#[test]
fn no_secret_is_shown_or_kept() {
    let world = world();
    let (mut applier, _) = open(&world);
    let (mut plan, mut contents) = full_plan();
    contents[0].in_answer[0].1[0] = WantedKey {
        value: Written::Text("hush-hush".into()),
        is_secret: true,
        ..contents[0].in_answer[0].1[0].clone()
    };
    let argv = vec!["notify".into(), "hush-hush".into()];
    plan.reloads = vec![
        (Arc::from(A), Reload::Run { argv, timeout: MINUTE }),
        (Arc::from(A), Reload::Post { url: "http://me:hush-hush@host/reload?hush-hush".into(), timeout: MINUTE }),
    ];
    world.state().answers = [
        Ok(Answer { status: 200, body: b"the key is hush-hush\nDB_PASSWORD=other".to_vec() }),
        Ok(Answer { status: 200, body: br#"{"pool": {"max": "hush-hush-old"}}"#.to_vec() }),
    ]
    .into();
    begin(&mut applier, (plan, contents)).expect("begun");
    run(&mut applier);
    let shown = format!("{:?}", applier.records()[0]);
    assert!(!shown.contains("hush") && !shown.contains("other"), "{shown}");
    assert!(shown.contains("the key is ••••••••"), "{shown}");
    assert!(shown.contains("pool.max is ••••••••, expected ••••••••"), "{shown}");
}
