//! From which value something needs a look, and since when it does.
//!
//! A level has no hysteresis: it is what the number says now. Only "since when" bridges short dips.

use std::time::Duration;

use crate::model::{Level, TileKind, Timestamp};

/// Shorter than this a level may dip without its "since" starting anew.
const DIP: Duration = Duration::from_secs(30);

/// From which value something is busy, and from which it is at its limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// Worth a look from here on.
    pub busy: f64,
    /// At its limit from here on; infinite where there is no such value.
    pub critical: f64,
}

impl Threshold {
    /// Share of processor time in use.
    pub const CPU: Self = Self { busy: 0.80, critical: 0.95 };
    /// Share of memory in use.
    pub const MEMORY: Self = Self { busy: 0.85, critical: 0.95 };
    /// Share of time in which some work waited for the processor.
    pub const CPU_PRESSURE: Self = Self { busy: 0.10, critical: 0.40 };
    /// Share of time in which some work waited for memory.
    pub const MEMORY_PRESSURE: Self = Self { busy: 0.05, critical: 0.20 };
    /// Share of time in which some work waited for disks.
    pub const IO_PRESSURE: Self = Self { busy: 0.10, critical: 0.40 };
    /// Share of time in which the busiest disk had something to do. Many disks take several requests at one time, so
    /// even a whole share is not yet a limit.
    pub const DISK: Self = Self { busy: 0.80, critical: f64::INFINITY };
    /// Share of TCP segments sent again, or of packets with an error.
    pub const NETWORK: Self = Self { busy: 0.01, critical: f64::INFINITY };
    /// Share of a filesystem in use.
    pub const FILESYSTEM: Self = Self { busy: 0.90, critical: 0.98 };

    /// The level of a value.
    pub fn level(&self, value: f64) -> Level {
        if value >= self.critical {
            Level::Critical
        } else if value >= self.busy {
            Level::Busy
        } else {
            Level::Calm
        }
    }
}

/// What the summary remembers from one reading to the next. Belongs to whoever asks for summaries.
#[derive(Debug, Clone, Default)]
pub struct SummaryState {
    /// For each tile: since when it has been busy, and when it last was.
    busy: [Option<(Timestamp, Timestamp)>; 5],
    /// Which of two directions a tile's sparkline shows, for disks and network.
    pub(super) shows_second: [bool; 2],
    /// Losses so far, and when they last grew.
    losses: (u64, Option<Timestamp>),
}

impl SummaryState {
    /// Takes in a tile's level; gives since when it has been busy or worse.
    pub(super) fn busy_since(&mut self, kind: TileKind, level: Level, now: Timestamp) -> Option<Timestamp> {
        let busy = &mut self.busy[kind as usize];
        // Also drops a memory of times to come, after the clock was set back.
        if busy.is_some_and(|(since, last)| now < since || now.since(last) > DIP) {
            *busy = None;
        }
        if level >= Level::Busy {
            let since = busy.map_or(now, |(since, _)| since);
            *busy = Some((since, now));
            return Some(since);
        }
        None
    }

    /// Takes in a count of losses; gives when it last grew.
    pub(super) fn last_loss(&mut self, n_lost: u64, now: Timestamp) -> Option<Timestamp> {
        if n_lost > self.losses.0 {
            self.losses.1 = Some(now);
        }
        self.losses.0 = n_lost;
        self.losses.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_bridges_short_dips_alone() {
        let mut state = SummaryState::default();
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
        for (second, level, expect) in [
            (0, Level::Calm, None),
            (10, Level::Busy, Some(10)),
            (20, Level::Calm, None),
            (30, Level::Critical, Some(10)),
            (60, Level::Busy, Some(10)),
            (91, Level::Busy, Some(91)),
            (5, Level::Busy, Some(5)),
        ] {
            assert_eq!(state.busy_since(TileKind::Cpu, level, at(second)), expect.map(at), "at {second} s");
        }
    }

    #[test]
    fn a_level_begins_at_its_threshold() {
        for (value, expect) in [(0.79, Level::Calm), (0.8, Level::Busy), (0.94, Level::Busy), (0.95, Level::Critical)] {
            assert_eq!(Threshold::CPU.level(value), expect, "{value}");
        }
    }
}
