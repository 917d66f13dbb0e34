//! How long it is waited before a request is tried again.

use std::time::Duration;

/// How patient sending is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Time before the second try; each further one waits twice as long.
    pub first: Duration,
    /// Longest time between two tries.
    pub most: Duration,
    /// Longest time that a server may ask to be left alone for.
    pub most_asked: Duration,
    /// A failure is told of from this try on.
    pub told_from: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            most: Duration::from_secs(60),
            most_asked: Duration::from_secs(3600),
            told_from: 3,
        }
    }
}

impl Patience {
    /// Time before the next try after `n_failed` failures, at `chance` (0 to 1): between half of the full time and all of
    /// it, so that many machines do not come back at once. What the server asked for is waited in full.
    pub fn pause(&self, n_failed: u32, asked: Option<Duration>, chance: f64) -> Duration {
        let full = self.first.saturating_mul(1 << n_failed.saturating_sub(1).min(20)).min(self.most);
        let own = full.mul_f64(0.5 + 0.5 * chance.clamp(0.0, 1.0));
        asked.map_or(own, |asked| asked.min(self.most_asked).max(own))
    }
}

/// A number from 0 to 1 by chance.
pub fn chance() -> f64 {
    let mut bytes = [0; 4];
    // Without randomness all wait the full time.
    getrandom::fill(&mut bytes).map_or(1.0, |()| f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_bound_and_honour_what_was_asked() {
        let patience = Patience::default();
        let seconds =
            |n, asked: Option<u64>, chance| patience.pause(n, asked.map(Duration::from_secs), chance).as_secs_f64();
        for (n, asked, chance, expect) in [
            (1, None, 1.0, 1.0),
            (1, None, 0.0, 0.5),
            (2, None, 1.0, 2.0),
            (4, None, 0.5, 6.0),
            (7, None, 1.0, 60.0),
            (u32::MAX, None, 1.0, 60.0),
            (1, Some(30), 0.3, 30.0),
            (10, Some(1), 1.0, 60.0),
            (1, Some(1_000_000), 0.3, 3600.0),
        ] {
            assert_eq!(seconds(n, asked, chance), expect, "{n} {asked:?} {chance}");
        }
        let all: Vec<f64> = (0..64).map(|_| chance()).collect();
        assert!(all.iter().all(|c| (0.0..=1.0).contains(c)) && all.windows(2).any(|two| two[0] != two[1]), "{all:?}");
    }
}
