//! Block devices: bytes, operations, waits, queues and busy shares of each, and totals over the physical ones.
//!
//! Whole devices alone: partitions, loop devices and disks made of memory are left out. A device that stands on
//! others (device mapper, RAID) has its own series and is left out of the totals, which its disks make already.

use super::Root;
use super::diskstats::{DiskMeter, DiskRates, FlowRates, disk_line, mean_wait};
use super::parse::{lines, text};
use super::source::Source;
use crate::model::{ProbeId, SeriesDef, SeriesGroup, Unit};
use crate::sampling::track::{Directions, Topic, Track};
use crate::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

const TOPIC: Topic = Topic { probe: "disk", title: "Disks", group: SeriesGroup::Disks, every: None };
const DIRECTIONS: Directions = [("read", "read"), ("write", "write")];
/// Devices made of memory or of other files, and drives for discs.
const LEFT_OUT: [&str; 5] = ["loop", "ram", "zram", "sr", "fd"];

/// The probe.
pub struct DiskProbe {
    root: Root,
    source: Source,
    buffer: Vec<u8>,
    devices: Vec<Device>,
    /// Bytes and operations by direction.
    totals: [[Track; 2]; 2],
    wait: Track,
    busiest: Track,
}

/// A line's device, by its name, and what became of it.
struct Device {
    name: Box<str>,
    kind: Kind,
    is_seen: bool,
    is_used: bool,
    meter: DiskMeter,
    tracks: Tracks,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Counts in the totals.
    Physical,
    /// Stands on other devices.
    Stacked,
    /// Of no interest.
    LeftOut,
}

#[derive(Default)]
struct Tracks {
    bytes: [Track; 2],
    operations: [Track; 2],
    wait: [Track; 2],
    busy: Track,
    queue: Track,
}

impl DiskProbe {
    /// The probe of the machine under `root`.
    pub fn new(root: &Root) -> Self {
        Self {
            root: root.clone(),
            source: Source::new(root.proc.join("diskstats")),
            buffer: Vec::new(),
            devices: Vec::new(),
            totals: Default::default(),
            wait: Track::default(),
            busiest: Track::default(),
        }
    }
}

impl Probe for DiskProbe {
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
        for device in &mut self.devices {
            device.is_seen = false;
        }
        let mut sum = Sum::default();
        for (i, line) in lines(text).enumerate() {
            let Some((name, counts)) = disk_line(line) else { continue };
            let device = place(&mut self.devices, i, name, &self.root);
            device.is_seen = true;
            if device.kind == Kind::LeftOut {
                continue;
            }
            let rates = device.meter.take(&counts, now.elapsed);
            // A drive that was never used would fill the list with lines at zero.
            device.is_used |= counts.is_used();
            if device.is_used {
                device.put(out, &rates);
            }
            if device.kind == Kind::Physical {
                sum.take(&rates);
            }
        }
        for device in self.devices.iter_mut().filter(|device| !device.is_seen) {
            device.meter.forget();
        }
        self.put_totals(out, &sum);
        if self.devices.iter().any(|device| device.is_seen && device.kind != Kind::LeftOut) {
            Ok(())
        } else {
            Err(ProbeError::unsupported("No disk on this machine"))
        }
    }
}

impl DiskProbe {
    fn put_totals(&mut self, out: &mut Recorder, sum: &Sum) {
        let [bytes, operations] = &mut self.totals;
        for (i, direction) in DIRECTIONS.into_iter().enumerate() {
            let attributes = [("disk.io.direction", direction.0)];
            bytes[i].put(out, sum.bytes[i], || bytes_series(&attributes, direction.1, ""));
            operations[i].put(out, sum.operations[i], || operations_series(&attributes, direction.1, ""));
        }
        self.wait.put(out, sum.waited.and_then(mean_wait), || {
            TOPIC.series("system.linux.disk.await", &[], Unit::Seconds, "Disk wait", "")
        });
        self.busiest
            .put(out, sum.busiest, || TOPIC.series("system.linux.disk.busy_max", &[], Unit::Ratio, "Busiest disk", ""));
    }
}

/// The device of a line. The kernel keeps its lines in order, so it is nearly always where it was.
fn place<'d>(devices: &'d mut Vec<Device>, line: usize, name: &[u8], root: &Root) -> &'d mut Device {
    let is_it = |device: &Device| device.name.as_bytes() == name;
    let at = if devices.get(line).is_some_and(is_it) { Some(line) } else { devices.iter().position(is_it) };
    let at = at.unwrap_or_else(|| {
        let name = text(name);
        let kind = Kind::of(&name, root);
        let meter = DiskMeter::default();
        let tracks = Tracks::default();
        devices.push(Device { name: name.into(), kind, is_seen: true, is_used: false, meter, tracks });
        devices.len() - 1
    });
    &mut devices[at]
}

