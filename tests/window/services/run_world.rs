//! Made-up runs: checkout is ready and needs db, api failed and reports nothing; what they print and how they started.

use std::sync::Arc;
use std::time::Duration;

use perfdesk::model::run::*;
use perfdesk::model::service::{CheckKind, ServiceSetup, Services};
use perfdesk::model::*;

use super::world::with;
use crate::support::NOW;

fn ago(seconds: u64) -> Timestamp {
    NOW.minus(Duration::from_secs(seconds))
}

pub fn start(seconds_ago: u64, seconds: f64, profile: &str) -> StartRecord {
    StartRecord {
        at: ago(seconds_ago),
        profile: Some(profile.into()),
        answering_seconds: Some(seconds * 0.6),
        ready_seconds: Some(seconds),
        steps: vec![
            StepSeconds { name: "open pool".into(), seconds: seconds * 0.3, has_failed: false },
            StepSeconds { name: "recommendations".into(), seconds: seconds * 0.1, has_failed: true },
        ],
        outcome: StartOutcome::Degraded(vec!["recommendations".into()]),
    }
}

fn step(name: &str, state: RunStepState, repeats: (u32, u32), seconds: Option<f64>, error: &str) -> RunStep {
    RunStep {
        name: name.into(),
        state,
        n_done: repeats.0,
        n_all: repeats.1,
        seconds,
        error: error.into(),
        ..RunStep::default()
    }
}

/// Checkout, ready for 10 min.
pub fn checkout() -> RunState {
    let failed = StartRecord {
        ready_seconds: None,
        answering_seconds: None,
        steps: Vec::new(),
        outcome: StartOutcome::Failed("exit code 3".into()),
        ..start(9000, 0.0, "development")
    };
    RunState {
        service: "checkout".into(),
        phase: RunPhase::Ready,
        since: ago(600),
        pid: Some(2234),
        sentence: "checkout is ready since 14:02:11, 1.3 s after its start".into(),
        needs: vec![
            Need { service: "db".into(), is_optional: false },
            Need { service: "redis".into(), is_optional: true },
        ],
        steps: vec![
            step("open pool", RunStepState::Done, (3, 3), Some(0.4), ""),
            step("recommendations", RunStepState::Failed, (0, 1), Some(0.1), "answered 503"),
        ],
        started_at: Some(ago(600)),
        ready_seconds: Some(1.3),
        n_restarts: 2,
        last_exit: "exit code 3".into(),
        restart_offer: "production was applied since it started".into(),
        starts: [
            StartRecord { outcome: StartOutcome::Ready, ..start(600, 1.3, "production") },
            start(4000, 1.5, "production"),
            failed,
        ]
        .into(),
        ..RunState::default()
    }
}

fn db() -> RunState {
    RunState {
        service: "db".into(),
        phase: RunPhase::Ready,
        since: ago(700),
        sentence: "db is ready since 14:00:31, 0.4 s after its start".into(),
        ready_seconds: Some(0.4),
        ..RunState::default()
    }
}

fn api() -> RunState {
    RunState {
        service: "api".into(),
        phase: RunPhase::Failed,
        since: ago(30),
        sentence: "api failed at 14:11:41: exit code 3, three times in a row".into(),
        last_exit: "exit code 3".into(),
        started_at: Some(ago(32)),
        ..RunState::default()
    }
}

/// How checkout is run.
pub fn definition() -> Run {
    Run {
        service: "checkout".into(),
        argv: vec!["/opt/shop/bin/checkout".into(), "--port".into(), "8080".into()],
        environment: vec![Variable { name: "API_TOKEN".into(), is_secret: true, ..Variable::default() }],
        needs: vec![Need { service: "db".into(), is_optional: false }],
        readiness: Some(Readiness { ask: CheckKind::Tcp { address: "127.0.0.1:8080".into() }, ..Readiness::default() }),
        warm_up: vec![
            WarmUpStep {
                name: "open pool".into(),
                kind: StepKind::PoolOpen { address: "127.0.0.1:8080".into(), connections: 8 },
                ..WarmUpStep::default()
            },
            WarmUpStep {
                name: "names".into(),
                kind: StepKind::Dns { host: "db.internal".into() },
                ..WarmUpStep::default()
            },
        ],
        ..Run::default()
    }
}

/// The services with runs among them, and a change to them.
pub fn world(change: impl FnOnce(&mut Services)) -> Snapshot {
    let mut snapshot = with(|services| {
        services.runs = [api(), checkout(), db()].map(Arc::new).into();
        let plain = |name: &str| Run { service: name.into(), argv: vec!["/bin/true".into()], ..Run::default() };
        let setup = ServiceSetup::clone(&services.setup);
        services.setup = Arc::new(ServiceSetup { runs: vec![plain("api"), definition(), plain("db")], ..setup });
        change(services);
    });
    let mut series = snapshot.series.to_vec();
    let def = SeriesDef {
        key: SeriesKey::new("service.start.duration", &[("service.name", "checkout")]),
        unit: Unit::Seconds,
        group: SeriesGroup::Services,
        name: "Start".into(),
        instance: "checkout".into(),
        probe: ProbeId("services"),
        cadence: None,
    };
    series.push(SeriesInfo { id: SeriesId(series.len() as u32), def: Arc::new(def) });
    snapshot.series = series.into();
    snapshot.latest = snapshot.latest.iter().copied().chain([1.3]).collect();
    snapshot
}

/// The world in which checkout is another than usual.
pub fn with_checkout(change: impl FnOnce(&mut RunState)) -> Snapshot {
    let mut run = checkout();
    change(&mut run);
    world(|services| services.runs = [api(), run, db()].map(Arc::new).into())
}

pub fn line(number: u64, stream: OutputStream, text: &str) -> OutputLine {
    OutputLine { number, at: ago(60), stream, text: text.into(), is_cut: false }
}

/// The answer to a question about output.
pub fn answer(question: &OutputQuestion, lines: Vec<OutputLine>) -> Snapshot {
    let figures = OutputFigures {
        n_lines: 4000,
        n_dropped_lines: 1204,
        n_cut_lines: 2,
        n_kept_lines: lines.len() as u64,
        ..OutputFigures::default()
    };
    let answer = OutputAnswer {
        question: question.clone(),
        at: NOW,
        n_found: lines.len() as u64,
        lines: lines.into(),
        figures,
        why_empty: "".into(),
    };
    world(|services| services.outputs = [Arc::new(answer)].into())
}
