//! The state of one instance of a rule, moved on by one evaluation. Pure: time comes in.
//!
//! Durations count observed time on a monotonic clock: the time between two evaluations counts where at most three
//! intervals lie between them. What nobody observed (a gap, a sleep, a stop of the program) counts for nothing and
//! ends nothing: a pending alert keeps the age it has reached, a firing one keeps firing, said to be without data.
//! The meaning of `hold` and `keep_firing` is that of `for` and `keep_firing_for` in Prometheus' alerting rules.

use std::time::Duration;

use crate::model::alert::{Comparison, MissingPolicy, Phase, Rule};

/// A gap longer than so many intervals is one.
pub const GAP_INTERVALS: u32 = 3;

/// No time, in nanoseconds.
pub(super) const NEVER: u64 = u64::MAX;

/// A monotonic time or a length of time as nanoseconds, which take half the room; they last for 580 years.
#[inline]
pub(super) fn nanos(time: Duration) -> u64 {
    time.as_secs().saturating_mul(1_000_000_000).saturating_add(u64::from(time.subsec_nanos()))
}

/// What of a rule moves its instances.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timing {
    /// How long the condition has to hold.
    pub hold: Duration,
    /// The threshold of recovery; `None` means where the condition does not hold.
    pub recover: Option<(Comparison, f64)>,
    /// How long the recovery has to last.
    pub keep_firing: Duration,
    /// What becomes of it without data.
    pub missing: MissingPolicy,
}

impl Timing {
    /// That of a rule.
    pub fn of(rule: &Rule) -> Self {
        Self {
            hold: rule.hold,
            recover: rule.recover.map(|(is, amount)| (is, amount.value)),
            keep_firing: rule.keep_firing,
            missing: rule.missing,
        }
    }
}

/// What one evaluation saw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Observed {
    /// A value, and whether the whole condition holds.
    Value {
        /// The value of the rule's first term.
        value: f64,
        /// Whether every condition holds.
        holds: bool,
    },
    /// Samples, but not enough of them for a value yet: a window that fills, a ratio of too few.
    Waiting,
    /// Nothing.
    Nothing,
}

/// What moves with each evaluation. Small: there may be hundreds of thousands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Age {
    /// Where it stands, leaving aside whether there is data: inactive, pending, firing or recovering.
    stage: Stage,
    /// Whether there is no data now.
    is_absent: bool,
    /// Whether it fires because there is no data.
    fires_by_absence: bool,
    /// Observed time for which the condition (pending) or the recovery (recovering) has held, nanoseconds.
    held: u64,
    /// Monotonic time of the last evaluation that saw a value, of the first one before there was any; nanoseconds.
    seen: u64,
}

impl Default for Age {
    fn default() -> Self {
        Self { stage: Stage::Inactive, is_absent: false, fires_by_absence: false, held: 0, seen: NEVER }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Stage {
    #[default]
    Inactive,
    Pending,
    Firing,
    Recovering,
}

/// What an evaluation changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// The condition began to hold.
    Pending,
    /// It ceased to, before it fired.
    Cleared,
    /// It fired.
    Firing,
    /// It began to recover.
    Recovering,
    /// It ceased to recover and goes on firing.
    Relapsed,
    /// It ended: the recovery was observed.
    Resolved,
    /// There is no data any more.
    NoData,
    /// There is data again.
    Data,
    /// It ended because there is no data and its rule says that this is well.
    EndedWithoutData,
}

impl Change {
    /// Its word in test scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Cleared => "cleared",
            Self::Firing => "firing",
            Self::Recovering => "recovering",
            Self::Relapsed => "relapsed",
            Self::Resolved => "resolved",
            Self::NoData => "nodata",
            Self::Data => "data",
            Self::EndedWithoutData => "ended",
        }
    }
}

/// At most this many changes come of one evaluation: data again, pending, firing.
pub type Changes = [Option<Change>; 3];

impl Age {
    /// One that stands where a run before left it: what it had reached counts, the time between does not.
    pub fn restored(phase: Phase, held: Duration) -> Self {
        let stage = match phase {
            Phase::Inactive | Phase::NoData | Phase::Error => Stage::Inactive,
            Phase::Pending => Stage::Pending,
            Phase::Firing => Stage::Firing,
            Phase::Recovering => Stage::Recovering,
        };
        Self { stage, held: nanos(held), ..Self::default() }
    }

    /// Its state for people.
    pub const fn phase(&self) -> Phase {
        match (self.is_absent, self.fires_by_absence) {
            (true, true) => Phase::Firing,
            (true, false) => Phase::NoData,
            (false, _) => self.stage(),
        }
    }

