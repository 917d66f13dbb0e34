//! Real processes on this machine: this very test binary as a service, and small programs of the system.

mod child;
mod crash;
mod processes;

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use super::environment::{Profiles, Values};
use super::runner::{Message, RunSink};
use super::steps::Tools;
use super::thread::RunThread;
use crate::model::Severity;
use crate::model::run::{OutputAnswer, Restart, RestartWhen, Run, RunCommand, RunState, StartRecord};

/// Longest wait for anything here.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Default)]
struct Heard {
    states: Arc<[Arc<RunState>]>,
    outputs: Arc<[Arc<OutputAnswer>]>,
    started: Vec<StartRecord>,
    told: Vec<String>,
}

/// What was told, and a way to wait for more.
#[derive(Clone, Default)]
struct Ears(Arc<(Mutex<Heard>, Condvar)>);

impl Ears {
    fn change(&self, body: impl FnOnce(&mut Heard)) {
        body(&mut self.0.0.lock().expect("no test failed within"));
        self.0.1.notify_all();
    }

    /// Waits until something is so.
    fn wait<T>(&self, what: &str, look: impl Fn(&Heard) -> Option<T>) -> T {
        let until = Instant::now() + PATIENCE;
        let mut heard = self.0.0.lock().expect("no test failed within");
        loop {
            if let Some(found) = look(&heard) {
                return found;
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "not in time: {what}; {:?}; {:?}", heard.states, heard.told);
            heard = self.0.1.wait_timeout(heard, left).expect("no test failed within").0;
        }
    }

    fn state(&self, phase: &str) -> Arc<RunState> {
        self.wait(phase, |heard| heard.states.first().filter(|state| state.phase.name() == phase).cloned())
    }
}

impl RunSink for Ears {
    fn states(&self, states: Arc<[Arc<RunState>]>) {
        self.change(|heard| heard.states = states);
    }

    fn outputs(&self, outputs: Arc<[Arc<OutputAnswer>]>) {
        self.change(|heard| heard.outputs = outputs);
    }

    fn started(&self, _service: &Arc<str>, record: &StartRecord) {
        self.change(|heard| heard.started.push(record.clone()));
    }

    fn tell(&self, _severity: Severity, text: String, detail: String) {
        self.change(|heard| heard.told.push(format!("{text}: {detail}")));
    }
}

fn tools() -> Tools {
    Tools { processes: Arc::new(Default::default), sql: Arc::new(|_, _, _| Box::pin(async { Ok(()) })) }
}

/// A thread that runs services out of this data folder.
fn thread(data: &Path, runs: Vec<Run>) -> (RunThread, Ears) {
    let ears = Ears::default();
    let thread = RunThread::start(data, tools(), Box::new(ears.clone())).expect("a thread");
    assert!(thread.send(Message::Profile { name: None, all: Profiles::default() }));
    set(&thread, runs);
    (thread, ears)
}

fn set(thread: &RunThread, runs: Vec<Run>) {
    assert!(thread.send(Message::Set { runs, faulty: Some(Arc::default()) }));
}

fn run(argv: &[&str]) -> Run {
    Run {
        service: "shop".into(),
        argv: argv.iter().map(|word| (*word).into()).collect(),
        restart: Restart { when: RestartWhen::Never, ..Restart::default() },
        stop_seconds: 1,
        ..Run::default()
    }
}

fn ask(thread: &RunThread, command: RunCommand) {
    assert!(thread.send(Message::Command(command)));
}

fn start(thread: &RunThread) {
    ask(thread, RunCommand::Start("shop".into()));
}

fn stop(thread: &RunThread) {
    ask(thread, RunCommand::Stop("shop".into()));
}

/// Whether a process of this number runs.
fn runs(pid: u32) -> bool {
    super::group::identity(pid).is_some()
}

/// Waits until it runs no more.
fn wait_gone(pid: u32) {
    let until = Instant::now() + PATIENCE;
    while runs(pid) {
        assert!(Instant::now() < until, "{pid} runs still");
        std::thread::yield_now();
    }
}
