//! Profiles are made, duplicated, renamed and deleted; own parameters and rules are written.

use std::sync::Arc;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use perfdesk::model::Command;
use perfdesk::model::profile::{ProfileCommand, Tuning};

use super::{open, saved, type_into};
use crate::support::Window;
use crate::support::tuning::{PRODUCTION, catalogue, profile, unbound, with};

fn asked(window: &mut Window) -> Vec<ProfileCommand> {
    let commands = window.commands().into_iter();
    commands.filter_map(|c| if let Command::Profile(command) = c { Some(command) } else { None }).collect()
}

fn with_profile(name: &str, text: &str) -> Tuning {
    let mut tuning = unbound();
    let mut profiles = tuning.profiles.to_vec();
    profiles.push(profile(name, text, false, &catalogue()));
    tuning.profiles = profiles.into();
    tuning
}

#[test]
fn a_new_profile_is_made_on_a_base_and_put_on_the_page() {
    let mut window = open(unbound());
    window.click("New profile");
    type_into(&mut window, "Name of the profile", "nightly");
    type_into(&mut window, "What the profile is for", "the batch at night");
    window.click_role(Role::Button, "Create profile");
    let (name, text) = saved(&mut window).expect("it is made");
    assert_eq!(name, "nightly");
    let read = profile(&name, &text, false, &catalogue());
    assert_eq!((read.base.as_deref(), &*read.about), (Some("production"), "the batch at night"));
    window.publish(with(with_profile("nightly", &text)));
    assert!(window.shows_part("nightly is not bound to any file yet."));
}

#[test]
fn a_name_that_is_taken_or_cannot_be_one_is_refused() {
    let mut window = open(unbound());
    window.click("New profile");
    for name in ["production", "a b", "local", "../x"] {
        type_into(&mut window, "Name of the profile", name);
        window.click_role(Role::Button, "Create profile");
        assert_eq!(saved(&mut window), None, "{name}");
    }
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.shows("Create profile"));
}

#[test]
fn a_duplicate_has_the_same_text_comments_and_all() {
    let mut window = open(unbound());
    window.click("More about this profile");
    window.click("Duplicate…");
    type_into(&mut window, "Name of the profile", "production-2");
    window.press(Modifiers::NONE, Key::Enter);
    assert_eq!(saved(&mut window), Some(("production-2".into(), PRODUCTION.into())));
}

#[test]
fn an_own_profile_is_renamed_and_its_draft_goes_along() {
    let mut window = open(unbound());
    window.click_role(Role::ListItem, "Profile black-friday");
    type_into(&mut window, "Database: Pool, minimum, exact", "30");
    window.press(Modifiers::NONE, Key::Enter);
    window.click("More about this profile");
    window.click("Rename…");
    type_into(&mut window, "Name of the profile", "cyber-monday");
    window.click_role(Role::Button, "Rename");
    let rename = ProfileCommand::Rename { from: "black-friday".into(), to: "cyber-monday".into() };
    assert_eq!(asked(&mut window), [rename]);
    let mut tuning = unbound();
    let renamed = |p: &Arc<perfdesk::model::profile::Profile>| {
        if &*p.name == "black-friday" { profile("cyber-monday", &p.text, false, &catalogue()) } else { p.clone() }
    };
    tuning.profiles = tuning.profiles.iter().map(renamed).collect();
    window.publish(with(tuning));
    assert!(window.shows("Profile cyber-monday") && window.shows_part("was 20"));
}

#[test]
fn a_deleted_profile_can_be_had_back() {
    let mut window = open(unbound());
    window.click_role(Role::ListItem, "Profile black-friday");
    window.click("More about this profile");
    window.click("Delete");
    assert_eq!(asked(&mut window), [ProfileCommand::Delete("black-friday".into())]);
    let mut tuning = unbound();
    tuning.profiles = tuning.profiles.iter().filter(|p| &*p.name != "black-friday").cloned().collect();
    window.publish(with(tuning));
    assert!(window.shows("Deleted black-friday"));
    window.click_role(Role::Link, "Undo");
    assert_eq!(saved(&mut window).map(|(name, _)| name).as_deref(), Some("black-friday"));
}

#[test]
fn a_shipped_profile_is_neither_renamed_nor_deleted() {
    let mut window = open(unbound());
    window.click("More about this profile");
    assert!(window.shows("Duplicate…") && !window.shows("Rename…") && !window.shows("Delete"));
}

#[test]
fn purpose_base_and_notes_go_into_the_draft() {
    let mut window = open(unbound());
    window.click("More about this profile");
    window.click("Purpose, base and notes…");
    type_into(&mut window, "Notes about the profile", "tried 60, too many");
    window.click_role(Role::Button, "Done");
    assert!(window.shows_part("The text has changes that are not saved."));
    window.press(Modifiers::COMMAND, Key::S);
    let (name, text) = saved(&mut window).expect("it is saved");
    assert_eq!(&*profile(&name, &text, true, &catalogue()).notes, "tried 60, too many");
    assert!(text.contains("// Half of what the database takes."), "comments stay");
}

#[test]
fn a_parameter_of_ones_own_is_added_without_writing_ron() {
    let mut window = open(unbound());
    window.click("More about this profile");
    window.click("New parameter…");
    type_into(&mut window, "Name of the parameter", "queue.depth");
    window.click_role(Role::Button, "Add parameter");
    assert!(window.shows_part("A title is needed"));
    type_into(&mut window, "Title of the parameter", "Queue, greatest depth");
    type_into(&mut window, "Greatest value", "5000");
    type_into(&mut window, "Default", "100");
    window.press(Modifiers::NONE, Key::Enter);
    window.click_role(Role::Button, "Add parameter");
    let commands = asked(&mut window);
    let [ProfileCommand::SaveCatalogue(text)] = commands.as_slice() else { panic!("{commands:?}") };
    let (read, problems) = perfdesk::profile::catalogue::with_own(text);
    assert_eq!(problems, []);
    assert!(read.parameters.iter().any(|def| def.key.as_str() == "queue.depth" && def.is_own));
}

/// The field is higher than what is seen of it: a click in its middle would miss it.
fn write_rules(window: &mut Window, text: &str) {
    window.harness.get_by_label("Rules as text").focus();
    window.run();
    window.press(Modifiers::COMMAND, Key::A);
    window.type_text(text);
}

#[test]
fn rules_are_edited_as_text_and_faults_keep_them_from_being_saved() {
    let mut tuning = unbound();
    tuning.rules = perfdesk::profile::detect::shipped_rules_text().into();
    let mut window = open(tuning);
    window.click("More about this profile");
    window.click("Rules that detect the environment…");
    write_rules(&mut window, "(version: 1, rules: [");
    window.click_role(Role::Button, "Save");
    assert_eq!(asked(&mut window), []);
    write_rules(&mut window, perfdesk::profile::detect::shipped_rules_text());
    window.click_role(Role::Button, "Save");
    assert!(matches!(asked(&mut window).as_slice(), [ProfileCommand::SaveRules(_)]));
}
