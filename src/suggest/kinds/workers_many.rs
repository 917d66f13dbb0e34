//! More workers, or threads of models, than the cores can use.

use crate::model::Unit;
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::change::{Bound, adjust};
use crate::suggest::evidence::{Evidence, TEN_MINUTES};
use crate::suggest::finding::{Finding, Verdict, as_share, metric};
use crate::suggest::kind::Kind;
use crate::suggest::kinds::{CPU, PRESSURE};
use crate::suggest::picture;

/// Busy share from which surplus workers are in each other's way.
const BUSY: f64 = 0.7;

/// The kind.
pub const KIND: Kind = Kind {
    name: "workers_many",
    title: "More workers than cores can use",
    topic: Topic::Workers,
    source: "gunicorn documentation, Design, How many workers: 2 x cores + 1, and too many thrash; PyTorch documentation, CPU threading: workers times threads within the cores",
    wants: &[CPU, PRESSURE],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    if e.profile.is_none() {
        return Verdict::NoData("No profile is in force, so the number of workers is not known".into());
    }
    let Some((track, busy)) = e.one(CPU.metric, &[]).and_then(|track| Some((track, track.mean(TEN_MINUTES)?))) else {
        return Verdict::NoData("Ten minutes of CPU utilization are needed".into());
    };
    let cores = e.cores();
    let most = (cores * 2.0 + 1.0).floor();
    let workers = e.count("service.workers").unwrap_or(1) as f64;
    let fine = format!("{workers:.0} workers on {}, {} busy", e.text(cores, Unit::Cores), e.percent(busy));
    if workers <= most || busy < BUSY {
        return Verdict::Fine(fine);
    }
    let stalled = e.one(PRESSURE.metric, &[("kind", "some"), ("resource", "cpu")]).and_then(|t| t.mean(TEN_MINUTES));
    let waits = stalled.map_or_else(String::new, |s| format!("; work waited for a core {} of the time", e.percent(s)));
    let bound = Bound::new(cores.ceil(), "one worker for each core");
    let words = format!("Run {most:.0} workers at most");
    Verdict::Cards(vec![Finding {
        seen: format!("{fine}{waits}"),
        why: "Workers over the cores wait for each other, and each holds memory and a database pool of its own".into(),
        change: adjust(e, "service.workers", most, &bound, words),
        expected: as_share("waiting for the CPU", -0.5, -0.2, 0.0, true),
        sure: if stalled.is_some_and(|s| s >= 0.2) { Sureness::High } else { Sureness::Medium },
        sure_why: "The rule of thumb is one of many services; how much yours waits for others decides".into(),
        stop_at: format!("{:.0} workers: one for each core", cores.ceil()),
        against: "Workers that mostly wait, for a database say, may well be more than the cores".into(),
        series: vec![track.key().clone()],
        picture: picture::line(&track, TEN_MINUTES * 3, "CPU busy", Some(BUSY)),
        metric: metric(track.key(), "CPU", Unit::Ratio, true),
        stake: 0.4 + (workers / most - 1.0) * 0.1,
        size: workers / cores,
        ..Finding::new("", "Run fewer workers", TEN_MINUTES)
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, count, is_quiet, raises};

    #[test]
    fn many_workers_on_busy_cores_raise_it_and_on_idle_ones_do_not() {
        let run = |workers, busy| {
            Scenario::new().flat("system.cpu.utilization", busy).param("service.workers", count(workers))
        };
        raises(&KIND, run(24, 0.9), &[" | service.workers 24 → 17 workers"]);
        raises(&KIND, run(64, 0.9), &[" | service.workers 64 → 32 workers"]);
        is_quiet(&KIND, run(24, 0.3), "fine: 24 workers");
        is_quiet(&KIND, run(16, 0.99), "fine");
        is_quiet(&KIND, Scenario::new().flat("system.cpu.utilization", 0.9), "no data: No profile");
    }
}
