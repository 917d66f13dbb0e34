//! The works of services: the threads that listen, scrape, check and look through traces, and how they are told.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use super::books::{Books, Tell};
use super::doors::Doorkeeper;
use super::probe::ServiceProbe;
use super::{ServiceEvent, ServiceOrder, kept};
use crate::engine::access::tokens::find;
use crate::engine::handle::{Handle, Input, Inputs};
use crate::engine::pace::wall_time;
use crate::engine::sample_worker::ProbeFactory;
use crate::engine::start::StartError;
use crate::engine::world::spawn;
use crate::model::access::ApiSettings;
use crate::model::service::{Receivers as Addresses, ServiceSetup, TraceQuestion};
use crate::model::{AnnotationKind, Folders, Severity, Timestamp};
use crate::telemetry::otlp::{Malformed, Signal, Sink, Taken};
use crate::telemetry::receive::{CheckToken, Doors, Limits, Receivers};
use crate::telemetry::watch::{Watch, WatchSink, Watched};

/// Errands that may wait at one time.
const ERRAND_CAPACITY: usize = 8;

/// The probes of the machine, and behind them the one of services.
pub fn with_services(probes: Arc<ProbeFactory>, books: Arc<Books>) -> Arc<ProbeFactory> {
    let starts = AtomicU32::new(0);
    Arc::new(move || {
        let mut all = probes();
        let generation = starts.fetch_add(1, Ordering::Relaxed);
        all.push(Box::new(ServiceProbe::new(books.clone(), generation)));
        all
    })
}

/// Who tells the engine what happens between ticks. Called on threads that must not wait for it.
pub fn teller(inputs: &Inputs) -> Tell {
    let inputs = inputs.clone();
    Arc::new(move |event| match event {
        // A mark is not worth that a sample comes late.
        ServiceEvent::Noted { .. } => drop(inputs.try_send(Input::Service(Box::new(event)))),
        event => inputs.send(Input::Service(Box::new(event))),
    })
}

/// Whether a token may report: any that the API knows.
pub fn token_check(handle: Handle) -> CheckToken {
    Arc::new(move |token| find(token.as_bytes(), &handle.snapshot().access.tokens).is_some())
}

/// Something that takes a while.
enum Errand {
    Open,
    Ask(TraceQuestion),
    KeepChecks,
}

/// The threads that fill the books.
pub struct ServiceWorks {
    books: Arc<Books>,
    watch: Option<Watch>,
    errands: Option<SyncSender<Errand>>,
    runner: Option<JoinHandle<()>>,
    /// Where services are to report, until the runner has seen to it.
    wanted: Wanted,
    receives: bool,
}

type Wanted = Arc<Mutex<Option<(Addresses, Box<ApiSettings>)>>>;

impl ServiceWorks {
    /// Starts them; nothing listens and nothing is asked before a set-up is put in force, and nothing ever listens unless
    /// `receives`. `token` tells whether a token may report.
    ///
    /// # Errors
    /// [`StartError::Thread`].
    pub fn start(
        books: Arc<Books>,
        folders: &Folders,
        tell: Tell,
        token: CheckToken,
        receives: bool,
    ) -> Result<Self, StartError> {
        let sink: Arc<dyn WatchSink> = books.clone();
        let watch =
            Watch::start(sink, Arc::new(wall_time)).map_err(|source| StartError::Thread { thread: "watch", source })?;
        let (errands, waiting) = mpsc::sync_channel(ERRAND_CAPACITY);
        let keeper = Doorkeeper::new(folders.config.clone(), token);
        let (known, data) = (books.clone(), folders.data.clone());
        let wanted = Wanted::default();
        let to_open = wanted.clone();
        let runner = spawn("services", move || run_errands(&known, &data, (keeper, &to_open), &waiting, &tell))?;
        Ok(Self { books, watch: Some(watch), errands: Some(errands), runner: Some(runner), wanted, receives })
    }

