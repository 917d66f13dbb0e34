//! The works of services: the threads that listen, scrape, check and look through traces, and how they are told.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;

use super::books::{Books, Tell};
use super::doors::Doorkeeper;
use super::probe::ServiceProbe;
use super::runs::{Restarts, RunTeller, message};
use super::{ServiceEvent, ServiceOrder, kept};
use crate::engine::access::tokens::find;
use crate::engine::handle::{Handle, Input, Inputs};
use crate::engine::pace::wall_time;
use crate::engine::sample_worker::ProbeFactory;
use crate::engine::start::StartError;
use crate::engine::world::spawn;
use crate::model::access::ApiSettings;
use crate::model::database::DatabaseTarget;
use crate::model::service::{ServiceSetup, TraceQuestion};
use crate::model::{AnnotationKind, Folders, Severity, Timestamp};
use crate::run::runner::Message;
use crate::run::steps::{SqlRun, Tools};
use crate::run::thread::RunThread;
use crate::telemetry::database::warm;
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

/// Something that takes a while, or has to wait for a book that others have.
enum Errand {
    /// See to what is wanted; every other errand begins with that.
    See,
    RunCheck(Arc<str>),
    Ask(TraceQuestion),
    KeepChecks,
}

/// What the runner is to see to at its next errand. Nothing of it is lost where errands have no room.
#[derive(Default)]
struct Wanted {
    /// The newest set-up, with that of the API.
    set_up: Option<(Box<ServiceSetup>, Box<ApiSettings>)>,
    /// Services to be forgotten.
    forget: BTreeSet<Arc<str>>,
}

/// Services that wait to be forgotten at most: there are not so many.
const MAX_FORGET: usize = 1_000;

/// The threads that fill the books.
pub struct ServiceWorks {
    watch: Option<Arc<Watch>>,
    /// Ends first, with the services that are to end with Perfdesk.
    runs: Option<RunThread>,
    errands: Option<SyncSender<Errand>>,
    runner: Option<JoinHandle<()>>,
    wanted: Arc<Mutex<Wanted>>,
    databases: Databases,
}

/// The databases that are set up, with their passwords, for steps that send a statement.
type Databases = Arc<Mutex<Vec<DatabaseTarget>>>;

