//! A page in a browser must not report: neither from a site of its own, nor under a name that was made to lead here.

use std::net::IpAddr;

use hyper::header;
use hyper::http::request::Parts;
use hyper::http::uri::Authority;

use crate::telemetry::receive::refusal::{Refusal, RefusalKind};

/// Checks `Host`, where the door is for this machine alone, and `Origin`.
///
/// # Errors
/// [`Refusal`].
pub fn check(parts: &Parts, is_loopback: bool, is_tls: bool) -> Result<(), Refusal> {
    let mut hosts = parts.headers.get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => Authority::try_from(host.as_bytes()).ok().filter(|host| !host.as_str().contains('@')),
        _ => None,
    };
    let host = host.ok_or_else(|| Refusal::new(RefusalKind::Malformed, "the request is to have one Host"))?;
    if is_loopback && !is_own(&host) {
        let words = "the Host of the request is not this machine's own: use localhost or 127.0.0.1 in the endpoint";
        return Err(Refusal::new(RefusalKind::Forbidden, words));
    }
    let mut origins = parts.headers.get_all(header::ORIGIN).iter();
    if !origins.all(|origin| is_same(origin.as_bytes(), &host, is_tls)) {
        return Err(Refusal::new(RefusalKind::Forbidden, "pages of another site may not report here"));
    }
    Ok(())
}

/// Whether it is a name or number by which this machine calls itself.
fn is_own(host: &Authority) -> bool {
    let name = host.host();
    let name = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    match name.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => name.strip_suffix('.').unwrap_or(name).eq_ignore_ascii_case("localhost"),
    }
}

/// Whether an `Origin` is this door as the request calls it.
fn is_same(origin: &[u8], host: &Authority, is_tls: bool) -> bool {
    let scheme = if is_tls { "https://" } else { "http://" };
    let Some(rest) = str::from_utf8(origin).ok().and_then(|text| text.strip_prefix(scheme)) else { return false };
    let Ok(theirs) = rest.parse::<Authority>() else { return false };
    let port = |authority: &Authority| authority.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
    theirs.host().eq_ignore_ascii_case(host.host()) && port(&theirs) == port(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(host: &str, origin: Option<&str>, is_loopback: bool) -> Option<RefusalKind> {
        let mut request = hyper::Request::builder().header(header::HOST, host);
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        check(&parts, is_loopback, false).err().map(|refusal| refusal.kind)
    }

    #[test]
    fn only_our_own_names_are_answered_where_no_token_is_asked_for() {
        let forbidden = Some(RefusalKind::Forbidden);
        for (host, expect) in [
            ("127.0.0.1:4318", None),
            ("localhost:4318", None),
            ("LocalHost.", None),
            ("[::1]:4318", None),
            ("[::ffff:127.0.0.1]", None),
            ("evil.example.com", forbidden),
            ("localhost.evil.example.com", forbidden),
            ("192.0.2.1", forbidden),
            ("a@localhost", Some(RefusalKind::Malformed)),
            ("", Some(RefusalKind::Malformed)),
        ] {
            assert_eq!(checked(host, None, true), expect, "{host}");
        }
        assert_eq!(checked("perf.example.com", None, false), None);
    }

    #[test]
    fn pages_may_not_report() {
        for origin in ["http://evil.example.com", "null", "", "https://localhost:4318", "http://localhost"] {
            assert_eq!(checked("localhost:4318", Some(origin), true), Some(RefusalKind::Forbidden), "{origin}");
        }
        assert_eq!(checked("localhost:4318", Some("http://localhost:4318"), true), None);
    }
}
