//! Starting and stopping: folders, documents, threads. Here the pure core meets the world.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::apply_worker::{ApplyPace, ApplyStart, SystemApplyPace, WorldFactory};
use super::core::{Core, CoreStart, after_engine_broke_down};
use super::handle::{Handle, Input, Inputs};
use super::jobs::ConfigFiles;
use super::pace::{Pace, SystemPace, wall_time};
use super::sample_worker::ProbeFactory;
use super::services::books::Books;
use super::services::runs::Restarts;
use super::services::works::{ServiceWorks, teller, token_check, with_services};
use super::store_queue::StoreQueue;
use super::telemetry::QUEUES;
use super::world::{Crew, World, run, spawn};
use crate::apply::lock_soon;
use crate::apply::world::RealWorld;
use crate::model::{Folders, Layouts, Settings, Severity, Snapshot, Timestamp, WindowMemory};
use crate::sampling::panic_text;
use crate::store::document::{self, Document};
use crate::telemetry::remote_write::{Event, Patience as RemotePatience, Works};

/// Time the threads have to end.
const STOP_DEADLINE: Duration = Duration::from_secs(5);

/// What an engine starts from.
pub struct EngineOptions {
    /// Where files live.
    pub folders: Folders,
    /// Makes the probes.
    pub probes: Arc<ProbeFactory>,
    /// Makes the sample thread's time, once for each start of it.
    pub pace: Box<dyn Fn() -> Box<dyn Pace> + Send>,
    /// The wall clock.
    pub wall: Box<dyn Fn() -> Timestamp + Send>,
    /// Makes the world that profiles are applied in: files, services and clocks.
    pub world: Box<WorldFactory>,
    /// The waiting of the apply thread.
    pub apply_pace: Box<dyn ApplyPace>,
    /// Whether services may report where that is set up; without it no port is opened for them.
    pub receives: bool,
}

impl EngineOptions {
    /// This machine's probes and clocks.
    pub fn of_this_machine(folders: Folders, started: Instant) -> Self {
        Self {
            folders,
            probes: Arc::new(crate::sampling::platform::probes),
            pace: Box::new(move || Box::new(SystemPace::since(started))),
            wall: Box::new(wall_time),
            world: Box::new(|| Box::new(RealWorld::new())),
            apply_pace: Box::new(SystemApplyPace),
            receives: true,
        }
    }
}

