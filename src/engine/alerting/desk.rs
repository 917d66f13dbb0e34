//! The desk: rules at work, what they have reached, and what is to be done about it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::capture::Capture;
use super::clock::Clock;
use super::files::AlertJob;
use super::keeping::Keeping;
use super::log::Log;
use super::said::Said;
use crate::alert::check::{Known, problems};
use crate::alert::document::RuleDocument;
use crate::alert::telling::Telling;
use crate::alert::{Book, Tick};
use crate::model::alert::{
    ActionKind, AlertId, Alerting, Backtest, Delivery, Rule, RuleId, RuleProblem, RuleStatus, Silence,
};
use crate::model::{AnnotationText, ProcessRow, SeriesId, SeriesInfo, Severity, SourceId, Timestamp};
use crate::notify::Order;

/// Time between two looks at what is wrong with rules while the list of series grows.
const CHECK_EVERY: Duration = Duration::from_secs(3);
/// Time between two publications of how rules stand, where nothing happens.
const SHOW_EVERY: Duration = Duration::from_secs(1);
/// So many instances are put into words in about 10 ms: with more of them it is done less often.
const SHOWN_A_SECOND: u64 = 20_000;

/// Something to be done in the world, or told.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Tell the person.
    Tell(Severity, Arc<str>, Arc<str>),
    /// Take what was told with this text off the list.
    Withdraw(Arc<str>),
    /// For the job thread.
    Job(AlertJob),
    /// For those who tell outside the window.
    Notify(Box<Order>),
    /// Note the beginning of an alert on the time axis.
    Begin(AlertId, AnnotationText),
    /// Note its end there: the same text with it.
    End(AlertId, AnnotationText),
    /// Note something else there.
    Note(AnnotationText),
    /// Sample at this interval; `None` means as the settings say.
    Sample(Option<Duration>),
}

/// A batch, as alerts see it.
#[derive(Debug, Clone, Copy)]
pub struct Beat {
    /// Who sent it.
    pub source: SourceId,
    /// Wall time.
    pub at: Timestamp,
    /// The source's own monotonic time.
    pub elapsed: Duration,
    /// Time between its batches.
    pub interval: Duration,
}

/// What stands around alerts.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// Wall time.
    pub at: Timestamp,
    /// Minute of the day where the machine stands.
    pub minute: u16,
    /// Every series.
    pub series: &'a [SeriesInfo],
    /// All processes, when they were last read.
    pub processes: &'a [ProcessRow],
    /// How far back history goes.
    pub history: Option<Duration>,
    /// The machine's name.
    pub host: &'a Arc<str>,
}

/// Rules at work and all about them.
#[derive(Default)]
pub struct AlertDesk {
    pub(super) data: PathBuf,
    pub(super) has_asked: bool,
    /// Whether the files were read: before that no rule works.
    pub(super) is_read: bool,
    pub(super) document: RuleDocument,
    pub(super) shipped: Vec<Arc<Rule>>,
    pub(super) file_error: Arc<str>,
    pub(super) book: Book,
    pub(super) clock: Clock,
    values: Vec<f64>,
    n_series: usize,
    /// Wall time and interval of the last tick.
    last: (Timestamp, Duration),
    /// When rules were last looked through for problems, and whether there are series that they have not seen.
    checked: Duration,
    wants_check: bool,
    problems: Vec<Arc<[RuleProblem]>>,
    pub(super) silences: BTreeMap<RuleId, Silence>,
    pub(super) deleted: Option<(usize, Arc<Rule>)>,
    pub(super) log: Log,
    pub(super) telling: Telling,
    pub(super) said: Said,
    pub(super) deliveries: BTreeMap<RuleId, BTreeMap<ActionKind, Delivery>>,
    pub(super) n_undelivered: u64,
    pub(super) capture: Option<Capture>,
    pub(super) keeping: Keeping,
    pub(super) has_changed: bool,
    shown: Option<Duration>,
    alerting: Arc<Alerting>,
    pub(super) deeds: Vec<Deed>,
}

impl AlertDesk {
    /// A desk that keeps its state and its log in this folder, and has read nothing yet.
    pub fn new(data: PathBuf) -> Self {
        Self { data, ..Self::default() }
    }

    /// What is to be done since the last call.
    pub fn take_deeds(&mut self) -> Vec<Deed> {
        std::mem::take(&mut self.deeds)
    }

    /// Alerts as clients see them.
    pub fn alerting(&self) -> &Arc<Alerting> {
        &self.alerting
    }

    /// Puts the answer to a back-test into what clients see; `None` takes it out.
    pub fn show_backtest(&mut self, found: Option<Backtest>) {
        Arc::make_mut(&mut self.alerting).backtest = found.map(Arc::new);
    }

    /// Begins a tick that knows so many series: none has a value yet.
    pub fn begin(&mut self, n_series: usize) {
        self.values.clear();
        self.values.resize(n_series, f64::NAN);
    }

    /// A value of this tick.
    pub fn put(&mut self, id: SeriesId, value: f64) {
        if let Some(place) = self.values.get_mut(id.0 as usize) {
            *place = value;
        }
    }

