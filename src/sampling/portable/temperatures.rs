//! Temperatures, where the system tells any.

use std::collections::HashMap;
use std::time::Duration;

use sysinfo::Components;

use super::{refused, system_name};
use crate::model::{ProbeId, SeriesGroup, Unit};
use crate::sampling::track::{Topic, Track};
use crate::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

const TOPIC: Topic =
    Topic { probe: "sensors", title: "Temperatures", group: SeriesGroup::Sensors, every: Some(Duration::from_secs(5)) };

/// Reads every sensor, seldom: some systems answer slowly.
#[derive(Default)]
pub struct TemperatureProbe {
    components: Option<Components>,
    sensors: HashMap<String, Track>,
}

impl Probe for TemperatureProbe {
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
        if self.components.is_none() {
            self.components = Some(Components::new().map_err(|why| refused("temperatures", &why))?);
        }
        let Some(components) = &mut self.components else { return Ok(()) };
        components.refresh(true);
        if components.is_empty() {
            let rights = if cfg!(windows) { " without administrator's rights" } else { "" };
            return Err(ProbeError::unsupported(format!("{} tells no temperature{rights}", system_name())));
        }
        for component in components.iter() {
            let name = component.label();
            let track = self.sensors.entry(name.to_owned()).or_default();
            track.put(out, component.temperature().map(f64::from), || {
                let attributes = [("hw.id", name), ("hw.name", name)];
                TOPIC.series("hw.temperature", &attributes, Unit::Celsius, "Temperature", name)
            });
        }
        Ok(())
    }
}
