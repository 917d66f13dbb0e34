//! Plans: what applying a profile would write into the bound files, worked out from their bytes.
//!
//! Nothing is written here. No secret is in a plan: diffs, changes and problems show dots. The new contents hold them, and
//! print as their length alone.

mod action_words;
mod content;
mod file;
mod key_names;
mod wanted;

use std::path::PathBuf;
use std::sync::Arc;

use crate::model::profile::{
    Catalogue, FilePlan, ParamValue, Plan, PlanId, Problem, ProblemKind, Reload, VerifyAction,
};
use crate::profile::bindings::lexical;
use crate::profile::resolve::Effective;
use crate::profile::secret;

pub use action_words::{reload_words, shown_url, verify_words};
pub use content::{BoundFile, NewContent};
pub use key_names::names_of;
pub use wanted::{Difference, WantedKey, differences, wanted};

/// A secret's text by its name; `None` where it is not made yet.
pub type Secrets<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What a plan is made from, beside the files.
#[derive(Clone, Copy)]
struct Sources<'a> {
    effective: &'a Effective,
    catalogue: &'a Catalogue,
    secrets: Secrets<'a>,
}

/// What applying a profile to these files would do, and what each would hold. Bindings of one file (the same path) are
/// planned together. A plan whose problems hold an error is not for applying; its contents are those that could be made.
pub fn plan(
    id: PlanId,
    profile: &str,
    effective: &Effective,
    catalogue: &Catalogue,
    files: Vec<BoundFile>,
    secrets: Secrets<'_>,
) -> (Plan, Vec<NewContent>) {
    let sources = Sources { effective, catalogue, secrets };
    let mut plan = Plan {
        id,
        profile: Arc::from(profile),
        files: Vec::new(),
        n_unchanged: 0,
        reloads: Vec::new(),
        verifies: Vec::new(),
        problems: weak_secrets(&files, sources),
    };
    let mut contents = Vec::new();
    let mut changed: Vec<Vec<BoundFile>> = Vec::new();
    for group in by_path(files) {
        let outcome = file::plan_file(&group, sources);
        if outcome.is_unchanged() {
            plan.n_unchanged += group.len();
            plan.problems.extend(outcome.plan.problems.iter().map(|problem| of_file(problem, &outcome.plan)));
            continue;
        }
        plan.files.push(outcome.plan);
        if let Some(content) = outcome.content {
            contents.push(content);
            changed.push(group);
        }
    }
    add_actions(&mut plan, &changed);
    (plan, contents)
}

/// The files by path, in the order in which each path comes first; `/a/../b` and `/b` are one.
fn by_path(files: Vec<BoundFile>) -> Vec<Vec<BoundFile>> {
    let mut groups: Vec<(PathBuf, Vec<BoundFile>)> = Vec::new();
    for file in files {
        let file_path = lexical(&file.binding.path);
        match groups.iter_mut().find(|(path, _)| *path == file_path) {
            Some((_, group)) => group.push(file),
            None => groups.push((file_path, vec![file])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// A file's problem where the file itself is not shown.
fn of_file(problem: &Problem, file: &FilePlan) -> Problem {
    Problem { text: format!("{}: {}", file.binding, problem.text).into(), ..problem.clone() }
}

/// Reloads, each once however many files want it; every file read again, and then what the services are asked.
fn add_actions(plan: &mut Plan, changed: &[Vec<BoundFile>]) {
    let bindings = || changed.iter().flatten().map(|file| &file.binding);
    for binding in bindings() {
        if let Some(reload) = &binding.reload
            && !plan.reloads.iter().any(|(_, known)| is_same_reload(known, reload))
        {
            plan.reloads.push((Arc::clone(&binding.id), reload.clone()));
        }
    }
    for group in changed {
        plan.verifies.extend(group.first().map(|file| (Arc::clone(&file.binding.id), VerifyAction::ReadFile)));
    }
    for binding in bindings() {
        if let Some(ask @ VerifyAction::Get { .. }) = &binding.verify {
            plan.verifies.push((Arc::clone(&binding.id), ask.clone()));
        }
    }
}

/// Whether two reloads do the same, however long each may take.
fn is_same_reload(a: &Reload, b: &Reload) -> bool {
    match (a, b) {
        (Reload::Run { argv: a, .. }, Reload::Run { argv: b, .. }) => a == b,
        (Reload::Post { url: a, .. }, Reload::Post { url: b, .. }) => a == b,
        (Reload::Restart { service: a, .. }, Reload::Restart { service: b, .. }) => a == b,
        _ => false,
    }
}

/// A warning for each weak secret that would be written, once however many files get it.
fn weak_secrets(files: &[BoundFile], sources: Sources<'_>) -> Vec<Problem> {
    let mut named: Vec<&Arc<str>> = Vec::new();
    let mut problems = Vec::new();
    for bound in files.iter().flat_map(|file| &file.binding.keys) {
        let value = sources.effective.get(&bound.param).and_then(|row| row.value.as_ref());
        let Some(ParamValue::Secret(name)) = value else { continue };
        if named.contains(&name) {
            continue;
        }
        named.push(name);
        if let Some(why) = (sources.secrets)(name).as_deref().and_then(secret::weakness) {
            problems.push(Problem {
                kind: ProblemKind::Warning,
                key: Some(bound.param.clone()),
                place: None,
                text: format!("{name}: {why}; make a new one").into(),
                fix: None,
                source: None,
            });
        }
    }
    problems
}

#[cfg(test)]
mod tests;
