//! A way to close the window from another thread, such as the one that hears Ctrl-C.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set once, by anyone; the window looks at it and is woken by it.
#[derive(Default)]
pub struct StopSignal {
    is_stopped: AtomicBool,
    wake: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

impl StopSignal {
    /// Closes the window soon.
    pub fn stop(&self) {
        self.is_stopped.store(true, Ordering::Release);
        if let Some(wake) = self.wake.get() {
            wake();
        }
    }

    /// Whether the window is to close.
    pub fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Acquire)
    }

    /// Sets what wakes the window. Only the first call counts.
    pub(super) fn on_stop(&self, wake: impl Fn() + Send + Sync + 'static) {
        let _ = self.wake.set(Box::new(wake));
    }
}
