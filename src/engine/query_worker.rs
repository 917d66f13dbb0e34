//! Questions to history: curves of charts, past moments, comparisons. Each is answered on a thread that may wait for
//! the disk. Not for exports and reports: those are tasks.
//!
//! Of one chart only the newest question waits, since nobody looks at the answer to the one before.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::backtesting::{self, backtest};
use super::comparing::compare_periods;
use super::handle::{Input, Inputs};
use super::moments::{MomentQuestion, past_moment};
use crate::model::alert::{Backtest, BacktestRequest, BacktestState};
use crate::model::{
    Bucket, CompareRequest, Comparison, PastMoment, SeriesInfo, SeriesKey, TimeRange, Timestamp, Units, ViewId,
};
use crate::sampling::panic_text;
use crate::store::history::{CurveCut, HistoryError, HistoryRead, StoredCurves};
use crate::store::progress::{Cancelled, Progress};

/// Questions that may wait at one time: one of each chart, those of the HTTP API, and some more.
pub const QUERY_CAPACITY: usize = 96;

/// A question and the history it is asked of.
#[derive(Clone)]
pub struct Query {
    /// Whom to ask.
    pub history: Arc<dyn HistoryRead>,
    /// What.
    pub question: Question,
}

/// What is asked.
#[derive(Debug, Clone)]
pub enum Question {
    /// Curves for a chart.
    Chart {
        /// Which chart.
        view: ViewId,
        /// Number of the question; an answer to an older one is of no use.
        ticket: u64,
        /// Which series.
        keys: Vec<SeriesKey>,
        /// Which time, how fine.
        cut: CurveCut,
    },
    /// One moment.
    Moment(Box<MomentQuestion>),
    /// A rule over the past.
    Backtest {
        /// Which.
        request: Box<BacktestRequest>,
        /// Every series, by id.
        series: Arc<[SeriesInfo]>,
        /// The end of the past.
        now: Timestamp,
    },
    /// The past day of series that suggestions look back on.
    Trail {
        /// Which series.
        keys: Vec<SeriesKey>,
        /// The end of the past.
        until: Timestamp,
    },
    /// Two periods side by side.
    Compare {
        /// What.
        request: CompareRequest,
        /// Every series, by id.
        series: Arc<[SeriesInfo]>,
        /// How a person reads units.
        units: Units,
    },
}

impl Question {
    /// Whether this one takes the place of `other`.
    fn replaces(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Chart { view, .. }, Self::Chart { view: same, .. }) => view == same,
            (Self::Moment(_), Self::Moment(_))
            | (Self::Compare { .. }, Self::Compare { .. })
            | (Self::Trail { .. }, Self::Trail { .. })
            | (Self::Backtest { .. }, Self::Backtest { .. }) => true,
            _ => false,
        }
    }
}

/// What came of a question.
#[derive(Debug)]
pub enum Answer {
    /// Curves for a chart.
    Chart {
        /// Which chart.
        view: ViewId,
        /// Number of the question.
        ticket: u64,
        /// The curves, or why there are none.
        found: Result<StoredCurves, String>,
    },
    /// One moment.
    Moment(Result<PastMoment, String>),
    /// A rule over the past.
    Backtest(Box<Backtest>),
    /// The past day of series, in buckets of a minute at most, or why there are none.
    Trail(Result<Vec<(SeriesKey, Vec<Bucket>)>, String>),
    /// Two periods side by side.
    Comparison {
        /// What was asked.
        request: CompareRequest,
        /// What was found, or why nothing was.
        found: Result<Comparison, String>,
    },
}

#[derive(Default)]
struct Waiting {
    queries: VecDeque<Query>,
    is_closed: bool,
    n_refused: u64,
}

/// The questions that wait for one thread.
#[derive(Clone, Default)]
pub struct QueryQueue {
    shared: Arc<(Mutex<Waiting>, Condvar)>,
}

impl QueryQueue {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a question, in the place of an older one of the same kind if such a one waits; given back where
    /// there is no room, which is counted.
    ///
    /// # Errors
    /// The question, where there is no room.
    pub fn put(&self, query: Query) -> Result<(), Box<Query>> {
        let mut waiting = self.waiting();
        if let Some(older) = waiting.queries.iter_mut().find(|older| query.question.replaces(&older.question)) {
            *older = query;
        } else if waiting.queries.len() >= QUERY_CAPACITY || waiting.is_closed {
            waiting.n_refused += 1;
            return Err(Box::new(query));
        } else {
            waiting.queries.push_back(query);
        }
        drop(waiting);
        self.shared.1.notify_one();
        Ok(())
    }

