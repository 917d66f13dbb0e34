//! Questions to sources, answered on a thread that may wait for the network. Of one chart only the newest waits.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use ureq::Agent;

use super::ask::Server;
use super::read::Curves;
use crate::model::source::Source;
use crate::model::{SeriesKey, TimeRange, ViewId};
use crate::telemetry::http::client;

/// Questions that may wait at one time: one of each chart, and some more.
const CAPACITY: usize = 136;

/// What is asked.
#[derive(Debug, Clone)]
pub enum Question {
    /// The buckets of series of one source, for a chart.
    Chart {
        /// Which chart.
        view: ViewId,
        /// Number of the question; an answer to an older one is of no use.
        ticket: u64,
        /// Whom.
        source: Source,
        /// Which series.
        keys: Vec<SeriesKey>,
        /// Which time.
        range: TimeRange,
        /// Length of a bucket, milliseconds.
        step_millis: i64,
    },
    /// Series that fit what was typed.
    Search {
        /// Whom.
        source: Source,
        /// What was typed.
        text: Arc<str>,
        /// Series with a value in this time.
        range: TimeRange,
    },
}

impl Question {
    fn replaces(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Chart { view, source, .. }, Self::Chart { view: same, source: of, .. }) => {
                view == same && source.name == of.name
            }
            (Self::Search { source, .. }, Self::Search { source: of, .. }) => source.name == of.name,
            _ => false,
        }
    }

    fn source(&self) -> &Source {
        match self {
            Self::Chart { source, .. } | Self::Search { source, .. } => source,
        }
    }
}

/// What came of a question.
#[derive(Debug)]
pub enum Answer {
    /// Buckets for a chart.
    Chart {
        /// Which chart.
        view: ViewId,
        /// Number of the question.
        ticket: u64,
        /// Of which source.
        source: Arc<str>,
        /// The buckets, or why there are none.
        found: Result<Curves, String>,
    },
    /// Series that fit.
    Search {
        /// Of which source.
        source: Arc<str>,
        /// What was typed.
        text: Arc<str>,
        /// Their labels, or why there are none.
        found: Result<Vec<Vec<(String, String)>>, String>,
    },
}

#[derive(Debug, Default)]
struct Waiting {
    questions: VecDeque<Question>,
    is_closed: bool,
}

/// The questions that wait for the thread.
#[derive(Debug, Clone, Default)]
pub struct QuestionQueue {
    shared: Arc<(Mutex<Waiting>, Condvar)>,
}

impl QuestionQueue {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a question, in the place of an older one of the same kind.
    ///
    /// # Errors
    /// The question, where there is no room.
    pub fn put(&self, question: Question) -> Result<(), Box<Question>> {
        let mut waiting = self.waiting();
        if let Some(older) = waiting.questions.iter_mut().find(|older| question.replaces(older)) {
            *older = question;
        } else if waiting.questions.len() >= CAPACITY || waiting.is_closed {
            return Err(Box::new(question));
        } else {
            waiting.questions.push_back(question);
        }
        drop(waiting);
        self.shared.1.notify_one();
        Ok(())
    }

    fn take(&self) -> Option<Question> {
        let mut waiting = self.waiting();
        loop {
            if waiting.is_closed {
                return None;
            }
            if let Some(question) = waiting.questions.pop_front() {
                return Some(question);
            }
            waiting = self.shared.1.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Ends the thread; what waits and what is being answered is not.
    pub fn close(&self) {
        self.waiting().is_closed = true;
        self.shared.1.notify_all();
    }

    fn is_closed(&self) -> bool {
        self.waiting().is_closed
    }
}

/// Runs until the queue is closed. A question that breaks down is answered so and costs no other.
pub fn run(queue: &QuestionQueue, report: &dyn Fn(Answer)) {
    let mut clients: BTreeMap<u32, Agent> = BTreeMap::new();
    while let Some(question) = queue.take() {
        let seconds = question.source().time_out_seconds;
        let agent = clients.entry(seconds).or_insert_with(|| client(std::time::Duration::from_secs(seconds.into())));
        let answered = catch_unwind(AssertUnwindSafe(|| answer(&question, agent, queue)));
        let answer = answered.unwrap_or_else(|_| Some(failed(question, "asking broke down".into())));
        match answer {
            Some(answer) => report(answer),
            None => return,
        }
    }
}

fn answer(question: &Question, agent: &Agent, queue: &QuestionQueue) -> Option<Answer> {
    let mut is_called_off = || queue.is_closed();
    let mut server = Server { source: question.source(), agent, is_called_off: &mut is_called_off };
    match question {
        Question::Chart { view, ticket, source, keys, range, step_millis } => {
            let curves: Result<Curves, _> = keys.iter().map(|key| server.curve(key, *range, *step_millis)).collect();
            let found = in_words(curves)?;
            Some(Answer::Chart { view: *view, ticket: *ticket, source: source.name.clone(), found })
        }
        Question::Search { source, text, range } => {
            let found = in_words(server.series(text, *range))?;
            Some(Answer::Search { source: source.name.clone(), text: text.clone(), found })
        }
    }
}

/// What was found or why not; `None` where it is not wanted any more.
fn in_words<T>(found: Result<T, Option<String>>) -> Option<Result<T, String>> {
    match found {
        Ok(found) => Some(Ok(found)),
        Err(why) => Some(Err(why?)),
    }
}

fn failed(question: Question, why: String) -> Answer {
    match question {
        Question::Chart { view, ticket, source, .. } => {
            Answer::Chart { view, ticket, source: source.name, found: Err(why) }
        }
        Question::Search { source, text, .. } => Answer::Search { source: source.name, text, found: Err(why) },
    }
}
