//! The bodies of answers about databases.

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::endpoints::when::Moment;

/// All databases.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Databases {
    /// Databases, in the order in which they were set up.
    pub databases: Vec<Database>,
}

/// One database.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Database {
    /// Its name, which is also that of its service.
    pub name: String,
    /// `postgresql` or `redis`.
    pub kind: &'static str,
    /// Host and port.
    pub address: String,
    /// The database of the server; empty for Redis.
    pub database: String,
    /// Whether it answers; `null` where that is not known yet.
    pub is_up: Option<bool>,
    /// Why it does not; empty where it does.
    pub why: String,
    /// What to do about that; may be empty.
    pub next: String,
    /// The newest look that was answered.
    pub last_at: Option<Moment>,
    /// Its version; empty where it is not known.
    pub version: String,
}

/// One database in full.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct DatabaseDetail {
    /// The database.
    pub database: Option<Database>,
    /// Parts that the server does not tell.
    pub missing: Vec<MissingPart>,
    /// Connections against the limit.
    pub connections: Option<DatabaseConnections>,
    /// What it does.
    pub traffic: Option<DatabaseTraffic>,
    /// Sessions that wait for a lock and those that hold them up: each below the one it waits for.
    pub locks: Option<Vec<LockedSession>>,
    /// Statements by the time they take.
    pub statements: Option<Vec<DatabaseStatement>>,
    /// Tables.
    pub tables: Option<Vec<DatabaseTable>>,
    /// Indexes that nobody used, the largest first.
    pub unused_indexes: Option<Vec<DatabaseIndex>>,
    /// How far it is behind the server that it follows, and how far those that follow it are.
    pub lags: Option<Vec<Lag>>,
    /// Memory of Redis, bytes.
    pub memory_bytes: Option<u64>,
    /// Slow commands of Redis, the newest first.
    pub slow_commands: Option<Vec<SlowCommand>>,
}

/// A part that is not there.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MissingPart {
    /// Which, such as `statements`.
    pub part: &'static str,
    /// Why.
    pub why: String,
    /// What brings it; may be empty.
    pub next: String,
    /// What is to be run for that; may be empty.
    pub sql: String,
}

/// Connections against the limit.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DatabaseConnections {
    /// Connections that are open.
    pub used: u32,
    /// Connections that may be; `null` where that is not told.
    pub max: Option<u32>,
    /// Connections that an ordinary role can still open.
    pub free: Option<u32>,
    /// By state.
    pub by_state: Vec<ConnectionState>,
}

/// Connections in one state.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ConnectionState {
    /// The state; empty where it may not be seen.
    pub state: String,
    /// How many.
    pub n: u32,
}

/// What a database does; a rate is `null` before the second look.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DatabaseTraffic {
    /// Transactions committed, or commands run, each second.
    pub per_second: Option<f64>,
    /// Transactions rolled back each second.
    pub rollbacks_per_second: Option<f64>,
    /// What was found in the cache, a share, 0 to 1: of late, or in all where little was wanted of late.
    pub hit_ratio: Option<f64>,
    /// Keys evicted each second.
    pub evicted_per_second: Option<f64>,
    /// Size, bytes.
    pub size_bytes: Option<u64>,
}

/// A session that waits or holds up others.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LockedSession {
    /// Its process.
    pub pid: i32,
    /// How deep it stands below the one that holds everybody up.
    pub depth: u32,
    /// Its user.
    pub user: String,
    /// Its state.
    pub state: String,
    /// What it runs, or ran last, its values left out.
    pub statement: String,
    /// Processes it waits for.
    pub waits_for: Vec<i32>,
    /// Time it has waited; `null` where it does not wait.
    pub wait_seconds: Option<f64>,
    /// Age of its transaction.
    pub transaction_seconds: Option<f64>,
    /// What it waits for.
    pub lock: String,
}

/// A statement.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DatabaseStatement {
    /// Its `queryid`.
    pub id: String,
    /// Its text, values left out.
    pub text: String,
    /// Calls in all.
    pub calls: u64,
    /// Time in all calls.
    pub total_seconds: f64,
    /// Mean of a call.
    pub mean_seconds: f64,
    /// Rows of a call.
    pub rows_per_call: f64,
    /// Its share of the time: of late, or in all where little went on of late.
    pub time_ratio: f64,
    /// Calls each second of late.
    pub calls_per_second: Option<f64>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DatabaseTable {
    /// Schema and name.
    pub name: String,
    /// Size without indexes.
    pub bytes: u64,
    /// Rows, estimated.
    pub live_rows: u64,
    /// Rows that nobody can see any more.
    pub dead_rows: u64,
    /// Times it was read from end to end.
    pub seq_scans: u64,
    /// Rows read by that.
    pub seq_rows: u64,
    /// The newest vacuum.
    pub vacuumed_at: Option<Moment>,
    /// Whether it reads as one that lacks an index.
    pub lacks_index: bool,
    /// Whether it holds more dead rows than it should.
    pub needs_vacuum: bool,
}

/// An index.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DatabaseIndex {
    /// Schema and name.
    pub name: String,
    /// Its table.
    pub table: String,
    /// Size.
    pub bytes: u64,
    /// How it is made.
    pub definition: String,
}

/// How far a server is behind.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Lag {
    /// Which; empty is the database itself.
    pub name: String,
    /// How far.
    pub seconds: Option<f64>,
    /// How far.
    pub bytes: Option<u64>,
}

/// A slow command.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SlowCommand {
    /// When it ran.
    pub at: Moment,
    /// Time it took.
    pub seconds: f64,
    /// The command, its values left out.
    pub command: String,
}
