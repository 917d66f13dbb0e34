//! The shipped rules on response time and errors, on nothing but spans.

use std::sync::Arc;
use std::time::Duration;

use super::written::{T0, at, request, span};
use super::*;
use crate::alert::{self, Change, shipped};
use crate::model::{SeriesDef, SeriesId, SeriesInfo, Slot};
use crate::telemetry::record::{Record, Tick};

#[derive(Default)]
struct Series {
    infos: Vec<SeriesInfo>,
    values: Vec<f64>,
}

impl Record for Series {
    fn define(&mut self, def: SeriesDef) -> Slot {
        let id = self.infos.len() as u32;
        self.infos.push(SeriesInfo { id: SeriesId(id), def: Arc::new(def) });
        self.values.push(f64::NAN);
        Slot(id)
    }

    fn put(&mut self, slot: Slot, value: f64) {
        self.values[slot.0 as usize] = value;
    }
}

/// Ids of the rules that fired while a service answered 10 requests a second for 8 min, reported every 5 s.
fn fired(millis: u64, failed_of_20: u64) -> Vec<String> {
    let rules: Vec<_> =
        shipped().rules.into_iter().filter(|rule| ["response-time", "errors"].contains(&&*rule.id)).collect();
    assert_eq!(rules.len(), 2);
    let mut book = book();
    let mut series = Series::default();
    let mut alerts = alert::Book::new(Vec::new());
    let mut fired = Vec::new();
    let mut trace = 0;
    for second in 0..480u64 {
        if second % 5 == 4 {
            let mut spans = Vec::new();
            for i in 0..50u64 {
                trace += 1;
                let start = (second * 1000) as i64 - (i * 90 + millis) as i64;
                let status = if i % 20 < failed_of_20 { 503 } else { 200 };
                let attributes = format!("http.request.method=GET http.route=/r http.response.status_code={status}");
                spans.push(span(trace, &format!("1 0 server GET~/r {start} {} {attributes}", start + millis as i64)));
            }
            book.take_traces(&request("shop", &spans), at(second as i64 * 1000)).expect("a request");
        }
        series.values.fill(f64::NAN);
        let (when, now) = (at(second as i64 * 1000 + 1), Duration::from_secs(second));
        book.record(Tick { at: when, elapsed: now, generation: 1 }, &|_| false, &mut series);
        if second == 0 {
            alerts.set_rules(rules.iter().map(|rule| (Arc::clone(rule), Arc::default())).collect(), &[], T0);
        }
        alerts.take_series(&series.infos);
        let events =
            alerts.evaluate(&alert::Tick { at: when, now, interval: Duration::from_secs(1), values: &series.values });
        for event in events.into_iter().filter(|event| event.change == Change::Firing) {
            let rule = &rules[event.place.rule as usize];
            fired.push(format!("{} {:.3}", rule.id, event.value));
        }
    }
    fired.sort();
    fired
}

#[test]
fn response_time_and_errors_are_told_from_spans_alone() {
    assert_eq!(fired(50, 0), Vec::<String>::new());
    assert_eq!(fired(300, 0), ["response-time 0.300"]);
    assert_eq!(fired(50, 1), ["errors 0.060"], "three of fifty");
}
