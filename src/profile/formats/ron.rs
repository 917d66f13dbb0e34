//! RON, on the tree of `ron_text`: structs and maps are tables, tuples are lists, `Some(x)` is `x` and `None` nothing.

use super::brackets::{Brackets, slash_comment};
use super::inline::{Inline, item_span, replace, stays_quoted, whole};
use super::text::{Splices, indent, indent_unit, line_start, newline};
use super::tree::{Grammar, Layout, Member, Missing, Node, Scalar, Shape};
use super::{FormatError, Written};
use crate::model::profile::FileFormat;
use crate::profile::ron_text::{self, GroupKind, Value};

/// RON.
pub(super) struct Ron;

/// What RON files indent by where this one does not say.
const USUAL_INDENT: &str = "    ";

impl Grammar for Ron {
    fn read(text: &str) -> Result<Node, FormatError> {
        match ron_text::parse(text) {
            Ok(tree) => Ok(node(text, &tree.root)),
            // Nothing but comments is a file to begin with.
            Err(_) if ron_text::parse(&format!("{text}\n()")).is_ok() => {
                Ok(Node { span: text.len()..text.len(), shape: Shape::Nothing, tied: None })
            }
            Err(faults) => {
                let fault = faults.into_iter().next();
                let (line, column) = fault.as_ref().map_or((1, 1), |fault| (fault.place.line, fault.place.column));
                let why = fault.map_or_else(|| "this is no RON".to_owned(), |fault| fault.text);
                Err(FormatError::Parse { line, column, why })
            }
        }
    }

    fn replace(text: &str, node: &Node, key: &str, value: &Written) -> Result<Splices, FormatError> {
        let is_in_some = text[..node.span.start].trim_end().ends_with("Some(");
        if is_in_some && *value == Written::Null {
            return Err(cannot_hold(key, "nothing inside `Some(…)`; write `None` by hand"));
        }
        let mut splices = replace::<Self>(text, node, key, value)?;
        let was_none = matches!(&node.shape, Shape::Scalar(scalar) if scalar.value == Written::Null);
        if was_none && let [(_, new)] = splices.as_mut_slice() {
            *new = format!("Some({new})");
        }
        Ok(splices)
    }

    fn insert(text: &str, at: &Missing<'_>, key: &str, value: &Written) -> Result<Splices, FormatError> {
        let value = whole::<Self>(key, value)?;
        let newline = newline(text);
        let unit = if text.lines().any(|line| !indent(line).is_empty()) { indent_unit(text) } else { USUAL_INDENT };
        let by_lines = !matches!(&at.root.shape, Shape::Table(m, _) if !m.is_empty() && !text[at.root.span.clone()].contains('\n'));
        let nesting = Nesting { key, unit, newline, by_lines };
        match &at.parent.shape {
            Shape::Table(members, _) => {
                let items = members.iter().map(item_span).collect();
                let span = at.parent.span.clone();
                let brackets = Brackets { text, span, items, comment: <Self as Inline>::COMMENT };
                let by_lines = if members.is_empty() { by_lines } else { brackets.is_by_lines() };
                let is_map = text[at.parent.span.clone()].starts_with('{');
                let nesting = Nesting { by_lines, ..nesting };
                let item = nesting.item(at.names, &value, &brackets.item_indent(), is_map)?;
                Ok(brackets.with_item(&item, by_lines))
            }
            Shape::Nothing => {
                let table = nesting.table(at.names, &value, "")?;
                let before = if text.is_empty() || text.ends_with('\n') { "" } else { newline };
                Ok(vec![(text.len()..text.len(), format!("{before}{table}{newline}"))])
            }
            _ => {
                let outer = indent(&text[line_start(text, at.parent.span.start)..]);
                let table = nesting.table(at.names, &value, outer)?;
                Ok(vec![(at.parent.span.clone(), format!("Some({table})"))])
            }
        }
    }
}

/// How tables in tables are written.
struct Nesting<'a> {
    key: &'a str,
    unit: &'a str,
    newline: &'a str,
    by_lines: bool,
}

impl Nesting<'_> {
    fn item(&self, names: &[String], value: &str, indent: &str, is_map: bool) -> Result<String, FormatError> {
        let Some((name, rest)) = names.split_first() else { return Ok(value.to_owned()) };
        if !is_map && !is_identifier(name) {
            return Err(cannot_hold(self.key, "a field of this name"));
        }
        let name = if is_map { ron_text::quoted(name) } else { name.clone() };
        let value = if rest.is_empty() { value.to_owned() } else { self.table(rest, value, indent)? };
        Ok(format!("{name}: {value}"))
    }

    /// A new table: a struct where its name can be a field's, otherwise a map.
    fn table(&self, names: &[String], value: &str, indent: &str) -> Result<String, FormatError> {
        let Self { unit, newline, .. } = self;
        let is_map = names.first().is_some_and(|name| !is_identifier(name));
        let (open, close) = if is_map { ('{', '}') } else { ('(', ')') };
        let deeper = format!("{indent}{unit}");
        let item = self.item(names, value, &deeper, is_map)?;
        Ok(match self.by_lines {
            true => format!("{open}{newline}{deeper}{item},{newline}{indent}{close}"),
            false => format!("{open}{item}{close}"),
        })
    }
}

