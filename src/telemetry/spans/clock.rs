//! A clock that never goes back, out of wall times that may.

use super::service::Now;
use super::window::SLICE_MS;
use crate::model::Timestamp;

/// A step back of at most this is two threads that overtook each other, ms; a longer one is a clock that was set.
const OVERTAKEN_MS: i64 = 2_000;

/// A clock that never goes back.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    newest: Option<Timestamp>,
    /// What is added to wall time, ms.
    shift: i64,
    millis: i64,
}

impl Clock {
    /// Hears of the time.
    pub fn hear(&mut self, at: Timestamp) {
        if let Some(newest) = self.newest {
            let back = newest.as_millis().saturating_sub(at.as_millis());
            if back > OVERTAKEN_MS {
                self.shift = self.shift.saturating_add(back);
                self.newest = Some(at);
            }
        }
        self.newest = Some(self.newest.map_or(at, |newest| newest.max(at)));
        self.millis = self.millis.max(at.as_millis().saturating_add(self.shift));
    }

    /// Milliseconds that never go down.
    pub fn millis(&self) -> i64 {
        self.millis
    }

    /// The newest moment heard of.
    pub fn now(&self) -> Now {
        Now { at: self.newest.unwrap_or_default(), slice: self.millis.div_euclid(SLICE_MS) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_on_when_wall_time_is_set_back() {
        let mut clock = Clock::default();
        let mut heard = |at: i64| {
            clock.hear(Timestamp::from_millis(at));
            (clock.millis(), clock.now().at.as_millis())
        };
        assert_eq!(heard(10_000), (10_000, 10_000));
        assert_eq!(heard(9_500), (10_000, 10_000), "overtaken");
        assert_eq!(heard(1_000), (10_000, 1_000), "set back");
        assert_eq!(heard(3_000), (12_000, 3_000));
        assert_eq!(heard(50_000), (59_000, 50_000), "set forth");
    }
}
