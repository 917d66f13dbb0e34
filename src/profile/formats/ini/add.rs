//! Adding keys that are not there yet, in the style of those around.

use super::Dialect;
use super::read::{Entry, File, read};
use super::write::{Style, escaped_name};
use crate::profile::formats::text::{Splices, add_block, add_line, before_comments, indent, newline};
use crate::profile::formats::{FormatError, Written, key};

/// What adds a key.
pub(super) fn add(text: &str, key: &str, value: &Written) -> Result<Splices, FormatError> {
    let file = read(text);
    if file.dialect != Dialect::Sections {
        let line = line(text, &file, file.entries.last(), key, key, value)?;
        return Ok(vec![add_line(text, text.len(), &line)]);
    }
    let names = key::split(key)?;
    let (section, name) = match names.as_slice() {
        [name] => (None, name),
        [section, name] => (Some(section), name),
        _ => return Err(bad(key, "this file has sections: write `section.key`, a name with dots in double quotes")),
    };
    if section.is_some_and(|section| section.contains(['[', ']', '\n', '\r'])) {
        return Err(bad(key, "a section's name has no brackets"));
    }
    let last = file.entries.iter().rfind(|entry| entry.section.as_ref() == section);
    let like = last.or(file.entries.last());
    let line = line(text, &file, like, key, name, value)?;
    let newline = newline(text);
    if let Some(last) = last {
        return Ok(vec![add_line(text, last.span.end, &format!("{}{line}", indent(&text[last.start..])))]);
    }
    match section {
        None => {
            let at = before_comments(text, file.sections.first().map_or(text.len(), |(_, at)| *at));
            Ok(vec![(at..at, format!("{line}{newline}{newline}"))])
        }
        Some(section) => match file.sections.iter().rfind(|(name, _)| name == section) {
            Some((_, at)) => Ok(vec![add_line(text, *at, &line)]),
            None => Ok(vec![add_block(text, &format!("[{section}]{newline}{line}"))]),
        },
    }
}

fn line(
    text: &str,
    file: &File,
    like: Option<&Entry>,
    key: &str,
    name: &str,
    value: &Written,
) -> Result<String, FormatError> {
    let usual = if file.dialect == Dialect::Properties { "=" } else { " = " };
    let sign = like.map_or(usual, |entry| if entry.span.is_empty() { usual } else { &entry.sign });
    let style = Style { dialect: file.dialect, entry: None, sign, is_ascii: text.is_ascii() };
    let value = style.value(key, value)?;
    Ok(format!("{}{sign}{value}", written_name(file.dialect, key, name)?))
}

fn written_name(dialect: Dialect, key: &str, name: &str) -> Result<String, FormatError> {
    if name.is_empty() || name.contains(char::is_control) {
        return Err(bad(key, "a name has at least one letter and no control characters"));
    }
    let is_plain = |is_foreign: fn(char) -> bool| !name.contains(is_foreign) && !name.starts_with(['#', ';', '!', '[']);
    match dialect {
        Dialect::Properties => Ok(escaped_name(name)),
        Dialect::Sections if is_plain(|c| matches!(c, '=' | ':')) && name == name.trim() => Ok(name.to_owned()),
        Dialect::Plain if is_plain(|c| matches!(c, '=' | ':' | ' ')) => Ok(name.to_owned()),
        Dialect::Sections | Dialect::Plain => {
            Err(bad(key, "`=`, `:`, blanks around and comment signs do not fit in a name"))
        }
    }
}

fn bad(key: &str, why: &str) -> FormatError {
    FormatError::BadKey { key: key.to_owned(), why: why.to_owned() }
}
