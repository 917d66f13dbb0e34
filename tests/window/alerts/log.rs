//! The log: filtered, acknowledged, noted, shown on the charts, exported; and alerts on charts.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use std::sync::Arc;

use perfdesk::model::alert::{AlertCommand, AlertId};
use perfdesk::model::{AlertLogFormat, TaskCommand, TaskRequest};
use perfdesk::model::{Bucket, Command, Curve, SeriesId, Tier, TimeRange, ViewCommand, ViewData};
use perfdesk::ui::Page;

use super::{NARROW, WIDE, open_at, sent, type_into};
use crate::support::NOW;
use crate::support::Window;
use crate::support::alerting::{alerting, with};

fn log() -> Window {
    let mut window = open_at(alerting(), WIDE);
    window.click_role(Role::Tab, "Log 3");
    sent(&mut window);
    window
}

fn rows(window: &Window) -> usize {
    window.harness.query_all_by_role(Role::Row).count()
}

#[test]
fn the_log_is_filtered_by_words_severity_and_state() {
    let mut window = log();
    assert_eq!(rows(&window), 3);
    type_into(&mut window, "Filter the log", "response postgres");
    assert_eq!(rows(&window), 1);
    type_into(&mut window, "Filter the log", " ");
    window.click("Severity: Any severity");
    window.click_role(Role::MenuItem, "Warning");
    assert!(rows(&window) == 2 && window.shows("2 of 3"));
    window.click("Which: All alerts");
    window.click_role(Role::MenuItem, "Firing now");
    assert_eq!(rows(&window), 1);
    type_into(&mut window, "Filter the log", "nothing");
    assert!(window.shows_part("No alert fits the filter"));
}

fn open_first(window: &mut Window) {
    let first = window.harness.query_all_by_role(Role::Row).min_by(|a, b| a.rect().top().total_cmp(&b.rect().top()));
    let first = first.expect("a row");
    assert!(first.accesskit_node().label().unwrap_or_default().contains("firing"));
    first.click();
    window.run();
}

#[test]
fn an_alert_is_acknowledged_noted_and_leads_to_charts_and_rule() {
    let mut window = log();
    open_first(&mut window);
    assert!(window.shows("Warning, firing") && window.shows("postgres") && window.shows("210\u{2009}%"));
    window.click("Acknowledge");
    type_into(&mut window, "Note on the alert", "the backup ran");
    window.click("Save note");
    let commands = sent(&mut window);
    assert!(commands.contains(&AlertCommand::Acknowledge(AlertId(3))), "{commands:?}");
    assert!(commands.contains(&AlertCommand::Note(AlertId(3), "the backup ran".into())), "{commands:?}");
    window.click("Show on charts");
    assert_eq!(window.page(), Page::Charts);
    window.go(Page::Alerts);
    window.click("Open the rule");
    assert!(window.shows("Save rule"));
}

#[test]
fn what_is_filtered_is_copied_as_csv_and_json() {
    let mut window = log();
    type_into(&mut window, "Filter the log", "response");
    window.click("Export");
    window.click_role(Role::MenuItem, "Copy as CSV");
    assert!(window.shows("Copied"));
    window.click("Export");
    window.click_role(Role::MenuItem, "Copy as JSON");
    type_into(&mut window, "Filter the log", "nothing");
    window.click("Export");
    assert!(!window.shows("Copy as CSV"), "there is nothing to export");
}

/// The tasks that were asked for since the last call.
fn tasks(window: &mut Window) -> Vec<TaskRequest> {
    let commands = window.commands().into_iter();
    let tasks = commands.filter_map(|command| if let Command::Task(task) = command { Some(task) } else { None });
    tasks.filter_map(|task| if let TaskCommand::Start(request) = task { Some(request) } else { None }).collect()
}

fn export_dialog(window: &mut Window) {
    window.click("Export");
    window.click_role(Role::MenuItem, "To a file…");
    assert!(window.shows("Export the log"));
}

