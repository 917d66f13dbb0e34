//! What a PostgreSQL server tells of itself and of one of its databases.
//!
//! Rates are over the time since the look before. Totals are since the server's statistics began, which stands beside them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::plan::StatementId;
use super::told::Told;
use crate::model::time::Timestamp;

/// What the server is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Server {
    /// Its version, such as `15.18`.
    pub version: Arc<str>,
    /// The same as a number, such as 150018.
    pub version_number: u32,
    /// When it started.
    pub started_at: Timestamp,
    /// Whether it follows another.
    pub is_replica: bool,
}

/// What the role that asks may see.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Rights {
    /// The role.
    pub role: Arc<str>,
    /// Whether it may do everything, which is more than is needed.
    pub is_superuser: bool,
    /// Whether it sees the statements and states of others: `pg_monitor`, or `pg_read_all_stats`.
    pub sees_others: bool,
    /// Whether it sees every setting: `pg_monitor`, or `pg_read_all_settings`.
    pub sees_settings: bool,
}

/// Sessions of one user and program in one state.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionGroup {
    /// Their user.
    pub user: Arc<str>,
    /// Their program, by `application_name`; may be empty.
    pub application: Arc<str>,
    /// Their state, such as `active` or `idle in transaction`; empty where it may not be seen.
    pub state: Arc<str>,
    /// How many.
    pub n: u32,
}

/// Connections against the limit.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Connections {
    /// `max_connections`.
    pub max: u32,
    /// Those of them that are kept for administrators.
    pub reserved: u32,
    /// Connections of clients, this one included.
    pub used: u32,
    /// By state, the most first; the state is empty where it may not be seen.
    pub by_state: Vec<(Arc<str>, u32)>,
    /// By user, program and state, the most first, at most 50.
    pub groups: Arc<[SessionGroup]>,
    /// Age of the oldest transaction, seconds.
    pub oldest_transaction_seconds: Option<f64>,
    /// Age of the oldest transaction that does nothing, seconds.
    pub oldest_idle_in_transaction_seconds: Option<f64>,
}

impl Connections {
    /// Connections that an ordinary role can still open.
    pub const fn free(&self) -> u32 {
        self.max.saturating_sub(self.reserved).saturating_sub(self.used)
    }

    /// The share of what ordinary roles may open that is open, 0 to 1.
    pub fn used_ratio(&self) -> f64 {
        f64::from(self.used) / f64::from(self.max.saturating_sub(self.reserved).max(1))
    }
}

/// What the database does.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Traffic {
    /// Transactions committed each second; `None` at the first look.
    pub commits_per_second: Option<f64>,
    /// Transactions rolled back each second.
    pub rollbacks_per_second: Option<f64>,
    /// Blocks found in the server's cache, a share of those wanted since the look before; `None` where none was wanted.
    pub hit_ratio: Option<f64>,
    /// The same since the statistics began.
    pub total_hit_ratio: Option<f64>,
    /// Blocks read from outside the cache each second.
    pub blocks_read_per_second: Option<f64>,
    /// Rows written (inserted, updated, deleted) each second.
    pub rows_written_per_second: Option<f64>,
    /// Rows read each second.
    pub rows_read_per_second: Option<f64>,
    /// Bytes written to temporary files each second.
    pub temp_bytes_per_second: Option<f64>,
    /// Deadlocks since the statistics began.
    pub n_deadlocks: u64,
    /// Size of the database, bytes; `None` where it may not be seen.
    pub size_bytes: Option<u64>,
    /// The share of the transaction numbers after which a vacuum is forced, 0 to 1 and above.
    pub freeze_ratio: Option<f64>,
    /// When the statistics began; `None` is when the database was made.
    pub stats_since: Option<Timestamp>,
}

/// A session that waits for a lock or holds up one that does.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// Its process.
    pub pid: i32,
    /// Its user.
    pub user: Arc<str>,
    /// Its program, by `application_name`; may be empty.
    pub application: Arc<str>,
    /// Its state.
    pub state: Arc<str>,
    /// What it runs, or ran last.
    pub statement: Arc<str>,
    /// Time since that began, seconds.
    pub statement_seconds: Option<f64>,
    /// Age of its transaction, seconds.
    pub transaction_seconds: Option<f64>,
}

