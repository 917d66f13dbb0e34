//! The absolute schedule of passes: ticks stand at multiples of the interval, late ones are skipped and counted.

use std::time::Duration;

/// Where the ticks stand. Pure: time comes in as monotonic time since some fixed start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    interval: Duration,
    next: Duration,
    skipped: u64,
}

impl Schedule {
    /// A schedule whose first tick is due at `now`.
    pub fn starting_at(now: Duration, interval: Duration) -> Self {
        Self { interval: interval.max(Duration::from_millis(1)), next: now, skipped: 0 }
    }

    /// Ticks skipped so far.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Time left until the next tick; zero when it is due.
    pub fn wait(&self, now: Duration) -> Duration {
        self.next.saturating_sub(now)
    }

    /// Takes the tick that is due and sets the next one: the first multiple of the interval after `now`.
    pub fn take(&mut self, now: Duration) {
        let late = now.saturating_sub(self.next);
        let n_missed = u64::try_from(late.as_nanos() / self.interval.as_nanos()).unwrap_or(u64::MAX);
        self.skipped = self.skipped.saturating_add(n_missed);
        let steps = u32::try_from(n_missed.saturating_add(1)).unwrap_or(u32::MAX);
        self.next += self.interval.saturating_mul(steps);
    }

    /// Changes the interval; the next tick comes at most one new interval from `now`.
    pub fn set_interval(&mut self, now: Duration, interval: Duration) {
        self.interval = interval.max(Duration::from_millis(1));
        self.next = self.next.min(now + self.interval);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn ticks_keep_their_places_and_late_ones_are_skipped() {
        let mut schedule = Schedule::starting_at(ms(0), ms(1000));
        for (taken_at, next_wait, skipped) in
            [(0, 1000, 0), (1003, 997, 0), (2400, 600, 0), (5100, 900, 2), (6000, 1000, 2)]
        {
            schedule.take(ms(taken_at));
            assert_eq!((schedule.wait(ms(taken_at)), schedule.skipped()), (ms(next_wait), skipped), "at {taken_at}");
        }
    }

    #[test]
    fn a_shorter_interval_takes_hold_at_once() {
        let mut schedule = Schedule::starting_at(ms(0), ms(10_000));
        schedule.take(ms(0));
        schedule.set_interval(ms(100), ms(250));
        assert_eq!(schedule.wait(ms(100)), ms(250));
    }
}