    /// Its state if there were data: what stays on disk.
    pub const fn stage(&self) -> Phase {
        match self.stage {
            Stage::Inactive => Phase::Inactive,
            Stage::Pending => Phase::Pending,
            Stage::Firing => Phase::Firing,
            Stage::Recovering => Phase::Recovering,
        }
    }

    /// Whether an alert is open: it fires, recovers, or did when its data ended.
    pub const fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Firing | Stage::Recovering)
    }

    /// Observed time for which the condition or the recovery has held.
    pub const fn held(&self) -> Duration {
        Duration::from_nanos(self.held)
    }

    /// Moves on by one evaluation at monotonic time `now` of a source that gives a value every `interval`.
    #[inline]
    pub fn advance(&mut self, timing: &Timing, observed: Observed, now: Duration, interval: Duration) -> Changes {
        let (now, interval) = (nanos(now), nanos(interval));
        match observed {
            Observed::Value { value, holds } => self.see(timing, value, holds, now, interval),
            // What has not begun is not missed while it fills.
            Observed::Waiting if self.stage == Stage::Inactive && !self.is_absent => {
                self.seen = now;
                [None; 3]
            }
            Observed::Waiting | Observed::Nothing => self.miss(timing, now, interval),
        }
    }

    #[inline]
    fn see(&mut self, timing: &Timing, value: f64, holds: bool, now: u64, interval: u64) -> Changes {
        // Never is later than any time.
        let passed = now.saturating_sub(self.seen);
        let observed = if !self.is_absent && passed <= longest(interval) { passed } else { 0 };
        self.seen = now;
        let mut changes = [None; 3];
        if self.is_absent {
            self.is_absent = false;
            self.fires_by_absence = false;
            changes[0] = Some(Change::Data);
        }
        let recovers = || timing.recover.map_or(!holds, |(is, threshold)| is.holds(value, threshold));
        match self.stage {
            Stage::Inactive if holds => {
                (self.stage, self.held) = (Stage::Pending, 0);
                if timing.hold.is_zero() {
                    self.stage = Stage::Firing;
                    changes[2] = Some(Change::Firing);
                } else {
                    changes[1] = Some(Change::Pending);
                }
            }
            Stage::Inactive => {}
            Stage::Pending if holds => {
                self.held += observed;
                if self.held >= nanos(timing.hold) {
                    (self.stage, self.held) = (Stage::Firing, 0);
                    changes[1] = Some(Change::Firing);
                }
            }
            Stage::Pending => {
                (self.stage, self.held) = (Stage::Inactive, 0);
                changes[1] = Some(Change::Cleared);
            }
            Stage::Firing if recovers() => {
                self.held = 0;
                changes[1] = Some(if timing.keep_firing.is_zero() {
                    self.stage = Stage::Inactive;
                    Change::Resolved
                } else {
                    self.stage = Stage::Recovering;
                    Change::Recovering
                });
            }
            Stage::Firing => {}
            Stage::Recovering if recovers() => {
                self.held += observed;
                if self.held >= nanos(timing.keep_firing) {
                    (self.stage, self.held) = (Stage::Inactive, 0);
                    changes[1] = Some(Change::Resolved);
                }
            }
            Stage::Recovering => {
                (self.stage, self.held) = (Stage::Firing, 0);
                changes[1] = Some(Change::Relapsed);
            }
        }
        changes
    }

    fn miss(&mut self, timing: &Timing, now: u64, interval: u64) -> Changes {
        let mut changes = [None; 3];
        if self.seen == NEVER {
            self.seen = now;
        }
        if self.is_absent || now.saturating_sub(self.seen) <= longest(interval) {
            return changes;
        }
        self.is_absent = true;
        changes[0] = Some(Change::NoData);
        match timing.missing {
            MissingPolicy::Keep => {}
            MissingPolicy::Alert => {
                self.fires_by_absence = true;
                if !self.is_open() {
                    (self.stage, self.held) = (Stage::Firing, 0);
                    changes[1] = Some(Change::Firing);
                }
            }
            MissingPolicy::Ok => {
                if self.is_open() {
                    changes[1] = Some(Change::EndedWithoutData);
                }
                (self.stage, self.held) = (Stage::Inactive, 0);
            }
        }
        changes
    }
}

/// The longest time between two evaluations that is no gap.
#[inline]
pub(super) fn longest(interval: u64) -> u64 {
    interval.saturating_mul(u64::from(GAP_INTERVALS))
}
