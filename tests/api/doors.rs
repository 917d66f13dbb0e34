//! Where the server listens and what it is called: foreign names, a port in use, TLS.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

use perfdesk::api::plan::Flags;
use perfdesk::api::{Limits, Server, ServerOptions};
use perfdesk::model::access::{ApiSettings, ServerState};
use perfdesk::model::{Command, Settings, SettingsCommand};
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme, StreamOwned,
};

use crate::support::{failed_with, read_answer, served, served_with};

#[test]
fn a_foreign_host_or_origin_is_refused_with_a_right_token_too() {
    let served = served();
    let port = served.address.port();
    for host in ["evil.example.com", "127.0.0.1.evil.example.com:80", "192.0.2.7"] {
        let answer = served.request("GET", "/performance/status").header("Host", host).send();
        answer.problem(421);
        assert_eq!(answer.json()["field"], "Host", "{host}");
    }
    for host in [format!("localhost:{port}"), format!("[::1]:{port}"), "127.0.0.1".to_owned()] {
        assert_eq!(served.request("GET", "/performance/status").header("Host", &host).send().status, 200, "{host}");
    }
    served.request("GET", "/performance/status").without("Host").send().problem(400);
    served.request("GET", "/performance/status").header("Host", "a b").send().problem(400);
    for origin in ["http://evil.example.com", "null", "http://localhost:1"] {
        let answer = served.request("POST", "/performance/optimize").header("Origin", origin).json("{}").send();
        answer.problem(403);
        assert_eq!(answer.json()["field"], "Origin", "{origin}");
    }
    let own = format!("http://{}", served.address);
    let answer = served.request("GET", "/performance/status").header("Origin", &own).send();
    assert_eq!(answer.status, 200);
    assert!(answer.headers.iter().all(|(name, _)| !name.starts_with("access-control")), "{answer:?}");
    assert_ne!(served.bare("GET", "/healthz").header("Host", "evil.example.com").send().status, 200);
}

#[test]
fn a_port_in_use_is_a_notice_and_is_tried_again() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = taken.local_addr().expect("an address");
    let flags = Flags { address: Some(address), ..Flags::default() };
    let limits = Limits { retry: std::time::Duration::from_millis(20), ..Limits::default() };
    let (served, state) = failed_with(flags, limits);
    let ServerState::Failed(why) = state else { unreachable!("failed") };
    assert!(why.starts_with(&format!("{address} is in use")) && why.contains("--api"), "{why}");
    let notice = |s: &perfdesk::model::Snapshot| s.notices.iter().any(|n| &*n.text == "The API does not listen");
    served.until("the notice", notice);
    assert!(
        served.engine.handle().snapshot().at.is_some() || {
            served.until("a sample", |s| s.at.is_some());
            true
        }
    );
    drop(taken);
    let listening = served.until("it listens then", |s| s.access.listening().is_some());
    assert_eq!(*listening.access.listening().expect("listens").address, address.to_string());
    served.until("the notice goes", |s| !notice(s));
}

#[test]
fn the_settings_are_followed_while_the_program_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut served = served();
    let config = folder.path().to_owned();
    // A second server over the same engine, in the first one's place, follows the settings: no flag goes before them.
    assert!(served.server.stop(), "the first one ends");
    let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).expect("a free port");
    let api = ApiSettings { port: free.port(), ..ApiSettings::default() };
    let put = |api: ApiSettings| {
        let settings = Settings { api, ..Settings::clone(&served.engine.handle().snapshot().settings) };
        served.command(Command::Settings(SettingsCommand::Replace(settings)));
    };
    put(api.clone());
    served.until("in force", |s| s.settings.api == api);
    let _second = Server::start(
        served.engine.handle(),
        ServerOptions { flags: Flags::default(), limits: Limits::default(), config },
    );
    let listens = |s: &perfdesk::model::Snapshot| s.access.listening().is_some_and(|l| *l.address == free.to_string());
    served.until("it listens", listens);
    let mut stream = crate::support::connect(free);
    let head = format!("GET /events HTTP/1.1\r\nHost: {free}\r\nAuthorization: Bearer {}\r\n\r\n", served.token);
    stream.write_all(head.as_bytes()).expect("sent");
    stream.read_exact(&mut [0; 12]).expect("it begins");
    put(ApiSettings { is_on: false, ..api.clone() });
    served.until("it is off", |s| s.access.server == ServerState::Off);
    assert!(TcpStream::connect(free).is_err(), "nobody listens");
    // It ends within the time that connections have; a stream that went on would run into the client's bound instead.
    let ended = stream.read_to_end(&mut Vec::new());
    assert!(ended.is_ok() || ended.is_err_and(|e| e.kind() == ErrorKind::ConnectionReset), "what goes on ends too");
    put(api);
    served.until("it listens again", listens);
}

