//! Disks: bytes read and written, each and all together.

use std::collections::HashMap;
use std::time::Duration;

use sysinfo::{DiskRefreshKind, Disks};

use super::refused;
use crate::model::{ProbeId, SeriesDef, SeriesGroup, Unit};
use crate::sampling::rate::Rate;
use crate::sampling::track::{Topic, Track};
use crate::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

const TOPIC: Topic = Topic { probe: "disk", title: "Disks", group: SeriesGroup::Disks, every: None };
const DIRECTIONS: [(&str, &str); 2] = [("read", "Disk read"), ("write", "Disk written")];

/// Reads every disk at every tick.
#[derive(Default)]
pub struct DiskProbe {
    disks: Option<Disks>,
    total: [Track; 2],
    devices: HashMap<String, [(Rate, Track); 2]>,
}

impl DiskProbe {
    /// Readings are name, bytes read and bytes written since the start of the machine.
    fn record(&mut self, readings: Vec<(String, [u64; 2])>, now: Duration, out: &mut Recorder) {
        let mut sums = [None::<f64>; 2];
        for (name, bytes) in one_of_each(readings) {
            let tracked = self.devices.entry(name.clone()).or_default();
            for (i, (rate, track)) in tracked.iter_mut().enumerate() {
                let per_second = rate.per_second(bytes[i], now);
                track.put(out, per_second, || series(i, Some(&name)));
                if let Some(per_second) = per_second {
                    *sums[i].get_or_insert(0.0) += per_second;
                }
            }
        }
        for (i, (track, sum)) in self.total.iter_mut().zip(sums).enumerate() {
            track.put(out, sum, || series(i, None));
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
        if self.disks.is_none() {
            self.disks = Some(Disks::new().map_err(|why| refused("disks", &why))?);
        }
        let Some(disks) = &mut self.disks else { return Ok(()) };
        disks.refresh_specifics(true, DiskRefreshKind::nothing().with_io_usage());
        let readings: Vec<_> = disks
            .iter()
            .map(|disk| {
                let name = disk.name().to_string_lossy().into_owned();
                let name = if name.is_empty() { disk.mount_point().display().to_string() } else { name };
                let usage = disk.usage();
                (name, [usage.total_read_bytes, usage.total_written_bytes])
            })
            .collect();
        if readings.is_empty() {
            return Err(ProbeError::unsupported("No disk on this machine"));
        }
        self.record(readings, now.elapsed, out);
        Ok(())
    }
}

/// One reading of each device: volumes on one device repeat its counters, under the same name or another.
fn one_of_each(mut readings: Vec<(String, [u64; 2])>) -> Vec<(String, [u64; 2])> {
    readings.sort();
    readings.dedup_by(|a, b| a.0 == b.0);
    let mut seen = Vec::with_capacity(readings.len());
    readings.retain(|(_, bytes)| {
        let is_new = *bytes == [0, 0] || !seen.contains(bytes);
        seen.push(*bytes);
        is_new
    });
    readings
}

fn series(i: usize, device: Option<&str>) -> SeriesDef {
    let (direction, name) = DIRECTIONS[i];
    let direction = ("disk.io.direction", direction);
    match device {
        Some(device) => {
            TOPIC.series("system.disk.io", &[direction, ("system.device", device)], Unit::BytesPerSecond, name, device)
        }
        None => TOPIC.series("system.disk.io", &[direction], Unit::BytesPerSecond, name, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes_of_one_device_count_once() {
        let (mut probe, mut out) = (DiskProbe::default(), Recorder::default());
        let readings = |n: u64| {
            vec![
                ("Macintosh HD".to_owned(), [n, 7]),
                ("Data".to_owned(), [n, 7]),
                ("USB".to_owned(), [0, 0]),
                ("USB".to_owned(), [0, 0]),
            ]
        };
        probe.record(readings(1000), Duration::from_secs(1), &mut out);
        assert_eq!(out.points, []);
        probe.record(readings(5000), Duration::from_secs(2), &mut out);
        let values: Vec<String> = out
            .points
            .iter()
            .map(|point| format!("{} {}", out.defined[point.slot.0 as usize].key, point.value))
            .filter(|line| line.contains("read"))
            .collect();
        assert_eq!(
            values,
            [
                r#"system.disk.io{disk.io.direction="read",system.device="Data"} 4000"#,
                r#"system.disk.io{disk.io.direction="read",system.device="USB"} 0"#,
                r#"system.disk.io{disk.io.direction="read"} 4000"#,
            ]
        );
    }
}
