//! All bindings: the process of each service now, what it uses, and how often it began anew.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::Owners;
use super::fits::fitting;
use crate::model::process::{ProcessKey, ProcessRow, ProcessState, ProcessTable};
use crate::model::service::{BindBy, BoundProcess, MAX_BINDINGS, ProcessBinding};
use crate::model::{ProbeId, SeriesDef, SeriesGroup, SeriesKey, Slot, Timestamp, Unit};
use crate::telemetry::record::{Record, Tick};

/// Services whose own word for their process is followed, at most.
const MAX_REPORTED: usize = 200;
/// How often open files are counted.
const FILES_EVERY: Duration = Duration::from_secs(10);

/// A process that began anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restart {
    /// The service it serves.
    pub service: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// When it started.
    pub at: Timestamp,
    /// Which it is now.
    pub key: ProcessKey,
}

/// By what the process of a service is known.
#[derive(Debug, Clone, PartialEq, Eq)]
enum By {
    Bound(BindBy),
    /// The service itself says so, of each of its instances.
    Reported(Vec<u32>),
}

/// All bindings.
#[derive(Debug, Default)]
pub struct BindBook {
    services: BTreeMap<Arc<str>, Entry>,
    /// What was found out last of ports and control groups; `None` before the first time.
    owners: Option<Owners>,
    /// Whether the open files of that were not recorded yet.
    has_files: bool,
    newest: Option<Timestamp>,
    generation: Option<u32>,
}

#[derive(Debug)]
struct Entry {
    by: By,
    process: Option<BoundProcess>,
    missing: Arc<str>,
    keys: Vec<ProcessKey>,
    /// The one that has run longest: when it goes and another comes, the service began anew.
    leader: Option<ProcessKey>,
    n_restarts: u32,
    use_now: Use,
    slots: Option<[Slot; 3]>,
}

/// What all processes of a service use together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Use {
    cores: Option<f64>,
    bytes: Option<f64>,
    n_files: Option<f64>,
}

impl Entry {
    fn new(by: By) -> Self {
        Self {
            by,
            process: None,
            missing: "".into(),
            keys: Vec::new(),
            leader: None,
            n_restarts: 0,
            use_now: Use::default(),
            slots: None,
        }
    }
}

impl BindBook {
    /// An empty book.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps to these bindings from now on; the first of a service counts, and goes before what the service itself says.
    pub fn set(&mut self, bindings: &[ProcessBinding]) {
        let mut wanted: BTreeMap<&Arc<str>, &BindBy> = BTreeMap::new();
        for binding in bindings.iter().take(MAX_BINDINGS) {
            wanted.entry(&binding.service).or_insert(&binding.by);
        }
        self.services.retain(|service, entry| match &entry.by {
            By::Bound(by) => wanted.get(service) == Some(&by),
            By::Reported(_) => !wanted.contains_key(service),
        });
        for (service, by) in wanted {
            self.services.entry(service.clone()).or_insert_with(|| Entry::new(By::Bound(by.clone())));
        }
    }

    /// What the services on this machine say of their own processes: the pid of each instance that reported of late.
    pub fn set_reported(&mut self, pids: &[(Arc<str>, u32)]) {
        let mut by_service: BTreeMap<&Arc<str>, Vec<u32>> = BTreeMap::new();
        for (service, pid) in pids {
            by_service.entry(service).or_default().push(*pid);
        }
        self.services.retain(|service, entry| match entry.by {
            By::Bound(_) => true,
            By::Reported(_) => by_service.contains_key(service),
        });
        let mut n_free = MAX_REPORTED.saturating_sub(self.services.len());
        for (service, pids) in by_service {
            match self.services.get_mut(service) {
                Some(entry) => {
                    if let By::Reported(known) = &mut entry.by {
                        *known = pids;
                    }
                }
                None if n_free > 0 => {
                    n_free -= 1;
                    self.services.insert(service.clone(), Entry::new(By::Reported(pids)));
                }
                None => {}
            }
        }
    }

    /// Takes what was found out of ports, control groups and open files.
    pub fn set_owners(&mut self, owners: Owners) {
        self.owners = Some(owners);
        self.has_files = true;
    }

    /// Looks through a new table of processes; gives what began anew. One that was seen before is nothing new.
    pub fn update(&mut self, table: &ProcessTable) -> Vec<Restart> {
        if self.newest == Some(table.at) || table.rows.is_empty() {
            return Vec::new();
        }
        self.newest = Some(table.at);
        let mut restarts = Vec::new();
        let files = std::mem::take(&mut self.has_files).then_some(()).and(self.owners.as_ref());
        for (service, entry) in &mut self.services {
            let found = match &entry.by {
                By::Bound(by) => fitting(by, table, self.owners.as_ref()),
                By::Reported(pids) => reported(pids, table),
            };
            entry.use_now = Use::default();
            match found {
                Ok(places) => {
                    let rows: Vec<&ProcessRow> = places.iter().filter_map(|place| table.rows.get(*place)).collect();
                    restarts.extend(entry.follow(service, &rows, table, files));
                }
                Err(why) => {
                    entry.process = None;
                    entry.keys.clear();
                    entry.missing = why;
                }
            }
        }
        restarts
    }

