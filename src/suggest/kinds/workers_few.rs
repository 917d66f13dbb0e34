//! Requests wait for a worker while cores are idle.

use crate::model::suggest::{Sureness, Topic};
use crate::suggest::change::{Bound, adjust};
use crate::suggest::evidence::{Evidence, TEN_MINUTES};
use crate::suggest::finding::{Finding, Resource, Verdict, in_words, metric};
use crate::suggest::kind::{Kind, Want};
use crate::suggest::kinds::CPU;
use crate::suggest::{picture, service};

/// Busy share up to which there are cores to spare.
const IDLE: f64 = 0.5;

/// The kind.
pub const KIND: Kind = Kind {
    name: "workers_few",
    title: "Too few workers for the cores",
    topic: Topic::Workers,
    source: "gunicorn documentation, Design, How many workers: 2 x cores + 1 to start with; Little (1961), L = λW",
    wants: &[CPU, Want::all(service::HTTP_ACTIVE)],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let Some(workers) = e.count("service.workers") else {
        return Verdict::NoData("No profile is in force, so the number of workers is not known".into());
    };
    let services = service::services(e, service::HTTP_ACTIVE);
    if services.is_empty() {
        return Verdict::NoData(service::missing(service::HTTP_ACTIVE));
    }
    let Some(busy) = e.mean(CPU.metric, TEN_MINUTES) else {
        return Verdict::NoData("Ten minutes of CPU utilization are needed".into());
    };
    let cards = services.iter().filter_map(|name| card(e, name, workers as f64, busy)).collect();
    Verdict::of(
        cards,
        format!("{workers} workers, CPU {} busy, and no more requests at once than they serve", e.percent(busy)),
    )
}

fn card(e: &Evidence<'_>, name: &str, workers: f64, busy: f64) -> Option<Finding> {
    let active = service::gauge(e, service::HTTP_ACTIVE, name, ("", ""), TEN_MINUTES)?;
    let cores = e.cores();
    let most = (cores * 2.0 + 1.0).floor();
    if active <= workers * 1.2 || busy > IDLE || workers >= most {
        return None;
    }
    let tracks = service::of_service(e, service::HTTP_ACTIVE, name);
    let track = tracks.first()?;
    let who = service::name(name);
    // As many as there are requests at once, within what the idle part of the cores carries.
    let carried = workers * 0.8 / busy.max(0.05);
    let words = format!("Run {:.0} workers", active.min(carried).min(most));
    Some(Finding {
        seen: format!(
            "{who} had {active:.1} requests at once for {workers:.0} workers, with the CPU {} busy",
            e.percent(busy)
        ),
        why: "What finds no worker waits, although there are cores to serve it".into(),
        change: adjust(
            e,
            "service.workers",
            active.min(carried).ceil(),
            &Bound::new(most, "twice the cores and one more"),
            words,
        ),
        expected: in_words("waiting for a worker", "Goes while cores are free", true),
        sure: Sureness::Medium,
        sure_why: "Requests wait and cores are idle; that workers are processes which serve one at a time is assumed"
            .into(),
        stop_at: format!("{most:.0} workers, or the CPU 80 % busy"),
        against: "Each worker opens a database pool of its own and takes its memory".into(),
        series: vec![track.key().clone()],
        picture: picture::line(track, TEN_MINUTES * 3, "Requests at once", Some(workers)),
        metric: metric(track.key(), format!("Requests at once, {who}"), track.def.unit, true),
        stake: 0.5 + (active / workers - 1.0) * 0.2,
        size: active / workers,
        takes: &[Resource::Cpu, Resource::Memory, Resource::Database],
        ..Finding::new(name, format!("Run more workers of {who}"), TEN_MINUTES)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, count, is_quiet, raises};

    #[test]
    fn requests_that_wait_beside_idle_cores_raise_it_and_beside_busy_ones_do_not() {
        let run = |active, busy| {
            Scenario::new()
                .flat("system.cpu.utilization", busy)
                .flat("http.server.active_requests{service.name=\"checkout\"}", active)
                .param("service.workers", count(4))
        };
        raises(&KIND, run(7.0, 0.3), &["checkout | service.workers 4 → 7 workers"]);
        raises(&KIND, run(60.0, 0.3), &["checkout | service.workers 4 → 8 workers"]);
        is_quiet(&KIND, run(60.0, 0.8), "fine: 4 workers");
        is_quiet(&KIND, run(3.0, 0.3), "fine");
        is_quiet(&KIND, Scenario::new().param("service.workers", count(4)), "no data: No service reports http.server");
        is_quiet(&KIND, Scenario::new(), "no data: No profile");
    }
}
