//! Packets are thrown away because nobody took them in time.

use crate::model::Unit;
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::evidence::{Evidence, TEN_MINUTES, Track};
use crate::suggest::finding::{Finding, Verdict, by_hand, in_words, metric};
use crate::suggest::kind::{Kind, Want};
use crate::suggest::kinds::per_packet;
use crate::suggest::picture;

const DROPS: &str = "system.network.packet.dropped";
/// Dropped share that matters.
const SHARE: f64 = 1e-3;
/// Drops a second below which it is chance.
const LEAST: f64 = 0.5;

/// The kind.
pub const KIND: Kind = Kind {
    name: "network_drops",
    title: "Network drops",
    topic: Topic::Network,
    source: "Red Hat, Network performance tuning: ring buffers and backlog; Linux documentation, Scaling in the networking stack",
    wants: &[Want::all(DROPS), Want::all("system.network.packet.count")],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let seen = per_packet(e, DROPS);
    if seen.is_empty() {
        return Verdict::NoData("Ten minutes of an interface's packets are needed".into());
    }
    let bad = seen.iter().filter(|(_, share, rate)| *share >= SHARE && *rate >= LEAST);
    let mut cards: Vec<Finding> = bad.map(|(track, share, rate)| card(e, track, *share, *rate)).collect();
    cards.sort_by(|a, b| a.subject.cmp(&b.subject).then(b.size.total_cmp(&a.size)));
    cards.dedup_by(|a, b| a.subject == b.subject);
    Verdict::of(cards, format!("{} directions of interfaces without drops that matter", seen.len()))
}

fn card(e: &Evidence<'_>, track: &Track<'_>, share: f64, rate: f64) -> Finding {
    let interface = track.attribute("network.interface.name");
    let is_receive = track.attribute("network.io.direction") == "receive";
    let (what, copy) = if is_receive {
        (
            "Give arriving packets more room (ring buffer) and more cores (receive side scaling)",
            format!("ethtool -g {interface}; ethtool -l {interface}"),
        )
    } else {
        (
            "Send more evenly, or give the queue before the interface more room",
            format!("tc -s qdisc show dev {interface}"),
        )
    };
    Finding {
        seen: format!(
            "{interface} dropped {} packets, {} of those it {}",
            e.text(rate, Unit::PerSecond("packet")),
            e.percent(share),
            if is_receive { "received" } else { "sent" }
        ),
        why: "What is dropped is sent again after at least a round trip, mostly in the busiest moments".into(),
        change: by_hand(what, copy),
        expected: in_words("retransmits", "Those that come of these drops go", true),
        sure: Sureness::Medium,
        sure_why: "The interface counts drops, but some are of protocols that nobody listens for".into(),
        stop_at: format!("below {} of packets, or at the largest ring the interface has", e.percent(SHARE)),
        against: "A larger ring adds latency; drops of unknown protocols are harmless".into(),
        series: vec![track.key().clone()],
        picture: picture::line(track, TEN_MINUTES * 3, format!("Drops, {interface}"), None),
        metric: metric(track.key(), format!("Drops, {interface}"), track.def.unit, true),
        stake: 0.3 + (share / SHARE).log10() * 0.2,
        size: share,
        ..Finding::new(interface, format!("Let {interface} keep up"), TEN_MINUTES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, is_quiet, raises};

    #[test]
    fn drops_raise_it_by_direction_and_a_trace_does_not() {
        let link = |direction: &str, drops| {
            let of = format!("{{network.interface.name=\"eth0\",network.io.direction=\"{direction}\"}}");
            let packets = Scenario::new().flat(&format!("system.network.packet.count{of}"), 10_000.0);
            packets.flat(&format!("system.network.packet.dropped{of}"), drops)
        };
        raises(&KIND, link("receive", 50.0), &["eth0 | Give arriving packets more room"]);
        raises(&KIND, link("transmit", 50.0), &["eth0 | Send more evenly"]);
        is_quiet(&KIND, link("receive", 0.1), "fine");
        is_quiet(&KIND, Scenario::new(), "no data");
    }
}
