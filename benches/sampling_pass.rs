//! What one sampling pass costs on this machine with 500 more processes: `cargo bench --bench sampling_pass`.
//!
//! The processes are real (`sleep 1000`), since a recorded /proc costs nothing of what the kernel's own one does. They
//! are ended when the bench ends. Prints the times of passes 200 ms apart, what each probe took of the last one, and for
//! comparison, under the same load, what sysinfo's own list of processes takes.

#![allow(clippy::print_stdout)]

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use perfdesk::model::{PassCost, Timestamp};
use perfdesk::sampling::own::own_cost;
use perfdesk::sampling::{Moment, Sampler, platform};
use sysinfo::{ProcessesToUpdate, System};

const N_PROCESSES: usize = 500;
const N_PASSES: usize = 50;
const N_REFRESHES: usize = 10;
const BETWEEN: Duration = Duration::from_millis(200);

/// Processes that are ended when this is dropped.
struct Sleepers(Vec<Child>);

impl Drop for Sleepers {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn main() {
    let sleep = || Command::new("sleep").arg("1000").stdin(Stdio::null()).stdout(Stdio::null()).spawn();
    let sleepers = Sleepers((0..N_PROCESSES).map_while(|_| sleep().ok()).collect());
    println!("{} sleeping processes", sleepers.0.len());

    let mut sampler = Sampler::new(platform::probes(), 0);
    let started = Instant::now();
    let mut times = Vec::with_capacity(N_PASSES);
    let mut n_rows = 0;
    let mut statuses = None;
    let mut cpu_before = None;
    for _ in 0..=N_PASSES {
        let before = Instant::now();
        let now = Moment { at: Timestamp::default(), elapsed: started.elapsed() };
        let batch = sampler.pass(now, BETWEEN, PassCost::default());
        sampler.delivered();
        // The first pass opens everything; it is told apart.
        cpu_before = cpu_before.or_else(|| own_cost().map(|own| own.cpu_seconds));
        times.push(before.elapsed());
        n_rows = batch.processes.map_or(n_rows, |table| table.rows.len());
        statuses = batch.probes;
        std::thread::sleep(BETWEEN);
    }
    let own = own_cost();
    let first = times.remove(0);
    println!("{n_rows} processes in the table; first pass {:.2} ms", ms(first));
    println!("{}", summary("passes", &mut times));
    if let (Some(before), Some(own)) = (cpu_before, own) {
        let each = (own.cpu_seconds - before) / times.len() as f64;
        println!("processor time {:.2} ms a pass; resident {:.1} MB", each * 1e3, own.memory_bytes as f64 / 1e6);
    }
    let statuses = statuses.iter().flat_map(|list| list.iter());
    for status in statuses {
        println!("  {:12} {:8.3} ms  {:?}", status.id.0, ms(status.cost), status.state);
    }
    println!("{}", summary("sysinfo refreshes", &mut sysinfo_times()));
}

fn sysinfo_times() -> Vec<Duration> {
    let Ok(mut system) = System::new() else { return Vec::new() };
    let refresh = |_| {
        std::thread::sleep(BETWEEN);
        let before = Instant::now();
        system.refresh_processes(ProcessesToUpdate::All, true);
        before.elapsed()
    };
    (0..N_REFRESHES).map(refresh).collect()
}

fn summary(what: &str, times: &mut [Duration]) -> String {
    times.sort();
    let at = |share: f64| {
        let place = (times.len().saturating_sub(1) as f64 * share).round() as usize;
        times.get(place).copied().map_or(f64::NAN, ms)
    };
    format!("{} {what}: p50 {:.2} ms, p99 {:.2} ms, least {:.2} ms", times.len(), at(0.5), at(0.99), at(0.0))
}

fn ms(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}
