//! The processor is saturated by load: more of it is needed, or less to do.

use crate::model::Unit;
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::evidence::{Evidence, TEN_MINUTES};
use crate::suggest::finding::{Finding, Resource, Verdict, by_hand, in_words, metric};
use crate::suggest::kind::Kind;
use crate::suggest::kinds::{CPU, PRESSURE, STEAL, THROTTLED, held_back_by_others};
use crate::suggest::picture;

/// Busy share from which a processor counts as saturated where work also waits.
const BUSY: f64 = 0.9;
/// Share of time in which work waited for the processor.
const STALLED: f64 = 0.1;

/// The kind.
pub const KIND: Kind = Kind {
    name: "cpu_saturated",
    title: "CPU saturated by load",
    topic: Topic::Cpu,
    source: "Gregg, The USE Method: utilization and saturation of CPUs; Linux documentation, PSI",
    wants: &[CPU, STEAL, PRESSURE, THROTTLED],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let Some((track, stats)) = e.one(CPU.metric, &[]).and_then(|t| Some((t, t.stats(TEN_MINUTES)?))) else {
        return Verdict::NoData("Ten minutes of CPU utilization are needed".into());
    };
    let busy = stats.mean;
    let stalled = e.one(PRESSURE.metric, &[("kind", "some"), ("resource", "cpu")]).and_then(|t| t.mean(TEN_MINUTES));
    let fine = format!("CPU {} busy over 10 min", e.percent(busy));
    if busy < BUSY || stalled.is_some_and(|stalled| stalled < STALLED) {
        return Verdict::Fine(fine);
    }
    if held_back_by_others(e) {
        return Verdict::Fine(format!("{fine}, but it is held back from outside: see throttling and stolen time"));
    }
    let greatest = e.greatest(Unit::Cores, |program| program.cpu_cores);
    let waits =
        stalled.map_or_else(String::new, |s| format!(", and work waited for a core {} of the time", e.percent(s)));
    let by = if greatest.is_empty() { String::new() } else { format!(". Most of it: {greatest}") };
    Verdict::Cards(vec![Finding {
        seen: format!("The CPU was {} busy{waits}{by}", e.percent(busy)),
        why: "A queue before a processor this busy grows without bound: small bursts become long waits".into(),
        change: by_hand(
            "Add cores or another machine, or take load away; more workers on these cores only wait longer",
            "",
        ),
        expected: in_words("waiting for the CPU", "Below 70 % busy little waits", true),
        sure: if stalled.is_some() { Sureness::High } else { Sureness::Medium },
        sure_why: match stalled {
            Some(_) => "Utilization and pressure agree, and nothing outside holds the CPU back".into(),
            None => "Utilization alone: this system does not tell whether work waits".into(),
        },
        stop_at: "70 % busy: room for bursts and for a machine that fails".into(),
        against: "A job that may take its time, such as a build or a backup, ought to use all there is".into(),
        series: vec![track.key().clone()],
        picture: picture::line(&track, TEN_MINUTES * 3, "CPU busy", Some(BUSY)),
        metric: metric(track.key(), "CPU", Unit::Ratio, true),
        stake: (busy - 0.5).clamp(0.0, 0.5) * 1.6,
        size: busy.max(0.01) + stalled.unwrap_or(0.0),
        short_of: &[Resource::Cpu],
        ..Finding::new("", "Give the load more processor, or less to do", TEN_MINUTES)
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, is_quiet, raises};

    const WAITS: &str = "system.linux.pressure.stalled{kind=\"some\",resource=\"cpu\"}";

    #[test]
    fn a_busy_processor_before_which_work_waits_raises_it_and_a_throttled_one_does_not() {
        let busy = || Scenario::new().flat("system.cpu.utilization", 0.97).program("cc1", 6.2, 1 << 30);
        raises(&KIND, busy().flat(WAITS, 0.4), &[" | Add cores or another machine"]);
        raises(&KIND, busy(), &[" | Add cores"]);
        is_quiet(&KIND, busy().flat(WAITS, 0.02), "fine: CPU 97");
        is_quiet(&KIND, busy().flat(WAITS, 0.4).flat("container.linux.cpu.throttled", 0.3), "fine: CPU 97");
        is_quiet(&KIND, Scenario::new().flat("system.cpu.utilization", 0.5), "fine: CPU 50");
        is_quiet(&KIND, Scenario::new(), "no data: Ten minutes");
    }
}
