//! The threads and queues around the core: where its effects go, and the loop that feeds it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use super::core::{Core, Effect, QueueLengths};
use super::handle::{Handle, Input, Inputs};
use super::jobs::{self, ConfigFiles, JOB_CAPACITY, Job};
use super::pace::{Pace, SampleControl, wall_time};
use super::sample_worker::{self, ProbeFactory, SampleStart};
use super::start::StartError;
use super::tasks::{self, TASK_CAPACITY, TaskStart};
use crate::model::Severity;
use crate::sampling::{ProbePanic, panic_text};

/// The threads and queues that the core's effects go to.
pub struct World {
    probes: Arc<ProbeFactory>,
    pace: Box<dyn Fn() -> Box<dyn Pace> + Send>,
    inputs: Inputs,
    control: Option<SyncSender<SampleControl>>,
    jobs: JobQueue,
    tasks: SyncSender<TaskStart>,
    sample: Option<JoinHandle<()>>,
}

/// The queue of jobs, which counts what waits in it and what found no room.
struct JobQueue {
    sender: SyncSender<Job>,
    waiting: Arc<AtomicUsize>,
    n_refused: u64,
}

impl JobQueue {
    fn try_send(&mut self, job: Job) -> bool {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let is_sent = self.sender.try_send(job).is_ok();
        if !is_sent {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            self.n_refused += 1;
        }
        is_sent
    }
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
        files: ConfigFiles,
    ) -> Result<(Self, Vec<JoinHandle<()>>), StartError> {
        let (jobs_sender, jobs_receiver) = mpsc::sync_channel(JOB_CAPACITY);
        let waiting = Arc::new(AtomicUsize::new(0));
        let (job_inputs, jobs_waiting) = (inputs.clone(), waiting.clone());
        let job = spawn("job", move || jobs::run(files, &jobs_receiver, &jobs_waiting, &job_inputs))?;
        let jobs = JobQueue { sender: jobs_sender, waiting, n_refused: 0 };

        let (tasks, tasks_receiver) = mpsc::sync_channel(TASK_CAPACITY);
        let task_inputs = inputs.clone();
        let task = spawn("task", move || tasks::run(&tasks_receiver, &task_inputs))?;

        let world = Self { probes, pace, inputs, control: None, jobs, tasks, sample: None };
        Ok((world, vec![job, task]))
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
            Effect::RestartSampling(start) => self.start_sampling(start).err().map(|e| e.to_string()),
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
pub fn run(mut core: Core, mut world: World, inputs: Receiver<Input>, handle: &Handle) {
    while let Ok(input) = inputs.recv() {
        handle.inputs().took();
        if matches!(input, Input::Stop) {
            break;
        }
        let started = Instant::now();
        core.take_queues(QueueLengths {
            n_inputs: handle.inputs().n_waiting(),
            n_rejected: handle.n_rejected(),
            n_jobs: world.jobs.waiting.load(Ordering::Relaxed),
            n_jobs_refused: world.jobs.n_refused,
        });
        let effects = core.take(input, wall_time());
        for effect in effects {
            world.carry_out(effect, &mut core);
        }
        // Commands that wait are taken together: one publication answers them all.
        if handle.inputs().n_waiting() == 0 || core.has_new_data() {
            handle.publish(core.publish());
            core.took(started.elapsed());
        }
    }
    core.cancel_tasks();
    if let Some(control) = world.control.take() {
        let _ = control.try_send(SampleControl::Stop);
    }
    // Nothing more is read: a sample thread that waits for room is let go.
    drop(inputs);
    if let Some(sample) = world.sample.take() {
        let _ = sample.join();
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
