//! Reading values and what stands in brackets. After a fault it goes on at the next comma or closing bracket, so that the
//! faults behind it are found too.

use super::cursor::Cursor;
use super::literal;
use super::tree::{Group, GroupKind, Member, Node, Value};

const NOT_CLOSED: &str = "this string runs over several lines: a quote seems to be missing here or before";
const FIELD: &str = "a field's name is missing here: fields are written name: value, without quotes";

/// The whole text: attributes, then one value.
pub(super) fn document(cursor: &mut Cursor<'_>) -> Option<Node> {
    cursor.skip_space();
    while cursor.rest().starts_with('#') {
        attribute(cursor);
        cursor.skip_space();
    }
    let start = cursor.at;
    if cursor.peek().is_none() {
        cursor.fault(start, "there is nothing here: a value is missing");
        return None;
    }
    let root = value(cursor);
    loop {
        cursor.skip_space();
        let at = cursor.at;
        match cursor.take() {
            None => return Some(root),
            Some(c @ (')' | ']' | '}')) => cursor.fault(at, format!("`{c}` closes nothing here")),
            Some(_) => cursor.lose(at, "the text ought to end here: something stands behind its value"),
        }
    }
}

/// `#![enable(implicit_some)]`.
fn attribute(cursor: &mut Cursor<'_>) {
    let start = cursor.at;
    let mut is_well = true;
    for part in ["#", "!", "[", "enable", "("] {
        cursor.skip_space();
        is_well = is_well && cursor.eat(part);
    }
    while is_well {
        cursor.skip_space();
        is_well = cursor.name().is_some();
        cursor.skip_space();
        if !cursor.eat(",") {
            break;
        }
        cursor.skip_space();
        if cursor.byte() == Some(b')') {
            break;
        }
    }
    for part in [")", "]"] {
        cursor.skip_space();
        is_well = is_well && cursor.eat(part);
    }
    if !is_well {
        cursor.fault(start, "an attribute is written #![enable(implicit_some)]");
        let line = cursor.take_while(|c| c != '\n').len();
        cursor.at += usize::from(line == 0 && cursor.byte().is_some());
    }
}

/// One value, of any kind.
pub(super) fn value(cursor: &mut Cursor<'_>) -> Node {
    let start = cursor.at;
    let value = match cursor.peek() {
        None => broken(cursor, start, "the text ends where a value is missing"),
        Some('(' | '[' | '{') => group(cursor, None),
        Some(',' | ')' | ']' | '}' | ':') => broken(cursor, start, "a value is missing here"),
        Some(c) => match literal::read(cursor, c) {
            Some(value) => value,
            None => match cursor.name() {
                Some(name) => named(cursor, start, name),
                None => broken(cursor, start, format!("`{c}` begins no value")),
            },
        },
    };
    Node { span: start..cursor.at, value }
}

fn broken(cursor: &mut Cursor<'_>, at: usize, text: impl Into<String>) -> Value {
    cursor.fault(at, text);
    Value::Broken
}

/// What a name turned out to be: a variant, a named struct, an option.
fn named(cursor: &mut Cursor<'_>, start: usize, name: &str) -> Value {
    match name {
        "true" => return Value::Bool(true),
        "false" => return Value::Bool(false),
        "None" => return Value::None,
        "inf" => return Value::Float(f64::INFINITY),
        "NaN" => return Value::Float(f64::NAN),
        _ => {}
    }
    if byte_behind_space(cursor.rest()) != Some(b'(') {
        return if name == "Some" {
            broken(cursor, start, "Some needs a value in brackets: Some(1)")
        } else {
            Value::Name(name.to_owned())
        };
    }
    cursor.skip_space();
    match group(cursor, Some(name.to_owned())) {
        Value::Group(mut inner) if name == "Some" => match inner.members.pop() {
            Some(member) if inner.members.is_empty() && member.key.is_none() => Value::Some(Box::new(member.value)),
            _ => broken(cursor, start, "Some holds one value: Some(1)"),
        },
        value => value,
    }
}

/// Brackets and what is in them.
fn group(cursor: &mut Cursor<'_>, name: Option<String>) -> Value {
    let open = cursor.at;
    let (mut kind, closer) = match cursor.peek() {
        Some('[') => (GroupKind::List, ']'),
        Some('{') => (GroupKind::Map, '}'),
        _ => (GroupKind::Tuple, ')'),
    };
    if !cursor.enter(closer) {
        return Value::Broken;
    }
    cursor.skip_space();
    if kind == GroupKind::Tuple && is_field_next(cursor) {
        kind = GroupKind::Struct;
    }
    // Most groups in round brackets are small, and there are many.
    let mut members = Vec::with_capacity(if closer == ')' { 2 } else { 0 });
    let close = loop {
        cursor.skip_space();
        let at = cursor.at;
        match cursor.peek() {
            None => {
                cursor.lose(open, format!("this bracket is not closed: `{closer}` is missing"));
                break at;
            }
            Some(c) if c == closer => {
                cursor.at += 1;
                break at;
            }
            Some(c @ (')' | ']' | '}')) if cursor.is_open(c) => {
                cursor.fault(at, format!("`{closer}` is missing before this"));
                break at;
            }
            Some(c @ (')' | ']' | '}')) => cursor.fault(at, format!("`{c}` closes nothing here")),
            Some(_) => members.push(member(cursor, kind, closer)),
        }
        if cursor.at == at {
            cursor.take();
        }
    };
    cursor.leave();
    Value::Group(Box::new(Group { kind, name, open, close, members }))
}

