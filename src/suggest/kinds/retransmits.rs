//! TCP sends much of what it sends twice.

use crate::model::Unit;
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::evidence::{Evidence, TEN_MINUTES};
use crate::suggest::finding::{Finding, Verdict, by_hand, in_words, metric};
use crate::suggest::kind::{Kind, Want};
use crate::suggest::picture;

const SHARE: &str = "system.linux.tcp.retransmit_ratio";
const RATE: &str = "system.linux.tcp.retransmits";
/// Retransmitted share from which a path is lossy.
const LOSSY: f64 = 0.01;
/// Retransmits a second below which it is chance.
const LEAST: f64 = 1.0;

/// The kind.
pub const KIND: Kind = Kind {
    name: "retransmits",
    title: "TCP retransmits",
    topic: Topic::Network,
    source: "Mathis et al., The Macroscopic Behavior of the TCP Congestion Avoidance Algorithm (1997): throughput falls with the root of the loss; 1 % is a common alarm",
    wants: &[Want::all(SHARE), Want::all(RATE)],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let Some((track, share)) = e.one(SHARE, &[]).and_then(|track| Some((track, track.mean(TEN_MINUTES)?))) else {
        return Verdict::NoData("Ten minutes of TCP's retransmitted share are needed; an idle network has none".into());
    };
    let rate = e.mean(RATE, TEN_MINUTES).unwrap_or(0.0);
    if share < LOSSY || rate < LEAST {
        return Verdict::Fine(format!("{} of segments retransmitted over 10 min", e.percent(share)));
    }
    Verdict::Cards(vec![Finding {
        seen: format!(
            "{} of TCP segments were sent again, {}",
            e.percent(share),
            e.text(rate, Unit::PerSecond("segment"))
        ),
        why: "A lost segment costs a round trip, the last one of an answer at least 200 ms".into(),
        change: by_hand(
            "Find the path that loses: compare peers, then look for drops and errors on the way",
            "ss -ti state established | grep -B1 retrans",
        ),
        expected: in_words("slowest answers", "The p99 loses its 200 ms steps", true),
        sure: Sureness::Medium,
        sure_why: "The kernel counts every retransmit, but not which of the paths loses".into(),
        stop_at: format!("below {} of segments", e.percent(LOSSY)),
        against: "A few far or mobile peers may make up all of it".into(),
        series: vec![track.key().clone()],
        picture: picture::line(&track, TEN_MINUTES * 3, "Segments retransmitted", Some(LOSSY)),
        metric: metric(track.key(), "TCP retransmits", Unit::Ratio, true),
        stake: 0.4 + share * 5.0,
        size: share,
        ..Finding::new("", "Find the path that loses packets", TEN_MINUTES)
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, is_quiet, raises};

    #[test]
    fn a_lossy_path_raises_it_and_one_segment_in_an_idle_hour_does_not() {
        let tcp = |share, rate| Scenario::new().flat(SHARE, share).flat(RATE, rate);
        raises(&KIND, tcp(0.04, 30.0), &[" | Find the path that loses"]);
        is_quiet(&KIND, tcp(0.5, 0.01), "fine");
        is_quiet(&KIND, tcp(0.001, 5.0), "fine: 0.1");
        is_quiet(&KIND, Scenario::new(), "no data");
    }
}
