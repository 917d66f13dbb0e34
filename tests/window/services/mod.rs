//! Services: the list and the sentence, tabs, tables, traces and logs, health checks, targets, bindings, the set-up.

mod asking;
mod databases;
mod run;
mod run_form;
mod run_world;
mod setting_up;
mod told;
mod world;

use std::sync::Arc;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, OutputCommand};
use egui_kittest::kittest::{NodeT, Queryable};
use perfdesk::model::run::RunCommand;
use perfdesk::model::service::*;
use perfdesk::model::*;
use perfdesk::ui::Page;

use self::world::{CHARTED, SPARKS, with, world};
use crate::support::Window;

pub const WIDE: [f32; 2] = [1440.0, 900.0];
pub const NARROW: [f32; 2] = [1024.0, 700.0];

pub fn open(snapshot: Snapshot) -> Window {
    Window::open_at(snapshot, WIDE, Some(Page::Services))
}

impl Window {
    /// The commands about services that were sent since the last call.
    pub fn asked(&mut self) -> Vec<ServiceCommand> {
        let commands = self.commands().into_iter();
        commands
            .filter_map(|command| if let Command::Service(command) = command { Some(command) } else { None })
            .collect()
    }

    /// The commands about running services that were sent since the last call, without questions about output.
    pub fn ran(&mut self) -> Vec<RunCommand> {
        let commands = self.commands().into_iter();
        let runs = commands.filter_map(|c| if let Command::Run(command) = c { Some(command) } else { None });
        runs.filter(|command| !matches!(command, RunCommand::AskOutput(_) | RunCommand::LeaveOutput(_))).collect()
    }

    /// Clicks what copies, and gives the text that went to the clipboard.
    #[track_caller]
    pub fn copies(&mut self, name: &str) -> String {
        self.harness.get_by_label(name).click();
        for _ in 0..6 {
            self.harness.step();
            let commands = self.harness.output().platform_output.commands.iter();
            let mut copied =
                commands.filter_map(|c| if let OutputCommand::CopyText(text) = c { Some(text) } else { None });
            if let Some(text) = copied.next_back().cloned() {
                self.run();
                return text;
            }
        }
        panic!("{name} copied nothing")
    }
}

#[test]
fn the_page_begins_with_the_service_that_needs_a_look() {
    let mut window = open(world());
    assert!(window.shows("checkout is slow: p95 640\u{2009}ms, 71\u{2009}% of it waiting for a connection."));
    assert!(window.shows("Errors are as usual."));
    assert!(window.shows("v2.14.0") && window.shows("8\u{2009}instances"));
    for tab in ["Summary", "Routes 14", "Database 3", "Functions 61", "Traces", "Logs", "Errors 3", "Health checks 1"] {
        assert!(window.shows(tab), "{tab}");
    }
    assert!(window.shows_part("Rate: 1,240\u{2009}req/s"));
    assert!(window.shows_part("Errors: 0.18\u{2009}%"));
    assert!(window.shows_part("Duration, ms, p99 1,010, p95 640, p50 236"));
    assert!(window.shows("Pool orders: 47 used, 3 idle, max 50"));
    assert!(window.shows("alert in 0:40"), "the shipped rule about pools holds for 20 s of its minute");
    assert!(window.shows("Waits for a connection: 454\u{2009}ms, 71\u{2009}%"));
    window.click("inventory, fine: fine: p95 41\u{2009}ms");
    assert!(window.shows("inventory is fine: p95 41\u{2009}ms"));
    assert!(window.shows_part("Routes appear with http.server.request.duration"), "a panel says what would fill it");
    assert!(!window.shows("v2.14.0"));
}

#[test]
fn what_is_silent_stands_apart_and_says_since_when() {
    let mut window = open(world());
    assert!(window.shows("reports-api, not reporting: no data for 12\u{2009}min"));
    window.click("reports-api, not reporting: no data for 12\u{2009}min");
    assert!(window.shows_part("It was last heard of 12\u{2009}min ago"));
    window.click("Take off the list");
    assert_eq!(window.asked(), [ServiceCommand::Forget("reports-api".into())]);
}

