//! OTLP over gRPC: its three unary methods over HTTP/2. <https://opentelemetry.io/docs/specs/otlp/#otlpgrpc>

mod frame;

use std::convert::Infallible;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};

use self::frame::{FrameError, PREFIX, framed};
use super::CheckToken;
use super::answer::Answer;
use super::body::{read, too_much};
use super::budget::{Held, TooMuch};
use super::desk::{Desk, Form, Packing, check_token};
use super::message::{self, cut};
use super::refusal::{Refusal, RefusalKind};
use crate::telemetry::otlp::{Signal, Taken};

const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");
const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");
const ACCEPT_ENCODING: HeaderName = HeaderName::from_static("grpc-accept-encoding");

/// Answers the requests of one door.
pub struct Grpc {
    /// What all doors share.
    pub desk: Arc<Desk>,
    /// How tokens are checked; `None` where none is needed.
    pub token: Option<CheckToken>,
}

impl Grpc {
    /// Answers a request.
    pub async fn answer(&self, request: Request<Incoming>) -> Result<Response<Answer>, Infallible> {
        let (parts, mut body) = request.into_parts();
        if !is_grpc(&parts.headers) {
            self.desk.refused();
            let mut response = Response::new(Answer::default());
            *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Ok(response);
        }
        Ok(match self.take(&parts, &mut body).await {
            Ok((signal, taken)) => {
                let trailers = HeaderMap::from_iter([(STATUS, HeaderValue::from_static("0"))]);
                let answer = framed(&message::taken(signal, Form::Protobuf, &taken));
                respond(Answer::with_trailers(answer, trailers))
            }
            Err(refusal) => refused(&refusal),
        })
    }

    async fn take(&self, parts: &Parts, body: &mut Incoming) -> Result<(Signal, Taken), Refusal> {
        let desk = &self.desk;
        let reading = async {
            let (signal, packing) = self.check(parts)?;
            let place = desk.enter()?;
            let n_most = desk.limits.wire_bytes;
            let into = desk.held(n_most + PREFIX);
            let look = |so_far: &[u8]| frame::look(so_far, n_most).map_err(|e| broken(e, n_most));
            let whole = read(body, into, desk.limits.body, look).await?;
            let (packing, message) = unframed(whole, packing, n_most)?;
            Ok((place, signal, packing, message))
        };
        let (place, signal, packing, message) = reading.await.inspect_err(|_| desk.refused())?;
        desk.clone().take(place, signal, Form::Protobuf, packing, message).await.map(|taken| (signal, taken))
    }

    fn check(&self, parts: &Parts) -> Result<(Signal, Option<Packing>), Refusal> {
        // No client of gRPC is a page.
        if parts.headers.contains_key(header::ORIGIN) {
            return Err(Refusal::new(RefusalKind::Forbidden, "pages may not report here"));
        }
        let tokens = parts.headers.get_all(header::AUTHORIZATION).iter().map(HeaderValue::as_bytes);
        check_token(self.token.as_ref(), tokens)?;
        let signal = signal_of(parts.uri.path()).filter(|_| parts.method == Method::POST);
        let signal = signal.ok_or_else(|| {
            Refusal::new(RefusalKind::NotFound, "there is no such method: Export of metrics, traces and logs is taken")
        })?;
        let packing = match parts.headers.get(ENCODING).map_or(&b""[..], HeaderValue::as_bytes) {
            b"" | b"identity" => None,
            b"gzip" => Some(Packing::Gzip),
            _ => return Err(Refusal::new(RefusalKind::Encoding, "the grpc-encoding is to be gzip or identity")),
        };
        Ok((signal, packing))
    }
}

fn is_grpc(headers: &HeaderMap) -> bool {
    let field = headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    field.strip_prefix(b"application/grpc").is_some_and(|rest| matches!(rest, b"" | b"+proto") || rest[0] == b';')
}

fn signal_of(path: &str) -> Option<Signal> {
    match path {
        "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" => Some(Signal::Metrics),
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export" => Some(Signal::Traces),
        "/opentelemetry.proto.collector.logs.v1.LogsService/Export" => Some(Signal::Logs),
        _ => None,
    }
}

/// The message of a body, and how it is compressed.
fn unframed(body: Held, packing: Option<Packing>, n_most: usize) -> Result<(Packing, Held), Refusal> {
    let is_packed = frame::read(body.bytes(), n_most).map_err(|e| broken(e, n_most))?.is_packed;
    let packing = match (is_packed, packing) {
        (false, _) => Packing::Plain,
        (true, Some(packing)) => packing,
        (true, None) => {
            return Err(Refusal::new(
                RefusalKind::Malformed,
                "the message is compressed, and no grpc-encoding says how",
            ));
        }
    };
    Ok((packing, body.without_first(PREFIX)))
}

fn broken(error: FrameError, n_most: usize) -> Refusal {
    match error {
        FrameError::TooLarge(_) => too_much(TooMuch::Large(n_most)),
        error => Refusal::new(RefusalKind::Malformed, error.to_string()),
    }
}

fn respond(answer: Answer) -> Response<Answer> {
    let mut response = Response::new(answer);
    response.headers_mut().insert(header::CONTENT_TYPE, GRPC);
    response.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity,gzip"));
    response
}

/// An answer of trailers alone.
fn refused(refusal: &Refusal) -> Response<Answer> {
    let mut response = respond(Answer::default());
    let headers = response.headers_mut();
    headers.insert(STATUS, HeaderValue::from(u16::from(refusal.code())));
    if let Ok(words) = HeaderValue::try_from(percent(cut(&refusal.words))) {
        headers.insert(MESSAGE, words);
    }
    response
}

/// A `grpc-message`: what is no printable ASCII, and `%`, as `%XX`.
fn percent(words: &str) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(words.len());
    for byte in words.bytes() {
        match byte {
            b' '..=b'~' if byte != b'%' => text.push(char::from(byte)),
            _ => {
                let _ = write!(text, "%{byte:02X}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_written_as_the_protocol_has_them() {
        for (words, expect) in [("a b", "a b"), ("83 %", "83 %25"), ("é\n", "%C3%A9%0A"), ("", "")] {
            assert_eq!(percent(words), expect, "{words}");
        }
    }

    #[test]
    fn types_of_grpc_are_known() {
        for (field, expect) in [
            ("application/grpc", true),
            ("application/grpc+proto", true),
            ("application/grpc; a=b", true),
            ("application/grpc+json", false),
            ("application/grpc-web", false),
            ("application/json", false),
        ] {
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(field))]);
            assert_eq!(is_grpc(&headers), expect, "{field}");
        }
    }
}
