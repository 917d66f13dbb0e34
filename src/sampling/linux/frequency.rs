//! How fast each core runs: cpufreq's files where there are any, else one reading of /proc/cpuinfo for all cores.

use std::time::{Duration, Instant};

use super::Root;
use super::parse::{decimal, fields, lines, number, only_number};
use super::source::{Source, names_in};
use crate::model::{ProbeId, SeriesGroup, Unit};
use crate::sampling::track::{Topic, Track};
use crate::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

const TOPIC: Topic = Topic {
    probe: "cpu.frequency",
    title: "CPU frequency",
    group: SeriesGroup::Cpu,
    every: Some(Duration::from_secs(10)),
};
/// Some kernels sleep 10 ms for each core that is asked. When a turn has taken this long the rest waits for the next.
const GREATEST_COST: Duration = Duration::from_millis(5);
/// The kernel knows no machine with more cores; a greater number is not a core's.
const GREATEST_CORE: u64 = 8191;

/// The probe.
pub struct FrequencyProbe {
    root: Root,
    buffer: Vec<u8>,
    /// One file a core, found at the first reading.
    files: Option<Vec<(usize, Source)>>,
    /// The file to begin with.
    next: usize,
    cpuinfo: Source,
    cores: Vec<Track>,
    mean: Track,
}

impl FrequencyProbe {
    /// The probe of the machine under `root`.
    pub fn new(root: &Root) -> Self {
        Self {
            root: root.clone(),
            buffer: Vec::new(),
            files: None,
            next: 0,
            cpuinfo: Source::new(root.proc.join("cpuinfo")),
            cores: Vec::new(),
            mean: Track::default(),
        }
    }

    fn find_files(root: &Root) -> Vec<(usize, Source)> {
        let folder = root.sys.join("devices/system/cpu");
        let file_of = |name: String| {
            let core = number(name.strip_prefix("cpu")?.as_bytes()).filter(|core| *core <= GREATEST_CORE)?;
            let path = folder.join(name).join("cpufreq/scaling_cur_freq");
            path.exists().then(|| (core as usize, Source::new(path)))
        };
        names_in(&folder).into_iter().filter_map(file_of).collect()
    }
}

impl Probe for FrequencyProbe {
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

    fn read(&mut self, _now: Moment, out: &mut Recorder) -> Result<(), ProbeError> {
        let files = self.files.get_or_insert_with(|| Self::find_files(&self.root));
        let mut sum = Sum { cores: &mut self.cores, out, n: 0, hertz: 0.0 };
        let started = Instant::now();
        for turn in 0..files.len() {
            let i = (self.next + turn) % files.len();
            let (core, source) = &mut files[i];
            // A core that is switched off has no file for the time being.
            if let Some(kilohertz) = source.read(&mut self.buffer).ok().and_then(only_number) {
                sum.take(*core, kilohertz as f64 * 1e3);
            }
            if started.elapsed() > GREATEST_COST {
                self.next = i + 1;
                break;
            }
        }
        if files.is_empty()
            && let Ok(text) = self.cpuinfo.read(&mut self.buffer)
        {
            for (core, megahertz) in cpuinfo_megahertz(text) {
                sum.take(core, megahertz * 1e6);
            }
        }
        let (n, hertz) = (sum.n, sum.hertz);
        if n == 0 {
            // Drivers may come later.
            self.files = None;
            return Err(ProbeError::unsupported(
                "This kernel tells no frequency: no cpufreq driver, and no “cpu MHz” in /proc/cpuinfo",
            ));
        }
        self.mean.put(out, Some(hertz / n as f64), || {
            TOPIC.series("system.cpu.frequency", &[], Unit::Hertz, "CPU frequency", "")
        });
        Ok(())
    }
}

struct Sum<'a> {
    cores: &'a mut Vec<Track>,
    out: &'a mut Recorder,
    n: usize,
    hertz: f64,
}

impl Sum<'_> {
    fn take(&mut self, core: usize, hertz: f64) {
        self.n += 1;
        self.hertz += hertz;
        if self.cores.len() <= core {
            self.cores.resize(core + 1, Track::default());
        }
        self.cores[core].put(self.out, Some(hertz), || {
            let number = core.to_string();
            let attributes = [("cpu.logical_number", number.as_str())];
            TOPIC.series("system.cpu.frequency", &attributes, Unit::Hertz, "CPU frequency", &format!("core {number}"))
        });
    }
}

/// Each core with its "cpu MHz".
fn cpuinfo_megahertz(text: &[u8]) -> impl Iterator<Item = (usize, f64)> {
    let mut core = 0;
    lines(text).filter_map(move |line| {
        let value = fields(line).last();
        if line.starts_with(b"processor") {
            core = value.and_then(number).filter(|core| *core <= GREATEST_CORE)? as usize;
            None
        } else if line.starts_with(b"cpu MHz") {
            Some((core, value.and_then(decimal).filter(|mhz| *mhz > 0.0)?))
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::world::{Watched, World};
    use super::*;

    #[test]
    fn cpufreq_is_preferred_and_cpuinfo_serves_where_there_is_none() {
        let world = World::empty();
        let mut frequency = Watched::new(FrequencyProbe::new(&world.root()));
        assert!(frequency.read(0).is_empty());
        assert!(frequency.why().starts_with("This kernel tells no frequency"));
        world.write("proc/cpuinfo", "processor\t: 0\ncpu MHz\t\t: 2600.5\n\nprocessor\t: 1\ncpu MHz\t\t: 2599.5\n");
        let mut frequency = Watched::new(FrequencyProbe::new(&world.root()));
        assert_eq!(
            frequency.read(0),
            [
                r#"system.cpu.frequency{cpu.logical_number="0"} 2600500000"#,
                r#"system.cpu.frequency{cpu.logical_number="1"} 2599500000"#,
                "system.cpu.frequency 2600000000",
            ]
        );
        for (core, kilohertz) in [(0, 800_000), (10, 1_200_000)] {
            let path = format!("sys/devices/system/cpu/cpu{core}/cpufreq/scaling_cur_freq");
            world.write(&path, &format!("{kilohertz}\n"));
        }
        let mut frequency = Watched::new(FrequencyProbe::new(&world.root()));
        assert_eq!(
            frequency.read(0),
            [
                r#"system.cpu.frequency{cpu.logical_number="0"} 800000000"#,
                r#"system.cpu.frequency{cpu.logical_number="10"} 1200000000"#,
                "system.cpu.frequency 1000000000",
            ]
        );
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = cpuinfo_megahertz(&bytes).count();
        }
    }
}
