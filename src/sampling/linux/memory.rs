//! Memory out of /proc/meminfo, and swap out of /proc/swaps.
//!
//! In a container whose memory is limited, the utilization is the share of that limit the container holds and the
//! kernel cannot simply drop; the other series stay the machine's.

use super::Root;
use super::cgroup::MemoryLimit;
use super::container::{MemoryUsage, Watch};
use super::parse::{fields, lines, number};
use super::source::Source;
use crate::model::{ProbeId, SeriesGroup, Unit};
use crate::sampling::track::{Topic, Track};
use crate::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

const STATES: [(&str, &str); 4] =
    [("used", "Memory used"), ("free", "Memory free"), ("cached", "Memory cached"), ("buffers", "Memory in buffers")];

/// What the kernel tells of memory, bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Meminfo {
    total: u64,
    free: u64,
    /// Absent before kernel 3.14.
    available: Option<u64>,
    buffers: u64,
    /// Page cache, and slabs the kernel can drop.
    cached: u64,
}

impl Meminfo {
    fn parse(text: &[u8]) -> Option<Self> {
        let mut info = Self::default();
        for line in lines(text) {
            let mut rest = fields(line);
            let (Some(name), Some(kibibytes)) = (rest.next(), rest.next().and_then(number)) else { continue };
            let bytes = kibibytes.saturating_mul(1024);
            match name {
                b"MemTotal:" => info.total = bytes,
                b"MemFree:" => info.free = bytes,
                b"MemAvailable:" => info.available = Some(bytes),
                b"Buffers:" => info.buffers = bytes,
                b"Cached:" => info.cached = bytes,
                b"SReclaimable:" => {
                    info.cached = info.cached.saturating_add(bytes);
                    // Nothing below this line is of use.
                    break;
                }
                _ => {}
            }
        }
        (info.total > 0).then_some(info)
    }

    /// By state; they add up to the total.
    fn states(&self) -> [u64; 4] {
        let used =
            [self.free, self.cached, self.buffers].iter().fold(self.total, |left, part| left.saturating_sub(*part));
        [used, self.free, self.cached, self.buffers]
    }

    /// What programs can have without anything being written out.
    fn available(&self) -> u64 {
        let guess = self.free.saturating_add(self.buffers).saturating_add(self.cached);
        self.available.unwrap_or(guess).min(self.total)
    }
}

const TOPIC: Topic = Topic { probe: "memory", title: "Memory", group: SeriesGroup::Memory, every: None };

/// The probe of memory.
pub struct MemoryProbe {
    source: Source,
    buffer: Vec<u8>,
    limit: Watch<MemoryLimit>,
    usage: Option<(MemoryUsage, u64)>,
    states: [Track; 4],
    available: Track,
    utilization: Track,
}

impl MemoryProbe {
    /// The probe of the machine under `root`.
    pub fn new(root: &Root) -> Self {
        Self {
            source: Source::new(root.proc.join("meminfo")),
            buffer: Vec::new(),
            limit: Watch::new(root, |group| group.memory),
            usage: None,
            states: Default::default(),
            available: Track::default(),
            utilization: Track::default(),
        }
    }
}

impl Probe for MemoryProbe {
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
        let (limit, is_new) = self.limit.look(now);
        if is_new {
            self.usage = limit.map(|limit| (MemoryUsage::new(limit), limit.bytes));
        }
        let text = self.source.read_or_refuse(&mut self.buffer)?;
        let info = Meminfo::parse(text)
            .ok_or_else(|| ProbeError::failed(format!("No total of memory in {}", self.source.path().display())))?;
        for ((track, (state, name)), bytes) in self.states.iter_mut().zip(STATES).zip(info.states()) {
            track.put(out, Some(bytes as f64), || {
                let attributes = [("system.memory.state", state)];
                TOPIC.series("system.memory.usage", &attributes, Unit::Bytes, name, "")
            });
        }
        self.available.put(out, Some(info.available() as f64), || {
            TOPIC.series("system.linux.memory.available", &[], Unit::Bytes, "Memory available", "")
        });
        let utilization = match &mut self.usage {
            None => Some(1.0 - info.available() as f64 / info.total as f64),
            Some((usage, limit)) => {
                usage.bytes(&mut self.buffer).map(|(_, kept)| (kept as f64 / (*limit).max(1) as f64).min(1.0))
            }
        };
        self.utilization
            .put(out, utilization, || TOPIC.series("system.memory.utilization", &[], Unit::Ratio, "Memory", ""));
        Ok(())
    }
}

/// The probe of swap.
pub struct SwapProbe {
    source: Source,
    buffer: Vec<u8>,
    used: Track,
    free: Track,
    utilization: Track,
}

impl SwapProbe {
    const TOPIC: Topic = Topic { probe: "swap", title: "Swap", group: SeriesGroup::Memory, every: None };

