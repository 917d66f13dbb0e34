//! Temperatures, fans and power out of /sys/class/hwmon; temperatures out of thermal zones where hwmon has none.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::Root;
use super::parse::{fields, lines, only_decimal, text};
use super::source::{Source, names_in, read_once};
use crate::model::{ProbeId, SeriesGroup, Unit};
use crate::sampling::track::{Topic, Track};
use crate::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

const TOPIC: Topic =
    Topic { probe: "sensors", title: "Sensors", group: SeriesGroup::Sensors, every: Some(Duration::from_secs(5)) };
/// Drivers come and go with modules and devices.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// Some drivers ask the firmware and take long. A slower sensor is left alone until the next look around.
const GREATEST_COST: Duration = Duration::from_millis(5);

/// A kind of sensor: its files in hwmon, and what its number means.
struct Measure {
    prefix: &'static str,
    suffixes: &'static [&'static str],
    metric: &'static str,
    unit: Unit,
    name: &'static str,
    /// What 1 of the file's number is, in the unit.
    scale: f64,
}

const TEMPERATURE: Measure = Measure {
    prefix: "temp",
    suffixes: &["_input"],
    metric: "hw.temperature",
    unit: Unit::Celsius,
    name: "Temperature",
    scale: 1e-3,
};
const MEASURES: [Measure; 3] = [
    TEMPERATURE,
    Measure {
        prefix: "fan",
        suffixes: &["_input"],
        metric: "hw.fan.speed",
        unit: Unit::RevolutionsPerMinute,
        name: "Fan",
        scale: 1.0,
    },
    Measure {
        prefix: "power",
        // Drivers offer the one or the other.
        suffixes: &["_average", "_input"],
        metric: "hw.power",
        unit: Unit::Watts,
        name: "Power",
        scale: 1e-6,
    },
];

/// The probe.
pub struct SensorProbe {
    root: Root,
    buffer: Vec<u8>,
    due: Duration,
    sensors: Vec<Sensor>,
}

struct Sensor {
    source: Source,
    measure: &'static Measure,
    /// Unique on the machine, such as `coretemp/temp1`.
    id: String,
    /// For people, such as `coretemp Package id 0`.
    label: String,
    is_slow: bool,
    track: Track,
}

impl SensorProbe {
    /// The probe of the machine under `root`.
    pub fn new(root: &Root) -> Self {
        Self { root: root.clone(), buffer: Vec::new(), due: Duration::ZERO, sensors: Vec::new() }
    }

    /// Takes up sensors that are new, and drops those that went.
    fn look_around(&mut self) {
        let mut found = hwmon_sensors(&self.root.sys.join("class/hwmon"));
        if !found.iter().any(|sensor| sensor.measure.unit == Unit::Celsius) {
            found.extend(thermal_zones(&self.root.sys.join("class/thermal")));
        }
        for sensor in &mut found {
            if let Some(known) = self.sensors.iter().find(|known| known.id == sensor.id) {
                sensor.track = known.track;
            }
        }
        // A sensor that went keeps its series, should it come back, and lets go of its file.
        for mut gone in std::mem::take(&mut self.sensors) {
            if !found.iter().any(|sensor| sensor.id == gone.id) {
                gone.source = Source::new(gone.source.path());
                found.push(gone);
            }
        }
        self.sensors = found;
    }
}

impl Probe for SensorProbe {
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
        if now.elapsed >= self.due || self.sensors.is_empty() {
            self.due = now.elapsed + LOOK_AGAIN;
            self.look_around();
        }
        for sensor in self.sensors.iter_mut().filter(|sensor| !sensor.is_slow) {
            let started = Instant::now();
            // A sensor of a sleeping device has no answer for the time being.
            let number = sensor.source.read(&mut self.buffer).ok().and_then(only_decimal);
            sensor.is_slow = started.elapsed() > GREATEST_COST;
            let Sensor { measure, id, label, track, .. } = sensor;
            track.put(out, number.map(|number| number * measure.scale), || {
                let attributes = [("hw.id", id.as_str()), ("hw.name", label.as_str())];
                TOPIC.series(measure.metric, &attributes, measure.unit, measure.name, label)
            });
        }
        if self.sensors.is_empty() {
            let folder = self.root.sys.join("class/hwmon");
            return Err(ProbeError::unsupported(if is_virtual(&self.root) {
                "The hypervisor hides the sensors".to_owned()
            } else {
                format!("No sensor under {}", folder.display())
            }));
        }
        Ok(())
    }
}

/// Whether this machine is made by a hypervisor, as far as the processor tells.
pub fn is_virtual(root: &Root) -> bool {
    let cpuinfo = read_once(&root.proc.join("cpuinfo")).unwrap_or_default();
    let flags = lines(&cpuinfo).find(|line| line.starts_with(b"flags"));
    flags.is_some_and(|line| fields(line).any(|flag| flag == b"hypervisor"))
}

