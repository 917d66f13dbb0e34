//! Who has series: a fair share for each service, and nothing for what is over.

use std::collections::BTreeSet;
use std::time::Duration;

use super::written::{at, traces};
use super::*;
use crate::model::{SeriesDef, Slot};
use crate::telemetry::record::{Record, Tick};
use crate::telemetry::spans::SERIES_SHARE;

/// The series that had a value at the newest tick.
#[derive(Default)]
struct Series {
    keys: Vec<String>,
    put: BTreeSet<String>,
}

impl Record for Series {
    fn define(&mut self, def: SeriesDef) -> Slot {
        self.keys.push(def.key.to_string());
        Slot(self.keys.len() as u32 - 1)
    }

    fn put(&mut self, slot: Slot, _: f64) {
        assert!(self.put.insert(self.keys[slot.0 as usize].clone()), "once a tick");
    }
}

impl Series {
    fn n_of(&self, service: &str) -> usize {
        let of = format!("service.name=\"{service}\"");
        self.put.iter().filter(|key| key.contains(&of)).count()
    }
}

struct Desk {
    book: SpanBook,
    series: Series,
    n_traces: u128,
}

impl Desk {
    /// Of all series there may be `most` of spans.
    fn new(most: u32) -> Self {
        let bounds = Bounds { series: most * SERIES_SHARE, ..Bounds::default() };
        Self { book: SpanBook::new(bounds), series: Series::default(), n_traces: 0 }
    }

    /// A call of each of these functions of a service, five series each, that ends at this second.
    fn call(&mut self, service: &str, functions: std::ops::Range<u32>, second: i64) {
        for i in functions {
            self.n_traces += 1;
            let line = format!("{service} 1 0 internal f{i} {} {}", second * 1000 - 5, second * 1000 - 1);
            self.book.take_traces(&traces(self.n_traces, &line), at(second * 1000)).expect("a request");
        }
    }

    fn tick(&mut self, second: i64) {
        self.series.put.clear();
        let elapsed = Duration::from_secs(second.unsigned_abs());
        self.book.record(Tick { at: at(second * 1000), elapsed, generation: 1 }, &|_| false, &mut self.series);
    }
}

#[test]
fn one_service_does_not_take_the_series_of_the_others() {
    let mut desk = Desk::new(200);
    desk.call("noisy", 0..90, 1);
    desk.tick(1);
    assert_eq!(desk.series.n_of("noisy"), 200);
    for second in [2, 3, 4] {
        desk.call("noisy", 0..90, second);
        desk.call("second", 0..3, second);
        desk.call("third", 0..40, second);
        desk.tick(second);
    }
    assert_eq!(desk.series.n_of("second"), 15, "all that it has");
    let (noisy, third) = (desk.series.n_of("noisy"), desk.series.n_of("third"));
    assert!(noisy + third + 15 <= 200 && noisy >= 80 && third >= 80, "{noisy} and {third}");
    let n_defined = desk.series.keys.len();
    desk.call("noisy", 0..90, 5);
    desk.tick(5);
    assert_eq!(desk.series.keys.len(), n_defined, "who gave way does not take it back");
    assert!(losses(&desk.book).n_over_series > 0);
    assert_eq!(losses(&desk.book).n_series, 200);
}

#[test]
fn what_was_not_used_for_long_is_released_and_comes_again_as_the_same_series() {
    let mut desk = Desk::new(100);
    desk.call("shop", 0..20, 1);
    desk.tick(1);
    desk.call("shop", 20..40, 70);
    desk.tick(70);
    assert_eq!(losses(&desk.book).n_over_series, 100, "the first twenty still stand");
    for second in (80..1_000).step_by(10) {
        desk.call("shop", 20..21, second);
        desk.tick(second);
    }
    desk.call("shop", 20..40, 1_000);
    desk.tick(1_000);
    assert_eq!((desk.series.n_of("shop"), losses(&desk.book).n_series), (100, 100));
    // What is asked every few minutes keeps its place.
    desk.call("shop", 0..1, 1_001);
    desk.tick(1_001);
    assert!(!desk.series.put.iter().any(|key| key.contains("span.name=\"f0\"")));
    let before: BTreeSet<String> = desk.series.keys[..100].iter().cloned().collect();
    for second in (1_010..3_000).step_by(10) {
        desk.call("shop", 0..1, second);
        desk.tick(second);
    }
    assert!(desk.series.put.iter().all(|key| before.contains(key)), "{:?}", desk.series.put);
    assert_eq!(desk.series.n_of("shop"), 5);
}

#[test]
fn a_service_that_is_forgotten_keeps_no_series() {
    let mut desk = Desk::new(100);
    desk.call("shop", 0..20, 1);
    desk.tick(1);
    desk.book.forget("shop");
    assert_eq!(losses(&desk.book).n_series, 0);
    desk.call("other", 0..20, 2);
    desk.tick(2);
    assert_eq!(desk.series.n_of("other"), 100);
}
