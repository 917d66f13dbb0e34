//! Graphics processors: AMD and Intel out of /sys/class/drm, NVIDIA by its own library.

use std::path::Path;

use super::Root;
use super::nvidia::Nvidia;
use super::parse::{number, only_number};
use super::source::{Source, names_in, read_once};
use crate::model::{ProbeId, SeriesDef, SeriesGroup, Unit};
use crate::sampling::rate::Rate;
use crate::sampling::track::{Topic, Track};
use crate::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

/// Shared with the part that asks NVIDIA's library.
pub const TOPIC: Topic = Topic { probe: "gpu", title: "GPU", group: SeriesGroup::Gpu, every: None };

/// The probe.
pub struct GpuProbe {
    root: Root,
    buffer: Vec<u8>,
    cards: Vec<Card>,
    nvidia: Option<Nvidia>,
}

struct Card {
    /// Such as `card0`.
    id: String,
    /// Such as `AMD card0`.
    label: String,
    /// Says when the device sleeps: reading the others would wake it.
    power: Source,
    load: Load,
    memory: Option<(Source, u64)>,
    tracks: CardTracks,
}

/// How a driver tells its load.
enum Load {
    /// Per cent of the last moments.
    Percent(Source),
    /// Milliseconds spent asleep: the rest of the time counts as load.
    Asleep(Source, Rate),
    Unknown,
}

/// The series of one graphics processor.
#[derive(Default)]
pub struct CardTracks {
    utilization: Track,
    memory_used: Track,
    memory_utilization: Track,
}

/// One reading of a graphics processor.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CardReading {
    /// Busy share.
    pub utilization: Option<f64>,
    /// Bytes of its own memory in use.
    pub memory_used: Option<u64>,
    /// Bytes of its own memory.
    pub memory_total: Option<u64>,
}

impl GpuProbe {
    /// The probe of the machine under `root`.
    pub fn new(root: &Root) -> Self {
        Self { root: root.clone(), buffer: Vec::new(), cards: Vec::new(), nvidia: None }
    }

    fn look_around(&mut self) {
        let folder = self.root.sys.join("class/drm");
        let is_card = |name: &String| name.strip_prefix("card").is_some_and(|rest| number(rest.as_bytes()).is_some());
        let names: Vec<String> = names_in(&folder).into_iter().filter(is_card).collect();
        let vendor = |name: &str| read_once(&folder.join(name).join("device/vendor")).unwrap_or_default();
        let has_nvidia = names.iter().any(|name| vendor(name) == b"0x10de");
        if has_nvidia || self.root.proc.join("driver/nvidia/gpus").is_dir() {
            self.nvidia = Some(Nvidia::new());
        }
        let cards = names.into_iter().filter_map(|name| {
            let maker = match vendor(&name).as_slice() {
                b"0x1002" => "AMD",
                b"0x8086" => "Intel",
                _ => return None,
            };
            Card::of(&folder.join(&name), format!("{maker} {name}"), name)
        });
        self.cards = cards.collect();
    }
}

impl Probe for GpuProbe {
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
        if self.cards.is_empty() && self.nvidia.is_none() {
            self.look_around();
        }
        for card in &mut self.cards {
            if let Some(reading) = card.read(now, &mut self.buffer) {
                card.tracks.put(out, &TOPIC, &card.id, &card.label, reading);
            }
        }
        match &mut self.nvidia {
            Some(nvidia) => nvidia.read(now, out),
            None if self.cards.is_empty() => {
                Err(ProbeError::unsupported("No NVIDIA, AMD or Intel graphics driver on this machine"))
            }
            None => Ok(()),
        }
    }
}

