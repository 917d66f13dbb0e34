//! `/jobs`: changes that were begun, how they stand, and the word that keeps one or takes it back.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer;
use super::history::now;
use super::outcome::carry_out;
use super::params::Params;
use super::suggestions::id_text;
use super::tuning_bodies::{self, ApplyBody, PlanBody};
use super::when::Moment;
use crate::api::jobs::{Aim, Asked, Job, JobId, Repeated, Stage, run};
use crate::api::{ApiState, Caller, Problem};
use crate::model::profile::{ApplyCommand, ApplyId, ApplyPhase};
use crate::model::{Command, Snapshot};

/// Jobs, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Jobs {
    /// They; at most 100 are kept.
    pub jobs: Vec<JobBody>,
}

/// One job.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct JobBody {
    /// Its number.
    pub id: u64,
    /// `profile` or `suggestion`.
    pub kind: &'static str,
    /// The profile that is to be put in force.
    pub profile: Option<String>,
    /// The suggestion whose change is to be put in force.
    pub suggestion: Option<String>,
    /// Whether only the plan was asked for.
    pub dry_run: bool,
    /// When it was asked for.
    pub asked_at: Moment,
    /// `planning`, `planned`, `applying`, `writing`, `reloading`, `verifying`, `on_trial`, `kept`, `in_force` (every file
    /// had its values already), `rolling_back`, `rolled_back`, `stuck`, `failed` or `cancelled`.
    pub state: &'static str,
    /// Why, where it failed or goes back.
    pub why: Option<String>,
    /// Whether nothing more happens by itself.
    pub is_over: bool,
    /// When it goes back by itself unless `/jobs/{id}/confirm` comes before.
    pub confirm_until: Option<Moment>,
    /// What it would write.
    pub plan: Option<PlanBody>,
    /// What was written, step by step.
    pub apply: Option<ApplyBody>,
}

/// A job as it stands.
pub fn of(job: &Job, snapshot: &Snapshot) -> JobBody {
    let (state, why) = job.state(snapshot);
    let apply = job.apply(snapshot).map(|record| tuning_bodies::apply(record));
    let (kind, profile, suggestion) = match &job.asked.aim {
        Aim::Profile { name, .. } => ("profile", Some(name.to_string()), None),
        Aim::Suggestion(id) => {
            ("suggestion", job.stage().plan().map(|plan| plan.profile.to_string()), Some(id_text(id)))
        }
    };
    JobBody {
        id: job.id.0,
        kind,
        profile,
        suggestion,
        dry_run: job.asked.dry_run,
        asked_at: Moment(job.at),
        state,
        why,
        is_over: job.is_over(snapshot),
        confirm_until: apply.as_ref().and_then(|apply| apply.on_trial_until),
        plan: job.stage().plan().map(|plan| tuning_bodies::plan(plan)),
        apply,
    }
}

/// Begins a job, or finds the one that the same request began before, and answers 202 with where it is.
///
/// # Errors
/// What a repeated key, or too many jobs, are answered with.
pub fn begin(
    api: &ApiState,
    caller: Option<Extension<Caller>>,
    headers: &HeaderMap,
    asked: Asked,
) -> Result<Response, Problem> {
    let key = headers.get("idempotency-key").map(|key| key.to_str().unwrap_or_default());
    let token = caller.map(|Extension(caller)| caller.token).unwrap_or_default();
    let snapshot = api.snapshot();
    let request = format!("{asked:?}");
    let Repeated { job, was_there } = api.kept().repeats.once(&token, key, request.as_bytes(), || {
        if !asked.dry_run {
            refuse_under_way(&snapshot)?;
        }
        let job = api.kept().jobs.begin(asked, now(&snapshot), &snapshot)?;
        tokio::spawn(run(api.clone(), job.clone()));
        Ok(job.id)
    })?;
    let job = find(api, job)?;
    let again = if was_there { " again" } else { "" };
    let done = format!("job {} asked for{again}: {}", job.id.0, aim_text(&job.asked));
    Ok(answer::noted(accepted(&job, &snapshot), done))
}

/// Nothing new is begun while an apply is not over.
fn refuse_under_way(snapshot: &Snapshot) -> Result<(), Problem> {
    let Some(record) = snapshot.tuning.running() else { return Ok(()) };
    let detail = format!("{} is being applied or on trial: keep it or take it back first", record.profile);
    Err(Problem::new(StatusCode::CONFLICT, detail))
}

fn aim_text(asked: &Asked) -> String {
    let what = match &asked.aim {
        Aim::Profile { name, .. } => format!("profile {name}"),
        Aim::Suggestion(id) => format!("suggestion {}", id_text(id)),
    };
    if asked.dry_run { format!("{what}, dry run") } else { what }
}

