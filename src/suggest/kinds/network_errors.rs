//! An interface damages packets: cable, transceiver, duplex, driver.

use crate::model::Unit;
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::evidence::{Evidence, TEN_MINUTES, Track};
use crate::suggest::finding::{Finding, Verdict, by_hand, in_words, metric};
use crate::suggest::kind::{Kind, Want};
use crate::suggest::kinds::per_packet;
use crate::suggest::picture;

const ERRORS: &str = "system.network.errors";
/// Damaged share from which a link is not well: one of ten thousand.
const SHARE: f64 = 1e-4;
/// Errors a second below which it is chance.
const LEAST: f64 = 0.05;

/// The kind.
pub const KIND: Kind = Kind {
    name: "network_errors",
    title: "Network errors",
    topic: Topic::Network,
    source: "Gregg, The USE Method: network interface errors; IEEE 802.3: a bit error rate of 1e-10 or less leaves next to none",
    wants: &[Want::all(ERRORS), Want::all("system.network.packet.count")],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let seen = per_packet(e, ERRORS);
    if seen.is_empty() {
        return Verdict::NoData("Ten minutes of an interface's packets are needed".into());
    }
    let bad = seen.iter().filter(|(_, share, rate)| *share >= SHARE && *rate >= LEAST);
    let mut cards: Vec<Finding> = bad.map(|(track, share, rate)| card(e, track, *share, *rate)).collect();
    cards.sort_by(|a, b| a.subject.cmp(&b.subject).then(b.size.total_cmp(&a.size)));
    cards.dedup_by(|a, b| a.subject == b.subject);
    Verdict::of(cards, format!("{} directions of interfaces without errors that matter", seen.len()))
}

fn card(e: &Evidence<'_>, track: &Track<'_>, share: f64, rate: f64) -> Finding {
    let interface = track.attribute("network.interface.name");
    let direction = track.attribute("network.io.direction");
    Finding {
        seen: format!(
            "{interface} had {} errors, {} of the packets to {direction}",
            e.text(rate, Unit::PerSecond("error")),
            e.percent(share)
        ),
        why: "Each damaged packet is sent again after a wait, and throughput falls far more than by its share".into(),
        change: by_hand(
            format!("Change the cable or the transceiver of {interface}, and compare speed and duplex at both ends"),
            format!("ethtool {interface}; ethtool -S {interface} | grep -iE 'err|crc|drop'"),
        ),
        expected: in_words("retransmits", "Those that come of this link go", true),
        sure: Sureness::High,
        sure_why: "The interface counts its errors itself".into(),
        stop_at: "no errors: a healthy wired link has none".into(),
        against: "Wireless links have errors by nature; there the driver repeats them by itself".into(),
        series: vec![track.key().clone()],
        picture: picture::line(track, TEN_MINUTES * 3, format!("Errors, {interface}"), None),
        metric: metric(track.key(), format!("Errors, {interface}"), track.def.unit, true),
        stake: 0.4 + (share / SHARE).log10() * 0.2,
        size: share,
        ..Finding::new(interface, format!("Look after the link of {interface}"), TEN_MINUTES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, is_quiet, raises};

    #[test]
    fn damaged_packets_raise_it_and_one_in_a_million_does_not() {
        let link = |errors| {
            let of = "{network.interface.name=\"eth0\",network.io.direction=\"receive\"}";
            let packets = Scenario::new().flat(&format!("system.network.packet.count{of}"), 10_000.0);
            packets.flat(&format!("system.network.errors{of}"), errors)
        };
        raises(&KIND, link(25.0), &["eth0 | Change the cable"]);
        is_quiet(&KIND, link(0.01), "fine: 1 directions");
        is_quiet(&KIND, Scenario::new(), "no data");
    }
}
