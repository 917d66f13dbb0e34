//! /proc/diskstats: what each block device has done since the start, and what that makes between two readings.

use std::time::Duration;

use super::parse::{fields, number};
use crate::sampling::rate::{Rate, Step};

/// The kernel counts in sectors of this many bytes, whatever the device's own are.
const SECTOR_BYTES: f64 = 512.0;

/// One direction's counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FlowCounts {
    /// Operations completed.
    pub operations: u64,
    /// Sectors moved.
    pub sectors: u64,
    /// Milliseconds operations took, in 32 bits.
    pub millis: u64,
}

/// One device's counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DiskCounts {
    /// Read and write.
    pub flows: [FlowCounts; 2],
    /// Milliseconds in which anything was under way, in 32 bits.
    pub busy_millis: u64,
    /// Milliseconds times operations under way, in 32 bits.
    pub queue_millis: u64,
}

impl DiskCounts {
    /// Whether the device has done anything since the start.
    pub fn is_used(&self) -> bool {
        self.flows.iter().any(|flow| flow.operations > 0)
    }
}

/// A line: the device's name and its counters.
pub fn disk_line(line: &[u8]) -> Option<(&[u8], DiskCounts)> {
    let mut rest = fields(line).skip(2);
    let name = rest.next()?;
    let mut values = [0u64; 11];
    for value in &mut values {
        *value = number(rest.next()?)?;
    }
    let flow = |at: usize| FlowCounts { operations: values[at], sectors: values[at + 2], millis: values[at + 3] };
    let counts = DiskCounts { flows: [flow(0), flow(4)], busy_millis: values[9], queue_millis: values[10] };
    Some((name, counts))
}

/// One direction between two readings.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FlowRates {
    /// Bytes each second.
    pub bytes: Option<f64>,
    /// Operations each second.
    pub operations: Option<f64>,
    /// Operations completed, and the seconds they took together.
    pub waited: Option<(f64, f64)>,
}

impl FlowRates {
    /// Mean seconds an operation took; none where there was none.
    pub fn wait(&self) -> Option<f64> {
        mean_wait(self.waited?)
    }
}

/// Mean seconds an operation took, of operations and the seconds they took together.
pub fn mean_wait((operations, seconds): (f64, f64)) -> Option<f64> {
    (operations > 0.0).then(|| seconds / operations)
}

/// One device between two readings.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct DiskRates {
    /// Read and write.
    pub flows: [FlowRates; 2],
    /// Share of time in which anything was under way.
    pub busy: Option<f64>,
    /// Mean number of operations under way.
    pub queue: Option<f64>,
}

/// One device's last counters.
#[derive(Debug)]
pub struct DiskMeter {
    flows: [FlowMeter; 2],
    busy: Rate,
    queue: Rate,
}

#[derive(Debug)]
struct FlowMeter {
    operations: Rate,
    sectors: Rate,
    millis: Rate,
}

impl Default for DiskMeter {
    fn default() -> Self {
        let flow = || FlowMeter { operations: Rate::default(), sectors: Rate::default(), millis: Rate::of_32_bits() };
        Self { flows: [flow(), flow()], busy: Rate::of_32_bits(), queue: Rate::of_32_bits() }
    }
}

impl DiskMeter {
    /// Takes a reading made at `at` on the monotonic clock; gives what happened since the one before.
    pub fn take(&mut self, counts: &DiskCounts, at: Duration) -> DiskRates {
        let [read, write] = &mut self.flows;
        let share = |step: Option<Step>| step.map(|step| step.per_second() / 1e3);
        DiskRates {
            flows: [read.take(&counts.flows[0], at), write.take(&counts.flows[1], at)],
            // Whole milliseconds over a measured time may come to a little more than all of it.
            busy: share(self.busy.step(counts.busy_millis, at)).map(|busy| busy.min(1.0)),
            queue: share(self.queue.step(counts.queue_millis, at)),
        }
    }

    /// Forgets the last reading, as for a device that went away.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}

impl FlowMeter {
    fn take(&mut self, counts: &FlowCounts, at: Duration) -> FlowRates {
        let operations = self.operations.step(counts.operations, at);
        let sectors = self.sectors.step(counts.sectors, at);
        let millis = self.millis.step(counts.millis, at);
        FlowRates {
            bytes: sectors.map(|step| step.per_second() * SECTOR_BYTES),
            operations: operations.map(Step::per_second),
            waited: operations.zip(millis).map(|(n, millis)| (n.growth as f64, millis.growth as f64 / 1e3)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_of_old_and_new_kernels_are_read() {
        let counts = DiskCounts {
            flows: [
                FlowCounts { operations: 1, sectors: 3, millis: 4 },
                FlowCounts { operations: 5, sectors: 7, millis: 8 },
            ],
            busy_millis: 10,
            queue_millis: 11,
        };
        for (line, expect) in [
            (" 254 0 vda 1 2 3 4 5 6 7 8 9 10 11", Some((b"vda".as_slice(), counts))),
            ("259 0 nvme0n1 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", Some((b"nvme0n1".as_slice(), counts))),
            ("8 1 sda1 1 2 3 4", None),
            ("8 1 sda1 1 2 x 4 5 6 7 8 9 10 11", None),
            ("", None),
        ] {
            assert_eq!(disk_line(line.as_bytes()), expect, "{line}");
        }
    }

    #[test]
    fn the_wait_is_time_over_operations_and_absent_without_any() {
        let mut meter = DiskMeter::default();
        let counts = |operations, millis| DiskCounts {
            flows: [FlowCounts { operations, sectors: 0, millis }, FlowCounts::default()],
            ..DiskCounts::default()
        };
        let mut wait = |seconds, counts| meter.take(&counts, Duration::from_secs(seconds)).flows.map(|f| f.wait());
        assert_eq!(wait(0, counts(100, u64::from(u32::MAX) - 99)), [None, None]);
        assert_eq!(wait(1, counts(110, 100)), [Some(0.02), None], "over a wrap of the 32 bits");
        assert_eq!(wait(2, counts(110, 100)), [None, None]);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = disk_line(&bytes);
        }

        #[test]
        fn nothing_is_ever_negative(values in proptest::collection::vec(any::<[u64; 8]>(), 2..6)) {
            let mut meter = DiskMeter::default();
            for (i, v) in values.iter().enumerate() {
                let flow = |at: usize| FlowCounts { operations: v[at], sectors: v[at + 1], millis: v[at + 2] };
                let counts = DiskCounts { flows: [flow(0), flow(3)], busy_millis: v[6], queue_millis: v[7] };
                let rates = meter.take(&counts, Duration::from_millis(i as u64 * 500));
                let of_flow = |f: FlowRates| [f.bytes, f.operations, f.wait()];
                let all = rates.flows.into_iter().flat_map(of_flow).chain([rates.busy, rates.queue]).flatten();
                prop_assert!(all.into_iter().all(|value| value >= 0.0 && value.is_finite()));
            }
        }
    }
}
