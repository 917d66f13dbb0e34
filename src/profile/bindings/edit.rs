//! Changing one binding of a text. What did not change keeps its bytes, comments within the binding too.

use super::read::{ROOT_FIELDS, id_fault, read};
use super::write::{binding_text, fields, key_text, write};
use crate::model::profile::{Binding, BoundKey, Problem, ProblemKind};
use crate::profile::ron_text::{self, Change, Group, Tree};

/// The text with this binding in place of the one of its name, or behind the last. Comments and bytes outside of what
/// changed stay. An empty text becomes one with this binding alone.
///
/// # Errors
/// A text that cannot be read: mend that first, since an edit could make it worse. A binding that could not be read back.
pub fn put(text: &str, binding: &Binding) -> Result<String, Problem> {
    let why = id_fault(&binding.id).or_else(|| {
        binding.path.to_str().is_none().then(|| "the path holds bytes that are no text and cannot be kept".to_owned())
    });
    if let Some(why) = why {
        return Err(problem(format!("{}: {why}", binding.id)));
    }
    let changed = if text.trim().is_empty() { write(std::slice::from_ref(binding)) } else { put_into(text, binding)? };
    let (bindings, problems) = read(&changed);
    match problems.into_iter().next() {
        Some(problem) => Err(Problem { place: None, ..problem }),
        None if bindings.contains(binding) => Ok(changed),
        None => Err(problem(format!("{} would not be read back the same; change the file by hand", binding.id))),
    }
}

/// The text without the binding of this name; as it is where there is none.
///
/// # Errors
/// A text that cannot be read.
pub fn remove(text: &str, id: &str) -> Result<String, Problem> {
    let tree = readable(text)?;
    Ok(match list(&tree).and_then(|list| Some((list, position(list, id)?))) {
        Some((list, index)) => ron_text::apply(text, ron_text::remove(text, list, index)),
        None => text.to_owned(),
    })
}

fn put_into(text: &str, binding: &Binding) -> Result<String, Problem> {
    let tree = readable(text)?;
    let old = read(text).0.into_iter().find(|known| known.id == binding.id);
    let Some(old) = old else {
        return Ok(ron_text::apply(
            text,
            match (list(&tree), tree.root.as_group()) {
                (Some(list), _) => ron_text::append(text, list, &binding_text(binding)),
                (None, Some(root)) => {
                    let member = format!("bindings: [\n        {},\n    ]", binding_text(binding));
                    ron_text::append(text, root, &member)
                }
                (None, None) => return Err(problem("the file is not a record such as (bindings: [])".to_owned())),
            },
        ));
    };
    let mut text = text.to_owned();
    if old.keys != binding.keys {
        text = put_keys(&text, &old, binding)?;
    }
    let (before, after) = (fields(&old), fields(binding));
    for (name, value) in &after {
        if before.iter().find(|(known, _)| known == name).map(|(_, value)| value) != Some(value) && *name != "keys" {
            text = with_binding(&text, &binding.id, |text, group| match group.get(name) {
                Some(member) => ron_text::replace(&member.value, value),
                None => ron_text::append(text, group, &format!("{name}: {value}")),
            })?;
        }
    }
    for name in ["reload", "verify"] {
        if !after.iter().any(|(known, _)| *known == name) {
            text = with_binding(&text, &binding.id, |text, group| match group.position(name) {
                Some(index) => ron_text::remove(text, group, index),
                None => Vec::new(),
            })?;
        }
    }
    Ok(text)
}

/// Changes the keys one by one where those that stay are in the same order; else writes them anew.
fn put_keys(text: &str, old: &Binding, new: &Binding) -> Result<String, Problem> {
    let is_same = |a: &BoundKey, b: &BoundKey| a.param == b.param && a.key == b.key;
    let mut text = text.to_owned();
    let mut keys = old.keys.clone();
    while let Some(index) = keys.iter().position(|key| !new.keys.iter().any(|other| is_same(key, other))) {
        text = with_keys(&text, &old.id, |text, list| ron_text::remove(text, list, index))?;
        keys.remove(index);
    }
    for (index, key) in new.keys.iter().enumerate() {
        match keys.get(index) {
            Some(known) if known == key => {}
            Some(known) if is_same(known, key) => {
                text = with_keys(&text, &old.id, |_, list| {
                    list.members.get(index).map_or_else(Vec::new, |m| ron_text::replace(&m.value, key_text(key)))
                })?;
                keys[index] = key.clone();
            }
            _ if !keys.iter().any(|known| is_same(known, key)) => {
                let after = index.checked_sub(1);
                text = match after {
                    // In front of all others there is no place to put it behind: they follow it in a list written anew.
                    None if !keys.is_empty() => return all_keys(&text, new),
                    _ => with_keys(&text, &old.id, |text, list| {
                        ron_text::insert_after(text, list, after, &key_text(key))
                    })?,
                };
                keys.insert(index, key.clone());
            }
            _ => return all_keys(&text, new),
        }
    }
    if read(&text).0.iter().any(|known| known.id == new.id && known.keys == new.keys) {
        Ok(text)
    } else {
        all_keys(&text, new)
    }
}

fn all_keys(text: &str, new: &Binding) -> Result<String, Problem> {
    let keys = fields(new).into_iter().find(|(name, _)| *name == "keys").map(|(_, value)| value).unwrap_or_default();
    with_binding(text, &new.id, |text, group| match group.get("keys") {
        Some(member) => ron_text::replace(&member.value, keys),
        None => ron_text::append(text, group, &format!("keys: {keys}")),
    })
}

fn with_keys(text: &str, id: &str, change: impl FnOnce(&str, &Group) -> Vec<Change>) -> Result<String, Problem> {
    with_binding(text, id, |text, group| {
        let list = group.get("keys").and_then(|member| member.value.as_group());
        list.map_or_else(Vec::new, |list| change(text, list))
    })
}

/// The text with one change within the binding of this name.
fn with_binding(text: &str, id: &str, change: impl FnOnce(&str, &Group) -> Vec<Change>) -> Result<String, Problem> {
    let tree = readable(text)?;
    let group = list(&tree).and_then(|list| list.members.get(position(list, id)?)?.value.as_group());
    Ok(match group {
        Some(group) => ron_text::apply(text, change(text, group)),
        None => text.to_owned(),
    })
}

/// The tree of a text in which nothing is wrong.
fn readable(text: &str) -> Result<Tree, Problem> {
    if let Some(problem) = read(text).1.into_iter().next() {
        return Err(problem);
    }
    ron_text::parse(text).map_err(|faults| {
        let fault = faults.into_iter().next();
        let text = fault.as_ref().map_or_else(|| "the file cannot be read".to_owned(), |fault| fault.text.clone());
        Problem { place: fault.map(|fault| fault.place), ..problem(text) }
    })
}

/// The list of bindings.
fn list(tree: &Tree) -> Option<&Group> {
    let [_, bindings] = ROOT_FIELDS;
    tree.root.as_group()?.get(bindings)?.value.as_group()
}

fn position(list: &Group, id: &str) -> Option<usize> {
    list.members.iter().position(|member| {
        let known = member.value.as_group().and_then(|group| group.get("id")).and_then(|field| field.value.as_text());
        known == Some(id)
    })
}

fn problem(text: String) -> Problem {
    Problem { kind: ProblemKind::Error, key: None, place: None, text: text.into(), fix: None, source: None }
}
