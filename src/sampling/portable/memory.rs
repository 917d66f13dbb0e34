//! Memory and swap.

use sysinfo::{MemoryRefreshKind, System};

use super::refused;
use crate::model::{ProbeId, SeriesGroup, Unit};
use crate::sampling::track::{Topic, Track};
use crate::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

const MEMORY: Topic = Topic { probe: "memory", title: "Memory", group: SeriesGroup::Memory, every: None };
const SWAP: Topic = Topic { probe: "swap", title: "Swap", group: SeriesGroup::Memory, every: None };

/// Memory used, free, and its busy share.
#[derive(Default)]
pub struct MemoryProbe {
    system: Option<System>,
    used: Track,
    free: Track,
    utilization: Track,
}

impl Probe for MemoryProbe {
    fn id(&self) -> ProbeId {
        MEMORY.id()
    }

    fn title(&self) -> &'static str {
        MEMORY.title
    }

    fn group(&self) -> SeriesGroup {
        MEMORY.group
    }

    fn cadence(&self) -> Cadence {
        MEMORY.cadence()
    }

    fn read(&mut self, _now: Moment, out: &mut Recorder) -> Result<(), ProbeError> {
        let system = refreshed(&mut self.system, MemoryRefreshKind::nothing().with_ram())?;
        let (total, used) = (system.total_memory(), system.used_memory());
        if total == 0 {
            return Err(ProbeError::failed("The system does not tell how much memory it has"));
        }
        let usage = |state, name| {
            MEMORY.series("system.memory.usage", &[("system.memory.state", state)], Unit::Bytes, name, "")
        };
        self.used.put(out, Some(used as f64), || usage("used", "Memory used"));
        self.free.put(out, Some(total.saturating_sub(used) as f64), || usage("free", "Memory free"));
        self.utilization.put(out, Some(used as f64 / total as f64), || {
            MEMORY.series("system.memory.utilization", &[], Unit::Ratio, "Memory", "")
        });
        Ok(())
    }
}

/// Swap used, free, and its busy share.
#[derive(Default)]
pub struct SwapProbe {
    system: Option<System>,
    used: Track,
    free: Track,
    utilization: Track,
}

impl Probe for SwapProbe {
    fn id(&self) -> ProbeId {
        SWAP.id()
    }

    fn title(&self) -> &'static str {
        SWAP.title
    }

    fn group(&self) -> SeriesGroup {
        SWAP.group
    }

    fn cadence(&self) -> Cadence {
        SWAP.cadence()
    }

    fn read(&mut self, _now: Moment, out: &mut Recorder) -> Result<(), ProbeError> {
        let system = refreshed(&mut self.system, MemoryRefreshKind::nothing().with_swap())?;
        let (total, used) = (system.total_swap(), system.used_swap());
        if total == 0 {
            return Err(ProbeError::unsupported("No swap on this machine"));
        }
        let usage =
            |state, name| SWAP.series("system.paging.usage", &[("system.paging.state", state)], Unit::Bytes, name, "");
        self.used.put(out, Some(used as f64), || usage("used", "Swap used"));
        self.free.put(out, Some(total.saturating_sub(used) as f64), || usage("free", "Swap free"));
        self.utilization.put(out, Some(used as f64 / total as f64), || {
            SWAP.series("system.paging.utilization", &[], Unit::Ratio, "Swap", "")
        });
        Ok(())
    }
}

fn refreshed(system: &mut Option<System>, what: MemoryRefreshKind) -> Result<&System, ProbeError> {
    if system.is_none() {
        *system = Some(System::new().map_err(|why| refused("memory", &why))?);
    }
    let system = system.as_mut().ok_or_else(|| ProbeError::failed("The system cannot be asked"))?;
    system.refresh_memory_specifics(what);
    Ok(system)
}
