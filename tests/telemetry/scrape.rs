//! Exporters that are scraped over real sockets: good ones, and those that hang, lie, vanish and refuse.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use perfdesk::model::profile::Secret;
use perfdesk::model::remote_write::Login;
use perfdesk::model::service::Target;
use perfdesk::telemetry::watch::Watched;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::scrape_support::{Exporter, Watching, Wrap, answer, target};

const SECOND: Duration = Duration::from_secs(1);

/// What is found at an exporter that answers so.
fn check(bytes: impl Into<Vec<u8>>, keeps_open: bool, expect: Result<&str, &str>) {
    let bytes = bytes.into();
    let exporter = Exporter::start(move |_, _, wire, life| {
        // A client that has read enough goes away, which is no fault of the exporter.
        let _ = wire.write_all(&bytes);
        keeps_open && !life.wait(super::support::PATIENCE)
    });
    let watching = Watching::targets(vec![exporter.target("x")]);
    let found = watching.first("x");
    assert_eq!(found.as_ref().map(String::as_str).map_err(String::as_str), expect);
    drop(exporter);
}

#[test]
fn what_an_exporter_says_is_found_with_its_bad_lines() {
    let body = b"# TYPE a counter\na 1\nb{x=\"1\"} 2.5\nc\n";
    check(answer("200 OK", "", body), true, Ok("a 1\nb 2.5\nline 4: it has no value"));
    let lines = "Content-Type: application/openmetrics-text; version=1.0.0\r\n";
    check(answer("200 OK", lines, b"# TYPE a counter\na_total 1\n# EOF\n"), true, Ok("a_total 1\n"));
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na \r\n2\r\n1\n\r\n0\r\n\r\n";
    check(chunked, true, Ok("a 1\n"));
    // Without a length the answer goes on until the connection ends.
    check("HTTP/1.1 200 OK\r\n\r\na 1\n", false, Ok("a 1\n"));
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(b"a 1\n").expect("memory");
    let packed = packed.finish().expect("memory");
    check(answer("200 OK", "Content-Encoding: gzip\r\n", &packed), true, Ok("a 1\n"));
}

#[test]
fn one_that_lies_about_its_length_or_never_ends_is_cut_off() {
    let short = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\na 1\n";
    check(short, false, Err("the connection closed before the end of its answer"));
    check(short, true, Err("its answer did not end within 1 s"));
    check("", true, Err("it gave no answer within 1 s"));
    check("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", true, Err("its answer is longer than 16 MiB"));
    let mut endless = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    endless.extend(b"a 1\n".repeat(5 << 20));
    check(endless, false, Err("its answer is longer than 16 MiB"));
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    bomb.write_all(&vec![b'\n'; 100 << 20]).expect("memory");
    let bomb = answer("200 OK", "Content-Encoding: gzip\r\n", &bomb.finish().expect("memory"));
    check(bomb, true, Err("its answer is longer than 16 MiB, unpacked"));
}

#[test]
fn one_that_trickles_is_cut_off_by_the_time_out() {
    let exporter = Exporter::start(|_, _, wire, life| {
        let _ = wire.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        while wire.write_all(b"a 1\n").is_ok() && wire.flush().is_ok() {
            if life.wait(Duration::from_millis(20)) {
                break;
            }
        }
        false
    });
    let watching = Watching::targets(vec![exporter.target("x")]);
    let seen = watching.wait("x", |seen| !seen.is_empty());
    assert_eq!(seen[0].found, Err("its answer did not end within 1 s".into()));
    assert!(seen[0].took < 3 * SECOND, "{:?}", seen[0].took);
}

#[test]
fn what_refuses_or_is_none_says_so() {
    for (status, lines, body, expect) in [
        ("401 Unauthorized", "", "", "it answered 401 Unauthorized: its token or password is missing or wrong"),
        ("404 Not Found", "", "", "it answered 404 Not Found: the path is another, often /metrics"),
        ("500 Oh", "", "", "it answered 500 Internal Server Error"),
        (
            "302 Found",
            "Location: http://127.0.0.1:1/\r\n",
            "",
            "it answered 302 Found: it leads elsewhere, where nobody is asked; give that address itself",
        ),
        (
            "200 OK",
            "Content-Type: text/html\r\n",
            "<!doctype html>\n<html>",
            "what answers there are no metrics: line 1: it does not begin with a metric's name",
        ),
    ] {
        check(answer(status, lines, body.as_bytes()), true, Err(expect));
    }
    check("SSH-2.0-OpenSSH_9.2\r\n", true, Err("what it answered is no HTTP: invalid HTTP version parsed"));
    let many: String = (0..5_001).map(|i| format!("a{{i=\"{i}\"}} 1\n")).collect();
    let expect = "it holds more than 5000 series: allow more, or let it export fewer";
    check(answer("200 OK", "", many.as_bytes()), true, Err(expect));
}

