//! OTLP over gRPC, with a client of HTTP/2 that can also misbehave.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper::{HeaderMap, Request, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use perfdesk::telemetry::otlp::protobuf::Broken;
use perfdesk::telemetry::otlp::{Malformed, Signal, Taken};
use perfdesk::telemetry::receive::{DoorKind, Limits};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::otlp::{NOW, Post, bomb, exchange, gzip, post};
use super::support::PATIENCE;

pub const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
const METRICS: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";
const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const GZIP: (&str, &str) = ("grpc-encoding", "gzip");

/// A body that is sent at once, and ends or does not.
pub struct Sent(Option<Bytes>, bool);

impl Body for Sent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match (self.0.take(), self.1) {
            (Some(bytes), _) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            (None, true) => Poll::Ready(None),
            (None, false) => Poll::Pending,
        }
    }
}

/// What a call came to.
#[derive(Debug)]
pub struct Called {
    status: StatusCode,
    pub code: String,
    words: String,
    data: Vec<u8>,
}

/// A client on one connection.
pub struct Client(SendRequest<Sent>);

impl Client {
    pub async fn connect(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).await.expect("it listens")).await
    }

    pub async fn over(io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Self {
        let (send, connection) = handshake(TokioExecutor::new(), TokioIo::new(io)).await.expect("HTTP/2");
        tokio::spawn(connection);
        Self(send)
    }

    pub async fn call(&mut self, path: &str, fields: &[(&str, &str)], body: Vec<u8>, ends: bool) -> Called {
        let mut request = Request::post(format!("http://localhost{path}"));
        if fields.iter().all(|(name, _)| *name != "content-type") {
            request = request.header("content-type", "application/grpc");
        }
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let request = request.body(Sent(Some(body.into()), ends)).expect("a request");
        tokio::time::timeout(PATIENCE, async {
            self.0.ready().await.expect("the connection lives");
            let (head, mut body) = self.0.send_request(request).await.expect("an answer").into_parts();
            let (data, trailers) = whole(&mut body).await;
            let field = |name: &str| trailers.get(name).or_else(|| head.headers.get(name));
            let text = |name: &str| field(name).map_or("", |value| value.to_str().expect("ASCII")).to_owned();
            Called { status: head.status, code: text("grpc-status"), words: text("grpc-message"), data }
        })
        .await
        .expect("an answer in time")
    }
}

async fn whole(body: &mut Incoming) -> (Vec<u8>, HeaderMap) {
    let (mut data, mut trailers) = (Vec::new(), HeaderMap::new());
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await {
        // A stream that was reset after its answer has ended as well.
        match frame.map(Frame::into_data) {
            Ok(Ok(more)) => data.extend(more),
            Ok(Err(frame)) => trailers.extend(frame.into_trailers().expect("trailers")),
            Err(_) => break,
        }
    }
    (data, trailers)
}

pub fn run<T>(body: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(body)
}

/// A message in its frame.
pub fn framed(flag: u8, message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("a small message").to_be_bytes();
    [&[flag][..], &length, message].concat()
}

#[test]
fn the_three_methods_take_what_comes() {
    let here = Post::start(Limits::default());
    let address = here.address(DoorKind::Grpc);
    run(async {
        let mut client = Client::connect(address).await;
        for (path, fields, body, expect) in [
            (LOGS, &[][..], framed(0, b"\x0a\x00"), (Signal::Logs, b"\x0a\x00".to_vec())),
            (METRICS, &[("content-type", "application/grpc+proto")], framed(0, b""), (Signal::Metrics, Vec::new())),
            (TRACES, &[GZIP], framed(1, &gzip(b"\x0a\x00")), (Signal::Traces, b"\x0a\x00".to_vec())),
            (TRACES, &[GZIP], framed(0, b"\x0a\x00"), (Signal::Traces, b"\x0a\x00".to_vec())),
            (LOGS, &[("grpc-encoding", "identity")], framed(0, &[0; 1 << 20]), (Signal::Logs, vec![0; 1 << 20])),
        ] {
            let called = client.call(path, fields, body, true).await;
            assert_eq!((called.status, &*called.code), (StatusCode::OK, "0"), "{path} {fields:?}: {called:?}");
            assert_eq!(called.data, framed(0, b""), "an answer with nothing to say");
            assert!(here.bodies() == [expect], "{path} {fields:?}");
        }
    });
    assert!(here.sink.0.change(|seen| seen.at.iter().all(|at| *at == NOW)));
    assert_eq!(here.n_refused(), 0);
}

