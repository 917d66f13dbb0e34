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
    for word in ["Tiers: ", "Inspector: ", "Notes: ", "Higher, lower: ", "Too little data: "] {
        assert!(window.shows_part(word), "{word}");
    }
}

fn with_history(state: HistoryState) -> Snapshot {
    let mut world = snapshot();
    let now = world.at.expect("a world with data");
    let covers = |hours: u64| Some(TimeRange::ending_at(now, std::time::Duration::from_secs(3600 * hours)));
    let tier = |tier, hours, bytes, n_rows| TierStatus { tier, covers: covers(hours), bytes, n_rows };
    world.history = Arc::new(HistoryStatus {
        state,
        tiers: vec![
            tier(Tier::Full, 48, 31_000_000, 34_560_000),
            tier(Tier::Minute, 200, 6_000_000, 2_400_000),
            tier(Tier::Hour, 200, 100_000, 40_000),
        ],
        bytes: 37_100_000,
        flushed_at: Some(now.minus(std::time::Duration::from_secs(4))),
        n_pending: 1200,
        n_dropped: 0,
        imports: Vec::new(),
    });
    world
}

#[test]
fn how_long_history_is_kept_is_typed_and_sent_within_bounds() {
    let mut window = Window::open_at(with_history(HistoryState::Writing), [1440.0, 900.0], Some(Page::Settings));
    assert!(window.shows_part("Every sample 31.0\u{2009}MB now, 2\u{2009}days"));
    window.harness.get_by_label("Keep every sample").click();
    window.run();
    window.press(Modifiers::COMMAND, Key::A);
    window.type_text("3 days");
    window.press(Modifiers::NONE, Key::Enter);
    assert_eq!(last_settings(&mut window).map(|s| s.history.full_hours), Some(72));
    window.harness.get_by_label("Greatest size of history").click();
    window.run();
    window.press(Modifiers::COMMAND, Key::A);
    window.type_text("10");
    assert!(window.shows_part("Between 50"));
    window.press(Modifiers::NONE, Key::Enter);
    assert_eq!(last_settings(&mut window), None, "out of bounds");
    window.click("Write samples to disk");
    assert_eq!(last_settings(&mut window).map(|s| s.history.is_on), Some(false));
    window.click("Copy the history folder");
    assert!(window.shows_part("Copied"));
}

#[test]
fn health_tells_how_the_store_does() {
    let window = Window::open_at(with_history(HistoryState::Writing), [1440.0, 1300.0], Some(Page::Health));
    assert!(window.shows("History: Writing, made safe on disk 4\u{2009}s ago"));
    assert!(window.shows("Samples that wait to be written: 1,200"));
    assert!(window.shows("Samples that were never written: 0"));
    assert!(window.shows_part("every sample: 34,560,000 rows, 31.0\u{2009}MB"));
}

#[test]
fn a_store_that_cannot_write_is_told_on_every_page_until_it_can() {
    let since = snapshot().at.expect("a world with data").minus(std::time::Duration::from_secs(60));
    let stalled = HistoryState::Stalled { since, why: "no space is left on the disk: free some".into() };
    for size in [[1440.0, 900.0], [1024.0, 700.0]] {
        let mut window = Window::open_at(with_history(stalled.clone()), size, Some(Page::Overview));
        for page in Page::ALL {
            window.go(page);
            assert!(window.shows_part("no space is left on the disk: free some. Sampling goes on"), "{page:?}");
            assert!(window.shows("History is not written"), "{page:?}");
        }
        window.go(Page::Overview);
        window.click("Details");
        assert_eq!(window.page(), Page::Health);
        window.publish(with_history(HistoryState::Writing));
        assert!(!window.shows("History is not written"));
    }
    let closed = HistoryState::Closed { why: "a newer Perfdesk wrote it: use that version".into() };
    let window = Window::open_at(with_history(closed), [1440.0, 900.0], Some(Page::Reports));
    assert!(window.shows("History cannot be used"));
}
