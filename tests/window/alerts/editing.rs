//! A rule is edited: in the form and as text; what leaves when it is saved, and what stops it.

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use perfdesk::model::alert::{Alerting, Comparison, MissingPolicy, Reducer, RuleSeverity};
use perfdesk::model::{HistoryStatus, Snapshot, Tier, TierStatus, TimeRange};
use perfdesk::ui::Page;

use super::{asked, choose, open, saved, sent, type_into};
use crate::support::alerting::{alerting, cpu, found, with};
use crate::support::{NOW, Window};

fn editing() -> Window {
    let mut window = open(alerting());
    choose(&mut window, "CPU above 80\u{2009}%");
    sent(&mut window);
    window
}

/// Lets what was typed settle.
fn settle(window: &mut Window) {
    for _ in 0..4 {
        window.harness.step();
    }
}

#[test]
fn a_change_is_marked_asked_about_and_saved() {
    let mut window = editing();
    type_into(&mut window, "For", "5 min");
    assert!(window.shows("was 2\u{2009}min"));
    assert!(window.shows_part("Not saved; atlas-02"));
    settle(&mut window);
    let request = asked(&mut window).expect("asked once it has settled");
    assert_eq!(request.rule.hold.as_secs(), 300);
    assert_eq!(request.saved.as_ref().map(|rule| rule.hold.as_secs()), Some(120));
    window.publish(with(Alerting { backtest: Some(Arc::new(found(request.id, 3, 42, Some(9)))), ..alerting() }));
    assert!(window.shows("As edited, this rule would have fired 3 times in 7 days, 42\u{2009}min in all."));
    assert!(window.shows("As saved, 9 times."));
    window.click("Save rule");
    let (rule, replaces) = saved(&mut window).expect("saved");
    assert_eq!((rule.hold.as_secs(), replaces.as_deref()), (300, Some("cpu")));
    assert_eq!(rule.when, cpu().when);
}

#[test]
fn what_is_typed_wrongly_is_told_below_the_field_and_not_saved() {
    let mut window = editing();
    type_into(&mut window, "Threshold", "80");
    assert!(window.shows("shares are written in percent: 80 %"));
    type_into(&mut window, "For", "soon");
    assert!(window.shows("write a time such as 5 min, 30 s or 250 ms"));
    window.press(Modifiers::COMMAND, Key::S);
    settle(&mut window);
    assert!(saved(&mut window).is_none());
    assert_eq!(asked(&mut window), None);
    type_into(&mut window, "Threshold", "90 %");
    type_into(&mut window, "For", "90 s");
    window.press(Modifiers::COMMAND, Key::S);
    let (rule, _) = saved(&mut window).expect("saved");
    assert_eq!((rule.when[0].threshold.value, rule.hold.as_secs()), (0.9, 90));
}

#[test]
fn crossed_thresholds_are_told() {
    let mut window = editing();
    type_into(&mut window, "Recovery threshold", "90 %");
    assert!(window.shows_part("ecover"));
    window.press(Modifiers::COMMAND, Key::S);
    assert!(saved(&mut window).is_none());
}

#[test]
fn series_reducer_and_policies_are_chosen_from_lists() {
    let mut window = editing();
    window.click("Series: system.cpu.utilization");
    window.type_text("used");
    window.click_role(Role::MenuItem, "system.memory.utilization");
    window.click("Reducer: every sample");
    window.click_role(Role::MenuItem, "mean");
    type_into(&mut window, "Window", "10 min");
    window.click("Without data: keep state");
    window.click_role(Role::MenuItem, "fire");
    window.click("Severity: Warning");
    window.click_role(Role::MenuItem, "Critical");
    window.click("Side: above");
    window.click_role(Role::MenuItem, "below");
    window.click("Recovery: below");
    window.click_role(Role::MenuItem, "at the limit");
    type_into(&mut window, "Labels", "state=\"used\"");
    window.click("Save rule");
    let (rule, _) = saved(&mut window).expect("saved");
    let term = &rule.when[0].term;
    assert_eq!((term.reducer, &*term.series.metric), (Reducer::Mean, "system.memory.utilization"));
    assert_eq!((term.window.as_secs(), term.series.matchers.len()), (600, 1));
    assert_eq!((rule.missing, rule.severity), (MissingPolicy::Alert, RuleSeverity::Critical));
    assert_eq!((rule.when[0].is, rule.recover), (Comparison::Below, None));
}

#[test]
fn a_window_longer_than_the_history_is_said_under_its_field_as_it_is_typed() {
    let reaching = |minutes: u64| {
        let at = NOW;
        let covers = TimeRange { start: at.minus(Duration::from_secs(60 * minutes)), end: at };
        let tiers = vec![TierStatus { tier: Tier::Full, covers: Some(covers), bytes: 1, n_rows: 1 }];
        let history = Arc::new(HistoryStatus { tiers, ..HistoryStatus::default() });
        Snapshot { history, at: Some(at), ..with(alerting()) }
    };
    let mut window = editing();
    window.publish(reaching(30));
    window.click("Reducer: every sample");
    window.click_role(Role::MenuItem, "mean");
    type_into(&mut window, "Window", "10 min");
    assert!(!window.shows_part("History goes back"));
    type_into(&mut window, "Window", "2 h");
    let said = "History goes back 30 min only: it has no value until there is enough";
    assert!(window.shows(said));
    window.click("Save rule");
    assert!(saved(&mut window).is_some(), "it is a warning: the rule waits for its values");
    window.publish(reaching(150));
    assert!(!window.shows_part("History goes back"), "history has grown");
}

