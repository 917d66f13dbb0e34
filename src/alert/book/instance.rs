//! The instances of a rule: what moves at each tick, and apart from it what is looked at when something happens.

use std::sync::Arc;
use std::time::Duration;

use super::super::advance::{Age, Change, Observed};
use super::term::TermColumn;
use super::{Event, Kept, Place, Tick, Watched};
use crate::model::alert::{AlertId, Comparison, Phase, Rule, RuleId};
use crate::model::{SeriesId, SeriesInfo, SeriesKey, Timestamp};

/// One instance, as it stays.
#[derive(Debug)]
pub(super) struct Instance {
    pub key: SeriesKey,
    pub name: Arc<str>,
    pub series: SeriesId,
    pub alert: Option<AlertId>,
}

/// One instance, as it moves. Small: a pass visits each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pulse {
    pub age: Age,
    sight: Sight,
    /// Since when it has been in its state; while it fires, since when its alert is open.
    pub since: Timestamp,
    /// Since when the condition had held when it fired; 0 where it does not.
    pub pending_from: Timestamp,
    /// When its alert began; 0 where there is none, or it began in an earlier run.
    fired_at: Timestamp,
    /// Since when the condition has been seen to hold without a break; 0 where it does not.
    pub held_from: Timestamp,
}

/// What the last evaluation saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sight {
    Holds,
    HoldsNot,
    Waiting,
    Nothing,
}

/// The values while it fired: the worst, their sum, their number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fired {
    worst: f64,
    sum: f64,
    n: u64,
}

const ZERO: Timestamp = Timestamp::from_millis(0);
const NO_VALUES: Fired = Fired { worst: f64::NAN, sum: 0.0, n: 0 };

impl Fired {
    fn take(&mut self, value: f64, is: Option<Comparison>) {
        if self.worst.is_nan() || is.is_some_and(|is| is.holds(value, self.worst)) {
            self.worst = value;
        }
        (self.sum, self.n) = (self.sum + value, self.n + 1);
    }
}

impl Pulse {
    fn note(&mut self, change: Change, at: Timestamp) {
        self.since = at;
        match change {
            Change::Firing => self.fired_at = at,
            // The alert is the same as before: it fires for as long as it is open.
            Change::Relapsed | Change::Data if self.age.phase() == Phase::Firing && self.fired_at != ZERO => {
                self.since = self.fired_at;
            }
            Change::Resolved | Change::EndedWithoutData | Change::Cleared => self.fired_at = ZERO,
            _ => {}
        }
        match change {
            Change::Pending => self.pending_from = at,
            Change::Firing if self.pending_from > at || self.pending_from == ZERO => self.pending_from = at,
            Change::Resolved | Change::EndedWithoutData | Change::Cleared => self.pending_from = ZERO,
            Change::Firing | Change::Recovering | Change::Relapsed | Change::NoData | Change::Data => {}
        }
    }
}

impl Watched {
    /// Opens an instance: one that begins now, or goes on where a run before left it.
    pub(super) fn push_instance(&mut self, key: SeriesKey, info: &SeriesInfo, kept: Option<Kept>) {
        let name = if key == info.def.key {
            info.def.instance.clone()
        } else {
            key.attributes().map(|(_, value)| value).collect::<Vec<_>>().join(", ").into()
        };
        let (age, since, pending_from, alert) = kept.map_or((Age::default(), ZERO, ZERO, None), |kept| {
            (Age::restored(kept.phase, kept.held), kept.since, kept.pending_from, kept.alert)
        });
        let fired_at = if age.stage() == Phase::Firing { since } else { ZERO };
        // An alert that is still open goes on: what it comes to from here on is counted anew.
        self.fired.push(age.is_open().then_some(NO_VALUES));
        self.pulses.push(Pulse { age, sight: Sight::Nothing, since, pending_from, fired_at, held_from: ZERO });
        for column in &mut self.columns {
            column.add_lane();
        }
        self.by_key.insert(key.clone(), self.instances.len());
        self.instances.push(Instance { key, name, series: info.id, alert });
    }