/// The way of a step to a database. The lock is held for the moment of a look.
fn way_to(databases: Databases) -> SqlRun {
    Arc::new(move |name, statement, time| {
        let all = databases.lock().unwrap_or_else(PoisonError::into_inner);
        let target = all.iter().find(|target| target.name == name).cloned();
        Box::pin(async move {
            let target = target.ok_or_else(|| format!("the database {name} is not set up: add it under Databases"))?;
            warm(&target, &statement, time).await
        })
    })
}

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
        let watch = Arc::new(watch);
        let known = books.clone();
        let databases = Databases::default();
        let tools = Tools { processes: Arc::new(move || known.processes()), sql: way_to(databases.clone()) };
        let teller = RunTeller { books: books.clone(), tell: tell.clone() };
        let runs = RunThread::start(&folders.data, tools, Box::new(teller))
            .map_err(|source| StartError::Thread { thread: "run", source })?;
        let (errands, waiting) = mpsc::sync_channel(ERRAND_CAPACITY);
        let keeper = Doorkeeper::new(folders.config.clone(), token);
        let wanted = Arc::<Mutex<Wanted>>::default();
        let runner = Runner {
            books,
            data: folders.data.clone(),
            // Checks end with the works, whatever errand is under way.
            watch: Arc::downgrade(&watch),
            keeper,
            wanted: wanted.clone(),
            receives,
            open: None,
            tell,
        };
        let runner = spawn("services", move || runner.run(&waiting))?;
        let (watch, runs, errands, runner) = (Some(watch), Some(runs), Some(errands), Some(runner));
        Ok(Self { watch, runs, errands, runner, wanted, databases })
    }

    /// Hands an order to the runner. Never waits, for a book neither; gives what a person is told where there is no room.
    pub fn carry_out(&mut self, order: ServiceOrder) -> Option<String> {
        match order {
            ServiceOrder::SetUp(setup, api, faulty) => {
                *self.databases.lock().unwrap_or_else(PoisonError::into_inner) = setup.databases.clone();
                let message = Message::Set { runs: setup.runs.clone(), faulty };
                let is_told = self.runs.as_ref().is_none_or(|thread| thread.send(message));
                self.want(|wanted| wanted.set_up = Some((setup, api)));
                (!is_told).then(|| "How services are run is not in force yet: put it once more in a moment".to_owned())
            }
            ServiceOrder::RunCheck(name) => (!self.send(Errand::RunCheck(name.clone()))).then(|| not_checked(&name)),
            ServiceOrder::AskDatabase(name) => {
                let is_told = self.watch.as_ref().is_some_and(|watch| watch.ask_database(&name));
                (!is_told).then(|| format!("{name} was not asked: too much waits, try again in a moment"))
            }
            ServiceOrder::Explain(name, statement) => {
                let is_told = self.watch.as_ref().is_some_and(|watch| watch.explain(&name, statement));
                (!is_told).then(|| format!("{name} was not asked for a plan: too much waits, try again in a moment"))
            }
            ServiceOrder::Forget(name) => {
                self.want(|wanted| {
                    if wanted.forget.len() < MAX_FORGET {
                        wanted.forget.insert(name);
                    }
                });
                None
            }
            ServiceOrder::Ask(question) => (!self.send(Errand::Ask(question)))
                .then(|| "Traces are being looked through: try again in a moment".to_owned()),
            order @ (ServiceOrder::Run(_) | ServiceOrder::Profile(..) | ServiceOrder::Checks(_)) => {
                let is_told =
                    message(order).is_none_or(|message| self.runs.as_ref().is_some_and(|runs| runs.send(message)));
                (!is_told).then(|| "Too much is asked of services that are run: try again in a moment".to_owned())
            }
            ServiceOrder::KeepChecks => {
                // The next minute comes by itself.
                self.send(Errand::KeepChecks);
                None
            }
        }
    }

    /// The way for applies to restart services.
    pub fn restarts(&self) -> Option<Restarts> {
        self.runs.as_ref().map(|runs| Restarts(runs.renewer()))
    }

    /// The lock is held for the moment of a note, by the runner too.
    fn want(&self, note: impl FnOnce(&mut Wanted)) {
        note(&mut self.wanted.lock().unwrap_or_else(PoisonError::into_inner));
        // Where there is no room, one of those that wait leads the runner there.
        self.send(Errand::See);
    }

    fn send(&self, errand: Errand) -> bool {
        self.errands.as_ref().is_some_and(|errands| errands.try_send(errand).is_ok())
    }
}

