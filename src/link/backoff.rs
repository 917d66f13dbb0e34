//! How long to wait before the next try: longer each time, and never all at once.

use std::time::Duration;

/// Before the second try.
const FIRST: Duration = Duration::from_millis(500);
/// The longest.
const LONGEST: Duration = Duration::from_secs(30);
/// Where the other side refuses, a person has to do something first.
pub const AFTER_REFUSAL: Duration = Duration::from_secs(30);

/// Waits that double from half a second to half a minute, each made shorter at random by up to a half, so that many
/// windows do not come back in one moment.
#[derive(Debug, Default)]
pub struct Backoff {
    n_failed: u32,
}

impl Backoff {
    /// The wait before the next try; `random` is anything from 0 to 255.
    pub fn next(&mut self, random: u8) -> Duration {
        let whole = FIRST.saturating_mul(1 << self.n_failed.min(10)).min(LONGEST);
        self.n_failed = self.n_failed.saturating_add(1);
        whole.mul_f64(1.0 - f64::from(random) / 512.0)
    }

    /// It went well.
    pub fn reset(&mut self) {
        self.n_failed = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_half_a_minute_and_begin_anew() {
        let mut backoff = Backoff::default();
        let waits: Vec<u128> = (0..9).map(|_| backoff.next(0).as_millis()).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
        assert_eq!(backoff.next(128).as_millis(), 22_500);
        backoff.reset();
        assert_eq!(backoff.next(255).as_millis(), 250);
    }
}