/// A session in a chain of those that wait.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Blocked {
    /// The session.
    pub session: Session,
    /// How deep it stands below the one that holds everybody up, which is 0.
    pub depth: u32,
    /// Processes it waits for, 0 for a prepared transaction; none of the first of a chain.
    pub waits_for: Vec<i32>,
    /// Time it has waited, seconds; at most that, where the server tells the time of its statement alone.
    pub wait_seconds: Option<f64>,
    /// What it waits for, such as `ShareLock on transactionid` or `RowExclusiveLock on relation orders`; may be empty.
    pub lock: Arc<str>,
    /// Sessions below it that wait because of it.
    pub n_behind: u32,
}

/// Who waits for whom.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Locks {
    /// Chains one after another: who holds others up comes first, and below it who waits for it.
    pub chain: Arc<[Blocked]>,
    /// Sessions that wait for a lock.
    pub n_waiting: u32,
    /// The longest wait, seconds.
    pub longest_seconds: f64,
}

/// A statement, its values left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// Its name for a plan.
    pub id: StatementId,
    /// Its text, at most 4 kB.
    pub text: Arc<str>,
    /// Calls since the statistics began.
    pub calls: u64,
    /// Time in all of them, seconds.
    pub total_seconds: f64,
    /// Mean of a call, seconds.
    pub mean_seconds: f64,
    /// Rows a call gives or changes, in the mean.
    pub rows_per_call: f64,
    /// Its share of the time in all statements of the database since they began, 0 to 1.
    pub total_share: f64,
    /// Calls each second of late; `None` at the first look.
    pub calls_per_second: Option<f64>,
    /// Mean of a call of late, seconds.
    pub recent_mean_seconds: Option<f64>,
    /// Time spent in it, seconds each second of late.
    pub load: Option<f64>,
    /// Its share of the time in all statements of late, 0 to 1; `None` where too little went on to say.
    pub recent_share: Option<f64>,
}

impl Statement {
    /// Its share of the time: of late where enough went on, else since the statistics began.
    pub fn share(&self) -> f64 {
        self.recent_share.unwrap_or(self.total_share)
    }
}

/// The statements that take most time.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Statements {
    /// The first 50, by their time.
    pub rows: Arc<[Statement]>,
    /// Statements that are known.
    pub n: u64,
    /// Span that "of late" means, seconds; 0 at the first look.
    pub recent_seconds: f64,
    /// Time in all statements of the database, seconds each second of late.
    pub load: Option<f64>,
    /// Version of `pg_stat_statements`.
    pub version: Arc<str>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Table {
    /// Schema and name, quoted where SQL needs it.
    pub name: Arc<str>,
    /// Size with what is stored beside it, without its indexes, bytes.
    pub bytes: u64,
    /// Rows, estimated.
    pub live_rows: u64,
    /// Rows that nobody can see any more.
    pub dead_rows: u64,
    /// Times it was read from end to end.
    pub seq_scans: u64,
    /// Rows read by that.
    pub seq_rows: u64,
    /// The same each second of late.
    pub seq_rows_per_second: Option<f64>,
    /// Times an index of it was used; `None` where it has none.
    pub index_scans: Option<u64>,
    /// The newest vacuum.
    pub vacuumed_at: Option<Timestamp>,
    /// The newest look for statistics of the planner.
    pub analyzed_at: Option<Timestamp>,
    /// Whether it reads as one that lacks an index.
    pub lacks_index: bool,
    /// Whether it holds more dead rows than it should.
    pub needs_vacuum: bool,
}

impl Table {
    /// The share of its rows that are dead, 0 to 1.
    pub fn dead_ratio(&self) -> f64 {
        let all = self.live_rows + self.dead_rows;
        if all == 0 { 0.0 } else { self.dead_rows as f64 / all as f64 }
    }
}

/// The tables of the database.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Tables {
    /// At most 100: those with most dead rows and most rows read from end to end.
    pub rows: Arc<[Table]>,
    /// Tables there are.
    pub n: u64,
    /// Rows of all of them, estimated.
    pub live_rows: u64,
    /// Dead rows of all of them.
    pub dead_rows: u64,
    /// When the statistics began.
    pub stats_since: Option<Timestamp>,
}

