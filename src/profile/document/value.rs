//! One value of a profile: from its RON, typed as the catalogue says, and to RON.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use crate::model::profile::{ChoiceOption, ClassRow, ClassTable, ParamKey, ParamKind, ParamValue};
use crate::profile::document::is_secret_name;
use crate::profile::fields::{Faults, belongs, fields, twice};
use crate::profile::nearest::did_you_mean;
use crate::profile::ron_text::{GroupKind, Node, Value, quoted};
use crate::profile::value_text::{read_duration, read_size, write_duration, write_size};

/// Reads a value of this kind; nothing where it is none, which is reported.
pub(in crate::profile) fn read_value(
    faults: &mut Faults<'_>,
    key: &ParamKey,
    kind: &ParamKind,
    node: &Node,
) -> Option<ParamValue> {
    let found = match (kind, &node.value) {
        (_, Value::Broken) => return None,
        (ParamKind::Switch, Value::Bool(is_on)) => Some(ParamValue::Switch(*is_on)),
        (ParamKind::Count { .. }, Value::Int(count)) => match i64::try_from(*count) {
            Ok(count) => Some(ParamValue::Count(count)),
            Err(_) => return refuse(faults, key, node, "this number is too large"),
        },
        (ParamKind::Number { .. }, Value::Int(number)) => Some(ParamValue::Number(*number as f64)),
        (ParamKind::Number { .. }, Value::Float(number)) if number.is_finite() => Some(ParamValue::Number(*number)),
        (ParamKind::Duration { .. } | ParamKind::TimeToLive { .. }, Value::Text(_) | Value::Int(_)) => {
            Some(ParamValue::Duration(read_time(faults, key, node)?))
        }
        (ParamKind::TimeToLive { .. }, Value::Group(group)) if group.kind == GroupKind::Map => {
            return read_table(faults, key, node);
        }
        (ParamKind::Size { .. }, Value::Int(bytes)) => match u64::try_from(*bytes) {
            Ok(bytes) => Some(ParamValue::Size(bytes)),
            Err(_) => return refuse(faults, key, node, "a size is at least 0 and at most 16 EiB"),
        },
        (ParamKind::Size { .. }, Value::Text(text)) => match read_size(text) {
            Ok(bytes) => Some(ParamValue::Size(bytes)),
            Err(why) => return refuse(faults, key, node, &why),
        },
        (ParamKind::Text { .. }, Value::Text(text)) => Some(ParamValue::Text(text.as_str().into())),
        (ParamKind::Choice { options }, Value::Text(text)) => match options.iter().find(|o| *o.value == **text) {
            Some(option) => Some(ParamValue::Text(Arc::clone(&option.value))),
            None => {
                let near = did_you_mean(text, options.iter().map(|o| &*o.value));
                let all = format!("{} is not one of {}{near}", quoted(text), choices(options));
                return refuse(faults, key, node, &all);
            }
        },
        (ParamKind::List { .. }, Value::Group(group)) if group.kind == GroupKind::List => {
            let words: Vec<Arc<str>> = group.members.iter().filter_map(|m| m.value.as_text()).map(Arc::from).collect();
            if words.len() < group.members.len() {
                let others = group.members.iter().filter(|m| m.value.as_text().is_none());
                others.for_each(|m| belongs(faults, &m.value, Some(key), "a text in quotes"));
                return None;
            }
            Some(ParamValue::List(words.into()))
        }
        (ParamKind::Secret, Value::Text(name)) => match is_secret_name(name) {
            Ok(()) => Some(ParamValue::Secret(name.as_str().into())),
            Err(why) => {
                let why = format!("a secret's name stands here, never the secret itself: {why}");
                return refuse(faults, key, node, &why);
            }
        },
        _ => None,
    };
    if found.is_none() {
        belongs(faults, node, Some(key), &expected(kind));
    }
    found
}

fn refuse<T>(faults: &mut Faults<'_>, key: &ParamKey, node: &Node, text: &str) -> Option<T> {
    faults.error(node.span.start, Some(key), text);
    None
}

