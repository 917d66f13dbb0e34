//! What a server may answer, and what becomes of the samples.

use std::time::{Duration, Instant};

use perfdesk::model::profile::Secret;
use perfdesk::model::remote_write::{Endpoint, Login, SendState};
use perfdesk::telemetry::remote_write::{Event, Request, STALE};

use super::server::{Answer, Server, samples};
use super::support::{Remote, endpoint, now};

const KEYS: [&str; 2] = ["a.one", "a.two"];

/// Ticks up to now, which go out together when the first is a second old, and the samples that come of them.
fn feed(remote: &Remote, n: i64) -> Vec<(String, i64, u64)> {
    let first = now().as_millis() - n;
    let mut expect = Vec::new();
    for i in 0..n {
        let at = first + i;
        let values = [i as f64, 0.5 - i as f64];
        remote.tick(perfdesk::model::Timestamp::from_millis(at), &values);
        expect.extend([
            ("a_one_bytes".to_owned(), at, values[0].to_bits()),
            ("a_two_bytes".to_owned(), at, values[1].to_bits()),
        ]);
    }
    expect.sort();
    expect
}

fn sorted(mut all: Vec<(String, i64, u64)>) -> Vec<(String, i64, u64)> {
    all.sort();
    all
}

#[test]
fn everything_arrives_once_with_the_heads_and_labels_of_the_protocol() {
    let (folder, server) = (tempfile::tempdir().expect("a folder"), Server::start([]));
    let endpoint = Endpoint {
        login: Login::Bearer,
        secret: Some(Secret("hush".into())),
        tenant: "team".into(),
        labels: [("site".into(), "home".into())].into(),
        ..endpoint("home", &server.url())
    };
    let remote = Remote::start(folder.path(), vec![endpoint], &KEYS);
    let expect = feed(&remote, 5);
    let got = server.wait("all samples", |got| samples(got).len() >= 10);
    assert_eq!(sorted(samples(&got)), expect);
    for (name, value) in [
        ("", "POST /api/v1/write?secret=no HTTP/1.1"),
        ("content-encoding", "snappy"),
        ("content-type", "application/x-protobuf"),
        ("x-prometheus-remote-write-version", "0.1.0"),
        ("user-agent", concat!("perfdesk/", env!("CARGO_PKG_VERSION"))),
        ("authorization", "Bearer hush"),
        ("x-scope-orgid", "team"),
    ] {
        assert_eq!(got[0].head.get(name).map(String::as_str), Some(value), "{name}");
    }
    let labels: Vec<String> =
        got[0].message.timeseries[0].labels.iter().map(|l| format!("{}={}", l.name, l.value)).collect();
    assert_eq!(labels, ["__name__=a_one_bytes", "instance=box", "job=perfdesk", "site=home"]);
    let figures = remote.wait_figures("that all is sent", "home", |f| f.counts.n_sent == 10);
    assert_eq!((figures.counts.n_behind, figures.counts.n_dropped, figures.state), (0, 0, SendState::Sending));
    assert!(remote.notices().is_empty(), "{:?}", remote.notices());
}

#[test]
fn what_fails_hangs_or_breaks_off_is_sent_again_unchanged_and_nothing_is_lost() {
    let script = [
        Answer::Status(500, "", "busy"),
        Answer::Status(503, "", ""),
        Answer::Hang,
        Answer::Status(302, "Location: http://127.0.0.1:1/\r\n", ""),
        Answer::Status(408, "", ""),
    ];
    let (folder, server) = (tempfile::tempdir().expect("a folder"), Server::start(script));
    let remote = Remote::start(folder.path(), vec![endpoint("home", &server.url())], &KEYS);
    let mut expect = feed(&remote, 4);
    let got = server.wait("the sixth request", |got| got.len() >= 6);
    assert!(got.windows(2).take(5).all(|two| two[0].message == two[1].message), "the very same");
    expect.extend(feed(&remote, 1));
    expect.sort();
    let got = server.wait("all samples", |got| samples(got).len() >= expect.len());
    assert_eq!(sorted(samples(&got)), expect);
    let told = remote.wait("that it goes on", |event| match event {
        Event::Withdraw(text) => Some(text.clone()),
        _ => None,
    });
    assert_eq!(told, "Samples for home wait on disk");
    let notices = remote.notices();
    assert_eq!(notices.len(), 2, "said once, and once that it is over: {notices:?}");
    assert!(notices[0].starts_with("Samples for home wait on disk | 127.0.0.1:"), "{notices:?}");
    assert!(!notices.iter().any(|text| text.contains("secret")), "no part of an address but its host: {notices:?}");
}

