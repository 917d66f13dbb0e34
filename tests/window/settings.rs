//! The settings page sends what was changed, and takes it back.

use std::sync::Arc;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use perfdesk::model::*;
use perfdesk::ui::Page;

use crate::support::{Window, snapshot};

fn open() -> Window {
    Window::open_at(snapshot(), [1440.0, 900.0], Some(Page::Settings))
}

fn last_settings(window: &mut Window) -> Option<Settings> {
    window.commands().into_iter().rev().find_map(|command| match command {
        Command::Settings(SettingsCommand::Replace(settings)) => Some(settings),
        _ => None,
    })
}

#[test]
fn choices_are_sent_at_once() {
    let mut window = open();
    window.click("Theme: Light");
    assert_eq!(last_settings(&mut window).map(|s| s.theme), Some(ThemeChoice::Light));
    window.click("More contrast");
    assert_eq!(last_settings(&mut window).map(|s| (s.theme, s.more_contrast)), Some((ThemeChoice::Light, true)));
    window.click("Temperature: °F");
    assert_eq!(last_settings(&mut window).map(|s| s.units.temperature), Some(TemperatureUnit::Fahrenheit));
}

#[test]
fn the_interval_is_typed_and_committed_when_the_field_is_left() {
    let mut window = open();
    window.harness.get_by_label("Interval, exact").click();
    window.run();
    window.press(Modifiers::COMMAND, Key::A);
    window.type_text("2 s");
    assert_eq!(last_settings(&mut window), None, "a draft is not sent");
    window.press(Modifiers::NONE, Key::Enter);
    assert_eq!(last_settings(&mut window).map(|s| s.interval_millis), Some(2000));
}

#[test]
fn an_interval_out_of_bounds_is_explained_and_not_sent() {
    let mut window = open();
    window.harness.get_by_label("Interval, exact").click();
    window.run();
    window.press(Modifiers::COMMAND, Key::A);
    window.type_text("1 ms");
    assert!(window.shows_part("Between 250"));
    window.press(Modifiers::NONE, Key::Enter);
    assert_eq!(last_settings(&mut window), None);
}

#[test]
fn a_reset_can_be_undone() {
    let mut world = snapshot();
    world.settings = Arc::new(Settings { interval_millis: 5000, ..(*world.settings).clone() });
    let mut window = Window::open_at(world, [1440.0, 900.0], Some(Page::Settings));
    window.click_role(Role::Button, "Reset to defaults");
    assert_eq!(last_settings(&mut window).map(|s| s.interval_millis), Some(1000));
    window.click_role(Role::Button, "Undo");
    assert_eq!(last_settings(&mut window).map(|s| s.interval_millis), Some(5000));
}

#[test]
fn a_folder_is_copied_and_a_toast_says_so() {
    let mut window = open();
    window.click("Copy the settings folder");
    assert!(window.shows_part("Copied"));
}

#[test]
fn health_tells_the_reason_of_every_probe_and_help_lists_every_key() {
    let mut window = Window::open_at(snapshot(), [1440.0, 900.0], Some(Page::Health));
    assert!(window.shows_part("Pressure stall: not here, this kernel was built without PSI"));
    assert!(window.shows_part("Power: fails, permission denied"));
    assert!(window.shows_part("Ticks skipped because a pass was late: 2"));
    window.go(Page::Help);
    for keys in ["Ctrl+K", "Ctrl+1", "F1", "Ctrl+Q"] {
        assert!(window.shows(keys), "{keys}");
    }
}
