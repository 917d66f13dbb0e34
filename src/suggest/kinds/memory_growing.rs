//! A program's memory grows steadily, hour after hour: a leak, or a cache without a bound.

use std::time::Duration;

use crate::analysis::span_text::span_text;
use crate::model::Unit;
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::evidence::{Evidence, HOUR, Track};
use crate::suggest::finding::{Finding, Verdict, by_hand, in_words, metric};
use crate::suggest::kind::{Kind, Want};
use crate::suggest::kinds::{AVAILABLE, PROGRAM_MEMORY};
use crate::suggest::picture;
use crate::suggest::trail::Stats;

/// How far back growth is looked for.
const SPAN: Duration = Duration::from_secs(6 * 3600);
/// Fewest tens of minutes from which growth is told: two hours.
const LEAST_CELLS: usize = 12;
/// Share of the variance that a straight line must explain.
const STEADY: f64 = 0.9;
/// Growth over the span, as a share of the mean, that matters.
const LEAST_GROWTH: f64 = 0.1;
/// Growth that would take longer than this to fill memory is no hurry.
const WITHIN: f64 = 7.0 * 86_400.0;

/// The kind.
pub const KIND: Kind = Kind {
    name: "memory_growing",
    title: "Memory that grows steadily",
    topic: Topic::Memory,
    source: "Gregg, Systems Performance, 2nd edition, section 7.5.5: leak detection by growth of resident memory over hours",
    wants: &[PROGRAM_MEMORY, AVAILABLE, Want::all("system.memory.utilization")],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let mut is_seen = false;
    let mut cards = Vec::new();
    for track in e.all(PROGRAM_MEMORY.metric) {
        let Some((first, last, n_cells)) = track.ends(SPAN) else { continue };
        is_seen |= n_cells >= LEAST_CELLS;
        // Most programs stand still: they are told apart before anything is reckoned.
        if n_cells >= LEAST_CELLS && last > first * (1.0 + LEAST_GROWTH / 2.0) {
            cards.extend(track.any_stats(SPAN).and_then(|stats| card(e, &track, &stats)));
        }
    }
    if !is_seen {
        return Verdict::NoData("Two hours of programs' memory are needed".into());
    }
    Verdict::of(cards, "no program's memory grew steadily over 6 h")
}

fn card(e: &Evidence<'_>, track: &Track<'_>, stats: &Stats) -> Option<Finding> {
    let span = stats.n_cells as f64 * 600.0;
    let growth = stats.slope * span;
    let is_steady = stats.n_cells >= LEAST_CELLS && stats.slope > 0.0 && stats.r2 >= STEADY;
    if !is_steady || growth < LEAST_GROWTH * stats.mean {
        return None;
    }
    let all = e.machine.memory_capacity_bytes() as f64;
    let left = e.mean(AVAILABLE.metric, HOUR / 6).unwrap_or((all - stats.max).max(0.0));
    let fills_in = left / stats.slope;
    if fills_in > WITHIN {
        return None;
    }
    let program = track.attribute("process.executable.name");
    let each_hour = e.text(stats.slope * 3600.0, Unit::Bytes);
    let full = span_text(Duration::from_secs_f64(fills_in));
    Some(Finding {
        seen: format!(
            "{program} grew by {each_hour} an hour over {}, to {}; at this rate memory is full in {full}",
            span_text(Duration::from_secs_f64(span)),
            e.text(stats.max, Unit::Bytes)
        ),
        why: "Growth that never ends ends with the kernel's choice of a process to kill".into(),
        change: by_hand(
            format!(
                "Take a heap profile of {program} now and in an hour, and compare; until then restart it before memory is full"
            ),
            "",
        ),
        expected: in_words("memory", format!("{each_hour} an hour less growth"), true),
        sure: if stats.n_cells >= 30 && stats.r2 >= 0.97 { Sureness::High } else { Sureness::Medium },
        sure_why: format!("A straight line explains {} of it", e.percent(stats.r2)),
        stop_at: "when a restart and a day of flat memory have shown that it is over".into(),
        against: "A cache that still fills, or a database's shared memory, grows like this and then stops".into(),
        series: vec![track.key().clone()],
        picture: picture::line(track, SPAN, format!("Memory of {program}"), None),
        metric: metric(track.key(), format!("Memory of {program}"), Unit::Bytes, true),
        stake: if fills_in < 86_400.0 { 0.9 } else { 0.5 },
        size: stats.slope,
        ..Finding::new(program, format!("Find out why {program} keeps growing"), SPAN)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, is_quiet, raises};

    const GIB: f64 = 1_073_741_824.0;

    #[test]
    fn steady_growth_that_will_fill_memory_raises_it_and_a_sawtooth_does_not() {
        let key = "process.memory.usage{process.executable.name=\"checkout\"}";
        let here = || Scenario::new().hours(6).flat("system.linux.memory.available", 6.0 * GIB);
        raises(&KIND, here().ramp(key, GIB, 4.0 * GIB), &["checkout | Take a heap profile of checkout"]);
        is_quiet(&KIND, here().curve(key, |x| GIB * (1.0 + (x * 9.0).fract())), "fine");
        is_quiet(&KIND, here().ramp(key, GIB, 1.01 * GIB), "fine");
        is_quiet(&KIND, Scenario::new().ramp(key, GIB, 4.0 * GIB), "no data: Two hours");
    }
}
