//! Real engines with their API on loopback, a window's side without a window, and waiting for what comes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use perfdesk::api::plan::Flags;
use perfdesk::api::{Limits, Server, ServerOptions};
use perfdesk::engine::access::tokens::TokenFiles;
use perfdesk::engine::{Engine, EngineOptions, Handle};
use perfdesk::link::{Fleet, FleetOptions, Home, Links};
use perfdesk::model::machines::{MachineCommand, MachineEntry, MachineId, MachineStatus, Token};
use perfdesk::model::{Folders, Snapshot, Timestamp};

/// How long anything may take.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// How long an agent may say nothing here: longer than a tick.
const SILENCE: Duration = Duration::from_secs(7);

/// A machine with its agent.
pub struct Machine {
    pub engine: Option<Engine>,
    pub server: Option<Server>,
    pub address: SocketAddr,
    pub folder: tempfile::TempDir,
}

impl Machine {
    /// One without an API.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let engine = Some(start_in(&folder));
        Self { engine, server: None, address: SocketAddr::from(([127, 0, 0, 1], 0)), folder }
    }

    /// One whose API listens on a free port.
    pub fn serving() -> Self {
        let mut machine = Self::start();
        machine.serve();
        machine
    }

    /// Listens, on the same port as before where there was one.
    pub fn serve(&mut self) {
        let flags = Flags { address: Some(self.address), ..Flags::default() };
        let options = ServerOptions { flags, limits: Limits::default(), config: self.folders().config };
        self.server = Some(Server::start(self.handle(), options));
        let ready = until(&self.handle(), "the API", |s| s.access.is_read && s.access.listening().is_some());
        self.address = ready.access.listening().expect("waited for").address.parse().expect("an address");
    }

    /// Ends the program there, as far as others see it.
    pub fn kill(&mut self) {
        self.server = None;
        self.engine = None;
    }

    /// Starts it again over the same files.
    pub fn revive(&mut self) {
        self.engine = Some(start_in(&self.folder));
        self.serve();
    }

    pub fn handle(&self) -> Handle {
        self.engine.as_ref().expect("running").handle()
    }

    pub fn folders(&self) -> Folders {
        folders(&self.folder)
    }

    pub fn token(&self) -> String {
        TokenFiles::new(&self.folders().config).main().expect("read").expect("made").0.to_string()
    }

    pub fn entry(&self) -> MachineEntry {
        let (address, token) = (self.address.to_string(), Token(self.token()));
        MachineEntry { name: "there".into(), address, token, ..MachineEntry::default() }
    }
}

fn folders(folder: &tempfile::TempDir) -> Folders {
    Folders { config: folder.path().join("config"), data: folder.path().join("data") }
}

/// An engine over the files of a folder.
pub fn start_in(folder: &tempfile::TempDir) -> Engine {
    Engine::start(EngineOptions { receives: false, ..EngineOptions::of_this_machine(folders(folder), Instant::now()) })
        .expect("the engine starts")
}

/// A window's side: its list of machines, and the engine at home with nothing behind it.
pub struct Window {
    /// Held: the threads end with it.
    _links: Links,
    pub fleet: Fleet,
    pub sent_home: Receiver<perfdesk::engine::Input>,
    pub config: tempfile::TempDir,
    changed: Receiver<()>,
}

impl Window {
    pub fn open() -> Self {
        let (home, sent_home) = Handle::new(Snapshot::default());
        let config = tempfile::tempdir().expect("a folder");
        Self::over(home, sent_home, config)
    }

    pub fn over(home: Handle, sent_home: Receiver<perfdesk::engine::Input>, config: tempfile::TempDir) -> Self {
        let options = FleetOptions { silence: SILENCE, ..FleetOptions::new(config.path().into(), wall()) };
        let links = Links::start(options, Home::Engine(home.clone())).expect("a thread");
        let fleet = links.fleet();
        let (changing, changed) = sync_channel(1);
        fleet.on_change(move || {
            let _ = changing.try_send(());
        });
        Self { _links: links, fleet, sent_home, config, changed }
    }

    /// A window that looks at this machine whole.
    pub fn looking_at(machine: &Machine) -> (Self, Handle) {
        let window = Self::open();
        let there = window.add(machine.entry());
        (window, there)
    }

    /// Puts a machine on the list, looks at it, and gives it as an engine.
    pub fn add(&self, entry: MachineEntry) -> Handle {
        let n = self.fleet.list().machines.len();
        assert!(self.fleet.send(MachineCommand::Save(Box::new(entry), None)));
        let id = self.until("the machine on the list", |list| list.get(n).map(|machine| machine.entry.id));
        assert!(self.fleet.send(MachineCommand::Look(Some(id))));
        self.fleet.handle(id).expect("it is followed")
    }

    pub fn only(&self) -> MachineId {
        self.fleet.list().machines[0].entry.id
    }

    /// Waits for a list that answers this.
    pub fn until<T>(&self, what: &str, look: impl Fn(&[MachineStatus]) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look(&self.fleet.list().machines) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "never came: {what}; {:?}", self.fleet.list());
            let _ = self.changed.recv_timeout(left);
        }
    }
}

/// A wall clock that goes on by a second each time it is asked.
pub fn wall() -> impl Fn() -> Timestamp + Send + Sync + 'static {
    let seconds = AtomicUsize::new(1_000_000);
    move || Timestamp::from_millis(seconds.fetch_add(1, Ordering::Relaxed) as i64 * 1000)
}

/// Waits for a publication of which this is true.
pub fn until(handle: &Handle, what: &str, is_true: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
    let (publishing, published) = sync_channel(1);
    handle.on_publish(move || {
        let _ = publishing.try_send(());
    });
    let deadline = Instant::now() + PATIENCE;
    loop {
        let snapshot = handle.snapshot();
        if is_true(&snapshot) {
            return snapshot;
        }
        let left = deadline.saturating_duration_since(Instant::now());
        assert!(!left.is_zero(), "never came: {what}; link {:?}, notices {:?}", snapshot.link, snapshot.notices);
        let _ = published.recv_timeout(left);
    }
}
