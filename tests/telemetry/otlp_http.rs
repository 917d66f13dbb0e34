//! OTLP over HTTP: every answer that a sender may get.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use perfdesk::telemetry::otlp::protobuf::Broken;
use perfdesk::telemetry::otlp::{Malformed, Signal, Taken};
use perfdesk::telemetry::receive::{DoorKind, Limits};

use super::otlp::{NOW, Post, bomb, exchange, gzip, head, post, raw};
use super::support::PATIENCE;

const PROTOBUF: &str = "content-type: application/x-protobuf";
const JSON: &str = "content-type: application/json";
const GZIP: &str = "content-encoding: gzip";

const METRICS_JSON: &[u8] = include_bytes!("../fixtures/otlp/metrics.json");
const METRICS_PROTOBUF: &[u8] = include_bytes!("../fixtures/otlp/metrics.pb");
const TRACES_JSON: &[u8] = include_bytes!("../fixtures/otlp/traces.json");
const TRACES_PROTOBUF: &[u8] = include_bytes!("../fixtures/otlp/traces.pb");
const LOGS_JSON: &[u8] = include_bytes!("../fixtures/otlp/logs.json");
const LOGS_PROTOBUF: &[u8] = include_bytes!("../fixtures/otlp/logs.pb");

/// One log line in both forms.
const AS_JSON: &[u8] = br#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"hi"}}]}]}]}"#;
const AS_PROTOBUF: &[u8] = b"\x0a\x0a\x12\x08\x12\x06\x2a\x04\x0a\x02hi";

#[test]
fn what_comes_in_either_form_is_the_same_to_who_counts() {
    let here = Post::start(Limits::default());
    let address = here.address(DoorKind::Http);
    for (path, fields, body, kind) in [
        ("/v1/logs", &[PROTOBUF][..], AS_PROTOBUF.to_vec(), "application/x-protobuf"),
        ("/v1/logs", &[PROTOBUF, GZIP], gzip(AS_PROTOBUF), "application/x-protobuf"),
        ("/v1/logs", &[JSON], AS_JSON.to_vec(), "application/json"),
        ("/v1/logs", &["Content-Type: application/json; charset=utf-8", GZIP], gzip(AS_JSON), "application/json"),
    ] {
        let reply = post(address, path, fields, &body);
        assert_eq!(reply.status, 200, "{fields:?}: {}", reply.text());
        assert!(reply.head.contains(&format!("content-type: {kind}")), "{}", reply.head);
        assert_eq!(reply.text(), if kind.ends_with("json") { "{}" } else { "" });
        assert_eq!(here.bodies(), [(Signal::Logs, AS_PROTOBUF.to_vec())], "{fields:?}");
    }
    for (path, signal) in [("/v1/metrics", Signal::Metrics), ("/v1/traces", Signal::Traces)] {
        assert_eq!(post(address, path, &[PROTOBUF], b"").status, 200);
        assert_eq!(here.bodies(), [(signal, Vec::new())]);
    }
    assert!(here.sink.0.change(|seen| seen.at.iter().all(|at| *at == NOW)));
    assert_eq!(here.n_refused(), 0);
}

/// Requests with every field set, in both forms as protobuf's own library writes them out of OpenTelemetry's definitions.
#[test]
fn every_field_of_json_is_that_of_protobuf() {
    let here = Post::start(Limits::default());
    let address = here.address(DoorKind::Http);
    for (name, signal, json, protobuf) in [
        ("metrics", Signal::Metrics, METRICS_JSON, METRICS_PROTOBUF),
        ("traces", Signal::Traces, TRACES_JSON, TRACES_PROTOBUF),
        ("logs", Signal::Logs, LOGS_JSON, LOGS_PROTOBUF),
    ] {
        let reply = post(address, &format!("/v1/{name}"), &[JSON], json);
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert!(here.bodies() == [(signal, protobuf.to_vec())], "{name}");
    }
}

#[test]
fn a_connection_serves_many_requests() {
    let here = Post::start(Limits::default());
    let url = format!("http://{}/v1/logs", here.address(DoorKind::Http));
    let agent = ureq::agent();
    for _ in 0..3 {
        let sent = agent.post(&url).header("content-type", "application/json").send(AS_JSON);
        assert_eq!(sent.expect("an answer").status(), 200);
    }
    assert_eq!(here.bodies().len(), 3);
}

