//! JSON, with the comments and trailing commas that `appsettings.json` and `tsconfig.json` have.

mod read;

use super::brackets::{Brackets, slash_comment};
use super::inline::{Inline, item_span, replace, stays_quoted, whole};
use super::text::{Splices, indent, indent_unit, line_start, newline};
use super::tree::{Grammar, Layout, Missing, Node, Scalar, Shape};
use super::{FormatError, Written};
use crate::model::profile::FileFormat;

/// JSON.
pub(super) struct Json;

impl Grammar for Json {
    fn read(text: &str) -> Result<Node, FormatError> {
        read::read(text)
    }

    fn replace(text: &str, node: &Node, key: &str, value: &Written) -> Result<Splices, FormatError> {
        replace::<Self>(text, node, key, value)
    }

    fn insert(text: &str, at: &Missing<'_>, key: &str, value: &Written) -> Result<Splices, FormatError> {
        let value = whole::<Self>(key, value)?;
        let newline = newline(text);
        let unit = indent_unit(text);
        match &at.parent.shape {
            Shape::Table(members, Layout::Brackets) => {
                let items = members.iter().map(item_span).collect();
                let brackets =
                    Brackets { text, span: at.parent.span.clone(), items, comment: <Self as Inline>::COMMENT };
                // An empty object is laid out like the file around it.
                let by_lines = if members.is_empty() { is_by_lines(text, at.root) } else { brackets.is_by_lines() };
                let gap = members.last().and_then(|m| text.get(m.name_span.end..m.node.span.start));
                let gap = gap.filter(|gap| gap.chars().all(|c| matches!(c, ':' | ' '))).unwrap_or(": ");
                let nesting = Nesting { gap, unit, newline, by_lines };
                let item = nesting.item(at.names, &value, &brackets.item_indent());
                Ok(brackets.with_item(&item, by_lines))
            }
            Shape::Nothing => {
                let nesting = Nesting { gap: ": ", unit, newline, by_lines: true };
                let item = nesting.item(at.names, &value, unit);
                let end = text.len();
                let before = if text.is_empty() || text.ends_with('\n') { "" } else { newline };
                Ok(vec![(end..end, format!("{before}{{{newline}{unit}{item}{newline}}}{newline}"))])
            }
            // `null` becomes a table.
            _ => {
                let by_lines = is_by_lines(text, at.root);
                let outer = indent(&text[line_start(text, at.parent.span.start)..]);
                let inner = format!("{outer}{unit}");
                let item = Nesting { gap: ": ", unit, newline, by_lines }.item(at.names, &value, &inner);
                let table = match by_lines {
                    true => format!("{{{newline}{inner}{item}{newline}{outer}}}"),
                    false => format!("{{{item}}}"),
                };
                Ok(vec![(at.parent.span.clone(), table)])
            }
        }
    }
}

/// Whether a file has its values in lines of their own, or nothing that says otherwise.
fn is_by_lines(text: &str, root: &Node) -> bool {
    match &root.shape {
        Shape::Table(members, _) if !members.is_empty() => text[root.span.clone()].contains('\n'),
        _ => true,
    }
}

/// How tables in tables are written.
struct Nesting<'a> {
    gap: &'a str,
    unit: &'a str,
    newline: &'a str,
    by_lines: bool,
}

impl Nesting<'_> {
    fn item(&self, names: &[String], value: &str, indent: &str) -> String {
        let Self { gap, unit, newline, by_lines } = self;
        match names {
            [] => value.to_owned(),
            [name] => format!("{}{gap}{value}", quoted(name)),
            [name, rest @ ..] => {
                let deeper = format!("{indent}{unit}");
                let item = self.item(rest, value, &deeper);
                let name = quoted(name);
                if *by_lines {
                    format!("{name}{gap}{{{newline}{deeper}{item}{newline}{indent}}}")
                } else {
                    format!("{name}{gap}{{{item}}}")
                }
            }
        }
    }
}

impl Inline for Json {
    const COMMENT: fn(&str) -> usize = slash_comment;

    fn scalar(key: &str, value: &Written, old: Option<&Scalar>) -> Result<String, FormatError> {
        let text = match value {
            Written::Null => "null".to_owned(),
            Written::Float(x) if !x.is_finite() => {
                let what = format!("{x}, only numbers");
                return Err(FormatError::CannotHold { key: key.to_owned(), format: FileFormat::Json, what });
            }
            Written::Float(x) => format!("{x:?}"),
            Written::Text(text) => return Ok(quoted(text)),
            other => other.scalar_text().unwrap_or_default(),
        };
        Ok(if stays_quoted(value, old) { quoted(&text) } else { text })
    }

    fn name(name: &str) -> String {
        format!("{}: ", quoted(name))
    }
}

/// A text in double quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    written.push('"');
    for c in text.chars() {
        match c {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            c if c.is_control() => written.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => written.push(c),
        }
    }
    written.push('"');
    written
}

/// A value in one line, for formats that know text alone.
pub(super) fn in_one_line(key: &str, value: &Written) -> Result<String, FormatError> {
    whole::<Json>(key, value)
}
