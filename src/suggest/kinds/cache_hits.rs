//! A cache misses often: its values live too short, or it is too small.

use crate::model::Unit;
use crate::model::profile::ParamValue;
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::change::{Bound, adjust, number};
use crate::suggest::evidence::{Evidence, HOUR};
use crate::suggest::finding::{Finding, Resource, Verdict, as_share, by_hand, metric};
use crate::suggest::kind::{Kind, Want};
use crate::suggest::{picture, service};

/// Hit share below which a cache is worth a look.
const LOW: f64 = 0.8;
/// Look-ups a second below which the share is chance.
const LEAST_RATE: f64 = 1.0;
/// Evictions by misses from which the cache is too small rather than its values too short-lived.
const EVICTS: f64 = 0.2;
/// Longest time to live that is asked for, s: a day.
const LONGEST: f64 = 86_400.0;

/// The kind.
pub const KIND: Kind = Kind {
    name: "cache_hits",
    title: "Cache hit rate low for its time to live",
    topic: Topic::Cache,
    source: "Redis documentation, INFO stats: keyspace_hits, evicted_keys; Jung et al., Modeling TTL-based Internet Caches (INFOCOM 2003): hits grow with λT / (1 + λT)",
    wants: &[Want::all(service::CACHE_REQUESTS), Want::all(service::CACHE_EVICTIONS)],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let services = service::services(e, service::CACHE_REQUESTS);
    if services.is_empty() {
        return Verdict::NoData(service::missing(service::CACHE_REQUESTS));
    }
    let mut lowest: Option<f64> = None;
    let mut cards = Vec::new();
    for name in services {
        let of = |result| service::gauge(e, service::CACHE_REQUESTS, name, ("cache.result", result), HOUR / 2);
        let Some((hits, misses)) = of("hit").zip(of("miss")) else { continue };
        if hits + misses < LEAST_RATE {
            continue;
        }
        let share = hits / (hits + misses);
        lowest = Some(lowest.map_or(share, |lowest| lowest.min(share)));
        if share < LOW {
            cards.extend(card(e, name, share, misses));
        }
    }
    match lowest {
        None => Verdict::NoData("Half an hour with a look-up a second is needed".into()),
        Some(lowest) => Verdict::of(cards, format!("{} of look-ups hit at least", e.percent(lowest))),
    }
}

fn card(e: &Evidence<'_>, name: &str, share: f64, misses: f64) -> Option<Finding> {
    let tracks = service::of_service(e, service::CACHE_REQUESTS, name);
    let track = tracks.iter().find(|track| track.attribute("cache.result") == "miss")?;
    let evictions = service::gauge(e, service::CACHE_EVICTIONS, name, ("", ""), HOUR / 2).unwrap_or(0.0);
    let is_small = evictions > EVICTS * misses;
    let who = service::name(name);
    let lives = e.profile.and_then(|profile| profile.value("cache.ttl"));
    // By λT / (1 + λT) twice the time turns a hit share h into 2h / (1 + h).
    let better = 2.0 * share / (1.0 + share);
    let gain = (better - share) / (1.0 - share);
    let (title, change, stop_at, against) = if is_small {
        let most = e.machine.memory_capacity_bytes() as f64 / 4.0;
        let now = e.size("cache.size").map_or(0.0, |bytes| bytes as f64);
        let bound = Bound::new(most, "a quarter of the machine's memory");
        let change = adjust(e, "cache.size", now * 2.0, &bound, "Give the cache twice the memory");
        let stop = format!("{}: a quarter of the machine's memory", e.text(most, Unit::Bytes));
        ("Give the cache more room", change, stop, "Memory that programs and the page cache do not have then")
    } else {
        let bound = Bound::new(LONGEST, "a day: longer, and what changed meanwhile is served too often");
        let change = match lives {
            Some(ParamValue::ByClass(_)) => by_hand("Let the class that misses most live twice as long", ""),
            Some(value) => adjust(e, "cache.ttl", number(value)? * 2.0, &bound, "Let values live twice as long"),
            None => by_hand("Let values live twice as long", ""),
        };
        (
            "Keep cached values longer",
            change,
            "half the time in which the values change".into(),
            "Answers may be as old as that",
        )
    };
    Some(Finding {
        seen: format!(
            "{} of {who}'s look-ups miss, {} each second, and {} values a second are evicted",
            e.percent(1.0 - share),
            crate::model::quantity::decimals(misses, 1),
            crate::model::quantity::decimals(evictions, 1)
        ),
        why: "Every miss is computed, and the database carries it".into(),
        change,
        expected: as_share(format!("{who} cache misses"), -gain, -gain * 0.7, -gain * 0.2, true),
        sure: if is_small { Sureness::Medium } else { Sureness::Low },
        sure_why: if is_small {
            "Values go for want of room as they are asked for again".into()
        } else {
            "That the values would still be good is assumed: keys that are asked for once gain nothing".into()
        },
        stop_at,
        against: against.into(),
        series: vec![track.key().clone()],
        picture: picture::line(track, HOUR, "Misses a second", None),
        metric: metric(track.key(), format!("Cache misses, {who}"), Unit::PerSecond("request"), true),
        stake: 0.35 + (LOW - share) * 0.5,
        size: 1.0 - share,
        takes: if is_small { &[Resource::Memory] } else { &[] },
        ..Finding::new(name, title, HOUR / 2)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, count, is_quiet, raises, size, time};

    #[test]
    fn misses_raise_it_and_evictions_tell_which_parameter() {
        let run = |hits, evictions| {
            let of = |more: &str| format!("cache.requests{{cache.result=\"{more}\",service.name=\"shop\"}}");
            Scenario::new()
                .flat(&of("hit"), hits)
                .flat(&of("miss"), 40.0)
                .flat("cache.evictions{service.name=\"shop\"}", evictions)
                .param("cache.ttl", time(300))
                .param("cache.size", size(1 << 30))
        };
        raises(&KIND, run(60.0, 0.0), &["shop | cache.ttl 5 min → 10 min"]);
        raises(&KIND, run(60.0, 30.0), &["shop | cache.size 1.00 GiB → 2.00 GiB"]);
        is_quiet(&KIND, run(900.0, 0.0), "fine: 96");
        is_quiet(&KIND, Scenario::new().param("x.y", count(1)), "no data: No service reports cache.requests");
    }
}
