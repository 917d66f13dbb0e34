//! A PostgreSQL server, asked by SQL: one connection that is kept, read-only, with small time-outs of the server's own.
//!
//! Cheap questions are asked at each look, dear ones (tables, indexes, sizes) about once a minute. A question that the
//! server refuses or cuts short leaves its reason in its part, and the rest goes on.

mod connection;
mod explain;
mod locks;
mod recent;
mod relations;
mod sessions;
mod sql;
mod statements;
#[cfg(test)]
mod tests;
mod totals;
pub(super) mod warm_up;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_postgres::{Error, Row, Statement};

use self::connection::Line;
use self::statements::StatementBook;
use self::totals::TrafficBefore;
use super::wire::Allowance;
use crate::model::Timestamp;
use crate::model::database::{
    DatabaseTarget, Indexes, Missing, Plan, PostgresView, Rights, Server, StatementId, Tables, Told,
};
use crate::telemetry::watch::names::Names;

/// Time between two looks at what is dear.
const DEAR_EVERY: Duration = Duration::from_secs(55);
/// Time after which a question that was cut short is asked again.
const PATIENCE: Duration = Duration::from_secs(300);

/// Asks one server about one of its databases.
pub(super) struct PostgresAsker {
    target: DatabaseTarget,
    names: Names,
    left: Allowance,
    line: Option<Session>,
    /// What is kept while connections come and go.
    traffic: Option<TrafficBefore>,
    checkpoints_before: Option<u64>,
    tables_before: relations::TablesBefore,
    statements: StatementBook,
    /// Questions that took too long on an earlier connection.
    resting: Resting,
}

/// Questions that took too long, until when they rest, and what is said meanwhile.
type Resting = BTreeMap<&'static str, (Instant, Missing)>;

/// A connection and what is known on it.
struct Session {
    line: Line,
    prepared: BTreeMap<&'static str, Statement>,
    server: Server,
    rights: Rights,
    settings: sessions::Settings,
    extension: Told<statements::Extension>,
    dear_at: Option<Instant>,
    tables: Told<Arc<Tables>>,
    indexes: Told<Arc<Indexes>>,
    size_bytes: Option<u64>,
    resting: Resting,
}

impl PostgresAsker {
    /// An asker without a connection.
    pub(super) fn new(target: &DatabaseTarget) -> Self {
        Self {
            target: target.clone(),
            names: Names::default(),
            left: Allowance::default(),
            line: None,
            traffic: None,
            checkpoints_before: None,
            tables_before: relations::TablesBefore::default(),
            statements: StatementBook::default(),
            resting: Resting::new(),
        }
    }

    /// Whether a connection came about, whatever became of it since.
    pub(super) fn is_connected(&self) -> bool {
        self.left.is_open()
    }

    /// Gives the connection up.
    pub(super) fn close(&mut self) {
        // Otherwise the next connection would fail by the same questions.
        if let Some(session) = self.line.take() {
            self.resting = session.resting;
        }
    }

    /// Looks once.
    ///
    /// # Errors
    /// There is no connection or it broke: why, and what to do.
    pub(super) async fn look(&mut self) -> Result<Arc<PostgresView>, Missing> {
        self.left.renew();
        // A server may have closed a connection that rested.
        if self.line.as_ref().is_some_and(|session| session.line.is_closed()) {
            self.close();
        }
        if self.line.is_none() {
            self.line = Some(self.connect().await?);
        }
        let Some(session) = &mut self.line else { return Err(Missing::new("there is no connection", "", "")) };
        let is_dear = session.dear_at.is_none_or(|at| at.elapsed() >= DEAR_EVERY);
        if is_dear {
            session.dear_at = Some(Instant::now());
            session.know(&self.target).await?;
        }
        let connections = session.connections().await?;
        let locks = session.locks().await?;
        let (traffic, totals) = session.traffic(&mut self.traffic, is_dear).await?;
        let checkpoints = session.checkpoints(&mut self.checkpoints_before).await?;
        let replication = session.replication().await?;
        let statements = session.statements(&mut self.statements).await?;
        if is_dear {
            session.tables = session.read_tables(&mut self.tables_before, &totals).await?;
            let has_replicas = replication.value().is_some_and(|r| r.is_replica || !r.standbys.is_empty());
            session.indexes = session.read_indexes(&totals, has_replicas).await?;
        }
        Ok(Arc::new(PostgresView {
            server: session.server.clone(),
            rights: session.rights.clone(),
            connections,
            traffic,
            locks,
            statements,
            tables: session.tables.clone(),
            indexes: session.indexes.clone(),
            checkpoints,
            replication,
        }))
    }

    /// Has a statement planned that the server knows.
    ///
    /// # Errors
    /// There is no connection or it broke: why, and what to do.
    pub(super) async fn explain(&mut self, statement: StatementId, at: Timestamp) -> Result<Plan, Missing> {
        self.left.renew();
        if self.line.as_ref().is_none_or(|session| session.line.is_closed()) {
            self.close();
            self.line = Some(self.connect().await?);
        }
        let Some(session) = &mut self.line else { return Err(Missing::new("there is no connection", "", "")) };
        if session.extension == Told::NotYet {
            session.know(&self.target).await?;
        }
        session.explain(statement, at).await
    }

    async fn connect(&mut self) -> Result<Session, Missing> {
        let line = Line::open(&self.target, &mut self.names, &self.left, sql::OPTIONS).await?;
        let mut session = Session {
            line,
            prepared: BTreeMap::new(),
            server: Server::default(),
            rights: Rights::default(),
            settings: sessions::Settings::default(),
            extension: Told::NotYet,
            dear_at: None,
            tables: Told::NotYet,
            indexes: Told::NotYet,
            size_bytes: None,
            resting: Resting::new(),
        };
        session.begin(&self.target).await?;
        session.resting = std::mem::take(&mut self.resting);
        Ok(session)
    }
}

impl Session {
    /// Asks one question. What the server refuses is a value; what ends the connection is an error.
    ///
    /// # Errors
    /// The connection broke: why, and what to do.
    async fn ask<T>(
        &mut self,
        name: &'static str,
        sql: &str,
        read: impl FnOnce(&[Row]) -> Result<T, Error>,
    ) -> Result<Told<T>, Missing> {
        if let Some((until, missing)) = self.resting.get(name) {
            if Instant::now() < *until {
                return Ok(Told::Missing(missing.clone()));
            }
            self.resting.remove(name);
        }
        match self.rows(name, sql).await.and_then(|rows| read(&rows)) {
            Ok(value) => Ok(Told::Value(value)),
            Err(e) if self.line.is_closed() || e.is_closed() => Err(words::broken(&e)),
            Err(e) => {
                let missing = words::refused(&e, &self.server, &self.rights);
                if words::is_late(&e) {
                    self.resting.insert(name, (Instant::now() + PATIENCE, missing.clone()));
                }
                Ok(Told::Missing(missing))
            }
        }
    }

    async fn rows(&mut self, name: &'static str, sql: &str) -> Result<Vec<Row>, Error> {
        let statement = match self.prepared.get(name) {
            Some(statement) => statement.clone(),
            None => {
                let statement = self.line.client().prepare(sql).await?;
                self.prepared.insert(name, statement.clone());
                statement
            }
        };
        self.line.client().query(&statement, &[]).await
    }
}
