//! Doors that open, fail, move and close.

use std::io::{Read as _, Write as _};
use std::net::{Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use perfdesk::model::service::ReceiverState;
use perfdesk::telemetry::receive::{CheckToken, DoorKind, Doors, Limits};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};

use super::otlp::{Post, head, loopback, post};
use super::otlp_grpc::{Client, LOGS, framed, run};
use super::support::PATIENCE;

const PROTOBUF: &str = "content-type: application/x-protobuf";

fn is_failed(state: &ReceiverState) -> bool {
    matches!(state, ReceiverState::Failed(_))
}

fn on(http: SocketAddr) -> Doors {
    Doors { http: Some(http), ..Doors::default() }
}

#[test]
fn a_port_in_use_is_said_and_taken_when_it_is_free() {
    let other = TcpListener::bind(loopback()).expect("a free port");
    let address = other.local_addr().expect("an address");
    let here = Post::with(on(address), Limits { retry: Duration::from_millis(20), ..Limits::default() });
    let status = here.wait(DoorKind::Http, is_failed);
    assert_eq!(*status.address, *address.to_string());
    let ReceiverState::Failed(why) = status.state else { panic!("it failed") };
    assert!(why.starts_with(&format!("{address} is in use")) && why.contains("choose another port"), "{why}");
    drop(other);
    assert_eq!(here.address(DoorKind::Http), address);
    assert_eq!(post(address, "/v1/logs", &[PROTOBUF], b"").status, 200);
}

#[test]
fn localhost_leads_here_in_both_families() {
    let here = Post::start(Limits::default());
    let port = here.address(DoorKind::Http).port();
    let twin = SocketAddr::from((Ipv6Addr::LOCALHOST, port));
    // Where the machine has no IPv6 there is nothing to lead here.
    let has_ipv6 = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok();
    assert_eq!(TcpStream::connect(twin).is_ok(), has_ipv6);
    if has_ipv6 {
        let host = format!("host: {twin}");
        assert_eq!(post(twin, "/v1/logs", &[PROTOBUF, &host], b"").status, 200);
    }
    here.receivers.set(Doors::default());
    here.wait(DoorKind::Http, |state| *state == ReceiverState::Off);
    assert!(TcpStream::connect(twin).is_err(), "it is closed as well");
}

#[test]
fn doors_open_move_and_close() {
    let here = Post::start(Limits::default());
    let (http, grpc) = (here.address(DoorKind::Http), here.address(DoorKind::Grpc));
    let mut kept = TcpStream::connect(http).expect("it listens");
    kept.set_read_timeout(Some(PATIENCE)).expect("a time");
    let mut asks = || {
        kept.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")?;
        let mut answer = vec![0; 4096];
        kept.read(&mut answer).map(|n| n > 0)
    };
    assert!(asks().expect("an answer"));
    here.receivers.set(Doors { grpc: None, http: Some(loopback()), ..Doors::default() });
    here.wait(DoorKind::Grpc, |state| *state == ReceiverState::Off);
    assert!(TcpStream::connect(grpc).is_err(), "it is closed");
    assert!(asks().expect("an answer"), "a door that stays keeps its connections");
    here.receivers.set(Doors { grpc: Some(loopback()), ..Doors::default() });
    here.wait(DoorKind::Http, |state| *state == ReceiverState::Off);
    assert!(!asks().unwrap_or(false), "a door that closes lets them go");
    assert!(TcpStream::connect(http).is_err());
    let moved = here.address(DoorKind::Grpc);
    run(async {
        assert_eq!(Client::connect(moved).await.call(LOGS, &[], framed(0, b""), true).await.code, "0");
    });
    assert!(here.events.change(|events| events.is_empty()), "each change was told once");
}

#[test]
fn a_request_under_way_is_answered_when_it_stops() {
    let here = Post::start(Limits { stop: PATIENCE, ..Limits::default() });
    let address = here.address(DoorKind::Http);
    here.sink.0.change(|seen| seen.is_shut = true);
    let client = thread::spawn(move || post(address, "/v1/logs", &[PROTOBUF], b""));
    here.sink.0.wait("the request", |seen| (seen.bodies.len() == 1).then_some(()));
    let Post { receivers, sink, .. } = here;
    let stopping = thread::spawn(move || receivers.stop());
    let deadline = Instant::now() + PATIENCE;
    while TcpStream::connect(address).is_ok() {
        assert!(Instant::now() < deadline, "the door never closed");
        thread::yield_now();
    }
    sink.0.change(|seen| seen.is_shut = false);
    assert_eq!(client.join().expect("it ended well").status, 200);
    stopping.join().expect("it ended well");
}