    /// Takes the oldest question, waiting for one; `None` once the queue is closed.
    fn take(&self) -> Option<Query> {
        let mut waiting = self.waiting();
        loop {
            if waiting.is_closed {
                return None;
            }
            if let Some(query) = waiting.queries.pop_front() {
                return Some(query);
            }
            waiting = self.shared.1.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Ends the thread after the question it is at; what waits is not answered.
    pub fn close(&self) {
        self.waiting().is_closed = true;
        self.shared.1.notify_all();
    }

    /// Questions waiting, and how many found no room so far.
    pub fn lengths(&self) -> (usize, u64) {
        let waiting = self.waiting();
        (waiting.queries.len(), waiting.n_refused)
    }

    /// Whether the answer being worked out would be of no use: the program ends, or was asked something newer.
    fn is_overtaken(&self) -> bool {
        let waiting = self.waiting();
        let is_long = |q: &Query| matches!(q.question, Question::Compare { .. } | Question::Backtest { .. });
        waiting.is_closed || waiting.queries.iter().any(is_long)
    }
}

/// Runs until the queue is closed. A question that breaks down has no answer and costs no other.
pub fn run(queue: &QueryQueue, worker: &'static str, inputs: &Inputs) {
    while let Some(query) = queue.take() {
        let answered = catch_unwind(AssertUnwindSafe(|| answer(query.clone(), &mut UntilOvertaken(queue))));
        let answer = answered.unwrap_or_else(|panic| {
            let why = panic_text(&*panic);
            inputs.send(Input::WorkerDied { worker, probe: None, why: why.clone() });
            Some(failed(query.question, why))
        });
        if let Some(answer) = answer {
            inputs.send(Input::Answer(Box::new(answer)));
        }
    }
}

/// Answers a question; `None` where a newer one has overtaken it.
pub fn answer(query: Query, progress: &mut dyn Progress) -> Option<Answer> {
    let Query { history, question } = query;
    Some(match question {
        Question::Chart { view, ticket, keys, cut } => {
            let found = history.curves(&keys, &cut).map_err(|e| e.to_string());
            Answer::Chart { view, ticket, found }
        }
        Question::Moment(question) => {
            Answer::Moment(past_moment(Some(&*history), &question).map_err(|e| e.to_string()))
        }
        Question::Backtest { request, series, now } => {
            match backtest(&*history, &request, &series, now, progress) {
                Ok(found) => Answer::Backtest(Box::new(found)),
                // A newer question waits.
                Err(HistoryError::Cancelled(_)) => return None,
                Err(e) => {
                    let state = BacktestState::Failed(e.to_string().into());
                    Answer::Backtest(Box::new(backtesting::failed(&request, now, state)))
                }
            }
        }
        Question::Trail { keys, until } => Answer::Trail(past_day(&*history, keys, until).map_err(|e| e.to_string())),
        Question::Compare { request, series, units } => {
            let found = compare_periods(&*history, &request, &series, &units, progress);
            if progress.step(None, "").is_err() {
                return None;
            }
            Answer::Comparison { request, found: found.map_err(|e| e.to_string()) }
        }
    })
}

fn failed(question: Question, why: String) -> Answer {
    match question {
        Question::Chart { view, ticket, .. } => Answer::Chart { view, ticket, found: Err(why) },
        Question::Moment(_) => Answer::Moment(Err(why)),
        Question::Backtest { request, now, .. } => {
            Answer::Backtest(Box::new(backtesting::failed(&request, now, BacktestState::Failed(why.into()))))
        }
        Question::Trail { .. } => Answer::Trail(Err(why)),
        Question::Compare { request, .. } => Answer::Comparison { request, found: Err(why) },
    }
}

/// The day before `until` of each series, in buckets of a minute.
fn past_day(
    history: &dyn HistoryRead,
    keys: Vec<SeriesKey>,
    until: Timestamp,
) -> Result<Vec<(SeriesKey, Vec<Bucket>)>, HistoryError> {
    const DAY: Duration = Duration::from_secs(86_400);
    // A point for each minute of the day: the tier of minutes has a bucket for each.
    let cut = CurveCut { range: TimeRange::ending_at(until, DAY), width_px: 24 * 60 };
    let found = history.curves(&keys, &cut)?;
    Ok(keys.into_iter().zip(found.curves).collect())
}

/// Ends the work once a newer question waits.
struct UntilOvertaken<'a>(&'a QueryQueue);

impl Progress for UntilOvertaken<'_> {
    fn step(&mut self, _done_ratio: Option<f32>, _text: &str) -> Result<(), Cancelled> {
        if self.0.is_overtaken() { Err(Cancelled) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fake_history::FakeHistory;

    fn query(view: u64, ticket: u64) -> Query {
        let at = Timestamp::from_millis(0);
        let cut = CurveCut { range: TimeRange { start: at, end: at }, width_px: 1 };
        let question = Question::Chart { view: ViewId(view), ticket, keys: Vec::new(), cut };
        Query { history: Arc::new(FakeHistory::default()), question }
    }

    fn take(queue: &QueryQueue) -> Option<(u64, u64)> {
        match queue.take()?.question {
            Question::Chart { view, ticket, .. } => Some((view.0, ticket)),
            _ => None,
        }
    }

    #[test]
    fn of_one_chart_only_the_newest_question_waits_and_it_keeps_its_turn() {
        let queue = QueryQueue::default();
        for (view, ticket) in [(1, 1), (2, 2), (1, 3), (1, 4)] {
            assert!(queue.put(query(view, ticket)).is_ok());
        }
        assert_eq!(queue.lengths(), (2, 0));
        assert_eq!((take(&queue), take(&queue)), (Some((1, 4)), Some((2, 2))));
        queue.close();
        assert_eq!(take(&queue), None);
    }

    #[test]
    fn questions_beyond_the_bound_are_given_back_and_counted() {
        let queue = QueryQueue::default();
        let n_taken = (0..100).filter(|view| queue.put(query(*view, 0)).is_ok()).count();
        assert_eq!((n_taken, queue.lengths()), (QUERY_CAPACITY, (QUERY_CAPACITY, 100 - QUERY_CAPACITY as u64)));
    }
}
