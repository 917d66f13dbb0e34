//! Alerts through made-up snapshots, and deeds about them through a made-up engine that carries commands out.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::Duration;

use axum::http::Method;

use crate::alert::document::read_rule;
use crate::api::ApiState;
use crate::api::endpoints::made_up::{self, NOW, ask, field, get, refused, request};
use crate::api::endpoints::routes;
use crate::engine::{Handle, Input};
use crate::model::alert::{
    AlertCommand, AlertId, AlertRecord, Alerting, InstanceStatus, Phase, RecordEnd, Rule, RuleStatus, Silence,
};
use crate::model::{Command, Notice, NoticeId, SeriesKey, Severity, Snapshot};

const RULE: &str = r#"(id: "cpu", name: "CPU", when: ["system.cpu.utilization > 80 %"], for: "5 min")"#;

fn status(rule: Rule) -> RuleStatus {
    let instance = |name: &str, phase, alert| InstanceStatus {
        key: SeriesKey::new("system.cpu.utilization", &[("cpu", name)]),
        name: name.into(),
        series: None,
        phase,
        value: Some(0.93),
        held: Duration::from_secs(301),
        since: NOW,
        alert,
        reason: "93 % > 80 %".into(),
    };
    RuleStatus {
        rule: Arc::new(rule),
        is_shipped: false,
        problems: [].into(),
        phase: Phase::Firing,
        reason: "one fires".into(),
        instances: [instance("0", Phase::Firing, Some(AlertId(5))), instance("1", Phase::Inactive, None)].into(),
        n_instances: 2,
        n_firing: 1,
        n_left_out: 0,
        silence: None,
        deliveries: [].into(),
    }
}

fn record(id: u64) -> AlertRecord {
    AlertRecord {
        id: AlertId(id),
        rule: "cpu".into(),
        name: "CPU".into(),
        severity: "warning".into(),
        instance: SeriesKey::new("system.cpu.utilization", &[("cpu", "0")]),
        text: "CPU is at 93 %".into(),
        pending_from: NOW,
        start: NOW,
        end: (id < 5).then_some(NOW),
        ended: (id < 5).then_some(RecordEnd::Recovered),
        unit: "1".into(),
        threshold: 0.8,
        worst: 0.93,
        mean: f64::NAN,
        n_values: 3,
        busiest: [("cc".into(), 1.5)].into(),
        busiest_unit: "{cpu}".into(),
        acknowledged: None,
        note: "".into(),
    }
}

fn alerting() -> Alerting {
    let rule = read_rule(RULE).expect("a rule");
    Alerting {
        rules: [status(rule)].into(),
        log: (1..=5).rev().map(record).collect(),
        n_older: 2,
        n_firing: 1,
        ..Alerting::default()
    }
}

fn snapshot(alerts: Alerting) -> Snapshot {
    Snapshot { alerts: Arc::new(alerts), ..made_up::of_series(&[]) }
}

/// Carries commands about alerts out in the snapshot, or refuses all of them.
fn engine(handle: Handle, inputs: Receiver<Input>, is_willing: bool) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut alerts = alerting();
        while let Ok(Input::Command(Command::Alert(command))) = inputs.recv() {
            if !is_willing {
                let text = "Nothing was changed about alerts".into();
                let notice =
                    Notice { id: NoticeId(1), at: NOW, severity: Severity::Warning, text, detail: "not today".into() };
                handle.publish(Snapshot { notices: [notice].into(), ..snapshot(alerts.clone()) });
                continue;
            }
            let mut rules = alerts.rules.to_vec();
            match command {
                AlertCommand::SaveRule { rule, replaces } => {
                    rules.retain(|status| Some(&status.rule.id) != replaces.as_ref());
                    rules.push(status(*rule));
                }
                AlertCommand::DeleteRule(id) => rules.retain(|status| status.rule.id != id),
                AlertCommand::Silence(_, until, reason) => {
                    rules[0].silence = until.map(|until| Silence { until, reason });
                }
                AlertCommand::Acknowledge(id) => {
                    let noted = |record: &AlertRecord| AlertRecord {
                        acknowledged: (record.id == id).then_some(NOW),
                        ..record.clone()
                    };
                    alerts.log = alerts.log.iter().map(noted).collect();
                }
                other => panic!("{other:?}"),
            }
            alerts.rules = rules.into();
            handle.publish(snapshot(alerts.clone()));
        }
    })
}

fn asked(state: &ApiState, method: Method, address: &str, body: &str) -> (u16, String) {
    let (status, _, body) =
        ask(routes(), state, request(method, address, &[("content-type", "application/json")], body));
    (status, body)
}

