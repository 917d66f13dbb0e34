//! Values written in one piece, and replacing values in place, for every format that has brackets.

use std::ops::Range;

use super::brackets::Brackets;
use super::text::{Lines, Splices};
use super::tree::{Layout, Member, Node, Scalar, Shape};
use super::{FormatError, Written};

/// How a format writes values.
pub(super) trait Inline {
    /// The length of the comment a text begins with.
    const COMMENT: fn(&str) -> usize;

    /// A scalar in the style of the one it replaces, or in the usual one. Lists and tables are not given.
    fn scalar(key: &str, value: &Written, old: Option<&Scalar>) -> Result<String, FormatError>;

    /// A name in a table with what stands between it and its value.
    fn name(name: &str) -> String;

    /// The items of a list, with brackets.
    fn list(items: &[String]) -> String {
        format!("[{}]", items.join(", "))
    }

    /// The rows of a table, each a name and a value as written, with brackets.
    fn table(rows: &[(&str, String)]) -> String {
        let rows: Vec<String> = rows.iter().map(|(name, value)| format!("{}{value}", Self::name(name))).collect();
        format!("{{{}}}", rows.join(", "))
    }
}

/// A value in one piece, as it stands where there was none.
pub(super) fn whole<F: Inline>(key: &str, value: &Written) -> Result<String, FormatError> {
    match value {
        Written::List(items) => {
            let items = items.iter().map(|item| F::scalar(key, &Written::Text(item.clone()), Some(&IN_BRACKETS)));
            Ok(F::list(&items.collect::<Result<Vec<_>, _>>()?))
        }
        Written::Table(rows) => {
            let rows = rows.iter().map(|(name, value)| Ok((name.as_str(), inner::<F>(key, value)?)));
            Ok(F::table(&rows.collect::<Result<Vec<_>, FormatError>>()?))
        }
        _ => F::scalar(key, value, None),
    }
}

/// A value between brackets.
fn inner<F: Inline>(key: &str, value: &Written) -> Result<String, FormatError> {
    match value {
        Written::List(_) | Written::Table(_) => whole::<F>(key, value),
        _ => F::scalar(key, value, Some(&IN_BRACKETS)),
    }
}

/// Stands for the value that is replaced where there was none and brackets are around.
const IN_BRACKETS: Scalar =
    Scalar { value: Written::Null, text: String::new(), quote: None, is_long: false, in_brackets: true };

/// What takes the place of a value.
pub(super) fn replace<F: Inline>(text: &str, node: &Node, key: &str, value: &Written) -> Result<Splices, FormatError> {
    let line = Lines::new(text).line(node.span.start);
    let key_text = || key.to_owned();
    if let Some(why) = &node.tied {
        return Err(FormatError::Tied { key: key_text(), line, why: why.clone() });
    }
    let is_scalar = !matches!(value, Written::List(_) | Written::Table(_));
    match (&node.shape, value) {
        (Shape::Scalar(old), _) if old.is_long => Err(FormatError::SeveralLines { key: key_text(), line }),
        (Shape::Scalar(old), _) if is_scalar => Ok(vec![(node.span.clone(), F::scalar(key, value, Some(old))?)]),
        (Shape::Scalar(_), _) => Ok(vec![(node.span.clone(), whole::<F>(key, value)?)]),
        (Shape::List(old, Layout::Brackets), Written::List(items)) => {
            let spans = old.iter().map(|item| item.span.clone()).collect();
            let brackets = Brackets { text, span: node.span.clone(), items: spans, comment: F::COMMENT };
            keep_comments::<F>(text, node, key, line)?;
            Ok(brackets.rewritten(&list_items::<F>(text, key, old, items)?))
        }
        (Shape::Table(old, Layout::Brackets), Written::Table(rows)) => {
            let spans = old.iter().map(item_span).collect();
            let brackets = Brackets { text, span: node.span.clone(), items: spans, comment: F::COMMENT };
            keep_comments::<F>(text, node, key, line)?;
            let rows = rows.iter().map(|(name, value)| table_row::<F>(text, key, old, name, value));
            Ok(brackets.rewritten(&rows.collect::<Result<Vec<_>, _>>()?))
        }
        (Shape::List(..), Written::List(_)) | (Shape::Table(..), Written::Table(_)) => {
            Err(FormatError::SeveralLines { key: key_text(), line })
        }
        (shape, _) => Err(other_shape(shape, value, key, line)),
    }
}

