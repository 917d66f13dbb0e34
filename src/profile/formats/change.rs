//! Which of the wanted values need a change, and whether the changed text says them and nothing else.

use std::collections::HashMap;

use super::{FormatError, FoundKey, Written, key, reads_as};
use crate::model::profile::FileFormat;

/// The edits that change something, keys in their canonical form, each once, none inside another.
pub(super) fn needed(
    format: FileFormat,
    found: &[FoundKey],
    edits: &[(String, Written)],
) -> Result<Vec<(String, Written)>, FormatError> {
    let is_tree = !matches!(format, FileFormat::Env | FileFormat::Ini);
    let by_key: HashMap<&str, &FoundKey> = found.iter().map(|found| (found.key.as_str(), found)).collect();
    let mut changes: Vec<(String, Written)> = Vec::new();
    for (given, value) in edits {
        let given = if is_tree { key::join(&key::split(given)?) } else { given.clone() };
        let mut parts = Vec::new();
        take_apart(found, given, value, is_tree, &mut parts);
        for (key, value) in parts {
            if by_key.get(key.as_str()).is_some_and(|found| reads_as(found, value)) {
                continue;
            }
            let meets = |(other, _): &&(String, Written)| {
                *other == key || is_tree && (key::is_within(other, &key) || key::is_within(&key, other))
            };
            match changes.iter().find(meets) {
                Some((other, same)) if *other == key && same == value => {}
                Some((other, _)) => return Err(FormatError::Overlap { first: other.clone(), second: key }),
                None => changes.push((key, value.clone())),
            }
        }
    }
    Ok(changes)
}

/// A table whose very names are there in that order is changed value by value, so that its layout and comments stay.
fn take_apart<'a>(
    found: &[FoundKey],
    key: String,
    value: &'a Written,
    is_tree: bool,
    parts: &mut Vec<(String, &'a Written)>,
) {
    if let Written::Table(rows) = value
        && is_tree
        && !rows.is_empty()
    {
        let keys: Vec<String> = rows.iter().map(|(name, _)| inner_key(&key, name)).collect();
        let inside = found.iter().filter(|f| f.key.len() > key.len() && key::is_within(&f.key, &key));
        let mut places: Vec<Option<usize>> =
            inside.map(|f| keys.iter().position(|key| key::is_within(&f.key, key))).collect();
        places.dedup();
        if places.iter().copied().eq((0..keys.len()).map(Some)) {
            for (key, (_, value)) in keys.into_iter().zip(rows) {
                take_apart(found, key, value, is_tree, parts);
            }
            return;
        }
    }
    parts.push((key, value));
}

fn inner_key(key: &str, name: &str) -> String {
    let mut inner = key.to_owned();
    key::push(&mut inner, name);
    inner
}

/// Whether the new text has the changed values, and all others as they were.
pub(super) fn read_back(
    before: &[FoundKey],
    after: &[FoundKey],
    changes: &[(String, Written)],
) -> Result<(), FormatError> {
    let not_read = |key: &str| Err(FormatError::NotReadBack { key: key.to_owned() });
    let new: HashMap<&str, &FoundKey> = after.iter().map(|found| (found.key.as_str(), found)).collect();
    for (key, value) in changes {
        let is_there = match value {
            // An empty table and one by lines of its own are seen in what is in them alone.
            Written::Table(_) => after.iter().any(|found| key::is_within(&found.key, key)),
            _ => new.get(key.as_str()).is_some_and(|found| reads_as(found, value)),
        };
        if !is_there {
            return not_read(key);
        }
    }
    let is_touched =
        |key: &str| changes.iter().any(|(changed, _)| key::is_within(key, changed) || key::is_within(changed, key));
    for found in before.iter().filter(|found| !is_touched(&found.key)) {
        // Only the text is compared, since some numbers are not equal to themselves.
        if new.get(found.key.as_str()).is_none_or(|new| new.text != found.text) {
            return not_read(&found.key);
        }
    }
    let old: HashMap<&str, &FoundKey> = before.iter().map(|found| (found.key.as_str(), found)).collect();
    match after.iter().find(|found| !old.contains_key(found.key.as_str()) && !is_touched(&found.key)) {
        Some(stray) => not_read(&stray.key),
        None => Ok(()),
    }
}
