//! Formats that are trees (TOML, YAML, JSON, RON): what they have in common.
//!
//! A format reads its text to a `Node` with the span of each value, and says how a value is written and where a missing
//! one goes; keys, lists, lookups and replacements are done here once.

use std::collections::HashMap;
use std::ops::Range;

use super::text::{Lines, Splices, splice};
use super::{FormatError, FoundKey, Written, key};

/// A value in a text.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// Where it stands, quotes and brackets included; empty where there is nothing.
    pub span: Range<usize>,
    /// What it is.
    pub shape: Shape,
    /// Why it is not changed, where it is tied to something else.
    pub tied: Option<String>,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    /// One value.
    Scalar(Scalar),
    /// A list.
    List(Vec<Node>, Layout),
    /// Names with values.
    Table(Vec<Member>, Layout),
    /// No value of its own: an empty file, an alias of a table.
    Nothing,
}

/// How a list or table is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Between brackets.
    Brackets,
    /// By lines of its own.
    Block,
    /// A list, in brackets or not, of `NAME=value` texts that stand for a table.
    Pairs,
}

/// One value.
#[derive(Debug, Clone)]
pub(super) struct Scalar {
    /// As what it reads.
    pub value: Written,
    /// Its text without quotes.
    pub text: String,
    /// The quotes around it.
    pub quote: Option<char>,
    /// Whether it stands over several lines.
    pub is_long: bool,
    /// Whether it stands between brackets.
    pub in_brackets: bool,
}

/// A name with its value.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// The name.
    pub name: String,
    /// Where the name stands.
    pub name_span: Range<usize>,
    /// The value.
    pub node: Node,
}

/// What a tree format knows of its own.
pub(super) trait Grammar {
    /// Reads a text.
    fn read(text: &str) -> Result<Node, FormatError>;
    /// What takes the place of this value.
    fn replace(text: &str, node: &Node, key: &str, value: &Written) -> Result<Splices, FormatError>;
    /// What a missing value adds: `names` are those from `parent` on that are not there yet, at least one.
    fn insert(text: &str, at: &Missing<'_>, key: &str, value: &Written) -> Result<Splices, FormatError>;
}

/// Where a missing value belongs.
pub(super) struct Missing<'a> {
    /// The whole tree.
    pub root: &'a Node,
    /// The innermost table that is there, or what can become one.
    pub parent: &'a Node,
    /// Names down to the parent.
    pub above: &'a [String],
    /// Names from the parent on, at least one.
    pub names: &'a [String],
}

/// Inline tables with more scalars than this are no key of their own; each of theirs still is.
const MAX_TABLE_SCALARS: usize = 64;

/// All keys of a text.
pub(super) fn scan<G: Grammar>(text: &str) -> Result<Vec<FoundKey>, FormatError> {
    let root = G::read(text)?;
    let mut walk = Walk { lines: Lines::new(text), text, found: Vec::new() };
    walk.node("", &root, root.span.start)?;
    // A table may be written in several places.
    walk.found.sort_by_key(|found| found.line);
    Ok(walk.found)
}

/// The text with these values; the keys are in their canonical form and none stands twice.
pub(super) fn set<G: Grammar>(text: &str, edits: &[(String, Written)]) -> Result<String, FormatError> {
    let root = G::read(text)?;
    let lines = Lines::new(text);
    let mut splices = Splices::new();
    let mut missing = Vec::new();
    for (key, value) in edits {
        let names = key::split(key)?;
        match find(&root, &names, &lines)? {
            Place::Value(node) => splices.extend(G::replace(text, node, key, value)?),
            Place::Pair(node, name) => {
                let pair = Written::Text(format!("{name}={}", pair_text(key, value, &lines, node)?));
                splices.extend(G::replace(text, node, key, &pair)?);
            }
            Place::Missing(..) => missing.push((key, names, value)),
        }
    }
    let overlap = |key: &String| FormatError::NotReadBack { key: key.clone() };
    let first = edits.first().map(|(key, _)| key.clone()).unwrap_or_default();
    let mut new = splice(text, splices).ok_or_else(|| overlap(&first))?;
    // One by one, since each may make the table the next one goes to.
    for (key, names, value) in missing {
        let root = G::read(&new)?;
        let lines = Lines::new(&new);
        if let Place::Missing(parent, depth) = find(&root, &names, &lines)? {
            let (above, names) = names.split_at(depth);
            let at = Missing { root: &root, parent, above, names };
            let splices = G::insert(&new, &at, key, value)?;
            new = splice(&new, splices).ok_or_else(|| overlap(key))?;
        }
    }
    Ok(new)
}

