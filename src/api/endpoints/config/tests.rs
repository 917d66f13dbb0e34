//! Profiles through made-up snapshots, and changes of them through a made-up engine that plans and applies.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::Duration;

use axum::http::{HeaderMap, Method};
use serde_json::Value;

use crate::api::ApiState;
use crate::api::endpoints::made_up::{self, NOW, answered, field, get, refused, request, runtime};
use crate::api::endpoints::routes;
use crate::engine::{Handle, Input};
use crate::model::profile::*;
use crate::model::suggest::*;
use crate::model::{Command, Notice, NoticeId, SeriesKey, Severity, Snapshot, TimeRange, Timestamp};
use crate::profile::{catalogue, document};

const TEXT: &str = r#"(version: 1, values: {
    "database.pool_max": (value: 50, why: "measured"), // kept
    "security.secret_key": "session",
})"#;

fn profile(name: &str, text: &str) -> Arc<Profile> {
    Arc::new(document::read(name, text, &catalogue::shipped(), false, true))
}

fn binding() -> BindingState {
    let bound = BoundKey {
        param: ParamKey::new("database.pool_max"),
        key: "DB_POOL_MAX".into(),
        conversion: Conversion::Plain,
    };
    BindingState {
        binding: Binding {
            id: "checkout".into(),
            path: PathBuf::from("/srv/.env"),
            format: FileFormat::Env,
            keys: vec![bound],
            reload: None,
            verify: None,
        },
        checked_at: Some(NOW),
        verified_at: None,
        drift: [].into(),
        unanswered: None,
        error: None,
    }
}

fn tuning() -> Tuning {
    Tuning {
        catalogue: catalogue::shipped(),
        profiles: [profile("testing", "(version: 1, values: {})"), profile("production", TEXT)].into(),
        active: Some("production".into()),
        bindings: [binding()].into(),
        ..Tuning::default()
    }
}

fn card() -> Card {
    let suggestion = Suggestion {
        id: SuggestionId::new("pool_large", "checkout"),
        topic: Topic::DatabasePool,
        subject: "checkout".into(),
        title: "Open fewer connections".into(),
        period: SeenPeriod::Last(Duration::from_secs(600)),
        seen: "18 of 50 in use".into(),
        why: "".into(),
        change: Change::Parameter {
            key: ParamKey::new("database.pool_max"),
            from: Some(ParamValue::Count(50)),
            to: ParamValue::Count(24),
            from_text: "50".into(),
            to_text: "24".into(),
            unit_text: "connections".into(),
        },
        expected: Expected {
            what: "checkout p95".into(),
            amount: ExpectedAmount::Share { low: -0.3, mid: -0.2, high: -0.1 },
            is_less_better: true,
        },
        sure: Sureness::Medium,
        sure_why: "".into(),
        stop_at: "".into(),
        against: "".into(),
        evidence: SuggestionEvidence {
            series: [SeriesKey::new("db.client.connection.count", &[])].into(),
            range: TimeRange::ending_at(NOW, Duration::from_secs(600)),
        },
        picture: None,
        metric: None,
        source: "HikariCP".into(),
        value: 0.5,
        since: NOW,
    };
    Card { suggestion: Arc::new(suggestion), state: SuggestionState::Open }
}

fn snapshot(tuning: Tuning) -> Snapshot {
    let advice = Advice { cards: [card()].into(), n_open: 1, headline: "One suggestion.".into(), ..Advice::default() };
    Snapshot { tuning: Arc::new(tuning), advice: Arc::new(advice), ..made_up::of_series(&[]) }
}