    /// Moves all instances on by one tick.
    pub(super) fn evaluate(&mut self, rule_place: u32, tick: &Tick<'_>, events: &mut Vec<Event>) {
        for column in &mut self.columns {
            column.take(tick);
        }
        let Self { rule, timing, columns, pulses, fired, .. } = self;
        let is = rule.when.first().map(|condition| condition.is);
        for (i, (pulse, fired)) in pulses.iter_mut().zip(fired).enumerate() {
            let interval = interval_of(columns, i, tick.interval);
            let (first, holds) = look(rule, columns, i, tick.now, interval);
            let observed = match (first, holds) {
                (Some(value), Some(holds)) => Observed::Value { value, holds },
                _ if columns.first().is_some_and(|column| column.was_read_at(i, tick.now)) => Observed::Waiting,
                _ => Observed::Nothing,
            };
            pulse.sight = match observed {
                Observed::Value { holds: true, .. } => Sight::Holds,
                Observed::Value { holds: false, .. } => Sight::HoldsNot,
                Observed::Waiting => Sight::Waiting,
                Observed::Nothing => Sight::Nothing,
            };
            // Between two values of a series that is slower than the ticks nothing is seen, and nothing breaks.
            let stands = || columns.first().is_some_and(|column| column.newest(i, tick.now, interval).is_some());
            pulse.held_from = match pulse.sight {
                Sight::Holds if pulse.held_from == ZERO => tick.at,
                Sight::Holds | Sight::Waiting => pulse.held_from,
                Sight::Nothing if pulse.held_from != ZERO && stands() => pulse.held_from,
                Sight::HoldsNot | Sight::Nothing => ZERO,
            };
            let changes = pulse.age.advance(timing, observed, tick.now, interval);
            if pulse.age.stage() == Phase::Firing
                && let (Some(value), Some(fired)) = (first, fired.as_mut())
            {
                fired.take(value, is);
            }
            if changes == [None; 3] {
                continue;
            }
            let value = first.unwrap_or(f64::NAN);
            let place = Place { rule: rule_place, instance: i as u32 };
            for change in changes.into_iter().flatten() {
                pulse.note(change, tick.at);
                if change == Change::Firing {
                    *fired = Some(if value.is_nan() { NO_VALUES } else { Fired { worst: value, sum: value, n: 1 } });
                }
                let pending_from = if pulse.pending_from == ZERO { tick.at } else { pulse.pending_from };
                events.push(Event { place, change, value, at: tick.at, pending_from });
            }
        }
    }

    /// What the last evaluation of an instance saw, at ticks `interval` apart, and the time between two evaluations.
    pub(super) fn observed(&self, i: usize, interval: Duration) -> Option<(Observed, Duration)> {
        let value = self.columns.first().and_then(|column| column.fresh(i)).unwrap_or(f64::NAN);
        let observed = match self.pulses.get(i)?.sight {
            Sight::Holds => Observed::Value { value, holds: true },
            Sight::HoldsNot => Observed::Value { value, holds: false },
            Sight::Waiting => Observed::Waiting,
            Sight::Nothing => Observed::Nothing,
        };
        Some((observed, interval_of(&self.columns, i, interval)))
    }

    /// What stays on disk of an instance.
    pub(super) fn kept(&self, i: usize, rule: &RuleId) -> Option<Kept> {
        let (instance, pulse) = (self.instances.get(i)?, self.pulses.get(i)?);
        Some(Kept {
            rule: rule.clone(),
            instance: instance.key.clone(),
            phase: pulse.age.stage(),
            held: pulse.age.held(),
            since: pulse.since,
            pending_from: pulse.pending_from,
            alert: instance.alert,
        })
    }

    /// Open alerts with the worst, the mean and the number of their values.
    pub(super) fn open_alerts(&self) -> impl Iterator<Item = (AlertId, f64, f64, u64)> {
        self.instances.iter().zip(&self.fired).filter_map(|(instance, fired)| {
            let fired = fired.filter(|fired| fired.n > 0)?;
            Some((instance.alert?, fired.worst, fired.sum / fired.n as f64, fired.n))
        })
    }
}

/// Time between two evaluations of an instance.
#[inline]
fn interval_of(columns: &[TermColumn], i: usize, interval: Duration) -> Duration {
    columns.iter().fold(interval, |longest, column| column.interval(i, longest))
}

/// The value of an instance's first term, and whether the whole condition holds.
#[inline]
fn look(
    rule: &Rule,
    columns: &[TermColumn],
    i: usize,
    now: Duration,
    interval: Duration,
) -> (Option<f64>, Option<bool>) {
    let mut first = None;
    let mut holds = Some(true);
    for (place, (condition, column)) in rule.when.iter().zip(columns).enumerate() {
        let fresh = column.fresh(i);
        // A further term may have its own pace: its newest value stands until it is a gap.
        let value = if place == 0 { fresh } else { fresh.or_else(|| column.newest(i, now, interval)) };
        if place == 0 {
            first = value;
        }
        // One that does not hold decides, whether or not the others can be told.
        holds = match (holds, value.map(|value| condition.is.holds(value, condition.threshold.value))) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        };
    }
    (first, holds)
}
