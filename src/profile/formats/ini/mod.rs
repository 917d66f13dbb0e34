//! INI, `.properties` and `.conf`: lines of a key and a value, in sections or not. Every value is text.
//!
//! Nobody owns these formats, so a file's own text decides how it is read, see `Dialect`.

mod add;
mod read;
mod write;

use std::collections::HashMap;

pub(super) use read::place_of_empty;

use super::text::{Splices, splice};
use super::{FormatError, FoundKey, Written};

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    /// With `[section]` lines. Comments begin with `#` or `;`, also after a value and a blank; a value may stand in
    /// quotes; lines that are indented deeper than their key go on with its value, as Python's configparser has it.
    Sections,
    /// Java's: `\` escapes and goes on in the next line, comments begin with `#` or `!` and have lines of their own,
    /// quotes are a part of the value.
    Properties,
    /// As PostgreSQL's and Redis's: no sections, `key value` is fine without a sign between, the rest as with sections.
    Plain,
}

/// All keys of a text.
pub(super) fn scan(text: &str) -> Result<Vec<FoundKey>, FormatError> {
    let file = read::read(text);
    let mut lines: HashMap<String, usize> = HashMap::new();
    let mut found = Vec::new();
    for entry in file.entries {
        let key = entry.key();
        if let Some(first) = lines.insert(key.clone(), entry.line) {
            return Err(FormatError::KeyTwice { key, first, second: entry.line });
        }
        found.push(FoundKey { key, value: Written::Text(entry.value.clone()), text: entry.value, line: entry.line });
    }
    Ok(found)
}

/// The text with these values.
pub(super) fn set(text: &str, edits: &[(String, Written)]) -> Result<String, FormatError> {
    let file = read::read(text);
    let mut splices = Splices::new();
    let mut missing = Vec::new();
    for (key, value) in edits {
        match file.entries.iter().find(|entry| entry.key() == *key) {
            Some(entry) if entry.is_long => {
                return Err(FormatError::SeveralLines { key: key.clone(), line: entry.line });
            }
            Some(entry) => {
                let is_ascii = text.is_ascii();
                let style = write::Style { dialect: file.dialect, entry: Some(entry), sign: &entry.sign, is_ascii };
                let value = style.value(key, value)?;
                // Behind `key =` without a value there may be no blank yet.
                let lacks_blank = entry.span.is_empty()
                    && entry.sign.starts_with([' ', '\t'])
                    && !text[..entry.span.start].ends_with([' ', '\t']);
                let blank = if lacks_blank { " " } else { "" };
                splices.push((entry.span.clone(), format!("{blank}{value}")));
            }
            None => missing.push((key, value)),
        }
    }
    let not_read = |key: &str| FormatError::NotReadBack { key: key.to_owned() };
    let first = edits.first().map(|(key, _)| key.as_str()).unwrap_or_default();
    let mut new = splice(text, splices).ok_or_else(|| not_read(first))?;
    for (key, value) in missing {
        new = splice(&new, add::add(&new, key, value)?).ok_or_else(|| not_read(key))?;
    }
    Ok(new)
}
