//! The database: SQLite in a file, with real queries and real locks. Readers go on beside one writer; writers wait for each
//! other, and give up after the statement time-out.

mod fill;
mod pool;
pub mod query;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};

pub use fill::{CATEGORIES, fill};
pub use pool::{NoConnection, Pool};
pub use query::Query;

/// Pages that a connection keeps, KiB: there may be hundreds of connections.
const CACHE_KIB: i64 = 512;
/// Steps of SQLite's machine between two looks at the clock.
const STEPS: i32 = 2_000;

/// Why a query failed.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// It took longer than a statement may.
    #[error("the statement took longer than {} ms", .0.as_millis())]
    TimeOut(Duration),
    /// Another held the lock for longer than a statement may take.
    #[error("the database was locked by another for longer than {} ms", .0.as_millis())]
    Locked(Duration),
    /// What the database said.
    #[error("the database said: {0}")]
    Failed(#[from] rusqlite::Error),
    /// The thread that asked it broke down.
    #[error("the query broke down")]
    Broken,
}

impl QueryError {
    /// Its kind, as `error.type`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::TimeOut(_) => "timeout",
            Self::Locked(_) => "locked",
            Self::Failed(_) | Self::Broken => "failed",
        }
    }

    fn of(error: rusqlite::Error, statement: Duration) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => Self::TimeOut(statement),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked(statement),
            _ => Self::Failed(error),
        }
    }
}

/// Where the database is, and how connections to it are.
#[derive(Debug, Clone)]
pub struct Database {
    path: PathBuf,
    statement: Duration,
    statement_cache: usize,
}

impl Database {
    /// The database in this folder.
    pub fn new(folder: &Path, statement: Duration, statement_cache: usize) -> Self {
        Self { path: folder.join("shop.sqlite"), statement, statement_cache }
    }

    /// Opens a connection; the file is made where there is none.
    ///
    /// # Errors
    /// What the database said.
    pub fn open(&self) -> Result<Connection, rusqlite::Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(self.statement)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        connection.set_prepared_statement_cache_capacity(self.statement_cache);
        Ok(connection)
    }

    /// Runs work on a connection; a statement that takes too long is ended.
    ///
    /// # Errors
    /// [`QueryError`].
    pub fn run<T>(
        &self,
        connection: &mut Connection,
        work: impl FnOnce(&mut Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, QueryError> {
        let deadline = Instant::now() + self.statement;
        connection.progress_handler(STEPS, Some(move || Instant::now() > deadline))?;
        work(connection).map_err(|e| QueryError::of(e, self.statement))
    }
}
