//! The kinds of suggestions, one file each: what it looks at, its rule of thumb with its source, its words, its scenarios.

mod cache_hits;
mod change_then_worse;
mod connections_idle;
mod context_switches;
mod cpu_saturated;
mod cpu_stolen;
mod cpu_throttled;
mod dead_rows;
mod disk_filling;
mod disk_wait;
mod error_rate;
mod indexes_unused;
mod memory_growing;
mod memory_near_limit;
mod ml_batch_large;
mod ml_batch_small;
mod network_drops;
mod network_errors;
mod pool_exhausted;
mod pool_large;
mod profile_misfit;
mod response_split;
mod retransmits;
mod run_queue;
mod slow_queries;
mod statement_share;
mod swapping;
mod workers_few;
mod workers_many;

use std::time::Duration;

use super::evidence::{Evidence, TEN_MINUTES, Track};
use super::kind::{Kind, Want};

/// Every kind, in the order of lists.
pub const ALL: &[&Kind] = &[
    &cpu_saturated::KIND,
    &cpu_throttled::KIND,
    &cpu_stolen::KIND,
    &run_queue::KIND,
    &context_switches::KIND,
    &memory_near_limit::KIND,
    &memory_growing::KIND,
    &swapping::KIND,
    &disk_wait::KIND,
    &disk_filling::KIND,
    &network_errors::KIND,
    &network_drops::KIND,
    &retransmits::KIND,
    &workers_many::KIND,
    &workers_few::KIND,
    &pool_exhausted::KIND,
    &pool_large::KIND,
    &connections_idle::KIND,
    &slow_queries::KIND,
    &statement_share::KIND,
    &indexes_unused::KIND,
    &dead_rows::KIND,
    &error_rate::KIND,
    &response_split::KIND,
    &cache_hits::KIND,
    &ml_batch_small::KIND,
    &ml_batch_large::KIND,
    &profile_misfit::KIND,
    &change_then_worse::KIND,
];

/// Share of the CPU in use; a container's own where it has less than the machine.
pub(super) const CPU: Want = Want::without("system.cpu.utilization", &["cpu.logical_number", "cpu.mode"]);
/// Share of the CPU by mode.
pub(super) const STEAL: Want = Want::without("system.cpu.utilization", &["cpu.logical_number"]);
/// Share of time in which work waited.
pub(super) const PRESSURE: Want = Want::all("system.linux.pressure.stalled");
/// Share of periods in which a control group was held back.
pub(super) const THROTTLED: Want = Want::all("container.linux.cpu.throttled");
/// Cores that were missing to a control group.
pub(super) const THROTTLED_TIME: Want = Want::all("container.linux.cpu.throttled_time");
/// Share of memory in use.
pub(super) const MEMORY: Want = Want::all("system.memory.utilization");
/// Memory of a container that cannot simply be dropped, bytes.
pub(super) const WORKING_SET: Want = Want::all("container.memory.working_set");
/// Memory that can be had, bytes.
pub(super) const AVAILABLE: Want = Want::all("system.linux.memory.available");
/// Memory by program, bytes.
pub(super) const PROGRAM_MEMORY: Want = Want::all("process.memory.usage");

/// Whether the CPU is held back from outside: then more load is no cause, and more workers are no cure.
fn held_back_by_others(e: &Evidence<'_>) -> bool {
    let throttled = e.mean(THROTTLED.metric, TEN_MINUTES);
    let stolen = e.one(STEAL.metric, &[("cpu.mode", "steal")]).and_then(|track| track.mean(TEN_MINUTES));
    throttled.is_some_and(|share| share >= cpu_throttled::HELD_BACK)
        || stolen.is_some_and(|share| share >= cpu_stolen::STOLEN)
}

/// The memory series and the share in use: of the container's limit where there is one, else of the machine.
fn memory_used_share<'a>(e: &Evidence<'a>, span: Duration) -> Option<(Track<'a>, f64)> {
    let limit = e.machine.limits.as_ref().and_then(|limits| limits.memory_bytes).filter(|bytes| *bytes > 0);
    if let Some((limit, track)) = limit.zip(e.one(WORKING_SET.metric, &[])) {
        return Some((track, track.mean(span)? / limit as f64));
    }
    let track = e.one(MEMORY.metric, &[])?;
    Some((track, track.mean(span)?))
}

/// Events of one direction over packets of the same, by interface: the track, the share and the rate.
fn per_packet<'a>(e: &Evidence<'a>, metric: &str) -> Vec<(Track<'a>, f64, f64)> {
    let interfaces = e.all(metric).filter(|track| !track.attribute("network.interface.name").is_empty());
    interfaces
        .filter_map(|track| {
            let direction = track.attribute("network.io.direction");
            let interface = track.attribute("network.interface.name");
            let attributes = [("network.interface.name", interface), ("network.io.direction", direction)];
            let packets = e.one("system.network.packet.count", &attributes)?.mean(TEN_MINUTES)?;
            let rate = track.mean(TEN_MINUTES)?;
            Some((track, rate / packets.max(rate).max(1e-9), rate))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unlike_and_every_kind_has_its_source() {
        for (i, kind) in ALL.iter().enumerate() {
            assert!(ALL[..i].iter().all(|other| other.name != kind.name && other.title != kind.title), "{}", kind.name);
            assert!(kind.source.len() > 10 && kind.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
        }
    }

    #[test]
    fn on_a_machine_of_which_nothing_is_known_every_kind_says_what_is_missing_or_that_all_is_well() {
        for kind in ALL {
            let found = crate::suggest::scenario::look(kind, crate::suggest::scenario::Scenario::new());
            let why = found.expect_err(kind.name);
            assert!(why.len() > "no data: ".len() + 10, "{}: {why}", kind.name);
        }
    }
}