impl Inline for Ron {
    const COMMENT: fn(&str) -> usize = slash_comment;

    fn scalar(_key: &str, value: &Written, old: Option<&Scalar>) -> Result<String, FormatError> {
        let text = match value {
            Written::Null => "None".to_owned(),
            Written::Float(x) => format!("{x:?}"),
            Written::Text(text) => return Ok(written_text(text, old)),
            other => other.scalar_text().unwrap_or_default(),
        };
        Ok(if stays_quoted(value, old) { written_text(&text, old) } else { text })
    }

    fn name(name: &str) -> String {
        format!("{}: ", if is_identifier(name) { name.to_owned() } else { ron_text::quoted(name) })
    }

    fn table(rows: &[(&str, String)]) -> String {
        let is_struct = rows.iter().all(|(name, _)| is_identifier(name));
        let name = |name: &str| if is_struct { name.to_owned() } else { ron_text::quoted(name) };
        let rows: Vec<String> = rows.iter().map(|(key, value)| format!("{}: {value}", name(key))).collect();
        if is_struct { format!("({})", rows.join(", ")) } else { format!("{{{}}}", rows.join(", ")) }
    }
}

/// A text as the old one was: a variant's name, a character, a raw string.
fn written_text(text: &str, old: Option<&Scalar>) -> String {
    let is_name = old.is_some_and(|old| old.quote.is_none() && matches!(old.value, Written::Text(_)));
    let mut chars = text.chars();
    match old.and_then(|old| old.quote) {
        None if is_name && is_identifier(text) => text.to_owned(),
        Some(RAW) if !text.contains(['"', '\n', '\r']) => format!("r\"{text}\""),
        Some('\'') => match (chars.next(), chars.next()) {
            (Some(c), None) if !c.is_control() && !matches!(c, '\'' | '\\') => format!("'{c}'"),
            _ => ron_text::quoted(text),
        },
        _ => ron_text::quoted(text),
    }
}

/// Stands for the quotes of a raw string.
const RAW: char = 'r';

fn is_identifier(name: &str) -> bool {
    let rest = name.strip_prefix(|c: char| c.is_ascii_alphabetic() || c == '_');
    rest.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
        && !matches!(name, "_" | "true" | "false" | "None" | "Some" | "inf" | "NaN")
}

fn cannot_hold(key: &str, what: &str) -> FormatError {
    FormatError::CannotHold { key: key.to_owned(), format: FileFormat::Ron, what: what.to_owned() }
}

fn node(text: &str, from: &ron_text::Node) -> Node {
    let raw = text.get(from.span.clone()).unwrap_or_default();
    let mut span = from.span.clone();
    let mut tied = None;
    let shape = match &from.value {
        Value::Some(inner) => return node(text, inner),
        Value::Bool(is_on) => scalar(Written::Bool(*is_on), raw, None),
        // The nearest float stands for a number that is too large, as everywhere.
        Value::Int(n) => scalar(i64::try_from(*n).map_or(Written::Float(*n as f64), Written::Int), raw, None),
        Value::Float(x) => scalar(Written::Float(*x), raw, None),
        Value::Char(c) => scalar(Written::Text(c.to_string()), &c.to_string(), Some('\'')),
        Value::Text(string) => {
            let quote = if raw.starts_with('"') { '"' } else { RAW };
            scalar(Written::Text(string.clone()), string, Some(quote))
        }
        Value::Name(name) => scalar(Written::Text(name.clone()), name, None),
        Value::None => scalar(Written::Null, raw, None),
        Value::Bytes(_) | Value::Broken => {
            tied = Some("it is a byte string".to_owned());
            scalar(Written::Text(raw.to_owned()), raw, None)
        }
        Value::Group(group) => {
            span = group.open..from.span.end;
            match group.kind {
                GroupKind::Struct | GroupKind::Map => Shape::Table(members(text, group), Layout::Brackets),
                GroupKind::Tuple if group.members.is_empty() => Shape::Table(Vec::new(), Layout::Brackets),
                GroupKind::Tuple | GroupKind::List => {
                    let items = group.members.iter().map(|member| node(text, &member.value)).collect();
                    Shape::List(items, Layout::Brackets)
                }
            }
        }
    };
    Node { span, shape, tied }
}

fn members(text: &str, group: &ron_text::Group) -> Vec<Member> {
    let member = |member: &ron_text::Member| {
        let key = member.key.as_ref()?;
        let raw = text.get(key.span.clone()).unwrap_or_default();
        let name = member.name().unwrap_or(raw).to_owned();
        Some(Member { name, name_span: key.span.clone(), node: node(text, &member.value) })
    };
    group.members.iter().filter_map(member).collect()
}

fn scalar(value: Written, text: &str, quote: Option<char>) -> Shape {
    let is_long = text.contains('\n') && quote == Some(RAW);
    Shape::Scalar(Scalar { value, text: text.to_owned(), quote, is_long, in_brackets: false })
}