#[test]
fn one_that_hangs_does_not_hold_up_the_end() {
    let here = Post::start(Limits { stop: Duration::from_millis(50), ..Limits::default() });
    let address = here.address(DoorKind::Http);
    here.sink.0.change(|seen| seen.is_shut = true);
    let mut client = TcpStream::connect(address).expect("it listens");
    client.write_all(head("/v1/logs", &[PROTOBUF, "content-length: 0"]).as_bytes()).expect("room");
    here.sink.0.wait("the request", |seen| (seen.bodies.len() == 1).then_some(()));
    let Post { receivers, sink, .. } = here;
    let began = Instant::now();
    receivers.stop();
    assert!(began.elapsed() < PATIENCE / 2, "it waited for one that hangs: {:?}", began.elapsed());
    sink.0.change(|seen| seen.is_shut = false);
}

/// TLS of a server, and the certificate that its clients trust.
fn tls() -> (Arc<ServerConfig>, CertificateDer<'static>) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".into()]).expect("a certificate");
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key);
    (Arc::new(config.expect("they go together")), cert.der().clone())
}

async fn connect(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    protocol: &str,
) -> TlsStream<tokio::net::TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).expect("a certificate");
    let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.into()];
    let stream = tokio::net::TcpStream::connect(address).await.expect("it listens");
    let name = "localhost".try_into().expect("a name");
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.expect("TLS")
}

async fn post_tls(address: SocketAddr, trusted: &CertificateDer<'static>, fields: &[&str]) -> String {
    let mut stream = connect(address, trusted, "http/1.1").await;
    let fields = [fields, &[PROTOBUF, "content-length: 0"]].concat();
    stream.write_all(head("/v1/logs", &fields).as_bytes()).await.expect("room");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    String::from_utf8_lossy(&answer).split(' ').nth(1).expect("a status").to_owned()
}

#[test]
fn beyond_this_machine_token_and_tls_are_asked_for() {
    let everywhere = SocketAddr::from(([0, 0, 0, 0], 0));
    let here = Post::with(on(everywhere), Limits::default());
    let ReceiverState::Failed(why) = here.wait(DoorKind::Http, is_failed).state else { panic!("it failed") };
    assert!(why.contains("a token and TLS alone, and there is neither"), "{why}");
    let (config, trusted) = tls();
    let token: CheckToken = Arc::new(|token| token == "right");
    let doors = Doors { grpc: Some(everywhere), http: Some(everywhere), token: Some(token), tls: Some(config) };
    here.receivers.set(doors);
    let at = |kind| SocketAddr::from(([127, 0, 0, 1], here.address(kind).port()));
    let (http, grpc) = (at(DoorKind::Http), at(DoorKind::Grpc));
    run(async {
        assert_eq!(post_tls(http, &trusted, &[]).await, "401");
        assert_eq!(post_tls(http, &trusted, &["authorization: Bearer wrong"]).await, "401");
        assert_eq!(post_tls(http, &trusted, &["authorization: Bearer right"]).await, "200");
        assert_eq!(post_tls(http, &trusted, &["authorization: Bearer right", "host: perf.example.com"]).await, "200");
        let mut client = Client::over(connect(grpc, &trusted, "h2").await).await;
        assert_eq!(client.call(LOGS, &[], framed(0, b""), true).await.code, "16");
        let right = [("authorization", "Bearer right")];
        assert_eq!(client.call(LOGS, &right, framed(0, b""), true).await.code, "0");
    });
    let mut plain = TcpStream::connect(http).expect("it listens");
    plain.set_read_timeout(Some(PATIENCE)).expect("a time");
    plain.write_all(head("/v1/logs", &[PROTOBUF, "content-length: 0"]).as_bytes()).expect("room");
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "without TLS nothing is answered");
    assert_eq!(here.bodies().len(), 3);
}

#[test]
fn on_this_machine_tls_is_spoken_with_those_who_begin_it() {
    let (config, trusted) = tls();
    let token: CheckToken = Arc::new(|_| false);
    let doors = Doors { grpc: Some(loopback()), http: Some(loopback()), token: Some(token), tls: Some(config) };
    let here = Post::with(doors, Limits::default());
    let (http, grpc) = (here.address(DoorKind::Http), here.address(DoorKind::Grpc));
    assert_eq!(post(http, "/v1/logs", &[PROTOBUF], b"").status, 200);
    run(async {
        assert_eq!(post_tls(http, &trusted, &[]).await, "200");
        for mut client in [Client::over(connect(grpc, &trusted, "h2").await).await, Client::connect(grpc).await] {
            assert_eq!(client.call(LOGS, &[], framed(0, b""), true).await.code, "0");
        }
    });
}
