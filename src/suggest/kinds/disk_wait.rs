//! Requests wait long for a busy disk.

use crate::model::Unit;
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::change::choose;
use crate::suggest::evidence::{Evidence, TEN_MINUTES, Track};
use crate::suggest::finding::{Finding, Resource, Verdict, by_hand, in_words, metric};
use crate::suggest::kind::{Kind, Want};
use crate::suggest::picture;

const AWAIT: &str = "system.linux.disk.await";
const BUSY: &str = "system.disk.io_time";
const OPERATIONS: &str = "system.disk.operations";
/// A wait from which people notice, s.
const LONG: f64 = 0.02;
/// Busy share from which the wait is the disk's.
const IS_BUSY: f64 = 0.6;
/// Operations a second below which a wait is chance.
const LEAST_OPERATIONS: f64 = 5.0;

/// The kind.
pub const KIND: Kind = Kind {
    name: "disk_wait",
    title: "Long waits for a disk",
    topic: Topic::Disk,
    source: "Gregg, Systems Performance, 2nd edition, section 9.6.1: await over 20 ms on a busy disk; Linux manual, iostat(1)",
    wants: &[Want::all(AWAIT), Want::all(BUSY), Want::all(OPERATIONS)],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let mut worst: Option<f64> = None;
    let mut cards: Vec<Finding> = Vec::new();
    for track in e.all(AWAIT).filter(|track| !track.attribute("system.device").is_empty()) {
        let Some(wait) = track.mean(TEN_MINUTES) else { continue };
        worst = Some(worst.map_or(wait, |worst| worst.max(wait)));
        let found = card(e, &track, wait);
        // A disk that is slow both ways is one card, the slower way's.
        cards.extend(found.filter(|new| cards.iter().all(|card| card.subject != new.subject || card.size < new.size)));
    }
    let Some(worst) = worst else {
        return Verdict::NoData("Ten minutes of a disk's waits are needed; an idle disk has none".into());
    };
    cards.sort_by(|a, b| a.subject.cmp(&b.subject).then(b.size.total_cmp(&a.size)));
    cards.dedup_by(|a, b| a.subject == b.subject);
    Verdict::of(cards, format!("the longest wait for a disk was {} over 10 min", e.text(worst, Unit::Seconds)))
}

fn card(e: &Evidence<'_>, track: &Track<'_>, wait: f64) -> Option<Finding> {
    let device = track.attribute("system.device");
    let direction = track.attribute("disk.io.direction");
    let of_device = |metric: &str| e.one(metric, &[("system.device", device)])?.mean(TEN_MINUTES);
    let busy = of_device(BUSY)?;
    let operations = e.one(OPERATIONS, &[("disk.io.direction", direction), ("system.device", device)]);
    let operations = operations?.mean(TEN_MINUTES)?;
    if wait < LONG || busy < IS_BUSY || operations < LEAST_OPERATIONS {
        return None;
    }
    let is_write = direction == "write";
    let log = e.profile.and_then(|profile| profile.value("service.log_level"));
    let is_chatty =
        matches!(log, Some(crate::model::profile::ParamValue::Text(level)) if matches!(&**level, "debug" | "trace"));
    let words = if is_write {
        "Write less: logs to memory or another disk, larger batches, fewer flushes; then look at the IO scheduler"
    } else {
        "Read less: more memory for caches, an index for scans; then look at the IO scheduler"
    };
    let copy = format!("cat /sys/block/{device}/queue/scheduler");
    let quieter = if is_write && is_chatty { choose(e, "service.log_level", "info") } else { None };
    Some(Finding {
        seen: format!(
            "A {direction} on {device} took {} on average, with the disk {} busy at {} operations",
            e.text(wait, Unit::Seconds),
            e.percent(busy),
            e.text(operations, Unit::PerSecond("operation"))
        ),
        why: "Every commit and every page that is not in memory waits this long".into(),
        sure: if quieter.is_some() { Sureness::Medium } else { Sureness::High },
        change: quieter.unwrap_or_else(|| by_hand(words, copy)),
        expected: in_words("disk wait", "A disk half as busy waits less than half as long", true),
        sure_why: "The wait is long while the disk is busy, so it is the disk's and not the program's".into(),
        stop_at: format!("{}, or the disk below {} busy", e.text(LONG, Unit::Seconds), e.percent(IS_BUSY)),
        against: "A backup or a compaction that passes by; disks of spinning rust answer no faster than 10 ms".into(),
        series: vec![track.key().clone()],
        picture: picture::line(track, TEN_MINUTES * 3, format!("Wait for a {direction}, {device}"), Some(LONG)),
        metric: metric(track.key(), format!("Disk wait, {device}"), Unit::Seconds, true),
        stake: 0.4 + (wait / LONG).log10() * 0.3,
        size: wait,
        short_of: &[Resource::Disk],
        ..Finding::new(device, format!("Take work off {device}"), TEN_MINUTES)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::profile::ParamValue;
    use crate::suggest::scenario::{Scenario, is_quiet, raises};

    fn disk(wait: f64, busy: f64) -> Scenario {
        Scenario::new()
            .flat("system.linux.disk.await{disk.io.direction=\"write\",system.device=\"sda\"}", wait)
            .flat("system.disk.operations{disk.io.direction=\"write\",system.device=\"sda\"}", 200.0)
            .flat("system.disk.io_time{system.device=\"sda\"}", busy)
    }

    #[test]
    fn long_waits_on_a_busy_disk_raise_it_and_on_an_idle_one_do_not() {
        raises(&KIND, disk(0.08, 0.95), &["sda | Write less"]);
        let chatty = disk(0.08, 0.95).param("service.log_level", ParamValue::Text("debug".into()));
        raises(&KIND, chatty, &["sda | service.log_level debug → info"]);
        is_quiet(&KIND, disk(0.08, 0.1), "fine: the longest wait");
        is_quiet(&KIND, disk(0.002, 0.95), "fine");
        is_quiet(&KIND, Scenario::new(), "no data");
    }
}
