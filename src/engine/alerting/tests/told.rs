//! Who is told of what: storms, silences, quiet hours, inhibition, ways outside the window.

use super::*;
use crate::model::alert::{ActionKind, Webhook};
use crate::notify::{Order, Outcome};

/// Rules `a0`, `a1`, … that tell by the desktop as well.
fn many(n: usize) -> (String, Vec<String>) {
    let ids: Vec<String> = (0..n).map(|i| format!("a{i}")).collect();
    let list: Vec<String> =
        ids.iter().map(|id| format!(r#"(id: "{id}", name: "Rule {id}", when: ["{id} > 80 %"])"#)).collect();
    (rules(&list), ids)
}

#[test]
fn a_storm_of_a_hundred_alerts_is_one_notice_one_notification_and_a_list() {
    let folder = tempfile::tempdir().expect("a folder");
    let (list, ids) = many(100);
    let mut run = Run::with_rules(folder.path(), &list);
    let values: Vec<(&str, f64)> = ids.iter().map(|id| (id.as_str(), 0.9)).collect();
    run.ticks(3, &values);
    let told = run.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("Warning 100 alerts fire | Rule a0: 90") && told[0].ends_with("and 97 more"),
        "{told:?}"
    );
    let [Order::Desktop(message)] = &run.orders[..] else { unreachable!("{:?}", run.orders) };
    assert_eq!((message.title().as_str(), message.firing.len()), ("100 alerts fire", 100));
    let alerts = run.alerts();
    assert_eq!((alerts.log.len(), alerts.n_firing), (100, 100));
    assert_eq!(run.alert_notes().len(), 51, "fifty notes, and one of how many more");
}

#[test]
fn silences_and_inhibition_hold_messages_back_and_not_states() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = rules(&[rule("a", ""), rule("b", r#"inhibited_by: ["a"]"#), rule("c", "")]);
    let mut run = Run::with_rules(folder.path(), &list);
    run.command(AlertCommand::Silence("c".into(), Some(at(5)), "".into()));
    run.ticks(3, &[("a", 0.9), ("b", 0.9), ("c", 0.9)]);
    assert_eq!(run.told(), ["Warning Rule a | 90\u{2009}%, above 80\u{2009}%"]);
    let alerts = run.alerts();
    assert_eq!((alerts.rules[1].phase, alerts.rules[2].phase), (Phase::Firing, Phase::Firing));
    assert_eq!((alerts.n_firing, alerts.log.len()), (2, 3));
    run.ticks(4, &[("a", 0.9), ("b", 0.9), ("c", 0.9)]);
    assert_eq!(run.told()[1..], ["Warning Rule c | 90\u{2009}%, above 80\u{2009}%"], "the silence is over");
    assert_eq!(run.alerts().n_firing, 3);
    run.tick(&[("a", 0.5), ("b", 0.9), ("c", 0.9)]);
    assert_eq!(run.told()[1..], ["Warning Rule b | 90\u{2009}%, above 80\u{2009}%"], "nothing stands for it any more");
}

#[test]
fn quiet_hours_hold_messages_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let minute = super::super::local_minute(at(0));
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60 % 24, minute % 60);
    let quiet = format!(r#"quiet: ["{}-{}"]"#, clock(minute), clock(minute + 2));
    let mut run = Run::with_rules(folder.path(), &rules(&[rule("a", &quiet)]));
    run.ticks(30, &[("a", 0.9)]);
    assert_eq!((run.phase("a"), run.told().len()), (Phase::Firing, 0));
    run.now += 120;
    run.ticks(2, &[("a", 0.9)]);
    assert_eq!(run.told(), ["Warning Rule a | 90\u{2009}%, above 80\u{2009}%"]);
}

#[test]
fn webhooks_and_programs_are_told_and_what_came_of_it_stands_on_the_rule() {
    let folder = tempfile::tempdir().expect("a folder");
    let fields = r#"webhook: "ops", program: ["/bin/true", "x"]"#;
    let hook = Webhook { name: "ops".into(), url: "https://example.org:8443/secret".into() };
    let mut run = Run::with_rules(folder.path(), &rules(&[rule("a", fields)]));
    run.command(AlertCommand::SetWebhooks(vec![hook.clone()]));
    run.ticks(2, &[("a", 0.9)]);
    assert!(matches!(&run.orders[..], [Order::Webhook { webhook, .. }] if *webhook == hook), "{:?}", run.orders);
    let deliveries = run.alerts().rules[0].deliveries.clone();
    let refused = (ActionKind::Program, false, "Programs are not allowed: nothing was run");
    assert_eq!(deliveries.iter().map(|d| (d.kind, d.is_ok, &*d.text)).collect::<Vec<_>>(), [refused]);
    let order = run.orders[0].clone();
    run.take(Input::Notified(Box::new(Outcome::of(&order, Ok("example.org:8443 answered 200".into())))));
    let deliveries = run.alerts().rules[0].deliveries.clone();
    assert_eq!((deliveries[0].kind, deliveries[0].is_ok, deliveries.len()), (ActionKind::Webhook, true, 2));
    run.core.notify_refused(&order);
    let alerts = run.alerts();
    assert_eq!((alerts.n_undelivered, alerts.rules[0].deliveries[0].is_ok), (1, false));
    run.command(AlertCommand::AllowPrograms(true));
    run.command(AlertCommand::TestRule("a".into()));
    let Some(Order::Program { message, .. }) = run.orders.last() else { unreachable!("{:?}", run.orders) };
    assert_eq!((message.title().as_str(), message.text().as_str()), ("Test: Rule a", "90\u{2009}%, above 80\u{2009}%"));
    assert!(run.told().contains(&"Warning Test: Rule a | 90\u{2009}%, above 80\u{2009}%".to_owned()));
    run.command(AlertCommand::TestWebhook("ops".into()));
    let test = run.orders.last().expect("sent").clone();
    run.take(Input::Notified(Box::new(Outcome::of(&test, Err("example.org:8443 answered 404".into())))));
    let told = run.told();
    let expect = "Error The webhook ops did not take the test message | example.org:8443 answered 404";
    assert_eq!(told.last().expect("told"), expect);
}
