//! Plans, applies and problems of profiles as they stand in answers. Secrets are masked before they come here.

use serde::Serialize;
use utoipa::ToSchema;

use super::when::Moment;
use crate::api::jobs::phase;
use crate::model::profile::{
    ApplyPhase, ApplyRecord, DiffLine, DiffSign, FilePlan, ParamValue, Plan, Problem as Fault, ProblemKind, StepKind,
    StepState,
};
use crate::profile::secret::mask;
use crate::profile::value_text;

/// What applying a profile would do.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PlanBody {
    /// The profile.
    pub profile: String,
    /// Whether nothing stands in the way and there is something to do.
    pub can_apply: bool,
    /// Files in the order they are written.
    pub files: Vec<FilePlanBody>,
    /// Bound files that have every value already.
    pub n_unchanged: usize,
    /// Bindings whose services are told, in order.
    pub reloads: Vec<String>,
    /// Bindings that are checked, in order.
    pub verifies: Vec<String>,
    /// What stands in the way, or deserves a look.
    pub problems: Vec<FaultBody>,
}

/// What happens to one file.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FilePlanBody {
    /// The binding.
    pub binding: String,
    /// The file.
    pub path: String,
    /// Keys that change.
    pub changes: Vec<KeyChangeBody>,
    /// The diff: lines with a space, `+` or `-` before them, `@@` where some are left out.
    pub diff: Vec<String>,
    /// What stands in the way.
    pub problems: Vec<FaultBody>,
}

/// One key that changes.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct KeyChangeBody {
    /// The parameter.
    pub parameter: String,
    /// Its key in the file.
    pub key: String,
    /// What the file has; `null` where the key is not there.
    pub before: Option<String>,
    /// What it gets.
    pub after: String,
}

/// Something wrong with a profile or a plan.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FaultBody {
    /// `error` or `warning`.
    pub kind: &'static str,
    /// The parameter.
    pub parameter: Option<String>,
    /// Line in the profile's text, from 1.
    pub line: Option<usize>,
    /// What is wrong and what to do.
    pub text: String,
}

/// One apply.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ApplyBody {
    /// Its number.
    pub id: u64,
    /// The profile.
    pub profile: String,
    /// The profile that was in force before.
    pub previous: Option<String>,
    /// When it began.
    pub at: Moment,
    /// Who asked for it.
    pub who: String,
    /// `writing`, `reloading`, `verifying`, `on_trial`, `kept`, `rolling_back`, `rolled_back` or `stuck`.
    pub phase: &'static str,
    /// Why it goes or went back.
    pub why: Option<String>,
    /// When it goes back by itself unless it is kept.
    pub on_trial_until: Option<Moment>,
    /// Its steps so far.
    pub steps: Vec<StepBody>,
    /// Files it wrote.
    pub files: Vec<String>,
}

/// One step of an apply.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StepBody {
    /// `write`, `reload`, `verify` or `restore`.
    pub kind: &'static str,
    /// `waiting`, `running`, `done` or `failed`.
    pub state: &'static str,
    /// What was done or went wrong.
    pub text: String,
    /// What a program printed.
    pub output: String,
}

/// A value's text; a secret is dots.
pub fn value(value: &ParamValue) -> String {
    match value {
        ParamValue::Secret(_) => mask().to_owned(),
        _ => value_text::write(value),
    }
}

/// A plan.
pub fn plan(plan: &Plan) -> PlanBody {
    PlanBody {
        profile: plan.profile.to_string(),
        can_apply: plan.can_apply(),
        files: plan.files.iter().map(file).collect(),
        n_unchanged: plan.n_unchanged,
        reloads: plan.reloads.iter().map(|(binding, _)| binding.to_string()).collect(),
        verifies: plan.verifies.iter().map(|(binding, _)| binding.to_string()).collect(),
        problems: faults(&plan.problems),
    }
}

fn file(file: &FilePlan) -> FilePlanBody {
    let change = |change: &crate::model::profile::KeyChange| KeyChangeBody {
        parameter: change.param.to_string(),
        key: change.key.to_string(),
        before: change.before.as_ref().map(ToString::to_string),
        after: change.after.to_string(),
    };
    FilePlanBody {
        binding: file.binding.to_string(),
        path: file.path.display().to_string(),
        changes: file.changes.iter().map(change).collect(),
        diff: file.diff.iter().map(line).collect(),
        problems: faults(&file.problems),
    }
}

fn line(line: &DiffLine) -> String {
    match line.sign {
        DiffSign::Same => format!(" {}", line.text),
        DiffSign::Added => format!("+{}", line.text),
        DiffSign::Removed => format!("-{}", line.text),
        DiffSign::Skipped => "@@".to_owned(),
    }
}

/// Problems of a document or a plan.
pub fn faults(faults: &[Fault]) -> Vec<FaultBody> {
    let body = |fault: &Fault| FaultBody {
        kind: match fault.kind {
            ProblemKind::Error => "error",
            ProblemKind::Warning => "warning",
        },
        parameter: fault.key.as_ref().map(ToString::to_string),
        line: fault.place.map(|place| place.line),
        text: fault.text.to_string(),
    };
    faults.iter().map(body).collect()
}

/// An apply.
pub fn apply(record: &ApplyRecord) -> ApplyBody {
    let (word, why) = phase(&record.phase);
    let step = |step: &crate::model::profile::ApplyStep| StepBody {
        kind: match step.kind {
            StepKind::Write => "write",
            StepKind::Reload => "reload",
            StepKind::Verify => "verify",
            StepKind::Restore => "restore",
        },
        state: match step.state {
            StepState::Waiting => "waiting",
            StepState::Running => "running",
            StepState::Done => "done",
            StepState::Failed => "failed",
        },
        text: step.text.to_string(),
        output: step.output.to_string(),
    };
    ApplyBody {
        id: record.id.0,
        profile: record.profile.to_string(),
        previous: record.previous.as_ref().map(ToString::to_string),
        at: Moment(record.at),
        who: record.who.to_string(),
        phase: word,
        why: why.map(ToOwned::to_owned),
        on_trial_until: match record.phase {
            ApplyPhase::OnTrial { until } => Some(Moment(until)),
            _ => None,
        },
        steps: record.steps.iter().map(step).collect(),
        files: record.files.iter().map(|file| file.path.display().to_string()).collect(),
    }
}
