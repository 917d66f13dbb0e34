//! Many more threads want to run than there are cores.

use crate::model::Unit;
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::change::{Bound, adjust};
use crate::suggest::evidence::{Evidence, TEN_MINUTES};
use crate::suggest::finding::{Finding, Resource, Verdict, in_words, metric};
use crate::suggest::kind::{Kind, Want};
use crate::suggest::kinds::{PRESSURE, STEAL, THROTTLED, held_back_by_others};
use crate::suggest::picture;

const RUNNABLE: &str = "system.linux.processes";
/// Runnable threads for each core from which they mostly wait.
const FOR_EACH_CORE: f64 = 2.0;

/// The kind.
pub const KIND: Kind = Kind {
    name: "run_queue",
    title: "Run queue storm",
    topic: Topic::Scheduler,
    source: "Gregg, Systems Performance, 2nd edition, section 6.6.1: a run queue over the number of CPUs is saturation",
    wants: &[Want::all(RUNNABLE), PRESSURE, STEAL, THROTTLED],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let track = e.one(RUNNABLE, &[("process.state", "runnable")]);
    let Some((track, stats)) = track.and_then(|track| Some((track, track.stats(TEN_MINUTES)?))) else {
        return Verdict::NoData("Ten minutes of the number of runnable threads are needed; Linux tells it".into());
    };
    let cores = e.cores();
    let each = stats.mean / cores;
    let fine = format!("{:.1} runnable threads for each core over 10 min", each);
    if each < FOR_EACH_CORE || held_back_by_others(e) {
        return Verdict::Fine(fine);
    }
    let workers = e.count("service.workers").filter(|workers| *workers as f64 > cores);
    let bound = Bound::new(cores.ceil(), "as many workers as cores");
    let words = "Let fewer threads compute at once: bound the pool of the busiest program by the number of cores";
    let greatest = e.greatest(Unit::Cores, |program| program.cpu_cores);
    let by = if greatest.is_empty() { String::new() } else { format!(". Busiest: {greatest}") };
    Verdict::Cards(vec![Finding {
        seen: format!("{:.0} threads wanted {} on average, up to {:.0}{by}", stats.mean, e.text(cores, Unit::Cores), stats.max),
        why: "Threads beyond the cores only take turns: each runs slower, caches go cold, and locks are held while waiting".into(),
        change: match workers {
            Some(_) => adjust(e, "service.workers", cores.ceil(), &bound, words),
            None => crate::suggest::finding::by_hand(words, ""),
        },
        expected: in_words("waiting for the CPU", "As much work is done, and each piece of it sooner", true),
        sure: if workers.is_some() { Sureness::Medium } else { Sureness::Low },
        sure_why: "The queue is long; which program makes it is only guessed from its use of the CPU".into(),
        stop_at: format!("{:.0} workers: one for each core", cores.ceil()),
        against: "Work that must not wait for a slow neighbour gains from more threads than cores".into(),
        series: vec![track.key().clone()],
        picture: picture::line(&track, TEN_MINUTES * 3, "Runnable threads", Some(cores)),
        metric: metric(track.key(), "Runnable threads", track.def.unit, true),
        stake: 0.35 + each * 0.05,
        size: each,
        short_of: &[Resource::Cpu],
        ..Finding::new("", "Let fewer threads compute at once", TEN_MINUTES)
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, count, is_quiet, raises};

    #[test]
    fn a_long_queue_raises_it_and_lowers_workers_to_the_cores_at_most() {
        let queue = |n| Scenario::new().flat("system.linux.processes{process.state=\"runnable\"}", n);
        raises(&KIND, queue(60.0), &[" | Let fewer threads compute"]);
        raises(&KIND, queue(60.0).param("service.workers", count(12)), &[" | service.workers 12 → 8 workers"]);
        raises(&KIND, queue(60.0).param("service.workers", count(40)), &[" | service.workers 40 → 20 workers"]);
        is_quiet(&KIND, queue(9.0), "fine: 1.1 runnable");
        is_quiet(&KIND, queue(60.0).flat("container.linux.cpu.throttled", 0.5), "fine");
        is_quiet(&KIND, Scenario::new(), "no data");
    }
}
