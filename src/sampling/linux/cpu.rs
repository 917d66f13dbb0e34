//! Processor time in total and of each core, context switches and processes, out of /proc/stat.
//!
//! In a container with less processor time than the machine has, the total without attributes is what the container
//! used of what it may use; the series by mode and by core stay the machine's.

use std::fmt::Write;

use super::Root;
use super::cgroup::CpuLimit;
use super::container::{CpuUsage, Watch};
use super::source::Source;
use super::stat::{CpuTimes, MODES, N_MODES, Shares, StatLine, stat_lines};
use crate::model::{ProbeId, SeriesGroup, Unit};
use crate::sampling::rate::Rate;
use crate::sampling::track::{Topic, Track};
use crate::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

const TOPIC: Topic = Topic { probe: "cpu", title: "CPU", group: SeriesGroup::Cpu, every: None };
const UTILIZATION: &str = "system.cpu.utilization";

/// The probe.
pub struct CpuProbe {
    source: Source,
    buffer: Vec<u8>,
    total: Times,
    cores: Vec<Times>,
    counts: Counts,
    limit: Watch<CpuLimit>,
    usage: Option<(CpuUsage, f64)>,
    group_buffer: Vec<u8>,
}

/// The last times of a core, or of all together, and its series.
#[derive(Default)]
struct Times {
    last: Option<CpuTimes>,
    is_seen: bool,
    busy: Track,
    modes: [Track; N_MODES],
}

#[derive(Default)]
struct Counts {
    switches: (Rate, Track),
    created: (Rate, Track),
    runnable: Track,
    blocked: Track,
}

impl CpuProbe {
    /// The probe of the machine under `root`.
    pub fn new(root: &Root) -> Self {
        Self {
            source: Source::new(root.proc.join("stat")),
            buffer: Vec::new(),
            total: Times::default(),
            cores: Vec::new(),
            counts: Counts::default(),
            limit: Watch::new(root, |group| group.cpu),
            usage: None,
            group_buffer: Vec::new(),
        }
    }

    /// The container's share of what it may use; `None` outside one.
    fn share_of_limit(&mut self, now: Moment) -> Option<Option<f64>> {
        let (limit, is_new) = self.limit.look(now);
        if is_new {
            self.usage = limit.map(|limit| (CpuUsage::new(limit), limit.cores));
        }
        let (usage, cores) = self.usage.as_mut()?;
        Some(usage.cores(now, &mut self.group_buffer).map(|used| (used / *cores).min(1.0)))
    }
}

impl Probe for CpuProbe {
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
        let in_container = self.share_of_limit(now);
        let text = self.source.read_or_refuse(&mut self.buffer)?;
        for core in &mut self.cores {
            core.is_seen = false;
        }
        let mut n_totals = 0;
        for line in stat_lines(text) {
            match line {
                StatLine::Total(times) => {
                    n_totals += 1;
                    let shares = self.total.take(times);
                    let busy = in_container.unwrap_or(shares.map(|shares| shares.busy));
                    self.total.busy.put(out, busy, || TOPIC.series(UTILIZATION, &[], Unit::Ratio, "CPU", ""));
                    self.total.put_modes(out, shares, None);
                }
                StatLine::Core(number, times) => {
                    if self.cores.len() <= number {
                        self.cores.resize_with(number + 1, Times::default);
                    }
                    let core = &mut self.cores[number];
                    let shares = core.take(times);
                    core.busy.put(out, shares.map(|shares| shares.busy), || {
                        let (number, instance) = names(number);
                        let attributes = [("cpu.logical_number", number.as_str())];
                        TOPIC.series(UTILIZATION, &attributes, Unit::Ratio, "CPU", &instance)
                    });
                    core.put_modes(out, shares, Some(number));
                }
                other => self.counts.put(other, now, out),
            }
        }
        // A core that was switched off starts anew when it comes back.
        for core in self.cores.iter_mut().filter(|core| !core.is_seen) {
            core.last = None;
        }
        if n_totals == 0 {
            let path = self.source.path().display();
            return Err(ProbeError::failed(format!("No line of processor time in {path}")));
        }
        Ok(())
    }
}

