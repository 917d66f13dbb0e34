//! Messages in, series and figures out.

mod bad;
mod bounds;
mod figures;
mod message;
mod rates;

use std::collections::BTreeMap;
use std::time::Duration;

use self::message::*;
use super::*;
use crate::model::service::{Bounds, IntakeFigures};
use crate::model::{SeriesDef, SeriesGroup, Slot, Unit};
use crate::telemetry::record::{Record, Tick};

/// What was recorded: definitions, and values by key.
#[derive(Debug, Default)]
struct Recorded {
    defs: Vec<SeriesDef>,
    values: BTreeMap<String, f64>,
}

impl Record for Recorded {
    fn define(&mut self, def: SeriesDef) -> Slot {
        assert_eq!((def.group, def.probe.0), (SeriesGroup::Services, "services"));
        self.defs.push(def);
        Slot(u32::try_from(self.defs.len() - 1).expect("a slot"))
    }

    fn put(&mut self, slot: Slot, value: f64) {
        assert!(value.is_finite());
        let key = self.defs[slot.0 as usize].key.to_string();
        assert!(self.values.insert(key.clone(), value).is_none(), "{key} twice at one tick");
    }
}

/// A book and what it recorded.
struct Desk {
    book: MetricBook,
    recorded: Recorded,
}

impl Desk {
    fn new() -> Self {
        Self::bounded(Bounds::default())
    }

    fn bounded(bounds: Bounds) -> Self {
        Self { book: MetricBook::new(bounds), recorded: Recorded::default() }
    }

    /// Takes a request that arrives so many milliseconds after the start; gives what was rejected.
    fn take(&mut self, at: i64, body: &[u8]) -> u64 {
        self.book.take(body, moment(at)).expect("a sound request").n_rejected
    }

    /// The values of a tick, written with their keys but for the service; at most four decimals.
    fn tick(&mut self, at: i64) -> Vec<String> {
        self.recorded.values.clear();
        let tick = Tick { at: moment(at), elapsed: Duration::from_millis(at.unsigned_abs()), generation: 1 };
        self.book.record(tick, &mut self.recorded);
        let written = |(key, value): (&String, &f64)| {
            let key = key.replace(",service.name=\"shop\"", "").replace("service.name=\"shop\",", "");
            format!("{} {}", key.replace("{service.name=\"shop\"}", ""), (value * 1e4).round() / 1e4)
        };
        self.recorded.values.iter().map(written).collect()
    }

    fn value(&self, key: &str) -> f64 {
        *self.recorded.values.get(key).unwrap_or_else(|| panic!("{key} is not in {:#?}", self.recorded.values))
    }

    fn losses(&self) -> IntakeFigures {
        let mut figures = IntakeFigures::default();
        self.book.add_losses(&mut figures);
        figures
    }

    fn unit(&self, metric: &str) -> Unit {
        self.recorded.defs.iter().find(|def| def.key.metric() == metric).expect(metric).unit
    }
}

#[test]
fn a_gauge_is_what_it_is_at_the_tick_after_it_came_and_nothing_in_between() {
    let mut desk = Desk::new();
    let body = |at, value| request("shop", &[gauge("queue.size", "{job}", &[point(0, at, value, &[("q", "a")])])]);
    assert_eq!(desk.take(1000, &body(1000, 7.0)), 0);
    assert_eq!(desk.tick(1000), ["queue.size{q=\"a\"} 7"]);
    assert_eq!(desk.unit("queue.size"), Unit::Count("job"));
    assert_eq!(&*desk.recorded.defs[0].instance, "shop, a");
    assert!(desk.tick(2000).is_empty());
    desk.take(11_000, &body(11_000, 9.0));
    assert_eq!(desk.tick(11_000), ["queue.size{q=\"a\"} 9"]);
    assert_eq!(desk.recorded.defs.len(), 2, "defined anew with the time between its values");
    assert_eq!(desk.recorded.defs[1].cadence, Some(Duration::from_secs(10)));
}

#[test]
fn the_order_of_attributes_makes_no_other_series() {
    let mut desk = Desk::new();
    for (at, attributes) in [(1000, [("a", "1"), ("b", "2")]), (2000, [("b", "2"), ("a", "1")])] {
        desk.take(at, &request("shop", &[counter("jobs", "", false, &[point(500, at, at as f64, &attributes)])]));
    }
    assert_eq!(desk.tick(2000), ["jobs{a=\"1\",b=\"2\"} 1333.3333"], "1,000 in 0.5 s, then 1,000 in 1 s");
    assert_eq!(desk.losses().n_series, 1);
}

#[test]
fn instances_are_one_series_and_each_has_its_own_count() {
    let mut desk = Desk::new();
    let body = |instance, at, value: f64, busy: f64| {
        let metrics = [
            counter("jobs", "{job}", false, &[point(-9_000_000, at, value, &[])]),
            gauge("http.server.active_requests", "{request}", &[point(0, at, busy, &[])]),
            gauge("load.level", "1", &[point(0, at, busy, &[])]),
        ];
        request_of("shop", &[("service.instance.id", instance)], &metrics)
    };
    for (at, a, b) in [(1000, 100.0, 7.0), (2000, 110.0, 8.0)] {
        desk.take(at, &body("one", at, a, 4.0));
        desk.take(at, &body("two", at, b, 2.0));
    }
    assert_eq!(desk.tick(2000), ["http.server.active_requests 6", "jobs 11", "load.level 3"]);
    assert_eq!(desk.book.figures(moment(2000))[0].identity.n_instances, 2);
}

#[test]
fn a_datum_from_elsewhere_is_a_series_like_any_other() {
    let mut desk = Desk::new();
    let sender = Sender { service: "shop".into(), ..Sender::default() };
    let attributes = [("route", "/a"), ("code", "500")];
    let interval = Some(Duration::from_secs(15));
    let stream = |metric, unit| Stream { sender: &sender, metric, unit, attributes: &attributes, interval };
    let histogram = |n: u64| Datum::Histogram {
        bounds: &[0.1, 0.5],
        counts: if n == 0 { &[0, 0, 0] } else { &[10, 20, 0] },
        sum: Some(n as f64 * 0.2),
        count: n,
        is_delta: false,
        start: None,
    };
    for (at, n) in [(0, 0), (15_000, 30)] {
        assert!(desk.book.put(&stream("http_request_duration_seconds", ""), &histogram(n), moment(at)));
        assert!(desk.book.put(&stream("temperature_celsius", ""), &Datum::Gauge(21.0), moment(at)));
        desk.tick(at);
    }
    let of = |more: &str| format!("http.server.request.duration{more}");
    let attributes = "error.type=\"500\",http.response.status_code=\"500\",http.route=\"/a\",service.name=\"shop\"";
    assert_eq!(desk.value(&of(&format!(".count{{{attributes}}}"))), 2.0);
    assert!((desk.value(&of(&format!(".sum{{{attributes}}}"))) - 0.4).abs() < 1e-9);
    assert_eq!(desk.value(&of("{service.name=\"shop\",statistic=\"error_ratio\"}")), 1.0);
    assert_eq!(desk.unit("temperature_celsius"), Unit::Celsius);
    let cadence = Some(Duration::from_secs(15));
    assert!(desk.recorded.defs.iter().all(|def| def.cadence == cadence), "{:#?}", desk.recorded.defs);
}
