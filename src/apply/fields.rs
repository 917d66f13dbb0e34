//! Fields of a service's JSON answer: found by name, compared with what they should be.

use std::sync::Arc;

use serde_json::Value;

use super::words::host;
use super::world::{Limit, World};
use crate::profile::formats::{FoundKey, Written};
use crate::profile::plan::{Difference, WantedKey};
use crate::profile::secret::{MASK, conceal};

/// Longest value that is shown, in characters.
const MAX_SHOWN: usize = 60;

/// Where an answer differs from what is wanted: "database.pool_max is 50, expected 24". Secrets are masked.
///
/// # Errors
/// The answer is not JSON.
pub(super) fn differences(body: &[u8], wanted: &[WantedKey]) -> Result<Vec<String>, String> {
    let in_words = |Difference { key, found, expected, .. }: Difference| match found {
        Some(found) => format!("{key} is {found}, expected {expected}"),
        None => format!("{key} is not in its answer, expected {expected}"),
    };
    Ok(differing(body, wanted)?.into_iter().map(in_words).collect())
}

/// The same by key.
fn differing(body: &[u8], wanted: &[WantedKey]) -> Result<Vec<Difference>, String> {
    let answer: Value = serde_json::from_slice(body).map_err(|e| format!("its answer is not JSON: {e}"))?;
    Ok(wanted.iter().filter_map(|wanted| difference(&answer, wanted)).collect())
}

fn difference(answer: &Value, wanted: &WantedKey) -> Option<Difference> {
    let found = find(answer, &wanted.key).map(|value| FoundKey {
        key: wanted.key.to_string(),
        value: written(value),
        text: text(value),
        line: 0,
    });
    if found.as_ref().is_some_and(|found| wanted.is_said_by(found)) {
        return None;
    }
    // A password within a URL is hidden too.
    let hidden = |text: &str| {
        if wanted.is_secret { MASK.to_owned() } else { short(&conceal(text, &[], &[]).join(" ")) }
    };
    Some(Difference {
        param: wanted.param.clone(),
        key: Arc::clone(&wanted.key),
        found: found.map(|found| hidden(&found.text).into()),
        expected: shown(wanted).into(),
    })
}

/// What a field should say, as it stands in a difference.
pub fn shown(wanted: &WantedKey) -> String {
    short(&wanted.shown())
}

/// Asks a service once for its values. `Ok` where it answers: what differs from those wanted.
///
/// # Errors
/// Why it could not be asked, with its host: "127.0.0.1:8080: nothing listens there".
pub fn ask(
    world: &mut dyn World,
    url: &str,
    wanted: &[WantedKey],
    limit: Limit<'_>,
) -> Result<Vec<Difference>, String> {
    let answer = world.get_until(url, limit).map_err(|why| format!("{}: {why}", host(url)))?;
    if !(200..300).contains(&answer.status) {
        return Err(format!("{} answers with {}", host(url), answer.status));
    }
    differing(&answer.body, wanted).map_err(|why| format!("{}: {why}", host(url)))
}

fn short(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match text.char_indices().nth(MAX_SHOWN) {
        Some((i, _)) => format!("{}…", &text[..i]),
        None => text,
    }
}

/// The field of this name: names with dots between, one that holds a dot in double quotes, places of lists as numbers.
/// A field whose own name is the whole of it, dots and all, is found as well.
fn find<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    if let Some(found) = value.get(key) {
        return Some(found);
    }
    let (name, rest) = match key.strip_prefix('"') {
        Some(quoted) => {
            let (name, rest) = quoted.split_once('"')?;
            (name, rest.strip_prefix('.').or_else(|| rest.is_empty().then_some("")))
        }
        None => key.split_once('.').map_or((key, Some("")), |(name, rest)| (name, Some(rest))),
    };
    let found = match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?)?,
        value => value.get(name)?,
    };
    match rest? {
        "" => Some(found),
        rest => find(found, rest),
    }
}

fn written(value: &Value) -> Written {
    match value {
        Value::Null => Written::Null,
        Value::Bool(is_on) => Written::Bool(*is_on),
        Value::Number(n) => n.as_i64().map_or_else(|| Written::Float(n.as_f64().unwrap_or(f64::NAN)), Written::Int),
        Value::String(text) => Written::Text(text.clone()),
        Value::Array(items) => Written::List(items.iter().map(text).collect()),
        Value::Object(fields) => Written::Table(fields.iter().map(|(n, v)| (n.clone(), written(v))).collect()),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::profile::{Conversion, ParamKey};

    fn check(body: &str, key: &str, value: Written, expect: Option<&str>) {
        let wanted = WantedKey {
            param: ParamKey::new("a.b"),
            key: Arc::from(key),
            value,
            conversion: Conversion::Plain,
            is_secret: key == "hush",
            is_choice: false,
        };
        let found = differences(body.as_bytes(), &[wanted]).expect("JSON");
        assert_eq!(found.first().map(String::as_str), expect, "{body} {key}");
    }

    #[test]
    fn fields_are_found_by_name_and_compared_by_what_they_mean() {
        let body = r#"{"pool": {"max": 24, "on": "true"}, "a.b": {"c": 1.0}, "list": [{"x": "y"}], "hush": "123"}"#;
        for (key, value, expect) in [
            ("pool.max", Written::Int(24), None),
            ("pool.max", Written::Text("24".into()), None),
            ("pool.on", Written::Bool(true), None),
            ("\"a.b\".c", Written::Int(1), None),
            ("list.0.x", Written::Text("y".into()), None),
            ("pool.max", Written::Int(50), Some("pool.max is 24, expected 50")),
            ("pool.min", Written::Int(5), Some("pool.min is not in its answer, expected 5")),
            ("list.7.x", Written::Int(5), Some("list.7.x is not in its answer, expected 5")),
            ("\"a.b", Written::Int(5), Some("\"a.b is not in its answer, expected 5")),
            ("hush", Written::Text("456".into()), Some("hush is ••••••••, expected ••••••••")),
        ] {
            check(body, key, value, expect);
        }
        check(r#"{"a.b": 3}"#, "a.b", Written::Int(3), None);
        check("[]", "", Written::Int(3), Some(" is not in its answer, expected 3"));
        assert!(differences(b"<html>", &[]).expect_err("no JSON").starts_with("its answer is not JSON: "));
    }
}
