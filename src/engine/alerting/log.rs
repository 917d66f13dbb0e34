//! The alert log in memory: numbered, bounded, and what of it has yet to be written.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::model::alert::{AlertId, AlertRecord, Alerting, RecordEnd, RuleId};
use crate::model::{SeriesKey, Timestamp};
use crate::store::alert_log::MAX_RECORDS;

/// Which instance of which rule.
pub type Spot = (RuleId, SeriesKey);

/// Alerts by number.
#[derive(Debug, Default)]
pub struct Log {
    records: VecDeque<AlertRecord>,
    next: u64,
    open: BTreeMap<Spot, AlertId>,
    /// Of alerts that were open when the program ended: worst, mean and number of their values until then.
    carried: BTreeMap<AlertId, (f64, f64, u64)>,
    unsaved: BTreeSet<AlertId>,
    shown: Option<Arc<[AlertRecord]>>,
}

impl Log {
    /// The log that an earlier run left; no number below `next` is given again.
    pub fn new(records: Vec<AlertRecord>, next: u64) -> Self {
        let newest = records.iter().map(|record| record.id.0 + 1).max().unwrap_or(1);
        let mut log = Self { records: records.into(), next: next.max(newest), ..Self::default() };
        for record in log.records.iter().filter(|record| record.end.is_none()) {
            log.open.insert((record.rule.clone(), record.instance.clone()), record.id);
            log.carried.insert(record.id, (record.worst, record.mean, record.n_values));
        }
        log
    }

    /// The number that the next alert gets.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Opens an alert: its number is given here.
    pub fn open(&mut self, record: AlertRecord) -> AlertId {
        let id = AlertId(self.next);
        self.next += 1;
        self.open.insert((record.rule.clone(), record.instance.clone()), id);
        self.records.push_back(AlertRecord { id, ..record });
        if self.records.len() > MAX_RECORDS {
            self.records.pop_front();
        }
        self.touch(id);
        id
    }

    /// Closes the open alert of an instance; gives it.
    pub fn close(&mut self, spot: &Spot, at: Timestamp, how: RecordEnd) -> Option<&AlertRecord> {
        let id = self.open.remove(spot)?;
        self.carried.remove(&id);
        self.touch(id);
        let record = self.get_mut(id)?;
        (record.end, record.ended) = (Some(at.max(record.start)), Some(how));
        Some(record)
    }

    /// Every open alert.
    pub fn all_open(&self) -> impl Iterator<Item = (&Spot, AlertId)> {
        self.open.iter().map(|(spot, id)| (spot, *id))
    }

    /// Takes in what the values of an open alert come to in this run.
    pub fn put_figures(&mut self, id: AlertId, worst: f64, mean: f64, n: u64) {
        let (worst_before, mean_before, n_before) = self.carried.get(&id).copied().unwrap_or((f64::NAN, 0.0, 0));
        let Some(record) = self.get_mut(id) else { return };
        let n_values = n_before + n;
        if n_values == record.n_values && !record.worst.is_nan() {
            return;
        }
        record.worst = farther(worst_before, worst, record.threshold);
        let mean_before = if mean_before.is_nan() { 0.0 } else { mean_before };
        record.mean = (mean_before * n_before as f64 + mean * n as f64) / n_values.max(1) as f64;
        record.n_values = n_values;
        self.shown = None;
    }

    /// Says that the open alerts as they stand now have to be written.
    pub fn save_open(&mut self) {
        self.unsaved.extend(self.open.values());
    }

    /// Notes that a person has seen it; `false` where there is none or it was noted before.
    pub fn acknowledge(&mut self, id: AlertId, at: Timestamp) -> bool {
        let is_new = self.get_mut(id).is_some_and(|record| record.acknowledged.replace(at).is_none());
        if is_new {
            self.touch(id);
        }
        is_new
    }

    /// Puts a person's note to it; `false` where there is none.
    pub fn note(&mut self, id: AlertId, text: &str) -> bool {
        let note: String = text.chars().take(AlertRecord::MAX_NOTE).collect();
        let is_there = self.get_mut(id).map(|record| record.note = note.into()).is_some();
        if is_there {
            self.touch(id);
        }
        is_there
    }

    /// One of them.
    pub fn get(&self, id: AlertId) -> Option<&AlertRecord> {
        self.records.get(self.place(id)?)
    }

