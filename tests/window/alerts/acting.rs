//! What can be done with a rule as a whole: silence, pause, duplicate, delete and undo; its ways of telling.

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::accesskit::Role;
use perfdesk::model::alert::{AlertCommand, Alerting};

use super::{choose, open, saved, sent, type_into};
use crate::support::alerting::{alerting, with};
use crate::support::{NOW, Window};

fn editing() -> Window {
    let mut window = open(alerting());
    choose(&mut window, "CPU above 80\u{2009}%");
    sent(&mut window);
    window
}

#[test]
fn a_rule_is_silenced_for_a_while_with_a_reason() {
    let mut window = editing();
    window.click("Silence…");
    type_into(&mut window, "Reason of the silence", "load test");
    window.click_role(Role::MenuItem, "For 1\u{2009}h");
    let until = NOW.plus(Duration::from_secs(3600));
    assert!(sent(&mut window).contains(&AlertCommand::Silence("cpu".into(), Some(until), "load test".into())));
    choose(&mut window, "TCP retransmits above 1\u{2009}%");
    window.click("Silence…");
    window.click_role(Role::MenuItem, "End the silence");
    assert!(sent(&mut window).contains(&AlertCommand::Silence("tcp".into(), None, "".into())));
}

#[test]
fn a_rule_is_paused_and_runs_again() {
    let mut window = editing();
    window.click("Pause");
    assert!(sent(&mut window).contains(&AlertCommand::Pause("cpu".into(), true)));
    choose(&mut window, "Perfdesk drops data");
    window.click("Run again");
    assert!(sent(&mut window).contains(&AlertCommand::Pause("drops".into(), false)));
}

#[test]
fn a_deleted_rule_is_offered_back() {
    let mut window = editing();
    window.click("Delete");
    assert!(sent(&mut window).contains(&AlertCommand::DeleteRule("cpu".into())));
    let mut alerts = alerting();
    alerts.rules = alerts.rules.iter().filter(|status| &*status.rule.id != "cpu").cloned().collect();
    alerts.deleted = Some("cpu".into());
    window.publish(with(alerts));
    assert!(window.shows("CPU above 80\u{2009}% is deleted"));
    window.click("Undo the deletion");
    assert!(sent(&mut window).contains(&AlertCommand::UndoDelete));
    window.publish(with(alerting()));
    assert!(!window.shows_part("is deleted"));
}

#[test]
fn a_copy_is_a_rule_of_its_own_once_it_is_saved() {
    let mut window = editing();
    window.click("Duplicate");
    assert!(window.shows_part("Not saved"));
    window.click("Save rule");
    let (rule, replaces) = saved(&mut window).expect("saved");
    assert_eq!((rule.name.as_ref(), replaces), ("CPU above 80\u{2009}%, copy", None));
    assert_ne!(&*rule.id, "cpu");
}

#[test]
fn ways_of_telling_are_switched_and_say_how_they_went() {
    let mut window = editing();
    assert!(window.shows("Set webhook: ops-chat, last call worked"));
    assert!(window.shows("Set desktop: Not 22:00 to 07:00"));
    assert!(window.shows("Set program: Off until you allow programs…"));
    window.click_role(Role::Switch, "Sound");
    window.click_role(Role::Switch, "In the window");
    window.click_role(Role::Switch, "Capture");
    window.click("Save rule");
    let actions = saved(&mut window).expect("saved").0.actions;
    assert!(actions.sound && !actions.window);
    assert_eq!(actions.capture, Some(Duration::from_secs(300)));
    window.click("Test all");
    assert!(sent(&mut window).contains(&AlertCommand::TestRule("cpu".into())));
}

#[test]
fn a_webhook_is_added_tested_and_shows_its_host_alone() {
    let mut window = editing();
    window.click("Set webhook: ops-chat, last call worked");
    assert!(window.shows("hooks.example.org") && !window.shows_part("secret\""));
    window.click("Test ops-chat");
    assert!(sent(&mut window).contains(&AlertCommand::TestWebhook("ops-chat".into())));
    window.click("Add a webhook…");
    type_into(&mut window, "Name of the webhook", "pager");
    type_into(&mut window, "Address of the webhook", "pager.example.org");
    assert!(window.shows("An address begins with https:// or http://"));
    type_into(&mut window, "Address of the webhook", "https://pager.example.org/x");
    window.click("Add webhook");
    let sent = sent(&mut window);
    let [.., AlertCommand::SetWebhooks(all)] = sent.as_slice() else { panic!("webhooks: {sent:?}") };
    assert_eq!(all.iter().map(|webhook| &*webhook.name).collect::<Vec<_>>(), ["ops-chat", "pager"]);
    window.publish(with(Alerting { webhooks: Arc::from(all.clone()), ..alerting() }));
    window.click("Done");
    window.click("Save rule");
    assert_eq!(saved(&mut window).expect("saved").0.actions.webhook.as_deref(), Some("pager"));
}

#[test]
fn a_program_is_its_words_and_runs_only_where_it_is_allowed() {
    let mut window = editing();
    window.click_role(Role::Switch, "Program");
    type_into(&mut window, "Program and arguments", "/usr/bin/page-me\n--urgent; rm");
    window.click_role(Role::CheckBox, "Rules may run programs on this machine");
    assert!(sent(&mut window).contains(&AlertCommand::AllowPrograms(true)));
    window.click("Done");
    window.click("Save rule");
    let program = saved(&mut window).expect("saved").0.actions.program.expect("a program");
    assert_eq!(program.argv.iter().map(|word| &**word).collect::<Vec<_>>(), ["/usr/bin/page-me", "--urgent; rm"]);
}

#[test]
fn message_quiet_hours_and_inhibition_are_set_in_dialogs() {
    let mut window = editing();
    window.click("Edit message…");
    type_into(&mut window, "Message", "{name} is {value} {now}");
    assert!(window.shows("CPU above 80\u{2009}% is 83\u{2009}% {now}"));
    assert!(window.shows_part("{now} is not filled in"));
    window.click("Done");
    window.click("Quiet hours…");
    type_into(&mut window, "Quiet hours", "22:00-06:00, 12:00-13:00");
    type_into(&mut window, "Tell again each", "30 min");
    window.click_role(Role::CheckBox, "Tell when it ends");
    window.click("Done");
    window.click("Inhibited by…");
    window.click_role(Role::CheckBox, "Memory above 85\u{2009}% for 3\u{2009}min");
    window.click("Done");
    window.click("Save rule");
    let rule = saved(&mut window).expect("saved").0;
    assert_eq!((&*rule.text, rule.quiet.len()), ("{name} is {value} {now}", 2));
    assert_eq!((rule.actions.repeat, rule.actions.resolved), (Some(Duration::from_secs(1800)), false));
    assert_eq!(rule.inhibited_by, [Arc::from("memory")]);
}
