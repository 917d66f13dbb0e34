//! The plan of one file, for all bindings that write into it.

use std::collections::HashMap;
use std::sync::Arc;

use super::Sources;
use super::content::{BoundFile, NewContent};
use super::key_names::names_of;
use super::wanted::{WantedKey, differences, wanted};
use crate::model::profile::{
    Binding, BoundKey, Conversion, FileFormat, FilePlan, KeyChange, ParamKey, Place, Problem, ProblemKind, VerifyAction,
};
use crate::profile::formats::{self, FormatError, FoundKey, Written};
use crate::profile::line_diff;
use crate::profile::secret;

/// What became of one file.
pub struct Outcome {
    /// Its plan, also where nothing changes.
    pub plan: FilePlan,
    /// Its new content, where one could be made and differs.
    pub content: Option<NewContent>,
}

impl Outcome {
    /// Whether the file needs nothing, and nothing stands in the way of saying so.
    pub fn is_unchanged(&self) -> bool {
        self.content.is_none() && self.plan.problems.iter().all(|problem| problem.kind != ProblemKind::Error)
    }
}

/// Plans the file of these bindings, which all have its path; the first gives it its name and its bytes.
pub fn plan_file(group: &[BoundFile], sources: Sources<'_>) -> Outcome {
    let Some(first) = group.first() else { return nothing() };
    let mut problems = Vec::new();
    let (before, is_new) = match &first.bytes {
        Ok(Some(bytes)) => (bytes.clone(), false),
        Ok(None) => (Vec::new(), true),
        Err(why) => {
            problems.push(error(None, format!("the file cannot be read: {why}")));
            (Vec::new(), false)
        }
    };
    let format = first.binding.format;
    problems.extend(format_quarrels(group, format));
    let (wanted, answers) = wanted_of(group, format, sources, &mut problems);
    let mut known: Vec<String> = wanted.iter().filter(|key| key.is_secret).map(secret_text).collect();

    let mut after = None;
    let mut changes = Vec::new();
    if first.bytes.is_ok() {
        match formats::scan(format, &before) {
            Ok(found) => {
                known.extend(found.iter().filter(|key| is_secret_key(key, &wanted)).map(|key| key.text.clone()));
                changes = changes_of(&wanted, &found);
                after = new_bytes(format, &before, &edits_of(&wanted, &changes, &found), &mut problems);
                if is_new && after.is_some() && !changes.is_empty() {
                    problems.insert(0, warning("there is no such file yet: it will be made".to_owned()));
                }
            }
            Err(fault) => problems.push(format_problem(None, &fault)),
        }
    }
    for problem in &mut problems {
        problem.text = secret::hide_known(&problem.text, &known).into();
    }

    let after = after.filter(|after| *after != before || (is_new && !changes.is_empty()));
    let names: Vec<String> =
        wanted.iter().filter(|key| key.is_secret).filter_map(|key| names_of(&key.key).pop()).collect();
    let diff = after.as_deref().map_or_else(Vec::new, |after| shown_diff(&before, after, &known, &names));
    let plan = FilePlan {
        binding: Arc::clone(&first.binding.id),
        path: first.binding.path.clone(),
        changes,
        n_lines: line_diff::counts(&diff),
        diff: diff.into(),
        before: checksum(&before),
        after: checksum(after.as_deref().unwrap_or(&before)),
        problems,
    };
    let content = after.map(|bytes| NewContent {
        binding: Arc::clone(&first.binding.id),
        path: first.binding.path.clone(),
        bytes,
        in_file: wanted,
        in_answer: answers,
    });
    Outcome { plan, content }
}

fn nothing() -> Outcome {
    let plan = FilePlan {
        binding: Arc::from(""),
        path: Default::default(),
        changes: Vec::new(),
        diff: Arc::new([]),
        n_lines: (0, 0),
        before: (0, 0),
        after: (0, 0),
        problems: Vec::new(),
    };
    Outcome { plan, content: None }
}

fn format_quarrels(group: &[BoundFile], format: FileFormat) -> Option<Problem> {
    let first = &group.first()?.binding;
    let other = &group.iter().find(|file| file.binding.format != format)?.binding;
    Some(error(
        None,
        format!(
            "{} takes this file for {}, {} for {}: they must agree",
            first.id,
            format.name(),
            other.id,
            other.format.name()
        ),
    ))
}

/// Per binding, what its answer should say.
type InAnswer = Vec<(Arc<str>, Vec<WantedKey>)>;

/// What all bindings want of the file and of the service's answers. A key that two want is an error, and the first's.
fn wanted_of(
    group: &[BoundFile],
    format: FileFormat,
    sources: Sources<'_>,
    problems: &mut Vec<Problem>,
) -> (Vec<WantedKey>, InAnswer) {
    let mut taken: HashMap<Vec<String>, (&Binding, &ParamKey)> = HashMap::new();
    let mut in_file = Vec::new();
    let mut in_answer = Vec::new();
    for binding in group.iter().map(|file| &file.binding) {
        let mut keys = Vec::with_capacity(binding.keys.len());
        for bound in &binding.keys {
            match taken.get(&names_of(&bound.key)) {
                Some((other, param)) => problems.push(key_twice(bound, binding, other, param)),
                None => {
                    taken.insert(names_of(&bound.key), (binding, &bound.param));
                    keys.push(bound.clone());
                }
            }
        }
        let (wanted_here, found) = wanted(&keys, format, sources.effective, sources.catalogue, sources.secrets);
        in_file.extend(wanted_here);
        let said: Vec<Option<ParamKey>> = found.iter().map(|problem| problem.key.clone()).collect();
        problems.extend(found);
        if let Some(fields) = asked(binding) {
            let (wanted, found) =
                wanted(&fields, FileFormat::Json, sources.effective, sources.catalogue, sources.secrets);
            in_answer.push((Arc::clone(&binding.id), wanted));
            problems.extend(found.into_iter().filter(|problem| !said.contains(&problem.key)));
        }
    }
    (in_file, in_answer)
}

