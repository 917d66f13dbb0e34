//! A real engine in a folder of its own, and waiting for what it publishes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use perfdesk::engine::{Engine, EngineOptions, Handle};
use perfdesk::model::{Folders, Snapshot};

/// How long anything may take.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// An engine of this machine.
pub struct Machine {
    pub engine: Engine,
    pub folder: tempfile::TempDir,
}

impl Machine {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { engine: start_in(&folder), folder }
    }

    pub fn handle(&self) -> Handle {
        self.engine.handle()
    }
}

/// An engine over the files of a folder.
pub fn start_in(folder: &tempfile::TempDir) -> Engine {
    let folders = Folders { config: folder.path().join("config"), data: folder.path().join("data") };
    Engine::start(EngineOptions::of_this_machine(folders, Instant::now())).expect("the engine starts")
}

/// Waits for a publication of which this is true.
pub fn until(handle: &Handle, what: &str, is_true: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
    let (publishing, published) = std::sync::mpsc::sync_channel(1);
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
        assert!(!left.is_zero(), "never came: {what}; link {:?}", snapshot.seq);
        let _ = published.recv_timeout(left);
    }
}
