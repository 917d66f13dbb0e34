//! The word that the program ends, which those who wait hear at once.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Shared by all who wait.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<(Mutex<bool>, Condvar)>);

impl Stop {
    /// Says it.
    pub fn say(&self) {
        let (said, heard) = &*self.0;
        *said.lock().unwrap_or_else(PoisonError::into_inner) = true;
        heard.notify_all();
    }

    /// Whether it was said.
    pub fn is_said(&self) -> bool {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits so long, or until it is said; tells whether it was.
    pub fn wait(&self, span: Duration) -> bool {
        let (said, heard) = &*self.0;
        let until = Instant::now() + span;
        let mut is_said = said.lock().unwrap_or_else(PoisonError::into_inner);
        while !*is_said {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            (is_said, _) = heard.wait_timeout(is_said, left).unwrap_or_else(PoisonError::into_inner);
        }
        *is_said
    }
}
