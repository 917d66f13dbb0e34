//! Changing the items of a list by lines: those that stay the same keep their lines with all that stands in them.

use std::ops::Range;

use super::{Yaml, before_first};
use crate::profile::formats::FormatError;
use crate::profile::formats::inline::list_items;
use crate::profile::formats::text::{Lines, Splices, add_line, line_start, newline, next_line};
use crate::profile::formats::tree::{Node, Shape, texts};

/// What makes the old items the new ones.
pub(super) fn rewritten(
    text: &str,
    list: &Node,
    old: &[Node],
    key: &str,
    new: &[String],
) -> Result<Splices, FormatError> {
    let line = Lines::new(text).line(list.span.start);
    let too_long = || FormatError::SeveralLines { key: key.to_owned(), line };
    let old_texts = texts(old).ok_or_else(too_long)?;
    if new.is_empty() {
        return Err(too_long());
    }
    let n_least = old_texts.len().min(new.len());
    let n_start = old_texts.iter().zip(new).take_while(|(a, b)| a == b).count();
    let n_end = old_texts.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    // The first item is never put before another: its dash may stand behind one of an outer list.
    let n_end = if n_start == 0 && n_end == n_least { 0 } else { n_end.min(n_least - n_start) };
    let written = list_items::<Yaml>(text, key, old, new)?;
    let old_middle = &old[n_start..old.len() - n_end];
    let new_middle = &written[n_start..written.len() - n_end];

    let mut splices = Splices::new();
    for (node, item) in old_middle.iter().zip(new_middle) {
        refuse(node, key, line)?;
        let before = if node.span.is_empty() { before_first(text, node.span.start) } else { "" };
        splices.push((node.span.clone(), format!("{before}{item}")));
    }
    for node in old_middle.iter().skip(new_middle.len()) {
        refuse(node, key, line)?;
        splices.push((whole_line(text, node).ok_or_else(too_long)?, String::new()));
    }
    let more = new_middle.get(old_middle.len()..).unwrap_or_default();
    if !more.is_empty() {
        let last = old.get((n_start + old_middle.len()).saturating_sub(1)).ok_or_else(too_long)?;
        let start = dash_line(text, last);
        let lines: Vec<String> = more.iter().map(|item| format!("{start}{item}")).collect();
        splices.push(add_line(text, last.span.end, &lines.join(newline(text))));
    }
    Ok(splices)
}

/// The begin of another item's line: the indentation, the dash and the blanks behind as this item has them.
pub(super) fn dash_line(text: &str, item: &Node) -> String {
    let start = line_start(text, item.span.start);
    let before = &text[start..item.span.start];
    let dash = before.rfind('-').unwrap_or(before.len());
    let behind = before.get(dash + 1..).filter(|gap| !gap.is_empty() && gap.trim().is_empty()).unwrap_or(" ");
    format!("{}-{behind}", " ".repeat(dash))
}

/// The line of an item that has it alone; of the last line without a line end, the line end before.
fn whole_line(text: &str, item: &Node) -> Option<Range<usize>> {
    let start = line_start(text, item.span.start);
    let before = text[start..item.span.start].trim();
    let end = next_line(text, item.span.end);
    if before != "-" {
        return None;
    }
    let is_open = end == text.len() && !text.ends_with('\n');
    Some(if is_open { start.checked_sub(newline(text).len())?..end } else { start..end })
}

fn refuse(node: &Node, key: &str, line: usize) -> Result<(), FormatError> {
    if let Some(why) = &node.tied {
        return Err(FormatError::Tied { key: key.to_owned(), line, why: why.clone() });
    }
    match &node.shape {
        Shape::Scalar(scalar) if !scalar.is_long => Ok(()),
        _ => Err(FormatError::SeveralLines { key: key.to_owned(), line }),
    }
}