#[test]
fn the_arrows_go_through_the_list_and_a_long_one_is_searched() {
    let many = with(|services| {
        let more = (0..50).map(|i| Arc::new(Service { name: format!("zone-{i:02}").into(), ..Service::default() }));
        services.list = services.list.iter().cloned().chain(more).collect();
    });
    let mut window = open(many);
    window.press(Modifiers::NONE, Key::ArrowDown);
    assert!(window.shows_part("inventory is fine"));
    window.press(Modifiers::NONE, Key::Slash);
    window.type_text("zone-4");
    assert!(window.shows("zone-41, fine: ") && !window.shows_part("zone-39"));
    window.press(Modifiers::NONE, Key::ArrowDown);
    window.press(Modifiers::NONE, Key::ArrowDown);
    assert!(window.harness.get_by_label("zone-41, fine: ").rect().is_positive());
}

#[test]
fn curves_are_asked_for_of_what_is_on_the_screen_alone() {
    let many = with(|services| {
        let more = (0..60).map(|i| Arc::new(Service { name: format!("zone-{i:02}").into(), ..Service::default() }));
        services.list = services.list.iter().cloned().chain(more).collect();
    });
    let mut window = open(many);
    let asked = |window: &mut Window| {
        let mut last = std::collections::BTreeMap::new();
        for command in window.commands() {
            match command {
                Command::View(ViewCommand::Subscribe { id, request }) => last.insert(id, Some(request.series.len())),
                Command::View(ViewCommand::Unsubscribe { id }) => last.insert(id, None),
                _ => continue,
            };
        }
        last
    };
    let first = asked(&mut window);
    assert_eq!(first.get(&CHARTED), Some(&Some(7)), "rate, errors, three quantiles, CPU and memory");
    assert!(first.get(&SPARKS).copied().flatten().is_some_and(|n| (1..=5).contains(&n)), "{first:?}");
    window.click("Routes 14");
    assert_eq!(asked(&mut window).get(&CHARTED), Some(&None), "no chart, no curve");
    window.go(Page::Overview);
    assert_eq!(asked(&mut window).get(&SPARKS), Some(&None));
}

#[test]
fn a_table_is_sorted_filtered_copied_and_leads_to_traces_and_charts() {
    let mut window = open(world());
    window.click("Routes 14");
    let first = |window: &Window| {
        let rows = window.harness.query_all_by_role(Role::Row);
        rows.min_by(|a, b| a.rect().top().total_cmp(&b.rect().top()))
            .and_then(|row| row.accesskit_node().label())
            .unwrap_or_default()
    };
    assert!(first(&window).starts_with("GET /cart"), "by the time spent in them");
    window.click_role(Role::ColumnHeader, "p99, ms");
    assert!(first(&window).starts_with("POST /payments"), "{}", first(&window));
    window.click_role(Role::ColumnHeader, "p99, ms");
    assert!(first(&window).starts_with("GET /robots.txt"));
    window.click_role(Role::ColumnHeader, "Route");
    assert!(first(&window).starts_with("DELETE /cart"));
    window.harness.get_by_label("Filter routes").focus();
    window.run();
    window.type_text("cart");
    assert!(window.shows("3 of 14"));
    window.click("Copy");
    let csv = window.copies("As CSV");
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(
        lines.first(),
        Some(&"Route,req/s,\"Errors, %\",\"p50, ms\",\"p95, ms\",\"p99, ms\",Under way,\"p95 ±, %\"")
    );
    assert_eq!((lines.len(), lines.get(2)), (4, Some(&"GET /cart,388,0.12,204,588,940,94.9824,4")));
    window.click("Copy");
    let text = window.copies("As text");
    assert!(text.lines().nth(2).is_some_and(|line| line.starts_with("GET /cart    ")), "{text}");
    let row = window
        .harness
        .query_all_by_role(Role::Row)
        .find(|row| row.accesskit_node().label().is_some_and(|label| label.starts_with("GET /cart")));
    row.expect("a row").click();
    window.run();
    window.asked();
    window.click("Chart this");
    assert_eq!(window.page(), Page::Charts);
    window.go(Page::Services);
    window.click("Show its traces");
    let asked = window.asked();
    let question =
        TraceQuestion { service: "checkout".into(), span_name: "GET /cart".into(), ..TraceQuestion::default() };
    assert_eq!(asked, [ServiceCommand::Ask(question)]);
    assert!(window.shows("Show traces of every name"));
}

