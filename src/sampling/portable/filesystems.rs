//! Filesystems: how full each is. Asked on a thread of its own, since a network share that is gone may never answer.

use std::collections::HashMap;
use std::time::Duration;

use sysinfo::{DiskRefreshKind, Disks};

use super::aside::{Aside, Standing};
use super::refused;
use crate::model::{ProbeId, SeriesDef, SeriesGroup, Unit};
use crate::sampling::track::{Topic, Track};
use crate::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

/// Time between two questions.
const ASK_AGAIN: Duration = Duration::from_secs(30);
/// Time after which silence is told.
const PATIENCE: Duration = Duration::from_secs(10);
/// Time between two looks whether the answer has come.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

const TOPIC: Topic =
    Topic { probe: "filesystem", title: "Filesystems", group: SeriesGroup::Disks, every: Some(ASK_AGAIN) };

/// How full one filesystem is.
#[derive(Debug, Clone, PartialEq)]
struct Fill {
    device: String,
    mountpoint: String,
    kind: String,
    total: u64,
    available: u64,
}

/// Asks for every filesystem, seldom.
#[derive(Default)]
pub struct FilesystemProbe {
    aside: Option<Aside<Vec<Fill>>>,
    asked_at: Option<Duration>,
    filesystems: HashMap<String, [Track; 2]>,
}

impl FilesystemProbe {
    fn record(&mut self, fills: &[Fill], out: &mut Recorder) {
        for fill in fills.iter().filter(|fill| fill.total > 0) {
            let used = fill.total.saturating_sub(fill.available) as f64;
            let [utilization, usage] = self.filesystems.entry(fill.mountpoint.clone()).or_default();
            utilization.put(out, Some(used / fill.total as f64), || fill.utilization_series());
            usage.put(out, Some(used), || fill.usage_series());
        }
    }
}

impl Fill {
    fn attributes(&self) -> [(&str, &str); 3] {
        [
            ("system.device", self.device.as_str()),
            ("system.filesystem.mountpoint", self.mountpoint.as_str()),
            ("system.filesystem.type", self.kind.as_str()),
        ]
    }

    fn utilization_series(&self) -> SeriesDef {
        let metric = "system.filesystem.utilization";
        TOPIC.series(metric, &self.attributes(), Unit::Ratio, "Filesystem", &self.mountpoint)
    }

    fn usage_series(&self) -> SeriesDef {
        let [device, mountpoint, kind] = self.attributes();
        let attributes = [device, mountpoint, kind, ("system.filesystem.state", "used")];
        TOPIC.series("system.filesystem.usage", &attributes, Unit::Bytes, "Filesystem used", &self.mountpoint)
    }
}

impl Probe for FilesystemProbe {
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
        Cadence::Every(LOOK_AGAIN)
    }

    fn read(&mut self, now: Moment, out: &mut Recorder) -> Result<(), ProbeError> {
        let now = now.elapsed;
        let aside = match &mut self.aside {
            Some(aside) => aside,
            none => none.insert(Aside::start("filesystems", || ask)?),
        };
        if self.asked_at.is_none_or(|at| now.saturating_sub(at) >= ASK_AGAIN) {
            aside.ask(now);
            self.asked_at = Some(now);
        }
        match aside.look(now) {
            Standing::Answered(fills) => self.record(&fills?, out),
            Standing::Waiting(waited) if waited >= PATIENCE => {
                return Err(ProbeError::failed("A filesystem does not answer; none is asked again until it does"));
            }
            Standing::Waiting(_) | Standing::Idle => {}
        }
        Ok(())
    }
}

fn ask() -> Result<Vec<Fill>, ProbeError> {
    let mut disks = Disks::new().map_err(|why| refused("filesystems", &why))?;
    disks.refresh_specifics(true, DiskRefreshKind::nothing().with_storage());
    let fill = |disk: &sysinfo::Disk| Fill {
        device: disk.name().to_string_lossy().into_owned(),
        kind: disk.file_system().to_string_lossy().into_owned(),
        mountpoint: disk.mount_point().display().to_string(),
        total: disk.total_space(),
        available: disk.available_space(),
    };
    Ok(disks.iter().map(fill).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn moment(seconds: u64) -> Moment {
        Moment { at: Timestamp::default(), elapsed: Duration::from_secs(seconds) }
    }

    #[test]
    fn silence_is_told_and_an_answer_is_recorded_when_it_comes() {
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        let wait = move || receiver.recv().map_err(|_| ProbeError::failed("over"));
        let aside = Some(Aside::start("test", || wait).expect("a thread"));
        let mut probe = FilesystemProbe { aside, ..FilesystemProbe::default() };
        let mut out = Recorder::default();
        assert_eq!(probe.read(moment(1), &mut out), Ok(()));
        assert_eq!(probe.read(moment(10), &mut out), Ok(()));
        assert!(matches!(probe.read(moment(11), &mut out), Err(ProbeError::Failed { .. })));
        assert_eq!(out.points, []);
        let [device, mountpoint, kind] = ["System", "C:", "NTFS"].map(str::to_owned);
        sender.send(vec![Fill { device, mountpoint, kind, total: 100, available: 25 }]).expect("sent");
        while out.points.is_empty() {
            let _ = probe.read(moment(12), &mut out);
        }
        assert_eq!(
            out.defined[0].key.to_string(),
            "system.filesystem.utilization\
             {system.device=\"System\",system.filesystem.mountpoint=\"C:\",system.filesystem.type=\"NTFS\"}"
        );
        assert_eq!((out.points[0].value, out.points[1].value), (0.75, 75.0));
    }

    #[test]
    fn this_machine_answers() {
        let fills = ask().expect("answers");
        assert!(fills.iter().all(|fill| !fill.mountpoint.is_empty()), "{fills:?}");
    }
}
