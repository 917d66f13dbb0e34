//! TLS to an agent: its certificate is the one that was seen first, or one that a file of certificates vouches for.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use sha2::{Digest as _, Sha256};
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

use crate::engine::access::tokens::hex;

/// What is asked of a certificate, and the one that was shown.
#[derive(Debug)]
pub struct Trust {
    provider: Arc<CryptoProvider>,
    demand: Demand,
    seen: OnceLock<String>,
}

#[derive(Debug, Clone)]
enum Demand {
    /// The first is as good as any.
    FirstUse,
    /// SHA-256 in hexadecimal.
    Fingerprint(String),
    /// Certificates vouch for it.
    Vouched(Arc<WebPkiServerVerifier>),
}

impl Trust {
    /// What is asked of a certificate: the fingerprint where one is kept, else the file's word, else nothing yet.
    ///
    /// # Errors
    /// The file of certificates cannot be used; a sentence without a final period.
    pub fn new(fingerprint: Option<&str>, ca: Option<&Path>) -> Result<Arc<Self>, String> {
        let provider = Arc::new(default_provider());
        let demand = match (ca, fingerprint) {
            (Some(path), _) => Demand::Vouched(vouching(path, &provider)?),
            (None, Some(kept)) => Demand::Fingerprint(kept.to_ascii_lowercase()),
            (None, None) => Demand::FirstUse,
        };
        Ok(Arc::new(Self { provider, demand, seen: OnceLock::new() }))
    }

    /// The same demand for another connection; what was seen first is demanded from then on.
    pub fn again(&self) -> Arc<Self> {
        let demand = match (&self.demand, self.seen()) {
            (Demand::FirstUse, Some(seen)) => Demand::Fingerprint(seen.to_owned()),
            (demand, _) => demand.clone(),
        };
        Arc::new(Self { provider: self.provider.clone(), demand, seen: OnceLock::new() })
    }

    /// SHA-256 of the certificate that was shown, in hexadecimal.
    pub fn seen(&self) -> Option<&str> {
        self.seen.get().map(String::as_str)
    }

    /// Why a handshake failed because of the certificate: a sentence without a final period.
    pub fn why(&self, error: &Error) -> Option<String> {
        let Error::InvalidCertificate(what) = error else { return None };
        Some(match (&self.demand, self.seen()) {
            (Demand::Fingerprint(kept), Some(seen)) => format!(
                "its certificate is another than the one that was trusted ({} now, {} then): if it was renewed, trust the \
                 new one under Machines; if not, somebody may be in between",
                brief(seen),
                brief(kept)
            ),
            _ => format!("nothing in the file of certificates vouches for it: {what}"),
        })
    }

    /// What a connection is made with.
    ///
    /// # Errors
    /// What the library says.
    pub fn config(self: &Arc<Self>) -> Result<ClientConfig, Error> {
        let mut config = ClientConfig::builder_with_provider(self.provider.clone())
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(self.clone())
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

/// The first bytes of a fingerprint, enough to compare at a glance.
fn brief(fingerprint: &str) -> &str {
    fingerprint.get(..16).unwrap_or(fingerprint)
}

fn vouching(path: &Path, provider: &Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>, String> {
    let fail = |why: String| format!("the file of certificates cannot be used: {why}: {}", path.display());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|e| fail(e.to_string()))? {
        roots.add(certificate.map_err(|e| fail(e.to_string()))?).map_err(|e| fail(e.to_string()))?;
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build();
    verifier.map_err(|e| fail(e.to_string()))
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let shown = hex(&Sha256::digest(end_entity.as_ref()));
        let is_kept = |kept: &str| kept == shown;
        let verified = match &self.demand {
            Demand::FirstUse => Ok(ServerCertVerified::assertion()),
            Demand::Fingerprint(kept) if is_kept(kept) => Ok(ServerCertVerified::assertion()),
            Demand::Fingerprint(_) => Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure)),
            Demand::Vouched(verifier) => {
                verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            }
        };
        let _ = self.seen.set(shown);
        verified
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
