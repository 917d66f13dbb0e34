//! What the machine is: names, cores, memory, start, and the limits of a container. Never looks at processes.

use std::time::Duration;

use sysinfo::{CpuRefreshKind, MemoryRefreshKind, System};

use super::{Cadence, Moment, Probe, ProbeError, Recorder};
use crate::model::{Limits, MachineInfo, ProbeId, SeriesGroup, Timestamp};

/// Limits may be changed while a container runs, and a machine may be renamed.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// Records the machine at first, and again when something about it changed.
pub struct MachineProbe {
    limits: Box<dyn FnMut() -> Option<Limits> + Send>,
    last: Option<MachineInfo>,
}

impl MachineProbe {
    /// The probe's name.
    pub const ID: ProbeId = ProbeId("machine");

    /// A probe that asks `limits` for what a control group allows.
    pub fn new(limits: impl FnMut() -> Option<Limits> + Send + 'static) -> Self {
        Self { limits: Box::new(limits), last: None }
    }
}

impl Probe for MachineProbe {
    fn id(&self) -> ProbeId {
        Self::ID
    }

    fn title(&self) -> &'static str {
        "Machine"
    }

    fn group(&self) -> SeriesGroup {
        SeriesGroup::Cpu
    }

    fn cadence(&self) -> Cadence {
        Cadence::Every(LOOK_AGAIN)
    }

    fn read(&mut self, _now: Moment, out: &mut Recorder) -> Result<(), ProbeError> {
        let limits = (self.limits)();
        let machine = match &self.last {
            Some(last) => MachineInfo { host: host_name(), limits, ..last.clone() },
            None => MachineInfo { limits, ..read_machine()? },
        };
        if self.last.as_ref() != Some(&machine) {
            self.last = Some(machine.clone());
            out.put_machine(machine);
        }
        Ok(())
    }
}

/// Reads what does not change while the machine runs.
fn read_machine() -> Result<MachineInfo, ProbeError> {
    let mut system = System::new().map_err(|why| ProbeError::failed(format!("The machine cannot be asked: {why}")))?;
    system.refresh_cpu_list(CpuRefreshKind::nothing());
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    let named = |name: Result<String, sysinfo::Error>| name.unwrap_or_default().trim().into();
    let n_cores = match system.cpus().len() {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        n => n,
    };
    Ok(MachineInfo {
        host: host_name(),
        system: named(System::long_os_version().or_else(|_| System::name())),
        kernel: named(System::kernel_version()),
        cpu: system.cpus().first().map_or("", |cpu| cpu.brand().trim()).into(),
        n_cores,
        memory_bytes: system.total_memory(),
        booted_at: System::boot_time()
            .ok()
            .and_then(|seconds| i64::try_from(seconds.checked_mul(1000)?).ok())
            .map(Timestamp::from_millis),
        limits: None,
    })
}

fn host_name() -> std::sync::Arc<str> {
    System::host_name().unwrap_or_default().trim().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(probe: &mut MachineProbe) -> Option<MachineInfo> {
        let mut out = Recorder::default();
        probe.read(Moment { at: Timestamp::default(), elapsed: Duration::ZERO }, &mut out).expect("reads");
        out.machine
    }

    #[test]
    fn the_machine_is_told_once_and_again_when_its_limits_change() {
        let mut n_asked = 0;
        let mut probe = MachineProbe::new(move || {
            n_asked += 1;
            (n_asked > 2).then(|| Limits { cpu_cores: Some(0.5), memory_bytes: None, source: "test".into() })
        });
        let machine = read(&mut probe).expect("told");
        assert!(machine.n_cores >= 1 && machine.memory_bytes > 1 << 20, "{machine:?}");
        assert!(!machine.host.is_empty() && !machine.system.is_empty() && !machine.kernel.is_empty(), "{machine:?}");
        assert!(machine.booted_at.is_some_and(|at| at > Timestamp::from_millis(1_500_000_000_000)));
        assert_eq!(read(&mut probe), None, "nothing changed");
        assert_eq!(read(&mut probe).expect("limits").cpu_capacity_cores(), 0.5);
        assert_eq!(read(&mut probe), None);
    }
}
