//! `GET /healthz` and `GET /readyz`: for those who watch the process. Both are open to anybody, so they tell no paths.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer;
use crate::api::{ApiState, Problem};
use crate::model::{HistoryState, Snapshot, WorkerState};

/// Workers without which nothing is measured.
const NEEDED: [&str; 2] = ["engine", "sample"];

/// The process is well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Well {
    /// Always `ok`: what is not well is a problem document that says why.
    pub status: &'static str,
}

fn response(reasons: &[String]) -> Result<Response, Problem> {
    if reasons.is_empty() {
        return Ok(answer::json(&Well { status: "ok" }));
    }
    Err(Problem::busy(reasons.join("; "), 1))
}

/// Whether the process works at all. Needs no token.
#[utoipa::path(
    get, path = "/healthz", tag = "process", security(()),
    responses(
        (status = 200, description = "It works", body = Well),
        (status = 503, description = "A part of it broke down and stays stopped", body = Problem),
    )
)]
pub async fn healthz(State(api): State<ApiState>) -> Result<Response, Problem> {
    response(&broken(&api.snapshot()))
}

/// Whether it can answer: the first sample was taken, history is open or known not to open, all works. Needs no token.
#[utoipa::path(
    get, path = "/readyz", tag = "process", security(()),
    responses(
        (status = 200, description = "It can answer", body = Well),
        (status = 503, description = "It cannot, and why", body = Problem),
    )
)]
pub async fn readyz(State(api): State<ApiState>) -> Result<Response, Problem> {
    response(&unready(&api.snapshot()))
}

/// The workers that stay stopped and without which nothing is measured.
fn broken(snapshot: &Snapshot) -> Vec<String> {
    let workers = snapshot.health.workers.iter();
    let stopped = workers.filter(|worker| matches!(worker.state, WorkerState::Stopped { .. }));
    stopped
        .filter(|worker| NEEDED.contains(&worker.name))
        .map(|worker| format!("the {} thread broke down and stays stopped", worker.name))
        .collect()
}

fn unready(snapshot: &Snapshot) -> Vec<String> {
    let mut reasons = broken(snapshot);
    if snapshot.at.is_none() {
        reasons.push("no sample was taken yet".into());
    }
    if snapshot.history.state == HistoryState::Opening {
        reasons.push("history is still being opened".into());
    }
    reasons
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::api::endpoints::made_up::{self, get_open};
    use crate::model::{Health, HistoryStatus, Timestamp, WorkerStatus};

    #[test]
    fn a_process_is_ready_once_it_has_samples_and_history_and_says_what_is_missing() {
        let ready = made_up::of_series(&[]);
        let first = Snapshot { at: None, history: Arc::default(), ..ready.clone() };
        let state = WorkerState::Stopped { at: Timestamp::default(), why: "secret".into() };
        let workers = vec![WorkerStatus { name: "sample", state, n_restarts: 3 }];
        let broken = Snapshot { health: Arc::new(Health { workers, ..Health::default() }), ..ready.clone() };
        let closed =
            HistoryStatus { state: HistoryState::Closed { why: "/secret".into() }, ..HistoryStatus::default() };
        let closed = Snapshot { history: Arc::new(closed), ..ready.clone() };
        let well = r#"{"status":"ok"}"#;
        let waits = r#""detail":"no sample was taken yet; history is still being opened""#;
        let stays = r#""detail":"the sample thread broke down and stays stopped""#;
        for (snapshot, health, readiness) in [
            (ready, (200, well), (200, well)),
            (first, (200, well), (503, waits)),
            (broken, (503, stays), (503, stays)),
            (closed, (200, well), (200, well)),
        ] {
            let state = made_up::state(snapshot);
            for (path, (status, text)) in [("/healthz", health), ("/readyz", readiness)] {
                let (got, body) = get_open(&state, path);
                assert!(got == status && body.contains(text) && !body.contains("secret"), "{path}: {got} {body}");
            }
        }
    }
}
