//! Writing `.env` values so that every reader takes them as they are meant.

use super::read::Entry;
use crate::model::profile::FileFormat;
use crate::profile::formats::{FormatError, Written, json};

/// A value as it is written in place of the old one, with the old one's quotes where they can hold it.
pub(super) fn value(name: &str, value: &Written, old: Option<&Entry>) -> Result<String, FormatError> {
    let text = match value {
        Written::Null => return Err(cannot_hold(name, "nothing; leave the line out instead")),
        Written::List(items) => items.join(","),
        Written::Table(_) => json::in_one_line(name, value)?,
        scalar => scalar.scalar_text().unwrap_or_default(),
    };
    if text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(cannot_hold(name, "control characters"));
    }
    // What was a reference may become another; otherwise a `$` means itself.
    let is_reference =
        old.is_some_and(|old| old.quote != Some('\'') && has_reference(&old.value)) && has_reference(&text);
    let quote = old.and_then(|old| old.quote);
    let plain = |quote: char| is_plain_in(&text, quote, is_reference);
    Ok(match quote {
        None if is_bare(&text, is_reference) => text,
        Some(quote) if plain(quote) => format!("{quote}{text}{quote}"),
        _ if plain('"') => format!("\"{text}\""),
        _ if plain('\'') => format!("'{text}'"),
        _ => format!("\"{}\"", escaped(&text, is_reference)),
    })
}

fn cannot_hold(name: &str, what: &str) -> FormatError {
    FormatError::CannotHold { key: name.to_owned(), format: FileFormat::Env, what: what.to_owned() }
}

fn has_reference(text: &str) -> bool {
    text.split("${").skip(1).any(|rest| rest.contains('}'))
}

/// Whether a text needs no quotes for a shell either.
fn is_bare(text: &str, is_reference: bool) -> bool {
    let is_safe = |c: char| match c {
        '"' | '\'' | '`' | '\\' | '#' | '&' | ';' | '|' | '<' | '>' | '(' | ')' => false,
        '$' => is_reference,
        c => !c.is_whitespace(),
    };
    text.chars().all(is_safe) && !text.starts_with('~')
}

/// Whether a text stands in these quotes as it is.
fn is_plain_in(text: &str, quote: char, is_reference: bool) -> bool {
    let has_line_end = text.contains(['\n', '\r']);
    match quote {
        '"' => !has_line_end && !text.contains(['"', '\\', '`']) && (is_reference || !text.contains('$')),
        // Some readers take `\\` and `\'` as escapes here, others do not.
        _ => !has_line_end && !is_reference && !text.contains(quote) && !text.contains("\\\\") && !text.ends_with('\\'),
    }
}

fn escaped(text: &str, is_reference: bool) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '"' | '\\' | '`' => written.extend(['\\', c]),
            '$' if !is_reference => written.extend(['\\', c]),
            c => written.push(c),
        }
    }
    written
}
