//! Graphics processors: use and memory, where the system tells them.

use std::time::Duration;

use sysinfo::{Gpu, Gpus};

use super::aside::{Aside, Standing};
use super::{refused, system_name};
use crate::model::{ProbeId, SeriesGroup, Unit};
use crate::sampling::track::{Topic, Track};
use crate::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

const TOPIC: Topic = Topic { probe: "gpu", title: "GPU", group: SeriesGroup::Gpu, every: Some(Duration::from_secs(2)) };

/// Time after which silence is told.
const PATIENCE: Duration = Duration::from_secs(10);

/// What one graphics processor tells.
#[derive(Debug, Clone, PartialEq)]
struct Told {
    model: String,
    usage: Option<f64>,
    used_bytes: Option<u64>,
    total_bytes: Option<u64>,
}

/// Reads every graphics processor, on a thread of its own: a driver may take long to answer.
#[derive(Default)]
pub struct GpuProbe {
    aside: Option<Aside<Vec<Told>>>,
    tracks: Vec<[Track; 3]>,
}

impl GpuProbe {
    fn record(&mut self, gpus: &[Told], out: &mut Recorder) {
        self.tracks.resize(gpus.len().max(self.tracks.len()), Default::default());
        for (number, (gpu, [usage, used, share])) in gpus.iter().zip(&mut self.tracks).enumerate() {
            let define = |metric, unit, name| {
                let id = number.to_string();
                let attributes = [("hw.id", id.as_str()), ("hw.name", gpu.model.as_str())];
                TOPIC.series(metric, &attributes, unit, name, &gpu.model)
            };
            usage.put(out, gpu.usage, || define("hw.gpu.utilization", Unit::Ratio, "GPU"));
            let used_bytes = gpu.used_bytes.map(|bytes| bytes as f64);
            used.put(out, used_bytes, || define("hw.gpu.memory.usage", Unit::Bytes, "GPU memory used"));
            let total_bytes = gpu.total_bytes.filter(|total| *total > 0).map(|bytes| bytes as f64);
            let ratio = used_bytes.zip(total_bytes).map(|(used, total)| used / total);
            share.put(out, ratio, || define("hw.gpu.memory.utilization", Unit::Ratio, "GPU memory"));
        }
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
        let aside = match &mut self.aside {
            Some(aside) => aside,
            none => none.insert(Aside::start("gpu", asker)?),
        };
        // The answer to the question before comes first: it is at most one turn old.
        let standing = aside.look(now.elapsed);
        aside.ask(now.elapsed);
        match standing {
            Standing::Answered(gpus) => self.record(&gpus?, out),
            Standing::Waiting(waited) if waited >= PATIENCE => {
                return Err(ProbeError::failed("The graphics driver does not answer"));
            }
            Standing::Waiting(_) | Standing::Idle => {}
        }
        Ok(())
    }
}

/// Keeps what sysinfo has opened between questions.
fn asker() -> impl FnMut() -> Result<Vec<Told>, ProbeError> {
    let mut opened: Option<Gpus> = None;
    move || {
        let mut gpus = match opened.take() {
            Some(gpus) => gpus,
            None => Gpus::new().map_err(|why| refused("graphics processors", &why))?,
        };
        gpus.refresh(true);
        let told: Vec<Told> = gpus.iter().map(told).collect();
        opened = Some(gpus);
        if told.is_empty() {
            return Err(ProbeError::unsupported(format!("{} lists no graphics processor", system_name())));
        }
        Ok(told)
    }
}

fn told(gpu: &Gpu) -> Told {
    Told {
        model: gpu.model().unwrap_or("GPU").to_owned(),
        usage: gpu.usage().map(|percent| f64::from(percent) / 100.0),
        used_bytes: gpu.used_memory(),
        total_bytes: gpu.total_memory(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_recorded_and_nothing_else() {
        let (mut probe, mut out) = (GpuProbe::default(), Recorder::default());
        let silent = Told { model: "A".into(), usage: None, used_bytes: None, total_bytes: Some(8) };
        let full = Told { model: "B".into(), usage: Some(0.5), used_bytes: Some(2), total_bytes: Some(8) };
        probe.record(&[silent, full], &mut out);
        let lines: Vec<String> = out
            .points
            .iter()
            .map(|point| (&out.defined[point.slot.0 as usize], point.value))
            .map(|(def, value)| format!("{} {} {value}", def.key, def.instance))
            .collect();
        assert_eq!(
            lines,
            [
                r#"hw.gpu.utilization{hw.id="1",hw.name="B"} B 0.5"#,
                r#"hw.gpu.memory.usage{hw.id="1",hw.name="B"} B 2"#,
                r#"hw.gpu.memory.utilization{hw.id="1",hw.name="B"} B 0.25"#,
            ]
        );
    }
}
