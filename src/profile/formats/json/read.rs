//! Reading JSON with the place of each value.

use crate::profile::formats::brackets::slash_comment;
use crate::profile::formats::text::Lines;
use crate::profile::formats::tree::{Layout, Member, Node, Scalar, Shape};
use crate::profile::formats::{FormatError, Written};

/// Values deeper than this are not read.
const MAX_DEPTH: usize = 64;

/// The tree of a text; an empty text is `Nothing`.
pub(super) fn read(text: &str) -> Result<Node, FormatError> {
    let mut reader = Reader { text, at: 0, lines: Lines::new(text) };
    reader.skip()?;
    if reader.rest().is_empty() {
        return Ok(Node { span: text.len()..text.len(), shape: Shape::Nothing, tied: None });
    }
    let root = reader.value(0)?;
    reader.skip()?;
    if reader.rest().is_empty() { Ok(root) } else { Err(reader.fault("the document ends before this")) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    lines: Lines<'a>,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn fault(&self, why: impl Into<String>) -> FormatError {
        self.lines.fault(self.at, why)
    }

    /// Passes blanks and comments.
    fn skip(&mut self) -> Result<(), FormatError> {
        loop {
            let rest = self.rest();
            let n = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
            let n = if n > 0 { n } else { slash_comment(rest) };
            if n == 0 {
                return Ok(());
            }
            if rest.starts_with("/*") && !(n >= 4 && rest[..n].ends_with("*/")) {
                return Err(self.fault("this comment is not closed"));
            }
            self.at += n;
        }
    }

    fn takes(&mut self, c: char) -> bool {
        let is_there = self.rest().starts_with(c);
        self.at += if is_there { c.len_utf8() } else { 0 };
        is_there
    }

    fn value(&mut self, depth: usize) -> Result<Node, FormatError> {
        let start = self.at;
        if depth > MAX_DEPTH {
            return Err(self.fault(format!("values are read up to {MAX_DEPTH} levels deep")));
        }
        let shape = match self.rest().chars().next() {
            Some('{') => Shape::Table(self.members(depth)?, Layout::Brackets),
            Some('[') => Shape::List(self.items(depth)?, Layout::Brackets),
            Some('"') => {
                let text = self.string()?;
                Shape::Scalar(scalar(Written::Text(text.clone()), text, Some('"')))
            }
            Some(_) => self.word()?,
            None => return Err(self.fault("a value is missing at the end")),
        };
        Ok(Node { span: start..self.at, shape, tied: None })
    }

    fn members(&mut self, depth: usize) -> Result<Vec<Member>, FormatError> {
        let mut members = Vec::new();
        self.takes('{');
        loop {
            self.skip()?;
            if self.takes('}') {
                return Ok(members);
            }
            let start = self.at;
            if !self.rest().starts_with('"') {
                return Err(self.fault("a name in double quotes or `}` should stand here"));
            }
            let name = self.string()?;
            let name_span = start..self.at;
            self.skip()?;
            if !self.takes(':') {
                return Err(self.fault("a colon should stand here"));
            }
            self.skip()?;
            members.push(Member { name, name_span, node: self.value(depth + 1)? });
            self.skip()?;
            if !self.takes(',') && !self.rest().starts_with('}') {
                return Err(self.fault("a comma or `}` should stand here"));
            }
        }
    }

    fn items(&mut self, depth: usize) -> Result<Vec<Node>, FormatError> {
        let mut items = Vec::new();
        self.takes('[');
        loop {
            self.skip()?;
            if self.takes(']') {
                return Ok(items);
            }
            items.push(self.value(depth + 1)?);
            self.skip()?;
            if !self.takes(',') && !self.rest().starts_with(']') {
                return Err(self.fault("a comma or `]` should stand here"));
            }
        }
    }

    fn string(&mut self) -> Result<String, FormatError> {
        let start = self.at;
        let mut text = String::new();
        self.takes('"');
        loop {
            let Some(c) = self.rest().chars().next().filter(|c| !matches!(c, '\n' | '\r')) else {
                return Err(self.lines.fault(start, "this text is not closed in its line"));
            };
            match c {
                '"' => {
                    self.at += 1;
                    return Ok(text);
                }
                '\\' => text.push(self.escape()?),
                _ => {
                    text.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, FormatError> {
        let c = match self.rest().as_bytes().get(1) {
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(c @ (b'"' | b'\\' | b'/')) => char::from(*c),
            Some(b'u') => return self.unicode(),
            _ => return Err(self.fault("JSON has no such escape")),
        };
        self.at += 2;
        Ok(c)
    }

    fn unicode(&mut self) -> Result<char, FormatError> {
        let unit = |text: &str| {
            let hex = text.strip_prefix("\\u").and_then(|rest| rest.get(..4));
            hex.filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
                .and_then(|hex| u16::from_str_radix(hex, 16).ok())
        };
        let Some(first) = unit(self.rest()) else { return Err(self.fault("`\\u` needs four hexadecimal digits")) };
        let second = self.rest().get(6..).and_then(unit);
        let units = [Some(first), second].into_iter().flatten();
        // A pair of surrogates is one character; half a pair is none.
        match char::decode_utf16(units).next() {
            Some(Ok(c)) => {
                self.at += if c.len_utf16() == 2 { 12 } else { 6 };
                Ok(c)
            }
            _ => Err(self.fault("this escape is half of a character")),
        }
    }

    fn word(&mut self) -> Result<Shape, FormatError> {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_')));
        let word = &rest[..end.unwrap_or(rest.len())];
        let value = match word {
            "null" => Written::Null,
            "true" => Written::Bool(true),
            "false" => Written::Bool(false),
            _ => number(word).ok_or_else(|| self.fault("this is no value of JSON; texts stand in double quotes"))?,
        };
        self.at += word.len();
        Ok(Shape::Scalar(scalar(value, word.to_owned(), None)))
    }
}

fn scalar(value: Written, text: String, quote: Option<char>) -> Scalar {
    Scalar { value, text, quote, is_long: false, in_brackets: false }
}

/// A number as RFC 8259 has it.
fn number(word: &str) -> Option<Written> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let unsigned = word.strip_prefix('-').unwrap_or(word);
    let n_whole = digits(unsigned);
    if n_whole == 0 || (n_whole > 1 && unsigned.starts_with('0')) {
        return None;
    }
    let mut rest = &unsigned[n_whole..];
    if rest.is_empty() {
        return word.parse().map(Written::Int).or_else(|_| word.parse().map(Written::Float)).ok();
    }
    if let Some(fraction) = rest.strip_prefix('.') {
        let n = digits(fraction);
        rest = fraction.get(n..).filter(|_| n > 0)?;
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let n = digits(exponent);
        rest = exponent.get(n..).filter(|_| n > 0)?;
    }
    if rest.is_empty() { word.parse().map(Written::Float).ok() } else { None }
}
