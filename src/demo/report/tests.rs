//! What is sent is what Perfdesk's own receiver reads.

use std::time::{Duration, Instant};

use super::*;
use crate::demo::limits::Level;
use crate::demo::meter::{Kind, Meter, SECONDS};
use crate::model::{SeriesDef, Slot};
use crate::telemetry::otlp::common::Sender;
use crate::telemetry::otlp::protobuf::Fields;
use crate::telemetry::record::{Record, Tick};

fn inner(message: &[u8], path: &[u32]) -> Vec<Vec<u8>> {
    let Some((first, rest)) = path.split_first() else { return vec![message.to_owned()] };
    let fields = Fields::new(message).map(|field| field.expect("sound"));
    let found = fields.filter(|(number, _)| number == first);
    found.flat_map(|(_, value)| inner(value.bytes().expect("a message"), rest)).collect()
}

fn resource() -> Resource {
    Resource { service: "shop".into(), instance: "one".into() }
}

#[test]
fn a_resource_says_who_it_is() {
    let meter = Meter::default();
    let body = encode::metrics([(&resource(), &meter)].into_iter(), (1, 2));
    let sender = Sender::read(&inner(&body, &[1, 1])[0]).expect("a resource");
    assert_eq!((&*sender.service, &*sender.instance, &*sender.language), ("shop", "one", "rust"));
    assert_eq!(sender.pid, Some(std::process::id()));
}

/// Takes series in and keeps nothing of them.
struct Kept(u32);

impl Record for Kept {
    fn define(&mut self, _def: SeriesDef) -> Slot {
        self.0 += 1;
        Slot(self.0)
    }

    fn put(&mut self, _slot: Slot, value: f64) {
        assert!(value.is_finite());
    }
}

#[test]
fn metrics_are_read_as_they_are_meant() {
    use crate::model::Timestamp;
    use crate::model::service::Bounds;
    use crate::telemetry::metrics::MetricBook;
    let meter = Meter::default();
    let route = vec![("http.request.method", "GET".to_owned()), ("http.route", "/x".to_owned())];
    let time = meter.family("http.server.request.duration", "s", Kind::Histogram, "-").histogram(route, SECONDS);
    let evictions = meter.family("cache.evictions", "{item}", Kind::Counter, "-").counter(Vec::new());
    meter.family("db.client.connection.max", "{connection}", Kind::UpDown, "-").observe(Vec::new(), || 50.0);
    let mut book = MetricBook::new(Bounds::default());
    let begin = 1_700_000_000_000;
    for second in 0..=10u64 {
        (0..30).for_each(|ms| time.add_time(Duration::from_millis(ms)));
        evictions.add_many(7);
        let now = begin + second * 1_000;
        let times = (begin * 1_000_000, now * 1_000_000);
        let body = encode::metrics([(&resource(), &meter)].into_iter(), times);
        let at = Timestamp::from_millis(i64::try_from(now).expect("a time"));
        let taken = book.take(&body, at).expect("a sound request");
        assert_eq!((taken.n_rejected, &*taken.why), (0, ""));
        book.record(Tick { at, elapsed: Duration::from_secs(second), generation: 0 }, &mut Kept(0));
    }
    let at = Timestamp::from_millis(i64::try_from(begin + 10_000).expect("a time"));
    let services = book.figures(at);
    let figures = &services.first().expect("one service").figures;
    let route = figures.routes.first().expect("one route");
    assert_eq!(&*route.route, "GET /x");
    assert!((route.flow.per_second - 30.0).abs() < 3.0, "{:?}", route.flow);
    assert!((0.02..0.04).contains(&route.flow.p95_seconds.expect("a quantile")), "{:?}", route.flow);
    assert!((figures.caches[0].evictions_per_second.expect("some") - 7.0).abs() < 0.7, "{:?}", figures.caches);
    assert_eq!(figures.pools[0].max, Some(50.0));
}

#[test]
fn a_trace_goes_on_where_it_is_told_to() {
    let trace = Trace::new(true);
    let next = Trace::from_parent(&trace.header(7)).expect("a parent");
    assert_eq!((next.id, next.parent, next.is_sampled), (trace.id, 7, true));
    assert_ne!(next.root, trace.root);
    for wrong in
        ["", "00-0-0-01", "00-zz", &format!("00-{:032x}-{:016x}-01", 0, 5), &format!("ff-{:032x}-{:016x}-01", 5, 5)]
    {
        assert_eq!(Trace::from_parent(wrong), None, "{wrong}");
    }
}

#[test]
fn places_are_read_and_refused_in_words() {
    let place = |text| Place::read(text).map(|place| format!("{} {}", place.authority, place.prefix));
    assert_eq!(place("http://127.0.0.1:4318"), Ok("127.0.0.1:4318 ".into()));
    assert_eq!(place("http://[::1]/otlp/"), Ok("[::1]:4318 /otlp".into()));
    for wrong in ["https://a", "127.0.0.1:4318", "http://u:p@a", "", "a b"] {
        assert!(place(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_receiver_that_is_not_there_disturbs_nothing() {
    let told = Told { tracer: Arc::new(Tracer::new(0.0)), log: Arc::new(Log::new("shop", Level::Info, false)) };
    told.tracer.end(told.tracer.begin(), Duration::from_millis(1), true);
    told.log.say(Level::Error, || "kept until somebody listens".into());
    // The port was free a moment ago: nobody listens there.
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let meter = Arc::new(Meter::default());
    let source = Source { resource: resource(), meter: meter.clone(), told: told.clone() };
    let place = Place { authority: free.to_string(), prefix: String::new() };
    let mut exporter = Exporter::start(place, vec![source]).expect("a thread");
    let failed = || {
        let text = crate::demo::meter::prometheus::text(&meter);
        let line = text.lines().find(|line| line.contains("outcome=\"failed\"")).map(str::to_owned);
        line.and_then(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).unwrap_or(0.0)
    };
    let deadline = Instant::now() + Duration::from_secs(20);
    while failed() < 2.0 {
        assert!(Instant::now() < deadline, "it has not tried twice");
        std::thread::yield_now();
    }
    exporter.stop();
    assert_eq!((told.tracer.take(9).len(), told.log.take(9).len()), (1, 1));
}
