//! Reading a catalogue: every fault at once, with line and column, and all parameters that are well.

use std::collections::HashMap;
use std::sync::Arc;

use super::{MAX_PARAMETERS, VERSION, check_value, kind};
use crate::model::profile::{Catalogue, ParamDef, ParamGroup, ParamKey, ParamKind, Problem};
use crate::profile::document::read_value;
use crate::profile::fields::{Faults, belongs, fields, text, text_field, version};
use crate::profile::ron_text::{self, Group, GroupKind, Member, Node, Value};

pub(super) const FIELDS: [&str; 3] = ["version", "groups", "parameters"];
pub(super) const PARAMETER: [&str; 8] = ["key", "title", "kind", "default", "about", "raising", "lowering", "source"];

/// Longest key, characters.
const MAX_KEY: usize = 64;

/// The catalogue `below` with what a text adds or changes, and what is wrong with the text.
pub(super) fn read(text: &str, below: &Catalogue, is_own: bool) -> (Catalogue, Vec<Problem>) {
    let (tree, faults) = ron_text::read(text);
    let mut faults = Faults::of(text, faults);
    let mut catalogue = below.clone();
    let root = tree.as_ref().and_then(|tree| fields(&mut faults, &tree.root, "a catalogue", &FIELDS));
    if let Some(root) = root {
        version(&mut faults, root, VERSION);
        for member in list(&mut faults, root, "groups") {
            group(&mut faults, &member.value, &mut catalogue);
        }
        let mut lines = HashMap::new();
        for (i, member) in list(&mut faults, root, "parameters").iter().enumerate() {
            if i >= MAX_PARAMETERS {
                faults.error(member.start(), None, format!("at most {MAX_PARAMETERS} parameters are read"));
                break;
            }
            let Some(def) = parameter(&mut faults, &member.value, below, is_own) else { continue };
            let line = faults.place(member.start()).line;
            if let Some(first) = lines.insert(def.key.clone(), line) {
                let lines =
                    if first == line { format!(" in line {line}") } else { format!(": lines {first} and {line}") };
                faults.error(member.start(), None, format!("{} stands here twice{lines}", def.key));
                continue;
            }
            put(&mut catalogue, def);
        }
    }
    let Catalogue { groups, parameters } = &mut catalogue;
    parameters.sort_by_key(|def| groups.iter().position(|group| group.key == def.group));
    (catalogue, faults.into_problems())
}

fn list<'t>(faults: &mut Faults<'_>, root: &'t Group, name: &str) -> &'t [Member] {
    let Some(member) = root.get(name) else { return &[] };
    match member.value.as_group() {
        Some(group) if group.kind == GroupKind::List => &group.members,
        _ => {
            belongs(faults, &member.value, None, "a list");
            &[]
        }
    }
}

fn group(faults: &mut Faults<'_>, node: &Node, catalogue: &mut Catalogue) {
    let Some(fields) = fields(faults, node, "a group", &["key", "title"]) else { return };
    let key = text_field(faults, fields, "key");
    let title: Arc<str> = text_field(faults, fields, "title").into();
    if !is_word(key) {
        faults.error(node.span.start, None, "a group needs a key: small letters, digits and _, a letter first");
        return;
    }
    let title = if title.is_empty() { titled(key) } else { title };
    match catalogue.groups.iter_mut().find(|group| &*group.key == key) {
        Some(group) => group.title = title,
        None => catalogue.groups.push(ParamGroup { key: key.into(), title }),
    }
}

/// A parameter; where `below` has one of its name, what is left out is as there.
fn parameter(faults: &mut Faults<'_>, node: &Node, below: &Catalogue, is_own: bool) -> Option<ParamDef> {
    let group = fields(faults, node, "a parameter", &PARAMETER)?;
    let Some(key) = group.get("key") else {
        faults.error(node.span.start, None, "its key is missing: write key: \"group.name\"");
        return None;
    };
    let key_text = text(faults, &key.value)?;
    let halves = key_text.split_once('.').filter(|(group, name)| is_word(group) && is_word(name));
    let Some((group_key, _)) = halves.filter(|_| key_text.len() <= MAX_KEY) else {
        let text = format!(
            "{key_text:?} cannot be a parameter: write group.name in small letters, digits and _, at most {MAX_KEY} characters"
        );
        faults.error(key.value.span.start, None, text);
        return None;
    };
    let param = ParamKey::new(key_text);
    let known = below.get(&param);
    let kind = match group.get("kind") {
        Some(member) => kind::read(faults, &param, &member.value)?,
        None => match known {
            Some(known) => known.kind.clone(),
            None => {
                faults.error(node.span.start, Some(&param), "its kind is missing: write kind: Count(min: 1, max: 100)");
                return None;
            }
        },
    };
    let mut words = |name: &str, known: Option<&Arc<str>>| -> Arc<str> {
        match (group.get(name), known) {
            (None, Some(known)) => Arc::clone(known),
            _ => text_field(faults, group, name).into(),
        }
    };
    let title = words("title", known.map(|def| &def.title));
    let mut def = ParamDef {
        title: if title.is_empty() { titled(key_text.split('.').next_back().unwrap_or(key_text)) } else { title },
        group: group_key.into(),
        kind,
        default: None,
        about: words("about", known.map(|def| &def.about)),
        raising: words("raising", known.map(|def| &def.raising)),
        lowering: words("lowering", known.map(|def| &def.lowering)),
        source: words("source", known.map(|def| &def.source)),
        is_own,
        key: param,
    };
    def.default = match group.get("default").map(|member| &member.value) {
        Some(Node { value: Value::None, .. }) => None,
        Some(node) => default(faults, &def, node),
        // A default that a changed kind does not take is left to the service.
        None => known.and_then(|known| known.default.clone()).filter(|value| check_value(&def, value).is_none()),
    };
    Some(def)
}

fn default(faults: &mut Faults<'_>, def: &ParamDef, node: &Node) -> Option<crate::model::profile::ParamValue> {
    if def.kind == ParamKind::Secret {
        faults.error(node.span.start, Some(&def.key), "a secret has no default: profiles name one");
        return None;
    }
    let value = read_value(faults, &def.key, &def.kind, node)?;
    match check_value(def, &value) {
        None => Some(value),
        Some(mut problem) => {
            problem.place = Some(faults.place(node.span.start));
            faults.push(problem);
            None
        }
    }
}

fn put(catalogue: &mut Catalogue, def: ParamDef) {
    if !catalogue.groups.iter().any(|group| group.key == def.group) {
        catalogue.groups.push(ParamGroup { key: Arc::clone(&def.group), title: titled(&def.group) });
    }
    match catalogue.parameters.iter_mut().find(|known| known.key == def.key) {
        Some(known) => *known = def,
        None => catalogue.parameters.push(def),
    }
}

/// Small letters, digits and `_`, a letter first.
fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// A title made of a key: `pool_max` is "Pool max".
fn titled(key: &str) -> Arc<str> {
    let words = key.replace('_', " ");
    let mut chars = words.chars();
    chars.next().map(|first| first.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default().into()
}
