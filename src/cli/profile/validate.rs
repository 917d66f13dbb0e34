//! `profile validate`: everything that is wrong with the documents, at once.

use serde_json::json;

use super::books::Books;
use super::{ProfileCommandError, counted, json, say_json};
use crate::cli::console::say;
use crate::engine::tuning::documents::problem_text;
use crate::model::Folders;
use crate::model::profile::{LOCAL_LAYER, Problem, ProblemKind, ProfileName};
use crate::profile::check::check;

/// Checks these profiles, or everything.
///
/// # Errors
/// [`ProfileCommandError::Failed`] where something has an error; all of it was said.
pub fn run(folders: &Folders, names: &[String], as_json: bool) -> Result<(), ProfileCommandError> {
    let books = Books::read(folders)?;
    let documents = &books.documents;
    let mut checked: Vec<(String, Vec<Problem>)> = Vec::new();
    let all: Vec<ProfileName> = if names.is_empty() {
        let local = documents.local.iter().map(|_| ProfileName::from(LOCAL_LAYER));
        documents.names().into_iter().chain(local).collect()
    } else {
        names.iter().map(|name| books.profile(name).map(|profile| profile.name.clone())).collect::<Result<_, _>>()?
    };
    for name in all {
        let problems = check(&documents.catalogue, &documents.profiles, documents.local.as_deref(), &name);
        checked.push((name.to_string(), problems));
    }
    if names.is_empty() {
        for (name, problems) in [
            ("catalogue.ron", &documents.catalogue_problems),
            ("bindings.ron", &documents.binding_problems),
            ("environments.ron", &documents.rule_problems),
        ] {
            checked.push((name.into(), problems.to_vec()));
        }
    }
    let is_error = |problem: &&Problem| problem.kind == ProblemKind::Error;
    let unread: &[String] = if names.is_empty() { &documents.unread } else { &[] };
    let n_errors = checked.iter().flat_map(|(_, problems)| problems).filter(is_error).count() + unread.len();
    if as_json {
        let documents: Vec<_> = checked
            .iter()
            .map(|(name, problems)| json!({ "name": name, "problems": json::problems(problems) }))
            .collect();
        say_json(&json!({ "valid": n_errors == 0, "documents": documents, "unread": unread }));
    } else {
        for (name, problems) in &checked {
            problems.iter().for_each(|problem| say(&format!("{name}: {}", line(problem))));
        }
        unread.iter().for_each(|why| say(why));
        let n_warnings = checked.iter().flat_map(|(_, problems)| problems).count() + unread.len() - n_errors;
        let warnings = counted(n_warnings, "warning", "warnings");
        say(&format!("{} checked: {}, {warnings}", checked.len(), counted(n_errors, "error", "errors")));
    }
    if n_errors == 0 {
        return Ok(());
    }
    Err(ProfileCommandError::Failed(format!("{} to mend", counted(n_errors, "error", "errors"))))
}

/// A problem on a line.
pub fn line(problem: &Problem) -> String {
    let kind = match problem.kind {
        ProblemKind::Error => "error",
        ProblemKind::Warning => "warning",
    };
    let fix = problem.fix.as_ref().map(|fix| format!(" ({}?)", fix.text)).unwrap_or_default();
    format!("{kind}: {}{fix}", problem_text(problem))
}
