//! Where the summary's series are in the list: looked up once, whenever the list has changed.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{ProbeId, SeriesId, SeriesInfo};

/// The summary's series by what they say. `None` where there is no such series.
#[derive(Debug, Clone, Default)]
pub struct SummaryIndex {
    n_series: usize,
    pub(super) cpu: Option<SeriesId>,
    pub(super) load: Option<SeriesId>,
    /// By core number.
    pub(super) cores: Vec<(u32, SeriesId)>,
    pub(super) memory: Option<SeriesId>,
    /// Some work waiting for processor, memory, disks.
    pub(super) pressure: [Option<SeriesId>; 3],
    /// Read, written.
    pub(super) disk: [Option<SeriesId>; 2],
    pub(super) disk_busy: Option<SeriesId>,
    pub(super) disk_await: Option<SeriesId>,
    /// Received, sent.
    pub(super) network: [Option<SeriesId>; 2],
    pub(super) retransmits: Option<SeriesId>,
    pub(super) network_errors: Vec<SeriesId>,
    pub(super) network_packets: Vec<SeriesId>,
    /// In, out.
    pub(super) swap: [Option<SeriesId>; 2],
    pub(super) oom_kills: Option<SeriesId>,
    /// Mount point, share in use, bytes free.
    pub(super) filesystems: Vec<(Arc<str>, SeriesId, Option<SeriesId>)>,
    programs: HashMap<Arc<str>, SeriesId>,
    probes: [Option<ProbeId>; 5],
}

impl SummaryIndex {
    /// Looks through the whole list.
    pub fn new(series: &[SeriesInfo]) -> Self {
        let mut index = Self { n_series: series.len(), ..Self::default() };
        for info in series {
            index.add(info);
        }
        for info in series.iter().filter(|info| info.def.key.metric() == "system.filesystem.usage") {
            let key = &info.def.key;
            let mount = key.attribute("system.filesystem.mountpoint");
            if key.attribute("system.filesystem.state") == Some("free")
                && let Some((.., free)) = index.filesystems.iter_mut().find(|(m, ..)| Some(&**m) == mount)
            {
                *free = Some(info.id);
            }
        }
        index.cores.sort_unstable();
        index.filesystems.sort_by(|a, b| a.0.cmp(&b.0));
        index
    }

    /// Takes in what the list has gained; series are only ever added. Costs nothing when there is nothing new.
    pub fn update(&mut self, series: &[SeriesInfo]) {
        if series.len() != self.n_series {
            *self = Self::new(series);
        }
    }

    /// The series of a program's processor use.
    pub(super) fn program(&self, name: &str) -> Option<SeriesId> {
        self.programs.get(name).copied()
    }

    fn add(&mut self, info: &SeriesInfo) {
        let (key, id) = (&info.def.key, info.id);
        let attributes: Vec<(&str, &str)> = key.attributes().collect();
        match (key.metric(), &*attributes) {
            ("system.cpu.utilization", []) => self.cpu = Some(id),
            ("system.cpu.utilization", [("cpu.logical_number", number)]) => {
                if let Ok(number) = number.parse() {
                    self.cores.push((number, id));
                }
            }
            ("system.cpu.load_average.1m", []) => self.load = Some(id),
            ("system.memory.utilization", []) => self.memory = Some(id),
            ("system.linux.pressure.stalled", [("kind", "some"), ("resource", resource)]) => {
                if let Some(i) = ["cpu", "memory", "io"].iter().position(|name| name == resource) {
                    self.pressure[i] = Some(id);
                }
            }
            ("system.disk.io", [("disk.io.direction", direction)]) => {
                self.disk[usize::from(*direction == "write")] = Some(id);
            }
            ("system.linux.disk.busy_max", []) => self.disk_busy = Some(id),
            ("system.linux.disk.await", []) => self.disk_await = Some(id),
            ("system.network.io", [("network.io.direction", direction)]) => {
                self.network[usize::from(*direction == "transmit")] = Some(id);
            }
            ("system.linux.tcp.retransmit_ratio", []) => self.retransmits = Some(id),
            ("system.network.errors", [("network.io.direction", _)]) => self.network_errors.push(id),
            ("system.network.packet.count", [("network.io.direction", _)]) => {
                self.network_packets.push(id);
            }
            ("system.paging.operations", [("system.paging.direction", direction)]) => {
                self.swap[usize::from(*direction == "out")] = Some(id);
            }
            ("system.linux.memory.oom_kills", []) => self.oom_kills = Some(id),
            ("system.filesystem.utilization", _) => {
                if let Some(mount) = key.attribute("system.filesystem.mountpoint") {
                    self.filesystems.push((mount.into(), id, None));
                }
            }
            ("process.cpu.utilization", [("process.executable.name", name)]) => {
                self.programs.insert((*name).into(), id);
            }
            _ => {}
        }
        self.add_probe(info);
    }

    /// Remembers which probe answers for each tile, so that its reason can stand where the number would.
    fn add_probe(&mut self, info: &SeriesInfo) {
        let probes = [self.cpu, self.memory, self.pressure[0], self.disk[0], self.network[0]];
        if let Some(i) = probes.iter().position(|id| *id == Some(info.id)) {
            self.probes[i] = Some(info.def.probe);
        }
    }

    /// The probe that answers for a tile: the one of its series, or where there is none yet the one named so.
    pub(super) fn probe(&self, tile: usize) -> ProbeId {
        const NAMES: [&str; 5] = ["cpu", "memory", "pressure", "disk", "network"];
        self.probes[tile].unwrap_or(ProbeId(NAMES[tile]))
    }
}
