//! An engine with its server on a free port, and a small HTTP client that shows what was said on the wire.

#![allow(dead_code)]

mod client;
#[path = "../../engine/test_pace.rs"]
mod test_pace;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use perfdesk::api::plan::Flags;
use perfdesk::api::{Limits, Server, ServerOptions};
use perfdesk::engine::{Engine, EngineOptions};
use perfdesk::model::access::{MAIN_TOKEN, ServerState};
use perfdesk::model::{Command, Folders, ProbeId, SeriesDef, SeriesGroup, SeriesKey, Slot, Snapshot, Unit};
use perfdesk::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

pub use self::client::{Answer, Request, connect, read_answer};
use self::test_pace::TestClock;

/// Longest wait for anything.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A processor that is busier by a hundredth with each reading, from 0 on, and a memory that stays as it is.
struct MadeUp {
    slots: Option<[Slot; 2]>,
    n_readings: u32,
}

impl Probe for MadeUp {
    fn id(&self) -> ProbeId {
        ProbeId("made_up")
    }
    fn title(&self) -> &'static str {
        "Made up"
    }
    fn group(&self) -> SeriesGroup {
        SeriesGroup::Cpu
    }
    fn cadence(&self) -> Cadence {
        Cadence::EveryTick
    }
    fn read(&mut self, _now: Moment, out: &mut Recorder) -> Result<(), ProbeError> {
        let mut define = |metric: &str, unit, group, name: &str| {
            out.define(SeriesDef {
                key: SeriesKey::new(metric, &[]),
                unit,
                group,
                name: name.into(),
                instance: "".into(),
                probe: ProbeId("made_up"),
                cadence: None,
            })
        };
        let [cpu, memory] = *self.slots.get_or_insert_with(|| {
            [
                define("system.cpu.utilization", Unit::Ratio, SeriesGroup::Cpu, "CPU"),
                define("system.memory.utilization", Unit::Ratio, SeriesGroup::Memory, "Memory"),
            ]
        });
        out.put(cpu, f64::from(self.n_readings) / 100.0);
        out.put(memory, 0.25);
        self.n_readings += 1;
        Ok(())
    }
}

/// An engine and its server.
pub struct Served {
    pub server: Server,
    pub engine: Engine,
    pub address: SocketAddr,
    /// The main token's text.
    pub token: String,
    pub folder: Arc<tempfile::TempDir>,
    ticks: Sender<u64>,
    published: Receiver<()>,
}

/// A server as it comes, with the usual bounds, after its first sample.
pub fn served() -> Served {
    served_with(Flags::default(), Limits::default())
}

/// A server with these flags and bounds on a free port.
pub fn served_with(flags: Flags, limits: Limits) -> Served {
    let flags = Flags { address: Some(flags.address.unwrap_or_else(|| ([127, 0, 0, 1], 0).into())), ..flags };
    let (engine, ticks, published, folder) = engine();
    let config = folder.path().join("config");
    let server = Server::start(engine.handle(), ServerOptions { flags, limits, config: config.clone() });
    let nowhere = SocketAddr::from(([0, 0, 0, 0], 0));
    let mut served = Served { server, engine, address: nowhere, token: String::new(), folder, ticks, published };
    let snapshot = served.until("the server listens", |s| {
        s.access.listening().is_some() && s.access.token(MAIN_TOKEN).is_some() && s.at.is_some()
    });
    let address: SocketAddr = snapshot.access.listening().expect("listens").address.parse().expect("an address");
    // Whoever listens everywhere is asked on loopback.
    served.address = SocketAddr::from(([127, 0, 0, 1], address.port()));
    served.token = std::fs::read_to_string(config.join("api-token")).expect("made").trim().to_owned();
    served
}

/// A server that does not come to listen: its state then.
pub fn failed_with(flags: Flags, limits: Limits) -> (Served, ServerState) {
    let (engine, ticks, published, folder) = engine();
    let options = ServerOptions { flags, limits, config: folder.path().join("config") };
    let server = Server::start(engine.handle(), options);
    let nowhere = SocketAddr::from(([0, 0, 0, 0], 0));
    let served = Served { server, engine, address: nowhere, token: String::new(), folder, ticks, published };
    let snapshot = served.until("the server failed", |s| matches!(s.access.server, ServerState::Failed(_)));
    (served, snapshot.access.server.clone())
}

fn engine() -> (Engine, Sender<u64>, Receiver<()>, Arc<tempfile::TempDir>) {
    let folder = Arc::new(tempfile::tempdir().expect("a folder"));
    let (ticks, receiver) = mpsc::channel();
    let receiver = Arc::new(Mutex::new(receiver));
    let clock = TestClock::default();
    let engine = Engine::start(EngineOptions {
        folders: Folders { config: folder.path().join("config"), data: folder.path().join("data") },
        probes: Arc::new(|| vec![Box::new(MadeUp { slots: None, n_readings: 0 })]),
        pace: clock.pace(receiver),
        wall: clock.wall(),
        world: clock.world(),
        apply_pace: clock.apply_pace(),
        receives: false,
    })
    .expect("the engine starts");
    let (publishing, published) = mpsc::channel();
    engine.handle().on_publish(move || {
        let _ = publishing.send(());
    });
    (engine, ticks, published, folder)
}

impl Served {
    /// Waits for a publication of which this is true.
    pub fn until(&self, what: &str, is_true: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
        loop {
            let snapshot = self.engine.handle().snapshot();
            if is_true(&snapshot) {
                return snapshot;
            }
            let waited = self.published.recv_timeout(PATIENCE);
            assert!(waited.is_ok() || is_true(&self.engine.handle().snapshot()), "never came: {what}");
        }
    }

    /// Has the next sample taken at this second of the made-up time, and waits until it is published.
    pub fn tick(&self, second: u64) {
        let seq = self.engine.handle().snapshot().at;
        self.ticks.send(second).expect("the sampler runs");
        self.until("the tick", |s| s.at != seq);
    }

    /// Waits for what is shown with the next tick only, such as counters: has samples taken until this is true.
    pub fn counted(&self, what: &str, is_true: impl Fn(&Snapshot) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let first = self.engine.handle().snapshot().health.n_passes;
        for n in 1.. {
            if is_true(&self.engine.handle().snapshot()) {
                return;
            }
            assert!(Instant::now() < deadline, "never came: {what}");
            self.tick(1000 + first + n);
        }
    }

    /// Sends a command.
    pub fn command(&self, command: Command) {
        assert!(self.engine.handle().send(command), "the engine takes it");
    }

    /// A file of the config folder.
    pub fn config(&self, name: &str) -> PathBuf {
        self.folder.path().join("config").join(name)
    }

    /// A file of the data folder.
    pub fn data(&self, name: &str) -> PathBuf {
        self.folder.path().join("data").join(name)
    }

    /// A request with the main token.
    pub fn request(&self, method: &str, path: &str) -> Request {
        self.bare(method, path).header("Authorization", &format!("Bearer {}", self.token))
    }

    /// A request with no token.
    pub fn bare(&self, method: &str, path: &str) -> Request {
        Request::new(self.address, method, path)
    }

    /// GET with the main token.
    pub fn get(&self, path: &str) -> Answer {
        self.request("GET", path).send()
    }

    /// POST of JSON with the main token.
    pub fn post(&self, path: &str, body: &str) -> Answer {
        self.request("POST", path).json(body).send()
    }
}
