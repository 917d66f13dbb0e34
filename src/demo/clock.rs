//! The time since 1970 in nanoseconds, that never goes back while the process lives; and random numbers, one generator a
//! thread.

use std::cell::Cell;
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// When the process was first asked for the time.
struct Anchor {
    instant: Instant,
    unix: Duration,
}

fn anchor() -> &'static Anchor {
    static ANCHOR: OnceLock<Anchor> = OnceLock::new();
    ANCHOR.get_or_init(|| Anchor {
        instant: Instant::now(),
        unix: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
    })
}

/// An instant as nanoseconds since 1970.
pub fn unix_nanos(instant: Instant) -> u64 {
    let anchor = anchor();
    let since = match instant.checked_duration_since(anchor.instant) {
        Some(later) => anchor.unix + later,
        None => anchor.unix.saturating_sub(anchor.instant.duration_since(instant)),
    };
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// A random number. Xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled"),
/// begun from the system's randomness; for loads and ids, not for secrets.
pub fn random() -> u64 {
    thread_local! {
        static STATE: Cell<u64> = Cell::new(seed());
    }
    STATE.with(|state| {
        let mut x = state.get();
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        state.set(x);
        x.wrapping_mul(0x2545_F491_4F6C_DD1D)
    })
}

/// A random number from 0 up to but without 1.
pub fn random_share() -> f64 {
    (random() >> 11) as f64 / (1u64 << 53) as f64
}

fn seed() -> u64 {
    let mut bytes = [0; 8];
    match getrandom::fill(&mut bytes) {
        Ok(()) => u64::from_le_bytes(bytes) | 1,
        // Ids may then be those of another thread: nothing else depends on it.
        Err(_) => unix_nanos(Instant::now()) | 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_and_shares_are_spread() {
        let (a, b) = (Instant::now(), Instant::now() + Duration::from_millis(5));
        assert!(unix_nanos(b) - unix_nanos(a) >= 5_000_000);
        let shares: Vec<f64> = (0..1_000).map(|_| random_share()).collect();
        assert!(shares.iter().all(|share| (0.0..1.0).contains(share)));
        let mean = shares.iter().sum::<f64>() / 1_000.0;
        assert!((0.4..0.6).contains(&mean), "{mean}");
    }
}
