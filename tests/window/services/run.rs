//! Services that are run: the list and the head, starting and stopping, the start, past starts, the output.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use perfdesk::model::Command;
use perfdesk::model::run::*;
use perfdesk::model::service::ServiceLevel;
use perfdesk::ui::Page;

use super::run_world::{answer, checkout, line, with_checkout, world};
use super::setting_up::fill;
use super::{NARROW, open};
use crate::support::Window;

const CHECKOUT: &str = "checkout, worth a look: ready, slow: p95 640\u{2009}ms";

/// The page on checkout.
fn at_checkout() -> Window {
    let mut window = open(world(|_| {}));
    window.click(CHECKOUT);
    window.ran();
    window
}

/// The newest question about output.
#[track_caller]
fn question(window: &mut Window) -> OutputQuestion {
    let newest = window.commands().into_iter().rev().find_map(|command| match command {
        Command::Run(RunCommand::AskOutput(question)) => Some(question),
        _ => None,
    });
    newest.expect("a question")
}

#[test]
fn what_is_run_stands_in_the_list_with_its_phase_even_where_it_reports_nothing() {
    let mut window = open(world(|_| {}));
    assert!(window.shows("api, failed: failed: exit code 3"), "it reports nothing");
    assert!(window.shows("db, fine: ready after 400\u{2009}ms") && window.shows(CHECKOUT));
    assert!(window.shows("api failed at 14:11:41: exit code 3, three times in a row"), "it needs a look most");
    assert!(!window.shows("Stop api"));
    window.click("Start api");
    assert_eq!(window.ran(), [RunCommand::Start("api".into())]);
    window.publish(with_checkout(|run| {
        run.phase = RunPhase::Degraded;
        run.degraded = vec![DegradedPart { part: "recommendations".into(), why: "answered 503".into() }];
    }));
    assert!(window.shows("checkout, degraded: degraded: without recommendations"));
    window.publish(with_checkout(|run| run.phase = RunPhase::WarmingUp));
    assert!(window.shows("checkout, warming up: warming up, 2 of 2"));
}

#[test]
fn it_is_started_stopped_and_restarted_and_stopping_asks_where_others_need_it() {
    let mut window = at_checkout();
    window.click("Restart checkout");
    window.click("Stop checkout");
    assert_eq!(window.ran(), [RunCommand::Restart("checkout".into()), RunCommand::Stop("checkout".into())]);
    window.click("db, fine: ready after 400\u{2009}ms");
    window.click("Stop db");
    assert!(window.ran().is_empty() && window.shows("checkout needs it and is stopped first."));
    window.click("Cancel");
    assert!(window.ran().is_empty());
    window.click("Stop db");
    window.click("Stop both");
    assert_eq!(window.ran(), [RunCommand::Stop("db".into())]);
    window.publish(with_checkout(|run| run.phase = RunPhase::Stopping));
    window.click("checkout, stopping: stopping");
    window.click("Stop checkout");
    assert!(window.ran().is_empty(), "it is stopping already");
}

#[test]
fn a_profile_that_was_applied_offers_the_restart() {
    let mut window = at_checkout();
    assert!(window.shows("Restart: production was applied since it started"));
    window.click("Restart it now");
    assert_eq!(window.ran(), [RunCommand::Restart("checkout".into())]);
    window.publish(with_checkout(|run| run.restart_offer = "".into()));
    assert!(!window.shows("Restart it now"));
}

#[test]
fn keys_and_the_palette_reach_the_service_that_is_shown() {
    let mut window = at_checkout();
    let both = Modifiers::COMMAND.plus(Modifiers::SHIFT);
    window.press(both, Key::R);
    window.press(both, Key::U);
    assert_eq!(window.ran(), [RunCommand::Restart("checkout".into())], "it runs: it cannot be started");
    window.press(both, Key::D);
    assert_eq!(window.ran(), [RunCommand::Stop("checkout".into())]);
    window.go(Page::Overview);
    window.press(both, Key::D);
    assert!(window.ran().is_empty(), "no service is shown");
}

#[test]
fn the_start_stands_there_step_by_step_and_goes_on_while_it_lasts() {
    let mut window = at_checkout();
    window.click("Run");
    assert!(window.shows("Until it answers: done, 780\u{2009}ms"), "as it was measured");
    assert!(window.shows("open pool: done, 3 of 3, 400\u{2009}ms"));
    assert!(window.shows("recommendations: failed, 100\u{2009}ms: answered 503"));
    assert!(window.shows("pid 2234") && window.shows("exit code 3"));
    window.click("Show in Processes");
    assert_eq!(window.page(), Page::Processes);
    window.go(Page::Services);
    window.publish(with_checkout(|run| {
        run.phase = RunPhase::WarmingUp;
        run.started_at = Some(crate::support::NOW.minus(std::time::Duration::from_millis(900)));
        run.since = crate::support::NOW.minus(std::time::Duration::from_millis(500));
        run.ready_seconds = None;
        run.steps[0].state = RunStepState::Running;
        run.steps[0].n_done = 1;
        run.steps[1] = RunStep { name: "recommendations".into(), ..RunStep::default() };
    }));
    assert!(window.shows("Until it answers: done, 400\u{2009}ms"));
    assert!(window.shows("open pool: under way, 1 of 3, 500\u{2009}ms"));
    assert!(window.shows("recommendations: waiting, waiting"));
}

