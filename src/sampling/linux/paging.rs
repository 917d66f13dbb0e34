//! Paging out of /proc/vmstat: bytes to and from disks, pages to and from swap, major faults, kills for want of memory.

use super::Root;
use super::parse::{fields, lines, number};
use super::source::Source;
use crate::model::{ProbeId, SeriesDef, SeriesGroup, Unit};
use crate::sampling::rate::Rate;
use crate::sampling::track::{Topic, Track};
use crate::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

const TOPIC: Topic = Topic { probe: "paging", title: "Paging", group: SeriesGroup::Memory, every: None };

/// One counter of the file, and the series its rate makes.
struct Counter {
    line: &'static [u8],
    metric: &'static str,
    attribute: Option<(&'static str, &'static str)>,
    unit: Unit,
    name: &'static str,
    /// What one count stands for, in the unit.
    scale: f64,
}

const fn flow(line: &'static [u8], direction: &'static str, name: &'static str) -> Counter {
    let attribute = Some(("system.paging.direction", direction));
    // The kernel counts these two in KiB.
    Counter { line, metric: "system.linux.paging.io", attribute, unit: Unit::BytesPerSecond, name, scale: 1024.0 }
}

const fn swapping(line: &'static [u8], direction: &'static str, name: &'static str) -> Counter {
    let attribute = Some(("system.paging.direction", direction));
    Counter { line, metric: "system.paging.operations", attribute, unit: Unit::PerSecond("page"), name, scale: 1.0 }
}

const COUNTERS: [Counter; 6] = [
    flow(b"pgpgin", "in", "Paged in"),
    flow(b"pgpgout", "out", "Paged out"),
    swapping(b"pswpin", "in", "Swapped in"),
    swapping(b"pswpout", "out", "Swapped out"),
    Counter {
        line: b"pgmajfault",
        metric: "system.paging.faults",
        attribute: Some(("system.paging.fault.type", "major")),
        unit: Unit::PerSecond("fault"),
        name: "Major page faults",
        scale: 1.0,
    },
    Counter {
        line: b"oom_kill",
        metric: "system.linux.memory.oom_kills",
        attribute: None,
        unit: Unit::PerSecond("kill"),
        name: "Out-of-memory kills",
        scale: 1.0,
    },
];

impl Counter {
    fn series(&self) -> SeriesDef {
        TOPIC.series(self.metric, self.attribute.as_slice(), self.unit, self.name, "")
    }
}

/// The probe.
pub struct PagingProbe {
    source: Source,
    buffer: Vec<u8>,
    counters: [(Rate, Track); COUNTERS.len()],
}

impl PagingProbe {
    /// The probe of the machine under `root`.
    pub fn new(root: &Root) -> Self {
        Self { source: Source::new(root.proc.join("vmstat")), buffer: Vec::new(), counters: Default::default() }
    }
}

impl Probe for PagingProbe {
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
        let text = self.source.read_or_refuse(&mut self.buffer)?;
        for line in lines(text) {
            // All six begin with one of these; most of the other lines do not.
            if !matches!(line[0], b'p' | b'o') {
                continue;
            }
            let mut rest = fields(line);
            let (Some(name), Some(value)) = (rest.next(), rest.next()) else { continue };
            let Some(i) = COUNTERS.iter().position(|counter| counter.line == name) else { continue };
            let (rate, track) = &mut self.counters[i];
            let per_second = number(value).and_then(|value| rate.per_second(value, now.elapsed));
            track.put(out, per_second.map(|rate| rate * COUNTERS[i].scale), || COUNTERS[i].series());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::world::{Watched, World};
    use super::*;

    #[test]
    fn counters_give_rates_from_the_second_reading_on() {
        let world = World::recorded("host");
        let mut paging = Watched::new(PagingProbe::new(&world.root()));
        assert!(paging.read(0).is_empty());
        world.becomes("host-later");
        assert_eq!(
            paging.read(2000),
            [
                r#"system.linux.paging.io{system.paging.direction="in"} 1048576"#,
                r#"system.linux.paging.io{system.paging.direction="out"} 0"#,
                r#"system.paging.operations{system.paging.direction="in"} 4"#,
                r#"system.paging.operations{system.paging.direction="out"} 8"#,
                r#"system.paging.faults{system.paging.fault.type="major"} 2.5"#,
                "system.linux.memory.oom_kills 0.5",
            ]
        );
    }
}
