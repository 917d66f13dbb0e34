//! What went wrong with a request, as a problem document (RFC 9457).

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// A problem document. `type` stays `about:blank`: the status says which kind it is (RFC 9457, section 4.2.1).
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// The kind of problem, the same for every occurrence.
    pub title: Cow<'static, str>,
    /// What happened here and what to do about it.
    pub detail: String,
    /// The parameter, header or member of the body that is at fault, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<Cow<'static, str>>,
    /// Seconds to wait before another try, where that helps; also in the header `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u64>,
}

impl Problem {
    /// A problem of this status; the title is the status's own words.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = Cow::Borrowed(status.canonical_reason().unwrap_or("Problem"));
        Self { status: status.as_u16(), title, detail: detail.into(), field: None, retry_after_seconds: None }
    }

    /// 400: this field of the request is wrong.
    pub fn field(field: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..Self::new(StatusCode::BAD_REQUEST, detail) }
    }

    /// 409: this field is as the document has it, and what it asks for contradicts the rest of the request or what there is.
    pub fn conflict(field: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..Self::new(StatusCode::CONFLICT, detail) }
    }

    /// 404.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// 503, worth another try after so many seconds.
    pub fn busy(detail: impl Into<String>, retry_after_seconds: u64) -> Self {
        let retry_after_seconds = Some(retry_after_seconds);
        Self { retry_after_seconds, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, detail) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_its_field_and_carries_its_type_and_wait() {
        let wrong = Problem::field("from", "give a time such as 2026-11-28T07:00:00Z");
        let text = serde_json::to_string(&wrong).expect("written");
        assert_eq!(
            text,
            r#"{"status":400,"title":"Bad Request","detail":"give a time such as 2026-11-28T07:00:00Z","field":"from"}"#
        );
        let response = Problem::busy("the store is stopped", 5).into_response();
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        assert_eq!(response.headers()["retry-after"], "5");
    }
}
