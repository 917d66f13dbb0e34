//! Past applies: which can be taken back, which not and why, and how long they are kept.

use super::*;
use crate::apply::journal::{KEEP_BACKUPS, MAX_APPLIES};

fn pool(from: u32, to: u32) -> (Plan, Vec<NewContent>) {
    let text = |n: u32| if n == 50 { "POOL=50\r\n".to_owned() } else { format!("POOL={n}\n") };
    plan_of(&format!("p{to}"), &[(A, Some(&text(from)), &text(to))])
}

fn roll_back(applier: &mut Applier, id: ApplyId) -> String {
    match applier.roll_back(id, "ada asked") {
        Ok(_) => {
            while applier.advance().is_some() {}
            said(&applier.apply(id).expect("there").record.phase)
        }
        Err(e) => e.to_string(),
    }
}

#[test]
fn any_past_apply_is_taken_back_after_those_that_came_on_top_of_it() {
    let world = world();
    let (mut applier, _) = open(&world);
    let (one, two) = (apply_and_keep(&mut applier, pool(50, 24)), apply_and_keep(&mut applier, pool(24, 30)));
    // Another file is in nobody's way.
    apply_and_keep(&mut applier, plan_of("other", &[(B, Some("ttl = 1\n"), "ttl = 3\n")]));
    drop(applier);
    let (mut applier, told) = open(&world);
    assert_eq!(told, []);
    assert_eq!(
        roll_back(&mut applier, one),
        "apply 1 was not rolled back and no file was touched: /srv/checkout/.env: apply 2 of p30 changed it since: \
         roll that back first; what it held before is in /data/applies/000001/0.before"
    );
    assert_eq!(roll_back(&mut applier, two), "rolled back: ada asked");
    assert_eq!(world.state().text(A), "POOL=24\n");
    assert_eq!(roll_back(&mut applier, one), "rolled back: ada asked");
    assert_eq!(contents(&world), ["POOL=50\r\n".to_owned(), "ttl = 3\n".to_owned()]);
    assert_eq!(roll_back(&mut applier, one), "apply 1 was rolled back before");
    assert_eq!(applier.active().as_deref(), Some("other"));
    assert_eq!(roll_back(&mut applier, ApplyId(3)), "rolled back: ada asked");
    assert_eq!(applier.active(), None);
}

#[test]
fn the_reload_of_a_past_apply_is_done_again_and_told_by_its_record() {
    let world = world();
    let (mut applier, _) = open(&world);
    let id = apply_and_keep(&mut applier, full_plan());
    drop(applier);
    let (mut applier, _) = open(&world.restarted(false));
    assert_eq!(roll_back(&mut applier, id), "rolled back: ada asked");
    let runs: Vec<String> = world.state().log.iter().filter(|line| line.starts_with("run")).cloned().collect();
    assert_eq!(runs, ["run systemctl reload checkout"]);
    assert_eq!(contents(&world), old());
}

#[test]
fn what_somebody_changed_or_removed_since_is_left_as_it_is_and_nothing_else_is_touched() {
    for (change, expect) in [
        (Some("mine\n"), "somebody changed it since; what it held before is in /data/applies/000001/0.before"),
        (None, "somebody removed it since; what it held before is in /data/applies/000001/0.before"),
    ] {
        let world = world();
        let (mut applier, _) = open(&world);
        let id = apply_and_keep(&mut applier, full_plan());
        match change {
            Some(text) => world.state().put(A, text, 0o600),
            None => drop(world.state().files.remove(A.as_ref() as &std::path::Path)),
        }
        let n_steps = world.state().log.len();
        assert_eq!(
            roll_back(&mut applier, id),
            format!("apply 1 was not rolled back and no file was touched: {A}: {expect}")
        );
        assert_eq!(world.state().log.len(), n_steps);
        assert_eq!(contents(&world)[1], "ttl = 3\n");
        assert_eq!(applier.active().as_deref(), Some("production"));
        // Where the old content came back by hand, that file needs nothing.
        world.state().put(A, "POOL=50\r\n", 0o640);
        assert_eq!(roll_back(&mut applier, id), "rolled back: ada asked");
        assert_eq!(contents(&world), old());
    }
}

