//! Requests to an agent over HTTP/1.1: every wait has an end, every size a bound, and every failure its words.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::http::{Method, Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::Error as TlsError;
use tokio_rustls::rustls::pki_types::ServerName;

use super::address::Address;
use super::tls::Trust;
use crate::telemetry::stream::{Stream, broken};

/// Time for a connection, and for the head of an answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of an answer that is no stream.
const MAX_ANSWER: usize = 64 << 10;

/// Where to ask, and as whom.
#[derive(Debug, Clone)]
pub struct Target {
    /// The agent.
    pub address: Address,
    /// Its token.
    pub token: String,
    /// What is asked of its certificate.
    pub trust: Arc<Trust>,
    /// Whether the token may travel without TLS beyond this machine.
    pub insecure_http: bool,
}

impl Target {
    /// The same for another connection: a certificate that was seen at the first is demanded of all others.
    pub fn again(&self) -> Self {
        Self { trust: self.trust.again(), ..self.clone() }
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// It may go better by itself.
    #[error("{0}")]
    Lost(String),
    /// A person has to do something.
    #[error("{0}")]
    Refused(String),
}

/// A connection for one request after another.
pub struct Line(SendRequest<Body>);

impl Line {
    /// Connects.
    ///
    /// # Errors
    /// [`AskError`].
    pub async fn open(target: &Target) -> Result<Self, AskError> {
        let (host, port) = (target.address.host.as_str(), target.address.port);
        let late = |_| AskError::Lost(format!("{} did not answer within {} s", target.address, PATIENCE.as_secs()));
        let tcp = timeout(PATIENCE, TcpStream::connect((host, port))).await.map_err(late)?;
        let tcp = tcp.map_err(|e| AskError::Lost(not_reached(target, &e)))?;
        let _ = tcp.set_nodelay(true);
        let is_near = tcp.peer_addr().is_ok_and(|peer| peer.ip().to_canonical().is_loopback());
        let stream = if target.address.is_tls {
            Stream::Tls(Box::new(timeout(PATIENCE, secure(target, tcp)).await.map_err(late)??))
        } else if is_near || target.insecure_http {
            Stream::Plain(tcp)
        } else {
            let why = "without TLS whoever listens in on the network could read the token: write https:// before the \
                       address, or allow plain HTTP for this machine";
            return Err(AskError::Refused(why.into()));
        };
        let (sender, connection) =
            timeout(PATIENCE, handshake(TokioIo::new(stream))).await.map_err(late)?.map_err(|e| lost(&e))?;
        // It ends when the sender and the answer are gone.
        tokio::spawn(async move {
            let _ = connection.await;
        });
        Ok(Self(sender))
    }

    /// Whether the other side still listens.
    pub fn is_open(&self) -> bool {
        !self.0.is_closed()
    }

    /// Asks, and gives an answer that went well.
    ///
    /// # Errors
    /// [`AskError`]; a refusal has the words of the agent.
    pub async fn ask(
        &mut self,
        target: &Target,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<Response<Incoming>, AskError> {
        let late = |_| AskError::Lost(format!("{} did not answer within {} s", target.address, PATIENCE.as_secs()));
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, target.address.authority())
            .header(header::AUTHORIZATION, format!("Bearer {}", target.token))
            .header(header::USER_AGENT, concat!("perfdesk/", env!("CARGO_PKG_VERSION")))
            .body(Body::from(body))
            .map_err(|_| AskError::Refused("the token holds signs that no token has".into()))?;
        let response = timeout(PATIENCE, async {
            self.0.ready().await?;
            self.0.send_request(request).await
        });
        let response = response.await.map_err(late)?.map_err(|e| lost(&e))?;
        if response.status().is_success() { Ok(response) } else { Err(refusal(target, response).await) }
    }
}

/// The words of an answer that did not go well.
async fn refusal(target: &Target, response: Response<Incoming>) -> AskError {
    #[derive(serde::Deserialize)]
    struct Said {
        detail: String,
    }
    let status = response.status();
    let read = timeout(PATIENCE, to_bytes(Body::new(response.into_body()), MAX_ANSWER)).await;
    let said: Option<Said> = read.ok().and_then(Result::ok).and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let detail = said.map(|said| said.detail.chars().take(500).collect::<String>());
    match (status, detail) {
        (StatusCode::UNAUTHORIZED, _) => {
            AskError::Refused("the token is wrong or was revoked: `perfdesk token show` there says it".into())
        }
        (StatusCode::NOT_FOUND, None) => {
            AskError::Refused(format!("what answers at {} is no agent of Perfdesk, or an older one", target.address))
        }
        (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE | StatusCode::BAD_GATEWAY, detail) => {
            AskError::Lost(detail.unwrap_or_else(|| "the agent is busy".into()))
        }
        (_, Some(detail)) => AskError::Refused(detail),
        (status, None) => AskError::Refused(format!("{} answered {status}", target.address)),
    }
}

async fn secure(target: &Target, tcp: TcpStream) -> Result<TlsStream<TcpStream>, AskError> {
    let config = target.trust.config().map_err(|e| AskError::Refused(e.to_string()))?;
    let name = ServerName::try_from(target.address.host.clone());
    let name = name.map_err(|_| AskError::Refused("the address holds no name that a certificate can have".into()))?;
    TlsConnector::from(Arc::new(config)).connect(name, tcp).await.map_err(|e| {
        let cause = e.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>());
        match cause.and_then(|cause| target.trust.why(cause)) {
            Some(why) => AskError::Refused(why),
            None if cause.is_some_and(|cause| matches!(cause, TlsError::InvalidMessage(_))) => {
                AskError::Refused("it does not speak TLS: write http:// before the address".into())
            }
            None => AskError::Lost(format!("no TLS came about: {e}")),
        }
    })
}

fn not_reached(target: &Target, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            format!("nothing listens at {}; perhaps the agent does not run", target.address)
        }
        _ => format!("{} is not reached: {error}", target.address),
    }
}

fn lost(error: &hyper::Error) -> AskError {
    AskError::Lost(broken(error))
}
