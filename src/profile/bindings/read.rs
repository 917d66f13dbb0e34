//! Reading the text of bindings.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::actions::{argv_fault, url_fault};
use super::{DEFAULT_TIMEOUT, MAX_TIMEOUT, MIN_TIMEOUT};
use crate::model::profile::{Binding, BoundKey, Conversion, FileFormat, ParamKey, Problem, Reload, VerifyAction};
use crate::profile::ron_record::Reading;
use crate::profile::ron_text::{Group, Node, Value};
use crate::profile::value_text;

/// Most bindings of a text.
const MAX_BINDINGS: usize = 500;
/// Most keys of a binding.
const MAX_KEYS: usize = 2000;

/// Fields of the whole text.
pub const ROOT_FIELDS: [&str; 2] = ["version", "bindings"];
/// Fields of a binding.
const FIELDS: [&str; 6] = ["id", "path", "format", "keys", "reload", "verify"];

/// The bindings of a text, and all that is wrong with it, with line and column. Bindings that cannot be read as a whole
/// are left out; an empty text has none.
pub fn read(text: &str) -> (Vec<Binding>, Vec<Problem>) {
    if text.trim().is_empty() {
        return (Vec::new(), Vec::new());
    }
    let (tree, mut reading) = Reading::new(text);
    let mut bindings: Vec<Binding> = Vec::new();
    if let Some(group) = tree.as_ref().and_then(|tree| reading.record(&tree.root, "the file", &ROOT_FIELDS)) {
        reading.version(group);
        let nodes = reading.list(group, "bindings");
        if let Some(node) = nodes.get(MAX_BINDINGS) {
            reading.fault(node.span.start, format!("more than {MAX_BINDINGS} bindings are not read"));
        }
        for node in nodes.into_iter().take(MAX_BINDINGS) {
            let Some(binding) = read_binding(&mut reading, node) else { continue };
            if bindings.iter().any(|known| known.id == binding.id) {
                reading.fault(node.span.start, format!("{} stands here twice: give one another id", binding.id));
            } else {
                bindings.push(binding);
            }
        }
    }
    (bindings, reading.into_problems())
}

/// Why a binding cannot be called so; a sentence without a final period.
pub fn id_fault(id: &str) -> Option<String> {
    let is_fine = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    match id.chars().find(|c| !is_fine(*c)) {
        _ if id.is_empty() => Some("the name is empty".to_owned()),
        _ if id.chars().count() > 128 => Some("the name has more than 128 characters".to_owned()),
        Some(c) => Some(format!("a name holds letters, digits, -, _, . and /, not {c:?}")),
        None => None,
    }
}

fn read_binding(reading: &mut Reading<'_>, node: &Node) -> Option<Binding> {
    let group = reading.record(node, "a binding", &FIELDS)?;
    // All of it is looked at before any of it is missed, so that every fault is told at once.
    let id = reading.needed_text(group, "id", "a binding").and_then(|(id, at)| {
        let fault = id_fault(id);
        let is_fine = fault.is_none();
        fault.into_iter().for_each(|fault| reading.fault(at, format!("id: {fault}")));
        is_fine.then(|| Arc::from(id))
    });
    let path = reading.needed_text(group, "path", "a binding").and_then(|(path, at)| {
        let is_whole = Path::new(path).is_absolute() || path.starts_with('/');
        if !is_whole {
            reading.fault(at, "path is not whole: it begins at the root, as /srv/checkout/.env does");
        }
        is_whole.then(|| PathBuf::from(path))
    });
    let format = reading.needed_text(group, "format", "a binding").and_then(|(slug, at)| {
        let format = FileFormat::ALL.into_iter().find(|format| format.slug() == slug);
        if format.is_none() {
            let slugs = FileFormat::ALL.map(FileFormat::slug).join(", ");
            reading.fault(at, format!("{slug} is no format: it is one of {slugs}"));
        }
        format
    });
    let keys = read_keys(reading, group);
    let reload = read_optional(reading, group, "reload", read_reload);
    let verify = read_optional(reading, group, "verify", read_verify);
    Some(Binding { id: id?, path: path?, format: format?, keys: keys?, reload: reload?, verify: verify? })
}

