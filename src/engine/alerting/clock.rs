//! One monotonic time for rules, out of the times of the sources. It never goes back, whatever a source does.

use std::time::Duration;

use crate::alert::GAP_INTERVALS;
use crate::model::SourceId;

/// The time of rules.
#[derive(Debug, Default)]
pub struct Clock {
    now: Duration,
    sources: Vec<Source>,
}

/// Where a source's own time stands in the time of rules.
#[derive(Debug)]
struct Source {
    id: SourceId,
    /// Its own time at its last batch.
    last: Duration,
    /// Its own time at some moment, and the time of rules then.
    origin: (Duration, Duration),
}

impl Clock {
    /// The newest time.
    pub fn now(&self) -> Duration {
        self.now
    }

    /// The time of a batch that a source sent at its own time `elapsed`. A source whose time began anew has lost some
    /// time that nobody knows, which is a gap.
    pub fn take(&mut self, id: SourceId, elapsed: Duration, interval: Duration) -> Duration {
        let now = self.now;
        match self.sources.iter_mut().find(|source| source.id == id) {
            None => self.sources.push(Source { id, last: elapsed, origin: (elapsed, now) }),
            Some(source) => {
                if elapsed < source.last {
                    source.origin = (elapsed, now + interval * (GAP_INTERVALS + 1));
                }
                source.last = elapsed;
                let (own, then) = source.origin;
                self.now = now.max(then + (elapsed - own));
            }
        }
        self.now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_with_each_source_and_never_back() {
        let mut clock = Clock::default();
        let second = Duration::from_secs(1);
        let mut times = Vec::new();
        for (source, elapsed) in [("a", 100), ("a", 101), ("b", 7), ("b", 8), ("a", 102), ("a", 0), ("a", 1), ("b", 15)]
        {
            times.push(clock.take(SourceId(source), second * elapsed, second).as_secs());
        }
        // a began anew after 102: four intervals of gap. b has seen 8 s pass since it joined.
        assert_eq!(times, [0, 1, 1, 2, 2, 6, 7, 9]);
    }
}
