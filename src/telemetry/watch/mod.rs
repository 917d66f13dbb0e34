//! The thread that scrapes targets, runs health checks and looks at databases, each at its own pace: one that hangs holds up no other.
//!
//! It keeps nothing: what comes is told to a sink, on this thread.

mod checking;
pub(crate) mod client;
mod databasing;
pub(crate) mod names;
mod owning;
pub(crate) mod pace;
mod scraping;
pub(crate) mod tls;
mod unpack;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task;
use tokio::time::timeout;

use self::databasing::{MAX_QUESTIONS, Question};
use self::pace::{Pace, Stop, spread};
pub(crate) use self::scraping::late;
use crate::model::database::{DatabaseTarget, MAX_DATABASES, Plan, StatementId};
use crate::model::process::ProcessTable;
use crate::model::service::{HealthCheck, MAX_CHECKS, MAX_TARGETS, ProcessBinding, Target};
use crate::model::{ProcessKey, Timestamp};
use crate::telemetry::bind::Owners;
use crate::telemetry::database::Looked;
use crate::telemetry::health_check::Checked;
use crate::telemetry::scrape::Scraped;

/// Time that everything under way may take to end.
const END_GRACE: Duration = Duration::from_secs(1);
/// Threads that may wait for names, files and programs at one time.
const MAX_WAITING: usize = 256;
/// Requests for something at once that may wait.
const MAX_ASKED: usize = 128;

/// Where everything goes that is found out. Called on the thread, which waits: be quick.
pub trait WatchSink: Send + Sync {
    /// A target was scraped.
    fn scraped(&self, target: &Target, scraped: &Scraped<'_>);
    /// A check has run.
    fn checked(&self, check: &HealthCheck, checked: &Checked);
    /// A database was looked at.
    fn looked(&self, target: &DatabaseTarget, looked: Looked);
    /// A database planned a statement.
    fn planned(&self, target: &DatabaseTarget, plan: Plan);
    /// The newest table of processes, which checks of processes look into; one that was never read is empty.
    fn processes(&self) -> ProcessTable;
    /// Processes that are bound to services now, whose open files are to be counted.
    fn bound(&self) -> Vec<ProcessKey>;
    /// Who owns which port and control group, and how many files those that are bound hold open.
    fn owners(&self, owners: Owners);
}

/// The wall clock.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What everything under way works with.
#[derive(Clone)]
struct Works {
    sink: Arc<dyn WatchSink>,
    clock: Clock,
}

/// What is watched.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Watched {
    /// Targets, with their secrets; the first 100 count.
    pub targets: Vec<Target>,
    /// Health checks; the first 100 count.
    pub checks: Vec<HealthCheck>,
    /// Bindings to processes.
    pub bindings: Vec<ProcessBinding>,
    /// Databases, with their secrets; the first 50 count.
    pub databases: Vec<DatabaseTarget>,
}

/// Something to be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Request {
    Check(Arc<str>),
    Database(Arc<str>, Question),
}

/// The thread.
#[derive(Debug)]
pub struct Watch {
    watched: Option<watch::Sender<Arc<Watched>>>,
    asked: mpsc::Sender<Request>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Starts it with nothing to watch.
    ///
    /// # Errors
    /// The system gives no thread or no way to wait for sockets.
    pub fn start(sink: Arc<dyn WatchSink>, clock: Clock) -> io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(MAX_WAITING)
            .thread_stack_size(512 * 1024)
            .thread_name("watch-wait")
            .build()?;
        let (watched, changes) = watch::channel(Arc::new(Watched::default()));
        let (asked, requests) = mpsc::channel(MAX_ASKED);
        let works = Works { sink, clock };
        let body = move || {
            runtime.block_on(run(changes, requests, works));
            // What waits for a name or a disk that does not answer is left to end by itself.
            runtime.shutdown_background();
        };
        let thread = thread::Builder::new().name("watch".into()).spawn(body)?;
        Ok(Self { watched: Some(watched), asked, thread: Some(thread) })
    }

    /// Watches this from now on. What is the same as before goes on as it is.
    pub fn set(&self, watched: Watched) {
        if let Some(sender) = &self.watched {
            sender.send_replace(Arc::new(watched));
        }
    }

    /// Runs the check of this name now, beside its interval; gives whether the thread could be told.
    pub fn run_check(&self, name: &str) -> bool {
        self.asked.try_send(Request::Check(name.into())).is_ok()
    }

    /// Looks at the database of this name now, beside its interval; gives whether the thread could be told.
    pub fn ask_database(&self, name: &str) -> bool {
        self.asked.try_send(Request::Database(name.into(), Question::Look)).is_ok()
    }

    /// Has the database of this name plan a statement; gives whether the thread could be told.
    pub fn explain(&self, name: &str, statement: StatementId) -> bool {
        self.asked.try_send(Request::Database(name.into(), Question::Plan(statement))).is_ok()
    }

    /// Ends it, whatever is under way, within about a second.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.watched = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.end();
    }
}

