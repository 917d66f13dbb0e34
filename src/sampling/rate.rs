//! Counters become rates: the growth between two readings over the measured time between them.
//!
//! Never negative. The first reading, a counter that went back and time that stood still give nothing, so that a
//! restart or a new device is a break in the line and not a spike.

use std::time::Duration;

/// What a counter did between two readings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// How much it grew.
    pub growth: u64,
    /// Time between the readings, greater than zero.
    pub seconds: f64,
}

impl Step {
    /// Growth each second.
    pub fn per_second(self) -> f64 {
        self.growth as f64 / self.seconds
    }
}

/// One counter's last reading.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rate {
    last: Option<(u64, Duration)>,
    /// The number after which the counter starts from 0 again, where that is known.
    wraps_after: Option<u64>,
}

impl Rate {
    /// A counter known to start from 0 again after `greatest`.
    pub fn wrapping_after(greatest: u64) -> Self {
        Self { last: None, wraps_after: Some(greatest) }
    }

    /// A counter that the kernel is known to keep in 32 bits.
    pub fn of_32_bits() -> Self {
        Self::wrapping_after(u64::from(u32::MAX))
    }

    /// Takes a reading made at `at` on the monotonic clock; gives the step since the one before.
    pub fn step(&mut self, value: u64, at: Duration) -> Option<Step> {
        let (before, then) = self.last.replace((value, at))?;
        let seconds = at.checked_sub(then).filter(|span| !span.is_zero())?.as_secs_f64();
        let growth = match value.checked_sub(before) {
            Some(growth) => growth,
            None => self.wrapped(before, value)?,
        };
        Some(Step { growth, seconds })
    }

    /// Takes a reading, and gives the growth each second.
    pub fn per_second(&mut self, value: u64, at: Duration) -> Option<f64> {
        self.step(value, at).map(Step::per_second)
    }

    /// Forgets the last reading: the next one is a first reading again.
    pub fn forget(&mut self) {
        self.last = None;
    }

    /// The growth over a wrap. More than half the counter's range in one step is a counter that was set back instead.
    fn wrapped(&self, before: u64, value: u64) -> Option<u64> {
        let greatest = self.wraps_after.filter(|greatest| before <= *greatest)?;
        let growth = (greatest - before).checked_add(value)?.checked_add(1)?;
        (growth <= greatest / 2).then_some(growth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MAX32: u64 = u32::MAX as u64;

    /// Readings as (milliseconds, value), and the rates they give.
    fn check(mut rate: Rate, readings: &[(u64, u64)], expect: &[Option<f64>]) {
        let rates: Vec<Option<f64>> =
            readings.iter().map(|(ms, value)| rate.per_second(*value, Duration::from_millis(*ms))).collect();
        assert_eq!(rates, expect, "{readings:?}");
    }

    #[test]
    fn a_rate_is_growth_over_measured_time() {
        check(
            Rate::default(),
            &[(0, 1000), (1000, 1500), (3000, 1500), (3250, 1501)],
            &[None, Some(500.0), Some(0.0), Some(4.0)],
        );
    }

    #[test]
    fn going_back_and_standing_still_give_nothing() {
        check(
            Rate::default(),
            &[(0, 1000), (1000, 10), (2000, 20), (2000, 30), (3000, 40)],
            &[None, None, Some(10.0), None, Some(10.0)],
        );
    }

    #[test]
    fn a_wrap_is_bridged_only_where_it_is_known() {
        let readings = [(0, MAX32 - 9), (1000, 10)];
        check(Rate::default(), &readings, &[None, None]);
        check(Rate::of_32_bits(), &readings, &[None, Some(20.0)]);
        check(Rate::of_32_bits(), &[(0, 5000), (1000, 10)], &[None, None]);
        check(Rate::of_32_bits(), &[(0, MAX32 + 1), (1000, 10)], &[None, None]);
        check(Rate::wrapping_after(999), &[(0, 990), (1000, 9)], &[None, Some(19.0)]);
    }

    #[test]
    fn after_forgetting_the_next_reading_is_a_first() {
        let mut rate = Rate::default();
        rate.per_second(1, Duration::ZERO);
        rate.forget();
        assert_eq!(rate.per_second(9, Duration::from_secs(1)), None);
    }

    proptest! {
        #[test]
        fn a_rate_is_never_negative_nor_without_end(
            readings in proptest::collection::vec((any::<u64>(), 0u64..10_000), 0..20),
            wraps in proptest::option::of(any::<u64>()),
        ) {
            let mut rate = wraps.map_or_else(Rate::default, Rate::wrapping_after);
            for (value, ms) in readings {
                if let Some(per_second) = rate.per_second(value, Duration::from_millis(ms)) {
                    prop_assert!(per_second >= 0.0 && per_second.is_finite());
                }
            }
        }
    }
}
