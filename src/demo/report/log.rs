//! The log: lines to standard output, and the same to whom the service reports. A flood is cut and counted.

use std::collections::VecDeque;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::demo::clock::unix_nanos;
use crate::demo::limits::Level;
use crate::demo::meter::Counter;

/// Lines each second at most.
const MOST_A_SECOND: u32 = 50;
/// Lines that wait at most.
const MOST_WAITING: usize = 1_000;

/// A line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// When it was written, ns since 1970.
    pub at: u64,
    /// How grave it is.
    pub level: Level,
    /// What it says.
    pub text: String,
    /// Its trace; 0 is none.
    pub trace: u128,
    /// Its span; 0 is none.
    pub span: u64,
}

struct Waiting {
    lines: VecDeque<Line>,
    second: Instant,
    n_this_second: u32,
    n_cut: u64,
}

/// The log of a service.
pub struct Log {
    service: &'static str,
    least: Level,
    prints: bool,
    waiting: Mutex<Waiting>,
    /// Lines that were left out, or dropped because too many waited.
    pub dropped: Counter,
}

impl Log {
    /// One that takes lines from this level on, and writes them to standard output if it `prints`.
    pub fn new(service: &'static str, least: Level, prints: bool) -> Self {
        let waiting = Waiting { lines: VecDeque::new(), second: Instant::now(), n_this_second: 0, n_cut: 0 };
        Self { service, least, prints, waiting: Mutex::new(waiting), dropped: Counter::default() }
    }

    /// Writes a line that belongs to no request.
    pub fn say(&self, level: Level, text: impl FnOnce() -> String) {
        self.say_of((0, 0), level, text);
    }

    /// Writes a line of a request, by its trace and span.
    pub fn say_of(&self, (trace, span): (u128, u64), level: Level, text: impl FnOnce() -> String) {
        if level < self.least {
            return;
        }
        let now = Instant::now();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines = Vec::with_capacity(1);
        if now.duration_since(waiting.second) >= Duration::from_secs(1) {
            let n_cut = std::mem::take(&mut waiting.n_cut);
            (waiting.second, waiting.n_this_second) = (now, 0);
            if n_cut > 0 {
                let text = format!("{n_cut} more lines were left out");
                lines.push(Line { at: unix_nanos(now), level: Level::Warn, text, trace: 0, span: 0 });
            }
        }
        if waiting.n_this_second < MOST_A_SECOND {
            waiting.n_this_second += 1;
            lines.push(Line { at: unix_nanos(now), level, text: text(), trace, span });
        } else {
            waiting.n_cut += 1;
            self.dropped.add();
        }
        lines.iter().for_each(|line| self.put(&mut waiting, line.clone()));
        // Whoever reads the output may be slow: nobody waits for the lock meanwhile.
        drop(waiting);
        lines.iter().for_each(|line| self.print(line));
    }

    fn print(&self, line: &Line) {
        if self.prints {
            let at = chrono::DateTime::from_timestamp_nanos(i64::try_from(line.at).unwrap_or(0));
            let at = at.format("%H:%M:%S%.3f");
            // Nobody may be listening: the line is still told.
            let _ = writeln!(std::io::stdout().lock(), "{at} {} {}: {}", word(line.level), self.service, line.text);
        }
    }

    fn put(&self, waiting: &mut Waiting, line: Line) {
        if waiting.lines.len() >= MOST_WAITING {
            waiting.lines.pop_front();
            self.dropped.add();
        }
        waiting.lines.push_back(line);
    }

    /// What is to be told now, at most so many lines.
    pub fn take(&self, most: usize) -> Vec<Line> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let n = waiting.lines.len().min(most);
        waiting.lines.drain(..n).collect()
    }

    /// Takes back what could not be told; what does not fit any more is dropped and counted.
    pub fn put_back(&self, lines: Vec<Line>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for line in lines.into_iter().rev() {
            if waiting.lines.len() >= MOST_WAITING {
                self.dropped.add();
            } else {
                waiting.lines.push_front(line);
            }
        }
    }
}

/// Its name in the log.
pub const fn word(level: Level) -> &'static str {
    match level {
        Level::Trace => "TRACE",
        Level::Debug => "DEBUG",
        Level::Info => "INFO",
        Level::Warn => "WARN",
        Level::Error => "ERROR",
    }
}

/// Its number in OTLP: `SeverityNumber` of `opentelemetry/proto/logs/v1/logs.proto`.
pub const fn number(level: Level) -> u64 {
    match level {
        Level::Trace => 1,
        Level::Debug => 5,
        Level::Info => 9,
        Level::Warn => 13,
        Level::Error => 17,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_cut_and_counted_and_small_talk_left_out() {
        let log = Log::new("shop", Level::Info, false);
        log.say(Level::Debug, || unreachable!("a line that is not written is not made"));
        for i in 0..MOST_A_SECOND + 10 {
            log.say(Level::Info, || format!("line {i}"));
        }
        let taken = log.take(1_000);
        // The second may turn while the test runs.
        assert!(taken.len() >= MOST_A_SECOND as usize);
        assert_eq!(log.dropped.get() + taken.iter().filter(|l| l.text.starts_with("line")).count() as u64, 60);
        log.put_back(taken);
        assert_eq!(log.take(1)[0].text, "line 0");
    }
}