impl Kind {
    fn of(name: &str, root: &Root) -> Self {
        let starts_numbered =
            |prefix: &str| name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        // The kernel writes the slash of names such as cciss/c0d0 in this way.
        let folder = root.sys.join("block").join(name.replace('/', "!"));
        let is_partition = !folder.is_dir() && root.sys.join("block").is_dir();
        if is_partition || LEFT_OUT.into_iter().any(starts_numbered) {
            return Self::LeftOut;
        }
        let stands_on_others = std::fs::read_dir(folder.join("slaves")).is_ok_and(|mut others| others.next().is_some());
        if stands_on_others || name.starts_with("dm-") || starts_numbered("md") {
            Self::Stacked
        } else {
            Self::Physical
        }
    }
}

impl Device {
    fn put(&mut self, out: &mut Recorder, rates: &DiskRates) {
        let (name, tracks) = (&*self.name, &mut self.tracks);
        for (i, (direction, word)) in DIRECTIONS.into_iter().enumerate() {
            let attributes = [("disk.io.direction", direction), ("system.device", name)];
            let flow = &rates.flows[i];
            tracks.bytes[i].put(out, flow.bytes, || bytes_series(&attributes, word, name));
            tracks.operations[i].put(out, flow.operations, || operations_series(&attributes, word, name));
            tracks.wait[i].put(out, flow.wait(), || {
                let label = format!("Disk {word} wait");
                TOPIC.series("system.linux.disk.await", &attributes, Unit::Seconds, &label, name)
            });
        }
        let device = [("system.device", name)];
        tracks
            .busy
            .put(out, rates.busy, || TOPIC.series("system.disk.io_time", &device, Unit::Ratio, "Disk busy", name));
        tracks.queue.put(out, rates.queue, || {
            TOPIC.series("system.linux.disk.queue", &device, Unit::Count("operation"), "Disk queue", name)
        });
    }
}

fn bytes_series(attributes: &[(&str, &str)], word: &str, instance: &str) -> SeriesDef {
    TOPIC.series("system.disk.io", attributes, Unit::BytesPerSecond, &format!("Disk {word}"), instance)
}

fn operations_series(attributes: &[(&str, &str)], word: &str, instance: &str) -> SeriesDef {
    let label = format!("Disk {word} operations");
    TOPIC.series("system.disk.operations", attributes, Unit::PerSecond("operation"), &label, instance)
}

/// All physical devices together.
#[derive(Default)]
struct Sum {
    bytes: [Option<f64>; 2],
    operations: [Option<f64>; 2],
    waited: Option<(f64, f64)>,
    busiest: Option<f64>,
}

impl Sum {
    fn take(&mut self, rates: &DiskRates) {
        let add = |sum: &mut Option<f64>, value: Option<f64>| {
            if let Some(value) = value {
                *sum = Some(sum.unwrap_or(0.0) + value);
            }
        };
        for (i, FlowRates { bytes, operations, waited }) in rates.flows.into_iter().enumerate() {
            add(&mut self.bytes[i], bytes);
            add(&mut self.operations[i], operations);
            if let Some((n, seconds)) = waited {
                let (all, total) = self.waited.unwrap_or((0.0, 0.0));
                self.waited = Some((all + n, total + seconds));
            }
        }
        self.busiest = self.busiest.into_iter().chain(rates.busy).reduce(f64::max);
    }
}

#[cfg(test)]
mod tests {
    use super::super::world::{Watched, World};
    use super::*;

