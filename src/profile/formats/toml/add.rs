//! Where a missing TOML key goes: to the end of its table, or to a new `[table]` at the end of the file.

use toml_edit::{InlineTable, Item, Table, Value};

use super::{Inline, Toml, dotted, key_name, read};
use crate::model::profile::FileFormat;
use crate::profile::formats::brackets::Brackets;
use crate::profile::formats::inline::{item_span, whole};
use crate::profile::formats::text::{Splices, add_block, add_line, before_comments, indent, line_start, newline};
use crate::profile::formats::tree::{Layout, Missing, Shape};
use crate::profile::formats::{FormatError, Written};

/// The way down to the table that gets the key.
struct Way<'a> {
    /// The innermost table.
    table: &'a Table,
    /// Names from the table that has a header, or from the root, to the innermost.
    dots: Vec<&'a str>,
    /// Whether a table on the way is one of several of its name.
    in_array: bool,
}

/// What adds a key.
pub(super) fn add(text: &str, at: &Missing<'_>, key: &str, value: &Written) -> Result<Splices, FormatError> {
    let value = whole::<Toml>(key, value)?;
    let names: Vec<&str> = at.names.iter().map(String::as_str).collect();
    if let Shape::Table(members, Layout::Brackets) = &at.parent.shape {
        let items = members.iter().map(item_span).collect();
        let span = at.parent.span.clone();
        let brackets = Brackets { text, span, items, comment: <Toml as Inline>::COMMENT };
        let item = format!("{} = {value}", dotted(&names));
        let item = if members.is_empty() { format!(" {item} ") } else { item };
        return Ok(brackets.with_item(&item, false));
    }
    let document = read::parse(text)?;
    let cannot = || {
        let what = "a key with these names; add its table by hand first".to_owned();
        FormatError::CannotHold { key: key.to_owned(), format: FileFormat::Toml, what }
    };
    let way = way(document.as_table(), at.above).ok_or_else(cannot)?;
    let is_root = at.above.is_empty();
    let has_header = is_root || !way.table.is_implicit();
    let is_dotted = !way.dots.is_empty();
    if !is_dotted && (!has_header || names.len() > 1) && !way.in_array {
        let above: Vec<&str> = at.above.iter().map(String::as_str).chain(names.iter().copied()).collect();
        let (name, table) = above.split_last().ok_or_else(cannot)?;
        let line = format!("[{}]{}{} = {value}", dotted(table), newline(text), key_name(name));
        return Ok(vec![add_block(text, &line)]);
    }
    if !is_dotted && !has_header {
        return Err(cannot());
    }
    let line = format!("{} = {value}", dotted(&[way.dots, names].concat()));
    match (last_value(way.table), way.table.span()) {
        (Some((start, end)), _) => {
            let blanks = indent(&text[line_start(text, start)..]);
            Ok(vec![add_line(text, end, &format!("{blanks}{line}"))])
        }
        (None, Some(header)) if !is_root => Ok(vec![add_line(text, header.end, &line)]),
        (None, _) => Ok(vec![at_top(text, document.as_table(), &line)]),
    }
}

fn way<'a>(root: &'a Table, names: &'a [String]) -> Option<Way<'a>> {
    let mut way = Way { table: root, dots: Vec::new(), in_array: false };
    let mut names = names.iter();
    while let Some(name) = names.next() {
        match way.table.get(name)? {
            Item::Table(inner) => {
                way.table = inner;
                if inner.is_dotted() {
                    way.dots.push(name);
                } else {
                    way.dots.clear();
                }
            }
            Item::ArrayOfTables(tables) => {
                way.table = tables.get(names.next()?.parse().ok()?)?;
                way.in_array = true;
                way.dots.clear();
            }
            _ => return None,
        }
    }
    Some(way)
}

/// Where the last value of a table begins and ends, those of tables with headers of their own left out.
fn last_value(table: &Table) -> Option<(usize, usize)> {
    let of = |item: &Item| match item {
        Item::Value(Value::InlineTable(inner)) if inner.is_dotted() => last_inline(inner),
        Item::Value(value) => value.span().map(|span| (span.start, span.end)),
        Item::Table(inner) if inner.is_dotted() => last_value(inner),
        _ => None,
    };
    table.iter().filter_map(|(_, item)| of(item)).max_by_key(|(_, end)| *end)
}

fn last_inline(table: &InlineTable) -> Option<(usize, usize)> {
    table.iter().filter_map(|(_, value)| value.span()).map(|span| (span.start, span.end)).max_by_key(|(_, end)| *end)
}

/// A first line before all tables and the comments right above the first.
fn at_top(text: &str, root: &Table, line: &str) -> (std::ops::Range<usize>, String) {
    let mut first = None;
    first_header(root, &mut first);
    let Some(header) = first else { return add_line(text, text.len(), line) };
    let newline = newline(text);
    let at = before_comments(text, line_start(text, header));
    (at..at, format!("{line}{newline}{newline}"))
}

fn first_header(table: &Table, first: &mut Option<usize>) {
    for (_, item) in table {
        let inner: Vec<&Table> = match item {
            Item::Table(inner) => vec![inner],
            Item::ArrayOfTables(tables) => tables.iter().collect(),
            _ => continue,
        };
        for inner in inner {
            if let Some(span) = inner.span().filter(|_| !inner.is_implicit() && !inner.is_dotted()) {
                *first = Some(first.map_or(span.start, |first| first.min(span.start)));
            }
            first_header(inner, first);
        }
    }
}
