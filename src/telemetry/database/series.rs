//! What databases told, as series: named as OpenTelemetry's collector names them where it has a name for it.
//!
//! OpenTelemetry Collector, "postgresqlreceiver" and "redisreceiver", metadata. Counters stand as rates.

use std::time::Duration;

use crate::model::database::{
    DatabaseStatus, DatabaseView, PostgresView, RedisView, Replication, Statement, StatementId, Statements, Told,
};
use crate::model::{ProbeId, SeriesDef, SeriesGroup, SeriesKey, Unit};

/// Statements that have series of their own.
const MAX_STATEMENTS: usize = 5;
/// Bytes of a statement in the name of its series.
const MAX_SUMMARY: usize = 60;

/// A value of a look.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figure {
    pub(super) metric: &'static str,
    pub(super) name: &'static str,
    pub(super) unit: Unit,
    /// Attributes beside the service's.
    pub(super) with: Vec<(&'static str, String)>,
    pub(super) value: f64,
}

impl Figure {
    fn new(metric: &'static str, name: &'static str, unit: Unit, value: f64) -> Self {
        Self { metric, name, unit, with: Vec::new(), value }
    }

    fn with(mut self, attribute: &'static str, value: &str) -> Self {
        self.with.push((attribute, value.to_owned()));
        self
    }

    /// The series it is a value of.
    pub(super) fn def(&self, status: &DatabaseStatus) -> SeriesDef {
        let mut attributes = vec![("service.name", &*status.target.name)];
        attributes.extend(self.with.iter().map(|(name, value)| (*name, value.as_str())));
        let mut instance = status.target.name.to_string();
        for (_, value) in &self.with {
            instance.push_str(", ");
            instance.push_str(value);
        }
        SeriesDef {
            key: SeriesKey::new(self.metric, &attributes),
            unit: self.unit,
            group: SeriesGroup::Services,
            name: self.name.into(),
            instance: instance.into(),
            probe: ProbeId("services"),
            cadence: Some(Duration::from_secs(status.target.interval_seconds.into())),
        }
    }
}

/// The values of what a database told last.
pub(super) fn figures(status: &DatabaseStatus) -> Vec<Figure> {
    match &status.view {
        Some(DatabaseView::Postgres(view)) => postgres(view),
        Some(DatabaseView::Redis(view)) => redis(view),
        None => Vec::new(),
    }
}

const CONNECTION: Unit = Unit::Count("connection");

fn postgres(view: &PostgresView) -> Vec<Figure> {
    let mut all = Vec::new();
    if let Told::Value(connections) = &view.connections {
        all.push(Figure::new("postgresql.backends", "Connections", CONNECTION, connections.used.into()));
        all.push(Figure::new("postgresql.connection.max", "Connections allowed", CONNECTION, connections.max.into()));
        all.push(Figure::new("postgresql.connection.free", "Connections free", CONNECTION, connections.free().into()));
        for (state, n) in connections.by_state.iter().filter(|(state, _)| !state.is_empty()) {
            let figure = Figure::new("postgresql.connection.count", "Connections by state", CONNECTION, (*n).into());
            all.push(figure.with("state", state));
        }
        let age = connections.oldest_transaction_seconds.unwrap_or(0.0);
        all.push(Figure::new("postgresql.transaction.age", "Age of the oldest transaction", Unit::Seconds, age));
    }
    if let Told::Value(traffic) = &view.traffic {
        let mut rate = |metric, name, what, value: Option<f64>| {
            all.extend(value.map(|value| Figure::new(metric, name, Unit::PerSecond(what), value)));
        };
        rate("postgresql.commits", "Commits", "transaction", traffic.commits_per_second);
        rate("postgresql.rollbacks", "Rollbacks", "transaction", traffic.rollbacks_per_second);
        rate("postgresql.blks_read", "Blocks read", "block", traffic.blocks_read_per_second);
        rate("postgresql.rows_written", "Rows written", "row", traffic.rows_written_per_second);
        rate("postgresql.rows_read", "Rows read", "row", traffic.rows_read_per_second);
        let mut some = |metric, name, unit, value: Option<f64>| {
            all.extend(value.map(|value| Figure::new(metric, name, unit, value)));
        };
        some("postgresql.cache.hit_ratio", "Cache hits", Unit::Ratio, traffic.hit_ratio);
        some("postgresql.temp.io", "Temporary files", Unit::BytesPerSecond, traffic.temp_bytes_per_second);
        some("postgresql.db_size", "Database size", Unit::Bytes, traffic.size_bytes.map(|bytes| bytes as f64));
    }
    if let Told::Value(locks) = &view.locks {
        let waiting = locks.n_waiting.into();
        all.push(Figure::new(
            "postgresql.lock.waiting",
            "Sessions waiting for a lock",
            Unit::Count("session"),
            waiting,
        ));
        all.push(Figure::new("postgresql.lock.wait_time", "Longest lock wait", Unit::Seconds, locks.longest_seconds));
    }
    if let Told::Value(tables) = &view.tables {
        let mut rows = |state, n: u64| {
            all.push(Figure::new("postgresql.rows", "Rows", Unit::Count("row"), n as f64).with("state", state));
        };
        rows("live", tables.live_rows);
        rows("dead", tables.dead_rows);
    }
    if let Told::Value(checkpoints) = &view.checkpoints {
        let mut count = |kind, n: u64| {
            let figure =
                Figure::new("postgresql.bgwriter.checkpoint.count", "Checkpoints", Unit::Count("checkpoint"), n as f64);
            all.push(figure.with("type", kind));
        };
        count("scheduled", checkpoints.n_timed);
        count("requested", checkpoints.n_requested);
    }
    if let Told::Value(replication) = &view.replication {
        lags(replication, &mut all);
    }
    if let Told::Value(statements) = &view.statements {
        loads(statements, &mut all);
    }
    all
}

