//! All machines a window looks at: one thread follows them, keeps the list, and gives each an engine's handle.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::{mpsc, oneshot};

use super::own::OwnAgent;
use super::roster::Roster;
use crate::engine::Handle;
use crate::model::Timestamp;
use crate::model::machines::{MachineCommand, MachineId, MachineList};

/// Commands that may wait.
const COMMANDS: usize = 64;
/// Time the thread has to end.
const STOP: Duration = Duration::from_secs(2);

/// What is called when the list changed.
type Wake = Arc<dyn Fn() + Send + Sync>;

/// What all sides share; read without waiting.
pub(super) struct Shared {
    pub list: ArcSwap<MachineList>,
    pub handles: ArcSwap<BTreeMap<MachineId, Handle>>,
    pub wakes: ArcSwap<Vec<Wake>>,
}

/// What a fleet starts from.
pub struct FleetOptions {
    /// Where the list is kept.
    pub config: PathBuf,
    /// The wall clock.
    pub wall: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// How long nothing may come from an agent before it counts as lost.
    pub silence: Duration,
}

impl FleetOptions {
    /// The usual silence: an agent with nothing to say says so each 5 s.
    pub const SILENCE: Duration = Duration::from_secs(15);

    /// The usual, over the list of this config folder.
    pub fn new(config: PathBuf, wall: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { config, wall: Arc::new(wall), silence: Self::SILENCE }
    }
}

/// The machines, from where a window stands. Cheap to clone; never waits.
#[derive(Clone)]
pub struct Fleet {
    shared: Arc<Shared>,
    commands: mpsc::Sender<MachineCommand>,
}

impl Fleet {
    /// The list as it stands.
    pub fn list(&self) -> Arc<MachineList> {
        self.shared.list.load_full()
    }

    /// Sends a command; `false` when too many wait or the thread is gone.
    pub fn send(&self, command: MachineCommand) -> bool {
        self.commands.try_send(command).is_ok()
    }

    /// A machine as an engine.
    pub fn handle(&self, id: MachineId) -> Option<Handle> {
        self.shared.handles.load().get(&id).cloned()
    }

    /// Has this called whenever the list changed. It runs on the link's thread: it leaves word and waits for nothing.
    pub fn on_change(&self, wake: impl Fn() + Send + Sync + 'static) {
        let wake: Wake = Arc::new(wake);
        self.shared.wakes.rcu(|wakes| wakes.iter().chain([&wake]).cloned().collect::<Vec<_>>());
    }
}

/// The thread behind all links. Dropping it ends it.
pub struct Links {
    fleet: Fleet,
    own: Option<Handle>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    ended: std::sync::mpsc::Receiver<()>,
}

/// Whose screen the window is.
pub enum Home {
    /// An engine in this program.
    Engine(Handle),
    /// The agent that keeps this machine's history.
    Agent(OwnAgent),
}

impl Links {
    /// Starts to follow the machines of the list, and the own agent where that is home.
    ///
    /// # Errors
    /// What the system said when the thread could not be started.
    pub fn start(options: FleetOptions, home: Home) -> std::io::Result<Self> {
        let shared =
            Arc::new(Shared { list: ArcSwap::default(), handles: ArcSwap::default(), wakes: ArcSwap::default() });
        let (commands, waiting) = mpsc::channel(COMMANDS);
        let (stop, stopped) = oneshot::channel();
        let (ending, ended) = std::sync::mpsc::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let fleet = Fleet { shared: shared.clone(), commands };
        let (roster, own) = Roster::new(options, home, shared);
        let body = move || {
            let _ending = ending;
            runtime.block_on(async {
                tokio::select! {
                    () = roster.run(waiting) => {}
                    _ = stopped => {}
                }
            });
            runtime.shutdown_background();
        };
        let thread = thread::Builder::new().name("link".into()).spawn(body)?;
        Ok(Self { fleet, own, stop: Some(stop), thread: Some(thread), ended })
    }

    /// The machines, for the window.
    pub fn fleet(&self) -> Fleet {
        self.fleet.clone()
    }

    /// The agent of this machine as an engine, where that is home.
    pub fn own(&self) -> Option<Handle> {
        self.own.clone()
    }

    /// Ends the links. Tells whether the thread ended.
    pub fn stop(&mut self) -> bool {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        let Some(thread) = self.thread.take() else { return true };
        let has_ended = self.ended.recv_timeout(STOP) != Err(std::sync::mpsc::RecvTimeoutError::Timeout);
        has_ended && thread.join().is_ok()
    }
}

impl Drop for Links {
    fn drop(&mut self) {
        self.stop();
    }
}
