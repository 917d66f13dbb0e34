//! Cores spend their time switching between threads.

use crate::model::Unit;
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::evidence::{Evidence, TEN_MINUTES};
use crate::suggest::finding::{Finding, Verdict, by_hand, in_words, metric};
use crate::suggest::kind::{Kind, Want};
use crate::suggest::kinds::STEAL;
use crate::suggest::picture;

const SWITCHES: &str = "system.linux.context_switches";
/// Switches of one core a second: at about 3 µs each with cold caches, 30,000 are a tenth of the core.
const STORM: f64 = 30_000.0;
/// Share of the CPU in the kernel that must go with it.
const IN_KERNEL: f64 = 0.15;

/// The kind.
pub const KIND: Kind = Kind {
    name: "context_switches",
    title: "Context switch storm",
    topic: Topic::Scheduler,
    source: "Li, Ding, Shen, Quantifying The Cost of Context Switch (ExpCS 2007): 3.8 µs direct; Gregg, Systems Performance, section 6.6.2",
    wants: &[Want::all(SWITCHES), STEAL],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let Some((track, rate)) = e.one(SWITCHES, &[]).and_then(|track| Some((track, track.mean(TEN_MINUTES)?))) else {
        return Verdict::NoData("Ten minutes of context switches are needed; Linux tells them".into());
    };
    let cores = (e.machine.n_cores as f64).max(1.0);
    let each = rate / cores;
    let kernel =
        e.one(STEAL.metric, &[("cpu.mode", "system")]).and_then(|track| track.mean(TEN_MINUTES)).unwrap_or(0.0);
    let unit = Unit::PerSecond("switch");
    if each < STORM || kernel < IN_KERNEL {
        return Verdict::Fine(format!(
            "{} switches for each core, {} of the CPU in the kernel",
            e.text(each, unit),
            e.percent(kernel)
        ));
    }
    Verdict::Cards(vec![Finding {
        seen: format!(
            "{} context switches, {} for each core, and {} of the CPU in the kernel",
            e.text(rate, unit),
            e.text(each, unit),
            e.percent(kernel)
        ),
        why: "Each switch takes microseconds and empties caches: that time does no work".into(),
        change: by_hand(
            "Find who switches, then wait less often: larger batches, fewer threads, no contended locks",
            "pidstat -w 5 1 | sort -k4 -nr | head",
        ),
        expected: in_words("CPU in the kernel", "Falls with the switches", true),
        sure: Sureness::Medium,
        sure_why: "Switches and time in the kernel are high together; a fast network alone does the same".into(),
        stop_at: format!("below {} for each core", e.text(STORM, unit)),
        against: "A proxy or a message broker lives on many small waits".into(),
        series: vec![track.key().clone()],
        picture: picture::line(&track, TEN_MINUTES * 3, "Context switches", Some(STORM * cores)),
        metric: metric(track.key(), "Context switches", unit, true),
        stake: 0.3 + kernel,
        size: each,
        ..Finding::new("", "Wait less often", TEN_MINUTES)
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, is_quiet, raises};

    #[test]
    fn many_switches_with_a_busy_kernel_raise_it_and_without_do_not() {
        let switching = |rate, kernel| {
            Scenario::new().flat(SWITCHES, rate).flat("system.cpu.utilization{cpu.mode=\"system\"}", kernel)
        };
        raises(&KIND, switching(600_000.0, 0.3), &[" | Find who switches"]);
        is_quiet(&KIND, switching(600_000.0, 0.02), "fine: 75");
        is_quiet(&KIND, switching(20_000.0, 0.3), "fine");
        is_quiet(&KIND, Scenario::new(), "no data");
    }
}
