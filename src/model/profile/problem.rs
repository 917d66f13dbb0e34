//! What is wrong with a document or a plan, and what would mend it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::value::{ParamKey, ParamValue};

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ProblemKind {
    /// Nothing is applied while it stands.
    Error,
    /// It can be applied, and probably should not.
    Warning,
}

/// A place in a text, both from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

/// A change that would mend a problem, offered as a link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// The link's words: "Use 8 s".
    pub text: Arc<str>,
    /// Of which parameter.
    pub key: ParamKey,
    /// The value it would get; `None` takes its own value away.
    pub value: Option<ParamValue>,
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// How bad.
    pub kind: ProblemKind,
    /// The parameter under which it is shown; `None` is about the whole.
    pub key: Option<ParamKey>,
    /// Where in the document's text, where that is known.
    pub place: Option<Place>,
    /// What is wrong and what to do; a sentence without a final period.
    pub text: Arc<str>,
    /// What would mend it; boxed, since most problems have none and all of them are passed on as errors.
    pub fix: Option<Box<Fix>>,
    /// Where the rule comes from that it breaks, such as a chapter of a documentation; `None` where it is no such rule.
    pub source: Option<Arc<str>>,
}
