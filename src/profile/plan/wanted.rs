//! What a bound file, or a service's answer, should say; and where it says something else.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::Secrets;
use super::key_names::names_of;
use crate::model::profile::{
    BoundKey, Catalogue, Conversion, FileFormat, ParamKey, ParamKind, ParamValue, Problem, ProblemKind,
};
use crate::profile::convert;
use crate::profile::formats::{FoundKey, Written};
use crate::profile::nearest::did_you_mean;
use crate::profile::resolve::Effective;
use crate::profile::secret::{self, MASK};

/// A key and the value it should have.
#[derive(Clone, PartialEq)]
pub struct WantedKey {
    /// The parameter.
    pub param: ParamKey,
    /// Its key in the file or the answer.
    pub key: Arc<str>,
    /// The value, as it is written.
    pub value: Written,
    /// How it was converted, which says what else means the same.
    pub conversion: Conversion,
    /// Whether it is shown as dots.
    pub is_secret: bool,
    /// Whether it is one of a choice, where `INFO` means `info`.
    pub is_choice: bool,
}

impl WantedKey {
    /// Whether what was found says it.
    pub fn is_said_by(&self, found: &FoundKey) -> bool {
        match &self.value {
            Written::Text(text) if self.is_choice => found.text.trim().eq_ignore_ascii_case(text),
            value => convert::equal(found, value, self.conversion),
        }
    }

    /// The value to write where this stands now: a choice in capitals stays in capitals, which some services need.
    pub fn in_place_of(&self, found: Option<&FoundKey>) -> Written {
        let is_capitals = |text: &str| text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase);
        match (&self.value, found) {
            (Written::Text(text), Some(found)) if self.is_choice && is_capitals(&found.text) => {
                Written::Text(text.to_uppercase())
            }
            (value, _) => value.clone(),
        }
    }

    /// The value as it may be shown.
    pub fn shown(&self) -> String {
        if self.is_secret {
            MASK.to_owned()
        } else {
            secret::conceal(&convert::shown(&self.value), &[], &[]).join("\n")
        }
    }
}

impl fmt::Debug for WantedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.key, self.param, self.shown())
    }
}

/// A key that has another value than it should. Secrets are masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The parameter.
    pub param: ParamKey,
    /// Its key.
    pub key: Arc<str>,
    /// What is there; `None` where the key is not.
    pub found: Option<Arc<str>>,
    /// What should be.
    pub expected: Arc<str>,
}

/// What these keys should say in a file of this format, and which cannot be told: a parameter without a value (a warning:
/// its key is left alone), one that is in no catalogue, a value that its conversion does not fit, a secret not made yet
/// (errors).
pub fn wanted(
    keys: &[BoundKey],
    format: FileFormat,
    effective: &Effective,
    catalogue: &Catalogue,
    secrets: Secrets<'_>,
) -> (Vec<WantedKey>, Vec<Problem>) {
    let mut wanted = Vec::with_capacity(keys.len());
    let mut problems = Vec::new();
    for bound in keys {
        let mut say = |kind, text: String| {
            let key = Some(bound.param.clone());
            problems.push(Problem { kind, key, place: None, text: text.into(), fix: None, source: None });
        };
        let Some(def) = catalogue.get(&bound.param) else {
            let near = did_you_mean(bound.param.as_str(), catalogue.parameters.iter().map(|def| def.key.as_str()));
            let text = format!("{} is bound to {}, but there is no such parameter{near}", bound.key, bound.param);
            say(ProblemKind::Error, text);
            continue;
        };
        let Some(value) = effective.get(&bound.param).and_then(|row| row.value.as_ref()) else {
            let text = format!("{} has no value in {}: {} stays as it is", def.title, effective.name, bound.key);
            say(ProblemKind::Warning, text);
            continue;
        };
        let secret = match value {
            ParamValue::Secret(name) => secrets(name),
            _ => None,
        };
        match convert::write(value, &def.kind, bound.conversion, format, secret.as_deref()) {
            Ok(value) => wanted.push(WantedKey {
                param: bound.param.clone(),
                key: Arc::clone(&bound.key),
                value,
                conversion: bound.conversion,
                is_secret: is_secret(&bound.key, &def.kind),
                is_choice: matches!(def.kind, ParamKind::Choice { .. }),
            }),
            Err(why) => say(ProblemKind::Error, format!("{}: {why}", def.title)),
        }
    }
    (wanted, problems)
}