#[test]
fn alerts_that_are_not_calm_are_listed() {
    let state = made_up::state(snapshot(alerting()));
    let expect = concat!(
        r#"{"n_firing":1,"alerts":[{"rule":"cpu","name":"CPU","severity":"warning","#,
        r#""instance":"system.cpu.utilization{cpu=\"0\"}","instance_name":"0","phase":"firing","value":0.93,"#,
        r#""threshold":0.8,"unit":"1","held_seconds":301.0,"since":"2026-11-28T08:00:00.000Z","alert":5,"#,
        r#""is_acknowledged":false,"silenced_until":null,"reason":"93 % > 80 %"}],"file_error":""}"#,
    );
    assert_eq!(get(&state, "/alerts"), (200, expect.into()));
    let count = |query: &str| get(&state, &format!("/alerts?{query}")).1.matches(r#""rule":"#).count();
    assert_eq!((count("phase=all"), count("phase=inactive"), count("phase=pending"), count("rule=cpu")), (2, 1, 0, 1));
    assert_eq!(refused(&state, "/alerts?rule=cpi"), (404, "rule".into()));
    assert_eq!(refused(&state, "/alerts?phase=loud"), (400, "phase".into()));
}

#[test]
fn the_log_comes_in_pages() {
    let state = made_up::state(snapshot(alerting()));
    let mut address = "/alerts/log?limit=2&rule=cpu".to_owned();
    let mut ids = Vec::new();
    loop {
        let (status, body) = get(&state, &address);
        assert_eq!(status, 200, "{body}");
        let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!((&body["n_older"], &body["alerts"][0]["mean"]), (&2.into(), &serde_json::Value::Null));
        ids.extend(body["alerts"].as_array().expect("a list").iter().filter_map(|alert| alert["id"].as_u64()));
        let Some(next) = body["next"].as_str() else { break };
        address = next.to_owned();
    }
    assert_eq!(ids, [5, 4, 3, 2, 1]);
    assert_eq!(refused(&state, "/alerts/log?limit=1001"), (400, "limit".into()));
}

#[test]
fn rules_are_written_silenced_and_deleted_through_the_engine() {
    let (state, handle, inputs) = made_up::engine(snapshot(alerting()));
    let engine = engine(handle.clone(), inputs, true);
    let (status, body) = asked(&state, Method::PUT, "/alerts/rules/cpu", &body_of(&RULE.replace("80", "85")));
    assert!(status == 200 && body.contains("> 85 %"), "{status} {body}");
    let (status, body) = asked(&state, Method::PUT, "/alerts/rules/new", &body_of(&RULE.replace("\"cpu\"", "\"new\"")));
    assert!(status == 201 && body.contains(r#""id":"new""#), "{status} {body}");
    let (status, body) =
        asked(&state, Method::POST, "/alerts/rules/cpu/silence", r#"{"for_seconds": 60, "reason": " known "}"#);
    let expect = r#""silenced_until":"2026-11-28T08:01:00.000Z","silenced_why":"known""#;
    assert!(status == 200 && body.contains(expect), "{status} {body}");
    let (status, body) = asked(&state, Method::DELETE, "/alerts/rules/cpu/silence", "");
    assert!(status == 200 && body.contains(r#""silenced_until":null"#), "{status} {body}");
    for address in ["/alerts/cpu/0/acknowledge", "/alerts/cpu/system.cpu.utilization%7Bcpu=%220%22%7D/acknowledge"] {
        let (status, body) = asked(&state, Method::POST, address, "");
        assert!(status == 200 && body.contains(r#""acknowledged_at":"2026"#), "{status} {body}");
    }
    assert_eq!(asked(&state, Method::POST, "/alerts/log/3/acknowledge", "").0, 200);
    assert_eq!(asked(&state, Method::DELETE, "/alerts/rules/cpu", ""), (204, String::new()));
    assert!(handle.inputs().try_send(Input::Stop).is_ok());
    engine.join().expect("an engine");
}

fn body_of(text: &str) -> String {
    serde_json::json!({ "text": text }).to_string()
}

#[test]
fn what_is_wrong_is_named_and_a_refusal_of_the_engine_is_told_in_its_words() {
    let state = made_up::state(snapshot(alerting()));
    for (method, address, body, status, wrong) in [
        (Method::PUT, "/alerts/rules/cpu", body_of("(id: \"cpu\")"), 409, "text"),
        (Method::PUT, "/alerts/rules/cpi", body_of(RULE), 409, "text"),
        (Method::PUT, "/alerts/rules/cpu", "{}".into(), 400, "text"),
        (Method::DELETE, "/alerts/rules/cpi", String::new(), 404, "rule"),
        (Method::POST, "/alerts/rules/cpu/silence", r#"{"for_seconds": 31622401}"#.into(), 400, "for_seconds"),
        (Method::POST, "/alerts/rules/cpu/silence", r#"{"until": "soon"}"#.into(), 400, "until"),
        (Method::POST, "/alerts/rules/cpu/silence", r#"{"for_seconds": 0}"#.into(), 400, "for_seconds"),
        (Method::POST, "/alerts/rules/cpu/silence", r#"{"until": "-1h"}"#.into(), 409, "until"),
        (Method::POST, "/alerts/rules/cpu/silence", r#"{"until": "now", "for_seconds": 1}"#.into(), 409, "until"),
        (Method::POST, "/alerts/cpu/1/acknowledge", String::new(), 404, "instance"),
        (Method::POST, "/alerts/cpu/9/acknowledge", String::new(), 404, "instance"),
        (Method::POST, "/alerts/log/9/acknowledge", String::new(), 404, "alert"),
        (Method::POST, "/alerts/log/x/acknowledge", String::new(), 404, "alert"),
    ] {
        let (got, answer) = asked(&state, method, address, &body);
        assert_eq!((got, field(&answer).as_str()), (status, wrong), "{address} {body}: {answer}");
    }
    let (state, handle, inputs) = made_up::engine(snapshot(alerting()));
    let engine = engine(handle.clone(), inputs, false);
    let (status, body) = asked(&state, Method::DELETE, "/alerts/rules/cpu", "");
    assert!(status == 409 && body.contains("Nothing was changed about alerts: not today"), "{status} {body}");
    assert!(handle.inputs().try_send(Input::Stop).is_ok());
    engine.join().expect("an engine");
}
