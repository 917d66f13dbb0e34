//! The place in a text that is being read: spaces, comments, words, and the faults found so far.

use super::place::Places;
use super::tree::{Comment, Fault};
use super::{MAX_DEPTH, MAX_FAULTS};

/// Reads a text from front to back.
pub(super) struct Cursor<'a> {
    text: &'a str,
    /// The byte that is next.
    pub at: usize,
    /// Closing brackets of those that are open.
    closers: Vec<char>,
    comments: Vec<Comment>,
    faults: Vec<(usize, String)>,
    is_lost: bool,
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str) -> Self {
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { text, at, closers: Vec::new(), comments: Vec::new(), faults: Vec::new(), is_lost: false }
    }

    /// Comments and faults, each in order of the text.
    pub fn into_parts(self) -> (Vec<Comment>, Vec<Fault>) {
        if self.faults.is_empty() {
            return (self.comments, Vec::new());
        }
        let places = Places::of(self.text);
        let mut faults: Vec<Fault> =
            self.faults.into_iter().map(|(offset, text)| Fault { offset, place: places.place(offset), text }).collect();
        faults.sort_by_key(|fault| fault.offset);
        (self.comments, faults)
    }

    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The text that is left.
    pub fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub fn peek(&self) -> Option<char> {
        match self.byte()? {
            byte if byte.is_ascii() => Some(char::from(byte)),
            _ => self.rest().chars().next(),
        }
    }

    /// The next byte; of a character of several, its first.
    pub fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub fn take(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Steps over `what` where it is next.
    pub fn eat(&mut self, what: &str) -> bool {
        let is_next = self.rest().starts_with(what);
        if is_next {
            self.at += what.len();
        }
        is_next
    }

    pub fn fault(&mut self, offset: usize, text: impl Into<String>) {
        if self.is_lost {
            return;
        }
        if self.faults.len() + 1 >= MAX_FAULTS {
            self.is_lost = true;
            self.at = self.text.len();
            self.faults.push((offset, format!("here ends the reading: {MAX_FAULTS} faults are enough")));
        } else {
            self.faults.push((offset, text.into()));
        }
    }

    /// A fault after which nothing can be made out: the rest of the text is not read.
    pub fn lose(&mut self, offset: usize, text: impl Into<String>) {
        self.fault(offset, text);
        self.is_lost = true;
        self.at = self.text.len();
    }

    /// Steps over an opening bracket; whether it may be opened. Where it is one too deep, the rest is not read.
    pub fn enter(&mut self, closer: char) -> bool {
        if self.closers.len() >= MAX_DEPTH {
            self.lose(self.at, format!("nested deeper than {MAX_DEPTH} levels"));
            return false;
        }
        self.at += 1;
        self.closers.push(closer);
        true
    }

    /// The bracket entered last is closed.
    pub fn leave(&mut self) {
        self.closers.pop();
    }

    /// Whether a bracket is open that this one closes.
    pub fn is_open(&self, closer: char) -> bool {
        self.closers.contains(&closer)
    }

    /// Steps over spaces and comments.
    pub fn skip_space(&mut self) {
        while let Some(byte) = self.byte() {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => self.at += 1,
                b'/' => match self.comment() {
                    Some(comment) => self.comments.push(comment),
                    None => return,
                },
                0x80.. => match self.peek() {
                    Some(c) if is_space(c) => self.at += c.len_utf8(),
                    _ => return,
                },
                _ => return,
            }
        }
    }

    fn comment(&mut self) -> Option<Comment> {
        let start = self.at;
        let is_line = self.rest().starts_with("//");
        if !is_line && !self.rest().starts_with("/*") {
            return None;
        }
        match comment_end(self.text, start) {
            Some(end) => self.at = end,
            None => self.lose(start, "this comment is not closed: */ is missing"),
        }
        Some(Comment { span: start..self.at, is_line })
    }

    /// A name, such as a field's; nothing where none is next. `r#` before it is left out.
    pub fn name(&mut self) -> Option<&'a str> {
        let first = self.peek()?;
        if first == 'r' && self.rest().starts_with("r#") && self.rest()[2..].starts_with(is_raw_name_part) {
            self.at += 2;
            return Some(self.take_while(is_raw_name_part));
        }
        (first == '_' || first.is_alphabetic()).then(|| self.take_while(is_name_part))
    }

    pub fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> &'a str {
        let start = self.at;
        while let Some(c) = self.peek() {
            if !is_part(c) {
                break;
            }
            self.at += c.len_utf8();
        }
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Steps to the next byte that is one of two, or to the end.
    pub fn take_until(&mut self, one: u8, other: u8) -> &'a str {
        let start = self.at;
        while self.byte().is_some_and(|byte| byte != one && byte != other) {
            self.at += 1;
        }
        self.text.get(start..self.at).unwrap_or_default()
    }
}

/// Behind the comment that begins at `start`: before the line end, or behind its `*/`. `None` where it is not closed.
pub(super) fn comment_end(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    if bytes.get(start + 1) == Some(&b'/') {
        let end = bytes[start..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |i| start + i);
        return Some(if bytes[..end].ends_with(b"\r") { end - 1 } else { end });
    }
    let (mut at, mut depth) = (start, 0usize);
    loop {
        match (bytes.get(at)?, bytes.get(at + 1)) {
            (b'/', Some(b'*')) => (at, depth) = (at + 2, depth + 1),
            (b'*', Some(b'/')) => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

/// Whether RON takes it for a space.
pub(super) fn is_space(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c' | '\u{85}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}'
    )
}

pub(super) fn is_name_part(c: char) -> bool {
    c == '_' || c.is_ascii_alphanumeric() || (!c.is_ascii() && c.is_alphanumeric())
}

fn is_raw_name_part(c: char) -> bool {
    is_name_part(c) || matches!(c, '.' | '+' | '-')
}
