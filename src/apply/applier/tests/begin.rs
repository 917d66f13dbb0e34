//! What is refused before anything is written, and in which words.

use std::io::ErrorKind;

use super::*;
use crate::apply::fake::State;
use crate::model::profile::{Problem, ProblemKind};

/// Begins in a world that was changed, and compares the refusal; nothing may have been made or written.
fn check(change: impl FnOnce(&mut State), plan: (Plan, Vec<NewContent>), expect: &str) {
    let world = world();
    let (mut applier, _) = open(&world);
    change(&mut world.state());
    let before = world.state().files.clone();
    let refusal = begin(&mut applier, plan).expect_err("refused").to_string();
    assert_eq!(refusal, expect);
    assert_eq!(world.state().files, before, "{expect}");
    assert_eq!((applier.running(), applier.records().len()), (None, 0));
}

#[test]
fn a_file_that_changed_since_the_plan_is_named_and_planning_again_is_offered() {
    let start = "changed since the plan was made, so nothing was written; plan again to see the files as they are: ";
    check(
        |state| state.put(A, "POOL=51\r\n", 0o640),
        full_plan(),
        &format!("{start}/srv/checkout/.env: it has other content now"),
    );
    check(
        |state| {
            state.files.remove(A.as_ref() as &std::path::Path);
            state.put(B, "", 0o644);
        },
        full_plan(),
        &format!("{start}/srv/checkout/.env: it was removed; /etc/checkout/service.toml: it has other content now"),
    );
    check(
        |state| state.put("/srv/checkout/new.env", "x", 0o644),
        plan_of("production", &[("/srv/checkout/new.env", None, "POOL=24\n")]),
        &format!("{start}/srv/checkout/new.env: it has other content now"),
    );
}

#[test]
fn files_that_cannot_be_written_are_all_named_before_any_is() {
    check(
        |state| state.read_only.extend([A.into(), "/etc/checkout".into()]),
        full_plan(),
        "nothing was written: /srv/checkout/.env: this user has no permission; /etc/checkout/service.toml: this user \
         has no permission",
    );
    check(
        |_| {},
        plan_of("production", &[("/nowhere/a", None, "x"), ("/srv/checkout", Some(""), "x")]),
        "nothing was written: /nowhere/a: it is not there; /srv/checkout: it is not a file but a folder, a pipe or a device",
    );
    check(
        |state| drop(state.links.insert("/srv/link".into(), A.into())),
        plan_of("production", &[(A, Some("POOL=50\r\n"), "x"), ("/srv/link", Some("POOL=50\r\n"), "y")]),
        "nothing was written: /srv/link: another binding leads to the same file by another path: bind it once",
    );
}

#[test]
fn one_file_under_two_names_is_written_by_nobody_or_once() {
    let ids = |first: (u64, u64), second: (u64, u64)| {
        move |state: &mut State| state.ids.extend([(A.into(), first), (B.into(), second)])
    };
    let links = |path: &str| {
        format!(
            "{path}: it has 2 names (hard links), and replacing it would leave the old content under the others: make \
             those symbolic links to it, or this one a file of its own, then plan again"
        )
    };
    check(ids((7, 2), (8, 1)), full_plan(), &format!("nothing was written: {}", links(A)));
    check(ids((7, 2), (7, 2)), full_plan(), &format!("nothing was written: {}; {}", links(A), links(B)));
    // One name each and yet one file: a folder that is mounted at two places.
    let expect =
        format!("nothing was written: {B}: another binding leads to the same file by another path: bind it once");
    check(ids((7, 1), (7, 1)), full_plan(), &expect);
}

#[test]
fn a_journal_that_cannot_be_written_stops_it_and_leaves_nothing() {
    for fault in ["folder /data/applies/000001", "make /data/applies/000001/1.before", "flush /data/applies/000001"] {
        check(
            |state| state.faults.push((fault.into(), ErrorKind::PermissionDenied)),
            full_plan(),
            "the journal of applies cannot be written: this user has no permission: /data/applies/000001",
        );
    }
}

#[test]
fn a_plan_with_errors_without_changes_or_with_other_contents_is_refused() {
    let (mut plan, contents) = full_plan();
    let text = "two bindings write POOL".into();
    plan.problems.push(Problem { kind: ProblemKind::Error, key: None, place: None, text, fix: None, source: None });
    check(|_| {}, (plan, contents), "the plan cannot be applied: two bindings write POOL");
    check(|_| {}, plan_of("x", &[]), "the plan cannot be applied: every file has every value already");
    let (plan, mut contents) = full_plan();
    contents[1].bytes.push(b'x');
    let incomplete = format!("the plan cannot be applied: it is not complete, so plan again: {B}");
    check(|_| {}, (plan, contents), &incomplete);
    let (plan, mut contents) = full_plan();
    contents.pop();
    check(|_| {}, (plan, contents), &incomplete);
}

#[test]
fn one_apply_at_a_time() {
    let (mut applier, _) = open(&world());
    let id = begin(&mut applier, full_plan()).expect("begun");
    let expect = "apply 1 of production is not over: keep it or roll it back first";
    assert_eq!(begin(&mut applier, full_plan()).expect_err("refused").to_string(), expect);
    run(&mut applier);
    assert_eq!(begin(&mut applier, full_plan()).expect_err("refused").to_string(), expect);
    assert_eq!(applier.roll_back(ApplyId(9), "").expect_err("refused").to_string(), expect);
    applier.keep(id).expect("kept");
}

#[test]
fn a_link_is_followed_and_the_waiting_is_bounded() {
    let world = world();
    world.state().links.insert("/srv/link".into(), A.into());
    let (mut applier, _) = open(&world);
    let (plan, contents) = plan_of("production", &[("/srv/link", Some("POOL=50\r\n"), "POOL=24\r\n")]);
    let who = format!("ada\n{}", "x".repeat(200));
    applier.begin(&plan, contents, &who, Duration::ZERO).expect("begun");
    run(&mut applier);
    assert_eq!(world.state().text(A), "POOL=24\r\n");
    assert_eq!(applier.records()[0].files[0].path, std::path::Path::new(A));
    assert_eq!(applier.deadline(), Some(Duration::from_secs(1)));
    assert_eq!(&*applier.records()[0].who, format!("ada{}", "x".repeat(97)));
    // A link that was turned to another file meanwhile does not have the new values.
    let (plan, contents) = plan_of("production", &[("/srv/link", Some("POOL=24\r\n"), "POOL=30\r\n")]);
    applier.keep(ApplyId(1)).expect("kept");
    applier.begin(&plan, contents, "ada", MINUTE).expect("begun");
    applier.advance();
    world.state().links.insert("/srv/link".into(), B.into());
    assert_eq!(said(&run(&mut applier)), "rolled back: it does not hold what was written: /srv/link");
    assert_eq!(world.state().text(A), "POOL=24\r\n");
}
