//! Reading a profile: every fault at once, with line and column, and all values that are well.

use std::sync::Arc;

use super::{FIELDS, VERSION, is_name, read_value};
use crate::model::profile::{
    Catalogue, ClassTable, Entry, LOCAL_LAYER, ParamDef, ParamKey, ParamValue, Place, Problem, Profile, ProfileName,
};
use crate::profile::catalogue::check_value;
use crate::profile::fields::{Faults, belongs, fields, text, text_field, twice, version};
use crate::profile::nearest::did_you_mean;
use crate::profile::positions::Positions;
use crate::profile::ron_text::{self, Group, GroupKind, Member, Node, Value};

/// Fields of a value that has more than itself.
const ENTRY_FIELDS: [&str; 3] = ["value", "why", "jitter"];

/// Reads a profile; what is wrong with it is in its problems, with line and column. A value out of its bounds is among
/// the entries and the problems; one of the wrong kind, or of an unknown parameter, is a problem alone.
pub fn read(name: &str, text: &str, catalogue: &Catalogue, is_shipped: bool, is_edited: bool) -> Profile {
    let mut profile = Profile {
        name: name.into(),
        base: None,
        about: "".into(),
        notes: "".into(),
        entries: [].into(),
        text: text.into(),
        problems: [].into(),
        is_shipped,
        is_edited,
    };
    let (tree, faults) = ron_text::read(text);
    let mut faults = Faults::of(text, faults);
    let root = tree.as_ref().and_then(|tree| fields(&mut faults, &tree.root, "a profile", &FIELDS));
    if let Some(root) = root {
        version(&mut faults, root, VERSION);
        profile.base = base(&mut faults, root, name);
        profile.about = text_field(&mut faults, root, "about").into();
        profile.notes = text_field(&mut faults, root, "notes").into();
        if let Some(member) = root.get("values") {
            profile.entries = entries(&mut faults, &member.value, catalogue).into();
        }
    }
    profile.problems = faults.into_problems().into();
    profile
}

fn base(faults: &mut Faults<'_>, root: &Group, name: &str) -> Option<ProfileName> {
    let node = match &root.get("base")?.value {
        Node { value: Value::None, .. } => return None,
        Node { value: Value::Some(inner), .. } => inner,
        node => node,
    };
    let base = text(faults, node)?;
    let refused = match is_name(base) {
        Err(why) => Some(format!("{base:?} cannot be a profile: {why}")),
        Ok(()) if name == LOCAL_LAYER => {
            Some("the machine's own layer stands over all profiles and has no base".into())
        }
        Ok(()) if base == LOCAL_LAYER => Some("the machine's own layer stands over all profiles and is no base".into()),
        Ok(()) => None,
    };
    if let Some(why) = refused {
        faults.error(node.span.start, None, why);
        return None;
    }
    Some(base.into())
}

fn entries(faults: &mut Faults<'_>, node: &Node, catalogue: &Catalogue) -> Vec<Entry> {
    let group = match node.as_group() {
        Some(group) if group.kind == GroupKind::Map || group.members.is_empty() => group,
        _ => {
            belongs(faults, node, None, "a map of values such as {\"cache.ttl\": \"5 min\"}");
            return Vec::new();
        }
    };
    let mut positions = Positions::of(catalogue);
    let mut seen = vec![false; catalogue.parameters.len()];
    let mut entries = Vec::with_capacity(group.members.len());
    for member in &group.members {
        let Some(name) = member.key.as_ref().and_then(Node::as_text) else {
            if let Some(key) = &member.key {
                belongs(faults, key, None, "a parameter's name in quotes");
            }
            continue;
        };
        let found = positions.find(name).and_then(|i| Some((catalogue.parameters.get(i)?, seen.get_mut(i)?)));
        match found {
            None => {
                let near = did_you_mean(name, catalogue.parameters.iter().map(|def| def.key.as_str()));
                let text = format!("there is no parameter {name}{near}");
                faults.error(member.start(), None, text);
            }
            Some((def, true)) => {
                if let Some(first) = group.get(name) {
                    twice(faults, first, member, name, Some(&def.key));
                }
            }
            Some((def, is_seen)) => {
                *is_seen = true;
                entries.extend(entry(faults, member, def));
            }
        }
    }
    entries
}

/// `(value: 5, why: "…")`, or a bare value.
fn entry(faults: &mut Faults<'_>, member: &Member, def: &ParamDef) -> Option<Entry> {
    let key = &def.key;
    let written = match member.value.as_group().map(|group| group.kind) {
        Some(GroupKind::Struct | GroupKind::Tuple) => Some(fields(faults, &member.value, "a value", &ENTRY_FIELDS)?),
        _ => None,
    };
    let (node, why, jitter) = match written {
        None => (&member.value, "", None),
        Some(group) => {
            let why = text_field(faults, group, "why");
            let Some(value) = group.get("value") else {
                faults.error(member.value.span.start, Some(key), "its value is missing: write (value: …)");
                return None;
            };
            (&value.value, why, group.get("jitter"))
        }
    };
    let mut value = read_value(faults, key, &def.kind, node)?;
    if let Some(jitter) = jitter {
        value = with_jitter(faults, key, value, &jitter.value)?;
    }
    if let Some(mut problem) = check_value(def, &value) {
        problem.place = Some(faults.place(node.span.start));
        faults.push(problem);
    }
    Some(Entry { key: key.clone(), value, why: why.into() })
}

fn with_jitter(faults: &mut Faults<'_>, key: &ParamKey, value: ParamValue, node: &Node) -> Option<ParamValue> {
    let ratio = match node.value {
        Value::Int(ratio) => ratio as f64,
        Value::Float(ratio) => ratio,
        _ => {
            belongs(faults, node, Some(key), "a share from 0 to 1");
            return None;
        }
    };
    match value {
        ParamValue::ByClass(table) => {
            Some(ParamValue::ByClass(Arc::new(ClassTable { rows: table.rows.clone(), jitter_ratio: ratio })))
        }
        _ => {
            faults.error(node.span.start, Some(key), "jitter needs times by class such as {\"*\": (lives: \"1 h\")}");
            None
        }
    }
}

/// How deep in a profile its values stand: in the map that is in the struct.
const VALUES_DEPTH: usize = 2;

/// Where a profile's text gives these parameters values; nothing for those to which it does not.
pub fn places_of(text: &str, keys: &[&ParamKey]) -> Vec<Option<Place>> {
    let names: Vec<&str> = keys.iter().map(|key| key.as_str()).collect();
    let found = ron_text::find_keys(text, VALUES_DEPTH, &names);
    found.into_iter().map(|offset| offset.map(|offset| ron_text::place(text, offset))).collect()
}

/// The first fault of a text that is to be edited, as a problem.
pub(super) fn unreadable(faults: Vec<ron_text::Fault>) -> Option<Problem> {
    Faults::of("", faults).into_problems().into_iter().next()
}
