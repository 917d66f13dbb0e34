//! Questions over HTTP/1.1, asynchronously: a connection that is kept, a bounded answer, no proxy, and never on to another
//! address. The caller sets the time; what is dropped closes its connection at once.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::Body;
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::http::{Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use super::names::Names;
use super::{tls, unpack};
use crate::model::profile::Secret;
use crate::model::remote_write::Login;
use crate::telemetry::http::authorization;
use crate::telemetry::stream::{Stream, broken};

/// Bytes of an answer's head.
const MAX_HEAD: usize = 64 << 10;

/// Where an address leads.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    is_tls: bool,
    /// A name or a number, without brackets.
    host: String,
    port: u16,
    /// What stands in `Host`.
    authority: String,
    /// Path and query.
    path: String,
}

impl Place {
    fn read(url: &str) -> Result<Self, String> {
        let uri: Uri = url.parse().map_err(|_| "its address cannot be read".to_owned())?;
        let is_tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err("its address begins with neither http:// nor https://".into()),
        };
        let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        let authority = uri.authority().map(|authority| authority.as_str().to_owned()).unwrap_or_default();
        let authority = authority.rsplit('@').next().unwrap_or_default().to_owned();
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        if host.is_empty() {
            Err("its address names no host".into())
        } else {
            Ok(Self { is_tls, host, port, authority, path })
        }
    }
}

/// What is asked again and again.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// The address.
    pub(crate) url: Arc<str>,
    /// How it is told who asks.
    pub(crate) login: Login,
    /// The token or password.
    pub(crate) secret: Option<Secret>,
    /// A file of certificates; empty is the well-known authorities.
    pub(crate) ca_file: Arc<str>,
    /// Further headers.
    pub(crate) headers: Vec<(HeaderName, String)>,
    /// Bytes of the answer, as it comes and uncompressed; 0 leaves the body unread.
    pub(crate) max_bytes: usize,
}

/// What was answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: StatusCode,
    /// `Content-Type`; may be empty.
    pub(crate) content_type: String,
    /// The body, uncompressed.
    pub(crate) body: Vec<u8>,
}

/// How far a question came: what it was that took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Stage {
    /// There is no connection yet.
    #[default]
    Connect,
    /// There is no answer yet.
    Answer,
    /// The answer has no end yet.
    Body,
}

/// Asks one address; keeps its connection.
pub(crate) struct Client {
    asked: Asked,
    place: Result<Place, String>,
    names: Names,
    config: Option<Arc<ClientConfig>>,
    line: Option<Line>,
    /// How far the newest question came.
    pub(crate) stage: Stage,
}

