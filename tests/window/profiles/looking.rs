//! What the page shows: profiles, files, the environment, layers; in a wide and in a narrow window.

use std::sync::Arc;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use perfdesk::model::Command;
use perfdesk::model::profile::{BindingCommand, BoundValue, Detection, LOCAL_LAYER, SeenIn, Tuning};
use perfdesk::ui::Page;

use super::{NARROW, open, open_at, type_into};
use crate::support::tuning::{bound, catalogue, profile, unbound, with};
use crate::support::{Window, snapshot};

#[test]
fn the_profile_in_force_is_on_the_page_with_its_layers() {
    let window = open(bound());
    assert!(window.harness.query_by_role_and_label(Role::ListItem, "Profile production").is_some());
    assert!(window.shows("active"));
    for (row, from) in
        [("Database: Pool, minimum", "from base"), ("HTTP client: Back-off between retries", "atlas-02 only")]
    {
        assert!(window.shows(&format!("{row}: {from}")), "{row} {from}");
    }
    assert!(window.shows("Show: All 15") && window.shows("Show: Changed 0"));
    assert!(window.shows("HTTP client: Back-off between retries: Exponential"));
}

#[test]
fn another_profile_is_put_on_the_page_by_a_click() {
    let mut window = open(bound());
    window.click_role(Role::ListItem, "Profile high-load");
    assert!(window.shows("Cache: Time to live: life of product:*"));
    assert!(
        window.shows("HTTP client: Connections, total: exact")
            || window.shows("HTTP client: Connections, total, exact")
    );
    window.click("Database: Statement timeout: from production");
    assert!(window.shows("Database: Pool, maximum, exact"));
    assert!(!window.shows("Cache: Time to live: life of product:*"), "production is on the page");
}

#[test]
fn bound_files_tell_when_they_were_verified_and_what_drifted() {
    let mut window = open(bound());
    assert!(window.shows_part("Binding checkout/.env: 2 parameters, verified "));
    assert!(window.shows("Binding inventory/application.yaml: 2 parameters, 1 drifted in the file"));
    window.commands();
    window.click("More about this profile");
    window.click("Check bound files now");
    assert!(window.commands().contains(&Command::Binding(BindingCommand::Check)));
}

#[test]
fn a_drifting_value_says_whether_it_was_seen_in_the_file_or_in_the_service() {
    let in_file = bound().bindings[2].drift[0].clone();
    let in_service = BoundValue { seen_in: SeenIn::Service, found: Some("45".into()), ..in_file.clone() };
    let mut tuning = bound();
    let mut bindings = tuning.bindings.to_vec();
    bindings[2].drift = Arc::new([in_file, in_service]);
    bindings[0].unanswered = Some("127.0.0.1:8080: nothing listens there".into());
    tuning.bindings = bindings.into();
    let mut window = open(tuning);
    let sentence = "Two values in one file and one running service are not what the profile says.";
    assert!(window.shows_part(sentence));
    let both = "Binding inventory/application.yaml: 2 parameters, drifted: 1 in the file, 1 in the service";
    window.click(both);
    for part in [
        "Drifted in the file",
        "In the file, pool.max is 40, 50 is expected; since ",
        "Apply the profile again to write its values",
        "Drifted in the running service",
        "In the running service, pool.max is 45, 50 is expected; since ",
        "the service has not read them yet",
    ] {
        assert!(window.shows_part(part), "{part}");
    }
    assert!(!window.shows_part("did not answer: "), "this one was asked");
    window.click("Close the binding");
    window.click("Binding checkout/.env: 2 parameters, service did not answer");
    assert!(window.shows("The running service did not answer"));
    assert!(window.shows("127.0.0.1:8080: nothing listens there"));
    assert!(window.shows_part("Start the service, or correct its address"));
    window.commands();
    window.click("Ask again");
    assert!(window.commands().contains(&Command::Binding(BindingCommand::Check)));
}

#[test]
fn the_detected_environment_is_told_with_its_reason_and_chosen_by_a_click() {
    let mut window = open(bound());
    window.click_role(Role::ListItem, "Profile development");
    window.click_role(Role::Link, "Detected: production, APP_ENV is production, and 1 more");
    assert!(window.shows_part("Database: Statement timeout"));
    let none = Tuning { detection: Arc::new(Detection::default()), ..bound() };
    let window = open(none);
    assert!(!window.shows_part("Detected:"));
}