#[test]
fn a_ratio_has_a_divisor_and_a_least_count_and_groups_have_labels() {
    let mut window = editing();
    window.click("Reducer: every sample");
    window.click_role(Role::MenuItem, "ratio of counts");
    assert!(window.shows("Choose what it is divided by"));
    window.click("Divisor: ");
    window.click_role(Role::MenuItem, "system.memory.utilization");
    type_into(&mut window, "Least count", "50");
    window.click("Instances: each series");
    window.click_role(Role::MenuItem, "groups by label");
    type_into(&mut window, "Group by", "service.name, state");
    window.click("Save rule");
    let (rule, _) = saved(&mut window).expect("saved");
    let term = &rule.when[0].term;
    assert_eq!(term.over.as_ref().map(|over| &*over.metric), Some("system.memory.utilization"));
    assert_eq!((term.least_count, term.by.as_ref().map(Vec::len)), (50.0, Some(2)));
}

#[test]
fn a_second_condition_is_added_and_taken_away() {
    let mut window = editing();
    window.click("Add a condition");
    assert!(window.shows("Choose a series"));
    window.click("Series of condition 2: ");
    window.click_role(Role::MenuItem, "system.memory.utilization");
    window.click("Save rule");
    let (rule, _) = saved(&mut window).expect("saved");
    assert_eq!(rule.when.len(), 2);
    window.click("Remove condition 2");
    assert!(!window.shows_part("of condition 2"));
    window.click("Undo");
    assert!(window.shows_part("of condition 2"));
}

#[test]
fn changes_are_undone_redone_discarded_and_survive_other_pages() {
    let mut window = editing();
    type_into(&mut window, "For", "5 min");
    window.go(Page::Charts);
    window.go(Page::Alerts);
    assert!(window.shows("was 2\u{2009}min"), "the draft is kept");
    window.click("Undo");
    assert!(!window.shows("was 2\u{2009}min"));
    window.click("Redo");
    assert!(window.shows("was 2\u{2009}min"));
    window.press(Modifiers::COMMAND, Key::Z);
    assert!(!window.shows("was 2\u{2009}min"));
    window.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    window.click("Discard");
    assert!(!window.shows("was 2\u{2009}min"));
}

#[test]
fn another_duration_is_taken_over_from_the_table() {
    let mut window = open(alerting());
    choose(&mut window, "CPU above 80\u{2009}%");
    let request = asked(&mut window).expect("asked");
    window.publish(with(Alerting { backtest: Some(Arc::new(found(request.id, 9, 64, None))), ..alerting() }));
    window.click("If it had to last 10\u{2009}min: 2 times, 26\u{2009}min");
    assert!(window.shows("was 2\u{2009}min"));
    window.click("Save rule");
    assert_eq!(saved(&mut window).map(|(rule, _)| rule.hold.as_secs()), Some(600));
}

#[test]
fn the_text_and_the_form_are_one() {
    let mut window = editing();
    window.click("Rule as: Text");
    let text = window.harness.get_by_label("Text of the rule").value().expect("a text");
    assert!(text.contains("\"2 min\"") && text.contains("system.cpu.utilization > 80 %"), "{text}");
    type_into(&mut window, "Text of the rule", &text.replace("2 min", "7 min"));
    window.click("Rule as: Form");
    assert!(window.shows("was 2\u{2009}min"));
    window.click("Rule as: Text");
    type_into(&mut window, "Text of the rule", "(id: 3)");
    assert!(window.shows_part("line 1, column"));
    window.press(Modifiers::COMMAND, Key::S);
    assert!(saved(&mut window).is_none());
    window.click("Rule as: Form");
    assert!(window.shows("The rule's text cannot be read: the form shows it as it was before"));
    type_into(&mut window, "For", "9 min");
    assert!(!window.shows_part("cannot be read"));
    window.click("Save rule");
    assert_eq!(saved(&mut window).map(|(rule, _)| rule.hold.as_secs()), Some(540));
}

#[test]
fn a_rule_changed_elsewhere_is_told_and_either_side_can_be_taken() {
    let mut window = editing();
    type_into(&mut window, "For", "5 min");
    let mut alerts = alerting();
    let mut rules = alerts.rules.to_vec();
    for status in &mut rules {
        if &*status.rule.id == "cpu" {
            let mut other = (*status.rule).clone();
            other.hold = Duration::from_secs(900);
            status.rule = Arc::new(other);
        }
    }
    alerts.rules = rules.into();
    window.publish(with(alerts));
    assert!(window.shows("This rule was changed elsewhere since you began"));
    assert!(window.shows("was 15\u{2009}min"));
    window.click("Take theirs");
    assert!(!window.shows_part("changed elsewhere") && !window.shows("was 15\u{2009}min"));
    window.click("Undo");
    assert!(window.shows("was 15\u{2009}min"));
}

#[test]
fn a_new_rule_is_filled_in_and_saved_under_a_name_of_its_own() {
    let mut window = open(alerting());
    window.click("Add a rule");
    assert!(window.shows("Give the rule a name") && window.shows("Choose a series"));
    type_into(&mut window, "Name", "CPU");
    window.click("Series: ");
    window.click_role(Role::MenuItem, "system.cpu.utilization");
    window.click("Save rule");
    let (rule, replaces) = saved(&mut window).expect("saved");
    assert_eq!((&*rule.id, &*rule.name, replaces), ("cpu-2", "CPU", None));
    let mut alerts = alerting();
    let mut rules = alerts.rules.to_vec();
    let mut status = rules[0].clone();
    status.rule = Arc::new(rule);
    rules.push(status);
    alerts.rules = rules.into();
    window.publish(with(alerts));
    assert!(window.shows("Rules 10") && !window.shows_part("Not saved"));
}
