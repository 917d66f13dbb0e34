//! Where services may report: from what is set up to open doors. Beyond this machine a door has TLS and asks for a token.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use tokio_rustls::rustls::ServerConfig;

use crate::engine::access::tls::{self, Certificate};
use crate::model::access::ApiSettings;
use crate::model::service::Receivers as Addresses;
use crate::telemetry::receive::{CheckToken, Doors};

/// Opens doors, and keeps what they share: those that stay the same are not opened anew.
pub struct Doorkeeper {
    config: PathBuf,
    token: CheckToken,
    tls: Option<(Key, Arc<ServerConfig>)>,
}

/// What a certificate was made from.
type Key = (Option<PathBuf>, Option<PathBuf>, IpAddr);

impl Doorkeeper {
    /// A doorkeeper who looks for certificates in this folder and asks `token` whether one is good.
    pub fn new(config: PathBuf, token: CheckToken) -> Self {
        Self { config, token, tls: None }
    }

    /// The doors of these addresses, which were read before they were kept; and why one has no TLS that needs it, in words.
    pub fn doors(&mut self, addresses: &Addresses, api: &ApiSettings) -> (Doors, Option<String>) {
        let read = |text: &str| text.parse::<SocketAddr>().ok().filter(|_| addresses.is_on);
        let (grpc, http) = (read(&addresses.grpc), read(&addresses.http));
        let beyond = [grpc, http].into_iter().flatten().find(|address| !address.ip().is_loopback());
        let tls = beyond.map(|address| self.tls(address.ip(), api));
        let (tls, why) = match tls {
            Some(Ok(tls)) => (Some(tls), None),
            Some(Err(why)) => (None, Some(why)),
            None => (None, None),
        };
        (Doors { grpc, http, token: Some(self.token.clone()), tls }, why)
    }

    /// The API's own certificate: one machine has one.
    fn tls(&mut self, address: IpAddr, api: &ApiSettings) -> Result<Arc<ServerConfig>, String> {
        let key = (api.certificate.clone(), api.key.clone(), address);
        if let Some((known, tls)) = &self.tls
            && *known == key
        {
            return Ok(tls.clone());
        }
        let certificate = match (&api.certificate, &api.key) {
            (Some(certificate), Some(key)) => Certificate::Files { certificate: certificate.clone(), key: key.clone() },
            _ => Certificate::Own,
        };
        let made = tls::acceptor(&certificate, &self.config, address, &api.names).map_err(|e| e.to_string())?;
        let tls = made.0.config().clone();
        self.tls = Some((key, tls.clone()));
        Ok(tls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_this_machine_a_door_has_tls_and_keeps_it() {
        let config = tempfile::tempdir().expect("a folder");
        let mut keeper = Doorkeeper::new(config.path().into(), Arc::new(|token| token == "good"));
        let at = |grpc: &str| Addresses { grpc: grpc.into(), ..Addresses::default() };
        let (here, why) = keeper.doors(&at("127.0.0.1:4317"), &ApiSettings::default());
        assert!(here.tls.is_none() && why.is_none(), "nobody listens in on a loopback address");
        let (first, _) = keeper.doors(&at("192.0.2.1:4317"), &ApiSettings::default());
        let (second, _) = keeper.doors(&at("192.0.2.1:4317"), &ApiSettings::default());
        let (first, second) = (first.tls.expect("TLS"), second.tls.expect("TLS"));
        assert!(Arc::ptr_eq(&first, &second));
        let missing =
            ApiSettings { certificate: Some("c.pem".into()), key: Some("k.pem".into()), ..ApiSettings::default() };
        let (doors, why) = keeper.doors(&at("192.0.2.1:4317"), &missing);
        assert!(doors.tls.is_none() && why.is_some_and(|why| why.contains("certificate cannot be read")));
        let off = Addresses { is_on: false, ..at("192.0.2.1:4317") };
        assert_eq!(keeper.doors(&off, &missing).0.grpc, None);
    }
}
