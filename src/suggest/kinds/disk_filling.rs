//! A filesystem fills, and when it will be full.

use std::time::Duration;

use crate::analysis::span_text::span_text;
use crate::model::Unit;
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::evidence::{Evidence, Track};
use crate::suggest::finding::{Finding, Resource, Verdict, by_hand, in_words, metric};
use crate::suggest::kind::{Kind, Want};
use crate::suggest::picture;
use crate::suggest::trail::Stats;

const USED: &str = "system.filesystem.utilization";
const MOUNT: &str = "system.filesystem.mountpoint";
/// How far back the rate is taken from.
const SPAN: Duration = Duration::from_secs(6 * 3600);
/// Fewest tens of minutes for a rate: an hour.
const LEAST_CELLS: usize = 6;
/// Used share from which there is too little room whatever the rate.
const NEARLY_FULL: f64 = 0.95;
/// Seconds within which filling up is worth a card: three days.
const WITHIN: f64 = 3.0 * 86_400.0;
/// Share of the variance that a straight line must explain.
const STEADY: f64 = 0.7;

/// The kind.
pub const KIND: Kind = Kind {
    name: "disk_filling",
    title: "Filesystem filling up",
    topic: Topic::Filesystem,
    source: "Prometheus documentation, predict_linear: straight line through the last 6 h; Google SRE Book, chapter 6: alert on the time that is left",
    wants: &[Want::all(USED)],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let seen: Vec<(Track<'_>, Stats)> = e.all(USED).filter_map(|track| Some((track, track.any_stats(SPAN)?))).collect();
    let Some(fullest) = seen.iter().map(|(_, stats)| stats.max).max_by(f64::total_cmp) else {
        return Verdict::NoData("No filesystem was read yet".into());
    };
    let cards = seen.iter().filter_map(|(track, stats)| card(e, track, stats)).collect();
    Verdict::of(cards, format!("the fullest filesystem is {} used, and none fills within 3 days", e.percent(fullest)))
}

fn card(e: &Evidence<'_>, track: &Track<'_>, stats: &Stats) -> Option<Finding> {
    let left = 1.0 - stats.max;
    let is_steady = stats.n_cells >= LEAST_CELLS && stats.slope > 0.0 && stats.r2 >= STEADY;
    let full_in = is_steady.then(|| left / stats.slope).filter(|seconds| *seconds <= WITHIN);
    if full_in.is_none() && stats.max < NEARLY_FULL {
        return None;
    }
    let mount = track.attribute(MOUNT);
    let when = match full_in {
        Some(seconds) => format!(" and fills up in {}", span_text(Duration::from_secs_f64(seconds.max(60.0)))),
        None => String::new(),
    };
    Some(Finding {
        seen: format!("{mount} is {} used{when}", e.percent(stats.max)),
        why: "When it is full, writes fail: databases stop, logs are lost, services do not start".into(),
        change: by_hand(
            format!("Find what grows on {mount} and bound it: rotate logs, expire old files, or add room"),
            format!("du -xh --max-depth=2 {} | sort -h | tail -20", quoted(mount)),
        ),
        expected: in_words("time until it is full", "A week of room, so that a person can decide in peace", false),
        sure: if stats.max >= NEARLY_FULL || stats.r2 >= 0.95 { Sureness::High } else { Sureness::Medium },
        sure_why: if full_in.is_some() {
            format!("A straight line explains {} of the last hours", e.percent(stats.r2))
        } else {
            "It is a plain count of what is used".into()
        },
        stop_at: "at 80 % used, or when it no longer grows".into(),
        against: "A job that writes much and clears it again, such as a backup or a build".into(),
        series: vec![track.key().clone()],
        picture: picture::line(track, SPAN, format!("{mount} used"), Some(1.0)),
        metric: metric(track.key(), format!("{mount} used"), Unit::Ratio, true),
        stake: if full_in.is_some_and(|seconds| seconds < 86_400.0) || stats.max > 0.98 { 0.95 } else { 0.6 },
        size: 1.0 / left.max(0.001),
        short_of: &[Resource::DiskSpace],
        ..Finding::new(mount, format!("Make room on {mount}"), SPAN)
    })
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    format!("'{}'", path.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, is_quiet, look, raises};

    #[test]
    fn what_fills_within_days_raises_it_with_the_time_and_what_stands_still_does_not() {
        let var = "system.filesystem.utilization{system.filesystem.mountpoint=\"/var\"}";
        let filling = || Scenario::new().hours(6).ramp(var, 0.6, 0.8);
        raises(&KIND, filling(), &["/var | Find what grows on /var"]);
        let card = &look(&KIND, filling()).expect("a card")[0];
        let seen = card.seen.replace('\u{2009}', " ");
        assert!(seen.starts_with("/var is 80 % used and fills up in 6"), "{seen}");
        raises(&KIND, Scenario::new().flat(var, 0.97), &["/var | Find what grows"]);
        is_quiet(&KIND, Scenario::new().hours(6).flat(var, 0.8), "fine: the fullest filesystem is 80");
        is_quiet(&KIND, Scenario::new().hours(6).ramp(var, 0.5, 0.501), "fine");
        is_quiet(&KIND, Scenario::new(), "no data");
        assert_eq!(quoted("/it's"), r"'/it'\''s'");
    }
}
