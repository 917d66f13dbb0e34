//! The closed traces of a service, in the order in which they have to go.

use std::collections::{BTreeSet, VecDeque};

use super::{Class, Traces};
use crate::telemetry::spans::id::TraceId;

/// The traces whose root is of a service.
#[derive(Debug, Default)]
pub struct Owner {
    /// Bytes of all of them, open ones included.
    pub bytes: usize,
    /// Traces that pass through the service.
    pub n_passing: u32,
    /// Id and stamp, the oldest first.
    ordinary: VecDeque<(TraceId, u32)>,
    n_ordinary: usize,
    failed: VecDeque<(TraceId, u32)>,
    n_failed: usize,
    failed_bytes: usize,
    /// By their duration, ns.
    slow: BTreeSet<(u64, TraceId)>,
    slow_bytes: usize,
}

impl Owner {
    /// Whether nothing of the service is kept.
    pub fn is_empty(&self) -> bool {
        self.bytes == 0 && self.n_passing == 0
    }

    /// Takes in a trace that was closed.
    pub fn put_in(&mut self, class: Class, id: TraceId, stamp: u32, bytes: usize) {
        if class == Class::Failed {
            self.failed.push_back((id, stamp));
            self.n_failed += 1;
            self.failed_bytes += bytes;
        } else {
            self.ordinary.push_back((id, stamp));
            self.n_ordinary += 1;
        }
    }

    /// Removes void entries where they are the most: traces that were opened again leave some.
    pub fn compact(&mut self, traces: &Traces) {
        for (class, queue, n) in
            [(Class::Ordinary, &mut self.ordinary, self.n_ordinary), (Class::Failed, &mut self.failed, self.n_failed)]
        {
            if queue.len() > 2 * n + 64 {
                queue.retain(|(id, stamp)| traces.get(id).is_some_and(|trace| trace.is_as(class, *stamp)));
            }
        }
    }

    /// Forgets a trace of this class; its entry in a queue becomes void with its stamp.
    pub fn take_out(&mut self, class: Class, id: TraceId, duration: u64, bytes: usize) {
        match class {
            Class::Open => {}
            Class::Ordinary => self.n_ordinary -= 1,
            Class::Failed => {
                self.n_failed -= 1;
                self.failed_bytes -= bytes;
            }
            Class::Slow => {
                self.slow.remove(&(duration, id));
                self.slow_bytes -= bytes;
            }
        }
    }

    /// The trace that has to go first, where the service's fair share is so many bytes; `None` where it holds no more
    /// than what is to be kept longest.
    ///
    /// Half of the share is for failed ones, a quarter for the slowest: what is older than there is room for becomes a
    /// candidate for the slowest, and the fastest of these goes.
    pub fn victim(&mut self, share: usize, traces: &mut Traces) -> Option<TraceId> {
        loop {
            if self.slow_bytes > share / 4 {
                return self.slow.first().map(|(_, id)| *id);
            }
            let (own, queue) = if self.failed_bytes > share / 2 {
                (Class::Failed, &mut self.failed)
            } else {
                (Class::Ordinary, &mut self.ordinary)
            };
            let (id, stamp) = queue.pop_front()?;
            let Some(trace) = traces.get_mut(&id).filter(|trace| trace.is_as(own, stamp)) else { continue };
            let (duration, bytes) = (trace.duration(), trace.bytes);
            trace.class = Class::Slow;
            self.take_out(own, id, duration, bytes);
            self.slow.insert((duration, id));
            self.slow_bytes += bytes;
        }
    }

    /// The trace that has to go where nothing but what is to be kept longest is left.
    pub fn last_resort(&mut self, traces: &Traces) -> Option<TraceId> {
        if let Some((_, id)) = self.slow.first()
            && self.slow_bytes * 2 > self.failed_bytes
        {
            return Some(*id);
        }
        while let Some((id, stamp)) = self.failed.pop_front() {
            if traces.get(&id).is_some_and(|trace| trace.is_as(Class::Failed, stamp)) {
                return Some(id);
            }
        }
        self.slow.first().map(|(_, id)| *id)
    }
}