#[test]
fn what_is_left_out_and_what_cannot_be_read_is_told() {
    let here = Post::start(Limits::default());
    let address = here.address(DoorKind::Grpc);
    let script =
        [Ok(Taken { n_rejected: 1, why: "ä".into() }), Err(Malformed { what: "logs", why: Broken::Truncated })];
    here.sink.0.change(|seen| seen.script.extend(script));
    run(async {
        let mut client = Client::connect(address).await;
        let called = client.call(LOGS, &[], framed(0, b""), true).await;
        assert_eq!((&*called.code, called.data), ("0", framed(0, b"\x0a\x06\x08\x01\x12\x02\xc3\xa4")));
        let called = client.call(LOGS, &[], framed(0, b"\x0a"), true).await;
        assert_eq!((&*called.code, called.status), ("3", StatusCode::OK));
        assert_eq!(called.words, "the request cannot be read as logs: it ends within a value");
        here.sink.0.change(|seen| seen.breaks_down = true);
        assert_eq!(client.call(LOGS, &[], framed(0, b""), true).await.code, "13");
    });
}

#[test]
fn every_fault_has_its_code_and_the_connection_lives_on() {
    let here = Post::start(Limits { wire_bytes: 1 << 20, ..Limits::default() });
    let address = here.address(DoorKind::Grpc);
    run(async {
        let mut client = Client::connect(address).await;
        for (path, fields, body, ends, code, words) in [
            ("/grpc.health.v1.Health/Check", &[][..], framed(0, b""), true, "12", "no such method"),
            (LOGS, &[("origin", "http://localhost")], framed(0, b""), true, "7", "pages"),
            (LOGS, &[("grpc-encoding", "snappy")], framed(1, b""), true, "12", "gzip or identity"),
            (LOGS, &[], framed(1, &gzip(b"")), true, "3", "compressed"),
            (LOGS, &[GZIP], framed(1, b"no gzip"), true, "3", "no gzip"),
            (LOGS, &[GZIP], framed(1, &bomb()), true, "8", "larger than 33554432 bytes"),
            (LOGS, &[], b"\0\0\xff\xff\xff".to_vec(), false, "8", "larger than 1048576 bytes"),
            (LOGS, &[], framed(0, &vec![0; 2 << 20]), true, "8", "larger than 1048576 bytes"),
            (LOGS, &[], framed(2, b""), true, "3", "the flag of the message is 2"),
            (LOGS, &[], b"\0\0\0\0\x05ab".to_vec(), true, "3", "ends within its message"),
            (LOGS, &[], Vec::new(), true, "3", "ends within its message"),
            (LOGS, &[], [framed(0, b""), framed(0, b"")].concat(), true, "3", "more than one message"),
        ] {
            let called = client.call(path, fields, body, ends).await;
            assert_eq!((&*called.code, called.status), (code, StatusCode::OK), "{path} {fields:?}: {called:?}");
            assert!(called.words.contains(words), "{path} {fields:?}: {called:?}");
            assert_eq!((here.bodies().len(), here.n_refused()), (0, 1), "{path} {fields:?}");
        }
        let called = client.call(LOGS, &[("content-type", "application/json")], b"{}".to_vec(), true).await;
        assert_eq!(called.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let long = "x".repeat(20_000);
        let called = client.call(LOGS, &[("x-long", &long)], framed(0, b""), true).await;
        assert_eq!(called.status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        assert_eq!(client.call(LOGS, &[], framed(0, b""), true).await.code, "0", "the same connection still serves");
    });
}

#[test]
fn a_body_that_does_not_come_whole_is_given_up() {
    let here = Post::start(Limits { body: Duration::from_millis(50), ..Limits::default() });
    let address = here.address(DoorKind::Grpc);
    run(async {
        let called = Client::connect(address).await.call(LOGS, &[], b"\0\0\0\0\x05ab".to_vec(), false).await;
        assert_eq!(called.code, "4", "{called:?}");
    });
    assert_eq!((here.bodies().len(), here.n_refused()), (0, 1));
}

#[test]
fn beyond_what_can_be_taken_a_sender_is_asked_to_come_again() {
    let here = Post::start(Limits { n_requests: 1, ..Limits::default() });
    let address = here.address(DoorKind::Grpc);
    let call = move || run(async { Client::connect(address).await.call(LOGS, &[], framed(0, b""), true).await.code });
    here.sink.0.change(|seen| seen.is_shut = true);
    let first = std::thread::spawn(call);
    here.sink.0.wait("the first", |seen| (seen.bodies.len() == 1).then_some(()));
    assert_eq!(call(), "14");
    here.sink.0.change(|seen| seen.is_shut = false);
    assert_eq!(first.join().expect("it ended well"), "0");
    assert_eq!(call(), "0", "there is room again");
}

/// A frame of HTTP/2: RFC 9113, section 4.1.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a small frame").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

#[test]
fn a_flood_of_requests_that_are_called_off_ends_the_connection() {
    let here = Post::start(Limits::default());
    let address = here.address(DoorKind::Grpc);
    let mut flood = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), frame(4, 0, 0, &[])].concat();
    for i in 0..5000 {
        // POST, http, "/" out of the table that every connection begins with (RFC 7541, appendix A).
        flood.extend(frame(1, 4, 2 * i + 1, &[0x83, 0x86, 0x84]));
        flood.extend(frame(3, 0, 2 * i + 1, &8u32.to_be_bytes()));
    }
    let answer = exchange(address, &flood);
    // GOAWAY for ENHANCE_YOUR_CALM.
    let is_goaway = answer.windows(17).any(|f| f[3] == 7 && f[5..9] == [0; 4] && f[13..17] == [0, 0, 0, 11]);
    assert!(is_goaway, "{answer:?}");
    run(async {
        let mut client = Client::connect(address).await;
        assert_eq!(client.call(LOGS, &[], framed(0, b""), true).await.code, "0", "others are served");
    });
}

