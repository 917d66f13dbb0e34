//! One statement of a warm-up: sent over a connection of its own, in a transaction that may only read and is rolled back, so
//! that what it reads lies in the server's memory before the first user asks for it.

use std::time::Duration;

use tokio_postgres::Error;

use super::super::wire::Allowance;
use super::Line;
use crate::model::database::DatabaseTarget;
use crate::telemetry::watch::names::Names;

/// Rows that are fetched at a time; they are thrown away.
const ROWS: i32 = 1_000;

/// Sends a statement and reads all its rows. `time` bounds what the server may take over it; to bound the whole is the
/// caller's part.
///
/// # Errors
/// Why not, in words.
pub(in super::super) async fn warm(target: &DatabaseTarget, statement: &str, time: Duration) -> Result<(), String> {
    let left = Allowance::default();
    let opened = Line::open(target, &mut Names::default(), &left, "").await;
    let mut line = opened.map_err(|missing| missing.why.to_string())?;
    read_through(&mut line, &left, statement, time).await.map_err(|e| why(&e))
}

async fn read_through(line: &mut Line, left: &Allowance, statement: &str, time: Duration) -> Result<(), Error> {
    let transaction = line.client_mut().build_transaction().read_only(true).start().await?;
    let limit = format!("set local statement_timeout = {}", time.as_millis().max(1));
    transaction.batch_execute(&limit).await?;
    // One statement alone can be prepared, whatever its text holds.
    let prepared = transaction.prepare(statement).await?;
    let portal = transaction.bind(&prepared, &[]).await?;
    loop {
        left.renew();
        if transaction.query_portal(&portal, ROWS).await?.len() < ROWS as usize {
            return transaction.rollback().await;
        }
    }
}

fn why(error: &Error) -> String {
    match error.as_db_error() {
        Some(said) => format!("the server refuses: {}", said.message()),
        None => format!("the connection broke: {error}"),
    }
}
