//! The threads and queues around the core: where its effects go, and the loop that feeds it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use super::apply_worker::{self, ApplyStart};
use super::core::{Core, Effect, QueueLengths};
use super::handle::{Handle, Input, Inputs};
use super::jobs::{self, ConfigFiles, JOB_CAPACITY, Job};
use super::pace::{Pace, SampleControl};
use super::query_worker::{self, Query, QueryQueue, Question};
use super::sample_worker::{self, ProbeFactory, SampleStart};
use super::services::works::ServiceWorks;
use super::start::StartError;
use super::store_queue::{Farewell, StoreQueue};
use super::store_worker::{self, StoreStart};
use super::tasks::{self, TASK_CAPACITY, TaskStart};
use super::tuning::{TUNING_CAPACITY, TuningRequest};
use crate::model::{Severity, Timestamp};
use crate::notify::{Patience, Ways};
use crate::sampling::{ProbePanic, panic_text};
use crate::telemetry::prometheus::{self, QuestionQueue};
use crate::telemetry::remote_write::{self, REQUEST_CAPACITY, Request, Works};

/// The threads and queues that the core's effects go to.
pub struct World {
    probes: Arc<ProbeFactory>,
    pace: Box<dyn Fn() -> Box<dyn Pace> + Send>,
    inputs: Inputs,
    control: Option<SyncSender<SampleControl>>,
    jobs: CountedQueue<Job>,
    tuning: CountedQueue<TuningRequest>,
    tasks: SyncSender<TaskStart>,
    store: StoreQueue,
    farewell: Farewell,
    queries: QueryQueue,
    comparisons: QueryQueue,
    ways: Ways,
    remote: CountedQueue<Request>,
    questions: QuestionQueue,
    services: ServiceWorks,
    store_thread: Option<JoinHandle<()>>,
    sample: Option<JoinHandle<()>>,
}

/// A queue that counts what waits in it and what found no room.
struct CountedQueue<T> {
    sender: SyncSender<T>,
    waiting: Arc<AtomicUsize>,
    n_refused: u64,
}

impl<T> CountedQueue<T> {
    /// A queue with room for so many, its receiving end, and the count of what waits.
    fn with_room_for(n: usize) -> (Self, Receiver<T>, Arc<AtomicUsize>) {
        let (sender, receiver) = mpsc::sync_channel(n);
        let waiting = Arc::new(AtomicUsize::new(0));
        (Self { sender, waiting: waiting.clone(), n_refused: 0 }, receiver, waiting)
    }

    fn try_send(&mut self, entry: T) -> bool {
        self.give(entry).is_ok()
    }

    /// Gives an entry back for which there is no room.
    fn give(&mut self, entry: T) -> Result<(), T> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        self.sender.try_send(entry).map_err(|e| {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            self.n_refused += 1;
            match e {
                mpsc::TrySendError::Full(entry) | mpsc::TrySendError::Disconnected(entry) => entry,
            }
        })
    }
}

/// What the threads work with.
pub struct Crew {
    /// The documents, for the job thread.
    pub files: ConfigFiles,
    /// For the apply thread.
    pub apply: ApplyStart,
    /// The queue to the store thread.
    pub store: StoreQueue,
    /// For the thread of remote-write.
    pub works: Works,
    /// Those of services, at work already.
    pub services: ServiceWorks,
}

