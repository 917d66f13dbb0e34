//! A control group's limit holds the processor back: raise the limit, not the workers.

use crate::model::Unit;
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::evidence::{Evidence, TEN_MINUTES};
use crate::suggest::finding::{Finding, Resource, Verdict, as_share, by_hand, metric};
use crate::suggest::kind::Kind;
use crate::suggest::kinds::{THROTTLED, THROTTLED_TIME};
use crate::suggest::picture;

/// Share of periods held back from which the limit counts as too low.
pub const HELD_BACK: f64 = 0.05;

/// The kind.
pub const KIND: Kind = Kind {
    name: "cpu_throttled",
    title: "CPU throttled by its limit",
    topic: Topic::Cpu,
    source: "Linux documentation, CFS Bandwidth Control: nr_throttled over nr_periods; Kubernetes documentation, Resource Management: a CPU limit is enforced by throttling",
    wants: &[THROTTLED, THROTTLED_TIME],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let Some(track) = e.one(THROTTLED.metric, &[]) else {
        return Verdict::NoData("No control group limits this machine's CPU".into());
    };
    let Some(stats) = track.stats(TEN_MINUTES) else {
        return Verdict::NoData("Ten minutes of the control group's throttling are needed".into());
    };
    let held = stats.mean;
    if held < HELD_BACK {
        return Verdict::Fine(format!("held back in {} of periods over 10 min", e.percent(held)));
    }
    let limit = e.cores();
    let missing = e.mean(THROTTLED_TIME.metric, TEN_MINUTES).unwrap_or(limit * held / 2.0).max(0.1);
    // Bursts need room beyond what was held back on average; the machine itself is the bound.
    let most = (e.machine.n_cores as f64).max(limit);
    let to = (limit + missing * 1.25).min(most).min(limit * 2.0);
    let seen = format!(
        "The limit of {} held the group back in {} of periods; {} were missing",
        e.text(limit, Unit::Cores),
        e.percent(held),
        e.text(missing, Unit::Cores)
    );
    let words = if to > limit {
        format!("Raise the CPU limit from {limit:.1} to {to:.1} cores; keep the workers as they are")
    } else {
        "The limit is all the machine has: use a larger one, or take load away".to_owned()
    };
    let quota = format!("docker update --cpus {to:.1} NAME\nsystemctl set-property UNIT CPUQuota={:.0}%", to * 100.0);
    Verdict::Cards(vec![Finding {
        seen,
        why: "A group that used its time up stands still until the next 100 ms begin: that is latency, whatever the mean says".into(),
        change: by_hand(words, if to > limit { quota } else { String::new() }),
        expected: as_share("throttled periods", -1.0, -0.9, -0.5, true),
        sure: Sureness::High,
        sure_why: "The kernel counts the periods in which it held the group back".into(),
        stop_at: format!("{}: the cores of the machine", e.text(most, Unit::Cores)),
        against: "Others on the same machine may need the cores; fewer threads also stop the bursts that hit the limit".into(),
        series: vec![track.key().clone()],
        picture: picture::line(&track, TEN_MINUTES * 3, "Periods held back", Some(HELD_BACK)),
        metric: metric(track.key(), "Throttled periods", Unit::Ratio, true),
        stake: 0.4 + held,
        size: held,
        short_of: &[Resource::Cpu],
        ..Finding::new("", "Raise the CPU limit, not the workers", TEN_MINUTES)
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, is_quiet, raises};

    #[test]
    fn a_limit_that_holds_back_raises_it_up_to_the_machine_and_one_with_room_does_not() {
        let held = |share, missing| {
            let limited = Scenario::new().limited(Some(2.0), None);
            limited.flat("container.linux.cpu.throttled", share).flat("container.linux.cpu.throttled_time", missing)
        };
        raises(&KIND, held(0.3, 0.8), &[" | Raise the CPU limit from 2.0 to 3.0 cores"]);
        raises(&KIND, held(0.9, 40.0), &[" | Raise the CPU limit from 2.0 to 4.0 cores"]);
        raises(&KIND, held(0.9, 1.0).cores(2), &[" | The limit is all the machine has"]);
        is_quiet(&KIND, held(0.01, 0.0), "fine: held back in 1.0");
        is_quiet(&KIND, Scenario::new(), "no data: No control group");
    }
}
