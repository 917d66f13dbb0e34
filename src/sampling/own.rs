//! What Perfdesk itself costs and loses: its processor time, resident memory and dropped data, as figures and as a probe.

use std::time::Duration;

use super::track::{Topic, Track};
use super::{Cadence, Moment, Probe, ProbeError, Recorder};
use crate::model::{PassCost, ProbeId, SeriesGroup, Unit};

const TOPIC: Topic = Topic { probe: "perfdesk", title: "Perfdesk itself", group: SeriesGroup::Own, every: None };

/// What this process has used so far, and holds now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OwnCost {
    /// Processor time of all its threads since its start, seconds.
    pub cpu_seconds: f64,
    /// Resident memory, bytes.
    pub memory_bytes: u64,
}

/// Reads the own cost; `None` where the system does not tell.
pub fn own_cost() -> Option<OwnCost> {
    OwnReader::default().read()
}

/// Reads the own cost again and again.
#[cfg(target_os = "linux")]
#[derive(Debug, Default)]
pub struct OwnReader {
    statm: Option<std::fs::File>,
}

#[cfg(target_os = "linux")]
impl OwnReader {
    /// The present cost. Processor time comes from the process's own clock: that in /proc moves in steps of 10 ms,
    /// more than a second of Perfdesk uses.
    pub fn read(&mut self) -> Option<OwnCost> {
        use std::os::unix::fs::FileExt as _;

        let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        if self.statm.is_none() {
            self.statm = std::fs::File::open("/proc/self/statm").ok();
        }
        let mut text = [0; 128];
        let n = self.statm.as_ref()?.read_at(&mut text, 0).ok()?;
        let pages: u64 = std::str::from_utf8(&text[..n]).ok()?.split(' ').nth(1)?.parse().ok()?;
        Some(OwnCost {
            cpu_seconds: time.tv_sec as f64 + time.tv_nsec as f64 / 1e9,
            memory_bytes: pages.saturating_mul(rustix::param::page_size() as u64),
        })
    }
}

/// Reads the own cost again and again.
#[cfg(not(target_os = "linux"))]
#[derive(Debug, Default)]
pub struct OwnReader {
    system: Option<sysinfo::System>,
}

#[cfg(not(target_os = "linux"))]
impl OwnReader {
    /// The present cost.
    pub fn read(&mut self) -> Option<OwnCost> {
        use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

        if self.system.is_none() {
            self.system = System::new().ok();
        }
        let system = self.system.as_mut()?;
        let own = Pid::from_u32(std::process::id());
        let wanted = ProcessRefreshKind::nothing().without_tasks().with_cpu().with_memory();
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&[own]), true, wanted);
        let process = system.process(own)?;
        let cpu_seconds = process.accumulated_cpu_time() as f64 / 1000.0;
        Some(OwnCost { cpu_seconds, memory_bytes: process.memory() })
    }
}

/// Records the own cost and losses at every tick.
#[derive(Debug, Default)]
pub struct OwnProbe {
    reader: OwnReader,
    before: Option<(f64, Duration)>,
    cpu: Track,
    memory: Track,
    lost: Track,
    losses: PassCost,
}

impl Probe for OwnProbe {
    fn id(&self) -> ProbeId {
        TOPIC.id()
    }

    fn title(&self) -> &'static str {
        TOPIC.title
    }

    fn group(&self) -> SeriesGroup {
        TOPIC.group
    }

    fn cadence(&self) -> Cadence {
        TOPIC.cadence()
    }

    fn take_losses(&mut self, losses: PassCost) {
        self.losses = losses;
    }

    fn read(&mut self, now: Moment, out: &mut Recorder) -> Result<(), ProbeError> {
        let lost = self.losses.skipped_ticks + self.losses.dropped_batches;
        self.lost.put(out, Some(lost as f64), || {
            TOPIC.series("perfdesk.dropped", &[], Unit::Count("drop"), "Perfdesk drops", "")
        });
        let missing = || ProbeError::failed("This system does not tell what Perfdesk itself costs");
        let cost = self.reader.read().ok_or_else(missing)?;
        let share = self.before.replace((cost.cpu_seconds, now.elapsed)).and_then(|(seconds, at)| {
            let span = now.elapsed.saturating_sub(at).as_secs_f64();
            (span > 0.0).then(|| (cost.cpu_seconds - seconds).max(0.0) / span)
        });
        self.cpu.put(out, share, || {
            TOPIC.series("perfdesk.cpu.utilization", &[], Unit::Ratio, "Perfdesk CPU", "share of one core")
        });
        self.memory.put(out, Some(cost.memory_bytes as f64), || {
            TOPIC.series("perfdesk.memory.usage", &[], Unit::Bytes, "Perfdesk memory", "")
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    #[test]
    fn the_own_cost_is_that_of_a_running_program() {
        let before = own_cost().expect("told");
        let sum = (0..20_000_000_u64).fold(0, |sum: u64, i| sum.rotate_left(3) ^ std::hint::black_box(i));
        let after = own_cost().expect("told");
        assert!(after.cpu_seconds > before.cpu_seconds, "computing {sum} took time");
        assert!((100_000..100_000_000_000).contains(&after.memory_bytes), "{after:?}");
    }

    #[test]
    fn the_share_of_a_core_starts_with_the_second_reading() {
        let (mut probe, mut out) = (OwnProbe::default(), Recorder::default());
        for (second, n_points) in [(1, 2), (2, 5)] {
            let now = Moment { at: Timestamp::default(), elapsed: Duration::from_secs(second) };
            probe.read(now, &mut out).expect("reads");
            assert_eq!(out.points.len(), n_points, "after {second} s");
        }
        let metrics: Vec<&str> = out.defined.iter().map(|def| def.key.metric()).collect();
        assert_eq!(metrics, ["perfdesk.dropped", "perfdesk.memory.usage", "perfdesk.cpu.utilization"]);
    }

    #[test]
    fn what_was_dropped_and_skipped_is_one_count() {
        let (mut probe, mut out) = (OwnProbe::default(), Recorder::default());
        probe.take_losses(PassCost { duration: Duration::ZERO, skipped_ticks: 2, dropped_batches: 5 });
        let now = Moment { at: Timestamp::default(), elapsed: Duration::from_secs(1) };
        probe.read(now, &mut out).expect("reads");
        assert_eq!(out.points[0].value, 7.0);
    }
}
