//! Edits of a RON text that keep all else: values replaced, members put in and taken out.
//!
//! Indentation, line ends and trailing commas follow the file. A line comment is never moved before something it would
//! swallow, and a comment on a line of its own always stays.

use std::fmt::Write as _;
use std::ops::Range;

use super::cursor::comment_end;
use super::tree::{Group, Member, Node};

/// A part of a text that is replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which bytes.
    pub span: Range<usize>,
    /// By what.
    pub text: String,
}

impl Change {
    fn new(span: Range<usize>, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }
}

/// Puts another text in a value's place.
pub fn replace(node: &Node, with: impl Into<String>) -> Vec<Change> {
    vec![Change::new(node.span.clone(), with)]
}

/// Puts a member (`key: value`, without comma) after the last of a group, with the file's own indentation and commas.
/// Further lines of the member are indented as its first is.
pub fn append(text: &str, group: &Group, member: &str) -> Vec<Change> {
    insert_after(text, group, group.members.len().checked_sub(1), member)
}

/// Puts a member after the one at `index`; `None` is for a group without members.
pub fn insert_after(text: &str, group: &Group, index: Option<usize>, member: &str) -> Vec<Change> {
    let Some((index, before)) = index.and_then(|i| Some((i, group.members.get(i)?))) else {
        return fill(text, group, member);
    };
    let is_last = index + 1 == group.members.len();
    let end = before.value.span.end;
    let comma = if is_last && before.comma.is_none() { "" } else { "," };
    let Some(indent) = own_line(text, before) else {
        let member = indented(member, newline(text), indent_of_line(text, before.start()));
        return match before.comma {
            Some(at) => vec![Change::new(at + 1..at + 1, format!(" {member},"))],
            None => vec![Change::new(end..end, format!(", {member}"))],
        };
    };
    let mut changes = Vec::new();
    if before.comma.is_none() {
        changes.push(Change::new(end..end, ","));
    }
    let behind = before.end();
    let at = line_end(text, behind).unwrap_or(behind);
    let member = indented(member, newline(text), indent);
    changes.push(Change::new(at..at, format!("{}{indent}{member}{comma}", newline(text))));
    changes
}

/// Puts the first member into a group.
fn fill(text: &str, group: &Group, member: &str) -> Vec<Change> {
    let Some(inside) = text.get(group.open + 1..group.close) else { return Vec::new() };
    let newline = newline(text);
    let line = line_start(text, group.close);
    if inside.contains('\n') && text[line..group.close].trim().is_empty() {
        let indent = format!("{}{}", &text[line..group.close], unit(text));
        let member = indented(member, newline, &indent);
        return vec![Change::new(line..line, format!("{indent}{member},{newline}"))];
    }
    let outer = indent_of_line(text, group.open);
    let member = indented(member, newline, &format!("{outer}{}", unit(text)));
    let start = group.open + 1 + inside.trim_end_matches([' ', '\t']).len();
    let with = format!("{newline}{outer}{}{member},{newline}{outer}", unit(text));
    vec![Change::new(start..group.close, with)]
}

/// Takes a member out, with its comma and the comment that stands behind it on its line. Comments above it stay.
pub fn remove(text: &str, group: &Group, index: usize) -> Vec<Change> {
    let Some(member) = group.members.get(index) else { return Vec::new() };
    let is_last = index + 1 == group.members.len();
    let mut changes = Vec::new();
    // What stood before the last one is the last then, and has no comma where that had none.
    if is_last && member.comma.is_none() {
        let before = index.checked_sub(1).and_then(|i| group.members[i].comma);
        changes.extend(before.map(|at| Change::new(at..at + 1, "")));
    }
    let start = member.start();
    let end = member.end();
    let gone = match (own_line(text, member), line_end(text, end)) {
        (Some(indent), Some(line_end)) => start - indent.len()..behind_newline(text, line_end),
        (indent, _) if is_last => {
            let is_inline = indent.is_none();
            let kept = text[..start].trim_end_matches([' ', '\t']).len();
            if is_inline { kept.max(group.open + 1)..end } else { start..end }
        }
        _ => start..end + spaces(&text[end..]),
    };
    changes.push(Change::new(gone, ""));
    changes
}

/// The text with changes made; their order does not matter, and of two that overlap the later one is left out.
pub fn apply(text: &str, mut changes: Vec<Change>) -> String {
    changes.sort_by_key(|change| change.span.start);
    let mut out = String::with_capacity(text.len() + changes.iter().map(|c| c.text.len()).sum::<usize>());
    let mut at = 0;
    for change in changes {
        if let Some(kept) = text.get(at..change.span.start) {
            out.push_str(kept);
            out.push_str(&change.text);
            at = change.span.end;
        }
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// A text as a RON string, quoted.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A member's lines, those after the first indented by this too.
fn indented(member: &str, newline: &str, indent: &str) -> String {
    member.lines().collect::<Vec<_>>().join(&format!("{newline}{indent}"))
}

/// The indentation of a member that begins its line; `None` where something stands before it.
fn own_line<'a>(text: &'a str, member: &Member) -> Option<&'a str> {
    let start = member.start();
    let indent = &text[line_start(text, start)..start];
    indent.chars().all(|c| c == ' ' || c == '\t').then_some(indent)
}

/// The end of the line, where nothing but spaces and comments stands before it; not behind its line end.
fn line_end(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += spaces(&text[at..]);
        let rest = &text[at..];
        if rest.is_empty() || rest.starts_with('\n') || rest.starts_with("\r\n") {
            return Some(at);
        }
        if !rest.starts_with("//") && !rest.starts_with("/*") {
            return None;
        }
        let end = comment_end(text, at)?;
        if text[at..end].contains('\n') {
            return None;
        }
        at = end;
    }
}

fn behind_newline(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |i| at + i + 1)
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |i| i + 1)
}

fn spaces(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}

fn indent_of_line(text: &str, at: usize) -> &str {
    let line = &text[line_start(text, at)..];
    &line[..spaces(line)]
}

/// One step of indentation: that of the first indented line, or four spaces.
fn unit(text: &str) -> &str {
    let is_line = |line: &&str| spaces(line) > 0 && !line.trim().is_empty() && !line.trim_start().starts_with('*');
    text.lines().find(is_line).map_or("    ", |line| &line[..spaces(line)])
}

/// The file's line end.
fn newline(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}
