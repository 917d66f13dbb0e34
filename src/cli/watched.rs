//! Long work on the command line: progress on standard error where a person watches, and Ctrl-C that leaves nothing
//! behind.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::store::progress::{Cancelled, Progress};

/// Time before the first word and between two of them.
const EVERY: Duration = Duration::from_millis(500);

/// Work that a person watches in a terminal, or nobody does.
#[derive(Debug)]
pub struct Watched {
    is_cancelled: Arc<AtomicBool>,
    is_terminal: bool,
    told_at: Instant,
    has_told: bool,
}

impl Watched {
    /// Work that begins now. Ctrl-C ends it from here on.
    pub fn begin() -> Self {
        let is_cancelled = Arc::new(AtomicBool::new(false));
        let heard = is_cancelled.clone();
        // Without a handler Ctrl-C still ends the program; unfinished files then stay beside their place.
        let _ = ctrlc::set_handler(move || heard.store(true, Ordering::Relaxed));
        Self { is_cancelled, is_terminal: io::stderr().is_terminal(), told_at: Instant::now(), has_told: false }
    }

    fn tell(&mut self, line: &str) {
        self.told_at = Instant::now();
        self.has_told = true;
        let mut out = io::stderr().lock();
        let _ = write!(out, "\r\x1b[2K{line}").and_then(|()| out.flush());
    }
}

impl Progress for Watched {
    fn step(&mut self, done_ratio: Option<f32>, text: &str) -> Result<(), Cancelled> {
        if self.is_cancelled.load(Ordering::Relaxed) {
            return Err(Cancelled);
        }
        if self.is_terminal && self.told_at.elapsed() >= EVERY {
            let share = done_ratio.map(|ratio| format!("{:3.0} %  ", ratio * 100.0)).unwrap_or_default();
            self.tell(&format!("{share}{text}"));
        }
        Ok(())
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if self.has_told {
            self.tell("");
        }
    }
}
