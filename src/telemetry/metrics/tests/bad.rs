//! What senders get wrong, and what they do on purpose.

use proptest::prelude::*;

use super::*;

#[test]
fn faults_are_counted_and_told_to_the_sender() {
    let at = 10_000;
    for (body, n, why) in [
        (
            gauge("a", "", &[point(0, at, f64::NAN, &[]), point(0, at, f64::INFINITY, &[])]),
            2,
            "2 data points have no finite",
        ),
        (gauge("a", "", &[point(0, at + 400_000, 1.0, &[])]), 1, "dated"),
        (gauge("a", "", &[point(0, at - 4_000_000, 1.0, &[])]), 1, "dated"),
        (counter("a", "", false, &[point(0, at, -1.0, &[])]), 1, "no finite value"),
        (metric("a", "", SUM, &all(&[point(0, at, 1.0, &[])]).number(3, 1)), 1, "cumulative or delta"),
        (histogram("a", "", false, &[histogram_point((0, at), &[2.0, 1.0], &[1, 1, 1], 0.0, &[])]), 1, "buckets"),
        (histogram("a", "", false, &[histogram_point((0, at), &[1.0], &[1, 1, 1], 0.0, &[])]), 1, "buckets"),
        (histogram("a", "", false, &[histogram_point((0, at), &[1.0], &[1, 1], f64::NAN, &[])]), 1, "no finite value"),
        (metric("a", "", 77, &all(&[])), 0, ""),
    ] {
        let mut desk = Desk::new();
        let taken = desk.book.take(&request("shop", &[body]), moment(at)).expect("a request");
        assert_eq!(taken.n_rejected, n, "{taken:?}");
        assert!(taken.why.contains(why), "{taken:?}");
        assert_eq!(desk.losses().n_bad_points, n);
        assert!(desk.tick(at).is_empty());
    }
}

#[test]
fn a_metric_keeps_its_kind_until_it_was_silent() {
    let mut desk = Desk::new();
    let as_gauge = |at| request("shop", &[gauge("a", "", &[point(0, at, 1.0, &[])])]);
    let as_sum = |at| request("shop", &[counter("a", "", true, &[point(at - 1000, at, 5.0, &[])])]);
    assert_eq!(desk.take(1000, &as_gauge(1000)), 0);
    assert_eq!(desk.take(2000, &as_sum(2000)), 1);
    desk.tick(2000);
    assert_eq!(desk.take(200_000, &as_sum(200_000)), 0);
    assert_eq!(desk.tick(200_000), ["a 5"]);
}

#[test]
fn points_without_a_value_are_no_fault() {
    let mut desk = Desk::new();
    let void = Message::default().fixed(3, nanos(START)).number(8, 1);
    assert_eq!(desk.take(0, &request("shop", &[gauge("a", "", &[void])])), 0);
    assert_eq!(desk.losses().n_bad_points, 0);
}

#[test]
fn a_service_with_too_many_series_is_told_and_the_others_are_not_starved() {
    let bounds = Bounds { series_per_service: 150, series: 200, ..Bounds::default() };
    let mut desk = Desk::bounded(bounds);
    let many = |service: &str, at, n| {
        let texts: Vec<String> = (0..n).map(|i| format!("{i}")).collect();
        let points: Vec<Message> = texts.iter().map(|text| point(0, at, 1.0, &[("user", text)])).collect();
        request(service, &[gauge("g", "", &points)])
    };
    let taken = desk.book.take(&many("greedy", 0, 1000), moment(0)).expect("a request");
    assert_eq!(taken.n_rejected, 850);
    assert!(taken.why.contains("850 data points are beyond the 150 series one service may have"), "{}", taken.why);
    assert_eq!(desk.take(1000, &many("greedy", 1000, 1000)), 850);
    let losses = desk.losses();
    assert_eq!((losses.n_series, losses.n_over_series, losses.n_over_points), (150, 850, 1700));
    // Two more come: the greedy one gives way until all have about the same.
    desk.take(1000, &many("second", 1000, 100));
    desk.take(1000, &many("third", 1000, 60));
    assert!(desk.losses().n_series <= 200);
    let held: Vec<u32> = desk.book.figures(moment(1000)).iter().map(|service| service.figures.n_series).collect();
    assert!(held.iter().all(|n| *n >= 50), "{held:?}");
    // And it stays so.
    desk.take(2000, &many("greedy", 2000, 1000));
    let after: Vec<u32> = desk.book.figures(moment(20_000)).iter().map(|service| service.figures.n_series).collect();
    assert_eq!(after, held);
}

