//! Answers: JSON and other texts with their headers. None of them is kept by a cache on the way.

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::api::{Problem, Summary};

/// The type of JSON answers.
pub const JSON: &str = "application/json";

/// 200 with a body of JSON.
pub fn json<T: Serialize>(body: &T) -> Response {
    json_with(StatusCode::OK, body)
}

/// A body of JSON with this status.
pub fn json_with<T: Serialize>(status: StatusCode, body: &T) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => {
            let mut response = text(JSON, bytes);
            *response.status_mut() = status;
            response
        }
        // Bodies are plain structures of texts and numbers, which always have a text.
        Err(e) => {
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("the answer has no text: {e}")).into_response()
        }
    }
}

/// 200 with a body of this type.
pub fn text(content_type: &'static str, body: impl Into<Bytes>) -> Response {
    let mut response = Response::new(Body::from(body.into()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A number for JSON, which has no infinities and no NaN: those are absent.
pub fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// The same answer, with what was done for the log of changes: a few words without secrets.
pub fn noted(mut response: Response, done: impl Into<String>) -> Response {
    response.extensions_mut().insert(Summary(done.into()));
    response
}

/// 204 without a body.
pub fn empty() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
