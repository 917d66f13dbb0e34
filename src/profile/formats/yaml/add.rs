//! Where a missing YAML key goes: to the end of its mapping, with the indentation of its neighbours.

use super::{Inline, Yaml, before_first, items, write};
use crate::model::profile::FileFormat;
use crate::profile::formats::brackets::Brackets;
use crate::profile::formats::inline::{item_span, whole};
use crate::profile::formats::text::{Splices, add_line, indent_unit, line_start, newline};
use crate::profile::formats::tree::{Layout, Missing, Node, Shape};
use crate::profile::formats::{FormatError, Written};

/// What adds a key.
pub(super) fn add(text: &str, at: &Missing<'_>, key: &str, value: &Written) -> Result<Splices, FormatError> {
    let parent = at.parent;
    match &parent.shape {
        Shape::Table(members, Layout::Brackets) => {
            let items = members.iter().map(item_span).collect();
            let brackets = Brackets { text, span: parent.span.clone(), items, comment: <Yaml as Inline>::COMMENT };
            Ok(brackets.with_item(&in_brackets(key, at.names, value)?, brackets.is_by_lines()))
        }
        Shape::Table(members, _) => {
            let column = members.first().map_or(0, |m| m.name_span.start - line_start(text, m.name_span.start));
            let lines = lines(text, key, at.names, value, column)?;
            Ok(vec![add_line(text, parent.span.end, &lines)])
        }
        Shape::List(old, Layout::Pairs) => add_pair(text, parent, old, at.names, key, value),
        Shape::Nothing => Ok(vec![add_line(text, text.len(), &lines(text, key, at.names, value, 0)?)]),
        Shape::Scalar(_) if parent.span.is_empty() => match column_of(text, at.root, parent) {
            Some(column) => {
                let lines = lines(text, key, at.names, value, column + unit(text))?;
                Ok(vec![add_line(text, parent.span.start, &lines)])
            }
            // An empty item of a list, or of a flow mapping.
            None => {
                let before = before_first(text, parent.span.start);
                let table = format!("{before}{{{}}}", in_brackets(key, at.names, value)?);
                Ok(vec![(parent.span.clone(), table)])
            }
        },
        _ => Ok(vec![(parent.span.clone(), format!("{{{}}}", in_brackets(key, at.names, value)?))]),
    }
}

/// Blanks that a file indents by.
fn unit(text: &str) -> usize {
    let unit = indent_unit(text);
    if unit.contains('\t') || unit.len() > 8 { 2 } else { unit.len() }
}

/// Names below each other, the value behind the last.
fn lines(text: &str, key: &str, names: &[String], value: &Written, column: usize) -> Result<String, FormatError> {
    let mut lines = String::new();
    for (i, name) in names.iter().enumerate() {
        if i > 0 {
            lines.push_str(newline(text));
        }
        lines.push_str(&" ".repeat(column + i * unit(text)));
        lines.push_str(&write::name(name));
        lines.push(':');
    }
    Ok(format!("{lines} {}", whole::<Yaml>(key, value)?))
}

/// `a: {b: value}`.
fn in_brackets(key: &str, names: &[String], value: &Written) -> Result<String, FormatError> {
    let row = |value: Written, name: &String| Written::Table(vec![(name.clone(), value)]);
    let table = whole::<Yaml>(key, &names.iter().rev().fold(value.clone(), row))?;
    Ok(table.strip_prefix('{').and_then(|table| table.strip_suffix('}')).unwrap_or(&table).to_owned())
}

fn add_pair(
    text: &str,
    list: &Node,
    old: &[Node],
    names: &[String],
    key: &str,
    value: &Written,
) -> Result<Splices, FormatError> {
    let cannot =
        |what: &str| FormatError::CannotHold { key: key.to_owned(), format: FileFormat::Yaml, what: what.to_owned() };
    let [name] = names else { return Err(cannot("a table in a list of names and values")) };
    if !crate::profile::formats::tree::is_variable(name) {
        return Err(cannot("this name in a list of names and values"));
    }
    let value = value.scalar_text().ok_or_else(|| cannot("a list or table in a list of names and values"))?;
    let like = old.last().and_then(|item| match &item.shape {
        Shape::Scalar(scalar) => Some(scalar),
        _ => None,
    });
    let item = write::scalar(&Written::Text(format!("{name}={value}")), like);
    match old.last() {
        Some(last) if text[list.span.clone()].starts_with('-') => {
            Ok(vec![add_line(text, last.span.end, &format!("{}{item}", items::dash_line(text, last)))])
        }
        _ => {
            let items = old.iter().map(|item| item.span.clone()).collect();
            let brackets = Brackets { text, span: list.span.clone(), items, comment: <Yaml as Inline>::COMMENT };
            Ok(brackets.with_item(&item, brackets.is_by_lines()))
        }
    }
}

/// The column of the key whose value this is, where it stands in a mapping by lines.
fn column_of(text: &str, root: &Node, wanted: &Node) -> Option<usize> {
    match &root.shape {
        Shape::Table(members, layout) => members.iter().find_map(|member| {
            if std::ptr::eq(&member.node, wanted) {
                let start = member.name_span.start;
                return (*layout == Layout::Block).then(|| start - line_start(text, start));
            }
            column_of(text, &member.node, wanted)
        }),
        Shape::List(items, _) => items.iter().find_map(|item| column_of(text, item, wanted)),
        Shape::Scalar(_) | Shape::Nothing => None,
    }
}