struct Line {
    sender: SendRequest<Body>,
    driver: JoinHandle<()>,
    /// Whether it ends on this machine, where packing costs more than it saves.
    is_near: bool,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Client {
    /// A client without a connection.
    pub(crate) fn new(asked: Asked) -> Self {
        let place = Place::read(&asked.url);
        Self { asked, place, names: Names::default(), config: None, line: None, stage: Stage::default() }
    }

    /// Asks; gives what was answered with whatever status.
    ///
    /// # Errors
    /// Why there is no answer, in words without the address.
    pub(crate) async fn get(&mut self) -> Result<Answer, String> {
        let place = self.place.clone()?;
        // What is not put back here was given up, and its connection with it.
        let kept = self.line.take().filter(|line| !line.sender.is_closed());
        if let Some(mut line) = kept {
            self.stage = Stage::Answer;
            // A server may close a connection that rests, just when it is to be used again.
            if let Ok(response) = self.ask(&mut line, &place).await? {
                return self.read(line, response).await;
            }
        }
        self.stage = Stage::Connect;
        let mut line = self.open(&place).await?;
        self.stage = Stage::Answer;
        let response = self.ask(&mut line, &place).await?.map_err(|e| broken(&e))?;
        self.read(line, response).await
    }

    /// Closes the connection, so that the next question begins with a new one.
    pub(crate) fn close(&mut self) {
        self.line = None;
    }

    async fn open(&mut self, place: &Place) -> Result<Line, String> {
        let tcp = self.names.connect(&place.host, place.port, &place.authority).await?;
        let _ = tcp.set_nodelay(true);
        let is_near = tcp.peer_addr().is_ok_and(|peer| peer.ip().to_canonical().is_loopback());
        let stream = if place.is_tls {
            let config = match &self.config {
                Some(config) => config.clone(),
                None => self.config.insert(tls::config(self.asked.ca_file.clone(), tls::HTTP).await?).clone(),
            };
            let name = ServerName::try_from(place.host.clone());
            let name = name.map_err(|_| "its address holds no name that a certificate can have".to_owned())?;
            let secured = TlsConnector::from(config).connect(name, tcp).await;
            // The file may be another by the next time.
            Stream::Tls(Box::new(secured.map_err(|e| {
                self.config = None;
                tls::words(&e, !self.asked.ca_file.is_empty())
            })?))
        } else {
            Stream::Plain(tcp)
        };
        let opened = Builder::new().max_buf_size(MAX_HEAD).handshake(TokioIo::new(stream)).await;
        let (sender, connection) = opened.map_err(|e| broken(&e))?;
        let driver = tokio::spawn(async move {
            let _ = connection.await;
        });
        Ok(Line { sender, driver, is_near })
    }

    /// Asks on a connection; the inner error is that of the connection.
    async fn ask(&self, line: &mut Line, place: &Place) -> Result<Result<Response<Incoming>, hyper::Error>, String> {
        let mut request = Request::builder()
            .uri(&place.path)
            .header(header::HOST, &place.authority)
            .header(header::USER_AGENT, concat!("perfdesk/", env!("CARGO_PKG_VERSION")))
            .header(header::ACCEPT_ENCODING, if line.is_near { "identity" } else { unpack::ACCEPTED });
        for (name, value) in &self.asked.headers {
            request = request.header(name, value);
        }
        if let Some(login) = authorization(&self.asked.login, self.asked.secret.as_ref()) {
            let mut value = HeaderValue::try_from(login).map_err(|_| "its token holds signs that no token has")?;
            value.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, value);
        }
        let request = request.body(Body::empty()).map_err(|_| "its address cannot be read")?;
        if let Err(e) = line.sender.ready().await {
            return Ok(Err(e));
        }
        Ok(line.sender.send_request(request).await)
    }

    async fn read(&mut self, line: Line, response: Response<Incoming>) -> Result<Answer, String> {
        self.stage = Stage::Body;
        let (head, body) = response.into_parts();
        let text = |name: HeaderName| text_of(&head.headers, &name);
        let mut answer = Answer { status: head.status, content_type: text(header::CONTENT_TYPE), body: Vec::new() };
        // Of what went wrong the status says enough.
        if !head.status.is_success() || self.asked.max_bytes == 0 {
            return Ok(answer);
        }
        let bytes = read_body(body, self.asked.max_bytes).await?;
        answer.body = unpack::unpack(bytes, &text(header::CONTENT_ENCODING), self.asked.max_bytes)?;
        self.line = Some(line);
        Ok(answer)
    }
}

fn text_of(headers: &HeaderMap, name: &HeaderName) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

async fn read_body(mut body: Incoming, most: usize) -> Result<Vec<u8>, String> {
    let too_much = || format!("its answer is longer than {} MiB", most >> 20);
    if body.size_hint().lower() > most as u64 {
        return Err(too_much());
    }
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let frame = frame.map_err(|e| broken(&e))?;
        let Some(data) = frame.data_ref() else { continue };
        if bytes.len() + data.len() > most {
            return Err(too_much());
        }
        bytes.extend_from_slice(data);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        let place = Place::read("https://[::1]/metrics?a=b").expect("an address");
        assert_eq!((place.is_tls, place.host.as_str(), place.port), (true, "::1", 443));
        assert_eq!((place.authority.as_str(), place.path.as_str()), ("[::1]", "/metrics?a=b"));
        let place = Place::read("http://user:word@box:9100").expect("an address");
        assert_eq!((place.host.as_str(), place.port, place.authority.as_str()), ("box", 9100, "box:9100"));
        assert_eq!(place.path, "/");
        for bad in ["", "box:9100", "ftp://x/", "http://", "/metrics"] {
            assert!(Place::read(bad).is_err(), "{bad}");
        }
    }
}
