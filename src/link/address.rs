//! Where an agent listens, as a person types it.

use std::fmt;

use crate::model::access::ApiSettings;

/// An address that can be connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Whether it is spoken to over TLS.
    pub is_tls: bool,
    /// A name or a number, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl Address {
    /// Reads `https://build.example.org:7373`, `build.example.org`, `127.0.0.1:7374` or `[::1]:7373`. Without a scheme a
    /// loopback address is spoken to plainly, any other over TLS.
    ///
    /// # Errors
    /// What may be typed.
    pub fn read(text: &str) -> Result<Self, String> {
        let wrong = || "give a name or an IP address and perhaps a port, such as build.example.org:7373".to_owned();
        let text = text.trim().trim_end_matches('/');
        let (scheme, rest) = text.split_once("://").map_or((None, text), |(scheme, rest)| (Some(scheme), rest));
        let (host, port) = match rest.strip_prefix('[') {
            Some(inner) => {
                let (host, after) = inner.split_once(']').ok_or_else(wrong)?;
                (host, if after.is_empty() { None } else { Some(after.strip_prefix(':').ok_or_else(wrong)?) })
            }
            // More than one colon is an address of IPv6 without a port.
            None if rest.matches(':').count() > 1 => (rest, None),
            None => rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port))),
        };
        let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '_');
        if host.is_empty() || host.len() > 255 || !host.chars().all(is_host) {
            return Err(wrong());
        }
        let port = port.map_or(Ok(ApiSettings::PORT), |port| port.parse::<u16>().map_err(|_| wrong()))?;
        let is_tls = match scheme {
            Some(scheme) if scheme.eq_ignore_ascii_case("https") => true,
            Some(scheme) if scheme.eq_ignore_ascii_case("http") => false,
            Some(_) => return Err("the address begins with https:// or http://, or with neither".into()),
            None => !is_loopback(host),
        };
        Ok(Self { is_tls, host: host.to_owned(), port })
    }

    /// Host and port, as a request names them.
    pub fn authority(&self) -> String {
        let Self { host, port, .. } = self;
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.is_tls { "https" } else { "http" }, self.authority())
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_people_write_it() {
        for (text, expect) in [
            ("build.example.org", Some("https://build.example.org:7373")),
            ("build:80/", Some("https://build:80")),
            ("127.0.0.1:7374", Some("http://127.0.0.1:7374")),
            ("localhost", Some("http://localhost:7373")),
            ("HTTPS://localhost", Some("https://localhost:7373")),
            ("http://192.0.2.1", Some("http://192.0.2.1:7373")),
            ("[::1]:80", Some("http://[::1]:80")),
            ("2001:db8::1", Some("https://[2001:db8::1]:7373")),
            (" [2001:db8::1] ", Some("https://[2001:db8::1]:7373")),
            ("", None),
            ("https://", None),
            ("ftp://a", None),
            ("a b", None),
            ("a:port", None),
            ("a/b", None),
            ("user@host", None),
            ("[::1", None),
            ("[::1]x", None),
        ] {
            assert_eq!(Address::read(text).ok().map(|address| address.to_string()).as_deref(), expect, "{text}");
        }
    }
}
