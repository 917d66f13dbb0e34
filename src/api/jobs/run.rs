//! How a job is brought on: the plan is asked for, applied and, where that was asked for, kept as soon as it is verified.
//! What goes back by itself does so in the engine, whatever becomes of the job.

use std::sync::Arc;
use std::time::Duration;

use super::{Aim, Job, Stage};
use crate::api::ApiState;
use crate::api::endpoints::Before;
use crate::model::profile::{ApplyCommand, ApplyId, ApplyPhase, ParamKey, Plan, PlanId, ProblemKind, ProfileName};
use crate::model::suggest::SuggestCommand;
use crate::model::{Command, Snapshot};

/// How long a plan, or the beginning of an apply, is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long an apply may take until it is verified.
const VERIFIED_WITHIN: Duration = Duration::from_secs(3600);
/// Plans that are made where somebody else's came between.
const MAX_TRIES: usize = 3;
/// What the engine tells where it does not apply.
const NOT_APPLIED: &str = "Nothing was applied";
/// What the engine tells where a suggestion is not planned.
const NOT_SUGGESTED: &str = "Nothing was changed about the suggestion";
/// How the engine's reasons begin that another plan mends.
const OUT_OF_DATE: [&str; 2] = ["That plan is not the one shown any more", "A profile, a binding or a file changed"];

/// Why a job goes no farther, with its plan.
type Failure = (Option<Arc<Plan>>, String);

/// Brings a job on until it is applied, and kept where that was asked for.
pub async fn run(api: ApiState, job: Arc<Job>) {
    let stage = {
        let _turn = api.kept().jobs.turn.lock().await;
        begin(&api, &job).await
    };
    let stage = stage.unwrap_or_else(|(plan, why)| Stage::Failed(plan, why));
    job.put(stage.clone());
    let Stage::Applied(_, id) = stage else { return };
    if job.is_cancelled() {
        // It was cancelled while it began: nobody else knew which apply it is.
        let _ = api.send(Command::Apply(ApplyCommand::RollBack(id)));
    } else if job.asked.keep {
        keep(&api, id).await;
    }
}

async fn begin(api: &ApiState, job: &Job) -> Result<Stage, Failure> {
    let mut last = String::new();
    for _ in 0..MAX_TRIES {
        if job.is_cancelled() {
            return Ok(Stage::Cancelled);
        }
        let plan = plan(api, &job.asked.aim).await.map_err(|why| (None, why))?;
        if job.asked.dry_run {
            return Ok(Stage::Planned(plan));
        }
        let is_there_already = plan.files.is_empty() && plan.n_unchanged > 0 && errors(&plan).is_empty();
        if !plan.can_apply() && !is_there_already {
            let why = hindrance(&plan);
            return Err((Some(plan), why));
        }
        job.put(Stage::Applying(plan.clone()));
        if job.is_cancelled() {
            return Ok(Stage::Cancelled);
        }
        match apply(api, &plan, job.asked.confirm_within).await {
            Ok(stage) => return Ok(stage),
            Err(why) if OUT_OF_DATE.iter().any(|reason| why.starts_with(reason)) => last = why,
            Err(why) => return Err((Some(plan), why)),
        }
    }
    Err((None, format!("the plan was out of date {MAX_TRIES} times: {last}")))
}

