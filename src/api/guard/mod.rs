//! The guard: who may ask what. It stands before every endpoint and touches no body.
//!
//! The order is from what costs least: size, Host and Origin, token, whether changes are allowed.

mod hosts;
mod logins;

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::{Method, StatusCode, header, request::Parts};

pub use self::hosts::Hosts;
use self::hosts::{authority_of, is_same_origin};
use self::logins::Logins;
use super::counts::Counts;
use super::limits::Limits;
use super::link::LOOK;
use super::problem::Problem;
use crate::engine::access::tokens::find;
use crate::model::Snapshot;
use crate::model::access::{Digest, Grant};

/// Paths that need no token: whether the program lives, and whether it works.
const OPEN: [&str; 2] = ["/healthz", "/readyz"];

/// Paths whose POST changes nothing: questions too long for a query.
const QUESTIONS: [&str; 1] = [LOOK];

/// Who asks. It is among the request's extensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The token's name.
    pub token: Arc<str>,
    /// What it may do.
    pub grant: Grant,
}

/// What an answer without an end goes on for: that the token it was asked with is still the same.
#[derive(Debug, Clone)]
pub struct Lease {
    token: Arc<str>,
    digest: Option<Digest>,
}

impl Lease {
    /// That of a caller, as things stand.
    pub fn of(caller: &Caller, snapshot: &Snapshot) -> Self {
        let digest = snapshot.access.token(&caller.token).map(|token| token.digest);
        Self { token: caller.token.clone(), digest }
    }

    /// Whether its token was neither revoked nor made anew.
    pub fn holds(&self, snapshot: &Snapshot) -> bool {
        snapshot.access.token(&self.token).map(|token| &token.digest) == self.digest.as_ref()
    }
}

/// The guard of one listener.
#[derive(Debug)]
pub struct Guard {
    limits: Limits,
    hosts: Hosts,
    /// Whether the program was started to refuse changes.
    is_read_only: bool,
    logins: Logins,
}

impl Guard {
    /// A guard for a listener called by these names.
    pub fn new(limits: Limits, hosts: Hosts, is_read_only: bool) -> Self {
        Self { limits, hosts, is_read_only, logins: Logins::default() }
    }

    /// Whether and as whom a request may go on; `None` where a path is open to all.
    ///
    /// # Errors
    /// What the client is answered with. What was refused is counted.
    pub fn check(
        &self,
        parts: &Parts,
        peer: IpAddr,
        snapshot: &Snapshot,
        counts: &Counts,
    ) -> Result<Option<Caller>, Problem> {
        self.check_size(parts)?;
        self.check_origin(parts, snapshot).inspect_err(|_| counts.refused.add())?;
        if OPEN.contains(&parts.uri.path()) && is_reading(&parts.method) {
            return Ok(None);
        }
        self.check_token(parts, peer, snapshot, counts).map(Some)
    }