#[test]
fn past_starts_are_compared_and_charted() {
    let mut window = at_checkout();
    window.click("Run");
    window.click("Show: Past starts 3");
    assert!(window.shows("1.3\u{2009}s to ready, 200\u{2009}ms faster than usual"));
    assert!(
        window
            .shows_part("production: degraded: without recommendations, to ready 1.5\u{2009}s, slowest step open pool")
    );
    assert!(window.shows_part("development: failed: exit code 3, to ready –"));
    window.click("Chart start times");
    assert_eq!(window.page(), Page::Charts);
}

#[test]
fn the_output_is_asked_for_searched_and_given_up() {
    let mut window = at_checkout();
    window.click("Run");
    assert!(window.shows("Looking for its output…"));
    let asked = question(&mut window);
    assert_eq!((&*asked.service, &*asked.text, asked.newest), ("checkout", "", 1000));
    let lines = vec![
        line(7, OutputStream::Perfdesk, "started, process 2234"),
        line(8, OutputStream::Out, "listening on :8080"),
        line(9, OutputStream::Err, "ERROR lost the connection"),
    ];
    window.publish(answer(&asked, lines.clone()));
    assert!(window.shows("perfdesk: started, process 2234") && window.shows("out: listening on :8080"));
    assert!(window.shows("err, error: ERROR lost the connection"));
    assert!(window.shows("3\u{2009}lines") && window.shows("1,204\u{2009}dropped, 2\u{2009}cut"));
    let text = window.copies("Copy the output");
    assert!(text.lines().nth(2).is_some_and(|line| line.ends_with("err ERROR lost the connection")), "{text}");
    fill(&mut window, "Find in the output", "lost");
    window.harness.run_steps(4);
    let found = question(&mut window);
    assert_eq!((&*found.text, found.newest), ("lost", 1000));
    window.publish(answer(&found, lines[2..].to_vec()));
    assert!(window.shows("1\u{2009}line") && !window.shows("out: listening on :8080"));
    window.click("Summary");
    let left = window.commands().into_iter().find_map(|command| match command {
        Command::Run(RunCommand::LeaveOutput(question)) => Some(question),
        _ => None,
    });
    assert_eq!(left, Some(found));
}

#[test]
fn the_newest_line_is_followed_until_that_is_switched_off() {
    let mut window = at_checkout();
    window.click("Run");
    let asked = question(&mut window);
    let lines = |numbers: std::ops::Range<u64>| {
        numbers.map(|n| line(n, OutputStream::Out, &format!("line {n}"))).collect::<Vec<_>>()
    };
    window.publish(answer(&asked, lines(0..1000)));
    assert!(window.shows("out: line 999") && !window.shows("out: line 0"));
    let n_rows = window.harness.query_all_by_role(Role::Row).count();
    assert!(n_rows < 60, "only what is on the screen is laid out: {n_rows}");
    window.publish(answer(&asked, lines(50..1050)));
    assert!(window.shows("out: line 1049"));
    window.click("Follow");
    window.publish(answer(&asked, lines(100..1100)));
    assert!(window.shows("out: line 1049") && !window.shows("out: line 1099"), "it keeps its place");
    window.click("Follow");
    assert!(window.shows("out: line 1099"));
}

#[test]
fn a_narrow_window_has_all_of_it_too() {
    let mut window = Window::open_at(world(|_| {}), NARROW, Some(Page::Services));
    window.click("Service: api: failed: exit code 3");
    window.click("checkout: ready, slow: p95 640\u{2009}ms");
    window.click("Run");
    assert!(window.shows("Restart checkout") && window.shows("Stop checkout"));
    let page = eframe::egui::Rect::from_min_size(eframe::egui::Pos2::ZERO, NARROW.into());
    for role in [Role::Button, Role::Tab, Role::RadioButton, Role::Switch, Role::Row] {
        for node in window.harness.query_all_by_role(role) {
            assert!(page.expand(0.5).contains_rect(node.rect()), "{role:?} {:?}", node.rect());
        }
    }
}

#[test]
fn a_service_that_runs_and_is_silent_is_not_taken_off_the_list() {
    let window = open(world(|services| {
        let mut list = services.list.to_vec();
        list.retain(|service| &*service.name == "checkout");
        let mut silent = perfdesk::model::service::Service::clone(&list[0]);
        silent.level = ServiceLevel::Silent;
        services.list = [std::sync::Arc::new(silent)].into();
        services.runs = [std::sync::Arc::new(RunState { phase: RunPhase::Stopped, ..checkout() })].into();
    }));
    assert!(window.shows("checkout, stopped: stopped") && window.shows("Start checkout"));
    assert!(!window.shows("Take off the list"));
}
