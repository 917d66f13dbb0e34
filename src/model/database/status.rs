//! A database now.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::plan::Plan;
use super::postgres::PostgresView;
use super::redis::RedisView;
use super::target::DatabaseTarget;
use super::told::Missing;
use crate::model::time::Timestamp;

/// How asking it goes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum DatabaseState {
    /// It was not asked yet, or is switched off.
    #[default]
    Waiting,
    /// It answers.
    Up,
    /// It does not: since when, why, and what to do.
    Down {
        /// Since when.
        since: Timestamp,
        /// Why and what to do.
        fault: Missing,
    },
}

/// What it told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum DatabaseView {
    /// A PostgreSQL server and one database of it.
    Postgres(Arc<PostgresView>),
    /// A Redis server.
    Redis(Arc<RedisView>),
}

/// A database now.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DatabaseStatus {
    /// What it is, without its secret.
    pub target: DatabaseTarget,
    /// Whether it has a secret.
    pub has_secret: bool,
    /// How asking it goes.
    pub state: DatabaseState,
    /// The newest look that was answered.
    pub last_at: Option<Timestamp>,
    /// Time it took.
    pub took: Option<Duration>,
    /// What it told then.
    pub view: Option<DatabaseView>,
    /// The newest plan that was asked for.
    pub plan: Option<Arc<Plan>>,
}

impl DatabaseStatus {
    /// What a PostgreSQL server told.
    pub const fn postgres(&self) -> Option<&Arc<PostgresView>> {
        match &self.view {
            Some(DatabaseView::Postgres(view)) => Some(view),
            _ => None,
        }
    }

    /// What a Redis server told.
    pub const fn redis(&self) -> Option<&Arc<RedisView>> {
        match &self.view {
            Some(DatabaseView::Redis(view)) => Some(view),
            _ => None,
        }
    }
}
