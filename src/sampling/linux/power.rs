//! The processor's own power meter (RAPL), out of /sys/class/powercap.

use std::io::ErrorKind;
use std::time::Duration;

use super::Root;
use super::parse::{only_number, text};
use super::sensors::is_virtual;
use super::source::{Source, names_in, read_once};
use crate::model::{ProbeId, SeriesGroup, Unit};
use crate::sampling::rate::Rate;
use crate::sampling::track::{Topic, Track};
use crate::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

const TOPIC: Topic = Topic {
    probe: "power",
    title: "Processor power",
    group: SeriesGroup::Sensors,
    every: Some(Duration::from_secs(5)),
};

/// The probe.
pub struct PowerProbe {
    root: Root,
    buffer: Vec<u8>,
    zones: Vec<Zone>,
}

/// A part of the processor with a meter.
struct Zone {
    source: Source,
    /// Such as `intel-rapl:0`.
    id: String,
    /// Such as `package-0`.
    name: String,
    /// Energy in microjoules, from 0 again after what the zone says.
    energy: Rate,
    track: Track,
}

impl PowerProbe {
    /// The probe of the machine under `root`.
    pub fn new(root: &Root) -> Self {
        Self { root: root.clone(), buffer: Vec::new(), zones: Vec::new() }
    }

    fn find_zones(root: &Root) -> Vec<Zone> {
        let folder = root.sys.join("class/powercap");
        let zone = |id: String| {
            // The same meters are there a second time, memory-mapped, under another name.
            if !id.starts_with("intel-rapl:") {
                return None;
            }
            let folder = folder.join(&id);
            let name = text(&read_once(&folder.join("name"))?).into_owned();
            let greatest = read_once(&folder.join("max_energy_range_uj")).and_then(|bytes| only_number(&bytes));
            let energy = greatest.map_or_else(Rate::default, Rate::wrapping_after);
            Some(Zone { source: Source::new(folder.join("energy_uj")), id, name, energy, track: Track::default() })
        };
        names_in(&folder).into_iter().filter_map(zone).collect()
    }
}

impl Probe for PowerProbe {
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
        if self.zones.is_empty() {
            self.zones = Self::find_zones(&self.root);
        }
        let mut outcome = if !self.zones.is_empty() {
            Ok(())
        } else if is_virtual(&self.root) {
            Err(ProbeError::unsupported("The hypervisor hides the power meter"))
        } else {
            let folder = self.root.sys.join("class/powercap");
            Err(ProbeError::unsupported(format!("No power meter under {}", folder.display())))
        };
        for Zone { source, id, name, energy, track } in &mut self.zones {
            let microjoules = match source.read(&mut self.buffer) {
                Ok(text) => only_number(text),
                Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                    let why = format!("Only root may read the power meter: {}", source.path().display());
                    outcome = Err(ProbeError::unsupported(why));
                    continue;
                }
                Err(error) => {
                    outcome = Err(super::source::refused(source.path(), &error));
                    continue;
                }
            };
            let watts = microjoules.and_then(|sum| energy.per_second(sum, now.elapsed)).map(|rate| rate / 1e6);
            track.put(out, watts, || {
                let attributes = [("hw.id", id.as_str()), ("hw.name", name.as_str())];
                TOPIC.series("hw.power", &attributes, Unit::Watts, "Processor power", name)
            });
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::super::world::{Watched, World};
    use super::*;

    #[test]
    fn energy_becomes_power_over_its_wrap() {
        let world = World::empty();
        let zone = |path: &str, name: &str, microjoules: u64| {
            let file = |file: &str| format!("sys/class/powercap/{path}/{file}");
            world.write(&file("name"), name).write(&file("energy_uj"), &format!("{microjoules}\n"));
            world.write(&file("max_energy_range_uj"), "262143328850\n");
        };
        world.write("sys/class/powercap/intel-rapl/enabled", "1\n");
        zone("intel-rapl:0", "package-0\n", 262_143_328_850 - 9_999_999);
        zone("intel-rapl:0:0", "core\n", 1_000);
        let mut power = Watched::new(PowerProbe::new(&world.root()));
        assert!(power.read(0).is_empty());
        zone("intel-rapl:0", "package-0\n", 15_000_000);
        zone("intel-rapl:0:0", "core\n", 10_001_000);
        assert_eq!(
            power.read(2000),
            [
                r#"hw.power{hw.id="intel-rapl:0",hw.name="package-0"} 12.5"#,
                r#"hw.power{hw.id="intel-rapl:0:0",hw.name="core"} 5"#,
            ]
        );
    }

    #[test]
    fn the_lack_of_a_meter_is_explained() {
        let world = World::empty();
        let mut power = Watched::new(PowerProbe::new(&world.root()));
        power.read(0);
        assert!(power.why().starts_with("No power meter under "), "{}", power.why());
        world.write("proc/cpuinfo", "flags : hypervisor\n");
        power.read(60_000);
        assert_eq!(power.why(), "The hypervisor hides the power meter");
    }
}
