//! What was typed, cut into tokens with their places. Knows no meaning beyond where a word's parts begin.

use std::ops::Range;

use super::expr::Field;

/// A token of a filter.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub kind: TokenKind,
    /// Its place, in characters.
    pub span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    Open,
    Close,
    And,
    Or,
    Not,
    /// A `-` with nothing after it.
    LoneMinus,
    /// A plain word or quoted text.
    Word(String),
    /// A word before an operator and the text after it; the spans are those of the three parts.
    Condition {
        field: String,
        operator: Operator,
        value: String,
        operator_span: Range<usize>,
        value_span: Range<usize>,
    },
    /// Opened with a quote that does not close; the text so far.
    Unclosed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Contains,
    Equal,
    Greater,
    AtLeast,
    Less,
    AtMost,
}

/// A part of a filter's text, for colouring it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// First character, counted from 0.
    pub start: usize,
    /// First character after it.
    pub end: usize,
}

/// What a part of a filter's text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// The name of a field that exists.
    Field,
    /// `:`, `>`, `<=` and the like.
    Operator,
    /// What a field is compared with.
    Value,
    /// `and`, `or`, `not`, `-`, a parenthesis.
    Joint,
    /// Plain words, and what is not understood.
    Word,
}

/// Cuts a text into tokens.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut reader = Reader { chars: text.chars().collect(), at: 0 };
    let mut tokens = Vec::new();
    while let Some(token) = reader.next() {
        tokens.push(token);
    }
    tokens
}

/// The parts of a text, in order.
pub(super) fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut push = |kind, span: &Range<usize>| {
        if !span.is_empty() {
            parts.push(Part { kind, start: span.start, end: span.end });
        }
    };
    for token in tokens(text) {
        match &token.kind {
            TokenKind::Open | TokenKind::Close | TokenKind::And | TokenKind::Or | TokenKind::Not => {
                push(PartKind::Joint, &token.span);
            }
            TokenKind::Condition { field, operator_span, value_span, .. } => {
                let known = Field::named(field).is_some();
                let name = token.span.start..operator_span.start;
                push(if known { PartKind::Field } else { PartKind::Word }, &name);
                push(PartKind::Operator, operator_span);
                push(PartKind::Value, value_span);
            }
            TokenKind::Word(_) | TokenKind::Unclosed | TokenKind::LoneMinus => push(PartKind::Word, &token.span),
        }
    }
    parts
}

struct Reader {
    chars: Vec<char>,
    at: usize,
}

/// What stands between two spaces: its text without quotes, and whether a quote stays open.
struct Piece {
    text: String,
    is_closed: bool,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn skip_spaces(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn next(&mut self) -> Option<Token> {
        self.skip_spaces();
        let start = self.at;
        let first = self.peek()?;
        let single = match first {
            '(' => Some(TokenKind::Open),
            ')' => Some(TokenKind::Close),
            '-' => match self.chars.get(start + 1) {
                None => Some(TokenKind::LoneMinus),
                Some(c) if c.is_whitespace() || *c == ')' => Some(TokenKind::LoneMinus),
                // Two of them begin an argument such as `--port`, which is looked for as it stands.
                Some('-') => None,
                Some(_) => Some(TokenKind::Not),
            },
            _ => None,
        };
        if let Some(kind) = single {
            self.at += 1;
            return Some(Token { kind, span: start..self.at });
        }
        let kind = self.word();
        Some(Token { kind, span: start..self.at })
    }

    /// A word, a quoted text or a condition.
    fn word(&mut self) -> TokenKind {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_alphanumeric() || c == '_') {
            self.at += 1;
        }
        let field: String = self.chars[start..self.at].iter().collect();
        let field_end = self.at;
        if Field::named(&field).is_some() {
            self.skip_spaces();
            // `cpu > 5` is a condition; `name :x` is not, since a colon stands right behind its field.
            if self.at > field_end && !self.peek().is_some_and(|c| "<>=".contains(c)) {
                self.at = field_end;
            }
        }
        let operator_start = self.at;
        // A colon or an equals sign after digits is part of a plain word, such as `12:30`.
        let may_be_field = field.is_empty() || field.chars().all(char::is_alphabetic);
        if let Some(operator) = self.operator().filter(|_| may_be_field) {
            let operator_span = operator_start..self.at;
            if operator != Operator::Contains {
                self.skip_spaces();
            }
            let value_start = self.at;
            let piece = self.piece();
            if !piece.is_closed {
                return TokenKind::Unclosed;
            }
            let value_span = value_start..self.at;
            return TokenKind::Condition { field, operator, value: piece.text, operator_span, value_span };
        }
        self.at = start;
        let is_quoted = self.peek() == Some('"');
        let piece = self.piece();
        if !piece.is_closed {
            return TokenKind::Unclosed;
        }
        match piece.text.to_ascii_lowercase().as_str() {
            "and" if !is_quoted => TokenKind::And,
            "or" if !is_quoted => TokenKind::Or,
            "not" if !is_quoted => TokenKind::Not,
            _ => TokenKind::Word(piece.text),
        }
    }

    fn operator(&mut self) -> Option<Operator> {
        let second = self.chars.get(self.at + 1).copied();
        let (operator, length) = match (self.peek()?, second) {
            (':', _) => (Operator::Contains, 1),
            ('>', Some('=')) => (Operator::AtLeast, 2),
            ('<', Some('=')) => (Operator::AtMost, 2),
            ('=', Some('=')) => (Operator::Equal, 2),
            ('>', _) => (Operator::Greater, 1),
            ('<', _) => (Operator::Less, 1),
            ('=', _) => (Operator::Equal, 1),
            _ => return None,
        };
        self.at += length;
        Some(operator)
    }

    /// Reads up to a space or parenthesis outside quotes.
    fn piece(&mut self) -> Piece {
        let mut text = String::new();
        let mut is_closed = true;
        while let Some(c) = self.peek() {
            if is_closed && (c.is_whitespace() || c == '(' || c == ')') {
                break;
            }
            self.at += 1;
            match c {
                '"' => is_closed = !is_closed,
                '\\' if !is_closed && self.peek().is_some_and(|next| next == '"' || next == '\\') => {
                    text.extend(self.peek());
                    self.at += 1;
                }
                _ => text.push(c),
            }
        }
        Piece { text, is_closed }
    }
}
