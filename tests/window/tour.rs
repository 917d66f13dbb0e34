//! The tour: taken, put away, taken again; it never stands in the way of a page.

use std::sync::Arc;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use perfdesk::model::{Command, Settings, SettingsCommand, ThemeChoice};
use perfdesk::ui::Page;

use crate::support::{Window, snapshot};

const WIDE: [f32; 2] = [1440.0, 900.0];
const NARROW: [f32; 2] = [1024.0, 700.0];

fn take(window: &mut Window) {
    window.press(Modifiers::COMMAND, Key::K);
    window.type_text("take the tour");
    window.press(Modifiers::NONE, Key::Enter);
}

#[test]
fn it_leads_through_the_pages_and_is_remembered_when_it_is_over() {
    let mut window = Window::open(snapshot(), WIDE);
    assert!(!window.shows_part("Tour, "), "it does not begin by itself but on the demo");
    take(&mut window);
    for (n, page) in [Page::Services, Page::Charts, Page::Alerts, Page::Suggestions, Page::Profiles, Page::Compare]
        .iter()
        .enumerate()
    {
        assert_eq!(window.page(), *page);
        assert!(window.shows_part(&format!("Tour, {} of 6: ", n + 1)));
        window.commands();
        window.click("Next step of the tour");
    }
    assert!(!window.shows_part("Tour, "));
    let is_remembered = |c: &Command| matches!(c, Command::Settings(SettingsCommand::Replace(s)) if s.tour_dismissed);
    let commands = window.commands();
    assert!(commands.iter().any(is_remembered), "{commands:?}");
}

#[test]
fn it_goes_back_and_can_be_ended_at_any_step() {
    let mut window = Window::open(snapshot(), WIDE);
    take(&mut window);
    window.click("Next step of the tour");
    window.click("Step of the tour before");
    assert_eq!(window.page(), Page::Services);
    window.click("End the tour");
    assert!(!window.shows_part("Tour, "));
    let mut world = snapshot();
    world.settings = Arc::new(Settings { tour_dismissed: true, ..Settings::default() });
    window.publish(world);
    window.go(Page::Help);
    window.click_role(Role::Link, "Take the tour");
    assert_eq!(window.page(), Page::Services, "it can be taken again");
    assert!(window.shows_part("Tour, 1 of 6"));
}

#[test]
fn a_page_goes_on_below_it_and_whoever_left_finds_back() {
    for theme in [ThemeChoice::Dark, ThemeChoice::Light] {
        for size in [WIDE, NARROW, [900.0, 600.0]] {
            let mut world = snapshot();
            world.settings = Arc::new(Settings { theme, ..Settings::default() });
            let mut window = Window::open(world, size);
            take(&mut window);
            window.go(Page::Processes);
            window.press(Modifiers::COMMAND, Key::F);
            window.type_text("post");
            assert!(window.shows_part("Tour, 1 of 6"), "it waits");
            window.click_role(Role::Link, "Open Services");
            assert_eq!(window.page(), Page::Services);
        }
    }
}

#[test]
fn it_begins_by_itself_on_the_demo_alone_and_not_once_it_was_put_away() {
    let open = |is_dismissed: bool| {
        let mut world = snapshot();
        let settings = Settings { tour_dismissed: is_dismissed, ..Settings::default() };
        world.settings = Arc::new(settings.clone());
        Window::open_with(world, WIDE, None, |desk| {
            desk.with_demo("127.0.0.1:5099", &["Port 5080 is taken".into()], &settings)
        })
    };
    let mut fresh = open(false);
    assert!(fresh.shows_part("Tour, 1 of 6"));
    assert_eq!(fresh.page(), Page::Services);
    fresh.click("Next step of the tour");
    fresh.click("Next step of the tour");
    assert_eq!(fresh.page(), Page::Alerts);
    fresh.click("Copy the command");
    assert!(fresh.shows_part("Copied"));
    assert!(!open(true).shows_part("Tour, "));
}
