//! All rules and their instances: takes series in as they appear and moves every instance on at each tick.

mod instance;
mod matching;
mod status;
mod term;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use self::instance::Instance;
use self::matching::TermMatch;
use super::advance::{Change, Observed, Timing};
use crate::model::alert::{AlertId, Phase, Rule, RuleId, RuleProblem};
use crate::model::{SeriesInfo, SeriesKey, Timestamp};

/// Instances of one rule, at most; further ones are counted and told.
pub const MAX_INSTANCES: usize = 1000;

/// One pass of a source.
#[derive(Debug, Clone, Copy)]
pub struct Tick<'a> {
    /// Wall time.
    pub at: Timestamp,
    /// Monotonic time since some fixed start; stands still while the machine sleeps.
    pub now: Duration,
    /// Time between passes.
    pub interval: Duration,
    /// Values of this pass by series number; NaN where it has none.
    pub values: &'a [f64],
}

/// Something that happened to one instance.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Which rule.
    pub rule: RuleId,
    /// Which instance.
    pub instance: SeriesKey,
    /// What happened.
    pub change: Change,
    /// The value of the rule's term then; NaN where there is none.
    pub value: f64,
    /// When.
    pub at: Timestamp,
    /// Since when the condition had held, where it fired.
    pub pending_from: Timestamp,
}

/// What stays on disk of an instance that is not simply inactive.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// Which rule.
    pub rule: RuleId,
    /// Which instance.
    pub instance: SeriesKey,
    /// Inactive, pending, firing or recovering.
    pub phase: Phase,
    /// Observed time for which the condition or the recovery has held.
    pub held: Duration,
    /// Since when it has been so.
    pub since: Timestamp,
    /// Since when the condition held.
    pub pending_from: Timestamp,
    /// The open alert in the log.
    pub alert: Option<AlertId>,
}

/// Rules at work.
#[derive(Debug, Default)]
pub struct Book {
    rules: Vec<Watched>,
    /// Series taken in so far.
    n_series: usize,
    /// What a run before left, for instances that have not appeared yet.
    kept: Vec<Kept>,
}

/// One rule at work.
#[derive(Debug)]
struct Watched {
    rule: Arc<Rule>,
    timing: Timing,
    terms: Vec<TermMatch>,
    instances: Vec<Instance>,
    n_left_out: usize,
    problems: Arc<[RuleProblem]>,
    /// Whether it can run.
    is_sound: bool,
}

impl Watched {
    fn new(rule: Arc<Rule>, problems: Arc<[RuleProblem]>) -> Self {
        let timing = Timing::of(&rule);
        let terms: Result<Vec<TermMatch>, String> =
            rule.when.iter().map(|condition| TermMatch::new(&condition.term)).collect();
        let is_sound = terms.is_ok() && !rule.when.is_empty() && problems.iter().all(|problem| !problem.is_error);
        let terms = terms.unwrap_or_default();
        Self { rule, timing, terms, instances: Vec::new(), n_left_out: 0, problems, is_sound }
    }

    fn is_working(&self) -> bool {
        self.is_sound && !self.rule.is_paused
    }
}

impl Book {
    /// Rules at work from the beginning; what a run before left is taken up as its series appear.
    pub fn new(kept: Vec<Kept>) -> Self {
        Self { kept, ..Self::default() }
    }

    /// Puts these rules in force. Rules that did not change in what they watch and compare keep their states; the
    /// alerts of the others end, which the events say. `problems` are those of each rule, in the same order.
    pub fn set_rules(
        &mut self,
        rules: Vec<(Arc<Rule>, Arc<[RuleProblem]>)>,
        series: &[SeriesInfo],
        at: Timestamp,
    ) -> Vec<Event> {
        let mut before = std::mem::take(&mut self.rules);
        let mut events = Vec::new();
        for (rule, problems) in rules {
            let same = before.iter().position(|watched| watched.rule.id == rule.id);
            let old = same.map(|i| before.swap_remove(i));
            let mut watched = Watched::new(rule, problems);
            match old {
                Some(old) if is_same_watch(&old.rule, &watched.rule) && watched.is_working() && old.is_working() => {
                    (watched.instances, watched.n_left_out) = (old.instances, old.n_left_out);
                    watched.terms = old.terms;
                }
                Some(old) => events.extend(ended(&old, at)),
                None => {}
            }
            if watched.instances.is_empty() && watched.is_working() {
                watched.take_series(&series[..self.n_series.min(series.len())], &mut self.kept);
            }
            self.rules.push(watched);
        }
        for gone in &before {
            events.extend(ended(gone, at));
        }
        events
    }

    /// Takes series in that were not known before; the list only grows.
    pub fn take_series(&mut self, series: &[SeriesInfo]) {
        let new = series.get(self.n_series..).unwrap_or_default();
        for watched in self.rules.iter_mut().filter(|watched| watched.is_working()) {
            watched.take_series(new, &mut self.kept);
        }
        self.n_series = self.n_series.max(series.len());
    }