/// Checks end first; the runner closes the doors and keeps what is known of checks.
impl Drop for ServiceWorks {
    fn drop(&mut self) {
        drop(self.runs.take());
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

fn not_checked(name: &str) -> String {
    format!("{name} was not checked: too many checks wait, try again in a moment")
}

/// The thread of errands: it alone waits for the books on behalf of the engine.
struct Runner {
    books: Arc<Books>,
    data: PathBuf,
    watch: Weak<Watch>,
    keeper: Doorkeeper,
    wanted: Arc<Mutex<Wanted>>,
    receives: bool,
    open: Option<Receivers>,
    tell: Tell,
}

impl Runner {
    fn run(mut self, errands: &Receiver<Errand>) {
        // A file that does not read is kept for as long as the program runs.
        let mut may_write = true;
        match kept::read(&self.data) {
            Ok(kept) => self.books.restore_checks(kept),
            Err(why) => {
                may_write = false;
                (self.tell)(trouble("The outages of health checks were not read; the file is kept", why));
            }
        }
        let mut has_failed = false;
        let (books, data, tell) = (self.books.clone(), self.data.clone(), self.tell.clone());
        let mut keep = || {
            if !may_write {
                return;
            }
            let written = kept::write(&data, &books.kept_checks());
            if let Err(why) = &written
                && !has_failed
            {
                tell(trouble("The outages of health checks could not be kept", why.clone()));
            }
            has_failed = written.is_err();
        };
        while let Ok(errand) = errands.recv() {
            self.see();
            match errand {
                Errand::See => {}
                Errand::RunCheck(name) => {
                    if !self.watch.upgrade().is_some_and(|watch| watch.run_check(&name)) {
                        (self.tell)(trouble(&not_checked(&name), String::new()));
                    }
                }
                Errand::Ask(question) => {
                    let answer = Box::new(self.books.intake.answer(&question, wall_time()));
                    (self.tell)(ServiceEvent::Answer(answer));
                }
                Errand::KeepChecks => keep(),
            }
        }
        drop(self.open.take());
        keep();
    }

    /// Sees to what is wanted.
    fn see(&mut self) {
        let wanted = std::mem::take(&mut *self.wanted.lock().unwrap_or_else(PoisonError::into_inner));
        wanted.forget.iter().for_each(|name| self.books.intake.forget(name));
        if let Some((setup, api)) = wanted.set_up {
            self.set_up(*setup, &api);
        }
    }

    fn set_up(&mut self, setup: ServiceSetup, api: &ApiSettings) {
        self.books.set(&setup);
        let ServiceSetup { receivers: addresses, targets, checks, bindings, databases, .. } = setup;
        if let Some(watch) = self.watch.upgrade() {
            watch.set(Watched { targets, checks, bindings, databases });
        }
        if !self.receives {
            return;
        }
        let (doors, why) = self.keeper.doors(&addresses, api);
        if let Some(why) = why {
            (self.tell)(trouble("Services on other machines cannot report: there is no TLS", why));
        }
        let (books, tell) = (&self.books, &self.tell);
        self.open.get_or_insert_with(|| receivers(books, tell)).set(doors);
    }
}

fn trouble(text: &str, detail: String) -> ServiceEvent {
    let severity = Some(Severity::Warning);
    ServiceEvent::Noted { kind: AnnotationKind::Trouble, severity, text: text.into(), detail }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::{Duration, Instant};

    use super::super::tests::gauge;
    use super::*;
    use crate::model::service::Bounds;
    use crate::model::{SeriesDef, Slot};
    use crate::telemetry::record::{Record, Tick};

    const PATIENCE: Duration = Duration::from_secs(20);

    /// A recorder that takes its time.
    struct Slow<'a>(&'a mpsc::Sender<()>, &'a Receiver<()>);

    impl Record for Slow<'_> {
        fn define(&mut self, _: SeriesDef) -> Slot {
            self.0.send(()).expect("the test listens");
            self.1.recv_timeout(PATIENCE).expect("the test lets it go on");
            Slot(0)
        }

        fn put(&mut self, _: Slot, _: f64) {}
    }

    struct None_;

    impl Record for None_ {
        fn define(&mut self, _: SeriesDef) -> Slot {
            Slot(0)
        }

        fn put(&mut self, _: Slot, _: f64) {}
    }

    #[test]
    fn the_engine_waits_for_no_book() {
        let folder = tempfile::tempdir().expect("a folder");
        let folders = Folders { config: folder.path().join("config"), data: folder.path().join("data") };
        let tell: Tell = Arc::new(|_| {});
        let books = Arc::new(Books::new(tell.clone(), Arc::default()));
        let mut works =
            ServiceWorks::start(books.clone(), &folders, tell, Arc::new(|_| false), false).expect("threads");
        books.intake.take(Signal::Metrics, &gauge(("shop", 1), "g", 1.0), wall_time()).expect("a request");
        let tick = Tick { at: wall_time(), elapsed: Duration::ZERO, generation: 1 };
        let (in_tick, at_tick) = channel();
        let (go_on, going) = channel();
        thread::scope(|scope| {
            let books = &books;
            scope.spawn(move || books.record(tick, None, &mut Slow(&in_tick, &going)));
            at_tick.recv_timeout(PATIENCE).expect("the tick has the book");
            let (carried_out, done) = channel();
            scope.spawn(move || {
                let bounds = Bounds { series: 100, ..Bounds::default() };
                let setup = Box::new(ServiceSetup { bounds, ..ServiceSetup::default() });
                assert_eq!(works.carry_out(ServiceOrder::SetUp(setup, Box::default(), Some(Arc::default()))), None);
                assert_eq!(works.carry_out(ServiceOrder::Forget("shop".into())), None);
                carried_out.send(works).expect("the test listens");
            });
            let works = done.recv_timeout(PATIENCE);
            go_on.send(()).expect("the tick waits");
            let _works = works.expect("the orders were taken while the tick had the book");
            let until = Instant::now() + PATIENCE;
            while !books.record(tick, None, &mut None_).list.is_empty() {
                assert!(Instant::now() < until, "it is forgotten in the end");
                thread::yield_now();
            }
        });
    }
}