    fn check_size(&self, parts: &Parts) -> Result<(), Problem> {
        let limits = &self.limits;
        let n_bytes = parts.uri.path().len() + parts.uri.query().map_or(0, str::len);
        if n_bytes > limits.target_bytes {
            let detail = format!("the path with its query has {n_bytes} bytes; {} at most", limits.target_bytes);
            return Err(Problem::new(StatusCode::URI_TOO_LONG, detail));
        }
        let n_parameters = parts.uri.query().map_or(0, |query| query.split('&').count());
        if n_parameters > limits.n_parameters {
            let detail = format!("the query has {n_parameters} parameters; {} at most", limits.n_parameters);
            return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
        }
        let n_bytes: usize = parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        if parts.headers.len() > limits.n_headers || n_bytes > limits.header_bytes {
            let detail = format!(
                "there are {} header fields of {n_bytes} bytes; {} of {} bytes at most",
                parts.headers.len(),
                limits.n_headers,
                limits.header_bytes
            );
            return Err(Problem::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, detail));
        }
        Ok(())
    }

    /// A page of another site must not get in through the browser of somebody who may: neither with a name that was
    /// made to lead here, nor with a form or a script of its own.
    fn check_origin(&self, parts: &Parts, snapshot: &Snapshot) -> Result<(), Problem> {
        let authority = authority_of(parts)?;
        if !self.hosts.allow(&authority, &snapshot.machine.host) {
            let detail = "the Host of the request is not this machine's; names it goes by are set in Settings, at API";
            let problem = Problem::new(StatusCode::MISDIRECTED_REQUEST, detail);
            return Err(Problem { field: Some("Host".into()), ..problem });
        }
        let mut origins = parts.headers.get_all(header::ORIGIN).iter();
        if !origins.all(|origin| is_same_origin(origin.as_bytes(), &authority, self.hosts.is_tls)) {
            let problem = Problem::new(StatusCode::FORBIDDEN, "pages of another origin may not use this API");
            return Err(Problem { field: Some("Origin".into()), ..problem });
        }
        Ok(())
    }

    /// A right token always gets in: wrong ones of the same address do not shut it out.
    fn check_token(
        &self,
        parts: &Parts,
        peer: IpAddr,
        snapshot: &Snapshot,
        counts: &Counts,
    ) -> Result<Caller, Problem> {
        let access = &snapshot.access;
        if !access.is_read {
            return Err(Problem::busy("the tokens are being read; try again in a moment", 1));
        }
        let mut fields = parts.headers.get_all(header::AUTHORIZATION).iter();
        let presented = match (fields.next(), fields.next()) {
            (None, _) => None,
            (Some(field), None) => Some(bearer(field.as_bytes()).unwrap_or_default()),
            (Some(_), Some(_)) => Some(&b""[..]),
        };
        let Some(presented) = presented else {
            counts.refused.add();
            let detail = "give a token in the header: Authorization: Bearer TOKEN; `perfdesk token show` says it";
            return Err(unauthorized(detail));
        };
        if let Some(found) = find(presented, &access.tokens) {
            return Ok(Caller { token: found.name.clone(), grant: found.grant });
        }
        if let Some(seconds) = self.logins.failed(peer) {
            counts.rate_limited.add();
            let detail = "too many wrong tokens came from this address";
            let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, detail);
            return Err(Problem { retry_after_seconds: Some(seconds), ..problem });
        }
        counts.refused.add();
        Err(unauthorized("the token is wrong or was revoked"))
    }

    /// Whether this caller may make changes now.
    ///
    /// # Errors
    /// What the client is answered with.
    pub fn check_change(&self, caller: &Caller, snapshot: &Snapshot) -> Result<(), Problem> {
        if self.is_read_only {
            let detail = "changes are refused: the program was started with --read-only";
            return Err(Problem::new(StatusCode::FORBIDDEN, detail));
        }
        if snapshot.settings.api.read_only {
            let detail = "changes are refused: the API is switched to reading alone in Settings";
            return Err(Problem::new(StatusCode::FORBIDDEN, detail));
        }
        if caller.grant == Grant::Read {
            let detail = format!("the token {} may read alone", caller.token);
            return Err(Problem::new(StatusCode::FORBIDDEN, detail));
        }
        Ok(())
    }
}

/// Whether a method only reads.
pub fn is_reading(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether a request asks for a change.
pub fn is_change(parts: &Parts) -> bool {
    let is_question = parts.method == Method::POST && QUESTIONS.contains(&parts.uri.path());
    !is_reading(&parts.method) && !is_question
}

fn unauthorized(detail: &str) -> Problem {
    Problem { field: Some("Authorization".into()), ..Problem::new(StatusCode::UNAUTHORIZED, detail) }
}

/// The token of `Bearer TOKEN`; the scheme in any case.
fn bearer(field: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = field.split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| rest.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::access::tokens::digest_of;
    use crate::model::access::{Access, TokenStatus};

    #[test]
    fn a_token_is_read_out_of_its_header() {
        for (field, expect) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc ", Some("abc")),
            ("Basic abc", None),
            ("Bearer", None),
            ("Bearer ", Some("")),
            ("", None),
        ] {
            assert_eq!(bearer(field.as_bytes()), expect.map(str::as_bytes), "{field}");
        }
    }

    #[test]
    fn a_stream_goes_on_for_the_very_token_it_was_asked_with() {
        let with = |text: Option<&str>| {
            let token = |text: &str| TokenStatus {
                name: "ci".into(),
                grant: Grant::Read,
                made: None,
                used: None,
                digest: digest_of(text.as_bytes()),
            };
            let tokens = text.map(token).into_iter().collect();
            Snapshot { access: Arc::new(Access { tokens, ..Access::default() }), ..Snapshot::default() }
        };
        let lease = Lease::of(&Caller { token: "ci".into(), grant: Grant::Read }, &with(Some("one")));
        assert!(lease.holds(&with(Some("one"))));
        assert!(!lease.holds(&with(Some("made anew"))) && !lease.holds(&with(None)));
    }

    #[test]
    fn each_token_is_found_by_its_text_alone() {
        let token = |name: &str| TokenStatus {
            name: name.into(),
            grant: Grant::Full,
            made: None,
            used: None,
            digest: digest_of(format!("text of {name}").as_bytes()),
        };
        let tokens = ["main", "ci", "old"].map(token);
        assert_eq!(find(b"text of ci", &tokens).map(|found| &*found.name), Some("ci"));
        for wrong in ["text of c", "text of ci ", "", "ci"] {
            assert_eq!(find(wrong.as_bytes(), &tokens), None, "{wrong}");
        }
        assert_eq!(find(b"", &[]), None);
    }
}
