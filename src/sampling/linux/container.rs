//! The container this machine is: what its control group used, and how often it was held back.
//!
//! Also the two readers of a group's files that the processor and memory probes share.

use std::time::Duration;

use super::Root;
use super::cgroup::{CpuLimit, Group, MemoryLimit, Version, detect};
use super::parse::{named_number, only_number};
use super::source::Source;
use crate::model::{ProbeId, SeriesDef, SeriesGroup, Unit};
use crate::sampling::rate::Rate;
use crate::sampling::track::{Topic, Track};
use crate::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

const TOPIC: Topic = Topic { probe: "container", title: "Container", group: SeriesGroup::Cpu, every: None };
/// Limits may be changed while a container runs; looking for them costs a dozen files.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// Finds the limits in force, and looks again from time to time.
pub struct Watch<T> {
    root: Root,
    take: fn(Group) -> Option<T>,
    due: Duration,
    found: Option<T>,
}

impl<T: PartialEq> Watch<T> {
    /// Looks for what `take` picks of the limits.
    pub fn new(root: &Root, take: fn(Group) -> Option<T>) -> Self {
        Self { root: root.clone(), take, due: Duration::ZERO, found: None }
    }

    /// The limit in force, and whether it is another one than before.
    pub fn look(&mut self, now: Moment) -> (Option<&T>, bool) {
        let mut is_new = false;
        if now.elapsed >= self.due {
            self.due = now.elapsed + LOOK_AGAIN;
            let found = (self.take)(detect(&self.root));
            is_new = found != self.found;
            self.found = found;
        }
        (self.found.as_ref(), is_new)
    }
}

/// Reads the processor time a group used.
#[derive(Debug)]
pub struct CpuUsage {
    source: Source,
    version: Version,
    rate: Rate,
}

impl CpuUsage {
    /// A reader for a group.
    pub fn new(limit: &CpuLimit) -> Self {
        let name = if limit.version == Version::V2 { "cpu.stat" } else { "cpuacct.usage" };
        Self { source: Source::new(limit.usage.join(name)), version: limit.version, rate: Rate::default() }
    }

    /// Cores in use since the last reading.
    pub fn cores(&mut self, now: Moment, buffer: &mut Vec<u8>) -> Option<f64> {
        let text = self.source.read(buffer).ok()?;
        let (used, each_second) = match self.version {
            Version::V2 => (named_number(text, b"usage_usec")?, 1e6),
            Version::V1 => (only_number(text)?, 1e9),
        };
        Some(self.rate.per_second(used, now.elapsed)? / each_second)
    }
}

/// Reads the memory a group uses.
#[derive(Debug)]
pub struct MemoryUsage {
    usage: Source,
    stat: Source,
    version: Version,
}

impl MemoryUsage {
    /// A reader for a group.
    pub fn new(limit: &MemoryLimit) -> Self {
        let name = if limit.version == Version::V2 { "memory.current" } else { "memory.usage_in_bytes" };
        let file = |name| Source::new(limit.folder.join(name));
        Self { usage: file(name), stat: file("memory.stat"), version: limit.version }
    }

    /// Bytes in use, and those of them that the kernel cannot simply drop: without the file pages it would drop first.
    pub fn bytes(&mut self, buffer: &mut Vec<u8>) -> Option<(u64, u64)> {
        let used = only_number(self.usage.read(buffer).ok()?)?;
        let name: &[u8] = if self.version == Version::V2 { b"inactive_file" } else { b"total_inactive_file" };
        let droppable = self.stat.read(buffer).ok().and_then(|text| named_number(text, name)).unwrap_or(0);
        Some((used, used.saturating_sub(droppable)))
    }
}

/// How often a group was held back.
struct Throttling {
    source: Source,
    version: Version,
    periods: Rate,
    throttled: Rate,
    time: Rate,
}

/// The probe.
pub struct ContainerProbe {
    watch: Watch<Group>,
    cpu: Option<(CpuUsage, Throttling)>,
    memory: Option<MemoryUsage>,
    buffer: Vec<u8>,
    tracks: [Track; 5],
}

impl ContainerProbe {
    /// The probe of the machine under `root`.
    pub fn new(root: &Root) -> Self {
        Self {
            watch: Watch::new(root, Some),
            cpu: None,
            memory: None,
            buffer: Vec::new(),
            tracks: [Track::default(); 5],
        }
    }
}

impl Probe for ContainerProbe {
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

