//! INFO, read: lines of names and values, of which old servers know fewer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::model::Timestamp;
use crate::model::database::{
    Keyspace, Missing, RedisClients, RedisMemory, RedisReplication, RedisTraffic, RedisView, Told,
};

/// Lines at most.
const MAX_LINES: usize = 5_000;
/// Databases of a server that are listed.
const MAX_KEYSPACES: usize = 64;
/// Look-ups between two looks from which a share of them tells something.
const LEAST_LOOK_UPS: f64 = 20.0;

/// What INFO said.
pub(super) struct Info<'a>(BTreeMap<&'a str, &'a str>);

/// Totals of the look before.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Before {
    uptime: f64,
    commands: f64,
    hits: f64,
    misses: f64,
    evicted: f64,
    expired: f64,
    bytes_in: f64,
    bytes_out: f64,
}

impl<'a> Info<'a> {
    /// Reads it; a line that is none is left out.
    pub(super) fn read(text: &'a str) -> Self {
        let lines = text.lines().take(MAX_LINES).filter(|line| !line.starts_with('#'));
        Self(lines.filter_map(|line| line.split_once(':')).map(|(name, value)| (name.trim(), value.trim())).collect())
    }

    /// A value; empty where it is not told.
    pub(super) fn text(&self, name: &str) -> &'a str {
        self.0.get(name).copied().unwrap_or_default()
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.text(name).parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0)
    }

    fn count(&self, name: &str) -> u64 {
        self.number(name).unwrap_or(0.0) as u64
    }

    /// What the next look is held against.
    pub(super) fn before(&self) -> Before {
        let n = |name| self.number(name).unwrap_or(0.0);
        Before {
            uptime: n("uptime_in_seconds"),
            commands: n("total_commands_processed"),
            hits: n("keyspace_hits"),
            misses: n("keyspace_misses"),
            evicted: n("evicted_keys"),
            expired: n("expired_keys"),
            bytes_in: n("total_net_input_bytes"),
            bytes_out: n("total_net_output_bytes"),
        }
    }

    /// What it tells, with rates since the look before, so many seconds ago.
    pub(super) fn view(&self, at: Timestamp, before: Option<(Before, f64)>) -> RedisView {
        RedisView {
            version: self.text("redis_version").into(),
            started_at: at.minus(Duration::from_secs(self.count("uptime_in_seconds"))),
            clients: self.part("connected_clients", || self.clients()),
            memory: self.part("used_memory", || self.memory()),
            traffic: self.part("total_commands_processed", || self.traffic(before)),
            keyspace: self.keyspaces(),
            replication: self.part("role", || self.replication()),
            slow_log: Told::NotYet,
        }
    }

    fn part<T>(&self, needs: &str, value: impl FnOnce() -> T) -> Told<T> {
        if self.0.contains_key(needs) {
            Told::Value(value())
        } else {
            let why = format!("this version ({}) does not tell {needs}", self.text("redis_version"));
            Missing::new(why, "Its user may be kept from that section, or the server is of an old version", "").into()
        }
    }

    fn clients(&self) -> RedisClients {
        RedisClients {
            connected: self.count("connected_clients").try_into().unwrap_or(u32::MAX),
            blocked: self.count("blocked_clients").try_into().unwrap_or(u32::MAX),
            max: self.number("maxclients").map(|n| n as u32),
        }
    }

    fn memory(&self) -> RedisMemory {
        RedisMemory {
            used_bytes: self.count("used_memory"),
            peak_bytes: self.count("used_memory_peak"),
            rss_bytes: self.number("used_memory_rss").map(|n| n as u64),
            max_bytes: self.number("maxmemory").filter(|n| *n > 0.0).map(|n| n as u64),
            policy: self.text("maxmemory_policy").into(),
            fragmentation_ratio: self.number("mem_fragmentation_ratio"),
        }
    }

    fn traffic(&self, before: Option<(Before, f64)>) -> RedisTraffic {
        let now = self.before();
        let share = |hits: f64, misses: f64, least: f64| (hits + misses >= least).then(|| hits / (hits + misses));
        let mut traffic = RedisTraffic {
            total_hit_ratio: share(now.hits, now.misses, 1.0),
            n_evicted: now.evicted as u64,
            n_rejected: self.count("rejected_connections"),
            ..RedisTraffic::default()
        };
        // A server that was started anew, or whose totals were set back, begins anew.
        let Some((was, elapsed)) = before.filter(|(was, elapsed)| {
            *elapsed > 0.0 && now.uptime >= was.uptime && now.commands >= was.commands && now.hits >= was.hits
        }) else {
            return traffic;
        };
        let rate = |now: f64, was: f64| Some((now - was).max(0.0) / elapsed);
        traffic.commands_per_second = rate(now.commands, was.commands);
        traffic.hits_per_second = rate(now.hits, was.hits);
        traffic.misses_per_second = rate(now.misses, was.misses);
        traffic.evicted_per_second = rate(now.evicted, was.evicted);
        traffic.expired_per_second = rate(now.expired, was.expired);
        traffic.in_bytes_per_second = rate(now.bytes_in, was.bytes_in);
        traffic.out_bytes_per_second = rate(now.bytes_out, was.bytes_out);
        traffic.hit_ratio = share(now.hits - was.hits, (now.misses - was.misses).max(0.0), LEAST_LOOK_UPS);
        traffic
    }

    fn keyspaces(&self) -> Arc<[Keyspace]> {
        let is_one = |name: &str| {
            name.strip_prefix("db").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        };
        let of = |value: &str, what: &str| {
            value
                .split(',')
                .filter_map(|part| part.split_once('='))
                .find(|(name, _)| *name == what)
                .and_then(|(_, n)| n.parse().ok())
        };
        let all = self.0.iter().filter(|(name, _)| is_one(name));
        all.map(|(name, value)| Keyspace {
            name: (*name).into(),
            keys: of(value, "keys").unwrap_or(0),
            expires: of(value, "expires").unwrap_or(0),
        })
        .take(MAX_KEYSPACES)
        .collect()
    }

    fn replication(&self) -> RedisReplication {
        let is_replica = self.text("role") == "slave";
        let own = self.number("master_repl_offset");
        let offset = |value: &str| {
            let part = value.split(',').find_map(|part| part.strip_prefix("offset="))?;
            part.parse::<f64>().ok()
        };
        let replicas = self.0.iter().filter(|(name, _)| name.starts_with("slave") && name[5..].parse::<u32>().is_ok());
        let last = replicas.filter_map(|(_, value)| offset(value)).reduce(f64::min);
        RedisReplication {
            is_replica,
            is_linked: is_replica.then(|| self.text("master_link_status") == "up"),
            silent_seconds: self.number("master_last_io_seconds_ago").filter(|_| is_replica),
            n_replicas: self.count("connected_slaves").try_into().unwrap_or(u32::MAX),
            lag_bytes: own.zip(last).map(|(own, last)| (own - last).max(0.0) as u64),
        }
    }
}
