//! `.env` files: `KEY=value` lines as shells, Docker Compose and the dotenv libraries read them.
//!
//! Every value is text. `${NAME}` stays as it is written: what it stands for is known to the service alone. Lines that
//! are no `KEY=value` are kept and not looked at.

mod read;
mod write;

use std::collections::HashMap;

use super::text::{Splices, add_line, splice};
use super::{FormatError, FoundKey, Written, tree};

/// All keys of a text.
pub(super) fn scan(text: &str) -> Result<Vec<FoundKey>, FormatError> {
    let mut lines: HashMap<String, usize> = HashMap::new();
    let mut found = Vec::new();
    for entry in read::entries(text)? {
        if let Some(first) = lines.insert(entry.name.clone(), entry.line) {
            return Err(FormatError::KeyTwice { key: entry.name, first, second: entry.line });
        }
        let value = Written::Text(entry.value.clone());
        found.push(FoundKey { key: entry.name, value, text: entry.value, line: entry.line });
    }
    Ok(found)
}

/// The text with these values.
pub(super) fn set(text: &str, edits: &[(String, Written)]) -> Result<String, FormatError> {
    let entries = read::entries(text)?;
    // A file whose every line is exported is read by a shell that passes on those alone.
    let export = if !entries.is_empty() && entries.iter().all(|e| e.is_exported) { "export " } else { "" };
    let mut splices = Splices::new();
    let mut added = Vec::new();
    for (name, value) in edits {
        match entries.iter().find(|entry| entry.name == *name) {
            Some(entry) => {
                let before = &text[..entry.span.start];
                let is_apart =
                    entry.span.is_empty() && before.strip_suffix('=').is_some_and(|b| b.ends_with([' ', '\t']));
                let blank = if is_apart { " " } else { "" };
                splices.push((entry.span.clone(), format!("{blank}{}", write::value(name, value, Some(entry))?)));
            }
            None if tree::is_variable(name) => {
                added.push(format!("{export}{name}={}", write::value(name, value, None)?))
            }
            None => {
                let why = "names are letters, digits and `_`, and begin with no digit".to_owned();
                return Err(FormatError::BadKey { key: name.clone(), why });
            }
        }
    }
    let not_read = || FormatError::NotReadBack { key: edits.first().map(|(key, _)| key.clone()).unwrap_or_default() };
    let mut new = splice(text, splices).ok_or_else(not_read)?;
    for line in added {
        new = splice(&new, vec![add_line(&new, new.len(), &line)]).ok_or_else(not_read)?;
    }
    Ok(new)
}