/// What stands at a key.
enum Place<'a> {
    Value(&'a Node),
    /// An item of a list of pairs, with its name.
    Pair(&'a Node, String),
    /// Not there: the innermost that is, and how many names lead to it.
    Missing(&'a Node, usize),
}

fn find<'a>(root: &'a Node, names: &[String], lines: &Lines<'_>) -> Result<Place<'a>, FormatError> {
    let mut node = root;
    for (depth, name) in names.iter().enumerate() {
        let key = || key::join(&names[..depth]);
        let line = lines.line(node.span.start);
        let other = |is, wanted| Err(FormatError::OtherShape { key: key(), line, is, wanted });
        match &node.shape {
            Shape::Table(members, _) => match members.iter().find(|m| m.name == *name) {
                Some(member) => node = &member.node,
                None => return Ok(Place::Missing(node, depth)),
            },
            Shape::List(items, Layout::Pairs) => {
                let item = items.iter().find(|item| pair(item).is_some_and(|(n, _)| n == name));
                return match item {
                    _ if depth + 1 < names.len() => other("a list of names and values", "a table"),
                    Some(item) => Ok(Place::Pair(item, name.clone())),
                    None => Ok(Place::Missing(node, depth)),
                };
            }
            Shape::List(items, _) => match name.parse::<usize>().map(|place| items.get(place)) {
                Ok(Some(item)) => node = item,
                Ok(None) => return Err(FormatError::NoPlace { key: key(), line, n_places: items.len() }),
                Err(_) => return other("a list", "a table"),
            },
            Shape::Nothing | Shape::Scalar(Scalar { value: Written::Null, .. }) => match &node.tied {
                Some(why) => return Err(FormatError::Tied { key: key(), line, why: why.clone() }),
                None => return Ok(Place::Missing(node, depth)),
            },
            Shape::Scalar(_) => return other("a single value", "a table"),
        }
    }
    Ok(Place::Value(node))
}

/// The name and value of an item of a list of pairs; the value is missing where the item is a name alone.
pub(super) fn pair(item: &Node) -> Option<(&str, Option<&str>)> {
    let Shape::Scalar(Scalar { text, .. }) = &item.shape else { return None };
    let (name, value) = text.split_once('=').map_or((text.as_str(), None), |(name, value)| (name, Some(value)));
    is_variable(name).then_some((name, value))
}

/// Whether this can be the name of an environment variable.
pub(super) fn is_variable(name: &str) -> bool {
    let rest = name.strip_prefix(|c: char| c.is_ascii_alphabetic() || c == '_');
    rest.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')))
}

/// A value's text in a list of pairs.
fn pair_text(key: &str, value: &Written, lines: &Lines<'_>, node: &Node) -> Result<String, FormatError> {
    let line = lines.line(node.span.start);
    let is = "an item of a list of texts";
    value.scalar_text().ok_or(FormatError::OtherShape { key: key.to_owned(), line, is, wanted: "a list or a table" })
}

struct Walk<'a> {
    lines: Lines<'a>,
    text: &'a str,
    found: Vec<FoundKey>,
}

impl Walk<'_> {
    /// Adds the keys from this node on; `at` is where its name stands, or itself.
    fn node(&mut self, key: &str, node: &Node, at: usize) -> Result<(), FormatError> {
        let line = self.lines.line(at);
        match &node.shape {
            Shape::Nothing => {}
            Shape::Scalar(scalar) => self.push(key, scalar.value.clone(), scalar.text.clone(), line),
            Shape::Table(members, layout) => {
                if *layout == Layout::Brackets {
                    self.table(key, node, line);
                }
                let mut lines: HashMap<&str, usize> = HashMap::new();
                for member in members {
                    let mut inner = key.to_owned();
                    key::push(&mut inner, &member.name);
                    let second = self.lines.line(member.name_span.start);
                    // A mapping may take over several others.
                    let is_merge = member.name == "<<" && matches!(member.node.shape, Shape::Nothing);
                    if let Some(first) = lines.insert(&member.name, second).filter(|_| !is_merge) {
                        return Err(FormatError::KeyTwice { key: inner, first, second });
                    }
                    self.node(&inner, &member.node, member.name_span.start)?;
                }
            }
            Shape::List(items, layout) => {
                if let Some(texts) = texts(items) {
                    let text = texts.join(", ");
                    self.push(key, Written::List(texts), text, line);
                    return if *layout == Layout::Pairs { self.pairs(key, items) } else { Ok(()) };
                }
                for (place, item) in items.iter().enumerate() {
                    let mut inner = key.to_owned();
                    key::push(&mut inner, &place.to_string());
                    self.node(&inner, item, item.span.start)?;
                }
            }
        }
        Ok(())
    }

    fn pairs(&mut self, key: &str, items: &[Node]) -> Result<(), FormatError> {
        let mut lines: HashMap<&str, usize> = HashMap::new();
        for item in items {
            let Some((name, value)) = pair(item) else { continue };
            let mut inner = key.to_owned();
            key::push(&mut inner, name);
            let second = self.lines.line(item.span.start);
            if let Some(first) = lines.insert(name, second) {
                return Err(FormatError::KeyTwice { key: inner, first, second });
            }
            let found = value.map_or(Written::Null, |value| Written::Text(value.to_owned()));
            self.push(&inner, found, value.unwrap_or_default().to_owned(), second);
        }
        Ok(())
    }

    fn table(&mut self, key: &str, node: &Node, line: usize) {
        let mut left = MAX_TABLE_SCALARS;
        if let Some(value) = written(node, &mut left) {
            let text = self.text.get(node.span.clone()).unwrap_or_default().to_owned();
            self.push(key, value, text, line);
        }
    }

    /// The root has no key: a file is never one value.
    fn push(&mut self, key: &str, value: Written, text: String, line: usize) {
        if !key.is_empty() {
            self.found.push(FoundKey { key: key.to_owned(), value, text, line });
        }
    }
}

/// The texts of a list's items where all are scalars.
pub(super) fn texts(items: &[Node]) -> Option<Vec<String>> {
    let text = |item: &Node| match &item.shape {
        Shape::Scalar(scalar) => Some(scalar.text.clone()),
        _ => None,
    };
    items.iter().map(text).collect()
}

fn written(node: &Node, left: &mut usize) -> Option<Written> {
    *left = left.checked_sub(1)?;
    match &node.shape {
        Shape::Nothing => None,
        Shape::Scalar(scalar) => Some(scalar.value.clone()),
        Shape::List(items, _) => {
            *left = left.checked_sub(items.len())?;
            texts(items).map(Written::List)
        }
        Shape::Table(members, _) => {
            let members = members.iter().map(|m| written(&m.node, left).map(|value| (m.name.clone(), value)));
            members.collect::<Option<Vec<_>>>().map(Written::Table)
        }
    }
}
