//! Items wait longer for their batch than it takes to compute: larger batches carry more.

use crate::model::Unit;
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::change::{Bound, adjust};
use crate::suggest::evidence::{Evidence, TEN_MINUTES};
use crate::suggest::finding::{Finding, Resource, Verdict, as_share, metric};
use crate::suggest::kind::{Kind, Want};
use crate::suggest::{picture, service};

/// Share of the greatest batch from which batches are full.
const FULL: f64 = 0.9;

/// The kind.
pub const KIND: Kind = Kind {
    name: "ml_batch_small",
    title: "ML batch too small for the arrival rate",
    topic: Topic::Ml,
    source: "NVIDIA Triton Inference Server documentation, Dynamic Batcher: raise the batch size until latency exceeds its budget; Little (1961)",
    wants: &[Want::all(service::BATCH_SIZE), Want::all(service::BATCH_DURATION), Want::all(service::BATCH_WAIT)],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let services = service::services(e, service::BATCH_SIZE);
    if services.is_empty() {
        return Verdict::NoData(service::missing(service::BATCH_SIZE));
    }
    let Some(most) = e.count("ml.batch_size").map(|count| count as f64) else {
        return Verdict::NoData("No profile is in force, so the greatest batch is not known".into());
    };
    let cards = services.iter().filter_map(|name| card(e, name, most)).collect();
    Verdict::of(cards, "batches are not full, or items hardly wait for them")
}

fn card(e: &Evidence<'_>, name: &str, most: f64) -> Option<Finding> {
    let size = service::flow(e, service::BATCH_SIZE, name, TEN_MINUTES)?;
    let compute = service::flow(e, service::BATCH_DURATION, name, TEN_MINUTES)?;
    let wait = service::flow(e, service::BATCH_WAIT, name, TEN_MINUTES)?;
    if size.mean < FULL * most || wait.mean <= compute.mean {
        return None;
    }
    // The latency bound: what a request may take, of which waiting and computing use half at most.
    let budget =
        e.profile?.value("service.request_timeout").and_then(crate::suggest::change::number).unwrap_or(10.0) / 2.0;
    let longest = most * (budget / compute.mean).max(1.0);
    let bound = Bound::new(longest.min(4096.0), "a larger batch would compute longer than half the request timeout");
    let who = service::name(name);
    Some(Finding {
        seen: format!(
            "Batches of {who} are full with {:.0} of {most:.0} items, and an item waits {} for one that computes {}",
            size.mean,
            e.text(wait.mean, Unit::Seconds),
            e.text(compute.mean, Unit::Seconds)
        ),
        why: "More items arrive than full batches carry: the queue grows with every burst".into(),
        change: adjust(e, "ml.batch_size", (most * 1.5).ceil(), &bound, "Make batches half as large again"),
        expected: as_share(format!("{who}: waiting for a batch"), -0.6, -0.35, 0.0, true),
        sure: Sureness::Medium,
        sure_why: "Batches are full and items wait; how the device does with larger ones is only seen by trying".into(),
        stop_at: format!("{:.0} items, or when a batch takes longer in proportion to its items", bound.at),
        against: "The device may be full already: then the time grows with the batch and nothing is gained".into(),
        series: vec![wait.track.key().clone(), size.track.key().clone()],
        picture: picture::line(&wait.track, TEN_MINUTES * 3, "Waiting for a batch", Some(compute.mean)),
        metric: metric(wait.track.key(), format!("Waiting for a batch, {who}"), Unit::Seconds, true),
        stake: 0.45 + (wait.mean / compute.mean).log10() * 0.2,
        size: wait.mean / compute.mean,
        takes: &[Resource::Memory],
        ..Finding::new(name, "Compute more items together", TEN_MINUTES)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, count, is_quiet, raises, time};

    #[test]
    fn full_batches_with_a_queue_raise_it_within_the_latency_bound() {
        let run = |size, wait, compute, timeout| {
            Scenario::new()
                .histogram("ml.batch.size{service.name=\"rank\"}", size, 10.0)
                .histogram("ml.batch.duration{service.name=\"rank\"}", compute, 10.0)
                .histogram("ml.batch.wait_time{service.name=\"rank\"}", wait, 640.0)
                .param("ml.batch_size", count(64))
                .param("service.request_timeout", time(timeout))
        };
        raises(&KIND, run(63.0, 0.5, 0.1, 10), &["rank | ml.batch_size 64 → 96 items"]);
        raises(&KIND, run(63.0, 9.0, 5.0, 10), &["rank | ml.batch_size is at its bound already"]);
        is_quiet(&KIND, run(20.0, 0.5, 0.1, 10), "fine");
        is_quiet(&KIND, run(63.0, 0.01, 0.1, 10), "fine");
        is_quiet(&KIND, Scenario::new(), "no data: No service reports ml.batch.size");
    }
}