/// Whether `name:` is next; nothing is read.
fn is_field_next(cursor: &Cursor<'_>) -> bool {
    let mut ahead = Cursor::new(cursor.rest());
    ahead.name().is_some() && byte_behind_space(ahead.rest()) == Some(b':')
}

fn byte_behind_space(rest: &str) -> Option<u8> {
    let mut ahead = Cursor::new(rest);
    ahead.skip_space();
    ahead.byte()
}

fn member(cursor: &mut Cursor<'_>, kind: GroupKind, closer: char) -> Member {
    let key = match kind {
        GroupKind::Struct => Some(field_name(cursor)),
        GroupKind::Map => Some(value(cursor)),
        GroupKind::Tuple | GroupKind::List => None,
    };
    let value = match &key {
        Some(key) => keyed_value(cursor, key),
        None => value(cursor),
    };
    let end = cursor.at;
    let is_broken = |node: &Node| matches!(node.value, Value::Broken);
    if is_broken(&value) || key.as_ref().is_some_and(is_broken) {
        recover(cursor);
    }
    cursor.skip_space();
    while let Some(c @ (')' | ']' | '}')) = cursor.peek().filter(|c| !cursor.is_open(*c)) {
        cursor.fault(cursor.at, format!("`{c}` closes nothing here"));
        cursor.at += 1;
        cursor.skip_space();
    }
    let comma = (cursor.byte() == Some(b',')).then_some(cursor.at);
    match cursor.peek() {
        Some(',') => cursor.at += 1,
        None | Some(')' | ']' | '}') => {}
        Some(':') if kind == GroupKind::Tuple => {
            cursor.fault(value.span.start, FIELD);
            recover(cursor);
            cursor.eat(",");
        }
        Some(_) => {
            if !runs_over_lines(cursor, &value) {
                cursor.fault(end, format!("a comma or `{closer}` is missing here"));
            }
            // What follows on a line of its own is the next member; on this line it is the rest of something odd.
            if !cursor.text().get(end..cursor.at).is_some_and(|space| space.contains('\n')) {
                recover(cursor);
                cursor.eat(",");
            }
        }
    }
    Member { key, value, comma }
}

fn field_name(cursor: &mut Cursor<'_>) -> Node {
    let start = cursor.at;
    let value = match cursor.name() {
        Some(name) => Value::Name(name.to_owned()),
        None => broken(cursor, start, FIELD),
    };
    Node { span: start..cursor.at, value }
}

/// The value behind a key and its colon.
fn keyed_value(cursor: &mut Cursor<'_>, key: &Node) -> Node {
    let end = cursor.at;
    if !matches!(key.value, Value::Broken) {
        cursor.skip_space();
        if cursor.eat(":") {
            cursor.skip_space();
            return value(cursor);
        }
        if !runs_over_lines(cursor, key) {
            cursor.fault(end, "a colon and a value are missing behind this key");
        }
    }
    Node { span: end..end, value: Value::Broken }
}

/// Where a string with line ends in it is followed by what cannot follow, its closing quote is what is missing: all that
/// comes after would be read inside out.
fn runs_over_lines(cursor: &mut Cursor<'_>, node: &Node) -> bool {
    let is_so = matches!(node.value, Value::Text(_))
        && cursor.text().get(node.span.clone()).is_some_and(|written| written.contains('\n'));
    if is_so {
        cursor.lose(node.span.start, NOT_CLOSED);
    }
    is_so
}

/// Steps to the comma or closing bracket that ends the member.
fn recover(cursor: &mut Cursor<'_>) {
    let mut depth = 0usize;
    loop {
        cursor.skip_space();
        match cursor.peek() {
            None => return,
            Some('"') => {
                let start = cursor.at;
                literal::skip_string(cursor);
                if cursor.text().get(start..cursor.at).is_some_and(|written| written.contains('\n')) {
                    cursor.lose(start, NOT_CLOSED);
                }
            }
            Some('(' | '[' | '{') => {
                depth += 1;
                cursor.at += 1;
            }
            Some(')' | ']' | '}' | ',') if depth == 0 => return,
            Some(c) => {
                depth -= usize::from(matches!(c, ')' | ']' | '}'));
                cursor.at += c.len_utf8();
            }
        }
    }
}
