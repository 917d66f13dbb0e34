//! The list of machines at work: what is on it lives, what is taken off ends, what a person changes is kept.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::address::Address;
use super::file;
use super::fleet::{FleetOptions, Home, Shared};
use super::http::Target;
use super::life::{Depth, Life, LifeStart};
use super::own::OwnAgent;
use super::tls::Trust;
use super::trial;
use crate::engine::Handle;
use crate::model::link::LinkState;
use crate::model::machines::{
    MachineBrief, MachineCommand, MachineEntry, MachineId, MachineList, MachineStatus, MachineTest, MachineTestState,
    Machines,
};
use crate::store::document::{Stamp, stamp};

/// Time between two looks at the list's file.
const CHECK_FILE_EVERY: Duration = Duration::from_secs(5);
/// Least time between two lists that differ in figures alone.
const EVERY: Duration = Duration::from_secs(1);

/// The list at work.
pub struct Roster {
    options: FleetOptions,
    shared: Arc<Shared>,
    home: Option<Handle>,
    /// The own agent, which is followed whole for as long as it lives.
    own: Option<(Life, watch::Sender<Depth>)>,
    machines: Machines,
    /// The file as it was read or written last.
    stamp: Stamp,
    problem: String,
    running: BTreeMap<MachineId, Running>,
    looked_at: Option<MachineId>,
    changed: Arc<Notify>,
    test: Option<MachineTest>,
    /// The publication of the machine that is looked at that was told of last.
    shown_seq: Option<u64>,
}

