//! A batch computes longer than an answer may take.

use crate::model::Unit;
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::change::{Bound, adjust, number};
use crate::suggest::evidence::{Evidence, TEN_MINUTES};
use crate::suggest::finding::{Finding, Verdict, as_share, metric};
use crate::suggest::kind::{Kind, Want};
use crate::suggest::{picture, service};

/// Share of the request timeout that waiting and computing may take.
const BUDGET: f64 = 0.5;

/// The kind.
pub const KIND: Kind = Kind {
    name: "ml_batch_large",
    title: "ML batch too large for the latency bound",
    topic: Topic::Ml,
    source: "NVIDIA Triton Inference Server documentation, Dynamic Batcher: the largest batch within the latency budget; Crankshaw et al., Clipper (NSDI 2017)",
    wants: &[Want::all(service::BATCH_SIZE), Want::all(service::BATCH_DURATION), Want::all(service::BATCH_WAIT)],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let services = service::services(e, service::BATCH_DURATION);
    if services.is_empty() {
        return Verdict::NoData(service::missing(service::BATCH_DURATION));
    }
    let Some(timeout) = e.profile.and_then(|profile| number(profile.value("service.request_timeout")?)) else {
        return Verdict::NoData("No profile is in force, so the request timeout is not known".into());
    };
    let cards = services.iter().filter_map(|name| card(e, name, timeout)).collect();
    Verdict::of(
        cards,
        format!("batches are done well within the request timeout of {}", e.text(timeout, Unit::Seconds)),
    )
}

fn card(e: &Evidence<'_>, name: &str, timeout: f64) -> Option<Finding> {
    let compute = service::flow(e, service::BATCH_DURATION, name, TEN_MINUTES)?;
    let wait = service::flow(e, service::BATCH_WAIT, name, TEN_MINUTES).map_or(0.0, |flow| flow.mean);
    let items = service::flow(e, service::BATCH_SIZE, name, TEN_MINUTES)?.mean;
    // Where the queue is longer than the batch computes, smaller batches would only lengthen it.
    if compute.mean + wait < BUDGET * timeout || wait > compute.mean || items < 2.0 {
        return None;
    }
    let who = service::name(name);
    let fits = (items * BUDGET * timeout / (compute.mean + wait) * 0.8).max(1.0);
    let bound = Bound::new(1.0, "one item at a time");
    let cut = (1.0 - fits / items).clamp(0.0, 0.5);
    Some(Finding {
        seen: format!(
            "A batch of {items:.0} items of {who} computes {} after {} of waiting; a request may take {}",
            e.text(compute.mean, Unit::Seconds),
            e.text(wait, Unit::Seconds),
            e.text(timeout, Unit::Seconds)
        ),
        why: "The first item of a batch waits until the last is done: past the timeout the work is thrown away".into(),
        change: adjust(e, "ml.batch_size", fits, &bound, format!("Compute {fits:.0} items together at most")),
        expected: as_share(format!("{who} time of a batch"), -cut, -cut * 0.8, -cut * 0.3, true),
        sure: Sureness::Medium,
        sure_why: "Time and timeout are measured; that time shrinks with the batch is the rule, not seen here".into(),
        stop_at: format!("half the request timeout: {}", e.text(BUDGET * timeout, Unit::Seconds)),
        against: "Smaller batches use the device less well: the queue may grow instead".into(),
        series: vec![compute.track.key().clone()],
        picture: picture::line(&compute.track, TEN_MINUTES * 3, "Time of a batch", Some(BUDGET * timeout)),
        metric: metric(compute.track.key(), format!("Time of a batch, {who}"), Unit::Seconds, true),
        stake: 0.5 + ((compute.mean + wait) / timeout - BUDGET).min(0.4),
        size: (compute.mean + wait) / timeout,
        ..Finding::new(name, "Compute fewer items together", TEN_MINUTES)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, count, is_quiet, raises, time};

    #[test]
    fn a_batch_that_outlasts_its_requests_raises_it_and_a_quick_one_does_not() {
        let run = |compute, wait| {
            Scenario::new()
                .histogram("ml.batch.size{service.name=\"rank\"}", 64.0, 1.0)
                .histogram("ml.batch.duration{service.name=\"rank\"}", compute, 1.0)
                .histogram("ml.batch.wait_time{service.name=\"rank\"}", wait, 64.0)
                .param("ml.batch_size", count(64))
                .param("service.request_timeout", time(10))
        };
        raises(&KIND, run(6.0, 1.0), &["rank | ml.batch_size 64 → 37 items"]);
        is_quiet(&KIND, run(0.3, 0.1), "fine: batches are done");
        is_quiet(&KIND, run(3.0, 8.0), "fine");
        is_quiet(&KIND, Scenario::new(), "no data: No service reports ml.batch.duration");
    }
}