#[test]
fn a_search_and_the_choice_of_changed_ones_leave_what_fits() {
    let mut window = open(bound());
    type_into(&mut window, "Find parameter", "pool max");
    assert!(window.shows("Database: Pool, maximum") && !window.shows("Database: Pool, minimum"));
    type_into(&mut window, "Find parameter", "no such thing");
    assert!(window.shows_part("No parameter matches"));
    window.click("Show all parameters");
    window.click("Show: Changed 0");
    assert!(window.shows_part("Nothing is changed"));
}

#[test]
fn pointing_and_clicking_at_a_name_tells_everything_of_the_parameter() {
    let mut window = open(bound());
    window.click("About Database: Pool, maximum");
    for part in
        ["What Pool, maximum does.", "database.pool_max", "More memory.", "1 to 100 connections", "rule of thumb"]
    {
        assert!(window.shows_part(part), "{part}");
    }
    assert!(window.shows_part("half of what the database takes"));
    let rule = "The pools of all workers fit into the database's limit (PostgreSQL documentation,";
    assert!(window.shows_part(rule), "which rules look at it");
}

#[test]
fn pointing_at_a_problem_tells_where_its_rule_comes_from() {
    let mut window = open(bound());
    type_into(&mut window, "Database: Pool, minimum, exact", "60");
    window.press(Modifiers::NONE, Key::Enter);
    let source = "Source: HikariCP, README: minimumIdle and maximumPoolSize";
    assert!(!window.shows(source));
    let problem = window.harness.query_all_by_role(Role::Alert).next().expect("a problem").rect();
    window.harness.hover_at(problem.center());
    for _ in 0..60 {
        window.harness.step();
    }
    assert!(window.shows(source));
}

#[test]
fn the_layer_of_this_machine_is_a_profile_of_its_own_on_the_page() {
    let mut window = open(bound());
    window.click_role(Role::ListItem, "Profile atlas-02 only");
    assert!(window.shows_part("One value is set for this machine alone."));
    assert!(window.shows("Database: Pool, maximum: from production"));
    let without = Tuning { local: None, ..bound() };
    let mut window = open(without);
    window.click_role(Role::ListItem, "Profile atlas-02 only");
    assert!(window.shows_part("Nothing is set for this machine alone."));
    let _ = LOCAL_LAYER;
}

#[test]
fn all_profiles_stand_side_by_side_and_any_two_are_told_apart() {
    let mut window = open(bound());
    window.click_role(Role::Tab, "Compare all");
    assert!(window.shows("Database: Pool, maximum of development: 5, differs"));
    assert!(window.shows("Database: Pool, maximum of production: 50"));
    assert!(!window.shows("HTTP client: Keep-alive of production: on"), "what is alike is hidden");
    window.click("Differences only");
    assert!(window.shows("HTTP client: Keep-alive of production: on"));
    window.click("Compare with…");
    window.click_role(Role::MenuItem, "high-load");
    assert!(window.shows("Database: Pool, maximum: 50 and 100"));
    assert!(!window.shows_part("Acquire timeout: 5"));
}

#[test]
fn a_narrow_window_has_the_profiles_in_the_bar_and_the_plan_over_the_page() {
    let mut window = open_at(bound(), NARROW);
    assert!(!window.shows("Profile high-load"));
    window.click("Profile: production");
    window.click_role(Role::ListItem, "Profile high-load");
    assert!(window.shows("Profile: high-load"));
    assert!(!window.shows("Close the panel"));
    window.click_role(Role::Button, "Plan");
    assert!(window.shows("Close the panel"));
    window.click("Close the panel");
    assert!(!window.shows("Close the panel"));
}

#[test]
fn before_profiles_are_read_the_page_waits_quietly() {
    let mut window = Window::open_at(snapshot(), super::WIDE, Some(Page::Profiles));
    assert!(!window.shows_part("There are no profiles"));
    window.publish(with(unbound()));
    assert!(window.shows_part("production"));
}

#[test]
fn a_profile_with_a_circle_of_bases_says_so_and_shows_what_it_can() {
    let catalogue = Arc::new(catalogue());
    let a = profile("a", "(version: 1, base: \"b\", values: {\"database.pool_max\": 7})", false, &catalogue);
    let b = profile("b", "(version: 1, base: \"a\", values: {})", false, &catalogue);
    let tuning = Tuning { profiles: vec![a, b].into(), active: None, local: None, ..bound() };
    let window = open(tuning);
    assert!(window.shows_part("Nothing can be applied while these stand."));
    assert!(window.harness.query_all_by_role(Role::Alert).next().is_some());
}
