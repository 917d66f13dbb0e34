//! Interfaces: bytes, packets and errors, each and all together.

use std::collections::HashMap;
use std::time::Duration;

use sysinfo::{NetworkData, Networks};

use super::refused;
use crate::model::{ProbeId, SeriesDef, SeriesGroup, Unit};
use crate::sampling::rate::Rate;
use crate::sampling::track::{Topic, Track};
use crate::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

const TOPIC: Topic = Topic { probe: "network", title: "Network", group: SeriesGroup::Network, every: None };

/// A counter of an interface.
struct Counter {
    metric: &'static str,
    direction: &'static str,
    unit: Unit,
    name: &'static str,
    value: fn(&NetworkData) -> u64,
}

const COUNTERS: [Counter; 6] = [
    io("receive", "Network received", NetworkData::total_received),
    io("transmit", "Network sent", NetworkData::total_transmitted),
    packets("receive", "Packets received", NetworkData::total_packets_received),
    packets("transmit", "Packets sent", NetworkData::total_packets_transmitted),
    errors("receive", "Receive errors", NetworkData::total_errors_on_received),
    errors("transmit", "Send errors", NetworkData::total_errors_on_transmitted),
];

const fn io(direction: &'static str, name: &'static str, value: fn(&NetworkData) -> u64) -> Counter {
    Counter { metric: "system.network.io", direction, unit: Unit::BytesPerSecond, name, value }
}

const fn packets(direction: &'static str, name: &'static str, value: fn(&NetworkData) -> u64) -> Counter {
    Counter { metric: "system.network.packet.count", direction, unit: Unit::PerSecond("packet"), name, value }
}

const fn errors(direction: &'static str, name: &'static str, value: fn(&NetworkData) -> u64) -> Counter {
    Counter { metric: "system.network.errors", direction, unit: Unit::PerSecond("error"), name, value }
}

impl Counter {
    fn series(&self, interface: Option<&str>) -> SeriesDef {
        let direction = ("network.io.direction", self.direction);
        match interface {
            Some(interface) => {
                let attributes = [direction, ("network.interface.name", interface)];
                TOPIC.series(self.metric, &attributes, self.unit, self.name, interface)
            }
            None => TOPIC.series(self.metric, &[direction], self.unit, self.name, ""),
        }
    }
}

/// Reads every interface at every tick.
#[derive(Default)]
pub struct NetworkProbe {
    networks: Option<Networks>,
    total: [Track; COUNTERS.len()],
    interfaces: HashMap<String, [(Rate, Track); COUNTERS.len()]>,
}

impl NetworkProbe {
    fn record<'a>(
        &mut self,
        readings: impl Iterator<Item = (&'a str, [u64; COUNTERS.len()])>,
        now: Duration,
        out: &mut Recorder,
    ) {
        let mut sums = [None::<f64>; COUNTERS.len()];
        for (name, values) in readings {
            if !self.interfaces.contains_key(name) {
                self.interfaces.insert(name.to_owned(), Default::default());
            }
            let Some(tracked) = self.interfaces.get_mut(name) else { continue };
            let is_loopback = is_loopback(name);
            for (i, (counter, (rate, track))) in COUNTERS.iter().zip(tracked).enumerate() {
                let per_second = rate.per_second(values[i], now);
                track.put(out, per_second, || counter.series(Some(name)));
                if let Some(per_second) = per_second.filter(|_| !is_loopback) {
                    *sums[i].get_or_insert(0.0) += per_second;
                }
            }
        }
        for ((counter, track), sum) in COUNTERS.iter().zip(&mut self.total).zip(sums) {
            track.put(out, sum, || counter.series(None));
        }
    }
}

impl Probe for NetworkProbe {
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
        let mut networks = match self.networks.take() {
            Some(networks) => networks,
            None => Networks::new().map_err(|why| refused("interfaces", &why))?,
        };
        networks.refresh(true);
        if networks.is_empty() {
            return Err(ProbeError::unsupported("No network interface on this machine"));
        }
        let mut readings: Vec<_> = networks
            .iter()
            .map(|(name, data)| (name.to_string_lossy(), COUNTERS.each_ref().map(|counter| (counter.value)(data))))
            .collect();
        readings.sort();
        self.record(readings.iter().map(|(name, values)| (&**name, *values)), now.elapsed, out);
        self.networks = Some(networks);
        Ok(())
    }
}

/// Whether traffic on it stays in the machine, and so is no part of the total.
fn is_loopback(name: &str) -> bool {
    matches!(name, "lo" | "lo0") || name.starts_with("Loopback")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_leaves_the_loopback_out_and_starts_with_the_second_reading() {
        let (mut probe, mut out) = (NetworkProbe::default(), Recorder::default());
        let readings = |lo: u64, a: u64, b: u64| [("lo", [lo; 6]), ("en0", [a; 6]), ("en1", [b; 6])].into_iter();
        probe.record(readings(0, 100, 0), Duration::from_secs(1), &mut out);
        assert_eq!(out.points, []);
        probe.record(readings(5000, 300, 50), Duration::from_secs(3), &mut out);
        let value = |key: &str| {
            let slot = out.defined.iter().position(|def| def.key.to_string() == key).expect(key);
            out.points.iter().find(|point| point.slot.0 as usize == slot).expect(key).value
        };
        assert_eq!(value(r#"system.network.io{network.io.direction="receive"}"#), 125.0);
        assert_eq!(value(r#"system.network.io{network.interface.name="en0",network.io.direction="transmit"}"#), 100.0);
        assert_eq!(value(r#"system.network.io{network.interface.name="lo",network.io.direction="receive"}"#), 2500.0);
    }
}