#[test]
fn every_fault_has_its_answer() {
    let here = Post::start(Limits::default());
    let address = here.address(DoorKind::Http);
    let cut_off = gzip(AS_PROTOBUF);
    let cut_off = &cut_off[..cut_off.len() - 3];
    for (path, fields, body, status, code, words) in [
        ("/v1/logs", &[JSON][..], &b"{\"resourceLogs\":5}"[..], 400, 3, "resourceLogs is not a list at line 1"),
        ("/v1/logs", &[JSON, GZIP], cut_off, 400, 3, "broken or cut off"),
        ("/v1/logs", &[JSON, "origin: http://evil.example.com"], AS_JSON, 403, 7, "another site"),
        ("/v1/logs", &[JSON, "origin: null"], AS_JSON, 403, 7, "another site"),
        ("/v1/logs", &[JSON, "host: evil.example.com"], AS_JSON, 403, 7, "use localhost"),
        ("/v1/profiles", &[JSON], AS_JSON, 404, 12, "/v1/metrics"),
        ("/", &[JSON], AS_JSON, 404, 12, "/v1/metrics"),
        ("/v1/logs", &["content-type: text/plain"], AS_JSON, 415, 3, "application/x-protobuf"),
        ("/v1/logs", &[], AS_JSON, 415, 3, "application/x-protobuf"),
        ("/v1/logs", &[JSON, "content-encoding: br"], AS_JSON, 415, 12, "gzip or none"),
        ("/v1/logs", &[JSON, GZIP], &bomb(), 413, 8, "larger than 33554432 bytes"),
    ] {
        let reply = post(address, path, fields, body);
        assert_eq!(reply.status, status, "{fields:?}: {}", reply.text());
        let told: serde_json::Value = serde_json::from_slice(&reply.body).expect("JSON");
        assert_eq!(told["code"], code, "{fields:?}: {told}");
        assert!(told["message"].as_str().is_some_and(|told| told.contains(words)), "{fields:?}: {told}");
        let first = reply.head.lines().next().unwrap_or_default();
        assert!(first.contains(&words.to_ascii_lowercase()), "beside the status, where SDKs look: {first}");
        assert_eq!((here.bodies().len(), here.n_refused()), (0, 1), "{fields:?}");
    }
    let reply = raw(address, b"GET /v1/logs HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    assert!(reply.status == 405 && reply.head.contains("allow: post"), "{reply:?}");
    let reply = post(address, "/v1/logs", &[PROTOBUF, "content-encoding: br"], b"");
    assert!(reply.status == 415 && reply.head.contains("accept-encoding: gzip"), "{reply:?}");
    assert!(reply.body.starts_with(b"\x08\x0c\x12"), "a status in protobuf: {reply:?}");
    let reply = raw(address, b"POST /v1/logs HTTP/1.1\r\nconnection: close\r\n\r\n");
    assert_eq!(reply.status, 400, "there is no Host: {reply:?}");
}

#[test]
fn what_the_sink_cannot_read_or_leaves_out_is_told() {
    let here = Post::start(Limits::default());
    let address = here.address(DoorKind::Http);
    let script = [
        Err(Malformed { what: "logs", why: Broken::Truncated }),
        Ok(Taken { n_rejected: 2, why: "two are too old".into() }),
        Ok(Taken { n_rejected: 2, why: "two are too old".into() }),
    ];
    here.sink.0.change(|seen| seen.script.extend(script));
    let reply = post(address, "/v1/logs", &[PROTOBUF], AS_PROTOBUF);
    assert_eq!(reply.status, 400);
    assert!(reply.text().contains("the request cannot be read as logs: it ends within a value"), "{}", reply.text());
    let reply = post(address, "/v1/logs", &[JSON], AS_JSON);
    assert_eq!(reply.status, 200);
    let expect = r#"{"partialSuccess":{"errorMessage":"two are too old","rejectedLogRecords":"2"}}"#;
    assert_eq!(reply.text(), expect);
    let reply = post(address, "/v1/logs", &[PROTOBUF], AS_PROTOBUF);
    assert_eq!((reply.status, &*reply.body), (200, &b"\x0a\x13\x08\x02\x12\x0ftwo are too old"[..]));
    assert_eq!(here.n_refused(), 0, "the sink knows of these by itself");
}

#[test]
fn a_sink_that_breaks_down_is_told_as_our_own_fault() {
    let here = Post::start(Limits::default());
    let address = here.address(DoorKind::Http);
    here.sink.0.change(|seen| seen.breaks_down = true);
    assert_eq!(post(address, "/v1/logs", &[PROTOBUF], AS_PROTOBUF).status, 500);
    here.sink.0.change(|seen| seen.breaks_down = false);
    assert_eq!(post(address, "/v1/logs", &[PROTOBUF], AS_PROTOBUF).status, 200);
}

#[test]
fn a_body_too_large_is_refused_however_it_comes() {
    let limits = Limits { wire_bytes: 100_000, ..Limits::default() };
    let here = Post::start(limits);
    let address = here.address(DoorKind::Http);
    let large = vec![0; 300_000];
    let reply = post(address, "/v1/logs", &[PROTOBUF], &large);
    assert_eq!(reply.status, 413, "its length is told");
    let chunked =
        [head("/v1/logs", &[PROTOBUF, "transfer-encoding: chunked"]).as_bytes(), b"493e0\r\n", &large].concat();
    assert_eq!(raw(address, &[&chunked[..], b"\r\n0\r\n\r\n"].concat()).status, 413, "its length is not told");
    let waits = head("/v1/logs", &[PROTOBUF, "content-length: 300000", "expect: 100-continue"]);
    assert_eq!(raw(address, waits.as_bytes()).status, 413, "it asks first");
    assert_eq!((here.bodies().len(), here.n_refused()), (0, 3));
}

#[test]
fn senders_that_are_too_slow_are_let_go() {
    let short = Duration::from_millis(50);
    let here = Post::start(Limits { head: short, body: short, linger: short, idle: PATIENCE, ..Limits::default() });
    let address = here.address(DoorKind::Http);
    let reply = raw(address, head("/v1/logs", &[PROTOBUF, "content-length: 10"]).as_bytes());
    assert_eq!(reply.status, 408);
    assert!(reply.body.starts_with(b"\x08\x04\x12"), "{reply:?}");
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time");
    stream.write_all(b"POST /v1/lo").expect("room");
    assert_eq!(stream.read(&mut [0; 10]).expect("it is closed, not reset"), 0, "a head that does not come whole");
    assert_eq!((here.bodies().len(), here.n_refused()), (0, 1));
}

#[test]
fn a_body_that_breaks_off_is_never_taken() {
    let here = Post::start(Limits::default());
    let address = here.address(DoorKind::Http);
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.write_all(head("/v1/logs", &[PROTOBUF, "content-length: 10"]).as_bytes()).expect("room");
    stream.write_all(b"\x0a\x00").expect("room");
    drop(stream);
    here.sink.0.wait("a refusal", |seen| (seen.n_refused == 1).then_some(()));
    assert!(here.bodies().is_empty());
}

#[test]
fn beyond_what_can_be_taken_a_sender_is_asked_to_come_again() {
    let here = Post::start(Limits { n_requests: 1, ..Limits::default() });
    let address = here.address(DoorKind::Http);
    here.sink.0.change(|seen| seen.is_shut = true);
    let first = thread::spawn(move || post(address, "/v1/logs", &[PROTOBUF], AS_PROTOBUF));
    here.sink.0.wait("the first", |seen| (seen.bodies.len() == 1).then_some(()));
    let reply = post(address, "/v1/logs", &[JSON], AS_JSON);
    assert!(reply.status == 503 && reply.head.contains("retry-after: 1"), "{reply:?}");
    here.sink.0.change(|seen| seen.is_shut = false);
    assert_eq!(first.join().expect("it ended well").status, 200);
    assert_eq!(post(address, "/v1/logs", &[JSON], AS_JSON).status, 200, "there is room again");
}

#[test]
fn memory_for_bodies_is_bounded_and_given_back() {
    let here = Post::start(Limits { memory_bytes: 200_000, ..Limits::default() });
    let address = here.address(DoorKind::Http);
    let packed = gzip(&vec![0; 1 << 20]);
    for _ in 0..20 {
        assert_eq!(post(address, "/v1/logs", &[PROTOBUF, GZIP], &packed).status, 503);
        assert_eq!(post(address, "/v1/logs", &[PROTOBUF], &vec![0; 150_000]).status, 200);
    }
}

#[test]
fn beyond_the_connections_that_are_held_more_are_turned_away() {
    let here = Post::start(Limits { n_connections: 2, ..Limits::default() });
    let address = here.address(DoorKind::Http);
    // A request each, so that both are held before the next comes.
    let held = [(); 2].map(|()| {
        let mut stream = TcpStream::connect(address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time");
        stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").expect("room");
        stream.read_exact(&mut [0; 12]).expect("an answer");
        stream
    });
    let answer = exchange(address, b"");
    assert!(answer.starts_with(b"HTTP/1.1 503 "), "{}", String::from_utf8_lossy(&answer));
    drop(held);
}
