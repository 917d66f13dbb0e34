//! Reading `.env` lines with the place of each value.

use std::ops::Range;

use crate::profile::formats::FormatError;
use crate::profile::formats::ini::place_of_empty;
use crate::profile::formats::text::{Lines, line_end, next_line};
use crate::profile::formats::tree::is_variable;

/// A `KEY=value` line; with quotes around, the value may go over several.
pub(super) struct Entry {
    /// The name.
    pub name: String,
    /// The value, without quotes and with escapes resolved.
    pub value: String,
    /// Where the value stands, with its quotes.
    pub span: Range<usize>,
    /// The quotes around it.
    pub quote: Option<char>,
    /// Whether `export` stands before the name.
    pub is_exported: bool,
    /// Its line, from 1.
    pub line: usize,
}

/// All entries of a text.
pub(super) fn entries(text: &str) -> Result<Vec<Entry>, FormatError> {
    let lines = Lines::new(text);
    let mut entries = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let end = line_end(text, at);
        let mut next = next_line(text, at);
        if let Some((name, is_exported, value_at)) = start(&text[at..end]) {
            let value_at = at + value_at;
            let (value, quote, span) = value(text, value_at, end, &lines)?;
            next = next_line(text, span.end);
            entries.push(Entry { name: name.to_owned(), value, span, quote, is_exported, line: lines.line(at) });
        }
        at = next;
    }
    Ok(entries)
}

/// The name a line gives a value to, whether it is exported, and where the value begins.
fn start(line: &str) -> Option<(&str, bool, usize)> {
    let (before, after) = line.split_once('=')?;
    let names = before.trim();
    let exported = names.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t'])).map(str::trim_start);
    let name = exported.unwrap_or(names);
    let value_at = line.len() - after.trim_start_matches([' ', '\t']).len();
    let sign_end = line.len() - after.len();
    let is_empty = line[value_at..].is_empty() || line[value_at..].starts_with('#') && value_at > sign_end;
    // Behind `KEY=` the value of a shell begins at once.
    let is_apart = before.ends_with([' ', '\t']);
    let value_at = match (is_empty, is_apart) {
        (true, true) => place_of_empty(line, sign_end),
        (true, false) => sign_end,
        (false, _) => value_at,
    };
    is_variable(name).then_some((name, exported.is_some(), value_at))
}

type Value = (String, Option<char>, Range<usize>);

fn value(text: &str, at: usize, end: usize, lines: &Lines<'_>) -> Result<Value, FormatError> {
    let quote = text[at..end].chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
    if let Some(quote) = quote {
        let close = close(text, at + 1, quote);
        // A quote that is not closed in its line and not below either is a part of the text in no reader.
        let Some(close) = close else { return Err(lines.fault(at, "this quote is not closed")) };
        let after = &text[close + 1..line_end(text, close)];
        let rest = after.trim_start_matches([' ', '\t']);
        if rest.is_empty() || rest.starts_with('#') {
            let inside = &text[at + 1..close];
            let value = if quote == '"' { unescaped(inside) } else { inside.to_owned() };
            return Ok((value, Some(quote), at..close + 1));
        }
        if close > end {
            return Err(lines.fault(close + 1, "text stands after the closing quote"));
        }
    }
    let line = &text[at..end];
    let comment = line.char_indices().find(|(i, c)| *c == '#' && line[..*i].ends_with([' ', '\t']));
    // What begins with a blank is no value but what follows an empty one.
    let is_empty = line.starts_with([' ', '\t']);
    let value = match comment {
        _ if is_empty => "",
        Some((i, _)) => line[..i].trim_end(),
        None => line.trim_end(),
    };
    Ok((value.to_owned(), None, at..at + value.len()))
}

/// Where the quote closes.
fn close(text: &str, from: usize, quote: char) -> Option<usize> {
    let mut chars = text[from..].char_indices();
    while let Some((i, c)) = chars.next() {
        match c {
            '\\' if quote == '"' => {
                chars.next();
            }
            _ if c == quote => return Some(from + i),
            _ => {}
        }
    }
    None
}

fn unescaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, chars.clone().next()) {
            ('\\', Some(escaped)) => {
                match escaped {
                    'n' => value.push('\n'),
                    'r' => value.push('\r'),
                    't' => value.push('\t'),
                    '"' | '\\' | '$' | '`' => value.push(escaped),
                    other => value.extend(['\\', other]),
                }
                chars.next();
            }
            _ => value.push(c),
        }
    }
    value
}
