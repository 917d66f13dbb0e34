//! Who has what: a fair share of routes, of memory, and of the time in which the book is held.

use proptest::prelude::*;

use super::*;

const REQUESTS: &str = "http.server.request.duration";

/// A request of a service that answers each of these routes.
fn routes(service: &str, at: i64, routes: impl Iterator<Item = String>) -> Vec<u8> {
    let points: Vec<Message> = routes
        .map(|route| {
            let attributes = [("http.request.method", "GET"), ("http.route", route.as_str())];
            histogram_point((at - 1000, at), &[1.0], &[1, 0], 0.5, &attributes)
        })
        .collect();
    request(service, &[histogram(REQUESTS, "s", true, &points)])
}

fn named(range: std::ops::Range<u32>) -> impl Iterator<Item = String> {
    range.map(|i| format!("/r{i}"))
}

fn is_sound(desk: &Desk) {
    let mut bytes = 0;
    let mut n_values = 0;
    for service in desk.book.services.iter().flatten() {
        let live = service.series.iter().flatten().filter(|own| own.first != stream::NONE);
        let of_series: u32 = live.map(|own| own.n_values).sum();
        let of_groups: u32 = service.groups.iter().map(|group| group.n_values).sum();
        assert_eq!(service.n_values, of_series + of_groups, "values of {}", service.name);
        assert_eq!(service.bytes, service.measured(), "bytes of {}", service.name);
        n_values += service.n_values;
        bytes += service.bytes as u64;
    }
    let losses = desk.losses();
    assert_eq!(losses.n_series, n_values);
    assert!(losses.metric_bytes >= bytes && losses.metric_bytes - bytes < 1 << 20, "{} {bytes}", losses.metric_bytes);
}

#[test]
fn a_service_with_many_routes_leaves_room_for_the_routes_of_others() {
    let mut desk = Desk::bounded(Bounds { series: 2_000, ..Bounds::default() });
    desk.take(1000, &routes("greedy", 1000, named(0..600)));
    desk.tick(1000);
    assert!(desk.losses().n_series > 1_980, "{}", desk.losses().n_series);
    for at in [2000, 3000] {
        desk.take(at, &routes("shop", at, named(0..3)));
        desk.take(at, &routes("greedy", at, named(0..600)));
        desk.tick(at);
    }
    for route in ["", "http.request.method=\"GET\",http.route=\"/r2\","] {
        desk.value(&format!("{REQUESTS}{{{route}service.name=\"shop\",statistic=\"p95\"}}"));
    }
    let told = desk.book.figures(moment(3000));
    assert_eq!(told[1].figures.routes.len(), 3, "{}", told[1].name);
    assert!(told[0].figures.n_series > 1_500 && desk.losses().n_series <= 2_000);
    is_sound(&desk);
}

#[test]
fn rows_of_routes_that_fell_silent_go_to_those_that_came_late() {
    let mut desk = Desk::new();
    desk.take(0, &routes("shop", 0, named(0..500)));
    let rows = |desk: &mut Desk, at| desk.book.figures(moment(at))[0].figures.routes.len();
    for at in (0..1_020_000).step_by(20_000) {
        desk.take(at + 1, &routes("shop", at + 1, named(500..510)));
        desk.tick(at + 1);
        if at == 0 {
            assert_eq!(rows(&mut desk, at + 1), 500, "the late ones are part of the whole alone");
        }
    }
    assert_eq!(rows(&mut desk, 1_020_000), 10);
    is_sound(&desk);
    desk.take(1_021_000, &routes("shop", 1_021_000, named(0..5)));
    assert_eq!(rows(&mut desk, 1_021_000), 15, "and who comes again goes on");
    is_sound(&desk);
}

#[test]
fn a_metric_that_changes_its_kind_leaves_nothing_behind() {
    let mut desk = Desk::new();
    for round in 0..20 {
        let at = round * 400_000;
        assert_eq!(desk.take(at, &routes("shop", at, named(0..50))), 0);
        desk.tick(at);
        let gauge = gauge(REQUESTS, "s", &[point(0, at + 200_000, 1.0, &[])]);
        assert_eq!(desk.take(at + 200_000, &request("shop", &[gauge])), 0);
        desk.tick(at + 200_000);
        is_sound(&desk);
    }
    let service = desk.book.services[0].as_ref().expect("a service");
    assert!(service.groups.len() <= 51, "{} merged series", service.groups.len());
}

/// Histograms of so many buckets, one for each text.
fn wide(service: &str, at: i64, range: std::ops::Range<u32>, n_buckets: u32) -> Vec<u8> {
    let bounds: Vec<f64> = (0..n_buckets).map(f64::from).collect();
    let counts: Vec<u64> = (0..=n_buckets).map(u64::from).collect();
    let texts: Vec<String> = range.map(|i| i.to_string()).collect();
    let points: Vec<Message> =
        texts.iter().map(|text| histogram_point((at - 1000, at), &bounds, &counts, 1.0, &[("user", text)])).collect();
    request(service, &[histogram("h", "s", true, &points)])
}

