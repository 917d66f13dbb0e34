//! Endpoints over real sockets: what is read, written, applied and followed.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::time::Instant;

use perfdesk::model::profile::{Binding, BindingCommand, BoundKey, Conversion, FileFormat, ParamKey};
use perfdesk::model::{Command, HistoryState};
use serde_json::{Value, json};

use crate::support::{PATIENCE, Served, served};

/// A server whose history is open and whose profiles are read.
fn ready() -> Served {
    let served = served();
    served.tick(1);
    served.until("history and profiles", |s| {
        s.history.state == HistoryState::Writing && !s.tuning.profiles.is_empty() && s.alerts.rules.len() > 1
    });
    served
}

/// Asks for a job until it is in a state.
fn until(served: &Served, place: &str, wanted: &str) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let job = served.get(place).json();
        if job["state"] == wanted {
            return job;
        }
        assert!(Instant::now() < deadline, "{wanted} never came: {job}");
    }
}

#[test]
fn everything_that_the_document_lists_for_reading_is_answered() {
    let served = ready();
    let document = served.get("/openapi.json").json();
    let paths = document["paths"].as_object().expect("paths");
    let mut n_read = 0;
    for path in paths.iter().filter(|(_, methods)| methods.get("get").is_some()).map(|(path, _)| path) {
        if path.contains('{') || path == "/events" {
            continue;
        }
        let query = match path.as_str() {
            "/performance/history" => "?series=system.cpu.utilization",
            "/config/performance" => "?profile=production",
            _ => "",
        };
        let answer = served.get(&format!("{path}{query}"));
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert!(!answer.body.is_empty(), "{path}");
        let refused = served.get(&format!("{path}{query}{}nonsense=1", if query.is_empty() { "?" } else { "&" }));
        if !["/healthz", "/readyz"].contains(&path.as_str()) {
            assert_eq!((refused.status, &refused.json()["field"]), (400, &json!("nonsense")), "{path}");
        }
        n_read += 1;
    }
    assert!(n_read >= 18, "{n_read}");
    assert_eq!(served.bare("GET", "/readyz").send().status, 200, "without a token");
    assert_eq!(served.bare("GET", "/metrics").send().status, 401);
}

#[test]
fn history_gives_the_samples_that_were_taken() {
    let served = ready();
    for second in 2..=9 {
        served.tick(second);
    }
    let page = served.get("/performance/history?series=system.cpu.utilization&from=-10s&step=1s").json();
    let buckets = page["series"][0]["buckets"].as_array().expect("buckets");
    let means: Vec<f64> = buckets.iter().filter_map(|bucket| bucket["mean"].as_f64()).collect();
    // The made-up processor is busier by a hundredth with each reading.
    assert!(means.len() >= 9, "{page}");
    assert!(means.windows(2).all(|pair| (pair[1] - pair[0] - 0.01).abs() < 1e-6), "{means:?}");
    let csv = served.get("/performance/history?series=system.cpu.utilization&from=-10s&step=1s&format=csv");
    assert_eq!(csv.text().lines().count(), means.len() + 1);
    served.until("the subscription ended", |s| s.views.is_empty());
}