/// Why an engine could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another Perfdesk uses the data folder.
    #[error("Perfdesk already runs on {}{}: use that one, or give another folder with --data-dir", .folder.display(), .owner)]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// " (process 123)", where that is known.
        owner: String,
    },
    /// A folder cannot be used.
    #[error("{}: {source}; choose another with --data-dir or --config-dir", .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A thread could not be started.
    #[error("the {thread} thread could not be started: {source}")]
    Thread {
        /// Its name.
        thread: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

/// A running engine. Dropping it stops it.
pub struct Engine {
    handle: Handle,
    threads: Vec<JoinHandle<()>>,
    /// Held for as long as the engine runs: one process owns a data folder.
    _lock: File,
}

impl Engine {
    /// Reads the documents, starts the threads, and takes the first sample at once.
    ///
    /// # Errors
    /// [`StartError`], in words a person can act on.
    pub fn start(options: EngineOptions) -> Result<Self, StartError> {
        let EngineOptions { folders, probes, pace, wall, world, apply_pace, receives } = options;
        for folder in [&folders.data, &folders.config] {
            fs::create_dir_all(folder).map_err(|source| StartError::Folder { folder: folder.clone(), source })?;
        }
        let lock = take_folder(&folders.data)?;
        let mut told = Vec::new();
        let store = StoreQueue::default();
        let start = CoreStart {
            now: wall(),
            settings: load::<Settings>(&folders.config, &mut told),
            layouts: load::<Layouts>(&folders.config, &mut told),
            window: load::<WindowMemory>(&folders.config, &mut told),
            folders: folders.clone(),
            store: store.clone(),
        };
        let mut core = Core::new(start);
        for text in told {
            core.tell(Severity::Warning, text.0, text.1);
        }

        let (handle, inputs_receiver) = Handle::new(Snapshot::clone(&core.snapshot()));
        let files = ConfigFiles::new(folders.config.clone());
        let works = works(&folders.data, &handle.inputs());
        let known = folders.clone();
        let tell = teller(&handle.inputs());
        let books = Arc::new(Books::new(tell.clone(), handle.inputs().own_work().clone()));
        let services = ServiceWorks::start(books.clone(), &known, tell, token_check(handle.clone()), receives)?;
        let probes = with_services(probes, books);
        let apply = ApplyStart { folders, world: with_restarts(world, services.restarts()), pace: apply_pace };
        let (mut world, mut threads) =
            World::new(probes, pace, handle.inputs(), Crew { files, apply, store, works, services })?;
        world.start_store(core.store_start())?;
        world.start_sampling(core.sample_start(0))?;
        let engine_handle = handle.clone();
        let engine = spawn("engine", move || {
            // What the engine held is dropped on the way out, so the other threads end as well.
            let body = || run(core, world, inputs_receiver, &engine_handle, &*wall);
            if let Err(panic) = catch_unwind(AssertUnwindSafe(body)) {
                let last = engine_handle.snapshot();
                engine_handle.publish(after_engine_broke_down(&last, wall_time(), &panic_text(&*panic)));
            }
        })?;
        threads.push(engine);
        Ok(Self { handle, threads, _lock: lock })
    }

    /// A client's hold on this engine.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Ends the threads; waits for them five seconds at most. Tells whether all of them ended.
    pub fn stop(&mut self) -> bool {
        // A full queue is being emptied: the engine takes the stop as soon as there is room.
        let deadline = Instant::now() + STOP_DEADLINE;
        while !self.threads.is_empty() && self.handle.inputs().try_send(Input::Stop).is_err() {
            if Instant::now() > deadline || self.threads.iter().all(JoinHandle::is_finished) {
                break;
            }
            thread::yield_now();
        }
        let (done, wait) = mpsc::channel();
        let threads = std::mem::take(&mut self.threads);
        if threads.is_empty() {
            return true;
        }
        let joiner = spawn("stop", move || {
            for thread in threads {
                let _ = thread.join();
            }
            let _ = done.send(());
        });
        joiner.is_ok() && wait.recv_timeout(deadline.saturating_duration_since(Instant::now())).is_ok()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop();
    }
}

/// What remote-write works with: its folder, the system's clock, and the way back to the engine.
fn works(data: &Path, inputs: &Inputs) -> Works {
    let inputs = inputs.clone();
    let report = move |event| match event {
        // How it does is told again each second.
        Event::Figures(_) => drop(inputs.try_send(Input::Remote(Box::new(event)))),
        event => inputs.send(Input::Remote(Box::new(event))),
    };
    Works {
        folder: data.join(QUEUES),
        report: Arc::new(report),
        clock: Arc::new(wall_time),
        patience: RemotePatience::default(),
    }
}

/// The worlds that applies are carried out in, with the way to the services that are run.
fn with_restarts(world: Box<WorldFactory>, restarts: Option<Restarts>) -> Box<WorldFactory> {
    let Some(restarts) = restarts.map(Arc::new) else { return world };
    Box::new(move || {
        let mut made = world();
        made.set_renew(restarts.clone());
        made
    })
}

fn load<T: Document>(folder: &Path, told: &mut Vec<(String, String)>) -> T {
    let path = folder.join(T::FILE);
    match document::read(&path) {
        Ok(found) => found.unwrap_or_default(),
        Err(e) => {
            told.push((format!("{} was not read; defaults are in force and the file is kept", T::FILE), e.to_string()));
            T::default()
        }
    }
}

/// Takes the folder for this process alone, for as long as the file stays open.
///
/// # Errors
/// [`StartError::InUse`] where another process has it, [`StartError::Folder`] where it cannot be used.
pub fn take_folder(folder: &Path) -> Result<File, StartError> {
    let path = folder.join("owner.lock");
    let fail = |source| StartError::Folder { folder: folder.into(), source };
    let mut file = File::options().create(true).read(true).write(true).truncate(false).open(&path).map_err(fail)?;
    match lock_soon(&file) {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut owner = String::new();
            let _ = file.take(32).read_to_string(&mut owner);
            let owner = if owner.trim().is_empty() { owner } else { format!(" (process {})", owner.trim()) };
            return Err(StartError::InUse { folder: folder.into(), owner });
        }
        Err(TryLockError::Error(source)) => return Err(fail(source)),
    }
    file.set_len(0).map_err(fail)?;
    write!(file, "{}", std::process::id()).map_err(fail)?;
    Ok(file)
}
