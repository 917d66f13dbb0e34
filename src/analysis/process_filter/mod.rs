//! The language that picks processes: `name:post cpu>5 -user:root`, plain words, `or`, `not`, parentheses, quotes.
//!
//! What was typed becomes tokens (`token`), tokens become a meaning (`expr`), and every fault of a text is told
//! at once (`parse`). Pure: it sees rows and texts, never a screen. Its invariant: printing a filter and reading
//! it again gives the same filter, and no text whatever makes it panic.

mod amount;
mod expr;
mod parse;
mod token;

#[cfg(test)]
mod tests;

use std::fmt;

use crate::model::ProcessRow;

pub use amount::{Amount, Scale};
pub use expr::{Comparison, Expr, NumberField, Term, TextField};
pub use token::{Part, PartKind};

/// Parentheses and `not`s that may stand inside each other.
pub const MAX_DEPTH: usize = 64;

/// A filter that was understood. The empty one lets every process through.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProcessFilter {
    expr: Option<Expr>,
}

/// Something in a filter that was not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Fault {
    /// First character of the part that is wrong, counted from 0.
    pub start: usize,
    /// First character after it.
    pub end: usize,
    /// What is wrong and what to do about it.
    pub text: String,
}

impl ProcessFilter {
    /// Reads a filter.
    ///
    /// # Errors
    /// Every fault of the text, in the order of their places.
    pub fn parse(text: &str) -> Result<Self, Vec<Fault>> {
        parse::parse(text).map(|expr| Self { expr })
    }

    /// The filter for processes whose name contains `name`.
    pub fn by_name(name: &str) -> Self {
        Self { expr: Some(Expr::Term(Term::text(TextField::Name, false, name))) }
    }

    /// Whether a process gets through.
    pub fn matches(&self, row: &ProcessRow) -> bool {
        self.expr.as_ref().is_none_or(|expr| expr.matches(row))
    }

    /// Whether every process gets through.
    pub fn is_empty(&self) -> bool {
        self.expr.is_none()
    }
}

impl fmt::Display for ProcessFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr.as_ref().map_or(Ok(()), |expr| expr.fmt(f))
    }
}

/// The parts of a text for colouring it while it is typed; they do not overlap and stand in order.
pub fn parts(text: &str) -> Vec<Part> {
    token::parts(text)
}
