//! `alert list` and `alert check`: rules, how they were left, what is wrong with them.

use std::path::Path;

use serde_json::json;

use super::{AlertCommandError, rules_of, say_json};
use crate::alert::check::{Known, problems};
use crate::alert::document::RuleDocument;
use crate::alert::{rule_sentence, shipped};
use crate::cli::console::say;
use crate::cli::history::{infos, reader};
use crate::engine::alerting::files::RULES_FILE;
use crate::model::alert::{AlertRecord, RuleId, RuleProblem};
use crate::model::{Folders, SeriesInfo};
use crate::store::alert_log::AlertLogFile;
use crate::store::history::HistoryRead as _;

/// Lists the rules in force; those of the file, or those that ship.
///
/// # Errors
/// See [`rules_of`].
pub fn list(folders: &Folders, as_json: bool) -> Result<(), AlertCommandError> {
    let file = folders.config.join(RULES_FILE);
    let (document, faults) = if file.is_file() { rules_of(&file)? } else { (shipped(), Vec::new()) };
    let log = AlertLogFile::look(&folders.data).unwrap_or_default();
    let open = |id: &str| log.iter().filter(|record| &*record.rule == id && record.end.is_none()).collect::<Vec<_>>();
    let fired = |id: &str| log.iter().filter(|record| &*record.rule == id).count();
    if as_json {
        let rules: Vec<_> = document
            .rules
            .iter()
            .map(|rule| {
                json!({
                    "id": rule.id, "name": rule.name, "condition": rule_sentence(rule), "paused": rule.is_paused,
                    "severity": rule.severity.name().to_lowercase(),
                    "firing": open(&rule.id).iter().map(|r| r.instance.to_string()).collect::<Vec<_>>(),
                    "alerts_in_log": fired(&rule.id),
                })
            })
            .collect();
        say_json(&json!({ "rules": rules, "faults": faults.iter().map(|f| &*f.text).collect::<Vec<_>>() }));
    } else {
        for rule in &document.rules {
            say(&format!("{:<18} {}", rule.id, state_words(rule.is_paused, &open(&rule.id), fired(&rule.id))));
            say(&format!("{:<18} {}", "", rule_sentence(rule)));
        }
        faults.iter().for_each(|fault| say(&fault.text));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(AlertCommandError::Failed(format!("{}: not all rules can be read", file.display())))
    }
}

fn state_words(is_paused: bool, open: &[&AlertRecord], n_fired: usize) -> String {
    if is_paused {
        return "paused".into();
    }
    match (open, n_fired) {
        ([], 0) => "never fired".into(),
        ([], n) => format!("fired {n} times"),
        ([one], _) => format!("firing: {}", one.text),
        (many, _) => format!("firing {} times: {}", many.len(), many[0].text),
    }
}

/// Checks a file of rules against the series that history knows.
///
/// # Errors
/// [`AlertCommandError::Failed`] where a rule cannot run; all of it was said.
pub fn check(folders: &Folders, file: &Path, as_json: bool) -> Result<(), AlertCommandError> {
    let (document, faults) = rules_of(file)?;
    let series: Vec<SeriesInfo> = reader(&folders.data)
        .ok()
        .and_then(|reader| reader.series().ok())
        .map(|s| infos(s).to_vec())
        .unwrap_or_default();
    let mut found: Vec<(String, RuleProblem)> = faults.into_iter().map(|fault| ("file".to_owned(), fault)).collect();
    for rule in &document.rules {
        let known = known(&document, &series);
        let ids: Vec<RuleId> = document.rules.iter().map(|rule| rule.id.clone()).collect();
        // Without history every series is unknown, which says nothing about the rule.
        let told = problems(rule, &Known { rules: &ids, ..known }).into_iter();
        let told = told.filter(|problem| problem.is_error || !series.is_empty());
        found.extend(told.map(|problem| (rule.id.to_string(), problem)));
    }
    let n_errors = found.iter().filter(|(_, problem)| problem.is_error).count();
    if as_json {
        let told: Vec<_> = found
            .iter()
            .map(|(rule, p)| json!({ "rule": rule, "field": format!("{:?}", p.field), "text": p.text, "error": p.is_error }))
            .collect();
        say_json(&json!({ "valid": n_errors == 0, "rules": document.rules.len(), "problems": told }));
    } else {
        for (rule, problem) in &found {
            let kind = if problem.is_error { "error" } else { "warning" };
            say(&format!("{rule}: {kind}: {}", problem.text));
        }
        say(&format!("{} rules checked: {n_errors} errors, {} warnings", document.rules.len(), found.len() - n_errors));
    }
    if n_errors == 0 {
        Ok(())
    } else {
        Err(AlertCommandError::Failed(format!("{} has {n_errors} errors", file.display())))
    }
}

fn known<'a>(document: &'a RuleDocument, series: &'a [SeriesInfo]) -> Known<'a> {
    Known {
        series,
        rules: &[],
        webhooks: &document.webhooks,
        programs_allowed: document.programs_allowed,
        history: None,
    }
}