impl World {
    /// Starts the threads that wait for the core's effects, all but the sample thread; gives those to join at the end.
    ///
    /// # Errors
    /// [`StartError::Thread`].
    pub fn new(
        probes: Arc<ProbeFactory>,
        pace: Box<dyn Fn() -> Box<dyn Pace> + Send>,
        inputs: Inputs,
        crew: Crew,
    ) -> Result<(Self, Vec<JoinHandle<()>>), StartError> {
        let Crew { files, apply, store, works, services } = crew;
        let (jobs, jobs_receiver, waiting) = CountedQueue::with_room_for(JOB_CAPACITY);
        let job_inputs = inputs.clone();
        let job = spawn("job", move || jobs::run(files, &jobs_receiver, &waiting, &job_inputs))?;

        let (tuning, tuning_receiver, waiting) = CountedQueue::with_room_for(TUNING_CAPACITY);
        let tuning_inputs = inputs.clone();
        let apply = spawn("apply", move || apply_worker::run(apply, &tuning_receiver, &waiting, &tuning_inputs))?;

        let (tasks, tasks_receiver) = mpsc::sync_channel(TASK_CAPACITY);
        let task_inputs = inputs.clone();
        let task = spawn("task", move || tasks::run(&tasks_receiver, &task_inputs))?;

        let (queries, comparisons) = (QueryQueue::default(), QueryQueue::default());
        let query = spawn_query(&queries, "query", &inputs)?;
        let compare = spawn_query(&comparisons, "compare", &inputs)?;
        let told = inputs.clone();
        let report = move |outcome| told.send(Input::Notified(Box::new(outcome)));
        let ways = Ways::new(Arc::new(report), Patience::default());
        let (remote, receiver, waiting) = CountedQueue::with_room_for(REQUEST_CAPACITY);
        let send_on = spawn("remote-write", move || remote_write::run(&works, &receiver, &waiting))?;
        let questions = QuestionQueue::default();
        let (queue, answers) = (questions.clone(), inputs.clone());
        let source = spawn("source", move || {
            prometheus::run(&queue, &|answer| answers.send(Input::Source(Box::new(answer))));
        })?;
        let world = Self {
            probes,
            pace,
            inputs,
            control: None,
            jobs,
            tuning,
            tasks,
            store,
            farewell: Farewell::default(),
            queries,
            comparisons,
            ways,
            remote,
            questions,
            services,
            store_thread: None,
            sample: None,
        };
        Ok((world, vec![job, apply, task, query, compare, send_on, source]))
    }

    /// Starts the sample thread.
    ///
    /// # Errors
    /// [`StartError::Thread`].
    pub fn start_sampling(&mut self, start: SampleStart) -> Result<(), StartError> {
        let (control, control_receiver) = mpsc::sync_channel(16);
        let (probes, inputs, pace) = (self.probes.clone(), self.inputs.clone(), (self.pace)());
        self.sample = Some(spawn("sample", move || {
            let run = || sample_worker::run(&*probes, start, pace, &control_receiver, &inputs);
            if let Err(panic) = catch_unwind(AssertUnwindSafe(run)) {
                let probe = panic.downcast_ref::<ProbePanic>().map(|panic| panic.probe);
                inputs.send(Input::WorkerDied { worker: "sample", probe, why: panic_text(&*panic) });
            }
        })?);
        self.control = Some(control);
        Ok(())
    }

    /// Starts the store thread.
    ///
    /// # Errors
    /// [`StartError::Thread`].
    pub fn start_store(&mut self, start: StoreStart) -> Result<(), StartError> {
        let receiver = self.store.open();
        let (waiting, farewell, inputs) = (self.store.waiting.clone(), self.farewell.clone(), self.inputs.clone());
        self.store_thread = Some(spawn("store", move || {
            let run = || store_worker::run(start, &receiver, &waiting, &farewell, &inputs);
            if let Err(panic) = catch_unwind(AssertUnwindSafe(run)) {
                inputs.send(Input::WorkerDied { worker: "store", probe: None, why: panic_text(&*panic) });
            }
        })?);
        Ok(())
    }

    /// What waits in the queues now.
    fn queue_lengths(&self, handle: &Handle) -> QueueLengths {
        let (n_queries, n_queries_refused) = self.queries.lengths();
        let (n_comparisons, n_comparisons_refused) = self.comparisons.lengths();
        QueueLengths {
            n_inputs: handle.inputs().n_waiting(),
            n_rejected: handle.n_rejected(),
            n_jobs: self.jobs.waiting.load(Ordering::Relaxed),
            n_jobs_refused: self.jobs.n_refused,
            n_tuning: self.tuning.waiting.load(Ordering::Relaxed),
            n_tuning_refused: self.tuning.n_refused,
            n_store: self.store.n_waiting(),
            n_remote: self.remote.waiting.load(Ordering::Relaxed),
            n_queries: n_queries + n_comparisons,
            n_queries_refused: n_queries_refused + n_comparisons_refused,
        }
    }