/// Asks for a plan and waits for it.
async fn plan(api: &ApiState, aim: &Aim) -> Result<Arc<Plan>, String> {
    let snapshot = api.snapshot();
    let before = Before::of(&snapshot);
    let newest = snapshot.tuning.plan.as_ref().map_or(PlanId(0), |plan| plan.id);
    let (command, profile, key, refusal) = match aim {
        Aim::Profile { name, bindings } => {
            let command = ApplyCommand::Plan { profile: name.clone(), bindings: bindings.clone(), draft: None };
            (Command::Apply(command), name.clone(), None, format!("{name} was not planned"))
        }
        Aim::Suggestion(id) => {
            let profile = snapshot.tuning.active.clone().ok_or("no profile is in force: apply one first")?;
            let card = snapshot.advice.card(id).ok_or("there is no such suggestion any more: its cause is gone")?;
            let key = card.suggestion.change.key().cloned();
            (Command::Suggest(SuggestCommand::TryIt(id.clone())), profile, key, NOT_SUGGESTED.into())
        }
    };
    api.send(command).map_err(|problem| problem.detail)?;
    let look = |snapshot: &Snapshot| {
        if let Some(notice) = before.told(snapshot, &[&refusal, NOT_SUGGESTED]) {
            return Some(Err(notice.detail.to_string()));
        }
        let plan = snapshot.tuning.plan.as_ref()?;
        (plan.id > newest && plan.profile == profile && changes(plan, key.as_ref())).then(|| Ok(plan.clone()))
    };
    let late = || Err(format!("no plan was made within {} s", PATIENCE.as_secs()));
    api.wait_for(PATIENCE, look).await.unwrap_or_else(late)
}

/// Whether a plan is of a change of this parameter; with none it is any.
fn changes(plan: &Plan, key: Option<&ParamKey>) -> bool {
    let Some(key) = key else { return true };
    !errors(plan).is_empty() || plan.files.iter().flat_map(|file| &file.changes).any(|change| change.param == *key)
}

/// Has a plan carried out and waits for its beginning.
async fn apply(api: &ApiState, plan: &Arc<Plan>, keep_within: Duration) -> Result<Stage, String> {
    let snapshot = api.snapshot();
    let before = Before::of(&snapshot);
    let newest = snapshot.tuning.applies.first().map_or(ApplyId(0), |record| record.id);
    let is_new = |id: ApplyId| snapshot.tuning.applies.is_empty() || id > newest;
    let in_force = in_force_text(&plan.profile);
    api.send(Command::Apply(ApplyCommand::Apply { plan: plan.id, keep_within })).map_err(|problem| problem.detail)?;
    let look = |snapshot: &Snapshot| {
        let mut begun = snapshot.tuning.applies.iter().filter(|record| is_new(record.id));
        if let Some(record) = begun.find(|record| record.profile == plan.profile) {
            return Some(Ok(Stage::Applied(plan.clone(), record.id)));
        }
        if let Some(notice) = before.told(snapshot, &[NOT_APPLIED]) {
            return Some(Err(notice.detail.to_string()));
        }
        let is_adopted = plan.files.is_empty() && before.told(snapshot, &[&in_force]).is_some();
        is_adopted.then(|| Ok(Stage::InForce(plan.clone())))
    };
    let late = || Err(format!("it did not begin within {} s", PATIENCE.as_secs()));
    api.wait_for(PATIENCE, look).await.unwrap_or_else(late)
}

/// What the engine tells once a profile is in force.
fn in_force_text(profile: &ProfileName) -> String {
    format!("{profile} is in force")
}

/// Keeps an apply as soon as it is on trial.
async fn keep(api: &ApiState, id: ApplyId) {
    let phase = |snapshot: &Snapshot| {
        let record = snapshot.tuning.applies.iter().find(|record| record.id == id)?;
        let is_on_trial = matches!(record.phase, ApplyPhase::OnTrial { .. });
        (is_on_trial || record.phase.is_over()).then_some(is_on_trial)
    };
    if api.wait_for(VERIFIED_WITHIN, phase).await == Some(true) {
        // Where that is refused it goes back by itself, and says so.
        let _ = api.send(Command::Apply(ApplyCommand::Keep(id)));
    }
}

fn errors(plan: &Plan) -> Vec<&str> {
    let all = plan.problems.iter().chain(plan.files.iter().flat_map(|file| &file.problems));
    all.filter(|problem| problem.kind == ProblemKind::Error).map(|problem| &*problem.text).collect()
}

/// Why a plan cannot be applied.
fn hindrance(plan: &Plan) -> String {
    match errors(plan).as_slice() {
        [] => "no file is bound to a profile, so that nothing would change: bind one first".into(),
        errors => errors.join("; "),
    }
}
