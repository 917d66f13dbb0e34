//! Requests wait for a connection while the database has time: raise the pool.

use crate::model::Unit;
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::change::{Bound, adjust};
use crate::suggest::evidence::{Evidence, HOUR, TEN_MINUTES};
use crate::suggest::finding::{Finding, Resource, Verdict, as_share, metric};
use crate::suggest::kind::{Kind, Want};
use crate::suggest::{database, picture, service};

/// Used share of the pool from which requests wait.
const USED: f64 = 0.9;
/// A database whose operations take at most so many times their usual time is not saturated.
const UNHURRIED: f64 = 1.3;
/// Connections PostgreSQL keeps for its administrators: superuser_reserved_connections.
const RESERVED: i64 = 3;

/// The kind.
pub const KIND: Kind = Kind {
    name: "pool_exhausted",
    title: "Pool exhausted, database idle",
    topic: Topic::DatabasePool,
    source: "HikariCP, About Pool Sizing; Little (1961), L = λW: connections = operations a second x their duration",
    wants: &[
        Want::all(service::POOL_COUNT),
        Want::all(service::POOL_MAX),
        Want::all(service::POOL_PENDING),
        Want::all(service::POOL_WAIT),
        Want::all(service::DB_DURATION),
        Want::all(database::FREE),
    ],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let services = service::services(e, service::POOL_COUNT);
    if services.is_empty() {
        return Verdict::NoData(service::missing(service::POOL_COUNT));
    }
    let seen: Vec<(&str, Pool)> = services.into_iter().filter_map(|name| Some((name, Pool::of(e, name)?))).collect();
    if seen.is_empty() {
        return Verdict::NoData(format!("Ten minutes of {} and {} are needed", service::POOL_COUNT, service::POOL_MAX));
    }
    let fullest = seen.iter().map(|(_, pool)| pool.used / pool.max).fold(0.0, f64::max);
    let cards = seen.iter().filter_map(|(name, pool)| card(e, name, pool)).collect();
    Verdict::of(cards, format!("the fullest pool is {} used, or its database is busy", e.percent(fullest)))
}

/// A pool over ten minutes.
struct Pool {
    used: f64,
    max: f64,
    pending: f64,
    wait: f64,
}

impl Pool {
    fn of(e: &Evidence<'_>, name: &str) -> Option<Self> {
        let used = service::gauge(e, service::POOL_COUNT, name, ("db.client.connection.state", "used"), TEN_MINUTES)?;
        let max = service::gauge(e, service::POOL_MAX, name, ("", ""), TEN_MINUTES)
            .or_else(|| e.count("database.pool_max").map(|max| max as f64))?;
        let pending = service::gauge(e, service::POOL_PENDING, name, ("", ""), TEN_MINUTES).unwrap_or(0.0);
        let wait = service::flow(e, service::POOL_WAIT, name, TEN_MINUTES).map_or(0.0, |flow| flow.mean);
        Some(Self { used, max: max.max(1.0), pending, wait })
    }
}

fn card(e: &Evidence<'_>, name: &str, pool: &Pool) -> Option<Finding> {
    let Pool { used, max, pending, wait } = *pool;
    let waits = pending >= 0.5 || wait >= 0.005;
    if used / max < USED || !waits {
        return None;
    }
    let now = service::flow(e, service::DB_DURATION, name, TEN_MINUTES);
    // The least it took in the last hour is what an operation takes on an idle database.
    let usual = now.as_ref().and_then(|flow| flow.track.any_stats(HOUR)).map(|stats| stats.min_mean);
    let stretched = now.as_ref().zip(usual).map(|(now, usual)| now.mean / usual.max(1e-9));
    if stretched.is_some_and(|stretched| stretched > UNHURRIED) {
        return None;
    }
    let free = database::free(e, name);
    // A pool that grows beyond what the server takes gets refusals for waits.
    if free.as_ref().is_some_and(|free| free.n < 1.0) {
        return None;
    }
    let tracks = service::of_service(e, service::POOL_COUNT, name);
    let track = *tracks.iter().find(|track| track.attribute("db.client.connection.state") == "used")?;
    let who = service::name(name);
    let workers = e.count("service.workers").unwrap_or(1).max(1);
    let server = e.count("database.server_max_connections");
    let bound = match (&free, server) {
        (Some(free), _) => {
            let each = (free.n / workers as f64).floor();
            let why = format!("{} has {:.0} connections free", free.database, free.n);
            Bound::new(e.count("database.pool_max").map_or(max, |count| count as f64) + each, why)
        }
        (None, Some(server)) => Bound::new(
            ((server - RESERVED) / workers) as f64,
            format!("{workers} workers share the database's {server} connections"),
        ),
        (None, None) => Bound::new(max * 2.0, "twice the present pool, as the database's own limit is not known"),
    };
    let wanted = ((used + pending) * 1.2).ceil().max(max + 1.0);
    // Reports are of all workers together or of one; the parameter is of one.
    let present = e.count("database.pool_max").map_or(max, |count| count as f64);
    let change =
        adjust(e, "database.pool_max", present * wanted / max, &bound, format!("Raise the pool to {wanted:.0}"));
    let waiting = if wait > 0.0 { format!(", for {} each", e.text(wait, Unit::Seconds)) } else { String::new() };
    let unhurried =
        stretched.map_or_else(String::new, |s| format!("; its operations take {s:.1} times their usual time"));
    let free_words = free.as_ref().map_or_else(String::new, |free| {
        format!(", while the server {} has {:.0} free connections", free.database, free.n)
    });
    Some(Finding {
        seen: format!(
            "{who} used {used:.0} of {max:.0} connections, and {pending:.1} requests waited for one{waiting}{free_words}{unhurried}"
        ),
        why: "Requests queue in the service while the database could serve them".into(),
        change,
        expected: as_share(format!("{who}: waiting for a connection"), -1.0, -0.8, -0.4, true),
        sure: match (stretched, server.is_some() || free.is_some()) {
            (Some(_), true) => Sureness::High,
            (Some(_), false) | (None, true) => Sureness::Medium,
            (None, false) => Sureness::Low,
        },
        sure_why: match (stretched, &free) {
            (Some(_), _) => "The pool is full, requests wait, and the database answers as fast as ever".into(),
            (None, Some(_)) => {
                "Requests wait and the server has connections free; how fast it answers was not reported".into()
            }
            (None, None) => "Requests wait, but how busy the database is was not reported".into(),
        },
        stop_at: format!("{:.0}: {}; or when operations take 1.3 times as long", bound.at, bound.why),
        against: "A slow statement that holds connections looks the same: look at the slowest first".into(),
        series: [track.key().clone()].into_iter().chain(free.map(|free| free.track.key().clone())).collect(),
        picture: picture::line(&track, TEN_MINUTES * 3, "Connections used", Some(max)),
        metric: wait_metric(e, name)
            .or_else(|| metric(track.key(), format!("Connections used, {who}"), track.def.unit, true)),
        stake: 0.6 + (pending / max).min(0.4),
        size: 1.0 + pending,
        takes: &[Resource::Database],
        ..Finding::new(name, format!("Let {who} use more connections"), TEN_MINUTES)
    })
}

