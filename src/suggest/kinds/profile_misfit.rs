//! The profile in force does not fit the machine: threads against cores, pools against the server, cache against memory.

use crate::model::Unit;
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::change::{Bound, adjust};
use crate::suggest::evidence::{Evidence, TEN_MINUTES};
use crate::suggest::finding::{Finding, Verdict, in_words};
use crate::suggest::kind::Kind;

/// Largest part of memory that a service's cache ought to take.
const CACHE: f64 = 0.5;
/// Connections PostgreSQL keeps for its administrators: superuser_reserved_connections.
const RESERVED: i64 = 3;

/// The kind.
pub const KIND: Kind = Kind {
    name: "profile_misfit",
    title: "Profile does not fit the machine",
    topic: Topic::Profile,
    source: "PyTorch documentation, CPU threading: workers x threads within the cores; PostgreSQL documentation: max_connections; Redis documentation: leave memory beside maxmemory",
    wants: &[],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let Some(profile) = e.profile else { return Verdict::NoData("No profile is in force: apply one".into()) };
    if e.machine.n_cores == 0 {
        return Verdict::NoData("The machine was not read yet".into());
    }
    let cards = [threads(e), workers(e), pools(e), cache(e)].into_iter().flatten().collect();
    Verdict::of(cards, format!("{} fits {} and {}", profile.name, e.text(e.cores(), Unit::Cores), memory(e)))
}

fn memory(e: &Evidence<'_>) -> String {
    e.text(e.machine.memory_capacity_bytes() as f64, Unit::Bytes)
}

fn card(subject: &str, title: String, seen: String, stake: f64, size: f64) -> Finding {
    Finding {
        seen,
        expected: in_words("how evenly it runs", "Nothing waits for what the machine does not have", true),
        sure: Sureness::Medium,
        sure_why: "It is arithmetic of the profile and the machine; whether the service uses it all was not seen"
            .into(),
        stake,
        size,
        ..Finding::new(subject, title, TEN_MINUTES)
    }
}

fn threads(e: &Evidence<'_>) -> Option<Finding> {
    let (workers, threads) = (e.count("ml.workers")?, e.count("ml.threads")?);
    let (all, cores) = (workers.saturating_mul(threads) as f64, e.cores());
    if all <= cores {
        return None;
    }
    let fits = (cores / workers.max(1) as f64).floor().max(1.0);
    let bound = Bound::new(1.0, "one thread; run fewer ML workers instead");
    Some(Finding {
        why: "Threads that compute beyond the cores slow all of them".into(),
        change: adjust(e, "ml.threads", fits, &bound, format!("Run {} for each worker", threads_words(fits))),
        stop_at: format!("{} for each worker: all cores in use", threads_words(fits)),
        against: "Where a GPU computes, the threads mostly wait".into(),
        ..card(
            "ml.threads",
            "Fit the threads of models to the cores".into(),
            format!("{workers} ML workers with {threads} threads each want {all:.0} of {}", e.text(cores, Unit::Cores)),
            0.4,
            all / cores,
        )
    })
}

fn threads_words(n: f64) -> String {
    if n == 1.0 { "1 thread".to_owned() } else { format!("{n:.0} threads") }
}

fn workers(e: &Evidence<'_>) -> Option<Finding> {
    let workers = e.count("service.workers")? as f64;
    let cores = e.cores();
    let most = (cores * 4.0).max(2.0);
    if workers <= most {
        return None;
    }
    let fits = (cores * 2.0 + 1.0).floor();
    let bound = Bound::new(cores.ceil(), "one worker for each core");
    Some(Finding {
        why: "Four workers for each core take memory and connections, and hardly ever all have work".into(),
        change: adjust(e, "service.workers", fits, &bound, format!("Run {fits:.0} workers")),
        stop_at: format!("{:.0} workers: one for each core", cores.ceil()),
        against: "Workers that wait nearly all of their time may be this many".into(),
        ..card(
            "service.workers",
            "Fit the workers to the cores".into(),
            format!("{workers:.0} workers on {}", e.text(cores, Unit::Cores)),
            0.35,
            workers / cores,
        )
    })
}

fn pools(e: &Evidence<'_>) -> Option<Finding> {
    let (workers, pool) = (e.count("service.workers")?.max(1), e.count("database.pool_max")?);
    let server = e.count("database.server_max_connections")?;
    let all = workers.saturating_mul(pool);
    if all <= server - RESERVED {
        return None;
    }
    let fits = ((server - RESERVED) / workers).max(1) as f64;
    let bound = Bound::new(1.0, "one connection for each worker; run fewer workers instead");
    Some(Finding {
        why: "The last to connect are refused, just when the load is greatest".into(),
        change: adjust(e, "database.pool_max", fits, &bound, format!("Give each worker {fits:.0} connections")),
        stop_at: format!("{fits:.0} for each worker: {RESERVED} stay for administrators"),
        against: "A pooler before the database shares connections among more clients".into(),
        sure: Sureness::High,
        ..card(
            "database.pool_max",
            "Fit the pools to the database's limit".into(),
            format!("{workers} workers with {pool} connections each want {all} of the database's {server}"),
            0.6,
            all as f64 / server.max(1) as f64,
        )
    })
}

fn cache(e: &Evidence<'_>) -> Option<Finding> {
    let size = e.size("cache.size")? as f64;
    let all = e.machine.memory_capacity_bytes() as f64;
    if all <= 0.0 || size <= CACHE * all {
        return None;
    }
    let bound = Bound::new(64e6, "a smaller cache would hardly hit");
    let fits = CACHE * all;
    Some(Finding {
        why: "Once the cache is full, the service itself and the page cache have nothing left".into(),
        change: adjust(e, "cache.size", fits, &bound, format!("Give the cache {}", e.text(fits, Unit::Bytes))),
        stop_at: format!("{}: half of memory", e.text(fits, Unit::Bytes)),
        against: "On a machine that is there for the cache alone three quarters are well".into(),
        ..card(
            "cache.size",
            "Fit the cache to memory".into(),
            format!("A cache of {} on a machine with {}", e.text(size, Unit::Bytes), memory(e)),
            0.5,
            size / all,
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, count, is_quiet, lines, size};

    #[test]
    fn what_does_not_fit_raises_a_card_each_and_what_fits_none() {
        let profile = |workers, pool, server, threads, cache| {
            Scenario::new()
                .param("service.workers", count(workers))
                .param("database.pool_max", count(pool))
                .param("database.server_max_connections", count(server))
                .param("ml.workers", count(2))
                .param("ml.threads", count(threads))
                .param("cache.size", size(cache))
        };
        is_quiet(&KIND, profile(4, 50, 250, 4, 1 << 30), "fine: production fits 8");
        assert_eq!(
            lines(&KIND, profile(40, 50, 250, 8, 12 << 30)),
            [
                "ml.threads | ml.threads 8 → 4",
                "service.workers | service.workers 40 → 20 workers",
                "database.pool_max | database.pool_max 50 → 25 connections",
                "cache.size | cache.size 12.0 GiB → 8.00 GiB",
            ]
        );
        is_quiet(&KIND, Scenario::new(), "no data: No profile");
    }
}
