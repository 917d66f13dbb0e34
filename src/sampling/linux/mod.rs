//! Linux: small readers of /proc and /sys, as probes.
//!
//! Every reader takes its root folders as an argument, so that it can be shown a recorded machine. Files are kept
//! open and read again from their start into one buffer; parsers work on bytes and allocate nothing at a tick.
//! Processes are read elsewhere.

mod cgroup;
mod container;
mod cpu;
mod disk;
mod diskstats;
mod filesystem;
mod frequency;
mod gpu;
mod inquiry;
mod load;
mod memory;
mod mounts;
mod network;
mod nvidia;
mod paging;
mod parse;
mod power;
mod pressure;
mod sensors;
mod source;
mod stat;
mod tcp;
#[cfg(test)]
mod world;

use std::path::PathBuf;

use super::Probe;

pub use cgroup::limits;

/// Where /proc and /sys stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The folder that holds what /proc holds.
    pub proc: PathBuf,
    /// The folder that holds what /sys holds.
    pub sys: PathBuf,
}

impl Default for Root {
    /// The machine this program runs on.
    fn default() -> Self {
        Self { proc: PathBuf::from("/proc"), sys: PathBuf::from("/sys") }
    }
}

/// Every probe of the system as a whole, in the order in which they are asked. Opens nothing yet.
pub fn probes(root: &Root) -> Vec<Box<dyn Probe>> {
    vec![
        Box::new(cpu::CpuProbe::new(root)),
        Box::new(load::LoadProbe::new(root)),
        Box::new(frequency::FrequencyProbe::new(root)),
        Box::new(memory::MemoryProbe::new(root)),
        Box::new(memory::SwapProbe::new(root)),
        Box::new(paging::PagingProbe::new(root)),
        Box::new(pressure::PressureProbe::new(root)),
        Box::new(disk::DiskProbe::new(root)),
        Box::new(filesystem::FilesystemProbe::new(root)),
        Box::new(network::NetworkProbe::new(root)),
        Box::new(tcp::TcpProbe::new(root)),
        Box::new(sensors::SensorProbe::new(root)),
        Box::new(power::PowerProbe::new(root)),
        Box::new(gpu::GpuProbe::new(root)),
        Box::new(container::ContainerProbe::new(root)),
    ]
}