/// A link that lives.
struct Running {
    entry: Arc<MachineEntry>,
    handle: Handle,
    depth: watch::Sender<Depth>,
    retry: Arc<Notify>,
    brief: Arc<ArcSwap<MachineBrief>>,
    task: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Roster {
    /// The list of a config folder; nothing runs yet. Gives the own agent's handle, where that is home.
    pub fn new(options: FleetOptions, home: Home, shared: Arc<Shared>) -> (Self, Option<Handle>) {
        let stamp = stamp(&file::path(&options.config));
        let (machines, problem) = file::read(&options.config);
        let changed = Arc::new(Notify::new());
        let (home, own) = match home {
            Home::Engine(handle) => (handle, None),
            Home::Agent(agent) => {
                let (steering, depth) = watch::channel(Depth::Whole);
                let name = "this machine".into();
                let state = LinkState { name, address: agent.entry.address.as_str().into(), ..LinkState::default() };
                let state = LinkState { process: agent.process, ..state };
                let (life, handle) = Life::new(LifeStart {
                    state,
                    target: target(&agent.entry),
                    find: Some(Box::new(move || target(&OwnAgent::find(&agent.folders)?.entry))),
                    home: None,
                    wall: options.wall.clone(),
                    silence: options.silence,
                    depth,
                    retry: Arc::new(Notify::new()),
                    brief: Arc::default(),
                    changed: changed.clone(),
                });
                (handle, Some((life, steering)))
            }
        };
        let own_handle = own.is_some().then(|| home.clone());
        let roster = Self {
            options,
            shared,
            home: Some(home),
            own,
            machines,
            stamp,
            problem,
            running: BTreeMap::new(),
            looked_at: None,
            changed,
            test: None,
            shown_seq: None,
        };
        (roster, own_handle)
    }

    /// Runs until nobody can send a command any more.
    pub async fn run(mut self, mut commands: mpsc::Receiver<MachineCommand>) {
        let (own, _steering) = self.own.take().unzip();
        if let Some(own) = own {
            tokio::spawn(own.run());
        }
        for entry in self.machines.machines.clone() {
            self.begin(entry);
        }
        self.show();
        let (testing, mut tested) = mpsc::channel(4);
        let changed = self.changed.clone();
        let mut due: Option<Instant> = None;
        let mut file_checks = interval(CHECK_FILE_EVERY);
        file_checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                command = commands.recv() => {
                    let Some(command) = command else { return };
                    self.carry_out(command, &testing);
                    self.show();
                }
                Some(test) = tested.recv() => {
                    if self.test.as_ref().is_some_and(|now| now.entry == test.entry) {
                        self.test = Some(test);
                    }
                    self.show();
                }
                _ = file_checks.tick() => {
                    if self.was_edited() {
                        self.read_again();
                        self.show();
                    }
                }
                () = changed.notified() => {
                    // What a link came to is shown at once; figures can wait for each other.
                    if self.pin() || self.is_news() {
                        self.show();
                        due = None;
                    } else {
                        due.get_or_insert_with(|| Instant::now() + EVERY);
                    }
                }
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    due = None;
                    self.show();
                }
            }
        }
    }

    fn carry_out(&mut self, command: MachineCommand, testing: &mpsc::Sender<MachineTest>) {
        match command {
            MachineCommand::Save(entry, place) => self.save(*entry, place),
            MachineCommand::Remove(id) => {
                self.machines.machines.retain(|machine| machine.id != id);
                self.running.remove(&id);
                self.keep();
            }
            MachineCommand::Test(entry) => {
                let entry: Arc<MachineEntry> = entry.into();
                self.test = Some(MachineTest { entry: entry.clone(), state: MachineTestState::Running });
                let (target, testing) = (target(&entry), testing.clone());
                tokio::spawn(async move {
                    let state = trial::run(target).await;
                    let _ = testing.send(MachineTest { entry, state }).await;
                });
            }
            MachineCommand::Retry(id) => {
                if let Some(running) = self.running.get(&id) {
                    running.retry.notify_one();
                }
            }
            MachineCommand::Look(id) => {
                self.looked_at = id;
                for (machine, running) in &self.running {
                    let depth = if Some(*machine) == id { Depth::Whole } else { Depth::Brief };
                    running.depth.send_if_modified(|now| std::mem::replace(now, depth) != depth);
                }
            }
            MachineCommand::Trust(id) => {
                let seen = self.link_of(id).and_then(|link| link.fingerprint.clone());
                let entry = self.machines.machines.iter().find(|machine| machine.id == id).cloned();
                if let Some((seen, entry)) = seen.zip(entry) {
                    self.save(MachineEntry { fingerprint: Some(seen.to_string()), ..entry }, None);
                }
            }
        }
    }

    fn save(&mut self, mut entry: MachineEntry, place: Option<usize>) {
        let is_it = |machine: &MachineEntry| machine.id == entry.id && entry.id != MachineId(0);
        match self.machines.machines.iter().position(is_it) {
            Some(i) => self.machines.machines[i] = entry.clone(),
            None if self.machines.machines.len() >= Machines::MOST => {
                self.problem = format!("The list has {} machines and takes no more", Machines::MOST);
                return;
            }
            None => {
                if entry.id == MachineId(0) {
                    entry.id = self.machines.next_id();
                }
                let list = &mut self.machines.machines;
                list.insert(place.unwrap_or(list.len()).min(list.len()), entry.clone());
            }
        }
        self.keep();
        let is_same = self.running.get(&entry.id).is_some_and(|running| *running.entry == entry);
        if !is_same {
            self.begin(entry);
        }
    }

    fn keep(&mut self) {
        self.problem = file::write(&self.options.config, &self.machines).err().unwrap_or_default();
        self.stamp = stamp(&file::path(&self.options.config));
    }

    /// Whether somebody wrote the file since it was read or written here.
    fn was_edited(&mut self) -> bool {
        let now = stamp(&file::path(&self.options.config));
        std::mem::replace(&mut self.stamp, now) != now
    }

    /// Takes over the list as somebody edited it; one that does not read changes nothing.
    fn read_again(&mut self) {
        let (machines, problem) = file::read(&self.options.config);
        self.problem = problem;
        if !self.problem.is_empty() {
            return;
        }
        self.machines = machines;
        self.running.retain(|id, _| self.machines.machines.iter().any(|machine| machine.id == *id));
        for entry in self.machines.machines.clone() {
            if self.running.get(&entry.id).is_none_or(|running| *running.entry != entry) {
                self.begin(entry);
            }
        }
    }

    /// Begins to follow a machine, anew where it is followed already.
    fn begin(&mut self, entry: MachineEntry) {
        let id = entry.id;
        let wanted = if self.looked_at == Some(id) { Depth::Whole } else { Depth::Brief };
        let (depth, depth_wanted) = watch::channel(wanted);
        let (retry, brief) = (Arc::new(Notify::new()), Arc::<ArcSwap<MachineBrief>>::default());
        let name = if entry.name.is_empty() { &entry.address } else { &entry.name };
        let state = LinkState {
            machine: Some(id),
            name: name.as_str().into(),
            address: entry.address.as_str().into(),
            ..LinkState::default()
        };
        let (life, handle) = Life::new(LifeStart {
            state,
            target: target(&entry),
            find: None,
            home: self.home.clone(),
            wall: self.options.wall.clone(),
            silence: self.options.silence,
            depth: depth_wanted,
            retry: retry.clone(),
            brief: brief.clone(),
            changed: self.changed.clone(),
        });
        let task = tokio::spawn(life.run());
        self.running.insert(id, Running { entry: Arc::new(entry), handle, depth, retry, brief, task });
    }

    fn link_of(&self, id: MachineId) -> Option<Arc<LinkState>> {
        self.running.get(&id)?.handle.snapshot().link.clone()
    }

    /// Keeps the certificates that were seen first; tells whether there were any.
    fn pin(&mut self) -> bool {
        let seen = |machine: &MachineEntry| {
            let is_open = machine.fingerprint.is_none() && machine.ca.is_none();
            let link = self.running.get(&machine.id).filter(|_| is_open)?.handle.snapshot().link.clone()?;
            let fingerprint = link.fingerprint.clone().filter(|_| link.is_live())?;
            Some((machine.id, fingerprint))
        };
        let found: Vec<_> = self.machines.machines.iter().filter_map(seen).collect();
        for (id, fingerprint) in &found {
            if let Some(machine) = self.machines.machines.iter_mut().find(|machine| machine.id == *id) {
                machine.fingerprint = Some(fingerprint.to_string());
                let entry = machine.clone();
                // The link goes on; its next connection asks for the same certificate.
                if let Some(running) = self.running.get_mut(id) {
                    running.entry = Arc::new(entry);
                }
            }
        }
        if !found.is_empty() {
            self.keep();
        }
        !found.is_empty()
    }

    /// Whether a link stands otherwise than the list says, or the machine that is looked at published.
    fn is_news(&self) -> bool {
        if self.looked_at_seq() != self.shown_seq {
            return true;
        }
        let list = self.shared.list.load();
        self.running.iter().any(|(id, running)| {
            let shown = list.get(*id).map(|machine| &machine.link.phase);
            running.handle.snapshot().link.as_ref().map(|link| &link.phase) != shown
        })
    }

    fn looked_at_seq(&self) -> Option<u64> {
        Some(self.running.get(&self.looked_at?)?.handle.snapshot().seq)
    }

    fn show(&mut self) {
        self.shown_seq = self.looked_at_seq();
        let status = |machine: &MachineEntry| {
            let running = self.running.get(&machine.id)?;
            Some(MachineStatus {
                entry: running.entry.clone(),
                link: running.handle.snapshot().link.clone().unwrap_or_default(),
                brief: running.brief.load_full(),
            })
        };
        let machines = self.machines.machines.iter().filter_map(status).collect();
        let list = MachineList {
            machines,
            test: self.test.clone(),
            problem: self.problem.as_str().into(),
            at: (self.options.wall)(),
        };
        self.shared.list.store(Arc::new(list));
        let is_same = {
            let handles = self.shared.handles.load();
            handles.len() == self.running.len()
                && self.running.iter().all(|(id, running)| handles.get(id).is_some_and(|h| h.is(&running.handle)))
        };
        if !is_same {
            let handles = self.running.iter().map(|(id, running)| (*id, running.handle.clone())).collect();
            self.shared.handles.store(Arc::new(handles));
        }
        for wake in self.shared.wakes.load().iter() {
            wake();
        }
    }
}

/// Where an entry leads, or why nowhere.
fn target(entry: &MachineEntry) -> Result<Target, String> {
    let ca = entry.ca.as_deref().filter(|path| *path != Path::new(""));
    let address = Address::read(&entry.address)?;
    let token = entry.token.0.trim().to_owned();
    if token.is_empty() {
        return Err("it has no token: `perfdesk token show` on that machine says it".into());
    }
    let trust = Trust::new(entry.fingerprint.as_deref(), ca)?;
    Ok(Target { address, token, trust, insecure_http: entry.insecure_http })
}