impl Times {
    fn take(&mut self, times: CpuTimes) -> Option<Shares> {
        self.is_seen = true;
        times.shares_since(&self.last.replace(times)?)
    }

    /// Records the modes. Those of a single core are named when they first have any time: on a machine of many cores
    /// most modes of most cores never have.
    fn put_modes(&mut self, out: &mut Recorder, shares: Option<Shares>, core: Option<usize>) {
        let (Some(shares), Some(times)) = (shares, self.last) else { return };
        for (i, track) in self.modes.iter_mut().enumerate() {
            if core.is_some() && times.0[i] == 0 {
                continue;
            }
            track.put(out, Some(shares.modes[i]), || {
                let (mode, name) = MODES[i];
                match core.map(names) {
                    None => TOPIC.series(UTILIZATION, &[("cpu.mode", mode)], Unit::Ratio, name, ""),
                    Some((number, instance)) => {
                        let attributes = [("cpu.logical_number", number.as_str()), ("cpu.mode", mode)];
                        TOPIC.series(UTILIZATION, &attributes, Unit::Ratio, name, &instance)
                    }
                }
            });
        }
    }
}

impl Counts {
    fn put(&mut self, line: StatLine, now: Moment, out: &mut Recorder) {
        let processes = |state: &'static str, name: &'static str| {
            move || {
                let attributes = [("process.state", state)];
                TOPIC.series("system.linux.processes", &attributes, Unit::Count("process"), name, "")
            }
        };
        match line {
            StatLine::ContextSwitches(count) => {
                let rate = self.switches.0.per_second(count, now.elapsed);
                self.switches.1.put(out, rate, || {
                    let unit = Unit::PerSecond("switch");
                    TOPIC.series("system.linux.context_switches", &[], unit, "Context switches", "")
                });
            }
            StatLine::Created(count) => {
                let rate = self.created.0.per_second(count, now.elapsed);
                self.created.1.put(out, rate, || {
                    let unit = Unit::PerSecond("process");
                    TOPIC.series("system.process.created", &[], unit, "Processes created", "")
                });
            }
            StatLine::Runnable(count) => {
                self.runnable.put(out, Some(count as f64), processes("runnable", "Processes runnable"));
            }
            StatLine::Blocked(count) => {
                self.blocked.put(out, Some(count as f64), processes("blocked", "Processes blocked"));
            }
            StatLine::Total(_) | StatLine::Core(..) => {}
        }
    }
}

/// A core's number as an attribute, and as people say it.
fn names(core: usize) -> (String, String) {
    let mut instance = String::from("core ");
    let _ = write!(instance, "{core}");
    (core.to_string(), instance)
}

#[cfg(test)]
mod tests {
    use super::super::world::{Watched, World};
    use super::*;

    fn cpu(world: &World) -> Watched<CpuProbe> {
        Watched::new(CpuProbe::new(&world.root()))
    }

    #[test]
    fn a_recorded_second_gives_shares_rates_and_counts() {
        let world = World::recorded("host");
        let mut cpu = cpu(&world);
        assert_eq!(
            cpu.read(0),
            [
                r#"system.linux.processes{process.state="runnable"} 3"#,
                r#"system.linux.processes{process.state="blocked"} 1"#
            ]
        );
        world.becomes("host-later");
        let lines = cpu.read(2000);
        assert_eq!(
            lines[..9],
            [
                "system.cpu.utilization 0.5",
                r#"system.cpu.utilization{cpu.mode="user"} 0.25"#,
                r#"system.cpu.utilization{cpu.mode="nice"} 0"#,
                r#"system.cpu.utilization{cpu.mode="system"} 0.125"#,
                r#"system.cpu.utilization{cpu.mode="idle"} 0.475"#,
                r#"system.cpu.utilization{cpu.mode="iowait"} 0.025"#,
                r#"system.cpu.utilization{cpu.mode="interrupt"} 0"#,
                r#"system.cpu.utilization{cpu.mode="softirq"} 0.025"#,
                r#"system.cpu.utilization{cpu.mode="steal"} 0.1"#,
            ]
        );
        for line in [
            r#"system.cpu.utilization{cpu.logical_number="0"} 0.75"#,
            r#"system.cpu.utilization{cpu.logical_number="1",cpu.mode="idle"} 0.7"#,
            "system.linux.context_switches 1500",
            "system.process.created 5",
        ] {
            assert!(lines.iter().any(|l| l == line), "{line} in {lines:#?}");
        }
        // Nice time was never used on any core.
        assert!(!lines.iter().any(|l| l.contains("logical_number") && l.contains("nice")));
    }

