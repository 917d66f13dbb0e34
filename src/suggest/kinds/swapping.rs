//! Memory goes to swap and comes back: the machine works for memory instead of for people.

use crate::model::Unit;
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::evidence::{Evidence, TEN_MINUTES};
use crate::suggest::finding::{Finding, Resource, Verdict, by_hand, in_words, metric};
use crate::suggest::kind::{Kind, Want};
use crate::suggest::kinds::PRESSURE;
use crate::suggest::picture;

const SWAPS: &str = "system.paging.operations";
/// Pages a second, in and out each, from which swapping goes on and is no mere tidying.
const PAGES: f64 = 10.0;

/// The kind.
pub const KIND: Kind = Kind {
    name: "swapping",
    title: "Swapping",
    topic: Topic::Memory,
    source: "Gregg, Systems Performance, 2nd edition, section 7.5.1: si and so that go on are memory saturation; Linux manual, vmstat(8)",
    wants: &[Want::all(SWAPS), PRESSURE],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let pages = |direction| {
        let track = e.one(SWAPS, &[("system.paging.direction", direction)])?;
        Some((track, track.mean(TEN_MINUTES)?))
    };
    let Some(((track, into), (_, out))) = pages("in").zip(pages("out")) else {
        return Verdict::NoData("Ten minutes of pages swapped are needed; a machine without swap has none".into());
    };
    let unit = Unit::PerSecond("page");
    if into < PAGES || out < PAGES {
        let (into, out) = (e.text(into, unit), e.text(out, unit));
        return Verdict::Fine(format!("{into} pages in and {out} out over 10 min"));
    }
    let stalled = e.one(PRESSURE.metric, &[("kind", "some"), ("resource", "memory")]);
    let stalled = stalled.and_then(|track| track.mean(TEN_MINUTES));
    let waits =
        stalled.map_or_else(String::new, |s| format!(", and work waited for memory {} of the time", e.percent(s)));
    let greatest = e.greatest(Unit::Bytes, |program| program.memory_bytes.map(|bytes| bytes as f64));
    let most = if greatest.is_empty() { String::new() } else { format!(". Most memory: {greatest}") };
    Verdict::Cards(vec![Finding {
        seen: format!(
            "{} pages came back from swap and {} went out{waits}{most}",
            e.text(into, unit),
            e.text(out, unit)
        ),
        why: "A page on disk answers a thousand times later than one in memory".into(),
        change: by_hand("Run less here at once, shrink the greatest program, or add memory", ""),
        expected: in_words("waiting for memory", "Almost all of it goes with the swapping", true),
        sure: if stalled.is_some_and(|s| s >= 0.05) { Sureness::High } else { Sureness::Medium },
        sure_why: match stalled {
            Some(_) => "Pages go both ways, and memory pressure tells how much waited".into(),
            None => "Pages go both ways; how much waits for them is not told here".into(),
        },
        stop_at: format!("below {} pages a second, both ways", PAGES),
        against: "Swap out alone is well: what is never used belongs there".into(),
        series: vec![track.key().clone()],
        picture: picture::line(&track, TEN_MINUTES * 3, "Pages swapped in", Some(PAGES)),
        metric: metric(track.key(), "Pages swapped in", unit, true),
        stake: 0.6 + stalled.unwrap_or(0.1),
        size: into + out,
        short_of: &[Resource::Memory],
        ..Finding::new("", "Stop the swapping", TEN_MINUTES)
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, is_quiet, raises};

    #[test]
    fn pages_both_ways_raise_it_and_pages_out_alone_do_not() {
        let swaps = |into, out| {
            Scenario::new()
                .flat("system.paging.operations{system.paging.direction=\"in\"}", into)
                .flat("system.paging.operations{system.paging.direction=\"out\"}", out)
        };
        raises(&KIND, swaps(400.0, 600.0), &[" | Run less here at once"]);
        is_quiet(&KIND, swaps(0.0, 900.0), "fine");
        is_quiet(&KIND, Scenario::new(), "no data");
    }
}