#[test]
fn one_that_hangs_holds_up_no_other_and_ends_in_time() {
    let hanging = Exporter::start(|_, _, _, life| !life.wait(super::support::PATIENCE));
    let good = Exporter::saying("a 1\n");
    let slow = Target { interval_seconds: 30, time_out_seconds: 30, ..hanging.target("hanging") };
    let mut targets: Vec<Target> =
        (0..20).map(|i| Target { name: format!("h{i}").into(), ..hanging.target("") }).collect();
    targets.extend([slow, good.target("good")]);
    let watching = Watching::targets(targets);
    let seen = watching.wait("good", |seen| seen.len() >= 4);
    for pair in seen.windows(2) {
        assert_eq!(pair[0].found.as_deref(), Ok("a 1\n"));
        let apart = pair[1].at.duration_since(pair[0].at);
        assert!(apart < 3 * SECOND, "a second apart, on a busy machine too: {apart:?}");
    }
    assert_eq!(watching.first("h7"), Err("it gave no answer within 1 s".into()));
    assert_eq!(good.n_connections(), 1, "the connection is kept");
    let took = watching.stop();
    assert!(took < 2 * SECOND, "{took:?}");
}

#[test]
fn one_that_vanishes_is_down_and_up_again_when_it_is_back() {
    let serve = |n: &'static str| {
        move |_: usize, _: &str, wire: &mut dyn super::scrape_support::Wire, _: &_| {
            wire.write_all(&answer("200 OK", "", n.as_bytes())).is_ok()
        }
    };
    let exporter = Exporter::start(serve("a 1\n"));
    let address = exporter.address;
    let watching = Watching::targets(vec![exporter.target("x")]);
    watching.wait("x", |seen| seen.iter().any(|seen| seen.found.is_ok()));
    drop(exporter);
    let expect = format!("nothing listens at {address}");
    watching.wait("x", |seen| seen.last().is_some_and(|seen| seen.found.as_ref() == Err(&expect)));
    let _back = Exporter::at(address, Arc::new(|tcp| Some(Box::new(tcp))), Arc::new(serve("a 2\n")));
    watching.wait("x", |seen| seen.last().is_some_and(|seen| seen.found.as_deref() == Ok("a 2\n")));
}

#[test]
fn a_connection_that_the_server_closed_is_opened_anew() {
    // It says that it keeps the connection, and does not.
    let exporter = Exporter::start(|_, _, wire, _| {
        let _ = wire.write_all(&answer("200 OK", "", b"a 1\n"));
        false
    });
    let watching = Watching::targets(vec![exporter.target("x")]);
    let seen = watching.wait("x", |seen| seen.len() >= 3);
    assert!(seen.iter().all(|seen| seen.found.is_ok()), "{seen:?}");
    assert!(exporter.n_connections() >= 3);
}

#[test]
fn it_is_told_who_asks_and_what_for() {
    let exporter = Exporter::saying("a 1\n");
    let secret = Some(Secret("open sesame".into()));
    let bearer = Target { login: Login::Bearer, secret: secret.clone(), ..exporter.target("bearer") };
    let basic = Target { login: Login::Basic { user: "Aladdin".into() }, secret, ..exporter.target("basic") };
    let watching = Watching::targets(vec![bearer, basic, exporter.target("open")]);
    for name in ["bearer", "basic", "open"] {
        assert_eq!(watching.first(name).as_deref(), Ok("a 1\n"));
    }
    let heads: Vec<String> = exporter.heads().iter().map(|head| head.to_lowercase()).collect();
    let with = |what: &str| heads.iter().filter(|head| head.contains(what)).count();
    assert!(with("authorization: bearer open sesame\r\n") >= 1, "{heads:?}");
    // RFC 7617, section 2.
    assert!(with("authorization: basic qwxhzgrpbjpvcgvuihnlc2ftzq==\r\n") >= 1, "{heads:?}");
    assert!(heads.iter().any(|head| !head.contains("authorization")));
    assert_eq!(with("get /metrics http/1.1\r\n"), heads.len());
    assert_eq!(with("accept: application/openmetrics-text;version=1.0.0"), heads.len());
    assert_eq!(with("x-prometheus-scrape-timeout-seconds: 1\r\n"), heads.len());
}