/// Trusts the one certificate whose SHA-256 it was told.
#[derive(Debug)]
struct Pinned(String, Arc<CryptoProvider>);

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        use sha2::Digest as _;
        let found: String = sha2::Sha256::digest(certificate.as_ref()).iter().map(|b| format!("{b:02x}")).collect();
        if found == self.0 { Ok(ServerCertVerified::assertion()) } else { Err(Error::General("another".into())) }
    }
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.1.signature_verification_algorithms)
    }
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.1.signature_verification_algorithms)
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.1.signature_verification_algorithms.supported_schemes()
    }
}

fn over_tls(address: SocketAddr, fingerprint: &str) -> StreamOwned<ClientConnection, TcpStream> {
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Pinned(fingerprint.into(), provider)))
        .with_no_client_auth();
    let client = ClientConnection::new(Arc::new(config), address.ip().into()).expect("a client");
    StreamOwned::new(client, crate::support::connect(address))
}

#[test]
fn an_address_for_others_speaks_tls_with_a_certificate_that_can_be_pinned() {
    let flags = Flags { address: Some(([0, 0, 0, 0], 0).into()), ..Flags::default() };
    let served = served_with(flags, Limits::default());
    let snapshot = served.engine.handle().snapshot();
    let listening = snapshot.access.listening().expect("listens").clone();
    assert!(listening.url().starts_with("https://0.0.0.0:") && snapshot.access.warnings.is_empty());
    let fingerprint = listening.fingerprint.expect("TLS");
    let mut stream = over_tls(served.address, &fingerprint);
    stream.write_all(&served.request("GET", "/performance/status").bytes()).expect("sent");
    assert_eq!(read_answer(&mut stream, false).expect("an answer").status, 200);
    let another = fingerprint.chars().rev().collect::<String>();
    let mut stream = over_tls(served.address, &another);
    assert!(stream.write_all(b"GET / HTTP/1.1\r\n\r\n").is_err(), "another certificate is not trusted");
    // Who speaks no TLS hears nothing in the clear.
    let mut plain = served.request("GET", "/performance/status").open();
    let mut heard = Vec::new();
    let _ = plain.read_to_end(&mut heard);
    assert!(!heard.starts_with(b"HTTP"), "{heard:?}");
}

#[test]
fn a_certificate_that_was_renewed_is_in_force_when_that_is_said() {
    let flags = Flags { address: Some(([0, 0, 0, 0], 0).into()), ..Flags::default() };
    let served = served_with(flags, Limits::default());
    let fingerprint = |s: &perfdesk::model::Snapshot| {
        s.access.listening().and_then(|listening| listening.fingerprint.clone()).unwrap_or_default()
    };
    let before = fingerprint(&served.engine.handle().snapshot());
    let renewed = rcgen::generate_simple_self_signed(vec!["localhost".into()]).expect("made");
    std::fs::write(served.config("api-key.pem"), renewed.signing_key.serialize_pem()).expect("written");
    std::fs::write(served.config("api-certificate.pem"), renewed.cert.pem()).expect("written");
    let asked = |print: &str| {
        let mut stream = over_tls(served.address, print);
        stream.write_all(&served.request("GET", "/performance/status").bytes()).ok()?;
        read_answer(&mut stream, false).map(|answer| answer.status)
    };
    assert_eq!(asked(&before), Some(200), "it is not read by itself");
    served.server.reread().say();
    let after = fingerprint(&served.until("the new one", |s| fingerprint(s) != before));
    assert_eq!((asked(&after), asked(&before)), (Some(200), None));
    std::fs::write(served.config("api-key.pem"), "no key").expect("spoilt");
    served.server.reread().say();
    served.until("told", |s| s.access.warnings.iter().any(|text| text.contains("goes on with the certificate it has")));
    assert_eq!(asked(&after), Some(200), "what cannot be read changes nothing");
}

#[test]
fn without_tls_for_others_a_warning_stands_and_is_said_once() {
    let flags = Flags { address: Some(([0, 0, 0, 0], 0).into()), insecure_http: true, ..Flags::default() };
    let served = served_with(flags, Limits::default());
    let snapshot = served.until("warned", |s| !s.access.warnings.is_empty());
    let warning = &snapshot.access.warnings[0];
    assert!(warning.contains("without TLS") && warning.contains("--insecure-http"), "{warning}");
    served.until("told", |s| s.notices.iter().filter(|notice| notice.text == *warning).count() == 1);
    assert_eq!(served.get("/performance/status").status, 200);
}