    /// Carries an effect out; what could not be done is told.
    fn carry_out(&mut self, effect: Effect, core: &mut Core) {
        let refused = match effect {
            Effect::Sample(control) => {
                let sent = self.control.as_ref().map(|sender| sender.try_send(control));
                matches!(sent, Some(Err(mpsc::TrySendError::Full(_))))
                    .then(|| "The sample thread is busy and did not take a change".to_owned())
            }
            Effect::Job(job) => {
                (!self.jobs.try_send(job)).then(|| "Too much is waiting to be done: try again in a moment".to_owned())
            }
            Effect::Tuning(request) => {
                // A look around that finds no room comes again by itself.
                let is_look = request == TuningRequest::LookAround;
                (!self.tuning.try_send(request) && !is_look).then(|| {
                    "Too much is waiting to be done with profiles: try again when what is under way is over".to_owned()
                })
            }
            Effect::Notify(order) => {
                if let Err(order) = self.ways.send(*order) {
                    core.notify_refused(&order);
                }
                None
            }
            Effect::Remote(request) => {
                if let Err(request) = self.remote.give(request) {
                    core.remote_refused(request);
                }
                None
            }
            Effect::AskSource(question) => {
                if let Err(question) = self.questions.put(question) {
                    core.source_refused(&question);
                }
                None
            }
            Effect::Services(order) => self.services.carry_out(order),
            Effect::RestartSampling(start) => self.start_sampling(start).err().map(|e| e.to_string()),
            Effect::RestartStore(start) => self.start_store(start).err().map(|e| e.to_string()),
            Effect::Store(request) => {
                if let Err(request) = self.store.try_send(request) {
                    core.store_refused(request);
                }
                None
            }
            Effect::Query(history, question) => {
                let is_long =
                    matches!(question, Question::Compare { .. } | Question::Backtest { .. } | Question::Trail { .. });
                let queue = if is_long { &self.comparisons } else { &self.queries };
                let query = Query { history, question };
                if let Err(query) = queue.put(query) {
                    core.query_refused(&query.question);
                }
                None
            }
            Effect::Task(start) => {
                let id = start.id;
                if self.tasks.try_send(*start).is_err() {
                    core.task_refused(id);
                }
                None
            }
        };
        if let Some(text) = refused {
            core.tell(Severity::Error, text, "");
        }
    }
}

/// The engine thread: takes inputs until it is told to stop, and publishes what comes of them.
pub fn run(mut core: Core, mut world: World, inputs: Receiver<Input>, handle: &Handle, wall: &dyn Fn() -> Timestamp) {
    while let Ok(input) = inputs.recv() {
        handle.inputs().took();
        if matches!(input, Input::Stop) {
            break;
        }
        let started = Instant::now();
        core.take_queues(world.queue_lengths(handle));
        let effects = core.take(input, wall());
        for effect in effects {
            world.carry_out(effect, &mut core);
        }
        // Commands that wait are taken together: one publication answers them all.
        if core.has_new_data() || (core.has_news() && handle.inputs().n_waiting() == 0) {
            handle.publish(core.publish());
            core.took(started.elapsed());
        }
    }
    core.cancel_tasks();
    if let Some(job) = core.alert_farewell() {
        world.carry_out(Effect::Job(Job::Alerts(job)), &mut core);
    }
    if let Some(job) = core.access_farewell() {
        world.carry_out(Effect::Job(Job::Access(job)), &mut core);
    }
    if let Some(control) = world.control.take() {
        let _ = control.try_send(SampleControl::Stop);
    }
    // Nothing more is read: a sample thread that waits for room is let go.
    drop(inputs);
    if let Some(sample) = world.sample.take() {
        let _ = sample.join();
    }
    for thread in world.ways.close() {
        let _ = thread.join();
    }
    let now = wall();
    world.farewell.put(core.farewell(now), now);
}

/// Also where the engine broke down: threads that wait for it are let go, and what waits for the disk is written.
impl Drop for World {
    fn drop(&mut self) {
        self.queries.close();
        self.comparisons.close();
        self.questions.close();
        self.store.close();
        if let Some(store) = self.store_thread.take() {
            let _ = store.join();
        }
    }
}

/// Starts a thread under its name.
///
/// # Errors
/// [`StartError::Thread`].
pub fn spawn(name: &'static str, body: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StartError> {
    thread::Builder::new()
        .name(name.into())
        .stack_size(1024 * 1024)
        .spawn(body)
        .map_err(|source| StartError::Thread { thread: name, source })
}

fn spawn_query(queue: &QueryQueue, name: &'static str, inputs: &Inputs) -> Result<JoinHandle<()>, StartError> {
    let (queue, inputs) = (queue.clone(), inputs.clone());
    spawn(name, move || query_worker::run(&queue, name, &inputs))
}
