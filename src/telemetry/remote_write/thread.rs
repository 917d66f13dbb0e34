//! The thread that takes ticks in: it puts them on disk for each endpoint, and starts and ends the threads that send.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::course::Course;
use super::encode;
use super::lane::{Lane, State};
use super::queue::DiskQueue;
use super::sender::{self, client_of};
use super::{Patience, answer};
use crate::model::remote_write::{Endpoint, SendCounts, SendState, host_of};
use crate::model::{SeriesId, SeriesInfo, Severity, Timestamp};

/// Requests that may wait for the thread.
pub const REQUEST_CAPACITY: usize = 256;
/// Time between two words about how sending goes, and between two times that the disk is told to make all safe.
const TELL_EVERY: Duration = Duration::from_secs(1);
const SYNC_EVERY: Duration = Duration::from_secs(10);

/// The values of one moment.
#[derive(Debug, Clone)]
pub struct Tick {
    /// Wall time.
    pub at: Timestamp,
    /// Time between ticks.
    pub interval: Duration,
    /// The machine's name.
    pub host: Arc<str>,
    /// Every series, by id.
    pub series: Arc<[SeriesInfo]>,
    /// Values.
    pub values: Arc<[(SeriesId, f64)]>,
}

/// What the thread is asked.
#[derive(Debug, Clone)]
pub enum Request {
    /// These are the endpoints now.
    Configure(Vec<Endpoint>),
    /// Send these on.
    Tick(Box<Tick>),
    /// Send the endpoint of this name an empty request.
    Test(Arc<str>),
    /// Try at once what waits for its time.
    Retry(Arc<str>),
}

/// How one endpoint does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Which.
    pub name: Arc<str>,
    /// How sending goes.
    pub state: SendState,
    /// What was counted.
    pub counts: SendCounts,
    /// What the server said when it last refused samples.
    pub refusal: Arc<str>,
}

/// What the threads tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// How all endpoints do.
    Figures(Vec<Figures>),
    /// Tell the person.
    Told {
        /// How much it matters.
        severity: Severity,
        /// What happened.
        text: String,
        /// Why, and what to do.
        detail: String,
    },
    /// What was told with this text is over.
    Withdraw(String),
    /// What came of a test.
    Tested {
        /// Of which endpoint.
        name: Arc<str>,
        /// Whether it takes samples.
        is_ok: bool,
        /// What it said.
        text: String,
    },
}

/// Where events go; called on all threads of remote-write.
pub type Report = Arc<dyn Fn(Event) + Send + Sync>;
/// The wall clock.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What the threads work with.
#[derive(Clone)]
pub struct Works {
    /// The folder of the queues.
    pub folder: PathBuf,
    /// Where events go.
    pub report: Report,
    /// The wall clock.
    pub clock: Clock,
    /// How patient sending is.
    pub patience: Patience,
}

/// An endpoint at work.
struct Running {
    endpoint: Arc<Endpoint>,
    course: Result<Course, String>,
    lane: Arc<Lane>,
    thread: Option<JoinHandle<()>>,
    has_told_dropping: bool,
    has_told_disk: bool,
}

