//! Whose word is taken for a certificate: that of the well-known authorities, or of a file.

use std::io;
use std::sync::Arc;

use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

/// The protocol that is spoken where none is said.
pub(crate) const HTTP: &[&[u8]] = &[b"http/1.1"];

/// What connections are made with. The file is read on a thread that may wait for its disk.
///
/// # Errors
/// The file cannot be used; in words.
pub(crate) async fn config(
    ca_file: Arc<str>,
    protocols: &'static [&'static [u8]],
) -> Result<Arc<ClientConfig>, String> {
    let read = tokio::task::spawn_blocking(move || read(&ca_file, protocols)).await;
    read.map_err(|_| "reading the file of certificates broke down".to_owned())?
}

/// What connections are made with that are hidden on the way, whoever answers.
///
/// # Errors
/// There is no TLS here; in words.
pub(crate) fn trusting(protocols: &'static [&'static [u8]]) -> Result<Arc<ClientConfig>, String> {
    let provider = Arc::new(default_provider());
    let anyone = Arc::new(Anyone(provider.signature_verification_algorithms));
    let builder = ClientConfig::builder_with_provider(provider);
    let mut config = builder
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(anyone)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    Ok(Arc::new(config))
}

/// Takes every certificate; that the other side holds its key is still checked.
#[derive(Debug)]
struct Anyone(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

fn read(ca_file: &str, protocols: &'static [&'static [u8]]) -> Result<Arc<ClientConfig>, String> {
    let fail = |why: String| format!("the file of certificates cannot be used: {why}: {ca_file}");
    let mut roots = RootCertStore::empty();
    if ca_file.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    } else {
        for certificate in CertificateDer::pem_file_iter(ca_file).map_err(|e| fail(e.to_string()))? {
            roots.add(certificate.map_err(|e| fail(e.to_string()))?).map_err(|e| fail(e.to_string()))?;
        }
        if roots.is_empty() {
            return Err(fail("it holds no certificate".into()));
        }
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let mut config = builder
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    Ok(Arc::new(config))
}

/// Why no TLS came about.
pub(super) fn words(error: &io::Error, has_file: bool) -> String {
    let cause = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    match cause {
        Some(Error::InvalidCertificate(what)) if has_file => {
            format!("its certificate is not vouched for by the file of certificates: {what}")
        }
        Some(Error::InvalidCertificate(what)) => format!(
            "its certificate is not vouched for by a well-known authority: {what}; give the file of the one that does"
        ),
        Some(Error::InvalidMessage(_)) => "it does not speak TLS: write http:// before the address".into(),
        Some(_) => format!("no TLS came about: {error}"),
        None => format!("no TLS came about: {error}; perhaps it speaks plain HTTP"),
    }
}
