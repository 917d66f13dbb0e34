//! The tree of a TOML text, and faults in words.

use std::ops::Range;

use toml_edit::{Document, Item, Key, Table, Value};

use crate::profile::formats::text::{Lines, line_start};
use crate::profile::formats::tree::{Layout, Member, Node, Scalar, Shape};
use crate::profile::formats::{FormatError, Written, key};

/// The tree of a text.
pub(super) fn read(text: &str) -> Result<Node, FormatError> {
    Ok(table(text, parse(text)?.as_table(), 0..0))
}

/// The text as `toml_edit` has it.
pub(super) fn parse(text: &str) -> Result<Document<&str>, FormatError> {
    Document::parse(text).map_err(|fault| {
        let lines = Lines::new(text);
        let span = fault.span().unwrap_or_default();
        let is_twice = fault.message() == "duplicate key";
        let twice = if is_twice { twice(text, &span, &lines) } else { None };
        twice.unwrap_or_else(|| lines.fault(span.start, fault.message().replace('\n', " ")))
    })
}

/// The two lines of a key that stands there twice; all before the second line is a document of its own.
fn twice(text: &str, span: &Range<usize>, lines: &Lines<'_>) -> Option<FormatError> {
    let start = line_start(text, span.start);
    let second = lines.line(start);
    let line = text.get(start..span.end)?.trim_start();
    if let Some(inside) = line.rfind(['{', ',']) {
        let key = line[inside + 1..].trim().to_owned();
        return Some(FormatError::KeyTwice { key, first: second, second });
    }
    let before = Document::parse(text.get(..start)?).ok()?;
    let is_header = line.starts_with('[');
    let mut names = Vec::new();
    if !is_header {
        let mut last = (0, Vec::new());
        last_header(before.as_table(), &mut Vec::new(), &mut last);
        names = last.1;
    }
    let own = Key::parse(line.trim_start_matches('[').trim_end_matches(']')).ok()?;
    names.extend(own.iter().map(|key| key.get().to_owned()));
    let mut table = before.as_table();
    let mut first = None;
    for name in &names {
        let (key, item) = table.get_key_value(name)?;
        first = key.span();
        table = match item {
            Item::Table(inner) => inner,
            Item::ArrayOfTables(tables) => tables.iter().last()?,
            _ => break,
        };
    }
    Some(FormatError::KeyTwice { key: key::join(&names), first: lines.line(first?.start), second })
}

/// The names of the header that stands last.
fn last_header(table: &Table, names: &mut Vec<String>, last: &mut (usize, Vec<String>)) {
    if let Some(span) = table.span().filter(|span| !table.is_dotted() && !table.is_implicit() && span.start > last.0) {
        *last = (span.start, names.clone());
    }
    for (name, item) in table {
        names.push(name.to_owned());
        match item {
            Item::Table(inner) => last_header(inner, names, last),
            Item::ArrayOfTables(tables) => tables.iter().for_each(|inner| last_header(inner, names, last)),
            _ => {}
        }
        names.pop();
    }
}

fn table(text: &str, table: &Table, name_span: Range<usize>) -> Node {
    let members = table.iter().filter_map(|(name, item)| {
        let name_span = table.key(name)?.span()?;
        let node = match item {
            Item::None => return None,
            Item::Value(item) => value(text, item, &name_span),
            Item::Table(inner) => self::table(text, inner, name_span.clone()),
            Item::ArrayOfTables(tables) => {
                let items = tables.iter().map(|inner| self::table(text, inner, name_span.clone())).collect();
                Node { span: name_span.clone(), shape: Shape::List(items, Layout::Block), tied: None }
            }
        };
        Some(Member { name: name.to_owned(), name_span, node })
    });
    let span = table.span().unwrap_or(name_span);
    Node { span, shape: Shape::Table(members.collect(), Layout::Block), tied: None }
}

fn value(text: &str, item: &Value, name_span: &Range<usize>) -> Node {
    let span = item.span().unwrap_or_else(|| name_span.clone());
    let raw = text.get(span.clone()).unwrap_or_default();
    let shape = match item {
        Value::String(string) => scalar(Written::Text(string.value().clone()), string.value(), raw),
        Value::Integer(n) => scalar(Written::Int(*n.value()), raw, ""),
        Value::Float(x) => scalar(Written::Float(*x.value()), raw, ""),
        Value::Boolean(is_on) => scalar(Written::Bool(*is_on.value()), raw, ""),
        Value::Datetime(_) => scalar(Written::Text(raw.to_owned()), raw, ""),
        Value::Array(items) => {
            let items = items.iter().map(|item| value(text, item, name_span)).collect();
            Shape::List(items, Layout::Brackets)
        }
        Value::InlineTable(table) => {
            let members = table.iter().filter_map(|(name, item)| {
                let name_span = table.key(name)?.span()?;
                Some(Member { name: name.to_owned(), node: value(text, item, &name_span), name_span })
            });
            Shape::Table(members.collect(), if table.is_dotted() { Layout::Block } else { Layout::Brackets })
        }
    };
    Node { span, shape, tied: None }
}

fn scalar(value: Written, text: &str, raw: &str) -> Shape {
    let is_long = raw.starts_with("\"\"\"") || raw.starts_with("'''");
    let quote = raw.chars().next().filter(|c| matches!(c, '"' | '\''));
    Shape::Scalar(Scalar { value, text: text.to_owned(), quote, is_long, in_brackets: false })
}