#[test]
fn there_are_so_many_services_and_no_more() {
    let mut desk = Desk::new();
    for i in 0..250 {
        let body = request(&format!("s{i}"), &[gauge("g", "", &[point(0, 0, 1.0, &[])])]);
        assert_eq!(desk.take(0, &body), u64::from(i >= 200), "{i}");
    }
    assert_eq!(desk.losses().n_over_services, 50);
    // One that was silent for long gives its place.
    desk.tick(1_000_000);
    let body = request("late", &[gauge("g", "", &[point(0, 1_000_000, 1.0, &[])])]);
    assert_eq!(desk.take(1_000_000, &body), 0);
    assert_eq!(desk.book.figures(moment(1_000_000)).len(), 200);
}

#[test]
fn attributes_of_clients_and_requests_make_no_series() {
    let mut desk = Desk::new();
    let texts: Vec<String> = (0..500).map(|i| format!("10.0.0.{i}")).collect();
    let points: Vec<Message> =
        texts.iter().map(|t| point(0, 0, 1.0, &[("client.address", t), ("zone", "a")])).collect();
    assert_eq!(desk.take(0, &request("shop", &[gauge("conn.count", "", &points)])), 0);
    assert_eq!(desk.tick(0), ["conn.count{zone=\"a\"} 500"]);
}

#[test]
fn names_that_come_and_go_do_not_pile_up() {
    let mut desk = Desk::new();
    for round in 0..8 {
        let at = round * 1_200_000;
        let routes: Vec<String> = (0..600).map(|i| format!("/{round}/{i}")).collect();
        let served = |route: &str| {
            let attributes = [("http.request.method", "GET"), ("http.route", route)];
            histogram_point((at - 1000, at), &[1.0], &[1, 0], 0.5, &attributes)
        };
        let points: Vec<Message> = routes.iter().map(|route| served(route)).collect();
        desk.take(at, &request("shop", &[histogram("http.server.request.duration", "s", true, &points)]));
        desk.tick(at);
        desk.tick(at + 1_000_000);
        assert!(desk.book.figures(moment(at)).len() == 1);
    }
    let service = desk.book.services[0].as_ref().expect("a service");
    let (n_series, n_groups) = (service.series.len(), service.groups.len());
    assert!(n_series <= 2_600 && n_groups <= 2_600, "{n_series} series, {n_groups} merged");
    assert_eq!(service.streams.iter().flatten().count(), 0);
    let most: u32 = service.groups.iter().map(|group| group.n_values).sum();
    assert_eq!(service.n_values, most, "what is counted is what is there");
}

#[test]
fn a_broken_request_is_malformed_and_harms_nothing() {
    let mut desk = Desk::new();
    let body = request("shop", &[gauge("g", "", &[point(0, 0, 1.0, &[("a", "b")])])]);
    for cut in 1..body.len() {
        assert!(desk.book.take(&body[..cut], moment(0)).is_err(), "cut at {cut}");
    }
    assert_eq!(desk.take(0, &body), 0);
    assert_eq!(desk.tick(0), ["g{a=\"b\"} 1"]);
}

fn real() -> Vec<u8> {
    let buckets = Message::default().number(1, 3).bytes(2, &[1, 2, 3]);
    let exponential =
        Message::default().with(8, &buckets).fixed(3, nanos(START)).fixed(4, 6).double(5, 3.0).number(6, 2);
    request_of(
        "shop",
        &[("service.instance.id", "1")],
        &[
            gauge("g", "By", &[point(0, 0, 1.0, &[("a", "b")])]),
            counter("c", "", false, &[point(-1000, 0, 5.0, &[("a", "b")])]),
            histogram("h", "ms", false, &[histogram_point((-1000, 0), &[1.0, 2.0], &[1, 2, 3], 9.0, &[("a", "b")])]),
            metric("e", "s", EXPONENTIAL, &all(&[exponential]).number(2, 1)),
            metric("s", "s", SUMMARY, &all(&[Message::default().fixed(3, nanos(START)).fixed(4, 3).double(5, 1.0)])),
        ],
    )
}

proptest! {
    #[test]
    fn any_bytes_are_read_to_an_end(bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..4)) {
        let mut desk = Desk::new();
        for body in bodies {
            let _ = desk.book.take(&body, moment(0));
            desk.tick(0);
        }
    }

    #[test]
    fn a_changed_message_is_read_to_an_end(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        n in 1..4i64,
    ) {
        let mut desk = Desk::new();
        desk.take(0, &real());
        let mut body = real();
        for (place, byte) in changes {
            let place = place.index(body.len());
            body[place] = byte;
        }
        for i in 0..n {
            let _ = desk.book.take(&body, moment(i * 1000));
            desk.tick(i * 1000);
            desk.book.figures(moment(i * 1000));
        }
        // Whatever came, a sound message is still taken.
        prop_assert!(desk.book.take(&request("other", &[gauge("g", "", &[point(0, 0, 1.0, &[])])]), moment(0)).is_ok());
    }
}
