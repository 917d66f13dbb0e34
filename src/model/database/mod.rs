//! The words of databases that are asked themselves: what is set up, what a server tells of itself, plans of statements.
//!
//! Plain data. Whatever a server may refuse or lack stands as [`Told::Missing`], with its reason and the next step, and
//! ends nothing else.

mod plan;
mod postgres;
mod redis;
mod status;
mod target;
mod told;

pub use plan::{MAX_PLAN_LINES, Plan, PlanOutcome, StatementId};
pub use postgres::{
    Blocked, Checkpoints, Connections, Index, Indexes, Locks, PostgresView, Replication, Rights, Server, Session,
    SessionGroup, Slot, Standby, Statement, Statements, Table, Tables, Traffic,
};
pub use redis::{Keyspace, RedisClients, RedisMemory, RedisReplication, RedisTraffic, RedisView, SlowEntry, SlowLog};
pub use status::{DatabaseState, DatabaseStatus, DatabaseView};
pub use target::{DatabaseKind, DatabaseTarget, MAX_DATABASES, TlsMode};
pub use told::{Missing, Told};
