//! Settings or the profile changed just before things got worse.

use std::time::Duration;

use crate::analysis::span_text::span_text;
use crate::model::TimeRange;
use crate::model::suggest::{OutcomeVerdict, Sureness, Topic};
use crate::suggest::evidence::{Evidence, HOUR, Happening, Track};
use crate::suggest::finding::{Finding, Verdict, as_share, by_hand, metric};
use crate::suggest::kind::{Kind, Want};
use crate::suggest::kinds::{CPU, PRESSURE};
use crate::suggest::outcome::judge;
use crate::suggest::{picture, service};

/// How long before and after a change is looked at.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// How long after a change nothing counts: caches fill and pools open.
const SETTLE: Duration = Duration::from_secs(60);
/// Growth that matters, as a share of the value before.
const WORSE: f64 = 0.25;

/// The kind.
pub const KIND: Kind = Kind {
    name: "change_then_worse",
    title: "Changed just before things got worse",
    topic: Topic::Profile,
    source: "Google SRE Book, chapter 12, Effective Troubleshooting: what touched it last; Welch (1947)",
    wants: &[
        CPU,
        PRESSURE,
        Want::without("system.linux.disk.await", &["system.device"]),
        Want::all(service::HTTP_DURATION),
        Want::all(service::DB_DURATION),
    ],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let lately: Vec<&Happening> =
        e.happenings.iter().filter(|change| e.now.since(change.at) <= HOUR - WINDOW && change.at < e.now).collect();
    let Some(first) = lately.first() else {
        return Verdict::Fine("neither settings nor the profile changed in the last 45 min".into());
    };
    // Several changes in a row are one: what follows cannot be told apart.
    let what = if lately.len() == 1 {
        first.text.to_string()
    } else {
        format!("{} and {} more", first.text, lately.len() - 1)
    };
    let watched = tracks(e);
    let mut n_judged = 0;
    let mut cards = Vec::new();
    for track in watched {
        let before = track.minute_means(TimeRange::ending_at(first.at, WINDOW));
        let start = lately.last().map_or(first.at, |last| last.at).plus(SETTLE);
        let after = track.minute_means(TimeRange { start, end: e.now.min(start.plus(WINDOW)) });
        let judged = judge(&before, &after, true);
        n_judged += usize::from(judged.verdict != OutcomeVerdict::TooEarly);
        let Some((was, is)) = judged.before.zip(judged.after) else { continue };
        if judged.verdict == OutcomeVerdict::Worse && is >= was * (1.0 + WORSE) && is - was >= least(&track) {
            cards.push(card(e, &track, &what, (was, is), e.now.since(first.at), judged.why));
        }
    }
    if n_judged == 0 {
        return Verdict::NoData(format!("{what}: too little was seen before and since"));
    }
    // One change, one card: the figure that got worst.
    cards.sort_by(|a, b| b.size.total_cmp(&a.size));
    cards.truncate(1);
    Verdict::of(cards, format!("{what}: nothing that is watched got worse"))
}

fn tracks<'a>(e: &Evidence<'a>) -> Vec<Track<'a>> {
    let plain = [CPU.metric, "system.linux.disk.await"].into_iter().filter_map(|metric| e.one(metric, &[]));
    let pressure = e.all(PRESSURE.metric).filter(|track| track.attribute("kind") == "some");
    let means = [service::HTTP_DURATION, service::DB_DURATION].into_iter().flat_map(|metric| e.all(metric));
    plain.chain(pressure).chain(means.filter(|track| track.attribute("statistic") == "mean")).collect()
}

/// The least growth that matters, in the series' unit: 5 % of time or of the CPU, 2 ms.
fn least(track: &Track<'_>) -> f64 {
    let is_time = track.key().metric().ends_with("duration") || track.key().metric().ends_with("await");
    if is_time { 0.002 } else { 0.05 }
}

fn card(e: &Evidence<'_>, track: &Track<'_>, what: &str, (was, is): (f64, f64), ago: Duration, why: String) -> Finding {
    let name = [&*track.def.name, &*track.def.instance]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ");
    let unit = track.def.unit;
    let growth = is / was.max(1e-9) - 1.0;
    let back = 1.0 - was / is;
    Finding {
        seen: format!(
            "{} ago: {what}. Since then {name} went from {} to {}",
            span_text(ago),
            e.text(was, unit),
            e.text(is, unit)
        ),
        why: "What changed last is the first place to look".into(),
        change: by_hand("Look at what changed; if nothing else explains it, take it back on the Profiles page", ""),
        expected: as_share(name.clone(), -back, -back * 0.7, 0.0, true),
        sure: Sureness::Low,
        sure_why: format!("{why}; that one followed the other does not make it the cause"),
        stop_at: "when it is as it was before".into(),
        against: "More load at the same time does the same: compare requests before and after".into(),
        series: vec![track.key().clone()],
        picture: picture::line(track, HOUR, name.clone(), Some(was)),
        metric: metric(track.key(), name, unit, true),
        stake: 0.5 + growth.min(1.0) * 0.4,
        size: growth,
        ..Finding::new("", "Look at what changed", HOUR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, is_quiet, raises};

    #[test]
    fn what_got_worse_after_a_change_raises_it_and_what_got_worse_without_or_before_does_not() {
        // The change lies 25 min before the end of an hour.
        let step_at = |share: f64| move |x: f64| if x < share { 0.2 } else { 0.6 };
        let run = |share| Scenario::new().hours(1).curve("system.cpu.utilization", step_at(share));
        let changed = |s: Scenario| s.happened(1500, "production kept");
        raises(&KIND, changed(run(35.5 / 60.0)), &[" | Look at what changed"]);
        is_quiet(&KIND, changed(run(0.1)), "fine: production kept: nothing");
        is_quiet(&KIND, run(35.5 / 60.0), "fine: neither settings");
        is_quiet(&KIND, run(35.5 / 60.0).happened(120, "production kept"), "no data: production kept: too little");
    }
}