    /// The probe of the machine under `root`.
    pub fn new(root: &Root) -> Self {
        let [used, free, utilization] = Default::default();
        Self { source: Source::new(root.proc.join("swaps")), buffer: Vec::new(), used, free, utilization }
    }
}

impl Probe for SwapProbe {
    fn id(&self) -> ProbeId {
        Self::TOPIC.id()
    }

    fn title(&self) -> &'static str {
        Self::TOPIC.title
    }

    fn group(&self) -> SeriesGroup {
        Self::TOPIC.group
    }

    fn cadence(&self) -> Cadence {
        Self::TOPIC.cadence()
    }

    fn read(&mut self, _now: Moment, out: &mut Recorder) -> Result<(), ProbeError> {
        let none = || ProbeError::unsupported("No swap on this machine");
        let text = match self.source.read(&mut self.buffer) {
            Ok(text) => text,
            // A kernel built without swap has no such file.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(none()),
            Err(error) => return Err(super::source::refused(self.source.path(), &error)),
        };
        let (size, used) = swaps(text);
        if size == 0 {
            return Err(none());
        }
        let usage = |state: &'static str, name: &'static str| {
            move || {
                let attributes = [("system.paging.state", state)];
                Self::TOPIC.series("system.paging.usage", &attributes, Unit::Bytes, name, "")
            }
        };
        self.used.put(out, Some(used as f64), usage("used", "Swap used"));
        self.free.put(out, Some(size.saturating_sub(used) as f64), usage("free", "Swap free"));
        self.utilization.put(out, Some((used as f64 / size as f64).min(1.0)), || {
            Self::TOPIC.series("system.paging.utilization", &[], Unit::Ratio, "Swap", "")
        });
        Ok(())
    }
}

/// Size and use of all swap devices together, bytes.
fn swaps(text: &[u8]) -> (u64, u64) {
    lines(text).skip(1).fold((0, 0), |(size, used), line| {
        let mut rest = fields(line).skip(2).map(number);
        match (rest.next().flatten(), rest.next().flatten()) {
            (Some(s), Some(u)) => {
                (size.saturating_add(s.saturating_mul(1024)), used.saturating_add(u.saturating_mul(1024)))
            }
            _ => (size, used),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::world::{Watched, World};
    use super::*;

    #[test]
    fn memory_by_state_adds_up_to_all_of_it() {
        let world = World::recorded("host");
        let mut memory = Watched::new(MemoryProbe::new(&world.root()));
        assert_eq!(
            memory.read(0),
            [
                r#"system.memory.usage{system.memory.state="used"} 4294967296"#,
                r#"system.memory.usage{system.memory.state="free"} 2147483648"#,
                r#"system.memory.usage{system.memory.state="cached"} 2013265920"#,
                r#"system.memory.usage{system.memory.state="buffers"} 134217728"#,
                "system.linux.memory.available 4294967296",
                "system.memory.utilization 0.5",
            ]
        );
    }

    #[test]
    fn an_old_kernel_has_no_available_memory_and_it_is_reckoned() {
        let info = Meminfo::parse(b"MemTotal: 100 kB\nMemFree: 10 kB\nBuffers: 5 kB\nCached: 20 kB\n").expect("info");
        assert_eq!((info.available(), info.states()), (35 * 1024, [65, 10, 20, 5].map(|k| k * 1024)));
        assert_eq!(Meminfo::parse(b"MemFree: 10 kB\n"), None);
    }

    #[test]
    fn in_a_container_utilization_is_of_its_limit() {
        for version in ["v1", "v2"] {
            let world = World::recorded(&format!("container-{version}"));
            let mut memory = Watched::new(MemoryProbe::new(&world.root()));
            world.becomes(&format!("container-{version}-later"));
            let expect = if version == "v1" { "0.293" } else { "0.5859" };
            assert_eq!(memory.read_metric(0, "system.memory.utilization"), [expect], "{version}");
        }
    }

    #[test]
    fn swap_is_told_or_its_absence_is() {
        let world = World::recorded("host");
        let mut swap = Watched::new(SwapProbe::new(&world.root()));
        assert_eq!(
            swap.read(0),
            [
                r#"system.paging.usage{system.paging.state="used"} 268435456"#,
                r#"system.paging.usage{system.paging.state="free"} 805306368"#,
                "system.paging.utilization 0.25",
            ]
        );
        for change in ["no-psi-no-swap", ""] {
            if change.is_empty() {
                world.remove("proc/swaps")
            } else {
                world.becomes(change);
                &world
            };
            let mut swap = Watched::new(SwapProbe::new(&world.root()));
            assert!(swap.read(0).is_empty());
            assert_eq!(swap.outcome, Err(ProbeError::unsupported("No swap on this machine")));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = (Meminfo::parse(&bytes).map(|info| (info.states(), info.available())), swaps(&bytes));
        }
    }
}