fn hwmon_sensors(folder: &Path) -> Vec<Sensor> {
    let mut found = Vec::new();
    let mut chips: Vec<String> = Vec::new();
    for entry in names_in(folder) {
        let folder = folder.join(entry);
        let Some(name) = word(&folder.join("name")) else { continue };
        // Chips of one name are told apart by their order, which stays from start to start.
        let n_before = chips.iter().filter(|chip| **chip == name).count();
        chips.push(name.clone());
        let chip = if n_before == 0 { name } else { format!("{name}-{}", n_before + 1) };
        let files = names_in(&folder);
        for (measure, stem, path) in measured(&folder, &files) {
            let words = word(&folder.join(format!("{stem}_label"))).unwrap_or_else(|| stem.clone());
            found.push(Sensor::new(path, measure, format!("{chip}/{stem}"), format!("{chip} {words}")));
        }
    }
    found
}

/// The measures a chip's files offer: kind, stem such as `temp1`, and file.
fn measured(folder: &Path, files: &[String]) -> Vec<(&'static Measure, String, PathBuf)> {
    let mut found: Vec<(&'static Measure, String, PathBuf)> = Vec::new();
    for measure in &MEASURES {
        for suffix in measure.suffixes {
            for file in files {
                let Some(stem) = file.strip_suffix(suffix) else { continue };
                let digits = stem.strip_prefix(measure.prefix).unwrap_or_default();
                let is_new = !found.iter().any(|(_, other, _)| other == stem);
                if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) && is_new {
                    found.push((measure, stem.to_owned(), folder.join(file)));
                }
            }
        }
    }
    found
}

fn thermal_zones(folder: &Path) -> Vec<Sensor> {
    let zone = |entry: String| {
        let number = entry.strip_prefix("thermal_zone")?;
        let folder = folder.join(&entry);
        let kind = word(&folder.join("type"))?;
        let id = format!("thermal_zone{number}");
        Some(Sensor::new(folder.join("temp"), &TEMPERATURE, id, format!("{kind} zone {number}")))
    };
    names_in(folder).into_iter().filter_map(zone).collect()
}

/// The text of a small file; `None` where there is none.
fn word(path: &Path) -> Option<String> {
    let bytes = read_once(path)?;
    let word = text(&bytes).trim().to_owned();
    (!word.is_empty()).then_some(word)
}

impl Sensor {
    fn new(path: PathBuf, measure: &'static Measure, id: String, label: String) -> Self {
        Self { source: Source::new(path), measure, id, label, is_slow: false, track: Track::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::world::{Watched, World};
    use super::*;

    #[test]
    fn chips_are_read_with_their_labels() {
        let world = World::recorded("host");
        let mut sensors = Watched::new(SensorProbe::new(&world.root()));
        assert_eq!(
            sensors.read(0),
            [
                r#"hw.temperature{hw.id="coretemp/temp1",hw.name="coretemp Package id 0"} 54.5"#,
                r#"hw.temperature{hw.id="coretemp/temp2",hw.name="coretemp temp2"} -3"#,
                r#"hw.temperature{hw.id="nvme/temp1",hw.name="nvme Composite"} 38.85"#,
                r#"hw.temperature{hw.id="nvme-2/temp1",hw.name="nvme-2 Composite"} 41"#,
                r#"hw.fan.speed{hw.id="nct6775/fan1",hw.name="nct6775 fan1"} 1200"#,
                r#"hw.power{hw.id="amdgpu/power1",hw.name="amdgpu PPT"} 35.25"#,
            ]
        );
    }

    #[test]
    fn thermal_zones_serve_where_hwmon_has_no_temperature() {
        let world = World::empty();
        world.write("sys/class/thermal/thermal_zone0/type", "x86_pkg_temp\n");
        world.write("sys/class/thermal/thermal_zone0/temp", "47000\n");
        world.write("sys/class/thermal/cooling_device0/type", "Fan\n");
        let mut sensors = Watched::new(SensorProbe::new(&world.root()));
        assert_eq!(sensors.read(0), [r#"hw.temperature{hw.id="thermal_zone0",hw.name="x86_pkg_temp zone 0"} 47"#]);
    }

    #[test]
    fn the_lack_of_sensors_is_explained() {
        let world = World::empty();
        for (cpuinfo, expect) in [
            ("processor : 0\nflags\t\t: fpu vme\n", "No sensor under "),
            ("processor : 0\nflags\t\t: fpu hypervisor lahf_lm\n", "The hypervisor hides the sensors"),
        ] {
            world.write("proc/cpuinfo", cpuinfo);
            let mut sensors = Watched::new(SensorProbe::new(&world.root()));
            assert!(sensors.read(0).is_empty());
            assert!(sensors.why().starts_with(expect), "{}", sensors.why());
        }
    }

    #[test]
    fn a_sensor_that_goes_leaves_a_gap_and_keeps_its_series() {
        let world = World::recorded("host");
        let mut sensors = Watched::new(SensorProbe::new(&world.root()));
        let n_all = sensors.read(0).len();
        world.remove("sys/class/hwmon/hwmon3");
        assert_eq!(sensors.read(60_000).len(), n_all - 1);
        world.becomes("host");
        assert_eq!(sensors.read(120_000).len(), n_all);
        assert_eq!(sensors.defined().len(), n_all);
    }
}
