//! What a Redis server tells of itself, mostly by INFO.
//!
//! Rates are over the time since the look before.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::told::Told;
use crate::model::time::Timestamp;

/// Who is connected.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RedisClients {
    /// Connections, this one included.
    pub connected: u32,
    /// Those that wait in a blocking command.
    pub blocked: u32,
    /// `maxclients`; `None` where an old server does not tell it.
    pub max: Option<u32>,
}

/// Memory.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RedisMemory {
    /// Bytes in use.
    pub used_bytes: u64,
    /// The most there were.
    pub peak_bytes: u64,
    /// Bytes the system gave.
    pub rss_bytes: Option<u64>,
    /// `maxmemory`; `None` is without a limit.
    pub max_bytes: Option<u64>,
    /// What goes when it is full, such as `allkeys-lru`; may be empty.
    pub policy: Arc<str>,
    /// Bytes given over bytes in use.
    pub fragmentation_ratio: Option<f64>,
}

/// What it does.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RedisTraffic {
    /// Commands each second; `None` at the first look.
    pub commands_per_second: Option<f64>,
    /// Look-ups that found their key, a share of those since the look before; `None` where there was none.
    pub hit_ratio: Option<f64>,
    /// The same since the server started.
    pub total_hit_ratio: Option<f64>,
    /// Look-ups that found their key, each second.
    pub hits_per_second: Option<f64>,
    /// Look-ups that did not, each second.
    pub misses_per_second: Option<f64>,
    /// Keys that had to go because memory was full, each second.
    pub evicted_per_second: Option<f64>,
    /// Keys whose time was over, each second.
    pub expired_per_second: Option<f64>,
    /// Keys that had to go since the start.
    pub n_evicted: u64,
    /// Connections refused since the start because there were too many.
    pub n_rejected: u64,
    /// Bytes received each second.
    pub in_bytes_per_second: Option<f64>,
    /// Bytes sent each second.
    pub out_bytes_per_second: Option<f64>,
}

/// The keys of one of its databases.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Keyspace {
    /// Its name, such as `db0`.
    pub name: Arc<str>,
    /// Keys.
    pub keys: u64,
    /// Keys that end by themselves.
    pub expires: u64,
}

/// How it follows or is followed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RedisReplication {
    /// Whether it follows another.
    pub is_replica: bool,
    /// Whether the link to that one stands.
    pub is_linked: Option<bool>,
    /// Time since it heard of that one, seconds.
    pub silent_seconds: Option<f64>,
    /// Those that follow it.
    pub n_replicas: u32,
    /// How far the last of them is behind, bytes.
    pub lag_bytes: Option<u64>,
}

/// A slow command.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SlowEntry {
    /// Its number.
    pub id: i64,
    /// When it ran.
    pub at: Timestamp,
    /// Time it took, seconds.
    pub seconds: f64,
    /// The command and the names of what it touched, its values left out.
    pub command: Arc<str>,
    /// Who sent it, address and name; may be empty.
    pub client: Arc<str>,
}

/// The slow log.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SlowLog {
    /// The newest first, at most 32.
    pub rows: Arc<[SlowEntry]>,
    /// From what time on a command is slow, seconds; `None` where that may not be seen.
    pub from_seconds: Option<f64>,
}

/// What a Redis server tells.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RedisView {
    /// Its version.
    pub version: Arc<str>,
    /// When it started.
    pub started_at: Timestamp,
    /// Who is connected.
    pub clients: Told<RedisClients>,
    /// Memory.
    pub memory: Told<RedisMemory>,
    /// What it does.
    pub traffic: Told<RedisTraffic>,
    /// Keys by database.
    pub keyspace: Arc<[Keyspace]>,
    /// How it follows or is followed.
    pub replication: Told<RedisReplication>,
    /// Slow commands.
    pub slow_log: Told<SlowLog>,
}
