//! What the settings and the command line come to: whether, where and how the server listens. Pure.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use crate::engine::access::tls::Certificate;
use crate::model::access::ApiSettings;

/// What was said on the command line. It goes before the settings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Flags {
    /// Not at all.
    pub is_off: bool,
    /// There.
    pub address: Option<SocketAddr>,
    /// Also where others could listen in, without TLS.
    pub insecure_http: bool,
    /// Refusing every change.
    pub read_only: bool,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// Nothing; it is switched off in the settings.
    Off,
    /// Nothing; the settings cannot be followed: why.
    Impossible(Arc<str>),
    /// Listen.
    Listen(Wanted),
}

/// Where and how to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Where.
    pub address: SocketAddr,
    /// Names it goes by.
    pub names: Vec<String>,
    /// TLS, and whose certificate.
    pub certificate: Option<Certificate>,
    /// What is unsafe about it.
    pub warnings: Vec<Arc<str>>,
}

impl Plan {
    /// The plan for these settings and flags.
    pub fn of(settings: &ApiSettings, flags: &Flags) -> Self {
        if !settings.is_on && flags.address.is_none() {
            return Self::Off;
        }
        let address = match flags.address {
            Some(address) => address,
            None => match settings.address.parse::<IpAddr>() {
                Ok(address) => SocketAddr::new(address, settings.port),
                Err(_) => {
                    let why = format!("its address in the settings is no IP address: {}", settings.address);
                    return Self::Impossible(why.into());
                }
            },
        };
        let certificate = match (&settings.certificate, &settings.key) {
            (Some(certificate), Some(key)) => {
                Some(Certificate::Files { certificate: certificate.clone(), key: key.clone() })
            }
            (None, None) => (!address.ip().is_loopback()).then_some(Certificate::Own),
            _ => {
                let why = "the settings name only one of the certificate and its key: name both or neither";
                return Self::Impossible(why.into());
            }
        };
        let certificate = certificate.filter(|_| !flags.insecure_http);
        let mut warnings = Vec::new();
        if certificate.is_none() && !address.ip().is_loopback() {
            warnings.push(
                format!(
                    "The API listens on {address} without TLS: whoever can listen in on the network reads its tokens \
                     and all it says. Start without --insecure-http"
                )
                .into(),
            );
        }
        Self::Listen(Wanted { address, names: settings.names.clone(), certificate, warnings })
    }
}

/// Reads an address as it is typed: `127.0.0.1:7373`, `[::1]:7373`, `0.0.0.0`, `localhost:8080` or a port alone.
///
/// # Errors
/// What may be typed.
pub fn read_address(text: &str) -> Result<SocketAddr, String> {
    let text = text.trim();
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Ok(address);
    }
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Ok(SocketAddr::new(address, ApiSettings::PORT));
    }
    let rest = text.strip_prefix("localhost").unwrap_or(text);
    let port = match rest.strip_prefix(':').unwrap_or(rest) {
        "" if rest.len() < text.len() => Some(ApiSettings::PORT),
        port => port.parse::<u16>().ok(),
    };
    let wrong =
        || "give an IP address, a port, or both, such as 127.0.0.1:7373, [::1]:7373, 0.0.0.0 or 7373".to_owned();
    port.map(|port| SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port)).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listening(address: &str, flags: Flags) -> (bool, usize) {
        let settings = ApiSettings { address: address.into(), ..ApiSettings::default() };
        match Plan::of(&settings, &flags) {
            Plan::Listen(wanted) => (wanted.certificate.is_some(), wanted.warnings.len()),
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn any_address_but_a_loopback_one_is_served_with_tls_or_a_warning() {
        let insecure = Flags { insecure_http: true, ..Flags::default() };
        for (address, tls, tls_if_insecure, n_warnings) in [
            ("127.0.0.1", false, false, 0),
            ("::1", false, false, 0),
            ("0.0.0.0", true, false, 1),
            ("192.0.2.1", true, false, 1),
            ("::", true, false, 1),
        ] {
            assert_eq!(listening(address, Flags::default()), (tls, 0), "{address}");
            assert_eq!(listening(address, insecure.clone()), (tls_if_insecure, n_warnings), "{address}");
        }
    }

    #[test]
    fn a_certificate_of_ones_own_is_used_everywhere_and_halves_are_refused() {
        let both = ApiSettings { certificate: Some("c".into()), key: Some("k".into()), ..ApiSettings::default() };
        let Plan::Listen(wanted) = Plan::of(&both, &Flags::default()) else { unreachable!("listens") };
        assert_eq!(wanted.certificate, Some(Certificate::Files { certificate: "c".into(), key: "k".into() }));
        let half = ApiSettings { key: None, ..both };
        assert!(matches!(Plan::of(&half, &Flags::default()), Plan::Impossible(_)));
    }

    #[test]
    fn flags_go_before_settings() {
        let off = ApiSettings { is_on: false, address: "nowhere".into(), ..ApiSettings::default() };
        assert_eq!(Plan::of(&off, &Flags::default()), Plan::Off);
        let flags = Flags { address: Some(SocketAddr::from(([127, 0, 0, 1], 80))), ..Flags::default() };
        assert!(matches!(Plan::of(&off, &flags), Plan::Listen(wanted) if wanted.address.port() == 80));
        let nowhere = ApiSettings { address: "nowhere".into(), ..ApiSettings::default() };
        assert!(matches!(Plan::of(&nowhere, &Flags::default()), Plan::Impossible(why) if why.ends_with("nowhere")));
    }

    #[test]
    fn an_address_is_read_as_people_write_it() {
        for (text, expect) in [
            ("127.0.0.1:80", Some("127.0.0.1:80")),
            ("0.0.0.0", Some("0.0.0.0:7373")),
            ("::1", Some("[::1]:7373")),
            ("[::1]", Some("[::1]:7373")),
            ("[::]:81", Some("[::]:81")),
            ("localhost", Some("127.0.0.1:7373")),
            ("localhost:82", Some("127.0.0.1:82")),
            ("8080", Some("127.0.0.1:8080")),
            (":8080", Some("127.0.0.1:8080")),
            ("", None),
            ("example.org", None),
            ("70000", None),
        ] {
            assert_eq!(read_address(text).ok().map(|address| address.to_string()).as_deref(), expect, "{text}");
        }
    }
}