#[test]
fn metrics_take_no_more_memory_than_they_may() {
    let most: u64 = 8 << 20;
    let mut desk = Desk::bounded(Bounds { metric_bytes: most, ..Bounds::default() });
    let mut whys = Vec::new();
    for round in 0..5u32 {
        let at = i64::from(round) * 10_000;
        let body = wide("greedy", at, 0..300, 4_000);
        whys.push(desk.book.take(&body, moment(at)).expect("a request").why);
        assert!(desk.losses().metric_bytes <= most + (1 << 20), "{}", desk.losses().metric_bytes);
        desk.tick(at);
        assert!(desk.losses().metric_bytes <= most, "{}", desk.losses().metric_bytes);
        is_sound(&desk);
    }
    assert!(whys[0].contains("beyond the 8 MiB of memory that metrics may take"), "{}", whys[0]);
    // Another is not starved.
    assert_eq!(desk.take(50_000, &routes("shop", 50_000, named(0..20))), 0);
    desk.tick(50_000);
    assert_eq!(
        desk.value(&format!(
            "{REQUESTS}.count{{http.request.method=\"GET\",http.route=\"/r0\",service.name=\"shop\"}}"
        )),
        1.0
    );
    is_sound(&desk);
}

#[test]
fn a_million_names_instances_and_attributes_take_no_more_memory_than_they_may() {
    let most: u64 = 8 << 20;
    let mut desk = Desk::bounded(Bounds { metric_bytes: most, ..Bounds::default() });
    let long = "x".repeat(4_000);
    for i in 0..6_000 {
        let name = format!("{i}{}", &long[..200]);
        let gauge = gauge(&name, "", &[point(0, i, 1.0, &[("a", &long)])]);
        let instance = format!("{i}{}", &long[..200]);
        let _ = desk.take(i, &request_of(&format!("s{}", i % 150), &[("service.instance.id", &instance)], &[gauge]));
    }
    desk.tick(6_000);
    assert!(desk.losses().metric_bytes <= most, "{}", desk.losses().metric_bytes);
    assert!(desk.losses().n_over_points > 0);
    is_sound(&desk);
}

#[test]
fn a_long_body_is_taken_in_pieces_and_others_may_have_the_book_in_between() {
    let at = moment(1000);
    let texts: Vec<String> = (0..1_300).map(|i| i.to_string()).collect();
    let points: Vec<Message> = texts.iter().map(|text| point(0, 1000, 1.0, &[("q", text)])).collect();
    let body = request("shop", &[gauge("g", "", &points)]);
    let mut desk = Desk::new();
    let mut reading = Reading::new(&body, at);
    let mut taken = Vec::new();
    while desk.book.take_some(&mut reading).expect("a request") {
        taken.push(desk.losses().n_points);
        // Somebody takes the service away; another has its number then.
        desk.book.forget("shop");
        desk.take(1000, &request("other", &[gauge("g", "", &[point(0, 1000, 1.0, &[])])]));
    }
    assert_eq!(taken, [512, 512 + 1 + 512], "its pieces, and one of the other between them");
    assert_eq!(desk.losses().n_points, 1_301, "what was sent twice was taken once");
    let held: Vec<(String, u32)> =
        desk.book.figures(at).iter().map(|own| (own.name.to_string(), own.figures.n_series)).collect();
    assert_eq!(held, [("other".into(), 1), ("shop".into(), 1_300 - 1_024)]);
    // A few long ones are a piece as well.
    let body = wide("wide", 1000, 0..40, 2_000);
    let mut reading = Reading::new(&body, at);
    let mut n_pieces = 1;
    while desk.book.take_some(&mut reading).expect("a request") {
        n_pieces += 1;
    }
    assert_eq!(n_pieces, 5, "of 256 KiB and one value more at most");
}

proptest! {
    #[test]
    fn what_is_counted_is_what_is_there(
        steps in prop::collection::vec((0..3u32, 0..4u32, 0..60u32, 0..400_000i64, any::<bool>()), 1..30),
    ) {
        let mut desk = Desk::bounded(Bounds { series: 300, series_per_service: 200, ..Bounds::default() });
        let mut at = 0;
        for (service, what, n, later, forgets) in steps {
            at += later;
            let service = format!("s{service}");
            let body = match what {
                0 => routes(&service, at, named(0..n)),
                1 => wide(&service, at, 0..n % 8, 10 + n),
                2 => request(&service, &[gauge(REQUESTS, "s", &[point(0, at, 1.0, &[])])]),
                _ => request(&service, &[counter("jobs", "", false, &[point(at - 500, at, f64::from(n), &[("n", &n.to_string())])])]),
            };
            let _ = desk.take(at, &body);
            is_sound(&desk);
            desk.tick(at);
            is_sound(&desk);
            if forgets && n < 5 {
                desk.book.forget(&service);
            }
        }
    }
}
