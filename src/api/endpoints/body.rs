//! The body of a request: JSON whose every field is known, or a problem that names the one that is wrong.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize as _, Deserializer};

use crate::api::Problem;

/// A body of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        check_type(request.headers())?;
        let bytes = Bytes::from_request(request, state).await.map_err(|e| Problem::new(e.status(), e.body_text()))?;
        read(&bytes).map(Self)
    }
}

/// A page of another origin can post a form without being asked first, but no JSON.
fn check_type(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let problem = Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "send a body of the type application/json");
    Err(Problem { field: Some("Content-Type".into()), ..problem })
}

/// Reads a body; an empty one is an empty object.
///
/// # Errors
/// A problem that names the field, where it is known.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let bytes = if bytes.trim_ascii().is_empty() { b"{}" } else { bytes };
    // A list would be taken for the fields in their order.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(Problem::field("body", "send a JSON object: { … }"));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut json).map_err(|e| {
        let path = e.path().to_string();
        let said = e.inner().to_string();
        let what = if e.inner().is_data() { said.clone() } else { format!("this is not JSON: {said}") };
        // Of a field that is unknown or missing the path is that of what should not, or should, have it.
        let named = said.split_once("field `").and_then(|(_, rest)| rest.split('`').next());
        let field = match (path.as_str(), named) {
            ("." | "", None) => "body".to_owned(),
            ("." | "", Some(named)) => named.to_owned(),
            (path, Some(named)) if path.rsplit('.').next() != Some(named) => format!("{path}.{named}"),
            (path, _) => path.to_owned(),
        };
        Problem::field(field, what)
    })?;
    json.end().map_err(|e| Problem::field("body", format!("this is not JSON: {e}")))?;
    Ok(read)
}

/// Reads a whole number that JSON may write with a fraction of zero (JSON Schema, section 6.1.1).
///
/// # Errors
/// Where it is none, is less than zero, or has more than 64 bits.
pub fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = serde_json::Number::deserialize(deserializer)?;
    let of_float = || number.as_f64().filter(|n| n.fract() == 0.0 && (0.0..=2f64.powi(63)).contains(n));
    // Within the bounds above a float is exactly a number of 64 bits.
    let found = number.as_u64().or_else(|| of_float().map(|n| n as u64));
    found.ok_or_else(|| D::Error::custom(format!("{number} is no whole number from 0 on")))
}

/// The same, or `null`.
///
/// # Errors
/// As for [`whole`].
pub fn whole_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(serde::Deserialize)]
    struct Whole(#[serde(deserialize_with = "whole")] u64);
    Ok(Option::<Whole>::deserialize(deserializer)?.map(|Whole(n)| n))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wanted {
        #[serde(default)]
        n: u8,
        #[serde(default)]
        inner: BTreeMap<String, Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[serde(rename = "is_on")]
        _is_on: bool,
    }

    #[test]
    fn a_whole_number_may_be_written_as_a_float() {
        #[derive(Debug, Deserialize)]
        struct Wanted {
            #[serde(deserialize_with = "whole")]
            n: u64,
            #[serde(default, deserialize_with = "whole_or_none")]
            m: Option<u64>,
        }
        for (text, expect) in [
            (r#"{"n": 3071.0}"#, Some((3071, None))),
            (r#"{"n": 1e2, "m": 7.0}"#, Some((100, Some(7)))),
            (r#"{"n": 0, "m": null}"#, Some((0, None))),
            (r#"{"n": 18446744073709551615}"#, Some((u64::MAX, None))),
            (r#"{"n": 1.5}"#, None),
            (r#"{"n": -1}"#, None),
            (r#"{"n": 1e300}"#, None),
            (r#"{"n": "1"}"#, None),
            (r#"{"n": 1, "m": 0.5}"#, None),
        ] {
            let read: Option<Wanted> = read(text.as_bytes()).ok();
            assert_eq!(read.map(|read| (read.n, read.m)), expect, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, field) in [
            ("{\"n\": 300}", "n"),
            ("{\"m\": 3}", "m"),
            ("{\"inner\": {\"a\": {\"is_on\": 3}}}", "inner.a.is_on"),
            ("{\"inner\": {\"a\": {\"is_off\": 3}}}", "inner.a.is_off"),
            ("{\"inner\": {\"a\": {}}}", "inner.a.is_on"),
            ("{\"n\": 3} 4", "body"),
            ("{\"n\": ", "n"),
            ("[1]", "body"),
            ("nonsense", "body"),
        ] {
            let problem = read::<Wanted>(text.as_bytes()).expect_err(text);
            assert_eq!((problem.status, problem.field.as_deref()), (400, Some(field)), "{text}: {}", problem.detail);
        }
        let read: Wanted = read(b" ").expect("an empty body");
        assert_eq!((read.n, read.inner.len()), (0, 0));
    }

    proptest! {
        #[test]
        fn no_body_breaks_the_reading(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[\\[\\]{}:,\"a-z0-9 ]{0,60}") {
            let _ = (read::<Wanted>(&bytes), read::<Wanted>(text.as_bytes()));
        }
    }
}
