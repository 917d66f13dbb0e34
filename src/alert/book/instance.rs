//! One instance of a rule: its terms, its age, and what is remembered of an alert that fires.

use std::sync::Arc;
use std::time::Duration;

use super::super::advance::{Age, Change, Observed, Timing};
use super::term::TermState;
use super::{Event, Kept, Tick};
use crate::model::alert::{AlertId, Phase, Rule, RuleId};
use crate::model::{SeriesId, SeriesInfo, SeriesKey, Timestamp};

/// One instance.
#[derive(Debug)]
pub(super) struct Instance {
    pub key: SeriesKey,
    pub name: Arc<str>,
    pub series: SeriesId,
    pub terms: Vec<TermState>,
    pub age: Age,
    /// What the last evaluation saw, and the time between two of them.
    pub observed: (Observed, Duration),
    /// Since when it has been in its state.
    pub since: Timestamp,
    /// Since when the condition has held.
    pub pending_from: Timestamp,
    pub alert: Option<AlertId>,
    /// Of the values while it fired: the worst, their sum, their number.
    fired: Option<(f64, f64, u64)>,
}

impl Instance {
    /// One that begins now, or goes on where a run before left it.
    pub fn new(key: SeriesKey, info: &SeriesInfo, n_terms: usize, kept: Option<Kept>) -> Self {
        let name = if key == info.def.key {
            info.def.instance.clone()
        } else {
            key.attributes().map(|(_, value)| value).collect::<Vec<_>>().join(", ").into()
        };
        let zero = Timestamp::from_millis(0);
        let (age, since, pending_from, alert) = kept.map_or((Age::default(), zero, zero, None), |kept| {
            (Age::restored(kept.phase, kept.held), kept.since, kept.pending_from, kept.alert)
        });
        let terms = vec![TermState::default(); n_terms];
        // An alert that is still open goes on: what it comes to from here on is counted anew.
        let fired = age.is_open().then_some((f64::NAN, 0.0, 0));
        Self {
            key,
            name,
            series: info.id,
            terms,
            age,
            observed: (Observed::Nothing, Duration::ZERO),
            since,
            pending_from,
            alert,
            fired,
        }
    }

    /// Moves on by one tick.
    pub fn evaluate(&mut self, rule: &Rule, timing: &Timing, tick: &Tick<'_>, events: &mut Vec<Event>) {
        let interval = match self.terms.as_slice() {
            [one] => one.interval(tick),
            many => many.iter().map(|term| term.interval(tick)).max().unwrap_or(tick.interval),
        };
        let mut first = None;
        let mut holds = Some(true);
        for (i, (condition, term)) in rule.when.iter().zip(&mut self.terms).enumerate() {
            let now = term.take(&condition.term, tick);
            // A further term may have its own pace: its newest value stands until it is a gap.
            let value = if i == 0 { now } else { now.or_else(|| term.newest(tick.now, interval)) };
            if i == 0 {
                first = value;
            }
            // One that does not hold decides, whether or not the others can be told.
            holds = match (holds, value.map(|value| condition.is.holds(value, condition.threshold.value))) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            };
        }
        let observed = match (first, holds) {
            (Some(value), Some(holds)) => Observed::Value { value, holds },
            _ if self.terms.first().is_some_and(|term| term.was_read_at(tick.now)) => Observed::Waiting,
            _ => Observed::Nothing,
        };
        self.observed = (observed, interval);
        let changes = self.age.advance(timing, observed, tick.now, interval);
        if let (Some(value), Some((worst, sum, n))) =
            (first.filter(|_| self.age.stage() == Phase::Firing), &mut self.fired)
        {
            let is_worse =
                worst.is_nan() || rule.when.first().is_some_and(|condition| condition.is.holds(value, *worst));
            *worst = if is_worse { value } else { *worst };
            (*sum, *n) = (*sum + value, *n + 1);
        }
        if changes == [None; 3] {
            return;
        }
        let value = first.unwrap_or(f64::NAN);
        for change in changes.into_iter().flatten() {
            self.note(change, value, tick.at);
            events.push(self.event(rule, change, value, tick.at));
        }
    }

    fn note(&mut self, change: Change, value: f64, at: Timestamp) {
        self.since = at;
        match change {
            Change::Pending => self.pending_from = at,
            Change::Firing => {
                if self.pending_from > at || self.pending_from.as_millis() == 0 {
                    self.pending_from = at;
                }
                self.fired = Some(if value.is_nan() { (f64::NAN, 0.0, 0) } else { (value, value, 1) });
            }
            Change::Resolved | Change::EndedWithoutData | Change::Cleared => {
                self.pending_from = Timestamp::from_millis(0)
            }
            Change::Recovering | Change::Relapsed | Change::NoData | Change::Data => {}
        }
    }

    /// An event of this instance.
    pub fn event(&self, rule: &Rule, change: Change, value: f64, at: Timestamp) -> Event {
        let pending_from = if self.pending_from.as_millis() == 0 { at } else { self.pending_from };
        Event { rule: rule.id.clone(), instance: self.key.clone(), change, value, at, pending_from }
    }

    /// What stays on disk.
    pub fn kept(&self, rule: &RuleId) -> Kept {
        Kept {
            rule: rule.clone(),
            instance: self.key.clone(),
            phase: self.age.stage(),
            held: self.age.held(),
            since: self.since,
            pending_from: self.pending_from,
            alert: self.alert,
        }
    }

    /// Its open alert with the worst, the mean and the number of its values.
    pub fn open_alert(&self) -> Option<(AlertId, f64, f64, u64)> {
        let (worst, sum, n) = self.fired.filter(|(_, _, n)| *n > 0)?;
        Some((self.alert?, worst, sum / n as f64, n))
    }
}
