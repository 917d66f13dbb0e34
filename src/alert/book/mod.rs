//! All rules and their instances: takes series in as they appear and moves every instance on at each tick.

mod instance;
mod matching;
mod status;
mod term;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use self::instance::{Fired, Instance, Pulse};
use self::matching::TermMatch;
use self::term::TermColumn;
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

/// Where in the book an instance stands; good until its rules are put in force anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The rule, by its number in the order of the rules.
    pub rule: u32,
    /// The instance, by its number in the rule.
    pub instance: u32,
}

/// An alert that ended because its rule did.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// Which rule.
    pub rule: RuleId,
    /// Which instance.
    pub instance: SeriesKey,
    /// When.
    pub at: Timestamp,
}

/// Something that happened to one instance. Small: there may be one for each instance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// To which.
    pub place: Place,
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
    kept: KeptBySpot,
    /// Numbers of the rules by their names.
    by_id: HashMap<RuleId, usize>,
    /// Time between the ticks of the source that sent the last one.
    interval: Duration,
}

/// What a run before left, by rule and instance.
type KeptBySpot = BTreeMap<(RuleId, SeriesKey), Kept>;

/// One rule at work.
#[derive(Debug)]
struct Watched {
    rule: Arc<Rule>,
    timing: Timing,
    terms: Vec<TermMatch>,
    /// The terms' values, by instance.
    columns: Vec<TermColumn>,
    /// All of these by instance as well, apart: a tick walks along the small ones.
    instances: Vec<Instance>,
    pulses: Vec<Pulse>,
    fired: Vec<Option<Fired>>,
    by_key: HashMap<SeriesKey, usize>,
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
        let columns = if is_sound { rule.when.iter().map(|c| TermColumn::new(&c.term)).collect() } else { Vec::new() };
        Self {
            rule,
            timing,
            terms,
            columns,
            instances: Vec::new(),
            pulses: Vec::new(),
            fired: Vec::new(),
            by_key: HashMap::new(),
            n_left_out: 0,
            problems,
            is_sound,
        }
    }

    fn is_working(&self) -> bool {
        self.is_sound && !self.rule.is_paused
    }

    /// The alerts of a rule end with it.
    fn end(&self, at: Timestamp, ended: &mut Vec<Ended>) {
        let open = self.instances.iter().zip(&self.pulses).filter(|(_, pulse)| pulse.age.is_open());
        ended.extend(open.map(|(instance, _)| Ended {
            rule: self.rule.id.clone(),
            instance: instance.key.clone(),
            at,
        }));
    }
}

impl Book {
    /// Rules at work from the beginning; what a run before left is taken up as its series appear.
    pub fn new(kept: Vec<Kept>) -> Self {
        let kept = kept.into_iter().map(|kept| ((kept.rule.clone(), kept.instance.clone()), kept)).collect();
        Self { kept, ..Self::default() }
    }

    /// Puts these rules in force. Rules that did not change in what they watch and compare keep their states; the
    /// alerts of the others end, which the events say. `problems` are those of each rule, in the same order.
    pub fn set_rules(
        &mut self,
        rules: Vec<(Arc<Rule>, Arc<[RuleProblem]>)>,
        series: &[SeriesInfo],
        at: Timestamp,
    ) -> Vec<Ended> {
        let mut before: BTreeMap<RuleId, Watched> =
            std::mem::take(&mut self.rules).into_iter().map(|watched| (watched.rule.id.clone(), watched)).collect();
        let mut ended = Vec::new();
        for (rule, problems) in rules {
            let old = before.remove(&rule.id);
            let mut watched = Watched::new(rule, problems);
            match old {
                Some(old) if is_same_watch(&old.rule, &watched.rule) && watched.is_working() && old.is_working() => {
                    watched = Watched { rule: watched.rule, problems: watched.problems, ..old };
                }
                Some(old) => old.end(at, &mut ended),
                None => {}
            }
            if watched.instances.is_empty() && watched.is_working() {
                watched.take_series(&series[..self.n_series.min(series.len())], &mut self.kept);
            }
            self.rules.push(watched);
        }
        for gone in before.values() {
            gone.end(at, &mut ended);
        }
        let ids = self.rules.iter().enumerate();
        self.by_id = ids.map(|(place, watched)| (watched.rule.id.clone(), place)).collect();
        ended
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
        self.interval = tick.interval;
        for (place, watched) in (0..).zip(&mut self.rules) {
            if watched.is_working() {
                watched.evaluate(place, tick, &mut events);
            }
        }
        events
    }