/// The inner is absent where the field is or says `None`; the outer where it cannot be read.
fn read_optional<T>(
    reading: &mut Reading<'_>,
    group: &Group,
    name: &str,
    read: fn(&mut Reading<'_>, &Node) -> Option<T>,
) -> Option<Option<T>> {
    match group.get(name).map(|member| &member.value) {
        None => Some(None),
        Some(node) => match &node.value {
            Value::None => Some(None),
            Value::Some(inner) => read(reading, inner).map(Some),
            _ => read(reading, node).map(Some),
        },
    }
}

fn read_keys(reading: &mut Reading<'_>, group: &Group) -> Option<Vec<BoundKey>> {
    let nodes = reading.list(group, "keys");
    if let Some(node) = nodes.get(MAX_KEYS) {
        reading.fault(node.span.start, format!("more than {MAX_KEYS} keys are not read"));
        return None;
    }
    let n_keys = nodes.len();
    let keys: Vec<BoundKey> = nodes.into_iter().filter_map(|node| read_key(reading, node)).collect();
    (keys.len() == n_keys).then_some(keys)
}

fn read_key(reading: &mut Reading<'_>, node: &Node) -> Option<BoundKey> {
    let group = reading.record(node, "a key", &["param", "key", "as"])?;
    let param = reading.needed_text(group, "param", "a key").map(|(param, _)| ParamKey::new(param));
    let key = reading.needed_text(group, "key", "a key").map(|(key, _)| Arc::from(key));
    let conversion = match group.get("as") {
        None => Some(Conversion::Plain),
        Some(member) => reading.text(&member.value).and_then(|slug| {
            let conversion =
                Conversion::ALL.iter().find(|(_, known)| *known == slug).map(|(conversion, _)| *conversion);
            if conversion.is_none() {
                let slugs = Conversion::ALL.map(|(_, slug)| slug).join(", ");
                reading.fault(member.value.span.start, format!("{slug} is no conversion: it is one of {slugs}"));
            }
            conversion
        }),
    };
    Some(BoundKey { param: param?, key: key?, conversion: conversion? })
}

fn read_reload(reading: &mut Reading<'_>, node: &Node) -> Option<Reload> {
    if let Some(line) = node.as_text() {
        let words: Vec<String> = line.split_whitespace().map(|word| format!("\"{word}\"")).collect();
        reading.fault(
            node.span.start,
            format!("a reload is no shell's line: write run(argv: [{}]), or post(url: \"…\")", words.join(", ")),
        );
        return None;
    }
    match node.as_group().and_then(|group| group.name.as_deref()) {
        Some("run") => {
            let group = reading.record(node, "run", &["argv", "timeout"])?;
            let timeout = read_timeout(reading, group);
            let argv = read_argv(reading, group)?;
            Some(Reload::Run { argv, timeout: timeout? })
        }
        Some("post") => {
            let group = reading.record(node, "post", &["url", "timeout"])?;
            let timeout = read_timeout(reading, group);
            let url = read_url(reading, group, "post")?;
            Some(Reload::Post { url, timeout: timeout? })
        }
        _ => {
            reading.belongs(node, "run(argv: [\"program\", \"argument\"]) or post(url: \"…\")");
            None
        }
    }
}

fn read_argv(reading: &mut Reading<'_>, group: &Group) -> Option<Vec<String>> {
    let at = group.get("argv").map_or(group.open, |member| member.value.span.start);
    if let Some(line) = group.get("argv").and_then(|member| member.value.as_text()) {
        let words: Vec<String> = line.split_whitespace().map(|word| format!("\"{word}\"")).collect();
        reading.fault(at, format!("argv is no shell's line: write argv: [{}]", words.join(", ")));
        return None;
    }
    let nodes = reading.list(group, "argv");
    let n_arguments = nodes.len();
    let argv: Vec<String> = nodes.into_iter().filter_map(|node| reading.text(node)).map(str::to_owned).collect();
    if argv.len() < n_arguments {
        return None;
    }
    match argv_fault(&argv) {
        Some(fault) => {
            reading.fault(at, fault);
            None
        }
        None => Some(argv),
    }
}

fn read_url(reading: &mut Reading<'_>, group: &Group, what: &str) -> Option<String> {
    let (url, at) = reading.needed_text(group, "url", what)?;
    match url_fault(url) {
        Some(fault) => {
            reading.fault(at, fault);
            None
        }
        None => Some(url.to_owned()),
    }
}

fn read_timeout(reading: &mut Reading<'_>, group: &Group) -> Option<Duration> {
    let Some(member) = group.get("timeout") else { return Some(DEFAULT_TIMEOUT) };
    let at = member.value.span.start;
    match value_text::read_duration(reading.text(&member.value)?) {
        Ok(time) if (MIN_TIMEOUT..=MAX_TIMEOUT).contains(&time) => Some(time),
        Ok(_) => {
            reading.fault(at, "timeout is from 100 ms to 10 min");
            None
        }
        Err(why) => {
            reading.fault(at, format!("timeout: {why}"));
            None
        }
    }
}

fn read_verify(reading: &mut Reading<'_>, node: &Node) -> Option<VerifyAction> {
    if matches!(&node.value, Value::Name(name) if name == "read_file") {
        return Some(VerifyAction::ReadFile);
    }
    if node.as_group().and_then(|group| group.name.as_deref()) != Some("get") {
        reading.belongs(node, "read_file or get(url: \"…\", fields: {\"parameter\": \"field\"})");
        return None;
    }
    let group = reading.record(node, "get", &["url", "fields", "timeout"])?;
    let timeout = read_timeout(reading, group);
    let url = read_url(reading, group, "get");
    let entries = reading.map(group, "fields");
    if entries.is_empty() {
        reading.fault(group.open, "get compares no field: add fields: {\"parameter\": \"field\"}");
        return None;
    }
    let n_entries = entries.len();
    let fields: Vec<(ParamKey, Arc<str>)> = entries
        .into_iter()
        .filter_map(|(param, _, node)| Some((ParamKey::new(param), Arc::from(reading.text(node)?))))
        .collect();
    (fields.len() == n_entries).then_some(())?;
    Some(VerifyAction::Get { url: url?, fields, timeout: timeout? })
}
