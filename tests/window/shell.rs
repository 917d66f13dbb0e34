//! The frame of the window: rail, palette, pause, toasts, memory.

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use perfdesk::model::*;
use perfdesk::ui::Page;

use crate::support::{NOW, Window, snapshot};

const WIDE: [f32; 2] = [1440.0, 900.0];
const NARROW: [f32; 2] = [1024.0, 700.0];

#[test]
fn every_page_opens_by_its_name_light_and_dark_wide_and_narrow() {
    for theme in [ThemeChoice::Dark, ThemeChoice::Light] {
        for size in [WIDE, NARROW, [900.0, 600.0]] {
            let mut world = snapshot();
            world.settings = Arc::new(Settings { theme, ..Settings::default() });
            let mut window = Window::open(world, size);
            for page in Page::ALL.into_iter().rev() {
                window.go(page);
                assert_eq!(window.page(), page);
            }
        }
    }
}

#[test]
fn pages_open_by_their_keys() {
    let mut window = Window::open(snapshot(), WIDE);
    for (modifiers, key, page) in [
        (Modifiers::COMMAND, Key::Num2, Page::Charts),
        (Modifiers::COMMAND, Key::Num3, Page::Processes),
        (Modifiers::COMMAND, Key::Num4, Page::Compare),
        (Modifiers::COMMAND, Key::Num5, Page::Reports),
        (Modifiers::COMMAND, Key::Num6, Page::Health),
        (Modifiers::COMMAND, Key::Comma, Page::Settings),
        (Modifiers::NONE, Key::F1, Page::Help),
        (Modifiers::COMMAND, Key::Num1, Page::Overview),
        (Modifiers::COMMAND, Key::F, Page::Processes),
    ] {
        window.press(modifiers, key);
        assert_eq!(window.page(), page);
    }
}

#[test]
fn the_palette_finds_and_runs_an_action_by_keys_alone() {
    let mut window = Window::open(snapshot(), WIDE);
    window.press(Modifiers::COMMAND, Key::K);
    assert!(window.shows("Search or run an action"));
    window.type_text("heal");
    window.press(Modifiers::NONE, Key::Enter);
    assert_eq!(window.page(), Page::Health);
    assert!(!window.shows("Search or run an action"));
}

#[test]
fn the_palette_says_why_an_action_is_impossible_and_does_not_run_it() {
    let mut window = Window::open(snapshot(), WIDE);
    window.click_role(Role::Button, "Search or run");
    window.type_text("overview");
    window.press(Modifiers::NONE, Key::Enter);
    assert!(window.shows("Search or run an action"), "it is the open page: nothing to do");
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.shows("Search or run an action"));
    assert_eq!(window.page(), Page::Overview);
}

#[test]
fn the_palette_is_walked_by_arrows_and_clicked() {
    let mut window = Window::open(snapshot(), WIDE);
    window.press(Modifiers::COMMAND, Key::K);
    window.press(Modifiers::NONE, Key::ArrowDown);
    window.press(Modifiers::NONE, Key::Enter);
    assert_eq!(window.page(), Page::Charts, "the second row");
    window.press(Modifiers::COMMAND, Key::K);
    window.type_text("light theme");
    window.click_role(Role::MenuItem, "Light theme");
    let commands = window.commands();
    let is_light =
        |c: &Command| matches!(c, Command::Settings(SettingsCommand::Replace(s)) if s.theme == ThemeChoice::Light);
    assert!(commands.iter().any(is_light), "{commands:?}");
}

#[test]
fn the_paused_screen_keeps_its_world_while_sampling_goes_on() {
    let mut window = Window::open(snapshot(), WIDE);
    window.go(Page::Overview);
    window.click("Pause the screen");
    assert!(window.is_paused());
    let mut later = snapshot();
    later.at = Some(NOW.plus(Duration::from_secs(1)));
    later.overview = Arc::new(Overview { trouble: "Something new".into(), ..(*later.overview).clone() });
    window.publish(later);
    assert!(window.shows_part("sampling goes on"));
    window.click("Follow live");
    assert!(!window.is_paused());
}

#[test]
fn notices_become_toasts_that_can_be_put_away() {
    let mut window = Window::open(snapshot(), WIDE);
    let notice = |id, severity, text: &str| Notice {
        id: NoticeId(id),
        at: NOW,
        severity,
        text: text.into(),
        detail: "line 3, column 7".into(),
    };
    let mut world = snapshot();
    world.notices = vec![notice(1, Severity::Error, "settings.ron does not parse")].into();
    window.publish(world.clone());
    window.publish(world);
    window.click("Dismiss: settings.ron does not parse");
    assert!(!window.shows_part("does not parse"));
    let expected = Command::Notice(NoticeCommand::Dismiss(NoticeId(1)));
    assert!(window.commands().contains(&expected));
}

#[test]
fn the_hint_of_the_first_run_is_put_away_for_good() {
    let mut window = Window::open(snapshot(), WIDE);
    window.click("Got it");
    let commands = window.commands();
    let is_put_away = |c: &Command| matches!(c, Command::Settings(SettingsCommand::Replace(s)) if s.hint_dismissed);
    assert!(commands.iter().any(is_put_away), "{commands:?}");
    let mut world = snapshot();
    world.settings = Arc::new(Settings { hint_dismissed: true, ..(*world.settings).clone() });
    window.publish(world);
    assert!(!window.shows("Got it"));
}

#[test]
fn the_window_remembers_its_page_once_it_has_settled() {
    let mut window = Window::open(snapshot(), WIDE);
    window.go(Page::Health);
    window.harness.run_steps(12);
    let remembered = window.commands().into_iter().find_map(|c| match c {
        Command::Window(WindowCommand::Remember(memory)) => Some(memory),
        _ => None,
    });
    assert_eq!(remembered.map(|m| m.page), Some("health".into()));
}

#[test]
fn a_window_opens_where_it_was_left() {
    let mut world = snapshot();
    world.window = Arc::new(WindowMemory { page: "health".into(), range_seconds: 300, ..WindowMemory::default() });
    assert_eq!(Window::open(world, WIDE).page(), Page::Health);
}

#[test]
fn old_data_is_said_to_be_old() {
    let mut world = snapshot();
    world.at = Some(NOW.minus(Duration::from_secs(42)));
    let window = Window::open(world, WIDE);
    assert!(window.shows_part("Data 42"));
    assert!(window.shows("No new data"));
}

#[test]
fn before_the_first_data_the_page_says_so_and_settings_work() {
    let mut world = snapshot();
    world.at = None;
    let mut window = Window::open(world, WIDE);
    window.harness.run_steps(2);
    assert!(window.shows("Reading this machine…"));
    assert!(window.shows("Reading for the first time"));
    window.go(Page::Settings);
    assert!(window.shows("Reset to defaults"));
}

#[test]
fn the_range_is_chosen_from_a_list() {
    let mut window = Window::open_at(snapshot(), WIDE, Some(Page::Overview));
    window.click("Range: 15\u{2009}min");
    window.click_role(Role::MenuItem, "5\u{2009}min");
    assert!(window.shows("Range: 5\u{2009}min"));
    assert!(window.harness.query_by_role_and_label(Role::MenuItem, "5\u{2009}min").is_none());
}
