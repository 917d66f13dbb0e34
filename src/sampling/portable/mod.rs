//! Probes for systems without readers of their own: everything sysinfo tells, under the same names as on Linux.
//!
//! Compiled and tested on Linux as well, so that what Windows and macOS run has been run. Each probe has a
//! `sysinfo::System` of its own: sysinfo measures one kind of figure against the last refresh of another, so probes
//! that shared one would falsify each other.

mod absent;
mod aside;
mod cpu;
mod disks;
pub mod end;
mod filesystems;
mod gpu;
mod memory;
mod network;
mod processes;
mod temperatures;

use super::{Probe, ProbeError};

pub use processes::PortableProcesses;

/// Every probe of the system as a whole, and those that say why they have no answer here.
pub fn probes() -> Vec<Box<dyn Probe>> {
    let mut probes: Vec<Box<dyn Probe>> = vec![
        Box::new(cpu::CpuProbe::default()),
        Box::new(cpu::LoadProbe::default()),
        Box::new(cpu::FrequencyProbe::default()),
        Box::new(memory::MemoryProbe::default()),
        Box::new(memory::SwapProbe::default()),
        Box::new(disks::DiskProbe::default()),
        Box::new(filesystems::FilesystemProbe::default()),
        Box::new(network::NetworkProbe::default()),
        Box::new(temperatures::TemperatureProbe::default()),
        Box::new(gpu::GpuProbe::default()),
    ];
    probes.extend(absent::probes().map(|probe| Box::new(probe) as Box<dyn Probe>));
    probes
}

/// What sysinfo refuses, in words. `what` opens the sentence.
fn refused(what: &str, why: &sysinfo::Error) -> ProbeError {
    match why {
        sysinfo::Error::Unsupported => ProbeError::unsupported(format!("{} does not tell: {what}", system_name())),
        other => ProbeError::failed(format!("{what}: {other}")),
    }
}

/// The system's name in sentences.
fn system_name() -> &'static str {
    match std::env::consts::OS {
        "windows" => "Windows",
        "macos" => "macOS",
        "linux" => "Linux",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::model::{PassCost, ProbeState, Timestamp};
    use crate::sampling::{Moment, Sampler};

    #[test]
    fn the_portable_probes_answer_here_under_the_names_of_linux() {
        let mut sampler = Sampler::new(super::probes(), 0);
        let moment = |seconds| Moment { at: Timestamp::default(), elapsed: Duration::from_secs(seconds) };
        let second = Duration::from_secs(1);
        let first = sampler.pass(moment(1), second, PassCost::default());
        let batch = sampler.pass(moment(2), second, PassCost::default());
        let keys: Vec<String> = batch.defined.iter().map(|def| def.key.to_string()).collect();
        for key in ["system.memory.utilization", r#"system.memory.usage{system.memory.state="used"}"#] {
            assert!(keys.iter().any(|k| k == key), "{key} is missing in {keys:?}");
        }
        let mut unique = keys.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), keys.len(), "a series is named once");
        assert!(first.points.len() < batch.points.len(), "rates start with the second reading");
        let probes = batch.probes.expect("told");
        let state = |id: &str| &probes.iter().find(|probe| probe.id.0 == id).expect("there").state;
        assert_eq!((state("cpu"), state("memory")), (&ProbeState::Working, &ProbeState::Working));
        assert!(matches!(state("pressure"), ProbeState::Unsupported { why } if why.contains("pressure stall")));
    }
}
