//! Edits of a profile's text: one thing changes, and every comment and byte around it stays.

use super::read::unreadable;
use super::{FIELDS, VERSION, is_name, new_text, write_value};
use crate::model::profile::{ParamKey, ParamValue, Problem, ProblemKind, ProfileEdit};
use crate::profile::fields::problem;
use crate::profile::ron_text::{
    Change, Group, GroupKind, Node, Tree, append, apply, insert_after, parse, quoted, remove, replace,
};

/// The text with one edit made; every comment and byte around it is kept. An empty text is taken for a new profile's.
/// Refused where the text is no RON, or where there is nothing to edit.
pub fn edit(text: &str, edit: &ProfileEdit) -> Result<String, Problem> {
    let new;
    let text = if text.trim_matches(['\u{feff}', ' ', '\n', '\r', '\t']).is_empty() {
        new = new_text(None, "");
        &new
    } else {
        text
    };
    let tree = well_formed(text)?;
    let root = root(&tree)?;
    let after = match edit {
        ProfileEdit::Set(key, value) => set(text, root, key, value)?,
        ProfileEdit::SetWhy(key, why) => apply(text, set_why(text, root, key, why)?),
        ProfileEdit::Reset(key) => reset(text, key)?,
        ProfileEdit::SetBase(None) => apply(text, without(text, root, "base")),
        ProfileEdit::SetBase(Some(base)) => {
            is_name(base).map_err(|why| refused(None, &why))?;
            apply(text, with_field(text, root, "base", &quoted(base)))
        }
        ProfileEdit::SetAbout(about) => apply(text, with_field(text, root, "about", &quoted(about))),
        ProfileEdit::SetNotes(notes) if notes.is_empty() => apply(text, without(text, root, "notes")),
        ProfileEdit::SetNotes(notes) => apply(text, with_field(text, root, "notes", &quoted(notes))),
    };
    // Nothing is handed out that would not be read again.
    well_formed(&after)?;
    Ok(after)
}

fn refused(key: Option<&ParamKey>, text: &str) -> Problem {
    problem(ProblemKind::Error, key, None, text.to_owned())
}

fn well_formed(text: &str) -> Result<Tree, Problem> {
    parse(text).map_err(|faults| unreadable(faults).unwrap_or_else(|| refused(None, "the text cannot be read")))
}

fn root(tree: &Tree) -> Result<&Group, Problem> {
    let group = tree.root.as_group().filter(|group| is_struct(group));
    group.ok_or_else(|| refused(None, &format!("a profile is written (version: {VERSION}, values: {{ … }})")))
}

fn is_struct(group: &Group) -> bool {
    group.kind == GroupKind::Struct || (group.kind == GroupKind::Tuple && group.members.is_empty())
}

/// The map of values; nothing where there is none.
fn values(root: &Group) -> Result<Option<&Group>, Problem> {
    let Some(member) = root.get("values") else { return Ok(None) };
    match member.value.as_group() {
        Some(group) if group.kind == GroupKind::Map => Ok(Some(group)),
        _ => Err(refused(None, "values is no map: write values: { … }")),
    }
}

fn set(text: &str, root: &Group, key: &ParamKey, value: &ParamValue) -> Result<String, Problem> {
    let written = write_value(value);
    let jitter = match value {
        ParamValue::ByClass(table) if table.jitter_ratio != 0.0 => Some(format!("{:?}", table.jitter_ratio)),
        _ => None,
    };
    let beside = jitter.as_ref().map_or_else(String::new, |ratio| format!(", jitter: {ratio}"));
    let Some(group) = values(root)? else {
        let text = apply(text, with_field(text, root, "values", "{}"));
        let tree = well_formed(&text)?;
        return set(&text, self::root(&tree)?, key, value);
    };
    let Some(member) = group.get(key.as_str()) else {
        let member = format!("{}: (value: {written}{beside})", quoted(key.as_str()));
        return Ok(apply(text, append(text, group, &member)));
    };
    let changes = match fields_of(&member.value) {
        None if jitter.is_some() => replace(&member.value, format!("(value: {written}{beside})")),
        None => replace(&member.value, written),
        Some(fields) => match (fields.position("value"), jitter) {
            (None, _) => append(text, fields, &format!("value: {written}{beside}")),
            (Some(at), jitter) => {
                let mut changes = replace(&fields.members[at].value, written);
                changes.extend(match (fields.position("jitter"), jitter) {
                    (Some(at), Some(ratio)) => replace(&fields.members[at].value, ratio),
                    (Some(at), None) => remove(text, fields, at),
                    (None, Some(ratio)) => insert_after(text, fields, Some(at), &format!("jitter: {ratio}")),
                    (None, None) => Vec::new(),
                });
                changes
            }
        },
    };
    Ok(apply(text, changes))
}

/// `(value: …)`; nothing where the value stands bare.
fn fields_of(node: &Node) -> Option<&Group> {
    node.as_group().filter(|group| is_struct(group))
}

fn set_why(text: &str, root: &Group, key: &ParamKey, why: &str) -> Result<Vec<Change>, Problem> {
    let member = values(root)?.and_then(|group| group.get(key.as_str()));
    let member = member.ok_or_else(|| refused(Some(key), "it has no value of its own here: give it one first"))?;
    let why_text = quoted(why);
    Ok(match fields_of(&member.value) {
        None if why.is_empty() => Vec::new(),
        None => {
            let bare = text.get(member.value.span.clone()).unwrap_or_default();
            replace(&member.value, format!("(value: {bare}, why: {why_text})"))
        }
        Some(fields) => match fields.position("why") {
            Some(at) if why.is_empty() => remove(text, fields, at),
            Some(at) => replace(&fields.members[at].value, why_text),
            None if why.is_empty() => Vec::new(),
            None => append(text, fields, &format!("why: {why_text}")),
        },
    })
}

/// Takes every value of this name away: a document may hold one twice, which is a fault.
fn reset(text: &str, key: &ParamKey) -> Result<String, Problem> {
    let mut text = text.to_owned();
    loop {
        let tree = well_formed(&text)?;
        let group = values(root(&tree)?)?;
        match group.and_then(|group| Some((group, group.position(key.as_str())?))) {
            Some((group, at)) => text = apply(&text, remove(&text, group, at)),
            None => return Ok(text),
        }
    }
}

fn without(text: &str, root: &Group, name: &str) -> Vec<Change> {
    root.position(name).map_or_else(Vec::new, |at| remove(text, root, at))
}

/// A field of the profile with this value: where it is, or behind those that come before it.
fn with_field(text: &str, root: &Group, name: &str, value: &str) -> Vec<Change> {
    if let Some(member) = root.get(name) {
        return replace(&member.value, value);
    }
    let before = FIELDS.iter().take_while(|field| **field != name).filter_map(|field| root.position(field)).max();
    let at = before.or_else(|| root.members.len().checked_sub(1));
    insert_after(text, root, at, &format!("{name}: {value}"))
}