/// Why this value cannot take that one's place.
pub(super) fn other_shape(shape: &Shape, value: &Written, key: &str, line: usize) -> FormatError {
    let is = match shape {
        Shape::List(..) => "a list",
        Shape::Table(..) => "a table",
        Shape::Scalar(_) | Shape::Nothing => "a single value",
    };
    let wanted = match value {
        Written::List(_) => "a list",
        Written::Table(_) => "a table",
        _ => "a single value",
    };
    FormatError::OtherShape { key: key.to_owned(), line, is, wanted }
}

/// A member with its name.
pub(super) fn item_span(member: &Member) -> Range<usize> {
    member.name_span.start..member.node.span.end
}

/// A list's items as written: those that are there already as they are, others like them.
pub(super) fn list_items<F: Inline>(
    text: &str,
    key: &str,
    old: &[Node],
    items: &[String],
) -> Result<Vec<String>, FormatError> {
    let scalars: Vec<(&Node, &Scalar)> = old
        .iter()
        .filter_map(|node| match &node.shape {
            Shape::Scalar(scalar) => Some((node, scalar)),
            _ => None,
        })
        .collect();
    let are_numbers = !scalars.is_empty()
        && scalars.iter().all(|(_, s)| s.quote.is_none() && matches!(s.value, Written::Int(_) | Written::Float(_)));
    let write = |(place, item): (usize, &String)| {
        if let Some((node, _)) = scalars.iter().find(|(node, s)| s.text == *item && !s.is_long && node.tied.is_none()) {
            return Ok(text[node.span.clone()].to_owned());
        }
        let number = if are_numbers { number(item) } else { None };
        let like = scalars.get(place).or(scalars.last()).map(|(_, s)| *s).filter(|s| !s.is_long);
        F::scalar(key, &number.unwrap_or_else(|| Written::Text(item.clone())), like.or(Some(&IN_BRACKETS)))
    };
    items.iter().enumerate().map(write).collect()
}

/// A text that is a number in its usual form.
fn number(text: &str) -> Option<Written> {
    let value = text.parse().map(Written::Int).or_else(|_| text.parse().map(Written::Float)).ok()?;
    (value.scalar_text().as_deref() == Some(text)).then_some(value)
}

fn table_row<F: Inline>(
    text: &str,
    key: &str,
    old: &[Member],
    name: &str,
    value: &Written,
) -> Result<String, FormatError> {
    let member = old.iter().find(|member| member.name == name);
    let start = member.map_or_else(|| F::name(name), |m| text[m.name_span.start..m.node.span.start].to_owned());
    let like = member.and_then(|member| match &member.node.shape {
        Shape::Scalar(scalar) if !scalar.is_long && member.node.tied.is_none() => Some(scalar),
        _ => None,
    });
    let written = match (like, value) {
        (None, _) | (_, Written::List(_) | Written::Table(_)) => inner::<F>(key, value)?,
        (Some(old), _) => F::scalar(key, value, Some(old))?,
    };
    Ok(format!("{start}{written}"))
}

/// Refuses where writing a value anew would lose comments inside it.
fn keep_comments<F: Inline>(text: &str, node: &Node, key: &str, line: usize) -> Result<(), FormatError> {
    let mut spans = Vec::new();
    atoms(node, &mut spans);
    let mut from = node.span.start;
    for span in spans.into_iter().chain(std::iter::once(node.span.end..node.span.end)) {
        let gap = text.get(from..span.start).unwrap_or_default();
        if gap.char_indices().any(|(i, _)| F::COMMENT(&gap[i..]) > 0) {
            return Err(FormatError::CommentsInside { key: key.to_owned(), line });
        }
        from = span.end;
    }
    Ok(())
}

/// The spans of all names and scalars in a value, in order.
fn atoms(node: &Node, spans: &mut Vec<Range<usize>>) {
    match &node.shape {
        Shape::List(items, _) => items.iter().for_each(|item| atoms(item, spans)),
        Shape::Table(members, _) => {
            for member in members {
                spans.push(member.name_span.clone());
                atoms(&member.node, spans);
            }
        }
        Shape::Scalar(_) | Shape::Nothing => spans.push(node.span.clone()),
    }
}

/// Whether a number or switch that takes the place of a text in quotes stays in quotes: where that text was one, too.
pub(super) fn stays_quoted(value: &Written, old: Option<&Scalar>) -> bool {
    let Some(old) = old.filter(|old| old.quote.is_some()) else { return false };
    match value {
        Written::Int(_) | Written::Float(_) => old.text.parse::<f64>().is_ok(),
        Written::Bool(_) => old.text.parse::<bool>().is_ok(),
        _ => false,
    }
}
