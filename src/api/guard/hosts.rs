//! The names a request may call this machine by. A foreign name in `Host` is a page that had its own name lead here.

use std::net::IpAddr;

use axum::http::uri::Authority;
use axum::http::{header, request::Parts};

use crate::api::problem::Problem;

/// The names of one listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosts {
    /// The address it listens on.
    pub address: IpAddr,
    /// Further names from the settings.
    pub names: Vec<String>,
    /// Whether it speaks TLS.
    pub is_tls: bool,
}

impl Hosts {
    /// Whether requests for this host are for us. `machine` is the machine's own name.
    pub fn allow(&self, authority: &Authority, machine: &str) -> bool {
        let host = plain(authority);
        if let Ok(address) = host.parse::<IpAddr>() {
            // No name leads to a number: where all addresses are listened on, each of them is ours.
            return address == self.address || address.is_loopback() || self.address.is_unspecified();
        }
        let host = host.strip_suffix('.').unwrap_or(host);
        let is_it = |name: &str| !name.is_empty() && name.eq_ignore_ascii_case(host);
        is_it("localhost")
            || self.names.iter().any(|name| is_it(name))
            || (!self.address.is_loopback() && is_it(machine))
    }
}

/// The host of a request: of its target where that names one, else of its header `Host`.
///
/// # Errors
/// There is none, there are two, or it is none.
pub fn authority_of(parts: &Parts) -> Result<Authority, Problem> {
    let wrong = |why: &'static str| Problem::field("Host", why);
    let mut fields = parts.headers.get_all(header::HOST).iter();
    let field = fields.next().ok_or_else(|| wrong("the request has no Host"))?;
    if fields.next().is_some() {
        return Err(wrong("the request has more than one Host"));
    }
    let stated = Authority::try_from(field.as_bytes()).map_err(|_| wrong("this is no host"))?;
    if stated.as_str().contains('@') {
        return Err(wrong("this is no host"));
    }
    match parts.uri.authority() {
        Some(target) if *target != stated => Err(wrong("the request names another host than its target")),
        _ => Ok(stated),
    }
}

/// Whether an `Origin` is this server as the request calls it.
pub fn is_same_origin(origin: &[u8], authority: &Authority, is_tls: bool) -> bool {
    let scheme = if is_tls { "https://" } else { "http://" };
    let Some(rest) = str::from_utf8(origin).ok().and_then(|text| text.strip_prefix(scheme)) else { return false };
    let Ok(theirs) = rest.parse::<Authority>() else { return false };
    let port = |authority: &Authority| authority.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
    theirs.host().eq_ignore_ascii_case(authority.host()) && port(&theirs) == port(authority)
}

/// The host without the brackets of an IPv6 address.
fn plain(authority: &Authority) -> &str {
    let host = authority.host();
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(address: &str) -> Hosts {
        let names = vec!["perf.example.org".into(), String::new()];
        Hosts { address: address.parse().expect("an address"), names, is_tls: false }
    }

    #[test]
    fn only_our_own_names_are_answered() {
        for (address, host, expect) in [
            ("127.0.0.1", "127.0.0.1:7373", true),
            ("127.0.0.1", "localhost", true),
            ("127.0.0.1", "LocalHost.:7373", true),
            ("127.0.0.1", "[::1]:7373", true),
            ("127.0.0.1", "127.9.9.9", true),
            ("127.0.0.1", "perf.example.org", true),
            ("127.0.0.1", "evil.example.com", false),
            ("127.0.0.1", "localhost.evil.example.com", false),
            ("127.0.0.1", "127.0.0.1.evil.example.com", false),
            ("127.0.0.1", "192.0.2.1", false),
            ("127.0.0.1", "machine", false),
            ("192.0.2.1", "192.0.2.1:7373", true),
            ("192.0.2.1", "192.0.2.2:7373", false),
            ("192.0.2.1", "machine:7373", true),
            ("0.0.0.0", "192.0.2.2", true),
            ("0.0.0.0", "evil.example.com", false),
        ] {
            let authority: Authority = host.parse().expect("a host");
            assert_eq!(hosts(address).allow(&authority, "machine"), expect, "{address} asked as {host}");
        }
        let nameless: Authority = "x".parse().expect("a host");
        assert!(!hosts("192.0.2.1").allow(&nameless, ""));
    }

    #[test]
    fn only_our_own_pages_may_ask() {
        let authority: Authority = "localhost:7373".parse().expect("a host");
        for (origin, expect) in [
            ("http://localhost:7373", true),
            ("http://LOCALHOST:7373", true),
            ("https://localhost:7373", false),
            ("http://localhost", false),
            ("http://127.0.0.1:7373", false),
            ("http://evil.example.com", false),
            ("http://localhost:7373.evil.example.com", false),
            ("null", false),
            ("", false),
        ] {
            assert_eq!(is_same_origin(origin.as_bytes(), &authority, false), expect, "{origin}");
        }
    }
}
