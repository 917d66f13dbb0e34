//! Time for the sample thread: now, and waiting. A test gives its own, so that nothing in it sleeps.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::model::{ProcessKey, Timestamp};
use crate::sampling::Moment;

/// What the engine tells the sample thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleControl {
    /// Samples at this interval from now on.
    SetInterval(Duration),
    /// Reads this process in detail at every tick, or none.
    Inspect(Option<ProcessKey>),
    /// Makes a pass at once, outside the schedule.
    Tick,
    /// Ends the thread.
    Stop,
}

/// Why a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// The time is over.
    Due,
    /// The engine said something.
    Control(SampleControl),
    /// The engine is gone.
    Ended,
}

/// Time as the sample thread sees it.
pub trait Pace: Send {
    /// The present moment on both clocks.
    fn now(&mut self) -> Moment;
    /// Time the machine slept since some fixed start; `None` where the system does not tell.
    fn asleep(&mut self) -> Option<Duration> {
        None
    }
    /// Waits for `span` or for the engine, whichever comes first.
    fn wait(&mut self, span: Duration, control: &Receiver<SampleControl>) -> Wake;
}

/// The system's clocks.
#[derive(Debug, Clone, Copy)]
pub struct SystemPace {
    started: Instant,
}

impl SystemPace {
    /// The system's clocks, monotonic time counted from `started`.
    pub fn since(started: Instant) -> Self {
        Self { started }
    }
}

impl Pace for SystemPace {
    fn now(&mut self) -> Moment {
        Moment { at: wall_time(), elapsed: self.started.elapsed() }
    }

    fn asleep(&mut self) -> Option<Duration> {
        time_asleep()
    }

    fn wait(&mut self, span: Duration, control: &Receiver<SampleControl>) -> Wake {
        match control.recv_timeout(span) {
            Ok(said) => Wake::Control(said),
            Err(RecvTimeoutError::Timeout) => Wake::Due,
            Err(RecvTimeoutError::Disconnected) => Wake::Ended,
        }
    }
}

/// The wall clock; the epoch where a clock is set before 1970.
pub fn wall_time() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

/// Linux has a clock that goes on while the machine sleeps and one that stands still: clock_gettime(2).
#[cfg(target_os = "linux")]
fn time_asleep() -> Option<Duration> {
    use rustix::time::{ClockId, clock_gettime};
    let read = |clock| Duration::try_from(clock_gettime(clock)).ok();
    // Read first, so that the moment between the two readings never counts as sleep.
    let with_sleep = read(ClockId::Boottime)?;
    Some(with_sleep.saturating_sub(read(ClockId::Monotonic)?))
}

#[cfg(not(target_os = "linux"))]
fn time_asleep() -> Option<Duration> {
    None
}
