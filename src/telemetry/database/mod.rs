//! Databases, asked themselves: PostgreSQL by SQL, Redis by INFO. They are only ever read.
//!
//! An asker keeps one connection and looks when it is told to; what came of a look goes into the book, which makes states
//! and series of it. What a server refuses or lacks is a value with its reason; only what ends the connection ends a look.

mod ask;
mod book;
mod postgres;
mod redis;
mod series;
mod wire;

use std::time::Duration;

pub(crate) use self::ask::Asker;
pub use self::book::DatabaseBook;
use crate::model::Timestamp;
use crate::model::database::{DatabaseKind, DatabaseTarget, DatabaseView, Missing};

/// Sends one statement that only reads, so that what it reads is in memory. `time` is what the server may take over it.
///
/// # Errors
/// Why not, in words.
pub async fn warm(target: &DatabaseTarget, statement: &str, time: Duration) -> Result<(), String> {
    match target.kind {
        DatabaseKind::Postgres => postgres::warm_up::warm(target, statement, time).await,
        DatabaseKind::Redis => Err("Redis takes no SQL".into()),
    }
}

/// What came of one look.
#[derive(Debug, Clone, PartialEq)]
pub struct Looked {
    /// When it was done.
    pub at: Timestamp,
    /// Time it took.
    pub took: Duration,
    /// What it told; or why it told nothing, and what to do.
    pub found: Result<DatabaseView, Missing>,
}
