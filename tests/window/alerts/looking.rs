//! How rules stand: the order of the list, states in words, badges, empty and faulty pages.

use std::sync::Arc;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use perfdesk::model::alert::{AlertCommand, Alerting};
use perfdesk::ui::Page;

use super::{NARROW, asked, choose, open, open_at, sent};
use crate::support::Window;
use crate::support::alerting::{alerting, found, with};
use crate::support::{NOW, snapshot};

/// The rules of the list, top down.
fn list(window: &Window) -> Vec<String> {
    let nodes = window.harness.query_all_by_role(Role::ListItem);
    let mut rows: Vec<(f32, String)> = nodes
        .filter(|node| node.rect().left() < 400.0)
        .map(|node| (node.rect().top(), node.accesskit_node().label().unwrap_or_default().replace('\u{2009}', " ")))
        .collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    rows.into_iter().map(|(_, name)| name).collect()
}

#[test]
fn rules_stand_by_need_of_attention_with_state_and_reason() {
    let window = open(alerting());
    assert_eq!(
        list(&window),
        [
            "Mean response above 200 ms: Firing 4 min, checkout: mean 312 ms, limit 200 ms",
            "CPU above 80 %: Firing 6 min, atlas-02: 83 %, above the limit for 11 min",
            "Database pool above 90 %: Fires in 1:40, checkout: 47 of 50 used",
            "CPU pressure above 20 %: Recovering, 17.8 %, ends if below 18 % for 0:50",
            "Nightly job late: Rule error, No series job.lag; did you mean job.delay?",
            "Error rate above 1 %: No data, inventory: 3 of the 50 requests it needs",
            &format!("TCP retransmits above 1 %: Silenced, until {}: switch is being replaced", clock(3600)),
            "Memory above 85 % for 3 min: Inactive, atlas-02: 37 %",
            "Perfdesk drops data: Paused, paused by you on 20 Nov",
        ]
    );
    assert!(window.shows("Rules 9") && window.shows("Log 3"));
}

fn clock(seconds: u64) -> String {
    use perfdesk::ui::chart::Zone;
    use perfdesk::ui::chart::time_axis::stamp;
    stamp(NOW.plus(std::time::Duration::from_secs(seconds)), NOW, Zone::LOCAL, false)
}

#[test]
fn the_rail_counts_what_fires_on_every_page() {
    let mut window = open(alerting());
    assert!(window.shows("2 alerts fire"));
    window.go(Page::Charts);
    assert!(window.shows("2 alerts fire"));
    window.publish(with(Alerting { n_firing: 0, ..alerting() }));
    assert!(!window.shows_part("alerts fire"));
    window.press(Modifiers::COMMAND, Key::Num8);
    assert_eq!(window.page(), Page::Alerts);
}

#[test]
fn the_past_of_the_chosen_rule_is_asked_for_and_told() {
    let mut window = open(alerting());
    choose(&mut window, "CPU above 80\u{2009}%");
    let request = asked(&mut window).expect("asked");
    assert_eq!((&*request.rule.id, request.span.as_secs(), request.saved), ("cpu", 7 * 86_400, None));
    assert!(window.shows("Looking for when this rule would have fired…"));
    let backtest = Some(Arc::new(found(request.id, 3, 42, None)));
    window.publish(with(Alerting { backtest, ..alerting() }));
    assert!(window.shows("This rule would have fired 3 times in 7 days, 42\u{2009}min in all."));
    assert!(window.shows_part("7 days of atlas-02, one value a minute, no gaps"));
    assert!(window.shows_part("Firing 3: Today"), "the newest three have a strip each");
    assert!(window.shows("If it had to last 5\u{2009}min: 3 times, 42\u{2009}min"));
    window.click("Look back: 30 d");
    for _ in 0..4 {
        window.harness.step();
    }
    assert_eq!(asked(&mut window).map(|request| request.span.as_secs()), Some(30 * 86_400));
    assert!(window.shows_part("This rule would have fired 3 times"), "the old answer stays until the new one");
    assert!(window.shows("Looking again…"));
    window.go(Page::Overview);
    assert!(sent(&mut window).contains(&AlertCommand::Backtest(None)), "nobody looks at it any more");
}

#[test]
fn an_answer_to_another_question_is_not_shown() {
    let mut window = open(alerting());
    choose(&mut window, "CPU above 80\u{2009}%");
    let request = asked(&mut window).expect("asked");
    let other = perfdesk::model::alert::BacktestId(request.id.0 + 7);
    window.publish(with(Alerting { backtest: Some(Arc::new(found(other, 3, 42, None))), ..alerting() }));
    assert!(!window.shows_part("would have fired 3 times"));
}

#[test]
fn a_page_without_rules_says_what_they_are_for_and_a_faulty_file_why() {
    let mut window = open(Alerting { file_error: "line 3, column 7: expected a comma".into(), ..Alerting::default() });
    assert!(window.shows("There are no alert rules"));
    assert!(window.shows("The rules' file is not in force: line 3, column 7: expected a comma"));
    window.harness.get_by_role_and_label(Role::Button, "Add a rule").click();
    window.run();
    assert!(window.shows("This rule cannot run yet: fill in what is marked."));
}

#[test]
fn nothing_is_said_of_rules_before_the_first_data() {
    let mut world = snapshot();
    world.at = None;
    let window = Window::open_at(world, super::WIDE, Some(Page::Alerts));
    assert!(!window.shows("There are no alert rules"));
}

#[test]
fn old_data_is_told() {
    let mut world = with(alerting());
    world.at = Some(NOW.minus(std::time::Duration::from_secs(42)));
    let window = Window::open_at(world, super::WIDE, Some(Page::Alerts));
    assert!(window.shows("No new data for 42\u{2009}s: rules stand as they did then"));
}

#[test]
fn in_a_narrow_window_list_and_editor_take_turns() {
    let mut window = open_at(alerting(), NARROW);
    assert!(!window.shows("Save rule"));
    choose(&mut window, "CPU above 80\u{2009}%");
    assert!(window.shows("Save rule") && !window.shows_part("Nightly job late: "));
    window.click("Back to the list");
    assert!(window.shows_part("Nightly job late: "));
    assert!(window.shows("2 alerts fire"), "the dot has a name");
}

#[test]
fn the_arrow_keys_go_through_the_list() {
    let mut window = open(alerting());
    window.press(Modifiers::NONE, Key::ArrowDown);
    assert_eq!(asked(&mut window).map(|request| request.rule.id.to_string()), Some("cpu".into()));
    window.press(Modifiers::NONE, Key::ArrowDown);
    assert_eq!(asked(&mut window).map(|request| request.rule.id.to_string()), Some("pool".into()));
    assert!(window.shows_part("db.client.connection.count"), "that its series is not known is told");
}
