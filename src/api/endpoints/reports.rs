//! `GET /reports` and `GET /runs`: long work of this run of the program, and what there is of load tests.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer;
use super::params::Params;
use super::when::Moment;
use crate::api::{ApiState, Problem};
use crate::model::{Snapshot, TaskState, TaskStatus};

/// Reports, exports and imports: what waits and runs, and the last 20 that are over.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Reports {
    /// They, oldest first.
    pub reports: Vec<LongWork>,
}

/// A report, an export or an import.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LongWork {
    /// Its number; grows while the program runs.
    pub id: u64,
    /// What it is.
    pub title: String,
    /// When it was asked for.
    pub asked_at: Moment,
    /// `waiting`, `running`, `done`, `cancelled` or `failed`.
    pub state: &'static str,
    /// Share done.
    pub done_ratio: Option<f32>,
    /// What it does now, or what came of it.
    pub text: String,
    /// What to know beside that.
    pub remarks: Vec<String>,
    /// Files it wrote.
    pub files: Vec<String>,
}

/// Load tests and experiments.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Runs {
    /// They.
    pub runs: Vec<serde_json::Value>,
    /// Why there are none.
    pub why: Option<String>,
}

/// Reports, exports and imports of this run of the program.
#[utoipa::path(
    get, path = "/reports", tag = "records",
    responses((status = 200, description = "Reports", body = Reports))
)]
pub async fn reports(State(api): State<ApiState>, params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    Ok(answer::json(&of(&api.snapshot())))
}

/// Load tests and experiments. This version makes none, so the list is empty and says so.
#[utoipa::path(get, path = "/runs", tag = "records", responses((status = 200, description = "Runs", body = Runs)))]
pub async fn runs(params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    let why = Some("this version of Perfdesk runs no load tests and no experiments".to_owned());
    Ok(answer::json(&Runs { runs: Vec::new(), why }))
}

fn of(snapshot: &Snapshot) -> Reports {
    Reports { reports: snapshot.tasks.iter().map(work).collect() }
}

fn work(task: &TaskStatus) -> LongWork {
    let begun = LongWork {
        id: task.id.0,
        title: task.title.to_string(),
        asked_at: Moment(task.asked_at),
        state: "waiting",
        done_ratio: None,
        text: String::new(),
        remarks: Vec::new(),
        files: Vec::new(),
    };
    match &task.state {
        TaskState::Waiting => begun,
        TaskState::Running { done_ratio, text } => {
            LongWork { state: "running", done_ratio: *done_ratio, text: text.to_string(), ..begun }
        }
        TaskState::Done { text, remarks, files } => LongWork {
            state: "done",
            done_ratio: Some(1.0),
            text: text.to_string(),
            remarks: remarks.iter().map(ToString::to_string).collect(),
            files: files.iter().map(|path| path.display().to_string()).collect(),
            ..begun
        },
        TaskState::Cancelled => LongWork { state: "cancelled", ..begun },
        TaskState::Failed { why } => LongWork { state: "failed", text: why.to_string(), ..begun },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::api::endpoints::made_up::{self, NOW, get};
    use crate::model::TaskId;

    #[test]
    fn long_work_is_listed_with_what_came_of_it() {
        let task = |id, state| TaskStatus { id: TaskId(id), title: "Report".into(), asked_at: NOW, state };
        let done =
            TaskState::Done { text: "2 pages".into(), remarks: ["a".into()].into(), files: ["/r.html".into()].into() };
        let tasks: Arc<[TaskStatus]> = [
            task(1, done),
            task(2, TaskState::Running { done_ratio: Some(0.5), text: "half".into() }),
            task(3, TaskState::Failed { why: "the disk is full".into() }),
        ]
        .into();
        let state = made_up::state(Snapshot { tasks, ..made_up::of_series(&[]) });
        let expect = concat!(
            r#"{"reports":[{"id":1,"title":"Report","asked_at":"2026-11-28T08:00:00.000Z","state":"done","done_ratio":1.0,"#,
            r#""text":"2 pages","remarks":["a"],"files":["/r.html"]},"#,
            r#"{"id":2,"title":"Report","asked_at":"2026-11-28T08:00:00.000Z","state":"running","done_ratio":0.5,"#,
            r#""text":"half","remarks":[],"files":[]},"#,
            r#"{"id":3,"title":"Report","asked_at":"2026-11-28T08:00:00.000Z","state":"failed","done_ratio":null,"#,
            r#""text":"the disk is full","remarks":[],"files":[]}]}"#,
        );
        assert_eq!(get(&state, "/reports"), (200, expect.into()));
        let (status, body) = get(&state, "/runs");
        assert!(status == 200 && body.starts_with(r#"{"runs":[],"why":"this version"#), "{body}");
    }
}