fn lags(replication: &Replication, all: &mut Vec<Figure>) {
    let lag = |value| Figure::new("postgresql.wal.lag", "Replication lag", Unit::Seconds, value);
    all.extend(replication.lag_seconds.map(lag));
    for standby in replication.standbys.iter() {
        all.extend(standby.lag_seconds.map(|value| lag(value).with("replication_client", &standby.name)));
        let delay = |bytes: u64| {
            Figure::new("postgresql.replication.data_delay", "Replication delay", Unit::Bytes, bytes as f64)
        };
        all.extend(standby.lag_bytes.map(|bytes| delay(bytes).with("replication_client", &standby.name)));
    }
}

fn loads(statements: &Statements, all: &mut Vec<Figure>) {
    let load = |value| Figure::new("postgresql.query.load", "Time in statements", Unit::Cores, value);
    all.extend(statements.load.map(&load));
    for statement in statements.rows.iter().take(MAX_STATEMENTS) {
        let (Some(value), StatementId::Known(id)) = (statement.load.filter(|load| *load > 0.0), statement.id) else {
            continue;
        };
        all.push(load(value).with("db.query.id", &id.to_string()).with("db.query.summary", &summary(statement)));
    }
}

/// The first words of a statement on one line.
pub(super) fn summary(statement: &Statement) -> String {
    let mut text = statement.text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.len() > MAX_SUMMARY {
        text.truncate(text.floor_char_boundary(MAX_SUMMARY));
        text.push('…');
    }
    text
}

fn redis(view: &RedisView) -> Vec<Figure> {
    let mut all = Vec::new();
    if let Told::Value(clients) = &view.clients {
        all.push(Figure::new("redis.clients.connected", "Connections", CONNECTION, clients.connected.into()));
        all.push(Figure::new("redis.clients.blocked", "Blocked connections", CONNECTION, clients.blocked.into()));
        let max =
            clients.max.map(|max| Figure::new("redis.clients.max", "Connections allowed", CONNECTION, max.into()));
        all.extend(max);
    }
    if let Told::Value(memory) = &view.memory {
        let mut bytes = |metric, name, value: Option<u64>| {
            all.extend(value.map(|value| Figure::new(metric, name, Unit::Bytes, value as f64)));
        };
        bytes("redis.memory.used", "Memory used", Some(memory.used_bytes));
        bytes("redis.memory.rss", "Memory given by the system", memory.rss_bytes);
        bytes("redis.maxmemory", "Memory allowed", memory.max_bytes);
        let ratio = memory
            .fragmentation_ratio
            .map(|ratio| Figure::new("redis.memory.fragmentation_ratio", "Memory fragmentation", Unit::Ratio, ratio));
        all.extend(ratio);
    }
    if let Told::Value(traffic) = &view.traffic {
        let mut some = |metric, name, unit, value: Option<f64>| {
            all.extend(value.map(|value| Figure::new(metric, name, unit, value)));
        };
        some("redis.commands", "Commands", Unit::PerSecond("command"), traffic.commands_per_second);
        some("redis.keyspace.hits", "Look-ups that found a key", Unit::PerSecond("look-up"), traffic.hits_per_second);
        some(
            "redis.keyspace.misses",
            "Look-ups that found none",
            Unit::PerSecond("look-up"),
            traffic.misses_per_second,
        );
        some("redis.cache.hit_ratio", "Cache hits", Unit::Ratio, traffic.hit_ratio);
        some("redis.keys.evicted", "Keys evicted", Unit::PerSecond("key"), traffic.evicted_per_second);
        some("redis.keys.expired", "Keys expired", Unit::PerSecond("key"), traffic.expired_per_second);
        some("redis.net.input", "Bytes received", Unit::BytesPerSecond, traffic.in_bytes_per_second);
        some("redis.net.output", "Bytes sent", Unit::BytesPerSecond, traffic.out_bytes_per_second);
    }
    if let Told::Value(replication) = &view.replication {
        let delay =
            |bytes: u64| Figure::new("redis.replication.data_delay", "Replication delay", Unit::Bytes, bytes as f64);
        all.extend(replication.lag_bytes.map(delay));
    }
    all
}
