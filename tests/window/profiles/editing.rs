//! Values are edited: by every kind of control and as text; what goes into the draft, and what leaves for the engine.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use perfdesk::model::Command;
use perfdesk::model::profile::{ApplyCommand, ParamKey, ParamValue, ProfileCommand, Tuning};

use super::{open, open_at, planned, saved, type_into};
use crate::support::Window;
use crate::support::tuning::{PRODUCTION, bound, catalogue, plan, profile, unbound, with};

/// Saves, and answers with the value a parameter has in the text that left.
fn saved_value(window: &mut Window, key: &str) -> Option<ParamValue> {
    window.press(Modifiers::COMMAND, Key::S);
    let (name, text) = saved(window)?;
    let read = profile(&name, &text, false, &catalogue());
    assert_eq!(&*read.problems, [], "{text}");
    read.get(&ParamKey::new(key)).map(|entry| entry.value.clone())
}

#[test]
fn a_typed_number_goes_into_the_text_and_every_comment_stays() {
    let mut window = open(unbound());
    type_into(&mut window, "Database: Pool, maximum, exact", "24");
    assert!(window.shows_part("was 50"));
    assert!(window.shows("Show: Changed 1"));
    assert!(window.shows_part("One change waits to be saved."));
    window.press(Modifiers::NONE, Key::Enter);
    window.press(Modifiers::COMMAND, Key::S);
    let (name, text) = saved(&mut window).expect("it is saved");
    assert_eq!(name, "production");
    assert_eq!(text, PRODUCTION.replace("value: 50", "value: 24"));
}

#[test]
fn what_cannot_be_read_is_told_at_once_and_never_applied() {
    let mut window = open(bound());
    type_into(&mut window, "Database: Pool, maximum, exact", "999");
    assert!(window.harness.query_all_by_role(Role::Alert).next().is_some(), "more than 100 is told");
    assert!(window.shows_part("Nothing can be applied while these stand."));
    window.press(Modifiers::NONE, Key::Enter);
    window.press(Modifiers::COMMAND, Key::S);
    assert_eq!(saved(&mut window), None, "neither 9 nor 99, which were typed on the way");
    window.harness.get_by_label("Database: Pool, maximum, exact").click();
    window.run();
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.shows_part("Nothing can be applied while these stand."));
}

#[test]
fn times_sizes_and_lists_are_read_as_people_write_them() {
    for (field, typed, key, expect) in [
        ("Database: Acquire timeout", "90s", "database.acquire_timeout", ParamValue::Duration(secs(90))),
        ("Database: Acquire timeout", "1 h 30 min", "database.acquire_timeout", ParamValue::Duration(secs(5400))),
        ("Cache: Size", "1 GiB", "cache.size", ParamValue::Size(1 << 30)),
        (
            "Cache: Warm-up keys",
            "home, prices",
            "cache.warm",
            ParamValue::List(["home".into(), "prices".into()].into()),
        ),
    ] {
        let mut window = open(unbound());
        type_into(&mut window, field, typed);
        window.press(Modifiers::NONE, Key::Enter);
        assert_eq!(saved_value(&mut window, key), Some(expect), "{typed}");
    }
}

fn secs(seconds: u64) -> std::time::Duration {
    std::time::Duration::from_secs(seconds)
}

#[test]
fn switches_and_choices_are_set_by_a_click() {
    let mut window = open(unbound());
    window.click_role(Role::Switch, "HTTP client: Keep-alive");
    assert_eq!(saved_value(&mut window, "http.keep_alive"), Some(ParamValue::Switch(false)));
    window.click("Cache: Eviction: LFU");
    assert_eq!(saved_value(&mut window, "cache.policy"), Some(ParamValue::Text("lfu".into())));
}

#[test]
fn a_slider_moves_by_keys_and_by_a_click_on_its_rail() {
    let mut window = open(unbound());
    let rail = window.harness.get_by_role_and_label(Role::Slider, "Database: Pool, maximum").rect();
    window.harness.hover_at(rail.right_center() - eframe::egui::vec2(6.0, 0.0));
    window.harness.get_by_role_and_label(Role::Slider, "Database: Pool, maximum").click();
    window.run();
    let middle = saved_value(&mut window, "database.pool_max");
    assert!(matches!(middle, Some(ParamValue::Count(45..=55))), "{middle:?}");
}

