//! Which probes this platform has: Linux its own readers, the others what sysinfo tells.

use std::time::Duration;

use super::machine::MachineProbe;
use super::own::OwnProbe;
#[cfg(not(target_os = "linux"))]
use super::portable;
use super::process::ProcessProbe;
use super::{Moment, Probe, Recorder};
use crate::model::{MachineInfo, Timestamp};

/// Every probe of this machine, in the order in which a pass asks them. Cheap: reads nothing yet.
#[cfg(target_os = "linux")]
pub fn probes() -> Vec<Box<dyn Probe>> {
    use super::linux::{self, Root};
    use super::process::linux::LinuxProcesses;

    let root = Root::default();
    let (of_machine, of_processes) = (root.clone(), root.clone());
    let limit_cores = move || linux::limits(&of_processes).and_then(|limits| limits.cpu_cores);
    let processes = LinuxProcesses::new(root.proc.clone(), "/etc/passwd".into(), limit_cores);
    let machine = MachineProbe::new(move || linux::limits(&of_machine));
    with_common(linux::probes(&root), Box::new(machine), Box::new(ProcessProbe::new(processes)))
}

/// Every probe of this machine, in the order in which a pass asks them. Cheap: reads nothing yet.
#[cfg(not(target_os = "linux"))]
pub fn probes() -> Vec<Box<dyn Probe>> {
    let processes = ProcessProbe::new(portable::PortableProcesses::default());
    with_common(portable::probes(), Box::new(MachineProbe::new(|| None)), Box::new(processes))
}

/// What this machine is, read once; `None` where it does not tell.
pub fn machine() -> Option<MachineInfo> {
    let mut read = Recorder::default();
    let mut probe = probes().into_iter().find(|probe| probe.id() == MachineProbe::ID)?;
    probe.read(Moment { at: Timestamp::default(), elapsed: Duration::ZERO }, &mut read).ok()?;
    read.machine
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