#[test]
fn the_whole_log_or_what_is_filtered_goes_to_a_file_as_a_task() {
    let mut window = log();
    export_dialog(&mut window);
    assert!(window.shows("The whole log, 3 alerts, newest first"));
    type_into(&mut window, "File of the export", "/srv/alerts.csv");
    window.click_role(Role::Button, "Export to file");
    let whole =
        TaskRequest::ExportAlerts { alerts: [].into(), format: AlertLogFormat::Csv, path: "/srv/alerts.csv".into() };
    assert_eq!(tasks(&mut window), [whole]);
    assert!(!window.shows("Export the log"), "the dialog is over");
    type_into(&mut window, "Filter the log", "response");
    export_dialog(&mut window);
    assert!(window.shows("The one alert that the filter leaves"));
    type_into(&mut window, "File of the export", "/srv/alerts.csv");
    window.click("Form of the export: JSON");
    window.click_role(Role::Button, "Export to file");
    let sent = tasks(&mut window);
    let [TaskRequest::ExportAlerts { alerts, format: AlertLogFormat::Json, path }] = sent.as_slice() else {
        panic!("one export: {sent:?}")
    };
    assert_eq!((alerts.len(), path.to_str()), (1, Some("/srv/alerts.json")), "the ending follows the form");
}

#[test]
fn an_export_that_is_cancelled_asks_for_nothing_and_needs_a_file() {
    let mut window = log();
    export_dialog(&mut window);
    type_into(&mut window, "File of the export", " ");
    window.click_role(Role::Button, "Export to file");
    assert!(window.shows("Export the log"), "a file has to be named first");
    window.click_role(Role::Button, "Choose file of the export");
    window.run();
    assert!(window.shows("No file dialog can be opened here: type the path"));
    window.click_role(Role::Button, "Cancel");
    assert_eq!(tasks(&mut window), []);
    assert!(!window.shows("Export the log"));
}

#[test]
fn all_that_fires_is_acknowledged_from_the_palette() {
    let mut window = log();
    window.press(Modifiers::COMMAND, Key::K);
    window.type_text("acknowledge");
    window.press(Modifiers::NONE, Key::Enter);
    assert_eq!(sent(&mut window), [AlertCommand::Acknowledge(AlertId(3))]);
}

#[test]
fn the_log_fits_a_narrow_window() {
    let mut window = open_at(alerting(), NARROW);
    window.click_role(Role::Tab, "Log 3");
    open_first(&mut window);
    assert!(window.shows("Acknowledge"));
}

#[test]
fn what_fired_is_marked_on_the_charts_of_its_series() {
    let mut window = open_at(alerting(), WIDE);
    window.go(Page::Charts);
    let subscribed = window.commands().into_iter().rev().find_map(|command| match command {
        Command::View(ViewCommand::Subscribe { id, request }) if request.series.contains(&SeriesId(0)) => {
            Some((id, request))
        }
        _ => None,
    });
    let (id, request) = subscribed.expect("the chart of the CPU");
    let range = TimeRange::ending_at(NOW, std::time::Duration::from_secs(900));
    let bucket = |i: u64| Bucket {
        at: range.start.plus(std::time::Duration::from_secs(i)),
        min: 0.8,
        max: 0.9,
        mean: 0.85,
        count: 1,
        gap_before: false,
    };
    let curves = request.series.iter().map(|series| Curve { series: *series, buckets: (0..900).map(bucket).collect() });
    let data = ViewData {
        curves: curves.collect(),
        request: request.clone(),
        range,
        step: std::time::Duration::ZERO,
        gaps: Arc::new([]),
        is_loading: false,
        tier: Tier::Full,
    };
    let mut world = with(alerting());
    world.views = Arc::new([(id, Arc::new(data))].into());
    window.publish(world);
    assert!(window.shows_part(", fired once"), "one of the two alerts of the CPU lies in the last 15 min");
}
