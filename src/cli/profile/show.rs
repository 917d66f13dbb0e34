//! `profile list`, `show`, `effective`, `diff` and `detect`: what there is, without changing anything.

use serde_json::json;

use super::books::Books;
use super::{ProfileCommandError, counted, json, say_json};
use crate::apply::evidence;
use crate::cli::console::say;
use crate::model::Folders;
use crate::model::profile::{LOCAL_LAYER, ParamKey, ParamValue};
use crate::profile::compare;
use crate::profile::detect;

/// Lists the profiles.
///
/// # Errors
/// [`ProfileCommandError`], as in all of these.
pub fn list(folders: &Folders, as_json: bool) -> Result<(), ProfileCommandError> {
    let books = Books::read_aloud(folders)?;
    let active = books.active.as_deref();
    if as_json {
        let profiles: Vec<_> = books.documents.profiles.iter().map(|profile| json::listed(profile, active)).collect();
        say_json(&json!({
            "active": active,
            "profiles": profiles,
            "has_local": books.documents.local.is_some(),
        }));
        return Ok(());
    }
    let width = books.documents.profiles.iter().map(|profile| profile.name.chars().count()).max().unwrap_or(0);
    for profile in books.documents.profiles.iter() {
        let mark = if active == Some(&*profile.name) { "*" } else { " " };
        let base = profile.base.as_deref().map(|base| format!(" (on {base})")).unwrap_or_default();
        let edited = if profile.is_shipped && profile.is_edited { ", changed here" } else { "" };
        let faults = match profile.problems.len() {
            0 => String::new(),
            n => format!(", {}", counted(n, "problem", "problems")),
        };
        say(&format!("{mark} {:<width$}  {}{base}{edited}{faults}", profile.name, profile.about));
    }
    match active {
        Some(active) => say(&format!("{active} is in force")),
        None => say("none is in force"),
    }
    Ok(())
}

/// Shows a profile's own values.
///
/// # Errors
/// See [`list`].
pub fn show(folders: &Folders, name: &str, as_json: bool) -> Result<(), ProfileCommandError> {
    let books = Books::read(folders)?;
    if name == LOCAL_LAYER && books.documents.local.is_none() {
        let why = "this machine has no layer of its own: local.ron in the config folder would be it";
        return Err(ProfileCommandError::Usage(why.into()));
    }
    let profile = books.profile(name)?;
    if as_json {
        say_json(&json::profile(profile, books.active.as_deref()));
        return Ok(());
    }
    say(&format!("{name}: {}", profile.about));
    if let Some(base) = &profile.base {
        say(&format!("  based on {base}"));
    }
    profile.notes.lines().for_each(|line| say(&format!("  {line}")));
    let width = profile.entries.iter().map(|entry| entry.key.as_str().len()).max().unwrap_or(0);
    for entry in profile.entries.iter() {
        let why = if entry.why.is_empty() { String::new() } else { format!("  ({})", entry.why) };
        say(&format!("  {:<width$}  {}{why}", entry.key.as_str(), shown(Some(&entry.value))));
    }
    for problem in profile.problems.iter() {
        say(&format!("  {}", super::validate::line(problem)));
    }
    Ok(())
}

/// A value for people; what is empty is said.
fn shown(value: Option<&ParamValue>) -> String {
    match value.map(json::value) {
        None => "left to the service".into(),
        Some(text) if text.is_empty() => "(empty)".into(),
        Some(text) => text,
    }
}

/// Shows what holds under a profile.
///
/// # Errors
/// See [`list`].
pub fn effective(
    folders: &Folders,
    name: &str,
    parameters: &[String],
    as_json: bool,
) -> Result<(), ProfileCommandError> {
    let books = Books::read(folders)?;
    let found = books.effective(name)?;
    if let Some(unknown) = parameters.iter().find(|key| found.get(&ParamKey::new(key.as_str())).is_none()) {
        let why = format!("there is no parameter {unknown}; `perfdesk profile effective {name}` lists them all");
        return Err(ProfileCommandError::Usage(why));
    }
    let is_wanted = |key: &ParamKey| parameters.is_empty() || parameters.iter().any(|wanted| wanted == key.as_str());
    let rows: Vec<_> = found.rows.iter().filter(|row| is_wanted(&row.key)).collect();
    if as_json {
        let rows: Vec<_> = rows.into_iter().map(json::effective).collect();
        say_json(&json!({ "profile": name, "values": rows }));
        return Ok(());
    }
    let width = rows.iter().map(|row| row.key.as_str().len()).max().unwrap_or(0);
    for row in rows {
        say(&format!("{:<width$}  {}  ({})", row.key.as_str(), shown(row.value.as_ref()), json::origin(&row.origin)));
    }
    Ok(())
}

/// Shows where two profiles differ.
///
/// # Errors
/// See [`list`].
pub fn diff(folders: &Folders, from: &str, to: &str, as_json: bool) -> Result<(), ProfileCommandError> {
    let books = Books::read(folders)?;
    let rows = compare::diff(&books.effective(from)?, &books.effective(to)?);
    if as_json {
        let rows: Vec<_> = rows
            .iter()
            .map(|row| json!({ "key": row.key.as_str(), "from": json::cell(&row.left), "to": json::cell(&row.right) }))
            .collect();
        say_json(&json!({ "from": from, "to": to, "differences": rows }));
        return Ok(());
    }
    let width = rows.iter().map(|row| row.key.as_str().len()).max().unwrap_or(0);
    for row in &rows {
        let (left, right) = (shown(row.left.value.as_ref()), shown(row.right.value.as_ref()));
        say(&format!("{:<width$}  {left} -> {right}", row.key.as_str()));
    }
    say(&format!("{} between {from} and {to}", counted(rows.len(), "difference", "differences")));
    Ok(())
}

/// Says which environment this seems to be.
///
/// # Errors
/// See [`list`].
pub fn detect(folders: &Folders, as_json: bool) -> Result<(), ProfileCommandError> {
    let books = Books::read(folders)?;
    let rules = &books.documents.rules;
    let found = detect::detect(rules, &evidence::gather(rules.variables()), &books.documents.names());
    if as_json {
        let mut answer = json::detection(&found);
        answer["active"] = json!(books.active);
        say_json(&answer);
        return Ok(());
    }
    match &found.profile {
        Some(profile) => say(&format!("This seems to be {profile}")),
        None => say("Nothing says which environment this is"),
    }
    found.reasons.iter().for_each(|reason| say(&format!("  {reason}")));
    found.against.iter().for_each(|reason| say(&format!("  but {reason}")));
    Ok(())
}