    fn read(&mut self, now: Moment, out: &mut Recorder) -> Result<(), ProbeError> {
        let (group, is_new) = self.watch.look(now);
        let Some(group) = group else { return Ok(()) };
        if is_new {
            self.cpu = group.cpu.as_ref().map(|limit| (CpuUsage::new(limit), Throttling::new(limit)));
            self.memory = group.memory.as_ref().map(MemoryUsage::new);
        }
        if group.cpu.is_none() && group.memory.is_none() {
            return Err(ProbeError::unsupported(if group.is_limited_alone {
                "A control group limits this program alone, not the machine"
            } else {
                "Not in a container: no control group limits this machine"
            }));
        }
        let [cores, periods, held_back, usage, working_set] = &mut self.tracks;
        if let Some((cpu, throttling)) = &mut self.cpu {
            cores.put(out, cpu.cores(now, &mut self.buffer), || {
                TOPIC.series("container.cpu.usage", &[], Unit::Cores, "Container CPU", "")
            });
            let (share, time) = throttling.read(now, &mut self.buffer);
            periods.put(out, share, || {
                let name = "Container CPU throttled";
                TOPIC.series("container.linux.cpu.throttled", &[], Unit::Ratio, name, "")
            });
            held_back.put(out, time, || {
                let name = "Container CPU held back";
                TOPIC.series("container.linux.cpu.throttled_time", &[], Unit::Cores, name, "")
            });
        }
        if let Some((used, kept)) = self.memory.as_mut().and_then(|memory| memory.bytes(&mut self.buffer)) {
            usage.put(out, Some(used as f64), || memory_series("container.memory.usage", "Container memory"));
            working_set
                .put(out, Some(kept as f64), || memory_series("container.memory.working_set", "Container working set"));
        }
        Ok(())
    }
}

fn memory_series(metric: &str, name: &str) -> SeriesDef {
    SeriesDef { group: SeriesGroup::Memory, ..TOPIC.series(metric, &[], Unit::Bytes, name, "") }
}

impl Throttling {
    fn new(limit: &CpuLimit) -> Self {
        let [periods, throttled, time] = [Rate::default(); 3];
        Self { source: Source::new(limit.stat.join("cpu.stat")), version: limit.version, periods, throttled, time }
    }

    /// The share of the quota's periods in which the group was held back, and the cores' time it lost by that in
    /// seconds each second.
    fn read(&mut self, now: Moment, buffer: &mut Vec<u8>) -> (Option<f64>, Option<f64>) {
        let Ok(text) = self.source.read(buffer) else { return (None, None) };
        let (name, each_second): (&[u8], f64) = match self.version {
            Version::V2 => (b"throttled_usec", 1e6),
            Version::V1 => (b"throttled_time", 1e9),
        };
        let [periods, throttled, time] = [
            (b"nr_periods".as_slice(), &mut self.periods),
            (b"nr_throttled", &mut self.throttled),
            (name, &mut self.time),
        ]
        .map(|(name, rate)| named_number(text, name).and_then(|value| rate.step(value, now.elapsed)));
        let share = periods.zip(throttled).filter(|(periods, _)| periods.growth > 0);
        let share = share.map(|(periods, throttled)| (throttled.growth as f64 / periods.growth as f64).min(1.0));
        (share, time.map(|time| time.per_second() / each_second))
    }
}

#[cfg(test)]
mod tests {
    use super::super::world::{Watched, World};
    use super::*;

    #[test]
    fn use_and_throttling_of_both_versions_are_told() {
        for version in ["v1", "v2"] {
            let world = World::recorded(&format!("container-{version}"));
            let mut container = Watched::new(ContainerProbe::new(&world.root()));
            assert_eq!(container.read(0).len(), 2, "{version}: memory alone at first");
            world.becomes(&format!("container-{version}-later"));
            assert_eq!(
                container.read(2000),
                [
                    "container.cpu.usage 0.75",
                    "container.linux.cpu.throttled 0.25",
                    "container.linux.cpu.throttled_time 0.05",
                    "container.memory.usage 419430400",
                    "container.memory.working_set 314572800",
                ]
            );
            assert_eq!(container.why(), "");
        }
    }

    #[test]
    fn a_machine_without_limits_says_that_it_is_no_container() {
        let world = World::recorded("host");
        let mut container = Watched::new(ContainerProbe::new(&world.root()));
        assert!(container.read(0).is_empty());
        assert_eq!(
            container.outcome,
            Err(ProbeError::unsupported("Not in a container: no control group limits this machine"))
        );
    }

    #[test]
    fn a_limit_that_is_lifted_ends_the_series() {
        let world = World::recorded("container-v2");
        let mut container = Watched::new(ContainerProbe::new(&world.root()));
        container.read(0);
        world.write("sys/fs/cgroup/cpu.max", "max 100000\n").write("sys/fs/cgroup/memory.max", "max\n");
        assert!(container.read(60_000).is_empty());
        assert!(container.outcome.is_err());
    }
}
