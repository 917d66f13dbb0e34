//! What the process itself costs, read as often as it is asked for and at most twice a second.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use super::{Kind, Meter};

/// How old a reading may be.
const FRESH: Duration = Duration::from_millis(500);

struct Reader {
    system: System,
    pid: Pid,
    at: Option<Instant>,
}

impl Reader {
    fn read<T: Default>(&mut self, of: impl Fn(&sysinfo::Process) -> T) -> T {
        if self.at.is_none_or(|at| at.elapsed() >= FRESH) {
            let what = ProcessRefreshKind::nothing().with_cpu().with_memory();
            self.system.refresh_processes_specifics(ProcessesToUpdate::Some(&[self.pid]), false, what);
            self.at = Some(Instant::now());
        }
        self.system.process(self.pid).map(of).unwrap_or_default()
    }
}

/// Adds CPU time, memory and age of this process. Source of the names: OpenTelemetry, "Process metrics".
pub fn observe(meter: &Meter) {
    // A system that tells nothing of processes leaves these out.
    let Ok(system) = System::new() else { return };
    let pid = Pid::from_u32(std::process::id());
    let reader = Arc::new(Mutex::new(Reader { system, pid, at: None }));
    let started = Instant::now();
    let ask = move |of: fn(&sysinfo::Process) -> f64| {
        let reader = reader.clone();
        move || reader.lock().unwrap_or_else(PoisonError::into_inner).read(of)
    };
    let cpu = meter.family("process.cpu.time", "s", Kind::Counter, "CPU time of the process.");
    cpu.observe(Vec::new(), ask(|process| process.accumulated_cpu_time() as f64 / 1e3));
    let memory = meter.family("process.memory.usage", "By", Kind::UpDown, "Physical memory of the process.");
    memory.observe(Vec::new(), ask(|process| process.memory() as f64));
    let uptime = meter.family("process.uptime", "s", Kind::Gauge, "Time since the process began.");
    uptime.observe(Vec::new(), move || started.elapsed().as_secs_f64());
}