#[test]
fn errors_say_how_they_come() {
    let mut window = open(world());
    window.click("Errors 3");
    assert!(window.shows("TimeoutError: 412\u{2009}times, growing; only POST /orders"));
    assert!(window.shows("502: 144\u{2009}times, periodic, every 5\u{2009}min"));
    assert!(window.shows("Its trace is not known"), "of the third");
    window.click("Open its trace: 502");
    let asked = window.asked();
    assert!(
        matches!(asked.as_slice(), [ServiceCommand::Ask(question)] if question.open.starts_with("4bf92f")),
        "{asked:?}"
    );
}

#[test]
fn losses_are_told_in_a_quiet_line_and_only_then() {
    let mut window = open(world());
    assert!(!window.shows("Left out since the start"));
    window.publish(with(|services| {
        services.intake.n_over_points = 1204;
        services.intake.n_refused = 1;
    }));
    assert!(window.shows("1,204\u{2009}data points over the limit") && window.shows("1\u{2009}refused request"));
}

#[test]
fn a_broken_file_a_lost_listener_and_old_values_are_said() {
    let mut old = with(|services| {
        services.file_error = "line 4, column 3: expected )".into();
        services.http.state =
            ReceiverState::Failed("another program has port 4318: stop it or choose another port".into());
    });
    old.at = Some(crate::support::NOW.minus(std::time::Duration::from_secs(42)));
    let window = open(old);
    assert!(window.shows_part("services.ron is not in force: line 4, column 3"));
    assert!(window.shows_part("OTLP over HTTP cannot be received on 127.0.0.1:4318: another program"));
    assert!(window.shows_part("These values are 42\u{2009}s old"));
}

#[test]
fn a_narrow_window_has_the_list_as_a_choice_and_cuts_nothing() {
    for snapshot in [world(), with(|services| *services = Services::default())] {
        let mut window = Window::open_at(snapshot, NARROW, Some(Page::Services));
        if window.shows("Routes 14") {
            window.click("Service: checkout: slow: p95 640\u{2009}ms");
            window.click("redis: fine: 97\u{2009}% hits");
            assert!(window.shows("redis is fine: 97\u{2009}% hits"));
        }
        let page = eframe::egui::Rect::from_min_size(eframe::egui::Pos2::ZERO, NARROW.into());
        for role in [Role::Button, Role::Tab, Role::ComboBox, Role::RadioButton] {
            for node in window.harness.query_all_by_role(role) {
                let rect = node.rect();
                assert!(
                    rect.right() <= page.right() + 0.5 && rect.left() >= -0.5,
                    "{role:?} {:?}",
                    node.accesskit_node().label()
                );
            }
        }
    }
}

#[test]
fn the_page_opens_by_its_keys_and_draws_the_same_figures_when_paused() {
    let mut window = Window::open(world(), WIDE);
    window.press(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::S);
    assert_eq!(window.page(), Page::Services);
    window.press(Modifiers::COMMAND, Key::P);
    window.publish(with(|services| services.list = Arc::default()));
    assert!(window.shows_part("checkout is slow"), "the screen stands still");
}