    /// What has to be written.
    pub fn take_unsaved(&mut self) -> Vec<AlertRecord> {
        let ids = std::mem::take(&mut self.unsaved);
        ids.into_iter().filter_map(|id| self.get(id).cloned()).collect()
    }

    /// Whether anything has to be written.
    pub fn has_unsaved(&self) -> bool {
        !self.unsaved.is_empty()
    }

    /// Says that these were not written after all.
    pub fn not_saved(&mut self, ids: &[AlertId]) {
        self.unsaved.extend(ids);
    }

    /// The newest first, as a snapshot shows them, and how many are not shown.
    pub fn shown(&mut self) -> (Arc<[AlertRecord]>, usize) {
        let records = &self.records;
        let shown = self.shown.get_or_insert_with(|| records.iter().rev().take(Alerting::MAX_LOG).cloned().collect());
        (shown.clone(), self.records.len().saturating_sub(Alerting::MAX_LOG))
    }

    fn touch(&mut self, id: AlertId) {
        self.unsaved.insert(id);
        self.shown = None;
    }

    fn place(&self, id: AlertId) -> Option<usize> {
        self.records.binary_search_by_key(&id, |record| record.id).ok()
    }

    fn get_mut(&mut self, id: AlertId) -> Option<&mut AlertRecord> {
        let place = self.place(id)?;
        self.records.get_mut(place)
    }
}

/// Which of two values is the worse one. The first is of the alert's beginning, so it lies beyond the threshold and says
/// on which side; the second may lie short of it, where the recovery has a threshold of its own.
fn farther(first: f64, second: f64, threshold: f64) -> f64 {
    match (first.is_nan(), second.is_nan()) {
        (true, _) => second,
        (_, true) => first,
        _ if first >= threshold => first.max(second),
        _ => first.min(second),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worse_value_is_that_on_the_side_where_it_fired() {
        for (first, second, threshold, worse) in [
            (1.0, 0.02, 0.8, 1.0),
            (0.9, 0.95, 0.8, 0.95),
            (0.1, 0.9, 0.2, 0.1),
            (0.1, 0.05, 0.2, 0.05),
            (f64::NAN, 0.9, 0.8, 0.9),
            (0.9, f64::NAN, 0.8, 0.9),
        ] {
            assert_eq!(farther(first, second, threshold), worse, "{first} {second}");
        }
    }

    fn spot() -> Spot {
        ("cpu".into(), SeriesKey::new("a", &[]))
    }

    fn record(start: i64) -> AlertRecord {
        let (rule, instance) = spot();
        let at = Timestamp::from_millis(start);
        AlertRecord {
            id: AlertId(0),
            rule,
            name: "CPU".into(),
            severity: "warning".into(),
            instance,
            text: "t".into(),
            pending_from: at,
            start: at,
            end: None,
            ended: None,
            unit: "1".into(),
            threshold: 0.8,
            worst: 0.9,
            mean: 0.9,
            n_values: 1,
            busiest: Arc::default(),
            busiest_unit: "{cpu}".into(),
            acknowledged: None,
            note: "".into(),
        }
    }

    #[test]
    fn numbers_grow_over_restarts_and_what_was_open_goes_on() {
        let mut log = Log::new(Vec::new(), 0);
        assert_eq!(log.open(record(5)), AlertId(1));
        log.put_figures(AlertId(1), 0.95, 0.85, 10);
        let saved = log.take_unsaved();
        let mut log = Log::new(saved, 7);
        log.put_figures(AlertId(1), 0.9, 0.75, 30);
        let found = log.get(AlertId(1)).expect("kept");
        assert_eq!((found.worst, found.n_values), (0.95, 40));
        assert!((found.mean - 0.775).abs() < 1e-12, "{}", found.mean);
        let closed = log.close(&spot(), Timestamp::from_millis(9), RecordEnd::Recovered).expect("was open");
        assert_eq!((closed.id, closed.end), (AlertId(1), Some(Timestamp::from_millis(9))));
        assert_eq!(log.close(&spot(), Timestamp::from_millis(9), RecordEnd::Recovered), None);
        assert_eq!(log.open(record(10)), AlertId(7), "no number that may have been given is given again");
        assert_eq!(log.shown().0.iter().map(|r| r.id.0).collect::<Vec<_>>(), [7, 1]);
    }
}