    /// The rule of a place.
    pub fn rule_at(&self, place: Place) -> Option<&Arc<Rule>> {
        self.rules.get(place.rule as usize).map(|watched| &watched.rule)
    }

    /// The key of the instance at a place.
    pub fn key_at(&self, place: Place) -> Option<&SeriesKey> {
        self.instance(place).map(|instance| &instance.key)
    }

    /// Its name for people; empty where there is none.
    pub fn name_at(&self, place: Place) -> Arc<str> {
        self.instance(place).map_or_else(Arc::default, |instance| instance.name.clone())
    }

    fn instance(&self, place: Place) -> Option<&Instance> {
        self.rules.get(place.rule as usize)?.instances.get(place.instance as usize)
    }

    /// Where an instance stands.
    pub fn place_of(&self, rule: &str, instance: &SeriesKey) -> Option<Place> {
        let rule = *self.by_id.get(rule)?;
        let instance = *self.rules.get(rule)?.by_key.get(instance)?;
        Some(Place { rule: u32::try_from(rule).ok()?, instance: u32::try_from(instance).ok()? })
    }

    /// Notes the alert that an event opened in the log, or that none is open.
    pub fn set_alert(&mut self, place: Place, alert: Option<AlertId>) {
        let watched = self.rules.get_mut(place.rule as usize);
        if let Some(found) = watched.and_then(|watched| watched.instances.get_mut(place.instance as usize)) {
            found.alert = alert;
        }
    }

    /// What has to outlive the program: all that is not simply inactive, and what has not been taken up yet.
    pub fn kept(&self) -> Vec<Kept> {
        let live = self.rules.iter().flat_map(|watched| {
            let moved = watched.pulses.iter().enumerate().filter(|(_, pulse)| pulse.age.stage() != Phase::Inactive);
            moved.filter_map(|(i, _)| watched.kept(i, &watched.rule.id))
        });
        live.chain(self.kept.values().cloned()).collect()
    }

    /// Open alerts with the worst, the mean and the number of values while they fired.
    pub fn open_alerts(&self) -> impl Iterator<Item = (AlertId, f64, f64, u64)> {
        self.rules.iter().flat_map(Watched::open_alerts)
    }

    /// Whether a rule fires for an instance that agrees with this one on every attribute both have.
    pub fn fires_for(&self, rule: &str, instance: &SeriesKey) -> bool {
        let watched = self.by_id.get(rule).and_then(|place| self.rules.get(*place));
        watched.is_some_and(|watched| {
            let mut firing = watched.instances.iter().zip(&watched.pulses).filter(|(_, pulse)| pulse.age.is_open());
            firing.any(|(i, _)| {
                let agrees = |(name, value): (&str, &str)| instance.attribute(name).is_none_or(|other| other == value);
                i.key.attributes().all(agrees)
            })
        })
    }

    /// Number of instances of one rule, by its place.
    pub fn n_instances_of(&self, rule: usize) -> usize {
        self.rules.get(rule).map_or(0, |watched| watched.instances.len())
    }

    /// What the last evaluation of an instance saw, and the time between two of its evaluations.
    pub fn observed(&self, rule: usize, instance: usize) -> Option<(Observed, Duration)> {
        self.rules.get(rule)?.observed(instance, self.interval)
    }

    /// The value of an instance's first term computed at this very time.
    pub fn value_at(&self, rule: usize, instance: usize, now: Duration) -> Option<f64> {
        self.rules.get(rule)?.columns.first()?.value_at(instance, now)
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
