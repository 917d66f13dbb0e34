//! The text of a person's own catalogue: parameters put in, changed and taken out, all else kept.

use super::read::PARAMETER;
use super::{VERSION, kind};
use crate::model::profile::{ParamDef, ParamKey, Problem, ProblemKind};
use crate::profile::fields::problem;
use crate::profile::ron_text::{self, Group, Tree, append, apply, quoted, remove, replace};

/// The text of an own catalogue without parameters.
pub fn new_text() -> String {
    format!(
        "// Parameters of your own, and changes to the shipped ones.\n(\n    version: {VERSION},\n    parameters: [\n    ],\n)\n"
    )
}

/// The text of one parameter, as it stands in a catalogue; lines after the first are indented by one step more.
pub fn new_parameter_text(def: &ParamDef) -> String {
    let fields = PARAMETER.iter().filter_map(|name| Some(format!("    {name}: {},\n", field(def, name)?)));
    format!("(\n{})", fields.collect::<String>())
}

/// A field of a parameter in RON; `None` where it is left out.
fn field(def: &ParamDef, name: &str) -> Option<String> {
    let words = |text: &str| (!text.is_empty()).then(|| quoted(text));
    match name {
        "key" => Some(quoted(def.key.as_str())),
        "title" => words(&def.title),
        "kind" => Some(kind::write(&def.kind)),
        "default" => kind::write_default(def.default.as_ref()),
        "about" => words(&def.about),
        "raising" => words(&def.raising),
        "lowering" => words(&def.lowering),
        _ => words(&def.source),
    }
}

/// A person's catalogue with this parameter added, or changed where it was there; all else of the text stays. An empty
/// text becomes a new catalogue.
pub fn put_own(own_text: &str, def: &ParamDef) -> Result<String, Problem> {
    let mut text = if own_text.trim().is_empty() { new_text() } else { own_text.to_owned() };
    let tree = well_formed(&text)?;
    if parameters(&tree)?.is_none() {
        let root = tree.root.as_group().ok_or_else(no_catalogue)?;
        text = apply(&text, append(&text, root, "parameters: []"));
    }
    let tree = well_formed(&text)?;
    let group = parameters(&tree)?.ok_or_else(no_catalogue)?;
    if position(group, &def.key).is_none() {
        return Ok(apply(&text, append(&text, group, &new_parameter_text(def))));
    }
    for name in PARAMETER {
        let tree = well_formed(&text)?;
        let group = parameters(&tree)?.ok_or_else(no_catalogue)?;
        let Some(fields) = position(group, &def.key).and_then(|at| group.members[at].value.as_group()) else {
            return Err(no_catalogue());
        };
        let changes = match (fields.position(name), field(def, name)) {
            (Some(at), Some(value)) => {
                let node = &fields.members[at].value;
                if text.get(node.span.clone()) == Some(&*value) { Vec::new() } else { replace(node, value) }
            }
            (Some(at), None) if name == "default" => replace(&fields.members[at].value, "None"),
            (Some(at), None) => remove(&text, fields, at),
            (None, Some(value)) => append(&text, fields, &format!("{name}: {value}")),
            (None, None) => Vec::new(),
        };
        text = apply(&text, changes);
    }
    well_formed(&text)?;
    Ok(text)
}

/// A person's catalogue without this parameter; all else of the text stays.
pub fn remove_own(own_text: &str, key: &ParamKey) -> Result<String, Problem> {
    let tree = well_formed(own_text)?;
    let found = parameters(&tree)?.and_then(|group| Some((group, position(group, key)?)));
    Ok(found.map_or_else(|| own_text.to_owned(), |(group, at)| apply(own_text, remove(own_text, group, at))))
}

fn no_catalogue() -> Problem {
    let text = format!("a catalogue is written (version: {VERSION}, parameters: [ … ])");
    problem(ProblemKind::Error, None, None, text)
}

fn well_formed(text: &str) -> Result<Tree, Problem> {
    ron_text::parse(text).map_err(|faults| match faults.into_iter().next() {
        Some(fault) => problem(ProblemKind::Error, None, Some(fault.place), fault.text),
        None => no_catalogue(),
    })
}

/// The list of parameters; nothing where there is none.
fn parameters(tree: &Tree) -> Result<Option<&Group>, Problem> {
    let root = tree.root.as_group().ok_or_else(no_catalogue)?;
    match root.get("parameters") {
        None => Ok(None),
        Some(member) => member.value.as_group().map(Some).ok_or_else(no_catalogue),
    }
}

fn position(group: &Group, key: &ParamKey) -> Option<usize> {
    let key_of = |fields: &Group| fields.get("key").and_then(|m| m.value.as_text()) == Some(key.as_str());
    group.members.iter().position(|member| member.value.as_group().is_some_and(key_of))
}
