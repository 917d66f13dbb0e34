//! Health checks: what each asks, and how what it said becomes healthy, unhealthy, outages and uptime.

pub(crate) mod ask;
mod book;
mod command;
mod course;
mod hours;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

pub use self::book::{CheckBook, CheckChange, KeptChecks, What};
pub use self::course::Kept;
use crate::model::Timestamp;

/// What came of running a check once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// When it was done.
    pub at: Timestamp,
    /// Time it took.
    pub took: Duration,
    /// What was wrong, in words; `None` where all was well.
    pub fault: Option<Arc<str>>,
}