#[test]
fn a_server_that_asks_to_be_left_alone_is() {
    let script = [Answer::Status(429, "Retry-After: 2\r\n", "slow down")];
    let (folder, server) = (tempfile::tempdir().expect("a folder"), Server::start(script));
    let remote = Remote::start(folder.path(), vec![endpoint("home", &server.url())], &KEYS);
    let expect = feed(&remote, 3);
    let waiting = remote.wait_figures("that it waits", "home", |f| matches!(f.state, SendState::Waiting { .. }));
    let SendState::Waiting { why, .. } = &waiting.state else { unreachable!() };
    assert!(why.ends_with("answered 429: slow down"), "{why}");
    assert_eq!((waiting.counts.n_behind, waiting.counts.behind_since.is_some()), (6, true));
    let got = server.wait("the second request", |got| got.len() >= 2);
    let apart = got[1].at - got[0].at;
    assert!(apart >= Duration::from_millis(1990), "{apart:?}");
    assert_eq!(sorted(samples(&got)), expect);
}

#[test]
fn one_who_does_not_want_to_wait_tries_at_once() {
    let script = [Answer::Status(503, "Retry-After: 50\r\n", "")];
    let (folder, server) = (tempfile::tempdir().expect("a folder"), Server::start(script));
    let remote = Remote::start(folder.path(), vec![endpoint("home", &server.url())], &KEYS);
    feed(&remote, 3);
    let begun = Instant::now();
    remote.wait_figures("that it waits", "home", |f| matches!(f.state, SendState::Waiting { .. }));
    remote.ask(Request::Retry("home".into()));
    server.wait("the second request", |got| got.len() >= 2);
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[test]
fn what_is_refused_is_dropped_counted_and_told_of_once() {
    let refusal = Answer::Status(400, "", "no such\nlabel");
    let script = [refusal.clone(), refusal];
    let (folder, server) = (tempfile::tempdir().expect("a folder"), Server::start(script));
    let endpoint = Endpoint { max_samples: 100, ..endpoint("home", &server.url()) };
    let remote = Remote::start(folder.path(), vec![endpoint], &KEYS);
    feed(&remote, 2);
    server.wait("the first request", |got| got.len() == 1);
    feed(&remote, 2);
    server.wait("the second request", |got| got.len() == 2);
    let refused = remote.wait_figures("the refusal", "home", |f| f.counts.n_refused == 8);
    assert!(refused.refusal.ends_with("answered 400: no such label"), "{}", refused.refusal);
    let expect = feed(&remote, 2);
    let got = server.wait("what comes after", |got| samples(got).len() >= 4);
    assert_eq!(sorted(samples(&got)), expect);
    remote.wait_figures("that it is over", "home", |f| f.counts.n_sent == 4 && f.refusal.is_empty());
    let notices = remote.notices();
    assert_eq!(notices.len(), 2, "{notices:?}");
    assert!(notices[0].starts_with("home refuses samples | ") && notices[1] == "over: home refuses samples");
}

#[test]
fn what_was_taken_before_the_answer_was_lost_is_no_refusal() {
    let script = [Answer::TakeAndClose, Answer::Status(400, "", "out of order sample")];
    let (folder, server) = (tempfile::tempdir().expect("a folder"), Server::start(script));
    let remote = Remote::start(folder.path(), vec![endpoint("home", &server.url())], &KEYS);
    let expect = feed(&remote, 3);
    let got = server.wait("both requests", |got| got.len() == 2);
    assert_eq!(sorted(samples(&got)), expect, "taken once");
    let figures = remote.wait_figures("that it is sent", "home", |f| f.counts.n_sent == 6);
    assert_eq!(figures.counts.n_refused, 0);
}

#[test]
fn one_that_hangs_holds_up_no_other_and_no_tick() {
    let (hanging, server) = (Server::start([Answer::Hang]), Server::start([]));
    let folder = tempfile::tempdir().expect("a folder");
    let slow = Endpoint { time_out_seconds: 60, ..endpoint("slow", &hanging.url()) };
    let remote = Remote::start(folder.path(), vec![slow, endpoint("good", &server.url())], &KEYS);
    let mut expect = feed(&remote, 2);
    hanging.wait("the request that hangs", |got| got.len() == 1);
    let first = now().as_millis();
    for i in 0..500 {
        let at = first + i;
        remote.tick(perfdesk::model::Timestamp::from_millis(at), &[i as f64, f64::NAN]);
        expect.push(("a_one_bytes".into(), at, (i as f64).to_bits()));
    }
    let figures = remote.wait_figures("that all is on disk", "slow", |f| f.counts.n_behind == 504);
    assert_eq!((figures.counts.n_dropped, figures.counts.n_sent), (0, 0));
    let got = server.wait("all samples", |got| samples(got).len() >= expect.len());
    expect.sort();
    assert_eq!(sorted(samples(&got)), expect);
    let begun = Instant::now();
    remote.stop();
    assert!(begun.elapsed() < Duration::from_secs(2), "the end waits for no answer");
}

#[test]
fn other_labels_end_the_old_series_and_an_endpoint_taken_away_leaves_nothing() {
    let (folder, server) = (tempfile::tempdir().expect("a folder"), Server::start([]));
    let home = endpoint("home", &server.url());
    let remote = Remote::start(folder.path(), vec![home.clone()], &["a.one"]);
    let first = now().as_millis() - 5000;
    let at = |n: i64| perfdesk::model::Timestamp::from_millis(first + n);
    remote.tick(at(0), &[1.0]);
    remote.ask(Request::Configure(vec![Endpoint { job: "other".into(), ..home }]));
    remote.tick(at(6000), &[2.0]);
    let got = server.wait("three samples", |got| samples(got).len() == 3);
    let mut all: Vec<(String, u64)> = got
        .iter()
        .flat_map(|got| &got.message.timeseries)
        .flat_map(|series| {
            let job = series.labels.iter().find(|l| l.name == "job").expect("a job").value.clone();
            series.samples.iter().map(move |s| (job.clone(), s.value.to_bits()))
        })
        .collect();
    all.sort();
    let mut expect =
        vec![("other".into(), 2f64.to_bits()), ("perfdesk".into(), 1f64.to_bits()), ("perfdesk".into(), STALE)];
    expect.sort();
    assert_eq!(all, expect);
    assert!(folder.path().join("home").is_dir());
    remote.ask(Request::Configure(Vec::new()));
    remote.wait("that none is left", |event| matches!(event, Event::Figures(all) if all.is_empty()).then_some(()));
    assert!(!folder.path().join("home").exists());
}

#[test]
fn a_test_says_what_the_server_says() {
    let script = [Answer::Status(401, "", "who are you"), Answer::Status(204, "", "")];
    let (folder, server) = (tempfile::tempdir().expect("a folder"), Server::start(script));
    let remote = Remote::start(
        folder.path(),
        vec![endpoint("home", &server.url()), endpoint("nobody", "http://127.0.0.1:9/")],
        &KEYS,
    );
    let ask = |name: &str, wanted: bool| {
        remote.ask(Request::Test(name.into()));
        remote.wait("the outcome", |event| match event {
            Event::Tested { name: of, is_ok, text } if **of == *name && *is_ok == wanted => Some(text.clone()),
            _ => None,
        })
    };
    assert!(ask("home", false).ends_with("answered 401: who are you"));
    assert!(ask("home", true).contains("answered 204 within "));
    assert_eq!(ask("nobody", false), "127.0.0.1:9: nothing listens there");
}