#[test]
fn what_is_set_for_this_machine_alone_is_not_changed_in_a_profile() {
    let mut window = open(unbound());
    window.click("HTTP client: Back-off between retries: Exponential");
    assert!(!window.shows("Linear"), "no list drops");
    window.click("HTTP client: Back-off between retries: atlas-02 only");
    window.click("HTTP client: Back-off between retries: Exponential");
    window.click_role(Role::MenuItem, "Linear");
    window.press(Modifiers::COMMAND, Key::S);
    let (name, text) = saved(&mut window).expect("it is saved");
    assert_eq!(name, "local");
    assert!(text.contains("\"linear\""), "{text}");
}

#[test]
fn a_time_to_live_becomes_a_table_of_key_classes() {
    let mut window = open(unbound());
    window.click("Cache: Time to live: By key class");
    assert!(window.shows("Cache: Time to live: life of *"));
    window.click("Cache: Time to live: add a class");
    type_into(&mut window, "Cache: Time to live: class 1", "product:*");
    window.press(Modifiers::NONE, Key::Enter);
    type_into(&mut window, "Cache: Time to live: life of product:*", "3 h");
    window.press(Modifiers::NONE, Key::Enter);
    type_into(&mut window, "Cache: Time to live: stale time of product:*", "10 min");
    window.press(Modifiers::NONE, Key::Enter);
    let Some(ParamValue::ByClass(table)) = saved_value(&mut window, "cache.ttl") else { panic!("a table") };
    let rows: Vec<_> = table.rows.iter().map(|r| (&*r.class, r.lives.as_secs(), r.stale.as_secs())).collect();
    assert_eq!(rows, [("product:*", 10_800, 600), ("*", 3600, 0)]);
    window.click("Cache: Time to live: take out product:*");
    window.click("Cache: Time to live: One value");
    assert_eq!(saved_value(&mut window, "cache.ttl"), None, "one hour is what production had: nothing is unsaved");
}

#[test]
fn undo_and_redo_go_step_by_step_through_all_edits() {
    let mut window = open(unbound());
    type_into(&mut window, "Database: Pool, maximum, exact", "24");
    window.press(Modifiers::NONE, Key::Enter);
    window.click("Cache: Eviction: LFU");
    assert!(window.shows("Show: Changed 2"));
    window.press(Modifiers::COMMAND, Key::Z);
    assert!(window.shows("Show: Changed 1"));
    window.click_role(Role::Button, "Undo");
    assert!(window.shows("Show: Changed 0"));
    window.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    window.click_role(Role::Button, "Redo");
    assert!(window.shows("Show: Changed 2"));
    window.click("Take back Database: Pool, maximum");
    assert!(window.shows("Show: Changed 1"));
    window.click_role(Role::Button, "More about this profile");
    window.click("Take all changes back");
    assert!(window.shows("Show: Changed 0"));
    window.click_role(Role::Button, "Undo");
    assert!(window.shows("Show: Changed 1"), "that can be undone, too");
}

#[test]
fn an_own_value_is_reset_to_the_layer_below() {
    let mut window = open(unbound());
    window.click("About Database: Pool, maximum");
    window.click("Reset Database: Pool, maximum");
    assert!(window.shows_part("was 50"));
    assert!(window.shows_part("Database: Pool, maximum"));
    assert_eq!(saved_value(&mut window, "database.pool_max"), None);
}

#[test]
fn the_text_is_edited_beside_the_controls_and_its_faults_have_places() {
    let mut window = open(unbound());
    window.click_role(Role::Tab, "Text");
    let edit = "Text of the profile";
    let text = PRODUCTION.replace("200", "250").replace("\"1 h\"", "\"an hour\"");
    window.harness.get_by_label(edit).focus();
    window.run();
    window.press(Modifiers::COMMAND, Key::A);
    window.type_text(&text);
    assert!(window.shows_part("11:"), "the line of the fault is told");
    window.click_role(Role::Tab, "Parameters");
    assert!(window.shows("Show: Changed 1"), "one hour is also the default");
    window.press(Modifiers::COMMAND, Key::Z);
    assert!(window.shows("Show: Changed 0"), "one history for text and controls");
}

#[test]
fn a_plan_is_asked_for_with_the_draft_once_it_settled() {
    let mut window = open(bound());
    assert_eq!(planned(&mut window), Some(("production".into(), None)), "what is on the page, at once");
    let mut tuning = bound();
    tuning.plan = Some(std::sync::Arc::new(plan(1)));
    window.publish(with(tuning));
    assert!(window.shows_part("3 parameters in 2 files of checkout. Nothing is written yet."));
    type_into(&mut window, "Database: Pool, maximum, exact", "24");
    window.harness.run_steps(8);
    let (name, draft) = planned(&mut window).expect("planned again");
    assert_eq!(name, "production");
    assert!(draft.is_some_and(|draft| draft.contains("value: 24")));
    window.click_role(Role::Button, "Apply to 2 files");
    assert_eq!(window.commands(), [], "the plan of before is not the one to apply");
}

