//! Connections that nobody used in a day.

use std::time::Duration;

use crate::model::suggest::{Sureness, Topic};
use crate::suggest::change::{Bound, adjust};
use crate::suggest::evidence::{DAY, Evidence};
use crate::suggest::finding::{Finding, Verdict, in_words, metric};
use crate::suggest::kind::{Kind, Want};
use crate::suggest::{picture, service};

/// Fewest tens of minutes of a day that must have been seen: twelve hours.
const LEAST_CELLS: usize = 72;
/// Idle connections at any time of the day that matter.
const LEAST_IDLE: f64 = 5.0;

/// The kind.
pub const KIND: Kind = Kind {
    name: "connections_idle",
    title: "Connections idle all day",
    topic: Topic::DatabasePool,
    source: "PostgreSQL wiki, Number Of Database Connections: each idle connection costs memory and snapshot time; HikariCP, README: minimumIdle",
    wants: &[Want::all(service::POOL_COUNT)],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let services = service::services(e, service::POOL_COUNT);
    if services.is_empty() {
        return Verdict::NoData(service::missing(service::POOL_COUNT));
    }
    let mut is_seen = false;
    let mut cards = Vec::new();
    for name in services {
        let tracks = service::of_service(e, service::POOL_COUNT, name);
        let idle = tracks.iter().find(|track| track.attribute("db.client.connection.state") == "idle");
        let Some((track, stats)) = idle.and_then(|track| Some((track, track.any_stats(DAY)?))) else { continue };
        if stats.n_cells < LEAST_CELLS {
            continue;
        }
        is_seen = true;
        // Idle even in the busiest moment of the day.
        if stats.min < LEAST_IDLE {
            continue;
        }
        let who = service::name(name);
        let workers = e.count("service.workers").unwrap_or(1).max(1) as f64;
        let surplus = (stats.min / workers).floor();
        let (key, present) = match (e.count("database.pool_min"), e.count("database.pool_max")) {
            (Some(min), _) if min as f64 >= surplus && min > 1 => ("database.pool_min", min as f64),
            (_, max) => ("database.pool_max", max.unwrap_or(0) as f64),
        };
        let bound = Bound::new(1.0, "one connection, so that the first request finds one");
        let words = format!("Keep {:.0} connections fewer open", stats.min);
        cards.push(Finding {
            seen: format!("{:.0} connections of {who} or more were idle at every moment of the day", stats.min),
            why: "Each holds memory in the database and a place that others cannot have".into(),
            change: adjust(e, key, present - surplus, &bound, words),
            expected: in_words("database memory", "A few MB less for each connection", true),
            sure: Sureness::High,
            sure_why: format!("{} h were seen, and the least of them counts", stats.n_cells / 6),
            stop_at: "when some of them are used at the busiest moment".into(),
            against: "A peak that comes once a week or once a month lies outside the day that was seen".into(),
            series: vec![track.key().clone()],
            picture: picture::line(track, DAY, "Connections idle", None),
            metric: metric(track.key(), format!("Connections idle, {who}"), track.def.unit, true),
            stake: 0.2 + (stats.min / 200.0).min(0.3),
            size: stats.min,
            ..Finding::new(name, "Keep fewer connections open", Duration::from_secs(stats.n_cells as u64 * 600))
        });
    }
    if is_seen {
        Verdict::of(cards, "every connection was used at some moment of the day")
    } else {
        Verdict::NoData("Twelve hours of idle connections are needed".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, count, is_quiet, raises};

    #[test]
    fn what_is_idle_at_every_moment_raises_it_and_what_a_peak_uses_does_not() {
        let key = "db.client.connection.count{db.client.connection.state=\"idle\",service.name=\"checkout\"}";
        let day = || Scenario::new().hours(24);
        let with = |s: Scenario| s.param("database.pool_min", count(1)).param("database.pool_max", count(50));
        raises(&KIND, with(day().flat(key, 20.0)), &["checkout | database.pool_max 50 → 30 connections"]);
        let many = day().flat(key, 20.0).param("database.pool_min", count(40));
        raises(&KIND, many, &["checkout | database.pool_min 40 → 20 connections"]);
        is_quiet(
            &KIND,
            day().curve(key, |x| if (0.5..0.52).contains(&x) { 0.0 } else { 40.0 }),
            "fine: every connection",
        );
        is_quiet(&KIND, Scenario::new().flat(key, 20.0), "no data: Twelve hours");
        is_quiet(&KIND, Scenario::new(), "no data: No service");
    }
}
