//! How rules stand, in words, for the snapshot.

use std::sync::Arc;
use std::time::Duration;

use super::super::reason::{amount_shown, clock, side, value_shown};
use super::instance::Pulse;
use super::{Book, Tick, Watched};
use crate::model::Timestamp;
use crate::model::alert::{InstanceStatus, Phase, Reducer, RuleStatus};

impl Book {
    /// Every rule and its instances as they stand after a tick. What is not the book's stays empty: silences,
    /// deliveries, whether a rule ships.
    pub fn statuses(&self, tick: &Tick<'_>) -> Vec<RuleStatus> {
        self.rules.iter().map(|watched| watched.status(tick)).collect()
    }
}

impl Watched {
    fn status(&self, tick: &Tick<'_>) -> RuleStatus {
        let mut order: Vec<usize> = (0..self.pulses.len()).collect();
        order.sort_by_key(|i| std::cmp::Reverse(self.pulses[*i].age.phase()));
        let shown = order.iter().take(RuleStatus::MAX_SHOWN).map(|i| self.instance_status(*i, tick));
        let instances: Arc<[InstanceStatus]> = shown.collect();
        let phase = if !self.is_sound {
            Phase::Error
        } else {
            instances.first().map_or(Phase::NoData, |instance| instance.phase)
        };
        RuleStatus {
            rule: self.rule.clone(),
            is_shipped: false,
            problems: self.problems.clone(),
            phase: if self.rule.is_paused && self.is_sound { Phase::Inactive } else { phase },
            reason: self.reason(&instances).into(),
            n_instances: self.instances.len(),
            n_firing: self.pulses.iter().filter(|pulse| pulse.age.phase() == Phase::Firing).count(),
            n_left_out: self.n_left_out,
            instances,
            silence: None,
            deliveries: Arc::default(),
        }
    }

    fn reason(&self, instances: &[InstanceStatus]) -> String {
        if !self.is_sound {
            let first = self.problems.iter().find(|problem| problem.is_error);
            return first.map_or_else(|| "It cannot run".to_owned(), |problem| problem.text.to_string());
        }
        if self.rule.is_paused {
            return "Paused".to_owned();
        }
        match instances.first() {
            Some(first) if first.name.is_empty() => first.reason.to_string(),
            Some(first) => format!("{}: {}", first.name, first.reason),
            None => {
                let missing = self.rule.when.first().map(|condition| &condition.term.series.metric);
                let metric = missing.map_or("its metric", |metric| &**metric);
                format!("Nothing reports {metric} yet")
            }
        }
    }

    fn instance_status(&self, i: usize, tick: &Tick<'_>) -> InstanceStatus {
        let (instance, pulse) = (&self.instances[i], &self.pulses[i]);
        let first = self.columns.first();
        let interval = first.map_or(tick.interval, |column| column.interval(i, tick.interval));
        let value = first.and_then(|column| column.newest(i, tick.now, interval));
        // Also without data while its window has never been full.
        let phase = match pulse.age.phase() {
            Phase::Inactive if value.is_none() => Phase::NoData,
            phase => phase,
        };
        InstanceStatus {
            key: instance.key.clone(),
            name: instance.name.clone(),
            series: Some(instance.series),
            phase,
            value,
            held: pulse.age.held(),
            since: pulse.since,
            alert: instance.alert,
            reason: match value.filter(|_| phase != Phase::NoData) {
                Some(value) => self.why(pulse, phase, value, tick).into(),
                None => self.why_absent(i, tick, interval).into(),
            },
        }
    }

    /// Why it is in its state.
    fn why(&self, pulse: &Pulse, phase: Phase, value: f64, tick: &Tick<'_>) -> String {
        let rule = &self.rule;
        let Some(condition) = rule.when.first() else { return String::new() };
        let shown = |value: f64| value_shown(value, condition.threshold.dimension);
        let (is, threshold) = (side(condition.is), amount_shown(&condition.threshold));
        match phase {
            Phase::Pending => {
                let held = clock(pulse.age.held());
                format!("{}, {is} {threshold} for {held} of {}", shown(value), clock(rule.hold))
            }
            Phase::Firing => {
                if pulse.held_from.as_millis() != 0 {
                    return format!("{}, {is} {threshold} since {}", shown(value), ago(pulse.held_from, tick.at));
                }
                let (is, threshold) = rule.recover.unwrap_or((condition.is.opposite(), condition.threshold));
                format!("{}, ends {} {}", shown(value), side(is), amount_shown(&threshold))
            }
            Phase::Recovering => {
                let (is, threshold) = rule.recover.unwrap_or((condition.is.opposite(), condition.threshold));
                let left = clock(self.timing.keep_firing.saturating_sub(pulse.age.held()));
                format!("{}, ends if {} {} for {left}", shown(value), side(is), amount_shown(&threshold))
            }
            _ => format!("{}, limit {threshold}", shown(value)),
        }
    }

    /// Why there is no value.
    fn why_absent(&self, i: usize, tick: &Tick<'_>, interval: Duration) -> String {
        let (Some(condition), Some(column)) = (self.rule.when.first(), self.columns.first()) else {
            return String::new();
        };
        let fills_in = column.fills_in(i, tick.now, interval);
        if self.pulses[i].age.phase() == Phase::NoData
            || (fills_in.is_zero() && condition.term.reducer == Reducer::Every)
        {
            return "There are no values".to_owned();
        }
        if !fills_in.is_zero() {
            return format!("Its window fills for another {}", clock(fills_in));
        }
        match column.count(i) {
            Some(count) if condition.term.least_count > 0.0 && count < condition.term.least_count => {
                format!("{count:.0} of the {:.0} it needs", condition.term.least_count)
            }
            _ => "Its window holds too few values".to_owned(),
        }
    }
}

/// "11 min ago", coarse so that it stands still.
fn ago(since: Timestamp, now: Timestamp) -> String {
    let seconds = now.since(since).as_secs();
    let (number, unit) = match seconds {
        0..120 => (seconds, "s"),
        120..7200 => (seconds / 60, "min"),
        7200..172_800 => (seconds / 3600, "h"),
        _ => (seconds / 86_400, "d"),
    };
    format!("{number}\u{2009}{unit} ago")
}
