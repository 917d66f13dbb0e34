//! This machine as the world in which services run.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use chrono::{Local, Offset as _};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinHandle, spawn_blocking};

use super::course::{Happening, Now, What};
use super::environment::{Environment, Values};
use super::group::{Group, MARK};
use super::ledger::{Entry, Ledger};
use super::life::{self, Told};
use super::output::Outputs;
use super::ports;
use super::runner::Message;
use super::steps::{self, Place, Tools};
use super::world::World;
use crate::model::Timestamp;
use crate::model::run::{Run, WarmUpStep};
use crate::model::service::CheckKind;

/// Words to end that may wait for one life.
const END_CAPACITY: usize = 8;
/// Time that what an earlier run left has to end when asked.
const LEFT_GRACE: Duration = Duration::from_secs(3);
/// Threads that may wait for names, files and programs at one time.
const MAX_WAITING: usize = 256;

/// The wall clock.
pub(super) fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A start whose life is followed.
struct Living {
    attempt: u64,
    ends: mpsc::Sender<bool>,
    task: JoinHandle<()>,
    outlives: bool,
    place: Arc<Mutex<Place>>,
    /// Questions and steps under way.
    asking: Vec<AbortHandle>,
}

impl Living {
    /// What is asked of a start that ends is of no use any more.
    fn ask_no_more(&mut self) {
        self.asking.drain(..).for_each(|asking| asking.abort());
    }
}

/// This machine.
pub struct RealWorld {
    runtime: Option<Runtime>,
    began: Instant,
    messages: SyncSender<Message>,
    outputs: Outputs,
    ledger: Arc<Ledger>,
    tools: Tools,
    living: BTreeMap<Arc<str>, Living>,
    values: Values,
    /// What marks of this data folder begin with.
    mark: String,
    /// Where those print that outlive Perfdesk.
    folder: PathBuf,
}

impl RealWorld {
    /// This machine, with what is kept in this data folder. What happens is sent as messages.
    ///
    /// # Errors
    /// The system gives no threads or no way to wait for processes. The second part of what is given is why the file of
    /// what runs does not read.
    pub fn new(
        data: &Path,
        outputs: Outputs,
        tools: Tools,
        messages: SyncSender<Message>,
    ) -> io::Result<(Self, Result<(), String>)> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(MAX_WAITING)
            .thread_stack_size(512 * 1024)
            .thread_name("run-io")
            .enable_all()
            .build()?;
        let (ledger, read) = Ledger::open(data);
        let mut hasher = DefaultHasher::new();
        data.canonicalize().unwrap_or_else(|_| data.to_owned()).hash(&mut hasher);
        let world = Self {
            runtime: Some(runtime),
            began: Instant::now(),
            messages,
            outputs,
            ledger: Arc::new(ledger),
            tools,
            living: BTreeMap::new(),
            values: Values::default(),
            mark: format!("{:016x}/", hasher.finish()),
            folder: data.join("service-output"),
        };
        Ok((world, read))
    }

    fn handle(&self) -> Option<Handle> {
        self.runtime.as_ref().map(|runtime| runtime.handle().clone())
    }

    /// Who tells what happens to this start; the word that all of it is gone comes once, and with it the ledger is set right.
    fn teller(&self, service: &Arc<str>, attempt: u64, mark: &str) -> Arc<dyn Fn(What) + Send + Sync> {
        let (messages, service, ledger) = (self.messages.clone(), service.clone(), self.ledger.clone());
        let mark = mark.to_owned();
        Arc::new(move |what| {
            if matches!(what, What::Gone(_)) {
                // An entry that stays names a process that is gone, which the next start finds out.
                let _ = ledger.remove(&mark);
            }
            let happening = Happening { service: service.clone(), attempt, what };
            let _ = messages.send(Message::Happened(happening));
        })
    }

    /// Has something asked of a start; what comes of it is told without the secrets of its service.
    fn ask_of(
        &mut self,
        service: &Arc<str>,
        attempt: u64,
        asked: impl Future<Output = Result<(), String>> + Send + 'static,
        what: impl FnOnce(Result<(), String>) -> What + Send + 'static,
    ) {
        let Some(handle) = self.handle() else { return };
        let (tell, outputs, name) = (self.teller(service, attempt, ""), self.outputs.clone(), service.clone());
        let task = handle.spawn(async move {
            let outcome = asked.await.map_err(|why| outputs.hide(&name, &why));
            tell(what(outcome));
        });
        if let Some(living) = self.living.get_mut(service) {
            living.asking.retain(|asking| !asking.is_finished());
            living.asking.push(task.abort_handle());
        }
    }

    fn lives(&mut self, service: Arc<str>, living: Living) {
        if let Some(mut before) = self.living.insert(service, living) {
            before.ask_no_more();
        }
    }

    fn file_of(&self, run: &Run) -> Option<PathBuf> {
        run.outlives_perfdesk.then(|| self.folder.join(format!("{}.log", run.service)))
    }
}

