//! A plan is looked at, applied, kept or taken back; the window tells how it goes on every page.

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use perfdesk::model::Command;
use perfdesk::model::profile::{
    ApplyCommand, ApplyId, ApplyPhase, ApplyRecord, PlanId, Problem, ProblemKind, StepState, Tuning,
};
use perfdesk::ui::Page;

use super::{NARROW, open, open_at, type_into};
use crate::support::tuning::{PRODUCTION, bound, on_trial, plan, profile, record, unbound, with};
use crate::support::{NOW, Window};

/// The page with a plan that has come.
fn open_planned() -> Window {
    let mut window = open(bound());
    window.publish(with(Tuning { plan: Some(Arc::new(plan(1))), ..bound() }));
    window.commands();
    window
}

fn trying() -> Tuning {
    Tuning { applies: vec![Arc::new(on_trial())].into(), ..bound() }
}

fn applied(window: &mut Window) -> Vec<ApplyCommand> {
    let commands = window.commands().into_iter();
    commands.filter_map(|c| if let Command::Apply(command) = c { Some(command) } else { None }).collect()
}

#[test]
fn a_plan_shows_each_file_and_what_is_done_then() {
    let mut window = open_planned();
    assert!(window.shows("Plan: now, Apply: not begun, Verify: not begun, Keep: not begun"));
    assert!(window.shows("12 removed: DB_POOL_MAX=50") && window.shows("12 added: DB_POOL_MAX=24"));
    assert!(window.shows("Reload: systemctl reload checkout"));
    assert!(window.shows("Verify: ask 127.0.0.1:8080/config for 3 values"));
    assert!(window.shows_part("you do not keep it within 60\u{2009}s, both files go back to what they were."));
    window.click("/srv/checkout/.env: 2 added, 2 removed");
    assert!(!window.shows("12 added: DB_POOL_MAX=24"), "folded");
    window.click_role(Role::Button, "Apply to 2 files");
    let keep_within = Duration::from_secs(60);
    assert_eq!(applied(&mut window), [ApplyCommand::Apply { plan: PlanId(1), keep_within }]);
}

#[test]
fn what_was_changed_keeps_its_mark_while_it_is_on_trial() {
    let mut window = open(bound());
    type_into(&mut window, "Database: Pool, maximum, exact", "24");
    window.press(Modifiers::NONE, Key::Enter);
    window.publish(with(Tuning { plan: Some(Arc::new(plan(1))), ..bound() }));
    window.click_role(Role::Button, "Apply to 2 files");
    let text = PRODUCTION.replace("value: 50", "value: 24");
    let kept = |phase| {
        let mut profiles = bound().profiles.to_vec();
        let changed = profiles.iter_mut().find(|known| &*known.name == "production").expect("there");
        *changed = profile("production", &text, true, &bound().catalogue);
        let record = ApplyRecord { phase, ..on_trial() };
        with(Tuning { profiles: profiles.into(), applies: vec![Arc::new(record)].into(), ..bound() })
    };
    window.publish(kept(on_trial().phase));
    assert!(window.shows_part("was 50") && window.shows("Show: Changed 1"));
    assert!(window.shows_part("Edits wait until you keep or roll back."));
    window.publish(kept(ApplyPhase::Kept));
    assert!(!window.shows_part("was 50") && window.shows("Show: Changed 0"));
}

#[test]
fn what_stands_in_the_way_of_a_plan_makes_applying_impossible() {
    let mut window = open(bound());
    let mut faulty = plan(1);
    let problem = Problem {
        kind: ProblemKind::Error,
        key: None,
        place: None,
        text: "DB_POOL_MAX stands twice, in lines 3 and 9: take one out".into(),
        fix: None,
        source: None,
    };
    faulty.files[0].problems.push(problem);
    window.publish(with(Tuning { plan: Some(Arc::new(faulty)), ..bound() }));
    window.commands();
    assert!(window.shows("DB_POOL_MAX stands twice, in lines 3 and 9: take one out"));
    window.click_role(Role::Button, "Apply to 2 files");
    assert_eq!(applied(&mut window), []);
}

#[test]
fn nothing_to_write_is_told_and_there_is_nothing_to_press() {
    let mut window = open(bound());
    let mut empty = plan(1);
    empty.files.clear();
    empty.n_unchanged = 3;
    window.publish(with(Tuning { plan: Some(Arc::new(empty)), ..bound() }));
    assert!(window.shows_part("All 3 bound files already have every value"));
    assert!(window.harness.query_all_by_label_contains("Apply to").next().is_none());
}