/// Plans, applies, keeps and takes back in the snapshot, a publication for each step.
fn engine(handle: Handle, inputs: Receiver<Input>) -> thread::JoinHandle<Vec<Command>> {
    thread::spawn(move || {
        let mut now = snapshot(tuning());
        let mut commands = Vec::new();
        while let Ok(Input::Command(command)) = inputs.recv() {
            commands.push(command.clone());
            let mut tuning = Tuning::clone(&now.tuning);
            match command {
                Command::Profile(ProfileCommand::Save { name, text }) => {
                    let saved = profile(&name, &text);
                    let put = |old: &Arc<Profile>| if old.name == saved.name { saved.clone() } else { old.clone() };
                    tuning.profiles = tuning.profiles.iter().map(put).collect();
                }
                Command::Apply(ApplyCommand::Plan { profile, .. }) => tuning.plan = Some(plan(&tuning, &profile)),
                Command::Suggest(SuggestCommand::TryIt(_)) => tuning.plan = Some(plan(&tuning, "production")),
                Command::Apply(ApplyCommand::Apply { plan, keep_within }) => {
                    let Some(shown) = tuning.plan.take().filter(|shown| shown.id == plan) else { continue };
                    let until = NOW.plus(keep_within);
                    for phase in [ApplyPhase::Writing, ApplyPhase::Verifying, ApplyPhase::OnTrial { until }] {
                        put_phase(&mut tuning, &shown.profile, phase);
                        publish(&handle, &mut now, tuning.clone());
                    }
                }
                Command::Apply(ApplyCommand::Keep(_)) => put_phase(&mut tuning, "testing", ApplyPhase::Kept),
                Command::Apply(ApplyCommand::RollBack(_)) => {
                    let why = "it was asked for".into();
                    put_phase(&mut tuning, "testing", ApplyPhase::RolledBack { why });
                }
                other => panic!("{other:?}"),
            }
            publish(&handle, &mut now, tuning);
        }
        commands
    })
}

fn publish(handle: &Handle, now: &mut Snapshot, tuning: Tuning) {
    now.tuning = Arc::new(tuning);
    now.seq += 1;
    handle.publish(now.clone());
}

fn plan(tuning: &Tuning, profile: &str) -> Arc<Plan> {
    let change = KeyChange {
        param: ParamKey::new("database.pool_max"),
        key: "DB_POOL_MAX".into(),
        before: Some("50".into()),
        after: "24".into(),
    };
    let file = FilePlan {
        binding: "checkout".into(),
        path: PathBuf::from("/srv/.env"),
        changes: vec![change],
        diff: [DiffLine { sign: DiffSign::Added, number: 1, text: "DB_POOL_MAX=24".into(), changed: 0..0 }].into(),
        n_lines: (1, 0),
        before: (0, 0),
        after: (1, 1),
        problems: Vec::new(),
    };
    let id = PlanId(tuning.plan.as_ref().map_or(0, |plan| plan.id.0) + 1);
    Arc::new(Plan {
        id,
        profile: profile.into(),
        files: vec![file],
        n_unchanged: 0,
        reloads: Vec::new(),
        verifies: Vec::new(),
        problems: Vec::new(),
    })
}

/// Puts the one apply there is into a phase.
fn put_phase(tuning: &mut Tuning, profile: &str, phase: ApplyPhase) {
    let record = ApplyRecord {
        id: ApplyId(1),
        profile: profile.into(),
        previous: None,
        at: NOW,
        who: "mara".into(),
        phase,
        steps: Vec::new(),
        files: Vec::new(),
    };
    tuning.applies = [Arc::new(record)].into();
}

async fn asked(
    state: &ApiState,
    method: Method,
    address: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, HeaderMap, Value) {
    let mut all = vec![("content-type", "application/json")];
    all.extend(headers);
    let (status, headers, body) = answered(routes(), state, request(method, address, &all, body)).await;
    (status, headers, serde_json::from_str(&body).unwrap_or_default())
}

/// Waits until a job is in a state.
async fn until(state: &ApiState, place: &str, wanted: &str) -> Value {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    loop {
        let (status, _, job) = asked(state, Method::GET, place, &[], "").await;
        assert_eq!(status, 200, "{job}");
        if job["state"] == wanted {
            return job;
        }
        assert!(tokio::time::Instant::now() < deadline, "{wanted} never came: {job}");
        tokio::task::yield_now().await;
    }
}