    /// Records what the processes of the newest table use, once.
    pub fn record(&mut self, tick: Tick, out: &mut dyn Record) {
        if self.generation.replace(tick.generation) != Some(tick.generation) {
            self.services.values_mut().for_each(|entry| entry.slots = None);
        }
        for (service, entry) in &mut self.services {
            let now = std::mem::take(&mut entry.use_now);
            if now == Use::default() {
                continue;
            }
            let [cores, bytes, files] = *entry.slots.get_or_insert_with(|| {
                let unit = Unit::Count("file");
                [
                    out.define(series(service, "process.cpu.utilization", Unit::Cores, "Process CPU", None)),
                    out.define(series(service, "process.memory.usage", Unit::Bytes, "Process memory", None)),
                    out.define(series(
                        service,
                        "process.open_file_descriptor.count",
                        unit,
                        "Process open files",
                        Some(FILES_EVERY),
                    )),
                ]
            });
            for (slot, value) in [(cores, now.cores), (bytes, now.bytes), (files, now.n_files)] {
                if let Some(value) = value {
                    out.put(slot, value);
                }
            }
        }
    }

    /// The process of a service.
    pub fn bound(&self, service: &str) -> Option<&BoundProcess> {
        self.services.get(service)?.process.as_ref()
    }

    /// Why there is none, of a service that is bound to one; empty where none is missing.
    pub fn missing(&self, service: &str) -> Arc<str> {
        self.services.get(service).map(|entry| entry.missing.clone()).unwrap_or_default()
    }

    /// The services that are bound or say what their process is.
    pub fn services(&self) -> impl Iterator<Item = &Arc<str>> {
        self.services.keys()
    }

    /// All processes that serve, for [`super::Asked`].
    pub fn keys(&self) -> Vec<ProcessKey> {
        self.services.values().flat_map(|entry| entry.keys.iter().copied()).collect()
    }
}

impl Entry {
    fn follow(
        &mut self,
        service: &Arc<str>,
        rows: &[&ProcessRow],
        table: &ProcessTable,
        files: Option<&Owners>,
    ) -> Option<Restart> {
        let largest = rows.iter().max_by_key(|row| (row.memory_bytes.unwrap_or(0), std::cmp::Reverse(row.key.pid)))?;
        let oldest = rows.iter().min_by_key(|row| (row.key.start_mark, row.key.pid))?;
        self.keys = rows.iter().map(|row| row.key).collect();
        self.missing = "".into();
        let is_led = self.leader.is_some_and(|leader| self.keys.contains(&leader));
        // One of several that report in turn takes the place of another that still runs: nothing began anew.
        let is_new = !is_led && self.leader.is_some_and(|leader| table.get(leader).is_none());
        if is_new {
            self.n_restarts += 1;
        }
        if !is_led {
            self.leader = Some(oldest.key);
        }
        self.process = Some(BoundProcess {
            key: largest.key,
            name: largest.name.clone(),
            n_processes: u32::try_from(rows.len()).unwrap_or(u32::MAX),
            started_at: oldest.started_at,
            n_restarts: self.n_restarts,
        });
        let sum = |of: &dyn Fn(&ProcessRow) -> Option<f64>| {
            let known: Vec<f64> = rows.iter().filter_map(|row| of(row)).collect();
            (!known.is_empty()).then(|| known.iter().sum())
        };
        self.use_now = Use {
            cores: sum(&|row| row.cpu_cores.map(f64::from)),
            bytes: sum(&|row| row.memory_bytes.map(|bytes| bytes as f64)),
            // The sum of some would look like a fall.
            n_files: files.and_then(|owners| rows.iter().map(|row| owners.n_files(row.key)).sum()),
        };
        is_new.then(|| Restart {
            service: service.clone(),
            name: oldest.name.clone(),
            at: oldest.started_at,
            key: oldest.key,
        })
    }
}

fn reported(pids: &[u32], table: &ProcessTable) -> Result<Vec<usize>, Arc<str>> {
    let place = |pid: &u32| {
        let place = table.rows.binary_search_by_key(pid, |row| row.key.pid).ok()?;
        let row = table.rows.get(place)?;
        (!row.is_kernel && row.state != ProcessState::Zombie).then_some(place)
    };
    let mut places: Vec<usize> = pids.iter().filter_map(place).collect();
    places.sort_unstable();
    places.dedup();
    // It may run in a container, where its number is another.
    if places.is_empty() { Err("".into()) } else { Ok(places) }
}

fn series(service: &Arc<str>, metric: &str, unit: Unit, name: &str, cadence: Option<Duration>) -> SeriesDef {
    // A service may report the same metric of itself: the attribute keeps the two apart.
    SeriesDef {
        key: SeriesKey::new(metric, &[("service.name", service), ("perfdesk.source", "machine")]),
        unit,
        group: SeriesGroup::Services,
        name: name.into(),
        instance: format!("{service}, seen by the machine").into(),
        probe: ProbeId("services"),
        cadence,
    }
}
