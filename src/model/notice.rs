//! Notices: what the program has to tell a person.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// A notice's number; grows, never reused while the program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NoticeId(pub u64);

/// How much a notice matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Something asked for was done.
    Success,
    /// Something needs a look.
    Warning,
    /// Something failed; stays until it is dismissed.
    Error,
}

/// One notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Its number.
    pub id: NoticeId,
    /// When it was raised.
    pub at: Timestamp,
    /// How much it matters.
    pub severity: Severity,
    /// What happened, to what; one sentence without a final period.
    pub text: Arc<str>,
    /// What to do about it, or the cause; may be empty.
    pub detail: Arc<str>,
}
