//! A file is bound: looked at, its keys ticked, the service told and asked; a binding is changed and removed.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use perfdesk::model::Command;
use perfdesk::model::profile::{Binding, BindingCommand, Conversion, ImportProposal, Reload, Tuning, VerifyAction};

use super::{open, open_at, type_into};
use crate::support::Window;
use crate::support::tuning::{bound, proposal, unbound, with};

fn bindings(window: &mut Window) -> Vec<BindingCommand> {
    let commands = window.commands().into_iter();
    commands.filter_map(|c| if let Command::Binding(command) = c { Some(command) } else { None }).collect()
}

fn saved(window: &mut Window) -> Option<Binding> {
    bindings(window).into_iter().find_map(|c| if let BindingCommand::Save(binding) = c { Some(binding) } else { None })
}

/// The form, with the .env of checkout looked at.
fn open_looked() -> Window {
    let mut window = open_at(unbound(), [1440.0, 1300.0]);
    window.click_role(Role::Button, "Bind a file…");
    type_into(&mut window, "File to bind", "/srv/checkout/.env");
    window.press(Modifiers::NONE, Key::Enter);
    assert_eq!(bindings(&mut window), [BindingCommand::Look("/srv/checkout/.env".into())]);
    let looked = proposal(Path::new("/srv/checkout/.env"));
    window.publish(with(Tuning { proposal: Some(Arc::new(looked)), ..unbound() }));
    window
}

#[test]
fn what_was_proposed_is_ticked_and_bound_by_a_click() {
    let mut window = open_looked();
    assert!(window.shows_part("3 of 5 keys are bound"));
    window.click_role(Role::CheckBox, "Bind DB_POOL_MIN");
    window.click_role(Role::Button, "Bind");
    let binding = saved(&mut window).expect("it is saved");
    assert_eq!(&*binding.id, "checkout/.env");
    assert_eq!(binding.path, Path::new("/srv/checkout/.env"));
    let keys: Vec<_> = binding.keys.iter().map(|k| (k.param.as_str(), &*k.key, k.conversion)).collect();
    assert_eq!(
        keys,
        [
            ("database.pool_max", "DB_POOL_MAX", Conversion::Plain),
            ("database.slow_query", "DB_SLOW_QUERY_MS", Conversion::Millis)
        ]
    );
    assert_eq!((binding.reload, binding.verify), (None, None));
}

#[test]
fn a_key_that_was_not_proposed_is_bound_to_a_parameter_that_is_chosen() {
    let mut window = open_looked();
    window.click_role(Role::CheckBox, "Bind DB_HOST");
    window.click("Parameter of DB_HOST: Choose a parameter");
    type_into(&mut window, "Find a parameter", "acquire");
    window.click_role(Role::MenuItem, "Acquire timeout  (database.acquire_timeout)");
    window.click("DB_HOST is written: as seconds");
    window.click_role(Role::MenuItem, "as milliseconds");
    window.click_role(Role::Button, "Bind");
    let binding = saved(&mut window).expect("it is saved");
    let host = binding.keys.iter().find(|key| &*key.key == "DB_HOST").expect("the key");
    assert_eq!((host.param.as_str(), host.conversion), ("database.acquire_timeout", Conversion::Millis));
}

#[test]
fn the_service_is_told_by_words_and_asked_for_fields() {
    let mut window = open_looked();
    window.click("After writing: Run a program");
    type_into(&mut window, "Program and arguments", "systemctl reload \"my checkout\"");
    assert!(window.shows("my checkout"), "each word is shown as one");
    window.click_role(Role::Switch, "Ask the running service");
    type_into(&mut window, "Address to ask", "http://127.0.0.1:8080/config");
    type_into(&mut window, "Field of database.pool_max", "pool.max");
    window.press(Modifiers::NONE, Key::Enter);
    window.click_role(Role::Button, "Bind");
    let binding = saved(&mut window).expect("it is saved");
    let argv = ["systemctl", "reload", "my checkout"].map(str::to_owned).to_vec();
    assert_eq!(binding.reload, Some(Reload::Run { argv, timeout: Duration::from_secs(30) }));
    let Some(VerifyAction::Get { url, fields, .. }) = binding.verify else { panic!("it asks") };
    assert_eq!(url, "http://127.0.0.1:8080/config");
    assert_eq!(fields.iter().map(|(p, f)| (p.as_str(), &**f)).collect::<Vec<_>>(), [("database.pool_max", "pool.max")]);
}

#[test]
fn a_line_for_a_shell_is_refused() {
    let mut window = open_looked();
    window.click("After writing: Run a program");
    type_into(&mut window, "Program and arguments", "systemctl reload checkout && echo done");
    window.press(Modifiers::NONE, Key::Enter);
    window.click_role(Role::Button, "Bind");
    assert_eq!(saved(&mut window), None);
}

#[test]
fn a_file_that_cannot_be_bound_says_why() {
    let mut window = open(unbound());
    window.click_role(Role::Button, "Bind a file…");
    type_into(&mut window, "File to bind", "/srv/checkout/logo.png");
    window.press(Modifiers::NONE, Key::Enter);
    let error = Some("it is not text".into());
    let looked =
        ImportProposal { keys: Vec::new(), others: Vec::new(), error, ..proposal(Path::new("/srv/checkout/logo.png")) };
    window.publish(with(Tuning { proposal: Some(Arc::new(looked)), ..unbound() }));
    assert!(window.shows("it is not text"));
    window.click_role(Role::Button, "Bind");
    assert_eq!(saved(&mut window), None);
}

#[test]
fn a_binding_is_opened_changed_and_removed() {
    let mut window = open(bound());
    let open_it = |window: &mut Window| {
        let entry =
            egui_kittest::kittest::Queryable::query_all_by_label_contains(&window.harness, "Binding checkout/.env");
        entry.into_iter().next().expect("the entry").click();
        window.run();
    };
    open_it(&mut window);
    assert!(bindings(&mut window).contains(&BindingCommand::Look("/srv/checkout/.env".into())));
    window.click_role(Role::CheckBox, "Bind DB_SLOW_QUERY_MS");
    window.click_role(Role::Button, "Save binding");
    let binding = saved(&mut window).expect("it is saved");
    assert_eq!(binding.keys.len(), 1);
    assert!(binding.reload.is_some(), "what was not touched stays");
    open_it(&mut window);
    window.commands();
    window.click_role(Role::Button, "Remove…");
    assert_eq!(bindings(&mut window), []);
    window.click_role(Role::Button, "Remove binding");
    assert_eq!(bindings(&mut window), [BindingCommand::Remove("checkout/.env".into())]);
}
