//! What every endpoint has at hand: the newest snapshot, a way to send commands, and word of each publication.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::endpoints::Kept;
use super::problem::Problem;
use super::shares::{Place, Shares};
use crate::engine::own_work::OwnWork;
use crate::engine::{Handle, Inputs};
use crate::model::{Command, Snapshot};

/// What every endpoint has at hand. Cheap to clone; holds no lock.
#[derive(Clone)]
pub struct ApiState {
    engine: Handle,
    published: watch::Receiver<u64>,
    streams: Arc<Shares>,
    kept: Arc<Kept>,
}

impl ApiState {
    /// A client of this engine, which has so many answers at one time that go on for as long as their client listens.
    pub fn new(engine: Handle, n_streams: usize) -> Self {
        let (sender, published) = watch::channel(engine.snapshot().seq);
        // The engine only leaves word: it never waits for a request.
        engine.on_publish(move || {
            sender.send_modify(|n| *n = n.wrapping_add(1));
        });
        Self { engine, published, streams: Shares::new(n_streams), kept: Arc::default() }
    }

    /// What endpoints keep between requests.
    pub fn kept(&self) -> &Kept {
        &self.kept
    }

    /// The newest snapshot.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.engine.snapshot()
    }

    /// Changes with each publication.
    pub fn published(&self) -> watch::Receiver<u64> {
        self.published.clone()
    }

    /// Sends a command.
    ///
    /// # Errors
    /// [`Problem::busy`] when the engine's queue is full or the engine is gone.
    pub fn send(&self, command: Command) -> Result<(), Problem> {
        if self.engine.send(command) {
            return Ok(());
        }
        Err(Problem::busy("the engine has more to do than it can take in; nothing was changed", 1))
    }

    /// A place for an answer that goes on for as long as its client listens; it is given back when it is dropped.
    ///
    /// # Errors
    /// [`Problem::busy`] when there are as many as there may be, or as this token may have.
    pub fn stream(&self, token: &Arc<str>) -> Result<Place, Problem> {
        let busy = || Problem::busy("too many clients follow with this token; end one, or try again later", 5);
        self.streams.take(token).ok_or_else(busy)
    }

    /// Where a request that was answered is noted.
    pub fn own_work(&self) -> &OwnWork {
        self.engine.own_work()
    }

    /// The sending end of the engine's queue.
    pub(super) fn inputs(&self) -> Inputs {
        self.engine.inputs()
    }

    /// Waits until a snapshot answers `look`, for at most `patience`; `None` when none did.
    pub async fn wait_for<T>(&self, patience: Duration, look: impl Fn(&Snapshot) -> Option<T>) -> Option<T> {
        let mut published = self.published();
        let found = async {
            loop {
                published.mark_unchanged();
                if let Some(found) = look(&self.snapshot()) {
                    return Some(found);
                }
                published.changed().await.ok()?;
            }
        };
        tokio::time::timeout(patience, found).await.ok().flatten()
    }
}