    /// Moves every rule on.
    pub fn tick(&mut self, beat: &Beat, scene: &Scene<'_>) {
        let now = self.clock.take(beat.source, beat.elapsed, beat.interval);
        self.last = (beat.at, beat.interval);
        if !self.is_read {
            if !std::mem::replace(&mut self.has_asked, true) {
                self.deeds.push(Deed::Job(AlertJob::Read { data: self.data.clone() }));
            }
            return;
        }
        if scene.series.len() != self.n_series {
            self.book.take_series(scene.series);
            self.n_series = scene.series.len();
            self.wants_check = true;
        }
        if self.wants_check && now.saturating_sub(self.checked) >= CHECK_EVERY {
            self.put_rules(scene);
        }
        let tick = Tick { at: beat.at, now, interval: beat.interval, values: &self.values };
        let events = self.book.evaluate(&tick);
        self.happened(events, scene);
        self.end_silences(scene.at);
        self.speak(now, scene);
        self.end_capture(now);
        self.keep(now);
        self.show(scene);
    }

    /// Puts the rules of the document in force, with what is wrong with them now.
    pub(super) fn put_rules(&mut self, scene: &Scene<'_>) {
        let ids: Vec<RuleId> = self.document.rules.iter().map(|rule| rule.id.clone()).collect();
        let known = Known {
            series: scene.series,
            rules: &ids,
            webhooks: &self.document.webhooks,
            programs_allowed: self.document.programs_allowed,
            history: scene.history,
        };
        let rules = &self.document.rules;
        let found: Vec<Arc<[RuleProblem]>> = rules.iter().map(|rule| problems(rule, &known).into()).collect();
        (self.checked, self.wants_check) = (self.clock.now(), false);
        let is_same = self.problems == found
            && self.alerting.rules.len() == rules.len()
            && self.alerting.rules.iter().zip(rules).all(|(status, rule)| status.rule == *rule);
        self.problems = found;
        if is_same {
            return;
        }
        self.put_figures();
        let rules = self.document.rules.iter().cloned().zip(self.problems.iter().cloned()).collect();
        let events = self.book.set_rules(rules, scene.series, scene.at);
        self.book.take_series(scene.series);
        self.n_series = scene.series.len();
        self.rules_ended(&events);
        self.telling.set_rules(&self.document.rules);
        let is_there = |id: &RuleId| self.document.rules.iter().any(|rule| rule.id == *id);
        self.silences.retain(|id, _| is_there(id));
        self.deliveries.retain(|id, _| is_there(id));
        self.has_changed = true;
    }

    /// Renews what clients see, where it is time.
    pub(super) fn show(&mut self, scene: &Scene<'_>) {
        let now = self.clock.now();
        let every = SHOW_EVERY + Duration::from_secs(self.book.n_instances() as u64 / SHOWN_A_SECOND);
        // A tick that comes a little early still counts.
        let is_due = self.shown.is_none_or(|shown| now.saturating_sub(shown) + self.last.1 / 2 >= every);
        if !is_due && !self.has_changed {
            return;
        }
        (self.shown, self.has_changed) = (Some(now), false);
        let (at, interval) = self.last;
        let mut rules = self.book.statuses(&Tick { at, now, interval, values: &[] });
        for status in &mut rules {
            self.complete(status, scene.at);
        }
        let speaks = |status: &&RuleStatus| !status.rule.is_paused && status.silence.is_none();
        let n_firing = rules.iter().filter(speaks).map(|status| status.n_firing).sum();
        let (log, n_older) = self.log.shown();
        self.alerting = Arc::new(Alerting {
            rules: rules.into(),
            log,
            n_older,
            n_firing,
            webhooks: self.document.webhooks.as_slice().into(),
            programs_allowed: self.document.programs_allowed,
            backtest: self.alerting.backtest.clone(),
            file_error: self.file_error.clone(),
            n_undelivered: self.n_undelivered,
            deleted: self.deleted.as_ref().map(|(_, rule)| rule.id.clone()),
        });
    }

    /// What is not the book's about a rule.
    fn complete(&self, status: &mut RuleStatus, at: Timestamp) {
        let id = &status.rule.id;
        status.is_shipped = self.shipped.contains(&status.rule);
        status.silence = self.silences.get(id).filter(|silence| silence.until > at).cloned();
        if let Some(of_rule) = self.deliveries.get(id) {
            status.deliveries = of_rule.values().cloned().collect();
        }
    }

    fn end_silences(&mut self, at: Timestamp) {
        let n = self.silences.len();
        self.silences.retain(|_, silence| silence.until > at);
        if self.silences.len() < n {
            self.keeping.is_due = true;
            self.has_changed = true;
        }
    }

    /// Tells the person.
    pub(super) fn tell(&mut self, severity: Severity, text: impl Into<Arc<str>>, detail: impl Into<Arc<str>>) {
        self.deeds.push(Deed::Tell(severity, text.into(), detail.into()));
    }

    /// Time between the batches of the source that sent the last one.
    pub(super) fn interval(&self) -> Duration {
        self.last.1
    }

    /// The rule of this name.
    pub(super) fn rule(&self, id: &str) -> Option<&Arc<Rule>> {
        self.document.rules.iter().find(|rule| &*rule.id == id)
    }
}
