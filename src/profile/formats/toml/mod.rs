//! TOML, read by `toml_edit`; its spans say where each value stands, so that all around stays byte for byte.

mod add;
mod read;

use super::brackets::hash_comment;
use super::inline::{Inline, replace, stays_quoted};
use super::text::Splices;
use super::tree::{Grammar, Missing, Node, Scalar};
use super::{FormatError, Written};
use crate::model::profile::FileFormat;

/// TOML.
pub(super) struct Toml;

impl Grammar for Toml {
    fn read(text: &str) -> Result<Node, FormatError> {
        read::read(text)
    }

    fn replace(text: &str, node: &Node, key: &str, value: &Written) -> Result<Splices, FormatError> {
        replace::<Self>(text, node, key, value)
    }

    fn insert(text: &str, at: &Missing<'_>, key: &str, value: &Written) -> Result<Splices, FormatError> {
        add::add(text, at, key, value)
    }
}

impl Inline for Toml {
    const COMMENT: fn(&str) -> usize = hash_comment;

    fn scalar(key: &str, value: &Written, old: Option<&Scalar>) -> Result<String, FormatError> {
        let text = match value {
            Written::Null => {
                let what = "nothing; leave the line out instead".to_owned();
                return Err(FormatError::CannotHold { key: key.to_owned(), format: FileFormat::Toml, what });
            }
            Written::Float(x) if x.is_nan() => "nan".to_owned(),
            Written::Float(x) => format!("{x:?}"),
            Written::Text(text) => return Ok(written_text(text, old)),
            other => other.scalar_text().unwrap_or_default(),
        };
        Ok(if stays_quoted(value, old) { written_text(&text, old) } else { text })
    }

    fn name(name: &str) -> String {
        format!("{} = ", key_name(name))
    }

    fn table(rows: &[(&str, String)]) -> String {
        let rows: Vec<String> = rows.iter().map(|(name, value)| format!("{}{value}", Self::name(name))).collect();
        if rows.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", rows.join(", ")) }
    }
}

/// A text in the quotes of the old one where they can hold it; a date in place of a date stays without.
fn written_text(text: &str, old: Option<&Scalar>) -> String {
    let is_bare = old.is_some_and(|old| old.quote.is_none() && matches!(old.value, Written::Text(_)));
    if is_bare && text.parse::<toml_edit::Value>().is_ok_and(|value| value.is_datetime()) {
        return text.to_owned();
    }
    let is_literal = old.is_some_and(|old| old.quote == Some('\''));
    if is_literal && !text.contains(|c: char| c == '\'' || c.is_control()) {
        return format!("'{text}'");
    }
    super::json::quoted(text)
}

/// A name as it stands in a key.
fn key_name(name: &str) -> String {
    let is_bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if is_bare { name.to_owned() } else { super::json::quoted(name) }
}

/// A key of several names.
fn dotted(names: &[&str]) -> String {
    names.iter().map(|name| key_name(name)).collect::<Vec<_>>().join(".")
}
