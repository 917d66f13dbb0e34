//! What a client holds of the engine: the newest snapshot, and a way to send commands.

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;

use super::access::ApiEvent;
use super::jobs::JobOutcome;
use super::own_work::OwnWork;
use super::query_worker::Answer;
use super::services::ServiceEvent;
use super::store_worker::StoreEvent;
use super::tasks::TaskEvent;
use super::tuning::TuningEvent;
use crate::model::{Batch, Command, ProbeId, Snapshot};
use crate::notify::Outcome;
use crate::telemetry::prometheus;
use crate::telemetry::remote_write::Event;

/// Inputs that may wait for the engine at one time.
pub const INPUT_CAPACITY: usize = 256;

/// Everything that reaches the engine's thread.
pub enum Input {
    /// From a client.
    Command(Command),
    /// From a source.
    Batch(Box<Batch>),
    /// A worker broke down.
    WorkerDied {
        /// The worker's name.
        worker: &'static str,
        /// The probe it was asking, where it was one that broke down.
        probe: Option<ProbeId>,
        /// What it said.
        why: String,
    },
    /// A job is done.
    JobDone(Box<JobOutcome>),
    /// From the store thread.
    Store(Box<StoreEvent>),
    /// From history.
    Answer(Box<Answer>),
    /// How a task goes.
    Task(Box<TaskEvent>),
    /// From the apply thread.
    Tuning(Box<TuningEvent>),
    /// What came of telling outside the window.
    Notified(Box<Outcome>),
    /// From the API's server.
    Api(Box<ApiEvent>),
    /// From the threads of remote-write.
    Remote(Box<Event>),
    /// From the thread that asks sources.
    Source(Box<prometheus::Answer>),
    /// From the works of services.
    Service(Box<ServiceEvent>),
    /// The files are to be looked at now, and not when it is time.
    Reload,
    /// The program ends.
    Stop,
}

/// What a client wants called after each publication.
type Wake = Arc<dyn Fn() + Send + Sync>;

struct Shared {
    snapshot: ArcSwap<Snapshot>,
    wakes: ArcSwap<Vec<Wake>>,
    rejected: AtomicU64,
}

/// The sending end of the engine's queue, which counts what waits in it.
#[derive(Clone)]
pub struct Inputs {
    sender: SyncSender<Input>,
    waiting: Arc<AtomicUsize>,
    /// What is called after each input, where whoever takes them does not wait at the queue.
    taker: Arc<OnceLock<Wake>>,
    own: Arc<OwnWork>,
}

impl fmt::Debug for Inputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inputs").field("waiting", &self.waiting).finish_non_exhaustive()
    }
}

impl Inputs {
    /// Sends without waiting.
    ///
    /// # Errors
    /// Gives the input back when the queue is full or the engine is gone.
    pub fn try_send(&self, input: Input) -> Result<(), Box<Input>> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        self.sender.try_send(input).map_err(|e| {
            self.took();
            match e {
                mpsc::TrySendError::Full(input) | mpsc::TrySendError::Disconnected(input) => Box::new(input),
            }
        })?;
        self.wake_taker();
        Ok(())
    }

    /// Sends, waiting for room. For workers that have to be heard, never for clients.
    pub fn send(&self, input: Input) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        if self.sender.send(input).is_err() {
            self.took();
        }
        self.wake_taker();
    }

    fn wake_taker(&self) {
        if let Some(wake) = self.taker.get() {
            wake();
        }
    }

    /// Says that the engine took one input out.
    pub fn took(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }

    /// Where whoever works for the engine notes what was done.
    pub fn own_work(&self) -> &Arc<OwnWork> {
        &self.own
    }

    /// Inputs waiting now.
    pub fn n_waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }
}

/// A client's hold on the engine. Cheap to clone; never waits.
#[derive(Clone)]
pub struct Handle {
    shared: Arc<Shared>,
    inputs: Inputs,
}

impl Handle {
    /// A handle with nothing behind it but the receiving end: what tests and the engine itself start from.
    pub fn new(first: Snapshot) -> (Self, Receiver<Input>) {
        let (sender, receiver) = mpsc::sync_channel(INPUT_CAPACITY);
        let shared =
            Shared { snapshot: ArcSwap::from_pointee(first), wakes: ArcSwap::default(), rejected: AtomicU64::new(0) };
        let inputs = Inputs { sender, waiting: Arc::default(), taker: Arc::default(), own: Arc::default() };
        (Self { shared: Arc::new(shared), inputs }, receiver)
    }

    /// Whether both are holds on the same engine.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// The newest snapshot.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.shared.snapshot.load_full()
    }

    /// Sends a command; `false` when the engine's queue is full or the engine is gone, which is counted.
    pub fn send(&self, command: Command) -> bool {
        let is_sent = self.inputs.try_send(Input::Command(command)).is_ok();
        if !is_sent {
            self.shared.rejected.fetch_add(1, Ordering::Relaxed);
        }
        is_sent
    }

    /// Has the config folder's files looked at now: those that were edited are read again.
    pub fn reload(&self) {
        self.inputs.send(Input::Reload);
    }

    /// Commands that could not be sent so far.
    pub fn n_rejected(&self) -> u64 {
        self.shared.rejected.load(Ordering::Relaxed)
    }

    /// Has this called after each publication too, such as waking a window, for as long as the engine runs. It runs on
    /// the engine's thread: it leaves word and waits for nothing.
    pub fn on_publish(&self, wake: impl Fn() + Send + Sync + 'static) {
        let wake: Wake = Arc::new(wake);
        self.shared.wakes.rcu(|wakes| wakes.iter().chain([&wake]).cloned().collect::<Vec<_>>());
    }

    /// Has this called after each input: for who takes them and does not wait at the queue. Only the first counts.
    pub fn on_input(&self, wake: impl Fn() + Send + Sync + 'static) {
        let _ = self.inputs.taker.set(Arc::new(wake));
    }

    /// Where whoever works for the engine notes what was done.
    pub fn own_work(&self) -> &Arc<OwnWork> {
        self.inputs.own_work()
    }

    /// The sending end for workers.
    pub fn inputs(&self) -> Inputs {
        self.inputs.clone()
    }

    /// Publishes a snapshot. For the engine and for tests.
    pub fn publish(&self, snapshot: Snapshot) {
        self.shared.snapshot.store(Arc::new(snapshot));
        for wake in self.shared.wakes.load().iter() {
            wake();
        }
    }
}