    /// Carries an order out. Never waits; gives what a person is told where there is no room.
    pub fn carry_out(&mut self, order: ServiceOrder) -> Option<String> {
        match order {
            ServiceOrder::SetUp(setup, api) => {
                self.books.set(&setup);
                let ServiceSetup { receivers, targets, checks, bindings, .. } = *setup;
                if let Some(watch) = &self.watch {
                    watch.set(Watched { targets, checks, bindings });
                }
                if self.receives {
                    *self.wanted.lock().unwrap_or_else(PoisonError::into_inner) = Some((receivers, api));
                    // Where there is no room, one of those that wait leads the runner there.
                    self.send(Errand::Open);
                }
                None
            }
            ServiceOrder::RunCheck(name) => {
                let is_told = self.watch.as_ref().is_some_and(|watch| watch.run_check(&name));
                (!is_told).then(|| format!("{name} was not checked: too many checks wait, try again in a moment"))
            }
            ServiceOrder::Forget(name) => {
                self.books.intake.forget(&name);
                None
            }
            ServiceOrder::Ask(question) => (!self.send(Errand::Ask(question)))
                .then(|| "Traces are being looked through: try again in a moment".to_owned()),
            ServiceOrder::Run(_) => Some("Services cannot be run yet".to_owned()),
            ServiceOrder::KeepChecks => {
                // The next minute comes by itself.
                self.send(Errand::KeepChecks);
                None
            }
        }
    }

    fn send(&self, errand: Errand) -> bool {
        self.errands.as_ref().is_some_and(|errands| errands.try_send(errand).is_ok())
    }
}

/// Checks end first; the runner closes the doors and keeps what is known of checks.
impl Drop for ServiceWorks {
    fn drop(&mut self) {
        drop(self.watch.take());
        drop(self.errands.take());
        if let Some(runner) = self.runner.take() {
            let _ = runner.join();
        }
    }
}

/// The intake, as receivers know it.
struct Reported(Arc<Books>);

impl Sink for Reported {
    fn take(&self, signal: Signal, body: &[u8], at: Timestamp) -> Result<Taken, Malformed> {
        self.0.intake.take(signal, body, at)
    }

    fn refused(&self) {
        self.0.intake.refused();
    }
}

fn receivers(books: &Arc<Books>, tell: &Tell) -> Receivers {
    let (sink, told): (Arc<dyn Sink>, Tell) = (Arc::new(Reported(books.clone())), tell.clone());
    let report = Arc::new(move |event| told(ServiceEvent::Receiver(event)));
    Receivers::start(Doors::default(), Limits::default(), sink, Arc::new(wall_time), report)
}

fn run_errands(
    books: &Arc<Books>,
    data: &Path,
    (mut keeper, wanted): (Doorkeeper, &Wanted),
    errands: &Receiver<Errand>,
    tell: &Tell,
) {
    // A file that does not read is kept for as long as the program runs.
    let mut may_write = true;
    match kept::read(data) {
        Ok(kept) => books.restore_checks(kept),
        Err(why) => {
            may_write = false;
            tell(trouble("The outages of health checks were not read; the file is kept", why));
        }
    }
    let mut open: Option<Receivers> = None;
    let mut has_failed = false;
    let mut keep = || {
        if !may_write {
            return;
        }
        let written = kept::write(data, &books.kept_checks());
        if let Err(why) = &written
            && !has_failed
        {
            tell(trouble("The outages of health checks could not be kept", why.clone()));
        }
        has_failed = written.is_err();
    };
    while let Ok(errand) = errands.recv() {
        let to_open = wanted.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((addresses, api)) = to_open {
            let (doors, why) = keeper.doors(&addresses, &api);
            if let Some(why) = why {
                tell(trouble("Services on other machines cannot report: there is no TLS", why));
            }
            open.get_or_insert_with(|| receivers(books, tell)).set(doors);
        }
        match errand {
            Errand::Open => {}
            Errand::Ask(question) => {
                let answer = Box::new(books.intake.answer(&question, wall_time()));
                tell(ServiceEvent::Answer(answer));
            }
            Errand::KeepChecks => keep(),
        }
    }
    drop(open);
    keep();
}

fn trouble(text: &str, detail: String) -> ServiceEvent {
    let severity = Some(Severity::Warning);
    ServiceEvent::Noted { kind: AnnotationKind::Trouble, severity, text: text.into(), detail }
}