/// What of an environment tells it from another; never printed.
fn stamp(environment: &Environment) -> u64 {
    let mut hasher = DefaultHasher::new();
    environment.variables.hash(&mut hasher);
    hasher.finish()
}

impl World for RealWorld {
    fn now(&self) -> Now {
        let offset_seconds = Local::now().offset().fix().local_minus_utc();
        Now { at: wall(), elapsed: self.began.elapsed(), offset_seconds }
    }

    fn spawn(&mut self, run: &Arc<Run>, attempt: u64) {
        let Some(handle) = self.handle() else { return };
        let service = run.service.clone();
        // Another for each start, so that what is left of one is never taken for the next.
        let mark = format!("{}{service}/{}-{attempt}", self.mark, wall().as_millis());
        let tell = self.teller(&service, attempt, &mark);
        let (ends, to_end) = mpsc::channel(END_CAPACITY);
        let place = Arc::new(Mutex::new(Place::default()));
        let (run, values, outputs) = (run.clone(), self.values.clone(), self.outputs.clone());
        let (ledger, messages, file) = (self.ledger.clone(), self.messages.clone(), self.file_of(&run));
        let outlives = run.outlives_perfdesk;
        let known = place.clone();
        let life = async move {
            let name = run.service.clone();
            let begin = move || {
                let environment = Environment::of(&run, &values).map_err(|why| (why, true))?;
                outputs.set_secrets(&run.service, environment.secrets.clone());
                if let Some(why) = ports::taken(&run) {
                    return Err((why, false));
                }
                let stamped =
                    Message::Stamped { service: run.service.clone(), stamp: stamp(&environment), is_start: true };
                // What steps start is the service's own, and ends with it.
                let marked = (MARK.to_owned(), mark.clone());
                let variables = environment.variables.iter().cloned().chain([marked]).collect();
                *known.lock().unwrap_or_else(PoisonError::into_inner) =
                    Place { directory: run.directory.clone(), variables };
                let born = life::start(&run, &environment, &mark, file)?;
                let kept = ledger.add(&run.service, (born.leader, &mark), wall());
                if let Err(why) = kept {
                    outputs.say(&run.service, &format!("a crash of Perfdesk would leave it unknown: {why}"), wall());
                }
                let _ = messages.send(stamped);
                Ok((born, outputs))
            };
            let begun = spawn_blocking(begin).await.unwrap_or_else(|_| Err(("starting it broke down".into(), true)));
            match begun {
                Ok((born, outputs)) => {
                    tell(What::Spawned { pid: born.leader.pid });
                    life::live(born, Told { service: name, outputs, tell }, to_end).await;
                }
                Err((why, is_final)) => tell(What::NotSpawned { why, is_final }),
            }
        };
        let task = handle.spawn(life);
        self.lives(service, Living { attempt, ends, task, outlives, place, asking: Vec::new() });
    }

    fn ask(&mut self, service: &Arc<str>, attempt: u64, ask: CheckKind, time_out: Duration) {
        let tools = self.tools.clone();
        self.ask_of(service, attempt, steps::ask(ask, time_out, tools), What::Asked);
    }

