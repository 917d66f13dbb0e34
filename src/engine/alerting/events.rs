//! What happens to rules, into the log, onto the time axis, and to those who are told.

use std::sync::Arc;

use super::busiest::{Busy, BusyBy};
use super::desk::{AlertDesk, Deed, Scene};
use super::log::Spot;
use crate::alert::telling::Told;
use crate::alert::{Change, Ended, Event, message};
use crate::model::alert::{AlertId, AlertRecord, RecordEnd, Rule, RuleId};
use crate::model::{AnnotationKind, AnnotationText, ProcessRow, SeriesKey, Timestamp};

/// Alerts of one tick that get a note of their own on the time axis; the others are one note.
const MAX_NOTED: usize = 50;

impl AlertDesk {
    /// Takes in what a tick did.
    pub(super) fn happened(&mut self, events: Vec<Event>, scene: &Scene<'_>) {
        if events.is_empty() {
            return;
        }
        self.has_changed = true;
        self.keeping.is_due = true;
        let is_end = |event: &Event| matches!(event.change, Change::Resolved | Change::EndedWithoutData);
        if events.iter().any(is_end) {
            self.put_figures();
        }
        let mut busiest: Vec<(BusyBy, Busy)> = Vec::new();
        let mut n_fired = 0;
        for event in events {
            match event.change {
                Change::Firing => {
                    n_fired += 1;
                    self.fired(event, &mut busiest, scene.processes, n_fired <= MAX_NOTED);
                }
                Change::Resolved => self.recovered(event, RecordEnd::Recovered),
                Change::EndedWithoutData => self.recovered(event, RecordEnd::WithoutData),
                Change::Pending
                | Change::Cleared
                | Change::Recovering
                | Change::Relapsed
                | Change::NoData
                | Change::Data => {}
            }
        }
        if n_fired > MAX_NOTED {
            let text = format!("{} more alerts fired", n_fired - MAX_NOTED);
            self.deeds.push(Deed::Note(AnnotationText::at(scene.at, AnnotationKind::Alert, text)));
        }
    }

    /// `busiest` keeps what was looked up for the alerts before it in the same tick.
    fn fired(&mut self, event: Event, busiest: &mut Vec<(BusyBy, Busy)>, rows: &[ProcessRow], is_noted: bool) {
        let (rule, key) = (self.book.rule_at(event.place), self.book.key_at(event.place));
        let (Some(rule), Some(instance)) = (rule.cloned(), key.cloned()) else { return };
        let name = self.book.name_at(event.place);
        let text: Arc<str> = message(&rule, &instance, &name, event.value).into();
        let by = BusyBy::of(&rule);
        let found = busiest.iter().position(|(known, _)| *known == by).unwrap_or_else(|| {
            busiest.push((by, by.busiest(rows)));
            busiest.len() - 1
        });
        let record = record_of(&rule, &instance, &event, text.clone(), &busiest[found].1);
        let id = self.log.open(record);
        self.book.set_alert(event.place, Some(id));
        if is_noted {
            self.deeds.extend(self.log.get(id).map(|record| Deed::Begin(id, note_of(record))));
        }
        self.start_capture(&rule, &instance, event.at);
        self.telling.fired(&Told {
            rule,
            instance,
            name,
            alert: Some(id),
            text,
            value: event.value,
            pending_from: event.pending_from,
            start: event.at,
            end: None,
        });
    }

    fn recovered(&mut self, event: Event, how: RecordEnd) {
        let (rule, key) = (self.book.rule_at(event.place), self.book.key_at(event.place));
        let (Some(rule), Some(instance)) = (rule.map(|rule| rule.id.clone()), key.cloned()) else { return };
        self.book.set_alert(event.place, None);
        self.close(&rule, &instance, event.at, how);
        self.telling.ended(&rule, &instance, event.at);
    }

    fn close(&mut self, rule: &RuleId, instance: &SeriesKey, at: Timestamp, how: RecordEnd) {
        let spot: Spot = (rule.clone(), instance.clone());
        if let Some(record) = self.log.close(&spot, at, how) {
            self.deeds.push(Deed::End(record.id, note_of(record)));
            let id = record.id;
            self.withdraw(id);
        }
    }

    /// Takes in that alerts ended with their rules.
    pub(super) fn rules_ended(&mut self, ended: &[Ended]) {
        for Ended { rule, instance, at } in ended {
            if let Some(place) = self.book.place_of(rule, instance) {
                self.book.set_alert(place, None);
            }
            self.close(rule, instance, *at, RecordEnd::RuleChanged);
            self.telling.dropped(rule, instance);
        }
        self.keeping.is_due |= !ended.is_empty();
    }

    /// Takes over into the log what the values of open alerts come to.
    pub(super) fn put_figures(&mut self) {
        for (id, worst, mean, n) in self.book.open_alerts() {
            self.log.put_figures(id, worst, mean, n);
        }
    }
}

fn record_of(rule: &Rule, instance: &SeriesKey, event: &Event, text: Arc<str>, busiest: &Busy) -> AlertRecord {
    let threshold = rule.when.first().map(|condition| condition.threshold);
    AlertRecord {
        id: AlertId(0),
        rule: rule.id.clone(),
        name: rule.name.clone(),
        severity: rule.severity.name().to_lowercase().into(),
        instance: instance.clone(),
        text,
        pending_from: event.pending_from,
        start: event.at,
        end: None,
        ended: None,
        unit: threshold.map_or("1", |amount| amount.dimension.ucum()).into(),
        threshold: threshold.map_or(f64::NAN, |amount| amount.value),
        worst: event.value,
        mean: event.value,
        n_values: u64::from(!event.value.is_nan()),
        busiest: busiest.0.clone(),
        busiest_unit: busiest.1.into(),
        acknowledged: None,
        note: Arc::default(),
    }
}

/// How the note of an alert begins the line that says which it is.
const ALERT: &str = "Alert ";

/// The note of an alert on the time axis.
fn note_of(record: &AlertRecord) -> AnnotationText {
    let text = format!("{}: {}", record.name, record.text);
    let detail = format!("{ALERT}{}\n{}", record.id.0, record.instance);
    AnnotationText {
        until: record.end,
        detail: detail.into(),
        ..AnnotationText::at(record.start, AnnotationKind::Alert, text)
    }
    .bounded()
}

/// Which alert a note is of.
pub fn alert_of(note: &AnnotationText) -> Option<AlertId> {
    let line = note.detail.lines().next().filter(|_| note.kind == AnnotationKind::Alert)?;
    line.strip_prefix(ALERT)?.parse().ok().map(AlertId)
}

/// A series' instance as people call it, where no rule has met it.
pub(super) fn name_of_key(key: &SeriesKey) -> Arc<str> {
    key.attributes().map(|(_, value)| value).collect::<Vec<_>>().join(", ").into()
}
