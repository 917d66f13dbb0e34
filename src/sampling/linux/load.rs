//! Load averages, out of /proc/loadavg.

use super::Root;
use super::parse::{decimal, fields};
use super::source::Source;
use crate::model::{ProbeId, SeriesGroup, Unit};
use crate::sampling::track::{Topic, Track};
use crate::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

const TOPIC: Topic = Topic { probe: "load", title: "Load", group: SeriesGroup::Cpu, every: None };
const SPANS: [(&str, &str); 3] = [
    ("system.cpu.load_average.1m", "1 min"),
    ("system.cpu.load_average.5m", "5 min"),
    ("system.cpu.load_average.15m", "15 min"),
];

/// The probe.
pub struct LoadProbe {
    source: Source,
    buffer: Vec<u8>,
    tracks: [Track; 3],
}

impl LoadProbe {
    /// The probe of the machine under `root`.
    pub fn new(root: &Root) -> Self {
        Self { source: Source::new(root.proc.join("loadavg")), buffer: Vec::new(), tracks: Default::default() }
    }
}

impl Probe for LoadProbe {
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
        let _ = now;
        let text = self.source.read_or_refuse(&mut self.buffer)?;
        for ((track, (metric, span)), field) in self.tracks.iter_mut().zip(SPANS).zip(fields(text)) {
            track.put(out, decimal(field), || TOPIC.series(metric, &[], Unit::Count("thread"), "Load average", span));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::world::{Watched, World};
    use super::*;

    #[test]
    fn three_averages_are_read() {
        let world = World::empty();
        for (text, expect) in [
            (
                "0.20 0.18 12.5 1/80 11206\n",
                "system.cpu.load_average.1m 0.2,system.cpu.load_average.5m 0.18,system.cpu.load_average.15m 12.5",
            ),
            ("0.20 x", "system.cpu.load_average.1m 0.2"),
            ("", ""),
        ] {
            world.write("proc/loadavg", text);
            assert_eq!(Watched::new(LoadProbe::new(&world.root())).read(0).join(","), expect);
        }
    }
}