#[test]
fn save_only_keeps_and_applies_nothing_and_discard_takes_back() {
    let mut tuning = bound();
    tuning.plan = Some(std::sync::Arc::new(plan(1)));
    let mut window = open(tuning.clone());
    type_into(&mut window, "Database: Pool, maximum, exact", "24");
    window.press(Modifiers::NONE, Key::Enter);
    window.harness.run_steps(8);
    tuning.plan = Some(std::sync::Arc::new(plan(2)));
    window.publish(with(tuning));
    window.commands();
    window.click_role(Role::Button, "Save only");
    let commands = window.commands();
    assert!(commands.iter().any(|c| matches!(c, Command::Profile(ProfileCommand::Save { .. }))));
    assert!(!commands.iter().any(|c| matches!(c, Command::Apply(ApplyCommand::Apply { .. }))));
    window.click_role(Role::Button, "Discard");
    assert!(window.shows("Show: Changed 0"));
}

#[test]
fn a_change_from_elsewhere_is_told_and_neither_side_is_lost() {
    let mut window = open(unbound());
    type_into(&mut window, "Database: Pool, maximum, exact", "24");
    window.press(Modifiers::NONE, Key::Enter);
    let mut tuning = unbound();
    let theirs = profile("production", &PRODUCTION.replace("200", "300"), true, &catalogue());
    tuning.profiles =
        tuning.profiles.iter().map(|p| if p.name == theirs.name { theirs.clone() } else { p.clone() }).collect();
    window.publish(with(tuning));
    assert!(window.shows_part("was changed elsewhere since you began"));
    window.click("Take theirs");
    assert!(!window.shows_part("was changed elsewhere") && window.shows("Show: Changed 0"));
    window.click_role(Role::Button, "Undo");
    assert!(window.shows_part("was 50"), "mine is there again");
}

#[test]
fn secrets_are_made_and_copied_by_a_click_and_never_shown() {
    let mut window = open_at(unbound(), [1440.0, 1200.0]);
    window.click("Make Security: Secret key");
    let name = window.commands().into_iter().find_map(|command| match command {
        Command::Profile(ProfileCommand::MakeSecret(name)) => Some(name),
        _ => None,
    });
    assert_eq!(name.as_deref(), Some("production-secret"));
    assert!(window.shows("Security: Secret key: the secret production-secret is not made yet"));
    let made = || Tuning { secrets: vec!["production-secret".into()].into(), ..unbound() };
    window.publish(with(made()));
    assert!(window.shows("Security: Secret key: the secret production-secret is kept"));
    window.click("Copy Security: Secret key");
    assert!(window.commands().contains(&Command::Profile(ProfileCommand::RevealSecret("production-secret".into()))));
    let mut tuning = made();
    tuning.revealed = Some(("production-secret".into(), perfdesk::model::profile::Secret("s3cr3t".into())));
    window.publish(with(tuning));
    assert!(!window.shows_part("s3cr3t"));
    assert!(window.shows_part("Copied"));
}

#[test]
fn values_typed_letter_by_letter_one_after_another_all_stay() {
    let mut window = open(unbound());
    for (field, typed) in [
        ("Database: Pool, maximum, exact", "24"),
        ("Database: Statement timeout", "30s"),
        ("Database: Log queries slower than", "250ms"),
    ] {
        window.harness.get_by_label(field).click();
        window.run();
        window.press(Modifiers::COMMAND, Key::A);
        for letter in typed.chars() {
            window.type_text(&letter.to_string());
        }
        window.press(Modifiers::NONE, Key::Enter);
    }
    window.press(Modifiers::COMMAND, Key::S);
    let (name, text) = saved(&mut window).expect("it is saved");
    let read = profile(&name, &text, false, &catalogue());
    let value = |key: &str| read.get(&ParamKey::new(key)).map(|entry| entry.value.clone());
    assert_eq!(value("database.pool_max"), Some(ParamValue::Count(24)));
    assert_eq!(value("database.statement_timeout"), Some(ParamValue::Duration(secs(30))));
    let quarter = std::time::Duration::from_millis(250);
    assert_eq!(value("database.slow_query"), Some(ParamValue::Duration(quarter)));
}