    fn step(&mut self, service: &Arc<str>, attempt: u64, step: usize, what: WarmUpStep) {
        let tools = self.tools.clone();
        let place = self.living.get(service).map(|living| living.place.clone()).unwrap_or_default();
        let place = place.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.ask_of(service, attempt, steps::step(what, place, tools), move |outcome| What::Stepped { step, outcome });
    }

    fn end(&mut self, service: &Arc<str>, attempt: u64, is_forced: bool) {
        if let Some(living) = self.living.get_mut(service).filter(|living| living.attempt == attempt) {
            living.ask_no_more();
            // With eight words on their way the ninth says nothing new.
            let _ = living.ends.try_send(is_forced);
        }
    }

    fn left(&mut self) -> Vec<Entry> {
        self.ledger.left(&self.mark)
    }

    fn adopt(&mut self, run: &Arc<Run>, attempt: u64, left: &Entry) {
        let Some(handle) = self.handle() else { return };
        let service = run.service.clone();
        let (ends, to_end) = mpsc::channel(END_CAPACITY);
        let group = (Group::new(left.leader, left.mark.clone()), left.leader);
        let tell = self.teller(&service, attempt, &left.mark);
        let told = Told { service: service.clone(), outputs: self.outputs.clone(), tell };
        let (file, run, values, outputs) = (self.file_of(run), run.clone(), self.values.clone(), self.outputs.clone());
        let outlives = run.outlives_perfdesk;
        let life = async move {
            // What it prints may hold them.
            let know = move || {
                let environment = Environment::of(&run, &values).unwrap_or_default();
                outputs.set_secrets(&run.service, environment.secrets);
            };
            let _ = spawn_blocking(know).await;
            life::follow(group, file, told, to_end).await;
        };
        let task = handle.spawn(life);
        let place = Arc::new(Mutex::new(Place::default()));
        self.lives(service, Living { attempt, ends, task, outlives, place, asking: Vec::new() });
    }

    fn end_left(&mut self, left: &Entry) {
        let Some(handle) = self.handle() else { return };
        let group = Group::new(left.leader, left.mark.clone());
        let (ledger, mark) = (self.ledger.clone(), left.mark.clone());
        handle.spawn(async move {
            life::end(&group, false).await;
            let until = Instant::now() + LEFT_GRACE;
            loop {
                let looked = group.clone();
                let is_gone = spawn_blocking(move || looked.members().is_empty()).await.unwrap_or(true);
                if is_gone || Instant::now() >= until {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            life::end(&group, true).await;
            let _ = ledger.remove(&mark);
        });
    }

    fn look(&mut self, runs: Vec<Arc<Run>>) {
        let Some(handle) = self.handle() else { return };
        let (values, messages) = (self.values.clone(), self.messages.clone());
        handle.spawn_blocking(move || {
            for run in runs {
                // A file that does not read now may be half written.
                let Ok(environment) = Environment::of(&run, &values) else { continue };
                let (service, stamp) = (run.service.clone(), stamp(&environment));
                let _ = messages.try_send(Message::Stamped { service, stamp, is_start: false });
            }
        });
    }

    fn set_profile(&mut self, values: Values) {
        self.values = values;
    }
}

/// What is to outlive Perfdesk is let go; all else was ended before, and what was not is killed.
impl Drop for RealWorld {
    fn drop(&mut self) {
        for living in self.living.values() {
            if living.outlives {
                living.task.abort();
            }
        }
        let tasks: Vec<JoinHandle<()>> = std::mem::take(&mut self.living)
            .into_values()
            .filter(|living| !living.outlives)
            // Without anybody to say otherwise a life ends at once.
            .map(|living| living.task)
            .collect();
        if let Some(runtime) = self.runtime.take() {
            runtime.block_on(async {
                let all = async {
                    for task in tasks {
                        let _ = task.await;
                    }
                };
                let _ = tokio::time::timeout(Duration::from_millis(500), all).await;
            });
            runtime.shutdown_background();
        }
    }
}
