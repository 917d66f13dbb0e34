//! Writing values into lines of keys and values.

use super::Dialect;
use super::read::Entry;
use crate::model::profile::FileFormat;
use crate::profile::formats::{FormatError, Written, json};

/// How a value is written.
pub(super) struct Style<'a> {
    /// How the file is read.
    pub dialect: Dialect,
    /// The entry whose value it replaces.
    pub entry: Option<&'a Entry>,
    /// What stands before it.
    pub sign: &'a str,
    /// Whether the file has nothing but ASCII, as older readers of `.properties` need.
    pub is_ascii: bool,
}

impl Style<'_> {
    /// The value as it is written.
    pub fn value(&self, key: &str, value: &Written) -> Result<String, FormatError> {
        let text = match value {
            Written::Null => return Err(cannot_hold(key, "nothing; leave the line out instead")),
            Written::List(items) => items.join(","),
            Written::Table(_) => json::in_one_line(key, value)?,
            scalar => scalar.scalar_text().unwrap_or_default(),
        };
        if self.dialect == Dialect::Properties {
            return Ok(self.escaped(&text));
        }
        if text.contains(char::is_control) {
            return Err(cannot_hold(key, "line ends, tabs or control characters"));
        }
        let old = self.entry.and_then(|entry| entry.quote);
        if old.is_none() && !self.needs_quotes(&text) {
            return Ok(text);
        }
        let quotes = [old.unwrap_or('"'), '"', '\''];
        match quotes.into_iter().find(|quote| !text.contains(*quote)) {
            Some(quote) => Ok(format!("{quote}{text}{quote}")),
            None => Err(cannot_hold(key, "both kinds of quotes in one value")),
        }
    }

    fn needs_quotes(&self, text: &str) -> bool {
        let has_comment = [" #", " ;"].iter().any(|start| text.contains(start));
        let is_after_blank = self.sign.trim().is_empty();
        text != text.trim()
            || has_comment
            || text.starts_with(['"', '\'', '#', ';'])
            || is_after_blank && (text.is_empty() || text.starts_with(['=', ':']))
    }

    fn escaped(&self, text: &str) -> String {
        let mut written = String::with_capacity(text.len());
        for (i, c) in text.char_indices() {
            match c {
                '\\' => written.push_str("\\\\"),
                '\n' => written.push_str("\\n"),
                '\r' => written.push_str("\\r"),
                '\t' => written.push_str("\\t"),
                '\u{c}' => written.push_str("\\f"),
                ' ' | '=' | ':' if i == 0 => written.extend(['\\', c]),
                c if self.is_ascii && !c.is_ascii() || c.is_control() => {
                    let mut buffer = [0; 2];
                    for unit in c.encode_utf16(&mut buffer) {
                        written.push_str(&format!("\\u{unit:04X}"));
                    }
                }
                c => written.push(c),
            }
        }
        written
    }
}

/// A name as `.properties` has it.
pub(super) fn escaped_name(name: &str) -> String {
    let mut written = String::with_capacity(name.len());
    for (i, c) in name.char_indices() {
        if matches!(c, '\\' | '=' | ':' | ' ') || i == 0 && matches!(c, '#' | '!') {
            written.push('\\');
        }
        written.push(c);
    }
    written
}

fn cannot_hold(key: &str, what: &str) -> FormatError {
    FormatError::CannotHold { key: key.to_owned(), format: FileFormat::Ini, what: what.to_owned() }
}