/// Whether a value is shown as dots: a secret's, and any under a name that sounds like one.
fn is_secret(key: &str, kind: &ParamKind) -> bool {
    matches!(kind, ParamKind::Secret) || names_of(key).last().is_some_and(|name| secret::is_secret_name(name))
}

/// Where the keys that were found differ from those wanted, in the order of these. A table may be found in one piece or
/// as its keys.
pub fn differences(wanted: &[WantedKey], found: &[FoundKey]) -> Vec<Difference> {
    let found = Found::new(found);
    wanted
        .iter()
        .filter_map(|wanted| {
            let there = found.text_unless_equal(wanted)?;
            // A password within a URL is hidden too.
            let shown = |text: String| {
                if wanted.is_secret { MASK.to_owned() } else { secret::conceal(&text, &[], &[]).join("\n") }
            };
            Some(Difference {
                param: wanted.param.clone(),
                key: Arc::clone(&wanted.key),
                found: there.map(|text| shown(text).into()),
                expected: wanted.shown().into(),
            })
        })
        .collect()
}

/// The keys of a file by their names.
struct Found<'a> {
    all: Vec<(Vec<String>, &'a FoundKey)>,
    by_names: HashMap<Vec<String>, &'a FoundKey>,
}

impl<'a> Found<'a> {
    fn new(found: &'a [FoundKey]) -> Self {
        let all: Vec<_> = found.iter().map(|key| (names_of(&key.key), key)).collect();
        let by_names = all.iter().cloned().collect();
        Self { all, by_names }
    }

    /// `None` where it is as wanted; else what is there, if anything.
    fn text_unless_equal(&self, wanted: &WantedKey) -> Option<Option<String>> {
        let names = names_of(&wanted.key);
        if let Some(found) = self.by_names.get(&names) {
            return (!wanted.is_said_by(found)).then(|| Some(shown(found)));
        }
        let under: Vec<&(Vec<String>, &FoundKey)> =
            self.all.iter().filter(|(found, _)| found.len() > names.len() && found.starts_with(&names)).collect();
        if under.is_empty() {
            return Some(None);
        }
        let mut leaves = Vec::new();
        add_leaves(&names, &wanted.value, &mut leaves);
        // An inline table within is a key, and its own keys are too: those are compared.
        let n_found = under.iter().filter(|(_, key)| !matches!(key.value, Written::Table(_))).count();
        let is_equal = n_found == leaves.len()
            && leaves.iter().all(|(names, value)| {
                self.by_names.get(names).is_some_and(|found| convert::equal(found, value, wanted.conversion))
            });
        let name = |found: &[String]| found.get(names.len()..).unwrap_or_default().join(".");
        (!is_equal).then(|| {
            let leaf = |(found, key): &&(Vec<String>, &FoundKey)| format!("{}: {}", name(found), shown(key));
            Some(under.iter().map(leaf).collect::<Vec<_>>().join(", "))
        })
    }
}

fn shown(found: &FoundKey) -> String {
    match &found.value {
        Written::Null => "nothing".to_owned(),
        Written::List(_) | Written::Table(_) => convert::shown(&found.value),
        _ => found.text.clone(),
    }
}

fn add_leaves<'a>(names: &[String], value: &'a Written, leaves: &mut Vec<(Vec<String>, &'a Written)>) {
    match value {
        Written::Table(entries) => {
            for (name, value) in entries {
                add_leaves(&[names, std::slice::from_ref(name)].concat(), value, leaves);
            }
        }
        scalar => leaves.push((names.to_vec(), scalar)),
    }
}