#[test]
fn what_is_no_http2_is_let_go() {
    let here = Post::start(Limits { head: Duration::from_millis(50), ..Limits::default() });
    let address = here.address(DoorKind::Grpc);
    for bytes in [&b"PRI * HT"[..], b"\x00\x01", b""] {
        let answer = exchange_or_end(address, bytes);
        assert!(!answer.starts_with(b"HTTP/"), "{answer:?}");
    }
}

#[test]
fn a_sender_at_the_wrong_door_is_told_so() {
    let here = Post::start(Limits::default());
    let reply = post(here.address(DoorKind::Grpc), "/v1/logs", &["content-type: application/json"], b"{}");
    assert_eq!(reply.status, 505);
    let told: serde_json::Value = serde_json::from_slice(&reply.body).expect("a whole body");
    assert!(told["message"].as_str().is_some_and(|words| words.contains("4318")), "{told}");
    assert!(reply.head.contains(&format!("content-length: {}", reply.body.len())), "{}", reply.head);
    assert_eq!(here.n_refused(), 1);
}

fn exchange_or_end(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time");
    stream.write_all(bytes).expect("room");
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Ok(_) => {}
        Err(e) => assert_ne!(e.kind(), std::io::ErrorKind::WouldBlock, "it was never ended"),
    }
    answer
}