/// What one course is about.
#[derive(Debug, Clone, PartialEq)]
enum Wanted {
    Target(Box<Target>),
    Check(Box<HealthCheck>),
    Owners(Vec<ProcessBinding>),
    Database(Box<DatabaseTarget>),
}

impl Wanted {
    fn key(&self) -> (u8, Arc<str>) {
        match self {
            Self::Target(target) => (0, target.name.clone()),
            Self::Check(check) => (1, check.name.clone()),
            Self::Owners(_) => (2, "".into()),
            Self::Database(target) => (3, target.name.clone()),
        }
    }

    fn every(&self) -> Duration {
        match self {
            Self::Target(target) => Duration::from_secs(target.interval_seconds.max(1).into()),
            Self::Check(check) => Duration::from_secs(check.interval_seconds.max(1).into()),
            Self::Owners(_) => owning::EVERY,
            Self::Database(target) => Duration::from_secs(target.interval_seconds.max(1).into()),
        }
    }
}

struct Course {
    wanted: Wanted,
    stop: Stop,
    at_once: Arc<Notify>,
    questions: mpsc::Sender<Question>,
    task: task::JoinHandle<()>,
}

impl Course {
    fn start(wanted: Wanted, later: Duration, works: &Works) -> Self {
        let (pace, stop, at_once) = Pace::new(later, wanted.every());
        let works = works.clone();
        let (questions, waiting) = mpsc::channel(MAX_QUESTIONS);
        let task = match wanted.clone() {
            Wanted::Target(target) => tokio::spawn(scraping::run(*target, works, pace)),
            Wanted::Check(check) => tokio::spawn(checking::run(*check, works, pace)),
            Wanted::Owners(bindings) => tokio::spawn(owning::run(bindings, works, pace)),
            Wanted::Database(target) => tokio::spawn(databasing::run(*target, works, pace, waiting)),
        };
        Self { wanted, stop, at_once, questions, task }
    }
}

async fn run(mut changes: watch::Receiver<Arc<Watched>>, mut requests: mpsc::Receiver<Request>, works: Works) {
    let mut courses: BTreeMap<(u8, Arc<str>), Course> = BTreeMap::new();
    let mut ending: Vec<task::JoinHandle<()>> = Vec::new();
    loop {
        tokio::select! {
            changed = changes.changed() => {
                if changed.is_err() {
                    break;
                }
                let watched = changes.borrow_and_update().clone();
                ending.retain(|task| !task.is_finished());
                set(&mut courses, &mut ending, &watched, &works);
            }
            Some(request) = requests.recv() => match request {
                Request::Check(name) => {
                    if let Some(course) = courses.get(&(1, name)) {
                        course.at_once.notify_one();
                    }
                }
                Request::Database(name, question) => {
                    if let Some(course) = courses.get(&(3, name)) {
                        // Of several clicks on something slow the first few count.
                        let _ = course.questions.try_send(question);
                    }
                }
            }
        }
    }
    ending.extend(courses.into_values().map(|course| {
        drop(course.stop);
        course.task
    }));
    let all = async {
        for task in &mut ending {
            let _ = task.await;
        }
    };
    let _ = timeout(END_GRACE, all).await;
}

fn set(
    courses: &mut BTreeMap<(u8, Arc<str>), Course>,
    ending: &mut Vec<task::JoinHandle<()>>,
    watched: &Watched,
    works: &Works,
) {
    let targets = watched.targets.iter().filter(|target| target.is_on).take(MAX_TARGETS);
    let checks = watched.checks.iter().filter(|check| check.is_on).take(MAX_CHECKS);
    let mut wanted: BTreeMap<(u8, Arc<str>), Wanted> = BTreeMap::new();
    let all = targets.map(|target| Wanted::Target(Box::new(target.clone())));
    let all = all.chain(checks.map(|check| Wanted::Check(Box::new(check.clone()))));
    let databases = watched.databases.iter().filter(|target| target.is_on).take(MAX_DATABASES);
    let all = all.chain(databases.map(|target| Wanted::Database(Box::new(target.clone()))));
    for one in all.chain([Wanted::Owners(watched.bindings.clone())]) {
        wanted.insert(one.key(), one);
    }
    let gone: Vec<_> = courses
        .iter()
        .filter(|(key, course)| wanted.get(key) != Some(&course.wanted))
        .map(|(key, _)| key.clone())
        .collect();
    for key in gone {
        if let Some(course) = courses.remove(&key) {
            drop(course.stop);
            ending.push(course.task);
        }
    }
    wanted.retain(|key, _| !courses.contains_key(key));
    let of = wanted.len();
    for (n, (key, wanted)) in wanted.into_iter().enumerate() {
        let later = spread(n, of, wanted.every());
        courses.insert(key, Course::start(wanted, later, works));
    }
}