/// What is to be written for a value of this kind.
fn expected(kind: &ParamKind) -> String {
    match kind {
        ParamKind::Switch => "true or false".into(),
        ParamKind::Count { .. } => "a whole number".into(),
        ParamKind::Number { .. } => "a number".into(),
        ParamKind::Duration { .. } => "a time such as \"5 min\"".into(),
        ParamKind::Size { .. } => "a size such as \"256 MiB\"".into(),
        ParamKind::Text { .. } => "a text in quotes".into(),
        ParamKind::Choice { options } => format!("one of {}", choices(options)),
        ParamKind::List { .. } => "a list of texts such as [\"a\", \"b\"]".into(),
        ParamKind::TimeToLive { .. } => {
            "a time such as \"5 min\", or one for each class such as {\"*\": (lives: \"1 h\")},".into()
        }
        ParamKind::Secret => "the name of a secret in quotes".into(),
    }
}

fn choices(options: &[ChoiceOption]) -> String {
    options.iter().map(|option| quoted(&option.value)).collect::<Vec<_>>().join(", ")
}

fn read_time(faults: &mut Faults<'_>, key: &ParamKey, node: &Node) -> Option<Duration> {
    let read = match &node.value {
        Value::Text(text) => read_duration(text),
        Value::Int(0) => Ok(Duration::ZERO),
        Value::Int(n) => Err(format!("{n} needs a unit: write \"{n} s\", \"{n} ms\" or \"{n} min\"")),
        _ => {
            belongs(faults, node, Some(key), "a time such as \"5 min\"");
            return None;
        }
    };
    read.map_err(|why| faults.error(node.span.start, Some(key), why)).ok()
}

/// Times to live by class; its jitter stands beside it.
fn read_table(faults: &mut Faults<'_>, key: &ParamKey, node: &Node) -> Option<ParamValue> {
    let group = node.as_group()?;
    let mut rows = Vec::with_capacity(group.members.len());
    for (i, member) in group.members.iter().enumerate() {
        let Some(class) = member.key.as_ref().and_then(Node::as_text) else {
            if let Some(name) = &member.key {
                belongs(faults, name, Some(key), "a class of keys in quotes");
            }
            continue;
        };
        if let Some(first) = group.members[..i].iter().find(|m| m.name() == Some(class)) {
            twice(faults, first, member, &quoted(class), Some(key));
            continue;
        }
        let (lives, stale) = match &member.value.value {
            Value::Group(_) => {
                let Some(row) = fields(faults, &member.value, "a class of keys", &["lives", "stale"]) else { continue };
                (row.get("lives").map(|m| &m.value), row.get("stale").map(|m| &m.value))
            }
            _ => (Some(&member.value), None),
        };
        let Some(lives) = lives else {
            faults.error(member.value.span.start, Some(key), "how long it lives is missing: write lives: \"1 h\"");
            continue;
        };
        let lives = read_time(faults, key, lives);
        let stale = stale.map_or(Some(Duration::ZERO), |node| read_time(faults, key, node));
        if let (Some(lives), Some(stale)) = (lives, stale) {
            rows.push(ClassRow { class: class.into(), lives, stale });
        }
    }
    let is_whole = rows.len() == group.members.len();
    is_whole.then(|| ParamValue::ByClass(Arc::new(ClassTable { rows, jitter_ratio: 0.0 })))
}

/// A value in RON. A table's jitter is not in it: it stands beside it.
pub(in crate::profile) fn write_value(value: &ParamValue) -> String {
    match value {
        ParamValue::Switch(is_on) => is_on.to_string(),
        ParamValue::Count(count) => count.to_string(),
        ParamValue::Number(number) => format!("{number:?}"),
        ParamValue::Duration(duration) => quoted(&write_duration(*duration)),
        ParamValue::Size(bytes) => quoted(&write_size(*bytes)),
        ParamValue::Text(text) | ParamValue::Secret(text) => quoted(text),
        ParamValue::List(words) => {
            format!("[{}]", words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(", "))
        }
        ParamValue::ByClass(table) => {
            let rows: Vec<String> = table.rows.iter().map(write_row).collect();
            format!("{{{}}}", rows.join(", "))
        }
    }
}

fn write_row(row: &ClassRow) -> String {
    let mut out = format!("{}: (lives: {}", quoted(&row.class), quoted(&write_duration(row.lives)));
    if row.stale > Duration::ZERO {
        let _ = write!(out, ", stale: {}", quoted(&write_duration(row.stale)));
    }
    out.push(')');
    out
}