/// The fields that a service is asked for, converted as the file's keys are.
fn asked(binding: &Binding) -> Option<Vec<BoundKey>> {
    let Some(VerifyAction::Get { fields, .. }) = &binding.verify else { return None };
    let field = |(param, key): &(ParamKey, Arc<str>)| {
        let bound = binding.keys.iter().find(|bound| bound.param == *param);
        let conversion = bound.map_or(Conversion::Plain, |bound| bound.conversion);
        BoundKey { param: param.clone(), key: Arc::clone(key), conversion }
    };
    Some(fields.iter().map(field).collect())
}

fn key_twice(bound: &BoundKey, binding: &Binding, other: &Binding, param: &ParamKey) -> Problem {
    let text = if binding.id == other.id {
        format!("{} writes {} for {param} and for {}: remove one of them", binding.id, bound.key, bound.param)
    } else {
        format!("{} and {} both write {} into this file: remove it from one of them", other.id, binding.id, bound.key)
    };
    error(Some(bound.param.clone()), text)
}

fn changes_of(wanted: &[WantedKey], found: &[FoundKey]) -> Vec<KeyChange> {
    let change = |difference: super::Difference| KeyChange {
        param: difference.param,
        key: difference.key,
        before: difference.found,
        after: difference.expected,
    };
    differences(wanted, found).into_iter().map(change).collect()
}

/// A key's new value, and the parameter it is for.
type Edit<'a> = (&'a ParamKey, (String, Written));

fn edits_of<'a>(wanted: &'a [WantedKey], changes: &[KeyChange], found: &[FoundKey]) -> Vec<Edit<'a>> {
    let is_changed = |wanted: &&WantedKey| changes.iter().any(|change| change.key == wanted.key);
    let edit = |wanted: &'a WantedKey| {
        let there = found.iter().find(|found| *found.key == *wanted.key);
        (&wanted.param, (wanted.key.to_string(), wanted.in_place_of(there)))
    };
    wanted.iter().filter(is_changed).map(edit).collect()
}

/// The file with the changes made; nothing where one cannot be, with a problem for each that cannot.
fn new_bytes(format: FileFormat, before: &[u8], edits: &[Edit<'_>], problems: &mut Vec<Problem>) -> Option<Vec<u8>> {
    let all: Vec<(String, Written)> = edits.iter().map(|(_, edit)| edit.clone()).collect();
    let fault = match formats::set(format, before, &all) {
        Ok(after) => return Some(after),
        Err(fault) => fault,
    };
    let n_before = problems.len();
    for (param, edit) in edits {
        if let Err(fault) = formats::set(format, before, std::slice::from_ref(edit)) {
            problems.push(format_problem(Some((*param).clone()), &fault));
        }
    }
    // Each by itself could be made: it is the edits together that cannot.
    if problems.len() == n_before {
        problems.push(format_problem(None, &fault));
    }
    None
}

fn shown_diff(before: &[u8], after: &[u8], known: &[String], names: &[String]) -> Vec<crate::model::profile::DiffLine> {
    let text = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned)
    };
    let (before, after) = (text(before), text(after));
    let shown = |text: &str| secret::conceal(text, known, names);
    line_diff::diff_shown(&before, &after, line_diff::CONTEXT, &shown(&before), &shown(&after))
}

fn secret_text(wanted: &WantedKey) -> String {
    wanted.value.scalar_text().unwrap_or_default()
}

/// Whether a key of the file holds a secret: bound to one, or called like one.
fn is_secret_key(found: &FoundKey, wanted: &[WantedKey]) -> bool {
    let names = names_of(&found.key);
    let is_scalar = found.value.scalar_text().is_some();
    let is_bound = || wanted.iter().any(|wanted| wanted.is_secret && names_of(&wanted.key) == names);
    is_scalar && (is_bound() || names.last().is_some_and(|name| secret::is_secret_name(name)))
}

fn checksum(bytes: &[u8]) -> (u32, u64) {
    (crc32fast::hash(bytes), bytes.len() as u64)
}

fn format_problem(key: Option<ParamKey>, fault: &FormatError) -> Problem {
    let place = fault.line().map(|line| Place { line, column: fault.column().unwrap_or(1) });
    Problem { place, ..error(key, fault.without_place()) }
}

fn error(key: Option<ParamKey>, text: String) -> Problem {
    Problem { kind: ProblemKind::Error, key, place: None, text: text.into(), fix: None, source: None }
}

fn warning(text: String) -> Problem {
    Problem { kind: ProblemKind::Warning, key: None, place: None, text: text.into(), fix: None, source: None }
}