    /// Moves every instance on.
    pub fn evaluate(&mut self, tick: &Tick<'_>) -> Vec<Event> {
        let mut events = Vec::new();
        for watched in self.rules.iter_mut().filter(|watched| watched.is_working()) {
            let Watched { rule, timing, instances, .. } = watched;
            for instance in instances {
                instance.evaluate(rule, timing, tick, &mut events);
            }
        }
        events
    }

    /// Notes the alert that an event opened in the log, or that none is open.
    pub fn set_alert(&mut self, rule: &str, instance: &SeriesKey, alert: Option<AlertId>) {
        let watched = self.rules.iter_mut().find(|watched| &*watched.rule.id == rule);
        if let Some(found) = watched.and_then(|w| w.instances.iter_mut().find(|i| i.key == *instance)) {
            found.alert = alert;
        }
    }

    /// What has to outlive the program: all that is not simply inactive, and what has not been taken up yet.
    pub fn kept(&self) -> Vec<Kept> {
        let live = self.rules.iter().flat_map(|watched| {
            watched.instances.iter().filter(|i| i.age.stage() != Phase::Inactive).map(|i| i.kept(&watched.rule.id))
        });
        live.chain(self.kept.iter().cloned()).collect()
    }

    /// Open alerts with the worst, the mean and the number of values while they fired.
    pub fn open_alerts(&self) -> impl Iterator<Item = (AlertId, f64, f64, u64)> {
        self.rules.iter().flat_map(|watched| &watched.instances).filter_map(Instance::open_alert)
    }

    /// Whether a rule fires for an instance that agrees with this one on every attribute both have.
    pub fn fires_for(&self, rule: &str, instance: &SeriesKey) -> bool {
        let watched = self.rules.iter().find(|watched| &*watched.rule.id == rule);
        watched.is_some_and(|watched| {
            let firing = watched.instances.iter().filter(|i| i.age.is_open());
            firing.into_iter().any(|i| {
                let agrees = |(name, value): (&str, &str)| instance.attribute(name).is_none_or(|other| other == value);
                i.key.attributes().all(agrees)
            })
        })
    }

    /// Number of instances of one rule, by its place.
    pub fn n_instances_of(&self, rule: usize) -> usize {
        self.rules.get(rule).map_or(0, |watched| watched.instances.len())
    }

    /// Which instance that is, by the rule's place and its own.
    pub fn instance_key(&self, rule: usize, instance: usize) -> Option<&SeriesKey> {
        Some(&self.rules.get(rule)?.instances.get(instance)?.key)
    }

    /// Its name for people.
    pub fn instance_name(&self, rule: usize, instance: usize) -> Arc<str> {
        self.rules
            .get(rule)
            .and_then(|watched| watched.instances.get(instance))
            .map_or_else(Arc::default, |i| i.name.clone())
    }

    /// The same by the rule's name and the instance's key; empty where there is none.
    pub fn name_of(&self, rule: &str, instance: &SeriesKey) -> Arc<str> {
        let watched = self.rules.iter().find(|watched| &*watched.rule.id == rule);
        let found = watched.and_then(|watched| watched.instances.iter().find(|i| i.key == *instance));
        found.map_or_else(Arc::default, |i| i.name.clone())
    }

    /// What the last evaluation of an instance saw, and the time between two of its evaluations, by places.
    pub fn observed(&self, rule: usize, instance: usize) -> Option<(Observed, Duration)> {
        self.rules.get(rule)?.instances.get(instance).map(|instance| instance.observed)
    }

    /// The value of an instance's first term computed at this very time, by places.
    pub fn value_at(&self, rule: usize, instance: usize, now: Duration) -> Option<f64> {
        self.rules.get(rule)?.instances.get(instance)?.terms.first()?.value_at(now)
    }

    /// The same by the instance's key.
    pub fn value_of(&self, rule: usize, instance: &SeriesKey, now: Duration) -> Option<f64> {
        let found = self.rules.get(rule)?.instances.iter().find(|i| i.key == *instance)?;
        found.terms.first()?.value_at(now)
    }

    /// Number of instances at work.
    pub fn n_instances(&self) -> usize {
        self.rules.iter().map(|watched| watched.instances.len()).sum()
    }
}

/// Whether a changed rule still watches the same and fires at the same: only names, words and actions differ.
fn is_same_watch(a: &Rule, b: &Rule) -> bool {
    (&a.when, a.hold, a.recover, a.keep_firing, a.missing) == (&b.when, b.hold, b.recover, b.keep_firing, b.missing)
}

/// The alerts of a rule end with it.
fn ended(watched: &Watched, at: Timestamp) -> Vec<Event> {
    let open = watched.instances.iter().filter(|instance| instance.age.is_open());
    open.map(|instance| instance.event(&watched.rule, Change::EndedWithoutData, f64::NAN, at)).collect()
}
