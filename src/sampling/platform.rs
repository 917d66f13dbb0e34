//! Which probes this platform has: Linux its own readers, the others what sysinfo tells.

use super::machine::MachineProbe;
use super::own::OwnProbe;
use super::process::ProcessProbe;
use super::{Probe, portable};

/// Every probe of this machine, in the order in which a pass asks them. Cheap: reads nothing yet.
#[cfg(target_os = "linux")]
pub fn probes() -> Vec<Box<dyn Probe>> {
    use super::process::linux::LinuxProcesses;

    let processes = LinuxProcesses::new("/proc".into(), "/etc/passwd".into(), || all_cores());
    with_common(portable::probes(), Box::new(MachineProbe::new(|| None)), Box::new(ProcessProbe::new(processes)))
}

/// Every probe of this machine, in the order in which a pass asks them. Cheap: reads nothing yet.
#[cfg(not(target_os = "linux"))]
pub fn probes() -> Vec<Box<dyn Probe>> {
    let processes = ProcessProbe::new(portable::PortableProcesses::default());
    with_common(portable::probes(), Box::new(MachineProbe::new(|| None)), Box::new(processes))
}

/// Makes the probes anew for each start of the sampler.
pub fn probe_factory() -> impl Fn() -> Vec<Box<dyn Probe>> + Send + Sync + 'static {
    probes
}

fn with_common(
    mut probes: Vec<Box<dyn Probe>>,
    machine: Box<dyn Probe>,
    processes: Box<dyn Probe>,
) -> Vec<Box<dyn Probe>> {
    // The machine comes first: what it has in cores and memory gives the other figures their meaning.
    probes.insert(0, machine);
    probes.push(processes);
    probes.push(Box::new(OwnProbe::default()));
    probes
}

#[cfg(target_os = "linux")]
fn all_cores() -> f64 {
    std::thread::available_parallelism().map_or(1.0, |n| usize::from(n) as f64)
}
