//! OTLP over HTTP: <https://opentelemetry.io/docs/specs/otlp/#otlphttp>.

mod origin;

use std::convert::Infallible;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::ext::ReasonPhrase;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Request, Response};

use super::CheckToken;
use super::answer::Answer;
use super::body::{discard, read, too_much};
use super::budget::TooMuch;
use super::desk::{Desk, Form, Packing, check_token};
use super::message;
use super::refusal::{Refusal, RefusalKind};
use crate::telemetry::otlp::Signal;

/// Seconds after which one that found no room may try again.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");
/// Letters beside a status at most.
const REASON: usize = 200;

/// Answers the requests of one door.
pub struct Http {
    /// What all doors share.
    pub desk: Arc<Desk>,
    /// How tokens are checked; `None` where none is needed.
    pub token: Option<CheckToken>,
    /// Whether the door is for this machine alone, and so must not be called by another name.
    pub is_loopback: bool,
}

impl Http {
    /// Answers a request.
    pub async fn answer(&self, request: Request<Incoming>, is_tls: bool) -> Result<Response<Answer>, Infallible> {
        let (parts, mut body) = request.into_parts();
        let form = form_of(&parts.headers);
        // One that asked nothing readable is answered in what a person reads.
        let spoken = form.unwrap_or(Form::Json);
        let taken = self.take(&parts, form, &mut body, is_tls).await;
        Ok(match taken {
            Ok((signal, taken)) => respond(spoken, 200, message::taken(signal, spoken, &taken)),
            Err(refusal) => {
                // One that waits for leave to send is told no at once; others write on and would not read the answer.
                if !parts.headers.contains_key(header::EXPECT) {
                    discard(&mut body, self.desk.limits.linger, 4 * self.desk.limits.wire_bytes).await;
                }
                refused(spoken, &refusal)
            }
        })
    }

    async fn take(
        &self,
        parts: &Parts,
        form: Option<Form>,
        body: &mut Incoming,
        is_tls: bool,
    ) -> Result<(Signal, crate::telemetry::otlp::Taken), Refusal> {
        let desk = &self.desk;
        let (signal, form, packing) = self.check(parts, form, is_tls).inspect_err(|_| desk.refused())?;
        let reading = async {
            let place = desk.enter()?;
            let body = read(body, desk.held(desk.limits.wire_bytes), desk.limits.body, |_| Ok(())).await?;
            Ok((place, body))
        };
        let (place, body) = reading.await.inspect_err(|_| desk.refused())?;
        desk.clone().take(place, signal, form, packing, body).await.map(|taken| (signal, taken))
    }

    /// What a request asks, by its head alone; from what costs least.
    fn check(&self, parts: &Parts, form: Option<Form>, is_tls: bool) -> Result<(Signal, Form, Packing), Refusal> {
        origin::check(parts, self.is_loopback, is_tls)?;
        let tokens = parts.headers.get_all(header::AUTHORIZATION).iter().map(HeaderValue::as_bytes);
        check_token(self.token.as_ref(), tokens)?;
        let signal = signal_of(parts.uri.path())?;
        if parts.method != Method::POST {
            return Err(Refusal::new(RefusalKind::Method, format!("{} takes POST alone", parts.uri.path())));
        }
        let form = form.ok_or_else(|| {
            Refusal::new(RefusalKind::MediaType, "the content-type is to be application/x-protobuf or application/json")
        })?;
        let packing = packing_of(&parts.headers)?;
        let n_most = self.desk.limits.wire_bytes;
        let length = parts.headers.get(header::CONTENT_LENGTH).and_then(|field| field.to_str().ok()?.parse().ok());
        if length.is_some_and(|n: u64| n > n_most as u64) {
            return Err(too_much(TooMuch::Large(n_most)));
        }
        Ok((signal, form, packing))
    }
}

fn signal_of(path: &str) -> Result<Signal, Refusal> {
    match path {
        "/v1/metrics" => Ok(Signal::Metrics),
        "/v1/traces" => Ok(Signal::Traces),
        "/v1/logs" => Ok(Signal::Logs),
        _ => {
            let words = "there is nothing here: OTLP is taken at /v1/metrics, /v1/traces and /v1/logs";
            Err(Refusal::new(RefusalKind::NotFound, words))
        }
    }
}

/// How the body is written; `None` where it is of no type that is taken.
fn form_of(headers: &HeaderMap) -> Option<Form> {
    let field = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let essence = field.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match &*essence {
        "application/x-protobuf" | "application/protobuf" => Some(Form::Protobuf),
        "application/json" => Some(Form::Json),
        _ => None,
    }
}

fn packing_of(headers: &HeaderMap) -> Result<Packing, Refusal> {
    let mut fields = headers.get_all(header::CONTENT_ENCODING).iter();
    let field = fields.next().map_or(&b""[..], |field| field.as_bytes().trim_ascii());
    match field.to_ascii_lowercase().as_slice() {
        _ if fields.next().is_some() => {}
        b"" | b"identity" => return Ok(Packing::Plain),
        b"gzip" | b"x-gzip" => return Ok(Packing::Gzip),
        _ => {}
    }
    Err(Refusal::new(RefusalKind::Encoding, "the content-encoding is to be gzip or none"))
}

fn respond(form: Form, status: u16, body: Vec<u8>) -> Response<Answer> {
    let mut response = Response::new(Answer::new(body));
    *response.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or_default();
    let content_type = match form {
        Form::Protobuf => HeaderValue::from_static("application/x-protobuf"),
        Form::Json => HeaderValue::from_static("application/json"),
    };
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn refused(form: Form, refusal: &Refusal) -> Response<Answer> {
    let mut response = respond(form, refusal.status().as_u16(), message::refused(form, refusal));
    let more: Option<(HeaderName, HeaderValue)> = match refusal.kind {
        RefusalKind::Busy => Some((header::RETRY_AFTER, RETRY_AFTER)),
        RefusalKind::Method => Some((header::ALLOW, HeaderValue::from_static("POST"))),
        RefusalKind::Unauthenticated => Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
        RefusalKind::Encoding => Some((header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, identity"))),
        _ => None,
    };
    response.headers_mut().extend(more);
    if let Ok(reason) = ReasonPhrase::try_from(reason(&refusal.words)) {
        response.extensions_mut().insert(reason);
    }
    response
}

/// Words beside the status: what SDKs put in their logs, where they leave the body out.
fn reason(words: &str) -> Vec<u8> {
    let is_plain = |letter: char| letter == ' ' || letter.is_ascii_graphic();
    words.chars().take(REASON).map(|letter| if is_plain(letter) { letter as u8 } else { b'?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_encodings_are_read_as_senders_write_them() {
        for (field, expect) in [
            ("application/json", Some(Form::Json)),
            ("Application/JSON; charset=utf-8", Some(Form::Json)),
            ("application/x-protobuf", Some(Form::Protobuf)),
            ("text/plain", None),
            ("application/jsonp", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(field))]);
            assert_eq!(form_of(&headers), expect, "{field}");
        }
        for (field, expect) in [
            ("gzip", Some(Packing::Gzip)),
            ("GZIP", Some(Packing::Gzip)),
            ("identity", Some(Packing::Plain)),
            ("br", None),
        ] {
            let mut headers = HeaderMap::from_iter([(header::CONTENT_ENCODING, HeaderValue::from_static(field))]);
            assert_eq!(packing_of(&headers).ok(), expect, "{field}");
            headers.append(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            assert_eq!(packing_of(&headers).ok(), None, "{field}, gzip");
        }
        assert_eq!(packing_of(&HeaderMap::new()), Ok(Packing::Plain));
    }
}