#[test]
fn what_holds_is_told_with_its_origin_and_secrets_are_masked() {
    let state = made_up::state(snapshot(tuning()));
    let (status, body) = get(&state, "/config/performance");
    assert_eq!(status, 200, "{body}");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    let value = |key: &str| {
        let values = body["values"].as_array().expect("values");
        values.iter().find(|value| value["key"] == key).cloned().expect(key)
    };
    let pool = value("database.pool_max");
    assert_eq!((&pool["value"], &pool["from"], &pool["why"]), (&"50".into(), &"production".into(), &"measured".into()));
    assert_eq!(value("database.pool_min")["from"], "default");
    let (_, all) = get(&state, "/config/profiles");
    assert!(all.contains(r#""active":"production""#) && all.contains(r#""path":"/srv/.env""#), "{all}");
    assert!(!all.contains("\"value\":\"session\"") && !body.to_string().contains("\"value\":\"session\""));
    assert_eq!(refused(&state, "/config/performance?profile=prodution"), (404, "profile".into()));
    let none = made_up::state(snapshot(Tuning { active: None, ..tuning() }));
    assert_eq!(get(&none, "/config/performance").0, 404);
    assert_eq!(get(&made_up::state(Snapshot::default()), "/config/performance").0, 503, "not read yet");
}

#[test]
fn suggestions_are_cards_with_their_evidence() {
    let state = made_up::state(snapshot(tuning()));
    let (status, body) = get(&state, "/performance/suggestions?state=open");
    assert_eq!(status, 200);
    for part in [
        r#""headline":"One suggestion.","n_open":1"#,
        r#""id":"pool_large/checkout""#,
        r#""change":{"kind":"parameter","text":"database.pool_max 50 → 24 connections","parameter":"database.pool_max","from":"50","to":"24","copy":null}"#,
        r#""expected":{"what":"checkout p95","change_ratio":-0.2,"change_ratio_low":-0.3,"change_ratio_high":-0.1,"text":null,"is_less_better":true}"#,
        r#""evidence":{"series":["db.client.connection.count"],"from":"2026-11-28T07:50:00.000Z","to":"2026-11-28T08:00:00.000Z"}"#,
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
    assert_eq!(refused(&state, "/performance/suggestions?state=good"), (400, "state".into()));
}

#[test]
fn a_change_needs_the_state_it_changes_and_keeps_comments() {
    let (state, handle, inputs) = made_up::engine(snapshot(tuning()));
    let engine = engine(handle.clone(), inputs);
    runtime().block_on(async {
        let put = |headers: Vec<(&'static str, String)>, body: &'static str| {
            let state = state.clone();
            async move {
                let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
                asked(&state, Method::PUT, "/config/performance", &headers, body).await
            }
        };
        let change = r#"{"values": {"database.pool_max": 24, "cache.ttl": "10 min"}, "why": "tried"}"#;
        let (status, _, body) = put(vec![], change).await;
        assert_eq!((status, &body["field"]), (400, &"If-Match".into()));
        let (status, _, _) = put(vec![("if-match", "0".to_owned())], change).await;
        assert_eq!(status, 400, "this is no tag");
        let stale = vec![("if-match", "\"0\"".to_owned())];
        let (status, headers, _) = put(stale, change).await;
        assert_eq!(status, 412);
        let tag = headers["etag"].to_str().expect("text").to_owned();
        let (status, headers, body) = put(vec![("if-match", tag.clone())], change).await;
        assert_eq!(status, 200, "{body}");
        assert_ne!(headers["etag"].to_str().expect("text"), tag);
        assert!(body.to_string().contains(r#""value":"24""#), "{body}");
        assert_eq!(put(vec![("if-match", tag)], change).await.0, 412, "the lost update");
    });
    assert!(handle.inputs().try_send(Input::Stop).is_ok());
    let commands = engine.join().expect("an engine");
    let [Command::Profile(ProfileCommand::Save { name, text })] = &commands[..] else { panic!("{commands:?}") };
    assert!(&**name == "production" && text.contains("// kept") && text.contains(r#"why: "tried""#), "{text}");
}

#[test]
fn values_that_are_not_well_are_named_and_nothing_is_sent() {
    let (state, _handle, inputs) = made_up::engine(snapshot(tuning()));
    runtime().block_on(async {
        for (body, status, wrong) in [
            (r#"{"values": {}}"#, 400, "values"),
            (r#"{"values": {"database.pool_max": {}}}"#, 400, "values.database.pool_max"),
            (r#"{"values": {"database.pool_max": [1]}}"#, 400, "values.database.pool_max"),
            (r#"{"values": {"database.pool": 1}}"#, 409, "values.database.pool"),
            (r#"{"values": {"database.pool_max": "many"}}"#, 409, "values.database.pool_max"),
            (r#"{"values": {"database.pool_max": 100000000}}"#, 409, "values.database.pool_max"),
            (r#"{"values": {"database.pool_max": true}}"#, 409, "values.database.pool_max"),
            (r#"{"values": {"database.pool_max": 1, "database.pool_min": 9}}"#, 409, "values.database.pool_min"),
            (r#"{"values": {"security.secret_key": "hush"}}"#, 409, "values.security.secret_key"),
            (r#"{"value": {}}"#, 400, "value"),
        ] {
            let (got, _, answer) = asked(&state, Method::PUT, "/config/performance", &[("if-match", "*")], body).await;
            assert_eq!((got, answer["field"].as_str()), (status, Some(wrong)), "{body}: {answer}");
        }
    });
    assert!(inputs.try_recv().is_err());
}

#[test]
fn a_profile_is_planned_applied_and_kept_by_a_word() {
    let (state, handle, inputs) = made_up::engine(snapshot(tuning()));
    let engine = engine(handle.clone(), inputs);
    runtime().block_on(async {
        let switch = "/config/profile/testing";
        let (status, headers, _) = asked(&state, Method::POST, switch, &[], r#"{"dry_run": true}"#).await;
        assert_eq!(status, 202);
        let planned = until(&state, headers["location"].to_str().expect("text"), "planned").await;
        assert_eq!(planned["plan"]["files"][0]["diff"][0], "+DB_POOL_MAX=24");
        assert_eq!((&planned["is_over"], &planned["apply"]), (&true.into(), &Value::Null));

        let key = [("idempotency-key", "k1")];
        let body = r#"{"confirm_within_seconds": 30}"#;
        let (status, headers, _) = asked(&state, Method::POST, switch, &key, body).await;
        let place = headers["location"].to_str().expect("text").to_owned();
        let on_trial = until(&state, &place, "on_trial").await;
        assert_eq!((status, &on_trial["confirm_until"]), (202, &"2026-11-28T08:00:30.000Z".into()));
        let (status, headers, _) = asked(&state, Method::POST, switch, &key, body).await;
        assert_eq!((status, headers["location"].to_str().ok()), (202, Some(place.as_str())), "the same job");
        assert_eq!(asked(&state, Method::POST, switch, &key, "").await.0, 409, "another request");
        assert_eq!(asked(&state, Method::POST, switch, &[], body).await.0, 409, "one at a time");

        let (status, _, kept) = asked(&state, Method::POST, &format!("{place}/confirm"), &[], "").await;
        assert_eq!((status, &kept["state"]), (200, &"kept".into()));
        assert_eq!(asked(&state, Method::POST, &format!("{place}/confirm"), &[], "").await.0, 409);
        let (status, _, back) = asked(&state, Method::DELETE, &place, &[], "").await;
        assert_eq!((status, &back["state"], &back["why"]), (202, &"rolled_back".into(), &"it was asked for".into()));
        assert_eq!(asked(&state, Method::DELETE, &place, &[], "").await.0, 409);
        let (_, _, jobs) = asked(&state, Method::GET, "/jobs", &[], "").await;
        assert_eq!(jobs["jobs"].as_array().map(Vec::len), Some(2));
    });
    assert!(handle.inputs().try_send(Input::Stop).is_ok());
    let n_applied = engine.join().expect("an engine").iter().filter(|command| is_apply(command)).count();
    assert_eq!(n_applied, 1);
}

fn is_apply(command: &Command) -> bool {
    matches!(command, Command::Apply(ApplyCommand::Apply { .. }))
}

#[test]
fn a_suggestion_is_applied_and_kept_by_itself_where_that_is_asked_for() {
    let (state, handle, inputs) = made_up::engine(snapshot(tuning()));
    let engine = engine(handle.clone(), inputs);
    runtime().block_on(async {
        let optimize = "/performance/optimize";
        let (_, headers, _) = asked(&state, Method::POST, optimize, &[], r#"{"dry_run": true}"#).await;
        let planned = until(&state, headers["location"].to_str().expect("text"), "planned").await;
        assert_eq!(
            (&planned["suggestion"], &planned["profile"]),
            (&"pool_large/checkout".into(), &"production".into())
        );
        let body = r#"{"suggestion": "pool_large/checkout", "keep": true}"#;
        let (status, headers, _) = asked(&state, Method::POST, optimize, &[], body).await;
        assert_eq!(status, 202);
        until(&state, headers["location"].to_str().expect("text"), "kept").await;
        for (body, status, wrong) in [
            ("{}", 409, "suggestion"),
            (r#"{"suggestion": "pool_small"}"#, 404, "suggestion"),
            (r#"{"suggestion": "pool_large/checkout", "confirm_within_seconds": 4}"#, 400, "confirm_within_seconds"),
            (r#"{"suggestion": 3}"#, 400, "suggestion"),
            (r#"{"dry": true}"#, 400, "dry"),
        ] {
            let (got, _, answer) = asked(&state, Method::POST, optimize, &[], body).await;
            assert_eq!((got, answer["field"].as_str()), (status, Some(wrong)), "{body}: {answer}");
        }
    });
    assert!(handle.inputs().try_send(Input::Stop).is_ok());
    engine.join().expect("an engine");
    let unbound = made_up::state(snapshot(Tuning { bindings: [].into(), ..tuning() }));
    runtime().block_on(async {
        let (status, _, answer) =
            asked(&unbound, Method::POST, "/performance/optimize", &[], r#"{"dry_run": true}"#).await;
        assert!(status == 409 && answer["detail"].as_str().is_some_and(|text| text.contains("no file is bound")));
    });
}

#[test]
fn a_refusal_of_the_engine_is_the_end_of_the_job_in_its_words() {
    let (state, handle, inputs) = made_up::engine(snapshot(tuning()));
    let refusing = handle.clone();
    let engine = thread::spawn(move || {
        while let Ok(Input::Command(_)) = inputs.recv() {
            let text = "testing was not planned".into();
            let detail = "its bases run in a circle".into();
            let notice = Notice { id: NoticeId(1), at: Timestamp::default(), severity: Severity::Error, text, detail };
            refusing.publish(Snapshot { notices: [notice].into(), ..snapshot(tuning()) });
        }
    });
    runtime().block_on(async {
        let (_, headers, _) = asked(&state, Method::POST, "/config/profile/testing", &[], "").await;
        let failed = until(&state, headers["location"].to_str().expect("text"), "failed").await;
        assert_eq!(failed["why"], "its bases run in a circle");
        let wrong = asked(&state, Method::POST, "/config/profile/testin", &[], "").await;
        assert_eq!((wrong.0, field(&wrong.2.to_string()).as_str()), (404, "profile"));
        let (status, _, _) =
            asked(&state, Method::POST, "/config/profile/testing", &[], r#"{"bindings": ["x"]}"#).await;
        assert_eq!(status, 404);
        assert_eq!(asked(&state, Method::GET, "/jobs/1", &[], "").await.0, 404);
    });
    assert!(handle.inputs().try_send(Input::Stop).is_ok());
    engine.join().expect("an engine");
}
