//! From tokens to a meaning. Goes on after a fault, so that all of them are told at once.

use std::ops::Range;

use crate::model::ProcessState;

use super::amount::Amount;
use super::expr::{Comparison, Expr, FIELDS, Field, Term, TextField};
use super::token::{Operator, Token, TokenKind, tokens};
use super::{Fault, MAX_DEPTH};

/// Reads a filter; `None` is the empty one.
pub(super) fn parse(text: &str) -> Result<Option<Expr>, Vec<Fault>> {
    let mut parser = Parser { tokens: tokens(text), at: 0, is_too_deep: false, faults: Vec::new() };
    let mut expr = parser.any(0);
    while let Some(token) = parser.peek() {
        // Only a closing parenthesis ends the outermost list early.
        let span = token.span.clone();
        parser.fault(span, "This parenthesis closes nothing: take it away, or open one before it");
        parser.at += 1;
        if let Some(more) = parser.any(0) {
            expr = Some(more);
        }
    }
    if parser.faults.is_empty() {
        return Ok(expr);
    }
    parser.faults.sort_by_key(|fault| (fault.start, fault.end));
    Err(parser.faults)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    /// Reading was given up because of the depth; nothing after it is judged.
    is_too_deep: bool,
    faults: Vec<Fault>,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn fault(&mut self, span: Range<usize>, text: impl Into<String>) {
        self.faults.push(Fault { start: span.start, end: span.end, text: text.into() });
    }

    /// Alternatives up to a closing parenthesis or the end. `None` where nothing stands there.
    fn any(&mut self, depth: usize) -> Option<Expr> {
        let mut any: Vec<Expr> = Vec::new();
        let mut before: Option<Range<usize>> = None;
        loop {
            let all = self.all(depth);
            let next = self.peek().filter(|token| token.kind == TokenKind::Or).map(|token| token.span.clone());
            if all.is_none()
                && let Some(or) = next.clone().or(before)
            {
                self.fault(or, "“or” stands between two conditions: write one on either side, or put it in quotes");
            }
            match all {
                Some(Expr::Or(inner)) => any.extend(inner),
                Some(expr) => any.push(expr),
                None => {}
            }
            if next.is_none() {
                break;
            }
            before = next;
            self.at += 1;
        }
        joined(any, Expr::Or)
    }

    /// Conditions that must all hold, up to an `or`, a closing parenthesis or the end.
    fn all(&mut self, depth: usize) -> Option<Expr> {
        let mut all = Vec::new();
        while let Some(token) = self.peek() {
            match token.kind {
                TokenKind::Close | TokenKind::Or => break,
                TokenKind::And => self.at += 1,
                _ => match self.one(depth) {
                    Some(Expr::And(inner)) => all.extend(inner),
                    Some(expr) => all.push(expr),
                    None => {}
                },
            }
        }
        joined(all, Expr::And)
    }

    /// One condition, a group or the opposite of one. `None` after a fault.
    fn one(&mut self, depth: usize) -> Option<Expr> {
        let token = self.peek()?.clone();
        self.at += 1;
        match token.kind {
            TokenKind::Not | TokenKind::Open if depth >= MAX_DEPTH => {
                let end = self.tokens.last().map_or(token.span.end, |last| last.span.end);
                self.at = self.tokens.len();
                self.is_too_deep = true;
                let text = format!("Too many parentheses inside each other: {MAX_DEPTH} are the most");
                self.fault(token.span.start..end, text);
                None
            }
            TokenKind::Not => {
                let is_operand =
                    |token: &Token| !matches!(token.kind, TokenKind::And | TokenKind::Or | TokenKind::Close);
                if !self.peek().is_some_and(is_operand) {
                    self.fault(token.span, "“not” stands before what it excludes, such as not user:root");
                    return None;
                }
                self.one(depth + 1).map(|inner| Expr::Not(Box::new(inner)))
            }
            TokenKind::Open => self.group(token.span, depth),
            TokenKind::Word(word) if word.is_empty() => {
                self.fault(token.span, "Nothing stands between these quotes: write a word there, or take them away");
                None
            }
            TokenKind::Word(word) => Some(Expr::Term(Term::Word(word.to_lowercase()))),
            TokenKind::Condition { field, operator, value, operator_span, value_span } => {
                let name = token.span.start..operator_span.start;
                self.condition(token.span, &field, name, operator, &value, value_span).map(Expr::Term)
            }
            TokenKind::LoneMinus => {
                self.fault(token.span, "A minus stands right before what it excludes, such as -user:root");
                None
            }
            TokenKind::Unclosed => {
                self.fault(token.span, "This quote is not closed: put a \" at its end");
                None
            }
            // The callers stop before these.
            TokenKind::Close | TokenKind::And | TokenKind::Or => None,
        }
    }

    fn group(&mut self, open: Range<usize>, depth: usize) -> Option<Expr> {
        let n_faults = self.faults.len();
        let inner = self.any(depth + 1);
        match self.peek().map(|token| token.span.clone()) {
            Some(close) => {
                self.at += 1;
                if inner.is_none() && self.faults.len() == n_faults {
                    let text = "Nothing stands between these parentheses: write a condition there, or take them away";
                    self.fault(open.start..close.end, text);
                }
            }
            None if !self.is_too_deep => {
                self.fault(open, "This parenthesis is not closed: put a ) at its end");
            }
            None => {}
        }
        inner
    }

    fn condition(
        &mut self,
        whole: Range<usize>,
        field: &str,
        field_span: Range<usize>,
        operator: Operator,
        value: &str,
        value_span: Range<usize>,
    ) -> Option<Term> {
        if field.is_empty() {
            self.fault(whole, "Nothing stands before the comparison: name a field there, such as cpu>5");
            return None;
        }
        let Some(known) = Field::named(field) else {
            let names: Vec<&str> = FIELDS.iter().map(|(name, _)| *name).collect();
            let text = match nearest(field) {
                Some(near) => format!("There is no field “{field}”: did you mean {near}? Quotes make it a plain text"),
                None => format!("There is no field “{field}”: use {}, or put it in quotes", names.join(", ")),
            };
            self.fault(field_span, text);
            return None;
        };
        match known {
            Field::Text(field) => {
                let is_whole = match operator {
                    Operator::Contains => false,
                    Operator::Equal => true,
                    _ => {
                        let word = field.word();
                        self.fault(whole, format!("{word} is a text: write {word}:… (contains) or {word}=… (is)"));
                        return None;
                    }
                };
                if value.is_empty() {
                    let example = match field {
                        TextField::Name => "name:post",
                        TextField::Command => "cmd:--port",
                        TextField::User => "user:root",
                        TextField::State => "state:running",
                    };
                    self.fault(whole, format!("A text is missing right after {}: such as {example}", field.word()));
                    return None;
                }
                if field == TextField::State && !is_a_state(value, is_whole) {
                    let words: Vec<&str> = STATES.iter().map(|state| state.word()).collect();
                    self.fault(value_span, format!("“{value}” is not a state: use one of {}", words.join(", ")));
                    return None;
                }
                Some(Term::text(field, is_whole, value))
            }
            Field::Number(field) => {
                let comparison = match operator {
                    Operator::Contains if field.is_whole() => Comparison::Equal,
                    Operator::Contains => {
                        let text =
                            format!("{} is compared with >, <, >=, <= or =, such as {}", field.word(), field.example());
                        self.fault(whole, text);
                        return None;
                    }
                    Operator::Equal => Comparison::Equal,
                    Operator::Greater => Comparison::Greater,
                    Operator::AtLeast => Comparison::AtLeast,
                    Operator::Less => Comparison::Less,
                    Operator::AtMost => Comparison::AtMost,
                };
                if value.is_empty() {
                    self.fault(whole, format!("A number is missing: such as {}", field.example()));
                    return None;
                }
                match Amount::read(value, field) {
                    Ok(amount) => Some(Term::Number { field, comparison, amount }),
                    Err(text) => {
                        self.fault(value_span, text);
                        None
                    }
                }
            }
        }
    }
}

/// The only one, or all of them joined.
fn joined(mut list: Vec<Expr>, join: fn(Vec<Expr>) -> Expr) -> Option<Expr> {
    if list.len() > 1 { Some(join(list)) } else { list.pop() }
}

const STATES: [ProcessState; 7] = [
    ProcessState::Running,
    ProcessState::Sleeping,
    ProcessState::DiskWait,
    ProcessState::Stopped,
    ProcessState::Zombie,
    ProcessState::Idle,
    ProcessState::Unknown,
];

fn is_a_state(value: &str, is_whole: bool) -> bool {
    let value = value.to_lowercase();
    STATES.iter().any(|state| if is_whole { state.word() == value } else { state.word().contains(&value) })
}

/// The field whose name differs from `typed` by the least, where that is at most two letters.
fn nearest(typed: &str) -> Option<&'static str> {
    let typed = typed.to_lowercase();
    FIELDS.iter().map(|(name, _)| (distance(&typed, name), *name)).filter(|(d, _)| *d <= 2).min().map(|(_, name)| name)
}

/// Levenshtein's distance: letters to insert, take away or replace (Levenshtein 1966).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
