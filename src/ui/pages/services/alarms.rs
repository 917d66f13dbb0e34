//! What alert rules say of a service: thresholds, spans in which they fired, and what is about to fire.
//!
//! The shipped rules divide series that no chart draws, so they are told apart by what they look at and not by series.

use std::sync::Arc;
use std::time::Duration;

use crate::model::alert::{Alerting, Phase, Rule, RuleStatus};
use crate::model::{Timestamp, Unit};
use crate::ui::chart::alert_spans::AlertSpan;

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    Errors,
    Duration,
    Pool,
}

/// A threshold as a chart draws it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Limit {
    /// Where, in the base unit.
    pub value: f64,
    /// What is compared with it, such as " (mean)"; empty where it is what is drawn.
    pub of: &'static str,
    /// From where on a value deserves colour: the rule's recovery, else its threshold.
    pub notice: f64,
}

/// What rules say of one subject.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Alarm {
    pub limit: Option<Limit>,
    pub spans: Vec<AlertSpan>,
    /// Whether it fires.
    pub is_firing: bool,
    /// When it will fire if nothing changes.
    pub due: Option<Timestamp>,
}

/// What rules say of the chosen service.
#[derive(Debug, Default)]
pub(super) struct Alarms {
    made_for: Option<(Arc<Alerting>, Arc<str>, Arc<str>)>,
    pub errors: Alarm,
    pub duration: Alarm,
    pub pool: Alarm,
}

impl Alarms {
    /// Takes in the rules and their log; cheap where nothing changed. `metric` is what the requests are told by.
    pub(super) fn refresh(&mut self, alerts: &Arc<Alerting>, service: &Arc<str>, metric: &Arc<str>, now: Timestamp) {
        let is_same =
            |(a, s, m): &(Arc<Alerting>, Arc<str>, Arc<str>)| Arc::ptr_eq(a, alerts) && s == service && m == metric;
        if self.made_for.as_ref().is_some_and(is_same) {
            return;
        }
        *self = Self::default();
        for status in alerts.rules.iter() {
            let Some(subject) = subject(&status.rule, service, metric) else { continue };
            let alarm = match subject {
                Subject::Errors => &mut self.errors,
                Subject::Duration => &mut self.duration,
                Subject::Pool => &mut self.pool,
            };
            alarm.take(status, service, now);
            let of_service = alerts.log.iter().filter(|record| {
                record.rule == status.rule.id && record.instance.attribute("service.name") == Some(&**service)
            });
            alarm.spans.extend(of_service.map(|record| AlertSpan {
                start: record.start,
                end: record.end,
                severity: status.rule.severity,
            }));
        }
        self.made_for = Some((alerts.clone(), service.clone(), metric.clone()));
    }
}

impl Alarm {
    fn take(&mut self, status: &RuleStatus, service: &str, now: Timestamp) {
        let rule = &status.rule;
        let Some(condition) = rule.when.first().filter(|_| !rule.is_paused) else { return };
        let value = condition.threshold.value;
        let notice = rule.recover.map_or(value, |(_, amount)| amount.value);
        let of = if condition.term.over.is_some() && condition.threshold.dimension.unit() == Unit::Seconds {
            " (mean)"
        } else {
            ""
        };
        // Of several rules the lowest limit is drawn: it is the one that is met first.
        if self.limit.as_ref().is_none_or(|limit| value < limit.value) {
            self.limit = Some(Limit { value, of, notice });
        }
        let own = status.instances.iter().filter(|i| i.key.attribute("service.name") == Some(service));
        for instance in own {
            match instance.phase {
                Phase::Firing => self.is_firing = true,
                Phase::Pending => {
                    let due = now.plus(rule.hold.saturating_sub(instance.held));
                    self.due = Some(self.due.map_or(due, |before| before.min(due)));
                }
                _ => {}
            }
        }
    }

    /// The time left until it fires.
    pub(super) fn left(&self, now: Timestamp) -> Option<Duration> {
        self.due.filter(|_| !self.is_firing).map(|due| due.since(now))
    }
}

/// What a rule is about, where it is about this service at all.
fn subject(rule: &Rule, service: &str, metric: &str) -> Option<Subject> {
    let term = &rule.when.first()?.term;
    let matchers = &term.series.matchers;
    let is_other = matchers
        .iter()
        .any(|m| &*m.label == "service.name" && m.op == crate::model::alert::MatchOp::Is && &*m.value != service);
    if is_other {
        return None;
    }
    let looked_at = &*term.series.metric;
    if looked_at.starts_with("db.client.connection") {
        return Some(Subject::Pool);
    }
    let part = looked_at.strip_prefix(metric).filter(|_| !metric.is_empty())?;
    let has = |label: &str, value: &str| matchers.iter().any(|m| &*m.label == label && m.value.starts_with(value));
    match part {
        ".count" if term.over.is_some() && matchers.iter().any(|m| &*m.label == "error.type") => Some(Subject::Errors),
        ".sum" if term.over.is_some() => Some(Subject::Duration),
        "" if has("statistic", "error_ratio") => Some(Subject::Errors),
        "" if has("statistic", "p") || has("statistic", "mean") => Some(Subject::Duration),
        _ => None,
    }
}