fn accepted(job: &Job, snapshot: &Snapshot) -> Response {
    let mut response = answer::json_with(StatusCode::ACCEPTED, &of(job, snapshot));
    if let Ok(place) = HeaderValue::from_str(&format!("/jobs/{}", job.id.0)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

fn find(api: &ApiState, id: JobId) -> Result<Arc<Job>, Problem> {
    let none = || Problem { field: Some("id".into()), ..Problem::not_found(format!("there is no job {}", id.0)) };
    api.kept().jobs.get(id).ok_or_else(none)
}

fn named(api: &ApiState, text: &str) -> Result<Arc<Job>, Problem> {
    let none = || Problem { field: Some("id".into()), ..Problem::not_found(format!("there is no job {text}")) };
    find(api, JobId(text.parse().map_err(|_| none())?))
}

/// Jobs, newest first.
#[utoipa::path(get, path = "/jobs", tag = "jobs", responses((status = 200, description = "Jobs", body = Jobs)))]
pub async fn list(State(api): State<ApiState>, params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    let snapshot = api.snapshot();
    let jobs = api.kept().jobs.all().iter().map(|job| of(job, &snapshot)).collect();
    Ok(answer::json(&Jobs { jobs }))
}

/// A job as it stands.
#[utoipa::path(
    get, path = "/jobs/{id}", tag = "jobs",
    params(("id" = u64, Path, description = "Its number")),
    responses((status = 200, description = "The job", body = JobBody))
)]
pub async fn get(State(api): State<ApiState>, params: Params, Path(id): Path<String>) -> Result<Response, Problem> {
    params.only(&[])?;
    Ok(answer::json(&of(&*named(&api, &id)?, &api.snapshot())))
}

/// Keeps what is on trial.
#[utoipa::path(
    post, path = "/jobs/{id}/confirm", tag = "jobs",
    params(("id" = u64, Path, description = "Its number")),
    responses((status = 200, description = "The job, kept", body = JobBody))
)]
pub async fn confirm(State(api): State<ApiState>, params: Params, Path(id): Path<String>) -> Result<Response, Problem> {
    params.only(&[])?;
    let job = named(&api, &id)?;
    let snapshot = api.snapshot();
    let record = job.apply(&snapshot).filter(|record| matches!(record.phase, ApplyPhase::OnTrial { .. }));
    let Some(record) = record else {
        let (state, _) = job.state(&snapshot);
        return Err(Problem::new(
            StatusCode::CONFLICT,
            format!("it is not on trial: it is {}", state.replace('_', " ")),
        ));
    };
    let refusal = format!("Apply {} was not kept", record.id.0);
    let is_kept = |snapshot: &Snapshot| is_phase(snapshot, record.id, |phase| *phase == ApplyPhase::Kept);
    carry_out(&api, Command::Apply(ApplyCommand::Keep(record.id)), &[&refusal], is_kept).await?;
    Ok(answer::noted(answer::json(&of(&job, &api.snapshot())), format!("{} kept", record.profile)))
}

/// Takes a job back: cancelled before anything is written, and rolled back after.
#[utoipa::path(
    delete, path = "/jobs/{id}", tag = "jobs",
    params(("id" = u64, Path, description = "Its number")),
    responses((status = 202, description = "The job on its way back", body = JobBody))
)]
pub async fn cancel(State(api): State<ApiState>, params: Params, Path(id): Path<String>) -> Result<Response, Problem> {
    params.only(&[])?;
    let job = named(&api, &id)?;
    let snapshot = api.snapshot();
    let over = |state: &str| {
        Problem::new(StatusCode::CONFLICT, format!("there is nothing to take back: it is {}", state.replace('_', " ")))
    };
    match job.stage() {
        Stage::Planning | Stage::Applying(_) => job.cancel(),
        Stage::Applied(_, id) => {
            let is_back = |phase: &ApplyPhase| {
                matches!(
                    phase,
                    ApplyPhase::RollingBack { .. } | ApplyPhase::RolledBack { .. } | ApplyPhase::Stuck { .. }
                )
            };
            if is_phase(&snapshot, id, is_back).is_some() {
                return Err(over(job.state(&snapshot).0));
            }
            let refusal = format!("Apply {} stays as it is", id.0);
            let command = Command::Apply(ApplyCommand::RollBack(id));
            carry_out(&api, command, &[&refusal], |snapshot| is_phase(snapshot, id, is_back)).await?;
        }
        _ => return Err(over(job.state(&snapshot).0)),
    }
    let done = format!("job {} taken back: {}", job.id.0, aim_text(&job.asked));
    Ok(answer::noted(accepted(&job, &api.snapshot()), done))
}

fn is_phase(snapshot: &Snapshot, id: ApplyId, is: impl Fn(&ApplyPhase) -> bool) -> Option<()> {
    let record = snapshot.tuning.applies.iter().find(|record| record.id == id)?;
    is(&record.phase).then_some(())
}
