//! What a request is answered with.

use std::io::Write as _;

use axum::body::Body;
use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::body::Bytes;
use hyper::http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

use crate::demo::connectors::CallError;
use crate::demo::database::{NoConnection, QueryError};
use crate::demo::model::NoAnswer;

/// Bytes from which on it is worth compressing.
const WORTH: usize = 1_024;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: Bytes,
    /// The body's type.
    pub kind: &'static str,
    /// What failed, as `error.type`; empty where nothing did.
    pub error: &'static str,
}

const JSON: &str = "application/json";

impl Answer {
    /// A body of JSON that is there already.
    pub const fn ready(body: Bytes) -> Self {
        Self { status: 200, body, kind: JSON, error: "" }
    }

    /// JSON.
    pub fn json(value: &Value) -> Self {
        Self::ready(value.to_string().into())
    }

    /// JSON with another status.
    pub fn with(status: u16, value: &Value) -> Self {
        Self { status, ..Self::json(value) }
    }

    /// A text.
    pub fn text(kind: &'static str, text: String) -> Self {
        Self { status: 200, body: text.into(), kind, error: "" }
    }

    /// What the client did wrong.
    pub fn wrong(status: u16, why: &str) -> Self {
        Self::with(status, &json!({ "status": status, "detail": why }))
    }

    /// What failed here.
    pub fn failed(status: u16, error: &'static str, why: &str) -> Self {
        Self { error, ..Self::wrong(status, why) }
    }

    /// The same as a response, compressed where that is asked for and worth it.
    pub fn response(self, is_gzip_taken: bool, level: u32) -> Response<Body> {
        let packs = is_gzip_taken && level > 0 && self.body.len() >= WORTH;
        let packed = if packs { gzip(&self.body, level) } else { None };
        let is_packed = packed.is_some();
        let mut response = Response::new(Body::from(packed.unwrap_or(self.body)));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
        if is_packed {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }
}

fn gzip(bytes: &[u8], level: u32) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::new(level));
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

impl From<NoConnection> for Answer {
    fn from(error: NoConnection) -> Self {
        Self::failed(503, error.kind(), &error.to_string())
    }
}

impl From<QueryError> for Answer {
    fn from(error: QueryError) -> Self {
        let status = match error {
            QueryError::TimeOut(_) => 504,
            QueryError::Locked(_) => 503,
            QueryError::Failed(_) | QueryError::Broken => 500,
        };
        Self::failed(status, error.kind(), &error.to_string())
    }
}

impl From<CallError> for Answer {
    fn from(error: CallError) -> Self {
        let status = if matches!(error, CallError::TimeOut(_)) { 504 } else { 502 };
        Self::failed(status, error.kind(), &error.to_string())
    }
}

impl From<NoAnswer> for Answer {
    fn from(error: NoAnswer) -> Self {
        Self::failed(503, "overloaded", &error.to_string())
    }
}
