//! TLS of the listeners: a certificate from the settings, or one of our own that is made once and kept.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use sha2::{Digest as _, Sha256};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

use super::tokens::hex;
use crate::apply::files::{RealFiles, Rights, replace, words};

/// The files of our own certificate and its key in the config folder.
const CERTIFICATE_FILE: &str = "api-certificate.pem";
const KEY_FILE: &str = "api-key.pem";

/// Why there is no TLS: a sentence without a final period.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file does not hold what it should.
    #[error("{what} cannot be read: {why}: {}", .path.display())]
    File {
        /// "the certificate" or "its key".
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Certificate and key do not go together, or are of a kind that is not known.
    #[error("the certificate and its key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
    /// Our own could not be made.
    #[error("a certificate could not be made: {0}")]
    Make(#[from] rcgen::Error),
    /// Our own could not be kept.
    #[error("the certificate made here cannot be kept: {}: {}", words(.source), .path.display())]
    Keep {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Where the certificate comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Certificate {
    /// From files.
    Files {
        /// The certificate with its chain.
        certificate: PathBuf,
        /// Its key.
        key: PathBuf,
    },
    /// Our own, kept in the config folder.
    Own,
}

/// What takes TLS connections, and the certificate's SHA-256 in hexadecimal.
///
/// # Errors
/// [`TlsError`].
pub fn acceptor(
    certificate: &Certificate,
    config: &Path,
    address: IpAddr,
    names: &[String],
) -> Result<(TlsAcceptor, String), TlsError> {
    let (certificate, key) = match certificate {
        Certificate::Files { certificate, key } => (certificate.clone(), key.clone()),
        Certificate::Own => own(config, address, names)?,
    };
    let chain = read_chain(&certificate)?;
    let fail =
        |e: rustls::pki_types::pem::Error| TlsError::File { what: "its key", path: key.clone(), why: e.to_string() };
    let private = PrivateKeyDer::from_pem_file(&key).map_err(fail)?;
    let fingerprint = hex(&Sha256::digest(chain.first().map_or(&[][..], |first| first.as_ref())));
    let mut tls = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, private)?;
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((TlsAcceptor::from(Arc::new(tls)), fingerprint))
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let fail = |why: String| TlsError::File { what: "the certificate", path: path.into(), why };
    let found = CertificateDer::pem_file_iter(path).map_err(|e| fail(e.to_string()))?;
    let chain = found.collect::<Result<Vec<_>, _>>().map_err(|e| fail(e.to_string()))?;
    if chain.is_empty() { Err(fail("there is none in it".into())) } else { Ok(chain) }
}

/// Our own certificate and key; made where either is missing.
fn own(config: &Path, address: IpAddr, names: &[String]) -> Result<(PathBuf, PathBuf), TlsError> {
    let (certificate, key) = (config.join(CERTIFICATE_FILE), config.join(KEY_FILE));
    if certificate.exists() && key.exists() {
        return Ok((certificate, key));
    }
    let mut subjects: Vec<String> = vec!["localhost".into(), "127.0.0.1".into(), "::1".into()];
    if !address.is_unspecified() && !address.is_loopback() {
        subjects.push(address.to_string());
    }
    let is_new = |name: &&String| !name.is_empty() && name.is_ascii();
    subjects.extend(names.iter().filter(is_new).cloned());
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(subjects)?;
    let keep = |path: &Path, text: String| {
        let kept = replace(&mut RealFiles::default(), path, text.as_bytes(), Rights::PRIVATE);
        kept.map_err(|source| TlsError::Keep { path: path.into(), source })
    };
    keep(&key, signing_key.serialize_pem())?;
    keep(&certificate, cert.pem())?;
    Ok((certificate, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_certificate_is_made_once_for_its_owner_alone() {
        let config = tempfile::tempdir().expect("a folder");
        let address = "192.0.2.1".parse().expect("an address");
        let make =
            || acceptor(&Certificate::Own, config.path(), address, &["perf.example.org".into()]).expect("made").1;
        let first = make();
        assert_eq!((first.len(), make()), (64, first));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(config.path().join(KEY_FILE)).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::write(config.path().join(KEY_FILE), "no key").expect("spoilt");
        let why = acceptor(&Certificate::Own, config.path(), address, &[]).err().expect("refused").to_string();
        assert!(why.starts_with("its key cannot be read: "), "{why}");
    }

    #[test]
    fn files_that_are_not_there_are_named() {
        let config = tempfile::tempdir().expect("a folder");
        let missing = config.path().join("missing.pem");
        let given = Certificate::Files { certificate: missing.clone(), key: missing };
        let why =
            acceptor(&given, config.path(), "127.0.0.1".parse().expect("an address"), &[]).err().expect("refused");
        assert!(why.to_string().starts_with("the certificate cannot be read: "), "{why}");
    }
}
