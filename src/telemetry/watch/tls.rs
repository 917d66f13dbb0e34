//! Whose word is taken for a certificate: that of the well-known authorities, or of a file.

use std::io;
use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::{ClientConfig, Error, RootCertStore};

/// What connections are made with. The file is read on a thread that may wait for its disk.
///
/// # Errors
/// The file cannot be used; in words.
pub(super) async fn config(ca_file: Arc<str>) -> Result<Arc<ClientConfig>, String> {
    let read = tokio::task::spawn_blocking(move || read(&ca_file)).await;
    read.map_err(|_| "reading the file of certificates broke down".to_owned())?
}

fn read(ca_file: &str) -> Result<Arc<ClientConfig>, String> {
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
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
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
