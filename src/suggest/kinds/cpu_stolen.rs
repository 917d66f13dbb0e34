//! Another guest of the same host takes processor time away.

use crate::model::Unit;
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::evidence::{Evidence, TEN_MINUTES};
use crate::suggest::finding::{Finding, Resource, Verdict, by_hand, in_words, metric};
use crate::suggest::kind::Kind;
use crate::suggest::kinds::STEAL;
use crate::suggest::picture;

/// Stolen share from which it is worth a talk with the host.
pub const STOLEN: f64 = 0.05;

/// The kind.
pub const KIND: Kind = Kind {
    name: "cpu_stolen",
    title: "CPU time stolen by the host",
    topic: Topic::Cpu,
    source: "Linux manual, proc_stat(5): steal; Gregg, Systems Performance, 2nd edition, section 11.2: a share that lasts is a full host",
    wants: &[STEAL],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let Some((track, stats)) =
        e.one(STEAL.metric, &[("cpu.mode", "steal")]).and_then(|t| Some((t, t.stats(TEN_MINUTES)?)))
    else {
        return Verdict::NoData("Ten minutes of stolen CPU time are needed; only Linux tells it".into());
    };
    let stolen = stats.mean;
    if stolen < STOLEN {
        return Verdict::Fine(format!("{} of the CPU stolen over 10 min", e.percent(stolen)));
    }
    Verdict::Cards(vec![Finding {
        seen: format!("The host took {} of this machine's CPU time, up to {}", e.percent(stolen), e.percent(stats.max)),
        why: "Work stops while the host serves others: latency rises, and no change in here helps".into(),
        change: by_hand(
            "Move to a less busy host, or to a size with cores of its own; keep the workers as they are",
            "",
        ),
        expected: in_words("CPU time", format!("{} more of it for this machine", e.percent(stolen)), false),
        sure: Sureness::High,
        sure_why: "The kernel counts stolen time itself".into(),
        stop_at: format!("below {}: hosts are shared", e.percent(STOLEN)),
        against: "Sizes with burst credits are throttled this way once the credits are spent: that is what was bought"
            .into(),
        series: vec![track.key().clone()],
        picture: picture::line(&track, TEN_MINUTES * 3, "CPU stolen", Some(STOLEN)),
        metric: metric(track.key(), "CPU stolen", Unit::Ratio, true),
        stake: 0.3 + stolen * 2.0,
        size: stolen,
        short_of: &[Resource::Cpu],
        ..Finding::new("", "Get the processor time that was promised", TEN_MINUTES)
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, is_quiet, raises};

    #[test]
    fn time_that_the_host_takes_raises_it_and_a_trace_does_not() {
        let stolen = |share| Scenario::new().flat("system.cpu.utilization{cpu.mode=\"steal\"}", share);
        raises(&KIND, stolen(0.12), &[" | Move to a less busy host"]);
        is_quiet(&KIND, stolen(0.01), "fine: 1.0");
        is_quiet(&KIND, Scenario::new().flat("system.cpu.utilization", 1.0), "no data");
    }
}