/// Runs until the sending end of `requests` is gone. `waiting` counts what waits there.
pub fn run(works: &Works, requests: &Receiver<Request>, waiting: &AtomicUsize) {
    let mut all: Vec<Running> = Vec::new();
    let mut told: Option<(Instant, Vec<Figures>)> = None;
    let mut synced = Instant::now();
    loop {
        let request = requests.recv_timeout(TELL_EVERY);
        match request {
            Ok(request) => {
                waiting.fetch_sub(1, Ordering::Relaxed);
                let body = AssertUnwindSafe(|| carry_out(works, &mut all, request));
                if catch_unwind(body).is_err() {
                    let text = "Remote-write broke down over a tick".to_owned();
                    let detail = "It goes on with the next; those samples may be missing".to_owned();
                    (works.report)(Event::Told { severity: Severity::Error, text, detail });
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if synced.elapsed() >= SYNC_EVERY {
            synced = Instant::now();
            all.iter_mut().for_each(Running::sync);
        }
        if told.as_ref().is_none_or(|(at, _)| at.elapsed() >= TELL_EVERY) {
            let figures: Vec<Figures> = all.iter().map(Running::figures).collect();
            if told.as_ref().is_none_or(|(_, before)| *before != figures) {
                (works.report)(Event::Figures(figures.clone()));
            }
            told = Some((Instant::now(), figures));
        }
    }
    for mut running in all {
        running.sync();
        running.stop();
    }
}

fn carry_out(works: &Works, all: &mut Vec<Running>, request: Request) {
    match request {
        Request::Configure(endpoints) => configure(works, all, endpoints),
        Request::Tick(tick) => all.iter_mut().for_each(|running| running.tick(works, &tick)),
        Request::Test(name) => {
            if let Some(running) = all.iter().find(|running| running.endpoint.name == name) {
                test(works, running.endpoint.clone());
            }
        }
        Request::Retry(name) => {
            if let Some(running) = all.iter().find(|running| running.endpoint.name == name) {
                running.lane.change(|state| state.wants_retry = true);
            }
        }
    }
}

fn configure(works: &Works, all: &mut Vec<Running>, endpoints: Vec<Endpoint>) {
    let (mut gone, mut kept) = (Vec::new(), Vec::new());
    for running in all.drain(..) {
        let stays = endpoints.iter().any(|endpoint| endpoint.name == running.endpoint.name);
        if stays { kept.push(running) } else { gone.push(running) }
    }
    for mut running in gone {
        running.stop();
    }
    remove_strangers(&works.folder, &endpoints);
    for endpoint in endpoints {
        let place = kept.iter().position(|running| running.endpoint.name == endpoint.name);
        let mut running = match place {
            Some(place) => kept.swap_remove(place),
            None => Running::start(works, endpoint.clone()),
        };
        running.set(works, endpoint);
        all.push(running);
    }
}

/// Removes the queues of endpoints that are no more, also of those taken away while the program did not run.
fn remove_strangers(folder: &Path, endpoints: &[Endpoint]) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let is_known = entry.file_name().to_str().is_none_or(|name| endpoints.iter().any(|e| &*e.name == name));
        if !is_known && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            // A queue that cannot be removed now is removed at the next start.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Sends an empty request, on a thread of its own: a server that hangs holds up no tick.
fn test(works: &Works, endpoint: Arc<Endpoint>) {
    let thread_works = works.clone();
    let name = endpoint.name.clone();
    let body = move || {
        let started = Instant::now();
        let body = encode::body(&Vec::new()).unwrap_or_default();
        let reply = sender::request(&client_of(&endpoint), &endpoint, body, &mut || false);
        let host = host_of(&endpoint.url);
        let (is_ok, text) = match answer::verdict(&reply, host, (thread_works.clock)(), false) {
            answer::Verdict::Taken => {
                let status = reply.map_or(0, |reply| reply.status);
                (true, format!("{host} answered {status} within {} ms", started.elapsed().as_millis()))
            }
            answer::Verdict::Refused(why) | answer::Verdict::Later { why, .. } => (false, why),
        };
        (thread_works.report)(Event::Tested { name: endpoint.name.clone(), is_ok, text });
    };
    if let Err(e) = thread::Builder::new().name("remote-test".into()).stack_size(512 * 1024).spawn(body) {
        (works.report)(Event::Tested { name, is_ok: false, text: format!("The test could not be started: {e}") });
    }
}

impl Running {
    fn start(works: &Works, endpoint: Endpoint) -> Self {
        let bytes = u64::from(endpoint.max_megabytes) * 1_000_000;
        let opened = DiskQueue::open(&works.folder.join(&*endpoint.name), bytes);
        let endpoint = Arc::new(endpoint);
        let disk_fault = opened.as_ref().err().map(|e| format!("Its queue on disk cannot be opened: {e}"));
        let lane = Arc::new(Lane::new(State {
            endpoint: endpoint.clone(),
            queue: opened.ok(),
            send: SendState::Sending,
            counts: SendCounts::default(),
            refusal: "".into(),
            disk_fault: disk_fault.unwrap_or_default().into(),
            wants_retry: false,
            is_stopped: false,
        }));
        let (thread_lane, thread_works) = (lane.clone(), works.clone());
        let body = move || {
            if catch_unwind(AssertUnwindSafe(|| sender::run(&thread_lane, &thread_works))).is_err() {
                let fault = "Sending broke down; what comes is kept on disk: restart Perfdesk to send it";
                thread_lane.change(|state| state.send = SendState::Failed(fault.into()));
            }
        };
        let thread = thread::Builder::new().name("remote-send".into()).stack_size(512 * 1024).spawn(body);
        if let Err(e) = &thread {
            lane.change(|state| state.disk_fault = format!("Its thread could not be started: {e}").into());
        }
        let course = Course::new(&endpoint);
        Self { endpoint, course, lane, thread: thread.ok(), has_told_dropping: false, has_told_disk: false }
    }

    /// Takes another form of the endpoint over.
    fn set(&mut self, works: &Works, endpoint: Endpoint) {
        if *self.endpoint == endpoint {
            return;
        }
        let is_same_course = self.course.as_ref().is_ok_and(|course| course.serves(&self.endpoint, &endpoint));
        let ends = !is_same_course || !endpoint.is_on;
        if ends && let Ok(course) = &mut self.course {
            let marks = course.end();
            self.put((works.clock)(), &marks);
        }
        self.endpoint = Arc::new(endpoint);
        if !is_same_course {
            self.course = Course::new(&self.endpoint);
            // Numbers begin anew, so no file may hold both.
            self.lane.change(|state| state.queue.as_mut().map(DiskQueue::begin_file));
        }
        let endpoint = self.endpoint.clone();
        self.lane.change(|state| {
            if let Some(queue) = &mut state.queue {
                queue.set_max_bytes(u64::from(endpoint.max_megabytes) * 1_000_000);
            }
            state.endpoint = endpoint;
        });
    }

    fn tick(&mut self, works: &Works, tick: &Tick) {
        if !self.endpoint.is_on {
            return;
        }
        let Ok(course) = &mut self.course else { return };
        let samples = course.samples(tick);
        let (n_dropped, fault) = self.put(tick.at, &samples);
        if n_dropped == 0 && fault.is_none() {
            return;
        }
        let name = &self.endpoint.name;
        if let Some(fault) = fault {
            if !std::mem::replace(&mut self.has_told_disk, true) {
                let text = format!("Samples for {name} cannot be kept on disk");
                (works.report)(Event::Told { severity: Severity::Error, text, detail: fault });
            }
        } else if !std::mem::replace(&mut self.has_told_dropping, true) {
            let text = format!("The oldest samples for {name} are dropped");
            let detail = format!(
                "{} MB wait for it, which is all it may have: see Settings, at Remote-write",
                self.endpoint.max_megabytes
            );
            (works.report)(Event::Told { severity: Severity::Warning, text, detail });
        }
    }

    /// Puts samples on disk; gives how many were dropped, and what is wrong with the disk.
    fn put(&mut self, at: Timestamp, samples: &[(u32, f64)]) -> (u64, Option<String>) {
        let Ok(course) = &self.course else { return (0, None) };
        let n = samples.len() as u64;
        self.lane.change(|state| {
            state.counts.n_series = course.n_series() as u64;
            let outcome = match &mut state.queue {
                Some(queue) => {
                    queue.put(at.as_millis(), samples, |number| course.labels(number)).map_err(|e| e.to_string())
                }
                None => Err(state.disk_fault.to_string()),
            };
            match outcome {
                Ok(dropped) => {
                    state.counts.n_dropped += dropped.n_samples;
                    if state.queue.is_some() {
                        state.disk_fault = "".into();
                    }
                    (dropped.n_samples, None)
                }
                Err(why) => {
                    state.counts.n_dropped += n;
                    state.disk_fault = why.as_str().into();
                    (n, Some(why))
                }
            }
        })
    }

    fn sync(&mut self) {
        let mut state = self.lane.state();
        let fault = state.queue.as_mut().and_then(|queue| queue.sync().err());
        if let Some(e) = fault {
            state.disk_fault = format!("What waits may not outlast a loss of power: {e}").into();
        }
    }

    fn figures(&self) -> Figures {
        let state = self.lane.state();
        let mut counts = state.counts;
        if let Some(queue) = &state.queue {
            counts.n_behind = queue.n_behind();
            counts.behind_since = queue.oldest_at().map(Timestamp::from_millis);
            counts.queue_bytes = queue.bytes();
            counts.n_dropped += queue.n_damaged();
        }
        let send = match (&self.course, &*state.disk_fault) {
            (Err(why), _) => SendState::Failed(why.as_str().into()),
            (_, fault) if !fault.is_empty() => SendState::Failed(fault.into()),
            _ if !self.endpoint.is_on => SendState::Off,
            _ => state.send.clone(),
        };
        Figures { name: self.endpoint.name.clone(), state: send, counts, refusal: state.refusal.clone() }
    }

    fn stop(&mut self) {
        self.lane.change(|state| state.is_stopped = true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
