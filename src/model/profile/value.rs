//! Parameters' names and values, typed.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A parameter's name: its group, a dot, and a word, such as `database.pool_max`. Compared as text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ParamKey(pub Arc<str>);

impl ParamKey {
    /// A key from its text.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ParamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A value, in the base unit of its kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ParamValue {
    /// On or off.
    Switch(bool),
    /// A whole number, such as connections.
    Count(i64),
    /// A number, such as a factor.
    Number(f64),
    /// A time, to the millisecond.
    Duration(Duration),
    /// Bytes.
    Size(u64),
    /// Words, or one of a choice.
    Text(Arc<str>),
    /// Several words, in order.
    List(Arc<[Arc<str>]>),
    /// A time to live for each class of keys.
    ByClass(Arc<ClassTable>),
    /// Kept in a file of its own that only its owner reads; the name of that file. Never the secret itself.
    Secret(Arc<str>),
}

/// Times to live by class of keys, the first class that fits a key holding.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ClassTable {
    /// Classes in order, such as `product:*`; the one for all the rest, `*`, stands last and always.
    pub rows: Vec<ClassRow>,
    /// Share of each time by which it is made shorter or longer at random, so that not all ends at once; 0 to 1.
    pub jitter_ratio: f64,
}

/// One class of keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassRow {
    /// Pattern of its keys, with `*` for any text.
    pub class: Arc<str>,
    /// Time to live.
    pub lives: Duration,
    /// For how long after that the old value is still served while a new one is fetched; zero is off.
    pub stale: Duration,
}