impl Card {
    /// A card, if its driver tells anything.
    fn of(folder: &Path, label: String, id: String) -> Option<Self> {
        let device = folder.join("device");
        let existing = |path: &str| Some(folder.join(path)).filter(|path| path.exists());
        let asleep = ["gt/gt0/rc6_residency_ms", "power/rc6_residency_ms", "device/tile0/gt0/gtidle/idle_residency_ms"];
        let load = if let Some(path) = existing("device/gpu_busy_percent") {
            Load::Percent(Source::new(path))
        } else if let Some(path) = asleep.iter().find_map(|path| existing(path)) {
            Load::Asleep(Source::new(path), Rate::default())
        } else {
            Load::Unknown
        };
        let total = read_once(&device.join("mem_info_vram_total")).and_then(|bytes| only_number(&bytes));
        let memory = total.map(|total| (Source::new(device.join("mem_info_vram_used")), total));
        let power = Source::new(device.join("power/runtime_status"));
        let is_silent = matches!(load, Load::Unknown) && memory.is_none();
        (!is_silent).then(|| Self { id, label, power, load, memory, tracks: CardTracks::default() })
    }

    /// What the card tells; `None` while it sleeps.
    fn read(&mut self, now: Moment, buffer: &mut Vec<u8>) -> Option<CardReading> {
        if self.power.read(buffer).is_ok_and(|status| status.starts_with(b"suspended")) {
            return None;
        }
        let utilization = match &mut self.load {
            Load::Percent(source) => {
                source.read(buffer).ok().and_then(only_number).map(|percent| percent as f64 / 100.0)
            }
            Load::Asleep(source, rate) => {
                let millis = source.read(buffer).ok().and_then(only_number);
                millis.and_then(|millis| rate.per_second(millis, now.elapsed)).map(|asleep| 1.0 - asleep / 1e3)
            }
            Load::Unknown => None,
        };
        let (memory_used, memory_total) = match &mut self.memory {
            Some((source, total)) => (source.read(buffer).ok().and_then(only_number), Some(*total)),
            None => (None, None),
        };
        Some(CardReading { utilization: utilization.map(|share| share.clamp(0.0, 1.0)), memory_used, memory_total })
    }
}

impl CardTracks {
    /// Records a reading.
    pub fn put(&mut self, out: &mut Recorder, topic: &Topic, id: &str, label: &str, reading: CardReading) {
        let attributes = [("hw.id", id), ("hw.name", label)];
        let series =
            |metric: &str, unit, name: &str| -> SeriesDef { topic.series(metric, &attributes, unit, name, label) };
        let CardReading { utilization, memory_used, memory_total } = reading;
        self.utilization.put(out, utilization, || series("hw.gpu.utilization", Unit::Ratio, "GPU"));
        self.memory_used.put(out, memory_used.map(|bytes| bytes as f64), || {
            series("hw.gpu.memory.usage", Unit::Bytes, "GPU memory used")
        });
        let share = memory_used.zip(memory_total).filter(|(_, total)| *total > 0);
        self.memory_utilization.put(out, share.map(|(used, total)| used as f64 / total as f64), || {
            series("hw.gpu.memory.utilization", Unit::Ratio, "GPU memory")
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::world::{Watched, World};
    use super::*;

    #[test]
    fn amd_and_intel_cards_are_read() {
        let world = World::recorded("gpus");
        let mut gpu = Watched::new(GpuProbe::new(&world.root()));
        let amd = [
            r#"hw.gpu.utilization{hw.id="card0",hw.name="AMD card0"} 0.37"#,
            r#"hw.gpu.memory.usage{hw.id="card0",hw.name="AMD card0"} 1073741824"#,
            r#"hw.gpu.memory.utilization{hw.id="card0",hw.name="AMD card0"} 0.25"#,
        ];
        assert_eq!(gpu.read(0), amd);
        world.write("sys/class/drm/card1/gt/gt0/rc6_residency_ms", "10500\n");
        assert_eq!(gpu.read(2000)[3..], [r#"hw.gpu.utilization{hw.id="card1",hw.name="Intel card1"} 0.75"#]);
        world.write("sys/class/drm/card0/device/power/runtime_status", "suspended\n");
        assert!(gpu.read(4000).iter().all(|line| !line.contains("AMD")), "a sleeping card is left alone");
    }

    #[test]
    fn a_machine_without_a_driver_says_so() {
        let mut gpu = Watched::new(GpuProbe::new(&World::empty().root()));
        assert!(gpu.read(0).is_empty());
        assert_eq!(gpu.why(), "No NVIDIA, AMD or Intel graphics driver on this machine");
    }
}