    #[test]
    fn a_core_that_goes_and_comes_back_leaves_a_gap_and_no_spike() {
        let world = World::empty();
        let mut cpu = cpu(&world);
        let mut busy_of = |millis, text: &str| {
            world.write("proc/stat", text);
            cpu.read_metric(millis, UTILIZATION).into_iter().filter(|l| !l.contains("mode")).collect::<Vec<_>>()
        };
        assert!(busy_of(0, "cpu 0 0 0 0\ncpu0 0 0 0 0\ncpu1 0 0 0 0\n").is_empty());
        assert_eq!(
            busy_of(1000, "cpu 100 0 0 100\ncpu0 100 0 0 0\ncpu1 0 0 0 100\n"),
            ["0.5", r#"{cpu.logical_number="0"} 1"#, r#"{cpu.logical_number="1"} 0"#]
        );
        assert_eq!(busy_of(2000, "cpu 150 0 0 150\ncpu0 150 0 0 50\n"), ["0.5", r#"{cpu.logical_number="0"} 0.5"#]);
        assert_eq!(
            busy_of(3000, "cpu 150 0 0 250\ncpu0 150 0 0 150\ncpu1 9000 0 0 100\n"),
            ["0", r#"{cpu.logical_number="0"} 0"#]
        );
        assert_eq!(
            busy_of(4000, "cpu 150 0 0 350\ncpu0 150 0 0 250\ncpu1 9000 0 0 200\n"),
            ["0", r#"{cpu.logical_number="0"} 0"#, r#"{cpu.logical_number="1"} 0"#]
        );
    }

    #[test]
    fn many_cores_are_all_there() {
        let world = World::recorded("many-cores");
        let mut cpu = cpu(&world);
        cpu.read(0);
        world.becomes("many-cores-later");
        let cores = cpu.read_metric(1000, UTILIZATION);
        assert_eq!(cores.iter().filter(|l| l.contains("logical") && !l.contains("mode")).count(), 128);
        assert!(cores.contains(&r#"{cpu.logical_number="127"} 1"#.to_owned()), "{cores:?}");
        assert!(cpu.defined().iter().any(|def| &*def.instance == "core 127"));
    }

    #[test]
    fn in_a_container_the_total_is_of_what_it_may_use() {
        let world = World::recorded("container-v2");
        let mut cpu = cpu(&world);
        assert!(cpu.read_metric(0, UTILIZATION).is_empty());
        world.becomes("container-v2-later");
        let lines = cpu.read_metric(2000, UTILIZATION);
        assert_eq!(lines[0], "0.375", "0.75 of 2 cores");
        assert!(lines.contains(&r#"{cpu.mode="idle"} 0.9"#.to_owned()), "{lines:?}");
    }

    #[test]
    fn a_file_that_is_not_there_or_says_nothing_is_told() {
        let world = World::empty();
        let mut cpu = cpu(&world);
        cpu.read(0);
        assert!(cpu.why().starts_with("This kernel has no "), "{}", cpu.why());
        world.write("proc/stat", "nonsense\n");
        cpu.read(1000);
        assert!(cpu.why().starts_with("No line of processor time in "), "{}", cpu.why());
    }
}
