//! One part of what a database tells: its value, or why there is none and what to do.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Why a part is not there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Missing {
    /// Why, a sentence without a final period.
    pub why: Arc<str>,
    /// What brings it, a sentence without a final period; empty where nothing does.
    pub next: Arc<str>,
    /// What is to be run for that, as SQL or a command; empty where nothing is.
    pub sql: Arc<str>,
}

impl Missing {
    /// A reason with its next step.
    pub fn new(why: impl Into<Arc<str>>, next: impl Into<Arc<str>>, sql: impl Into<Arc<str>>) -> Self {
        Self { why: why.into(), next: next.into(), sql: sql.into() }
    }
}

/// A part of what a database tells. Absent is never zero.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub enum Told<T> {
    /// It was not asked for yet.
    #[default]
    NotYet,
    /// What it told when it was last asked.
    Value(T),
    /// It is not to be had: why, and what to do.
    Missing(Missing),
}

impl<T> Told<T> {
    /// The value, where there is one.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::NotYet | Self::Missing(_) => None,
        }
    }

    /// Why there is none, where that is known.
    pub const fn missing(&self) -> Option<&Missing> {
        match self {
            Self::Missing(missing) => Some(missing),
            Self::NotYet | Self::Value(_) => None,
        }
    }
}

impl<T> From<Missing> for Told<T> {
    fn from(missing: Missing) -> Self {
        Self::Missing(missing)
    }
}