fn wait_metric(e: &Evidence<'_>, name: &str) -> Option<crate::model::suggest::Metric> {
    let flow = service::flow(e, service::POOL_WAIT, name, TEN_MINUTES)?;
    metric(flow.track.key(), format!("Pool wait, {}", service::name(name)), Unit::Seconds, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, count, is_quiet, raises};

    fn pool(used: f64, pending: f64) -> Scenario {
        let of = "service.name=\"checkout\"";
        Scenario::new()
            .flat(&format!("db.client.connection.count{{{of},db.client.connection.state=\"used\"}}"), used)
            .flat(&format!("db.client.connection.max{{{of}}}"), 50.0)
            .flat(&format!("db.client.connection.pending_requests{{{of}}}"), pending)
            .param("database.pool_max", count(50))
            .param("service.workers", count(4))
    }

    #[test]
    fn a_full_pool_before_an_idle_database_raises_it_up_to_the_servers_limit() {
        let idle = |s: Scenario| s.histogram("db.client.operation.duration{service.name=\"checkout\"}", 0.004, 900.0);
        let server = |s: Scenario, n| idle(s).param("database.server_max_connections", count(n));
        raises(&KIND, server(pool(50.0, 3.0), 500), &["checkout | database.pool_max 50 → 64 connections"]);
        raises(&KIND, server(pool(50.0, 3.0), 220), &["checkout | database.pool_max 50 → 54 connections"]);
        raises(&KIND, server(pool(50.0, 3.0), 200), &["checkout | database.pool_max is at its bound already"]);
        raises(&KIND, idle(pool(50.0, 300.0)), &["checkout | database.pool_max 50 → 100 connections"]);
        is_quiet(&KIND, idle(pool(20.0, 0.0)), "fine: the fullest pool is 40");
    }

    #[test]
    fn free_connections_of_the_server_are_the_bound_and_none_free_is_no_cure() {
        let free = |n| pool(50.0, 3.0).flat("postgresql.connection.free{service.name=\"shop-db\"}", n);
        raises(&KIND, free(60.0), &["checkout | database.pool_max 50 → 64 connections"]);
        raises(&KIND, free(20.0), &["checkout | database.pool_max 50 → 55 connections"]);
        is_quiet(&KIND, free(0.0), "fine");
        let cards = crate::suggest::scenario::look(&KIND, free(60.0)).expect("a card");
        assert!(cards[0].seen.contains("while the server shop-db has 60 free connections"), "{}", cards[0].seen);
        assert_eq!((cards[0].sure, cards[0].series.len()), (Sureness::Medium, 2));
    }

    #[test]
    fn a_full_pool_before_a_busy_database_does_not() {
        let of = "service.name=\"checkout\"";
        let slow = pool(50.0, 9.0)
            .curve(&format!("db.client.operation.duration{{{of},statistic=\"mean\"}}"), |x| {
                if x < 0.4 { 0.004 } else { 0.04 }
            })
            .flat(&format!("db.client.operation.duration{{{of},statistic=\"rate\"}}"), 900.0);
        is_quiet(&KIND, slow, "fine");
        is_quiet(&KIND, Scenario::new(), "no data: No service reports db.client.connection.count");
    }
}
