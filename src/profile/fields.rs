//! Structs of a RON tree read field by field, with what is wrong gathered as problems with line and column.

use std::cell::OnceCell;

use super::nearest::did_you_mean;
use super::ron_text::{Fault, Group, GroupKind, Member, Node, Places, Value};
use crate::model::profile::{ParamKey, Place, Problem, ProblemKind};

/// Most problems told of one text.
const MAX_PROBLEMS: usize = 200;

/// What is wrong with a text, gathered while it is read.
pub(super) struct Faults<'a> {
    text: &'a str,
    places: OnceCell<Places<'a>>,
    problems: Vec<Problem>,
}

impl<'a> Faults<'a> {
    /// Begins with what is no RON.
    pub fn of(text: &'a str, faults: Vec<Fault>) -> Self {
        let problem = |fault: Fault| problem(ProblemKind::Error, None, Some(fault.place), fault.text);
        Self { text, places: OnceCell::new(), problems: faults.into_iter().map(problem).collect() }
    }

    /// Line and column of a byte.
    pub fn place(&self, offset: usize) -> Place {
        self.places.get_or_init(|| Places::of(self.text)).place(offset)
    }

    /// One more error, at a byte of the text.
    pub fn error(&mut self, offset: usize, key: Option<&ParamKey>, text: impl Into<String>) {
        let problem = problem(ProblemKind::Error, key, Some(self.place(offset)), text.into());
        self.push(problem);
    }

    /// One more problem.
    pub fn push(&mut self, problem: Problem) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
        }
    }

    /// All of them, in order of the text.
    pub fn into_problems(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| problem.place);
        self.problems
    }
}

/// A problem without a fix.
pub(super) fn problem(kind: ProblemKind, key: Option<&ParamKey>, place: Option<Place>, text: String) -> Problem {
    Problem { kind, key: key.cloned(), place, text: text.into(), fix: None, source: None }
}

/// The fields of a struct, once those it may not have are reported. `what` names it: "a profile".
pub(super) fn fields<'t>(faults: &mut Faults<'_>, node: &'t Node, what: &str, known: &[&str]) -> Option<&'t Group> {
    let group = match node.as_group() {
        Some(group) if group.kind == GroupKind::Struct => group,
        Some(group) if group.kind == GroupKind::Tuple && group.members.is_empty() => group,
        // A broken value has been reported.
        _ if node.value == Value::Broken => return None,
        _ => {
            faults.error(node.span.start, None, format!("{what} is written ({}: …)", known.join(": …, ")));
            return None;
        }
    };
    for (i, member) in group.members.iter().enumerate() {
        let Some(name) = member.name() else { continue };
        if !known.contains(&name) {
            let near = did_you_mean(name, known.iter().copied());
            faults.error(member.start(), None, format!("{what} has no field {name}{near}"));
        } else if let Some(first) = group.members[..i].iter().find(|m| m.name() == Some(name)) {
            twice(faults, first, member, name, None);
        }
    }
    Some(group)
}

/// Reports a name that stands twice, at the second.
pub(super) fn twice(faults: &mut Faults<'_>, first: &Member, second: &Member, name: &str, key: Option<&ParamKey>) {
    let lines = (faults.place(first.start()).line, faults.place(second.start()).line);
    let text = match lines {
        (a, b) if a == b => format!("{name} stands twice in line {a}"),
        (a, b) => format!("{name} stands twice: lines {a} and {b}"),
    };
    faults.error(second.start(), key, text);
}

/// A field that is a text; empty where it is missing, reported where it is something else.
pub(super) fn text_field<'t>(faults: &mut Faults<'_>, group: &'t Group, name: &str) -> &'t str {
    match group.get(name).map(|member| &member.value) {
        Some(node) => text(faults, node).unwrap_or_default(),
        None => "",
    }
}

/// A text, reported where it is something else.
pub(super) fn text<'t>(faults: &mut Faults<'_>, node: &'t Node) -> Option<&'t str> {
    if node.as_text().is_none() {
        belongs(faults, node, None, "a text in quotes");
    }
    node.as_text()
}

/// Reports that something else belongs here.
pub(super) fn belongs(faults: &mut Faults<'_>, node: &Node, key: Option<&ParamKey>, what: &str) {
    let found = match &node.value {
        Value::Broken => return,
        Value::Bool(_) => "true or false",
        Value::Int(_) | Value::Float(_) => "a number",
        Value::Char(_) => "a character",
        Value::Text(_) => "a text",
        Value::Bytes(_) => "bytes",
        Value::Name(_) => "a name without quotes",
        Value::None => "None",
        Value::Some(_) => "Some(…)",
        Value::Group(group) => match group.kind {
            GroupKind::Struct | GroupKind::Tuple => "something in ( )",
            GroupKind::Map => "a map",
            GroupKind::List => "a list",
        },
    };
    faults.error(node.span.start, key, format!("{what} belongs here, not {found}"));
}

/// The version of a text's form, which must be the one that is known. `at` is where a missing one is reported.
pub(super) fn version(faults: &mut Faults<'_>, group: &Group, known: i128) {
    match group.get("version").map(|member| &member.value) {
        None => faults.error(group.open, None, format!("its version is missing: write version: {known}")),
        Some(Node { value: Value::Int(version), .. }) if *version == known => {}
        Some(Node { value: Value::Int(version), span }) if *version > known => faults.error(
            span.start,
            None,
            format!("version {version} is newer than this program knows ({known}): update the program; what it knows was read"),
        ),
        Some(node @ Node { value: Value::Int(version), .. }) => {
            faults.error(node.span.start, None, format!("there is no version {version}: write version: {known}"));
        }
        Some(node) => belongs(faults, node, None, "the version, a whole number,"),
    }
}
