//! The apply thread: the only one that touches profiles' documents, bound files and the services behind them.
//!
//! The engine never waits for it. It works through its requests in order, one step of an apply at a time, so that each
//! step is told of. A word to go back is heard between two steps, and while one waits for a program or a service. Time
//! comes from outside: a test gives its own.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

use super::handle::{Input, Inputs};
use super::tuning::{ASKED_FOR, Desk, PROGRAM_ENDED, TUNING_CAPACITY, TuningRequest};
use crate::apply::world::World;
use crate::model::Folders;
use crate::model::profile::{ApplyCommand, ApplyId};
use crate::sampling::panic_text;

/// Why a wait ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// The time is over, or there is a step to do.
    Due,
    /// The engine asked something.
    Request(TuningRequest),
    /// The engine is gone.
    Ended,
}

/// Waiting, as the apply thread does it.
pub trait ApplyPace: Send {
    /// Waits for `span`, or for ever where there is none, or for the engine, whichever comes first.
    fn wait(&mut self, span: Option<Duration>, requests: &Receiver<TuningRequest>) -> Heard;
}

/// Waiting by the system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemApplyPace;

impl ApplyPace for SystemApplyPace {
    fn wait(&mut self, span: Option<Duration>, requests: &Receiver<TuningRequest>) -> Heard {
        let heard = match span {
            Some(span) => requests.recv_timeout(span),
            None => requests.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match heard {
            Ok(request) => Heard::Request(request),
            Err(RecvTimeoutError::Timeout) => Heard::Due,
            Err(RecvTimeoutError::Disconnected) => Heard::Ended,
        }
    }
}

/// Makes the world that applies are carried out in; called on the apply thread, once for each opening of the desk.
pub type WorldFactory = dyn Fn() -> Box<dyn World> + Send;

/// What the apply thread is started with.
pub struct ApplyStart {
    /// Where files live.
    pub folders: Folders,
    /// Files, services and clocks.
    pub world: Box<WorldFactory>,
    /// Its waiting.
    pub pace: Box<dyn ApplyPace>,
}

/// Runs until the queue is closed; then takes back what is on trial. `waiting` counts what is in the queue.
pub fn run(start: ApplyStart, requests: &Receiver<TuningRequest>, waiting: &AtomicUsize, inputs: &Inputs) {
    let ApplyStart { folders, world, mut pace } = start;
    let mut desk: Option<Desk> = None;
    let mut meanwhile = Meanwhile { requests, waiting, heard: VecDeque::new() };
    loop {
        let heard = match &desk {
            _ if !meanwhile.heard.is_empty() => meanwhile.heard.pop_front().map_or(Heard::Due, Heard::Request),
            Some(desk) if desk.has_steps() || desk.has_questions() => match requests.try_recv() {
                Ok(request) => Heard::Request(request),
                Err(TryRecvError::Empty) => Heard::Due,
                Err(TryRecvError::Disconnected) => Heard::Ended,
            },
            Some(desk) => pace.wait(desk.deadline(), requests),
            None => pace.wait(None, requests),
        };
        let is_over = heard == Heard::Ended;
        let body = || {
            match heard {
                Heard::Request(request) => {
                    waiting.fetch_sub(1, Ordering::Relaxed);
                    desk.get_or_insert_with(|| Desk::open(&folders, &*world, who())).take(request);
                }
                Heard::Due => {
                    if let Some(desk) = &mut desk {
                        let (is_step, id) = (desk.has_steps(), desk.running().map(|record| record.id));
                        desk.go_on_unless(&mut || meanwhile.listen(id).or_else(|| meanwhile.asked_at_all(is_step)));
                    }
                }
                Heard::Ended => desk.iter_mut().for_each(Desk::close),
            }
            desk.as_mut().map(Desk::take_events).unwrap_or_default()
        };
        match catch_unwind(AssertUnwindSafe(body)) {
            Ok(events) => events.into_iter().for_each(|event| inputs.send(Input::Tuning(Box::new(event)))),
            Err(panic) => {
                // What was under way stands in the journal: the next opening puts it right and says which way.
                desk = None;
                inputs.send(Input::WorkerDied { worker: "apply", probe: None, why: panic_text(&*panic) });
            }
        }
        if is_over {
            return;
        }
    }
}

/// What is asked while a step waits.
struct Meanwhile<'a> {
    requests: &'a Receiver<TuningRequest>,
    waiting: &'a AtomicUsize,
    /// Heard, and not worked on yet.
    heard: VecDeque<TuningRequest>,
}

impl Meanwhile<'_> {
    /// Whether a question to a service has to wait, since somebody asks something else: a step has not.
    fn asked_at_all(&self, is_step: bool) -> Option<&'static str> {
        let is_asked = !is_step && self.heard.iter().any(|request| *request != TuningRequest::LookAround);
        is_asked.then_some(ASKED_FOR)
    }

    /// Why this apply goes back now, if somebody said so or the program ends.
    fn listen(&mut self, id: Option<ApplyId>) -> Option<&'static str> {
        while self.heard.len() < TUNING_CAPACITY {
            match self.requests.try_recv() {
                Ok(TuningRequest::LookAround) if self.heard.contains(&TuningRequest::LookAround) => {
                    // One is enough, however long the step takes.
                    self.waiting.fetch_sub(1, Ordering::Relaxed);
                }
                Ok(request) => {
                    let is_back = |asked: &ApplyId| Some(*asked) == id;
                    let goes_back =
                        matches!(&request, TuningRequest::Apply(ApplyCommand::RollBack(asked)) if is_back(asked));
                    self.heard.push_back(request);
                    if goes_back {
                        return Some(ASKED_FOR);
                    }
                }
                Err(TryRecvError::Empty) => return None,
                Err(TryRecvError::Disconnected) => return Some(PROGRAM_ENDED),
            }
        }
        None
    }
}

/// The user this runs for: the name in the environment, or else the number.
pub fn who() -> String {
    let name = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    name.filter(|name| !name.trim().is_empty()).unwrap_or_else(nameless)
}

#[cfg(unix)]
fn nameless() -> String {
    format!("user {}", rustix::process::getuid().as_raw())
}

#[cfg(not(unix))]
fn nameless() -> String {
    "somebody".into()
}
