//! Answers as JSON: the words of `profile --json`. Secrets are masked before they come here.

use serde_json::{Value, json};

use crate::cli::history::rfc3339;
use crate::model::profile::{
    ApplyPhase, ApplyRecord, BindingState, Detection, DiffLine, DiffSign, FilePlan, ImportProposal, ParamValue, Plan,
    Problem, ProblemKind, Profile, SeenIn, StepKind, StepState,
};
use crate::profile::compare::Cell;
use crate::profile::resolve::{EffectiveValue, Origin};
use crate::profile::secret::mask;
use crate::profile::value_text;

/// A profile in the list.
pub fn listed(profile: &Profile, active: Option<&str>) -> Value {
    json!({
        "name": profile.name,
        "base": profile.base,
        "about": profile.about,
        "is_active": active == Some(&*profile.name),
        "is_shipped": profile.is_shipped,
        "is_edited": profile.is_edited,
        "values": profile.entries.len(),
        "problems": profile.problems.len(),
    })
}

/// A profile with its own values.
pub fn profile(profile: &Profile, active: Option<&str>) -> Value {
    let mut answer = listed(profile, active);
    answer["notes"] = json!(profile.notes);
    answer["values"] = profile
        .entries
        .iter()
        .map(|entry| json!({ "key": entry.key.as_str(), "value": value(&entry.value), "why": entry.why }))
        .collect();
    answer["problems"] = problems(&profile.problems);
    answer
}

/// A value's text; a secret is dots.
pub fn value(value: &ParamValue) -> String {
    match value {
        ParamValue::Secret(_) => mask().to_owned(),
        _ => value_text::write(value),
    }
}

/// One side of a difference.
pub fn cell(cell: &Cell) -> Value {
    json!({ "value": cell.value.as_ref().map(value), "from": origin(&cell.origin) })
}

/// A value that holds, and where it comes from.
pub fn effective(row: &EffectiveValue) -> Value {
    json!({
        "key": row.key.as_str(),
        "value": row.value.as_ref().map(value),
        "from": origin(&row.origin),
        "why": row.why,
    })
}

/// The name of a layer.
pub fn origin(origin: &Origin) -> String {
    match origin {
        Origin::Default => "default".into(),
        Origin::Profile(name) => name.to_string(),
        Origin::Local => crate::model::profile::LOCAL_LAYER.into(),
    }
}

/// Problems of a document or a plan.
pub fn problems(problems: &[Problem]) -> Value {
    problems.iter().map(problem).collect()
}

fn problem(problem: &Problem) -> Value {
    json!({
        "kind": match problem.kind { ProblemKind::Error => "error", ProblemKind::Warning => "warning" },
        "key": problem.key.as_ref().map(|key| key.as_str()),
        "line": problem.place.map(|place| place.line),
        "column": problem.place.map(|place| place.column),
        "text": problem.text,
        "fix": problem.fix.as_ref().map(|fix| json!({
            "text": fix.text,
            "key": fix.key.as_str(),
            "value": fix.value.as_ref().map(value),
        })),
    })
}

/// A plan.
pub fn plan(plan: &Plan) -> Value {
    json!({
        "profile": plan.profile,
        "can_apply": plan.can_apply(),
        "files": plan.files.iter().map(file_plan).collect::<Vec<_>>(),
        "unchanged": plan.n_unchanged,
        "reloads": plan.reloads.iter().map(|(binding, _)| binding).collect::<Vec<_>>(),
        "verifies": plan.verifies.iter().map(|(binding, _)| binding).collect::<Vec<_>>(),
        "problems": problems(&plan.problems),
    })
}

fn file_plan(file: &FilePlan) -> Value {
    json!({
        "binding": file.binding,
        "path": file.path,
        "changes": file.changes.iter().map(|change| json!({
            "parameter": change.param.as_str(),
            "key": change.key,
            "before": change.before,
            "after": change.after,
        })).collect::<Vec<_>>(),
        "diff": file.diff.iter().map(diff_line).collect::<Vec<_>>(),
        "lines_added": file.n_lines.0,
        "lines_removed": file.n_lines.1,
        "problems": problems(&file.problems),
    })
}

fn diff_line(line: &DiffLine) -> String {
    match line.sign {
        DiffSign::Same => format!(" {}", line.text),
        DiffSign::Added => format!("+{}", line.text),
        DiffSign::Removed => format!("-{}", line.text),
        DiffSign::Skipped => "@@".to_owned(),
    }
}

/// An apply.
pub fn record(record: &ApplyRecord) -> Value {
    let (phase, why) = phase(&record.phase);
    json!({
        "number": record.id.0,
        "profile": record.profile,
        "previous": record.previous,
        "at": rfc3339(record.at),
        "who": record.who,
        "state": phase,
        "why": why,
        "steps": record.steps.iter().map(|step| json!({
            "kind": match step.kind {
                StepKind::Write => "write",
                StepKind::Reload => "reload",
                StepKind::Verify => "verify",
                StepKind::Restore => "restore",
            },
            "state": match step.state {
                StepState::Waiting => "waiting",
                StepState::Running => "running",
                StepState::Done => "done",
                StepState::Failed => "failed",
            },
            "text": step.text,
            "output": step.output,
        })).collect::<Vec<_>>(),
        "files": record.files.iter().map(|file| json!({
            "binding": file.binding,
            "path": file.path,
            "backup": file.backup,
            "changes": file.n_changes,
        })).collect::<Vec<_>>(),
    })
}

/// How an apply stands, in a word, and why.
pub fn phase(phase: &ApplyPhase) -> (&'static str, Option<&str>) {
    match phase {
        ApplyPhase::Writing => ("writing", None),
        ApplyPhase::Reloading => ("reloading", None),
        ApplyPhase::Verifying => ("verifying", None),
        ApplyPhase::OnTrial { .. } => ("on trial", None),
        ApplyPhase::Kept => ("kept", None),
        ApplyPhase::RollingBack { why } => ("rolling back", Some(why)),
        ApplyPhase::RolledBack { why } => ("rolled back", Some(why)),
        ApplyPhase::Stuck { why } => ("stuck", Some(why)),
    }
}

/// A binding, and how its file stands.
pub fn binding(state: &BindingState) -> Value {
    json!({
        "binding": state.binding.id,
        "path": state.binding.path,
        "error": state.error,
        "unanswered": state.unanswered,
        "drift": state.drift.iter().map(|value| json!({
            "parameter": value.param.as_str(),
            "seen_in": match value.seen_in { SeenIn::File => "file", SeenIn::Service => "service" },
            "key": value.key,
            "found": value.found,
            "expected": value.expected,
        })).collect::<Vec<_>>(),
    })
}

/// Which environment this seems to be.
pub fn detection(detection: &Detection) -> Value {
    json!({ "profile": detection.profile, "reasons": detection.reasons, "against": detection.against })
}

/// What a file offers to bind.
pub fn proposal(proposal: &ImportProposal) -> Value {
    json!({
        "path": proposal.path,
        "format": proposal.format.slug(),
        "keys": proposal.keys.iter().map(|key| json!({
            "parameter": key.bound.param.as_str(),
            "key": key.bound.key,
            "conversion": key.bound.conversion.slug(),
            "value": key.value,
            "line": key.line,
            "note": key.note,
        })).collect::<Vec<_>>(),
        "others": proposal.others.iter().map(|(key, line)| json!({ "key": key, "line": line })).collect::<Vec<_>>(),
        "error": proposal.error,
    })
}
