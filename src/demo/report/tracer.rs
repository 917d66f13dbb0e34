//! Which traces are told: a share of all, at most so many each second; every one with an error; and the slowest of each
//! turn. What waits is bounded.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::span::Trace;
use crate::demo::clock::random_share;
use crate::demo::meter::Counter;

/// Traces of the share that are told each second at most.
const MOST_A_SECOND: u32 = 20;
/// Slowest traces of a turn.
const N_SLOWEST: usize = 3;
/// Traces that wait at most.
const MOST_WAITING: usize = 2_000;
/// A trace is among the slowest only beyond this.
const SLOW: Duration = Duration::from_millis(1);

struct Waiting {
    traces: VecDeque<Trace>,
    slowest: Vec<(u64, Trace)>,
    second: Instant,
    n_this_second: u32,
}

/// Traces on their way.
pub struct Tracer {
    share: f64,
    /// Nanoseconds beyond which a trace is among the slowest of this turn.
    floor: AtomicU64,
    waiting: Mutex<Waiting>,
    /// Traces that were dropped because too many waited.
    pub dropped: Counter,
}

impl Tracer {
    /// One that tells this share of all.
    pub fn new(share: f64) -> Self {
        let waiting =
            Waiting { traces: VecDeque::new(), slowest: Vec::new(), second: Instant::now(), n_this_second: 0 };
        Self { share, floor: AtomicU64::new(nanos(SLOW)), waiting: Mutex::new(waiting), dropped: Counter::default() }
    }

    /// A trace that begins here.
    pub fn begin(&self) -> Trace {
        Trace::new(self.share > 0.0 && random_share() < self.share)
    }

    /// Whether a request that ended so is told or may be: the spans of others need not be made.
    pub fn wants(&self, trace: &Trace, took: Duration, is_error: bool) -> bool {
        trace.is_sampled || is_error || nanos(took) > self.floor.load(Relaxed)
    }

    /// Takes a trace that ended.
    pub fn end(&self, trace: Trace, took: Duration, is_error: bool) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if is_error {
            return self.put(&mut waiting, trace);
        }
        if trace.is_sampled {
            if waiting.second.elapsed() >= Duration::from_secs(1) {
                (waiting.second, waiting.n_this_second) = (Instant::now(), 0);
            }
            if waiting.n_this_second < MOST_A_SECOND {
                waiting.n_this_second += 1;
                return self.put(&mut waiting, trace);
            }
        }
        let took = nanos(took);
        if took > self.floor.load(Relaxed) {
            waiting.slowest.push((took, trace));
            waiting.slowest.sort_by_key(|(took, _)| std::cmp::Reverse(*took));
            waiting.slowest.truncate(N_SLOWEST);
            if let Some((least, _)) = waiting.slowest.get(N_SLOWEST - 1) {
                self.floor.store(*least, Relaxed);
            }
        }
    }

    fn put(&self, waiting: &mut Waiting, trace: Trace) {
        if waiting.traces.len() >= MOST_WAITING {
            waiting.traces.pop_front();
            self.dropped.add();
        }
        waiting.traces.push_back(trace);
    }

    /// What is to be told now, at most so many traces. A new turn begins for the slowest.
    pub fn take(&self, most: usize) -> Vec<Trace> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let slowest = std::mem::take(&mut waiting.slowest);
        self.floor.store(nanos(SLOW), Relaxed);
        for (_, trace) in slowest {
            self.put(&mut waiting, trace);
        }
        let n = waiting.traces.len().min(most);
        waiting.traces.drain(..n).collect()
    }

    /// Takes back what could not be told; what does not fit any more is dropped and counted.
    pub fn put_back(&self, traces: Vec<Trace>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for trace in traces.into_iter().rev() {
            if waiting.traces.len() >= MOST_WAITING {
                self.dropped.add();
            } else {
                waiting.traces.push_front(trace);
            }
        }
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn errors_and_the_slowest_are_told_and_the_rest_by_share() {
        let tracer = Tracer::new(0.0);
        for ms in 2..200 {
            let trace = tracer.begin();
            assert!(!trace.is_sampled);
            if tracer.wants(&trace, ms * MS, ms == 50) {
                tracer.end(trace, ms * MS, ms == 50);
            }
        }
        assert_eq!(tracer.take(100).len(), 1 + N_SLOWEST);
        let fast = tracer.begin();
        assert!(!tracer.wants(&fast, MS / 2, false) && tracer.wants(&fast, MS / 2, true));

        let tracer = Tracer::new(1.0);
        for _ in 0..100 {
            tracer.end(tracer.begin(), MS / 2, false);
        }
        let n = tracer.take(100).len();
        // The second may turn while the test runs.
        assert!((MOST_A_SECOND as usize..=2 * MOST_A_SECOND as usize).contains(&n), "{n}");
    }

    #[test]
    fn what_waits_is_bounded_and_counted() {
        let tracer = Tracer::new(0.0);
        for _ in 0..MOST_WAITING + 5 {
            tracer.end(tracer.begin(), MS, true);
        }
        assert_eq!(tracer.dropped.get(), 5);
        let taken = tracer.take(10);
        let first = taken[0].id;
        tracer.put_back(taken);
        assert_eq!((tracer.take(1)[0].id, tracer.dropped.get()), (first, 5));
    }
}
