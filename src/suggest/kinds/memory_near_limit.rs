//! Memory is nearly used up.

use crate::model::Unit;
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::change::{Bound, adjust};
use crate::suggest::evidence::{Evidence, TEN_MINUTES};
use crate::suggest::finding::{Finding, Resource, Verdict, by_hand, in_words, metric};
use crate::suggest::kind::Kind;
use crate::suggest::kinds::{MEMORY, memory_used_share};
use crate::suggest::picture;

/// Used share from which little is left for bursts and the page cache.
const NEAR: f64 = 0.9;
/// A cache of at least this share of memory is where to begin.
const LARGE_CACHE: f64 = 0.25;

/// The kind.
pub const KIND: Kind = Kind {
    name: "memory_near_limit",
    title: "Memory near its limit",
    topic: Topic::Memory,
    source: "Linux documentation, /proc/meminfo: MemAvailable; Gregg, The USE Method: memory capacity",
    wants: &[MEMORY, super::WORKING_SET],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let Some((track, used)) = memory_used_share(e, TEN_MINUTES) else {
        return Verdict::NoData("Ten minutes of memory utilization are needed".into());
    };
    if used < NEAR {
        return Verdict::Fine(format!("{} of memory used over 10 min", e.percent(used)));
    }
    let all = e.machine.memory_capacity_bytes() as f64;
    let greatest = e.greatest(Unit::Bytes, |program| program.memory_bytes.map(|bytes| bytes as f64));
    let most = if greatest.is_empty() { String::new() } else { format!(" Most is held by {greatest}.") };
    let words = "Take memory from the greatest program, or give the machine more";
    let cache = e.size("cache.size").map(|bytes| bytes as f64).filter(|bytes| *bytes >= LARGE_CACHE * all);
    let change = match cache {
        // What is over 85 % goes from the cache, which refills by itself.
        Some(cache) => {
            let bound = Bound::new(cache.min(64e6), "a smaller cache would hardly hit");
            adjust(e, "cache.size", cache - (used - 0.85) * all, &bound, words)
        }
        None => by_hand(words, ""),
    };
    Verdict::Cards(vec![Finding {
        seen: format!("{} of {} was used.{most}", e.percent(used), e.text(all, Unit::Bytes)),
        why: "With nothing left the kernel drops the page cache, then swaps, then ends a process".into(),
        change,
        expected: in_words("memory used", "Below 85 % there is room for bursts and files", true),
        sure: if cache.is_some() { Sureness::Medium } else { Sureness::High },
        sure_why: match cache {
            Some(_) => "The cache is a large part of memory, but whether it is full is not seen".into(),
            None => "Memory that can be had is counted by the kernel itself".into(),
        },
        stop_at: format!("85 % used: {} free", e.text(all * 0.15, Unit::Bytes)),
        against: "A database is meant to hold most of the memory as its own cache".into(),
        series: vec![track.key().clone()],
        picture: picture::programs(e, "Memory by program", Unit::Bytes, |p| p.memory_bytes.map(|b| b as f64)),
        metric: metric(track.key(), "Memory", track.def.unit, true),
        stake: 0.6 + (used - NEAR) * 4.0,
        size: 1.0 / (1.0 - used).max(0.001),
        short_of: &[Resource::Memory],
        ..Finding::new("", "Free memory before the kernel does", TEN_MINUTES)
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, is_quiet, raises, size};

    #[test]
    fn nearly_full_memory_raises_it_and_a_large_cache_gives_way_first() {
        let used = |share| Scenario::new().flat("system.memory.utilization", share).program("java", 1.0, 9 << 30);
        raises(&KIND, used(0.95), &[" | Take memory from the greatest program"]);
        raises(&KIND, used(0.95).param("cache.size", size(8 << 30)), &[" | cache.size 8.00 GiB → 6.40 GiB"]);
        raises(&KIND, used(0.95).param("cache.size", size(1 << 30)), &[" | Take memory"]);
        is_quiet(&KIND, used(0.7), "fine: 70");
        is_quiet(&KIND, Scenario::new(), "no data");
    }

    #[test]
    fn a_container_is_held_against_its_own_limit() {
        let set = |gib: f64| {
            let limited = Scenario::new().limited(None, Some(4 << 30)).flat("system.memory.utilization", 0.3);
            limited.flat("container.memory.working_set", gib * f64::from(1 << 30))
        };
        raises(&KIND, set(3.8), &[" | Take memory"]);
        is_quiet(&KIND, set(2.0), "fine: 50");
    }
}
