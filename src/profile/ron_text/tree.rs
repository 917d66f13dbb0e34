//! The tree a RON text is read into. Spans are byte ranges of the text.

use std::ops::Range;

use crate::model::profile::Place;

/// Something in the text that is not RON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text} (line {}, column {})", place.line, place.column)]
pub struct Fault {
    /// Which byte it begins at.
    pub offset: usize,
    /// Its line and column.
    pub place: Place,
    /// What is wrong and what to do; a sentence without a final period.
    pub text: String,
}

/// A whole text.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// Its one value.
    pub root: Node,
    /// Its comments, in order.
    pub comments: Vec<Comment>,
}

/// A comment, with its `//` or `/*` and `*/`, without the line end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Where it stands.
    pub span: Range<usize>,
    /// Whether it is a `//` comment, which reaches to the end of its line.
    pub is_line: bool,
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// From its first byte to behind its last.
    pub span: Range<usize>,
    /// What it is.
    pub value: Value,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// A number with a point or an exponent, `inf` or `NaN`.
    Float(f64),
    /// `'a'`.
    Char(char),
    /// A string, raw or not, read.
    Text(String),
    /// A byte string, read.
    Bytes(Vec<u8>),
    /// A name that stands alone, such as a variant: `Linear`.
    Name(String),
    /// `None`.
    None,
    /// `Some(…)`.
    Some(Box<Node>),
    /// Something in brackets.
    Group(Box<Group>),
    /// Something that could not be read; a fault says what.
    Broken,
}

/// What kind of brackets, and what is in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GroupKind {
    /// `(a: 1, b: 2)`, with or without a name before.
    Struct,
    /// `(1, 2)`, with or without a name before; `()` too.
    Tuple,
    /// `{"a": 1}`.
    Map,
    /// `[1, 2]`.
    List,
}

/// Values in brackets.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Which kind.
    pub kind: GroupKind,
    /// The name before the bracket.
    pub name: Option<String>,
    /// Byte of the opening bracket.
    pub open: usize,
    /// Byte of the closing bracket; the text's end where it is missing.
    pub close: usize,
    /// What is in it, in order.
    pub members: Vec<Member>,
}

/// A value of a group, with its key and comma.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// A field's name ([`Value::Name`]) or a map's key (any value).
    pub key: Option<Node>,
    /// The value.
    pub value: Node,
    /// Byte of the comma behind it.
    pub comma: Option<usize>,
}

impl Node {
    /// Its text, where it is a string.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Its group, where it is one.
    pub fn as_group(&self) -> Option<&Group> {
        match &self.value {
            Value::Group(group) => Some(group),
            _ => None,
        }
    }
}

impl Group {
    /// The first member of this name: a field, or a map's key that is this string.
    pub fn get(&self, name: &str) -> Option<&Member> {
        self.position(name).map(|i| &self.members[i])
    }

    /// The place of the first member of this name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.members.iter().position(|member| member.name() == Some(name))
    }
}

impl Member {
    /// Its field's name, or its map's key where that is a string.
    pub fn name(&self) -> Option<&str> {
        match &self.key.as_ref()?.value {
            Value::Name(text) | Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Behind its comma, or its value where it has none.
    pub fn end(&self) -> usize {
        self.comma.map_or(self.value.span.end, |comma| comma + 1)
    }

    /// Where it begins: at its key, or its value where it has none.
    pub fn start(&self) -> usize {
        self.key.as_ref().map_or(self.value.span.start, |key| key.span.start)
    }
}
