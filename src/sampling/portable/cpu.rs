//! Processor: busy share in all and per core, load average, frequency.

use std::time::Duration;

use sysinfo::{CpuRefreshKind, System};

use super::refused;
use crate::model::{ProbeId, SeriesDef, SeriesGroup, Unit};
use crate::sampling::track::{Topic, Track};
use crate::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

const CPU: Topic = Topic { probe: "cpu", title: "CPU", group: SeriesGroup::Cpu, every: None };
const LOAD: Topic = Topic { probe: "load", title: "Load", group: SeriesGroup::Cpu, every: None };
const FREQUENCY: Topic =
    Topic { probe: "frequency", title: "CPU frequency", group: SeriesGroup::Cpu, every: Some(Duration::from_secs(10)) };

/// Busy shares. Portable sources tell no states: busy is one figure.
#[derive(Default)]
pub struct CpuProbe {
    system: Option<System>,
    has_read: bool,
    total: Track,
    cores: Vec<Track>,
}

impl Probe for CpuProbe {
    fn id(&self) -> ProbeId {
        CPU.id()
    }

    fn title(&self) -> &'static str {
        CPU.title
    }

    fn group(&self) -> SeriesGroup {
        CPU.group
    }

    fn cadence(&self) -> Cadence {
        CPU.cadence()
    }

    fn read(&mut self, _now: Moment, out: &mut Recorder) -> Result<(), ProbeError> {
        let system = opened(&mut self.system)?;
        system.refresh_cpu_usage();
        if system.cpus().is_empty() {
            return Err(ProbeError::failed("The system lists no processor"));
        }
        // The first share would be measured against nothing.
        if !std::mem::replace(&mut self.has_read, true) {
            return Ok(());
        }
        let share = |percent: f32| Some(f64::from(percent) / 100.0);
        self.total.put(out, share(system.global_cpu_usage()), || {
            CPU.series("system.cpu.utilization", &[], Unit::Ratio, "CPU", "")
        });
        self.cores.resize(system.cpus().len(), Track::default());
        for (number, (core, track)) in system.cpus().iter().zip(&mut self.cores).enumerate() {
            track.put(out, share(core.usage()), || of_core(&CPU, "system.cpu.utilization", Unit::Ratio, "CPU", number));
        }
        Ok(())
    }
}

/// Load averages.
#[derive(Default)]
pub struct LoadProbe {
    tracks: [Track; 3],
}

impl Probe for LoadProbe {
    fn id(&self) -> ProbeId {
        LOAD.id()
    }

    fn title(&self) -> &'static str {
        LOAD.title
    }

    fn group(&self) -> SeriesGroup {
        LOAD.group
    }

    fn cadence(&self) -> Cadence {
        LOAD.cadence()
    }

    fn read(&mut self, _now: Moment, out: &mut Recorder) -> Result<(), ProbeError> {
        if cfg!(windows) {
            return Err(ProbeError::unsupported("Windows has no load average"));
        }
        let load = System::load_average().map_err(|why| refused("load average", &why))?;
        let spans = [
            ("system.cpu.load_average.1m", "1 min", load.one),
            ("system.cpu.load_average.5m", "5 min", load.five),
            ("system.cpu.load_average.15m", "15 min", load.fifteen),
        ];
        for (track, (metric, span, value)) in self.tracks.iter_mut().zip(spans) {
            track.put(out, Some(value), || LOAD.series(metric, &[], Unit::Count("thread"), "Load average", span));
        }
        Ok(())
    }
}

/// Frequencies, seldom: some systems answer slowly.
#[derive(Default)]
pub struct FrequencyProbe {
    system: Option<System>,
    mean: Track,
    cores: Vec<Track>,
}

impl Probe for FrequencyProbe {
    fn id(&self) -> ProbeId {
        FREQUENCY.id()
    }

    fn title(&self) -> &'static str {
        FREQUENCY.title
    }

    fn group(&self) -> SeriesGroup {
        FREQUENCY.group
    }

    fn cadence(&self) -> Cadence {
        FREQUENCY.cadence()
    }

    fn read(&mut self, _now: Moment, out: &mut Recorder) -> Result<(), ProbeError> {
        let system = opened(&mut self.system)?;
        system.refresh_cpu_specifics(CpuRefreshKind::nothing().with_frequency());
        let hertz: Vec<f64> = system.cpus().iter().map(|core| core.frequency() as f64 * 1e6).collect();
        let n_told = hertz.iter().filter(|hertz| **hertz > 0.0).count();
        if n_told == 0 {
            return Err(ProbeError::unsupported("The system does not tell the processor's frequency"));
        }
        let mean = hertz.iter().sum::<f64>() / n_told as f64;
        self.mean
            .put(out, Some(mean), || FREQUENCY.series("system.cpu.frequency", &[], Unit::Hertz, "CPU frequency", ""));
        self.cores.resize(hertz.len(), Track::default());
        for (number, (hertz, track)) in hertz.into_iter().zip(&mut self.cores).enumerate() {
            track.put(out, (hertz > 0.0).then_some(hertz), || {
                of_core(&FREQUENCY, "system.cpu.frequency", Unit::Hertz, "CPU frequency", number)
            });
        }
        Ok(())
    }
}

fn of_core(topic: &Topic, metric: &str, unit: Unit, name: &str, number: usize) -> SeriesDef {
    let text = number.to_string();
    topic.series(metric, &[("cpu.logical_number", text.as_str())], unit, name, &format!("core {number}"))
}

/// The probe's own system, opened at its first use.
fn opened(system: &mut Option<System>) -> Result<&mut System, ProbeError> {
    if let Some(system) = system {
        return Ok(system);
    }
    Ok(system.insert(System::new().map_err(|why| refused("processors", &why))?))
}
