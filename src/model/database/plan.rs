//! Plans of statements: what EXPLAIN says of one that the server knows. It is never run for that.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::told::Missing;
use crate::model::time::Timestamp;

/// Lines of a plan at most.
pub const MAX_PLAN_LINES: usize = 500;

/// A statement that the server itself told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum StatementId {
    /// One of `pg_stat_statements`, by its `queryid`.
    Known(i64),
    /// What a session runs now, by its process.
    Running(i32),
}

/// What came of asking for a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PlanOutcome {
    /// The plan's lines, the outermost step first.
    Lines(Arc<[Arc<str>]>),
    /// There is none: why, and what to do.
    Missing(Missing),
}

/// The newest plan that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Of which statement.
    pub statement: StatementId,
    /// Its text; empty where it is not known any more.
    pub text: Arc<str>,
    /// What came of it.
    pub outcome: PlanOutcome,
    /// Whether it is a plan for any values, as the statement is known without them.
    pub is_generic: bool,
    /// When.
    pub at: Timestamp,
}
