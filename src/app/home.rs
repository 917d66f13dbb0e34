//! Whose screen the window is: an engine of its own, or the agent that keeps this machine's history already.

use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use crate::api::{Server, ServerOptions};
use crate::cli::agent::RunError;
use crate::engine::pace::wall_time;
use crate::engine::{Engine, EngineOptions, Handle, StartError};
use crate::link::{FleetOptions, Home as LinkHome, Links, OwnAgent};
use crate::model::Folders;
use crate::model::link::LinkPhase;

/// How long the window waits for the agent's first words: looks and layouts are among them.
const PATIENCE: Duration = Duration::from_secs(3);

/// What the window stands on.
pub struct Home {
    /// The engine the window shows.
    pub handle: Handle,
    /// All other machines.
    pub links: Option<Links>,
    server: Option<Server>,
    engine: Option<Engine>,
}

impl Home {
    /// Starts an engine with its API, to which services may report if `receives`; where an agent keeps the data folder,
    /// looks through that.
    ///
    /// # Errors
    /// [`RunError`], in words a person can act on.
    pub fn open(folders: &Folders, api: ServerOptions, receives: bool, started: Instant) -> Result<Self, RunError> {
        let options = EngineOptions { receives, ..EngineOptions::of_this_machine(folders.clone(), started) };
        match Engine::start(options) {
            Ok(engine) => {
                let handle = engine.handle();
                let server = Server::start(handle.clone(), api);
                // Without links the window shows this machine alone.
                let links = Links::start(fleet(folders), LinkHome::Engine(handle.clone())).ok();
                Ok(Self { handle, links, server: Some(server), engine: Some(engine) })
            }
            Err(in_use @ StartError::InUse { .. }) => through_agent(folders, in_use),
            Err(e) => Err(e.into()),
        }
    }

    /// Ends all of it.
    pub fn stop(&mut self) {
        if let Some(links) = &mut self.links {
            links.stop();
        }
        if let Some(server) = &mut self.server {
            server.stop();
        }
        if let Some(engine) = &mut self.engine {
            engine.stop();
        }
    }
}

fn fleet(folders: &Folders) -> FleetOptions {
    FleetOptions::new(folders.config.clone(), wall_time)
}

/// The window as the client of the agent that has the folder. Where that cannot be, the folder is in use, and why.
fn through_agent(folders: &Folders, in_use: StartError) -> Result<Home, RunError> {
    let agent = OwnAgent::find(folders).map_err(|why| RunError::NoWayIn { in_use: Box::new(in_use), why })?;
    let links = Links::start(fleet(folders), LinkHome::Agent(agent))
        .map_err(|source| StartError::Thread { thread: "link", source })?;
    let Some(handle) = links.own() else {
        return Err(RunError::Stopped { worker: "link", why: "it has no agent".into() });
    };
    wait(&handle);
    Ok(Home { handle, links: Some(links), server: None, engine: None })
}

/// Waits for the first snapshot, or for word that there is none to come soon; then the window opens and says so.
fn wait(handle: &Handle) {
    let (publishing, published) = sync_channel(1);
    handle.on_publish(move || {
        let _ = publishing.try_send(());
    });
    let deadline = Instant::now() + PATIENCE;
    while handle.snapshot().link.as_ref().is_some_and(|link| link.phase == LinkPhase::Connecting) {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || published.recv_timeout(left).is_err() {
            return;
        }
    }
}