#[test]
fn targets_that_stay_go_on_and_those_that_go_are_asked_no_more() {
    let (one, two) = (Exporter::saying("a 1\n"), Exporter::saying("b 1\n"));
    let watching = Watching::targets(vec![one.target("one"), two.target("two")]);
    watching.wait("one", |seen| !seen.is_empty());
    watching.wait("two", |seen| !seen.is_empty());
    let other = Target { name: "three".into(), ..two.target("") };
    watching.watch().set(Watched { targets: vec![one.target("one"), other], ..Watched::default() });
    watching.wait("three", |seen| !seen.is_empty());
    let n_two = watching.wait("two", |_| true).len();
    watching.wait("three", |seen| seen.len() >= 3);
    assert!(watching.wait("two", |_| true).len() <= n_two + 1, "at most what was under way");
    assert_eq!(one.n_connections(), 1, "the one that stayed kept its connection");
}

struct Tls {
    wrap: Wrap,
    ca: String,
}

fn tls() -> Tls {
    let mut of_ca = CertificateParams::new(Vec::new()).expect("parameters");
    of_ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(of_ca, KeyPair::generate().expect("a key")).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let of_server = CertificateParams::new(vec!["127.0.0.1".into()]).expect("parameters");
    let own = of_server.signed_by(&key, &ca).expect("a certificate");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![own.der().clone()], key)
        .expect("a pair");
    let config = Arc::new(config);
    let wrap = move |tcp: TcpStream| -> Option<Box<dyn super::scrape_support::Wire>> {
        Some(Box::new(StreamOwned::new(ServerConnection::new(config.clone()).ok()?, tcp)))
    };
    Tls { wrap: Arc::new(wrap), ca: ca.pem() }
}

#[test]
fn tls_takes_the_word_of_a_file_or_of_the_well_known_and_of_nobody_else() {
    let tls = tls();
    let folder = tempfile::tempdir().expect("a folder");
    let ca_file = folder.path().join("ca.pem");
    std::fs::write(&ca_file, &tls.ca).expect("a file");
    let other_file = folder.path().join("other.pem");
    std::fs::write(&other_file, self::tls().ca).expect("a file");
    let serve = |_: usize, _: &str, wire: &mut dyn super::scrape_support::Wire, _: &_| {
        wire.write_all(&answer("200 OK", "", b"a 1\n")).and_then(|()| wire.flush()).is_ok()
    };
    let exporter = Exporter::at(([127, 0, 0, 1], 0).into(), tls.wrap, Arc::new(serve));
    let of = |name: &str, ca_file: &str| Target {
        ca_file: ca_file.into(),
        ..target(name, &format!("https://{}/metrics", exporter.address))
    };
    // As a server does that takes what it hears for a bad request.
    let refuse = |mut tcp: TcpStream| -> Option<Box<dyn super::scrape_support::Wire>> {
        let _ = tcp.write_all(&answer("400 Bad Request", "", b""));
        Some(Box::new(tcp))
    };
    let plain = Exporter::at(([127, 0, 0, 1], 0).into(), Arc::new(refuse), Arc::new(|_, _, _, _| false));
    let watching = Watching::targets(vec![
        of("vouched", &ca_file.to_string_lossy()),
        of("other", &other_file.to_string_lossy()),
        of("well-known", ""),
        of("no-file", "/nowhere/ca.pem"),
        target("plain", &format!("https://{}/metrics", plain.address)),
    ]);
    assert_eq!(watching.first("vouched").as_deref(), Ok("a 1\n"));
    for (name, expect) in [
        ("other", "its certificate is not vouched for by the file of certificates"),
        ("well-known", "its certificate is not vouched for by a well-known authority"),
        ("no-file", "the file of certificates cannot be used"),
        ("plain", "it does not speak TLS: write http:// before the address"),
    ] {
        let why = watching.first(name).expect_err("refused");
        assert!(why.starts_with(expect), "{name}: {why}");
    }
}