#[test]
fn a_note_is_written_and_listed_and_a_rule_is_silenced() {
    let served = ready();
    let written = served.post("/annotations", r#"{"text": "Deployed 4.2", "detail": "by CI"}"#);
    assert_eq!(written.status, 201, "{}", written.text());
    let notes = served.get("/annotations").json();
    let is_it = |note: &Value| note["id"] == written.json()["id"] && note["text"] == "Deployed 4.2";
    assert!(notes["annotations"].as_array().expect("notes").iter().any(is_it), "{notes}");
    let rule = served.get("/alerts/rules").json()["rules"][0]["id"].as_str().expect("a rule").to_owned();
    let silenced = served.post(&format!("/alerts/rules/{rule}/silence"), r#"{"for_seconds": 60}"#);
    assert_eq!(silenced.status, 200, "{}", silenced.text());
    assert!(silenced.json()["silenced_until"].is_string());
    let text = r#"(id: "mine", name: "Mine", when: ["system.cpu.utilization > 99 %"], for: "1 h")"#;
    let put = |path: &str| served.request("PUT", path).json(&json!({ "text": text }).to_string()).send();
    assert_eq!((put("/alerts/rules/mine").status, put("/alerts/rules/mine").status), (201, 200));
    put("/alerts/rules/yours").problem(409);
    assert_eq!(served.request("DELETE", "/alerts/rules/mine").send().status, 204);
    served.counted("it stands in the log of changes", |s| {
        s.access.audit.iter().any(|entry| entry.summary.contains("Deployed 4.2") && entry.status == 201)
    });
}

#[test]
fn a_profile_is_switched_with_a_plan_kept_changed_and_taken_back() {
    let served = ready();
    let env = served.folder.path().join(".env");
    let (testing, production) = ("# app\nDB_POOL_MAX=20 # open\n", "# app\nDB_POOL_MAX=50 # open\n");
    fs::write(&env, testing).expect("written");
    let keys = vec![BoundKey {
        param: ParamKey::new("database.pool_max"),
        key: "DB_POOL_MAX".into(),
        conversion: Conversion::Plain,
    }];
    let (path, format) = (env.clone(), FileFormat::Env);
    let binding = Binding { id: "checkout".into(), path, format, keys, reload: None, verify: None };
    served.command(Command::Binding(BindingCommand::Save(binding)));
    served.until("the binding", |s| s.tuning.bindings.len() == 1);
    let content = || fs::read_to_string(&env).expect("read");

    let dry = served.post("/config/profile/production", r#"{"dry_run": true}"#);
    let planned = until(&served, dry.header("location").expect("a place"), "planned");
    assert_eq!(planned["plan"]["files"][0]["changes"][0]["after"], "50", "{planned}");
    assert_eq!(content(), testing, "nothing is written");

    let begin = || {
        let request = served.request("POST", "/config/profile/production").header("Idempotency-Key", "switch-1");
        request.json(r#"{"confirm_within_seconds": 60}"#).send()
    };
    let begun = begin();
    assert_eq!(begun.status, 202, "{}", begun.text());
    let place = begun.header("location").expect("a place").to_owned();
    until(&served, &place, "on_trial");
    assert_eq!(begin().header("location"), Some(place.as_str()), "a repeat finds the same job");
    assert_eq!(content(), production);
    served.post("/config/profile/testing", "{}").problem(409);
    assert_eq!(served.post(&format!("{place}/confirm"), "").status, 200);
    assert_eq!(served.get(&place).json()["state"], "kept");

    let held = served.get("/config/performance");
    let tag = held.header("etag").expect("a tag").to_owned();
    let change = |tag: &str| {
        let request = served.request("PUT", "/config/performance").header("If-Match", tag);
        request.json(r#"{"values": {"database.pool_max": 40}, "why": "measured"}"#).send()
    };
    let changed = change(&tag);
    assert_eq!(changed.status, 200, "{}", changed.text());
    change(&tag).problem(412);
    assert_eq!(content(), production, "a profile is no file before it is applied");
    let again = served.post("/config/profile/production", r#"{"keep": true}"#);
    let place = again.header("location").expect("a place").to_owned();
    until(&served, &place, "kept");
    assert!(content().contains("DB_POOL_MAX=40"), "{}", content());
    assert_eq!(served.request("DELETE", &place).send().status, 202);
    until(&served, &place, "rolled_back");
    assert_eq!(content(), production);
}

#[test]
fn a_client_follows_ticks_notices_and_jobs() {
    let served = ready();
    let stream = served.request("GET", "/events").open();
    let mut lines = BufReader::new(stream).lines();
    let mut next = |wanted: &str| -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            assert!(Instant::now() < deadline, "{wanted} never came");
            let line = lines.next().expect("the stream goes on").expect("read");
            if line == format!("event: {wanted}") {
                let data = lines.next().expect("data").expect("read");
                return serde_json::from_str(data.trim_start_matches("data: ")).expect("JSON");
            }
        }
    };
    let first = next("tick");
    served.tick(20);
    let second = next("tick");
    assert!(second["seq"].as_u64() > first["seq"].as_u64() && second["metrics"].is_array(), "{second}");
    assert_eq!(served.post("/config/profile/production", r#"{"dry_run": true}"#).status, 202);
    assert_eq!(next("job")["profile"], "production");
}