#[test]
fn damaged_and_missing_backups_are_found_before_anything_is_touched() {
    let world = world();
    let (mut applier, _) = open(&world);
    let id = apply_and_keep(&mut applier, full_plan());
    world.state().put("/data/applies/000001/0.before", "POOL=5O\r\n", 0o600);
    world.state().files.remove("/data/applies/000001/1.before".as_ref() as &std::path::Path);
    world.state().read_only.insert(B.into());
    assert_eq!(
        roll_back(&mut applier, id),
        format!(
            "apply 1 was not rolled back and no file was touched: {A}: its old content was kept but is damaged; {B}: its \
             old content cannot be read: it is not there"
        )
    );
    assert_eq!(contents(&world), new());
}

#[test]
fn old_content_is_kept_thirty_days_and_the_newest_always() {
    let world = world();
    let (mut applier, _) = open(&world);
    let one = apply_and_keep(&mut applier, pool(50, 24));
    let two = apply_and_keep(&mut applier, plan_of("other", &[(B, Some("ttl = 1\n"), "ttl = 3\n")]));
    drop(applier);
    let later = world.state().now.plus(KEEP_BACKUPS + Duration::from_secs(1));
    world.state().now = later;
    let (mut applier, _) = open(&world);
    assert_eq!(applier.records().len(), 2, "what was done is still told");
    assert_eq!(applier.records()[1].files[0].backup, None);
    assert!(!world.state().files.contains_key("/data/applies/000001/0.before".as_ref() as &std::path::Path));
    assert_eq!(
        roll_back(&mut applier, one),
        format!("apply 1 was not rolled back and no file was touched: {A}: its old content was removed after 30 days")
    );
    assert_eq!(roll_back(&mut applier, two), "rolled back: ada asked");
}

#[test]
fn two_hundred_applies_are_kept_and_no_number_comes_twice() {
    let world = world();
    let (mut applier, _) = open(&world);
    for i in 0..(MAX_APPLIES as u32 + 2) {
        let from = if i == 0 { 50 } else { 1000 + i };
        apply_and_keep(&mut applier, pool(from, 1001 + i));
    }
    drop(applier);
    let (applier, _) = open(&world);
    let ids: Vec<u64> = applier.records().iter().map(|record| record.id.0).collect();
    assert_eq!((ids.len(), ids[0], ids[MAX_APPLIES - 1]), (MAX_APPLIES, 202, 3));
    assert!(!world.state().files.keys().any(|path| path.starts_with("/data/applies/000002")));
    assert_eq!(applier.next_id, 203);
}

#[test]
fn a_record_that_cannot_be_read_is_told_left_and_its_number_not_used() {
    let world = world();
    let newer = "(\n  version: 2, id: 4";
    world.state().put("/data/applies/000004/record.ron", newer, 0o600);
    world.state().put("/data/applies/000003/0.before", "x", 0o600);
    world.state().put("/data/applies/notes.txt", "x", 0o600);
    let (mut applier, told) = open(&world);
    let told: Vec<String> = told.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 1);
    assert!(
        told[0].starts_with("A record of an apply cannot be read and was left as it is: line 2, column"),
        "{told:?}"
    );
    assert!(told[0].ends_with(": /data/applies/000004/record.ron"), "{told:?}");
    assert_eq!(world.state().text("/data/applies/000004/record.ron"), newer);
    assert_eq!(world.state().text("/data/applies/000003/0.before"), "", "what never began is gone");
    assert_eq!(begin(&mut applier, full_plan()).expect("begun"), ApplyId(5));
}

#[test]
fn a_record_reads_back_as_it_was() {
    use crate::model::profile::{DiffLine, DiffSign};
    let world = world();
    let (mut applier, _) = open(&world);
    let (mut plan, contents) = full_plan();
    let line = |sign, number, text: &str, changed| DiffLine { sign, number, text: text.into(), changed };
    plan.files[0].diff = Arc::from([
        line(DiffSign::Same, 1, "\u{feff}# ä \"quoted\"\t", 0..0),
        line(DiffSign::Removed, 2, "POOL=50", 5..7),
        line(DiffSign::Added, 2, "POOL=24", 5..7),
        line(DiffSign::Skipped, 3, "", 0..0),
    ]);
    plan.reloads.push((Arc::from(A), Reload::Post { url: "http://h/x".into(), timeout: MINUTE }));
    begin(&mut applier, (plan, contents)).expect("begun");
    world.state().answers.clear();
    run(&mut applier);
    let before = applier.applies[0].clone();
    assert!(matches!(before.record.phase, ApplyPhase::RolledBack { .. }));
    drop(applier);
    let (applier, _) = open(&world);
    assert_eq!(applier.applies[0], before);
}