/// An index.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Index {
    /// Schema and name, quoted where SQL needs it.
    pub name: Arc<str>,
    /// Schema and name of its table, quoted where SQL needs it.
    pub table: Arc<str>,
    /// How it is made, as SQL.
    pub definition: Arc<str>,
    /// Size, bytes.
    pub bytes: u64,
    /// Times it was used.
    pub scans: u64,
    /// Whether it keeps a rule (a key, unlike values) whether or not it is used.
    pub keeps_a_rule: bool,
    /// Whether it can be used: one whose making broke off cannot.
    pub is_valid: bool,
}

impl Index {
    /// Whether nobody used it and nothing needs it.
    pub const fn is_unused(&self) -> bool {
        self.scans == 0 && !self.keeps_a_rule
    }
}

/// The indexes of the database.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Indexes {
    /// At most 200: those that are not used first, then by size.
    pub rows: Arc<[Index]>,
    /// Indexes there are.
    pub n: u64,
    /// When the statistics began.
    pub stats_since: Option<Timestamp>,
    /// Whether replicas may use what is unused here.
    pub has_replicas: bool,
}

/// Checkpoints: when everything in memory was brought to disk.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Checkpoints {
    /// Those that were due by time, since the statistics began.
    pub n_timed: u64,
    /// Those that were asked for, mostly because the log grew too fast.
    pub n_requested: u64,
    /// Time spent writing, seconds.
    pub write_seconds: f64,
    /// Time spent waiting for the disk, seconds.
    pub sync_seconds: f64,
    /// Bytes written by them.
    pub written_bytes: u64,
    /// Checkpoints since the look before.
    pub n_recent: u64,
    /// `checkpoint_timeout`, seconds.
    pub time_out_seconds: u32,
    /// `max_wal_size`, bytes.
    pub max_wal_bytes: u64,
    /// When the statistics began.
    pub stats_since: Option<Timestamp>,
}

impl Checkpoints {
    /// The share that came before their time, 0 to 1; `None` while there are few.
    pub fn requested_ratio(&self) -> Option<f64> {
        let all = self.n_timed + self.n_requested;
        (all >= 10).then(|| self.n_requested as f64 / all as f64)
    }
}

/// A server that follows this one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Standby {
    /// Its name.
    pub name: Arc<str>,
    /// Its address; empty where it is on this machine.
    pub address: Arc<str>,
    /// How it stands, such as `streaming`.
    pub state: Arc<str>,
    /// Whether commits wait for it.
    pub is_sync: bool,
    /// How far it is behind, seconds; `None` where nothing was written of late.
    pub lag_seconds: Option<f64>,
    /// How far it is behind, bytes.
    pub lag_bytes: Option<u64>,
}

/// A replication slot.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Slot {
    /// Its name.
    pub name: Arc<str>,
    /// Whether anybody reads from it.
    pub is_active: bool,
    /// Log that is kept for it, bytes.
    pub kept_bytes: Option<u64>,
}

/// How servers follow each other.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Replication {
    /// Whether this one follows another.
    pub is_replica: bool,
    /// How far it is behind, seconds; `None` where it follows nobody.
    pub lag_seconds: Option<f64>,
    /// Whether it receives now; `None` where it follows nobody or that may not be seen.
    pub is_receiving: Option<bool>,
    /// Those that follow this one.
    pub standbys: Arc<[Standby]>,
    /// Slots.
    pub slots: Arc<[Slot]>,
}

/// What a PostgreSQL server tells.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PostgresView {
    /// What it is.
    pub server: Server,
    /// What the role that asks may see.
    pub rights: Rights,
    /// Connections.
    pub connections: Told<Connections>,
    /// What the database does.
    pub traffic: Told<Traffic>,
    /// Who waits for whom.
    pub locks: Told<Locks>,
    /// Statements.
    pub statements: Told<Arc<Statements>>,
    /// Tables.
    pub tables: Told<Arc<Tables>>,
    /// Indexes.
    pub indexes: Told<Arc<Indexes>>,
    /// Checkpoints.
    pub checkpoints: Told<Checkpoints>,
    /// Replication.
    pub replication: Told<Replication>,
}