    #[test]
    fn devices_and_totals_of_a_recorded_machine() {
        let world = World::recorded("host");
        let mut disk = Watched::new(DiskProbe::new(&world.root()));
        assert!(disk.read(0).is_empty());
        world.becomes("host-later");
        // sda1 is a partition, loop0 a file, dm-0 stands on sda, sr0 was never used.
        assert_eq!(
            disk.read(2000),
            [
                r#"system.disk.io{disk.io.direction="read",system.device="sda"} 1024000"#,
                r#"system.disk.operations{disk.io.direction="read",system.device="sda"} 50"#,
                r#"system.linux.disk.await{disk.io.direction="read",system.device="sda"} 0.004"#,
                r#"system.disk.io{disk.io.direction="write",system.device="sda"} 0"#,
                r#"system.disk.operations{disk.io.direction="write",system.device="sda"} 0"#,
                r#"system.disk.io_time{system.device="sda"} 0.25"#,
                r#"system.linux.disk.queue{system.device="sda"} 1.5"#,
                r#"system.disk.io{disk.io.direction="read",system.device="nvme0n1"} 0"#,
                r#"system.disk.operations{disk.io.direction="read",system.device="nvme0n1"} 0"#,
                r#"system.disk.io{disk.io.direction="write",system.device="nvme0n1"} 512000"#,
                r#"system.disk.operations{disk.io.direction="write",system.device="nvme0n1"} 100"#,
                r#"system.linux.disk.await{disk.io.direction="write",system.device="nvme0n1"} 0.001"#,
                r#"system.disk.io_time{system.device="nvme0n1"} 0.5"#,
                r#"system.linux.disk.queue{system.device="nvme0n1"} 0.1"#,
                r#"system.disk.io{disk.io.direction="read",system.device="dm-0"} 1024000"#,
                r#"system.disk.operations{disk.io.direction="read",system.device="dm-0"} 50"#,
                r#"system.linux.disk.await{disk.io.direction="read",system.device="dm-0"} 0.004"#,
                r#"system.disk.io{disk.io.direction="write",system.device="dm-0"} 0"#,
                r#"system.disk.operations{disk.io.direction="write",system.device="dm-0"} 0"#,
                r#"system.disk.io_time{system.device="dm-0"} 0.25"#,
                r#"system.linux.disk.queue{system.device="dm-0"} 1.5"#,
                r#"system.disk.io{disk.io.direction="read"} 1024000"#,
                r#"system.disk.operations{disk.io.direction="read"} 50"#,
                r#"system.disk.io{disk.io.direction="write"} 512000"#,
                r#"system.disk.operations{disk.io.direction="write"} 100"#,
                "system.linux.disk.await 0.002",
                "system.linux.disk.busy_max 0.5",
            ]
        );
    }

    #[test]
    fn a_disk_that_appears_and_goes_makes_no_spike() {
        let world = World::recorded("disk-comes-1");
        let mut disk = Watched::new(DiskProbe::new(&world.root()));
        let mut step = |millis, name: &str| {
            world.becomes(name);
            let lines = disk.read_metric(millis, "system.disk.io");
            lines.into_iter().filter(|line| line.contains("read")).collect::<Vec<_>>()
        };
        let line = |device: &str, value: u64| match device {
            "" => format!(r#"{{disk.io.direction="read"}} {value}"#),
            _ => format!(r#"{{disk.io.direction="read",system.device="{device}"}} {value}"#),
        };
        assert!(step(0, "disk-comes-1").is_empty());
        // sdb is there with all it did before: that is not a rate.
        assert_eq!(step(1000, "disk-comes-2"), [line("sda", 5120), line("", 5120)]);
        assert_eq!(step(2000, "disk-comes-3"), [line("sda", 5120), line("sdb", 51200), line("", 56320)]);
        // Gone, and then another one under its name.
        assert_eq!(step(3000, "disk-comes-1").len(), 0, "sda went back as well");
        assert_eq!(step(4000, "disk-comes-2"), [line("sda", 5120), line("", 5120)]);
        assert_eq!(step(5000, "disk-comes-3"), [line("sda", 5120), line("sdb", 51200), line("", 56320)]);
        assert_eq!(disk.defined().iter().filter(|def| &*def.instance == "sdb" && &*def.name == "Disk read").count(), 1);
    }

    #[test]
    fn counters_of_32_bits_that_wrap_make_no_spike() {
        let world = World::recorded("counter-wrap");
        let mut disk = Watched::new(DiskProbe::new(&world.root()));
        disk.read(0);
        world.becomes("counter-wrap-later");
        assert_eq!(disk.read_metric(1000, "system.disk.io_time"), [r#"{system.device="sda"} 0.5"#]);
        let waits = disk.read_metric(1000, "system.linux.disk.await");
        assert!(waits.is_empty(), "no time passed: {waits:?}");
    }

    #[test]
    fn a_machine_without_a_disk_says_so() {
        let world = World::empty();
        world.write("proc/diskstats", "   7       0 loop0 0 0 0 0 0 0 0 0 0 0 0\n");
        let mut disk = Watched::new(DiskProbe::new(&world.root()));
        assert!(disk.read(0).is_empty());
        assert_eq!(disk.why(), "No disk on this machine");
    }
}