#[test]
fn what_is_on_trial_is_kept_by_its_button_or_by_enter() {
    let mut window = open(trying());
    assert!(window.shows("Applied and verified"));
    assert!(window.shows_part("Two new values") || window.shows_part("Three new values are on trial."));
    assert!(window.shows("0:47 until both files go back by themselves"));
    assert!(window.shows("Plan: done, Apply: done, Verify: done, Keep: now"));
    assert!(window.shows("Reloaded: systemctl reload checkout in 0.8 s"));
    assert!(window.shows("on trial"));
    window.commands();
    window.click_role(Role::Button, "Keep the changes");
    assert_eq!(applied(&mut window), [ApplyCommand::Keep(ApplyId(7))]);
    window.press(Modifiers::NONE, Key::Enter);
    assert_eq!(applied(&mut window), [ApplyCommand::Keep(ApplyId(7))]);
    window.click_role(Role::Button, "Roll back now");
    assert_eq!(applied(&mut window), [ApplyCommand::RollBack(ApplyId(7))]);
}

#[test]
fn enter_in_a_field_keeps_nothing() {
    let mut window = open(trying());
    type_into(&mut window, "Database: Pool, maximum, exact", "24");
    window.commands();
    window.press(Modifiers::NONE, Key::Enter);
    assert_eq!(applied(&mut window), []);
}

#[test]
fn the_status_bar_counts_along_on_every_page_and_only_during_a_trial() {
    let mut window = open(trying());
    for page in [Page::Overview, Page::Settings, Page::Profiles] {
        window.go(page);
        assert!(window.shows("production, on trial 0:47"), "{page:?}");
    }
    window.publish(with(bound()));
    assert!(window.harness.query_by_role_and_label(Role::Link, "production").is_some());
    window.go(Page::Help);
    window.click_role(Role::Link, "production");
    assert_eq!(window.page(), Page::Profiles);
}

#[test]
fn what_went_back_tells_why_until_it_is_put_away() {
    let mut window = open(trying());
    let mut failed = record(7, NOW, ApplyPhase::RolledBack { why: "the reload ended with 1".into() });
    failed.steps[1].state = StepState::Failed;
    failed.steps[1].output = "unit not found".into();
    window.publish(with(Tuning { applies: vec![Arc::new(failed)].into(), ..bound() }));
    assert!(window.shows("Rolled back") && window.shows_part("The reload ended with 1."));
    assert!(window.shows("Plan: done, Apply: done, Verify: failed, Keep: not begun"));
    assert!(window.shows_part("unit not found"));
    window.click_role(Role::Button, "Back to the plan");
    assert!(!window.shows("Rolled back"));
}

#[test]
fn what_is_stuck_says_so_and_can_be_tried_again() {
    let mut window = open(trying());
    let stuck = ApplyPhase::Stuck { why: "no permission to write /srv/checkout/.env: give it and try again".into() };
    window.publish(with(Tuning { applies: vec![Arc::new(record(7, NOW, stuck))].into(), ..bound() }));
    assert!(window.shows_part("No permission to write /srv/checkout/.env: give it and try again."));
    window.commands();
    window.click_role(Role::Button, "Try again to roll back");
    assert_eq!(applied(&mut window), [ApplyCommand::RollBack(ApplyId(7))]);
}

#[test]
fn past_applies_are_listed_with_who_and_when_and_any_is_taken_back_after_a_question() {
    let kept = record(3, NOW.minus(Duration::from_secs(90_000)), ApplyPhase::Kept);
    let back = record(2, NOW.minus(Duration::from_secs(95_000)), ApplyPhase::RolledBack { why: "asked for".into() });
    let mut window = open(Tuning { applies: vec![Arc::new(kept), Arc::new(back)].into(), ..bound() });
    window.click_role(Role::Tab, "History 2");
    assert!(window.shows_part("by ada, 2 files, after development, kept"));
    assert!(window.shows_part("rolled back: asked for"));
    window.commands();
    let button = window.harness.query_all_by_label_contains("Roll back production").next().expect("a button");
    button.click();
    window.run();
    assert_eq!(applied(&mut window), [], "not before it is confirmed");
    window.click_role(Role::Button, "Roll back");
    assert_eq!(applied(&mut window), [ApplyCommand::RollBack(ApplyId(3))]);
    let row = window.harness.query_all_by_label_contains("after development, kept").next().expect("a row");
    row.click();
    window.run();
    assert!(window.shows("Kept"), "the right panel shows it");
}

#[test]
fn with_nothing_bound_the_panel_says_what_binding_is_for() {
    let mut window = open(unbound());
    assert!(window.shows("Where does this profile go?"));
    window.click_role(Role::Button, "Bind a file…");
    assert!(window.shows("File to bind"));
}

#[test]
fn a_narrow_window_counts_down_in_the_button_of_the_panel() {
    let mut window = open_at(trying(), NARROW);
    window.click_role(Role::Button, "On trial 0:47");
    window.commands();
    window.click_role(Role::Button, "Keep the changes");
    assert_eq!(applied(&mut window), [ApplyCommand::Keep(ApplyId(7))]);
}
